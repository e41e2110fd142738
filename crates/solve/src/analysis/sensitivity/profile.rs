//! Guarantees as a function of the size of the error.

use super::analyse::{SensitivityError, elements as proved, question};
use super::assess::Solver;
use super::outcome::Assessment;
use super::relaxed::{Plan, Relaxed};
use crate::certificate::Selection;
use crate::drift::{Drift, ModelError};
use crate::exact::{Rational, ratio};
use crate::game::Game;
use crate::leader::{Outcome, Settings};

/// The relaxed game when the error is `scale` times as large.
#[derive(Debug, Clone)]
pub struct ProfilePoint {
    /// Between 0 and 1.
    pub scale: Rational,
    /// The relaxed game.
    pub relaxed: Relaxed,
    /// Position of the naive decision among its decisions.
    pub naive_position: usize,
}

/// The relaxed game at errors from none to all of what is stated.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Scales increasing from 0 to 1.
    pub points: Vec<ProfilePoint>,
    /// Elements of a bundle: a certificate of every value and, where the errors are radii, the
    /// drift and the guarantees at each scale.
    pub elements: Vec<u8>,
}

/// Solves the relaxed game at `steps + 1` sizes of the error. Radii are multiplied by the scale;
/// against a second game, kappa and omega are.
///
/// `naive` is the decision of [`sensitivity`](super::sensitivity()) that is optimal at face value.
///
/// # Errors
/// [`SensitivityError`] as for [`sensitivity`](super::sensitivity()).
pub fn profile(
    game: &Game,
    error: &ModelError<'_>,
    settings: &Settings<'_>,
    naive: &Assessment,
    steps: u32,
) -> Result<Profile, SensitivityError> {
    let settings =
        Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    let only = question(&settings);
    let plan = |scale: &Rational| -> Result<Plan, SensitivityError> {
        Ok(match error {
            ModelError::Radii(radii) => {
                Plan::new(game, &ModelError::Radii(&radii.scaled(scale)), &only)?
            }
            ModelError::Against(_) => Plan::new(game, error, &only)?.scaled(scale),
        })
    };
    let scales: Vec<Rational> =
        (0..=steps).map(|step| ratio(i64::from(step), u64::from(steps.max(1)))).collect();
    let plans = scales.iter().map(plan).collect::<Result<Vec<_>, _>>()?;
    let solver = Solver::new(&settings, plans.iter().map(Plan::solves).sum());
    let (mut points, mut elements) = (Vec::with_capacity(scales.len()), Vec::new());
    for (scale, plan) in scales.into_iter().zip(plans) {
        let relaxed = Relaxed::new(game, plan, &settings.epsilon, Some(&naive.scope), &solver)?;
        let outcomes: Vec<&Outcome> = relaxed.outcomes().collect();
        match error {
            ModelError::Radii(radii) => {
                let (scaled, guarantees) =
                    (radii.scaled(&scale), relaxed.concluded_guarantees(&settings.epsilon));
                elements.extend(
                    proved(game, &ModelError::Radii(&scaled), &relaxed, &outcomes, guarantees)?.0,
                );
            }
            // A share of the drift between two games is none of a third one.
            ModelError::Against(_) => {
                outcomes.iter().for_each(|outcome| elements.extend_from_slice(&outcome.certificate))
            }
        }
        let naive_position = relaxed
            .decisions
            .iter()
            .position(|decision| decision.scope == naive.scope)
            .unwrap_or(relaxed.best);
        points.push(ProfilePoint { scale, relaxed, naive_position });
    }
    Ok(Profile { points, elements })
}

impl Plan {
    /// The same decisions with drifts multiplied by `scale`.
    fn scaled(self, scale: &Rational) -> Self {
        let times = |drift: Drift| Drift { kappa: drift.kappa * scale, omega: drift.omega * scale };
        match self {
            Plan::Separate(decisions) => Plan::Separate(
                decisions.into_iter().map(|(scope, drift)| (scope, times(drift))).collect(),
            ),
            Plan::Uniform(drift) => Plan::Uniform(times(drift)),
        }
    }
}
