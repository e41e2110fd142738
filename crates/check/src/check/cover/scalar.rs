//! The numbers in which responses are judged: rationals, or enclosures in fixed point; a search may
//! judge its candidates in others first.

use crate::exact::{Integer, Natural, Rational};
use dashu_base::BitTest;

/// Longest denominator, in bits, that a number may have before it is shortened.
const LONGEST: usize = 320;
/// Fractional bits of a shortened number.
const SHORT: usize = 160;

/// A number, or an enclosure of one, with the operations that judging a response takes.
pub trait Scalar: Clone {
    /// The number nearest to a rational, itself where numbers are exact.
    fn of(value: &Rational) -> Self;
    /// `self + other`
    fn plus(&self, other: &Self) -> Self;
    /// `self - other`
    fn minus(&self, other: &Self) -> Self;
    /// `self * other`
    fn times(&self, other: &Self) -> Self;
    /// The larger one of two.
    fn larger(self, other: Self) -> Self;
    /// The smaller one of two.
    fn smaller(self, other: Self) -> Self;
    /// Whether it is known to be 0.
    fn is_nothing(&self) -> bool;
    /// Whether two are known to be equal.
    fn is_same(&self, other: &Self) -> bool;
    /// Whether it may be less than 0.
    fn may_be_negative(&self) -> bool;
    /// A near number that is not long, and how far away it may be; `None` when this one is short
    /// enough.
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

    fn larger(self, other: Self) -> Self {
        self.max(other)
    }

    fn smaller(self, other: Self) -> Self {
        self.min(other)
    }

    fn is_nothing(&self) -> bool {
        self.is_zero()
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn may_be_negative(&self) -> bool {
        *self < Rational::ZERO
    }

    fn shortened(&self) -> Option<(Self, Self)> {
        if self.denominator().bit_len() <= LONGEST {
            return None;
        }
        let unit = Natural::ONE << SHORT;
        let near =
            Rational::from_parts((self * Rational::from(unit.clone())).floor(), unit.clone());
        Some((near, Rational::from_parts(Integer::ONE, unit)))
    }
}
