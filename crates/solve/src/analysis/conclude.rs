//! Conclusions as elements of a bundle.

use crate::certificate::{ConclusionClaim, write_bundle, write_conclusions};
use crate::check::{AcceptedBundle, Rejection, check_further};
use crate::game::Game;
use std::io;

/// The text of conclusions, which the checker has read and accepted after what it had `accepted`
/// before.
pub(super) fn conclude<E: From<io::Error> + From<Rejection>>(
    game: &Game,
    other: Option<&Game>,
    accepted: AcceptedBundle,
    claim: &ConclusionClaim,
) -> Result<Vec<u8>, E> {
    let element = write_conclusions(Vec::new(), claim)?;
    let alone = write_bundle(Vec::new(), &[&element])?;
    check_further(game, other, None, accepted, alone.as_slice())
        .map_err(|refused| refused.rejection)?;
    Ok(element)
}
