//! The flow of a deviation in short numbers, as multipliers of Bellman rows.
//!
//! The exact flow of a policy has numbers that grow from stage to stage. Multiples of one binary
//! fraction are no flow exactly; what the flow equations leave, `kappa_t(s)`, is below one such
//! fraction per state, and bounds of the values close it.

use crate::exact::{Integer, Natural, Rational, Scaled};
use crate::game::{Instance, Policy, StagePolicy};

/// The multipliers and what they leave.
pub(super) struct Deviation {
    /// `E_i` per stage and pair, at least 0.
    pub(super) masses: Vec<Scaled>,
    /// `kappa_t(s)`: `A mu0(s)`, or the inflow of `E`, less the sum of `E` over the pairs of `s`.
    pub(super) missing: Vec<Vec<Rational>>,
}

/// `value 2^bits`, rounded down.
fn units(value: &Rational, scale: &Integer) -> Integer {
    (value * Rational::from(scale.clone())).floor()
}

impl Deviation {
    /// `multiplier` times the flow of a policy in multiples of `2^-bits`; `None` when the policy
    /// does not fit the game.
    pub(super) fn new(
        instance: &Instance,
        policy: &Policy,
        multiplier: &Rational,
        bits: usize,
    ) -> Option<Self> {
        if policy.stages.len() != instance.stages.len() {
            return None;
        }
        let scale = Integer::ONE << bits;
        let unit = Natural::ONE << bits;
        let mut arriving: Vec<Rational> =
            instance.initial.iter().map(|mass| mass * multiplier).collect();
        let mut own = Deviation { masses: Vec::new(), missing: Vec::new() };
        for (stage, play) in instance.stages.iter().zip(&policy.stages) {
            if play.states() != stage.pairs.states() {
                return None;
            }
            let mut numerators = vec![Integer::ZERO; stage.pairs.len()];
            let mut missing = Vec::with_capacity(arriving.len());
            for (state, mass) in arriving.iter().enumerate() {
                let mut rest = units(mass, &scale);
                let row = row_of(play, state);
                for (place, (action, probability)) in row.iter().enumerate() {
                    let pair = stage.pairs.find(state, *action as usize)?;
                    let share = if place + 1 == row.len() {
                        rest.clone()
                    } else {
                        units(&(mass * probability), &scale).min(rest.clone())
                    };
                    if share < Integer::ZERO {
                        return None;
                    }
                    rest -= &share;
                    numerators[pair] = share;
                }
                let placed = units(mass, &scale) - rest;
                missing.push(mass - Rational::from_parts(placed, unit.clone()));
            }
            let masses = Scaled::from_integers(numerators, unit.clone());
            if let Some((successors, probability)) = &stage.transition {
                let probability = probability.as_constants()?;
                let mut sums = vec![Integer::ZERO; arriving.len()];
                for pair in 0..stage.pairs.len() {
                    if masses.numerators().is_zero_at(pair) {
                        continue;
                    }
                    let mass = masses.numerators().get(pair);
                    for entry in successors.of_pair(pair) {
                        let share = &mass * probability.numerators().get(entry);
                        sums[successors.state(entry)] += share;
                    }
                }
                let denominator = masses.denominator() * probability.denominator();
                arriving = sums
                    .into_iter()
                    .map(|sum| Rational::from_parts(sum, denominator.clone()))
                    .collect();
            }
            own.masses.push(masses);
            own.missing.push(missing);
        }
        Some(own)
    }
}

/// The actions of a state and their probabilities.
fn row_of(play: &StagePolicy, state: usize) -> Vec<(u32, Rational)> {
    match play {
        StagePolicy::Pure(actions) => vec![(actions[state], Rational::ONE)],
        StagePolicy::Mixed(rows) => rows[state].clone(),
    }
}
