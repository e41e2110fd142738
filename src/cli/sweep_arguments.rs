//! Options of `smfg sweep`, and intervals in general.

use super::arguments::Output;
use super::checkpoint::CheckpointArguments;
use super::effort_arguments::EffortArguments;
use super::outputs::ForceArguments;
use super::shards::{Shard, parse_shard};
use super::solve_arguments::{SelectionWord, parse_epsilon, parse_nonnegative};
use crate::exact::{Rational, parse_rational};
use clap::Args;
use std::path::PathBuf;

/// Most points that are printed.
const MOST_POINTS: u64 = 1 << 20;

/// `A:B`, or `A` alone.
#[derive(Debug, Clone)]
pub(super) struct Interval {
    /// Left end.
    pub(super) from: Rational,
    /// Right end.
    pub(super) to: Rational,
}

/// `NAME=A:B:N`.
#[derive(Debug, Clone)]
pub(super) struct Varied {
    /// Name of the constant.
    pub(super) name: String,
    /// Its values.
    pub(super) values: Vec<Rational>,
}

#[derive(Debug, Args)]
pub(super) struct SweepArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// Interval of epsilon; with --parameter one number
    #[arg(long, value_name = "A:B|E", default_value = "0", value_parser = parse_interval, allow_hyphen_values = true)]
    pub(super) epsilon: Interval,
    /// A constant of the game file, the interval of its values, and their number
    #[arg(long, value_name = "NAME=A:B:N", value_parser = parse_varied, allow_hyphen_values = true)]
    pub(super) parameter: Option<Varied>,
    /// Which equilibrium the followers are taken to play
    #[arg(long, value_enum, default_value_t = SelectionWord::Pessimistic)]
    pub(super) selection: SelectionWord,
    /// Only this decision: its name, or its parameters, exactly
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    pub(super) decision: Option<String>,
    /// Values at this many equidistant points besides
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=MOST_POINTS))]
    pub(super) points: Option<u64>,
    /// Folder for an answer and a certificate per point, which `smfg gather` reads; points that are
    /// proved there already are left
    #[arg(long, value_name = "DIR", conflicts_with_all = ["certificate", "csv", "plot", "checkpoint"])]
    pub(super) out: Option<PathBuf>,
    /// With --out: only the I-th of N shares of the points, from 1
    #[arg(long, value_name = "I/N", value_parser = parse_shard, requires = "out")]
    pub(super) shard: Option<Shard>,
    #[command(flatten)]
    pub(super) resolution: ResolutionArguments,
    #[command(flatten)]
    pub(super) effort: EffortArguments,
    #[command(flatten)]
    pub(super) files: FileArguments,
    #[command(flatten)]
    pub(super) checkpoint: CheckpointArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

/// How closely functions are enclosed where they are not known exactly.
#[derive(Debug, Args)]
pub(super) struct ResolutionArguments {
    /// Accepted distance of lower and upper curve, relative to max(1, |value|), where the function
    /// is not known exactly
    #[arg(long, value_name = "W", default_value = "1/100", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) width: Rational,
    /// Length of an interval of epsilon that is not divided further
    #[arg(long, value_name = "D", default_value = "1/1000000", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) jump_precision: Rational,
    /// Most points of an enclosure
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(super) most_points: usize,
}

/// Where answers go besides standard output.
#[derive(Debug, Args)]
pub(super) struct FileArguments {
    /// File for the certificates
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// File for a table of comma-separated values
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// File for a picture
    #[arg(long, value_name = "FILE.svg")]
    pub(super) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
}

pub(super) fn parse_interval(text: &str) -> Result<Interval, String> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (from, to) = (parse_epsilon(from)?, parse_epsilon(to)?);
    if from > to { Err("expected A:B with A at most B".into()) } else { Ok(Interval { from, to }) }
}

fn parse_varied(text: &str) -> Result<Varied, String> {
    let expected = "expected NAME=A:B:N with numbers A <= B and a count N of at least 1";
    let (name, rest) = text.rsplit_once('=').ok_or(expected)?;
    let [from, to, count] =
        <[&str; 3]>::try_from(rest.split(':').collect::<Vec<_>>()).map_err(|_| expected)?;
    let number = |word: &str| parse_rational(word).map_err(|error| error.to_string());
    let (from, to) = (number(from)?, number(to)?);
    let count = count.parse().ok().filter(|count| (1..=100_000).contains(count)).ok_or(expected)?;
    if from > to {
        return Err(expected.into());
    }
    Ok(Varied {
        name: name.trim().to_string(),
        values: crate::analysis::sweep::equidistant(&from, &to, count),
    })
}
