//! `smfg range`: least and greatest value over the eps-equilibria of one decision.

use super::arguments::Format;
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::range_arguments::RangeArguments;
use super::solve::{chosen, describe};
use super::{Answer, Failure, decision, interrupt, print};
use crate::game::Game;
use crate::leader::{Progress, RangeOutcome, Settings, Status, range};
use crate::report::RangeReport;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Finds the range and prints it.
pub(super) fn run(arguments: &RangeArguments) -> Result<Answer, Failure> {
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
    let report = RangeReport { game: &game, outcome: &outcome, certificate_path: path.as_deref() };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if outcome.status() == Status::Limit { Answer::Unproved } else { Answer::Proved })
}

fn answer(
    game: &Game,
    arguments: &RangeArguments,
    interrupted: &Arc<AtomicBool>,
    indicator: &Indicator,
) -> Result<RangeOutcome, Failure> {
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
    of.as_deref().map(|of| game.with_objective(of)).transpose().map_err(refused)?;
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    indicator.say("starting the search");
    let observe = |progress: Progress| indicator.say(describe(&progress));
    let asked = Settings {
        decision,
        point,
        objective: of,
        observer: Some(&observe),
        ..Settings::new(arguments.epsilon.clone())
    };
    Ok(range(game, &arguments.effort.applied(asked, interrupted))?)
}
