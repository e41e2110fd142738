//! `smfg frontier`: exploitability against a social objective.

use super::arguments::{Format, Output};
use super::effort_arguments::EffortArguments;
use super::progress::Indicator;
use super::solve::{chosen, describe};
use super::sweep::{NOTE, bundle};
use super::sweep_arguments::{FileArguments, Interval, ResolutionArguments, parse_interval};
use super::{Answer, Failure, decision, interrupt, print};
use crate::analysis::frontier::frontier;
use crate::analysis::sweep::equidistant;
use crate::game::Game;
use crate::leader::{Progress, Settings};
use crate::report::FrontierReport;
use clap::Args;
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

/// Finds the trade-off and prints it.
pub(super) fn run(arguments: &FrontierArguments) -> Result<Answer, Failure> {
    arguments.files.probe()?;
    let interrupted = interrupt::install((!arguments.output.quiet).then_some(NOTE));
    let interval = &arguments.epsilon;
    let (game, settings, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = Game::load(&arguments.game)?;
        if arguments.decision.is_none()
            && game.finite_decisions().is_none_or(|decisions| decisions.len() > 1)
        {
            return Err(decision::needed(&game).into());
        }
        // A certificate keeps the expression on one line.
        let objective = arguments.objective.as_ref().map(|of| of.replace(char::is_control, " "));
        let refused = |source| Failure::Objective {
            option: "--objective",
            given: objective.clone().unwrap_or_default(),
            source,
        };
        objective.as_deref().map(|of| game.with_objective(of)).transpose().map_err(refused)?;
        let (decision, point) = chosen(&game, arguments.decision.as_deref())?;
        let base = Settings { decision, point, objective, ..Settings::new(interval.from.clone()) };
        let settings = arguments.effort.applied(base, &interrupted);
        indicator.say("following the objective");
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let observed = Settings { observer: Some(&observe), ..settings.clone() };
        let resolution = arguments.resolution.resolution();
        let outcome = frontier(
            &game,
            &observed,
            (&interval.from, &interval.to),
            &resolution,
            arguments.cost,
        )?;
        (game, settings, outcome)
    };
    let certificate = bundle(&outcome.elements()).map_err(Failure::Output)?;
    let evaluated = arguments.points.map(|count| {
        equidistant(&interval.from, &interval.to, usize::try_from(count).unwrap_or(2))
    });
    let path = arguments.files.certificate_path();
    let report = FrontierReport {
        game: &game,
        settings: &settings,
        outcome: &outcome,
        evaluated: evaluated.as_deref().unwrap_or_default(),
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    arguments.files.write(&certificate, |out| report.write_csv(out), || report.figure())?;
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if outcome.least.complete() && outcome.greatest.complete() {
        Answer::Proved
    } else {
        Answer::Unproved
    })
}
