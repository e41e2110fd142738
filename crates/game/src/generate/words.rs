//! Random words and their mapping to ranges, in integers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The words of one ChaCha8 stream.
#[derive(Debug, Clone)]
pub(super) struct Words {
    generator: ChaCha8Rng,
}

impl Words {
    /// The stream `stream` under the key whose first 8 bytes are `seed`, least significant first,
    /// and whose others are zero.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0u8; 32];
        for (to, from) in key.iter_mut().zip(seed.to_le_bytes()) {
            *to = from;
        }
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Words { generator }
    }

    /// A number in `0..count`: the upper half of the next word times `count`. Probabilities are off
    /// by less than `2^-32`. For `count = 0` the number is 0.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        ((u64::from(self.generator.next_u32()) * u64::from(count)) >> 32) as u32
    }

    /// A number in `-bound..=bound`, for `bound < 2^31`.
    pub(super) fn symmetric(&mut self, bound: u32) -> i64 {
        i64::from(self.below(2 * bound + 1)) - i64::from(bound)
    }

    /// Replaces `chosen` by `size` distinct numbers in `0..count` in increasing order, every set
    /// equally likely, with `size` words (R. W. Floyd's sampling). `size` must not exceed `count`.
    pub(super) fn distinct(&mut self, size: u32, count: u32, chosen: &mut Vec<u32>) {
        chosen.clear();
        for last in count.saturating_sub(size)..count {
            let candidate = self.below(last + 1);
            match chosen.binary_search(&candidate) {
                Err(position) => chosen.insert(position, candidate),
                // Taken already; `last` exceeds everything chosen so far.
                Ok(_) => chosen.push(last),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let mut words = Words::new(1, 0);
        let mut seen = [0u32; 5];
        for _ in 0..10_000 {
            seen[(words.symmetric(2) + 2) as usize] += 1;
        }
        // 2,000 each, standard deviation 40.
        assert!(seen.iter().all(|&n| (1_760..=2_240).contains(&n)), "{seen:?}");
    }

    #[test]
    fn subsets_are_distinct_ordered_and_uniform() {
        let mut words = Words::new(2, 0);
        let mut chosen = Vec::new();
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..10_000 {
            words.distinct(2, 5, &mut chosen);
            assert!(chosen[0] < chosen[1] && chosen[1] < 5);
            *counts.entry(chosen.clone()).or_insert(0u32) += 1;
        }
        // 10 subsets, 1,000 each, standard deviation 30.
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|&n| (820..=1_180).contains(&n)), "{counts:?}");
        words.distinct(5, 5, &mut chosen);
        assert_eq!(chosen, [0, 1, 2, 3, 4]);
        words.distinct(0, 5, &mut chosen);
        assert!(chosen.is_empty());
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = |seed, stream| {
            let mut words = Words::new(seed, stream);
            [words.below(u32::MAX), words.below(u32::MAX)]
        };
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(2, 2));
        assert_ne!(first(1, 2), first(1, 3));
    }
}
