//! Time limits and interruptions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// When to stop. Cheap to clone; clones share the interruption.
#[derive(Debug, Clone, Default)]
pub struct Control {
    deadline: Option<Instant>,
    interrupted: Arc<AtomicBool>,
}

impl Control {
    /// Stops at `deadline`, if any, or when `interrupted` becomes true.
    #[must_use]
    pub fn new(deadline: Option<Instant>, interrupted: Arc<AtomicBool>) -> Self {
        Control { deadline, interrupted }
    }

    /// The same control with at most `time` from now on.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        let sooner = Instant::now().checked_add(time);
        let deadline = match (self.deadline, sooner) {
            (Some(own), Some(sooner)) => Some(own.min(sooner)),
            (own, sooner) => own.or(sooner),
        };
        Control { deadline, interrupted: Arc::clone(&self.interrupted) }
    }

    /// Whether the time has come.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.interrupted() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Time until the deadline, 0 when it has passed; `None` without deadline.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the user interrupted, as opposed to the clock.
    #[must_use]
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Asks everything that shares this control to stop.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }
}
