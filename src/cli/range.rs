//! `smfg range`: least and greatest value over the eps-equilibria of one decision.

use super::arguments::Format;
use super::checkpoint::{Asked, Checkpoint, path};
use super::load::loaded;
use super::outputs::Outputs;
use super::pace::Pace;
use super::progress::Indicator;
use super::range_arguments::RangeArguments;
use super::solve::{Latest, answer, chosen, ended, unsearched};
use super::watch::{Reason, Watch, Words};
use super::{Answer, Failure, decision};
use crate::certificate::Selection;
use crate::exact::format_rational;
use crate::game::Game;
use crate::leader::{Outcome, Progress, RangeOutcome, Settings, range, solve};
use crate::report::RangeReport;
use std::io::{self, Write};

/// Finds the range and prints it.
pub(super) fn run(
    arguments: &'static RangeArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let certificate = arguments.certificate.as_ref();
    let files = [("--certificate", certificate), path(&arguments.checkpoint)];
    let outputs = Outputs::plan(&[&arguments.game], &files, arguments.force)?;
    let (game, checkpoint, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        let checkpoint = checkpoint(game, arguments)?;
        let asked = asked(game, arguments, &outputs, watch)?;
        let latest = Latest::default();
        watch.keep({
            let (settings, latest) = (asked.clone(), latest.clone());
            move |reason| kept(game, arguments, settings, &latest, reason)
        });
        // With a time limit there is an answer before the search, however long its first step is.
        if watch.deadline().is_some()
            && let Ok(outcome) = range(game, &unsearched(asked.clone()))
        {
            latest.put(&outcome.least);
            latest.put(&outcome.greatest);
        }
        watch.doing("solving");
        indicator.say("starting the search");
        let pace = Pace::start(&arguments.effort.gap, arguments.effort.limits);
        let observe = |progress: Progress| indicator.say(pace.describe(&progress));
        let accepted = |outcome: &Outcome| latest.put(outcome);
        let outcome = range(
            game,
            &Settings {
                observer: Some(&observe),
                accepted: Some(&accepted),
                keeper: Checkpoint::keeper(checkpoint),
                ..asked
            },
        )?;
        (game, checkpoint, range_ended(outcome, watch.reason()))
    };
    let printed = watch.print(|out| write(arguments, game, &outcome, out));
    outputs.write(watch, certificate, |out| out.write_all(&outcome.certificate));
    Checkpoint::finish(checkpoint, &outputs, watch);
    printed?;
    Ok(outputs.completed(answer(outcome.status())))
}

/// The checkpoint of the call, if it has one.
fn checkpoint(
    game: &Game,
    arguments: &RangeArguments,
) -> Result<Option<&'static Checkpoint>, Failure> {
    let mut options = vec![
        ("epsilon", format_rational(&arguments.epsilon)),
        ("decision", arguments.decision.clone().unwrap_or_default()),
        ("of", arguments.of.clone().unwrap_or_default()),
    ];
    options.extend(arguments.effort.spelled());
    let asked = Asked { command: "range", game: game.hash(), options };
    Checkpoint::open(&arguments.checkpoint, asked, arguments.force, arguments.output.quiet)
}

/// What is printed when the search does not end.
fn kept(
    game: &Game,
    arguments: &RangeArguments,
    settings: Settings<'static>,
    latest: &Latest,
    reason: Reason,
) -> Option<Words> {
    let settings = unsearched(settings);
    let end = |selection| match latest.get(selection) {
        Some(outcome) => Some(outcome),
        None => solve(game, &Settings { selection, ..settings.clone() }).ok(),
    };
    let (least, greatest) = (end(Selection::Pessimistic)?, end(Selection::Optimistic)?);
    let outcome = range_ended(RangeOutcome::of(least, greatest).ok()?, Some(reason));
    let mut text = Vec::new();
    write(arguments, game, &outcome, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, outcome.certificate)) })
}

/// `outcome` with the reason that the call had to end, if it had.
fn range_ended(outcome: RangeOutcome, reason: Option<Reason>) -> RangeOutcome {
    let (least, greatest) = (ended(outcome.least, reason), ended(outcome.greatest, reason));
    RangeOutcome { least, greatest, certificate: outcome.certificate }
}

fn write(
    arguments: &RangeArguments,
    game: &Game,
    outcome: &RangeOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = RangeReport { game, outcome, certificate_path: path.as_deref() };
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

/// What the arguments ask of `game`.
fn asked(
    game: &Game,
    arguments: &RangeArguments,
    outputs: &Outputs,
    watch: &Watch,
) -> Result<Settings<'static>, Failure> {
    if arguments.decision.is_none()
        && game.finite_decisions().is_none_or(|decisions| decisions.len() > 1)
    {
        return Err(decision::needed(game).into());
    }
    // A certificate keeps the expression on one line.
    let of = arguments.of.as_ref().map(|of| of.replace(char::is_control, " "));
    let refused = |source| Failure::Objective {
        option: "--of",
        given: of.clone().unwrap_or_default(),
        source,
    };
    // Said before anything else is done, and by its option.
    let about = of.as_deref().map(|of| game.with_objective(of)).transpose().map_err(refused)?;
    outputs.about(&[about.as_ref().unwrap_or(game)])?;
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let asked =
        Settings { decision, point, objective: of, ..Settings::new(arguments.epsilon.clone()) };
    Ok(arguments.effort.applied(asked, watch))
}
