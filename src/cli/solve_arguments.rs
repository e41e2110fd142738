//! Options of `smfg solve`.

use super::arguments::{Output, parse_positive};
pub(super) use super::arguments::{parse_epsilon, parse_nonnegative};
use super::checkpoint::CheckpointArguments;
use super::effort_arguments::EffortArguments;
use super::outputs::ForceArguments;
use crate::certificate::{MOST_BITS, Selection};
use crate::drift::Radii;
use crate::exact::Rational;
use crate::leader::Precision;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Most threads; more than any machine that this program is meant for.
pub(super) const MOST_THREADS: u64 = 1024;

#[derive(Debug, Args)]
pub(super) struct SolveArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// Largest exploitability of the equilibria considered, an exact number at least 0
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub(super) epsilon: Rational,
    /// Which equilibrium the followers are taken to play
    #[arg(long, value_enum, default_value_t = SelectionWord::Pessimistic, conflicts_with = "robust")]
    pub(super) selection: SelectionWord,
    /// Only this decision: its name, or its parameters, exactly
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    pub(super) decision: Option<String>,
    /// Report a decision whose continuous parameters are multiples of this; bounds are about all
    /// decisions
    #[arg(long, value_name = "STEP", value_parser = parse_positive, conflicts_with_all = ["decision", "robust"])]
    pub(super) decision_grid: Option<Rational>,
    #[command(flatten)]
    pub(super) effort: EffortArguments,
    /// Maximise what is guaranteed when the true game differs from this one by at most these errors
    #[arg(long, value_name = "reward=D,transition=D,leader=D", value_parser = parse_radii, conflicts_with = "checkpoint")]
    pub(super) robust: Option<Radii>,
    /// File for the certificate
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) checkpoint: CheckpointArguments,
    #[command(flatten)]
    pub(super) force: ForceArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SelectionWord {
    /// The worst equilibrium for the leader
    Pessimistic,
    /// The best equilibrium for the leader
    Optimistic,
}

impl From<SelectionWord> for Selection {
    fn from(word: SelectionWord) -> Self {
        match word {
            SelectionWord::Pessimistic => Selection::Pessimistic,
            SelectionWord::Optimistic => Selection::Optimistic,
        }
    }
}

fn parse_radii(text: &str) -> Result<Radii, String> {
    Radii::parse(text).map_err(|error| error.to_string())
}

pub(super) fn parse_precision(text: &str) -> Result<Precision, String> {
    match text {
        "auto" => Ok(Precision::Auto),
        "exact" => Ok(Precision::Exact),
        bits => match bits.parse() {
            Ok(bits) if (1..=MOST_BITS).contains(&bits) => Ok(Precision::Bits(bits)),
            _ => {
                Err(format!("expected `auto`, `exact`, or a number of bits from 1 to {MOST_BITS}"))
            }
        },
    }
}
