//! `smfg solve`: reads, solves, writes the certificate, prints.

use super::arguments::Format;
use super::decision::{self, Chosen};
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::solve_arguments::SolveArguments;
use super::{Answer, Failure, interrupt, print};
use crate::equilibrium::Control;
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Outcome, Progress, Settings, Status, solve, supported};
use crate::report::SolveReport;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Share of a time limit after which the race ends and proofs begin, in percent.
const RACE_PERCENT: u32 = 60;

/// Solves and prints the answer.
pub(super) fn run(arguments: &SolveArguments) -> Result<Answer, Failure> {
    if let Some(radii) = &arguments.robust {
        return super::robust::run(arguments, radii);
    }
    if let Some(path) = &arguments.certificate {
        probe(path)?;
    }
    let note = "interrupted: the bounds proved so far follow; once more to leave at once";
    let interrupted = interrupt::install((!arguments.output.quiet).then_some(note));
    let (game, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = Game::load(&arguments.game)?;
        let outcome = answer(&game, arguments, &interrupted, &indicator)?;
        (game, outcome)
    };
    if let Some(path) = &arguments.certificate {
        write_atomically(path, |out| out.write_all(&outcome.certificate))?;
    }
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = SolveReport { game: &game, outcome: &outcome, certificate_path: path.as_deref() };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if outcome.status == Status::Limit { Answer::Unproved } else { Answer::Proved })
}

fn answer(
    game: &Game,
    arguments: &SolveArguments,
    interrupted: &Arc<AtomicBool>,
    indicator: &Indicator,
) -> Result<Outcome, Failure> {
    let observe = |progress: Progress| indicator.say(describe(&progress));
    let settings = asked(game, arguments, interrupted)?;
    indicator.say("starting the race");
    Ok(solve(game, &Settings { observer: Some(&observe), ..settings })?)
}

/// What the arguments ask of `game`; a time limit counts from now on.
pub(super) fn asked(
    game: &Game,
    arguments: &SolveArguments,
    interrupted: &Arc<AtomicBool>,
) -> Result<Settings<'static>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let asked = Settings {
        selection: arguments.selection.into(),
        decision,
        point,
        ..Settings::new(arguments.epsilon.clone())
    };
    Ok(arguments.effort.applied(asked, interrupted))
}

/// The decision asked for, as settings say it; without one, all of a list.
pub(super) fn chosen(
    game: &Game,
    given: Option<&str>,
) -> Result<(Option<usize>, Option<Vec<Rational>>), Failure> {
    let Some(given) = given else {
        supported(game)?;
        return Ok((None, None));
    };
    Ok(match decision::choose(game, given)? {
        Chosen::Listed(index) => (Some(index), None),
        Chosen::Point(values) => (None, Some(values)),
    })
}

/// `settings` with a time limit from now on.
pub(super) fn limited<'a>(
    settings: Settings<'a>,
    limit: Option<Duration>,
    interrupted: &Arc<AtomicBool>,
) -> Settings<'a> {
    let start = Instant::now();
    let race_control = control(start, limit.map(|limit| limit / 100 * RACE_PERCENT), interrupted);
    Settings { control: control(start, limit, interrupted), race_control, ..settings }
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

/// A limit beyond what the clock can count is none.
fn control(start: Instant, limit: Option<Duration>, interrupted: &Arc<AtomicBool>) -> Control {
    Control::new(limit.and_then(|limit| start.checked_add(limit)), Arc::clone(interrupted))
}

/// Progress in words.
pub(super) fn describe(progress: &Progress) -> String {
    let Progress { stage, lower_approx, upper_approx, open, decisions } = *progress;
    let gap = upper_approx - lower_approx;
    format!(
        "{stage}: value about {lower_approx:.6} to {upper_approx:.6}, gap {gap:.1e}, {open} of {decisions} decisions open"
    )
}
