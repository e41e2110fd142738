//! `smfg sensitivity`: the naive and the relaxed decision, and what they guarantee when the model
//! errs.

use super::arguments::Format;
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::sensitivity_arguments::SensitivityArguments;
use super::solve::{chosen, describe, limited, threads};
use super::{Answer, Failure, interrupt, print};
use crate::analysis::sensitivity::{profile, sensitivity};
use crate::drift::{ModelError, Radii};
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Progress, Settings, Status};
use crate::report::SensitivityReport;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Sizes of the error in a picture, besides none.
const PLOT_STEPS: u32 = 8;

/// Answers and prints.
pub(super) fn run(arguments: &SensitivityArguments) -> Result<Answer, Failure> {
    arguments.certificate.iter().chain(&arguments.plot).try_for_each(|path| probe(path))?;
    let note = "interrupted: the bounds proved so far follow; once more to leave at once";
    let interrupted = interrupt::install((!arguments.output.quiet).then_some(note));
    let radius = |given: &Option<Rational>| given.clone().unwrap_or(Rational::ZERO);
    let radii = Radii {
        reward: radius(&arguments.reward_error),
        transition: radius(&arguments.transition_error),
        leader: radius(&arguments.leader_error),
    };
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let game = Game::load(&arguments.game)?;
    let truth = arguments.against.as_deref().map(Game::load).transpose()?;
    let error = truth.as_ref().map_or(ModelError::Radii(&radii), ModelError::Against);
    let observe = |progress: Progress| indicator.say(describe(&progress));
    let settings = Settings { observer: Some(&observe), ..asked(&game, arguments, &interrupted)? };
    indicator.say("comparing the model with the truth");
    let outcome = sensitivity(&game, &error, &settings)?;
    let drawn = match arguments.plot {
        Some(_) => Some(profile(&game, &error, &settings, outcome.naive_decision(), PLOT_STEPS)?),
        None => None,
    };
    drop(indicator);
    if let Some(path) = &arguments.certificate {
        let further = drawn.as_ref().map_or(&[][..], |drawn| &drawn.elements);
        write_atomically(path, |out| {
            out.write_all(&outcome.certificate).and_then(|()| out.write_all(further))
        })?;
    }
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = SensitivityReport {
        game: &game,
        error,
        outcome: &outcome,
        certificate_path: path.as_deref(),
    };
    if let (Some(path), Some(drawn)) = (&arguments.plot, &drawn) {
        let picture = report.svg(drawn).map_err(Failure::SensitivityPlot)?;
        write_atomically(path, |out| out.write_all(picture.as_bytes()))?;
    }
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if outcome.status() == Status::Limit { Answer::Unproved } else { Answer::Proved })
}

/// What the arguments ask of `game`; a time limit counts from now on.
fn asked(
    game: &Game,
    arguments: &SensitivityArguments,
    interrupted: &Arc<AtomicBool>,
) -> Result<Settings<'static>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    Ok(Settings {
        gap: arguments.gap.clone(),
        precision: arguments.precision,
        threads: threads(arguments.threads),
        decision,
        point,
        ..limited(Settings::new(arguments.epsilon.clone()), arguments.time_limit, interrupted)
    })
}
