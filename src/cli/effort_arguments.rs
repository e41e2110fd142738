//! How long and in which way is searched, as several commands ask it.

use super::limit_arguments::LimitArguments;
use super::solve::{limited, threads};
use super::solve_arguments::{MOST_THREADS, parse_nonnegative, parse_precision};
use super::watch::Watch;
use crate::exact::{Rational, format_rational};
use crate::leader::{Precision, Settings};
use clap::Args;

/// How long and in which way is searched.
#[derive(Debug, Args)]
pub(super) struct EffortArguments {
    /// Accepted distance of the bounds of each value, relative to max(1, |value|)
    #[arg(long, value_name = "G", default_value = "1/1000000", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) gap: Rational,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_THREADS))]
    pub(super) threads: Option<u64>,
    /// Arithmetic of the proofs: auto, exact, or a number of fractional bits of outward rounding
    #[arg(long, value_name = "auto|exact|BITS", default_value = "auto", value_parser = parse_precision)]
    pub(super) precision: Precision,
}

impl EffortArguments {
    /// What a checkpoint says of it.
    pub(super) fn spelled(&self) -> Vec<(&'static str, String)> {
        let precision = match self.precision {
            Precision::Auto => "auto".into(),
            Precision::Exact => "exact".into(),
            Precision::Bits(bits) => bits.to_string(),
        };
        vec![("gap", format_rational(&self.gap)), ("precision", precision)]
    }

    /// `settings` with the effort asked for and the limits of the call.
    pub(super) fn applied<'a>(&self, settings: Settings<'a>, watch: &Watch) -> Settings<'a> {
        let settings = Settings {
            gap: self.gap.clone(),
            precision: self.precision,
            threads: threads(self.threads),
            ..settings
        };
        limited(settings, watch)
    }
}
