//! The data of a game as lists of numbers, ready to be evaluated on simplices of decisions.

use super::scalar::Scalar;
use crate::exact::Rational;
use crate::game::ColumnExt;
use crate::game::{Columns, Game, Monomial, Pairs, Polynomial, Successors, Variable};
use std::sync::Arc;

/// A vector of polynomials: per monomial the entries and their coefficients.
pub(super) type Table<N> = Vec<(Monomial, Vec<(usize, N)>)>;

/// Numbers of one stage.
#[derive(Debug)]
pub(super) struct StageTables<N> {
    pub(super) pairs: Arc<Pairs>,
    /// Number of pairs in earlier stages.
    pub(super) first: usize,
    pub(super) reward: Table<N>,
    pub(super) leader: Table<N>,
    pub(super) transition: Option<(Arc<Successors>, Table<N>)>,
}

/// The numbers of a game.
#[derive(Debug)]
pub struct Tables<N> {
    pub(super) initial: Vec<N>,
    pub(super) stages: Vec<StageTables<N>>,
    /// Stage of each aggregate and its weight per pair of all stages.
    pub(super) aggregates: Vec<(usize, Vec<(usize, N)>)>,
    pub(super) payoff: Vec<(Monomial, N)>,
    pub(super) parameters: usize,
    /// Transitions depend neither on the decision nor on the population.
    pub(super) fixed: bool,
    pub(super) pairs: usize,
}

impl<N: Scalar> Tables<N> {
    /// Those of `game`.
    #[must_use]
    pub fn new(game: &Game) -> Self {
        let mut first = 0;
        let mut stages = Vec::with_capacity(game.stages.len());
        for stage in &game.stages {
            stages.push(StageTables {
                pairs: Arc::clone(&stage.pairs),
                first,
                reward: table(&stage.reward),
                leader: table(&stage.leader_reward),
                transition: stage
                    .transition
                    .as_ref()
                    .map(|t| (Arc::clone(&t.successors), table(&t.probability))),
            });
            first += stage.pairs.len();
        }
        let aggregates = game
            .aggregates
            .iter()
            .map(|aggregate| {
                let weights = stages.get(aggregate.stage).map(|stage| {
                    let find = |(state, action, weight): &(u32, u32, Rational)| {
                        Some((
                            stage.first + stage.pairs.find(*state as usize, *action as usize)?,
                            N::of(weight),
                        ))
                    };
                    aggregate.weights.iter().filter_map(find).collect()
                });
                (aggregate.stage, weights.unwrap_or_default())
            })
            .collect();
        let fixed = stages.iter().all(|s| {
            s.transition.as_ref().is_none_or(|(_, table)| table.iter().all(|(m, _)| m.is_one()))
        });
        Tables {
            initial: game.initial.iter().map(N::of).collect(),
            aggregates,
            payoff: polynomial(&game.payoff),
            parameters: game.leader.parameters.len(),
            fixed,
            pairs: first,
            stages,
        }
    }

    /// Whether transitions depend neither on the decision nor on the population, so that flows may
    /// be mixed.
    #[must_use]
    pub fn fixed(&self) -> bool {
        self.fixed
    }

    /// Whether any data but a linear payoff, which is not covered either, see the population.
    pub(super) fn sees_population(&self) -> bool {
        let sees = |m: &Monomial| m.population_degree() > 0;
        let table = |table: &Table<N>| table.iter().any(|(m, _)| sees(m));
        self.payoff.iter().any(|(m, _)| sees(m))
            || self.stages.iter().any(|s| {
                table(&s.reward)
                    || table(&s.leader)
                    || s.transition.as_ref().is_some_and(|(_, t)| table(t))
            })
    }

    /// Whether all data but the transitions are affine in the decision and see no population.
    pub(super) fn is_affine(&self) -> bool {
        let affine = |table: &Table<N>| table.iter().all(|(m, _)| m.degree() <= 1);
        !self.sees_population()
            && self.payoff.iter().all(|(m, _)| m.degree() <= 1)
            && self.stages.iter().all(|stage| affine(&stage.reward) && affine(&stage.leader))
    }

    /// Whether the transitions of some stage see populations of later stages, which no file can
    /// say.
    pub(super) fn anticipates(&self) -> bool {
        self.stages.iter().enumerate().any(|(t, stage)| {
            let later = |&(variable, _): &(Variable, u32)| match variable {
                Variable::Aggregate(k) => {
                    self.aggregates.get(k as usize).is_none_or(|(stage, _)| *stage > t)
                }
                Variable::Function(_) => true,
                Variable::Parameter(_) => false,
            };
            stage
                .transition
                .as_ref()
                .is_some_and(|(_, table)| table.iter().any(|(m, _)| m.factors().iter().any(later)))
        })
    }
}

fn table<N: Scalar>(columns: &Columns) -> Table<N> {
    columns
        .columns()
        .iter()
        .map(|(m, c)| {
            (m.clone(), c.entries().map(|(entry, value)| (entry, N::of(&value))).collect())
        })
        .collect()
}

fn polynomial<N: Scalar>(polynomial: &Polynomial) -> Vec<(Monomial, N)> {
    polynomial.terms().map(|(m, value)| (m.clone(), N::of(value))).collect()
}
