//! Floating-point numbers of array files, exactly: an IEEE 754 number is an integer times a power
//! of two, and is read as such from its bits.

use crate::exact::{Integer, Natural, Rational};
use dashu_base::Signed;

/// Why bits are no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotFinite {
    Nan,
    Infinity,
    NegativeInfinity,
}

impl NotFinite {
    pub(super) fn word(self) -> &'static str {
        match self {
            NotFinite::Nan => "NaN",
            NotFinite::Infinity => "infinity",
            NotFinite::NegativeInfinity => "-infinity",
        }
    }
}

/// `(-1)^sign * 1.fraction * 2^(exponent - bias)`, or without the leading 1 at the least exponent.
pub(super) fn decode_float(
    bits: u64,
    exponent_bits: u32,
    fraction_bits: u32,
) -> Result<Rational, NotFinite> {
    let fraction = bits & ((1 << fraction_bits) - 1);
    let greatest = (1u64 << exponent_bits) - 1;
    let exponent = bits >> fraction_bits & greatest;
    let negative = bits >> (fraction_bits + exponent_bits) & 1 == 1;
    if exponent == greatest {
        return Err(match (fraction, negative) {
            (0, false) => NotFinite::Infinity,
            (0, true) => NotFinite::NegativeInfinity,
            _ => NotFinite::Nan,
        });
    }
    let (mantissa, exponent) =
        if exponent == 0 { (fraction, 1) } else { (fraction | 1 << fraction_bits, exponent) };
    if mantissa == 0 {
        return Ok(Rational::ZERO);
    }
    // Odd mantissas make fractions in lowest terms.
    let zeros = mantissa.trailing_zeros();
    let mantissa = Integer::from(mantissa >> zeros);
    let power = exponent.cast_signed() + i64::from(zeros)
        - i64::from(fraction_bits)
        - ((1i64 << (exponent_bits - 1)) - 1);
    let scale = Natural::ONE << power.unsigned_abs() as usize;
    let magnitude = if power >= 0 {
        Rational::from(mantissa * Integer::from(scale))
    } else {
        Rational::from_parts(mantissa, scale)
    };
    Ok(if negative { -magnitude } else { magnitude })
}

/// `|value|`.
pub(super) fn magnitude(value: &Rational) -> Rational {
    if value.is_negative() { -value.clone() } else { value.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{from_approx, ratio};

    #[test]
    fn binary64_and_binary32_are_exact() {
        for value in [0.0, 1.0, -1.5, 0.1, 1e-300, 5e-324, f64::MAX, f64::MIN_POSITIVE, 0.3] {
            assert_eq!(
                decode_float(value.to_bits(), 11, 52),
                Ok(from_approx(value).expect("finite")),
                "{value}"
            );
        }
        for value in [0.1f32, -7.25, f32::MIN_POSITIVE, 1e-45, f32::MAX] {
            assert_eq!(
                decode_float(value.to_bits().into(), 8, 23),
                Ok(from_approx(f64::from(value)).expect("finite")),
                "{value}"
            );
        }
        assert_eq!(decode_float(f64::NAN.to_bits(), 11, 52), Err(NotFinite::Nan));
        assert_eq!(
            decode_float(f32::NEG_INFINITY.to_bits().into(), 8, 23),
            Err(NotFinite::NegativeInfinity)
        );
    }

    #[test]
    fn binary16_from_its_definition() {
        for (bits, p, q) in [
            (0x3c00u16, 1, 1),
            (0xc000, -2, 1),
            (0x3555, 1365, 4096),
            (0x0001, 1, 1 << 24),
            (0x7bff, 65504, 1),
        ] {
            assert_eq!(decode_float(bits.into(), 5, 10), Ok(ratio(p, q)), "{bits:x}");
        }
        assert_eq!(decode_float(0x7c00u16.into(), 5, 10), Err(NotFinite::Infinity));
    }
}
