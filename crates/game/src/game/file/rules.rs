//! Rules as they stand in the file: selectors, and formulas not yet evaluated.

use super::document::{Node, Value};
use super::fields::{Fields, Formula, Found, formula, rules, table, wrong};
use super::names::Names;
use super::numbers::Numbers;
use super::populations::{Lookup, Populations};
use super::problem::{ModelError, ValueError};
use super::report::{At, Report};
use super::selector::{Selection, Stages};
use crate::exact::Rational;
use crate::game::Limit;
use crate::game::expression::{Expression, Subpopulation};
use std::ops::Range;

/// Keys of `[[reward]]` and `[[leader.reward]]`.
const REWARD_KEYS: [&str; 5] = ["stage", "population", "state", "action", "value"];
/// Keys of `[[transition]]`.
const TRANSITION_KEYS: [&str; 5] = ["stage", "population", "state", "action", "to"];
/// Keys of `[[available]]`.
const AVAILABLE_KEYS: [&str; 4] = ["stage", "population", "state", "actions"];

/// What rules may refer to.
pub(super) struct Scope<'n> {
    pub stages: usize,
    pub states: &'n Names,
    pub actions: &'n Names,
    pub populations: &'n Populations,
}

/// The stages, states and actions a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub stages: Stages,
    pub states: Selection,
    pub actions: Selection,
}

/// `[[reward]]` and `[[leader.reward]]`.
pub(super) struct RewardRule {
    pub at: At,
    pub places: Places,
    pub value: Formula,
}

/// `[[transition]]`.
pub(super) struct TransitionRule {
    pub at: At,
    pub places: Places,
    /// Successor states with distinct positions.
    pub to: Vec<(u32, Probability)>,
}

/// The probability of a successor.
pub(super) enum Probability {
    /// What the others leave.
    Rest,
    /// A formula.
    Formula(Formula),
}

/// `[[leader.payoff]]`.
pub(super) struct PayoffRule {
    /// The stages at which it is added; `None`: once, at no stage.
    pub stages: Option<Stages>,
    pub value: Formula,
}

/// `[[leader.require]]`: a formula and its bounds, at least one.
pub(super) struct RequireRule {
    pub value: Formula,
    pub limits: Vec<Limit>,
}

/// `[[available]]`.
pub(super) struct AvailableRule {
    pub places: Places,
}

impl<'n> Scope<'n> {
    /// The names of states that rules of some populations use.
    fn states_of(&self, chosen: &Selection) -> Lookup<'n> {
        self.populations.lookup(self.states, chosen, |own| own.states.clone())
    }

    /// The names of actions that rules of some populations use.
    fn actions_of(&self, chosen: &Selection) -> Lookup<'n> {
        self.populations.lookup(self.actions, chosen, |own| own.actions.clone())
    }

    /// The places of a rule by population, with the names of the states it can lead to: followers
    /// stay in their population.
    fn by_population(&self, places: Places) -> Vec<(Places, Lookup<'n>)> {
        let parts = self.populations.parts();
        if parts.len() < 2 {
            return vec![(places, Lookup::of(self.states))];
        }
        let within = |selection: &Selection, own: &Range<usize>, count: usize| {
            let inside = selection.positions(count).filter(|position| own.contains(position));
            inside.map(|position| position as u32).collect::<Vec<u32>>()
        };
        let of_one = |(index, own): (usize, &Subpopulation)| {
            let states = within(&places.states, &own.states, self.states.len());
            let actions = within(&places.actions, &own.actions, self.actions.len());
            let places = Places {
                stages: places.stages.clone(),
                states: Selection::These(states),
                actions: Selection::These(actions),
            };
            (places, self.states_of(&Selection::These(vec![index as u32])))
        };
        let some = |selection: &Selection| selection != &Selection::These(Vec::new());
        let all = parts.iter().enumerate().map(of_one);
        all.filter(|(places, _)| some(&places.states) && some(&places.actions)).collect()
    }
}

impl Places {
    fn read(
        report: &mut Report,
        fields: &Fields<'_>,
        scope: &Scope<'_>,
        actions: &'static str,
    ) -> Option<Self> {
        let stages = Stages::read(report, fields.get("stage"), scope.stages);
        let populations = scope.populations.chosen(report, fields.get("population"))?;
        let (of_states, of_actions) =
            (scope.states_of(&populations), scope.actions_of(&populations));
        let states = Selection::read(report, fields.get("state"), &of_states);
        let actions = Selection::read(report, fields.get(actions), &of_actions);
        Some(Places { stages: stages?, states: states?, actions: actions? })
    }
}

/// Reads reward rules; those with errors are reported and left out.
pub(super) fn reward_rules(
    report: &mut Report,
    section: &'static str,
    found: Option<Found<'_>>,
    scope: &Scope<'_>,
) -> Vec<RewardRule> {
    let mut read = Vec::new();
    for (at, node) in rules(report, section, found) {
        let Some(fields) = Fields::of(report, at.clone(), node, &REWARD_KEYS) else {
            continue;
        };
        let places = Places::read(report, &fields, scope, "action");
        let value = fields
            .require(report, "value", "a number or a formula")
            .and_then(|(at, node)| formula(report, at, node));
        if let (Some(places), Some(value)) = (places, value) {
            read.push(RewardRule { at, places, value });
        }
    }
    read
}

/// Reads transition rules; those with errors are reported and left out.
pub(super) fn transition_rules(
    report: &mut Report,
    section: &'static str,
    found: Option<Found<'_>>,
    scope: &Scope<'_>,
) -> Vec<TransitionRule> {
    let mut read = Vec::new();
    for (at, node) in rules(report, section, found) {
        let Some(fields) = Fields::of(report, at.clone(), node, &TRANSITION_KEYS) else {
            continue;
        };
        let places = Places::read(report, &fields, scope, "action");
        let to =
            fields.require(report, "to", "a state, or a table of states and their probabilities");
        let (Some(places), Some((to_at, to))) = (places, to) else { continue };
        let parts = scope.by_population(places);
        if parts.is_empty() {
            report.push(&at, ModelError::MatchesNothing);
        }
        for (places, states) in parts {
            if let Some(to) = successors(report, &to_at, to, &states) {
                read.push(TransitionRule { at: at.clone(), places, to });
            }
        }
    }
    read
}

fn successors(
    report: &mut Report,
    at: &At,
    node: &Node,
    states: &Lookup<'_>,
) -> Option<Vec<(u32, Probability)>> {
    if let Value::Text(name) = &node.value {
        let certain = Formula { expression: Expression::constant(Rational::ONE), at: at.clone() };
        return Some(vec![(states.one(report, at, name)?, Probability::Formula(certain))]);
    }
    let entries = table(report, at, node, "a state, or a table of states and their probabilities")?;
    if entries.is_empty() {
        report.push(at, ValueError::Empty { expected: "at least one state" });
        return None;
    }
    let mut successors = Vec::with_capacity(entries.len());
    let mut rests = 0;
    let mut fine = true;
    for entry in entries {
        let here = at.key(&entry.key, entry.node.mark);
        let state = states.one(report, &here, &entry.key);
        let probability = match &entry.node.value {
            Value::Text(text) if text == "rest" => {
                rests += 1;
                if rests == 2 {
                    report.push(&here, ValueError::TwoRests);
                }
                Some(Probability::Rest)
            }
            _ => formula(report, here, &entry.node).map(Probability::Formula),
        };
        match (state, probability) {
            (Some(state), Some(probability)) => successors.push((state, probability)),
            _ => fine = false,
        }
    }
    (fine && rests < 2).then_some(successors)
}

/// Reads `[[leader.payoff]]`.
pub(super) fn payoff_rules(
    report: &mut Report,
    found: Option<Found<'_>>,
    stages: usize,
) -> Vec<PayoffRule> {
    let mut read = Vec::new();
    for (at, node) in rules(report, "leader.payoff", found) {
        let Some(fields) = Fields::of(report, at, node, &["stage", "value"]) else { continue };
        let stages = match fields.get("stage") {
            None => Some(None),
            found => Stages::read(report, found, stages).map(Some),
        };
        let value = fields
            .require(report, "value", "a number or a formula")
            .and_then(|(at, node)| formula(report, at, node));
        if let (Some(stages), Some(value)) = (stages, value) {
            read.push(PayoffRule { stages, value });
        }
    }
    read
}

/// Reads `[[leader.require]]`.
pub(super) fn require_rules(
    report: &mut Report,
    found: Option<Found<'_>>,
    numbers: &Numbers,
) -> Vec<RequireRule> {
    let mut read = Vec::new();
    for (at, node) in rules(report, "leader.require", found) {
        let keys = ["value", "at_most", "at_least"];
        let Some(fields) = Fields::of(report, at.clone(), node, &keys) else { continue };
        let value = fields
            .require(report, "value", "a formula of the population, with stages after @")
            .and_then(|(at, node)| formula(report, at, node));
        let mut limits = Vec::new();
        let mut fine = true;
        let above = Limit::AtMost as fn(Rational) -> Limit;
        for (key, limit) in [("at_most", above), ("at_least", Limit::AtLeast)] {
            if let Some((at, node)) = fields.get(key) {
                match numbers.read(report, &at, node) {
                    Some(bound) => limits.push(limit(bound)),
                    None => fine = false,
                }
            }
        }
        if fine && limits.is_empty() {
            report.push(&at, ValueError::NoLimit);
            fine = false;
        }
        if let (Some(value), true) = (value, fine) {
            read.push(RequireRule { value, limits });
        }
    }
    read
}

/// Reads `[[available]]`; `None` when a rule has an error, since everything after depends on them.
pub(super) fn available_rules(
    report: &mut Report,
    found: Option<Found<'_>>,
    scope: &Scope<'_>,
) -> Option<Vec<AvailableRule>> {
    let mut read = Vec::new();
    let mut fine = true;
    for (at, node) in rules(report, "available", found) {
        let Some(fields) = Fields::of(report, at, node, &AVAILABLE_KEYS) else {
            fine = false;
            continue;
        };
        let given =
            fields.require(report, "actions", "a list of actions").is_some_and(|(at, node)| {
                match &node.value {
                    Value::List(_) => true,
                    other => wrong::<()>(report, &at, other, "a list of actions").is_some(),
                }
            });
        let places = if given { Places::read(report, &fields, scope, "actions") } else { None };
        match places {
            Some(places) => read.push(AvailableRule { places }),
            None => fine = false,
        }
    }
    fine.then_some(read)
}
