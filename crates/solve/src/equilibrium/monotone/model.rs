//! A monotone game in binary64: sparse data, flows and inductions.
//!
//! Stages `t`, states `s` of a stage, pairs `i` of a state. With the masses `phi = F d` of the
//! states,
//!
//! ```text
//! r_i(d) = r0_i - sum_q Q(s, q) phi(q),     Expl(d) = max over flows e of r(d)'e - r(d)'d,
//! ```
//!
//! and `Q + Q'` is positive semidefinite. The leader minimises `cost'd`. Functions of statistics lower
//! rewards further, by `G_s h(p)` with `p` affine in `phi`; near a point they are a part of `Q`.

use super::curve::Curve;
use std::ops::Range;

/// One stage. States and pairs are numbered within it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage {
    /// Where the pairs of each state begin; one more than there are states.
    pub(crate) first: Vec<usize>,
    /// `r0` per pair.
    pub(crate) reward: Vec<f64>,
    /// `cost` per pair.
    pub(crate) cost: Vec<f64>,
    /// Where the successors of each pair begin; one more than there are pairs.
    pub(crate) entries: Vec<usize>,
    /// States of the next stage and their probabilities.
    pub(crate) successors: Vec<(usize, f64)>,
    /// `Q` as `(row, column, value)`.
    pub(crate) coupling: Vec<(usize, usize, f64)>,
    /// Functions of the masses that lower rewards.
    pub(crate) curves: Vec<Curve>,
}

impl Stage {
    pub(crate) fn states(&self) -> usize {
        self.first.len() - 1
    }

    pub(crate) fn pairs(&self) -> usize {
        self.reward.len()
    }

    pub(crate) fn of_state(&self, state: usize) -> Range<usize> {
        self.first[state]..self.first[state + 1]
    }

    pub(crate) fn of_pair(&self, pair: usize) -> &[(usize, f64)] {
        &self.successors[self.entries[pair]..self.entries[pair + 1]]
    }

    /// `u += factor Q x`.
    pub(crate) fn couple(&self, factor: f64, x: &[f64], u: &mut [f64]) {
        for &(row, column, value) in &self.coupling {
            u[row] += factor * value * x[column];
        }
    }

    /// `u += factor Q' x`.
    pub(crate) fn couple_back(&self, factor: f64, x: &[f64], u: &mut [f64]) {
        for &(row, column, value) in &self.coupling {
            u[column] += factor * value * x[row];
        }
    }
}

/// What functions of a stage add to its derivatives near a point, as `(row, column, value)`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Near {
    /// To `Q`.
    pub(crate) coupling: Vec<(usize, usize, f64)>,
    /// To `Q + Q'` besides, symmetric: a curvature of the exploitability.
    pub(crate) bend: Vec<(usize, usize, f64)>,
}

impl Near {
    /// `u += factor C' x`.
    pub(crate) fn couple_back(&self, factor: f64, x: &[f64], u: &mut [f64]) {
        for &(row, column, value) in &self.coupling {
            u[column] += factor * value * x[row];
        }
    }

    /// Adds `(C + C' + B) x - C' y` and `C x`.
    pub(crate) fn push(&self, x: &[f64], y: &[f64], push: &mut [Vec<f64>; 2]) {
        for &(row, column, value) in &self.coupling {
            push[0][row] += value * x[column];
            push[0][column] += value * (x[row] - y[row]);
            push[1][row] += value * x[column];
        }
        for &(row, column, value) in &self.bend {
            push[0][row] += value * x[column];
        }
    }
}

/// Numbers per pair, or per state, of each stage.
pub(crate) type Table = Vec<Vec<f64>>;

/// A game; see the page of the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// Mass of each state of the first stage.
    pub(crate) initial: Vec<f64>,
    pub(crate) stages: Vec<Stage>,
}

impl Model {
    /// Number of pairs.
    pub(crate) fn pairs(&self) -> usize {
        self.stages.iter().map(Stage::pairs).sum()
    }

    /// Masses of the states, from those of the pairs.
    pub(crate) fn masses(&self, d: &Table) -> Table {
        let of_stage = |(stage, d): (&Stage, &Vec<f64>)| {
            (0..stage.states()).map(|s| d[stage.of_state(s)].iter().sum()).collect()
        };
        self.stages.iter().zip(d).map(of_stage).collect()
    }

    /// `Q x` per state.
    pub(crate) fn coupled(&self, x: &Table) -> Table {
        let of_stage = |(stage, x): (&Stage, &Vec<f64>)| {
            let mut u = vec![0.0; stage.states()];
            stage.couple(1.0, x, &mut u);
            u
        };
        self.stages.iter().zip(x).map(of_stage).collect()
    }

    /// `Q x` per state, and what functions take there.
    pub(crate) fn pushed(&self, x: &Table) -> Table {
        let mut table = self.coupled(x);
        for ((stage, x), own) in self.stages.iter().zip(x).zip(&mut table) {
            for curve in &stage.curves {
                let [value, ..] = curve.at(curve.mass(x));
                curve.gradient.iter().for_each(|&(s, g)| own[s] += g * value);
            }
        }
        table
    }

    /// What functions add at the masses `x` of a flow and `y` of a deviation, per stage.
    pub(crate) fn near(&self, x: &Table, y: &Table) -> Vec<Near> {
        let of_stage = |((stage, x), y): ((&Stage, &Vec<f64>), &Vec<f64>)| {
            let mut near = Near::default();
            for curve in &stage.curves {
                let (slope, bend) = curve.second(curve.mass(x), curve.mass(y));
                for &(a, g) in &curve.gradient {
                    for &(b, h) in &curve.gradient {
                        near.coupling.push((a, b, slope * g * h));
                        near.bend.push((a, b, bend * g * h));
                    }
                }
            }
            near
        };
        self.stages.iter().zip(x).zip(y).map(of_stage).collect()
    }

    /// `table_i + factor of_state(s)` per pair `i` of `s`.
    pub(crate) fn spread(&self, table: &Table, of_state: &Table, factor: f64) -> Table {
        let of_stage = |((stage, own), state): ((&Stage, &Vec<f64>), &Vec<f64>)| {
            let mut sum = own.clone();
            for s in 0..stage.states() {
                sum[stage.of_state(s)].iter_mut().for_each(|x| *x += factor * state[s]);
            }
            sum
        };
        self.stages.iter().zip(table).zip(of_state).map(of_stage).collect()
    }

    /// `sum_i a_i b_i`.
    pub(crate) fn dot(a: &Table, b: &Table) -> f64 {
        a.iter().zip(b).flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| a * b).sum()
    }

    pub(crate) fn rewards(&self) -> Table {
        self.stages.iter().map(|stage| stage.reward.clone()).collect()
    }

    pub(crate) fn costs(&self) -> Table {
        self.stages.iter().map(|stage| stage.cost.clone()).collect()
    }

    /// The flow with the probabilities of some weights of the pairs.
    pub(crate) fn flow(&self, weights: &Table) -> Table {
        let mut mass = self.initial.clone();
        let mut flow = Vec::with_capacity(self.stages.len());
        for (t, (stage, weights)) in self.stages.iter().zip(weights).enumerate() {
            let mut own = vec![0.0; stage.pairs()];
            let next = self.stages.get(t + 1).map_or(0, Stage::states);
            let mut arriving = vec![0.0; next];
            for (s, &mass) in mass.iter().enumerate() {
                let pairs = stage.of_state(s);
                let total: f64 = weights[pairs.clone()].iter().sum();
                for i in pairs.clone() {
                    let share =
                        if total > 0.0 { weights[i] / total } else { 1.0 / pairs.len() as f64 };
                    own[i] = mass * share;
                    if own[i] != 0.0 {
                        stage.of_pair(i).iter().for_each(|&(q, p)| arriving[q] += p * own[i]);
                    }
                }
            }
            flow.push(own);
            mass = arriving;
        }
        flow
    }

    /// Least values `v_t(s) = min over pairs i of table_i + P_i v_{t+1}`, and `initial'v_0`.
    pub(crate) fn least(&self, table: &Table) -> (f64, Table) {
        let mut values: Table = Vec::with_capacity(self.stages.len());
        for (stage, table) in self.stages.iter().zip(table).rev() {
            let next = values.last();
            let worth = |i: usize| {
                let later = next.map_or(0.0, |next| {
                    stage.of_pair(i).iter().map(|&(q, p)| p * next[q]).sum::<f64>()
                });
                table[i] + later
            };
            let own = (0..stage.states())
                .map(|s| stage.of_state(s).map(worth).fold(f64::INFINITY, f64::min))
                .collect();
            values.push(own);
        }
        values.reverse();
        let start =
            values.first().map_or(0.0, |v| self.initial.iter().zip(v).map(|(a, b)| a * b).sum());
        (start, values)
    }

    /// Greatest values, as [`Model::least`].
    pub(crate) fn greatest(&self, table: &Table) -> (f64, Table) {
        let negated = |table: &Table| -> Table {
            table.iter().map(|row| row.iter().map(|x| -x).collect()).collect()
        };
        let (start, values) = self.least(&negated(table));
        (-start, negated(&values))
    }

    /// The flow that minimises `table'd`.
    pub(crate) fn minimiser(&self, table: &Table) -> Table {
        let (_, values) = self.least(table);
        let mut weights: Table = Vec::with_capacity(self.stages.len());
        for (t, (stage, table)) in self.stages.iter().zip(table).enumerate() {
            let mut own = vec![0.0; stage.pairs()];
            for s in 0..stage.states() {
                let worth = |i: usize| {
                    let later = values.get(t + 1).map_or(0.0, |next| {
                        stage.of_pair(i).iter().map(|&(q, p)| p * next[q]).sum::<f64>()
                    });
                    table[i] + later
                };
                let best = stage.of_state(s).min_by(|&a, &b| worth(a).total_cmp(&worth(b)));
                if let Some(best) = best {
                    own[best] = 1.0;
                }
            }
            weights.push(own);
        }
        self.flow(&weights)
    }

    /// `r(d)`.
    pub(crate) fn reward_at(&self, d: &Table) -> Table {
        self.spread(&self.rewards(), &self.pushed(&self.masses(d)), -1.0)
    }

    /// `Expl(d)` of a flow.
    pub(crate) fn exploitability(&self, d: &Table) -> f64 {
        let reward = self.reward_at(d);
        self.greatest(&reward).0 - Self::dot(&reward, d)
    }

    /// A lower bound of `cost'd` over the eps-equilibria: with a flow `e`, the masses `x` of some
    /// point and `delta > 0`, the least over the flows of
    ///
    /// ```text
    /// cost'd + (r0'(e - d) - psi'Q phi + (2 x'Q phi - x'Q x) - eps) / delta,   psi = F e,
    /// ```
    ///
    /// functions with tangents at `x`.
    pub(crate) fn bound(&self, epsilon: f64, e: &Table, x: &Table, delta: f64) -> f64 {
        let psi = self.masses(e);
        let qx = self.coupled(x);
        let mut slope = qx.clone();
        let mut lifted = 0.0;
        for ((stage, slope), (x, psi)) in self.stages.iter().zip(&mut slope).zip(x.iter().zip(&psi))
        {
            stage.couple_back(1.0, x, slope);
            stage.couple_back(-1.0, psi, slope);
            // N(p) = h (G'phi - G'psi) has the slope h + h' G'(x - psi).
            for curve in &stage.curves {
                let (own, other) = (curve.mass(x), curve.mass(psi));
                let [value, derivative, _] = curve.at(own);
                let steep = value + derivative * (own - other);
                curve.gradient.iter().for_each(|&(s, g)| slope[s] += g * steep);
                lifted += value * (own - other) - steep * own;
            }
        }
        let rewards = self.rewards();
        let table: Table = self
            .costs()
            .iter()
            .zip(&rewards)
            .map(|(c, r)| c.iter().zip(r).map(|(c, r)| delta * c - r).collect())
            .collect();
        let (least, _) = self.least(&self.spread(&table, &slope, 1.0));
        (least + Self::dot(&rewards, e) - Self::dot(&qx, x) + lifted - epsilon) / delta
    }
}
