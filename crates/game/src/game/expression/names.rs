//! Names to indices.

use super::error::{ExpressionErrorKind, shown};
use super::hints::{hint, listed};
use super::lexer::is_identifier;
use super::program::{Owner, Selector};
use super::symbols::{Entity, LeaderTerms, Symbols};
use crate::exact::Rational;
use crate::game::nearest::nearest;
use std::collections::BTreeMap;

/// What a plain name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Parameter(u32),
    /// Index into the definitions of the symbols.
    Definition(usize),
    /// Index into [`Names::tables`].
    Table(usize),
}

/// Every name of the symbols with its index. Of several things with one name the first is meant.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) symbols: &'a Symbols,
    plain: BTreeMap<&'a str, Meaning>,
    states: BTreeMap<&'a str, u32>,
    actions: BTreeMap<&'a str, u32>,
    state_attributes: Attributes<'a>,
    action_attributes: Attributes<'a>,
    leader_states: BTreeMap<&'a str, u32>,
    leader_actions: BTreeMap<&'a str, u32>,
    /// Names of the named aggregates, in order.
    pub(super) tables: Vec<&'a str>,
}

/// The attributes of states or of actions.
#[derive(Debug, Default)]
struct Attributes<'a> {
    index: BTreeMap<&'a str, usize>,
    /// `values[attribute][entity]`.
    values: Vec<Vec<Option<&'a Rational>>>,
}

impl<'a> Attributes<'a> {
    fn of(entities: &'a [Entity]) -> Self {
        let mut attributes = Attributes::default();
        for (position, entity) in entities.iter().enumerate() {
            for (name, value) in &entity.attributes {
                let next = attributes.values.len();
                let index = *attributes.index.entry(name).or_insert(next);
                if index == next {
                    attributes.values.push(vec![None; entities.len()]);
                }
                if let Some(slot) =
                    attributes.values.get_mut(index).and_then(|column| column.get_mut(position))
                {
                    *slot = Some(value);
                }
            }
        }
        attributes
    }
}

fn indexed<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u32> {
    let mut index = BTreeMap::new();
    for (position, name) in (0..).zip(names) {
        index.entry(name).or_insert(position);
    }
    index
}

impl<'a> Names<'a> {
    pub(super) fn new(symbols: &'a Symbols) -> Self {
        let none: &'a [String] = &[];
        let (leader_states, leader_actions) = match &symbols.leader_terms {
            LeaderTerms::None => (none, none),
            LeaderTerms::Mixed { actions, .. } => (none, actions.as_slice()),
            LeaderTerms::Process { states, actions, .. } => (states.as_slice(), actions.as_slice()),
        };
        let mut plain = BTreeMap::new();
        for (position, name) in (0..).zip(&symbols.parameters) {
            plain.entry(name.as_str()).or_insert(Meaning::Parameter(position));
        }
        let tables: Vec<&str> = symbols.named_aggregates.keys().map(String::as_str).collect();
        for (position, name) in tables.iter().enumerate() {
            plain.entry(name).or_insert(Meaning::Table(position));
        }
        for (position, (name, _)) in symbols.defines.iter().enumerate() {
            plain.entry(name).or_insert(Meaning::Definition(position));
        }
        Names {
            symbols,
            plain,
            states: indexed(symbols.states.iter().map(|state| state.name.as_str())),
            actions: indexed(symbols.actions.iter().map(|action| action.name.as_str())),
            state_attributes: Attributes::of(&symbols.states),
            action_attributes: Attributes::of(&symbols.actions),
            leader_states: indexed(leader_states.iter().map(String::as_str)),
            leader_actions: indexed(leader_actions.iter().map(String::as_str)),
            tables,
        }
    }

    /// What the plain name means, when anything.
    pub(super) fn meaning(&self, name: &str) -> Option<Meaning> {
        self.plain.get(name).copied()
    }

    /// What the plain name means.
    pub(super) fn plain(&self, name: &str) -> Result<Meaning, ExpressionErrorKind> {
        self.meaning(name).ok_or_else(|| ExpressionErrorKind::UnknownName {
            name: shown(name),
            hint: self.about(name),
        })
    }

    /// What to say about an unknown plain name.
    fn about(&self, name: &str) -> String {
        let spelled =
            if is_identifier(name) { shown(name) } else { format!("\"{}\"", shown(name)) };
        let written =
            |prefix: &str, suffix: &str| format!("; did you mean `{prefix}{spelled}{suffix}`?");
        if self.states.contains_key(name) {
            return written("mu[", "]");
        }
        if self.actions.contains_key(name) {
            return written("mu[*, ", "]");
        }
        if self.state_attributes.index.contains_key(name) {
            return written("s.", "");
        }
        if self.action_attributes.index.contains_key(name) {
            return written("a.", "");
        }
        if self.leader_states.contains_key(name) {
            return written("nu[", "]");
        }
        if self.leader_actions.contains_key(name)
            && matches!(self.symbols.leader_terms, LeaderTerms::Mixed { .. })
        {
            return written("p[", "]");
        }
        if let Some(nearest) = nearest(name, self.plain.keys().copied()) {
            return format!("; did you mean `{}`?", shown(nearest));
        }
        let mut kinds = Vec::new();
        for (kind, list) in [
            ("the leader's parameters", listed(self.symbols.parameters.iter().map(String::as_str))),
            ("the definitions", listed(self.symbols.defines.iter().map(|(name, _)| name.as_str()))),
            ("the named aggregates", listed(self.tables.iter().copied())),
        ] {
            if !list.is_empty() {
                kinds.push(format!("{kind} {list}"));
            }
        }
        kinds.push("the stage `t`".into());
        format!("; the names here are {}", kinds.join(", "))
    }

    /// A state or all, an action or all.
    pub(super) fn member(
        &self,
        member: Member,
        selector: &Selector,
    ) -> Result<Option<u32>, (usize, ExpressionErrorKind)> {
        match selector {
            Selector::All => Ok(None),
            Selector::One(name, column) => {
                self.index(member, name).map(Some).map_err(|kind| (*column, kind))
            }
        }
    }

    /// The index of a state or action.
    pub(super) fn index(&self, member: Member, name: &str) -> Result<u32, ExpressionErrorKind> {
        let (what, index) = match member {
            Member::State => ("state", &self.states),
            Member::Action => ("action", &self.actions),
            Member::LeaderState => ("state of the leader", &self.leader_states),
            Member::LeaderAction => ("action of the leader", &self.leader_actions),
        };
        index.get(name).copied().ok_or_else(|| ExpressionErrorKind::UnknownMember {
            what,
            name: shown(name),
            hint: hint(name, index.keys().copied()),
        })
    }

    /// The index of an attribute that at least one state or action has.
    pub(super) fn attribute(&self, owner: Owner, name: &str) -> Result<usize, ExpressionErrorKind> {
        let attributes = self.attributes(owner);
        attributes.index.get(name).copied().ok_or_else(|| ExpressionErrorKind::UnknownAttribute {
            what: noun(owner),
            attribute: shown(name),
            hint: hint(name, attributes.index.keys().copied()),
        })
    }

    /// The value of an attribute on one state or action, `None` where a rule applies to no
    /// particular one.
    pub(super) fn value(
        &self,
        owner: Owner,
        attribute: usize,
        entity: Option<usize>,
    ) -> Result<&'a Rational, ExpressionErrorKind> {
        let attributes = self.attributes(owner);
        let name = || {
            let found = attributes.index.iter().find(|(_, index)| **index == attribute);
            found.map(|(name, _)| shown(name)).unwrap_or_default()
        };
        let entities = match owner {
            Owner::State => &self.symbols.states,
            Owner::Action => &self.symbols.actions,
        };
        let Some((entity, described)) =
            entity.and_then(|entity| Some((entity, entities.get(entity)?)))
        else {
            return Err(match owner {
                Owner::State => ExpressionErrorKind::NeedsState { attribute: name() },
                Owner::Action => ExpressionErrorKind::NeedsAction { attribute: name() },
            });
        };
        let value = attributes.values.get(attribute).and_then(|column| *column.get(entity)?);
        value.ok_or_else(|| ExpressionErrorKind::MissingAttribute {
            what: noun(owner),
            name: shown(&described.name),
            attribute: name(),
        })
    }

    fn attributes(&self, owner: Owner) -> &Attributes<'a> {
        match owner {
            Owner::State => &self.state_attributes,
            Owner::Action => &self.action_attributes,
        }
    }
}

/// What a name in brackets names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    State,
    Action,
    LeaderState,
    LeaderAction,
}

fn noun(owner: Owner) -> &'static str {
    match owner {
        Owner::State => "state",
        Owner::Action => "action",
    }
}
