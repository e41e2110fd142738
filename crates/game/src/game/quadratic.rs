//! A game with fixed transitions and affine rewards as quadratic forms in a few linear forms of the
//! population.
//!
//! With statistics `x_k`, follower reward `r0 + sum_k x_k R_k` and leader reward `c + sum_k x_k
//! C_k` per pair, payoff `h(x)`:
//!
//! ```text
//! r(d)'d = r0'd + sum_k x_k g_k,   g_k = R_k'd,        J0 = c'd + sum_k x_k f_k + h(x),   f_k = C_k'd.
//! ```
//!
//! The *coordinates* are `x_0.., g_0.., f_0..`, in this order; polynomials in them are written with
//! `Variable::Aggregate(j)` for coordinate `j`.

use super::columns::{Column, Columns, combine};
use super::instance::{Instance, InstanceStage, Numbers, StageNumbers};
use super::polynomial::{Monomial, Polynomial, Variable};
use super::reduced::{LinearForm, Reduced};
use crate::exact::ScaledExt;
use crate::exact::{Rational, Scaled};
use std::sync::Arc;

/// What keeps a game from being quadratic in the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotQuadratic {
    /// Transitions depend on the population.
    #[error("the transitions depend on the population")]
    Transition,
    /// Follower rewards of degree two or more.
    #[error("the followers' rewards are not affine in the population")]
    Reward,
    /// A leader reward of degree three or more.
    #[error("the leader's reward is not quadratic in the population")]
    Leader,
    /// Functions that are no polynomials.
    #[error("the game has functions that are no polynomials")]
    Functions,
}

/// The forms of a game at one decision; see the page of the module.
#[derive(Debug, Clone)]
pub struct Quadratic {
    /// Initial law over the states.
    pub initial: Arc<Scaled>,
    /// The stages, in the statistics.
    pub stages: Vec<InstanceStage>,
    /// `r0`.
    pub reward: LinearForm,
    /// `c`.
    pub leader: LinearForm,
    /// The coordinates.
    pub coordinates: Vec<LinearForm>,
    /// Number of statistics: the first coordinates.
    pub statistics: usize,
    /// `sum_k x_k g_k` in the coordinates.
    pub follower_form: Polynomial,
    /// `sum_k x_k f_k + h(x)` in the coordinates.
    pub leader_form: Polynomial,
}

impl Quadratic {
    /// The forms of `instance`.
    ///
    /// # Errors
    /// [`NotQuadratic`] when its class is C2 or C3, or the leader's reward has a higher degree.
    pub fn new(instance: &Instance) -> Result<Self, NotQuadratic> {
        if !instance.functions.is_empty() {
            return Err(NotQuadratic::Functions);
        }
        Self::of(instance.reduced())
    }

    /// The forms of a game in its fewest statistics.
    ///
    /// # Errors
    /// [`NotQuadratic`] when its class is C2 or C3, or the leader's reward has a higher degree.
    pub fn of(reduced: Reduced) -> Result<Self, NotQuadratic> {
        if reduced
            .stages
            .iter()
            .any(|stage| stage.transition.as_ref().is_some_and(|(_, p)| p.as_constants().is_none()))
        {
            return Err(NotQuadratic::Transition);
        }
        let degree = |columns: &Columns| columns.population_degree();
        if reduced.stages.iter().any(|stage| degree(&stage.reward) > 1) {
            return Err(NotQuadratic::Reward);
        }
        if reduced.stages.iter().any(|stage| degree(&stage.leader_reward) > 1)
            || reduced.payoff.population_degree() > 2
        {
            return Err(NotQuadratic::Leader);
        }
        let count = reduced.statistics.len();
        let of = |monomial: &Monomial, table: &dyn Fn(&InstanceStage) -> &Columns| {
            coefficient_form(&reduced.stages, monomial, table)
        };
        let statistic = |k: usize| Monomial::of(Variable::Aggregate(k as u32));
        let mut coordinates = reduced.statistics.clone();
        coordinates.extend((0..count).map(|k| of(&statistic(k), &|stage| &stage.reward)));
        coordinates.extend((0..count).map(|k| of(&statistic(k), &|stage| &stage.leader_reward)));
        let mut follower_form = Polynomial::zero();
        let mut leader_form = reduced.payoff.clone();
        for k in 0..count {
            for (form, other) in
                [(&mut follower_form, count + k), (&mut leader_form, 2 * count + k)]
            {
                if !coordinates[other].is_zero() {
                    form.add_term(statistic(k).times(&statistic(other)), Rational::ONE);
                }
            }
        }
        Ok(Quadratic {
            reward: of(&Monomial::one(), &|stage| &stage.reward),
            leader: of(&Monomial::one(), &|stage| &stage.leader_reward),
            coordinates,
            statistics: count,
            follower_form,
            leader_form,
            initial: reduced.initial,
            stages: reduced.stages,
        })
    }

    /// `sum_j factor_j form_j`.
    #[must_use]
    pub fn combine(&self, parts: &[(Rational, &LinearForm)]) -> LinearForm {
        LinearForm::combination(&self.stages, parts)
    }

    /// The decision process in which the leader earns `form` and the followers nothing.
    #[must_use]
    pub fn numbers(&self, form: &LinearForm) -> Numbers {
        let stage = |(stage, column): (&InstanceStage, &Column)| StageNumbers {
            pairs: Arc::clone(&stage.pairs),
            reward: Arc::new(Scaled::zeros(stage.pairs.len())),
            leader: match &column.support {
                None => Arc::clone(&column.coefficients),
                // A coordinate may be stored without its zeros.
                Some(_) => Arc::new(combine(stage.pairs.len(), &[(Rational::ONE, column)])),
            },
            transition: stage.transition.as_ref().and_then(|(successors, probability)| {
                Some((Arc::clone(successors), probability.as_constants()?))
            }),
        };
        Numbers {
            initial: Arc::clone(&self.initial),
            stages: self.stages.iter().zip(&form.stages).map(stage).collect(),
            leader_constant: Rational::ZERO,
        }
    }
}

/// The coefficients of `monomial` in a table, as a linear form.
fn coefficient_form(
    stages: &[InstanceStage],
    monomial: &Monomial,
    table: &dyn Fn(&InstanceStage) -> &Columns,
) -> LinearForm {
    let zero = LinearForm::zero(stages);
    let columns = stages.iter().zip(zero.stages).map(|(stage, zero)| {
        let found = table(stage).columns().iter().find(|(own, _)| own == monomial);
        found.map_or(zero, |(_, column)| column.as_ref().clone())
    });
    LinearForm { stages: columns.collect() }
}
