//! Work in a thread of its own, while the calling thread listens for Ctrl-C and reports progress.

use crate::errors::{Failure, Kind};
use crate::worker;
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use smfg::equilibrium::Control;
use smfg::leader::{Progress, Settings};
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two looks at signals and progress.
const TICK: Duration = Duration::from_millis(50);
/// How long interrupted work may take to end; after that it ends by itself, unobserved.
const PATIENCE: Duration = Duration::from_millis(400);
/// Share of a time limit after which searches end and proofs begin, in percent.
const RACE_PERCENT: u32 = 60;

/// What the work and the calling thread share.
#[derive(Clone, Default)]
pub struct Shared {
    interrupted: Arc<AtomicBool>,
    progress: Arc<Mutex<Option<Progress>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Shared {
    /// Whether the work is to go on.
    pub fn keep_going(&self) -> bool {
        !self.interrupted.load(Ordering::Relaxed)
    }

    /// Tells how far the work is.
    pub fn observe(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// Says something that is a warning beside the answer.
    pub fn warn(&self, text: String) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    /// A control that stops at Ctrl-C, and after `limit` from now.
    pub fn control(&self, limit: Option<Duration>) -> Control {
        // A limit beyond what the clock can count is none.
        Control::new(
            limit.and_then(|limit| Instant::now().checked_add(limit)),
            Arc::clone(&self.interrupted),
        )
    }

    /// `settings` that stop at Ctrl-C, and after `limit` from now.
    pub fn limited<'a>(&self, settings: Settings<'a>, limit: Option<Duration>) -> Settings<'a> {
        let race_control = self.control(limit.map(|limit| limit / 100 * RACE_PERCENT));
        Settings { control: self.control(limit), race_control, ..settings }
    }

    fn take_progress(&self) -> Option<Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Runs `work` without the interpreter's lock. `callback` is called from the calling thread, with
/// stage, bounds in binary64, open and all decisions.
///
/// # Errors
/// The work's own failure; `KeyboardInterrupt` within half a second of Ctrl-C; what `callback`
/// raises, after which the work stops too.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    callback: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Shared) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let shared = Shared::default();
    let own = shared.clone();
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let started = worker::run(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(work(&own));
    });
    started.map_err(|error| {
        Failure::new(Kind::Internal, format!("no thread for the work: {error}")).raise(py)
    })?;
    loop {
        if let Some(result) = wait(py, &receiver, TICK)? {
            let warnings = std::mem::take(
                &mut *shared.warnings.lock().unwrap_or_else(PoisonError::into_inner),
            );
            for text in warnings {
                let text = CString::new(text).unwrap_or_default();
                PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1)?;
            }
            return result.map_err(|failure| failure.raise(py));
        }
        let told = match (callback, shared.take_progress()) {
            (Some(callback), Some(progress)) => tell(callback, &progress),
            _ => Ok(()),
        };
        if let Err(error) = told.and_then(|()| py.check_signals()) {
            shared.interrupted.store(true, Ordering::Relaxed);
            // What comes of it is of no interest any more.
            let _ = wait(py, &receiver, PATIENCE);
            return Err(error);
        }
    }
}

/// The result, when it comes within `time`.
fn wait<T: Send>(
    py: Python<'_>,
    receiver: &Mutex<Receiver<T>>,
    time: Duration,
) -> PyResult<Option<T>> {
    let received =
        py.detach(|| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time));
    match received {
        Ok(result) => Ok(Some(result)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => Err(Failure::new(
            Kind::Internal,
            "the work stopped unexpectedly; standard error says where",
        )
        .raise(py)),
    }
}

fn tell(callback: &Bound<'_, PyAny>, progress: &Progress) -> PyResult<()> {
    let Progress { stage, lower_approx, upper_approx, open, decisions } = *progress;
    callback.call1((stage, lower_approx, upper_approx, open, decisions)).map(|_| ())
}
