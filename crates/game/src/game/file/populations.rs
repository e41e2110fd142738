//! Who plays: states, actions and the initial law, of one population or of several.
//!
//! Several populations are one game over the disjoint union of their states: in a state only the
//! actions of its population are available, nobody changes population, and the initial law is the
//! law of each population times its mass. Names in the union begin with that of the population,
//! `trucks.depot`; rules of a population leave it out.

use super::document::quoted;
use super::fields::{Fields, Found, rules, text};
use super::header::law;
use super::names::{Kind, Names, distinct, entities, usable};
use super::numbers::Numbers;
use super::probabilities::{Blame, Where};
use super::problem::{ModelError, ValueError};
use super::report::{At, Report};
use super::selector::Selection;
use crate::exact::Rational;
use crate::game::Game;
use crate::game::expression::{Entity, Subpopulation};
use crate::game::nearest::nearest;
use std::collections::BTreeSet;
use std::ops::Range;

/// Keys of a `[[population]]`.
const KEYS: [&str; 5] = ["name", "mass", "states", "actions", "initial"];

/// Who plays.
pub(super) struct Members {
    pub states: Vec<Entity>,
    pub actions: Vec<Entity>,
    pub initial: Vec<Rational>,
    pub populations: Populations,
}

/// The populations that a file names.
pub(super) struct Populations {
    names: Names,
    parts: Vec<Subpopulation>,
}

impl Default for Populations {
    fn default() -> Self {
        Populations::new(Vec::new())
    }
}

impl Populations {
    fn new(parts: Vec<Subpopulation>) -> Self {
        let names = parts.iter().map(|own| own.name.clone());
        Populations { names: Names::new(Kind::Population, names), parts }
    }

    /// One by one, in the order of their states; none where the file names none.
    pub(super) fn parts(&self) -> &[Subpopulation] {
        &self.parts
    }

    /// The populations that a rule is about.
    pub(super) fn chosen(
        &self,
        report: &mut Report,
        found: Option<Found<'_>>,
    ) -> Option<Selection> {
        Selection::read(report, found, &Lookup::of(&self.names))
    }

    /// The names of the chosen populations among `names`.
    pub(super) fn lookup<'n>(
        &'n self,
        names: &'n Names,
        chosen: &Selection,
        positions: impl Fn(&Subpopulation) -> Range<usize>,
    ) -> Lookup<'n> {
        if self.parts.len() < 2 {
            return Lookup::of(names);
        }
        let chosen = chosen.positions(self.parts.len()).filter_map(|at| self.parts.get(at));
        Lookup { names, within: chosen.map(|own| (own, positions(own))).collect() }
    }
}

/// Names of states or of actions as the rules of some populations use them: `depot`, or
/// `trucks.depot`.
pub(super) struct Lookup<'n> {
    names: &'n Names,
    /// The populations and the positions of their names; empty where names are as they stand.
    within: Vec<(&'n Subpopulation, Range<usize>)>,
}

impl<'n> Lookup<'n> {
    /// The names as they stand.
    pub(super) fn of(names: &'n Names) -> Self {
        Lookup { names, within: Vec::new() }
    }

    /// All of them.
    pub(super) fn everything(&self) -> Selection {
        let count: usize = self.within.iter().map(|(_, positions)| positions.len()).sum();
        if self.within.is_empty() || count == self.names.len() {
            return Selection::All;
        }
        let positions = self.within.iter().flat_map(|(_, positions)| positions.clone());
        Selection::These(positions.map(|position| position as u32).collect())
    }

    /// The positions of `name`, one per population that has it, increasing; a name that none has is
    /// reported.
    pub(super) fn find(&self, report: &mut Report, at: &At, name: &str) -> Option<Vec<u32>> {
        if self.within.is_empty() {
            return self.names.find(report, at, name).map(|position| vec![position]);
        }
        let full = |own: &Subpopulation| self.names.position(&format!("{}.{name}", own.name));
        let spelled = self.names.position(name);
        let found: BTreeSet<u32> = self
            .within
            .iter()
            .flat_map(|(own, positions)| {
                let spelled = spelled.filter(|&at| positions.contains(&(at as usize)));
                full(own).into_iter().chain(spelled)
            })
            .collect();
        if found.is_empty() {
            self.unknown(report, at, name);
            return None;
        }
        Some(found.into_iter().collect())
    }

    /// The one position of `name` in one population.
    pub(super) fn one(&self, report: &mut Report, at: &At, name: &str) -> Option<u32> {
        self.find(report, at, name)?.first().copied()
    }

    fn unknown(&self, report: &mut Report, at: &At, name: &str) {
        let own = self.within.iter().flat_map(|(own, positions)| {
            positions.clone().map(|position| own.own(self.names.name(position)))
        });
        let populations: Vec<String> =
            self.within.iter().map(|(own, _)| format!("\"{}\"", own.name)).collect();
        let problem = ValueError::UnknownOf {
            kind: self.names.kind(),
            populations: populations.join(", "),
            name: quoted(name),
            suggestion: nearest(name, own).map(str::to_string),
        };
        report.push(at, problem);
    }
}

/// Reads who plays: `states`, `actions` and `initial`, or every `[[population]]`.
pub(super) fn members(
    report: &mut Report,
    fields: &Fields<'_>,
    numbers: &Numbers,
) -> Option<Members> {
    let Some(found) = fields.get("population") else {
        let (states, actions, initial) = one(report, fields, numbers)?;
        return Some(Members { states, actions, initial, populations: Populations::default() });
    };
    let mut fine = true;
    for key in ["states", "actions", "initial"] {
        if let Some((at, _)) = fields.get(key) {
            report.push(&at, ValueError::BesidePopulations { key });
            fine = false;
        }
    }
    let at = found.0.clone();
    let before = report.count();
    let found = rules(report, "population", Some(found));
    if found.is_empty() && report.count() == before {
        report.push(&at, ValueError::Empty { expected: "at least one population" });
    }
    let prefixed = found.len() > 1;
    let mut read: Vec<(At, Population)> = Vec::with_capacity(found.len());
    for (at, node) in found {
        match Fields::of(report, at.clone(), node, &KEYS)
            .and_then(|fields| population(report, &fields, numbers))
        {
            Some(population) => read.push((at, population)),
            None => fine = false,
        }
    }
    fine &= report.count() == before;
    let names = read.iter().map(|(at, own)| (at, own.name.as_str()));
    if !(distinct(report, Kind::Population, names) && fine) {
        return None;
    }
    let sum = read.iter().fold(Rational::ZERO, |sum, (_, own)| sum + &own.mass);
    if !sum.is_one() {
        report.push(&at, ValueError::PopulationMasses { sum: quoted(&sum.to_string()) });
        return None;
    }
    Some(union(read.into_iter().map(|(_, own)| own), prefixed))
}

/// One population as the file states it.
struct Population {
    name: String,
    mass: Rational,
    states: Vec<Entity>,
    actions: Vec<Entity>,
    initial: Vec<Rational>,
}

fn population(report: &mut Report, fields: &Fields<'_>, numbers: &Numbers) -> Option<Population> {
    let name = fields.require(report, "name", "the name of the population");
    let name = name.and_then(|(at, node)| {
        let name = text(report, &at, node, "the name of the population")?;
        usable(report, &at, Kind::Population, name).then(|| name.to_string())
    });
    let mass = fields.require(report, "mass", "the share of all followers");
    let mass = mass.and_then(|(at, node)| {
        let mass = numbers.read(report, &at, node)?;
        let positive = mass > Rational::ZERO;
        if !positive {
            report.push(&at, ValueError::PopulationMass { found: quoted(&mass.to_string()) });
        }
        positive.then_some(mass)
    });
    let (states, actions, initial) = one(report, fields, numbers)?;
    Some(Population { name: name?, mass: mass?, states, actions, initial })
}

/// `states`, `actions` and `initial`.
fn one(
    report: &mut Report,
    fields: &Fields<'_>,
    numbers: &Numbers,
) -> Option<(Vec<Entity>, Vec<Entity>, Vec<Rational>)> {
    let states = fields
        .require(report, "states", "a list of names")
        .and_then(|found| entities(report, found, Kind::State));
    let actions = fields
        .require(report, "actions", "a list of names")
        .and_then(|found| entities(report, found, Kind::Action));
    let initial = fields.require(report, "initial", "a table of states and their masses");
    let states = states?;
    let names = Names::new(Kind::State, states.iter().map(|state| state.name.clone()));
    let initial = initial.and_then(|found| law(report, found, &names, numbers));
    Some((states, actions?, initial?))
}

/// One game of all populations.
fn union(populations: impl Iterator<Item = Population>, prefixed: bool) -> Members {
    let (mut states, mut actions, mut initial) = (Vec::new(), Vec::new(), Vec::new());
    let mut parts = Vec::new();
    for Population { name, mass, states: own_states, actions: own_actions, initial: law } in
        populations
    {
        let called = |own: Entity| Entity {
            name: if prefixed { format!("{name}.{}", own.name) } else { own.name },
            ..own
        };
        let (first_state, first_action) = (states.len(), actions.len());
        states.extend(own_states.into_iter().map(called));
        actions.extend(own_actions.into_iter().map(called));
        initial.extend(law.iter().map(|share| share * &mass));
        let (states, actions) = (first_state..states.len(), first_action..actions.len());
        parts.push(Subpopulation { name, mass, states, actions, prefixed });
    }
    Members { states, actions, initial, populations: Populations::new(parts) }
}

/// Reports transitions to another population, which tables can have; once per rule or table.
pub(super) fn stay(report: &mut Report, game: &Game, blame: Blame<'_>) {
    let populations = &game.vocabulary.populations;
    let mut seen = BTreeSet::new();
    for (t, stage) in game.stages.iter().enumerate().filter(|_| populations.len() > 1) {
        let Some(transition) = &stage.transition else { continue };
        for (own, state) in
            populations.iter().flat_map(|own| own.states.clone().map(move |state| (own, state)))
        {
            for pair in stage.pairs.of_state(state) {
                let entries = transition.successors.of_pair(pair);
                let mut next = entries.map(|entry| transition.successors.state(entry));
                let Some(next) = next.find(|next| !own.states.contains(next)) else { continue };
                let action = stage.pairs.action(pair);
                let at = blame(t, state, action);
                let name =
                    |names: &[String], index: usize| names.get(index).cloned().unwrap_or_default();
                let here = Where {
                    stage: t,
                    state: name(&game.states, state),
                    action: name(&game.actions, action),
                };
                let successor = name(&game.states, next);
                if seen.insert(at.place().to_string()) {
                    report.push(&at, ModelError::LeavesPopulation { here, successor });
                }
            }
        }
    }
}
