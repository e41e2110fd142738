//! Mantissas of fixed-point numbers: machine integers while they last, unbounded ones after.
//!
//! Backward induction over numbers with one denominator per stage needs four operations on
//! numerators. They are written once, generically; `i128` answers `None` when a result does not
//! fit, and the caller repeats the computation with [`Integer`].

use super::{Integer, Numerators};
use dashu_base::DivEuclid;

/// Direction in which an inexact result is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity: the result is a lower bound.
    Down,
    /// Towards plus infinity: the result is an upper bound.
    Up,
}

impl Rounding {
    /// The other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Rounding::Down => Rounding::Up,
            Rounding::Up => Rounding::Down,
        }
    }
}

/// An integer on which the inductions run. Every operation is exact or answers `None`.
pub trait Mantissa: Clone + Ord + Send + Sync {
    /// Zero.
    fn zero() -> Self;
    /// `value`, when it fits.
    fn from_integer(value: &Integer) -> Option<Self>;
    /// The integer itself.
    fn to_integer(&self) -> Integer;
    /// `self += numerators[index] * factor`.
    fn add_product_at(
        &mut self,
        numerators: &Numerators,
        index: usize,
        factor: &Self,
    ) -> Option<()>;
    /// `self += a * b`.
    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()>;
    /// `self * factor / divisor`, rounded; `divisor` is positive.
    fn scale(&self, factor: &Self, divisor: &Self, rounding: Rounding) -> Option<Self>;
}

impl Mantissa for i128 {
    fn zero() -> Self {
        0
    }

    fn from_integer(value: &Integer) -> Option<Self> {
        i128::try_from(value).ok()
    }

    fn to_integer(&self) -> Integer {
        Integer::from(*self)
    }

    #[inline]
    fn add_product_at(
        &mut self,
        numerators: &Numerators,
        index: usize,
        factor: &Self,
    ) -> Option<()> {
        let numerator = match numerators {
            Numerators::Small(values) => i128::from(values[index]),
            Numerators::Big(values) => i128::try_from(&values[index]).ok()?,
        };
        self.add_product(&numerator, factor)
    }

    #[inline]
    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()> {
        // Mostly one machine multiplication: the product of two 64-bit numbers fits.
        let product = match (i64::try_from(*a), i64::try_from(*b)) {
            (Ok(a), Ok(b)) => i128::from(a) * i128::from(b),
            _ => a.checked_mul(*b)?,
        };
        *self = self.checked_add(product)?;
        Some(())
    }

    fn scale(&self, factor: &Self, divisor: &Self, rounding: Rounding) -> Option<Self> {
        let (floor, exact) = match self.checked_mul(*factor) {
            Some(product) if divisor & (divisor - 1) == 0 => {
                // A power of two: shifting rounds down.
                let shift = divisor.trailing_zeros();
                (product >> shift, product.trailing_zeros() >= shift)
            }
            Some(product) => {
                let quotient = product / divisor;
                let rest = product - quotient * divisor;
                (if rest < 0 { quotient - 1 } else { quotient }, rest == 0)
            }
            None => {
                // floor(a f / d) = floor(a / d) f + floor((a mod d) f / d): the products stay
                // small.
                let whole = self.div_euclid(*divisor).checked_mul(*factor)?;
                let rest = self.rem_euclid(*divisor).checked_mul(*factor)?;
                (whole.checked_add(rest.div_euclid(*divisor))?, rest.rem_euclid(*divisor) == 0)
            }
        };
        match rounding {
            Rounding::Up if !exact => floor.checked_add(1),
            Rounding::Up | Rounding::Down => Some(floor),
        }
    }
}

impl Mantissa for Integer {
    fn zero() -> Self {
        Integer::ZERO
    }

    fn from_integer(value: &Integer) -> Option<Self> {
        Some(value.clone())
    }

    fn to_integer(&self) -> Integer {
        self.clone()
    }

    fn add_product_at(
        &mut self,
        numerators: &Numerators,
        index: usize,
        factor: &Self,
    ) -> Option<()> {
        match numerators {
            Numerators::Small(values) => *self += factor * values[index],
            Numerators::Big(values) => *self += factor * &values[index],
        }
        Some(())
    }

    fn add_product(&mut self, a: &Self, b: &Self) -> Option<()> {
        *self += a * b;
        Some(())
    }

    fn scale(&self, factor: &Self, divisor: &Self, rounding: Rounding) -> Option<Self> {
        let product = if factor.is_one() { self.clone() } else { self * factor };
        if divisor.is_one() {
            return Some(product);
        }
        Some(divide(&product, divisor, rounding))
    }
}

/// `numerator / divisor` rounded to an integer; `divisor` is positive.
#[must_use]
pub fn divide(numerator: &Integer, divisor: &Integer, rounding: Rounding) -> Integer {
    match rounding {
        Rounding::Down => numerator.div_euclid(divisor),
        Rounding::Up => -((-numerator).div_euclid(divisor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors_and_ceilings<M: Mantissa>() {
        for (value, factor, divisor, down, up) in [
            (7, 1, 2, 3, 4),
            (-7, 1, 2, -4, -3),
            (6, 5, 3, 10, 10),
            (-6, 1, 3, -2, -2),
            (0, 9, 4, 0, 0),
            (-7, 5, 3, -12, -11),
            (12, -1, 8, -2, -1),
            (-8, 3, 8, -3, -3),
        ] {
            let of = |x: i32| M::from_integer(&Integer::from(x)).expect("small");
            let scaled = |rounding| {
                of(value).scale(&of(factor), &of(divisor), rounding).expect("small").to_integer()
            };
            assert_eq!(scaled(Rounding::Down), Integer::from(down));
            assert_eq!(scaled(Rounding::Up), Integer::from(up));
        }
    }

    #[test]
    fn both_kinds_round_alike() {
        floors_and_ceilings::<i128>();
        floors_and_ceilings::<Integer>();
    }

    #[test]
    fn machine_integers_notice_overflow() {
        let mut sum = i128::MAX;
        assert_eq!(sum.add_product(&1, &1), None);
        assert_eq!(i128::MAX.scale(&2, &1, Rounding::Down), None);
        assert_eq!(i128::MAX.scale(&2, &4, Rounding::Up), Some(1 << 126));
    }
}
