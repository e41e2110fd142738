//! Why the kernel refuses, and the count of what its steps cost.

use std::cell::Cell;

/// A refusal: what was given does not show what it claims. Nothing is changed by a refused step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A text that the grammar does not have.
    Text(String),
    /// A listing that is no game.
    Listing(String),
    /// A step that does not apply to the region.
    Step(String),
    /// An inequality that does not hold.
    Inequality(String),
    /// More than the stated limits allow.
    Limit(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Text(what) => write!(f, "text: {what}"),
            Refusal::Listing(what) => write!(f, "listing: {what}"),
            Refusal::Step(what) => write!(f, "step: {what}"),
            Refusal::Inequality(what) => write!(f, "inequality: {what}"),
            Refusal::Limit(what) => write!(f, "limit: {what}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What a step gives, unless it is refused.
pub(crate) type Done<T = ()> = Result<T, Refusal>;

/// Refuses a step that does not apply unless a condition holds.
pub(crate) fn require(condition: bool, reason: &str) -> Done {
    if condition { Ok(()) } else { Err(Refusal::Step(reason.to_string())) }
}

/// Refuses an inequality that does not hold.
pub(crate) fn show(condition: bool, reason: &str) -> Done {
    if condition { Ok(()) } else { Err(Refusal::Inequality(reason.to_string())) }
}

/// Refuses what is more than a limit allows.
pub(crate) fn limit(condition: bool, reason: &str) -> Done {
    if condition { Ok(()) } else { Err(Refusal::Limit(reason.to_string())) }
}

thread_local! {
    /// How many operations this thread may still count: in all, and for the text that it reads.
    static LEFT: Cell<(u64, u64)> = const { Cell::new((u64::MAX, u64::MAX)) };
}

/// Limits what steps of this thread may cost from now on, in operations on machine words. A word
/// that is reserved counts as eight. No conclusion depends on the count: a limit only refuses.
pub fn limit_work(operations: u64) {
    LEFT.set((operations, operations));
}

/// Limits what may be counted for a text that is read from now on, within the limit of all.
pub(crate) fn begin_text(operations: u64) {
    LEFT.set((LEFT.get().0, operations));
}

/// Allows more operations for the text that is read: what it has takes time in proportion.
pub(crate) fn allow(operations: usize) {
    let (all, now) = LEFT.get();
    LEFT.set((all, now.saturating_add(operations as u64)));
}

/// A step with operations of its own, in place of those that its text may take.
pub(crate) fn allotted<T>(operations: usize, step: impl FnOnce() -> Done<T>) -> Done<T> {
    let now = LEFT.get().1;
    LEFT.set((LEFT.get().0, operations as u64));
    let result = step();
    LEFT.set((LEFT.get().0, now));
    result
}

/// What `step` gives, and how many operations of this thread it has counted.
pub fn counted<T>(step: impl FnOnce() -> T) -> (T, u64) {
    let before = LEFT.get().0;
    let result = step();
    (result, before - LEFT.get().0)
}

/// Counts operations.
pub(crate) fn charge(operations: usize) -> Done {
    let (all, now) = LEFT.get();
    let operations = operations as u64;
    LEFT.set((all.saturating_sub(operations), now.saturating_sub(operations)));
    limit(operations <= all.min(now), "more operations than a text of this length may take")
}
