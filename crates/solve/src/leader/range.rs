//! The range of the leader's reward, or of any expression, over the eps-equilibria of one decision.
//!
//! Its least value is the pessimistic and its greatest the optimistic value of the game in which
//! this decision is the only one; both are found, proved and checked by [`solve`].

use super::outcome::{Outcome, Statistics, Status, Termination};
use super::settings::{Settings, SolveError};
use super::solve::solve;
use crate::certificate::{Selection, write_bundle};
use crate::game::Game;
use std::time::Duration;

/// Both ends of a range.
#[derive(Debug, Clone)]
pub struct RangeOutcome {
    /// The least value: bounds, and an eps-equilibrium near it.
    pub least: Outcome,
    /// The greatest value.
    pub greatest: Outcome,
    /// A bundle of both certificates, each of which the checker accepted.
    pub certificate: Vec<u8>,
}

impl RangeOutcome {
    /// The range with these ends, and the bundle of their certificates.
    ///
    /// # Errors
    /// Without memory for the bundle.
    pub fn of(least: Outcome, greatest: Outcome) -> std::io::Result<Self> {
        let certificate = write_bundle(Vec::new(), &[&least.certificate, &greatest.certificate])?;
        Ok(RangeOutcome { least, greatest, certificate })
    }

    /// How far the answer goes: as far as its worse end.
    #[must_use]
    pub fn status(&self) -> Status {
        match (self.least.status, self.greatest.status) {
            (Status::Exact, Status::Exact) => Status::Exact,
            (Status::Limit, _) | (_, Status::Limit) => Status::Limit,
            _ => Status::WithinGap,
        }
    }

    /// Counts and times of both searches together.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.least.statistics.plus(&self.greatest.statistics)
    }

    /// Why the search ended.
    #[must_use]
    pub fn termination(&self) -> Termination {
        let ends = [self.least.termination, self.greatest.termination];
        let either = |wanted| ends.contains(&wanted);
        if either(Termination::Interrupted) {
            Termination::Interrupted
        } else if either(Termination::MemoryLimit) {
            Termination::MemoryLimit
        } else if either(Termination::TimeLimit) {
            Termination::TimeLimit
        } else {
            Termination::Gap
        }
    }
}

/// Certified bounds of the least and the greatest value of the leader's reward, or of
/// `settings.objective`, over the eps-equilibria of one decision: `settings.point`,
/// `settings.decision`, or the only one. `settings.selection` is without effect.
///
/// The search for the least value gets half of the time, the other search what is left.
///
/// ```
/// use smfg_game::exact::ratio;
/// use smfg_game::game::Game;
/// use smfg_solve::leader::{Settings, range};
///
/// // Two actions, both optimal: any share of the population may play the second.
/// let game = Game::parse_toml(r#"
///     format = "smfg-game/1"
///     name = "indifference"
///     stages = 1
///     states = ["one"]
///     actions = ["first", "second"]
///     initial = { one = 1 }
/// "#).expect("a game");
/// let settings = Settings { objective: Some("2 * mu[*, second]@0".into()), ..Settings::new(ratio(0, 1)) };
/// let found = range(&game, &settings).expect("class C0");
/// let (least, greatest) = (found.least.accepted.claim, found.greatest.accepted.claim);
/// assert_eq!((least.lower, least.upper, greatest.lower, greatest.upper), (ratio(0, 1), ratio(0, 1), ratio(2, 1), ratio(2, 1)));
/// assert_eq!(smfg_check::check::check_bundle(&game, found.certificate.as_slice()).expect("valid").len(), 2);
/// ```
///
/// # Errors
/// [`SolveError`] as for [`solve`], and when the game has several decisions and none is chosen.
pub fn range(game: &Game, settings: &Settings<'_>) -> Result<RangeOutcome, SolveError> {
    let count = game.finite_decisions().map(<[_]>::len);
    if settings.point.is_none() && settings.decision.is_none() && count != Some(1) {
        return Err(SolveError::DecisionNeeded { count });
    }
    let all = &settings.control;
    // The part of the time that the binary64 race may take is the same at both ends.
    let race_share_approx = match (settings.race_control.remaining(), all.remaining()) {
        (Some(race), Some(time)) if !time.is_zero() => Some(race.div_duration_f64(time).min(1.0)),
        _ => None,
    };
    let end = |selection, time: Option<Duration>| {
        let control = time.map_or_else(|| all.clone(), |time| all.within(time));
        let race_control = match (race_share_approx, time) {
            (Some(share_approx), Some(time)) => all.within(time.mul_f64(share_approx)),
            _ => settings.race_control.clone(),
        };
        solve(game, &Settings { selection, control, race_control, ..settings.clone() })
    };
    let least = end(Selection::Pessimistic, all.remaining().map(|time| time / 2))?;
    if let Some(accepted) = settings.accepted {
        accepted(&least);
    }
    let greatest = end(Selection::Optimistic, all.remaining())?;
    Ok(RangeOutcome::of(least, greatest)?)
}
