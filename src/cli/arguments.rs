//! The command line.

use super::help;
use super::limit_arguments::LimitArguments;
use super::outputs::ForceArguments;
use crate::exact::{Rational, parse_rational};
use crate::generate::Interaction;
use clap::{Args, Parser, Subcommand, ValueEnum};
#[cfg(not(feature = "solver"))]
use std::ffi::OsString;
use std::path::PathBuf;

/// Certified values of finite Stackelberg mean-field games
#[derive(Debug, Parser)]
#[command(name = "smfg", version, about, long_about = help::PROGRAM, after_help = help::PROGRAM_EXAMPLES, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Certified value of a game, the leader's decision, the worst equilibrium
    #[cfg(feature = "solver")]
    #[command(long_about = help::SOLVE, after_help = help::SOLVE_EXAMPLES)]
    Solve(super::solve_arguments::SolveArguments),
    /// Least and greatest value over the equilibria of one decision
    #[cfg(feature = "solver")]
    #[command(long_about = help::RANGE, after_help = help::RANGE_EXAMPLES)]
    Range(super::range_arguments::RangeArguments),
    /// All equilibria of one decision at eps = 0, as polytopes with their vertices
    #[cfg(feature = "solver")]
    #[command(long_about = help::EQUILIBRIA, after_help = help::EQUILIBRIA_EXAMPLES)]
    Equilibria(super::equilibria::EquilibriaArguments),
    /// What a decision guarantees when the model is wrong, and the decision that guarantees most
    #[cfg(feature = "solver")]
    #[command(long_about = help::SENSITIVITY, after_help = help::SENSITIVITY_EXAMPLES)]
    Sensitivity(super::sensitivity_arguments::SensitivityArguments),
    /// The value as a function of epsilon, or of a constant of the game
    #[cfg(feature = "solver")]
    #[command(long_about = help::SWEEP, after_help = help::SWEEP_EXAMPLES)]
    Sweep(super::sweep_arguments::SweepArguments),
    /// Exploitability against a social objective; prices of anarchy and stability
    #[cfg(feature = "solver")]
    #[command(long_about = help::FRONTIER, after_help = help::FRONTIER_EXAMPLES)]
    Frontier(super::frontier::FrontierArguments),
    /// The eps-equilibria of one decision, projected on two statistics
    #[cfg(feature = "solver")]
    #[command(long_about = help::MAP, after_help = help::MAP_EXAMPLES)]
    Map(super::map::MapArguments),
    /// The points of a sweep that several calls did, every certificate checked again
    #[command(long_about = help::GATHER, after_help = help::GATHER_EXAMPLES)]
    Gather(super::gather::GatherArguments),
    /// Exact verification of a certificate
    #[command(long_about = help::CHECK, after_help = help::CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// What another solver says, against exact arithmetic and certified values
    #[command(long_about = help::VERIFY, after_help = help::VERIFY_EXAMPLES)]
    Verify(super::verify_arguments::VerifyArguments),
    /// Results as one HTML page, with the game, figures, and rechecked certificates
    #[cfg(feature = "solver")]
    #[command(long_about = help::REPORT, after_help = help::REPORT_EXAMPLES)]
    Report(super::report::ReportArguments),
    /// Sizes, class, leader, bounds and hash of a game
    #[command(long_about = help::INFO, after_help = help::INFO_EXAMPLES)]
    Info(InfoArguments),
    /// Random games, the same for the same seed
    #[command(long_about = help::GENERATE, after_help = help::GENERATE_EXAMPLES)]
    Generate(GenerateArguments),
    /// The inner problem of a decision as a mathematical programme for other solvers
    #[command(long_about = help::EXPORT, after_help = help::EXPORT_EXAMPLES)]
    Export(super::export::ExportArguments),
    /// The collection of instances with certified values: lists, filters, fetches
    #[command(long_about = help::MODELS, after_help = help::MODELS_EXAMPLES)]
    Models(super::models::ModelsArguments),
    /// A finite game in Gambit's normal-form format as a game file
    #[command(long_about = help::IMPORT, after_help = help::IMPORT_EXAMPLES)]
    Import(ImportArguments),
    /// Completions of the command line for a shell, on standard output
    Completions(super::pages::CompletionsArguments),
    /// Manual pages, into a folder
    Man(super::pages::ManArguments),
    /// Any other command, whose name and arguments these are
    #[cfg(not(feature = "solver"))]
    #[command(external_subcommand)]
    Unknown(Vec<OsString>),
}

/// Seconds that files of strangers may take where no time limit is given.
const CHECK_SECONDS: u64 = 600;

impl Command {
    /// Limits of the call, and how its answer is printed.
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
        match self {
            #[cfg(feature = "solver")]
            Command::Solve(of) => (of.effort.limits, of.output),
            #[cfg(feature = "solver")]
            Command::Range(of) => (of.effort.limits, of.output),
            #[cfg(feature = "solver")]
            Command::Equilibria(of) => of.limits(),
            #[cfg(feature = "solver")]
            Command::Sensitivity(of) => (of.limits, of.output),
            #[cfg(feature = "solver")]
            Command::Sweep(of) => (of.effort.limits, of.output),
            #[cfg(feature = "solver")]
            Command::Frontier(of) => of.limits(),
            #[cfg(feature = "solver")]
            Command::Map(of) => (of.limits, of.output),
            #[cfg(not(feature = "solver"))]
            Command::Unknown(_) => (LimitArguments::default(), Output::plain(true)),
            Command::Gather(of) => of.limits(),
            Command::Models(of) => of.limits(),
            Command::Export(of) => of.limits(),
            Command::Check(of) => (of.limits.or_seconds(CHECK_SECONDS), of.output),
            Command::Verify(of) => (of.limits, of.output),
            #[cfg(feature = "solver")]
            Command::Report(of) => (of.limits.or_seconds(CHECK_SECONDS), Output::plain(of.quiet)),
            Command::Info(of) => (of.limits.or_seconds(CHECK_SECONDS), of.output),
            Command::Generate(_)
            | Command::Import(_)
            | Command::Completions(_)
            | Command::Man(_) => (LimitArguments::default(), Output::plain(true)),
        }
    }
}

/// Why a command is none of this build: it needs the solver, or there is none of that name.
#[cfg(not(feature = "solver"))]
pub(super) fn unknown(words: &[std::ffi::OsString]) -> super::Failure {
    use clap::CommandFactory;
    let name = words.first().map(|name| name.to_string_lossy()).unwrap_or_default();
    if ["solve", "range", "equilibria", "sensitivity", "sweep", "frontier", "map", "report"]
        .contains(&&*name)
    {
        return super::Failure::NoSolver;
    }
    let message = format!("unrecognized subcommand '{name}'");
    Arguments::command().error(clap::error::ErrorKind::InvalidSubcommand, message).exit()
}

/// How the answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One object, exact numbers as strings "p/q"
    Json,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Output {
    /// Form of the answer on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Every digit of exact numbers; else those of more than 1000 (in text 40) are enclosed
    #[arg(long)]
    pub(super) exact: bool,
    /// No progress on standard error
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl Output {
    /// That of commands which print no answer in several forms.
    pub(super) fn plain(quiet: bool) -> Output {
        Output { format: Format::Text, exact: false, quiet }
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// Certificate that `smfg solve --certificate` wrote, or bundle of `smfg range`, `sweep` or
    /// `frontier`
    pub(super) certificate: PathBuf,
    /// Second game, when the bundle compares two
    #[arg(long, value_name = "OTHER")]
    pub(super) against: Option<PathBuf>,
    /// Have the kernel prove the claims of a certificate, or of a bundle about one listing, and
    /// write its log: `smfg-kernel LISTING LOG` accepts it alone
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
    /// 600 seconds, where no time limit is given
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct InfoArguments {
    /// Game file, .toml or .json
    pub(super) game: PathBuf,
    /// Print the tables of rewards and transitions, entry by entry
    #[arg(long)]
    pub(super) expand: bool,
    /// Print the normal form as the kernel reads it, and nothing else
    #[arg(long, conflicts_with = "expand")]
    pub(super) listing: bool,
    /// With --listing: an expression in place of the leader's reward
    #[arg(long, value_name = "EXPRESSION", requires = "listing")]
    pub(super) of: Option<String>,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// File in Gambit's normal-form format, .nfg
    pub(super) file: PathBuf,
    /// File to write, .json, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
}

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct GenerateArguments {
    #[command(subcommand)]
    pub(super) family: Family,
}

#[derive(Debug, Subcommand)]
pub(super) enum Family {
    /// Decision processes of class C0
    #[command(long_about = help::MDP, after_help = help::GENERATE_EXAMPLES)]
    Mdp(InstanceArguments),
    /// Mean-field games of class C1 or C3
    #[command(long_about = help::MEAN_FIELD, after_help = help::GENERATE_EXAMPLES)]
    MeanField(MeanFieldArguments),
    /// Crowds on a grid, class C1
    #[command(long_about = help::GRID, after_help = help::GENERATE_EXAMPLES)]
    Grid(GridArguments),
}

/// The largest mean exploitability of the equilibria considered.
pub(super) fn parse_epsilon(text: &str) -> Result<Rational, String> {
    if let Some((name, _)) = text.split_once('=') {
        return Err(format!(
            "found a number for {name:?}, expected one number for everybody: equilibria are \
             searched by their mean exploitability; verify judges a play by population"
        ));
    }
    parse_nonnegative(text)
}

pub(super) fn parse_nonnegative(text: &str) -> Result<Rational, String> {
    let value = parse_rational(text).map_err(|error| error.to_string())?;
    if value < Rational::ZERO { Err("expected a number at least 0".into()) } else { Ok(value) }
}

#[cfg(feature = "solver")]
pub(super) fn parse_positive(text: &str) -> Result<Rational, String> {
    let value = parse_rational(text).map_err(|error| error.to_string())?;
    if value > Rational::ZERO { Ok(value) } else { Err("expected a number above 0".into()) }
}

#[derive(Debug, Args)]
pub(super) struct GridArguments {
    /// Rows of places
    #[arg(long, default_value_t = 5)]
    pub(super) rows: usize,
    /// Columns of places
    #[arg(long, default_value_t = 5)]
    pub(super) columns: usize,
    /// Stages
    #[arg(long, default_value_t = 10)]
    pub(super) stages: usize,
    /// What a follower loses per mass in her place
    #[arg(long, value_name = "C", default_value = "1", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) congestion: Rational,
    /// Probability that the move is a random one
    #[arg(long, value_name = "P", default_value = "1/10", value_parser = parse_nonnegative, allow_hyphen_values = true)]
    pub(super) slip: Rational,
    /// Seed
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) written: WrittenArguments,
}

#[derive(Debug, Args)]
pub(super) struct MeanFieldArguments {
    /// How the followers react to their population
    #[arg(long, value_enum, default_value_t = InteractionWord::General)]
    pub(super) interaction: InteractionWord,
    /// Aggregates: statistics of the population that the followers react to
    #[arg(long, default_value_t = 2)]
    pub(super) aggregates: usize,
    #[command(flatten)]
    pub(super) instance: InstanceArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InteractionWord {
    /// Class C1, monotone: company costs
    Monotone,
    /// Class C1: company pays
    Crowd,
    /// Class C1: any signs, every pair
    General,
    /// Class C3: transitions depend on the population too
    Dynamics,
}

impl From<InteractionWord> for Interaction {
    fn from(word: InteractionWord) -> Self {
        match word {
            InteractionWord::Monotone => Interaction::Monotone,
            InteractionWord::Crowd => Interaction::Crowd,
            InteractionWord::General => Interaction::General,
            InteractionWord::Dynamics => Interaction::Dynamics,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct InstanceArguments {
    /// Stages
    #[arg(long, default_value_t = 10)]
    pub(super) stages: usize,
    /// States
    #[arg(long, default_value_t = 10)]
    pub(super) states: usize,
    /// Actions, all of them available everywhere
    #[arg(long, default_value_t = 3)]
    pub(super) actions: usize,
    /// Successor states of each state and action
    #[arg(long, default_value_t = 3)]
    pub(super) successors: usize,
    /// Decisions of the leader
    #[arg(long, default_value_t = 1)]
    pub(super) decisions: usize,
    /// Seed
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) written: WrittenArguments,
}

/// Where an instance goes.
#[derive(Debug, Args)]
pub(super) struct WrittenArguments {
    /// File to write, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) force: ForceArguments,
    /// No progress on standard error
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
