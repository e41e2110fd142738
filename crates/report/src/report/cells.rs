//! Numbers in the cells of tables, shorter than elsewhere.

use super::number::short_fraction;
use crate::exact::{Rational, Rounding, decimal, truncated};

/// Significant digits of decimals.
const CELL_DIGITS: usize = 10;
/// Longest fraction, in characters.
const LONGEST_CELL: usize = 15;

/// A bound in a table: decimals rounded in the given direction.
pub(super) fn bound_cell(value: &Rational, rounding: Rounding) -> String {
    decimal(value, CELL_DIGITS, rounding)
}

/// A number in a table: the fraction where it is short, else its leading digits and `...`.
pub(super) fn cell(value: &Rational) -> String {
    short_fraction(value, LONGEST_CELL).unwrap_or_else(|| truncated(value, CELL_DIGITS))
}

/// A binary64 number with at most `digits` significant digits, without trailing zeros.
pub(super) fn approximate(value_approx: f64, digits: usize) -> String {
    let decimals = digits.saturating_sub(1);
    let scientific = format!("{value_approx:.decimals$e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if value_approx == 0.0 || !value_approx.is_finite() {
        return format!("{value_approx}");
    }
    if !(-4..digits as i32).contains(&exponent) {
        return scientific;
    }
    let places = usize::try_from(decimals as i32 - exponent).unwrap_or(0);
    let fixed = format!("{value_approx:.places$}");
    if fixed.contains('.') {
        fixed.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        fixed
    }
}

/// `1 node`, `2 nodes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn cells() {
        assert_eq!(cell(&ratio(24, 25)), "24/25");
        assert_eq!(cell(&ratio(1_234_567_890_123, 9_876_543_210_987)), "0.1249999988...");
        assert_eq!(bound_cell(&ratio(1, 3), Rounding::Up), "0.3333333334");
    }

    #[test]
    fn binary64_for_display() {
        for (value, text) in [
            (0.5, "0.5"),
            (1.0, "1"),
            (0.0, "0"),
            (123.456789, "123.457"),
            (1e-7, "1.00000e-7"),
            (-0.25, "-0.25"),
        ] {
            assert_eq!(approximate(value, 6), text);
        }
    }
}
