//! Time limits, interruptions, and limits of work.
//!
//! What a search decides by itself, such as how long it tries one method before the next one, must
//! not depend on how fast the machine is, or the same question has different answers from one run
//! to the next. Such decisions count *work*: searches say how many coefficients they went through,
//! in units that take a few nanoseconds each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When to stop. Cheap to clone; clones share the interruption and the count of work.
#[derive(Debug, Clone, Default)]
pub struct Control {
    deadline: Option<Instant>,
    interrupted: Arc<AtomicBool>,
    work: Option<Arc<Work>>,
}

/// Work that is counted, here and wherever this is a part of.
#[derive(Debug)]
struct Work {
    spent: AtomicU64,
    most: u64,
    above: Option<Arc<Work>>,
}

impl Control {
    /// Stops at `deadline`, if any, or when `interrupted` becomes true.
    #[must_use]
    pub fn new(deadline: Option<Instant>, interrupted: Arc<AtomicBool>) -> Self {
        Control { deadline, interrupted, work: None }
    }

    /// The same control with at most `time` from now on.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        let sooner = Instant::now().checked_add(time);
        let deadline = match (self.deadline, sooner) {
            (Some(own), Some(sooner)) => Some(own.min(sooner)),
            (own, sooner) => own.or(sooner),
        };
        Control { deadline, ..self.clone() }
    }

    /// The same control with a count of its own, which stops it after `most` units of work. What
    /// is spent counts for this control, too.
    #[must_use]
    pub fn within_work(&self, most: u64) -> Self {
        let work = Work { spent: AtomicU64::new(0), most, above: self.work.clone() };
        Control { work: Some(Arc::new(work)), ..self.clone() }
    }

    /// The same control with a count of its own that stops nothing.
    #[must_use]
    pub fn counted(&self) -> Self {
        self.within_work(u64::MAX)
    }

    /// Counts units of work.
    pub fn spend(&self, units: usize) {
        let mut next = self.work.as_deref();
        while let Some(work) = next {
            work.spent.fetch_add(units as u64, Ordering::Relaxed);
            next = work.above.as_deref();
        }
    }

    /// Whether to go on, for a computation that asks before every `units` of work.
    pub fn counting(&self, units: usize) -> impl Fn() -> bool + '_ {
        move || {
            self.spend(units);
            !self.stopped()
        }
    }

    /// Work since this control was made; 0 where nothing is counted.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.work.as_ref().map_or(0, |work| work.spent.load(Ordering::Relaxed))
    }

    /// Whether the time has come, or the work that was allowed is done.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.interrupted()
            || self.exhausted()
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn exhausted(&self) -> bool {
        let mut next = self.work.as_deref();
        while let Some(work) = next {
            if work.spent.load(Ordering::Relaxed) >= work.most {
                return true;
            }
            next = work.above.as_deref();
        }
        false
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A part that has done its share stops; the whole counts that work and goes on.
    #[test]
    fn work_stops_the_part_that_is_limited() {
        let whole = Control::default().counted();
        let part = whole.within_work(10);
        part.spend(9);
        assert!(!part.stopped());
        part.clone().spend(1);
        assert!(part.stopped() && !whole.stopped());
        whole.spend(5);
        assert_eq!((part.spent(), whole.spent()), (10, 15));
        let nothing = Control::default();
        nothing.spend(3);
        assert_eq!(nothing.spent(), 0);
    }
}
