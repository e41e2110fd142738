//! Bounds on boxes: the master programme with pricing and separation until nothing is missing.

use super::approx::Choice;
use super::master::{Master, Mixture, Run};
use super::model::{Cell, Goal, Model, Multipliers, PolicyApprox};
use crate::equilibrium::Control;
use std::collections::HashMap;
use std::time::Duration;

/// Most rounds of pricing and separation for one bound; a bound found by then is valid all the
/// same.
const MOST_ROUNDS: usize = 400;

/// Least violation worth a row: the programme itself is solved to 1e-9.
const VIOLATION: f64 = 3e-9;

/// What is known of a box for one goal.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    /// Best bound of the goal; infinite when the box is empty.
    pub(super) bound: f64,
    /// What proves it.
    pub(super) multipliers: Multipliers,
    /// The last point of the relaxation; `None` when the box was shown empty.
    pub(super) point: Option<Mixture>,
    /// Curvature of each square at the last point.
    pub(super) curvatures: Vec<f64>,
}

/// Policies, programme and model of one inner problem.
#[derive(Debug)]
pub(super) struct Relaxation {
    pub(super) model: Model,
    pub(super) policies: Vec<PolicyApprox>,
    known: HashMap<Choice, usize>,
    pub(super) master: Master,
    pub(super) inductions: usize,
    /// Tangents that keep the programme bounded.
    base: Vec<(usize, f64)>,
    /// Programmes solved by masters before the present one.
    solved_before: usize,
}

impl Relaxation {
    pub(super) fn new(model: Model) -> Self {
        let master = Master::new(&model);
        Relaxation {
            model,
            policies: Vec::new(),
            known: HashMap::new(),
            master,
            inductions: 0,
            base: Vec::new(),
            solved_before: 0,
        }
    }

    /// A tangent that every programme has.
    pub(super) fn add_base_tangent(&mut self, square: usize, point: f64) {
        self.master.add_tangent(square, point);
        self.base.push((square, point));
    }

    /// Number of programmes solved.
    pub(super) fn solves(&self) -> usize {
        self.solved_before + self.master.solves()
    }

    /// Starts a new programme with the same columns: rows come back by separation where they are
    /// needed.
    pub(super) fn rebuild(&mut self) {
        self.solved_before += self.master.solves();
        let mut master = Master::new(&self.model);
        for &(square, point) in &self.base {
            master.add_tangent(square, point);
        }
        for (position, policy) in self
            .policies
            .iter()
            .enumerate()
            .filter(|(position, _)| self.master.has_column(*position))
        {
            master.add_column(position, &policy.values);
        }
        self.master = master;
    }

    /// Knows these policies and no others, and has a new programme with the given contents.
    pub(super) fn restore(
        &mut self,
        choices: Vec<Choice>,
        (columns, deviations, tangents): (Vec<usize>, Vec<usize>, Vec<(usize, f64)>),
    ) {
        self.solved_before += self.master.solves();
        self.policies.clear();
        self.known.clear();
        choices.into_iter().for_each(|choice| {
            self.policy(choice);
        });
        self.master = Master::new(&self.model);
        for (square, point) in tangents {
            self.master.add_tangent(square, point);
        }
        columns.into_iter().for_each(|policy| {
            self.add_column(policy);
        });
        deviations.into_iter().for_each(|policy| {
            self.add_deviation(policy);
        });
    }

    /// Position of a policy, which is evaluated when it is new.
    pub(super) fn policy(&mut self, choice: Choice) -> usize {
        if let Some(&known) = self.known.get(&choice) {
            return known;
        }
        self.inductions += 1;
        self.policies.push(self.model.evaluated(choice.clone()));
        self.known.insert(choice, self.policies.len() - 1);
        self.policies.len() - 1
    }

    /// Makes a policy a column; whether it was none.
    pub(super) fn add_column(&mut self, policy: usize) -> bool {
        let new = !self.master.has_column(policy);
        if new {
            self.master.add_column(policy, &self.policies[policy].values);
        }
        new
    }

    /// Makes a policy a deviation; whether it was none.
    pub(super) fn add_deviation(&mut self, policy: usize) -> bool {
        let new = !self.master.has_deviation(policy);
        if new {
            self.master.add_deviation(&self.model, policy, &self.policies[policy].values);
        }
        new
    }

    /// The best response to a population and its exploitability.
    pub(super) fn best_response(&mut self, values: &[f64]) -> (f64, usize) {
        self.inductions += 1;
        let (exploitability, choice) = self.model.best_response(values);
        (exploitability, self.policy(choice))
    }

    /// Values of the forms under a mixture.
    pub(super) fn mix(&self, weights: &[(usize, f64)]) -> Vec<f64> {
        let mut values = vec![0.0; self.model.game.forms()];
        for (policy, weight) in weights {
            values
                .iter_mut()
                .zip(&self.policies[*policy].values)
                .for_each(|(sum, value)| *sum += weight * value);
        }
        values
    }

    /// The best bound of `goal` on a box, to `tolerance` or until it reaches `enough`.
    pub(super) fn bound(
        &mut self,
        cell: &Cell,
        goal: Goal,
        (tolerance, enough): (f64, f64),
        control: &Control,
    ) -> Option<Bounded> {
        self.master.set_cell(cell);
        self.master.set_goal(&self.model, goal);
        let mut best: Option<Bounded> = None;
        let mut fresh = false;
        let mut last: Option<(Mixture, f64)> = None;
        for _ in 0..MOST_ROUNDS {
            if control.stopped() {
                break;
            }
            self.master
                .engine()
                .set_time_limit(control.remaining().map(|left| left.max(Duration::from_millis(1))));
            match self.master.run(&self.model, &self.policies, cell, goal) {
                Run::Nothing if fresh => break,
                Run::Nothing => {
                    // A basis gone bad: once more from nothing.
                    self.master.restart();
                    fresh = true;
                }
                Run::Ray(multipliers) => {
                    self.inductions += 1;
                    let (value, choice) =
                        self.model.bound(&self.policies, &multipliers, cell, Goal::Objective);
                    let cutoff = if let Goal::Range { cutoff, .. } = goal { cutoff } else { 0.0 };
                    let scale = multipliers.objective
                        + Model::total(&multipliers)
                        + multipliers.ranges.iter().map(|k| k.abs()).sum::<f64>();
                    if value - multipliers.objective * cutoff > 1e-9 * scale.max(f64::MIN_POSITIVE)
                    {
                        return Some(Bounded {
                            bound: f64::INFINITY,
                            multipliers,
                            point: None,
                            curvatures: Vec::new(),
                        });
                    }
                    let policy = self.policy(choice);
                    if !self.add_column(policy) {
                        break;
                    }
                }
                Run::Point(point, multipliers, value) => {
                    self.inductions += 1;
                    let (bound, choice) =
                        self.model.bound(&self.policies, &multipliers, cell, goal);
                    let total = Model::total(&multipliers);
                    let curvatures: Vec<f64> = (0..self.model.squares.len())
                        .map(|i| self.model.curvature(i, multipliers.objective, total))
                        .collect();
                    let better = best.as_ref().is_none_or(|best| bound > best.bound);
                    if better {
                        best = Some(Bounded {
                            bound,
                            multipliers,
                            point: Some(point.clone()),
                            curvatures: curvatures.clone(),
                        });
                    } else if let Some(best) = &mut best {
                        best.point = Some(point.clone());
                        best.curvatures.clone_from(&curvatures);
                    }
                    let stalled = last.as_ref().is_some_and(|(known, before)| {
                        known == &point && (before - bound).abs() <= f64::EPSILON * bound.abs()
                    });
                    let useless = matches!(goal, Goal::Range { worth, .. } if value < worth);
                    if bound >= enough || stalled || useless {
                        break;
                    }
                    last = Some((point.clone(), bound));
                    let mut more = false;
                    if value - bound > tolerance / 2.0 {
                        let policy = self.policy(choice);
                        more |= self.add_column(policy);
                    }
                    more |= self.separate(&point, &curvatures, tolerance);
                    if !more {
                        break;
                    }
                }
            }
        }
        best
    }

    /// Adds the deviation and the tangents that the point violates; whether there were any.
    fn separate(&mut self, point: &Mixture, curvatures: &[f64], tolerance: f64) -> bool {
        let mut more = false;
        let (exploitability, policy) = self.best_response(&point.values);
        // In the relaxation the quadratic form is that of the s_i.
        let slack: f64 = (0..self.model.squares.len())
            .map(|i| {
                self.model.squares[i].follower
                    * (point.squares[i] - self.model.root(i, &point.values).powi(2))
            })
            .sum();
        if exploitability - slack > self.model.epsilon + (tolerance * 1e-3).max(VIOLATION) {
            more |= self.add_deviation(policy);
        }
        for (i, curvature) in curvatures.iter().enumerate() {
            let missing = point.roots[i].powi(2) - point.squares[i];
            let needed = self.model.squares[i].follower < 0.0 || self.model.squares[i].leader > 0.0;
            if needed && missing * curvature.abs().max(1e-3) > (tolerance * 0.1).max(VIOLATION) {
                self.master.add_tangent(i, point.roots[i]);
                more = true;
            }
        }
        more
    }
}
