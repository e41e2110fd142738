//! The model at face value, the relaxed game, and the truth.

use super::assess::Solver;
use super::outcome::{Sensitivity, Truth};
use super::relaxed::{Plan, Relaxed, reported};
use crate::certificate::{DriftClaim, Scope, Selection, StatedError, write_bundle, write_drift};
use crate::check::check_models;
use crate::drift::{Incomparable, ModelError};
use crate::game::Game;
use crate::leader::{Outcome, Settings, SolveError};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SensitivityError {
    /// A game is not solved.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The truth is a game of another shape.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// Writing the bundle failed.
    #[error("the certificate could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The checker refused the drift: a defect of this program.
    #[error("the checker refused the drift: {0}; nothing is claimed")]
    Refused(crate::check::Rejection),
}

/// What the leader of `game`, her model, risks when the truth differs from it by `error`: the naive and the relaxed decision, guarantees, and, when
/// the truth is given, what they are worth there.
///
/// `settings` say at which `eps`; the selection is pessimistic whatever they say.
///
/// ```
/// use smfg::analysis::sensitivity::sensitivity;
/// use smfg::drift::ModelError;
/// use smfg::exact::ratio;
/// use smfg::game::Game;
/// use smfg::leader::Settings;
///
/// // Under `risky` the followers' choice decides; the model prefers the second action by 1/1000, in truth they do not care.
/// let text = std::fs::read_to_string("models/tie.toml").expect("a model");
/// let truth = Game::parse_toml(&text).expect("a game");
/// let model = Game::parse_toml(&text.replace("delta = 0", "delta = 0.001")).expect("a game");
/// let found = sensitivity(&model, &ModelError::Against(&truth), &Settings::new(ratio(0, 1))).expect("an answer");
/// assert_eq!(found.loss(found.naive_decision()), Some((ratio(1, 2), ratio(1, 2))));
/// assert_eq!(found.loss(found.relaxed_decision()), Some((ratio(0, 1), ratio(0, 1))));
/// assert_eq!(found.relaxed_decision().guarantee().0, ratio(1, 2));
/// ```
///
/// # Errors
/// [`SensitivityError`] when a game is outside what is solved, or the truth is of another shape than the model.
pub fn sensitivity(game: &Game, error: &ModelError<'_>, settings: &Settings<'_>) -> Result<Sensitivity, SensitivityError> {
    let settings = Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    let only = question(&settings);
    let plan = Plan::new(game, error, &only)?;
    let truth = match error {
        ModelError::Radii(_) => None,
        ModelError::Against(truth) => Some(*truth),
    };
    // The model and the truth at face value; per decision the relaxed model, and twice the truth.
    let solves = 1 + plan.solves() + truth.map_or(0, |_| 1 + 2 * plan.solves());
    let solver = Solver::new(&settings, solves);
    let epsilon = &settings.epsilon;
    let naive = solver.solve(game, epsilon.clone(), &only)?;
    let naive_scope = reported(&naive);
    let mut relaxed = Relaxed::new(game, plan, epsilon, Some(&naive_scope), &solver)?;
    let mut true_value = None;
    if let Some(truth) = truth {
        true_value = Some(solver.solve(truth, epsilon.clone(), &only)?);
        for decision in &mut relaxed.decisions {
            let twice = epsilon + &decision.drift.kappa + &decision.drift.kappa;
            let at_epsilon = solver.solve(truth, epsilon.clone(), &decision.scope)?;
            let relaxed_twice = solver.solve(truth, twice, &decision.scope)?;
            decision.truth = Some(Truth { at_epsilon, relaxed_twice });
        }
    }
    let naive_position = relaxed.decisions.iter().position(|decision| decision.scope == naive_scope).unwrap_or(relaxed.best);
    let certificate = bundle(game, error, &relaxed, std::iter::once(&naive).chain(&true_value))?;
    Ok(Sensitivity { naive, relaxed, naive_position, true_value, certificate })
}

/// The decisions in question.
pub(super) fn question(settings: &Settings<'_>) -> Scope {
    match (&settings.point, settings.decision) {
        (Some(values), _) => Scope::Point(values.clone()),
        (None, Some(index)) => Scope::Decision(index),
        (None, None) => Scope::All,
    }
}

/// The drift, the certificates of `others`, and those of the relaxed game.
pub(super) fn bundle<'a>(
    game: &Game,
    error: &ModelError<'_>,
    relaxed: &Relaxed,
    others: impl Iterator<Item = &'a Outcome>,
) -> Result<Vec<u8>, SensitivityError> {
    let drift = written(game, error, relaxed)?;
    let outcomes: Vec<&Outcome> = others.collect();
    let certificates = outcomes.into_iter().chain(relaxed.outcomes()).map(|outcome| outcome.certificate.as_slice());
    let elements: Vec<&[u8]> = std::iter::once(drift.as_slice()).chain(certificates).collect();
    Ok(write_bundle(Vec::new(), &elements)?)
}

/// The drift as an element of a bundle, which the checker has accepted, as it has every certificate.
pub(super) fn written(game: &Game, error: &ModelError<'_>, relaxed: &Relaxed) -> Result<Vec<u8>, SensitivityError> {
    let (stated, truth) = match error {
        ModelError::Radii(radii) => (StatedError::Radii((*radii).clone()), None),
        ModelError::Against(truth) => (StatedError::Against(truth.hash()), Some(*truth)),
    };
    let claim = DriftClaim { game_hash: game.hash(), error: stated, bounds: relaxed.drifts.clone() };
    let drift = write_drift(Vec::new(), &claim)?;
    let alone = write_bundle(Vec::new(), &[&drift])?;
    check_models(game, truth, None, alone.as_slice()).map_err(|refused| SensitivityError::Refused(refused.rejection))?;
    Ok(drift)
}
