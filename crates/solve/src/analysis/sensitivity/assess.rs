//! Solves that share the time that is left.

use crate::certificate::Scope;
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Outcome, Settings, SolveError, solve};
use std::cell::Cell;

/// Solves games one after the other; each may take an equal part of the time left.
pub(super) struct Solver<'a> {
    settings: &'a Settings<'a>,
    /// Solves still to come.
    left: Cell<u32>,
}

impl<'a> Solver<'a> {
    pub(super) fn new(settings: &'a Settings<'a>, solves: usize) -> Self {
        Solver { settings, left: Cell::new(u32::try_from(solves).unwrap_or(u32::MAX).max(1)) }
    }

    /// The value of `game` over the decisions of `scope` at `epsilon`.
    pub(super) fn solve(
        &self,
        game: &Game,
        epsilon: Rational,
        scope: &Scope,
    ) -> Result<Outcome, SolveError> {
        let (all, left) = (&self.settings.control, self.left.get().max(1));
        self.left.set(left - 1);
        let share = all.remaining().map(|time| time / left);
        let control = share.map_or_else(|| all.clone(), |share| all.within(share));
        let race_control = match (self.settings.race_control.remaining(), all.remaining(), share) {
            // The part of the time that the binary64 race may take stays the same.
            (Some(race), Some(time), Some(share)) if !time.is_zero() => {
                all.within(share.mul_f64(race.div_duration_f64(time).min(1.0)))
            }
            _ => control.clone(),
        };
        let (decision, point) = match scope {
            Scope::All => (None, None),
            Scope::Decision(index) => (Some(*index), None),
            Scope::Point(values) => (None, Some(values.clone())),
        };
        solve(
            game,
            &Settings { epsilon, decision, point, control, race_control, ..self.settings.clone() },
        )
    }
}
