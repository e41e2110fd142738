//! Populations in binary64: the flow of a policy, what it earns, how much better a follower could
//! do.

use super::model::{Model, StageShape, Terms};
use crate::exact::to_approx;
use crate::game::{Policy, StagePolicy};

/// A policy: probability per `[stage][pair]`.
pub(crate) type Play = Vec<Vec<f64>>;

/// A policy and what becomes of it.
#[derive(Debug, Clone)]
pub(super) struct Population {
    pub(super) play: Play,
    /// `[stage][pair]`.
    pub(super) flow: Vec<Vec<f64>>,
    /// The statistics.
    pub(super) x: Vec<f64>,
    /// `sigma J0`.
    pub(super) leader: f64,
    pub(super) exploitability: f64,
    /// A best response, an action's pair per `[stage][state]`.
    pub(super) response: Vec<Vec<usize>>,
}

/// The numbers of a game at a frozen population.
#[derive(Debug, Clone)]
pub(super) struct Frozen {
    pub(super) reward: Vec<Vec<f64>>,
    pub(super) leader: Vec<Vec<f64>>,
    pub(super) probability: Vec<Vec<f64>>,
}

/// The probabilities of a policy, near enough.
pub(super) fn play_of(model: &Model, policy: &Policy) -> Play {
    let stage = |(shape, stage): (&StageShape, &StagePolicy)| {
        (0..shape.pairs.len())
            .map(|pair| to_approx(&stage.probability(shape.state[pair], shape.pairs.action(pair))))
            .collect()
    };
    model.shapes.iter().zip(&policy.stages).map(stage).collect()
}

impl Model {
    pub(super) fn polynomial(&self, terms: &Terms, x: &[f64]) -> f64 {
        terms.iter().map(|&(m, c)| c * self.monomials.value(m, x)).sum()
    }

    pub(super) fn frozen(&self, x: &[f64]) -> Frozen {
        let values: Vec<f64> =
            (0..self.monomials.len()).map(|m| self.monomials.value(m, x)).collect();
        let of = |terms: &Terms| terms.iter().map(|&(m, c)| c * values[m]).sum::<f64>();
        let all = |select: &dyn Fn(&super::model::StagePolynomials) -> Vec<f64>| {
            self.stages.iter().map(select).collect()
        };
        Frozen {
            reward: all(&|stage| stage.reward.iter().map(of).collect()),
            leader: all(&|stage| stage.leader.iter().map(of).collect()),
            probability: all(&|stage| stage.probability.iter().map(of).collect()),
        }
    }

    /// Best responses at frozen numbers: values at stage 0 averaged, and a maximiser.
    pub(super) fn best_response(&self, frozen: &Frozen) -> (f64, Vec<Vec<usize>>) {
        let mut next: Vec<f64> = Vec::new();
        let mut policy = vec![Vec::new(); self.shapes.len()];
        for (t, shape) in self.shapes.iter().enumerate().rev() {
            let mut values = Vec::with_capacity(shape.pairs.states());
            for state in 0..shape.pairs.states() {
                let (mut best, mut choice) = (f64::NEG_INFINITY, 0);
                for pair in shape.pairs.of_state(state) {
                    let mut value = frozen.reward[t][pair];
                    if let Some(successors) = &shape.successors {
                        value += successors
                            .of_pair(pair)
                            .map(|e| frozen.probability[t][e] * next[successors.state(e)])
                            .sum::<f64>();
                    }
                    if value > best {
                        (best, choice) = (value, pair);
                    }
                }
                values.push(best);
                policy[t].push(choice);
            }
            next = values;
        }
        (self.initial.iter().zip(&next).map(|(mass, value)| mass * value).sum(), policy)
    }

    /// The population that plays `play`.
    pub(super) fn population(&self, play: Play) -> Population {
        let mut x = vec![0.0; self.statistics];
        let mut masses = self.initial.clone();
        let mut flow: Vec<Vec<f64>> = Vec::with_capacity(self.shapes.len());
        for (t, shape) in self.shapes.iter().enumerate() {
            let d: Vec<f64> = (0..shape.pairs.len())
                .map(|pair| masses[shape.state[pair]] * play[t][pair])
                .collect();
            for (pair, mass) in d.iter().enumerate() {
                for &(k, weight) in &shape.weights[pair] {
                    x[k] += weight * mass;
                }
            }
            if let Some(successors) = &shape.successors {
                let mut next = vec![0.0; masses.len()];
                for (pair, mass) in d.iter().enumerate().filter(|(_, mass)| **mass != 0.0) {
                    for entry in successors.of_pair(pair) {
                        // Statistics of later stages that `x` does not know yet cancel in the
                        // probabilities of this one.
                        next[successors.state(entry)] +=
                            mass * self.polynomial(&self.stages[t].probability[entry], &x);
                    }
                }
                masses = next;
            }
            flow.push(d);
        }
        let frozen = self.frozen(&x);
        let total = |numbers: &[Vec<f64>]| {
            flow.iter()
                .zip(numbers)
                .map(|(d, r)| d.iter().zip(r).map(|(d, r)| d * r).sum::<f64>())
                .sum::<f64>()
        };
        let earned = total(&frozen.reward);
        let leader = total(&frozen.leader) + self.polynomial(&self.payoff, &x);
        let (value, response) = self.best_response(&frozen);
        Population { play, flow, x, leader, exploitability: value - earned, response }
    }

    /// The policy whose flow at its own population would be `flow`; where no mass is, `otherwise`.
    pub(super) fn play_of_flow(&self, flow: &[Vec<f64>], otherwise: &[Vec<usize>]) -> Play {
        let mut play = Vec::with_capacity(flow.len());
        for (t, (shape, d)) in self.shapes.iter().zip(flow).enumerate() {
            let mut row = vec![0.0; d.len()];
            for state in 0..shape.pairs.states() {
                let range = shape.pairs.of_state(state);
                let mass: f64 = range.clone().map(|pair| d[pair].max(0.0)).sum();
                if mass > 1e-12 {
                    range.for_each(|pair| row[pair] = d[pair].max(0.0) / mass);
                } else {
                    row[otherwise[t][state]] = 1.0;
                }
            }
            play.push(row);
        }
        play
    }

    /// The pure policy as a [`Play`].
    pub(super) fn pure(&self, policy: &[Vec<usize>]) -> Play {
        let row = |(shape, actions): (&super::model::StageShape, &Vec<usize>)| {
            let mut row = vec![0.0; shape.pairs.len()];
            actions.iter().for_each(|&pair| row[pair] = 1.0);
            row
        };
        self.shapes.iter().zip(policy).map(row).collect()
    }
}
