//! Equilibria at eps = 0 in class C1: the exact answer where patterns of complementarity can be
//! enumerated, bounds otherwise. Where the leader's reward is not affine on these patterns, the
//! vertices of their polytopes are populations for the search over boxes.

use super::inner::{BOXES, ZERO};
use super::kept::{Kept, Words, put_proved, put_word, take_proved};
use super::population::PopulationSearch;
use super::support::{Limits, SupportError, SupportOutcome, equilibria, solve_support};
use super::{Control, Counts, InnerProblem, InnerSearch, Proof, Proved};
use crate::certificate::Selection;
use crate::exact::to_approx;
use crate::game::{Instance, NotAffine, NotQuadratic};
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

impl ExactZeroSearch {
    /// The search whose state the next words are.
    pub(super) fn resumed(problem: &InnerProblem<'_>, words: &mut Words<'_>) -> Option<Self> {
        let (looks, tried) = <(usize, bool)>::take(words)?;
        let exact = if bool::take(words)? {
            let nodes = usize::take(words)?;
            Some(SupportOutcome { proved: take_proved(words, problem.shape())?, nodes })
        } else {
            None
        };
        let boxes =
            if words.is(BOXES) { PopulationSearch::resumed(problem, words)? } else { return None };
        Some(ExactZeroSearch {
            instance: problem.instance.clone(),
            selection: problem.selection,
            limits: Limits::default(),
            exact,
            tried,
            looks,
            boxes,
        })
    }

    /// Hands the vertices of all polytopes of equilibria to the boxes.
    fn offer_vertices(&mut self, control: &Control) {
        let Ok(set) = equilibria(&self.instance, control, &self.limits) else { return };
        for vertex in set.polytopes.iter().flat_map(|polytope| &polytope.vertices) {
            self.boxes.offer(&vertex.policy);
        }
    }
}

impl InnerSearch for ExactZeroSearch {
    fn advance(&mut self, control: &Control) {
        if !self.tried && (self.looks >= BOXES_FIRST || self.boxes.done()) {
            self.tried = true;
            let patience = control.remaining().map_or(PATIENCE, |left| PATIENCE.min(left / SHARE));
            let control = control.within(patience);
            match solve_support(&self.instance, self.selection, &control, &self.limits) {
                Ok(found) => self.exact = Some(found),
                Err(SupportError::NotAffine(NotAffine::Leader)) => self.offer_vertices(&control),
                // Why the enumeration gives up does not matter: the boxes go on.
                Err(_) => {}
            }
        } else {
            self.looks += 1;
            self.boxes.advance(control);
        }
    }

    fn box_by_box(&mut self) {
        self.boxes.box_by_box();
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

    fn keep(&self, out: &mut String) -> bool {
        put_word(out, ZERO);
        (self.looks, self.tried, self.exact.is_some()).put(out);
        if let Some(exact) = &self.exact {
            exact.nodes.put(out);
            put_proved(out, &exact.proved);
        }
        self.boxes.keep(out)
    }
}
