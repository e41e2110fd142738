//! `smfg info`: what a game file describes.

use super::arguments::{Format, InfoArguments};
use super::progress::Indicator;
use super::{Answer, Failure, print};
use crate::game::Game;
use crate::report::InfoReport;

/// Describes the game.
pub(super) fn run(arguments: &InfoArguments) -> Result<Answer, Failure> {
    let game = {
        let _indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        Game::load(&arguments.game)?
    };
    let report = InfoReport { game: &game, solvable: solvable(&game), expand: arguments.expand };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(Answer::Proved)
}

#[cfg(feature = "solver")]
fn solvable(game: &Game) -> Result<(), String> {
    crate::leader::supported(game).map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(not(feature = "solver"))]
fn solvable(_: &Game) -> Result<(), String> {
    Err(Failure::NoSolver.to_string())
}
