//! Ctrl-C and requests to terminate: the first asks for an orderly end, the second leaves at once.

use super::watch::Watch;
use std::io::{self, Write};

/// Exit status after the second press: 128 + SIGINT.
const LEFT: i32 = 130;

/// Tells `watch` about interrupts.
pub(super) fn install(watch: &'static Watch, quiet: bool) {
    let handler = move || {
        if !watch.interrupt() {
            std::process::exit(LEFT);
        }
        if !quiet {
            let note = "interrupted: what is proved so far follows; once more to leave at once";
            let _ = writeln!(io::stderr(), "\n{note}");
        }
    };
    // Without a handler the first press leaves at once, which is what programs do by default.
    let _ = ctrlc::set_handler(handler);
}
