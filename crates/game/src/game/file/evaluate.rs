//! Formulas of rules at the places they apply to, once per class of places that cannot differ.

use super::fields::Formula;
use super::problem::{ModelError, Problem};
use super::report::{At, Report};
use super::rules::Places;
use crate::exact::Rational;
use crate::game::expression::{Dependence, Evaluator, Place};
use crate::game::{Column, Columns, Pairs, Polynomial};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Most places at which rules are applied, rules that do not depend on the stage counting once for
/// all stages.
const MOST_WORK: u64 = 4_000_000_000;

/// What evaluation needs and what it leaves behind.
pub(super) struct Context<'c, 's> {
    pub evaluator: Evaluator<'s>,
    pub report: &'c mut Report,
    /// Where the functions of the evaluator were seen first, by number.
    pub origins: Vec<At>,
    /// The largest change of a probability so far, where rows are to be mended.
    pub normalised: Option<Rational>,
    work: u64,
    shared: HashMap<u64, Vec<Arc<Column>>>,
}

/// Evaluation cannot go on; the reason has been reported.
pub(super) struct Stopped;

impl<'c, 's> Context<'c, 's> {
    pub(super) fn new(evaluator: Evaluator<'s>, report: &'c mut Report) -> Self {
        Context {
            evaluator,
            report,
            origins: Vec::new(),
            normalised: None,
            work: MOST_WORK,
            shared: HashMap::new(),
        }
    }

    /// Accounts for a rule applied to so many places.
    pub(super) fn spend(&mut self, places: usize) -> Result<(), Stopped> {
        match self.work.checked_sub(places as u64 + 1) {
            Some(left) => self.work = left,
            None => {
                return Err(self.stop(
                    &At::document(),
                    ModelError::TooMuchWork { what: "the rules together" },
                ));
            }
        }
        Ok(())
    }

    /// Reports a problem after which evaluation cannot go on.
    pub(super) fn stop(&mut self, at: &At, problem: impl Into<Problem>) -> Stopped {
        self.report.push(at, problem);
        Stopped
    }

    /// The value of a formula; `None` when it has none, which is reported.
    pub(super) fn value(&mut self, formula: &Formula, place: Place) -> Option<Polynomial> {
        let outcome = self.evaluator.evaluate(&formula.expression, place);
        self.origins.resize(self.evaluator.functions(), formula.at.clone());
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.report.formula(&formula.at, error);
                None
            }
        }
    }

    /// The same columns, stored once when equal ones have been seen.
    pub(super) fn share(&mut self, columns: Columns) -> Columns {
        let shared = columns.columns().iter().map(|(monomial, column)| {
            let known = self.shared.entry(fingerprint(column)).or_default();
            if let Some(known) = known.iter().find(|known| known == &column) {
                return (monomial.clone(), Arc::clone(known));
            }
            known.push(Arc::clone(column));
            (monomial.clone(), Arc::clone(column))
        });
        Columns::new(columns.len(), shared.collect())
    }
}

fn fingerprint(column: &Column) -> u64 {
    let mut hasher = DefaultHasher::new();
    column.support.hash(&mut hasher);
    column.coefficients.denominator().hash(&mut hasher);
    match column.coefficients.numerators() {
        crate::exact::Numerators::Small(values) => values.hash(&mut hasher),
        crate::exact::Numerators::Big(values) => values.hash(&mut hasher),
    }
    hasher.finish()
}

/// The places of a stage a rule applies to, grouped so that its formulas have one value per group:
/// the group's state and action, as far as the formulas depend on them, and its pairs, increasing.
pub(super) fn groups(
    places: &Places,
    dependence: Dependence,
    pairs: &Pairs,
    actions: usize,
) -> Vec<(Option<usize>, Option<usize>, Vec<u32>)> {
    let chosen = |state: usize| {
        pairs
            .of_state(state)
            .filter(|&pair| places.actions.contains(pairs.action(pair)))
            .map(|pair| pair as u32)
    };
    let states = places.states.positions(pairs.states());
    let groups: Vec<_> = match (dependence.state, dependence.action) {
        (false, false) => vec![(None, None, states.flat_map(chosen).collect())],
        (true, false) => states.map(|state| (Some(state), None, chosen(state).collect())).collect(),
        (false, true) => {
            let mut per_action: Vec<Vec<u32>> = vec![Vec::new(); actions];
            for pair in states.flat_map(chosen) {
                if let Some(group) = per_action.get_mut(pairs.action(pair as usize)) {
                    group.push(pair);
                }
            }
            per_action
                .into_iter()
                .enumerate()
                .map(|(action, group)| (None, Some(action), group))
                .collect()
        }
        (true, true) => states
            .flat_map(|state| {
                chosen(state)
                    .map(move |pair| (Some(state), Some(pairs.action(pair as usize)), vec![pair]))
            })
            .collect(),
    };
    groups.into_iter().filter(|(_, _, pairs): &(_, _, Vec<u32>)| !pairs.is_empty()).collect()
}
