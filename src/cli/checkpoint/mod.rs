//! `--checkpoint FILE`: what is left of a long run, for the same command later.

mod text;

use super::Failure;
use super::files::write_atomically;
use super::outputs::{ForceArguments, Outputs};
use super::watch::Watch;
use crate::leader::{Keeper, Left, Reached};
use clap::Args;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use text::{Contents, Header, read};

/// Shortest time between two states that are written.
const SHORTEST: Duration = Duration::from_millis(400);
/// Longest time, whatever a state costs.
const LONGEST: Duration = Duration::from_secs(60);
/// So many times what a state costs lies between two of them, so that they take a fortieth of the
/// run.
const TIMES_COST: u32 = 40;

#[derive(Debug, Args)]
pub(super) struct CheckpointArguments {
    /// File that keeps what is found, written again and again; the same command goes on from it,
    /// after a limit, a kill or on another machine
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
}

/// The checkpoint of a call.
pub(super) struct Checkpoint {
    path: PathBuf,
    header: Header,
    /// Seconds of earlier calls.
    before: f64,
    start: Instant,
    quiet: bool,
    state: Mutex<State>,
}

struct State {
    /// What is left, by question, in the order of appearance.
    parts: Vec<(String, Left)>,
    /// Whether something is not written.
    changed: bool,
    /// When the last state was written, and what it cost.
    written: Instant,
    cost: Duration,
    /// When the state was asked for that is about to come.
    asked: Option<Instant>,
    /// Whether the last one could not be written.
    failed: bool,
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What a call asks, as a checkpoint says it.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The command.
    pub(super) command: &'static str,
    /// Hash of the game of the file.
    pub(super) game: String,
    /// Options and their values, each on one line.
    pub(super) options: Vec<(&'a str, String)>,
}

impl Checkpoint {
    /// The checkpoint that the arguments ask for, with what an earlier call left there, for as long
    /// as the process lives; `None` when they ask for none.
    ///
    /// # Errors
    /// [`Failure::Checkpoint`] for a file that cannot be read, is damaged, or is about something
    /// else, unless `force` is given.
    pub(super) fn open(
        arguments: &CheckpointArguments,
        asked: Asked<'_>,
        force: ForceArguments,
        quiet: bool,
    ) -> Result<Option<&'static Self>, Failure> {
        let Some(path) = &arguments.checkpoint else { return Ok(None) };
        let header = Header::of(asked);
        let found = match read(path, &header) {
            Ok(found) => found,
            Err(_) if force.force => None,
            Err(reason) => return Err(Failure::Checkpoint { path: path.clone(), reason }),
        };
        if let Some(found) = found.as_ref().filter(|_| !quiet) {
            say(&format!("{}: {found}", path.display()));
        }
        let found = found.unwrap_or_default();
        let now = Instant::now();
        let state = State {
            parts: found.parts,
            changed: false,
            written: now,
            cost: Duration::ZERO,
            asked: None,
            failed: false,
        };
        let (path, before) = (path.clone(), found.seconds);
        let state = Mutex::new(state);
        // Commands go on while what was kept is printed: nothing outlives the process.
        Ok(Some(Box::leak(Box::new(Checkpoint { path, header, before, start: now, quiet, state }))))
    }

    /// For settings of a search.
    pub(super) fn keeper(found: Option<&'static Self>) -> Option<&'static dyn Keeper> {
        found.map(|checkpoint| checkpoint as &dyn Keeper)
    }

    /// Writes what is not written yet, at the end of a call; a failure counts as that of a file.
    pub(super) fn finish(found: Option<&'static Self>, outputs: &Outputs, watch: &Watch) {
        let Some(checkpoint) = found else { return };
        watch.doing(format!("writing {}; the answer stands", checkpoint.path.display()));
        let mut state = checkpoint.lock();
        if state.changed || state.failed {
            checkpoint.write(&mut state);
        }
        if state.failed {
            outputs.fail();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the file; a failure is said once, and the search goes on.
    fn write(&self, state: &mut State) {
        // What nobody asked for, an answer, costs its writing only.
        let began = state.asked.take().unwrap_or_else(Instant::now);
        let seconds = self.before + self.start.elapsed().as_secs_f64();
        let written = write_atomically(&self.path, |out| {
            text::write(out, &self.header, seconds, &state.parts)
        });
        match written {
            Ok(()) => (state.changed, state.failed) = (false, false),
            Err(source) => {
                if !std::mem::replace(&mut state.failed, true) {
                    Failure::Write { path: self.path.clone(), source }.print();
                    self.note("the search goes on");
                }
            }
        }
        state.written = Instant::now();
        state.cost = state.written - began;
    }

    fn note(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }
}

fn say(text: &str) {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "smfg: {text}");
}

impl State {
    fn due(&self) -> bool {
        let pause = (self.cost * TIMES_COST).clamp(SHORTEST, LONGEST);
        self.written.elapsed() >= pause
    }
}

impl Keeper for Checkpoint {
    fn found(&self, question: &str) -> Option<Left> {
        let state = self.lock();
        state.parts.iter().find(|(own, _)| own == question).map(|(_, left)| left.clone())
    }

    fn due(&self) -> bool {
        let mut state = self.lock();
        let due = state.due();
        if due {
            state.asked = Some(Instant::now());
        }
        due
    }

    fn keep(&self, question: &str, left: Left, now: bool) {
        let mut state = self.lock();
        match state.parts.iter_mut().find(|(own, _)| own == question) {
            Some((_, old)) => *old = left,
            None => state.parts.push((question.to_string(), left)),
        }
        state.changed = true;
        if now || state.due() {
            self.write(&mut state);
        }
    }

    fn forget(&self, question: &str) {
        self.note("what was found in the checkpoint does not hold: the search begins again");
        let mut state = self.lock();
        state.parts.retain(|(own, _)| own != question);
        state.changed = true;
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "going on after {:.1} s of work", self.seconds)?;
        let answered = self.parts.iter().filter(|(_, left)| matches!(left, Left::Answered { .. }));
        match answered.count() {
            0 => {}
            1 => f.write_str("; 1 answer, which is checked again")?,
            several => write!(f, "; {several} answers, which are checked again")?,
        }
        for (_, left) in &self.parts {
            if let Left::Open { reached, .. } = left {
                let Reached { lower_approx, upper_approx, parts } = reached;
                write!(f, "; a search with {parts} parts done")?;
                if lower_approx.is_finite() || upper_approx.is_finite() {
                    write!(f, ", value about {lower_approx:.6} to {upper_approx:.6}")?;
                }
            }
        }
        Ok(())
    }
}

/// The name of the file, for what is not to be overwritten.
pub(super) fn path(arguments: &CheckpointArguments) -> (&'static str, Option<&PathBuf>) {
    ("--checkpoint", arguments.checkpoint.as_ref())
}
