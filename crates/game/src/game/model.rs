//! The game in normal form: what a game file means, and all that the rest of the library knows of
//! it.
//!
//! Stages `t = 0..N-1`, states `s`, actions `a`; a *pair* is an available (state, action) at a
//! stage. Rewards and transition probabilities are polynomials in the leader's parameters `u` and
//! in the aggregates `m_k = sum weights_k(s,a) d_{t_k}(s,a)` of the population's occupation measure
//! `d` (docs/model.md, equations (1) to (4)), and in functions of these such as logarithms.

use super::columns::Columns;
use super::function::Function;
use super::objective::Vocabulary;
use super::polynomial::Polynomial;
use crate::exact::{Polytope, Rational};
pub use smfg_kernel::Successors;
use std::ops::Range;
use std::sync::Arc;

/// A Stackelberg mean-field game.
#[derive(Debug, Clone)]
pub struct Game {
    /// Name as given in the file.
    pub name: String,
    /// Free text, may be empty.
    pub description: String,
    /// Citation, may be empty.
    pub source: String,
    /// Names of the followers' states.
    pub states: Vec<String>,
    /// Names of the followers' actions.
    pub actions: Vec<String>,
    /// Initial law over the states; entries are non-negative and sum to 1.
    pub initial: Vec<Rational>,
    /// The leader's side.
    pub leader: Leader,
    /// The statistics through which the population acts.
    pub aggregates: Arc<Vec<Aggregate>>,
    /// Functions of these and of the leader's parameters, each of earlier ones.
    pub functions: Arc<Vec<Function>>,
    /// One entry per stage.
    pub stages: Vec<Stage>,
    /// Terms of the leader's reward that are not weighted by followers, `h(u, m)`.
    pub payoff: Polynomial,
    /// What expressions about the game can name besides what is listed above; no part of the normal
    /// form or of the hash.
    pub vocabulary: Arc<Vocabulary>,
}

/// `m = sum weight * d_stage(state, action)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aggregate {
    /// The stage whose occupation measure is averaged.
    pub stage: usize,
    /// `(state, action, weight)`, in increasing order of state and action, weights nonzero, pairs
    /// available.
    pub weights: Vec<(u32, u32, Rational)>,
}

impl Aggregate {
    /// Least and greatest value over all populations whose stage mass is 1, given `pairs` of its
    /// stage.
    #[must_use]
    pub fn range(&self, pairs: &Pairs) -> (Rational, Rational) {
        let mut values = self.weights.iter().map(|w| w.2.clone()).collect::<Vec<_>>();
        if values.len() < pairs.len() {
            values.push(Rational::ZERO);
        }
        let least = values.iter().min().cloned().unwrap_or(Rational::ZERO);
        let greatest = values.iter().max().cloned().unwrap_or(Rational::ZERO);
        (least, greatest)
    }
}

/// The data of one stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The available pairs.
    pub pairs: Arc<Pairs>,
    /// Follower reward per pair.
    pub reward: Columns,
    /// Leader reward per unit of follower mass, per pair.
    pub leader_reward: Columns,
    /// Where the pairs lead; `None` at the last stage.
    pub transition: Option<Transition>,
}

/// Transition probabilities of one stage.
#[derive(Debug, Clone)]
pub struct Transition {
    /// Successor states per pair.
    pub successors: Arc<Successors>,
    /// Probability per entry of `successors`.
    pub probability: Columns,
}

/// The available (state, action) pairs of a stage, numbered state by state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pairs {
    first: Vec<u32>,
    action: Vec<u32>,
}

impl Pairs {
    /// The pairs with the given actions per state, each list increasing.
    #[must_use]
    pub fn new(actions_per_state: &[Vec<u32>]) -> Self {
        let mut first = vec![0];
        let mut action = Vec::new();
        for actions in actions_per_state {
            action.extend_from_slice(actions);
            first.push(action.len() as u32);
        }
        Pairs { first, action }
    }

    /// Every action in every state.
    #[must_use]
    pub fn all(states: usize, actions: usize) -> Self {
        Pairs {
            first: (0..=states).map(|s| (s * actions) as u32).collect(),
            action: (0..states).flat_map(|_| 0..actions as u32).collect(),
        }
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.action.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.action.is_empty()
    }

    /// Number of states.
    #[must_use]
    pub fn states(&self) -> usize {
        self.first.len() - 1
    }

    /// The pairs of `state`.
    #[must_use]
    pub fn of_state(&self, state: usize) -> Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }

    /// The action of `pair`.
    #[must_use]
    pub fn action(&self, pair: usize) -> usize {
        self.action[pair] as usize
    }

    /// The pair of `state` and `action`, when available.
    #[must_use]
    pub fn find(&self, state: usize, action: usize) -> Option<usize> {
        let range = self.of_state(state);
        let offset = self.action[range.clone()].binary_search(&(action as u32)).ok()?;
        Some(range.start + offset)
    }
}

/// The leader: her parameters and what she may choose.
#[derive(Debug, Clone)]
pub struct Leader {
    /// Names of the coordinates of a decision, such as `wage`, `p[inspect]@0` or `nu[s0,a0]@1`.
    pub parameters: Vec<String>,
    /// The decisions open to her.
    pub decisions: DecisionSet,
}

/// What the leader may choose.
#[derive(Debug, Clone)]
pub enum DecisionSet {
    /// Named decisions; a game without a leader has one, with no name and no parameters.
    Finite(Vec<Decision>),
    /// The points of a polytope whose coordinates may be restricted to integers or grids.
    Polyhedral {
        /// Bounds and linear constraints.
        polytope: Polytope,
        /// Restriction of each coordinate.
        grids: Vec<Grid>,
    },
}

/// A named decision of a finite leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its name; `None` for the only decision of a game without a leader.
    pub name: Option<String>,
    /// A value per parameter.
    pub values: Vec<Rational>,
}

/// Restriction of a coordinate of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// Any value between its bounds.
    Continuous,
    /// Integers only.
    Integer,
    /// `lower + k * step`, k a natural number.
    Step(Rational),
}

impl Game {
    /// The decisions of a finite leader.
    #[must_use]
    pub fn finite_decisions(&self) -> Option<&[Decision]> {
        match &self.leader.decisions {
            DecisionSet::Finite(decisions) => Some(decisions),
            DecisionSet::Polyhedral { .. } => None,
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
            .map(|t| t.successors.len())
            .sum()
    }
}
