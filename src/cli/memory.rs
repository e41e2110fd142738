//! How much memory the machine has, and how much of it this process uses.

use std::fs;

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
