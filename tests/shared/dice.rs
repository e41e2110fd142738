//! Random numbers of the tests.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use smfg::exact::{Rational, ratio};

/// One of `0..limit`.
pub fn below(rng: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u64::from(rng.next_u32()) * limit as u64) >> 32) as usize
}

/// Random numbers, reproducible by seed.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One of `0..limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.next_u32() as usize % limit
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Positive weights and zeros that sum to 1.
    pub fn law(&mut self, count: usize) -> Vec<Rational> {
        let mut weights: Vec<i64> = (0..count).map(|_| self.below(4) as i64).collect();
        weights[self.below(count)] += 1;
        let total: i64 = weights.iter().sum();
        weights.into_iter().map(|w| ratio(w, total as u64)).collect()
    }
}
