//! Options of `smfg verify`.

use super::arguments::Output;
use super::limit_arguments::LimitArguments;
#[cfg(feature = "solver")]
use super::outputs::ForceArguments;
use crate::claim::HorizonConvention;
use crate::exact::{Rational, parse_rational};
use crate::follower::Precision;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// Claim, .json, or a policy alone, .npy or .npz
    pub(super) claim: PathBuf,
    /// The decision, in place of the claim's: its name, or its parameters
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    pub(super) decision: Option<String>,
    /// The array is an occupation measure (only for .npy and .npz)
    #[arg(long)]
    pub(super) occupation: bool,
    /// What the first axis of the array counts
    #[arg(long, value_enum, default_value_t = HorizonWord::Decisions)]
    pub(super) horizon_convention: HorizonWord,
    /// Accepted deviation of row sums, signs and claimed numbers, in place of the claim's [default:
    /// 1/1000000, and 0 for the exploitability]
    #[arg(long, value_name = "T", value_parser = parse_number, allow_hyphen_values = true)]
    pub(super) tolerance: Option<Rational>,
    /// Arithmetic of the evaluation: auto, exact, or a number of fractional bits of outward
    /// rounding
    #[arg(long, value_name = "auto|exact|BITS", default_value = "auto", value_parser = parse_bits)]
    pub(super) precision: Precision,
    /// Only evaluate: no range, no loss
    #[arg(long)]
    pub(super) no_solve: bool,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[cfg(feature = "solver")]
    #[command(flatten)]
    pub(super) search: SearchArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What needs the solver.
#[cfg(feature = "solver")]
#[derive(Debug, Args)]
pub(super) struct SearchArguments {
    /// Exploitability of the equilibria of range and loss, at least 0, or `actual` for that of the
    /// submitted play [default: the claim's, else 0]
    #[arg(long, value_name = "E|actual", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub(super) epsilon: Option<EpsilonWord>,
    /// Accepted distance of bounds, relative to max(1, |value|)
    #[arg(
        long,
        value_name = "G",
        default_value = "1/1000000",
        value_parser = super::solve_arguments::parse_nonnegative,
        allow_hyphen_values = true
    )]
    pub(super) gap: Rational,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=super::solve_arguments::MOST_THREADS))]
    pub(super) threads: Option<u64>,
    /// File for the bundle of certificates
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
}

/// The eps of range and loss.
#[cfg(feature = "solver")]
#[derive(Debug, Clone)]
pub(super) enum EpsilonWord {
    /// This number.
    Number(Rational),
    /// The exploitability of what was submitted.
    Actual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HorizonWord {
    /// The stages at which followers act and earn
    Decisions,
    /// Times up to a last index: one more or less than the game's stages is mended where that
    /// changes nothing
    LastIndex,
}

impl From<HorizonWord> for HorizonConvention {
    fn from(word: HorizonWord) -> Self {
        match word {
            HorizonWord::Decisions => HorizonConvention::Decisions,
            HorizonWord::LastIndex => HorizonConvention::LastIndex,
        }
    }
}

fn parse_number(text: &str) -> Result<Rational, String> {
    parse_rational(text).map_err(|error| error.to_string())
}

#[cfg(feature = "solver")]
fn parse_epsilon(text: &str) -> Result<EpsilonWord, String> {
    if text == "actual" {
        return Ok(EpsilonWord::Actual);
    }
    super::solve_arguments::parse_epsilon(text).map(EpsilonWord::Number)
}

/// Most fractional bits that can be asked for.
const MOST_BITS: u32 = 1 << 16;

fn parse_bits(text: &str) -> Result<Precision, String> {
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
