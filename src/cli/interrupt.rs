//! Ctrl-C: the first press asks for an orderly end, the second leaves at once.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit status after the second press: 128 + SIGINT.
const LEFT: i32 = 130;

/// A flag that becomes true at the first Ctrl-C (or request to terminate).
pub(super) fn install(note: Option<&'static str>) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&flag);
    let handler = move || {
        if shared.swap(true, Ordering::SeqCst) {
            std::process::exit(LEFT);
        }
        if let Some(note) = note {
            let _ = writeln!(io::stderr(), "\n{note}");
        }
    };
    // Without a handler the first press leaves at once, which is what programs do by default.
    let _ = ctrlc::set_handler(handler);
    flag
}
