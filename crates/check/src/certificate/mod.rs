//! Certificates: what `solve` claims and why, as text that a checker reads in a stream.
//!
//! The grammar and the meaning of each rule are in docs/certificate.md. This module only knows the
//! shape; [`crate::check`] decides whether a step holds.

mod bundle;
mod conclusion;
mod cover;
mod curve;
mod drift;
mod equilibria;
mod existence;
mod lifted;
mod monotone;
mod multiplier;
mod read;
mod support;
mod token;
mod tree;
mod tube;
mod write;

pub use bundle::{BUNDLE, with_changes, write_bundle};
pub use conclusion::{
    CONCLUSION, Conclusion, ConclusionClaim, PriceKind, Sense, write_conclusions,
};
pub use cover::{CoverStep, Mix};
pub use curve::{CurvePoint, MOST_POINTS, write_curve};
pub use drift::{DRIFT, DriftBound, DriftClaim, StatedError, write_drift};
pub use equilibria::{EQUILIBRIA, EquilibriaClaim, EquilibriaReader, Pattern, write_equilibria};
pub use existence::ExistenceStep;
pub use lifted::{
    AffineForm, DeviationTerm, Ends, LiftedMultipliers, LiftedStep, MOST_TREE_BITS, REFERENCE_BITS,
};
pub use monotone::MonotoneStep;
pub use multiplier::{Amount, MultiplierStep};
pub use read::{Element, ReadError, Reader};
pub use support::{Multipliers, PairAt, SupportStep};
pub use token::MOST_BITS;
pub use tree::{Combination, End, Indexed, TreeStep};
pub use tube::TubeStep;
pub use write::{Writer, write_certificate};

use crate::exact::Rational;
use crate::game::Policy;
use std::fmt;

/// Version of the format, the second word of its first line; also of bundles.
pub const VERSION: u32 = 1;

/// Which equilibrium the followers are taken to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The worst for the leader.
    Pessimistic,
    /// The best for the leader.
    Optimistic,
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Selection::Pessimistic => "pessimistic",
            Selection::Optimistic => "optimistic",
        })
    }
}

/// Over which of the leader's decisions the value is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of a finite leader's.
    All,
    /// One of a finite leader's, by its position in the game file.
    Decision(usize),
    /// One point of the decision set, a number per parameter; steps about it follow a line
    /// `decision 0`.
    Point(Vec<Rational>),
}

/// How the numbers of a step are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Rationals.
    Exact,
    /// Fixed point with this many fractional bits, every operation rounded outwards.
    Rounded(u32),
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arithmetic::Exact => f.write_str("exact"),
            Arithmetic::Rounded(bits) => write!(f, "rounded:{bits}"),
        }
    }
}

/// `lower <= V_eps <= upper` for a game, an eps, a selection, a scope, and the leader's reward or
/// an expression in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Canonical hash of the game.
    pub game_hash: String,
    /// Largest exploitability of an eps-equilibrium.
    pub epsilon: Rational,
    /// Worst or best equilibrium.
    pub selection: Selection,
    /// Decisions over which the value is taken.
    pub scope: Scope,
    /// Expression in place of the leader's reward; names mean what they mean in the game file
    /// ([`Game::with_objective`](crate::game::Game::with_objective)).
    pub of: Option<String>,
    /// Lower bound of the value.
    pub lower: Rational,
    /// Upper bound of the value.
    pub upper: Rational,
}

/// A weighted policy of a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Share of the population that follows the policy; shares are positive and sum to 1.
    pub weight: Rational,
    /// The policy.
    pub policy: Policy,
}

/// One proof step about the decision opened by the last [`Step::Decision`].
///
/// With `sigma = 1` for the pessimistic and `-1` for the optimistic selection, a *bound* shows
/// `sigma J0 >= sigma value` for every eps-equilibrium, a *witness* shows that some eps-equilibrium
/// has `sigma J0 <= sigma value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The following steps are about this decision.
    Decision(usize),
    /// The following steps are about the decision with this value per parameter, of a leader with a
    /// polytope of decisions.
    At(Vec<Rational>),
    /// A policy that is the only equilibrium on a segment of decisions apart from its first end:
    /// the value there is a limit of values.
    Limit {
        /// The end to which decisions tend.
        from: Vec<Rational>,
        /// The other end.
        through: Vec<Rational>,
        /// A pure policy.
        policy: Policy,
    },
    /// A step of a cover of the leader's decision set, which shows an upper bound of the value.
    Cover(CoverStep),
    /// A step of a tree over decisions, multipliers and best responses, which shows an upper bound
    /// of the value, too.
    Multiplier(MultiplierStep),
    /// Bound by backward induction with a multiplier of the equilibrium row.
    DynamicProgramming {
        /// The bound.
        value: Rational,
        /// Multiplier `lambda >= 0` of `Expl <= eps`.
        multiplier: Rational,
        /// Arithmetic of the inductions.
        arithmetic: Arithmetic,
    },
    /// Bound by the extreme entries of the leader's reward.
    RangeBound {
        /// The bound.
        value: Rational,
    },
    /// An eps-equilibrium, as a mixture of policies.
    Witness {
        /// Leader reward that it is claimed to reach.
        value: Rational,
        /// Arithmetic of the inductions.
        arithmetic: Arithmetic,
        /// The mixture.
        parts: Vec<Part>,
    },
    /// A policy that a curve of the value over epsilon mixes with others.
    Vertex {
        /// What a follower loses who plays it, `V* - r'd`, or more.
        loss: Rational,
        /// Leader reward that it is claimed to reach.
        value: Rational,
        /// Arithmetic of the inductions.
        arithmetic: Arithmetic,
        /// The policy.
        policy: Policy,
    },
    /// An eps-equilibrium of a game of any class, as a mixture of policies; one policy when
    /// transitions depend on the population.
    PopulationWitness {
        /// Leader reward that it is claimed to reach.
        value: Rational,
        /// The mixture.
        parts: Vec<Part>,
    },
    /// An eps-equilibrium of a game of any class, a single policy, its numbers enclosed in fixed
    /// point.
    EnclosedWitness {
        /// Leader reward that it is claimed to reach.
        value: Rational,
        /// Fractional bits.
        bits: u32,
        /// One policy of weight 1.
        parts: Vec<Part>,
    },
    /// A step of a tree of population boxes, which together show a bound.
    Tree(TreeStep),
    /// A step of a tree over complementarity at eps = 0, which shows a bound.
    Support(SupportStep),
    /// A step of a tree of boxes of the statistics of a game of any class.
    Lifted(LiftedStep),
    /// The proof of a monotone game in one region.
    Monotone(MonotoneStep),
    /// The rounds of a tube of regret.
    Tube(TubeStep),
    /// A box with an equilibrium.
    Existence(ExistenceStep),
    /// Every eps-equilibrium is a witness of the extreme entries of the leader's reward.
    RangeWitness {
        /// Leader reward that no population misses.
        value: Rational,
    },
}

impl Step {
    /// Name of the rule, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Step::Decision(_) => "decision",
            Step::At(_) => "at",
            Step::Limit { .. } => "limit",
            Step::Cover(step) => step.rule(),
            Step::Multiplier(step) => step.rule(),
            Step::DynamicProgramming { .. } => "dynamic-programming",
            Step::RangeBound { .. } => "range-bound",
            Step::Witness { .. } => "witness",
            Step::Vertex { .. } => "vertex",
            Step::PopulationWitness { .. } => "population-witness",
            Step::EnclosedWitness { .. } => "enclosed-witness",
            Step::Tree(step) => step.rule(),
            Step::Support(step) => step.rule(),
            Step::Lifted(step) => step.rule(),
            Step::Monotone(step) => step.rule(),
            Step::Tube(step) => step.rule(),
            Step::Existence(_) => ExistenceStep::RULE,
            Step::RangeWitness { .. } => "range-witness",
        }
    }
}
