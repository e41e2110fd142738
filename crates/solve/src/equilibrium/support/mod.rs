//! Exact equilibria at eps = 0 of games with fixed transitions and affine rewards.
//!
//! The equilibria are the flows `d` for which every pair is unused, `d_i = 0`, or optimal, `z_i =
//! 0`: a finite union of polyhedra, one per pattern (docs/theory.md, statement (9)). A search
//! branches on pairs that are neither at the optimum of a linear programme in exact arithmetic; it
//! is finite, and its answer is a rational number with a proof, statement (S) of
//! docs/certificate.md.

mod dominance;
mod enumerate;
mod model;
mod search;
mod state;
mod tree;
mod vertices;

pub use enumerate::{
    EquilibriumPolytope, EquilibriumSet, EquilibriumVertex, equilibria, equilibria_kept,
};
pub use state::Keeping;

use super::{Control, Proof, Proved};
use crate::certificate::{Part, Selection, Step, SupportStep};
use crate::exact::Rational;
use crate::game::{Affine, Instance, NotAffine, Policy, StagePolicy};
use model::Model;

/// What a search may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most nodes of a tree.
    pub nodes: usize,
    /// Most pairs of a game: the dictionaries have a row and a column per pair, and every open node
    /// keeps one.
    pub pairs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { nodes: 20_000, pairs: 200 }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupportError {
    /// The game is not affine.
    #[error("{0}")]
    NotAffine(#[from] NotAffine),
    /// Too many pairs.
    #[error(
        "the game has {found} reachable pairs of a state and an action, at most {limit} are handled"
    )]
    Pairs {
        /// Those that some policy reaches.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many nodes.
    #[error("the patterns of complementarity need more than {limit} nodes")]
    Nodes {
        /// The limit.
        limit: usize,
    },
    /// Too many vertices.
    #[error("a polytope of equilibria has more than about {limit} vertices")]
    Vertices {
        /// The limit.
        limit: usize,
    },
    /// Too many polytopes.
    #[error("the equilibria are more than {limit} polytopes")]
    Patterns {
        /// The limit.
        limit: usize,
    },
    /// Asked to stop.
    #[error("stopped before the search was complete")]
    Stopped,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportOutcome {
    /// Bound and witness, of equal value.
    pub proved: Proved,
    /// Nodes of the tree.
    pub nodes: usize,
}

/// `min sigma J0` over the equilibria of `instance` at eps = 0, exactly.
///
/// # Errors
/// [`SupportError`] when the game is not affine, too large, or `control` says stop.
pub fn solve_support(
    instance: &Instance,
    selection: Selection,
    control: &Control,
    limits: &Limits,
) -> Result<SupportOutcome, SupportError> {
    let game = Affine::new(instance)?;
    let model = fitting(&game, limits)?;
    let sigma = match selection {
        Selection::Pessimistic => Rational::ONE,
        Selection::Optimistic => Rational::NEG_ONE,
    };
    let leader = game.leader.as_ref().ok_or(NotAffine::Leader)?;
    let found = search::search(&model, &sigma, leader, control, limits)?;
    let value = &sigma * &found.value;
    let mut steps = vec![Step::Support(SupportStep::Open { value: value.clone() })];
    steps.extend(found.steps.into_iter().map(Step::Support));
    let parts = vec![Part { weight: Rational::ONE, policy: policy(&model, &found.masses) }];
    let proved = Proved {
        bound: Proof { value: found.value.clone(), steps },
        witness: Proof {
            value: found.value,
            steps: vec![Step::PopulationWitness { value, parts }],
        },
    };
    Ok(SupportOutcome { proved, nodes: found.nodes })
}

fn fitting<'a>(game: &'a Affine, limits: &Limits) -> Result<Model<'a>, SupportError> {
    let model = Model::new(game);
    if model.len() > limits.pairs {
        return Err(SupportError::Pairs { found: model.len(), limit: limits.pairs });
    }
    Ok(model)
}

/// A policy with these masses: conditional probabilities, and the first action where nobody is.
fn policy(model: &Model<'_>, masses: &[Rational]) -> Policy {
    let stage = |(stage, groups): (&crate::game::AffineStage, &Vec<std::ops::Range<usize>>)| {
        let row = |(state, group): (usize, &std::ops::Range<usize>)| {
            let total = group.clone().fold(Rational::ZERO, |sum, i| sum + &masses[i]);
            let action = |pair: usize| stage.pairs.action(pair) as u32;
            if total.is_zero() {
                return stage
                    .pairs
                    .of_state(state)
                    .next()
                    .map(|pair| vec![(action(pair), Rational::ONE)])
                    .unwrap_or_default();
            }
            let used = group.clone().filter(|&i| !masses[i].is_zero());
            used.map(|i| (action(model.places[i].pair), &masses[i] / &total)).collect()
        };
        StagePolicy::Mixed(groups.iter().enumerate().map(row).collect())
    };
    Policy { stages: model.game.stages.iter().zip(&model.groups).map(stage).collect() }
}
