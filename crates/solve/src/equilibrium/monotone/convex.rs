//! One region first, and the other searches where it leaves a gap in a game of few statistics.

use super::MonotoneSearch;
use crate::certificate::Selection;
use crate::equilibrium::inner::{
    CONVEX, Counts, InnerProblem, InnerSearch, other_search, resumed_search,
};
use crate::equilibrium::kept::{Kept, Words, put_proved, put_word, take_proved};
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
    /// Whether it goes box by box.
    careful: bool,
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
            careful: false,
        }
    }

    /// The search whose state the next words are.
    #[must_use]
    pub(in crate::equilibrium) fn resumed(
        problem: &InnerProblem<'_>,
        words: &mut Words<'_>,
    ) -> Option<Self> {
        let proved = take_proved(words, problem.shape())?;
        let first = MonotoneSearch::new(problem).ok()?.ended(proved);
        let second = if bool::take(words)? { Some(resumed_search(problem, words)?) } else { None };
        Some(Convex { second, ..Convex::new(first, problem) })
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
            if let Some(second) = self.second.as_mut().filter(|_| self.careful) {
                second.box_by_box();
            }
        }
    }

    fn box_by_box(&mut self) {
        self.careful = true;
        if let Some(second) = &mut self.second {
            second.box_by_box();
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

    /// The region is worked on in one go: there is a state once it is done.
    fn keep(&self, out: &mut String) -> bool {
        if !self.first.done() {
            return false;
        }
        put_word(out, CONVEX);
        put_proved(out, self.first.shown());
        let mut other = String::new();
        let kept = self.second.as_ref().map(|second| second.keep(&mut other));
        (kept == Some(true)).put(out);
        out.push_str(&other);
        kept != Some(false)
    }
}
