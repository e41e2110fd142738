//! Exact numbers for people.
//!
//! Short fractions are printed as they are, with their decimals; long ones as an interval of
//! decimals, rounded outwards, so that whatever is printed is true.

use crate::exact::{Natural, Rational, Rounding, decimal, format_rational, truncated};
use dashu_base::BitTest;
use std::cell::Cell;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Significant digits of decimals beside exact numbers: what binary64 can hold.
pub(super) const DIGITS: usize = 15;
/// Longest exact number that text shows, in characters, where not every digit is asked for.
const LONGEST: usize = 40;
/// Longest exact number in JSON on standard output then.
const LONGEST_IN_JSON: usize = 1000;

/// Whether standard output has every digit. It is one setting of the process: reports are nested,
/// and all parts of an answer have to agree.
static EVERY_DIGIT: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread writes to standard output, and not a file or an answer for a program.
    static PRINTING: Cell<bool> = const { Cell::new(false) };
}

/// Has every digit of exact numbers printed on standard output; else long ones are enclosed.
pub fn print_every_digit(every: bool) {
    EVERY_DIGIT.store(every, Ordering::Relaxed);
}

/// Does `work`, which writes an answer for standard output: what is written elsewhere has every
/// digit in JSON.
pub fn printing<T>(work: impl FnOnce() -> T) -> T {
    let before = PRINTING.replace(true);
    let done = work();
    PRINTING.set(before);
    done
}

fn longest_in_text() -> usize {
    if EVERY_DIGIT.load(Ordering::Relaxed) { usize::MAX } else { LONGEST }
}

/// Longest exact number that JSON shows, in characters.
pub(super) fn longest_in_json() -> usize {
    let every = EVERY_DIGIT.load(Ordering::Relaxed) || !PRINTING.get();
    if every { usize::MAX } else { LONGEST_IN_JSON }
}

/// Text of exact numbers, which remembers whether one of them was too long to be shown.
#[derive(Debug, Default)]
pub(super) struct NumberText {
    shortened: Cell<bool>,
}

impl NumberText {
    /// `7`, `81/100 = 0.81`, `1/3 = 0.333333333333333...`, or `[0.123, 0.124]...` for a long
    /// fraction.
    pub(super) fn exact(&self, value: &Rational) -> String {
        match short_fraction(value, longest_in_text()) {
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
        short_fraction(value, longest_in_text()).unwrap_or_else(|| {
            self.shortened.set(true);
            format!("{}...", interval(value, value))
        })
    }

    /// Says how to see numbers that were too long to be shown exactly, if there were any.
    ///
    /// # Errors
    /// Those of `out`.
    pub(super) fn write_note(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.shortened.get() {
            return Ok(());
        }
        writeln!(
            out,
            "\n[...]... encloses a fraction of more than {LONGEST} characters; --exact prints it."
        )
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
    if (bits(&numerator) + bits(value.denominator())) * 3 / 10 > longest.saturating_add(1) {
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
        assert!(!numbers.shortened.get());
        let long = parse_rational(&format!("1/3{}", "0".repeat(60))).expect("a number");
        assert_eq!(numbers.exact(&long), "[3.33333333333333e-61, 3.33333333333334e-61]...");
        assert!(numbers.shortened.get());
    }

    #[test]
    fn long_runs_of_digits_are_cut() {
        let text = format!("line 3: claims {}/7", "12".repeat(30));
        assert_eq!(shorten_digits(&text), "line 3: claims 12121212121212121212...(60 digits)/7");
        assert_eq!(shorten_digits("line 3"), "line 3");
    }
}
