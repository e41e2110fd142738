//! The model and the truth side by side, in the same aggregates.

use crate::exact::Rational;
use crate::game::{
    Aggregate, DecisionSet, Game, Instance, InstanceStage, Interval, Polynomial, Variable,
};

/// What keeps two games from being compared policy by policy and decision by decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the two games cannot be compared: {} differ", match .0 {
    Difference::Stages => "their numbers of stages",
    Difference::States => "their states",
    Difference::Actions => "their actions",
    Difference::Available => "their available actions",
    Difference::Parameters => "the leader's parameters",
    Difference::Decisions => "the leader's decisions",
})]
pub struct Incomparable(pub(super) Difference);

/// In what two games differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    Stages,
    States,
    Actions,
    Available,
    Parameters,
    Decisions,
}

/// Whether policies and decisions of one game are those of the other.
pub(super) fn comparable(model: &Game, truth: &Game) -> Result<(), Incomparable> {
    let same = |equal: bool, difference| if equal { Ok(()) } else { Err(Incomparable(difference)) };
    same(model.stages.len() == truth.stages.len(), Difference::Stages)?;
    same(
        model.states == truth.states && model.initial.len() == truth.initial.len(),
        Difference::States,
    )?;
    same(model.actions == truth.actions, Difference::Actions)?;
    same(
        model.stages.iter().zip(&truth.stages).all(|(a, b)| a.pairs == b.pairs),
        Difference::Available,
    )?;
    same(model.leader.parameters == truth.leader.parameters, Difference::Parameters)?;
    let decisions = match (&model.leader.decisions, &truth.leader.decisions) {
        (DecisionSet::Finite(a), DecisionSet::Finite(b)) => a == b,
        (
            DecisionSet::Polyhedral { polytope: a, grids: x },
            DecisionSet::Polyhedral { polytope: b, grids: y },
        ) => a == b && x == y,
        _ => false,
    };
    same(decisions, Difference::Decisions)
}

/// One of the games; what the leader's payoff adds linearly is part of her reward per pair.
pub(super) struct Side {
    pub(super) initial: Vec<Rational>,
    pub(super) stages: Vec<InstanceStage>,
    pub(super) payoff: Polynomial,
}

impl Side {
    fn new(instance: &Instance, rename: &dyn Fn(Variable) -> Variable) -> Self {
        let (mut stages, payoff) = instance.with_payoff_per_pair();
        for stage in &mut stages {
            stage.reward = stage.reward.renamed(rename);
            stage.leader_reward = stage.leader_reward.renamed(rename);
            stage.transition = stage
                .transition
                .take()
                .map(|(successors, probability)| (successors, probability.renamed(rename)));
        }
        Side { initial: instance.initial.iter().collect(), stages, payoff: payoff.renamed(rename) }
    }
}

/// Both games, or the model alone.
pub(super) struct Pairing {
    pub(super) model: Side,
    pub(super) truth: Option<Side>,
    /// The aggregates to which the variables of both refer.
    pub(super) aggregates: Vec<Aggregate>,
}

impl Pairing {
    /// The games must be comparable.
    pub(super) fn new(model: Instance, truth: Option<Instance>) -> Self {
        let mut aggregates: Vec<Aggregate> = model.aggregates.as_ref().clone();
        let truth = truth.map(|truth| {
            // Each aggregate of the truth is one of the model, if that has not been taken, or a new
            // one.
            let mut taken = vec![false; aggregates.len()];
            let mut position: Vec<u32> = Vec::with_capacity(truth.aggregates.len());
            for own in truth.aggregates.iter() {
                let found =
                    aggregates.iter().zip(&taken).position(|(known, taken)| !taken && known == own);
                let index = found.unwrap_or_else(|| {
                    aggregates.push(own.clone());
                    taken.push(false);
                    aggregates.len() - 1
                });
                taken[index] = true;
                position.push(index as u32);
            }
            let rename = |variable: Variable| match variable {
                Variable::Aggregate(k) => {
                    Variable::Aggregate(position.get(k as usize).copied().unwrap_or(k))
                }
                Variable::Parameter(_) => variable,
            };
            Side::new(&truth, &rename)
        });
        Pairing { model: Side::new(&model, &|variable| variable), truth, aggregates }
    }

    /// Range of every aggregate over all populations: the mass of its stage is 1.
    pub(super) fn ranges(&self) -> Vec<Interval> {
        let none = || (Rational::ZERO, Rational::ZERO);
        let range = |aggregate: &Aggregate| {
            self.model
                .stages
                .get(aggregate.stage)
                .map_or_else(none, |stage| aggregate.range(&stage.pairs))
        };
        self.aggregates.iter().map(range).collect()
    }
}
