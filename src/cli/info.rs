//! `smfg info`: what a game file describes.

use super::arguments::{Format, InfoArguments};
use super::load::loaded;
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::game::Game;
use crate::report::InfoReport;

/// Describes the game.
pub(super) fn run(
    arguments: &'static InfoArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let game = {
        let _indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        loaded(&arguments.game, watch)?
    };
    watch.doing("describing the game");
    if arguments.listing {
        return listing(game, arguments.of.as_deref(), watch);
    }
    let report = InfoReport { game, solvable: solvable(), expand: arguments.expand };
    watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(Answer::Proved)
}

/// Prints the listing of the game, or of the game with an expression in place of the leader's
/// reward.
fn listing(game: &Game, of: Option<&str>, watch: &Watch) -> Result<Answer, Failure> {
    let failed = |source| Failure::Objective {
        option: "--of",
        given: of.unwrap_or_default().to_string(),
        source,
    };
    let objective = of.map(|of| game.with_objective(of)).transpose().map_err(failed)?;
    let listing =
        crate::game::listing(objective.as_ref().unwrap_or(game)).map_err(Failure::NoListing)?;
    watch.print(|out| {
        let mut written = Ok(());
        smfg_kernel::listing_text(&listing, &mut |text| {
            if written.is_ok() {
                written = out.write_all(text.as_bytes());
            }
        });
        written
    })?;
    Ok(Answer::Proved)
}

#[cfg(feature = "solver")]
fn solvable() -> Result<(), String> {
    Ok(())
}

#[cfg(not(feature = "solver"))]
fn solvable() -> Result<(), String> {
    Err(Failure::NoSolver.to_string())
}
