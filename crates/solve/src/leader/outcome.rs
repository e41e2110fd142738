//! What a solve returns: only what the checker accepted.

use crate::certificate::{Part, Step};
use crate::check::Accepted;
use crate::equilibrium::Proved;
use crate::exact::Rational;
use crate::follower::Enclosed;
use crate::game::Policy;

/// How far the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Lower and upper bound are the same rational.
    Exact,
    /// They differ by at most the gap asked for.
    WithinGap,
    /// They differ by more.
    Limit,
}

/// Why the solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// The gap was closed, or nothing was left that could close it further.
    Gap,
    /// The time limit.
    TimeLimit,
    /// The memory limit.
    MemoryLimit,
    /// The user.
    Interrupted,
}

/// The eps-equilibrium that the witness of the best decision describes.
#[derive(Debug, Clone)]
pub struct Equilibrium {
    /// Mixture of policies: each part of the population follows one.
    pub mixture: Vec<Part>,
    /// The same population as one policy; `None` when its fractions would be too long.
    pub policy: Option<Policy>,
    /// Its exploitability, at most eps.
    pub exploitability: Enclosed,
    /// The leader's reward.
    pub leader_reward: Enclosed,
}

/// Why there is an equilibrium at a witness's value where no policy is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// No population has a worse value.
    Range,
    /// No equilibrium has a worse value, and there is one.
    Every,
    /// One is in a box: an interval for every statistic.
    Inside(Vec<(Rational, Rational)>),
}

impl Existence {
    pub(super) fn of(proved: &Proved) -> Self {
        match proved.witness.steps.first() {
            Some(Step::Existence(step)) => Existence::Inside(step.ends.clone()),
            Some(Step::Lifted(_) | Step::Monotone(_) | Step::Tube(_)) => Existence::Every,
            _ => Existence::Range,
        }
    }
}

/// Counts and times.
#[derive(Debug, Clone, Copy, Default)]
pub struct Statistics {
    /// Nodes of a search tree; 1 per decision examined.
    pub nodes: usize,
    /// Linear programmes solved.
    pub lp_solves: usize,
    /// Backward inductions in binary64.
    pub inductions: usize,
    /// Decisions solved to the end.
    pub decisions_solved: usize,
    /// Proof steps that the checker refused and simpler ones replaced: always 0 unless a solver
    /// misbehaves.
    pub refused_steps: usize,
    /// Wall time without the final check, seconds.
    pub seconds_approx: f64,
    /// Wall time of the final check, seconds.
    pub check_seconds_approx: f64,
}

impl Statistics {
    /// Of two searches one after the other.
    #[must_use]
    pub fn plus(&self, other: &Statistics) -> Statistics {
        Statistics {
            nodes: self.nodes + other.nodes,
            lp_solves: self.lp_solves + other.lp_solves,
            inductions: self.inductions + other.inductions,
            decisions_solved: self.decisions_solved + other.decisions_solved,
            refused_steps: self.refused_steps + other.refused_steps,
            seconds_approx: self.seconds_approx + other.seconds_approx,
            check_seconds_approx: self.check_seconds_approx + other.check_seconds_approx,
        }
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The claim that the checker accepted, and the intervals of all decisions.
    pub accepted: Accepted,
    /// How far it goes.
    pub status: Status,
    /// Why the solve ended.
    pub termination: Termination,
    /// Position of the decision that reaches the lower bound.
    pub decision: usize,
    /// The decision itself, of a leader with a polytope of them.
    pub point: Option<Vec<Rational>>,
    /// Its worst (or best) equilibrium, where one was found.
    pub equilibrium: Option<Equilibrium>,
    /// What is known of it where it is not shown.
    pub existence: Existence,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Counts and times.
    pub statistics: Statistics,
}
