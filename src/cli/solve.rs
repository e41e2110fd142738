//! `smfg solve`: reads, solves, prints, writes the certificate.

use super::arguments::Format;
use super::checkpoint::{finish, keeper, open, path};
use super::decision::{self, Chosen};
use super::load::loaded;
use super::outputs::Outputs;
use super::pace::Pace;
use super::progress::Indicator;
use super::solve_arguments::SolveArguments;
use super::watch::{Reason, Watch, Words};
use super::{Answer, Failure};
use crate::certificate::Selection;
use crate::checkpoint::Asked;
use crate::equilibrium::Control;
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Outcome, Progress, Settings, Status, Termination, solve};
use crate::report::SolveReport;
use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Share of a time limit after which the race ends and proofs begin, in percent.
const RACE_PERCENT: u32 = 60;

/// Solves and prints the answer.
pub(super) fn run(
    arguments: &'static SolveArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    if let Some(radii) = &arguments.robust {
        return super::robust::run(arguments, radii, watch);
    }
    let certificate = arguments.certificate.as_ref();
    let files = [("--certificate", certificate), path(&arguments.checkpoint)];
    let outputs = Outputs::plan(&[&arguments.game], &files, arguments.force)?;
    let (game, checkpoint, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        if !game.vocabulary.requirements.is_empty() {
            drop(indicator);
            outputs.about(&[game])?;
            return super::required::run(arguments, game, &outputs, watch);
        }
        let asked = asked(game, arguments, watch)?;
        let checkpoint = open(
            &arguments.checkpoint,
            Asked::search("solve", game, &asked),
            arguments.force,
            arguments.output.quiet,
        )?;
        outputs.about(&[game])?;
        let latest = Latest::default();
        watch.keep({
            let (settings, latest) = (asked.clone(), latest.clone());
            move |reason| kept(game, arguments, settings, &latest, reason)
        });
        // With a time limit there is an answer before the search, however long its first step is.
        if watch.deadline().is_some()
            && let Ok(outcome) = solve(game, &unsearched(asked.clone()))
        {
            latest.put(&outcome);
        }
        watch.doing("solving");
        indicator.say("starting the race");
        let pace = Pace::start(&arguments.effort.gap, arguments.effort.limits);
        let observe = |progress: Progress| indicator.say(pace.describe(&progress));
        let accepted = |outcome: &Outcome| latest.put(outcome);
        let outcome = solve(
            game,
            &Settings {
                observer: Some(&observe),
                accepted: Some(&accepted),
                keeper: keeper(checkpoint),
                ..asked
            },
        )?;
        (game, checkpoint, ended(outcome, watch.reason()))
    };
    let printed = watch.print(|out| write(arguments, game, &outcome, out));
    outputs.write(watch, certificate, |out| out.write_all(&outcome.certificate));
    finish(checkpoint, &outputs, watch);
    printed?;
    Ok(outputs.completed(answer(outcome.status)))
}

/// The last answer that the checker accepted, per selection, while a better one is looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Latest(Arc<Mutex<Vec<Outcome>>>);

impl Latest {
    pub(super) fn put(&self, outcome: &Outcome) {
        let selection = outcome.accepted.claim.selection;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.accepted.claim.selection != selection);
        all.push(outcome.clone());
    }

    pub(super) fn get(&self, selection: Selection) -> Option<Outcome> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|outcome| outcome.accepted.claim.selection == selection).cloned()
    }
}

/// What is printed when the search does not end.
fn kept(
    game: &Game,
    arguments: &SolveArguments,
    settings: Settings<'static>,
    latest: &Latest,
    reason: Reason,
) -> Option<Words> {
    let outcome = match latest.get(settings.selection) {
        Some(outcome) => outcome,
        None => solve(game, &unsearched(settings)).ok()?,
    };
    let outcome = ended(outcome, Some(reason));
    let mut text = Vec::new();
    write(arguments, game, &outcome, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, outcome.certificate)) })
}

fn write(
    arguments: &SolveArguments,
    game: &Game,
    outcome: &Outcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = SolveReport { game, outcome, certificate_path: path.as_deref() };
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

/// The exit status of a value.
pub(super) fn answer(status: Status) -> Answer {
    if status == Status::Limit { Answer::Unproved } else { Answer::Proved }
}

/// `settings` without time for a search: what the ranges of the rewards show.
pub(super) fn unsearched(settings: Settings<'static>) -> Settings<'static> {
    let stopped = Control::new(Some(Instant::now()), Arc::new(AtomicBool::new(false)));
    Settings { control: stopped.clone(), race_control: stopped, keeper: None, ..settings }
}

/// `outcome` with the reason that the call had to end, if it had.
pub(super) fn ended(outcome: Outcome, reason: Option<Reason>) -> Outcome {
    let termination = match reason {
        None => outcome.termination,
        _ if outcome.status != Status::Limit => outcome.termination,
        Some(Reason::Time) => Termination::TimeLimit,
        Some(Reason::Memory) => Termination::MemoryLimit,
        Some(Reason::Interrupt) => Termination::Interrupted,
    };
    Outcome { termination, ..outcome }
}

/// What the arguments ask of `game`.
pub(super) fn asked(
    game: &Game,
    arguments: &SolveArguments,
    watch: &Watch,
) -> Result<Settings<'static>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let asked = Settings {
        selection: arguments.selection.into(),
        decision,
        point,
        decision_grid: arguments.decision_grid.clone(),
        ..Settings::new(arguments.epsilon.clone())
    };
    Ok(arguments.effort.applied(asked, watch))
}

/// The decision asked for, as settings say it; without one, all of a list.
pub(super) fn chosen(
    game: &Game,
    given: Option<&str>,
) -> Result<(Option<usize>, Option<Vec<Rational>>), Failure> {
    let Some(given) = given else { return Ok((None, None)) };
    Ok(match decision::choose(game, given)? {
        Chosen::Listed(index) => (Some(index), None),
        Chosen::Point(values) => (None, Some(values)),
    })
}

/// `settings` with the limits of the call.
pub(super) fn limited<'a>(settings: Settings<'a>, watch: &Watch) -> Settings<'a> {
    let control = Control::new(watch.deadline(), Arc::clone(watch.interrupted()));
    let race_control = control
        .remaining()
        .map_or_else(|| control.clone(), |left| control.within(left / 100 * RACE_PERCENT));
    Settings { control, race_control, ..settings }
}

/// The threads asked for, or all processors; the pool that they share gets as many.
pub(super) fn threads(asked: Option<u64>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = asked.and_then(|n| usize::try_from(n).ok()).unwrap_or_else(all);
    // A pool that cannot be made leaves the one of the library, which only changes how fast it
    // goes.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    threads
}
