//! `smfg export`: the inner problem of a decision for other solvers.

use super::arguments::Output;
use super::files::write_atomically;
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::certificate::Selection;
use crate::claim::{Chosen, choose, decisions_of};
use crate::exact::{Rational, parse_rational};
use crate::export::{Programme, Question, inner_problem, write_lp, write_nl};
use crate::game::Game;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// Game file, .toml or .json
    game: PathBuf,
    /// Form of the programme
    #[arg(long, value_enum)]
    format: FormatWord,
    /// Largest exploitability of the equilibria, an exact number at least 0
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_epsilon, allow_hyphen_values = true)]
    epsilon: Rational,
    /// Whether the leader's reward is to be least or greatest
    #[arg(long, value_enum, default_value_t = SelectionWord::Pessimistic)]
    selection: SelectionWord,
    /// The decision: its name, or its parameters, exactly
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    decision: Option<String>,
    /// An expression in place of the leader's reward
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    of: Option<String>,
    /// File to write, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatWord {
    /// The LP format of CPLEX with quadratic rows: SCIP, Gurobi, COPT, and HiGHS for class C0
    Lp,
    /// AMPL's format, as text: Couenne, SCIP, Ipopt
    Nl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SelectionWord {
    /// Least
    Pessimistic,
    /// Greatest
    Optimistic,
}

impl ExportArguments {
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
