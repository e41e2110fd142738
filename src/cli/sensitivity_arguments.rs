//! Options of `smfg sensitivity`.

use super::arguments::Output;
use super::limit_arguments::LimitArguments;
use super::outputs::ForceArguments;
use super::solve_arguments::{MOST_THREADS, parse_epsilon, parse_nonnegative, parse_precision};
use crate::exact::Rational;
use crate::leader::Precision;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("error").args(["reward_error", "transition_error", "leader_error", "against"]).multiple(true).required(true))]
pub(super) struct SensitivityArguments {
    /// The model: game file, .toml or .json
    pub(super) game: PathBuf,
    /// Largest exploitability of the equilibria considered, an exact number at least 0
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub(super) epsilon: Rational,
    /// The followers' true rewards differ by at most this, at every stage, state and action
    #[arg(long, value_name = "D", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) reward_error: Option<Rational>,
    /// The rows of the true transition probabilities differ by at most this, in the sum over next
    /// states
    #[arg(long, value_name = "D", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) transition_error: Option<Rational>,
    /// The leader's true data differ by at most this at every stage
    #[arg(long, value_name = "D", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) leader_error: Option<Rational>,
    /// The true game, with the same stages, states, actions and decisions: errors are computed from
    /// both
    #[arg(long, value_name = "OTHER", conflicts_with_all = ["reward_error", "transition_error", "leader_error"])]
    pub(super) against: Option<PathBuf>,
    /// Only this decision: its name, or its parameters
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    pub(super) decision: Option<String>,
    /// Accepted distance of the bounds of every value, relative to max(1, |value|)
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
    /// SVG picture of the guarantees at 0, 1/8, ..., 1 times the error; their certificates join the
    /// bundle
    #[arg(long, value_name = "FILE.svg")]
    pub(super) plot: Option<PathBuf>,
    /// File for the bundle of the drift and all certificates
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
    #[command(flatten)]
    pub(super) output: Output,
}
