//! Enclosures in fixed point: much faster than rationals, whose denominators grow.
//!
//! An enclosure is an interval of multiples of `2^-52`, and every operation yields one that holds
//! the result for all numbers in its operands. What is computed from enclosures by sums, products,
//! maxima and minima therefore encloses what would be computed from the numbers.

use super::scalar::Scalar;
use crate::exact::{Integer, Natural, Rational};

/// Fractional bits.
const BITS: usize = 52;

/// An interval `[low, high]` in units of `2^-52`; after an overflow, all numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    low: i128,
    high: i128,
}

impl Fixed {
    /// All numbers.
    const ANY: Fixed = Fixed { low: i128::MIN, high: i128::MAX };

    fn new(low: Option<i128>, high: Option<i128>) -> Self {
        match (low, high) {
            (Some(low), Some(high)) => Fixed { low, high },
            _ => Fixed::ANY,
        }
    }

    fn is_any(&self) -> bool {
        *self == Fixed::ANY
    }

    /// The upper end; `None` where there is none.
    pub(super) fn upper(&self) -> Option<Rational> {
        (!self.is_any())
            .then(|| Rational::from_parts(Integer::from(self.high), Natural::ONE << BITS))
    }
}

/// `value / 2^BITS`, rounded down.
fn down(value: i128) -> i128 {
    value >> BITS
}

/// `value / 2^BITS`, rounded up.
fn up(value: i128) -> i128 {
    let floor = value >> BITS;
    if floor << BITS == value { floor } else { floor + 1 }
}

impl Scalar for Fixed {
    fn of(value: &Rational) -> Self {
        let scaled = value * Rational::from(Natural::ONE << BITS);
        Fixed::new(i128::try_from(scaled.floor()).ok(), i128::try_from(scaled.ceil()).ok())
    }

    fn plus(&self, other: &Self) -> Self {
        if self.is_any() || other.is_any() {
            return Fixed::ANY;
        }
        Fixed::new(self.low.checked_add(other.low), self.high.checked_add(other.high))
    }

    fn minus(&self, other: &Self) -> Self {
        if self.is_any() || other.is_any() {
            return Fixed::ANY;
        }
        Fixed::new(self.low.checked_sub(other.high), self.high.checked_sub(other.low))
    }

    fn times(&self, other: &Self) -> Self {
        if self.is_any() || other.is_any() {
            return Fixed::ANY;
        }
        if self.low >= 0 && other.low >= 0 {
            return Fixed::new(
                self.low.checked_mul(other.low).map(down),
                self.high.checked_mul(other.high).map(up),
            );
        }
        let products = [
            (self.low, other.low),
            (self.low, other.high),
            (self.high, other.low),
            (self.high, other.high),
        ]
        .map(|(a, b)| a.checked_mul(b));
        let mut range: Option<(i128, i128)> = None;
        for product in products {
            let Some(product) = product else { return Fixed::ANY };
            range =
                Some(range.map_or((product, product), |(low, high)| {
                    (low.min(product), high.max(product))
                }));
        }
        Fixed::new(range.map(|(low, _)| down(low)), range.map(|(_, high)| up(high)))
    }

    fn larger(self, other: Self) -> Self {
        if self.is_any() || other.is_any() {
            return Fixed::ANY;
        }
        Fixed { low: self.low.max(other.low), high: self.high.max(other.high) }
    }

    fn smaller(self, other: Self) -> Self {
        if self.is_any() || other.is_any() {
            return Fixed::ANY;
        }
        Fixed { low: self.low.min(other.low), high: self.high.min(other.high) }
    }

    fn is_nothing(&self) -> bool {
        self.low == 0 && self.high == 0
    }

    fn is_same(&self, other: &Self) -> bool {
        self.low == self.high && self == other
    }

    fn may_be_negative(&self) -> bool {
        self.low < 0
    }

    fn shortened(&self) -> Option<(Self, Self)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    /// Whether the enclosure holds the number.
    fn holds(enclosure: &Fixed, value: &Rational) -> bool {
        let end = |units: i128| Rational::from_parts(Integer::from(units), Natural::ONE << BITS);
        enclosure.is_any() || (end(enclosure.low) <= *value && *value <= end(enclosure.high))
    }

    proptest! {
        /// Every operation on enclosures of two numbers encloses the operation on the numbers.
        #[test]
        fn operations_enclose(p in any::<i32>(), q in 1u64..1000, r in any::<i32>(), s in 1u64..100_000_000) {
            let (a, b) = (ratio(i64::from(p), q), ratio(i64::from(r), s));
            let (x, y) = (Fixed::of(&a), Fixed::of(&b));
            prop_assert!(holds(&x, &a) && holds(&y, &b));
            prop_assert!(holds(&x.plus(&y), &(&a + &b)));
            prop_assert!(holds(&x.minus(&y), &(&a - &b)));
            prop_assert!(holds(&x.times(&y), &(&a * &b)));
            prop_assert!(holds(&x.times(&x.minus(&y)), &(&a * (&a - &b))));
            prop_assert!(holds(&x.larger(y), &a.clone().max(b.clone())));
            prop_assert!(holds(&x.smaller(y), &a.clone().min(b.clone())));
            prop_assert!(!x.is_nothing() || a.is_zero());
            prop_assert!(!x.is_same(&y) || a == b);
            prop_assert!(x.may_be_negative() || a >= Rational::ZERO);
            let upper = x.times(&y).upper();
            prop_assert!(upper.is_none_or(|upper| upper >= &a * &b && upper - &a * &b < ratio(1, 1 << 20)));
        }
    }

    /// Numbers that do not fit enclose everything, from then on.
    #[test]
    fn overflow_is_not_forgotten() {
        let large = Fixed::of(&Rational::from(Natural::ONE << 70));
        assert!(!large.is_any() && large.times(&large).is_any());
        let any = large.times(&large);
        let one = Fixed::of(&Rational::ONE);
        for result in [
            any.plus(&one),
            one.minus(&any),
            any.times(&Fixed::of(&Rational::ZERO)),
            any.larger(one),
            one.smaller(any),
        ] {
            assert!(
                result.is_any()
                    && result.upper().is_none()
                    && result.may_be_negative()
                    && !result.is_nothing()
            );
        }
        assert!(Fixed::of(&Rational::from(Natural::ONE << 90)).is_any());
    }
}
