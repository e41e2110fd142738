//! Policies of the followers: what a follower does in each state at each stage.

use crate::exact::Rational;

/// A policy `pi_t(a|s)`, stage by stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// One entry per stage.
    pub stages: Vec<StagePolicy>,
}

/// A policy at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StagePolicy {
    /// One action per state.
    Pure(Vec<u32>),
    /// Per state, actions with their probabilities: positive, summing to 1, actions increasing.
    Mixed(Vec<Vec<(u32, Rational)>>),
}

impl StagePolicy {
    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        match self {
            StagePolicy::Pure(actions) => actions.len(),
            StagePolicy::Mixed(rows) => rows.len(),
        }
    }

    /// Probability of `action` in `state`.
    #[must_use]
    pub fn probability(&self, state: usize, action: usize) -> Rational {
        match self {
            StagePolicy::Pure(actions) if actions[state] as usize == action => Rational::ONE,
            StagePolicy::Pure(_) => Rational::ZERO,
            StagePolicy::Mixed(rows) => rows[state]
                .iter()
                .find(|(a, _)| *a as usize == action)
                .map_or(Rational::ZERO, |(_, p)| p.clone()),
        }
    }
}
