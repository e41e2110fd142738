//! A game with fixed transitions, affine follower rewards and a linear leader reward, entry by entry.
//!
//! ```text
//! r_t(s,a; x) = r0_t(s,a) + sum_k x_k R_k,t(s,a),     x_k = sum_t sum_i w_k,t(i) d_t(i),     J0 = c'd + constant.
//! ```
//!
//! The statistics `x_k` are those of [`super::Reduced`]. Everything is a rational: the form is for games small enough that their
//! equilibria at eps = 0 can be told apart one by one.

use super::columns::Columns;
use super::instance::Instance;
use super::model::Pairs;
use super::polynomial::{Monomial, Variable};
use crate::exact::Rational;
use std::sync::Arc;

/// A game at one decision; see the page of the module.
#[derive(Debug, Clone)]
pub struct Affine {
    /// Initial law over the states.
    pub initial: Vec<Rational>,
    /// One entry per stage.
    pub stages: Vec<AffineStage>,
    /// Number of statistics.
    pub statistics: usize,
    /// Constant of the leader's reward.
    pub leader_constant: Rational,
}

/// The data of one stage, all vectors indexed by pair.
#[derive(Debug, Clone)]
pub struct AffineStage {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// `r0`.
    pub reward: Vec<Rational>,
    /// `(k, R_k)`, coefficients nonzero.
    pub slopes: Vec<Vec<(usize, Rational)>>,
    /// `(k, w_k)`, weights nonzero.
    pub weights: Vec<Vec<(usize, Rational)>>,
    /// `c`.
    pub leader: Vec<Rational>,
    /// `(successor, probability)`, probabilities positive; empty at the last stage.
    pub next: Vec<Vec<(usize, Rational)>>,
}

/// What keeps a game from being affine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAffine {
    /// Transitions depend on the population.
    #[error("the transitions depend on the population")]
    Transition,
    /// Follower rewards of degree two or more.
    #[error("the followers' rewards are not affine in the population")]
    Reward,
    /// A leader reward of degree two or more in the occupation measure.
    #[error("the leader's reward is not linear in the population")]
    Leader,
}

impl Affine {
    /// The entries of `instance`.
    ///
    /// # Errors
    /// [`NotAffine`] names what is of a higher degree.
    pub fn new(instance: &Instance) -> Result<Self, NotAffine> {
        let reduced = instance.reduced();
        let leader_constant = reduced.payoff.as_constant().ok_or(NotAffine::Leader)?;
        let mut stages = Vec::with_capacity(reduced.stages.len());
        for (t, stage) in reduced.stages.iter().enumerate() {
            let pairs = Arc::clone(&stage.pairs);
            if stage.reward.population_degree() > 1 {
                return Err(NotAffine::Reward);
            }
            let (reward, slopes) = split(&stage.reward);
            let leader = stage.leader_reward.as_constants().ok_or(NotAffine::Leader)?.iter().collect();
            let mut weights = vec![Vec::new(); pairs.len()];
            for (k, form) in reduced.statistics.iter().enumerate() {
                for (pair, weight) in form.stages[t].entries() {
                    weights[pair].push((k, weight));
                }
            }
            let mut next = vec![Vec::new(); pairs.len()];
            if let Some((successors, probability)) = &stage.transition {
                let probability = probability.as_constants().ok_or(NotAffine::Transition)?;
                for (pair, list) in next.iter_mut().enumerate() {
                    let entries = successors.of_pair(pair).map(|entry| (successors.state(entry), probability.get(entry)));
                    list.extend(entries.filter(|(_, p)| !p.is_zero()));
                }
            }
            stages.push(AffineStage { pairs, reward, slopes, weights, leader, next });
        }
        Ok(Affine { initial: reduced.initial.iter().collect(), stages, statistics: reduced.statistics.len(), leader_constant })
    }

    /// Number of pairs over all stages.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.stages.iter().map(|stage| stage.pairs.len()).sum()
    }
}

/// The constants and the coefficients of single statistics.
fn split(columns: &Columns) -> (Vec<Rational>, Vec<Vec<(usize, Rational)>>) {
    let mut constants = vec![Rational::ZERO; columns.len()];
    let mut slopes = vec![Vec::new(); columns.len()];
    for (monomial, column) in columns.columns() {
        for (pair, coefficient) in column.entries() {
            match statistic(monomial) {
                None => constants[pair] += coefficient,
                Some(k) => slopes[pair].push((k, coefficient)),
            }
        }
    }
    (constants, slopes)
}

fn statistic(monomial: &Monomial) -> Option<usize> {
    monomial.factors().iter().find_map(|(variable, _)| match variable {
        Variable::Aggregate(k) => Some(*k as usize),
        Variable::Parameter(_) => None,
    })
}
