//! `--checkpoint FILE`: what is left of a long run, for the same command later.

use super::Failure;
use super::outputs::{ForceArguments, Outputs};
use super::watch::Watch;
use crate::checkpoint::{Asked, Checkpoint, Note};
use crate::leader::Keeper;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CheckpointArguments {
    /// File that keeps what is found, written again and again; the same command goes on from it,
    /// after a limit, a kill or on another machine
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
}

/// The checkpoint that the arguments ask for, with what an earlier call left there, for as long as
/// the process lives; `None` when they ask for none.
///
/// # Errors
/// [`Failure::Checkpoint`] for a file that cannot be read, is damaged, or is about something else,
/// unless `force` is given.
pub(super) fn open(
    arguments: &CheckpointArguments,
    asked: Asked,
    force: ForceArguments,
    quiet: bool,
) -> Result<Option<&'static Checkpoint>, Failure> {
    let Some(path) = &arguments.checkpoint else { return Ok(None) };
    let file = path.clone();
    let listener = move |note: Note<'_>| match note {
        Note::Found(found) => say(quiet, &format!("{}: {found}", file.display())),
        Note::Unwritten(error) => {
            let source = io::Error::new(error.kind(), error.to_string());
            Failure::Write { path: file.clone(), source }.print();
            say(quiet, "the search goes on");
        }
        Note::Refused => {
            say(quiet, "what was found in the checkpoint does not hold: the search begins again");
        }
    };
    let checkpoint = Checkpoint::open(path, asked, force.force, Box::new(listener))
        .map_err(|reason| Failure::Checkpoint { path: path.clone(), reason })?;
    // Commands go on while what was kept is printed: nothing outlives the process.
    Ok(Some(Box::leak(Box::new(checkpoint))))
}

fn say(quiet: bool, text: &str) {
    if !quiet {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "smfg: {text}");
    }
}

/// For settings of a search.
pub(super) fn keeper(found: Option<&'static Checkpoint>) -> Option<&'static dyn Keeper> {
    found.map(|checkpoint| checkpoint as &dyn Keeper)
}

/// Writes what is not written yet, at the end of a call; a failure counts as that of a file.
pub(super) fn finish(found: Option<&'static Checkpoint>, outputs: &Outputs, watch: &Watch) {
    let Some(checkpoint) = found else { return };
    watch.doing(format!("writing {}; the answer stands", checkpoint.path().display()));
    if !checkpoint.finish() {
        outputs.fail();
    }
}

/// The name of the file, for what is not to be overwritten.
pub(super) fn path(arguments: &CheckpointArguments) -> (&'static str, Option<&PathBuf>) {
    ("--checkpoint", arguments.checkpoint.as_ref())
}
