//! Numbers of array files, exactly: an IEEE 754 number is an integer times a power of two, and is
//! read as such from its bits.

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

/// A kind of number in an array file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// IEEE 754 with this many bits for the exponent, and for the fraction.
    Float { exponent: u32, fraction: u32 },
    /// Two's complement.
    Signed,
    /// Natural numbers.
    Unsigned,
    /// One byte, 0 or 1.
    Bool,
}

/// How an entry is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) kind: Kind,
    /// Bytes of an entry, 1 to 8.
    pub(super) bytes: usize,
    pub(super) big_endian: bool,
}

impl Encoding {
    /// The number that `bytes`, [`Encoding::bytes`] of them, spell.
    pub(super) fn decode(self, bytes: &[u8]) -> Result<Rational, NotFinite> {
        let join = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = if self.big_endian {
            bytes.iter().fold(0, join)
        } else {
            bytes.iter().rev().fold(0, join)
        };
        match self.kind {
            Kind::Float { exponent, fraction } => decode_float(bits, exponent, fraction),
            Kind::Unsigned | Kind::Bool => Ok(Rational::from(Natural::from(bits))),
            Kind::Signed => {
                // The sign bit is moved to the top and back.
                let unused = 64 - 8 * self.bytes.clamp(1, 8) as u32;
                Ok(Rational::from(Integer::from((bits << unused).cast_signed() >> unused)))
            }
        }
    }
}

/// `(-1)^sign * 1.fraction * 2^(exponent - bias)`, or without the leading 1 at the least exponent.
fn decode_float(bits: u64, exponent_bits: u32, fraction_bits: u32) -> Result<Rational, NotFinite> {
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
    use crate::exact::from_approx;
    use crate::exact::ratio;

    const F16: Encoding =
        Encoding { kind: Kind::Float { exponent: 5, fraction: 10 }, bytes: 2, big_endian: true };
    const F32: Encoding =
        Encoding { kind: Kind::Float { exponent: 8, fraction: 23 }, bytes: 4, big_endian: false };
    const F64: Encoding =
        Encoding { kind: Kind::Float { exponent: 11, fraction: 52 }, bytes: 8, big_endian: false };

    #[test]
    fn binary64_and_binary32_are_exact() {
        for value in [0.0, 1.0, -1.5, 0.1, 1e-300, 5e-324, f64::MAX, f64::MIN_POSITIVE, 0.3] {
            assert_eq!(
                F64.decode(&value.to_le_bytes()),
                Ok(from_approx(value).expect("finite")),
                "{value}"
            );
        }
        for value in [0.1f32, -7.25, f32::MIN_POSITIVE, 1e-45, f32::MAX] {
            assert_eq!(
                F32.decode(&value.to_le_bytes()),
                Ok(from_approx(f64::from(value)).expect("finite")),
                "{value}"
            );
        }
        assert_eq!(F64.decode(&f64::NAN.to_le_bytes()), Err(NotFinite::Nan));
        assert_eq!(F32.decode(&f32::NEG_INFINITY.to_le_bytes()), Err(NotFinite::NegativeInfinity));
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
            assert_eq!(F16.decode(&bits.to_be_bytes()), Ok(ratio(p, q)), "{bits:x}");
        }
        assert_eq!(F16.decode(&0x7c00u16.to_be_bytes()), Err(NotFinite::Infinity));
    }

    #[test]
    fn integers() {
        let signed = |bytes| Encoding { kind: Kind::Signed, bytes, big_endian: false };
        assert_eq!(signed(1).decode(&[0xff]), Ok(ratio(-1, 1)));
        assert_eq!(signed(8).decode(&i64::MIN.to_le_bytes()), Ok(ratio(i64::MIN, 1)));
        assert_eq!(signed(2).decode(&300i16.to_le_bytes()), Ok(ratio(300, 1)));
        let unsigned = Encoding { kind: Kind::Unsigned, bytes: 1, big_endian: true };
        assert_eq!(unsigned.decode(&[0xff]), Ok(ratio(255, 1)));
    }
}
