//! The values of terms that live at a stage: population, leader, and averages.

use super::error::{ExpressionError, ExpressionErrorKind, shown};
use super::evaluator::{Evaluator, Level};
use super::limits::MOST_DEGREE;
use super::program::Binary;
use super::resolve::{Resolved, Staged};
use super::symbols::{LeaderTerms, Place};
use super::value::{Terms, Value, small_integer};
use crate::exact::{Rational, format_rational};
use crate::game::{Monomial, Variable};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl Evaluator<'_> {
    /// The stage of a term without `@`.
    pub(super) fn own_stage(
        &self,
        staged: &Staged,
        place: Place,
    ) -> Result<usize, ExpressionErrorKind> {
        let fixed = match staged {
            Staged::Table(table) => {
                let name = self.names.tables.get(*table);
                name.and_then(|name| self.names.symbols.named_aggregates.get(*name)?.stage)
            }
            Staged::Mixed(_) => match self.names.symbols.leader_terms {
                LeaderTerms::Mixed { per_stage: false, .. } => Some(0),
                _ => None,
            },
            _ => None,
        };
        match fixed.or(place.stage) {
            Some(stage) => self.existing(stage, || stage.to_string()),
            None => Err(ExpressionErrorKind::NeedsStage { term: staged.term(&self.names) }),
        }
    }

    /// The stage after `@`.
    pub(super) fn stage(&self, value: &Value) -> Result<usize, ExpressionErrorKind> {
        let Value::Constant(constant) = value else {
            return Err(ExpressionErrorKind::StageNotInteger {
                found: "that is not constant".into(),
            });
        };
        let found = || shown(&format_rational(constant));
        if !constant.is_int() {
            return Err(ExpressionErrorKind::StageNotInteger { found: found() });
        }
        self.existing(small_integer(constant).unwrap_or(usize::MAX), found)
    }

    fn existing(
        &self,
        stage: usize,
        found: impl Fn() -> String,
    ) -> Result<usize, ExpressionErrorKind> {
        let stages = self.names.symbols.pairs.len();
        if stage < stages {
            Ok(stage)
        } else {
            Err(ExpressionErrorKind::StageRange { found: found(), last: stages.saturating_sub(1) })
        }
    }

    /// A term at a stage that exists.
    pub(super) fn staged(
        &mut self,
        staged: &Staged,
        column: usize,
        stage: usize,
        place: Place,
    ) -> Result<Value, ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        match staged {
            Staged::Mass(states, actions) => {
                self.population.mass(stage, states, actions).map_err(at)
            }
            Staged::Table(table) => {
                let name = self.names.tables.get(*table).copied().unwrap_or_default();
                self.population.table(*table, name, stage).map_err(at)
            }
            Staged::Mixed(action) => self.mixed(*action, stage).map_err(at),
            Staged::Process(state, action) => self.process(*state, *action, stage).map_err(at),
            Staged::Mean(number, body, population) => {
                self.mean(*number, (body, *population), column, stage, place)
            }
        }
    }

    /// `p[action]`.
    fn mixed(&self, action: u32, stage: usize) -> Result<Value, ExpressionErrorKind> {
        let LeaderTerms::Mixed { actions, per_stage, first } = &self.names.symbols.leader_terms
        else {
            return Err(ExpressionErrorKind::NotMixed);
        };
        let row = if *per_stage { stage } else { 0 };
        parameter(*first, row, actions.len(), action as usize)
            .map(|variable| Value::term(Monomial::of(variable), Rational::ONE))
    }

    /// `nu[state, action]`, summed over what is not given; over everything it is 1.
    fn process(
        &mut self,
        state: Option<u32>,
        action: Option<u32>,
        stage: usize,
    ) -> Result<Value, ExpressionErrorKind> {
        let LeaderTerms::Process { states, actions, first } = &self.names.symbols.leader_terms
        else {
            return Err(ExpressionErrorKind::NoProcess);
        };
        if state.is_none() && action.is_none() {
            return Ok(Value::Constant(Rational::ONE));
        }
        let (state_count, action_count) = (states.len(), actions.len());
        let mut sum = Terms::default();
        for state in selected(state, state_count) {
            for action in selected(action, action_count) {
                let row = stage.saturating_mul(state_count).saturating_add(state);
                let variable = parameter(*first, row, action_count, action)?;
                sum.add(Monomial::of(variable), Rational::ONE, &mut self.work)?;
            }
        }
        Ok(sum.into_value())
    }

    /// `mean(body)` at `stage`, over everybody or the population at a position: by linearity, one
    /// aggregate per product of leader parameters in the body.
    fn mean(
        &mut self,
        number: usize,
        (body, population): (&Arc<Resolved>, Option<usize>),
        column: usize,
        stage: usize,
        place: Place,
    ) -> Result<Value, ExpressionError> {
        let at = |kind| ExpressionError::new(column, kind);
        let key = (number, stage, place.stage.filter(|_| body.dependence.stage));
        if let Some(value) = self.means.get(&key) {
            return Ok(value.clone());
        }
        let mut sum = Value::Constant(Rational::ZERO);
        for (factor, weights) in self.weights((body, population), column, stage, place)? {
            let degree = factor.degree() + 1;
            let average = self.population.average(stage, weights).map_err(at)?.value(factor);
            if degree > u64::from(MOST_DEGREE) && !matches!(average, Value::Constant(_)) {
                return Err(at(ExpressionErrorKind::Degree { degree }));
            }
            sum = Value::combine(Binary::Add, sum, average, &mut self.work).map_err(at)?;
        }
        self.kept += sum.weight();
        self.means.insert(key, sum.clone());
        Ok(sum)
    }

    /// The values of `body` on the available pairs of `stage`, those of one population per member of
    /// it: per product of leader parameters, `(state, action, coefficient)`.
    fn weights(
        &mut self,
        (body, population): (&Arc<Resolved>, Option<usize>),
        column: usize,
        stage: usize,
        place: Place,
    ) -> Result<ByMonomial, ExpressionError> {
        let mut weights = ByMonomial::new();
        let Some(pairs) = self.population.pairs(stage) else { return Ok(weights) };
        self.work.allow_members(pairs.len());
        let mut last: Option<(Place, Value)> = None;
        let only = population.and_then(|own| self.names.symbols.populations.get(own));
        let mass = only.map_or(Rational::ONE, |own| own.mass.clone());
        let states = only.map_or(0..pairs.states(), |own| own.states.clone());
        for state in states {
            for pair in pairs.of_state(state) {
                let action = pairs.action(pair);
                let member = body.dependence.restrict(Place {
                    stage: place.stage,
                    state: Some(state),
                    action: Some(action),
                });
                let value = match last {
                    Some((at, value)) if at == member => value,
                    _ => self.run(body, member, Level::Member)?,
                };
                self.work
                    .spend(value.weight())
                    .map_err(|kind| ExpressionError::new(column, kind))?;
                let mut put = |monomial: &Monomial, weight: &Rational| {
                    let weight = (state as u32, action as u32, weight / &mass);
                    match weights.get_mut(monomial) {
                        Some(list) => list.push(weight),
                        None => {
                            weights.insert(monomial.clone(), vec![weight]);
                        }
                    }
                };
                match &value {
                    Value::Constant(constant) if constant.is_zero() => {}
                    Value::Constant(constant) => put(&Monomial::one(), constant),
                    Value::Polynomial(terms) => {
                        terms.iter().for_each(|(monomial, coefficient)| put(monomial, coefficient))
                    }
                }
                last = Some((member, value));
            }
        }
        Ok(weights)
    }
}

/// `(state, action, weight)` per product of leader parameters.
type ByMonomial = BTreeMap<Monomial, Vec<(u32, u32, Rational)>>;

/// The parameter `first + row * columns + column`.
fn parameter(
    first: usize,
    row: usize,
    columns: usize,
    column: usize,
) -> Result<Variable, ExpressionErrorKind> {
    let index =
        row.checked_mul(columns).and_then(|offset| offset.checked_add(column)?.checked_add(first));
    let index = index.and_then(|index| u32::try_from(index).ok());
    index.map(Variable::Parameter).ok_or(ExpressionErrorKind::TooManyTerms)
}

/// One index, or all of them.
fn selected(index: Option<u32>, count: usize) -> Range<usize> {
    match index {
        Some(index) => index as usize..index as usize + 1,
        None => 0..count,
    }
}
