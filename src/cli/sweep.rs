//! `smfg sweep`: the value as a function of epsilon, or of a constant of the game.

use super::arguments::Format;
use super::checkpoint::{Asked, Checkpoint};
use super::load::loaded;
use super::outputs::{Outputs, signed_picture};
use super::pace::describe;
use super::progress::Indicator;
use super::solve::{chosen, ended, unsearched};
use super::sweep_arguments::{
    FileArguments, Interval, ResolutionArguments, SweepArguments, Varied,
};
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::analysis::sweep::{Resolution, Sweep, equidistant, staircase, sweep};
use crate::certificate::{Selection, with_changes, write_bundle};
use crate::exact::{Rational, format_rational};
use crate::game::Game;
use crate::leader::{Progress, Settings, Status, solve};
use crate::report::plot::Figure;
use crate::report::{Followed, ParameterPoint, SweepReport};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Follows the value and prints it.
pub(super) fn run(
    arguments: &'static SweepArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let checkpoint = arguments.checkpoint.checkpoint.as_ref();
    if let Some(folder) = &arguments.out {
        return super::shards::run(arguments, folder, watch);
    }
    let outputs = arguments.files.plan(&arguments.game, checkpoint)?;
    match &arguments.parameter {
        None => over_epsilon(arguments, &outputs, watch),
        Some(varied) => over_constant(arguments, varied, &outputs, watch),
    }
}

fn over_epsilon(
    arguments: &'static SweepArguments,
    outputs: &Outputs,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let interval = &arguments.epsilon;
    let (game, checkpoint, settings, found) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        let checkpoint = checkpoint(game, arguments)?;
        outputs.about(&[game])?;
        watch.doing("following the value");
        indicator.say("following the value");
        let settings = settings(game, arguments, &interval.from, watch)?;
        let hurried = unsearched(settings.clone());
        watch.keep(move |_| kept_curve(game, arguments, &hurried));
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let keeper = Checkpoint::keeper(checkpoint);
        let observed = Settings { observer: Some(&observe), keeper, ..settings.clone() };
        let found = sweep(
            game,
            &observed,
            (&interval.from, &interval.to),
            &arguments.resolution.resolution(),
        )?;
        (game, checkpoint, settings, found)
    };
    let certificate = bundle(&found.certificates()).map_err(Failure::Output)?;
    let evaluated = evaluated(arguments);
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game,
        settings: &settings,
        followed: Followed::Epsilon(&found),
        evaluated: &evaluated,
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let answer = if found.complete() { Answer::Proved } else { Answer::Unproved };
    let delivered = deliver(arguments, &certificate, &report, (outputs, watch));
    Checkpoint::finish(checkpoint, outputs, watch);
    delivered.map(|()| outputs.completed(answer))
}

/// The checkpoint of the call, if it has one.
fn checkpoint(
    game: &Game,
    arguments: &SweepArguments,
) -> Result<Option<&'static Checkpoint>, Failure> {
    let number = format_rational;
    let Interval { from, to } = &arguments.epsilon;
    // Points of a constant are questions of their own: more of them, or others, need no new file.
    let varied = arguments.parameter.as_ref().map(|varied| varied.name.clone());
    let mut options = vec![
        ("epsilon", format!("{}:{}", number(from), number(to))),
        ("parameter", varied.unwrap_or_default()),
        ("selection", Selection::from(arguments.selection).to_string()),
        ("decision", arguments.decision.clone().unwrap_or_default()),
    ];
    options.extend(arguments.effort.spelled());
    let asked = Asked { command: "sweep", game: game.hash(), options };
    let (force, quiet) = (arguments.files.force, arguments.output.quiet);
    Checkpoint::open(&arguments.checkpoint, asked, force, quiet)
}

/// The values of epsilon that are asked for besides.
fn evaluated(arguments: &SweepArguments) -> Vec<Rational> {
    let interval = &arguments.epsilon;
    let count = arguments.points.map(|count| usize::try_from(count).unwrap_or(2));
    count.map_or_else(Vec::new, |count| equidistant(&interval.from, &interval.to, count))
}

/// What is printed when a search over epsilon does not end: what no search is needed for.
fn kept_curve(game: &Game, arguments: &SweepArguments, hurried: &Settings<'_>) -> Option<Words> {
    let interval = (&arguments.epsilon.from, &arguments.epsilon.to);
    // A curve needs all of its points; steps between the ends do not.
    let found = staircase(game, hurried, interval, &arguments.resolution.resolution()).ok()?;
    let found = Sweep::Staircase(found);
    let certificate = bundle(&found.certificates()).ok()?;
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game,
        settings: hurried,
        followed: Followed::Epsilon(&found),
        evaluated: &evaluated(arguments),
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let mut text = Vec::new();
    write(arguments, &report, &mut text).ok()?;
    let path = arguments.files.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, certificate)) })
}

/// The values of a constant that are done, shared with what is printed when the next one does not
/// end.
type Points = Arc<Mutex<Vec<ParameterPoint>>>;

fn over_constant(
    arguments: &'static SweepArguments,
    varied: &'static Varied,
    outputs: &Outputs,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let indicator =
        Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
    if arguments.epsilon.from != arguments.epsilon.to {
        return Err(Failure::OneEpsilon);
    }
    let original = loaded(&arguments.game, watch)?;
    let checkpoint = checkpoint(original, arguments)?;
    let asked = Settings {
        keeper: Checkpoint::keeper(checkpoint),
        ..settings(original, arguments, &arguments.epsilon.from, watch)?
    };
    let points = Points::default();
    watch.keep({
        let (points, asked) = (Arc::clone(&points), asked.clone());
        move |_| {
            let points = points.lock().unwrap_or_else(PoisonError::into_inner);
            kept(arguments, varied, original, &asked, &points)
        }
    });
    for (done, value) in varied.values.iter().enumerate() {
        // Without time for the next value, those that are done are the answer.
        if done > 0 && !watch.going() {
            break;
        }
        watch.doing(format!("solving at {} = {value}", varied.name));
        indicator.say(format!("{} = {value}", varied.name));
        let point = at_value(arguments, varied, value, (&asked, done), outputs)?;
        let outcome = ended(point.outcome, watch.reason());
        let mut points = points.lock().unwrap_or_else(PoisonError::into_inner);
        points.push(ParameterPoint { outcome, ..point });
    }
    drop(indicator);
    let points = points.lock().unwrap_or_else(PoisonError::into_inner);
    let certificate = constant_bundle(varied, &points).map_err(Failure::Output)?;
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game: original,
        settings: &asked,
        followed: Followed::Constant {
            name: &varied.name,
            points: &points,
            wanted: varied.values.len(),
        },
        evaluated: &[],
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let proved = points.len() == varied.values.len()
        && points.iter().all(|point| point.outcome.status != Status::Limit);
    let delivered = deliver(arguments, &certificate, &report, (outputs, watch));
    Checkpoint::finish(checkpoint, outputs, watch);
    delivered?;
    Ok(outputs.completed(if proved { Answer::Proved } else { Answer::Unproved }))
}

/// The answer at one value of a constant, `done` values after the first.
fn at_value(
    arguments: &SweepArguments,
    varied: &Varied,
    value: &Rational,
    (asked, done): (&Settings<'static>, usize),
    outputs: &Outputs,
) -> Result<ParameterPoint, Failure> {
    let game = Game::load_with(&arguments.game, &[(varied.name.clone(), value.clone())])?;
    if done == 0 {
        outputs.about(&[&game])?;
    }
    let left = u32::try_from(varied.values.len() - done).unwrap_or(u32::MAX);
    let control = asked
        .control
        .remaining()
        .map_or_else(|| asked.control.clone(), |time| asked.control.within(time / left));
    let race_control = control.clone();
    // The decision is looked up in each game: its list may use the constant.
    let (decision, point) = chosen(&game, arguments.decision.as_deref())?;
    let outcome =
        solve(&game, &Settings { decision, point, control, race_control, ..asked.clone() })?;
    Ok(ParameterPoint { at: value.clone(), game, outcome })
}

/// The certificates of all values of a constant.
fn constant_bundle(varied: &Varied, points: &[ParameterPoint]) -> io::Result<Vec<u8>> {
    let changed = |point: &ParameterPoint| {
        with_changes(&point.outcome.certificate, &[(varied.name.clone(), point.at.clone())])
    };
    let certificates: Vec<Vec<u8>> = points.iter().map(changed).collect();
    let parts: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    write_bundle(Vec::new(), &parts)
}

/// The values that are done, when the next one does not end.
fn kept(
    arguments: &SweepArguments,
    varied: &Varied,
    game: &Game,
    settings: &Settings<'_>,
    points: &[ParameterPoint],
) -> Option<Words> {
    if points.is_empty() {
        return None;
    }
    let certificate = constant_bundle(varied, points).ok()?;
    let path = arguments.files.certificate_path();
    let report = SweepReport {
        game,
        settings,
        followed: Followed::Constant { name: &varied.name, points, wanted: varied.values.len() },
        evaluated: &[],
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let mut text = Vec::new();
    write(arguments, &report, &mut text).ok()?;
    let path = arguments.files.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, certificate)) })
}

/// What the options ask for.
fn settings<'a>(
    game: &Game,
    arguments: &SweepArguments,
    epsilon: &Rational,
    watch: &Watch,
) -> Result<Settings<'a>, Failure> {
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let base = Settings {
        selection: arguments.selection.into(),
        decision,
        point,
        ..Settings::new(epsilon.clone())
    };
    Ok(arguments.effort.applied(base, watch))
}

fn write(
    arguments: &SweepArguments,
    report: &SweepReport<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

/// Prints the answer, then writes the files asked for.
fn deliver(
    arguments: &SweepArguments,
    certificate: &[u8],
    report: &SweepReport<'_>,
    (outputs, watch): (&Outputs, &Watch),
) -> Result<(), Failure> {
    let printed = watch.print(|out| write(arguments, report, out));
    let pages = (certificate, |out: &mut dyn Write| report.write_csv(out));
    arguments.files.write(outputs, watch, report.game, pages, || report.figure());
    printed
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
    /// Plans the files that a call about `game` writes.
    pub(super) fn plan(
        &self,
        game: &Path,
        checkpoint: Option<&PathBuf>,
    ) -> Result<Outputs, Failure> {
        let files = [
            ("--certificate", self.certificate.as_ref()),
            ("--csv", self.csv.as_ref()),
            ("--plot", self.plot.as_ref()),
            ("--checkpoint", checkpoint),
        ];
        Outputs::plan(&[game], &files, self.force)
    }

    pub(super) fn certificate_path(&self) -> Option<String> {
        self.certificate.as_ref().map(|path| path.display().to_string())
    }

    /// Writes those that were asked for: the certificate, the table, the picture.
    pub(super) fn write(
        &self,
        outputs: &Outputs,
        watch: &Watch,
        game: &Game,
        (certificate, csv): (&[u8], impl FnOnce(&mut dyn Write) -> io::Result<()>),
        figure: impl FnOnce() -> Figure,
    ) {
        outputs.write(watch, self.certificate.as_ref(), |out| out.write_all(certificate));
        outputs.write(watch, self.csv.as_ref(), csv);
        outputs.write(watch, self.plot.as_ref(), |out| {
            let picture = figure().svg().map_err(io::Error::other)?;
            out.write_all(signed_picture(&picture, game).as_bytes())
        });
    }
}
