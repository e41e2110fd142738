//! Climbing the Lagrangian in binary64: guidance for the exact end, and order among decisions.

use super::approx::{ApproxCache, ApproxNumbers, Point, Preference};
use crate::equilibrium::Problem;
use crate::exact::to_approx;
use crate::game::Policy;

/// Relative change below which a new policy is not better in binary64: a few hundred roundings.
const TOLERANCE_APPROX: f64 = 1e-13;
/// Inductions after which a search counts as done; honest ones need about twenty.
const MOST_INDUCTIONS: usize = 200;

/// The state of a climb: a feasible and an infeasible policy, and the multiplier between them.
#[derive(Debug)]
pub struct Search {
    numbers: ApproxNumbers,
    constant_approx: f64,
    /// `V* - eps`.
    target_approx: f64,
    epsilon_approx: f64,
    /// Best known with `r'd >= target`.
    feasible: Option<Point>,
    /// The followers' own optimum, once `feasible` is another policy.
    best_response: Option<Point>,
    /// Best known with `r'd < target`.
    infeasible: Option<Point>,
    multiplier_approx: f64,
    lower_approx: f64,
    upper_approx: f64,
    scale_approx: f64,
    inductions: usize,
    done: bool,
}

impl Search {
    /// A search that has not begun.
    #[must_use]
    pub fn new(problem: &Problem<'_>, cache: &ApproxCache) -> Self {
        Search {
            numbers: ApproxNumbers::new(problem.numbers, &problem.sigma(), cache),
            constant_approx: to_approx(&(problem.sigma() * &problem.numbers.leader_constant)),
            target_approx: f64::NEG_INFINITY,
            epsilon_approx: to_approx(problem.epsilon),
            feasible: None,
            best_response: None,
            infeasible: None,
            multiplier_approx: 0.0,
            lower_approx: f64::NEG_INFINITY,
            upper_approx: f64::INFINITY,
            scale_approx: 1.0,
            inductions: 0,
            done: false,
        }
    }

    /// Whether another step would not help.
    #[must_use]
    pub fn done(&self) -> bool {
        self.done
    }

    /// Bounds of the least `sigma J0`, up to rounding.
    #[must_use]
    pub fn interval_approx(&self) -> (f64, f64) {
        (self.lower_approx + self.constant_approx, self.upper_approx + self.constant_approx)
    }

    /// The multiplier of the best lower bound so far.
    #[must_use]
    pub fn multiplier_approx(&self) -> f64 {
        self.multiplier_approx
    }

    /// Backward inductions made so far.
    #[must_use]
    pub fn inductions(&self) -> usize {
        self.inductions
    }

    /// The feasible and the infeasible policy, where known.
    #[must_use]
    pub fn policies(&self) -> (Option<Policy>, Option<Policy>) {
        let policy = |point: &Option<Point>| point.as_ref().map(|point| self.numbers.policy(point));
        (policy(&self.feasible), policy(&self.infeasible))
    }

    /// The followers' own optimum in binary64, once known.
    #[must_use]
    pub fn best_response_policy(&self) -> Option<Policy> {
        self.best_response
            .as_ref()
            .or(self.feasible.as_ref())
            .map(|point| self.numbers.policy(point))
    }

    /// A better policy with `r'd >= target`; the first one, which earns most, is kept beside.
    fn replace_feasible(&mut self, point: Point) {
        let before = self.feasible.replace(point);
        if self.best_response.is_none() {
            self.best_response = before;
        }
    }

    /// One backward induction. Does nothing when done or when `keep_going` answers no.
    pub fn step(&mut self, keep_going: &dyn Fn() -> bool) {
        if self.done {
            return;
        }
        if self.inductions >= MOST_INDUCTIONS {
            self.done = true;
            return;
        }
        match (&self.feasible, &self.infeasible) {
            (None, _) => self.best_response(keep_going),
            (Some(_), None) => self.leader_optimum(keep_going),
            (Some(feasible), Some(infeasible)) => {
                let multiplier = (feasible.cost_approx - infeasible.cost_approx)
                    / (feasible.reward_approx - infeasible.reward_approx);
                self.between(multiplier, keep_going);
            }
        }
    }

    /// First step: the followers' own optimum, which is always feasible.
    fn best_response(&mut self, keep_going: &dyn Fn() -> bool) {
        let Some(point) = self.numbers.respond(Preference::Reward, keep_going) else { return };
        self.inductions += 1;
        self.target_approx = point.reward_approx - self.epsilon_approx;
        self.upper_approx = point.cost_approx;
        self.scale_approx =
            self.scale_approx.max(point.cost_approx.abs()).max(point.reward_approx.abs());
        self.feasible = Some(point);
    }

    /// Second step: lambda = 0, the optimum without the equilibrium row.
    fn leader_optimum(&mut self, keep_going: &dyn Fn() -> bool) {
        let Some(point) = self.numbers.respond(Preference::Lagrangian(0.0), keep_going) else {
            return;
        };
        self.inductions += 1;
        self.lower_approx = point.cost_approx;
        self.multiplier_approx = 0.0;
        self.scale_approx =
            self.scale_approx.max(point.cost_approx.abs()).max(point.reward_approx.abs());
        if point.reward_approx >= self.target_approx {
            self.upper_approx = point.cost_approx;
            self.replace_feasible(point);
            self.done = true;
        } else if point.cost_approx >= self.upper_approx {
            self.done = true;
        } else {
            self.infeasible = Some(point);
        }
    }

    /// Later steps: the multiplier at which both policies tie.
    fn between(&mut self, multiplier: f64, keep_going: &dyn Fn() -> bool) {
        let (Some(feasible), Some(infeasible)) = (&self.feasible, &self.infeasible) else { return };
        if !multiplier.is_finite() || multiplier < 0.0 {
            self.done = true;
            return;
        }
        let line = feasible.cost_approx - multiplier * feasible.reward_approx;
        let share = (self.target_approx - infeasible.reward_approx)
            / (feasible.reward_approx - infeasible.reward_approx);
        let mixture = share * feasible.cost_approx + (1.0 - share) * infeasible.cost_approx;
        let Some(point) = self.numbers.respond(Preference::Lagrangian(multiplier), keep_going)
        else {
            return;
        };
        self.inductions += 1;
        self.upper_approx = self.upper_approx.min(mixture);
        let least = point.cost_approx - multiplier * point.reward_approx;
        let bound = least + multiplier * self.target_approx;
        if bound >= self.lower_approx {
            self.lower_approx = bound;
            self.multiplier_approx = multiplier;
        }
        if least >= line - TOLERANCE_APPROX * self.scale_approx * (1.0 + multiplier) {
            self.done = true;
            return;
        }
        if point.reward_approx >= self.target_approx {
            self.upper_approx = self.upper_approx.min(point.cost_approx);
            self.replace_feasible(point);
        } else {
            self.infeasible = Some(point);
        }
    }
}
