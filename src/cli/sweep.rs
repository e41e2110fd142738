//! `smfg sweep`: the value as a function of epsilon, or of a constant of the game.

use super::arguments::Format;
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::solve::{chosen, describe};
use super::sweep_arguments::{FileArguments, ResolutionArguments, SweepArguments, Varied};
use super::{Answer, Failure, interrupt, print};
use crate::analysis::sweep::{Resolution, equidistant, sweep};
use crate::certificate::{with_changes, write_bundle};
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Progress, Settings, Status, solve};
use crate::report::plot::Figure;
use crate::report::{Followed, ParameterPoint, SweepReport};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is said at Ctrl-C.
pub(super) const NOTE: &str =
    "interrupted: what is proved so far follows; once more to leave at once";

/// Follows the value and prints it.
pub(super) fn run(arguments: &SweepArguments) -> Result<Answer, Failure> {
    arguments.files.probe()?;
    let interrupted = interrupt::install((!arguments.output.quiet).then_some(NOTE));
    match &arguments.parameter {
        None => over_epsilon(arguments, &interrupted),
        Some(varied) => over_constant(arguments, varied, &interrupted),
    }
}

fn over_epsilon(
    arguments: &SweepArguments,
    interrupted: &Arc<AtomicBool>,
) -> Result<Answer, Failure> {
    let interval = &arguments.epsilon;
    let (game, settings, found) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = Game::load(&arguments.game)?;
        indicator.say("following the value");
        let settings = settings(&game, arguments, &interval.from, interrupted)?;
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let observed = Settings { observer: Some(&observe), ..settings.clone() };
        let found = sweep(
            &game,
            &observed,
            (&interval.from, &interval.to),
            &arguments.resolution.resolution(),
        )?;
        (game, settings, found)
    };
    let certificate = bundle(&found.certificates()).map_err(Failure::Output)?;
    let evaluated = arguments.points.map(|count| {
        equidistant(&interval.from, &interval.to, usize::try_from(count).unwrap_or(2))
    });
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game: &game,
        settings: &settings,
        followed: Followed::Epsilon(&found),
        evaluated: evaluated.as_deref().unwrap_or_default(),
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    deliver(arguments, &certificate, &report)?;
    Ok(if found.complete() { Answer::Proved } else { Answer::Unproved })
}

fn over_constant(
    arguments: &SweepArguments,
    varied: &Varied,
    interrupted: &Arc<AtomicBool>,
) -> Result<Answer, Failure> {
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    let epsilon = &arguments.epsilon.from;
    if arguments.epsilon.from != arguments.epsilon.to {
        return Err(Failure::OneEpsilon);
    }
    let original = Game::load(&arguments.game)?;
    let asked = settings(&original, arguments, epsilon, interrupted)?;
    let (mut points, mut certificates) = (Vec::new(), Vec::new());
    for value in &varied.values {
        let changes = [(varied.name.clone(), value.clone())];
        let game = Game::load_with(&arguments.game, &changes)?;
        indicator.say(format!("{} = {value}", varied.name));
        let left = varied.values.len() - points.len();
        let control = asked
            .control
            .remaining()
            .map_or_else(|| asked.control.clone(), |time| asked.control.within(time / left as u32));
        let race_control = control.clone();
        // The decision is looked up in each game: its list may use the constant.
        let (decision, point) = chosen(&game, arguments.decision.as_deref())?;
        let outcome =
            solve(&game, &Settings { decision, point, control, race_control, ..asked.clone() })?;
        certificates.push(with_changes(&outcome.certificate, &changes));
        points.push(ParameterPoint { at: value.clone(), game, outcome });
    }
    let parts: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let certificate = write_bundle(Vec::new(), &parts).map_err(Failure::Output)?;
    drop(indicator);
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game: &original,
        settings: &asked,
        followed: Followed::Constant { name: &varied.name, points: &points },
        evaluated: &[],
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    deliver(arguments, &certificate, &report)?;
    let proved = points.iter().all(|point| point.outcome.status != Status::Limit);
    Ok(if proved { Answer::Proved } else { Answer::Unproved })
}

/// What the options ask for.
fn settings<'a>(
    game: &Game,
    arguments: &SweepArguments,
    epsilon: &Rational,
    interrupted: &Arc<AtomicBool>,
) -> Result<Settings<'a>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let base = Settings {
        selection: arguments.selection.into(),
        decision,
        point,
        ..Settings::new(epsilon.clone())
    };
    Ok(arguments.effort.applied(base, interrupted))
}

/// Writes the files asked for, then the answer.
fn deliver(
    arguments: &SweepArguments,
    certificate: &[u8],
    report: &SweepReport<'_>,
) -> Result<(), Failure> {
    arguments.files.write(certificate, |out| report.write_csv(out), || report.figure())?;
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })
}

/// One certificate as it is, several as a bundle.
pub(super) fn bundle(certificates: &[&[u8]]) -> io::Result<Vec<u8>> {
    match certificates {
        [only] => Ok(only.to_vec()),
        several => write_bundle(Vec::new(), several),
    }
}

impl ResolutionArguments {
    pub(super) fn resolution(&self) -> Resolution {
        Resolution {
            width: self.width.clone(),
            jump_precision: self.jump_precision.clone(),
            most_points: self.most_points,
        }
    }
}

impl FileArguments {
    /// Fails when one of the files cannot be written.
    pub(super) fn probe(&self) -> Result<(), Failure> {
        [&self.certificate, &self.csv, &self.plot]
            .into_iter()
            .flatten()
            .try_for_each(|path| probe(path))
    }

    pub(super) fn certificate_path(&self) -> Option<String> {
        self.certificate.as_ref().map(|path| path.display().to_string())
    }

    /// Writes those that were asked for.
    pub(super) fn write(
        &self,
        certificate: &[u8],
        csv: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
        figure: impl FnOnce() -> Figure,
    ) -> Result<(), Failure> {
        if let Some(path) = &self.certificate {
            write_atomically(path, |out| out.write_all(certificate))?;
        }
        if let Some(path) = &self.csv {
            write_atomically(path, csv)?;
        }
        if let Some(path) = &self.plot {
            let picture = figure().svg()?;
            write_atomically(path, |out| out.write_all(picture.as_bytes()))?;
        }
        Ok(())
    }
}
