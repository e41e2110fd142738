//! A generator of random numbers (splitmix64), so that every case has a number to name it.

use smfg_kernel::Rational;

/// The state of the generator.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number of 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `count`, which is positive.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// True once in `count` times.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// An element.
    pub fn of<'a, T>(&mut self, elements: &'a [T]) -> &'a T {
        &elements[self.below(elements.len())]
    }

    /// A fraction between `-most` and `most` whose denominator is `denominator`.
    pub fn fraction(&mut self, most: i64, denominator: u64) -> Rational {
        let count = 2 * most * denominator as i64 + 1;
        let numerator = self.below(count as usize) as i64 - most * denominator as i64;
        Rational::from(numerator) / Rational::from(denominator)
    }
}
