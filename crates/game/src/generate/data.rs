//! The numbers of an instance, table by table, in the order in which they are drawn.

use super::mdp::MdpFamily;
use super::words::Words;

/// Rewards are multiples of one over this.
pub(super) const REWARD_DENOMINATOR: u32 = 64;
/// Largest absolute value of the numerator of a reward.
const LARGEST_REWARD: u32 = 64;
/// Transition probabilities are positive multiples of one over this.
pub(super) const PROBABILITY_DENOMINATOR: u32 = 1024;
/// Least average mass of a state in the initial law, over its denominator.
const INITIAL_SHARE: u64 = 8;

/// A table of rewards; its number is part of the stream number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RewardTable {
    Follower = 1,
    FollowerPrice = 2,
    Leader = 3,
    LeaderPrice = 4,
}

/// Number of the tables that are not rewards.
const INITIAL: u64 = 0;
const TRANSITION: u64 = 5;

impl MdpFamily {
    /// The random words of a table at a stage.
    pub(super) fn words(&self, table: u64, stage: usize) -> Words {
        Words::new(self.parameters().seed, (table << 32) + stage as u64)
    }

    /// Numerators per state and the denominator of the initial law.
    ///
    /// The denominator is the least power of two that is at least 8 per state. States share it
    /// equally, the first ones taking the remainder; then of each two neighbours one gives the
    /// other a random part of its share.
    pub(super) fn initial(&self) -> (Vec<u64>, u64) {
        let states = self.parameters().states as u64;
        let denominator = (INITIAL_SHARE * states).next_power_of_two();
        let (share, rest) = (denominator / states, denominator % states);
        let mut masses: Vec<u64> =
            (0..states).map(|state| share + u64::from(state < rest)).collect();
        let mut words = self.words(INITIAL, 0);
        for pair in masses.chunks_exact_mut(2) {
            // In -(share - 1)..=share - 1, so that both stay positive.
            let given = words.symmetric(share as u32 - 1);
            if let [one, other] = pair {
                *one = one.saturating_add_signed(given);
                *other = other.saturating_add_signed(-given);
            }
        }
        (masses, denominator)
    }

    /// Numerators of the rewards of a stage over [`REWARD_DENOMINATOR`], `[state][action]`.
    pub(super) fn rewards(
        &self,
        table: RewardTable,
        stage: usize,
    ) -> impl Iterator<Item = i64> + use<> {
        let mut words = self.words(table as u64, stage);
        (0..self.pairs_per_stage()).map(move |_| words.symmetric(LARGEST_REWARD))
    }

    /// The transitions of a stage, pair by pair.
    pub(super) fn transitions(&self, stage: usize) -> Transitions {
        let parameters = self.parameters();
        Transitions {
            words: self.words(TRANSITION, stage),
            states: parameters.states as u32,
            count: parameters.successors as u32,
            successors: Vec::new(),
            cuts: Vec::new(),
            numerators: Vec::new(),
        }
    }

    /// Number of pairs of a stage.
    pub(super) fn pairs_per_stage(&self) -> usize {
        self.parameters().states * self.parameters().actions
    }

    /// Stages that have transitions: all but the last.
    pub(super) fn transition_stages(&self) -> usize {
        self.parameters().stages - 1
    }
}

/// The transitions of a stage; buffers are reused from pair to pair.
#[derive(Debug)]
pub(super) struct Transitions {
    words: Words,
    states: u32,
    count: u32,
    successors: Vec<u32>,
    cuts: Vec<u32>,
    numerators: Vec<u32>,
}

impl Transitions {
    /// Successors of the next pair in increasing order, and the numerators of their probabilities
    /// over
    /// [`PROBABILITY_DENOMINATOR`].
    pub(super) fn next_pair(&mut self) -> (&[u32], &[u32]) {
        self.words.distinct(self.count, self.states, &mut self.successors);
        // A composition of the denominator is a choice of places to cut.
        self.words.distinct(self.count - 1, PROBABILITY_DENOMINATOR - 1, &mut self.cuts);
        self.numerators.clear();
        let mut from = 0;
        for cut in self.cuts.iter().map(|cut| cut + 1).chain([PROBABILITY_DENOMINATOR]) {
            self.numerators.push(cut - from);
            from = cut;
        }
        (&self.successors, &self.numerators)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mdp::MdpParameters;
    use super::*;

    fn family(states: usize, successors: usize) -> MdpFamily {
        let parameters =
            MdpParameters { stages: 2, states, actions: 3, successors, decisions: 1, seed: 5 };
        MdpFamily::new(parameters).expect("an instance")
    }

    #[test]
    fn initial_laws_are_positive_and_sum_to_one() {
        for states in [1, 2, 3, 7, 8, 100, 1_001] {
            let (masses, denominator) = family(states, 1).initial();
            assert!(denominator.is_power_of_two());
            assert_eq!(masses.len(), states);
            assert!(masses.iter().all(|&mass| mass > 0));
            assert_eq!(masses.iter().sum::<u64>(), denominator);
        }
    }

    #[test]
    fn rows_are_distinct_successors_with_positive_probabilities_that_sum_to_one() {
        for (states, successors) in [(1, 1), (4, 1), (4, 4), (40, 5), (3_000, 1_024)] {
            let mut transitions = family(states, successors).transitions(0);
            for _ in 0..100 {
                let (next, numerators) = transitions.next_pair();
                assert_eq!((next.len(), numerators.len()), (successors, successors));
                assert!(next.windows(2).all(|two| two[0] < two[1]));
                assert!(next.iter().all(|&state| (state as usize) < states));
                assert!(numerators.iter().all(|&k| k > 0));
                assert_eq!(numerators.iter().sum::<u32>(), PROBABILITY_DENOMINATOR);
            }
        }
    }

    #[test]
    fn rewards_fill_their_range() {
        let rewards: Vec<i64> = family(2_000, 1).rewards(RewardTable::Leader, 1).collect();
        assert_eq!(rewards.len(), 6_000);
        assert_eq!((rewards.iter().min(), rewards.iter().max()), (Some(&-64), Some(&64)));
    }
}
