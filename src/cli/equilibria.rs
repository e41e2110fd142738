//! `smfg equilibria`: all equilibria of one decision at eps = 0.

use super::arguments::{Format, Output};
use super::checkpoint::{Asked, Checkpoint, CheckpointArguments, path};
use super::decision::{Chosen, choose, needed};
use super::limit_arguments::LimitArguments;
use super::load::loaded;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::check::check_equilibria;
use crate::equilibrium::Control;
use crate::equilibrium::support::{EquilibriumSet, Keeping, Limits, SupportError, equilibria_kept};
use crate::game::Game;
use crate::leader::{Keeper, Left, Reached};
use crate::report::EquilibriaReport;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// The only question of a call, in its checkpoint.
const QUESTION: &str = "equilibria";

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
    /// There is no partial answer
    #[command(flatten)]
    limits: LimitArguments,
    /// File for the certificate
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    checkpoint: CheckpointArguments,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    output: Output,
}

impl EquilibriaArguments {
    /// Limits of the call, and how its answer is printed.
    pub(super) fn limits(&self) -> (LimitArguments, Output) {
        (self.limits, self.output)
    }
}

/// Lists the equilibria.
pub(super) fn run(
    arguments: &'static EquilibriaArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let file = arguments.certificate.as_ref();
    let files = [("--certificate", file), path(&arguments.checkpoint)];
    let outputs = Outputs::plan(&[&arguments.game], &files, arguments.force)?;
    let (game, decision, checkpoint, set, certificate, accepted) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        let decision = decision(game, arguments.decision.as_deref())?;
        let checkpoint = checkpoint(game, decision, arguments)?;
        outputs.about(&[game])?;
        watch.doing("telling the equilibria apart; there is no partial answer");
        indicator.say("telling the equilibria apart");
        let mut left = checkpoint.and_then(|checkpoint| checkpoint.found(QUESTION));
        let (set, certificate, accepted) = loop {
            let set = found(game, decision, arguments, watch, (checkpoint, left.as_ref()))?;
            indicator.say("checking the certificate");
            let certificate = set.certificate(game, decision).map_err(Failure::Output)?;
            match check_equilibria(game, certificate.as_slice()) {
                Ok(accepted) => break (set, certificate, accepted),
                // What was found in the checkpoint may be to blame.
                Err(_) if left.take().is_some() => {
                    checkpoint.into_iter().for_each(|checkpoint| checkpoint.forget(QUESTION));
                }
                Err(rejection) => return Err(Failure::Refused(rejection)),
            }
        };
        (game, decision, checkpoint, set, certificate, accepted)
    };
    let path = file.map(|path| path.display().to_string());
    let unique = accepted.unique();
    let report = EquilibriaReport {
        game,
        decision,
        set: &set,
        unique,
        bytes: certificate.len(),
        path: path.as_deref(),
    };
    let printed = watch.print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    });
    outputs.write(watch, file, |out| out.write_all(&certificate));
    Checkpoint::finish(checkpoint, &outputs, watch);
    printed?;
    Ok(outputs.completed(Answer::Proved))
}

/// The checkpoint of the call, if it has one.
fn checkpoint(
    game: &Game,
    decision: usize,
    arguments: &EquilibriaArguments,
) -> Result<Option<&'static Checkpoint>, Failure> {
    let options = vec![
        ("decision", decision.to_string()),
        ("nodes", arguments.nodes.to_string()),
        ("pairs", arguments.pairs.to_string()),
    ];
    let asked = Asked { command: "equilibria", game: game.hash(), options };
    Checkpoint::open(&arguments.checkpoint, asked, arguments.force, arguments.output.quiet)
}

/// The set; a search that was asked to end has none.
fn found(
    game: &Game,
    decision: usize,
    arguments: &EquilibriaArguments,
    watch: &Watch,
    (checkpoint, left): (Option<&'static Checkpoint>, Option<&Left>),
) -> Result<EquilibriumSet, Failure> {
    let values = game
        .finite_decisions()
        .and_then(|decisions| decisions.get(decision))
        .map(|decision| decision.values.clone());
    let instance = game.at(&values.unwrap_or_default());
    let limits = Limits { nodes: arguments.nodes, pairs: arguments.pairs };
    let control = Control::new(watch.deadline(), Arc::clone(watch.interrupted()));
    let keep = |parts: usize, last: bool, state: &dyn Fn() -> String| {
        if let Some(checkpoint) = checkpoint.filter(|checkpoint| last || checkpoint.due()) {
            let (lower_approx, upper_approx) = (f64::NEG_INFINITY, f64::INFINITY);
            let reached = Reached { lower_approx, upper_approx, parts };
            checkpoint.keep(QUESTION, Left::Open { state: state(), reached }, false);
        }
    };
    let state = match left {
        Some(Left::Open { state, .. }) => Some(state.as_str()),
        _ => None,
    };
    let keeping = Keeping { state, keep: Some(&keep) };
    equilibria_kept(&instance, &control, &limits, &keeping).map_err(|error| {
        match (error, watch.left()) {
            (SupportError::Stopped, Some(left)) => left,
            (error, _) => error.into(),
        }
    })
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
