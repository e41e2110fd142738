//! Progress on standard error: an indicator on a terminal for whatever takes longer than a second,
//! and a plain line now and then elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that is shorter shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two frames on a terminal.
const FRAME: Duration = Duration::from_millis(100);
/// Between two lines elsewhere.
const LINE: Duration = Duration::from_secs(30);

#[derive(Debug)]
struct State {
    message: String,
    finished: bool,
}

/// Shows what is being done until it is dropped.
#[derive(Debug)]
pub(super) struct Indicator {
    shared: Option<Arc<(Mutex<State>, Condvar)>>,
    thread: Option<JoinHandle<()>>,
}

impl Indicator {
    /// Shows `message` from a second on; nothing at all when `quiet`.
    pub(super) fn start(quiet: bool, message: impl Into<String>) -> Self {
        if quiet {
            return Indicator { shared: None, thread: None };
        }
        let shared = Arc::new((
            Mutex::new(State { message: message.into(), finished: false }),
            Condvar::new(),
        ));
        let own = Arc::clone(&shared);
        let show = move || if io::stderr().is_terminal() { draw(&own) } else { print_lines(&own) };
        // Where no thread can be had there is no progress, and the work goes on.
        let thread = std::thread::Builder::new().name("progress".into()).spawn(show).ok();
        Indicator { shared: Some(shared), thread }
    }

    /// Shows another message.
    pub(super) fn say(&self, message: impl Into<String>) {
        if let Some(shared) = &self.shared {
            lock(&shared.0).message = message.into();
        }
    }
}

impl Drop for Indicator {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            lock(&shared.0).finished = true;
            shared.1.notify_all();
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The state; a thread that stopped while holding it left a message at worst half as good.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits; `None` when the work is finished, else the message of the moment.
fn wait(shared: &(Mutex<State>, Condvar), time: Duration) -> Option<String> {
    let end = Instant::now() + time;
    let mut state = lock(&shared.0);
    loop {
        if state.finished {
            return None;
        }
        let rest = end.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Some(state.message.clone());
        }
        state = shared.1.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner).0;
    }
}

fn draw(shared: &(Mutex<State>, Condvar)) {
    let start = Instant::now();
    let Some(mut message) = wait(shared, PATIENCE) else { return };
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        .with_elapsed(start.elapsed());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    loop {
        bar.set_message(message);
        bar.tick();
        match wait(shared, FRAME) {
            Some(next) => message = next,
            None => break,
        }
    }
    bar.finish_and_clear();
}

fn print_lines(shared: &(Mutex<State>, Condvar)) {
    let start = Instant::now();
    while let Some(message) = wait(shared, LINE) {
        let _ = writeln!(io::stderr(), "smfg: {} s: {message}", start.elapsed().as_secs());
    }
}
