//! Newton's equations of the interior point, solved by a recursion over stages.
//!
//! Unknowns are changes of two flows `(d, e)` and of their multipliers `Y = (y, n)`. With the
//! masses `Phi = (F d, F e)` of the states and `J = [[Q + Q', -Q'], [Q, 0]]`,
//!
//! ```text
//! D d_i + (J Phi)(s) - Y_t(s) + P_i Y_{t+1} = f_i       B d = p,
//! ```
//!
//! for both flows, `D > 0` diagonal. Per state, with `theta = 1/D`, their sum `w` and shares `pi`,
//!
//! ```text
//! d_i = pi_i Phi(s) + theta_i sum_j pi_j (g_i - g_j),   g = f - P Y_{t+1}
//! Y_t = (J + 1/w) Phi_t + sum_i pi_i (P_i Y_{t+1} - f_i)
//! Phi_{t+1} = p_{t+1} + sum_i P_i' d_i.
//! ```
//!
//! The differences of `g` are formed before they are multiplied: `theta` is as large as `1/mu`.
//! With `Y_t = X_t Phi_t + x_t` the recursion is one dense system of two unknowns per state and
//! stage.

use super::dense::{Factors, Matrix, axpy};
use super::model::{Model, Near, Stage, Table};

/// Most steps of refinement.
const MOST_REFINEMENTS: usize = 8;
/// A residual that needs no refinement, relative to the right side: the next step sees what is
/// left.
const ENOUGH: f64 = 1e-10;

/// A number per pair, or per state, for both flows.
pub(crate) type Both = [Table; 2];

/// Both flows' right sides: `f` per pair, `p` per state; or the solution: `(d, e)` and `Y`.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) pairs: Both,
    pub(crate) states: Both,
}

impl Point {
    /// Adds `factor other`.
    pub(crate) fn add(&mut self, factor: f64, other: &Point) {
        let own = self.pairs.iter_mut().chain(&mut self.states).flatten();
        let other = other.pairs.iter().chain(&other.states).flatten();
        own.zip(other).for_each(|(own, other)| axpy(factor, other, own));
    }
}

/// The largest number of a point; infinite when one is none.
fn largest(point: &Point) -> f64 {
    let entries = point.pairs.iter().chain(&point.states).flatten().flatten();
    entries.fold(0.0, |most: f64, x| if x.is_finite() { most.max(x.abs()) } else { f64::INFINITY })
}

/// What is known of one stage and flow.
#[derive(Debug, Clone, Default)]
struct Local {
    theta: Vec<f64>,
    share: Vec<f64>,
    weight: Vec<f64>,
    /// `sum_i pi_i P_i` of each state, sparse.
    mean: Vec<Vec<(usize, f64)>>,
}

/// The factored equations.
pub(crate) struct Newton<'a> {
    model: &'a Model,
    /// What functions add, per stage.
    near: Vec<Near>,
    diagonal: Both,
    local: Vec<[Local; 2]>,
    /// `X_t`, of all stages.
    gains: Vec<Matrix>,
    /// `W_t` of the transition from stage `t`.
    widths: Vec<[Matrix; 2]>,
    /// Factors of `I + W_t X_{t+1}`.
    factors: Vec<Factors>,
    /// `Z_t = X_{t+1} (I + W_t X_{t+1})^-1`.
    returns: Vec<Matrix>,
    /// Memory for quotients.
    work: Matrix,
}

impl Local {
    fn new(stage: &Stage, diagonal: &[f64]) -> Self {
        let theta: Vec<f64> = diagonal.iter().map(|d| 1.0 / d).collect();
        let mut share = theta.clone();
        let mut weight = Vec::with_capacity(stage.states());
        let mut mean = Vec::with_capacity(stage.states());
        for s in 0..stage.states() {
            let pairs = stage.of_state(s);
            let sum: f64 = theta[pairs.clone()].iter().sum();
            let mut row: Vec<(usize, f64)> = Vec::new();
            for i in pairs {
                share[i] /= sum;
                row.extend(stage.of_pair(i).iter().map(|&(q, p)| (q, p * share[i])));
            }
            weight.push(sum);
            mean.push(merged(row));
        }
        Local { theta, share, weight, mean }
    }

    /// `theta_i sum_j pi_j (g_i - g_j)` over the pairs of a state.
    fn spread(&self, stage: &Stage, g: &[f64]) -> Vec<f64> {
        let mut result = vec![0.0; g.len()];
        for s in 0..stage.states() {
            for i in stage.of_state(s) {
                let sum: f64 = stage.of_state(s).map(|j| self.share[j] * (g[i] - g[j])).sum();
                result[i] = self.theta[i] * sum;
            }
        }
        result
    }

    /// `sum over pairs i, j of a state of w pi_i pi_j / 2 (P_i - P_j)' (P_i - P_j)`.
    fn width(&self, stage: &Stage, next: usize, width: &mut Matrix) {
        width.clear(next, next);
        for s in 0..stage.states() {
            let pairs = stage.of_state(s);
            for i in pairs.clone() {
                for j in i + 1..pairs.end {
                    let factor = self.theta[i] * self.share[j];
                    let minus = stage.of_pair(j).iter().map(|&(q, p)| (q, -p));
                    let row = merged(stage.of_pair(i).iter().copied().chain(minus).collect());
                    for &(a, x) in &row {
                        for &(b, y) in &row {
                            width.add(a, b, factor * x * y);
                        }
                    }
                }
            }
        }
    }
}

/// Entries of one place added up, zeros left out.
fn merged(mut row: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    row.sort_unstable_by_key(|entry| entry.0);
    let mut result: Vec<(usize, f64)> = Vec::with_capacity(row.len());
    for (place, value) in row {
        match result.last_mut() {
            Some(last) if last.0 == place => last.1 += value,
            _ => result.push((place, value)),
        }
    }
    result.retain(|entry| entry.1.abs() > 1e-15);
    result
}

impl<'a> Newton<'a> {
    /// No equations yet.
    pub(crate) fn new(model: &'a Model) -> Self {
        let count = model.stages.len();
        Newton {
            model,
            near: vec![Near::default(); count],
            diagonal: Default::default(),
            local: Vec::new(),
            gains: vec![Matrix::default(); count],
            widths: vec![Default::default(); count],
            factors: vec![Factors::default(); count],
            returns: vec![Matrix::default(); count],
            work: Matrix::default(),
        }
    }

    /// Factors the equations with `diagonal` and what functions add, in the memory of the last
    /// ones; false when `stopped` says so.
    pub(crate) fn factor(
        &mut self,
        diagonal: Both,
        near: Vec<Near>,
        stopped: &dyn Fn() -> bool,
    ) -> bool {
        self.near = near;
        let stages = self.model.stages.iter().enumerate();
        self.local = stages
            .map(|(t, stage)| [0, 1].map(|flow| Local::new(stage, &diagonal[flow][t])))
            .collect();
        self.diagonal = diagonal;
        (0..self.model.stages.len()).rev().all(|t| {
            let go_on = !stopped();
            if go_on {
                self.step(t);
            }
            go_on
        })
    }

    /// `X_t`, from `X_{t+1}`.
    fn step(&mut self, t: usize) {
        let stage = &self.model.stages[t];
        let n = stage.states();
        let mut gain = std::mem::take(&mut self.gains[t]);
        gain.clear(2 * n, 2 * n);
        let near = &self.near[t];
        for &(s, q, value) in stage.coupling.iter().chain(&near.coupling) {
            gain.add(s, q, value);
            gain.add(q, s, value);
            gain.add(q, n + s, -value);
            gain.add(n + s, q, value);
        }
        for &(s, q, value) in &near.bend {
            gain.add(s, q, value);
        }
        for (flow, local) in self.local[t].iter().enumerate() {
            for (s, weight) in local.weight.iter().enumerate() {
                gain.add(flow * n + s, flow * n + s, 1.0 / weight);
            }
        }
        if let Some(next) = self.model.stages.get(t + 1).map(Stage::states) {
            let later = &self.gains[t + 1];
            for (local, width) in self.local[t].iter().zip(&mut self.widths[t]) {
                local.width(stage, next, width);
            }
            let widths = &self.widths[t];
            self.factors[t].renew(2 * next, |system| {
                for i in 0..2 * next {
                    let (flow, row) = (i / next, i % next);
                    system.add(i, i, 1.0);
                    let own = system.row_mut(i);
                    for (k, &value) in widths[flow].row(row).iter().enumerate() {
                        if value != 0.0 {
                            axpy(value, later.row(flow * next + k), own);
                        }
                    }
                }
            });
            self.factors[t].divide(later, &mut self.work, &mut self.returns[t]);
            let returns = &self.returns[t];
            let mean = |i: usize| &self.local[t][i / n].mean[i % n];
            for i in 0..2 * n {
                let mut row = vec![0.0; 2 * next];
                for &(k, p) in mean(i) {
                    axpy(p, returns.row(i / n * next + k), &mut row);
                }
                let own = gain.row_mut(i);
                for (j, value) in own.iter_mut().enumerate() {
                    let base = j / n * next;
                    *value += mean(j).iter().map(|&(k, p)| p * row[base + k]).sum::<f64>();
                }
            }
        }
        self.gains[t] = gain;
    }

    /// The solution, refined while that helps.
    pub(crate) fn solve(&self, right: &Point) -> Point {
        let mut solution = self.solve_once(right);
        let mut rest = self.residual(right, &solution);
        let mut size = largest(&rest);
        let enough = ENOUGH * largest(right);
        for _ in 0..MOST_REFINEMENTS {
            if size <= enough {
                break;
            }
            let mut better = solution.clone();
            better.add(1.0, &self.solve_once(&rest));
            let left = self.residual(right, &better);
            let own = largest(&left);
            if own >= size {
                break;
            }
            (solution, rest) = (better, left);
            if own > 0.25 * size {
                break;
            }
            size = own;
        }
        solution
    }

    fn solve_once(&self, right: &Point) -> Point {
        let stages = &self.model.stages;
        let count = stages.len();
        // x_t, and p_{t+1} + P' spread(f) - W x_{t+1}.
        let mut offsets: Vec<Vec<f64>> = vec![Vec::new(); count];
        let mut arriving: Vec<Vec<f64>> = vec![Vec::new(); count];
        for t in (0..count).rev() {
            let stage = &stages[t];
            let n = stage.states();
            let mut offset = vec![0.0; 2 * n];
            for flow in 0..2 {
                let (local, f) = (&self.local[t][flow], &right.pairs[flow][t]);
                for s in 0..n {
                    offset[flow * n + s] =
                        -stage.of_state(s).map(|i| local.share[i] * f[i]).sum::<f64>();
                }
            }
            if let Some(next) = stages.get(t + 1).map(Stage::states) {
                let later = &offsets[t + 1];
                let mut q = vec![0.0; 2 * next];
                for flow in 0..2 {
                    let own = &mut q[flow * next..(flow + 1) * next];
                    own.copy_from_slice(&right.states[flow][t + 1]);
                    let moved = self.local[t][flow].spread(stage, &right.pairs[flow][t]);
                    for (i, value) in moved.iter().enumerate() {
                        stage.of_pair(i).iter().for_each(|&(k, p)| own[k] += p * value);
                    }
                    let less = self.widths[t][flow].times(&later[flow * next..(flow + 1) * next]);
                    axpy(-1.0, &less, own);
                }
                let mut back = self.returns[t].times(&q);
                axpy(1.0, later, &mut back);
                for flow in 0..2 {
                    for s in 0..n {
                        let mean = &self.local[t][flow].mean[s];
                        offset[flow * n + s] +=
                            mean.iter().map(|&(k, p)| p * back[flow * next + k]).sum::<f64>();
                    }
                }
                arriving[t] = q;
            }
            offsets[t] = offset;
        }
        self.forwards(right, &offsets, &arriving)
    }

    fn forwards(&self, right: &Point, offsets: &[Vec<f64>], arriving: &[Vec<f64>]) -> Point {
        let stages = &self.model.stages;
        let mut solution = Point { pairs: Default::default(), states: Default::default() };
        let mut masses: Vec<f64> =
            right.states.iter().flat_map(|p| p.first().into_iter().flatten()).copied().collect();
        let mut values = self.gains.first().map_or(Vec::new(), |gain| gain.times(&masses));
        if let Some(offset) = offsets.first() {
            axpy(1.0, offset, &mut values);
        }
        for (t, stage) in stages.iter().enumerate() {
            let n = stage.states();
            let mut later = (Vec::new(), Vec::new());
            if let Some(next) = stages.get(t + 1).map(Stage::states) {
                let mut q = arriving[t].clone();
                for flow in 0..2 {
                    for s in 0..n {
                        for &(k, p) in &self.local[t][flow].mean[s] {
                            q[flow * next + k] += p * masses[flow * n + s];
                        }
                    }
                }
                let mut y = self.returns[t].times(&q);
                axpy(1.0, &offsets[t + 1], &mut y);
                later = (self.factors[t].solve(&q), y);
            }
            let next = later.1.len() / 2;
            for flow in 0..2 {
                let local = &self.local[t][flow];
                let y = &later.1[flow * next..(flow + 1) * next];
                let g: Vec<f64> = (0..stage.pairs())
                    .map(|i| {
                        let later = stage.of_pair(i).iter().map(|&(k, p)| p * y[k]);
                        right.pairs[flow][t][i] - later.sum::<f64>()
                    })
                    .collect();
                let mut d = local.spread(stage, &g);
                for s in 0..n {
                    for i in stage.of_state(s) {
                        d[i] += local.share[i] * masses[flow * n + s];
                    }
                }
                solution.pairs[flow].push(d);
                solution.states[flow].push(values[flow * n..(flow + 1) * n].to_vec());
            }
            (masses, values) = later;
        }
        solution
    }

    /// What a solution leaves of the right side.
    fn residual(&self, right: &Point, solution: &Point) -> Point {
        let model = self.model;
        let masses = [model.masses(&solution.pairs[0]), model.masses(&solution.pairs[1])];
        let mut rest = right.clone();
        for (t, stage) in model.stages.iter().enumerate() {
            let mut push = [vec![0.0; stage.states()], vec![0.0; stage.states()]];
            stage.couple(1.0, &masses[0][t], &mut push[0]);
            stage.couple_back(1.0, &masses[0][t], &mut push[0]);
            stage.couple_back(-1.0, &masses[1][t], &mut push[0]);
            stage.couple(1.0, &masses[0][t], &mut push[1]);
            self.near[t].push(&masses[0][t], &masses[1][t], &mut push);
            for (flow, push) in push.iter().enumerate() {
                let d = &solution.pairs[flow][t];
                for (s, push) in push.iter().enumerate() {
                    let own = solution.states[flow][t][s] - push;
                    for i in stage.of_state(s) {
                        let later = solution.states[flow].get(t + 1).map_or(0.0, |y| {
                            stage.of_pair(i).iter().map(|&(k, p)| p * y[k]).sum::<f64>()
                        });
                        rest.pairs[flow][t][i] += own - later - self.diagonal[flow][t][i] * d[i];
                    }
                }
            }
        }
        for (flow, masses) in masses.iter().enumerate() {
            balance(model, &solution.pairs[flow], masses, &mut rest.states[flow]);
        }
        rest
    }
}

/// Subtracts `B d` from numbers per state: masses less what arrives from the stage before.
pub(crate) fn balance(model: &Model, d: &Table, masses: &Table, rest: &mut Table) {
    for (t, stage) in model.stages.iter().enumerate() {
        axpy(-1.0, &masses[t], &mut rest[t]);
        if t + 1 < model.stages.len() {
            for (i, value) in d[t].iter().enumerate() {
                stage.of_pair(i).iter().for_each(|&(k, p)| rest[t + 1][k] += p * value);
            }
        }
    }
}
