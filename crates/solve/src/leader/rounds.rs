//! Search, proof and check in rounds: how long it takes to prove what a search has and to check the
//! proof is known only from having done it, and all of it counts for the time limit.
//!
//! A first round searches for half of the time. If proof and check then took `c` after a search of
//! `s`, a search of `x` more can be expected to need
//!
//! ```text
//! x + c (s + x) / s  <=  time left
//! ```
//!
//! and another round searches for as long as this allows. What an earlier round proved is there
//! whatever happens in a later one.

use super::settings::Settings;
use crate::equilibrium::Control;
use std::time::Duration;

/// Share of the time that is too short for another round.
const SHORTEST: u32 = 50;
/// Least time of a search that is divided by.
const LEAST: Duration = Duration::from_micros(100);

/// The first round of a search; without a time limit there is only this one.
pub(super) fn first(settings: &Settings<'_>) -> Control {
    match settings.control.remaining() {
        Some(left) => settings.control.within(left / 2),
        None => settings.race_control.clone(),
    }
}

/// Most of the time, for proofs that are checked once.
pub(super) fn most(settings: &Settings<'_>) -> Control {
    let all = &settings.control;
    all.remaining().map_or_else(|| all.clone(), |left| all.within(left * 9 / 10))
}

/// Another round, after a search of `searched` in all whose proof and check took `cost`; `None`
/// when there is no time for one.
pub(super) fn next(settings: &Settings<'_>, searched: Duration, cost: Duration) -> Option<Control> {
    let left = settings.control.remaining()?;
    let growth = cost.div_duration_f64(searched.max(LEAST));
    let search = left.saturating_sub(cost).div_f64(1.0 + growth);
    let worthwhile = search > (left + searched + cost) / SHORTEST;
    (worthwhile && !settings.control.stopped()).then(|| settings.control.within(search))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Rational;

    fn settings(seconds: u64) -> Settings<'static> {
        let control = Control::default().within(Duration::from_secs(seconds));
        Settings { control, ..Settings::new(Rational::ZERO) }
    }

    #[test]
    fn a_round_leaves_time_for_its_proof() {
        // 10 s left after a search of 10 s that took 2 s to prove: x + 0.2 (10 + x) = 10.
        let (searched, cost) = (Duration::from_secs(10), Duration::from_secs(2));
        let control = next(&settings(10), searched, cost).expect("another round");
        let search = control.remaining().expect("a limit").as_secs_f64();
        assert!((6.4..6.7).contains(&search), "{search}");
        // A proof that takes all the time that is left leaves none for a search.
        assert!(next(&settings(2), searched, cost).is_none());
        assert!(next(&Settings::new(Rational::ZERO), searched, cost).is_none());
    }
}
