//! `smfg sensitivity`: the naive and the relaxed decision, and what they guarantee when the model
//! errs.

use super::arguments::Format;
use super::load::loaded;
use super::outputs::{Outputs, signed_picture};
use super::pace::describe;
use super::progress::Indicator;
use super::sensitivity_arguments::SensitivityArguments;
use super::solve::{answer, chosen, limited, threads, unsearched};
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::analysis::sensitivity::{profile, sensitivity};
use crate::drift::{ModelError, Radii};
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Progress, Settings};
use crate::report::SensitivityReport;
use std::io::{self, Write};

/// Sizes of the error in a picture, besides none.
const PLOT_STEPS: u32 = 8;

/// Answers and prints.
pub(super) fn run(
    arguments: &'static SensitivityArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let (certificate, plot) = (arguments.certificate.as_ref(), arguments.plot.as_ref());
    let inputs: Vec<_> = [&arguments.game].into_iter().chain(&arguments.against).collect();
    let inputs: Vec<_> = inputs.into_iter().map(std::path::PathBuf::as_path).collect();
    let outputs = [("--certificate", certificate), ("--plot", plot)];
    let outputs = Outputs::plan(&inputs, &outputs, arguments.force)?;
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let game = loaded(&arguments.game, watch)?;
    let truth = arguments.against.as_deref().map(|path| loaded(path, watch)).transpose()?;
    outputs.about(&[game])?;
    let radii = radii(arguments);
    let error = truth.map_or(ModelError::Radii(&radii), ModelError::Against);
    let observe = |progress: Progress| indicator.say(describe(&progress));
    let asked = asked(game, arguments, watch)?;
    let hurried = unsearched(asked.clone());
    watch.keep(move |_| kept(game, truth, arguments, &hurried));
    let settings = Settings { observer: Some(&observe), ..asked };
    watch.doing("comparing the model with the truth");
    indicator.say("comparing the model with the truth");
    let outcome = sensitivity(game, &error, &settings)?;
    let drawn = match arguments.plot {
        Some(_) => Some(profile(game, &error, &settings, outcome.naive_decision(), PLOT_STEPS)?),
        None => None,
    };
    drop(indicator);
    let path = certificate.map(|path| path.display().to_string());
    let report =
        SensitivityReport { game, error, outcome: &outcome, certificate_path: path.as_deref() };
    let printed = watch.print(|out| write(arguments, &report, out));
    outputs.write(watch, certificate, |out| {
        let further = drawn.as_ref().map_or(&[][..], |drawn| &drawn.elements);
        out.write_all(&outcome.certificate).and_then(|()| out.write_all(further))
    });
    if let Some(drawn) = &drawn {
        outputs.write(watch, plot, |out| {
            let picture = report.svg(drawn).map_err(io::Error::other)?;
            out.write_all(signed_picture(&picture, game).as_bytes())
        });
    }
    printed?;
    Ok(outputs.completed(answer(outcome.status())))
}

/// What is printed when a search does not end: what no search is needed for.
fn kept(
    game: &Game,
    truth: Option<&Game>,
    arguments: &SensitivityArguments,
    hurried: &Settings<'_>,
) -> Option<Words> {
    let radii = radii(arguments);
    let error = truth.map_or(ModelError::Radii(&radii), ModelError::Against);
    let outcome = sensitivity(game, &error, hurried).ok()?;
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report =
        SensitivityReport { game, error, outcome: &outcome, certificate_path: path.as_deref() };
    let mut text = Vec::new();
    write(arguments, &report, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, outcome.certificate)) })
}

fn write(
    arguments: &SensitivityArguments,
    report: &SensitivityReport<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

/// The errors that the arguments state.
fn radii(arguments: &SensitivityArguments) -> Radii {
    let radius = |given: &Option<Rational>| given.clone().unwrap_or(Rational::ZERO);
    Radii {
        reward: radius(&arguments.reward_error),
        transition: radius(&arguments.transition_error),
        leader: radius(&arguments.leader_error),
    }
}

/// What the arguments ask of `game`.
fn asked(
    game: &Game,
    arguments: &SensitivityArguments,
    watch: &Watch,
) -> Result<Settings<'static>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    Ok(Settings {
        gap: arguments.gap.clone(),
        precision: arguments.precision,
        threads: threads(arguments.threads),
        decision,
        point,
        ..limited(Settings::new(arguments.epsilon.clone()), watch)
    })
}
