//! `smfg export`: the inner problem of a decision for other solvers.

use super::arguments::{Output, parse_epsilon};
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::certificate::Selection;
use crate::claim::{Chosen, choose, decisions_of};
use crate::exact::Rational;
use crate::export::{Programme, Question, inner_problem, write_lp, write_nl};
use crate::files::write_atomically;
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
        (self.limits, Output::plain(self.quiet))
    }
}

/// Writes the programme.
pub(super) fn run(
    arguments: &'static ExportArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let files = [("--output", arguments.output.as_ref())];
    let outputs = Outputs::plan(&[&arguments.game], &files, arguments.force)?;
    let programme = {
        let _indicator =
            Indicator::start(arguments.quiet, format!("reading {}", arguments.game.display()));
        let game = loaded(&arguments.game, watch)?;
        outputs.about(&[game])?;
        watch.doing("making the programme");
        programme(game, arguments)?
    };
    match &arguments.output {
        None => watch.print(|out| write(arguments.format, &programme, out))?,
        Some(path) => write_atomically(path, |out| write(arguments.format, &programme, out))
            .map_err(|source| Failure::Write { path: path.clone(), source })?,
    }
    Ok(Answer::Proved)
}

fn write(format: FormatWord, programme: &Programme, out: &mut dyn Write) -> io::Result<()> {
    match format {
        FormatWord::Lp => write_lp(programme, out),
        FormatWord::Nl => write_nl(programme, out),
    }
}

fn programme(game: &Game, arguments: &ExportArguments) -> Result<Programme, Failure> {
    let chosen = match (&arguments.decision, game.finite_decisions()) {
        (Some(given), _) => choose(game, given).map_err(Failure::ExportDecision)?,
        (None, Some([_])) => Chosen::Listed(0),
        (None, _) => return Err(Failure::ExportDecisionNeeded { expected: decisions_of(game) }),
    };
    let objective = arguments.of.as_deref().map(|of| {
        game.with_objective(of).map_err(|source| Failure::Objective {
            option: "--of",
            given: of.to_string(),
            source,
        })
    });
    let objective = objective.transpose()?;
    let decision = chosen.decision(game);
    let instance = objective.as_ref().unwrap_or(game).at(&decision.values);
    let question = Question {
        epsilon: arguments.epsilon.clone(),
        selection: match arguments.selection {
            SelectionWord::Pessimistic => Selection::Pessimistic,
            SelectionWord::Optimistic => Selection::Optimistic,
        },
    };
    let mut programme = inner_problem(&instance, &question).map_err(Failure::Export)?;
    programme.comments = comments(game, arguments, &question);
    Ok(programme)
}

/// What the programme is about, and what its names mean.
fn comments(game: &Game, arguments: &ExportArguments, question: &Question) -> Vec<String> {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    };
    let mut lines = vec![format!(
        "{}, epsilon {}, {} value{}{}",
        plain(&game.name),
        question.epsilon,
        question.selection,
        arguments.decision.as_ref().map_or_else(String::new, |d| format!(" at {}", plain(d))),
        arguments.of.as_ref().map_or_else(String::new, |of| format!(" of {}", plain(of))),
    )];
    lines.push(format!("game {}", game.hash()));
    lines
        .push("d_t_s_a: mass of state s playing a at stage t; v_t_s: value; m_k: aggregate".into());
    let named = |what: &str, names: &[String]| {
        let each = names.iter().enumerate().map(|(i, name)| format!("{what} {i}: {}", plain(name)));
        each.collect::<Vec<_>>()
    };
    lines.extend(named("state", &game.states));
    lines.extend(named("action", &game.actions));
    lines
}
