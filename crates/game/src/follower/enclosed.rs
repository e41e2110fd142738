//! Numbers that are known exactly, or between two others.

use crate::exact::Rational;

/// Arithmetic of an evaluation or of proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Exact where it takes seconds at most, else outward rounding.
    #[default]
    Auto,
    /// Rationals, however long.
    Exact,
    /// Fixed point with this many fractional bits.
    Bits(u32),
}

/// A number, or an interval that encloses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enclosed {
    /// Known exactly.
    Exact(Rational),
    /// Between the two.
    Between(Rational, Rational),
}

impl Enclosed {
    /// Between `lower` and `upper`, exact when they are the same.
    #[must_use]
    pub fn between(lower: Rational, upper: Rational) -> Self {
        if lower == upper { Enclosed::Exact(lower) } else { Enclosed::Between(lower, upper) }
    }

    /// A number that it is not below.
    #[must_use]
    pub fn lower(&self) -> &Rational {
        match self {
            Enclosed::Exact(value) | Enclosed::Between(value, _) => value,
        }
    }

    /// A number that it is not above.
    #[must_use]
    pub fn upper(&self) -> &Rational {
        match self {
            Enclosed::Exact(value) | Enclosed::Between(_, value) => value,
        }
    }

    /// Whether it is at most `bound`; `None` when the interval does not tell.
    #[must_use]
    pub fn at_most(&self, bound: &Rational) -> Option<bool> {
        if self.upper() <= bound {
            Some(true)
        } else if self.lower() > bound {
            Some(false)
        } else {
            None
        }
    }

    /// Whether it is `value` within `tolerance`; `None` when the interval does not tell.
    #[must_use]
    pub fn within(&self, tolerance: &Rational, value: &Rational) -> Option<bool> {
        let (least, greatest) = (value - tolerance, value + tolerance);
        if *self.lower() >= least && *self.upper() <= greatest {
            Some(true)
        } else if *self.upper() < least || *self.lower() > greatest {
            Some(false)
        } else {
            None
        }
    }
}
