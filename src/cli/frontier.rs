//! `smfg frontier`: exploitability against a social objective.

use super::arguments::{Format, Output};
use super::effort_arguments::EffortArguments;
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::progress::Indicator;
use super::solve::{chosen, describe};
use super::sweep::bundle;
use super::sweep_arguments::{FileArguments, Interval, ResolutionArguments, parse_interval};
use super::watch::Watch;
use super::{Answer, Failure, decision};
use crate::analysis::frontier::frontier;
use crate::analysis::sweep::equidistant;
use crate::leader::{Progress, Settings};
use crate::report::FrontierReport;
use clap::Args;
use std::io::Write;
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
    /// Limits of the call, and whether it is to be quiet.
    pub(super) fn limits(&self) -> (LimitArguments, bool) {
        (self.effort.limits, self.output.quiet)
    }
}

/// Finds the trade-off and prints it.
pub(super) fn run(
    arguments: &'static FrontierArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let outputs = arguments.files.plan(&arguments.game)?;
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
    let evaluated = arguments.points.map(|count| {
        equidistant(&interval.from, &interval.to, usize::try_from(count).unwrap_or(2))
    });
    let path = arguments.files.certificate_path();
    let report = FrontierReport {
        game,
        settings: &settings,
        outcome: &outcome,
        evaluated: evaluated.as_deref().unwrap_or_default(),
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let printed = watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    });
    let pages = (&certificate[..], |out: &mut dyn Write| report.write_csv(out));
    arguments.files.write(&outputs, watch, game, pages, || report.figure());
    printed?;
    let complete = outcome.least.complete() && outcome.greatest.complete();
    Ok(outputs.completed(if complete { Answer::Proved } else { Answer::Unproved }))
}
