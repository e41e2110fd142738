//! `smfg solve --robust`: the decision with the best guarantee against model errors.

use super::arguments::Format;
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::solve::{asked, describe};
use super::solve_arguments::SolveArguments;
use super::{Answer, Failure, interrupt, print};
use crate::analysis::sensitivity::robust;
use crate::drift::Radii;
use crate::game::Game;
use crate::leader::{Progress, Settings, Status};
use crate::report::RobustReport;

/// Solves and prints the answer.
pub(super) fn run(arguments: &SolveArguments, radii: &Radii) -> Result<Answer, Failure> {
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
        let observe = |progress: Progress| indicator.say(describe(&progress));
        let settings = asked(&game, arguments, &interrupted)?;
        indicator.say("solving the relaxed game");
        let outcome = robust(&game, radii, &Settings { observer: Some(&observe), ..settings })?;
        (game, outcome)
    };
    if let Some(path) = &arguments.certificate {
        write_atomically(path, |out| out.write_all(&outcome.certificate))?;
    }
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let report = RobustReport {
        game: &game,
        epsilon: &arguments.epsilon,
        outcome: &outcome,
        certificate_path: path.as_deref(),
    };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if outcome.status() == Status::Limit { Answer::Unproved } else { Answer::Proved })
}
