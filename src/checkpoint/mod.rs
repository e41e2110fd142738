//! Checkpoints: what is left of a long run, in a file, for the same question later
//! (docs/long_runs.md).

mod text;

use crate::exact::{Rational, format_rational};
use crate::files::write_atomically;
use crate::game::Game;
use crate::leader::{Keeper, Left, Precision, Reached, Settings};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
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

/// What happens to a checkpoint while it is used.
#[derive(Debug)]
pub enum Note<'a> {
    /// What an earlier call left there, in words.
    Found(&'a str),
    /// It could not be written; the search goes on, and every later occasion tries again.
    Unwritten(&'a io::Error),
    /// What was found does not hold: the search begins again.
    Refused,
}

/// Who is told what happens to a checkpoint.
pub type Listener = Box<dyn Fn(Note<'_>) + Send + Sync>;

/// A file that keeps what is found while a question is worked on.
pub struct Checkpoint {
    path: PathBuf,
    header: Header,
    /// Seconds of earlier calls.
    before: f64,
    start: Instant,
    listener: Listener,
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

/// What a call asks, as a checkpoint says it: the command, the game of the file, and what decides
/// about the answer.
#[derive(Debug)]
pub struct Asked {
    command: &'static str,
    game: String,
    options: Vec<(&'static str, String)>,
}

impl Asked {
    /// What `command` asks about `game`, with further options by their names.
    #[must_use]
    pub fn new(
        command: &'static str,
        game: &Game,
        options: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Self {
        Asked { command, game: game.hash(), options: options.into_iter().collect() }
    }

    /// What a search asks: `settings` but for limits, threads and who is told.
    #[must_use]
    pub fn search(command: &'static str, game: &Game, settings: &Settings<'_>) -> Self {
        let numbers = |values: &Vec<Rational>| {
            values.iter().map(format_rational).collect::<Vec<_>>().join(",")
        };
        let decision = match (&settings.point, settings.decision) {
            (Some(values), _) => numbers(values),
            (None, Some(index)) => format!("number {index}"),
            (None, None) => "all".into(),
        };
        let precision = match settings.precision {
            Precision::Auto => "auto".into(),
            Precision::Exact => "exact".into(),
            Precision::Bits(bits) => bits.to_string(),
        };
        let grid = settings.decision_grid.as_ref().map(format_rational);
        let options = [
            ("epsilon", format_rational(&settings.epsilon)),
            ("selection", settings.selection.to_string()),
            ("decision", decision),
            ("decision-grid", grid.unwrap_or_default()),
            ("of", settings.objective.clone().unwrap_or_default()),
            ("gap", format_rational(&settings.gap)),
            ("precision", precision),
        ];
        Asked::new(command, game, options)
    }

    /// The same with a further option.
    #[must_use]
    pub fn with(mut self, option: &'static str, value: String) -> Self {
        self.options.push((option, value));
        self
    }
}

impl Checkpoint {
    /// The checkpoint in the file `path`, with what an earlier call left there; with `fresh`, a
    /// file that is damaged or about something else is passed over.
    ///
    /// # Errors
    /// In words, for a file that cannot be read, is damaged, or is about something else.
    pub fn open(
        path: &Path,
        asked: Asked,
        fresh: bool,
        listener: Listener,
    ) -> Result<Self, String> {
        let header = Header::of(asked);
        let found = match read(path, &header) {
            Ok(found) => found,
            Err(_) if fresh => None,
            Err(reason) => return Err(reason),
        };
        if let Some(found) = &found {
            listener(Note::Found(&found.to_string()));
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
        let (path, before) = (path.to_path_buf(), found.seconds);
        Ok(Checkpoint { path, header, before, start: now, listener, state: Mutex::new(state) })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is not written yet, at the end of a call; whether all of it is.
    #[must_use]
    pub fn finish(&self) -> bool {
        let mut state = self.lock();
        if state.changed || state.failed {
            self.write(&mut state);
        }
        !state.failed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the file; a failure is told once, and the search goes on.
    fn write(&self, state: &mut State) {
        // What nobody asked for, an answer, costs its writing only.
        let began = state.asked.take().unwrap_or_else(Instant::now);
        let seconds = self.before + self.start.elapsed().as_secs_f64();
        let written = write_atomically(&self.path, |out| {
            text::write(out, &self.header, seconds, &state.parts)
        });
        match written {
            Ok(()) => (state.changed, state.failed) = (false, false),
            Err(error) => {
                if !std::mem::replace(&mut state.failed, true) {
                    (self.listener)(Note::Unwritten(&error));
                }
            }
        }
        state.written = Instant::now();
        state.cost = state.written - began;
    }
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
        (self.listener)(Note::Refused);
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
