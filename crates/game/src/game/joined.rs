//! A game joined with its leader: her decision becomes what a part of the population plays.
//!
//! Given points `v_0 .. v_n` of parameter values, half of the mass of the joined game are the
//! followers and half sits in one more state, which at stage 0 has an action per point, earns
//! nothing and leads to itself. With `y_i` the mass on action `i`, the parameters are `u = sum_i 2
//! y_i v_i`, aggregates of stage 0. Weights of aggregates and rewards per unit of mass are doubled,
//! so that statistics, the leader's reward and the exploitability are those of the followers alone.
//! Hence the eps-equilibria of the joined game are the pairs of a `u` in the convex hull of the
//! points and an eps-equilibrium of the game at `u`, for the same eps: the extra state is
//! indifferent and contributes nothing to the exploitability.

use super::canonical::canonical;
use super::columns::{Column, Columns};
use super::model::{
    Aggregate, Decision, DecisionSet, Game, Leader, Pairs, Stage, Successors, Transition,
};
use super::objective::Vocabulary;
use super::polynomial::{Monomial, Variable};
use super::space::Point;
use crate::exact::{Rational, Scaled, ratio};
use crate::game::ColumnExt;
use std::sync::Arc;

/// Why a game cannot be joined with its leader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinedError {
    /// Nothing to choose from, or points of another dimension.
    #[error(
        "found {found} numbers in a point, expected {expected}, one per parameter, and at least one point"
    )]
    Dimension {
        /// Numbers found.
        found: usize,
        /// Parameters.
        expected: usize,
    },
    /// Transitions depend on the leader and are proved to be probabilities at her decisions only.
    #[error("transitions depend on the leader, and a point is none of her decisions")]
    Outside,
    /// Functions that are no polynomials.
    #[error("the game has functions that are no polynomials")]
    Functions,
}

impl Game {
    /// The game whose eps-equilibria are the pairs of a decision in the convex hull of `points` and
    /// an eps-equilibrium there.
    ///
    /// # Errors
    /// [`JoinedError`] when the points do not fit.
    pub fn joined(&self, points: &[Point]) -> Result<Game, JoinedError> {
        if !self.functions.is_empty() {
            return Err(JoinedError::Functions);
        }
        let expected = self.leader.parameters.len();
        let odd = points.iter().map(Vec::len).find(|&found| found != expected);
        if let Some(found) = odd.or(if points.is_empty() { Some(0) } else { None }) {
            return Err(JoinedError::Dimension { found, expected });
        }
        let proved = match &self.leader.decisions {
            DecisionSet::Polyhedral { polytope, .. } => {
                points.iter().all(|point| polytope.contains(point))
            }
            // Nothing is known between listed decisions.
            DecisionSet::Finite(_) => false,
        };
        if !proved && self.transitions_see_the_leader() {
            return Err(JoinedError::Outside);
        }
        // A parameter on which the points agree is a number.
        let constant = |j: usize| {
            points.iter().all(|point| point[j] == points[0][j]).then(|| points[0][j].clone())
        };
        let value = |variable: Variable| match variable {
            Variable::Parameter(j) => constant(j as usize),
            Variable::Aggregate(_) | Variable::Function(_) => None,
        };
        let (states, own) = (self.states.len(), self.aggregates.len() as u32);
        let two = ratio(2, 1);
        let rename = |variable: Variable| match variable {
            Variable::Parameter(j) => Variable::Aggregate(own + j),
            aggregate => aggregate,
        };
        let doubled = |aggregate: &Aggregate| Aggregate {
            stage: aggregate.stage,
            weights: aggregate
                .weights
                .iter()
                .map(|(s, a, weight)| (*s, *a, weight * &two))
                .collect(),
        };
        let parameter = |j: usize| Aggregate {
            stage: 0,
            weights: (0u32..)
                .zip(points)
                .filter(|(_, point)| !point[j].is_zero())
                .map(|(action, point)| (states as u32, action, &point[j] * &two))
                .collect(),
        };
        let aggregates =
            self.aggregates.iter().map(doubled).chain((0..expected).map(parameter)).collect();
        let stages = self.stages.iter().enumerate().map(|(t, stage)| {
            let extra = if t == 0 { points.len() } else { 1 };
            let mut actions: Vec<Vec<u32>> = (0..states)
                .map(|state| {
                    stage
                        .pairs
                        .of_state(state)
                        .map(|pair| stage.pairs.action(pair) as u32)
                        .collect()
                })
                .collect();
            actions.push((0..extra as u32).collect());
            let pairs = stage.pairs.len() + extra;
            Stage {
                pairs: Arc::new(Pairs::new(&actions)),
                reward: widened(&stage.reward.substitute(&value).renamed(&rename), pairs, &two),
                leader_reward: widened(
                    &stage.leader_reward.substitute(&value).renamed(&rename),
                    pairs,
                    &two,
                ),
                transition: stage.transition.as_ref().map(|transition| {
                    staying(transition, &value, &rename, stage.pairs.len(), states, extra)
                }),
            }
        });
        let stages = stages.collect();
        let half = ratio(1, 2);
        let joined = Game {
            name: self.name.clone(),
            description: self.description.clone(),
            source: self.source.clone(),
            states: self.states.iter().cloned().chain([fresh("leader", &self.states)]).collect(),
            actions: names(&self.actions, points.len()),
            initial: self.initial.iter().map(|mass| mass * &half).chain([half.clone()]).collect(),
            leader: Leader {
                parameters: Vec::new(),
                decisions: DecisionSet::Finite(vec![Decision { name: None, values: Vec::new() }]),
            },
            aggregates: Arc::new(aggregates),
            functions: Arc::default(),
            stages,
            payoff: self.payoff.substitute(&value).renamed(&rename),
            vocabulary: Arc::new(Vocabulary::default()),
        };
        Ok(canonical(joined))
    }

    /// Whether the transitions depend on the leader's parameters.
    #[must_use]
    pub fn transitions_see_the_leader(&self) -> bool {
        let parameter = |monomial: &Monomial| {
            monomial
                .factors()
                .iter()
                .any(|(variable, _)| matches!(variable, Variable::Parameter(_)))
        };
        self.stages
            .iter()
            .filter_map(|s| s.transition.as_ref())
            .any(|t| t.probability.columns().iter().any(|(m, _)| parameter(m)))
    }
}

/// The same entries times `factor`, and zeros behind them.
fn widened(columns: &Columns, len: usize, factor: &Rational) -> Columns {
    let widen = |(monomial, column): &(Monomial, Arc<Column>)| {
        (monomial.clone(), Arc::new(column_of(len, column.entries(), factor)))
    };
    Columns::new(len, columns.columns().iter().map(widen).collect())
}

fn column_of(
    len: usize,
    entries: impl Iterator<Item = (usize, Rational)>,
    factor: &Rational,
) -> Column {
    let (support, values): (Vec<u32>, Vec<Rational>) =
        entries.map(|(entry, value)| (entry as u32, value * factor)).unzip();
    Column::sparse(len, support, Scaled::from_rationals(&values))
}

/// The transitions of the followers, and `extra` pairs that stay in the last state.
fn staying(
    transition: &Transition,
    value: &dyn Fn(Variable) -> Option<Rational>,
    rename: &dyn Fn(Variable) -> Variable,
    pairs: usize,
    states: usize,
    extra: usize,
) -> Transition {
    let old = transition.successors.len();
    let mut first: Vec<u32> =
        (0..pairs).map(|pair| transition.successors.of_pair(pair).start as u32).collect();
    first.extend((old..=old + extra).map(|entry| entry as u32));
    let own = (0..old).map(|entry| transition.successors.state(entry) as u32);
    let successors = Successors::new(first, own.chain((0..extra).map(|_| states as u32)).collect());
    let len = old + extra;
    let probability = transition.probability.substitute(value).renamed(rename);
    let mut columns: Vec<(Monomial, Arc<Column>)> =
        widened(&probability, len, &Rational::ONE).columns().to_vec();
    let stay = || (old..len).map(|entry| (entry, Rational::ONE));
    match columns.iter_mut().find(|(monomial, _)| monomial.is_one()) {
        Some((_, column)) => {
            let entries: Vec<(usize, Rational)> = column.entries().chain(stay()).collect();
            *column = Arc::new(column_of(len, entries.into_iter(), &Rational::ONE));
        }
        None => columns.push((Monomial::one(), Arc::new(column_of(len, stay(), &Rational::ONE)))),
    }
    Transition { successors: Arc::new(successors), probability: Columns::new(len, columns) }
}

/// A name like `wanted` that is not among `known`.
fn fresh(wanted: &str, known: &[String]) -> String {
    let mut name = wanted.to_string();
    while known.contains(&name) {
        name.push('\'');
    }
    name
}

/// At least `count` names of actions.
fn names(known: &[String], count: usize) -> Vec<String> {
    let mut names = known.to_vec();
    while names.len() < count {
        let name = fresh(&format!("point {}", names.len()), &names);
        names.push(name);
    }
    names
}
