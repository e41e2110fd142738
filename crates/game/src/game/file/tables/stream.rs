//! Reads `"tables"` from JSON text, array by array, without building a tree.

use super::array::{Array, ArrayKind};
use super::dense::Dense;
use super::sparse::Sparse;
use super::{Part, TableError, Tables};
use crate::exact::{Natural, Rational, parse_rational};
use crate::game::Pairs;
use crate::game::expression::NamedAggregate;
use crate::game::file::document::{Mark, Node, Value, quoted};
use crate::game::file::errors::{GameError, Position};
use crate::game::file::fields::{Formula, formula};
use crate::game::file::from_json::{Budget, shallow, syntax_error};
use crate::game::file::names::{Kind, usable};
use crate::game::file::problem::{DocumentError, Problem, ValueError};
use crate::game::file::report::{At, Report};
use crate::game::nearest::nearest;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The sizes of the game and its available pairs.
#[derive(Clone, Copy)]
pub(in crate::game::file) struct Frame<'f> {
    pub states: usize,
    pub actions: usize,
    pub pairs: &'f [Arc<Pairs>],
}

/// The tables of a JSON text that has some; `None` when something is wrong, which is reported.
pub(in crate::game::file) fn read(
    report: &mut Report,
    text: &str,
    frame: Frame<'_>,
) -> Option<Tables> {
    let session = Session {
        frame,
        report: RefCell::new(Report::new()),
        place: RefCell::new(At::document()),
        problem: RefCell::new(None),
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outcome = Root(&session).deserialize(&mut deserializer);
    let (place, problem) = (session.place.into_inner(), session.problem.into_inner());
    report.absorb(session.report.into_inner());
    match outcome {
        Ok(tables) => tables,
        Err(error) => {
            let known = |number: usize| (number > 0).then_some(number);
            let position = Position {
                line: known(error.line()),
                place: place.place().to_string(),
                column: known(error.column()),
            };
            let problem = problem.unwrap_or_else(|| {
                let plain = syntax_error(&error);
                match plain.errors().first().map(|error| error.problem.clone()) {
                    Some(Problem::Document(DocumentError::Syntax { message, .. }))
                        if error.is_data() =>
                    {
                        TableError::Kind { message }.into()
                    }
                    Some(problem) => problem,
                    None => TableError::Kind { message: error.to_string() }.into(),
                }
            });
            report.record(GameError { position, problem });
            None
        }
    }
}

/// What all readers share.
pub(super) struct Session<'s> {
    pub frame: Frame<'s>,
    report: RefCell<Report>,
    place: RefCell<At>,
    problem: RefCell<Option<Problem>>,
}

impl Session<'_> {
    /// Stops the reader with a problem.
    pub(super) fn stop<E: Error>(&self, problem: impl Into<Problem>) -> E {
        self.problem.replace(Some(problem.into()));
        E::custom("")
    }

    /// Continues at another place.
    fn enter(&self, at: &At) {
        self.place.replace(at.clone());
    }

    /// Notes a key, which must be known and new.
    fn key<E: Error>(
        &self,
        seen: &mut BTreeSet<String>,
        key: &str,
        known: &[&str],
    ) -> Result<(), E> {
        if !known.contains(&key) {
            let suggestion = nearest(key, known.iter().copied()).map(str::to_string);
            return Err(self.stop(ValueError::UnknownKey {
                key: quoted(key),
                suggestion,
                known: known.join(", "),
            }));
        }
        if !seen.insert(key.to_string()) {
            return Err(self.stop(DocumentError::DuplicateKey { key: key.to_string() }));
        }
        Ok(())
    }
}

/// The whole document, of which only `"tables"` is read.
struct Root<'s>(&'s Session<'s>);

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = Option<Tables>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = Option<Tables>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut tables = None;
        while let Some(key) = entries.next_key::<String>()? {
            if key == "tables" {
                tables = entries.next_value_seed(TablesSeed(self.0))?;
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(tables)
    }
}

struct TablesSeed<'s>(&'s Session<'s>);

impl<'de> DeserializeSeed<'de> for TablesSeed<'_> {
    type Value = Option<Tables>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TablesSeed<'_> {
    type Value = Option<Tables>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of arrays")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let session = self.0;
        let top = At::document().key("tables", Mark::default());
        let mut tables = Some(Tables::default());
        let mut seen = BTreeSet::new();
        session.enter(&top);
        while let Some(key) = entries.next_key::<String>()? {
            session.key(
                &mut seen,
                &key,
                &["aggregates", "reward", "transition", "leader_reward", "normalise"],
            )?;
            let at = top.key(&key, Mark::default());
            session.enter(&at);
            if key == "normalise" {
                let budget = Budget::new();
                let node = entries.next_value_seed(shallow(&budget))?;
                let Value::Boolean(flag) = node.value else {
                    return Err(session.stop(ValueError::WrongKind {
                        found: node.value.to_string(),
                        expected: "true or false",
                    }));
                };
                if let Some(tables) = &mut tables {
                    tables.normalise = flag;
                }
                session.enter(&top);
                continue;
            }
            let kind = match key.as_str() {
                "aggregates" => ArrayKind::Aggregate,
                "transition" => ArrayKind::Transition,
                _ => ArrayKind::Reward,
            };
            let items = entries.next_value_seed(Items { session, at: &at, kind })?;
            match (&mut tables, items) {
                (Some(tables), Some(items)) => {
                    for item in items {
                        match (item, key.as_str()) {
                            (Item::Aggregate(name, aggregate), _) => {
                                if tables.aggregates.insert(name.clone(), aggregate).is_some() {
                                    return Err(session.stop(ValueError::DuplicateName {
                                        kind: Kind::Aggregate,
                                        name: quoted(&name),
                                    }));
                                }
                            }
                            (Item::Part(part), "reward") => tables.reward.push(part),
                            (Item::Part(part), "transition") => tables.transition.push(part),
                            (Item::Part(part), _) => tables.leader_reward.push(part),
                        }
                    }
                }
                _ => tables = None,
            }
            session.enter(&top);
        }
        Ok(tables)
    }
}

enum Item {
    Aggregate(String, NamedAggregate),
    Part(Part),
}

/// A list of parts or aggregates; `None` when a formula or name in it is wrong, which is reported.
struct Items<'s> {
    session: &'s Session<'s>,
    at: &'s At,
    kind: ArrayKind,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = Option<Vec<Item>>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Option<Vec<Item>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tables with \"dense\" or \"sparse\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut read = Some(Vec::new());
        for index in 0.. {
            let at = self.at.item(index);
            self.session.enter(&at);
            match items.next_element_seed(ItemSeed {
                session: self.session,
                at: &at,
                kind: self.kind,
            })? {
                None => break,
                Some(None) => read = None,
                Some(Some(item)) => {
                    if let Some(read) = &mut read {
                        read.push(item);
                    }
                }
            }
        }
        Ok(read)
    }
}

struct ItemSeed<'s> {
    session: &'s Session<'s>,
    at: &'s At,
    kind: ArrayKind,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_> {
    type Value = Option<Item>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_> {
    type Value = Option<Item>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table with \"dense\" or \"sparse\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let known: &[&str] = match self.kind {
            ArrayKind::Aggregate => &["name", "stage", "denominator", "dense", "sparse"],
            _ => &["times", "time_invariant", "denominator", "dense", "sparse"],
        };
        let budget = Budget::new();
        let mut seen = BTreeSet::new();
        let (mut scalars, mut arrays): (Vec<(String, Node)>, Vec<Array>) = (Vec::new(), Vec::new());
        while let Some(key) = entries.next_key::<String>()? {
            self.session.key(&mut seen, &key, known)?;
            let array = Array::new(self.kind);
            match key.as_str() {
                "dense" => {
                    arrays.push(entries.next_value_seed(Dense { session: self.session, array })?)
                }
                "sparse" => {
                    arrays.push(entries.next_value_seed(Sparse { session: self.session, array })?)
                }
                _ => scalars.push((key, entries.next_value_seed(shallow(&budget))?)),
            }
        }
        let (Some(array), true) = (arrays.pop(), arrays.is_empty()) else {
            return Err(self.session.stop(TableError::Arrays));
        };
        self.finish(scalars, array)
    }
}

impl ItemSeed<'_> {
    fn finish<E: Error>(
        self,
        scalars: Vec<(String, Node)>,
        array: Array,
    ) -> Result<Option<Item>, E> {
        let (session, kind) = (self.session, self.kind);
        let take = |key: &str| scalars.iter().find(|(name, _)| name == key).map(|(_, node)| node);
        let denominator =
            take("denominator").map(|node| self.denominator(&node.value)).transpose()?;
        if denominator.is_some() && !array.numbers.integers {
            return Err(session.stop(TableError::NotInteger));
        }
        let time_invariant = match take("time_invariant").map(|node| &node.value) {
            None => None,
            Some(Value::Boolean(flag)) => Some(*flag),
            Some(other) => {
                return Err(session.stop(ValueError::WrongKind {
                    found: other.to_string(),
                    expected: "true or false",
                }));
            }
        };
        let without_stages = array.first_axis.is_some_and(|axis| axis == 1);
        let flag = time_invariant.unwrap_or(false);
        if kind != ArrayKind::Aggregate && array.first_axis.is_some() && flag != without_stages {
            return Err(session.stop(TableError::TimeInvariant { flag }));
        }
        let (keys, numbers) = array.finish(session, denominator.as_ref())?;
        let mut report = session.report.borrow_mut();
        if kind == ArrayKind::Aggregate {
            let name = match take("name").map(|node| &node.value) {
                Some(Value::Text(name)) => name.clone(),
                Some(other) => {
                    return Err(session.stop(ValueError::WrongKind {
                        found: other.to_string(),
                        expected: "a name",
                    }));
                }
                None => {
                    return Err(session.stop(ValueError::MissingKey {
                        key: "name",
                        expected: "the name of the aggregate",
                    }));
                }
            };
            let fine = usable(&mut report, self.at, Kind::Aggregate, &name);
            let last = session.frame.pairs.len().saturating_sub(1);
            let stage = match take("stage").map(|node| &node.value) {
                None => None,
                Some(Value::Number(stage)) => match stage.parse::<usize>() {
                    Ok(stage) if stage <= last => Some(stage),
                    _ => {
                        let found = stage.parse::<u64>().unwrap_or(u64::MAX);
                        return Err(session.stop(TableError::Index {
                            axis: "stage",
                            found,
                            size: last + 1,
                        }));
                    }
                },
                Some(other) => {
                    return Err(session.stop(ValueError::WrongKind {
                        found: other.to_string(),
                        expected: "a stage",
                    }));
                }
            };
            let actions = session.frame.actions as u64;
            let weight = |(at, key): (usize, &u64)| {
                ((key / actions) as u32, (key % actions) as u32, numbers.get(at))
            };
            let weights = keys.iter().enumerate().map(weight).collect();
            return Ok(fine.then_some(Item::Aggregate(name, NamedAggregate { stage, weights })));
        }
        let times: Option<Option<Formula>> = match take("times") {
            None => Some(None),
            Some(node) => {
                formula(&mut report, self.at.key("times", Mark::default()), node).map(Some)
            }
        };
        Ok(times.map(|times| {
            Item::Part(Part { at: self.at.clone(), times, time_invariant: flag, keys, numbers })
        }))
    }

    fn denominator<E: Error>(&self, value: &Value) -> Result<Natural, E> {
        let wrong = || self.session.stop(TableError::Denominator { found: value.to_string() });
        let (Value::Number(text) | Value::Text(text)) = value else { return Err(wrong()) };
        let number = parse_rational(text)
            .ok()
            .filter(|number| number.denominator().is_one() && *number > Rational::ZERO);
        number
            .and_then(|number| Natural::try_from(number.numerator().clone()).ok())
            .ok_or_else(wrong)
    }
}
