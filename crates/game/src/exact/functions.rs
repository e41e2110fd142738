//! Rational enclosures of the exponential, the logarithm and roots at rationals.
//!
//! Everything is integers over a power of two, rounded outwards. Ends are about `2^-bits` apart,
//! relative to the value for the exponential and for roots of small numbers, absolutely for the
//! logarithm.

use super::{Integer, Natural, Rational};
use dashu_base::{BitTest, UnsignedAbs};

/// Largest size of an exponent, in bits of its whole part: `exp` of more has too many digits.
pub const MOST_EXPONENT_BITS: usize = 14;

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

/// The length of the whole part of a positive number in bits; negative for small numbers.
fn length(value: &Rational) -> i64 {
    value.numerator().bit_len() as i64 - value.denominator().bit_len() as i64
}

/// An interval with ends of about `bits` digits that holds the given one.
#[must_use]
pub fn rounded(ends: &Ends, bits: u32) -> Ends {
    let shift = |value: &Rational| i64::from(bits) - length(value).min(0);
    let down = |value: &Rational| {
        if value.is_zero() || value.denominator().is_one() {
            return value.clone();
        }
        let shift = shift(value);
        over(scaled_down(value, shift), shift)
    };
    (down(&ends.0), -down(&-&ends.1))
}

/// `e^x`; `None` where `|x|` is beyond `2^14`.
#[must_use]
pub fn exp(x: &Rational, bits: u32) -> Option<Ends> {
    if x.is_zero() {
        return Some((Rational::ONE, Rational::ONE));
    }
    if *x < Rational::ZERO {
        let (low, high) = exp(&-x, bits)?;
        return Some(rounded(&(Rational::ONE / high, Rational::ONE / low), bits + 2));
    }
    let whole = x.ceil().bit_len();
    if whole > MOST_EXPONENT_BITS {
        return None;
    }
    // x = 2^halvings y with y < 1/4; every squaring doubles the relative error.
    let halvings = whole + 2;
    let digits = bits as usize + 2 * halvings + 8;
    let numerator = scaled_down(x, digits as i64 - halvings as i64);
    let mut low = exp_small(&numerator, digits, false);
    let mut high = exp_small(&(numerator + Integer::ONE), digits, true);
    for _ in 0..halvings {
        low = (&low * &low) >> digits;
        high = ((&high * &high) >> digits) + Integer::ONE;
    }
    Some((over(low, digits as i64), over(high, digits as i64)))
}

/// `e^y 2^digits` from below or from above, `y = numerator 2^-digits` in `[0, 1/2]`.
fn exp_small(numerator: &Integer, digits: usize, above: bool) -> Integer {
    let mut term = Integer::ONE << digits;
    let mut sum = term.clone();
    let mut count = 1u32;
    while !term.is_zero() {
        term = (term * numerator >> digits) / Integer::from(count);
        if above {
            // Each rounding takes less than two units.
            term += Integer::ONE;
        }
        sum += &term;
        if above && term <= Integer::from(4u8) {
            // Terms at least halve: what follows is no more than the last one and its roundings.
            return sum + Integer::from(8u8);
        }
        count += 1;
    }
    sum
}

/// The natural logarithm of a positive number.
#[must_use]
pub fn log(x: &Rational, bits: u32) -> Option<Ends> {
    if *x <= Rational::ZERO {
        return None;
    }
    if x.is_one() {
        return Some((Rational::ZERO, Rational::ZERO));
    }
    // x = m 2^e with m in [1/2, 2); m in [2/3, 4/3] up to one more power.
    let mut exponent = length(x);
    let power = |exponent: i64| over(Integer::ONE, -exponent);
    let mut mantissa = x / power(exponent);
    if mantissa > Rational::from_parts(Integer::from(4u8), Natural::from(3u8)) {
        mantissa /= Rational::from(2u8);
        exponent += 1;
    }
    let room = 8 + (exponent.unsigned_abs().bit_len() as u32);
    let digits = (bits + room) as usize;
    let ratio = (&mantissa - Rational::ONE) / (&mantissa + Rational::ONE);
    let own = atanh(&ratio, digits);
    let two = atanh(&Rational::from_parts(Integer::ONE, Natural::from(3u8)), digits);
    let times = Rational::from(Integer::from(exponent));
    let part = if exponent >= 0 {
        (&two.0 * &times, &two.1 * &times)
    } else {
        (&two.1 * &times, &two.0 * &times)
    };
    let double = Rational::from(2u8);
    Some(((own.0 + part.0) * &double, (own.1 + part.1) * double))
}

/// `atanh z = sum z^(2k+1) / (2k+1)`, `|z| <= 1/3`.
fn atanh(z: &Rational, digits: usize) -> Ends {
    if *z < Rational::ZERO {
        let (low, high) = atanh(&-z, digits);
        return (-high, -low);
    }
    let series = |numerator: &Integer, above: bool| {
        let up = || if above { Integer::ONE } else { Integer::ZERO };
        let square = ((numerator * numerator) >> digits) + up();
        let (mut power, mut sum, mut odd) = (numerator.clone(), numerator.clone(), 3u32);
        loop {
            power = ((power * &square) >> digits) + up();
            let term = &power / Integer::from(odd) + up();
            sum += &term;
            odd += 2;
            if term <= Integer::from(2u8) {
                // Powers fall by at least 7; each later term is rounded up by at most 2 at first.
                return if above { sum + Integer::from(4u8) } else { sum };
            }
        }
    };
    let numerator = scaled_down(z, digits as i64);
    let exact = over(numerator.clone(), digits as i64) == *z;
    let upper = if exact { numerator.clone() } else { &numerator + Integer::ONE };
    (over(series(&numerator, false), digits as i64), over(series(&upper, true), digits as i64))
}

/// The root of index `degree` of a number that is not negative.
#[must_use]
pub fn root(x: &Rational, degree: u32, bits: u32) -> Option<Ends> {
    if *x < Rational::ZERO || degree == 0 {
        return None;
    }
    if x.is_zero() {
        return Some((Rational::ZERO, Rational::ZERO));
    }
    let degree = degree as usize;
    let shift = i64::from(bits) - (length(x) / degree as i64).min(0) + 1;
    let radicand = scaled_down(x, shift * degree as i64);
    let floor = Integer::from(radicand.unsigned_abs().nth_root(degree));
    let lower = over(floor.clone(), shift);
    let power = (0..degree).fold(Rational::ONE, |product, _| product * &lower);
    let upper = if power == *x { lower.clone() } else { over(floor + Integer::ONE, shift) };
    Some((lower, upper))
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
    }
}
