//! What an analysis of sensitivity returns: only what the checker accepted, as certificates or as
//! conclusions from them.

use super::relaxed::Relaxed;
use crate::certificate::{ConclusionClaim, Scope};
use crate::drift::Drift;
use crate::exact::Rational;
use crate::game::Interval;
use crate::leader::{Outcome, Statistics, Status, Termination};

/// One decision: what is proved of it in the relaxed model, and in the truth where that is given.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The decision: one of a list, or a point.
    pub scope: Scope,
    /// Bounds of the drift that count for it.
    pub drift: Drift,
    /// Its worst case in the model at `eps + kappa`.
    pub relaxed: Outcome,
    /// Its worst cases in the truth.
    pub truth: Option<Truth>,
}

/// Worst cases of one decision in the truth.
#[derive(Debug, Clone)]
pub struct Truth {
    /// At `eps`.
    pub at_epsilon: Outcome,
    /// At `eps + 2 kappa`.
    pub relaxed_twice: Outcome,
}

impl Assessment {
    /// Bounds of `V_{eps + kappa}(u) - omega`: the leader can count on the lower one in the truth.
    #[must_use]
    pub fn guarantee(&self) -> Interval {
        let claim = &self.relaxed.accepted.claim;
        (&claim.lower - &self.drift.omega, &claim.upper - &self.drift.omega)
    }

    /// Bounds of what the decision is worth in the truth.
    #[must_use]
    pub fn true_value(&self) -> Option<Interval> {
        let claim = &self.truth.as_ref()?.at_epsilon.accepted.claim;
        Some((claim.lower.clone(), claim.upper.clone()))
    }

    /// Bounds of both ends of statement (10), `V'_{eps + 2 kappa}(u) - omega` and `V'_eps(u) +
    /// omega`.
    #[must_use]
    pub fn ends(&self) -> Option<(Interval, Interval)> {
        let (truth, omega) = (self.truth.as_ref()?, &self.drift.omega);
        let (low, high) = (&truth.relaxed_twice.accepted.claim, &truth.at_epsilon.accepted.claim);
        Some(((&low.lower - omega, &low.upper - omega), (&high.lower + omega, &high.upper + omega)))
    }

    /// Whether the three numbers of statement (10) are proved to be in order, as far as their
    /// bounds tell: `None` without a truth, `Some(false)` would refute the statement.
    #[must_use]
    pub fn sandwich(&self) -> Option<bool> {
        let ((least, _), (_, greatest)) = self.ends()?;
        let model = &self.relaxed.accepted.claim;
        Some(least <= model.upper && model.lower <= greatest)
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let truth = self.truth.iter().flat_map(|truth| [&truth.at_epsilon, &truth.relaxed_twice]);
        std::iter::once(&self.relaxed).chain(truth)
    }
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Sensitivity {
    /// The model at face value, all decisions.
    pub naive: Outcome,
    /// The relaxed game: the drift, and the decisions assessed.
    pub relaxed: Relaxed,
    /// Position of the naive decision among them.
    pub naive_position: usize,
    /// The value of the truth at `eps`, all decisions.
    pub true_value: Option<Outcome>,
    /// What is concluded of each decision: guarantees, losses, sandwiches. There from the moment at
    /// which the checker has accepted it.
    pub(super) conclusions: Option<ConclusionClaim>,
    /// A bundle: the drift, a certificate of every value, and the conclusions.
    pub certificate: Vec<u8>,
}

impl Sensitivity {
    /// The naive decision.
    #[must_use]
    pub fn naive_decision(&self) -> &Assessment {
        &self.relaxed.decisions[self.naive_position]
    }

    /// The decision with the best guarantee.
    #[must_use]
    pub fn relaxed_decision(&self) -> &Assessment {
        &self.relaxed.decisions[self.relaxed.best]
    }

    /// How many conclusions the bundle has.
    #[must_use]
    pub fn conclusions(&self) -> usize {
        self.conclusions.as_ref().map_or(0, |claim| claim.conclusions.len())
    }

    /// What a decision loses in the truth: bounds of the value there less what it is worth there.
    /// `None` without a truth, and when the question is about one decision.
    #[must_use]
    pub fn loss(&self, assessment: &Assessment) -> Option<Interval> {
        let best = &self.true_value.as_ref()?.accepted.claim;
        if best.scope != Scope::All {
            return None;
        }
        let (least, greatest) = assessment.true_value()?;
        Some(((&best.lower - greatest).max(Rational::ZERO), &best.upper - least))
    }

    /// Everything that was solved.
    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        std::iter::once(&self.naive).chain(self.relaxed.outcomes()).chain(&self.true_value)
    }

    /// How far the answer goes: as far as the loosest of its values.
    #[must_use]
    pub fn status(&self) -> Status {
        status(self.outcomes())
    }

    /// Why the search ended.
    #[must_use]
    pub fn termination(&self) -> Termination {
        termination(self.outcomes())
    }

    /// Counts and times together.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        statistics(self.outcomes())
    }
}

impl Relaxed {
    /// Everything that was solved.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.all.iter().chain(self.decisions.iter().flat_map(Assessment::outcomes))
    }
}

pub(super) fn status<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Status {
    outcomes.fold(Status::Exact, |status, outcome| match (status, outcome.status) {
        (Status::Limit, _) | (_, Status::Limit) => Status::Limit,
        (Status::Exact, other) => other,
        (Status::WithinGap, _) => Status::WithinGap,
    })
}

pub(super) fn termination<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Termination {
    outcomes.fold(Termination::Gap, |so_far, outcome| match (so_far, outcome.termination) {
        (Termination::Interrupted, _) | (_, Termination::Interrupted) => Termination::Interrupted,
        (Termination::MemoryLimit, _) | (_, Termination::MemoryLimit) => Termination::MemoryLimit,
        (Termination::TimeLimit, _) | (_, Termination::TimeLimit) => Termination::TimeLimit,
        (Termination::Gap, Termination::Gap) => Termination::Gap,
    })
}

pub(super) fn statistics<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Statistics {
    outcomes.fold(Statistics::default(), |sum, outcome| sum.plus(&outcome.statistics))
}
