//! What TOML and JSON have in common: a tree of tables, lists and scalars, with positions.
//!
//! Numbers keep the text that spelled them, so that no digit is lost; tables keep the order of the
//! file.

use std::fmt;

/// Deepest nesting a document may have; the format needs six levels.
pub(super) const DEEPEST: usize = 32;
/// Most values a document may have besides `"tables"`, so that a hostile file cannot fill memory.
pub(super) const MOST_VALUES: usize = 20_000_000;

/// Where a value begins: line and column counted from 1, 0 when the format does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub line: u32,
    pub column: u32,
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub mark: Mark,
    pub value: Value,
}

/// One entry of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub mark: Mark,
    pub node: Node,
}

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    /// As spelled.
    Number(String),
    Text(String),
    /// TOML dates and times, which no key of the format takes.
    Date(String),
    List(Vec<Node>),
    /// In the order of the file, keys distinct.
    Table(Vec<Entry>),
}

/// At most this many characters of a value are repeated in a message.
const LONGEST_QUOTE: usize = 60;

/// `text` cut to what a message may repeat, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_QUOTE).flat_map(printable).collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        short.push_str("...");
    }
    short
}

fn printable(c: char) -> impl Iterator<Item = char> {
    let plain = (!c.is_control()).then_some(c);
    let escaped = c.is_control().then(|| c.escape_default());
    plain.into_iter().chain(escaped.into_iter().flatten())
}

impl fmt::Display for Value {
    /// What was found, for messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Number(text) => write!(f, "the number {}", quoted(text)),
            Value::Text(text) => write!(f, "the text \"{}\"", quoted(text)),
            Value::Date(text) => write!(f, "the date {}", quoted(text)),
            Value::List(items) => write!(f, "a list of {}", items.len()),
            Value::Table(_) => f.write_str("a table"),
        }
    }
}
