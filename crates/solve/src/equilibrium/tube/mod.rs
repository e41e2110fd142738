//! Games of two states over many stages: tubes of regret (rule (Y) of docs/certificate.md).
//!
//! The tables are those of the kernel itself, so that what a search has found is what the proof
//! shows. Paths through the cells that are left are where the local search of `lifted` looks for
//! equilibria, and the best of these says which value the next round aims at.

mod path;
mod side;

use super::lifted::LiftedProblem;
use super::{Control, Counts, InnerProblem, InnerSearch, Proof, Proved, range_of};
use crate::certificate::Selection;
use crate::exact::to_approx;
use crate::game::Instance;
use side::Side;

/// Fewest stages.
const FEWEST_STAGES: usize = 9;
/// Rounds on even cells, and after how many of these paths are followed.
const SCOUTED: usize = 5;
const FOLLOWED: usize = 3;
/// Stages up to which simple policies are looked at first: what that costs grows faster than the
/// stages.
const MOST_EARLY: usize = 120;
/// Share of the gap that a bound may leave.
const SHARE: f64 = 0.9;

/// A search for `min sigma J0` over the eps-equilibria of a game of two states.
pub struct TubeSearch {
    instance: Instance,
    selection: Selection,
    side: Side,
    /// At eps > 0: even cells, where paths are looked for.
    scout: Option<Side>,
    /// At eps = 0, the other side: there is an equilibrium, and it is not beyond.
    opposite: Option<Side>,
    witnesses: LiftedProblem,
    gap: f64,
    rounds: usize,
}

impl TubeSearch {
    /// Prepares the search; `None` where it is not for the game.
    #[must_use]
    pub fn new(problem: &InnerProblem<'_>) -> Option<Self> {
        let instance = problem.instance;
        if problem.shape().1 != 2 || problem.shape().0 < FEWEST_STAGES {
            return None;
        }
        let pessimistic = problem.selection == Selection::Pessimistic;
        let side = |pessimistic| Side::new(instance, problem.epsilon, pessimistic, false);
        let scout = || Side::new(instance, problem.epsilon, pessimistic, true);
        let opposite = if problem.epsilon.is_zero() { Some(side(!pessimistic)?) } else { None };
        let gap = to_approx(problem.gap);
        Some(TubeSearch {
            side: side(pessimistic)?,
            scout: if opposite.is_none() { Some(scout()?) } else { None },
            witnesses: LiftedProblem::new(instance, problem.selection, problem.epsilon, gap)?,
            instance: instance.clone(),
            selection: problem.selection,
            opposite,
            gap,
            rounds: 0,
        })
    }

    /// Whether cells are divided as far as they will be.
    fn divided(&self) -> bool {
        self.side.done() && self.opposite.as_ref().is_none_or(Side::done)
    }

    /// Looks for equilibria; whether there was still something to look for.
    fn explore(&mut self, control: &Control) -> bool {
        let upper = self.interval_approx().1;
        let target = upper - SHARE * self.width(upper);
        let Some(scout) = &mut self.scout else { return false };
        let few = self.instance.stages.len() <= MOST_EARLY;
        if scout.rounds() == 0 && few {
            self.witnesses.begin(control);
        }
        scout.aim(target);
        let worked = scout.advance(control);
        let rounds = scout.rounds();
        let plays = if rounds < FOLLOWED { Vec::new() } else { scout.plays() };
        if rounds == SCOUTED || !worked || scout.done() {
            self.scout = None;
        }
        for play in plays.into_iter().take_while(|_| !control.stopped()) {
            self.witnesses.follow(play, control);
        }
        if self.scout.is_none() && !few && self.witnesses.interval_approx().1.is_infinite() {
            self.witnesses.begin(control);
        }
        true
    }

    /// The width that the gap allows around a value.
    fn width(&self, value: f64) -> f64 {
        self.gap * value.abs().max(1.0)
    }
}

impl InnerSearch for TubeSearch {
    fn advance(&mut self, control: &Control) {
        if self.explore(control) {
            return;
        }
        let upper = self.interval_approx().1;
        self.side.aim(upper - SHARE * self.width(upper));
        let mut worked = self.side.advance(control);
        self.rounds += 1;
        if let Some(opposite) = &mut self.opposite {
            let lower = self.side.bound();
            opposite.aim(-lower - SHARE * self.gap * lower.abs().max(1.0));
            worked |= opposite.advance(control);
        }
        if !worked {
            // What cells leave open, boxes may close.
            self.witnesses.advance(control);
        }
    }

    fn done(&self) -> bool {
        let (lower, upper) = self.interval_approx();
        let closed = upper - lower <= self.width(upper);
        closed || self.divided() && self.witnesses.done()
    }

    fn interval_approx(&self) -> (f64, f64) {
        let range = range_of(&self.instance, self.selection);
        let found = self.witnesses.interval_approx();
        let lower = self.side.bound().max(to_approx(&range.bound.value)).max(found.0);
        let upper = to_approx(&range.witness.value).min(found.1);
        (lower, self.opposite.as_ref().map_or(upper, |side| upper.min(-side.bound())))
    }

    fn proved(&mut self) -> Proved {
        let mut proved = range_of(&self.instance, self.selection);
        let found = self.witnesses.proved();
        proved.improve(found);
        if let Some(bound) = self.side.proof(false)
            && bound.value > proved.bound.value
        {
            proved.bound = bound;
        }
        let ceiling: Option<Proof> = self.opposite.as_ref().and_then(|side| side.proof(true));
        if let Some(ceiling) = ceiling.filter(|own| own.value < proved.witness.value) {
            proved.witness = ceiling;
        }
        proved
    }

    fn counts(&self) -> Counts {
        let counts = self.witnesses.counts();
        Counts { nodes: self.rounds, ..counts }
    }
}
