//! The value as a function of epsilon, or of a constant of the game.
//!
//! In games of class C0 with a linear leader the function is piecewise linear, and [`curve()`]
//! finds all of it. In others it is nonincreasing (nondecreasing in the optimistic selection), and
//! [`staircase()`] encloses it.

mod answer;
mod curve;
mod hull;
mod piecewise;
mod staircase;

pub use answer::{Piece, Sweep, equidistant, sweep};
pub use curve::{CurveOutcome, curve, has_curve};
pub use staircase::{Jump, Resolution, StaircaseOutcome, staircase};

use crate::check::Rejection;
use crate::exact::Rational;
use crate::follower::FollowerError;
use crate::leader::SolveError;

/// Why there is no sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The game or the settings.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// An interval without inner points, or with a negative end.
    #[error("epsilon from {from} to {to}: expected 0 <= A <= B")]
    Interval {
        /// Left end.
        from: Rational,
        /// Right end.
        to: Rational,
    },
    /// Stopped before anything was found.
    #[error("stopped before anything was found")]
    Stopped,
    /// A policy of a search does not fit the game: a defect of the search.
    #[error(transparent)]
    Follower(FollowerError),
    /// The checker refused the certificate: a defect of this program.
    #[error("the checker refused the certificate: {0}; nothing is claimed")]
    Refused(#[from] Rejection),
    /// Writing the certificate failed.
    #[error("the certificate could not be written: {0}")]
    Write(#[from] std::io::Error),
}

impl From<FollowerError> for SweepError {
    fn from(error: FollowerError) -> Self {
        match error {
            FollowerError::Stopped(_) => SweepError::Stopped,
            other => SweepError::Follower(other),
        }
    }
}
