//! One clock and one meter for a whole call: reading, search, check, printing and writing.
//!
//! The command works in a thread of its own and is asked to end when its time or memory is used up,
//! or the user interrupts. Most do so within a moment, with better bounds than anybody else could
//! state. Whatever does not, inside one long step, is left behind: what it has *kept* for this case
//! is printed in its place, and the process ends.
//!
//! | moment | with a time limit L | after an interrupt |
//! |---|---|---|
//! | asked to end | L | 0 s |
//! | what was kept is put into words | 105 % of L + 0.2 s | 0.2 s |
//! | it is printed | 110 % of L + 0.55 s | 0.55 s |
//! | the end, whatever is there | 110 % of L + 0.85 s | 0.85 s |

use super::files::write_atomically;
use super::limit_arguments::LimitArguments;
use super::memory;
use super::{Answer, Failure};
use crate::report::printing;
use std::io::{self, BufWriter, Write};
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// Stack of the command, as much as a main thread has.
const STACK: usize = 8 << 20;
/// Between two looks at the memory in use.
const LOOK: Duration = Duration::from_millis(20);

/// Why a command is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its time is used up.
    Time,
    /// Its memory is used up.
    Memory,
    /// The user wants it.
    Interrupt,
}

impl Reason {
    /// What happened, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Reason::Time => "the time limit passed",
            Reason::Memory => "the memory limit was reached",
            Reason::Interrupt => "interrupted",
        }
    }
}

/// What is printed instead of the answer of a command that does not end, made when it is needed.
pub(super) type Kept = Box<dyn FnOnce(Reason) -> Option<Words> + Send>;

/// An answer that is ready to be printed.
#[derive(Debug)]
pub(super) struct Words {
    /// For standard output.
    pub(super) text: Vec<u8>,
    /// A file that was asked for, and what belongs into it.
    pub(super) file: Option<(PathBuf, Vec<u8>)>,
}

/// What a thread made of what was kept, once it has.
type Made = Arc<Mutex<Option<Option<Words>>>>;

/// How far the answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Working,
    Printing,
    Printed,
}

struct State {
    doing: String,
    kept: Option<Kept>,
    stage: Stage,
    reason: Option<(Reason, Instant)>,
    ended: bool,
}

/// The clock and the meter of one call.
pub(super) struct Watch {
    start: Instant,
    limits: LimitArguments,
    memory: Option<u64>,
    quiet: bool,
    interrupted: Arc<AtomicBool>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Watch {
    /// Starts the clock.
    pub(super) fn start(limits: LimitArguments, quiet: bool) -> Self {
        Watch {
            start: Instant::now(),
            limits,
            memory: limits.memory_limit.or_else(memory::default_limit),
            quiet,
            interrupted: Arc::new(AtomicBool::new(false)),
            state: Mutex::new(State {
                doing: "starting".into(),
                kept: None,
                stage: Stage::Working,
                reason: None,
                ended: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// True when the command should end: at an interrupt, or without memory.
    pub(super) fn interrupted(&self) -> &Arc<AtomicBool> {
        &self.interrupted
    }

    /// When the time is used up; a limit beyond what the clock can count is none.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.limits.time_limit.and_then(|limit| self.start.checked_add(limit))
    }

    /// Whether the command should go on.
    pub(super) fn going(&self) -> bool {
        !self.interrupted.load(Ordering::Relaxed)
            && self.deadline().is_none_or(|deadline| Instant::now() < deadline)
    }

    /// Why the command was asked to end, if it was.
    pub(super) fn reason(&self) -> Option<Reason> {
        let passed = self.deadline().is_some_and(|deadline| Instant::now() >= deadline);
        self.lock().reason.map(|(reason, _)| reason).or(passed.then_some(Reason::Time))
    }

    /// That the command was asked to end, if it was, and what it was doing.
    pub(super) fn left(&self) -> Option<Failure> {
        let reason = self.reason()?;
        Some(Failure::Left { doing: self.lock().doing.clone(), reason })
    }

    /// Notes what is being done, for the case that it has to be left.
    pub(super) fn doing(&self, what: impl Into<String>) {
        self.lock().doing = what.into();
    }

    /// Keeps what is to be printed when the command has to be left.
    pub(super) fn keep(&self, kept: impl FnOnce(Reason) -> Option<Words> + Send + 'static) {
        self.lock().kept = Some(Box::new(kept));
    }

    /// An interrupt: the first asks for an orderly end, and the second leaves at once.
    pub(super) fn interrupt(&self) -> bool {
        let first = !self.interrupted.swap(true, Ordering::SeqCst);
        self.lock().reason.get_or_insert((Reason::Interrupt, Instant::now()));
        self.changed.notify_all();
        first
    }

    /// Prints the answer on standard output. A reader that has seen enough and closed the pipe is
    /// no failure.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(super) fn print(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if !self.claim() {
            // Something else was printed, and the process is about to end.
            loop {
                std::thread::park();
            }
        }
        let printed = print(write);
        self.lock().stage = Stage::Printed;
        self.changed.notify_all();
        printed
    }

    /// Whether the caller is the one who prints.
    fn claim(&self) -> bool {
        let mut state = self.lock();
        let first = state.stage == Stage::Working;
        if first {
            state.stage = Stage::Printing;
        }
        first
    }

    /// The state; a thread that stopped while holding it left words at worst.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a command, and leaves it when it does not end in time; the result is that of the
    /// command, or what was kept is printed.
    ///
    /// # Errors
    /// Those of the command, and [`Failure::Left`] when nothing was kept.
    pub(super) fn run(
        &'static self,
        command: impl FnOnce() -> Result<Answer, Failure> + Send + 'static,
    ) -> Result<Answer, Failure> {
        let work = move || {
            let result = command();
            self.lock().ended = true;
            self.changed.notify_all();
            result
        };
        memory::watch(self.memory);
        let thread = Builder::new().name("command".into()).stack_size(STACK).spawn(work);
        let thread = thread.map_err(Failure::Thread)?;
        if self.ends(&thread, |state| state.reason.map(|(r, since)| since + self.patience(r).words))
        {
            return thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        let (words, since) = self.put_into_words();
        let made = || words.lock().map_or(true, |words| words.is_some());
        let due = |_: &State| {
            let patience = self.patience(since.0);
            Some(since.1 + if made() { patience.print } else { patience.end })
        };
        if self.ends(&thread, due) {
            return thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        let words = words.lock().ok().and_then(|mut words| words.take()).flatten();
        self.leave(since.0, words)
    }

    /// Waits for the command: true when it has ended, false when it is due to be left.
    fn ends(
        &self,
        thread: &JoinHandle<Result<Answer, Failure>>,
        due: impl Fn(&State) -> Option<Instant>,
    ) -> bool {
        let mut state = self.lock();
        loop {
            if state.ended || thread.is_finished() {
                return true;
            }
            self.look(&mut state);
            // Whoever reads the answer takes as long as it likes.
            let printing = state.stage == Stage::Printing;
            if !printing && due(&state).is_some_and(|due| due <= Instant::now()) {
                return false;
            }
            let waited = self.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Asks the command to end when its time or memory is used up.
    fn look(&self, state: &mut State) {
        if state.reason.is_some_and(|(reason, _)| reason == Reason::Memory) {
            return;
        }
        let full = self.memory.zip(memory::in_use()).is_some_and(|(most, used)| used >= most);
        if full || memory::is_exhausted() {
            state.reason = Some((Reason::Memory, Instant::now()));
            self.interrupted.store(true, Ordering::SeqCst);
        } else if state.reason.is_none()
            && let Some(deadline) = self.deadline().filter(|deadline| *deadline <= Instant::now())
        {
            state.reason = Some((Reason::Time, deadline));
        }
    }

    fn patience(&self, reason: Reason) -> Patience {
        let tenth = match reason {
            Reason::Time => self.limits.time_limit.unwrap_or_default() / 10,
            Reason::Memory | Reason::Interrupt => Duration::ZERO,
        };
        let after = |milliseconds| tenth + Duration::from_millis(milliseconds);
        Patience {
            words: tenth / 2 + Duration::from_millis(200),
            print: after(550),
            end: after(850),
        }
    }

    /// Has what was kept put into words by a thread of its own, while the command may still end.
    fn put_into_words(&'static self) -> (Made, (Reason, Instant)) {
        let mut state = self.lock();
        let since = state.reason.unwrap_or((Reason::Time, Instant::now()));
        let kept = state.kept.take();
        drop(state);
        let words = Arc::new(Mutex::new(None));
        let own = Arc::clone(&words);
        let make = move || {
            let made = kept.and_then(|kept| printing(|| kept(since.0)));
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
            self.changed.notify_all();
        };
        // Without a thread there are no words, and the process ends all the same.
        let _ = Builder::new().name("kept".into()).stack_size(STACK).spawn(make);
        (words, since)
    }

    /// Prints `words` in place of the answer, unless that is there and only a file is not.
    fn leave(&self, reason: Reason, words: Option<Words>) -> Result<Answer, Failure> {
        let left = Failure::Left { doing: self.lock().doing.clone(), reason };
        match words.filter(|_| self.claim()) {
            None => Err(left),
            Some(words) => {
                if !self.quiet {
                    left.print();
                }
                let printed = print(|out| out.write_all(&words.text));
                if let Some((path, content)) = words.file
                    && let Err(source) = write_atomically(&path, |out| out.write_all(&content))
                {
                    Failure::Write { path, source }.print();
                }
                printed.map(|()| Answer::Unproved)
            }
        }
    }
}

/// How long after it was asked to end a command may take.
struct Patience {
    /// Until what was kept is put into words.
    words: Duration,
    /// Until these are printed.
    print: Duration,
    /// Until the process ends, whatever is there.
    end: Duration,
}

/// Writes to standard output.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match printing(|| write(&mut out)).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still buffered has no reader either.
            let _ = out.into_parts();
            Ok(())
        }
        other => other.map_err(Failure::Output),
    }
}
