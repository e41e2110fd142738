//! TOML text as a document, every number with the digits that spelled it.

use super::document::{DEEPEST, Entry, Mark, Node, Value};
use super::errors::{GameError, GameErrors, Position};
use super::problem::DocumentError;
use crate::exact::Integer;
use std::cell::Cell;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Largest TOML file: its syntax tree takes about twenty times the size of the text. Larger games
/// are JSON.
pub(super) const LARGEST_TOML: u64 = 64 << 20;

/// Reads TOML.
pub(super) fn document(text: &str) -> Result<Node, GameErrors> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let mark = error.span().map_or(Mark::default(), |span| lines.mark(text, span.start));
        let known = |number: u32| (number > 0).then_some(number as usize);
        let position =
            Position { line: known(mark.line), place: String::new(), column: known(mark.column) };
        let problem =
            DocumentError::Syntax { format: "TOML", message: error.message().to_string() };
        GameErrors::new(vec![GameError { position, problem: problem.into() }])
    })?;
    let source = Source { text, lines };
    Ok(Node { mark: Mark::default(), value: source.table(table.get_ref(), DEEPEST)? })
}

/// Offsets at which lines begin.
struct Lines {
    starts: Vec<usize>,
    /// The offset asked for last, and its column: a line of a million values is counted once.
    last: Cell<(usize, usize)>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let after =
            text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(after).collect(), last: Cell::new((0, 1)) }
    }

    fn mark(&self, text: &str, offset: usize) -> Mark {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let (last, counted) = self.last.get();
        let (from, before) =
            if (start..=offset).contains(&last) { (last, counted) } else { (start, 1) };
        let column = text.get(from..offset).map_or(0, |between| between.chars().count() + before);
        if column > 0 {
            self.last.set((offset, column));
        }
        Mark { line: u32::try_from(line).unwrap_or(0), column: u32::try_from(column).unwrap_or(0) }
    }
}

struct Source<'t> {
    text: &'t str,
    lines: Lines,
}

impl Source<'_> {
    fn mark(&self, offset: usize) -> Mark {
        self.lines.mark(self.text, offset)
    }

    /// `depth` bounds the recursion; the parser itself stops at 80 levels.
    fn node(&self, item: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, GameErrors> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(GameErrors::one(DocumentError::TooDeep { most: DEEPEST }));
        };
        let value = match item.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) if integer.radix() == 10 => {
                Value::Number(integer.as_str().to_string())
            }
            DeValue::Integer(integer) => {
                let decimal = Integer::from_str_radix(integer.as_str(), integer.radix());
                Value::Number(
                    decimal.map_or_else(|_| integer.to_string(), |value| value.to_string()),
                )
            }
            DeValue::Float(float) => Value::Number(float.as_str().to_string()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => Value::List(
                items.iter().map(|item| self.node(item, depth)).collect::<Result<_, _>>()?,
            ),
            DeValue::Table(table) => self.table(table, depth)?,
        };
        Ok(Node { mark: self.mark(item.span().start), value })
    }

    fn table(&self, table: &DeTable<'_>, depth: usize) -> Result<Value, GameErrors> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, item) in table {
            let mark = self.mark(key.span().start);
            entries.push((
                key.span().start,
                Entry { key: key.get_ref().to_string(), mark, node: self.node(item, depth)? },
            ));
        }
        // The parser sorts keys; a table's keys stand in the file in the order of their offsets.
        entries.sort_by_key(|(offset, _)| *offset);
        Ok(Value::Table(entries.into_iter().map(|(_, entry)| entry).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_order_and_lines_survive() {
        let text = "b = 0.10\na = [0x10, 1_000, 1e-3]\n[t]\nz = 'x'\n";
        let Ok(Node { value: Value::Table(entries), .. }) = document(text) else {
            panic!("a table")
        };
        let keys: Vec<(&str, u32)> =
            entries.iter().map(|e| (e.key.as_str(), e.mark.line)).collect();
        assert_eq!(keys, [("b", 1), ("a", 2), ("t", 3)]);
        assert_eq!(entries[0].node.value, Value::Number("0.10".into()));
        let Value::List(items) = &entries[1].node.value else { panic!("a list") };
        let spelled: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
        assert_eq!(spelled, ["the number 16", "the number 1000", "the number 1e-3"]);
        assert_eq!(items[1].mark, Mark { line: 2, column: 12 });
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("{} = 1", vec!["a"; 100_000].join(".")),
            format!("[{}]", vec!["a"; 50_000].join(".")),
        ] {
            assert!(document(&text).is_err());
        }
        let forty = format!("a = {}{}", "[".repeat(40), "]".repeat(40));
        assert!(document(&forty).expect_err("too deep").to_string().contains("deeper than 32"));
    }
}
