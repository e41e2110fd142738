//! Monotone games with any number of statistics, affine in them or with functions of them, in one
//! region.
//!
//! The eps-equilibria form a convex set, so the bound is one convex programme: an interior point
//! finds a deviation, a multiplier of the budget and a point of tangents, which together are the
//! proof (rule (O) of docs/certificate.md), and a flow, which is the witness. At eps = 0 the
//! witness is the bound for the other sign, since an equilibrium exists.

mod bracket;
mod build;
mod convex;
mod curve;
mod dense;
mod interior;
mod local;
mod model;
mod newton;
mod search;

pub use convex::Convex;

use super::inner::{Counts, InnerProblem, InnerSearch};
use super::{Control, Proof, Proved, range_of};
use crate::certificate::Selection;
use crate::check::monotone::{Monotone, NotMonotone};
use crate::exact::{Rational, to_approx};
use crate::game::Instance;
use search::{Question, Shown};

/// A search for `min sigma J0` over the eps-equilibria of a monotone game.
pub struct MonotoneSearch {
    instance: Instance,
    game: Monotone,
    sigma: Rational,
    epsilon: Rational,
    gap: f64,
    proved: Proved,
    done: bool,
    inductions: usize,
}

impl MonotoneSearch {
    /// Begins a search.
    ///
    /// # Errors
    /// [`NotMonotone`] when the game is not one of these.
    pub fn new(problem: &InnerProblem<'_>) -> Result<Self, NotMonotone> {
        Ok(MonotoneSearch {
            game: Monotone::new(problem.instance)?,
            instance: problem.instance.clone(),
            sigma: match problem.selection {
                Selection::Pessimistic => Rational::ONE,
                Selection::Optimistic => Rational::NEG_ONE,
            },
            epsilon: problem.epsilon.clone(),
            gap: to_approx(problem.gap),
            proved: range_of(problem.instance, problem.selection),
            done: false,
            inductions: 0,
        })
    }

    /// The search after its end, with what it has shown.
    fn ended(self, proved: Proved) -> Self {
        MonotoneSearch { proved, done: true, ..self }
    }

    /// What is shown so far.
    fn shown(&self) -> &Proved {
        &self.proved
    }

    /// Number of statistics on which rewards depend.
    #[must_use]
    pub fn statistics(&self) -> usize {
        self.game.statistics()
    }

    /// Whether bound and witness are as close as was asked.
    #[must_use]
    pub fn closed(&self) -> bool {
        let (bound, witness) = self.interval_approx();
        witness - bound <= self.gap * bound.abs().max(witness.abs()).max(1.0)
    }

    fn keep(&mut self, bound: Option<Shown>, witness: Option<Shown>) {
        let proof = |shown: Shown| Proof { value: shown.value, steps: vec![shown.step] };
        let bound = bound.map(proof).unwrap_or_else(|| self.proved.bound.clone());
        let witness = witness.map(proof).unwrap_or_else(|| self.proved.witness.clone());
        self.proved.improve(Proved { bound, witness });
    }
}

impl InnerSearch for MonotoneSearch {
    fn advance(&mut self, control: &Control) {
        if self.done {
            return;
        }
        let stopped = || control.stopped();
        let question = Question {
            instance: &self.instance,
            game: &self.game,
            epsilon: &self.epsilon,
            gap: self.gap,
        };
        let answered = question.side(&self.sigma).and_then(|side| {
            if self.epsilon > Rational::ZERO {
                return Ok(question.positive(&side, &stopped));
            }
            let other = question.side(&-&self.sigma)?;
            let mut middle = None;
            let bound = question.zero(&side, false, &mut middle, &stopped);
            Ok((bound, question.zero(&other, true, &mut middle, &stopped)))
        });
        let Ok((bound, witness)) = answered else {
            self.done = true;
            return;
        };
        self.keep(bound, witness);
        // What was stopped begins anew where there is more time.
        self.done = !control.stopped();
    }

    fn done(&self) -> bool {
        self.done
    }

    fn interval_approx(&self) -> (f64, f64) {
        (to_approx(&self.proved.bound.value), to_approx(&self.proved.witness.value))
    }

    fn proved(&mut self) -> Proved {
        self.proved.clone()
    }

    fn counts(&self) -> Counts {
        Counts { nodes: 1, lp_solves: 0, inductions: self.inductions }
    }
}
