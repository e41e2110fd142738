//! The model at face value, the relaxed game, and the truth.

use super::assess::Solver;
use super::outcome::{Sensitivity, Truth, widths};
use super::relaxed::{Plan, Relaxed, reported};
use crate::analysis::conclude::conclude;
use crate::certificate::{
    Conclusion, ConclusionClaim, DriftClaim, Scope, Selection, StatedError, write_bundle,
    write_drift,
};
use crate::check::{AcceptedBundle, Rejection, check_models};
use crate::drift::{ModelError, NoDrift};
use crate::game::Game;
use crate::leader::{
    Answered, Outcome, Settings, SolveError, Termination, in_passes, without_requirements,
};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SensitivityError {
    /// A game is not solved.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The truth is a game of another shape.
    #[error(transparent)]
    NoDrift(#[from] NoDrift),
    /// Writing the bundle failed.
    #[error("the certificate could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The checker refused the drift or a conclusion: a defect of this program.
    #[error("the checker refused the bundle: {0}; nothing is claimed")]
    Refused(#[from] Rejection),
}

/// What the leader of `game`, her model, risks when the truth differs from it by `error`: the naive
/// and the relaxed decision, guarantees, and, when the truth is given, what they are worth there.
///
/// `settings` say at which `eps`; the selection is pessimistic whatever they say.
///
/// ```
/// use smfg_solve::analysis::sensitivity::sensitivity;
/// use smfg_game::drift::ModelError;
/// use smfg_game::exact::ratio;
/// use smfg_game::game::Game;
/// use smfg_solve::leader::Settings;
///
/// // Under `risky` the followers' choice decides; the model prefers the second action by 1/1000, in truth they do not care.
/// let text = std::fs::read_to_string("../../models/tie.toml").expect("a model");
/// let truth = Game::parse_toml(&text).expect("a game");
/// let model = Game::parse_toml(&text.replace("delta = 0", "delta = 0.001")).expect("a game");
/// let found = sensitivity(&model, &ModelError::Against(&truth), &Settings::new(ratio(0, 1))).expect("an answer");
/// assert_eq!(found.loss(found.naive_decision()), Some((ratio(1, 2), ratio(1, 2))));
/// assert_eq!(found.loss(found.relaxed_decision()), Some((ratio(0, 1), ratio(0, 1))));
/// assert_eq!(found.relaxed_decision().guarantee().0, ratio(1, 2));
/// ```
///
/// # Errors
/// [`SensitivityError`] when a game is outside what is solved, or the truth is of another shape
/// than the model.
pub fn sensitivity(
    game: &Game,
    error: &ModelError<'_>,
    settings: &Settings<'_>,
) -> Result<Sensitivity, SensitivityError> {
    without_requirements(game)?;
    let settings =
        Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    in_passes(
        &settings,
        |settings, answered| pass(game, error, settings, answered),
        |found| (found.termination() == Termination::TimeLimit).then(|| widths(found.outcomes())),
    )
}

/// One pass of [`sensitivity`].
fn pass(
    game: &Game,
    error: &ModelError<'_>,
    settings: &Settings<'_>,
    answered: Answered<'_>,
) -> Result<Sensitivity, SensitivityError> {
    let only = question(settings);
    let plan = Plan::new(game, error, &only)?;
    let truth = match error {
        ModelError::Radii(_) => None,
        ModelError::Against(truth) => Some(*truth),
    };
    // The model and the truth at face value; per decision the relaxed model, and twice the truth.
    let solves = 1 + plan.solves() + truth.map_or(0, |_| 1 + 2 * plan.solves());
    let solver = Solver::new(settings, solves, answered);
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
    let naive_position = relaxed
        .decisions
        .iter()
        .position(|decision| decision.scope == naive_scope)
        .unwrap_or(relaxed.best);
    let mut found = Sensitivity {
        naive,
        relaxed,
        naive_position,
        true_value,
        conclusions: None,
        certificate: Vec::new(),
    };
    let others = std::iter::once(&found.naive).chain(&found.true_value);
    let (certificate, conclusions) =
        bundle(game, error, &found.relaxed, others, found.concluded())?;
    (found.certificate, found.conclusions) = (certificate, Some(conclusions));
    Ok(found)
}

/// The decisions in question.
pub(super) fn question(settings: &Settings<'_>) -> Scope {
    match (&settings.point, settings.decision) {
        (Some(values), _) => Scope::Point(values.clone()),
        (None, Some(index)) => Scope::Decision(index),
        (None, None) => Scope::All,
    }
}

/// A bundle of the drift, the certificates of `others`, those of the relaxed game, and what is
/// concluded from them.
pub(super) fn bundle<'a>(
    game: &Game,
    error: &ModelError<'_>,
    relaxed: &'a Relaxed,
    others: impl Iterator<Item = &'a Outcome>,
    concluded: Vec<Conclusion>,
) -> Result<(Vec<u8>, ConclusionClaim), SensitivityError> {
    let outcomes: Vec<&Outcome> = others.chain(relaxed.outcomes()).collect();
    let (elements, conclusions) = elements(game, error, relaxed, &outcomes, concluded)?;
    Ok((write_bundle(Vec::new(), &[&elements])?, conclusions))
}

/// The elements of a bundle, each of which the checker has accepted after those before it.
pub(super) fn elements(
    game: &Game,
    error: &ModelError<'_>,
    relaxed: &Relaxed,
    outcomes: &[&Outcome],
    concluded: Vec<Conclusion>,
) -> Result<(Vec<u8>, ConclusionClaim), SensitivityError> {
    let (stated, truth) = match error {
        ModelError::Radii(radii) => (StatedError::Radii((*radii).clone()), None),
        ModelError::Against(truth) => (StatedError::Against(truth.hash()), Some(*truth)),
    };
    let conclusions = ConclusionClaim {
        game_hash: game.hash(),
        error: Some(stated.clone()),
        of: None,
        conclusions: concluded,
    };
    let drift = DriftClaim {
        game_hash: conclusions.game_hash.clone(),
        error: stated,
        bounds: relaxed.drifts.clone(),
    };
    let mut text = write_drift(Vec::new(), &drift)?;
    let alone = write_bundle(Vec::new(), &[&text])?;
    let AcceptedBundle { drifts, .. } =
        check_models(game, truth, None, alone.as_slice()).map_err(|refused| refused.rejection)?;
    outcomes.iter().for_each(|outcome| text.extend_from_slice(&outcome.certificate));
    let certificates = outcomes.iter().map(|outcome| outcome.accepted.clone()).collect();
    let accepted = AcceptedBundle { certificates, drifts, conclusions: Vec::new() };
    text.extend(conclude::<SensitivityError>(game, truth, accepted, &conclusions)?);
    Ok((text, conclusions))
}
