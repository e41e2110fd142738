//! Names to indices.

use super::error::{ExpressionErrorKind, shown};
use super::hints::{hint, listed};
use super::lexer::is_identifier;
use super::population::Members;
use super::program::{Owner, Selector};
use super::symbols::{Entity, LeaderTerms, Subpopulation, Symbols};
use crate::exact::Rational;
use crate::game::nearest::nearest;
use std::collections::BTreeMap;
use std::ops::Range;

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
    /// Where names begin with that of a population: what follows, and all who are called so.
    own_states: BTreeMap<&'a str, Vec<u32>>,
    own_actions: BTreeMap<&'a str, Vec<u32>>,
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

/// The names without those of their populations, each with the positions of all who are called so.
fn own_names<'a>(
    entities: &'a [Entity],
    populations: &'a [Subpopulation],
    positions: impl Fn(&Subpopulation) -> Range<usize>,
) -> BTreeMap<&'a str, Vec<u32>> {
    let mut names: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for population in populations.iter().filter(|population| population.prefixed) {
        for position in positions(population) {
            if let Some(entity) = entities.get(position) {
                names.entry(population.own(&entity.name)).or_default().push(position as u32);
            }
        }
    }
    names
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
            own_states: own_names(&symbols.states, &symbols.populations, |own| own.states.clone()),
            own_actions: own_names(&symbols.actions, &symbols.populations, |own| {
                own.actions.clone()
            }),
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
        if self.states.contains_key(name) || self.own_states.contains_key(name) {
            return written("mu[", "]");
        }
        if self.actions.contains_key(name) || self.own_actions.contains_key(name) {
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

    /// A state of the leader or all, an action of hers or all.
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
            Selector::Of { population, name, column } => {
                let name = format!("{population}.{}", name.as_deref().unwrap_or("*"));
                self.index(member, &name).map(Some).map_err(|kind| (*column, kind))
            }
        }
    }

    /// The states or actions of followers that a selector means: without a population those of
    /// this name in all of them.
    pub(super) fn members(
        &self,
        member: Member,
        selector: &Selector,
    ) -> Result<Members, (usize, ExpressionErrorKind)> {
        let (index, own) = match member {
            Member::Action => (&self.actions, &self.own_actions),
            _ => (&self.states, &self.own_states),
        };
        match selector {
            Selector::All => Ok(Members::All),
            Selector::One(name, column) => match (index.get(name.as_str()), own.get(name.as_str()))
            {
                (Some(&position), _) => Ok(Members::One(position)),
                (None, Some(positions)) => Ok(Members::Several(positions.as_slice().into())),
                (None, None) => Err((*column, self.unknown(member, name))),
            },
            Selector::Of { population, name, column } => self
                .of_population(member, population, name.as_deref())
                .map_err(|kind| (*column, kind)),
        }
    }

    /// A state or action of a population, or all of them.
    fn of_population(
        &self,
        member: Member,
        population: &str,
        name: Option<&str>,
    ) -> Result<Members, ExpressionErrorKind> {
        let found = self.population(population)?;
        let own = self.symbols.populations.get(found);
        let (entities, positions) = match member {
            Member::Action => (&self.symbols.actions, own.map(|own| own.actions.clone())),
            _ => (&self.symbols.states, own.map(|own| own.states.clone())),
        };
        let positions = positions.unwrap_or_default();
        let Some(name) = name else {
            return Ok(Members::Several(positions.map(|position| position as u32).collect()));
        };
        let called = |position: &usize| {
            let full = entities.get(*position).map_or("", |entity| entity.name.as_str());
            own.map_or(full, |own| own.own(full))
        };
        let position = positions.clone().find(|position| called(position) == name);
        position.map(|position| Members::One(position as u32)).ok_or_else(|| {
            let names: Vec<&str> = positions.map(|position| called(&position)).collect();
            ExpressionErrorKind::UnknownMember {
                what: if member == Member::Action { "action" } else { "state" },
                name: shown(&format!("{population}.{name}")),
                hint: hint(name, names.into_iter()),
            }
        })
    }

    /// The position of a population.
    pub(super) fn population(&self, name: &str) -> Result<usize, ExpressionErrorKind> {
        let populations = &self.symbols.populations;
        populations.iter().position(|own| own.name == name).ok_or_else(|| {
            let hint = if populations.is_empty() {
                "; the game has no [[population]]".into()
            } else {
                hint(name, populations.iter().map(|own| own.name.as_str()))
            };
            ExpressionErrorKind::UnknownMember { what: "population", name: shown(name), hint }
        })
    }

    /// The error about a name that no state or action has, alone or with its population.
    fn unknown(&self, member: Member, name: &str) -> ExpressionErrorKind {
        let (what, index, own) = match member {
            Member::Action => ("action", &self.actions, &self.own_actions),
            _ => ("state", &self.states, &self.own_states),
        };
        let known = if own.is_empty() {
            index.keys().copied().collect::<Vec<&str>>()
        } else {
            own.keys().copied().collect()
        };
        ExpressionErrorKind::UnknownMember {
            what,
            name: shown(name),
            hint: hint(name, known.into_iter()),
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
