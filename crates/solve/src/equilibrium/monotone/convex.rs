//! One region first, and the other searches where it leaves a gap in a game of few statistics.

use super::MonotoneSearch;
use crate::certificate::Selection;
use crate::equilibrium::inner::{Counts, InnerProblem, InnerSearch, other_search};
use crate::equilibrium::{Control, Proof, Proved};
use crate::exact::Rational;
use crate::game::Instance;

/// Most statistics for which boxes and patterns may help.
const FEW_STATISTICS: usize = 24;

/// A search in one region, and another one where that is not enough: at eps = 0 several equilibria
/// may have the same statistics.
pub struct Convex {
    first: MonotoneSearch,
    second: Option<Box<dyn InnerSearch>>,
    instance: Instance,
    selection: Selection,
    epsilon: Rational,
    gap: Rational,
}

impl Convex {
    /// Begins with the search in one region.
    #[must_use]
    pub fn new(first: MonotoneSearch, problem: &InnerProblem<'_>) -> Self {
        Convex {
            first,
            second: None,
            instance: problem.instance.clone(),
            selection: problem.selection,
            epsilon: problem.epsilon.clone(),
            gap: problem.gap.clone(),
        }
    }
}

impl InnerSearch for Convex {
    fn advance(&mut self, control: &Control) {
        if let Some(second) = &mut self.second {
            second.advance(control);
            return;
        }
        self.first.advance(control);
        if !self.first.closed() && self.first.statistics() <= FEW_STATISTICS {
            let problem = InnerProblem {
                instance: &self.instance,
                selection: self.selection,
                epsilon: &self.epsilon,
                gap: &self.gap,
            };
            self.second = other_search(&problem, control).ok();
        }
    }

    fn done(&self) -> bool {
        self.first.done() && self.second.as_ref().is_none_or(|second| second.done())
    }

    fn interval_approx(&self) -> (f64, f64) {
        let (bound, witness) = self.first.interval_approx();
        self.second.as_ref().map_or((bound, witness), |second| {
            let other = second.interval_approx();
            (bound.max(other.0), witness.min(other.1))
        })
    }

    fn proved(&mut self) -> Proved {
        let mut proved = self.first.proved();
        if let Some(second) = &mut self.second {
            proved.improve(second.proved());
        }
        proved
    }

    fn sharp(&self, proved: &Proved) -> Option<Proof> {
        self.second.as_ref().and_then(|second| second.sharp(proved))
    }

    fn counts(&self) -> Counts {
        let mut counts = self.first.counts();
        if let Some(second) = &self.second {
            let other = second.counts();
            counts.nodes += other.nodes;
            counts.lp_solves += other.lp_solves;
            counts.inductions += other.inductions;
        }
        counts
    }
}
