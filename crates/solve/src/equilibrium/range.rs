//! What the extreme rewards show of the leader's reward, where no engine fits the game.

use super::inner::{Counts, InnerProblem, InnerSearch};
use super::{Control, Proved, range_of};
use crate::exact::to_approx;

/// A search that has nothing to look for.
pub struct RangeSearch {
    proved: Proved,
}

impl RangeSearch {
    /// The bounds of a problem.
    #[must_use]
    pub fn new(problem: &InnerProblem<'_>) -> Self {
        RangeSearch { proved: range_of(problem.instance, problem.selection) }
    }
}

impl InnerSearch for RangeSearch {
    fn advance(&mut self, _: &Control) {}

    fn done(&self) -> bool {
        true
    }

    fn interval_approx(&self) -> (f64, f64) {
        (to_approx(&self.proved.bound.value), to_approx(&self.proved.witness.value))
    }

    fn proved(&mut self) -> Proved {
        self.proved.clone()
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }
}
