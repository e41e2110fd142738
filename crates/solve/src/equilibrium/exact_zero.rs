//! Equilibria at eps = 0 in class C1: the exact answer where patterns of complementarity can be
//! enumerated, bounds otherwise.

use super::population::PopulationSearch;
use super::support::{Limits, SupportOutcome, solve_support};
use super::{Control, Counts, InnerProblem, InnerSearch, Proof, Proved};
use crate::certificate::Selection;
use crate::exact::to_approx;
use crate::game::{Instance, NotQuadratic};
use std::time::Duration;

/// Longest time for the enumeration, and its largest share of the time that is left.
const PATIENCE: Duration = Duration::from_secs(8);
const SHARE: u32 = 3;
/// Looks at the boxes before the enumeration: most games are nearly solved by then, and those with
/// many boxes have few patterns or too many.
const BOXES_FIRST: usize = 6;

/// Bounds by boxes, and the enumeration of patterns for an exact value.
pub(super) struct ExactZeroSearch {
    instance: Instance,
    selection: Selection,
    limits: Limits,
    /// The exact answer.
    exact: Option<SupportOutcome>,
    tried: bool,
    /// Turns of the search by boxes so far.
    looks: usize,
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
            looks: 0,
            boxes: PopulationSearch::new(
                problem.instance,
                problem.selection,
                problem.epsilon,
                problem.gap,
                control,
            )?,
        })
    }
}

impl InnerSearch for ExactZeroSearch {
    fn advance(&mut self, control: &Control) {
        if !self.tried && (self.looks >= BOXES_FIRST || self.boxes.done()) {
            self.tried = true;
            let patience = control.remaining().map_or(PATIENCE, |left| PATIENCE.min(left / SHARE));
            // Why the enumeration gives up does not matter: the boxes go on.
            self.exact = solve_support(
                &self.instance,
                self.selection,
                &control.within(patience),
                &self.limits,
            )
            .ok();
        } else {
            self.looks += 1;
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

    fn sharp(&self, proved: &Proved) -> Option<Proof> {
        if self.exact.is_some() { None } else { self.boxes.sharp(proved) }
    }

    fn counts(&self) -> Counts {
        let mut counts = self.boxes.counts();
        counts.nodes += self.exact.as_ref().map_or(0, |exact| exact.nodes);
        counts
    }
}
