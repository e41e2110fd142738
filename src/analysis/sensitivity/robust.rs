//! The decision with the best guarantee against every truth within given radii.

use super::analyse::{SensitivityError, bundle, question};
use super::assess::Solver;
use super::outcome::{Assessment, statistics, status, termination};
use super::relaxed::{Plan, Relaxed};
use crate::certificate::Selection;
use crate::drift::{ModelError, Radii};
use crate::game::Game;
use crate::leader::{Settings, Statistics, Status, Termination};

/// The answer.
#[derive(Debug, Clone)]
pub struct Robust {
    /// The radii.
    pub radii: Radii,
    /// The relaxed game.
    pub relaxed: Relaxed,
    /// A bundle: the drift, and a certificate of every value.
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

/// Maximises `V_{eps + kappa(u)}(u) - omega(u)` over the decisions `u`: what the leader of `game` is guaranteed in every truth that differs from it
/// by at most `radii`.
///
/// # Errors
/// [`SensitivityError`] when the game is outside what is solved.
pub fn robust(game: &Game, radii: &Radii, settings: &Settings<'_>) -> Result<Robust, SensitivityError> {
    let settings = Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    let error = ModelError::Radii(radii);
    let plan = Plan::new(game, &error, &question(&settings))?;
    let solver = Solver::new(&settings, plan.solves());
    let relaxed = Relaxed::new(game, plan, &settings.epsilon, None, &solver)?;
    let certificate = bundle(game, &error, &relaxed, std::iter::empty())?;
    Ok(Robust { radii: radii.clone(), relaxed, certificate })
}
