//! A game file as it is written, for those who show it to people.

use super::document::{Node, Value};
use super::errors::GameErrors;
use super::{Format, from_json, from_toml, text_of, without_mark};
use std::path::Path;

/// A value of a game file: numbers as they are spelled, keys in the order of the file, `"tables"`
/// left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outline {
    /// A text, a number, or another value without parts.
    Scalar(String),
    /// A list.
    List(Vec<Outline>),
    /// A table.
    Table(Vec<(String, Outline)>),
}

impl Outline {
    /// Reads the file of a game. What is wrong with the game itself is not found.
    ///
    /// # Errors
    /// [`GameErrors`] when the file cannot be read or its syntax is wrong.
    pub fn read(path: impl AsRef<Path>) -> Result<Outline, GameErrors> {
        let path = path.as_ref();
        let read = |path| {
            let (format, text) = text_of(path)?;
            let text = without_mark(&text);
            Ok(match format {
                Format::Toml => from_toml::document(text)?,
                Format::Json => from_json::document(text)?.node,
            })
        };
        let node =
            read(path).map_err(|errors: GameErrors| errors.in_file(&path.display().to_string()))?;
        Ok(outline(node))
    }

    /// The value of a key; `None` where there is none, or this is no table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Outline> {
        match self {
            Outline::Table(entries) => {
                entries.iter().find(|(own, _)| own == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The entries of a list; none where this is no list.
    #[must_use]
    pub fn entries(&self) -> &[Outline] {
        match self {
            Outline::List(entries) => entries,
            _ => &[],
        }
    }

    /// The text of a value without parts.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Outline::Scalar(text) => Some(text),
            _ => None,
        }
    }
}

/// `node` without positions; documents are at most 32 levels deep.
fn outline(node: Node) -> Outline {
    match node.value {
        Value::Null => Outline::Scalar("null".into()),
        Value::Boolean(value) => Outline::Scalar(value.to_string()),
        Value::Number(text) | Value::Text(text) | Value::Date(text) => Outline::Scalar(text),
        Value::List(items) => Outline::List(items.into_iter().map(outline).collect()),
        Value::Table(entries) => Outline::Table(
            entries.into_iter().map(|entry| (entry.key, outline(entry.node))).collect(),
        ),
    }
}
