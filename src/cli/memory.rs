//! How much memory the machine has, and how much of it this process uses.

use std::cell::Cell;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Most bytes of one request.
static LARGEST: AtomicUsize = AtomicUsize::new(usize::MAX);
/// Whether a request could not be met.
static EXHAUSTED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread watches the call, and must never stop.
    static WATCHES: Cell<bool> = const { Cell::new(false) };
}

/// This thread ends the call when memory is exhausted; no request may be larger than `limit` bytes.
pub(super) fn watch(limit: Option<u64>) {
    WATCHES.set(true);
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    LARGEST.store(limit.unwrap_or(usize::MAX), Ordering::Relaxed);
}

/// Whether a request of `size` bytes is larger than all memory that may be used.
#[must_use]
pub fn exceeds(size: usize) -> bool {
    size > LARGEST.load(Ordering::Relaxed)
}

/// Notes that a request cannot be met. False when nobody will end the call: the thread that watches
/// asks itself, or there is none.
#[must_use]
pub fn exhausted() -> bool {
    let watched = LARGEST.load(Ordering::Relaxed) < usize::MAX && !WATCHES.get();
    if watched {
        EXHAUSTED.store(true, Ordering::Relaxed);
    }
    watched
}

/// Whether some thread stopped because its request could not be met.
pub(super) fn is_exhausted() -> bool {
    EXHAUSTED.load(Ordering::Relaxed)
}

/// Bytes of physical memory in use by this process; `None` where the system does not say.
pub(super) fn in_use() -> Option<u64> {
    kilobytes("/proc/self/status", "VmRSS:")
}

/// Three quarters of the memory of the machine, or of what its container may use.
pub(super) fn default_limit() -> Option<u64> {
    let machine = kilobytes("/proc/meminfo", "MemTotal:");
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse().ok());
    machine.into_iter().chain(container).min().map(|bytes| bytes / 4 * 3)
}

/// The number of kilobytes after `key`, in bytes.
fn kilobytes(file: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_something_and_less_than_the_machine_has() {
        let (used, limit) = (in_use().expect("Linux"), default_limit().expect("Linux"));
        assert!(used > 1 << 20 && used < limit, "{used} of {limit}");
    }
}
