//! Values to which the leader's reward tends (docs/certificate.md, (N)).
//!
//! On a segment but for its first end one pure policy is the only equilibrium. Round by round,
//! sites are decided at which no pair is better than the policy's, whatever the population within
//! the ranges of the statistics; where all others are worse they are unused, which narrows the
//! ranges. At the end the population is that of the policy.

mod rounds;
mod values;

use super::family::{number, objective};
use super::listing::polynomial;
use super::prover::{Journal, Prover};
use crate::certificate::Claim;
use crate::check::Fault;
use crate::check::flow::flow;
use crate::exact::Rational;
use crate::game::{Game, Interval, Polynomial, Variable, polynomial_range};
use rounds::Rounds;
use smfg_kernel::{Family, Listing, Place, Theorem};
use std::sync::Arc;
use values::Segment;

/// Between the ends of the segment, the first one excepted, every equilibrium gives the leader what
/// the policy does: at the first end, the limit.
pub(super) fn elaborate(
    game: &Game,
    (journal, listing): (&Journal, &Arc<Listing>),
    claim: &Claim,
    from: &[Rational],
    through: &[Rational],
    policy: &crate::game::Policy,
) -> Result<Theorem, Fault> {
    let segment = Segment::new([game.at(from), game.at(through)], policy)?;
    let flow = flow(&segment.ends[1], policy)?;
    let reward = Reward { game, segment: &segment, statistics: &flow.aggregates, from, through };
    let values = reward.values()?;
    let value = reward.total(&values);
    let place = Place::Segment { from: from.to_vec(), to: through.to_vec() };
    let mut proof = Prover::new(journal, listing, claim, place).bound_by(polynomial(&value, 0))?;
    let mut rounds = Rounds::new(&segment)?;
    while rounds.round(&mut proof)? {}
    if let Some((stage, state)) = rounds.doubtful() {
        return Err(Fault::NotTheOnlyOptimum { stage, state });
    }
    let mut combination = objective();
    combination.flow = families(&values);
    proof.close(&combination)?;
    rounds.close(&mut proof)?;
    Ok(proof.finish()?)
}

/// What the leader gets from the policy, as a polynomial in the decision.
struct Reward<'a> {
    game: &'a Game,
    segment: &'a Segment,
    statistics: &'a [Rational],
    from: &'a [Rational],
    through: &'a [Rational],
}

impl Reward<'_> {
    fn at_population(&self, polynomial: &Polynomial) -> Polynomial {
        polynomial.substitute(&|variable| match variable {
            Variable::Aggregate(k) => self.statistics.get(k as usize).cloned(),
            Variable::Parameter(_) | Variable::Function(_) => None,
        })
    }

    /// Per stage and state what the policy gives her from there on where it comes, and no more than
    /// any policy does elsewhere.
    fn values(&self) -> Result<Vec<Vec<Polynomial>>, Fault> {
        let reached = rounds::reached(self.segment);
        let ends = |variable: Variable| -> Interval {
            let Variable::Parameter(j) = variable else { return (Rational::ZERO, Rational::ZERO) };
            let (a, b) = (self.from[j as usize].clone(), self.through[j as usize].clone());
            (a.clone().min(b.clone()), a.max(b))
        };
        let mut values: Vec<Vec<Polynomial>> = Vec::new();
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let worth = |pair: usize| {
                let own = self.at_population(&stage.leader_reward.get(pair));
                self.segment.next(t, pair).into_iter().fold(own, |sum, (state, share)| {
                    sum.plus(&values[values.len() - 1][state], &share)
                })
            };
            let of_state = |state: usize| -> Result<Polynomial, Fault> {
                if reached[t][state] {
                    return Ok(worth(self.segment.chosen[t][state]));
                }
                let pairs = stage.pairs.of_state(state);
                let least = pairs.map(|pair| polynomial_range(&worth(pair), &ends).0).min();
                Ok(Polynomial::constant(least.ok_or(Fault::Shape)?))
            };
            let own = (0..stage.pairs.states()).map(of_state).collect::<Result<_, Fault>>()?;
            values.push(own);
        }
        values.reverse();
        Ok(values)
    }

    fn total(&self, values: &[Vec<Polynomial>]) -> Polynomial {
        let payoff = self.at_population(&self.game.payoff);
        let first = values.first().into_iter().flatten();
        self.game.initial.iter().zip(first).fold(payoff, |sum, (mass, value)| sum.plus(value, mass))
    }
}

/// The multipliers of the flow equations: the values with the other sign.
fn families(values: &[Vec<Polynomial>]) -> Family {
    let mut family = Family::new();
    for (t, states) in values.iter().enumerate() {
        let negated: Vec<Polynomial> =
            states.iter().map(|value| Polynomial::zero().plus(value, &Rational::NEG_ONE)).collect();
        let columns = crate::game::Columns::from_polynomials(&negated);
        family.insert(t as u32, super::listing::columns(&columns, 0));
    }
    family
}

/// A strict multiplier of the share of the second end, which is positive.
fn strict(value: Rational) -> (smfg_kernel::Name, smfg_kernel::Polynomial) {
    (smfg_kernel::Name::Row(0), number(value))
}
