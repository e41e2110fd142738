//! One program for all targets; the variable `SMFG_FUZZ` names the one to run (scripts/fuzz).
#![no_main]

mod targets;

use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("SMFG_FUZZ").unwrap_or_default();
    let names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    match targets::TARGETS.iter().find(|(name, _)| *name == wanted) {
        Some((_, target)) => *target,
        None => panic!("SMFG_FUZZ is `{wanted}`, expected one of {}", names.join(", ")),
    }
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
