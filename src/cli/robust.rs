//! `smfg solve --robust`: the decision with the best guarantee against model errors.

use super::arguments::Format;
use super::load::loaded;
use super::outputs::Outputs;
use super::pace::describe;
use super::progress::Indicator;
use super::solve::{answer, asked, unsearched};
use super::solve_arguments::SolveArguments;
use super::watch::{Watch, Words};
use super::{Answer, Failure};
use crate::analysis::sensitivity::{Robust, robust};
use crate::drift::Radii;
use crate::game::Game;
use crate::leader::{Progress, Settings};
use crate::report::RobustReport;
use std::io::{self, Write};

/// Solves and prints the answer.
pub(super) fn run(
    arguments: &'static SolveArguments,
    radii: &'static Radii,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let certificate = arguments.certificate.as_ref();
    let outputs =
        Outputs::plan(&[&arguments.game], &[("--certificate", certificate)], arguments.force)?;
    let (game, outcome) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        outputs.about(&[game])?;
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let settings = asked(game, arguments, watch)?;
        let hurried = unsearched(settings.clone());
        watch.keep(move |_| kept(game, arguments, radii, &hurried));
        watch.doing("solving the relaxed game");
        indicator.say("solving the relaxed game");
        let outcome = robust(game, radii, &Settings { observer: Some(&observe), ..settings })?;
        (game, outcome)
    };
    let printed = watch.print(|out| write(arguments, game, &outcome, out));
    outputs.write(watch, certificate, |out| out.write_all(&outcome.certificate));
    printed?;
    Ok(outputs.completed(answer(outcome.status())))
}

/// What is printed when the search does not end: what no search is needed for.
fn kept(
    game: &Game,
    arguments: &SolveArguments,
    radii: &Radii,
    hurried: &Settings<'_>,
) -> Option<Words> {
    let outcome = robust(game, radii, hurried).ok()?;
    let mut text = Vec::new();
    write(arguments, game, &outcome, &mut text).ok()?;
    let path = arguments.certificate.clone();
    Some(Words { text, file: path.map(|path| (path, outcome.certificate)) })
}

fn write(
    arguments: &SolveArguments,
    game: &Game,
    outcome: &Robust,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = RobustReport {
        game,
        epsilon: &arguments.epsilon,
        outcome,
        certificate_path: path.as_deref(),
    };
    match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    }
}
