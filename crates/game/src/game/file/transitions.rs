//! Transitions per stage: the last matching rule wins, and overrides the tables.

use super::evaluate::{Context, Stopped, groups};
use super::layout::{MOST_ENTRIES, Row, layout};
use super::problem::ModelError;
use super::report::At;
use super::rewards::Cursor;
use super::rules::{Probability, Scope, TransitionRule};
use super::segments::segments;
use super::tables::{Part, transition_parts};
use crate::exact::Rational;
use crate::game::expression::{Dependence, Place};
use crate::game::{Columns, Pairs, Polynomial, Successors, Transition};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The transitions of all stages but the last. Pairs that no rule matches are reported unless
/// `complete` is false, when rules with errors were left out.
pub(super) fn transitions(
    context: &mut Context<'_, '_>,
    rules: &[TransitionRule],
    parts: &[Part],
    pairs: &[Arc<Pairs>],
    scope: &Scope<'_>,
    complete: bool,
) -> Result<Vec<Transition>, Stopped> {
    let dependence: Vec<Dependence> = rules.iter().map(|rule| dependence(context, rule)).collect();
    let count = pairs.len().saturating_sub(1);
    let Some(segments) = segments(count, (0..).zip(rules.iter().map(|rule| &rule.places.stages)))
    else {
        return Err(
            context.stop(&At::document(), ModelError::TooMuchWork { what: "the transition rules" })
        );
    };
    let fixed_tables = parts.iter().all(|part| part.constant_over_stages(context));
    let state = vec![RuleState::Idle; rules.len()];
    let dependence = dependence.as_slice();
    let mut task = Task {
        context,
        rules,
        dependence,
        scope,
        parts,
        fixed_tables,
        complete,
        state,
        entries: MOST_ENTRIES,
    };
    let mut cache: HashMap<(usize, *const Pairs), Transition> = HashMap::new();
    let mut shared: HashSet<Arc<Successors>> = HashSet::new();
    let mut cursor = Cursor::new(&segments);
    let mut result = Vec::with_capacity(count);
    for (stage, pairs) in pairs.iter().enumerate().take(count) {
        let (segment, rules) = cursor.at(stage);
        let key = (segment, Arc::as_ptr(pairs));
        if let Some(known) = cache.get(&key) {
            result.push(known.clone());
            continue;
        }
        let (successors, columns, moving) = task.transition(rules, stage, pairs)?;
        let successors = match shared.get(&successors) {
            Some(known) => Arc::clone(known),
            None => {
                let new = Arc::new(successors);
                shared.insert(Arc::clone(&new));
                new
            }
        };
        let transition = Transition { successors, probability: task.context.share(columns) };
        if !moving {
            cache.insert(key, transition.clone());
        }
        result.push(transition);
    }
    task.idle_rules(pairs)?;
    Ok(result)
}

fn dependence(context: &Context<'_, '_>, rule: &TransitionRule) -> Dependence {
    let formulas = rule.to.iter().filter_map(|(_, probability)| match probability {
        Probability::Rest => None,
        Probability::Formula(formula) => Some(formula),
    });
    formulas.fold(Dependence::default(), |all, formula| {
        all.or(context.evaluator.dependence(&formula.expression))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleState {
    /// Not evaluated yet.
    Idle,
    /// Evaluated somewhere.
    Used,
    /// An error in it has been reported.
    Broken,
}

struct Task<'t, 'c, 's> {
    context: &'t mut Context<'c, 's>,
    rules: &'t [TransitionRule],
    dependence: &'t [Dependence],
    scope: &'t Scope<'t>,
    parts: &'t [Part],
    /// Whether the tables are the same at every stage.
    fixed_tables: bool,
    complete: bool,
    state: Vec<RuleState>,
    /// How many more entries there may be.
    entries: usize,
}

impl Task<'_, '_, '_> {
    /// The transition of a stage to whose pairs `rules` apply, and whether it depends on the stage
    /// itself.
    fn transition(
        &mut self,
        rules: &[u32],
        stage: usize,
        pairs: &Pairs,
    ) -> Result<(Successors, Columns, bool), Stopped> {
        let mut taken = vec![false; pairs.len()];
        let mut open = pairs.len();
        let mut rows: Vec<Row> = Vec::new();
        let mut moving = false;
        for &index in rules.iter().rev() {
            if open == 0 {
                break;
            }
            let (Some(rule), Some(dependence)) =
                (self.rules.get(index as usize), self.dependence.get(index as usize))
            else {
                continue;
            };
            for (state, action, targets) in
                groups(&rule.places, *dependence, pairs, self.scope.actions.len())
            {
                self.context.spend(targets.len())?;
                let targets: Vec<u32> =
                    targets.into_iter().filter(|&pair| take(&mut taken, pair)).collect();
                open -= targets.len();
                if targets.is_empty() || self.state.get(index as usize) == Some(&RuleState::Broken)
                {
                    continue;
                }
                moving |= dependence.stage;
                let successors = self.successors(
                    index as usize,
                    rule,
                    Place { stage: Some(stage), state, action },
                );
                if let Some(successors) = successors {
                    rows.push(Row { pairs: targets, successors });
                }
            }
        }
        let parts = if open > 0 { self.parts } else { &[] };
        let table = transition_parts(self.context, parts, stage, pairs, self.scope.actions.len())?;
        moving |= !parts.is_empty() && !self.fixed_tables;
        if open > 0 && self.complete {
            self.unmatched(stage, pairs, &taken, &table.entries);
        }
        let (successors, columns) =
            layout(self.context, rows, &table, &taken, stage, self.entries)?;
        self.entries = self.entries.saturating_sub(successors.len());
        Ok((successors, columns, moving))
    }

    /// The successors that a rule gives at a place, `rest` worked out; errors are reported and mark
    /// the rule.
    fn successors(
        &mut self,
        index: usize,
        rule: &TransitionRule,
        place: Place,
    ) -> Option<Vec<(u32, Polynomial)>> {
        let mut successors = Vec::with_capacity(rule.to.len());
        let mut rest = None;
        let mut left = Polynomial::constant(Rational::ONE);
        let mut fine = true;
        for (state, probability) in &rule.to {
            match probability {
                Probability::Rest => rest = Some(*state),
                Probability::Formula(formula) => match self.context.value(formula, place) {
                    Some(value) => {
                        left = left.plus(&value, &Rational::NEG_ONE);
                        successors.push((*state, value));
                    }
                    None => fine = false,
                },
            }
        }
        if let Some(slot) = self.state.get_mut(index) {
            *slot = if fine { RuleState::Used } else { RuleState::Broken };
        }
        successors.extend(rest.map(|state| (state, left)));
        successors.retain(|(_, probability)| !probability.is_zero());
        successors.sort_unstable_by_key(|(state, _)| *state);
        fine.then_some(successors)
    }

    /// Reports the pairs for which neither rules nor tables say where they lead.
    fn unmatched(&mut self, stage: usize, pairs: &Pairs, taken: &[bool], table: &[(u32, u32)]) {
        let mut covered = taken.to_vec();
        for &(pair, _) in table {
            take(&mut covered, pair);
        }
        for state in 0..pairs.states() {
            for pair in pairs.of_state(state).filter(|&pair| covered.get(pair) == Some(&false)) {
                let state = self.scope.states.name(state).to_string();
                let action = self.scope.actions.name(pairs.action(pair)).to_string();
                self.context
                    .report
                    .push(&At::document(), ModelError::Unmatched { stage, state, action });
            }
        }
    }

    /// Rules that never had a say: they are evaluated once, so that slips in them are found, and
    /// they must match something.
    fn idle_rules(&mut self, pairs: &[Arc<Pairs>]) -> Result<(), Stopped> {
        for (index, rule) in self.rules.iter().enumerate() {
            if self.state.get(index) != Some(&RuleState::Idle) {
                continue;
            }
            match self.first_place(rule, pairs)? {
                Some(place) => drop(self.successors(index, rule, place)),
                None => self.context.report.push(&rule.at, ModelError::MatchesNothing),
            }
        }
        Ok(())
    }

    /// The first place a rule matches. In a game of one stage, which has no transitions, rules
    /// without `stage` may stand in the file all the same.
    fn first_place(
        &mut self,
        rule: &TransitionRule,
        pairs: &[Arc<Pairs>],
    ) -> Result<Option<Place>, Stopped> {
        let last = pairs.len().saturating_sub(1);
        let stages =
            if last == 0 && rule.places.stages == super::selector::Stages::All { 1 } else { last };
        for (stage, pairs) in pairs
            .iter()
            .enumerate()
            .take(stages)
            .filter(|(stage, _)| rule.places.stages.contains(*stage))
        {
            for state in rule.places.states.positions(pairs.states()) {
                let here = pairs.of_state(state);
                self.context.spend(here.len())?;
                if let Some(action) = here
                    .map(|pair| pairs.action(pair))
                    .find(|&action| rule.places.actions.contains(action))
                {
                    return Ok(Some(Place {
                        stage: Some(stage),
                        state: Some(state),
                        action: Some(action),
                    }));
                }
            }
        }
        Ok(None)
    }
}

/// Marks a pair as taken; whether it was open.
fn take(taken: &mut [bool], pair: u32) -> bool {
    taken.get_mut(pair as usize).is_some_and(|slot| !std::mem::replace(slot, true))
}
