//! Enclosures of functions at rationals, which the kernel computes, in short numbers.

use super::{Integer, Natural, Rational};
use dashu_base::{BitTest, UnsignedAbs};
use smfg_kernel::{Function, enclose};

/// Largest size of an exponent, in bits of its whole part: `exp` of more has too many digits.
const MOST_EXPONENT_BITS: usize = 14;

/// Lower and upper end.
type Ends = (Rational, Rational);

/// `floor(value 2^shift)`, for shifts of either sign.
fn scaled_down(value: &Rational, shift: i64) -> Integer {
    let factor = Rational::from(Natural::ONE << shift.unsigned_abs() as usize);
    if shift >= 0 { (value * factor).floor() } else { (value / factor).floor() }
}

fn over(numerator: Integer, shift: i64) -> Rational {
    if shift >= 0 {
        Rational::from_parts(numerator, Natural::ONE << shift.unsigned_abs() as usize)
    } else {
        Rational::from(numerator << shift.unsigned_abs() as usize)
    }
}

/// An interval with ends of about `bits` digits that holds the given one.
#[must_use]
pub fn rounded(ends: &Ends, bits: u32) -> Ends {
    let length = |value: &Rational| {
        value.numerator().bit_len() as i64 - value.denominator().bit_len() as i64
    };
    let down = |value: &Rational| {
        if value.denominator().bit_len() <= bits as usize {
            return value.clone();
        }
        let shift = i64::from(bits) - length(value).min(0);
        over(scaled_down(value, shift), shift)
    };
    (down(&ends.0), -down(&-&ends.1))
}

/// `e^x`; `None` where `|x|` is beyond `2^14`.
#[must_use]
pub fn exp(x: &Rational, bits: u32) -> Option<Ends> {
    let small = x.clone().max(-x).ceil().bit_len() <= MOST_EXPONENT_BITS;
    if small { enclosed(Function::Exp, x, bits) } else { None }
}

/// The natural logarithm of a positive number.
#[must_use]
pub fn log(x: &Rational, bits: u32) -> Option<Ends> {
    enclosed(Function::Log, x, bits)
}

/// The root of index `degree` of a number that is not negative.
#[must_use]
pub fn root(x: &Rational, degree: u32, bits: u32) -> Option<Ends> {
    enclosed(Function::Root(degree), x, bits)
}

fn enclosed(function: Function, x: &Rational, bits: u32) -> Option<Ends> {
    Some(rounded(&enclose(function, x, bits as usize + 2).ok()?, bits + 2))
}

/// The root of index `degree`, where it is rational.
#[must_use]
pub fn exact_root(x: &Rational, degree: u32) -> Option<Rational> {
    if *x < Rational::ZERO || degree == 0 {
        return None;
    }
    let degree = degree as usize;
    let own = |value: &Natural| {
        let root = value.nth_root(degree);
        (root.pow(degree) == *value).then_some(root)
    };
    let numerator = own(&x.numerator().unsigned_abs())?;
    Some(Rational::from_parts(Integer::from(numerator), own(x.denominator())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse_rational, ratio};

    fn holds(ends: Option<Ends>, value: &str, bits: u32) {
        let (low, high) = ends.expect("a value");
        let value = parse_rational(value).expect("a number");
        // The values are cut after their last digit.
        let digit = parse_rational("1e-49").expect("a number");
        assert!(low <= &value + &digit && value <= high, "{low} {value} {high}");
        assert!(&high - &low <= ratio(1, 1 << bits) * value.max(Rational::ONE));
    }

    /// Against values of an independent computation with 60 digits (mpmath).
    #[test]
    fn known_values() {
        for bits in [10, 40, 60] {
            holds(
                exp(&Rational::ONE, bits),
                "2.71828182845904523536028747135266249775724709369995",
                bits - 2,
            );
            holds(
                log(&ratio(2, 1), bits),
                "0.69314718055994530941723212145817656807550013436025",
                bits - 2,
            );
            holds(
                log(&ratio(1, 1_000_000), bits).map(|(low, high)| (-high, -low)),
                "13.81551055796427410410794872810618524560660893177263",
                bits - 2,
            );
            holds(
                root(&ratio(2, 1), 2, bits),
                "1.41421356237309504880168872420969807856967187537694",
                bits - 2,
            );
        }
        assert_eq!(root(&ratio(8, 27), 3, 5), Some((ratio(2, 3), ratio(2, 3))));
        assert_eq!(exact_root(&ratio(8, 27), 3), Some(ratio(2, 3)));
        assert_eq!(exact_root(&ratio(8, 27), 2), None);
    }

    /// Ends against each other: exp and log undo each other, roots are powers.
    #[test]
    fn inverses() {
        for (p, q) in [(1, 1), (7, 3), (1, 1_000_000), (123_456, 7), (999_999, 1_000_000)] {
            let x = ratio(p, q);
            let (low, high) = log(&x, 80).expect("positive");
            let (below, above) = (exp(&low, 90).expect("small"), exp(&high, 90).expect("small"));
            assert!(below.0 <= x && x <= above.1);
            assert!(&above.1 - &below.0 <= &x * ratio(1, 1 << 60));
            for degree in [2, 3, 5] {
                let (low, high) = root(&x, degree, 70).expect("not negative");
                let power = |value: &Rational| {
                    (0..degree).fold(Rational::ONE, |product, _| product * value)
                };
                assert!(power(&low) <= x && x <= power(&high));
            }
        }
        for large in [-700, -3, 5, 9000] {
            let x = ratio(large, 1);
            let (low, high) = exp(&x, 70).expect("small");
            assert!(log(&low, 60).expect("positive").0 <= x);
            assert!(log(&high, 60).expect("positive").1 >= x);
            assert!(&high - &low <= &low * ratio(1, 1 << 60));
        }
        assert_eq!(exp(&ratio(1 << 20, 1), 10), None);
        assert_eq!(log(&Rational::ZERO, 10), None);
    }
}
