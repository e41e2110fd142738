//! Options of `smfg range`.

use super::arguments::Output;
use super::solve_arguments::{MOST_THREADS, MethodWord, parse_nonnegative, parse_precision, parse_seconds};
use crate::exact::Rational;
use crate::leader::Precision;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct RangeArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// The decision: its name, or its parameters; needed when the game has more than one
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    pub(super) decision: Option<String>,
    /// Range of this expression, such as "mu[infected]@3", instead of the leader's reward
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub(super) of: Option<String>,
    /// Largest exploitability of the equilibria considered, an exact number at least 0
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) epsilon: Rational,
    /// Accepted distance of the bounds of each end, relative to max(1, |value|)
    #[arg(long, value_name = "G", default_value = "1/1000000", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) gap: Rational,
    /// Seconds for both searches together, not counting reading the game and checking the certificates
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, allow_hyphen_values = true)]
    pub(super) time_limit: Option<Duration>,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_THREADS))]
    pub(super) threads: Option<u64>,
    /// Inner problem: linear programme, dynamic programming, or the better for the game
    #[arg(long, value_enum, default_value_t = MethodWord::Auto)]
    pub(super) method: MethodWord,
    /// Arithmetic of the proofs: auto, exact, or a number of fractional bits of outward rounding
    #[arg(long, value_name = "auto|exact|BITS", default_value = "auto", value_parser = parse_precision)]
    pub(super) precision: Precision,
    /// File for the bundle of both certificates
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) output: Output,
}
