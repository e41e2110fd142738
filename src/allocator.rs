//! The program's allocator. A request that cannot be met, or is larger than the memory limit, does
//! not abort the process: the thread that made it stops for ever, and whoever watches the call
//! prints what is proved and ends it.

use smfg::cli::memory;
use std::alloc::{GlobalAlloc, Layout};
use std::time::Duration;

#[cfg(feature = "mimalloc")]
static INNER: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[cfg(not(feature = "mimalloc"))]
static INNER: std::alloc::System = std::alloc::System;

/// Allocates as long as memory is left.
pub struct Limited;

/// `pointer`, or a thread that has stopped.
fn met(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() && memory::exhausted() {
        stop();
    }
    pointer
}

/// Refuses a request that is larger than all memory that may be used.
fn admit(size: usize) {
    if memory::exceeds(size) && memory::exhausted() {
        stop();
    }
}

fn stop() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

// SAFETY: every request is passed on unchanged, and every answer passed back, to an allocator that
// keeps the contract; a thread that stops returns nothing.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        admit(layout.size());
        met(unsafe { INNER.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        admit(layout.size());
        met(unsafe { INNER.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        admit(size);
        met(unsafe { INNER.realloc(pointer, layout, size) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { INNER.dealloc(pointer, layout) }
    }
}
