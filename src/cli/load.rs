//! Games that the command works on.

use super::Failure;
use super::watch::Watch;
use crate::game::Game;
use std::path::Path;

/// The game of a file, for as long as the process lives: what is printed when the command has to be
/// left is about it too.
pub(super) fn loaded(path: &Path, watch: &Watch) -> Result<&'static Game, Failure> {
    watch.doing(format!("reading {}", path.display()));
    Ok(Box::leak(Box::new(Game::load(path)?)))
}
