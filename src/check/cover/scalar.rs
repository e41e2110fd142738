//! The numbers in which responses are judged: rationals in the checker; a search may judge its candidates in others first.

use crate::exact::{Integer, Natural, Rational};
use dashu_base::BitTest;

/// Longest denominator, in bits, that a number may have before it is shortened.
const LONGEST: usize = 320;
/// Fractional bits of a shortened number.
const SHORT: usize = 160;

/// A number with the operations that judging a response takes.
pub trait Scalar: Clone + PartialOrd {
    /// The number nearest to a rational, itself where numbers are exact.
    fn of(value: &Rational) -> Self;
    /// `self + other`
    fn plus(&self, other: &Self) -> Self;
    /// `self - other`
    fn minus(&self, other: &Self) -> Self;
    /// `self * other`
    fn times(&self, other: &Self) -> Self;
    /// Whether it is 0.
    fn is_nothing(&self) -> bool;
    /// A near number that is not long, and how far away it may be; `None` when this one is short enough.
    fn shortened(&self) -> Option<(Self, Self)>;
}

impl Scalar for Rational {
    fn of(value: &Rational) -> Self {
        value.clone()
    }

    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    fn minus(&self, other: &Self) -> Self {
        self - other
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn is_nothing(&self) -> bool {
        self.is_zero()
    }

    fn shortened(&self) -> Option<(Self, Self)> {
        if self.denominator().bit_len() <= LONGEST {
            return None;
        }
        let unit = Natural::ONE << SHORT;
        let near = Rational::from_parts((self * Rational::from(unit.clone())).floor(), unit.clone());
        Some((near, Rational::from_parts(Integer::ONE, unit)))
    }
}
