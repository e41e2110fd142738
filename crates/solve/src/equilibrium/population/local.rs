//! Populations: from points of the relaxation to eps-equilibria, improved by a convex-concave
//! procedure.

use super::master::Mixture;
use super::model::{Cell, Goal};
use super::relaxation::Relaxation;
use crate::equilibrium::Control;

/// Amount that an incumbent keeps below eps so that its rational neighbour is an eps-equilibrium
/// too.
const MARGIN: f64 = 1e-11;
/// Halvings towards a feasible population.
const HALVINGS: usize = 50;
/// Best responses that confirm a pull.
const CONFIRMATIONS: usize = 12;
/// Steps of the convex-concave procedure.
const STEPS: usize = 12;

/// A mixture of policies that is an eps-equilibrium up to rounding.
#[derive(Debug, Clone)]
pub(super) struct Incumbent {
    /// `sigma J0`.
    pub(super) value: f64,
    /// `(policy, weight)`.
    pub(super) weights: Vec<(usize, f64)>,
    /// Mixtures whose exploitability is (nearly) zero: directions in which to look for feasible
    /// populations.
    pub(super) anchors: Vec<Vec<(usize, f64)>>,
}

impl Incumbent {
    pub(super) fn new() -> Self {
        Incumbent { value: f64::INFINITY, weights: Vec::new(), anchors: Vec::new() }
    }

    /// Takes the mixture if it is feasible and better; whether it is feasible.
    pub(super) fn consider(
        &mut self,
        relaxation: &mut Relaxation,
        weights: &[(usize, f64)],
    ) -> bool {
        let values = relaxation.mix(weights);
        let (exploitability, _) = relaxation.best_response(&values);
        let epsilon = relaxation.model.epsilon;
        // At eps = 0 only exact equilibria count, and binary64 cannot recognise them.
        let feasible = epsilon > 0.0 && exploitability <= epsilon - MARGIN.min(epsilon / 4.0);
        if feasible {
            let value = relaxation.model.leader(&values);
            if value < self.value {
                self.value = value;
                self.weights = weights.to_vec();
            }
        }
        feasible
    }

    /// Pulls a mixture towards feasible ones until it is feasible itself.
    fn pull(&mut self, relaxation: &mut Relaxation, weights: &[(usize, f64)]) {
        if self.consider(relaxation, weights) {
            return;
        }
        let mut towards = self.anchors.clone();
        if !self.weights.is_empty() {
            towards.push(self.weights.clone());
        }
        let from = relaxation.mix(weights);
        for anchor in towards {
            let to = relaxation.mix(&anchor);
            // The policies known bound exploitability from below; a best response confirms, or
            // becomes one of them.
            for _ in 0..CONFIRMATIONS {
                let Some(share) = least_share(relaxation, &from, &to) else { break };
                let mixed = blend(weights, &anchor, share);
                let known = relaxation.policies.len();
                // Nothing better can come from a pull that already costs more than the incumbent.
                if relaxation.model.leader(&relaxation.mix(&mixed)) >= self.value
                    || self.consider(relaxation, &mixed)
                {
                    break;
                }
                if relaxation.policies.len() == known {
                    break;
                }
            }
        }
    }

    /// Looks for populations with values below `enough` near a point of the relaxation, programmes
    /// being solved to `tolerance`; not further than that when `search` says that the box has been
    /// searched before.
    pub(super) fn improve(
        &mut self,
        relaxation: &mut Relaxation,
        point: &Mixture,
        (search, enough): (bool, f64),
        tolerance: f64,
        control: &Control,
    ) {
        if relaxation.model.epsilon == 0.0 {
            return;
        }
        let before = self.value;
        self.pull(relaxation, &point.weights);
        if self.value <= enough || (!search && self.value >= before) {
            return;
        }
        self.convex_concave(relaxation, &point.weights.clone(), tolerance, control);
        if self.value < before {
            let weights = self.weights.clone();
            self.convex_concave(relaxation, &weights, tolerance, control);
        }
    }

    /// Replaces the concave squares by their tangents at the current population and solves again,
    /// until nothing improves.
    fn convex_concave(
        &mut self,
        relaxation: &mut Relaxation,
        start: &[(usize, f64)],
        tolerance: f64,
        control: &Control,
    ) {
        let count = relaxation.model.squares.len();
        let concave: Vec<bool> = relaxation
            .model
            .squares
            .iter()
            .map(|square| square.follower > 0.0 || square.leader < 0.0)
            .collect();
        let mut weights = start.to_vec();
        let mut last = f64::INFINITY;
        for _ in 0..STEPS {
            if control.stopped() {
                return;
            }
            let values = relaxation.mix(&weights);
            let points: Vec<Option<f64>> =
                (0..count).map(|i| concave[i].then(|| relaxation.model.root(i, &values))).collect();
            let Some(next) = relaxation.inner_point(&Cell::inner(&points), tolerance, control)
            else {
                return;
            };
            let before = self.value;
            self.pull(relaxation, &next.weights);
            let value = relaxation.model.leader(&relaxation.mix(&next.weights));
            if (last - value).abs() <= 1e-12 * (1.0 + value.abs()) {
                return;
            }
            if self.value >= before && value >= last {
                return;
            }
            last = value;
            weights = next.weights;
        }
    }

    /// Adds an exact equilibrium, as a population and as a direction to pull to.
    pub(super) fn add_equilibrium(&mut self, value: f64, weights: Vec<(usize, f64)>) {
        if value < self.value {
            self.value = value;
            self.weights.clone_from(&weights);
        }
        self.add_anchor(weights);
    }

    /// Adds a direction to pull to.
    pub(super) fn add_anchor(&mut self, weights: Vec<(usize, f64)>) {
        self.anchors.push(weights);
    }
}

/// The least share of `to` at which no policy known gains more than eps; `None` when even `to` is
/// not an eps-equilibrium.
fn least_share(relaxation: &Relaxation, from: &[f64], to: &[f64]) -> Option<f64> {
    let model = &relaxation.model;
    let bound = model.epsilon - 2.0 * MARGIN.min(model.epsilon / 8.0);
    let feasible = |share: f64| {
        let values: Vec<f64> =
            from.iter().zip(to).map(|(a, b)| (1.0 - share) * a + share * b).collect();
        let earned = model.earned(&values);
        relaxation
            .policies
            .iter()
            .all(|policy| model.deviation(&policy.values, &values) - earned <= bound)
    };
    if !feasible(1.0) {
        return None;
    }
    let (mut inside, mut outside) = (1.0, 0.0);
    for _ in 0..HALVINGS {
        let middle = (inside + outside) / 2.0;
        if feasible(middle) { inside = middle } else { outside = middle }
    }
    Some(inside)
}

/// `(1 - share) a + share b`.
fn blend(a: &[(usize, f64)], b: &[(usize, f64)], share: f64) -> Vec<(usize, f64)> {
    let mut mixed: Vec<(usize, f64)> =
        a.iter().map(|&(policy, weight)| (policy, (1.0 - share) * weight)).collect();
    for &(policy, weight) in b {
        match mixed.iter_mut().find(|(own, _)| *own == policy) {
            Some((_, own)) => *own += share * weight,
            None => mixed.push((policy, share * weight)),
        }
    }
    mixed.retain(|(_, weight)| *weight > 0.0);
    mixed
}

impl Relaxation {
    /// A point of the relaxation in which concave squares are replaced: the goal is the objective.
    fn inner_point(&mut self, cell: &Cell, tolerance: f64, control: &Control) -> Option<Mixture> {
        self.bound(cell, Goal::Objective, (tolerance, f64::INFINITY), control)?.point
    }

    /// Least and greatest value of the form of a square over all flows, widened by rounding.
    pub(super) fn root_range(&mut self, square: usize) -> (f64, f64) {
        let mut factors = vec![0.0; self.model.game.forms()];
        let coefficients = self.model.squares[square].coefficients.clone();
        let mut end = |sign: f64| {
            for (j, coefficient) in coefficients.iter().enumerate() {
                factors[super::approx::FIRST_COORDINATE + j] = sign * coefficient;
            }
            let (value, choice) = self.model.game.least(&factors);
            (value, choice)
        };
        let (low, lowest) = end(1.0);
        let (high, highest) = end(-1.0);
        for choice in [lowest, highest] {
            let policy = self.policy(choice);
            self.add_column(policy);
        }
        let high = -high;
        let slack = 1e-12 * (1.0 + low.abs().max(high.abs()));
        (low - slack, high + slack)
    }
}
