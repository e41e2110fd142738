//! How long and in which way is searched, as several commands ask it.

use super::solve::{limited, threads};
use super::solve_arguments::{MOST_THREADS, parse_nonnegative, parse_precision, parse_seconds};
use crate::exact::Rational;
use crate::leader::{Precision, Settings};
use clap::Args;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How long and in which way is searched.
#[derive(Debug, Args)]
pub(super) struct EffortArguments {
    /// Accepted distance of the bounds of each value, relative to max(1, |value|)
    #[arg(long, value_name = "G", default_value = "1/1000000", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) gap: Rational,
    /// Seconds for all searches together, not counting reading the game and checking certificates
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, allow_hyphen_values = true)]
    pub(super) time_limit: Option<Duration>,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_THREADS))]
    pub(super) threads: Option<u64>,
    /// Arithmetic of the proofs: auto, exact, or a number of fractional bits of outward rounding
    #[arg(long, value_name = "auto|exact|BITS", default_value = "auto", value_parser = parse_precision)]
    pub(super) precision: Precision,
}

impl EffortArguments {
    /// `settings` with the effort asked for, its time running from now on.
    pub(super) fn applied<'a>(
        &self,
        settings: Settings<'a>,
        interrupted: &Arc<AtomicBool>,
    ) -> Settings<'a> {
        let settings = Settings {
            gap: self.gap.clone(),
            precision: self.precision,
            threads: threads(self.threads),
            ..settings
        };
        limited(settings, self.time_limit, interrupted)
    }
}
