//! Equilibria that are given as policies (docs/certificate.md, (P)).

use super::Site;
use super::family::{at_start, constants, objective, scaled};
use crate::certificate::{Arithmetic, Part};
use crate::check::Fault;
use crate::check::flow::flow;
use crate::check::induction::{Choice, Form, tables};
use crate::check::rules::{is_mixture, is_policy};
use crate::exact::{Rational, Rounding, Scaled};
use smfg_kernel::{Monomial, Theorem};

/// Fractional bits of the followers' values that are tried first.
const WITNESS_BITS: u32 = 60;

impl Site {
    /// Some equilibrium has `sigma J0 <= sigma value`: the mixture of the flows of some policies, or
    /// the flow of one.
    pub(crate) fn population(&self, value: &Rational, parts: &[Part]) -> Result<Theorem, Fault> {
        if !is_mixture(parts) {
            return Err(Fault::Weights);
        }
        let (masses, statistics) = self.masses(parts)?;
        let mut proof = self.prover.reached(value)?;
        proof.play(constants(masses))?;
        let numbers = self.instance.at_population(&statistics);
        let form = Form { leader: Rational::ZERO, reward: Rational::ONE };
        let mut shown = Err(Fault::NotAPolicy);
        for (number, arithmetic) in
            [Arithmetic::Rounded(WITNESS_BITS), Arithmetic::Exact].into_iter().enumerate()
        {
            let above = tables(&numbers, &form, Choice::Greatest, arithmetic, Rounding::Up);
            proof.ceiling(constants(above.ok_or(Fault::NotAPolicy)?))?;
            let mut combination = objective();
            let weights = at_start(&Monomial::one(), &numbers.initial, &Rational::ONE);
            combination.bounds.push((number as u32, weights));
            shown = proof.close(&combination).map_err(Fault::from);
            if shown.is_ok() {
                break;
            }
        }
        shown?;
        proof.close(&objective())?;
        Ok(proof.finish()?)
    }

    /// The masses of a mixture of flows, and its statistics.
    fn masses(&self, parts: &[Part]) -> Result<(Vec<Scaled>, Vec<Rational>), Fault> {
        let mut mixed: Option<(Vec<Scaled>, Vec<Rational>)> = None;
        for part in parts {
            if !is_policy(part) {
                return Err(Fault::NotAPolicy);
            }
            let flow = flow(&self.instance, &part.policy)?;
            mixed = Some(match mixed {
                None => (
                    flow.occupation.iter().map(|masses| scaled(masses, &part.weight)).collect(),
                    flow.aggregates.iter().map(|x| x * &part.weight).collect(),
                ),
                Some((masses, statistics)) => (
                    masses
                        .iter()
                        .zip(&flow.occupation)
                        .map(|(sum, more)| added(sum, more, &part.weight))
                        .collect(),
                    statistics
                        .iter()
                        .zip(&flow.aggregates)
                        .map(|(sum, x)| sum + x * &part.weight)
                        .collect(),
                ),
            });
        }
        mixed.ok_or(Fault::Weights)
    }
}

/// `sum + weight * more`.
fn added(sum: &Scaled, more: &Scaled, weight: &Rational) -> Scaled {
    let entries: Vec<Rational> =
        (0..sum.len()).map(|i| sum.get(i) + more.get(i) * weight).collect();
    Scaled::from_rationals(&entries)
}
