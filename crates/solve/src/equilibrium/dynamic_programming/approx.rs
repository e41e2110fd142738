//! A mean-field-free game in binary64, and the induction that the search repeats.

use crate::exact::{Numerators, Rational, Scaled, to_approx};
use crate::game::{Numbers, Pairs, Policy, StagePolicy, Successors};
use std::sync::{Arc, Mutex};

/// Binary64 copies of transition probabilities, shared by the decisions whose transitions are the
/// same.
#[derive(Debug, Default)]
pub struct ApproxCache {
    known: Mutex<Vec<Copied>>,
}

/// A vector and its binary64 copy.
type Copied = (Arc<Scaled>, Arc<Vec<f64>>);

impl ApproxCache {
    fn get(&self, exact: &Arc<Scaled>) -> Arc<Vec<f64>> {
        // A poisoned lock only means that another thread stopped while copying numbers: the list is
        // still good.
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, copy)) = known.iter().find(|(key, _)| Arc::ptr_eq(key, exact)) {
            return Arc::clone(copy);
        }
        let copy = Arc::new(approximate(exact));
        // Only vectors that the game itself holds, too, can be asked for again by another decision.
        if Arc::strong_count(exact) > 1 {
            known.push((Arc::clone(exact), Arc::clone(&copy)));
        }
        copy
    }
}

fn approximate(exact: &Scaled) -> Vec<f64> {
    match exact.numerators() {
        Numerators::Small(values) => {
            let unit = 1.0 / to_approx(&crate::exact::Rational::from(exact.denominator().clone()));
            values.iter().map(|&n| n as f64 * unit).collect()
        }
        Numerators::Big(_) => exact.iter().map(|value| to_approx(&value)).collect(),
    }
}

#[derive(Debug)]
struct ApproxStage {
    pairs: Arc<Pairs>,
    /// sigma times the leader's reward, per pair.
    cost_approx: Vec<f64>,
    /// Followers' reward, per pair.
    reward_approx: Vec<f64>,
    transition: Option<(Arc<Successors>, Arc<Vec<f64>>)>,
}

/// The numbers of one decision in binary64.
#[derive(Debug)]
pub struct ApproxNumbers {
    initial_approx: Vec<f64>,
    stages: Vec<ApproxStage>,
}

/// A pure policy with what it earns: `c'd` (sigma times the leader's, without constant) and `r'd`.
#[derive(Debug, Clone)]
pub struct Point {
    /// `c'd`.
    pub cost_approx: f64,
    /// `r'd`.
    pub reward_approx: f64,
    /// `[stage][state]` pair number.
    pairs: Vec<Vec<u32>>,
}

/// Order in which an induction prefers pairs.
#[derive(Debug, Clone, Copy)]
pub enum Preference {
    /// Least `c - lambda r`; ties go to the larger r.
    Lagrangian(f64),
    /// Largest r; ties go to the smaller c.
    Reward,
}

impl ApproxNumbers {
    /// `numbers` with costs `sigma` times the leader's reward.
    #[must_use]
    pub fn new(numbers: &Numbers, sigma: &Rational, cache: &ApproxCache) -> Self {
        let sigma_approx = to_approx(sigma);
        let stages = numbers
            .stages
            .iter()
            .map(|stage| ApproxStage {
                pairs: Arc::clone(&stage.pairs),
                cost_approx: approximate(&stage.leader)
                    .into_iter()
                    .map(|c| c * sigma_approx)
                    .collect(),
                reward_approx: approximate(&stage.reward),
                transition: stage
                    .transition
                    .as_ref()
                    .map(|(successors, p)| (Arc::clone(successors), cache.get(p))),
            })
            .collect();
        ApproxNumbers { initial_approx: approximate(&numbers.initial), stages }
    }

    /// One backward induction. `None` when `keep_going` answers no between two stages.
    pub fn respond(&self, preference: Preference, keep_going: &dyn Fn() -> bool) -> Option<Point> {
        let mut next: Vec<[f64; 2]> = Vec::new();
        let mut chosen = Vec::with_capacity(self.stages.len());
        for stage in self.stages.iter().rev() {
            if !keep_going() {
                return None;
            }
            let (values, pairs) = match preference {
                Preference::Lagrangian(lambda) => {
                    stage.induct(&next, |[c, r], [best_c, best_r]| {
                        let (score, best) = (c - lambda * r, best_c - lambda * best_r);
                        score < best || (score == best && r > best_r)
                    })
                }
                Preference::Reward => stage.induct(&next, |[c, r], [best_c, best_r]| {
                    r > best_r || (r == best_r && c < best_c)
                }),
            };
            chosen.push(pairs);
            next = values;
        }
        chosen.reverse();
        let total = |k: usize| self.initial_approx.iter().zip(&next).map(|(p, v)| p * v[k]).sum();
        Some(Point { cost_approx: total(0), reward_approx: total(1), pairs: chosen })
    }

    /// The policy of a point in terms of actions.
    #[must_use]
    pub fn policy(&self, point: &Point) -> Policy {
        let stages = self
            .stages
            .iter()
            .zip(&point.pairs)
            .map(|(stage, pairs)| {
                StagePolicy::Pure(
                    pairs.iter().map(|&pair| stage.pairs.action(pair as usize) as u32).collect(),
                )
            })
            .collect();
        Policy { stages }
    }
}

impl ApproxStage {
    /// Values `[c, r]` per state and the pairs chosen, given those of the next stage.
    #[inline]
    fn induct(
        &self,
        next: &[[f64; 2]],
        better: impl Fn([f64; 2], [f64; 2]) -> bool,
    ) -> (Vec<[f64; 2]>, Vec<u32>) {
        let states = self.pairs.states();
        let (mut values, mut chosen) = (Vec::with_capacity(states), Vec::with_capacity(states));
        for state in 0..states {
            let range = self.pairs.of_state(state);
            let mut best = (self.value(range.start, next), range.start);
            for pair in range.start + 1..range.end {
                let value = self.value(pair, next);
                if better(value, best.0) {
                    best = (value, pair);
                }
            }
            values.push(best.0);
            chosen.push(best.1 as u32);
        }
        (values, chosen)
    }

    #[inline]
    fn value(&self, pair: usize, next: &[[f64; 2]]) -> [f64; 2] {
        let mut value = [self.cost_approx[pair], self.reward_approx[pair]];
        if let Some((successors, probability)) = &self.transition {
            for entry in successors.of_pair(pair) {
                let (p, v) = (probability[entry], next[successors.state(entry)]);
                value[0] += p * v[0];
                value[1] += p * v[1];
            }
        }
        value
    }
}
