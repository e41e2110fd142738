//! A submitted equilibrium beside the certified ones: its place in the range of its decision, and
//! what that decision loses (docs/verify.md).

use crate::certificate::{Selection, write_bundle};
use crate::claim::{Check, Chosen, Quantity, Subject, Verification};
use crate::exact::Rational;
use crate::follower::Enclosed;
use crate::game::Game;
use crate::leader::{
    Outcome, RangeOutcome, Settings, SolveError, Statistics, Status, range, solve,
};

/// What is certified about a submitted equilibrium.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The eps of everything below.
    pub epsilon: Rational,
    /// The leader's reward over the eps-equilibria of the decision.
    pub range: RangeOutcome,
    /// The value of the game.
    pub value: GameValue,
    /// The claimed value beside it.
    pub check: Option<Check>,
    /// A bundle of the certificates of all bounds, each of which the checker accepted.
    pub certificate: Vec<u8>,
}

/// What is known of the pessimistic value `V_eps` over all decisions.
#[derive(Debug, Clone)]
pub enum GameValue {
    /// The game has one decision: its value is the least end of the range.
    OnlyDecision,
    /// Solved over all decisions.
    Solved(Box<Outcome>),
    /// Not solved, for this reason.
    Refused(String),
}

/// Lower and upper bound.
pub type Interval = (Rational, Rational);

impl Comparison {
    /// Certified bounds of the least reward over the eps-equilibria of the decision.
    #[must_use]
    pub fn least(&self) -> Interval {
        bounds(&self.range.least)
    }

    /// Certified bounds of the greatest reward.
    #[must_use]
    pub fn greatest(&self) -> Interval {
        bounds(&self.range.greatest)
    }

    /// Certified bounds of the pessimistic value of the game; `None` when it was not solved.
    #[must_use]
    pub fn value_bounds(&self) -> Option<Interval> {
        let least = self.least();
        match &self.value {
            GameValue::OnlyDecision => Some(least),
            GameValue::Solved(outcome) => {
                let (lower, upper) = bounds(outcome);
                // What one decision guarantees, the best one does.
                Some((lower.max(least.0), upper))
            }
            GameValue::Refused(_) => None,
        }
    }

    /// Certified bounds of what the leader loses by the decision, `V_eps` less the least reward of
    /// the decision; at least 0.
    #[must_use]
    pub fn loss(&self) -> Option<Interval> {
        if matches!(self.value, GameValue::OnlyDecision) {
            return Some((Rational::ZERO, Rational::ZERO));
        }
        let ((value_lower, value_upper), (least_lower, least_upper)) =
            (self.value_bounds()?, self.least());
        Some((
            (value_lower - least_upper).max(Rational::ZERO),
            (value_upper - least_lower).max(Rational::ZERO),
        ))
    }

    /// Bounds of how much `reward` is above the least of the range; negative where it is below.
    #[must_use]
    pub fn above_least(&self, reward: &Enclosed) -> Interval {
        let (lower, upper) = self.least();
        (reward.lower() - upper, reward.upper() - lower)
    }

    /// Bounds of how much `reward` is below the greatest of the range.
    #[must_use]
    pub fn below_greatest(&self, reward: &Enclosed) -> Interval {
        let (lower, upper) = self.greatest();
        (lower - reward.upper(), upper - reward.lower())
    }

    /// Whether `reward` is the least of the range within `tolerance`; `None` when the bounds do not
    /// tell.
    #[must_use]
    pub fn is_worst(&self, reward: &Enclosed, tolerance: &Rational) -> Option<bool> {
        let (low, high) = self.above_least(reward);
        if high <= *tolerance {
            Some(true)
        } else if low > *tolerance {
            Some(false)
        } else {
            None
        }
    }

    /// Counts and times of all searches together.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        match &self.value {
            GameValue::Solved(outcome) => self.range.statistics().plus(&outcome.statistics),
            GameValue::OnlyDecision | GameValue::Refused(_) => self.range.statistics(),
        }
    }

    /// How far the bounds go: as far as the worst of them.
    #[must_use]
    pub fn status(&self) -> Status {
        let value = match &self.value {
            GameValue::Solved(outcome) => outcome.status,
            GameValue::OnlyDecision | GameValue::Refused(_) => Status::Exact,
        };
        match (self.range.status(), value) {
            (Status::Limit, _) | (_, Status::Limit) => Status::Limit,
            (Status::Exact, Status::Exact) => Status::Exact,
            _ => Status::WithinGap,
        }
    }
}

fn bounds(outcome: &Outcome) -> Interval {
    (outcome.accepted.claim.lower.clone(), outcome.accepted.claim.upper.clone())
}

/// Certifies the range of the leader's reward over the eps-equilibria of the judged decision, and
/// the value of the game, at `settings.epsilon`, and compares. `settings.selection`, `decision`,
/// `point` and `objective` are without effect.
///
/// The range gets two thirds of the time, the value what is left.
///
/// # Errors
/// [`SolveError`] when the range cannot be bounded at all; a value that cannot is
/// [`GameValue::Refused`].
pub fn compare(
    game: &Game,
    judged: &Verification,
    settings: &Settings<'_>,
) -> Result<Comparison, SolveError> {
    let (decision, point) = match &judged.decision {
        Chosen::Listed(index) => (Some(*index), None),
        Chosen::Point(values) => (None, Some(values.clone())),
    };
    let only = game.finite_decisions().is_some_and(|decisions| decisions.len() == 1);
    let all = &settings.control;
    let share = |whole: std::time::Duration| if only { whole } else { whole * 2 / 3 };
    let within = |control: &crate::equilibrium::Control| {
        control.remaining().map_or_else(|| control.clone(), |time| control.within(share(time)))
    };
    let base = Settings { selection: Selection::Pessimistic, objective: None, ..settings.clone() };
    let range_settings = Settings {
        decision,
        point,
        control: within(all),
        race_control: within(&settings.race_control),
        ..base.clone()
    };
    let range = range(game, &range_settings)?;
    let value = if only {
        GameValue::OnlyDecision
    } else {
        let everything = Settings {
            decision: None,
            point: None,
            control: all.clone(),
            race_control: all.clone(),
            ..base
        };
        match solve(game, &everything) {
            Ok(outcome) => GameValue::Solved(Box::new(outcome)),
            Err(reason) => GameValue::Refused(reason.to_string()),
        }
    };
    let mut certificates =
        vec![range.least.certificate.as_slice(), range.greatest.certificate.as_slice()];
    if let GameValue::Solved(outcome) = &value {
        certificates.push(outcome.certificate.as_slice());
    }
    let certificate = write_bundle(Vec::new(), &certificates)?;
    let mut found =
        Comparison { epsilon: settings.epsilon.clone(), range, value, check: None, certificate };
    found.check = judged
        .claimed_value
        .as_ref()
        .map(|claimed| value_check(&found, claimed.clone(), judged.tolerance.clone()));
    Ok(found)
}

/// The claimed value is right when the certified one is within the tolerance of it.
fn value_check(found: &Comparison, claimed: Rational, tolerance: Rational) -> Check {
    // Without a solved game all that is known is what the decision guarantees.
    let subject = Subject::Number(Quantity::Value);
    match found.value_bounds() {
        Some((lower, upper)) => {
            Check::equal(subject, claimed, Enclosed::between(lower, upper), tolerance)
        }
        None => Check::unknown(subject, claimed, tolerance),
    }
}
