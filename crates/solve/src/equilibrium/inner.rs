//! Searches for the worst eps-equilibrium of one decision, behind one face.

use super::exact_zero::ExactZeroSearch;
use super::kept::Words;
use super::lifted::LiftedProblem;
use super::monotone::{Convex, MonotoneSearch};
use super::population::PopulationSearch;
use super::range::RangeSearch;
use super::tube::TubeSearch;
use super::{Control, Proof, Proved};
use crate::certificate::Selection;
use crate::exact::{Rational, to_approx};
use crate::game::{Instance, NotQuadratic, Policy};

/// First words of the states of searches.
pub(super) const BOXES: &str = "boxes";
pub(super) const ZERO: &str = "zero";
pub(super) const LIFTED: &str = "lifted";
pub(super) const CONVEX: &str = "convex";
/// Statistics from which on a monotone game is closed in one region at once.
const MANY_STATISTICS: usize = 8;

/// What a search did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Boxes worked on.
    pub nodes: usize,
    /// Linear programmes solved.
    pub lp_solves: usize,
    /// Backward inductions in binary64.
    pub inductions: usize,
}

/// A search for `min sigma J0` over the eps-equilibria of one decision, which can be stopped at any
/// time.
pub trait InnerSearch: Send {
    /// Works for a while: until some progress is made, the gap is closed or `control` stops.
    fn advance(&mut self, control: &Control);
    /// Whether the gap is closed, or nothing is left that could close it.
    fn done(&self) -> bool;
    /// Bounds of `min sigma J0` in binary64.
    fn interval_approx(&self) -> (f64, f64);
    /// Policies that were of use in a game nearby: where to look first, the most promising one
    /// last. Without effect after the first [`advance`](Self::advance), and on what is true.
    fn suggest(&mut self, _policies: &[&Policy]) {}
    /// From now on [`advance`](Self::advance) ends after every box, so that states can be kept
    /// often.
    fn box_by_box(&mut self) {}
    /// What is shown so far.
    fn proved(&mut self) -> Proved;
    /// A better bound than that of `proved`, equal to its witness, which may not hold: for whoever
    /// has a checker to ask.
    fn sharp(&self, _proved: &Proved) -> Option<Proof> {
        None
    }
    /// What was done so far.
    fn counts(&self) -> Counts;
    /// Appends in words what a later call needs to go on from here; whether there is anything that
    /// is worth it.
    fn keep(&self, _out: &mut String) -> bool {
        false
    }
}

/// One inner problem: the game at a decision, and what is asked of it.
#[derive(Debug, Clone)]
pub struct InnerProblem<'a> {
    /// The game at the decision.
    pub instance: &'a Instance,
    /// Worst or best equilibrium for the leader.
    pub selection: Selection,
    /// Largest exploitability.
    pub epsilon: &'a Rational,
    /// Accepted distance of bounds relative to `max(1, |value|)`.
    pub gap: &'a Rational,
}

impl InnerProblem<'_> {
    /// Stages and states of the game.
    pub(super) fn shape(&self) -> (usize, usize) {
        (self.instance.stages.len(), self.instance.initial.len())
    }
}

/// The search that fits the class of the game.
///
/// # Errors
/// [`NotQuadratic`] when no search fits.
pub fn inner_search(
    problem: &InnerProblem<'_>,
    control: &Control,
) -> Result<Box<dyn InnerSearch>, NotQuadratic> {
    // Functions are known to no other engine.
    let functions = !problem.instance.functions.is_empty();
    if let Ok(search) = MonotoneSearch::new(problem)
        && (functions || search.statistics() >= MANY_STATISTICS)
    {
        return Ok(Box::new(Convex::new(search, problem)));
    }
    other_search(problem, control)
}

/// The search whose state the next words are, as it was then; `None` when they are none of a search
/// in this game.
pub(crate) fn resumed_search(
    problem: &InnerProblem<'_>,
    words: &mut Words<'_>,
) -> Option<Box<dyn InnerSearch>> {
    Some(match words.word()? {
        BOXES => Box::new(PopulationSearch::resumed(problem, words)?),
        ZERO => Box::new(ExactZeroSearch::resumed(problem, words)?),
        LIFTED => Box::new(LiftedProblem::resumed(problem, words)?),
        CONVEX => Box::new(Convex::resumed(problem, words)?),
        _ => return None,
    })
}

/// The search that fits, in one region alone excepted.
pub(super) fn other_search(
    problem: &InnerProblem<'_>,
    control: &Control,
) -> Result<Box<dyn InnerSearch>, NotQuadratic> {
    if !problem.instance.functions.is_empty() {
        return Ok(Box::new(RangeSearch::new(problem)));
    }
    if problem.epsilon.is_zero()
        && let Ok(search) = ExactZeroSearch::new(problem, control)
    {
        return Ok(Box::new(search));
    }
    box_search(problem, control)
}

/// The search over boxes that fits the class of the game, also at eps = 0.
///
/// # Errors
/// [`NotQuadratic`] when no search fits.
pub fn box_search(
    problem: &InnerProblem<'_>,
    control: &Control,
) -> Result<Box<dyn InnerSearch>, NotQuadratic> {
    match PopulationSearch::new(
        problem.instance,
        problem.selection,
        problem.epsilon,
        problem.gap,
        control,
    ) {
        Ok(search) => Ok(Box::new(search)),
        Err(reason) => match TubeSearch::new(problem) {
            Some(search) => Ok(Box::new(search)),
            None => lifted_search(problem).ok_or(reason),
        },
    }
}

/// The search over boxes of statistics.
fn lifted_search(problem: &InnerProblem<'_>) -> Option<Box<dyn InnerSearch>> {
    let gap = to_approx(problem.gap);
    let search = LiftedProblem::new(problem.instance, problem.selection, problem.epsilon, gap)?;
    Some(Box::new(search))
}
