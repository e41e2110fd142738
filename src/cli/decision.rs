//! `--decision`: one decision of the leader, by name or by its parameters.

use crate::claim::decisions_of;
use crate::game::Game;

pub(super) use crate::claim::{Chosen, choose};

/// That a game has several decisions, and which.
#[derive(Debug, thiserror::Error)]
#[error("the answer is about one decision: expected --decision with {expected}")]
pub(super) struct Needed {
    expected: String,
}

/// That a game has several decisions, and which.
pub(super) fn needed(game: &Game) -> Needed {
    Needed { expected: decisions_of(game) }
}
