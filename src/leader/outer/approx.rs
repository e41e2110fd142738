//! Binary64 as numbers in which candidates are judged before the checker judges them exactly.

use crate::check::cover::Scalar;
use crate::exact::{Rational, to_approx};

impl Scalar for f64 {
    fn of(value: &Rational) -> Self {
        to_approx(value)
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
        *self == 0.0
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn may_be_negative(&self) -> bool {
        *self < 0.0
    }

    fn shortened(&self) -> Option<(Self, Self)> {
        None
    }
}
