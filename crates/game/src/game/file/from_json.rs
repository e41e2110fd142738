//! JSON text as a document, every number with the digits that spelled it. `"tables"` is passed over
//! here and read in a stream afterwards (`tables`).

use super::document::{DEEPEST, Entry, MOST_VALUES, Mark, Node, Value};
use super::errors::{GameError, GameErrors, Position};
use super::problem::DocumentError;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

/// The key under which serde_json hands numbers with all their digits to a visitor.
pub(super) const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// A document and whether it has a top-level key `"tables"`, which the document does not contain.
pub(super) struct JsonDocument {
    pub node: Node,
    pub tables: bool,
}

/// Reads JSON.
pub(super) fn document(text: &str) -> Result<JsonDocument, GameErrors> {
    let budget = Budget::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let node = AnyNode { budget: &budget, depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|node| deserializer.end().map(|()| node))
        .map_err(|error| syntax_error(&error))?;
    Ok(JsonDocument { node, tables: budget.tables.get() })
}

/// An error of serde_json with its position.
pub(super) fn syntax_error(error: &serde_json::Error) -> GameErrors {
    let full = error.to_string();
    // serde_json appends the position, which is given separately here.
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let message = full.strip_suffix(&suffix).unwrap_or(&full).to_string();
    let known = |number: usize| (number > 0).then_some(number);
    let position =
        Position { line: known(error.line()), place: String::new(), column: known(error.column()) };
    let problem = DocumentError::Syntax { format: "JSON", message };
    GameErrors::new(vec![GameError { position, problem: problem.into() }])
}

/// How many values may still be read.
pub(super) struct Budget {
    values: Cell<usize>,
    tables: Cell<bool>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Budget { values: Cell::new(MOST_VALUES), tables: Cell::new(false) }
    }
}

/// A value without lists and tables within lists and tables.
pub(super) fn shallow(budget: &Budget) -> AnyNode<'_> {
    AnyNode { budget, depth: DEEPEST - 2 }
}

/// Any value, at most [`DEEPEST`] levels below `depth` 0.
#[derive(Clone, Copy)]
pub(super) struct AnyNode<'b> {
    budget: &'b Budget,
    depth: usize,
}

impl<'b> AnyNode<'b> {
    fn deeper<E: Error>(self) -> Result<AnyNode<'b>, E> {
        if self.depth >= DEEPEST {
            return Err(E::custom(DocumentError::TooDeep { most: DEEPEST }));
        }
        Ok(AnyNode { depth: self.depth + 1, ..self })
    }
}

fn plain<E>(value: Value) -> Result<Node, E> {
    Ok(Node { mark: Mark::default(), value })
}

impl<'de> DeserializeSeed<'de> for AnyNode<'_> {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let left = self.budget.values.get().checked_sub(1);
        let left = left
            .ok_or_else(|| D::Error::custom(DocumentError::TooManyValues { most: MOST_VALUES }))?;
        self.budget.values.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyNode<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        plain(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        plain(Value::Boolean(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        plain(Value::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        plain(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        plain(Value::Text(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let below = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        plain(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let below = self.deeper()?;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut table = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER_TOKEN {
                return plain(Value::Number(entries.next_value::<String>()?));
            }
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(DocumentError::DuplicateKey { key }));
            }
            if self.depth == 0 && key == "tables" {
                entries.next_value::<IgnoredAny>()?;
                self.budget.tables.set(true);
                continue;
            }
            let node = entries.next_value_seed(below)?;
            table.push(Entry { key, mark: Mark::default(), node });
        }
        plain(Value::Table(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_order_survive() {
        let text =
            r#"{"b": 0.10, "a": [-1, 12345678901234567890123, 1e-3, null], "tables": {"x": 1}}"#;
        let Ok(JsonDocument { node: Node { value: Value::Table(entries), .. }, tables: true }) =
            document(text)
        else {
            panic!("a table")
        };
        assert_eq!(entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(entries[0].node.value, Value::Number("0.10".into()));
        let Value::List(items) = &entries[1].node.value else { panic!("a list") };
        let spelled: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
        assert_eq!(
            spelled,
            ["the number -1", "the number 12345678901234567890123", "the number 1e-3", "null"]
        );
    }

    #[test]
    fn what_is_no_document() {
        for (text, fragment) in [
            ("{\"a\": 1, \"a\": 2}", "key \"a\" twice"),
            ("{\"a\": ", "EOF"),
            ("{\"a\": NaN}", "expected value"),
            ("{} {}", "trailing"),
            ("", "EOF"),
        ] {
            let message = document(text).err().expect(text).to_string();
            assert!(message.contains(fragment) && message.contains("line 1"), "{message}");
        }
        assert!(document(&"[".repeat(1_000_000)).is_err());
        assert!(document(&format!("{{\"tables\": {}", "[".repeat(1_000_000))).is_err());
    }
}
