//! A play seen from each of several populations: what a member could gain, and where the members
//! are.
//!
//! The exploitability of a play is the sum over populations of mass times regret per member, so it
//! is their mean: a small population can gain much while the exploitability is small.

use super::enclosure::enclose_play;
use super::evaluation::evaluate;
use super::{Enclosed, EnclosedPlay, FollowerError, Law};
use crate::exact::{Integer, Natural, Rational};
use crate::game::expression::Subpopulation;
use crate::game::{Instance, Policy};
use std::ops::Range;

/// What one population does and could gain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subplay {
    /// What a member could gain by deviating alone, the mean over members at the initial law; at
    /// least 0.
    pub regret: Enclosed,
    /// Masses `[stage][state]` in its own states; each stage sums to the mass of the population.
    pub flow: Vec<Vec<Enclosed>>,
}

/// The play of each population under a policy, exact.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit, the game has functions, or `keep_going`, asked
/// once per stage, answers no.
pub fn subplays(
    instance: &Instance,
    populations: &[Subpopulation],
    policy: &Policy,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<Subplay>, FollowerError> {
    let of_one = |own: &Subpopulation| {
        let found = evaluate(&instance.paying_only(&own.states), policy, keep_going)?;
        let stages = instance.stages.iter().zip(&found.flow.occupation);
        let flow = stages.map(|(stage, masses)| {
            let mass = |state: usize| {
                let pairs = stage.pairs.of_state(state);
                Enclosed::Exact(pairs.fold(Rational::ZERO, |sum, pair| sum + masses.get(pair)))
            };
            own.states.clone().map(mass).collect()
        });
        let regret = Enclosed::Exact(found.exploitability / &own.mass);
        Ok(Subplay { regret, flow: flow.collect() })
    };
    populations.iter().map(of_one).collect()
}

/// The same with so many fractional bits, in games of any class.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit or `keep_going`, asked once per stage, answers
/// no.
pub fn enclose_subplays(
    instance: &Instance,
    populations: &[Subpopulation],
    laws: &[Vec<Law>],
    bits: u32,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<Subplay>, FollowerError> {
    let of_one = |own: &Subpopulation| {
        let alone = instance.paying_only(&own.states);
        let EnclosedPlay { enclosure, masses, bits } =
            enclose_play(&alone, laws, bits, keep_going)?;
        let unit = Natural::ONE << bits as usize;
        let number = |mantissa: Integer| Rational::from_parts(mantissa, unit.clone());
        let stages = instance.stages.iter().zip(&masses);
        let flow = stages.map(|(stage, masses)| {
            let mass = |state: usize| {
                let (low, high) = sums(masses, stage.pairs.of_state(state));
                Enclosed::between(number(low), number(high))
            };
            own.states.clone().map(mass).collect()
        });
        let (lower, upper) = enclosure.exploitability;
        let lower = lower.max(Rational::ZERO) / &own.mass;
        let regret = Enclosed::between(lower, upper / &own.mass);
        Ok(Subplay { regret, flow: flow.collect() })
    };
    populations.iter().map(of_one).collect()
}

/// Lower and upper end of the mass of some pairs.
fn sums(masses: &[(Integer, Integer)], pairs: Range<usize>) -> (Integer, Integer) {
    let own = masses.get(pairs).unwrap_or_default().iter();
    own.fold((Integer::ZERO, Integer::ZERO), |(low, high), own| (low + &own.0, high + &own.1))
}
