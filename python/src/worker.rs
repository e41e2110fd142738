//! Threads that wait for work: a call that takes a millisecond is not to pay for a new thread, nor
//! for an allocator that knows nothing yet.

use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{SendError, Sender, channel};

/// Stack of a thread; nothing recurses on input, but the main thread has as much.
const STACK: usize = 8 << 20;

/// What a thread is sent: work, and the way to itself, by which it is found again once it waits.
struct Task {
    work: Box<dyn FnOnce() + Send>,
    to: Sender<Task>,
}

/// A thread that waits, and the process that it is of: a fork leaves its threads behind.
struct Worker {
    process: u32,
    to: Sender<Task>,
}

static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// Runs `work` in a thread that waits for it, or in a new one. Work that panics ends its thread.
///
/// # Errors
/// The system's, when it gives no thread.
pub fn run(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut work: Box<dyn FnOnce() + Send> = Box::new(work);
    while let Some(Worker { to, .. }) = idle() {
        match to.send(Task { work, to: to.clone() }) {
            Ok(()) => return Ok(()),
            Err(SendError(unsent)) => work = unsent.work,
        }
    }
    let (to, tasks) = channel::<Task>();
    let first = Task { work, to };
    let serve = move || {
        let mut next = Ok(first);
        while let Ok(Task { work, to }) = next {
            work();
            wait(to);
            next = tasks.recv();
        }
    };
    std::thread::Builder::new().name("smfg".into()).stack_size(STACK).spawn(serve).map(|_| ())
}

/// A thread of this process that waits.
fn idle() -> Option<Worker> {
    // Never waited for: a fork may have left the list locked for good.
    let mut idle = IDLE.try_lock().ok()?;
    let own = std::process::id();
    idle.retain(|worker| worker.process == own);
    idle.pop()
}

/// Keeps the way to a thread that is about to wait; one that nobody knows the way to ends.
fn wait(to: Sender<Task>) {
    if let Ok(mut idle) = IDLE.try_lock() {
        idle.push(Worker { process: std::process::id(), to });
    }
}
