//! `[leader.process]`: a leader with her own Markov state, whose transitions do not depend on the
//! population.
//!
//! She chooses the occupation measure `nu[s0, a0]@t` of her process, a polytope:
//! `sum_a0 nu[s0, a0]@0 = initial(s0)`, and `sum_a0 nu[s0, a0]@(t+1) = sum P_t(s0 | s, a) nu[s,
//! a]@t`.

use super::fields::{Fields, Found};
use super::header::law;
use super::leader::{Choice, LeaderDraft, MOST_PARAMETERS};
use super::names::{Kind, Names, plain_names};
use super::numbers::Numbers;
use super::populations::Populations;
use super::problem::ModelError;
use super::report::{At, Report};
use super::rules::{Probability, Scope, TransitionRule, transition_rules};
use crate::exact::{LinearConstraint, Polytope, Rational, Relation};
use crate::game::expression::{Evaluator, LeaderTerms, Place, spelled};
use crate::game::{DecisionSet, Grid};

/// Most coefficients of the flow equations, which are stored densely.
pub(super) const MOST_COEFFICIENTS: usize = 4_000_000;

/// The process before formulas are evaluated.
pub(super) struct ProcessDraft {
    at: At,
    stages: usize,
    states: Names,
    actions: Names,
    initial: Vec<Rational>,
    rules: Vec<TransitionRule>,
}

/// Reads `[leader.process]`.
pub(super) fn process(
    report: &mut Report,
    (at, node): Found<'_>,
    stages: usize,
    numbers: &Numbers,
) -> Option<LeaderDraft> {
    let fields = Fields::of(report, at, node, &["states", "actions", "initial", "transition"])?;
    let states = fields.require(report, "states", "a list of the leader's states");
    let states = states.and_then(|found| plain_names(report, found, Kind::LeaderState));
    let actions = fields.require(report, "actions", "a list of the leader's actions");
    let actions = actions.and_then(|found| plain_names(report, found, Kind::LeaderAction));
    let initial =
        fields.require(report, "initial", "one of the leader's states, or a law over them");
    let (states, actions) = (states?, actions?);
    let initial = initial.and_then(|found| law(report, found, &states, numbers));
    let populations = Populations::default();
    let scope = Scope { stages, states: &states, actions: &actions, populations: &populations };
    let rules =
        transition_rules(report, "leader.process.transition", fields.get("transition"), &scope);
    let parameters = stages.saturating_mul(states.len()).saturating_mul(actions.len());
    let coefficients = parameters.saturating_mul(stages.saturating_mul(states.len()));
    if parameters > MOST_PARAMETERS || coefficients > MOST_COEFFICIENTS {
        report
            .push(&fields.at, ModelError::LeaderTooLarge { coefficients, most: MOST_COEFFICIENTS });
        return None;
    }
    let mut names = Vec::with_capacity(parameters);
    for stage in 0..stages {
        for state in states.list() {
            let state = spelled(state);
            let name = |action: &String| format!("nu[{state},{}]@{stage}", spelled(action));
            names.extend(actions.list().iter().map(name));
        }
    }
    let terms = LeaderTerms::Process {
        states: states.list().to_vec(),
        actions: actions.list().to_vec(),
        first: 0,
    };
    let draft = ProcessDraft { at: fields.at, stages, states, actions, initial: initial?, rules };
    Some(LeaderDraft {
        parameters: names,
        terms,
        choice: Choice::Process(draft),
        ..LeaderDraft::default()
    })
}

impl ProcessDraft {
    /// The flow polytope.
    pub(super) fn decision_set(
        &self,
        report: &mut Report,
        evaluator: &mut Evaluator<'_>,
    ) -> Option<DecisionSet> {
        let (states, actions) = (self.states.len(), self.actions.len());
        let dimension = self.stages * states * actions;
        let index =
            |stage: usize, state: usize, action: usize| (stage * states + state) * actions + action;
        let mut rows: Vec<LinearConstraint> = Vec::with_capacity(self.stages * states);
        for stage in 0..self.stages {
            for state in 0..states {
                let mut row = equation(dimension);
                for action in 0..actions {
                    set(&mut row, index(stage, state, action), Rational::ONE);
                }
                if let (0, Some(mass)) = (stage, self.initial.get(state)) {
                    row.right_side = mass.clone();
                }
                rows.push(row);
            }
        }
        let mut fine = true;
        for stage in 0..self.stages.saturating_sub(1) {
            for state in 0..states {
                for action in 0..actions {
                    let Some(law) = self.successors(report, evaluator, stage, state, action) else {
                        fine = false;
                        continue;
                    };
                    for (next, probability) in law {
                        if let Some(row) = rows.get_mut((stage + 1) * states + next) {
                            subtract(row, index(stage, state, action), &probability);
                        }
                    }
                }
            }
        }
        let polytope = Polytope {
            lower: vec![Rational::ZERO; dimension],
            upper: vec![Rational::ONE; dimension],
            constraints: rows,
        };
        fine.then(|| DecisionSet::Polyhedral { polytope, grids: vec![Grid::Continuous; dimension] })
    }

    /// Where a state and action of hers lead; errors are reported.
    fn successors(
        &self,
        report: &mut Report,
        evaluator: &mut Evaluator<'_>,
        stage: usize,
        state: usize,
        action: usize,
    ) -> Option<Vec<(usize, Rational)>> {
        let matching = |rule: &&TransitionRule| {
            rule.places.stages.contains(stage)
                && rule.places.states.contains(state)
                && rule.places.actions.contains(action)
        };
        let named = |state: usize| self.states.name(state).to_string();
        let Some(rule) = self.rules.iter().rev().find(matching) else {
            let problem = ModelError::Unmatched {
                stage,
                state: named(state),
                action: self.actions.name(action).to_string(),
            };
            report.push(&self.at, problem);
            return None;
        };
        let mut law = Vec::with_capacity(rule.to.len());
        let (mut sum, mut rest) = (Rational::ZERO, None);
        for (next, probability) in &rule.to {
            match probability {
                Probability::Rest => rest = Some(*next as usize),
                Probability::Formula(formula) => {
                    let value = match evaluator.evaluate(
                        &formula.expression,
                        Place { stage: Some(stage), ..Place::default() },
                    ) {
                        Ok(value) => value.as_constant(),
                        Err(error) => {
                            report.formula(&formula.at, error);
                            return None;
                        }
                    };
                    let Some(value) = value else {
                        report.push(&formula.at, ModelError::ProcessNotConstant);
                        return None;
                    };
                    sum += &value;
                    law.push((*next as usize, value));
                }
            }
        }
        if let Some(rest) = rest {
            law.push((rest, Rational::ONE - &sum));
        } else if !sum.is_one() {
            report.push(&rule.at, ModelError::ProcessSum { stage, sum: sum.to_string() });
            return None;
        }
        if let Some((next, value)) = law.iter().find(|(_, value)| *value < Rational::ZERO) {
            report.push(
                &rule.at,
                ModelError::ProcessNegative {
                    stage,
                    state: named(*next),
                    value: value.to_string(),
                },
            );
            return None;
        }
        Some(law)
    }
}

fn equation(dimension: usize) -> LinearConstraint {
    LinearConstraint {
        coefficients: vec![Rational::ZERO; dimension],
        relation: Relation::Equal,
        right_side: Rational::ZERO,
    }
}

fn set(row: &mut LinearConstraint, index: usize, value: Rational) {
    if let Some(slot) = row.coefficients.get_mut(index) {
        *slot = value;
    }
}

fn subtract(row: &mut LinearConstraint, index: usize, value: &Rational) {
    if let Some(slot) = row.coefficients.get_mut(index) {
        *slot -= value;
    }
}

/// The product of `groups` simplices of `actions` coordinates each; `None` when it would be too
/// large.
pub(super) fn simplices(groups: usize, actions: usize) -> Option<DecisionSet> {
    let dimension = groups * actions;
    if dimension.saturating_mul(groups) > MOST_COEFFICIENTS {
        return None;
    }
    let constraints = (0..groups)
        .map(|group| {
            let mut row = equation(dimension);
            row.right_side = Rational::ONE;
            for action in 0..actions {
                set(&mut row, group * actions + action, Rational::ONE);
            }
            row
        })
        .collect();
    let polytope = Polytope {
        lower: vec![Rational::ZERO; dimension],
        upper: vec![Rational::ONE; dimension],
        constraints,
    };
    Some(DecisionSet::Polyhedral { polytope, grids: vec![Grid::Continuous; dimension] })
}
