//! `smfg gather`: the points of a sweep that several calls did.

use super::arguments::{Format, Output};
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::shards::{Over, Plan, Source, examine};
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::certificate::write_bundle;
use crate::game::Game;
use crate::report::{GatherReport, PointState};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Args)]
pub(super) struct GatherArguments {
    /// Folder of `smfg sweep --out`
    folder: PathBuf,
    /// Your own game file, in place of the copy in the folder
    #[arg(long, value_name = "FILE")]
    game: Option<PathBuf>,
    /// File for the certificates of all points that are proved, as one bundle
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// File for a table of comma-separated values
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    output: Output,
}

impl GatherArguments {
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
        (self.limits, self.output)
    }
}

/// Checks every point, and prints what is proved.
pub(super) fn run(
    arguments: &'static GatherArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let plan: &'static Plan = Box::leak(Box::new(Plan::read(&arguments.folder)?));
    let path = arguments.game.clone().unwrap_or_else(|| arguments.folder.join(&plan.game));
    let files =
        [("--certificate", arguments.certificate.as_ref()), ("--csv", arguments.csv.as_ref())];
    let outputs = Outputs::plan(&[&path], &files, arguments.force)?;
    let indicator = Indicator::start(arguments.output.quiet, format!("reading {}", path.display()));
    let game = loaded(&path, watch)?;
    plan.confirm(game, &path)?;
    outputs.about(&[game])?;
    let states = Arc::new(Mutex::new(vec![PointState::Unchecked; plan.len()]));
    watch.keep({
        let states = Arc::clone(&states);
        move |_| {
            let states = states.lock().unwrap_or_else(PoisonError::into_inner);
            let mut text = Vec::new();
            write(arguments, &report(arguments, game, plan, &states), &mut text).ok()?;
            Some(Words { text, file: None })
        }
    });
    let mut certificates = Vec::new();
    for point in 0..plan.len() {
        if !watch.going() {
            break;
        }
        let what = format!("checking point {point} of {}", plan.len());
        watch.doing(what.clone());
        indicator.say(what);
        let source = Source { path: &path, game };
        let (state, certificate) =
            examine(&arguments.folder, plan, source, point, &|| watch.going());
        if arguments.certificate.is_some() && matches!(state, PointState::Proved(_)) {
            certificates.push(certificate);
        }
        states.lock().unwrap_or_else(PoisonError::into_inner)[point] = state;
    }
    drop(indicator);
    let states = states.lock().unwrap_or_else(PoisonError::into_inner);
    let report = report(arguments, game, plan, &states);
    let printed = watch.print(|out| write(arguments, &report, out));
    outputs.write(watch, arguments.certificate.as_ref(), |out| {
        let parts: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
        write_bundle(out, &parts).map(|_| ())
    });
    outputs.write(watch, arguments.csv.as_ref(), |out| report.write_csv(out));
    printed?;
    Ok(outputs.completed(if report.complete() { Answer::Proved } else { Answer::Unproved }))
}

fn report<'a>(
    arguments: &'a GatherArguments,
    game: &'a Game,
    plan: &'a Plan,
    states: &'a [PointState],
) -> GatherReport<'a> {
    GatherReport {
        game,
        selection: plan.selection,
        decision: plan.decision.as_deref(),
        gap: &plan.gap,
        over: plan.name(),
        epsilon: match &plan.over {
            Over::Epsilon(_) => None,
            Over::Constant { epsilon, .. } => Some(epsilon),
        },
        values: plan.values(),
        states,
        certificate_path: arguments.certificate.as_deref().and_then(|path| path.to_str()),
    }
}

fn write(
    arguments: &GatherArguments,
    report: &GatherReport<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}
