//! `smfg equilibria`: all equilibria of one decision at eps = 0.

use super::arguments::{Format, Output};
use super::decision::{Chosen, choose, needed};
use super::files::{probe, write_atomically};
use super::progress::Indicator;
use super::solve_arguments::parse_seconds;
use super::{Answer, Failure, interrupt, print};
use crate::check::check_equilibria;
use crate::equilibrium::Control;
use crate::equilibrium::support::{Limits, equilibria};
use crate::game::Game;
use crate::report::EquilibriaReport;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(super) struct EquilibriaArguments {
    /// Game file, .toml or .json
    game: PathBuf,
    /// The decision: its name, or its parameters; needed when the game has more than one
    #[arg(long, value_name = "NAME|a=1,b=2", allow_hyphen_values = true)]
    decision: Option<String>,
    /// Most nodes of the tree that shows that there are no other equilibria
    #[arg(long, value_name = "N", default_value_t = Limits::default().nodes)]
    nodes: usize,
    /// Most pairs of a state and an action of the game
    #[arg(long, value_name = "N", default_value_t = Limits::default().pairs)]
    pairs: usize,
    /// Seconds for the search; there is no partial answer
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, allow_hyphen_values = true)]
    time_limit: Option<Duration>,
    /// File for the certificate
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Lists the equilibria.
pub(super) fn run(arguments: &EquilibriaArguments) -> Result<Answer, Failure> {
    if let Some(path) = &arguments.certificate {
        probe(path)?;
    }
    let interrupted = interrupt::install((!arguments.output.quiet).then_some("interrupted"));
    let (game, decision, set, certificate, accepted) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = Game::load(&arguments.game)?;
        let decision = decision(&game, arguments.decision.as_deref())?;
        indicator.say("telling the equilibria apart");
        let values = game
            .finite_decisions()
            .and_then(|decisions| decisions.get(decision))
            .map(|decision| decision.values.clone());
        let instance = game.at(&values.unwrap_or_default());
        let limits = Limits { nodes: arguments.nodes, pairs: arguments.pairs };
        let set = equilibria(&instance, &control(arguments.time_limit, &interrupted), &limits)?;
        indicator.say("checking the certificate");
        let certificate = set.certificate(&game, decision).map_err(Failure::Output)?;
        let accepted = check_equilibria(&game, certificate.as_slice()).map_err(Failure::Refused)?;
        (game, decision, set, certificate, accepted)
    };
    if let Some(path) = &arguments.certificate {
        write_atomically(path, |out| out.write_all(&certificate))?;
    }
    let path = arguments.certificate.as_ref().map(|path| path.display().to_string());
    let unique = accepted.unique();
    let report = EquilibriaReport {
        game: &game,
        decision,
        set: &set,
        unique,
        bytes: certificate.len(),
        path: path.as_deref(),
    };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(Answer::Proved)
}

fn decision(game: &Game, given: Option<&str>) -> Result<usize, Failure> {
    match (given, game.finite_decisions()) {
        (None, Some([_])) => Ok(0),
        (None, _) => Err(needed(game).into()),
        (Some(given), _) => match choose(game, given)? {
            Chosen::Listed(index) => Ok(index),
            Chosen::Point(_) => Err(Failure::Continuum),
        },
    }
}

/// A limit beyond what the clock can count is none.
fn control(limit: Option<Duration>, interrupted: &Arc<AtomicBool>) -> Control {
    Control::new(limit.and_then(|limit| Instant::now().checked_add(limit)), Arc::clone(interrupted))
}
