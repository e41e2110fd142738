//! Binary64 as numbers in which candidates are judged before the checker judges them exactly.

use crate::check::cover::Scalar;
use crate::exact::{Rational, to_approx};

/// A number in binary64.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Approx(pub(super) f64);

impl Approx {
    /// The numbers of a judgement.
    pub(super) fn numbers(values: &[Approx]) -> Vec<f64> {
        values.iter().map(|value| value.0).collect()
    }
}

impl Scalar for Approx {
    fn of(value: &Rational) -> Self {
        Approx(to_approx(value))
    }

    fn plus(&self, other: &Self) -> Self {
        Approx(self.0 + other.0)
    }

    fn minus(&self, other: &Self) -> Self {
        Approx(self.0 - other.0)
    }

    fn times(&self, other: &Self) -> Self {
        Approx(self.0 * other.0)
    }

    fn larger(self, other: Self) -> Self {
        Approx(self.0.max(other.0))
    }

    fn smaller(self, other: Self) -> Self {
        Approx(self.0.min(other.0))
    }

    fn is_nothing(&self) -> bool {
        self.0 == 0.0
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn may_be_negative(&self) -> bool {
        self.0 < 0.0
    }

    fn shortened(&self) -> Option<(Self, Self)> {
        None
    }
}
