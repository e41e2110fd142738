//! `"tables"` of a JSON game: large arrays of numbers, read in a stream into compact vectors
//! (docs/model.md, section "Tables").
//!
//! A part of a reward or transition is `times * number`, `times` a formula of parameters and
//! aggregates, the numbers given dense or sparse with the axes `[stage][state][action]`, for
//! transitions also `[next state]`; parts add up. The document is read a second time for the
//! tables, when sizes and available pairs are known, so that a misplaced number is found at its
//! line and column and nothing is kept twice.

mod apply;
mod array;
mod dense;
mod growing;
mod scalar;
mod sparse;
mod stream;

pub(super) use apply::{StageTable, reward_parts, transition_parts};
pub(super) use stream::{Frame, read};

use super::fields::Formula;
use super::report::At;
use crate::exact::Scaled;
use crate::game::expression::NamedAggregate;
use std::collections::BTreeMap;

/// The tables of a game.
#[derive(Default)]
pub(super) struct Tables {
    pub aggregates: BTreeMap<String, NamedAggregate>,
    pub reward: Vec<Part>,
    pub transition: Vec<Part>,
    pub leader_reward: Vec<Part>,
    /// Whether rows of probabilities that sum to 1 up to rounding are mended.
    pub normalise: bool,
}

/// `times * number` for the entries of an array.
pub(super) struct Part {
    pub at: At,
    /// 1 when absent.
    pub times: Option<Formula>,
    /// Whether the numbers are those of every stage.
    pub time_invariant: bool,
    /// Positions with a number other than zero, increasing: `((stage * states + state) * actions +
    /// action) * nexts + next`, where `nexts` is 1 for rewards and stage 0 for arrays without
    /// stages.
    pub keys: Vec<u64>,
    /// One number per key.
    pub numbers: Scaled,
}

/// What can be wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A value of the wrong kind.
    #[error("{message}")]
    Kind {
        /// What was found and what was expected.
        message: String,
    },
    /// An array of the wrong length.
    #[error("found {found} entries along the axis [{axis}], expected {expected}")]
    Length {
        /// `stage`, `state`, `action` or `next state`.
        axis: &'static str,
        /// Its length.
        found: usize,
        /// Its length as the game has it.
        expected: usize,
    },
    /// Arrays nested too deep or not deep enough.
    #[error(
        "found numbers {found} levels deep, expected {expected} (or one less when \"time_invariant\" is true)"
    )]
    Depth {
        /// The depth.
        found: usize,
        /// The number of axes with stages.
        expected: usize,
    },
    /// An entry of the wrong length.
    #[error("found an entry of {found} values, expected {expected} indices and a number")]
    Entry {
        /// Its length.
        found: usize,
        /// The number of axes.
        expected: usize,
    },
    /// An index beyond its axis.
    #[error("found the {axis} {found}, expected an index below {size}")]
    Index {
        /// `stage`, `state`, `action` or `next state`.
        axis: &'static str,
        /// The index.
        found: u64,
        /// Length of the axis.
        size: usize,
    },
    /// A position given twice.
    #[error("found the position {position} twice")]
    Repeated {
        /// Its indices.
        position: String,
    },
    /// A number where no action is.
    #[error(
        "found a number for an action that is not available (stage {stage}, state {state}, action {action}), expected 0 or null"
    )]
    Unavailable {
        /// Index of the stage.
        stage: usize,
        /// Index of the state.
        state: usize,
        /// Index of the action.
        action: usize,
    },
    /// No number where an action is.
    #[error(
        "found null for an available action (stage {stage}, state {state}, action {action}), expected a number"
    )]
    Missing {
        /// Index of the stage.
        stage: usize,
        /// Index of the state.
        state: usize,
        /// Index of the action.
        action: usize,
    },
    /// A fraction in an array of numerators.
    #[error("found a number that is no integer beside \"denominator\", expected integers only")]
    NotInteger,
    /// A denominator that is none.
    #[error("found the denominator {found}, expected a positive integer")]
    Denominator {
        /// What was given.
        found: String,
    },
    /// Not exactly one array.
    #[error("expected exactly one of \"dense\" and \"sparse\"")]
    Arrays,
    /// An array with stages that is said to have none, or the other way round.
    #[error("\"time_invariant\" is {flag}, and the array {}, expected these to agree", if *.flag { "has a stage axis" } else { "has no stage axis" })]
    TimeInvariant {
        /// The flag.
        flag: bool,
    },
    /// More numbers than memory should hold.
    #[error("found more than {most} numbers other than zero")]
    TooMany {
        /// The limit.
        most: usize,
    },
}
