//! `smfg solve` of a game with requirements on the decisions.

use super::arguments::Format;
use super::outputs::Outputs;
use super::progress::Indicator;
use super::solve::{answer, asked, unsearched};
use super::solve_arguments::SolveArguments;
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::game::Game;
use crate::leader::{Progress, RequiredOutcome, Settings, solve_required};
use crate::report::RequiredReport;
use std::io::{self, Write};

/// Solves and prints the answer.
pub(super) fn run(
    arguments: &'static SolveArguments,
    game: &'static Game,
    outputs: &Outputs,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    if arguments.checkpoint.checkpoint.is_some() {
        return Err(Failure::RequiredCheckpoint);
    }
    let outcome = {
        let indicator = Indicator::start(arguments.output.quiet, "judging decisions");
        let settings = asked(game, arguments, watch)?;
        let hurried = unsearched(settings.clone());
        watch.keep(move |_| kept(game, arguments, &hurried));
        watch.doing("judging decisions");
        let observe = |progress: Progress| indicator.say(super::pace::describe(&progress));
        solve_required(game, &Settings { observer: Some(&observe), ..settings })?
    };
    let printed = watch.print(|out| write(arguments, game, &outcome, out));
    let certificate = arguments.certificate.as_ref();
    outputs.write(watch, certificate, |out| out.write_all(&outcome.certificate));
    printed?;
    Ok(outputs.completed(answer(outcome.status)))
}

/// What is printed when the search does not end: what no search is needed for.
fn kept(game: &Game, arguments: &SolveArguments, hurried: &Settings<'_>) -> Option<Words> {
    let outcome = solve_required(game, hurried).ok()?;
    let mut text = Vec::new();
    write(arguments, game, &outcome, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, outcome.certificate)) })
}

fn write(
    arguments: &SolveArguments,
    game: &Game,
    outcome: &RequiredOutcome,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = RequiredReport { game, outcome, certificate_path: path.as_deref() };
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}
