//! Equilibria at eps = 0 in class C1: the exact answer where patterns of complementarity can be enumerated, bounds otherwise.

use super::population::PopulationSearch;
use super::support::{Limits, SupportOutcome, solve_support};
use super::{Control, Counts, InnerProblem, InnerSearch, Proved};
use crate::certificate::Selection;
use crate::exact::to_approx;
use crate::game::{Instance, NotQuadratic};
use std::time::Duration;

/// Longest time for the enumeration: games that take longer are better served by bounds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The enumeration first, and the search by boxes when it gives up.
pub(super) struct ExactZeroSearch {
    instance: Instance,
    selection: Selection,
    limits: Limits,
    /// The exact answer.
    exact: Option<SupportOutcome>,
    tried: bool,
    boxes: PopulationSearch,
}

impl ExactZeroSearch {
    pub(super) fn new(problem: &InnerProblem<'_>, control: &Control) -> Result<Self, NotQuadratic> {
        Ok(ExactZeroSearch {
            instance: problem.instance.clone(),
            selection: problem.selection,
            limits: Limits::default(),
            exact: None,
            tried: false,
            boxes: PopulationSearch::new(problem.instance, problem.selection, problem.epsilon, problem.gap, control)?,
        })
    }
}

impl InnerSearch for ExactZeroSearch {
    fn advance(&mut self, control: &Control) {
        if !self.tried {
            self.tried = true;
            let patient = control.within(PATIENCE);
            // Why the enumeration gives up does not matter: the boxes go on.
            self.exact = solve_support(&self.instance, self.selection, &patient, &self.limits).ok();
        }
        if self.exact.is_none() {
            self.boxes.advance(control);
        }
    }

    fn done(&self) -> bool {
        self.exact.is_some() || (self.tried && self.boxes.done())
    }

    fn interval_approx(&self) -> (f64, f64) {
        match &self.exact {
            Some(exact) => {
                let value = to_approx(&exact.proved.bound.value);
                (value, value)
            }
            None => self.boxes.interval_approx(),
        }
    }

    fn proved(&mut self) -> Proved {
        match &self.exact {
            Some(exact) => exact.proved.clone(),
            None => self.boxes.proved(),
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = self.boxes.counts();
        counts.nodes += self.exact.as_ref().map_or(0, |exact| exact.nodes);
        counts
    }
}
