//! Whether two games can be compared policy by policy and decision by decision.

use crate::game::{DecisionSet, Game};

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
