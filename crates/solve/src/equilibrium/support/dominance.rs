//! Pairs that lose against another action of their state at every population of a node: they are
//! unused in every equilibrium there.
//!
//! Computed in binary64 with a margin; each finding becomes a leaf whose multipliers the checker
//! evaluates exactly.

use super::model::Model;
use crate::certificate::{Multipliers, PairAt};
use crate::exact::{Rational, to_approx};
use crate::game::Affine;

/// Least loss, relative to the largest reward, that counts: far above the rounding of the
/// inductions.
const MARGIN: f64 = 1e-9;

/// What a node assumes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assumption {
    None,
    Unused,
    Optimal,
}

type Table = Vec<Vec<f64>>;
type Sparse = Vec<Vec<Vec<(usize, f64)>>>;

/// The data of the game in binary64, `[stage][pair]`.
#[derive(Debug)]
pub(super) struct Dominance {
    initial: Vec<f64>,
    reward: Table,
    slopes: Sparse,
    weights: Sparse,
    next: Sparse,
    statistics: usize,
    margin: f64,
}

/// Assumptions of a node by number of the pair.
pub(super) type Assumptions = Vec<Assumption>;

impl Dominance {
    pub(super) fn new(game: &Affine) -> Self {
        let approx = |values: &[Rational]| values.iter().map(to_approx).collect::<Vec<f64>>();
        let sparse = |lists: &[Vec<(usize, Rational)>]| {
            lists
                .iter()
                .map(|list| {
                    list.iter().map(|(k, value)| (*k, to_approx(value))).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        };
        let reward: Table = game.stages.iter().map(|stage| approx(&stage.reward)).collect();
        let largest =
            reward.iter().flatten().fold(1.0f64, |largest, value| largest.max(value.abs()));
        Dominance {
            initial: approx(&game.initial),
            reward,
            slopes: game.stages.iter().map(|stage| sparse(&stage.slopes)).collect(),
            weights: game.stages.iter().map(|stage| sparse(&stage.weights)).collect(),
            next: game.stages.iter().map(|stage| sparse(&stage.next)).collect(),
            statistics: game.statistics,
            margin: MARGIN * largest,
        }
    }

    /// Pairs about which nothing is assumed and which another action of their state beats, with the
    /// proof that they are not optimal.
    pub(super) fn dominated(
        &self,
        model: &Model<'_>,
        assumed: &Assumptions,
    ) -> Vec<(usize, Multipliers)> {
        let Some(ranges) =
            (0..self.statistics).map(|k| self.range(model, assumed, k)).collect::<Option<Vec<_>>>()
        else {
            return Vec::new();
        };
        let values = self.enclosure(model, assumed, &ranges);
        let mut found = Vec::new();
        for group in model.groups.iter().flatten() {
            for i in group.clone().filter(|&i| assumed[i] == Assumption::None) {
                let beats = |&j: &usize| {
                    j != i
                        && self
                            .least_loss(model, assumed, &values, i, j)
                            .is_some_and(|loss| loss > self.margin)
                };
                if let Some(j) = group.clone().find(beats) {
                    found.push((i, certificate(model.name(i), model.name(j))));
                }
            }
        }
        found
    }

    /// Least and greatest value of a statistic over the flows of the node.
    fn range(&self, model: &Model<'_>, assumed: &Assumptions, k: usize) -> Option<(f64, f64)> {
        let form = |sign: f64| -> Table {
            let weight = |list: &Vec<(usize, f64)>| {
                list.iter().find(|(own, _)| *own == k).map_or(0.0, |(_, weight)| sign * weight)
            };
            self.weights.iter().map(|stage| stage.iter().map(weight).collect()).collect()
        };
        Some((
            self.least_flow(model, assumed, &form(1.0))?,
            -self.least_flow(model, assumed, &form(-1.0))?,
        ))
    }

    /// Least value of a form over the flows of the node.
    fn least_flow(&self, model: &Model<'_>, assumed: &Assumptions, form: &Table) -> Option<f64> {
        let mut after = vec![0.0; self.initial.len()];
        for (t, groups) in model.groups.iter().enumerate().rev() {
            let mut here = vec![f64::INFINITY; after.len()];
            for (state, group) in groups.iter().enumerate() {
                for i in group.clone().filter(|&i| assumed[i] != Assumption::Unused) {
                    let pair = model.places[i].pair;
                    let value = self.next[t][pair]
                        .iter()
                        .fold(form[t][pair], |sum, (next, p)| sum + p * after[*next]);
                    here[state] = value.min(here[state]);
                }
            }
            after = here;
        }
        let start = self.initial.iter().zip(&after).filter(|(mass, _)| **mass > 0.0);
        Some(start.fold(0.0, |sum, (mass, value)| sum + mass * value)).filter(|sum| sum.is_finite())
    }

    /// Per stage and state, between what the followers' values lie.
    fn enclosure(
        &self,
        model: &Model<'_>,
        assumed: &Assumptions,
        ranges: &[(f64, f64)],
    ) -> Vec<Vec<(f64, f64)>> {
        let mut rows = vec![vec![(0.0, 0.0); self.initial.len()]];
        for (t, groups) in model.groups.iter().enumerate().rev() {
            let after = &rows[rows.len() - 1];
            let enclose = |group: &std::ops::Range<usize>| {
                let (mut least, mut greatest, mut ceiling) =
                    (f64::NEG_INFINITY, f64::NEG_INFINITY, f64::INFINITY);
                for i in group.clone() {
                    let pair = model.places[i].pair;
                    let (mut low, mut high) = (self.reward[t][pair], self.reward[t][pair]);
                    for (k, slope) in &self.slopes[t][pair] {
                        let (a, b) = (slope * ranges[*k].0, slope * ranges[*k].1);
                        (low, high) = (low + a.min(b), high + a.max(b));
                    }
                    for (next, p) in &self.next[t][pair] {
                        (low, high) = (low + p * after[*next].0, high + p * after[*next].1);
                    }
                    if assumed[i] == Assumption::Optimal {
                        ceiling = ceiling.min(high);
                    }
                    (least, greatest) = (least.max(low), greatest.max(high));
                }
                if group.is_empty() { (0.0, 0.0) } else { (least, greatest.min(ceiling)) }
            };
            let here = groups.iter().map(enclose).collect();
            rows.push(here);
        }
        rows.reverse();
        rows
    }

    /// A number below the loss of pair `i` against pair `j` of the same state.
    fn least_loss(
        &self,
        model: &Model<'_>,
        assumed: &Assumptions,
        values: &[Vec<(f64, f64)>],
        i: usize,
        j: usize,
    ) -> Option<f64> {
        let (t, own, other) = (model.places[i].stage, model.places[i].pair, model.places[j].pair);
        let mut statistics = vec![0.0; self.statistics];
        let mut coefficients = vec![0.0; self.initial.len()];
        for (pair, sign) in [(own, -1.0), (other, 1.0)] {
            self.slopes[t][pair].iter().for_each(|(k, slope)| statistics[*k] += sign * slope);
            self.next[t][pair].iter().for_each(|(next, p)| coefficients[*next] += sign * p);
        }
        let mut loss = self.reward[t][other] - self.reward[t][own];
        for (coefficient, (low, high)) in coefficients.iter().zip(&values[t + 1]) {
            loss += (coefficient * low).min(coefficient * high);
        }
        if statistics.iter().all(|coefficient| *coefficient == 0.0) {
            return Some(loss);
        }
        let weigh = |list: &Vec<(usize, f64)>| {
            list.iter().fold(0.0, |sum, (k, weight)| sum + statistics[*k] * weight)
        };
        let form: Table =
            self.weights.iter().map(|stage| stage.iter().map(weigh).collect()).collect();
        Some(loss + self.least_flow(model, assumed, &form)?)
    }
}

/// `z_j - z_i`, which does not contain the value of their state.
fn certificate(own: PairAt, other: PairAt) -> Multipliers {
    let mut losses = vec![(own, Rational::NEG_ONE), (other, Rational::ONE)];
    losses.sort_by_key(|(pair, _)| *pair);
    Multipliers { objective: Rational::ZERO, losses }
}
