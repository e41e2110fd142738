//! Enclosures of the value as a function of epsilon in games of any class.
//!
//! With a larger epsilon there are more eps-equilibria: the pessimistic value is nonincreasing and
//! the optimistic one nondecreasing. So certified bounds at points enclose the whole function,
//! pessimistically `lower(e_{j+1}) <= V_eps <= upper(e_j)` for `e_j <= eps <= e_{j+1}`; nothing but
//! the claims at the points has to be proved. The interval in which the enclosure has the largest
//! area is halved until all are low, or short: those that stay high have a jump, or something as
//! steep.

use super::SweepError;
use crate::certificate::{CurvePoint, Selection};
use crate::check::Accepted;
use crate::exact::{Rational, ratio};
use crate::game::{Decision, Game};
use crate::leader::{Outcome, Settings, Statistics, Status, solve};

/// What a staircase is to reach.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// Accepted distance of the two curves, relative to `max(1, |value|)`.
    pub width: Rational,
    /// Length of an interval that is not divided further, however high.
    pub jump_precision: Rational,
    /// Most points.
    pub most_points: usize,
}

impl Default for Resolution {
    /// Width 1/100, jumps to 1e-6, 1000 points.
    fn default() -> Self {
        Resolution { width: ratio(1, 100), jump_precision: ratio(1, 1_000_000), most_points: 1000 }
    }
}

/// A short interval in which the value changes by more than the width asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// Where it begins.
    pub from: Rational,
    /// Where it ends.
    pub to: Rational,
    /// By how much the value changes there at least; 0 when that is not proved.
    pub least: Rational,
    /// By how much it changes at most.
    pub most: Rational,
}

/// Certified bounds at points, which enclose the function between them.
#[derive(Debug, Clone)]
pub struct StaircaseOutcome {
    /// Worst or best equilibria.
    pub selection: Selection,
    /// Bounds at the points, sharpened by those at the others.
    pub points: Vec<CurvePoint>,
    /// Per point, a decision that guarantees the lower bound there.
    pub decisions: Vec<Option<Decision>>,
    /// Where the value jumps, or changes as steeply.
    pub jumps: Vec<Jump>,
    /// Whether every interval is low or short, and every point proved to the gap.
    pub complete: bool,
    /// The certificate at each point, which the checker accepted.
    pub certificates: Vec<Vec<u8>>,
    /// What it accepted.
    pub accepted: Vec<Accepted>,
    /// Counts and times of all solves.
    pub statistics: Statistics,
}

impl StaircaseOutcome {
    /// Bounds of the value on the whole interval between point `index` and the next.
    #[must_use]
    pub fn between(&self, index: usize) -> Option<(&Rational, &Rational)> {
        let (left, right) = (self.points.get(index)?, self.points.get(index + 1)?);
        Some(match self.selection {
            Selection::Pessimistic => (&right.lower, &left.upper),
            Selection::Optimistic => (&left.lower, &right.upper),
        })
    }

    /// The area between both curves.
    #[must_use]
    pub fn area(&self) -> Rational {
        let strip = |index: usize| {
            self.between(index).map_or(Rational::ZERO, |(lower, upper)| {
                (upper - lower) * (&self.points[index + 1].epsilon - &self.points[index].epsilon)
            })
        };
        (0..self.points.len()).fold(Rational::ZERO, |sum, index| sum + strip(index))
    }
}

/// Encloses the value of `game` from `from` to `to`, which may be one epsilon; `settings.epsilon`
/// is without effect, and its time limit is for all points together.
///
/// # Errors
/// [`SweepError`] when the game is outside what is solved, or the interval is none.
pub fn staircase(
    game: &Game,
    settings: &Settings<'_>,
    (from, to): (&Rational, &Rational),
    resolution: &Resolution,
) -> Result<StaircaseOutcome, SweepError> {
    if *from < Rational::ZERO || from > to {
        return Err(SweepError::Interval { from: from.clone(), to: to.clone() });
    }
    let mut steps = Steps { game, settings, resolution, solved: Vec::new() };
    steps.solve_at(0, from.clone())?;
    if from < to {
        steps.solve_at(1, to.clone())?;
    }
    while steps.solved.len() < resolution.most_points && !settings.control.stopped() {
        let Some(index) = steps.largest_open() else { break };
        let middle = (&steps.solved[index].point.epsilon + &steps.solved[index + 1].point.epsilon)
            * ratio(1, 2);
        steps.solve_at(index + 1, middle)?;
    }
    Ok(steps.finish())
}

struct Solved {
    point: CurvePoint,
    decision: Option<Decision>,
    outcome: Outcome,
}

struct Steps<'a> {
    game: &'a Game,
    settings: &'a Settings<'a>,
    resolution: &'a Resolution,
    /// By increasing epsilon.
    solved: Vec<Solved>,
}

impl Steps<'_> {
    fn solve_at(&mut self, place: usize, epsilon: Rational) -> Result<(), SweepError> {
        // A hard point must not use up the time of all others.
        let share = self.settings.control.remaining().map(|time| time / 4);
        let control = share.map_or_else(
            || self.settings.control.clone(),
            |time| self.settings.control.within(time),
        );
        let race_control = share.map_or_else(
            || self.settings.race_control.clone(),
            |time| self.settings.control.within(time / 2),
        );
        let outcome = solve(
            self.game,
            &Settings { epsilon: epsilon.clone(), control, race_control, ..self.settings.clone() },
        )?;
        let claim = &outcome.accepted.claim;
        let point = CurvePoint { epsilon, lower: claim.lower.clone(), upper: claim.upper.clone() };
        let own_point = self.settings.point.clone().or_else(|| outcome.point.clone());
        let decision = match own_point {
            Some(values) => Some(Decision { name: None, values }),
            None => self.game.finite_decisions().and_then(|all| all.get(outcome.decision)).cloned(),
        };
        self.solved.insert(place, Solved { point, decision, outcome });
        self.sharpen();
        Ok(())
    }

    /// Every bound is at least as good as what follows from its neighbours; with it goes the
    /// decision that guarantees it.
    fn sharpen(&mut self) {
        let pessimistic = self.settings.selection == Selection::Pessimistic;
        let count = self.solved.len();
        // Lower bounds hold towards smaller epsilons, upper bounds towards larger ones; the other
        // way round for the best equilibria.
        for step in 1..count {
            let (target, source) =
                if pessimistic { (count - 1 - step, count - step) } else { (step, step - 1) };
            if self.solved[source].point.lower > self.solved[target].point.lower {
                self.solved[target].point.lower = self.solved[source].point.lower.clone();
                self.solved[target].decision = self.solved[source].decision.clone();
            }
            let (target, source) =
                if pessimistic { (step, step - 1) } else { (count - 1 - step, count - step) };
            if self.solved[source].point.upper < self.solved[target].point.upper {
                self.solved[target].point.upper = self.solved[source].point.upper.clone();
            }
        }
    }

    /// Least and greatest value on an interval.
    fn between(&self, index: usize) -> (&Rational, &Rational) {
        let (left, right) = (&self.solved[index].point, &self.solved[index + 1].point);
        match self.settings.selection {
            Selection::Pessimistic => (&right.lower, &left.upper),
            Selection::Optimistic => (&left.lower, &right.upper),
        }
    }

    fn length(&self, index: usize) -> Rational {
        &self.solved[index + 1].point.epsilon - &self.solved[index].point.epsilon
    }

    fn high(&self, index: usize) -> bool {
        let (lower, upper) = self.between(index);
        let magnitude = |x: &Rational| if *x < Rational::ZERO { -x.clone() } else { x.clone() };
        let scale = magnitude(lower).max(magnitude(upper)).max(Rational::ONE);
        upper - lower > &self.resolution.width * scale
    }

    /// The interval to be divided next.
    fn largest_open(&self) -> Option<usize> {
        let open = |&index: &usize| {
            self.high(index) && self.length(index) > self.resolution.jump_precision
        };
        let area = |index: usize| {
            let (lower, upper) = self.between(index);
            (upper - lower) * self.length(index)
        };
        (0..self.solved.len() - 1)
            .filter(open)
            .map(|index| (area(index), index))
            .max_by(|a, b| a.0.cmp(&b.0))
            .map(|(_, index)| index)
    }

    fn finish(self) -> StaircaseOutcome {
        let selection = self.settings.selection;
        let jump = |index: usize| {
            let (left, right) = (&self.solved[index].point, &self.solved[index + 1].point);
            let (low, high) =
                if selection == Selection::Pessimistic { (right, left) } else { (left, right) };
            let least = (&high.lower - &low.upper).max(Rational::ZERO);
            Jump {
                from: left.epsilon.clone(),
                to: right.epsilon.clone(),
                least,
                most: &high.upper - &low.lower,
            }
        };
        let short = |index: &usize| {
            self.high(*index) && self.length(*index) <= self.resolution.jump_precision
        };
        let jumps = (0..self.solved.len() - 1).filter(short).map(jump).collect();
        let complete = self.largest_open().is_none();
        let statistics = self
            .solved
            .iter()
            .fold(Statistics::default(), |sum, solved| sum.plus(&solved.outcome.statistics));
        let closed = self.solved.iter().all(|solved| solved.outcome.status != Status::Limit);
        let (mut points, mut decisions, mut certificates, mut accepted) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for solved in self.solved {
            points.push(solved.point);
            decisions.push(solved.decision);
            certificates.push(solved.outcome.certificate);
            accepted.push(solved.outcome.accepted);
        }
        StaircaseOutcome {
            selection,
            points,
            decisions,
            jumps,
            complete: complete && closed,
            certificates,
            accepted,
            statistics,
        }
    }
}
