//! The followers' side, exactly: flows of policies, best responses, exploitability, the kind of
//! their interaction.

mod dependence;
mod enclosed;
mod enclosure;
mod evaluation;
mod flow;
mod forms;
mod induction;
mod inertia;
mod law;
mod populations;
mod structure;
mod table;

pub use dependence::{AffineHull, Dependence, affine_hull};
pub use enclosed::{Enclosed, Precision};
pub use enclosure::{EnclosedPlay, enclose_play};
pub use evaluation::{
    Bounds, Enclosure, Evaluation, earnings, enclose, enclose_earnings, evaluate,
};
pub use flow::{Flow, flow, occupation};
pub use forms::form_values;
pub use induction::{Objective, Response, Stopped, best_response, value_bound};
pub use law::{Law, laws};
pub use populations::{Subplay, enclose_subplays, subplays};
pub use structure::{Interaction, Structure, structure};

/// Why a policy cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowerError {
    /// The policy has another number of stages than the game.
    #[error("the policy has {found} stages, expected {expected}")]
    Stages {
        /// Stages of the policy.
        found: usize,
        /// Stages of the game.
        expected: usize,
    },
    /// The policy has another number of states than the game.
    #[error("the policy has {found} states at stage {stage}, expected {expected}")]
    States {
        /// The stage.
        stage: usize,
        /// States of the policy.
        found: usize,
        /// States of the game.
        expected: usize,
    },
    /// An action that is not available.
    #[error(
        "the policy plays action {action} in state {state} at stage {stage}, which is not available there"
    )]
    Unavailable {
        /// The stage.
        stage: usize,
        /// The state.
        state: usize,
        /// The action.
        action: usize,
    },
    /// Probabilities that do not form a law.
    #[error("the probabilities in state {state} at stage {stage} are negative or do not sum to 1")]
    NotALaw {
        /// The stage.
        stage: usize,
        /// The state.
        state: usize,
    },
    /// Exact numbers are asked for where values are not rational.
    #[error(
        "the game has functions such as logarithms, whose values are enclosed to a number of bits, not exact"
    )]
    Functions,
    /// The caller asked to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The game breaks its own promise that transitions depend on earlier stages only.
    #[error("the transition at stage {stage} depends on the population of a later stage")]
    Anticipating {
        /// The stage.
        stage: usize,
    },
}
