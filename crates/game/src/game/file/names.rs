//! Names of states, actions, decisions, parameters, definitions and attributes.

use super::document::{Node, Value, quoted};
use super::fields::{Found, list, number, text, wrong};
use super::problem::ValueError;
use super::report::{At, Report};
use crate::game::expression::{Entity, is_identifier};
use crate::game::nearest::nearest;
use std::collections::BTreeMap;

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// Words of the formula language, which name nothing else.
const RESERVED: [&str; 8] = ["t", "s", "a", "mu", "mean", "p", "nu", "rest"];

/// What a name names, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A state of the followers.
    State,
    /// An action of the followers.
    Action,
    /// A state of the leader's process.
    LeaderState,
    /// An action of the leader.
    LeaderAction,
    /// A decision of a finite leader.
    Decision,
    /// A parameter of the leader.
    Parameter,
    /// A defined name.
    Define,
    /// A named aggregate of `"tables"`.
    Aggregate,
    /// An attribute of a state or an action.
    Attribute,
    /// One of several populations.
    Population,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::State => "state",
            Kind::Action => "action",
            Kind::LeaderState => "leader state",
            Kind::LeaderAction => "leader action",
            Kind::Decision => "decision",
            Kind::Parameter => "parameter",
            Kind::Define => "defined name",
            Kind::Aggregate => "aggregate",
            Kind::Attribute => "attribute",
            Kind::Population => "population",
        })
    }
}

/// Names of one kind and their positions.
#[derive(Debug, Clone)]
pub(super) struct Names {
    kind: Kind,
    names: Vec<String>,
    index: BTreeMap<String, u32>,
}

impl Names {
    pub(super) fn new(kind: Kind, names: impl Iterator<Item = String>) -> Self {
        let names: Vec<String> = names.collect();
        let index = names.iter().enumerate().map(|(at, name)| (name.clone(), at as u32)).collect();
        Names { kind, names, index }
    }

    /// What they name.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The position of `name`, when there is one of this name.
    pub(super) fn position(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn list(&self) -> &[String] {
        &self.names
    }

    /// The name at `index`, for messages.
    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("?", String::as_str)
    }

    /// The position of `name`; an unknown one is reported.
    pub(super) fn find(&self, report: &mut Report, at: &At, name: &str) -> Option<u32> {
        let found = self.index.get(name).copied();
        if found.is_none() {
            let suggestion =
                nearest(name, self.names.iter().map(String::as_str)).map(str::to_string);
            report.push(
                at,
                ValueError::UnknownName { kind: self.kind, name: quoted(name), suggestion },
            );
        }
        found
    }
}

/// Whether `name` may be a name at all; reported when not.
pub(super) fn valid(report: &mut Report, at: &At, kind: Kind, name: &str) -> bool {
    let length = name.chars().count();
    let fine = length > 0 && length <= LONGEST_NAME && !name.chars().any(char::is_control);
    if !fine {
        report.push(at, ValueError::BadName { kind, name: quoted(name), longest: LONGEST_NAME });
    }
    fine
}

/// Whether `name` can be a name in formulas, quoted if need be: it must be no word of the language,
/// and after `s.` and `a.`, where nothing is quoted, an identifier.
pub(super) fn usable(report: &mut Report, at: &At, kind: Kind, name: &str) -> bool {
    if !valid(report, at, kind, name) {
        return false;
    }
    if matches!(kind, Kind::Attribute | Kind::Population) {
        let fine = is_identifier(name);
        if !fine {
            report.push(at, ValueError::NotAnIdentifier { kind, name: quoted(name) });
        }
        if kind == Kind::Attribute || !fine {
            return fine;
        }
    }
    let fine = !RESERVED.contains(&name);
    if !fine {
        report.push(at, ValueError::Reserved { kind, name: name.to_string() });
    }
    fine
}

/// Reports the names that occur twice; whether there were none.
pub(super) fn distinct<'n>(
    report: &mut Report,
    kind: Kind,
    names: impl Iterator<Item = (&'n At, &'n str)>,
) -> bool {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    let mut fine = true;
    for (at, name) in names {
        if seen.insert(name, ()).is_some() {
            report.push(at, ValueError::DuplicateName { kind, name: quoted(name) });
            fine = false;
        }
    }
    fine
}

/// `states` or `actions`: names, or tables of a name and numeric attributes.
pub(super) fn entities(
    report: &mut Report,
    (at, node): Found<'_>,
    kind: Kind,
) -> Option<Vec<Entity>> {
    let items = list(
        report,
        &at,
        node,
        "a list of names, or of tables with a name and numeric attributes",
    )?;
    if items.is_empty() {
        report.push(&at, ValueError::Empty { expected: "at least one name" });
        return None;
    }
    let places: Vec<At> =
        items.iter().enumerate().map(|(index, item)| at.entry(index, item)).collect();
    let read: Vec<Option<Entity>> =
        items.iter().zip(&places).map(|(item, at)| entity(report, at, item, kind)).collect();
    let entities: Option<Vec<Entity>> = read.into_iter().collect();
    let entities = entities?;
    let named = places.iter().zip(entities.iter().map(|entity| entity.name.as_str()));
    distinct(report, kind, named).then_some(entities)
}

fn entity(report: &mut Report, at: &At, node: &Node, kind: Kind) -> Option<Entity> {
    match &node.value {
        Value::Text(name) => valid(report, at, kind, name)
            .then(|| Entity { name: name.clone(), attributes: BTreeMap::new() }),
        Value::Table(entries) => {
            let mut name = None;
            let mut attributes = BTreeMap::new();
            let mut fine = true;
            for entry in entries {
                let here = at.key(&entry.key, entry.node.mark);
                if entry.key == "name" {
                    name = text(report, &here, &entry.node, "a name");
                    fine &= name.is_some_and(|name| valid(report, &here, kind, name));
                } else if usable(report, &here, Kind::Attribute, &entry.key) {
                    match number(report, &here, &entry.node) {
                        Some(value) => drop(attributes.insert(entry.key.clone(), value)),
                        None => fine = false,
                    }
                } else {
                    fine = false;
                }
            }
            if !entries.iter().any(|entry| entry.key == "name") {
                report.push(at, ValueError::MissingKey { key: "name", expected: "a name" });
            }
            let name = name?.to_string();
            fine.then_some(Entity { name, attributes })
        }
        other => wrong(report, at, other, "a name, or a table with a name and numeric attributes"),
    }
}

/// A list of plain names.
pub(super) fn plain_names(report: &mut Report, (at, node): Found<'_>, kind: Kind) -> Option<Names> {
    let items = list(report, &at, node, "a list of names")?;
    if items.is_empty() {
        report.push(&at, ValueError::Empty { expected: "at least one name" });
        return None;
    }
    let places: Vec<At> =
        items.iter().enumerate().map(|(index, item)| at.entry(index, item)).collect();
    let mut names = Vec::with_capacity(items.len());
    for (item, at) in items.iter().zip(&places) {
        let name = text(report, at, item, "a name")?;
        if !valid(report, at, kind, name) {
            return None;
        }
        names.push(name.to_string());
    }
    distinct(report, kind, places.iter().zip(names.iter().map(String::as_str)))
        .then(|| Names::new(kind, names.into_iter()))
}
