//! What a mean-field instance adds to a decision process, in the order in which it is drawn.

use super::super::words::Words;
use super::{Interaction, MeanFieldFamily};
use std::ops::Range;

/// Reward coefficients of aggregates are multiples of one over this.
pub(super) const COEFFICIENT_DENOMINATOR: u32 = 8;
/// Longest window of stages.
const LONGEST_WINDOW: usize = 8;
/// Table numbers; those of the decision process are below.
const AGGREGATE: u64 = 6;
const SHIFT: u64 = 7;
const COEFFICIENT: u64 = 16;

/// An aggregate: the mass of some pairs, averaged over a window of stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The stages; their number is a power of two.
    pub(super) stages: Range<usize>,
    /// The states, increasing.
    pub(super) states: Vec<u32>,
    /// The actions, increasing.
    pub(super) actions: Vec<u32>,
    /// `c_k` over [`COEFFICIENT_DENOMINATOR`], 1 to 8.
    pub(super) strength: u32,
}

/// A share of probability that follows an aggregate: `amount / 1024` times `m_aggregate` goes to
/// `to` instead of `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) aggregate: usize,
    /// Number of the pair within its stage.
    pub(super) pair: usize,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) amount: u32,
}

impl MeanFieldFamily {
    /// The aggregates.
    pub(super) fn windows(&self) -> Vec<Window> {
        (0..self.parameters.aggregates).map(|k| self.window(k)).collect()
    }

    fn window(&self, k: usize) -> Window {
        let base = self.parameters.base;
        let mut words = self.base.words(AGGREGATE, k);
        // Transitions may only depend on what has happened: with `dynamics` the windows end in time
        // to matter.
        let horizon = if self.parameters.interaction == Interaction::Dynamics {
            base.stages - 1
        } else {
            base.stages
        };
        let exponent = words.below(horizon.min(LONGEST_WINDOW).ilog2() + 1);
        let length = 1usize << exponent;
        let first = words.below((horizon - length + 1) as u32) as usize;
        let (mut states, mut actions) = (Vec::new(), Vec::new());
        words.distinct((base.states as u32 / 2).max(1), base.states as u32, &mut states);
        words.distinct((base.actions as u32 / 2).max(1), base.actions as u32, &mut actions);
        Window {
            stages: first..first + length,
            states,
            actions,
            strength: 1 + words.below(COEFFICIENT_DENOMINATOR),
        }
    }

    /// Coefficients of aggregate `k` in the rewards of a stage of a `general` game, over
    /// [`COEFFICIENT_DENOMINATOR`], `[state][action]`.
    pub(super) fn coefficients(&self, k: usize, stage: usize) -> impl Iterator<Item = i64> + use<> {
        let mut words = self.base.words(COEFFICIENT + k as u64, stage);
        (0..self.base.pairs_per_stage()).map(move |_| coefficient(&mut words))
    }

    /// How the transitions of a stage depend on the population, pair by pair.
    pub(super) fn shifts(&self, windows: &[Window], stage: usize) -> Vec<Shift> {
        let ended: Vec<usize> =
            (0..windows.len()).filter(|&k| windows[k].stages.end <= stage + 1).collect();
        if ended.is_empty() || self.parameters.interaction != Interaction::Dynamics {
            return Vec::new();
        }
        let mut words = self.base.words(SHIFT, stage);
        let mut transitions = self.base.transitions(stage);
        let shift = |pair| {
            let (successors, numerators) = transitions.next_pair();
            let aggregate = ended[words.below(ended.len() as u32) as usize];
            let chosen = words.below(successors.len() as u32) as usize;
            let from = successors[chosen];
            let other = words.below(self.parameters.base.states as u32 - 1);
            Shift {
                aggregate,
                pair,
                from,
                to: other + u32::from(other >= from),
                amount: 1 + words.below(numerators[chosen]),
            }
        };
        (0..self.base.pairs_per_stage()).map(shift).collect()
    }
}

/// 0 in half of the cases, else uniform in `-8..=8` without 0.
fn coefficient(words: &mut Words) -> i64 {
    match i64::from(words.below(32)) {
        word @ 0..=7 => word - 8,
        word @ 8..=15 => word - 7,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::MeanFieldParameters;
    use super::*;
    use crate::generate::MdpParameters;

    fn family(interaction: Interaction, stages: usize) -> MeanFieldFamily {
        let base =
            MdpParameters { stages, states: 5, actions: 3, successors: 3, decisions: 1, seed: 4 };
        MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates: 40 })
            .expect("an instance")
    }

    #[test]
    fn windows_lie_within_the_game_and_have_every_length() {
        for (interaction, stages, horizon, longest) in [
            (Interaction::Crowd, 1, 1, 1),
            (Interaction::Crowd, 12, 12, 8),
            (Interaction::Dynamics, 2, 1, 1),
            (Interaction::Dynamics, 8, 7, 4),
        ] {
            let windows = family(interaction, stages).windows();
            assert!(windows.iter().all(
                |window| window.stages.end <= horizon && window.stages.len().is_power_of_two()
            ));
            assert_eq!(windows.iter().map(|window| window.stages.len()).max(), Some(longest));
            assert!(windows.iter().any(|window| window.stages.len() == 1));
            assert!(
                windows.iter().all(|window| window.states.len() == 2 && window.actions.len() == 1)
            );
            assert!(windows.iter().all(|window| (1..=8).contains(&window.strength)));
        }
    }

    #[test]
    fn coefficients_are_zero_in_half_of_the_cases() {
        let family = family(Interaction::General, 200);
        let mut counts = [0u32; 17];
        for stage in 0..200 {
            for value in family.coefficients(3, stage) {
                counts[(value + 8) as usize] += 1;
            }
        }
        // 3,000 draws: 1,500 zeros, standard deviation 27; 94 of every other value, standard
        // deviation 9.5.
        assert!((1_380..=1_620).contains(&counts[8]), "{counts:?}");
        assert!(
            counts.iter().enumerate().all(|(value, n)| value == 8 || (50..=140).contains(n)),
            "{counts:?}"
        );
    }

    #[test]
    fn shifts_take_at_most_what_is_there_and_wait_for_their_aggregate() {
        let family = family(Interaction::Dynamics, 9);
        let windows = family.windows();
        for stage in 0..8 {
            let shifts = family.shifts(&windows, stage);
            assert_eq!(shifts.len(), 15, "an aggregate of stage 0 alone is among 40");
            let mut transitions = family.base.transitions(stage);
            for shift in shifts {
                let (successors, numerators) = transitions.next_pair();
                let position =
                    successors.iter().position(|&state| state == shift.from).expect("a successor");
                assert!((1..=numerators[position]).contains(&shift.amount));
                assert!(shift.to != shift.from && shift.to < 5);
                assert!(windows[shift.aggregate].stages.end <= stage + 1);
            }
        }
    }
}
