//! A game with fixed transitions and affine rewards as quadratic forms in a few linear forms of the population.
//!
//! With statistics `x_k`, follower reward `r0 + sum_k x_k R_k` and leader reward `c + sum_k x_k C_k` per pair, payoff `h(x)`:
//!
//! ```text
//! r(d)'d = r0'd + sum_k x_k g_k,   g_k = R_k'd,        J0 = c'd + sum_k x_k f_k + h(x),   f_k = C_k'd.
//! ```
//!
//! The *coordinates* are `x_0.., g_0.., f_0..`, in this order; polynomials in them are written with `Variable::Aggregate(j)` for coordinate `j`.

use super::flow::occupation;
use super::verdict::Fault;
use crate::exact::{Rational, Scaled};
use crate::game::{Columns, Instance, InstanceStage, LinearForm, Monomial, Numbers, Policy, Polynomial, StageNumbers, Variable};
use std::sync::Arc;

/// The forms of a game at one decision.
pub(super) struct Population {
    initial: Arc<Scaled>,
    stages: Vec<InstanceStage>,
    /// `r0`.
    pub(super) reward: LinearForm,
    /// `c`.
    pub(super) leader: LinearForm,
    /// The coordinates.
    pub(super) coordinates: Vec<LinearForm>,
    /// Number of statistics: the first coordinates.
    pub(super) statistics: usize,
    /// `sum_k x_k g_k` in the coordinates.
    pub(super) follower_form: Polynomial,
    /// `sum_k x_k f_k + h(x)` in the coordinates.
    pub(super) leader_form: Polynomial,
}

/// What a deviation earns against a population: `constant + sum_k slope_k x_k`.
pub(super) struct Deviation {
    pub(super) constant: Rational,
    pub(super) slopes: Vec<Rational>,
}

impl Population {
    pub(super) fn new(instance: &Instance) -> Result<Self, Fault> {
        let reduced = instance.reduced();
        if reduced.stages.iter().any(|stage| stage.transition.as_ref().is_some_and(|(_, p)| p.as_constants().is_none())) {
            return Err(Fault::NotQuadratic("the transitions depend on the population"));
        }
        let degree = |columns: &Columns| columns.population_degree();
        if reduced.stages.iter().any(|stage| degree(&stage.reward) > 1) {
            return Err(Fault::NotQuadratic("the followers' rewards are not affine in the population"));
        }
        if reduced.stages.iter().any(|stage| degree(&stage.leader_reward) > 1) || reduced.payoff.population_degree() > 2 {
            return Err(Fault::NotQuadratic("the leader's reward is not quadratic in the population"));
        }
        let count = reduced.statistics.len();
        let of = |monomial: &Monomial, table: &dyn Fn(&InstanceStage) -> &Columns| coefficient_form(&reduced.stages, monomial, table);
        let statistic = |k: usize| Monomial::of(Variable::Aggregate(k as u32));
        let mut coordinates = reduced.statistics.clone();
        coordinates.extend((0..count).map(|k| of(&statistic(k), &|stage| &stage.reward)));
        coordinates.extend((0..count).map(|k| of(&statistic(k), &|stage| &stage.leader_reward)));
        let mut follower_form = Polynomial::zero();
        let mut leader_form = reduced.payoff.clone();
        for k in 0..count {
            follower_form.add_term(statistic(k).times(&statistic(count + k)), Rational::ONE);
            leader_form.add_term(statistic(k).times(&statistic(2 * count + k)), Rational::ONE);
        }
        Ok(Population {
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
    pub(super) fn combine(&self, parts: &[(Rational, &LinearForm)]) -> LinearForm {
        LinearForm::combination(&self.stages, parts)
    }

    /// The decision process in which the leader earns `form` and the followers nothing.
    pub(super) fn numbers(&self, form: &LinearForm) -> Numbers {
        let stage = |(stage, column): (&InstanceStage, &crate::game::Column)| StageNumbers {
            pairs: Arc::clone(&stage.pairs),
            reward: Arc::new(Scaled::zeros(stage.pairs.len())),
            leader: Arc::clone(&column.coefficients),
            transition: stage
                .transition
                .as_ref()
                .and_then(|(successors, probability)| Some((Arc::clone(successors), probability.as_constants()?))),
        };
        Numbers {
            initial: Arc::clone(&self.initial),
            stages: self.stages.iter().zip(&form.stages).map(stage).collect(),
            leader_constant: Rational::ZERO,
        }
    }

    /// What `policy` earns against each population; `None` when it does not fit the game.
    pub(super) fn deviation(&self, policy: &Policy) -> Option<Deviation> {
        let masses = occupation(&self.initial, &self.stages, policy)?;
        let slopes = self.coordinates[self.statistics..2 * self.statistics].iter().map(|form| form.value(&masses)).collect();
        Some(Deviation { constant: self.reward.value(&masses), slopes })
    }
}

/// The coefficients of `monomial` in a table, as a linear form.
fn coefficient_form(stages: &[InstanceStage], monomial: &Monomial, table: &dyn Fn(&InstanceStage) -> &Columns) -> LinearForm {
    let zero = LinearForm::zero(stages);
    let columns = stages.iter().zip(zero.stages).map(|(stage, zero)| {
        let found = table(stage).columns().iter().find(|(own, _)| own == monomial);
        found.map_or(zero, |(_, column)| column.as_ref().clone())
    });
    LinearForm { stages: columns.collect() }
}
