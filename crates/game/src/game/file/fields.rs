//! Typed reading of a document: every mismatch is reported with what was found and what was
//! expected, and every key that nobody asked for is an error.

use super::document::{Entry, Node, Value};
use super::problem::ValueError;
use super::report::{At, Report};
use crate::exact::{Rational, parse_rational};
use crate::game::expression::Expression;
use crate::game::nearest::nearest;

/// A table whose keys are known.
#[derive(Clone)]
pub(super) struct Fields<'d> {
    pub at: At,
    entries: &'d [Entry],
}

/// A value and where it stands.
pub(super) type Found<'d> = (At, &'d Node);

impl<'d> Fields<'d> {
    /// The table `node`, whose keys must be among `known`.
    pub(super) fn of(report: &mut Report, at: At, node: &'d Node, known: &[&str]) -> Option<Self> {
        let entries = table(report, &at, node, "a table")?;
        let fields = Fields { at, entries };
        fields.allow(report, known);
        Some(fields)
    }

    /// Reports the keys that are not among `known`.
    fn allow(&self, report: &mut Report, known: &[&str]) {
        for entry in self.entries {
            if !known.contains(&entry.key.as_str()) {
                let problem = ValueError::UnknownKey {
                    key: super::document::quoted(&entry.key),
                    suggestion: nearest(&entry.key, known.iter().copied()).map(str::to_string),
                    known: known.join(", "),
                };
                report.push(&self.at.marked(entry.mark), problem);
            }
        }
    }

    /// The value of `key`, when there is one.
    pub(super) fn get(&self, key: &str) -> Option<Found<'d>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some((self.at.key(key, entry.node.mark), &entry.node))
    }

    /// The value of `key`, whose absence is an error.
    pub(super) fn require(
        &self,
        report: &mut Report,
        key: &'static str,
        expected: &'static str,
    ) -> Option<Found<'d>> {
        let found = self.get(key);
        if found.is_none() {
            report.push(&self.at, ValueError::MissingKey { key, expected });
        }
        found
    }
}

/// The entries of a table.
pub(super) fn table<'d>(
    report: &mut Report,
    at: &At,
    node: &'d Node,
    expected: &'static str,
) -> Option<&'d [Entry]> {
    match &node.value {
        Value::Table(entries) => Some(entries),
        other => wrong(report, at, other, expected),
    }
}

/// The items of a list.
pub(super) fn list<'d>(
    report: &mut Report,
    at: &At,
    node: &'d Node,
    expected: &'static str,
) -> Option<&'d [Node]> {
    match &node.value {
        Value::List(items) => Some(items),
        other => wrong(report, at, other, expected),
    }
}

/// A text.
pub(super) fn text<'d>(
    report: &mut Report,
    at: &At,
    node: &'d Node,
    expected: &'static str,
) -> Option<&'d str> {
    match &node.value {
        Value::Text(text) => Some(text),
        other => wrong(report, at, other, expected),
    }
}

/// `true` or `false`.
pub(super) fn boolean(report: &mut Report, at: &At, node: &Node) -> Option<bool> {
    match &node.value {
        Value::Boolean(value) => Some(*value),
        other => wrong(report, at, other, "true or false"),
    }
}

/// A natural number below 2^53, written as an integer.
pub(super) fn natural(
    report: &mut Report,
    at: &At,
    node: &Node,
    expected: &'static str,
) -> Option<usize> {
    if let Value::Number(spelled) = &node.value
        && let Some(number) = spelled.parse::<usize>().ok().filter(|&number| number < 1 << 53)
    {
        return Some(number);
    }
    wrong(report, at, &node.value, expected)
}

/// An exact number: an integer, a decimal, or a text such as `"p/q"`.
pub(super) fn number(report: &mut Report, at: &At, node: &Node) -> Option<Rational> {
    let (Value::Number(spelled) | Value::Text(spelled)) = &node.value else {
        return wrong(report, at, &node.value, "a number or a text such as \"1/3\"");
    };
    match parse_rational(spelled) {
        Ok(value) => Some(value),
        Err(error) => {
            report.push(at, ValueError::Number(error));
            None
        }
    }
}

/// A formula and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Formula {
    pub expression: Expression,
    pub at: At,
}

/// A formula: a text, or a number.
pub(super) fn formula(report: &mut Report, at: At, node: &Node) -> Option<Formula> {
    let expression = match &node.value {
        Value::Number(_) => Expression::constant(number(report, &at, node)?),
        Value::Text(text) => match Expression::parse(text) {
            Ok(expression) => expression,
            Err(error) => {
                report.formula(&at, error);
                return None;
            }
        },
        other => return wrong(report, &at, other, "a number or a formula in quotes"),
    };
    Some(Formula { expression, at })
}

/// Reports a value of the wrong kind.
pub(super) fn wrong<T>(
    report: &mut Report,
    at: &At,
    found: &Value,
    expected: &'static str,
) -> Option<T> {
    report.push(at, ValueError::WrongKind { found: found.to_string(), expected });
    None
}

/// An array of tables such as `[[reward]]`: the items with their places.
pub(super) fn rules<'d>(
    report: &mut Report,
    section: &'static str,
    found: Option<Found<'d>>,
) -> Vec<Found<'d>> {
    let Some((at, node)) = found else { return Vec::new() };
    let Some(items) = list(report, &at, node, "a list of rules") else { return Vec::new() };
    items.iter().enumerate().map(|(index, item)| (At::rule(section, index, item), item)).collect()
}
