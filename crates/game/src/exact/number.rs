//! Reading and printing rational numbers.
//!
//! Accepted spellings: integers `-3`, decimals `0.25`, `1e-3`, `2.5E+2`, and fractions
//! of two of these without exponent, `3/4`, `-1/3`. The value is the rational number spelled, never
//! the binary64 next to it.

use super::{Integer, Natural, Rational};
use dashu_base::Sign;

/// Longest accepted spelling of one number, in characters. Certificates of long games carry numbers
/// of thousands of digits.
const LONGEST_NUMBER: usize = 1 << 20;
/// Largest accepted decimal exponent in absolute value: the range of binary64, beyond which a
/// number in a model is a slip and its digits only fill memory.
const LARGEST_EXPONENT: i64 = 308;

/// Why a text is not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not digits where digits were expected.
    #[error("found `{found}`, expected an integer, a decimal or a fraction p/q")]
    Malformed {
        /// The text, shortened.
        found: String,
    },
    /// A fraction whose denominator is zero.
    #[error("found `{found}`, whose denominator is zero")]
    ZeroDenominator {
        /// The text, shortened.
        found: String,
    },
    /// A decimal exponent out of range.
    #[error("found `{found}`, expected a decimal exponent between -308 and 308")]
    Exponent {
        /// The text, shortened.
        found: String,
    },
    /// More characters than any sensible number has.
    #[error("found a number of {length} characters, expected at most {LONGEST_NUMBER}")]
    TooLong {
        /// Length of the text in bytes.
        length: usize,
    },
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 40 {
        let head: String = text.chars().take(37).collect();
        format!("{head}...")
    } else {
        text.to_string()
    }
}

fn digits(text: &str, whole: &str) -> Result<Natural, NumberError> {
    let malformed = || NumberError::Malformed { found: shortened(whole) };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed());
    }
    // Machine integers hold most numbers there are.
    text.parse::<u64>()
        .map(Natural::from)
        .or_else(|_| Natural::from_str_radix(text, 10))
        .map_err(|_| malformed())
}

/// A decimal without sign: digits, optional fraction, optional exponent.
fn parse_unsigned(
    text: &str,
    whole: &str,
    exponent_allowed: bool,
) -> Result<Rational, NumberError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits(text, whole).map(Rational::from);
    }
    let malformed = || NumberError::Malformed { found: shortened(whole) };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) if exponent_allowed => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    };
    let (integral, fractional) = match mantissa.split_once('.') {
        Some((a, b)) if !b.is_empty() => (a, b),
        Some(_) => return Err(malformed()),
        None => (mantissa, ""),
    };
    if integral.is_empty() {
        return Err(malformed());
    }
    let numerator = digits(&format!("{integral}{fractional}"), whole)?;
    let power = match exponent {
        None => 0,
        Some(text) => {
            let (negative, magnitude) = match text.as_bytes().first() {
                Some(b'-') => (true, &text[1..]),
                Some(b'+') => (false, &text[1..]),
                _ => (false, text),
            };
            digits(magnitude, whole)?;
            let magnitude: i64 = magnitude
                .parse()
                .ok()
                .filter(|&m| m <= LARGEST_EXPONENT)
                .ok_or_else(|| NumberError::Exponent { found: shortened(whole) })?;
            if negative { -magnitude } else { magnitude }
        }
    };
    let shift = power - fractional.len() as i64;
    let scale = Natural::from(10u8).pow(shift.unsigned_abs() as usize);
    let numerator = Integer::from(numerator);
    Ok(if shift >= 0 {
        Rational::from(numerator * Integer::from(scale))
    } else {
        Rational::from_parts(numerator, scale)
    })
}

/// The rational number that `text` spells.
///
/// # Errors
/// [`NumberError`] when the text is no number, divides by zero, or has an exponent beyond the
/// range of binary64.
pub fn parse_rational(text: &str) -> Result<Rational, NumberError> {
    if text.len() > LONGEST_NUMBER {
        return Err(NumberError::TooLong { length: text.len() });
    }
    let trimmed = text.trim();
    let (sign, body) = match trimmed.as_bytes().first() {
        Some(b'-') => (Sign::Negative, &trimmed[1..]),
        Some(b'+') => (Sign::Positive, &trimmed[1..]),
        _ => (Sign::Positive, trimmed),
    };
    let magnitude = match body.split_once('/') {
        None => parse_unsigned(body, trimmed, true)?,
        Some((numerator, denominator)) => {
            let numerator = parse_unsigned(numerator.trim_end(), trimmed, false)?;
            let denominator = parse_unsigned(denominator.trim_start(), trimmed, false)?;
            if denominator.is_zero() {
                return Err(NumberError::ZeroDenominator { found: shortened(trimmed) });
            }
            match (numerator.denominator().is_one(), denominator.denominator().is_one()) {
                (true, true) => Rational::from_parts(
                    numerator.into_parts().0,
                    denominator.into_parts().0.into_parts().1,
                ),
                _ => numerator / denominator,
            }
        }
    };
    Ok(match sign {
        Sign::Positive => magnitude,
        Sign::Negative => -magnitude,
    })
}

/// `p/q` in lowest terms, or `p` when q = 1.
#[must_use]
pub fn format_rational(value: &Rational) -> String {
    // Most numbers are short, and machine integers are printed faster.
    match (i64::try_from(value.numerator()), u64::try_from(value.denominator())) {
        (Ok(numerator), Ok(1)) => numerator.to_string(),
        (Ok(numerator), Ok(denominator)) => format!("{numerator}/{denominator}"),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn spellings() {
        for (text, p, q) in [
            ("3", 3, 1),
            ("-3", -3, 1),
            ("+7", 7, 1),
            ("0.1", 1, 10),
            ("-0.50", -1, 2),
            ("1e-3", 1, 1000),
            ("2.5E+2", 250, 1),
            ("6/8", 3, 4),
            ("-1/3", -1, 3),
            ("0.5/2", 1, 4),
            (" 1 / 2 ", 1, 2),
        ] {
            assert_eq!(parse_rational(text), Ok(ratio(p, q)), "{text}");
        }
    }

    #[test]
    fn refused() {
        for text in [
            "", "-", "abc", "1.", ".5", "1e", "--1", "1/", "/2", "1/2/3", "nan", "inf", "1e5/2",
            "0x10", "1_000", "1/-2",
        ] {
            assert!(matches!(parse_rational(text), Err(NumberError::Malformed { .. })), "{text}");
        }
        assert!(matches!(parse_rational("1/0"), Err(NumberError::ZeroDenominator { .. })));
        assert!(matches!(parse_rational("1/0.0"), Err(NumberError::ZeroDenominator { .. })));
        for text in ["1e400", "1e-99999999999999999999", "1e309"] {
            assert!(matches!(parse_rational(text), Err(NumberError::Exponent { .. })), "{text}");
        }
    }

    #[test]
    fn printing_reads_back() {
        for text in [
            "81/100",
            "-7",
            "0",
            "-9223372036854775808/9",
            "1/18446744073709551615",
            "123456789012345678901234567891/10",
            "1/18446744073709551617",
        ] {
            let value = parse_rational(text).expect("a number");
            assert_eq!(format_rational(&value), text);
        }
    }
}
