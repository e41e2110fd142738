//! The game at one decision of the leader, and its numbers at a frozen population.

use super::columns::{Column, Columns, combine};
use super::function::{Function, RANGE_BITS, function_ranges};
use super::interval::{Interval, column_ranges, extremes, polynomial_range};
use super::model::{Aggregate, Game, Pairs, Successors};
use super::polynomial::{Polynomial, Variable};
use crate::exact::ScaledExt;
use crate::exact::{Rational, Scaled};
use crate::game::ColumnExt;
use std::sync::Arc;

/// A game at one decision: polynomials in the aggregates alone.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Initial law over the states.
    pub initial: Arc<Scaled>,
    /// The aggregates of the game.
    pub aggregates: Arc<Vec<Aggregate>>,
    /// Functions of the aggregates, each of earlier ones.
    pub functions: Arc<Vec<Function>>,
    /// One entry per stage.
    pub stages: Vec<InstanceStage>,
    /// Terms of the leader's reward not weighted by followers, `h(m)`.
    pub payoff: Polynomial,
}

/// The data of one stage at one decision.
#[derive(Debug, Clone)]
pub struct InstanceStage {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// Follower reward per pair.
    pub reward: Columns,
    /// Leader reward per unit of follower mass, per pair.
    pub leader_reward: Columns,
    /// Successor states and their probabilities; `None` at the last stage.
    pub transition: Option<(Arc<Successors>, Columns)>,
}

/// Rewards and transitions as numbers: a finite-horizon decision process.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// Initial law over the states.
    pub initial: Arc<Scaled>,
    /// One entry per stage.
    pub stages: Vec<StageNumbers>,
    /// Constant of the leader's reward.
    pub leader_constant: Rational,
}

/// The numbers of one stage.
#[derive(Debug, Clone)]
pub struct StageNumbers {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// Follower reward per pair.
    pub reward: Arc<Scaled>,
    /// Leader reward per unit of follower mass, per pair.
    pub leader: Arc<Scaled>,
    /// Successor states and their probabilities; `None` at the last stage.
    pub transition: Option<(Arc<Successors>, Arc<Scaled>)>,
}

/// What keeps an instance from being a linear problem over the flows of a decision process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMeanFieldFree {
    /// The followers' rewards depend on the population.
    #[error("the followers' rewards depend on the population")]
    Reward,
    /// The transitions depend on the population.
    #[error("the transitions depend on the population")]
    Transition,
    /// The leader's reward is not linear in the occupation measure.
    #[error("the leader's reward is not linear in the population")]
    Leader,
}

impl Game {
    /// The game at a decision, given a value per parameter.
    #[must_use]
    pub fn at(&self, parameters: &[Rational]) -> Instance {
        let value = |variable: Variable| match variable {
            Variable::Parameter(index) => parameters.get(index as usize).cloned(),
            Variable::Aggregate(_) | Variable::Function(_) => None,
        };
        let functions = self.functions.iter().map(|function| Function {
            argument: function.argument.substitute(&value),
            ..function.clone()
        });
        let stages = self
            .stages
            .iter()
            .map(|stage| InstanceStage {
                pairs: Arc::clone(&stage.pairs),
                reward: stage.reward.substitute(&value),
                leader_reward: stage.leader_reward.substitute(&value),
                transition: stage
                    .transition
                    .as_ref()
                    .map(|t| (Arc::clone(&t.successors), t.probability.substitute(&value))),
            })
            .collect();
        Instance {
            initial: Arc::new(Scaled::from_rationals(&self.initial)),
            aggregates: Arc::clone(&self.aggregates),
            functions: Arc::new(functions.collect()),
            stages,
            payoff: self.payoff.substitute(&value),
        }
    }
}

/// Intervals of the aggregates and functions of a game at one decision.
#[derive(Debug, Clone, Default)]
pub struct Ranges {
    /// By aggregate.
    pub aggregates: Vec<Interval>,
    /// By function.
    pub functions: Vec<Interval>,
}

impl Ranges {
    /// The interval of a variable; 0 for what there is not.
    #[must_use]
    pub fn of(&self, variable: Variable) -> Interval {
        let known = match variable {
            Variable::Aggregate(k) => self.aggregates.get(k as usize),
            Variable::Function(k) => self.functions.get(k as usize),
            Variable::Parameter(_) => None,
        };
        known.cloned().unwrap_or_default()
    }
}

impl Instance {
    /// Intervals that hold every aggregate and function at every population.
    #[must_use]
    pub fn ranges(&self) -> Ranges {
        let own = |aggregate: &Aggregate| match self.stages.get(aggregate.stage) {
            Some(stage) => aggregate.range(&stage.pairs),
            None => Interval::default(),
        };
        let aggregates = self.aggregates.iter().map(own).collect();
        let mut ranges = Ranges { aggregates, functions: Vec::new() };
        ranges.functions = function_ranges(&self.functions, &|v| ranges.of(v), RANGE_BITS);
        ranges
    }

    /// Numbers between which the leader's reward lies for every population: the mass of each stage
    /// is 1.
    #[must_use]
    pub fn leader_range(&self) -> Interval {
        if self.functions.is_empty() {
            return self.reduced().leader_range();
        }
        let ranges = self.ranges();
        let of = |variable: Variable| ranges.of(variable);
        let payoff = polynomial_range(&self.payoff, &of);
        self.stages.iter().fold(payoff, |sum, stage| {
            let (lower, upper) = column_ranges(&stage.leader_reward, &of);
            (sum.0 + extremes(&lower).0, sum.1 + extremes(&upper).1)
        })
    }

    /// The numbers of a mean-field-free instance whose leader reward is linear: `J0(d) = constant +
    /// sum leader * d`.
    ///
    /// # Errors
    /// [`NotMeanFieldFree`] names what depends on the population.
    pub fn mean_field_free(&self) -> Result<Numbers, NotMeanFieldFree> {
        let mut leader_constant = Rational::ZERO;
        // Coefficient of each aggregate in the payoff.
        let mut weights: Vec<Rational> = vec![Rational::ZERO; self.aggregates.len()];
        for (monomial, coefficient) in self.payoff.terms() {
            match monomial.factors() {
                [] => leader_constant += coefficient,
                [(Variable::Aggregate(k), 1)] => weights[*k as usize] += coefficient,
                _ => return Err(NotMeanFieldFree::Leader),
            }
        }
        let mut stages = Vec::with_capacity(self.stages.len());
        for (t, stage) in self.stages.iter().enumerate() {
            let reward = stage.reward.as_constants().ok_or(NotMeanFieldFree::Reward)?;
            let transition = match &stage.transition {
                None => None,
                Some((successors, probability)) => Some((
                    Arc::clone(successors),
                    probability.as_constants().ok_or(NotMeanFieldFree::Transition)?,
                )),
            };
            let own = stage.leader_reward.as_constants().ok_or(NotMeanFieldFree::Leader)?;
            let leader = with_payoff(own, t, &stage.pairs, &self.aggregates, &weights);
            stages.push(StageNumbers {
                pairs: Arc::clone(&stage.pairs),
                reward,
                leader,
                transition,
            });
        }
        Ok(Numbers { initial: Arc::clone(&self.initial), stages, leader_constant })
    }

    /// The numbers at a frozen population, given a value per aggregate, in a game without
    /// functions. The leader's constant is `h(m)`.
    #[must_use]
    pub fn at_population(&self, aggregates: &[Rational]) -> Numbers {
        let value = |variable: Variable| match variable {
            Variable::Aggregate(index) => aggregates.get(index as usize).cloned(),
            Variable::Parameter(_) | Variable::Function(_) => None,
        };
        let constants = |columns: &Columns| {
            let fixed = columns.substitute(&value);
            fixed.as_constants().unwrap_or_else(|| Arc::new(Scaled::zeros(columns.len())))
        };
        let stages = self
            .stages
            .iter()
            .map(|stage| StageNumbers {
                pairs: Arc::clone(&stage.pairs),
                reward: constants(&stage.reward),
                leader: constants(&stage.leader_reward),
                transition: stage
                    .transition
                    .as_ref()
                    .map(|(successors, p)| (Arc::clone(successors), constants(p))),
            })
            .collect();
        let leader_constant =
            self.payoff.substitute(&value).as_constant().unwrap_or(Rational::ZERO);
        Numbers { initial: Arc::clone(&self.initial), stages, leader_constant }
    }

    /// The transition of stage `t` at a frozen population; only aggregates of stages `<= t` are
    /// read, and `None` is the answer when it depends on others.
    #[must_use]
    pub fn transition_at(
        &self,
        t: usize,
        aggregates: &[Rational],
    ) -> Option<(Arc<Successors>, Arc<Scaled>)> {
        let known = |index: &usize| {
            self.aggregates.get(*index).is_some_and(|aggregate| aggregate.stage <= t)
        };
        let value = |variable: Variable| match variable {
            Variable::Aggregate(index) => {
                Some(index as usize).filter(known).and_then(|index| aggregates.get(index).cloned())
            }
            Variable::Parameter(_) | Variable::Function(_) => None,
        };
        let (successors, probability) = self.stages.get(t)?.transition.as_ref()?;
        Some((Arc::clone(successors), probability.substitute(&value).as_constants()?))
    }
}

/// `own + sum_k weights[k] * aggregate_k` on the pairs of stage `t`.
fn with_payoff(
    own: Arc<Scaled>,
    t: usize,
    pairs: &Pairs,
    aggregates: &[Aggregate],
    weights: &[Rational],
) -> Arc<Scaled> {
    let here = aggregates
        .iter()
        .zip(weights)
        .filter(|(aggregate, weight)| aggregate.stage == t && !weight.is_zero());
    let columns: Vec<(Rational, Column)> = here
        .map(|(aggregate, weight)| {
            let entries: Vec<(usize, &Rational)> = aggregate
                .weights
                .iter()
                .filter_map(|(state, action, w)| {
                    pairs.find(*state as usize, *action as usize).map(|pair| (pair, w))
                })
                .collect();
            let support = entries.iter().map(|(pair, _)| *pair as u32).collect();
            let coefficients: Vec<Rational> = entries.iter().map(|(_, w)| (*w).clone()).collect();
            (
                weight.clone(),
                Column::sparse(pairs.len(), support, Scaled::from_rationals(&coefficients)),
            )
        })
        .collect();
    if columns.is_empty() {
        return own;
    }
    let own = Column { support: None, coefficients: own };
    let mut parts: Vec<(Rational, &Column)> = vec![(Rational::ONE, &own)];
    parts.extend(columns.iter().map(|(weight, column)| (weight.clone(), column)));
    Arc::new(combine(pairs.len(), &parts))
}

impl Numbers {
    /// Numbers of a game without stages, in which nothing can be earned.
    #[must_use]
    pub fn empty() -> Self {
        Numbers {
            initial: Arc::new(Scaled::zeros(0)),
            stages: Vec::new(),
            leader_constant: Rational::ZERO,
        }
    }

    /// Number of pairs over all stages.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.stages.iter().map(|stage| stage.pairs.len()).sum()
    }

    /// Number of transition entries over all stages.
    #[must_use]
    pub fn transition_entries(&self) -> usize {
        self.stages
            .iter()
            .filter_map(|stage| stage.transition.as_ref())
            .map(|(successors, _)| successors.len())
            .sum()
    }
}
