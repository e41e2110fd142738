//! Why a claim cannot be judged: what was found, where, and what was expected.

use super::decision::DecisionError;
use super::npy::ArrayError;
use super::place::{Index, Shape};
use super::shape::ShapeError;
use crate::exact::Rational;
use crate::follower::FollowerError;
use std::path::PathBuf;

/// Why a claim cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file of a kind that is no claim.
    #[error("{}: expected a claim, .json, or an array, .npy or .npz", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// A file beyond what is read.
    #[error("{}: {bytes} bytes, expected at most {most}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// Largest size.
        most: u64,
    },
    /// The text is no JSON, or not the JSON of a claim.
    #[error("the claim: {0}")]
    Document(#[from] DocumentError),
    /// An array file that is damaged or of a kind that is not read.
    #[error("{}: {source}", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ArrayError,
    },
    /// The decision.
    #[error("the claim's {0}")]
    Decision(#[from] DecisionError),
    /// A game with several decisions, and a claim about none of them.
    #[error("the claim is about one decision: expected a decision, {expected}")]
    DecisionNeeded {
        /// The decisions there are.
        expected: String,
    },
    /// A population that the game does not have.
    #[error("{key}: no population is named {name:?}, expected {expected}")]
    Population {
        /// The key of the claim.
        key: &'static str,
        /// The name.
        name: String,
        /// The populations there are.
        expected: String,
    },
    /// A population of which nothing is said.
    #[error("{key}: nothing is said of the population {name:?}")]
    PopulationMissing {
        /// The key of the claim.
        key: &'static str,
        /// The name.
        name: String,
    },
    /// The part of a population, with axes that do not fit it.
    #[error(
        "{key}, {name}: the array has the shape {found}, expected {expected} for \
         [stage][state][action] of this population"
    )]
    PopulationShape {
        /// The key of the claim.
        key: &'static str,
        /// The population.
        name: String,
        /// Its shape.
        found: Shape,
        /// Stages, states and actions of the population.
        expected: Shape,
    },
    /// Axes that do not fit the game.
    #[error("{0}")]
    Shape(#[from] ShapeError),
    /// A negative probability or mass.
    #[error(
        "{what}{place}, {at}: {value} is negative, expected at least 0 (or at least -{tolerance}, which is taken as 0)"
    )]
    Negative {
        /// `policy` or `occupation`.
        what: &'static str,
        /// Where in the array.
        place: Index,
        /// The same place by names.
        at: String,
        /// The number.
        value: String,
        /// What is forgiven.
        tolerance: String,
    },
    /// Probabilities of a state that do not sum to 1.
    #[error(
        "policy{place}, {at}: the probabilities sum to {sum}, expected 1 (within {tolerance}){hint}"
    )]
    RowSum {
        /// Where in the array.
        place: Index,
        /// The same place by names.
        at: String,
        /// The sum.
        sum: String,
        /// What is forgiven.
        tolerance: String,
        /// What may be the reason.
        hint: &'static str,
    },
    /// Masses of a stage that do not sum to 1.
    #[error(
        "occupation{place}, stage {stage}: the masses sum to {sum}, expected 1 (within {tolerance})"
    )]
    StageMass {
        /// Where in the array.
        place: Index,
        /// The stage.
        stage: usize,
        /// The sum.
        sum: String,
        /// What is forgiven.
        tolerance: String,
    },
    /// An action played where it is not available.
    #[error(
        "{what}{place}, {at}: the action is not available there and has {value}, expected 0 (within {tolerance})"
    )]
    Unavailable {
        /// `policy` or `occupation`.
        what: &'static str,
        /// Where in the array.
        place: Index,
        /// The same place by names.
        at: String,
        /// The number.
        value: String,
        /// What is forgiven.
        tolerance: String,
    },
    /// A tolerance that forgives everything, or less than nothing.
    #[error("the tolerance is {0}, expected at least 0 and less than 1")]
    Tolerance(Rational),
    /// The policy cannot be followed, or the evaluation was stopped.
    #[error(transparent)]
    Follower(#[from] FollowerError),
}

/// Why a text is no claim.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Bytes that are no text.
    #[error("the file is no text: byte {offset} is not UTF-8")]
    NotText {
        /// Position of the byte.
        offset: usize,
    },
    /// Not JSON.
    #[error("no JSON: {message}")]
    Syntax {
        /// What the parser says, with line and column.
        message: String,
    },
    /// A bare word that JSON does not know, such as `NaN`.
    #[error("{place}: found {word}, expected a finite number")]
    Word {
        /// Key and indices.
        place: String,
        /// The word.
        word: String,
    },
    /// A key that claims do not have.
    #[error("unknown key `{found}`, expected some of {expected}")]
    UnknownKey {
        /// The key.
        found: String,
        /// All keys.
        expected: &'static str,
    },
    /// JSON that is no claim: a key given twice, or no object at all.
    #[error("{message}")]
    Data {
        /// What is wrong, with line and column.
        message: String,
    },
    /// Neither of two keys, or both.
    #[error("found {found}, expected exactly one of `policy` and `occupation`")]
    Play {
        /// `neither` or `both`.
        found: &'static str,
    },
    /// Another format.
    #[error("`format` is {found}, expected \"smfg-claim/1\"")]
    Format {
        /// What stands there, or that nothing does.
        found: String,
    },
    /// A value of the wrong kind.
    #[error("{place}: found {found}, expected {expected}")]
    Kind {
        /// Key and indices.
        place: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Lists of different lengths where an array is expected.
    #[error(
        "{place}: {found} entries, expected {expected} as in the lists before it: an array has rows of one length"
    )]
    Ragged {
        /// Key and indices.
        place: String,
        /// Entries of this list.
        found: usize,
        /// Entries of the first list of this depth.
        expected: usize,
    },
}
