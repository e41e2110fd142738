//! Exact numbers for people.
//!
//! Short fractions are printed as they are, with their decimals; long ones as an interval of
//! decimals, rounded outwards, so that whatever is printed is true.

use crate::exact::{Natural, Rational, Rounding, decimal, format_rational, truncated};
use dashu_base::BitTest;
use std::cell::Cell;

/// Significant digits of decimals beside exact numbers: what binary64 can hold.
pub(super) const DIGITS: usize = 15;
/// Longest exact number that text shows, in characters.
const LONGEST: usize = 40;

/// Text of exact numbers, which remembers whether one of them was too long to be shown.
#[derive(Debug, Default)]
pub(super) struct NumberText {
    shortened: Cell<bool>,
}

impl NumberText {
    /// `7`, `81/100 = 0.81`, `1/3 = 0.333333333333333...`, or `[0.123, 0.124]...` for a long
    /// fraction.
    pub(super) fn exact(&self, value: &Rational) -> String {
        match short_fraction(value, LONGEST) {
            None => {
                self.shortened.set(true);
                format!("{}...", interval(value, value))
            }
            Some(fraction) if value.denominator().is_one() => fraction,
            Some(fraction) => format!("{fraction} = {}", truncated(value, DIGITS)),
        }
    }

    /// `p/q` alone where it is short, else the interval.
    pub(super) fn fraction(&self, value: &Rational) -> String {
        short_fraction(value, LONGEST).unwrap_or_else(|| {
            self.shortened.set(true);
            format!("{}...", interval(value, value))
        })
    }

    /// Whether a number was too long to be shown exactly.
    pub(super) fn shortened(&self) -> bool {
        self.shortened.get()
    }
}

/// `[lower, upper]` in decimals rounded outwards.
pub(super) fn interval(lower: &Rational, upper: &Rational) -> String {
    format!(
        "[{}, {}]",
        decimal(lower, DIGITS, Rounding::Down),
        decimal(upper, DIGITS, Rounding::Up)
    )
}

/// `p/q` when it has at most `longest` characters.
pub(super) fn short_fraction(value: &Rational, longest: usize) -> Option<String> {
    // Decimal digits are at least three tenths of the bits: long numbers are not spelled to be
    // measured.
    let bits = |n: &Natural| n.bit_len();
    let (_, numerator) = value.numerator().clone().into_parts();
    if (bits(&numerator) + bits(value.denominator())) * 3 / 10 > longest + 1 {
        return None;
    }
    Some(format_rational(value)).filter(|text| text.len() <= longest)
}

/// `text` with every run of more than [`LONGEST`] digits cut: messages may quote numbers of any
/// length.
pub(super) fn shorten_digits(text: &str) -> String {
    let mut result = String::with_capacity(text.len().min(4096));
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if length > LONGEST {
            result.push_str(&rest[..LONGEST / 2]);
            result.push_str(&format!("...({length} digits)"));
        } else {
            result.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse_rational, ratio};

    #[test]
    fn short_and_long_numbers() {
        let numbers = NumberText::default();
        assert_eq!(numbers.exact(&ratio(7, 1)), "7");
        assert_eq!(numbers.exact(&ratio(81, 100)), "81/100 = 0.81");
        assert_eq!(numbers.exact(&ratio(-2, 3)), "-2/3 = -0.666666666666666...");
        assert_eq!(
            numbers.exact(&parse_rational("1e-9").expect("a number")),
            "1/1000000000 = 1e-9"
        );
        assert!(!numbers.shortened());
        let long = parse_rational(&format!("1/3{}", "0".repeat(60))).expect("a number");
        assert_eq!(numbers.exact(&long), "[3.33333333333333e-61, 3.33333333333334e-61]...");
        assert!(numbers.shortened());
    }

    #[test]
    fn long_runs_of_digits_are_cut() {
        let text = format!("line 3: claims {}/7", "12".repeat(30));
        assert_eq!(shorten_digits(&text), "line 3: claims 12121212121212121212...(60 digits)/7");
        assert_eq!(shorten_digits("line 3"), "line 3");
    }
}
