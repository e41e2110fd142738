//! The border between exact numbers and binary64: the only file of the trusted half that names
//! `f64`.

use super::{Integer, Natural, Numerators, Rational, Rounding, Scaled};
use dashu_base::{Abs, Signed};

/// The exact value of a binary64 number; `None` for NaN and infinities.
#[must_use]
pub fn from_approx(value: f64) -> Option<Rational> {
    Rational::try_from(value).ok()
}

/// The dyadic rational `k / 2^bits` nearest to `value`: a short number near a floating-point one,
/// for multipliers that need not be exact. `None` for NaN, infinities and results beyond 2^120.
#[must_use]
pub fn from_short_dyadic(value: f64, bits: u32) -> Option<Rational> {
    if !value.is_finite() || value.abs() > 2f64.powi(120) {
        return None;
    }
    let scale = Natural::ONE << bits as usize;
    let exact = from_approx(value)?;
    let scaled = exact * Rational::from(scale.clone());
    Some(Rational::from_parts(scaled.round(), scale))
}

/// The binary64 number nearest to `value`, for guidance and display.
#[must_use]
pub fn to_approx(value: &Rational) -> f64 {
    value.to_f64().value()
}

/// The binary64 numbers nearest to the entries.
#[must_use]
pub fn entries_to_approx(vector: &Scaled) -> Vec<f64> {
    // A quotient of two numbers that binary64 knows exactly is rounded once.
    let whole = |value: u64| (value <= 1 << f64::MANTISSA_DIGITS).then_some(value as f64);
    let denominator = u64::try_from(vector.denominator()).ok().and_then(whole);
    let entry = |index: usize| match (vector.numerators(), denominator) {
        (Numerators::Small(values), Some(denominator))
            if whole(values[index].unsigned_abs()).is_some() =>
        {
            values[index] as f64 / denominator
        }
        _ => to_approx(&vector.get(index)),
    };
    (0..vector.len()).map(entry).collect()
}

/// The leading digits of `value`, towards 0, with `...` where more follow.
#[must_use]
pub fn truncated(value: &Rational, digits: usize) -> String {
    let (down, up) = (decimal(value, digits, Rounding::Down), decimal(value, digits, Rounding::Up));
    if down == up {
        return down;
    }
    let towards_zero = if *value < Rational::ZERO { up } else { down };
    // With an exponent the dots belong to the digits before it.
    match towards_zero.split_once('e') {
        Some((digits, exponent)) => format!("{digits}...e{exponent}"),
        None => format!("{towards_zero}..."),
    }
}

/// Decimal text of at most `digits` significant digits, rounded in the given direction: what is
/// printed beside a bound is itself a bound. Exact when the value has that few digits.
#[must_use]
pub fn decimal(value: &Rational, digits: usize, rounding: Rounding) -> String {
    if value.is_zero() {
        return "0".into();
    }
    // Least e with |value| < 10^e, found from the lengths of numerator and denominator.
    let magnitude = value.clone().abs();
    let mut exponent = magnitude.numerator().to_string().len() as i64
        - magnitude.denominator().to_string().len() as i64;
    while magnitude >= power_of_ten(exponent) {
        exponent += 1;
    }
    while magnitude < power_of_ten(exponent - 1) {
        exponent -= 1;
    }
    let shift = digits as i64 - exponent;
    let scaled = value * power_of_ten(shift);
    let rounded: Integer = match rounding {
        Rounding::Down => scaled.floor(),
        Rounding::Up => scaled.ceil(),
    };
    place_point(&rounded, shift)
}

fn power_of_ten(exponent: i64) -> Rational {
    let power = Natural::from(10u8).pow(exponent.unsigned_abs() as usize);
    if exponent >= 0 { Rational::from(power) } else { Rational::from_parts(Integer::ONE, power) }
}

/// `mantissa * 10^-shift` written without trailing zeros, with an exponent when it is far from 1.
fn place_point(mantissa: &Integer, shift: i64) -> String {
    let negative = mantissa.is_negative();
    let text = mantissa.clone().abs().to_string();
    let trimmed = text.trim_end_matches('0');
    if trimmed.is_empty() {
        return "0".into();
    }
    // value = 0.d1 d2 ... * 10^point
    let point = text.len() as i64 - shift;
    let body = if (-4..=21).contains(&point) {
        if point <= 0 {
            format!("0.{}{trimmed}", "0".repeat(point.unsigned_abs() as usize))
        } else if point as usize >= trimmed.len() {
            format!("{trimmed}{}", "0".repeat(point as usize - trimmed.len()))
        } else {
            format!("{}.{}", &trimmed[..point as usize], &trimmed[point as usize..])
        }
    } else if trimmed.len() == 1 {
        format!("{trimmed}e{}", point - 1)
    } else {
        format!("{}.{}e{}", &trimmed[..1], &trimmed[1..], point - 1)
    };
    if negative { format!("-{body}") } else { body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse_rational, ratio};

    #[test]
    fn decimals_round_outwards() {
        assert_eq!(decimal(&ratio(81, 100), 15, Rounding::Down), "0.81");
        assert_eq!(decimal(&ratio(1, 3), 4, Rounding::Down), "0.3333");
        assert_eq!(decimal(&ratio(1, 3), 4, Rounding::Up), "0.3334");
        assert_eq!(decimal(&ratio(-1, 3), 4, Rounding::Down), "-0.3334");
        assert_eq!(decimal(&ratio(-2, 3), 3, Rounding::Up), "-0.666");
        assert_eq!(decimal(&ratio(99999, 100_000), 3, Rounding::Up), "1");
        assert_eq!(decimal(&ratio(1200, 1), 15, Rounding::Up), "1200");
        assert_eq!(decimal(&parse_rational("1e-9").expect("a number"), 5, Rounding::Up), "1e-9");
    }

    #[test]
    fn decimal_text_is_a_bound() {
        for (p, q) in [(731, 416), (-22, 7), (1, 1023), (123_456_789, 97), (-5, 1)] {
            let value = ratio(p, q);
            for digits in [1, 3, 15] {
                let down =
                    parse_rational(&decimal(&value, digits, Rounding::Down)).expect("a number");
                let up = parse_rational(&decimal(&value, digits, Rounding::Up)).expect("a number");
                assert!(down <= value && value <= up);
            }
        }
    }

    #[test]
    fn binary64_is_taken_exactly() {
        assert_eq!(from_approx(0.5), Some(ratio(1, 2)));
        assert_ne!(from_approx(0.1), Some(ratio(1, 10)));
        assert_eq!(from_approx(f64::NAN), None);
        assert_eq!(from_approx(f64::INFINITY), None);
        assert_eq!(from_short_dyadic(0.3, 2), Some(ratio(1, 4)));
        assert_eq!(from_short_dyadic(f64::NAN, 2), None);
    }

    #[test]
    fn entries_are_rounded_once() {
        let large = Rational::from((Integer::ONE << 53) + Integer::ONE);
        let vector = [ratio(1, 3), ratio(-2, 7), Rational::ZERO, ratio(i64::MAX, 1), large];
        for entries in [&vector[..2], &vector[..3], &vector[..4], &vector] {
            for denominator in [1, 97, u64::MAX] {
                let scaled = Scaled::from_rationals(
                    &entries.iter().map(|entry| entry * ratio(1, denominator)).collect::<Vec<_>>(),
                );
                let expected: Vec<f64> = scaled.iter().map(|entry| to_approx(&entry)).collect();
                assert_eq!(entries_to_approx(&scaled), expected);
            }
        }
    }
}
