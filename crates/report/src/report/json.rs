//! JSON of results: exact numbers as strings, decimals beside them, and a layout that people can
//! read.
//!
//! Everything is serialised from borrowed data straight into the output, so that a policy of
//! millions of entries is never held as text.

use super::number::{DIGITS, longest_in_json, short_fraction};
use crate::exact::{Rational, Rounding, decimal};
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// An exact number as a string `"p/q"`, or as `{"lower", "upper"}` in decimals where it is longer
/// than is printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact<'a>(pub(super) &'a Rational);

impl Serialize for Exact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = short_fraction(self.0, longest_in_json()) {
            return serializer.serialize_str(&text);
        }
        let ends = [Rounding::Down, Rounding::Up].map(|to| decimal(self.0, DIGITS, to));
        serializer.collect_map(["lower", "upper"].into_iter().zip(ends))
    }
}

/// An end of an interval, as [`end_text`] has it.
#[derive(Debug, Clone, Copy)]
struct End<'a>(&'a Rational, Rounding);

impl Serialize for End<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&end_text(self.0, self.1))
    }
}

/// An end of an interval as `"p/q"`, or in decimals rounded outwards where that is longer than is
/// printed.
pub(super) fn end_text(value: &Rational, rounding: Rounding) -> String {
    short_fraction(value, longest_in_json()).unwrap_or_else(|| decimal(value, DIGITS, rounding))
}

/// A JSON number of 15 significant digits, rounded in the given direction.
pub(super) fn decimal_number(value: &Rational, rounding: Rounding) -> Option<serde_json::Number> {
    serde_json::from_str(&decimal(value, DIGITS, rounding)).ok()
}

/// `{"lower", "upper", "lower_decimal", "upper_decimal"}`.
#[derive(Debug, Serialize)]
pub(super) struct Bounds<'a> {
    lower: End<'a>,
    upper: End<'a>,
    lower_decimal: Option<serde_json::Number>,
    upper_decimal: Option<serde_json::Number>,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(lower: &'a Rational, upper: &'a Rational) -> Self {
        Bounds {
            lower: End(lower, Rounding::Down),
            upper: End(upper, Rounding::Up),
            lower_decimal: decimal_number(lower, Rounding::Down),
            upper_decimal: decimal_number(upper, Rounding::Up),
        }
    }
}

/// A list serialised entry by entry from an iterator that can be started anew.
pub(super) struct List<F>(pub(super) F);

impl<F, I> Serialize for List<F>
where
    F: Fn() -> I,
    I: Iterator,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// A table serialised entry by entry from an iterator that can be started anew.
pub(super) struct Entries<F>(pub(super) F);

impl<F, I, K, V> Serialize for Entries<F>
where
    F: Fn() -> I,
    I: Iterator<Item = (K, V)>,
    K: Serialize,
    V: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((self.0)())
    }
}

/// Writes `document` and a line feed.
///
/// # Errors
/// Those of `out`.
pub fn write_document(mut out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Layout::default());
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// Containers nested deeper than this stand on one line.
const BROKEN_LEVELS: usize = 2;

/// A line per entry in the outer containers, the rest compact.
#[derive(Debug, Default)]
struct Layout {
    depth: usize,
    /// Whether the container that ends next has entries.
    filled: bool,
}

impl Layout {
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled && self.depth < BROKEN_LEVELS {
            self.break_line(writer)?;
        }
        self.filled = true;
        writer.write_all(bracket)
    }

    fn entry<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth <= BROKEN_LEVELS {
            return self.break_line(writer);
        }
        if first { Ok(()) } else { writer.write_all(b" ") }
    }

    fn break_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.entry(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.entry(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn layout() {
        let document = serde_json::json!({"a": [[1, 2], []], "b": {}, "c": {"d": {"e": [1]}}});
        let mut out = Vec::new();
        write_document(&mut out, &document).expect("memory takes everything");
        let expected = "{\n  \"a\": [\n    [1, 2],\n    []\n  ],\n  \"b\": {},\n  \"c\": {\n    \"d\": {\"e\": [1]}\n  }\n}\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn decimals_are_rounded_outwards_and_keep_their_digits() {
        let (lower, upper) = (ratio(1, 3), ratio(81, 100));
        let text = serde_json::to_string(&Bounds::new(&lower, &upper)).expect("serialises");
        let expected = r#"{"lower":"1/3","upper":"81/100","lower_decimal":0.333333333333333,"upper_decimal":0.81}"#;
        assert_eq!(text, expected);
    }
}
