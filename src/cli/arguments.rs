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
