//! What a user may ask of [`solve`](super::solve()), and why it may refuse.

use super::checkpoint::Keeper;
use crate::certificate::Selection;
use crate::equilibrium::Control;
use crate::exact::Rational;
use crate::follower::Precision;
use crate::game::{NotADecision, NotQuadratic, ObjectiveError};
use std::fmt;

/// How the value over a polytope of decisions is bounded from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Covering {
    /// By a tree of best responses from four free parameters on, by simplices where there are fewer
    /// or the game is none that trees are made for.
    #[default]
    Auto,
    /// By simplices of decisions.
    Simplices,
    /// By a tree of multipliers and best responses, wherever it is possible.
    BestResponses,
}

/// The state of a solve, for a progress indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// Lower bound of the value, not yet proved.
    pub lower_approx: f64,
    /// Upper bound of the value, not yet proved.
    pub upper_approx: f64,
    /// Decisions that can still win.
    pub open: usize,
    /// Decisions in all.
    pub decisions: usize,
}

/// Told about progress now and then; called from one thread at a time.
pub type Observer<'a> = &'a (dyn Fn(Progress) + Sync);

/// Told about an answer that the checker accepted, while a better one is looked for.
pub type Accepted<'a> = &'a (dyn Fn(&super::Outcome) + Sync);

/// Settings of a solve.
#[derive(Clone)]
pub struct Settings<'a> {
    /// Largest exploitability of the equilibria considered, at least 0.
    pub epsilon: Rational,
    /// Worst or best equilibrium for the leader.
    pub selection: Selection,
    /// Accepted width of the answer relative to `max(1, |value|)`.
    pub gap: Rational,
    /// How a polytope of decisions is bounded from above.
    pub covering: Covering,
    /// Arithmetic of the proofs.
    pub precision: Precision,
    /// Threads that race decisions.
    pub threads: usize,
    /// Only this decision of a finite leader, by position.
    pub decision: Option<usize>,
    /// Only this point of the decision set, a number per parameter; `decision` is then without
    /// effect.
    pub point: Option<Vec<Rational>>,
    /// The decision reported has multiples of this for free parameters without a grid; the bounds
    /// are about all decisions.
    pub decision_grid: Option<Rational>,
    /// An expression in place of the leader's reward
    /// ([`Game::with_objective`](crate::game::Game::with_objective)).
    pub objective: Option<String>,
    /// Time limit and interruption.
    pub control: Control,
    /// Time limit and interruption of the race in class C0 and over a polytope of decisions; the
    /// proofs that follow go on until `control` stops. Elsewhere it counts without a time limit of
    /// `control` only, else rounds of search, proof and check share that.
    pub race_control: Control,
    /// Told about answers that the checker accepted, before the last one.
    pub accepted: Option<Accepted<'a>>,
    /// Progress.
    pub observer: Option<Observer<'a>>,
    /// Where states of searches are kept for a later call, and found again.
    pub keeper: Option<&'a dyn Keeper>,
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("epsilon", &self.epsilon)
            .field("selection", &self.selection)
            .field("gap", &self.gap)
            .field("covering", &self.covering)
            .field("precision", &self.precision)
            .field("threads", &self.threads)
            .field("decision", &self.decision)
            .field("point", &self.point)
            .field("decision_grid", &self.decision_grid)
            .field("objective", &self.objective)
            .finish_non_exhaustive()
    }
}

impl Settings<'_> {
    /// Pessimistic, gap 1e-6, one thread, no limit.
    #[must_use]
    pub fn new(epsilon: Rational) -> Self {
        Settings {
            epsilon,
            selection: Selection::Pessimistic,
            gap: crate::exact::ratio(1, 1_000_000),
            covering: Covering::Auto,
            precision: Precision::Auto,
            threads: 1,
            decision: None,
            point: None,
            decision_grid: None,
            objective: None,
            control: Control::default(),
            race_control: Control::default(),
            accepted: None,
            observer: None,
            keeper: None,
        }
    }
}

/// Why a game is not solved.
#[derive(Debug, thiserror::Error)]
pub enum SolveError {
    /// A game outside what the searches of this version cover.
    #[error("not supported yet: {0}")]
    Class(#[from] NotQuadratic),
    /// No decision satisfies the bounds, grids and constraints, as far as was looked.
    #[error("no decision found that satisfies the bounds, grids and constraints of the leader")]
    NoDecision,
    /// Requirements on the decisions of a list, where the question is about all decisions.
    #[error(
        "the game has [[leader.require]], which only `solve` considers; ask about one decision, or \
         leave the requirements out"
    )]
    Requirements,
    /// Requirements on a continuum of decisions.
    #[error(
        "requirements ([[leader.require]]) are judged decision by decision, at most 2000: give \
         every variable a `step`, ask about multiples of a STEP with --decision-grid (Python: \
         decision_grid=), or about one decision with --decision"
    )]
    RequirementsOfContinuum,
    /// The expression in place of the leader's reward means nothing in this game.
    #[error("the expression: {0}")]
    Objective(#[from] ObjectiveError),
    /// The point asked for is none of the leader's decisions.
    #[error("no decision of the leader: {0}")]
    Point(#[from] NotADecision),
    /// A range is asked for without saying at which decision.
    #[error("a range is that of one decision, and the game has {}", .count.map_or_else(|| "a continuum".into(), |n| format!("{n}")))]
    DecisionNeeded {
        /// Number of decisions; `None` for a continuum.
        count: Option<usize>,
    },
    /// eps is negative.
    #[error("epsilon is {0}, expected at least 0")]
    Epsilon(Rational),
    /// The decision asked for does not exist.
    #[error("decision {index} does not exist, the game has {count}")]
    Decision {
        /// Position asked for.
        index: usize,
        /// Number of decisions.
        count: usize,
    },
    /// The checker refused even the simplest proofs: a defect of this program.
    #[error("the checker refused the certificate: {0}; nothing is claimed")]
    Refused(#[from] crate::check::Rejection),
    /// Writing the certificate failed.
    #[error("the certificate could not be written: {0}")]
    Write(#[from] std::io::Error),
}
