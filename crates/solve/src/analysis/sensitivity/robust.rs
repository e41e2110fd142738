//! The decision with the best guarantee against every truth within given radii.

use super::analyse::{SensitivityError, bundle, question};
use super::assess::Solver;
use super::outcome::{Assessment, statistics, status, termination, widths};
use super::relaxed::{Plan, Relaxed};
use crate::certificate::{ConclusionClaim, Selection};
use crate::drift::{ModelError, Radii};
use crate::game::Game;
use crate::leader::{
    Answered, Settings, Statistics, Status, Termination, in_passes, without_requirements,
};

/// The answer.
#[derive(Debug, Clone)]
pub struct Robust {
    /// The radii.
    pub radii: Radii,
    /// The relaxed game.
    pub relaxed: Relaxed,
    /// What is concluded: guarantees of decisions, and the value of the relaxed game.
    pub conclusions: ConclusionClaim,
    /// A bundle: the drift, a certificate of every value, and the conclusions.
    pub certificate: Vec<u8>,
}

impl Robust {
    /// The decision with the best guarantee.
    #[must_use]
    pub fn decision(&self) -> &Assessment {
        &self.relaxed.decisions[self.relaxed.best]
    }

    /// How far the answer goes.
    #[must_use]
    pub fn status(&self) -> Status {
        status(self.relaxed.outcomes())
    }

    /// Why the search ended.
    #[must_use]
    pub fn termination(&self) -> Termination {
        termination(self.relaxed.outcomes())
    }

    /// Counts and times together.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        statistics(self.relaxed.outcomes())
    }
}

/// Maximises `V_{eps + kappa(u)}(u) - omega(u)` over the decisions `u`: what the leader of `game`
/// is guaranteed in every truth that differs from it by at most `radii`.
///
/// # Errors
/// [`SensitivityError`] when the game is outside what is solved.
pub fn robust(
    game: &Game,
    radii: &Radii,
    settings: &Settings<'_>,
) -> Result<Robust, SensitivityError> {
    without_requirements(game)?;
    let settings =
        Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    in_passes(
        &settings,
        |settings, answered| pass(game, radii, settings, answered),
        |found| {
            let outcomes = found.relaxed.outcomes();
            (found.termination() == Termination::TimeLimit).then(|| widths(outcomes))
        },
    )
}

/// One pass of [`robust`].
fn pass(
    game: &Game,
    radii: &Radii,
    settings: &Settings<'_>,
    answered: Answered<'_>,
) -> Result<Robust, SensitivityError> {
    let error = ModelError::Radii(radii);
    let asked = question(settings);
    let plan = Plan::new(game, &error, &asked)?;
    let solver = Solver::new(settings, plan.solves(), answered);
    let relaxed = Relaxed::new(game, plan, &settings.epsilon, None, &solver)?;
    let concluded = relaxed.concluded(&asked, &settings.epsilon);
    let (certificate, conclusions) = bundle(game, &error, &relaxed, std::iter::empty(), concluded)?;
    Ok(Robust { radii: radii.clone(), relaxed, conclusions, certificate })
}
