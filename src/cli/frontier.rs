//! `smfg frontier`: exploitability against a social objective.

use super::arguments::{Format, Output};
use super::effort_arguments::EffortArguments;
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::pace::describe;
use super::progress::Indicator;
use super::solve::{chosen, unsearched};
use super::sweep::bundle;
use super::sweep_arguments::{FileArguments, Interval, ResolutionArguments, parse_interval};
use super::watch::{Watch, Words};
use super::{Answer, Failure, decision};
use crate::analysis::frontier::frontier;
use crate::analysis::sweep::equidistant;
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Progress, Settings};
use crate::report::FrontierReport;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct FrontierArguments {
    /// Game file, .toml or .json
    game: PathBuf,
    /// The social objective, such as "mu[infected]@3", instead of the leader's reward
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    objective: Option<String>,
    /// The objective is a cost: less is better
    #[arg(long)]
    cost: bool,
    /// The decision: its name, or its parameters; needed when the game has more than one
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    decision: Option<String>,
    /// Interval of exploitability, or one number
    #[arg(long, value_name = "A:B|E", default_value = "0", value_parser = parse_interval, allow_hyphen_values = true)]
    epsilon: Interval,
    /// Values at this many equidistant points besides, in JSON and in the table
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=1 << 20))]
    points: Option<u64>,
    #[command(flatten)]
    resolution: ResolutionArguments,
    #[command(flatten)]
    effort: EffortArguments,
    #[command(flatten)]
    files: FileArguments,
    #[command(flatten)]
    output: Output,
}

impl FrontierArguments {
    /// Limits of the call, and how its answer is printed.
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
        (self.effort.limits, self.output)
    }
}

/// Finds the trade-off and prints it.
pub(super) fn run(
    arguments: &'static FrontierArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let outputs = arguments.files.plan(&arguments.game, None)?;
    let interval = &arguments.epsilon;
    let (game, settings, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        if arguments.decision.is_none()
            && game.finite_decisions().is_none_or(|decisions| decisions.len() > 1)
        {
            return Err(decision::needed(game).into());
        }
        // A certificate keeps the expression on one line.
        let objective = arguments.objective.as_ref().map(|of| of.replace(char::is_control, " "));
        let refused = |source| Failure::Objective {
            option: "--objective",
            given: objective.clone().unwrap_or_default(),
            source,
        };
        let about = objective.as_deref().map(|of| game.with_objective(of)).transpose();
        outputs.about(&[about.map_err(refused)?.as_ref().unwrap_or(game)])?;
        let (decision, point) = chosen(game, arguments.decision.as_deref())?;
        let base = Settings { decision, point, objective, ..Settings::new(interval.from.clone()) };
        let settings = arguments.effort.applied(base, watch);
        let hurried = unsearched(settings.clone());
        watch.keep(move |_| kept(game, arguments, &hurried));
        watch.doing("following the objective");
        indicator.say("following the objective");
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let observed = Settings { observer: Some(&observe), ..settings.clone() };
        let resolution = arguments.resolution.resolution();
        let outcome =
            frontier(game, &observed, (&interval.from, &interval.to), &resolution, arguments.cost)?;
        (game, settings, outcome)
    };
    let certificate = bundle(&outcome.elements()).map_err(Failure::Output)?;
    let evaluated = evaluated(arguments);
    let path = arguments.files.certificate_path();
    let report = FrontierReport {
        game,
        settings: &settings,
        outcome: &outcome,
        evaluated: &evaluated,
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let printed = watch.print(|out| write(arguments, &report, out));
    let pages = (&certificate[..], |out: &mut dyn Write| report.write_csv(out));
    arguments.files.write(&outputs, watch, game, pages, || report.figure());
    printed?;
    let complete = outcome.least.complete() && outcome.greatest.complete();
    Ok(outputs.completed(if complete { Answer::Proved } else { Answer::Unproved }))
}

/// The values of epsilon that are asked for besides.
fn evaluated(arguments: &FrontierArguments) -> Vec<Rational> {
    let interval = &arguments.epsilon;
    let count = arguments.points.map(|count| usize::try_from(count).unwrap_or(2));
    count.map_or_else(Vec::new, |count| equidistant(&interval.from, &interval.to, count))
}

/// What is printed when a search does not end: what no search is needed for.
fn kept(game: &Game, arguments: &FrontierArguments, hurried: &Settings<'_>) -> Option<Words> {
    let interval = (&arguments.epsilon.from, &arguments.epsilon.to);
    let resolution = arguments.resolution.resolution();
    let outcome = frontier(game, hurried, interval, &resolution, arguments.cost).ok()?;
    let certificate = bundle(&outcome.elements()).ok()?;
    let path = arguments.files.certificate_path();
    let report = FrontierReport {
        game,
        settings: hurried,
        outcome: &outcome,
        evaluated: &evaluated(arguments),
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let mut text = Vec::new();
    write(arguments, &report, &mut text).ok()?;
    let path = arguments.files.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, certificate)) })
}

fn write(
    arguments: &FrontierArguments,
    report: &FrontierReport<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}
