//! `smfg map`: the eps-equilibria of one decision through two statistics.

use super::arguments::{Format, Output};
use super::load::loaded;
use super::outputs::{ForceArguments, Outputs, signed_picture};
use super::progress::Indicator;
use super::solve::{chosen, limited, threads, unsearched};
use super::solve_arguments::{MOST_THREADS, parse_epsilon, parse_precision};
use super::watch::{Watch, Words};
use super::{Answer, Failure, decision};
use crate::analysis::map::{MOST_CELLS, Map, MapError, MapQuestion, MapState, map};
use crate::exact::{Rational, parse_rational};
use crate::game::Game;
use crate::leader::{Precision, Settings};
use crate::report::MapReport;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Args)]
pub(super) struct MapArguments {
    /// Game file, .toml or .json
    game: PathBuf,
    /// A statistic such as "mu[infected]@3"; given twice, the first one across
    #[arg(long, value_name = "EXPR", required = true, allow_hyphen_values = true)]
    of: Vec<String>,
    /// The decision: its name, or its parameters; needed when the game has more than one
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    decision: Option<String>,
    /// Largest exploitability of the equilibria considered, an exact number at least 0
    #[arg(long, value_name = "E", default_value = "0", value_parser = parse_epsilon, allow_hyphen_values = true)]
    epsilon: Rational,
    /// Cells per side at the finest division, a power of two
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = parse_cells)]
    cells: u32,
    /// Ends of both axes [default: a little more than the ranges of the statistics]
    #[arg(long, value_name = "A:B,C:D", value_parser = parse_window, allow_hyphen_values = true)]
    window: Option<[(Rational, Rational); 2]>,
    #[command(flatten)]
    pub(super) limits: super::limit_arguments::LimitArguments,
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_THREADS))]
    threads: Option<u64>,
    /// Arithmetic of the proofs: auto, exact, or a number of fractional bits of outward rounding
    #[arg(long, value_name = "auto|exact|BITS", default_value = "auto", value_parser = parse_precision)]
    precision: Precision,
    /// File for the bundle of all certificates
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// File for a picture
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Finds the map and prints it.
pub(super) fn run(
    arguments: &'static MapArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let files =
        [("--certificate", arguments.certificate.as_ref()), ("--plot", arguments.plot.as_ref())];
    let outputs = Outputs::plan(&[&arguments.game], &files, arguments.force)?;
    let question = question(arguments)?;
    let (game, settings, found) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        outputs.about(&[game])?;
        let settings = settings(game, arguments, watch)?;
        let latest: Arc<Mutex<Option<Map>>> = Arc::default();
        watch.keep({
            let (latest, question) = (Arc::clone(&latest), question.clone());
            let hurried = unsearched(settings.clone());
            move |_| kept(game, arguments, &question, &hurried, &latest)
        });
        watch.doing("mapping");
        indicator.say("ranges of the statistics");
        let observe = |state: MapState, so_far: Option<&Map>| {
            indicator.say(describe(state));
            *latest.lock().unwrap_or_else(PoisonError::into_inner) = so_far.cloned();
        };
        let found = map(game, &question, &settings, &observe)?;
        (game, settings, found)
    };
    let certificate = found.bundle().map_err(Failure::Output)?;
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = MapReport {
        game,
        settings: &settings,
        map: &found,
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let printed = watch.print(|out| write(arguments, &report, out));
    outputs.write(watch, arguments.certificate.as_ref(), |out| out.write_all(&certificate));
    outputs.write(watch, arguments.plot.as_ref(), |out| {
        let picture = report.svg().map_err(io::Error::other)?;
        out.write_all(signed_picture(&picture, game).as_bytes())
    });
    printed?;
    let answer = if found.complete() { Answer::Proved } else { Answer::Unproved };
    Ok(outputs.completed(answer))
}

/// What is printed when the search does not end: what is known after the last division.
fn kept(
    game: &Game,
    arguments: &MapArguments,
    question: &MapQuestion,
    hurried: &Settings<'_>,
    latest: &Mutex<Option<Map>>,
) -> Option<Words> {
    let latest = latest.lock().unwrap_or_else(PoisonError::into_inner).take();
    let found = match latest {
        Some(found) => found,
        None => map(game, question, hurried, &|_, _| ()).ok()?,
    };
    let certificate = found.bundle().ok()?;
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = MapReport {
        game,
        settings: hurried,
        map: &found,
        bytes: certificate.len(),
        certificate_path: path.as_deref(),
    };
    let mut text = Vec::new();
    write(arguments, &report, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, certificate)) })
}

fn write(arguments: &MapArguments, report: &MapReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}

fn question(arguments: &MapArguments) -> Result<MapQuestion, Failure> {
    // A certificate keeps the expression on one line.
    let one_line = |of: &String| of.replace(char::is_control, " ");
    let [x, y] = arguments.of.as_slice() else {
        return Err(Failure::TwoStatistics { found: arguments.of.len() });
    };
    Ok(MapQuestion {
        of: [one_line(x), one_line(y)],
        per_side: arguments.cells,
        window: arguments.window.clone(),
    })
}

fn settings(
    game: &Game,
    arguments: &MapArguments,
    watch: &Watch,
) -> Result<Settings<'static>, Failure> {
    if arguments.decision.is_none()
        && game.finite_decisions().is_none_or(|decisions| decisions.len() > 1)
    {
        return Err(decision::needed(game).into());
    }
    for of in &arguments.of {
        let refused = |source| Failure::Objective { option: "--of", given: of.clone(), source };
        game.with_objective(&of.replace(char::is_control, " ")).map_err(refused)?;
    }
    let (decision, point) = chosen(game, arguments.decision.as_deref())?;
    let asked = Settings {
        decision,
        point,
        precision: arguments.precision,
        threads: threads(arguments.threads),
        ..Settings::new(arguments.epsilon.clone())
    };
    Ok(limited(asked, watch))
}

/// Progress in words.
fn describe(state: MapState) -> String {
    let MapState { per_side, done, cells } = state;
    format!("division into {per_side} x {per_side}: {done} of {cells} open cells done")
}

fn parse_cells(text: &str) -> Result<u32, String> {
    let cells: Option<u32> = text.parse().ok();
    cells
        .filter(|cells| cells.is_power_of_two() && *cells <= MOST_CELLS)
        .ok_or_else(|| format!("expected a power of two between 1 and {MOST_CELLS}"))
}

fn parse_window(text: &str) -> Result<[(Rational, Rational); 2], String> {
    let expected = || "expected A:B,C:D with numbers A < B and C < D".to_string();
    let axis = |text: &str| {
        let (from, to) = text.split_once(':')?;
        let ends = (parse_rational(from.trim()).ok()?, parse_rational(to.trim()).ok()?);
        (ends.0 < ends.1).then_some(ends)
    };
    let (x, y) = text.split_once(',').ok_or_else(expected)?;
    Ok([axis(x).ok_or_else(expected)?, axis(y).ok_or_else(expected)?])
}

impl From<MapError> for Failure {
    fn from(error: MapError) -> Self {
        match error {
            MapError::Solve(error) => Failure::Solve(error),
            other => Failure::Map(other),
        }
    }
}
