//! How many inputs there were, and how many got beyond their first line.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Inputs between two lines about them.
const EACH: u64 = 1 << 14;

static ALL: AtomicU64 = AtomicU64::new(0);
static DEEP: AtomicU64 = AtomicU64::new(0);

/// Counts an input, and says from time to time how many there were.
pub fn count(deep: bool) {
    let deep = DEEP.fetch_add(deep.into(), Relaxed) + u64::from(deep);
    let all = ALL.fetch_add(1, Relaxed) + 1;
    if all.is_multiple_of(EACH) {
        eprintln!("inputs {all} deep {deep}");
    }
}

/// The program that fuzzes one target.
macro_rules! fuzz {
    ($target:path) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| counted::count($target(data)));
    };
}
pub(crate) use fuzz;
