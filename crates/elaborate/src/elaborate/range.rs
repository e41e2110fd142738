//! Bounds from the extreme entries of the leader's reward (docs/certificate.md, (R)).

use super::Site;
use super::family::number;
use crate::check::Fault;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Scaled};
use crate::game::{Variable, column_ranges};
use smfg_kernel::{Combination, Name, Polynomial, Theorem};

impl Site {
    /// `sigma J0 >= sigma value` for every population.
    pub(crate) fn range_bound(&self, value: &Rational) -> Result<Theorem, Fault> {
        let mut proof = self.prover.bound(value)?;
        proof.close(&self.extremes(&self.prover.sigma()))?;
        Ok(proof.finish()?)
    }

    /// `sigma J0 <= sigma value` for every population, and some equilibrium exists.
    pub(crate) fn range_witness(&self, value: &Rational) -> Result<Theorem, Fault> {
        let mut proof = self.prover.reached(value)?;
        self.show_ceiling(&mut proof)?;
        Ok(proof.finish()?)
    }

    fn show_ceiling(&self, proof: &mut Proof) -> Result<(), Fault> {
        proof.exists()?;
        Ok(proof.close(&self.extremes(&-self.prover.sigma()))?)
    }

    /// With `b_t` the least `sign (c_i + sum_k h_k M_k(i))` of stage `t`, `h_k` the linear part of
    /// the payoff, `sign J0 - sum b_t - sign (rest of h)` is a sum of masses that are not negative.
    pub(crate) fn extremes(&self, sign: &Rational) -> Combination {
        let mut rows = vec![(Name::Objective, number(Rational::ONE))];
        let mut linear: Vec<Rational> = vec![Rational::ZERO; self.instance.aggregates.len()];
        for (monomial, value) in self.instance.payoff.terms() {
            if let [(Variable::Aggregate(k), 1)] = monomial.factors() {
                linear[*k as usize] = value.clone();
                rows.push((Name::Link(*k), Polynomial::constant(-sign * value)));
            }
        }
        let ranges = self.instance.ranges();
        let range = |variable: Variable| ranges.of(variable);
        for (t, stage) in self.instance.stages.iter().enumerate() {
            let (below, above) = column_ranges(&stage.leader_reward, &range);
            let least = if *sign > Rational::ZERO { below } else { above };
            let mut least: Vec<Rational> = Scaled::iter(&least).map(|value| value * sign).collect();
            let here = self.instance.aggregates.iter().zip(&linear);
            for (aggregate, value) in here.filter(|(a, value)| a.stage == t && !value.is_zero()) {
                for (state, action, weight) in &aggregate.weights {
                    if let Some(pair) = stage.pairs.find(*state as usize, *action as usize) {
                        least[pair] += sign * value * weight;
                    }
                }
            }
            let least = least.into_iter().min().unwrap_or(Rational::ZERO);
            if !least.is_zero() {
                rows.push((Name::Mass(t as u32), Polynomial::constant(-least)));
            }
        }
        Combination { rows, ..Combination::default() }
    }
}
