//! Options of `smfg range`.

use super::arguments::Output;
use super::checkpoint::CheckpointArguments;
use super::effort_arguments::EffortArguments;
use super::outputs::ForceArguments;
use super::solve_arguments::parse_epsilon;
use crate::exact::Rational;
use clap::Args;
use std::path::PathBuf;

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
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub(super) epsilon: Rational,
    #[command(flatten)]
    pub(super) effort: EffortArguments,
    /// File for the bundle of both certificates
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) checkpoint: CheckpointArguments,
    #[command(flatten)]
    pub(super) force: ForceArguments,
    #[command(flatten)]
    pub(super) output: Output,
}
