//! Checkpoints of searches.

use crate::errors::{Failure, Kind};
use crate::task::Shared;
use smfg::checkpoint::{Asked, Checkpoint, Note};
use smfg::leader::Keeper;
use std::path::Path;

/// The checkpoint of a search, if one is wanted. That it cannot be written, or that what was found
/// in it does not hold, becomes a warning; the answer stands.
pub struct Kept(Option<Checkpoint>);

impl Kept {
    /// The checkpoint in the file `path` of what `asked` says.
    pub fn open(
        path: Option<&Path>,
        asked: impl FnOnce() -> Asked,
        shared: &Shared,
    ) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Kept(None)) };
        let (warnings, file) = (shared.clone(), path.display().to_string());
        let listener = move |note: Note<'_>| match note {
            Note::Found(_) => {}
            Note::Unwritten(error) => warnings.warn(format!("checkpoint {file}: {error}")),
            Note::Refused => {
                warnings
                    .warn(format!("checkpoint {file}: it does not hold, the search began again"));
            }
        };
        Checkpoint::open(path, asked(), false, Box::new(listener))
            .map(|checkpoint| Kept(Some(checkpoint)))
            .map_err(|reason| {
                Failure::new(Kind::Argument, format!("checkpoint: {}: {reason}", path.display()))
            })
    }

    /// For settings of a search.
    pub fn keeper(&self) -> Option<&dyn Keeper> {
        self.0.as_ref().map(|checkpoint| checkpoint as &dyn Keeper)
    }
}

impl Drop for Kept {
    /// Writes what is not written yet, also where the search failed.
    fn drop(&mut self) {
        if let Some(checkpoint) = &self.0 {
            // What cannot be written has been told.
            let _ = checkpoint.finish();
        }
    }
}
