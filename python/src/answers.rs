//! Searches, with answers as the JSON that the program prints.

use crate::arguments::{self, Parameters};
use crate::errors::{Failure, Kind};
use crate::kept::Kept;
use crate::task::Shared;
use pyo3::prelude::*;
use smfg::check::check_equilibria;
use smfg::checkpoint::Asked;
use smfg::equilibrium::support::{Limits, SupportError, equilibria as enumerate};
use smfg::game::Game;
use smfg::leader::Settings;
use smfg::report::{EquilibriaReport, RangeReport, RequiredReport, SolveReport};
use std::io::{self, Write};
use std::path::PathBuf;

/// What a search is asked: a dictionary, numbers as texts.
#[derive(FromPyObject)]
pub struct Question {
    /// Largest exploitability of the equilibria considered.
    #[pyo3(item)]
    pub epsilon: String,
    /// Accepted width of the answer.
    #[pyo3(item)]
    pub gap: String,
    /// A decision by name.
    #[pyo3(item)]
    pub decision: Option<String>,
    /// A decision by its parameters.
    #[pyo3(item)]
    pub parameters: Option<Parameters>,
    /// Seconds.
    #[pyo3(item)]
    pub time_limit: Option<f64>,
    /// Threads; all processors when absent.
    #[pyo3(item)]
    pub threads: Option<usize>,
    /// Arithmetic of the proofs.
    #[pyo3(item)]
    pub precision: String,
    /// File that keeps what is found.
    #[pyo3(item)]
    pub checkpoint: Option<PathBuf>,
}

/// JSON, and a certificate.
pub type Answer = (String, Vec<u8>);

/// What `write` writes.
pub fn text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<String, Failure> {
    let mut out = Vec::new();
    write(&mut out).map_err(|error| Failure::new(Kind::Internal, error))?;
    String::from_utf8(out).map_err(|error| Failure::new(Kind::Internal, error))
}

/// Settings of both searches, but for progress and limits.
pub fn settings<'a>(game: &Game, question: &Question) -> Result<Settings<'a>, Failure> {
    let given = arguments::given(question.decision.clone(), question.parameters.clone())?;
    let (decision, point) = arguments::chosen(game, given.as_ref())?;
    Ok(Settings {
        gap: arguments::gap(&question.gap)?,
        decision,
        point,
        precision: arguments::precision(&question.precision)?,
        threads: arguments::threads(question.threads)?,
        ..Settings::new(arguments::number("epsilon", &question.epsilon)?)
    })
}

/// The value of the game.
pub fn solve(
    game: &Game,
    question: &Question,
    selection: &str,
    decision_grid: Option<&str>,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let selection = arguments::selection(selection)?;
    let decision_grid = decision_grid.map(arguments::decision_grid).transpose()?;
    let settings = Settings { selection, decision_grid, ..settings(game, question)? };
    let observe = |progress| shared.observe(progress);
    let limit = arguments::time_limit(question.time_limit)?;
    if !game.vocabulary.requirements.is_empty() {
        if question.checkpoint.is_some() {
            let reason = "checkpoint: not for games with [[leader.require]]";
            return Err(Failure::new(Kind::Argument, reason));
        }
        let limited = shared.limited(settings, limit);
        let asked = Settings { observer: Some(&observe), ..limited };
        let outcome = smfg::leader::solve_required(game, &asked)?;
        let report = RequiredReport { game, outcome: &outcome, certificate_path: None };
        return Ok((text(|out| report.write_json(out))?, outcome.certificate));
    }
    let path = question.checkpoint.as_deref();
    let kept = Kept::open(path, || Asked::search("solve", game, &settings), shared)?;
    let limited = shared.limited(settings, limit);
    let outcome = smfg::leader::solve(
        game,
        &Settings { observer: Some(&observe), keeper: kept.keeper(), ..limited },
    )?;
    let json = text(|out| {
        SolveReport { game, outcome: &outcome, certificate_path: None }.write_json(out)
    })?;
    Ok((json, outcome.certificate))
}

/// The range over the equilibria of one decision.
pub fn range(
    game: &Game,
    question: &Question,
    of: Option<&str>,
    shared: &Shared,
) -> Result<Answer, Failure> {
    let given = arguments::given(question.decision.clone(), question.parameters.clone())?;
    arguments::one_decision(game, given.as_ref())?;
    let objective = arguments::objective(game, of)?;
    let settings = Settings { objective, ..settings(game, question)? };
    let observe = |progress| shared.observe(progress);
    let limit = arguments::time_limit(question.time_limit)?;
    let path = question.checkpoint.as_deref();
    let kept = Kept::open(path, || Asked::search("range", game, &settings), shared)?;
    let limited = shared.limited(settings, limit);
    let outcome = smfg::leader::range(
        game,
        &Settings { observer: Some(&observe), keeper: kept.keeper(), ..limited },
    )?;
    let json = text(|out| {
        RangeReport { game, outcome: &outcome, certificate_path: None }.write_json(out)
    })?;
    Ok((json, outcome.certificate))
}

/// All equilibria of one decision of a list, at eps = 0.
pub fn equilibria(
    game: &Game,
    decision: Option<String>,
    parameters: Option<Parameters>,
    time_limit: Option<f64>,
    (nodes, pairs): (Option<usize>, Option<usize>),
    shared: &Shared,
) -> Result<Answer, Failure> {
    let given = arguments::given(decision, parameters)?;
    arguments::one_decision(game, given.as_ref())?;
    let (index, _) = arguments::chosen(game, given.as_ref())?;
    let index = index.unwrap_or(0);
    let decision = game.finite_decisions().and_then(|decisions| decisions.get(index));
    let decision = decision.ok_or_else(|| {
        Failure::new(
            Kind::Unsupported,
            "equilibria are listed for a decision of a finite list; this leader has a continuum",
        )
    })?;
    let instance = game.at(&decision.values);
    let default = Limits::default();
    let limits =
        Limits { nodes: nodes.unwrap_or(default.nodes), pairs: pairs.unwrap_or(default.pairs) };
    let control = shared.control(arguments::time_limit(time_limit)?);
    let set = enumerate(&instance, &control, &limits).map_err(refused)?;
    let certificate =
        set.certificate(game, index).map_err(|error| Failure::new(Kind::Internal, error))?;
    let accepted = check_equilibria(game, certificate.as_slice()).map_err(|rejection| {
        Failure::new(
            Kind::Internal,
            format!("the certificate was refused, nothing is proved: {rejection}"),
        )
    })?;
    let report = EquilibriaReport {
        game,
        decision: index,
        set: &set,
        unique: accepted.unique(),
        bytes: certificate.len(),
        path: None,
    };
    Ok((text(|out| report.write_json(out))?, certificate))
}

fn refused(error: SupportError) -> Failure {
    Failure::new(Kind::Unsupported, error)
}
