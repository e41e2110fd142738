//! Fixed point with outward rounding: numbers `n / 2^bits`, enclosures, sums of products.

use super::super::verdict::Fault;
use crate::exact::{Integer, Natural, Rational, Rounding, divide};

/// `low <= value <= high`, both over `2^bits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enclosure {
    /// Not above the value.
    pub low: i64,
    /// Not below the value.
    pub high: i64,
}

impl Enclosure {
    pub(in crate::check) fn exact(value: i64) -> Self {
        Enclosure { low: value, high: value }
    }

    /// The numbers next to a rational.
    pub(in crate::check) fn of(value: &Rational, bits: u32) -> Result<Self, Fault> {
        let scaled = value.numerator() * Integer::from(Natural::ONE << bits as usize);
        let denominator = Integer::from(value.denominator().clone());
        let side = |rounding| {
            i64::try_from(&divide(&scaled, &denominator, rounding)).map_err(|_| Fault::TooLarge)
        };
        Ok(Enclosure { low: side(Rounding::Down)?, high: side(Rounding::Up)? })
    }

    pub(in crate::check) fn plus(self, other: Self) -> Result<Self, Fault> {
        let sum = |a: i64, b: i64| a.checked_add(b).ok_or(Fault::TooLarge);
        Ok(Enclosure { low: sum(self.low, other.low)?, high: sum(self.high, other.high)? })
    }

    pub(in crate::check) fn times(self, other: Self, bits: u32) -> Result<Self, Fault> {
        let product = |a: i64, b: i64| i128::from(a) * i128::from(b);
        let all = [
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ];
        let (least, greatest) =
            all.iter().fold((all[0], all[0]), |(l, h), &p| (l.min(p), h.max(p)));
        Ok(Enclosure { low: narrow(least >> bits)?, high: narrow(-((-greatest) >> bits))? })
    }

    /// A number that `factor * value` does not fall below, over `2^(2 bits)`.
    pub(in crate::check) fn least_multiple(self, factor: i64) -> i128 {
        i128::from(factor) * i128::from(if factor >= 0 { self.low } else { self.high })
    }
}

/// A number that must fit 64 bits.
pub(in crate::check) fn narrow(value: i128) -> Result<i64, Fault> {
    i64::try_from(value).map_err(|_| Fault::TooLarge)
}
