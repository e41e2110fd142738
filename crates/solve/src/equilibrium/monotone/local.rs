//! What Newton's equations need of one stage by itself.
//!
//! The deviation `e` comes first everywhere, the flow `d` second. Per state of both: the weights
//! `theta = 1/D` of the pairs, their sum and their shares, and the mean transition. States whose
//! rewards push each other form groups, and `A = (S C)^-1`, with `C = J + 1/w` and `S = (1, -1)` on
//! `e` and `d`, is one small dense matrix per group.

use super::dense::{Factors, Matrix, axpy};
use super::model::{Near, Stage};

/// Places with numbers.
pub(crate) type Sparse = Vec<(usize, f64)>;

/// What never changes at a stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// The successors of all pairs of each state.
    successors: Vec<Vec<usize>>,
    /// States whose rewards push each other.
    groups: Vec<Vec<usize>>,
    /// The place of each state in its group.
    place: Vec<usize>,
    /// The group of each state.
    group: Vec<usize>,
}

impl Shape {
    pub(crate) fn new(stage: &Stage) -> Self {
        let states = stage.states();
        let successors = (0..states)
            .map(|s| {
                let pairs = stage.of_state(s).flat_map(|i| stage.of_pair(i));
                let mut all: Vec<usize> = pairs.map(|entry| entry.0).collect();
                all.sort_unstable();
                all.dedup();
                all
            })
            .collect();
        let mut head: Vec<usize> = (0..states).collect();
        let coupled = stage.coupling.iter().map(|&(a, b, _)| (a, b));
        let curved = stage
            .curves
            .iter()
            .flat_map(|curve| curve.gradient.windows(2).map(|pair| (pair[0].0, pair[1].0)));
        for (a, b) in coupled.chain(curved) {
            let (a, b) = (find(&mut head, a), find(&mut head, b));
            head[a.max(b)] = a.min(b);
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let (mut group, mut place) = (vec![0; states], vec![0; states]);
        for s in 0..states {
            let first = find(&mut head, s);
            // The head of a group is its least state.
            let own = if first == s { groups.len() } else { group[first] };
            if first == s {
                groups.push(Vec::new());
            }
            group[s] = own;
            place[s] = groups[own].len();
            groups[own].push(s);
        }
        Shape { successors, groups, place, group }
    }
}

/// The head of the set of a state.
fn find(head: &mut [usize], mut s: usize) -> usize {
    while head[s] != s {
        head[s] = head[head[s]];
        s = head[s];
    }
    s
}

/// What is known of one stage and flow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Local {
    theta: Vec<f64>,
    pub(crate) share: Vec<f64>,
    pub(crate) weight: Vec<f64>,
    /// `sum_i pi_i P_i` of each state.
    pub(crate) mean: Vec<Sparse>,
}

impl Local {
    pub(crate) fn new(stage: &Stage, shape: &Shape, diagonal: &[f64], scratch: &mut [f64]) -> Self {
        let theta: Vec<f64> = diagonal.iter().map(|d| 1.0 / d).collect();
        let mut share = theta.clone();
        let mut weight = Vec::with_capacity(stage.states());
        let mut mean = Vec::with_capacity(stage.states());
        for s in 0..stage.states() {
            let pairs = stage.of_state(s);
            let sum: f64 = theta[pairs.clone()].iter().sum();
            for i in pairs {
                share[i] /= sum;
                stage.of_pair(i).iter().for_each(|&(q, p)| scratch[q] += p * share[i]);
            }
            weight.push(sum);
            mean.push(taken(&shape.successors[s], scratch));
        }
        Local { theta, share, weight, mean }
    }

    /// `theta_i sum_j pi_j (g_i - g_j)` over the pairs of a state: `theta` is large, so that
    /// differences come first.
    pub(crate) fn spread(&self, stage: &Stage, g: &[f64]) -> Vec<f64> {
        let mut result = vec![0.0; g.len()];
        for s in 0..stage.states() {
            for i in stage.of_state(s) {
                let sum: f64 = stage.of_state(s).map(|j| self.share[j] * (g[i] - g[j])).sum();
                result[i] = self.theta[i] * sum;
            }
        }
        result
    }

    /// Adds `sign sum over pairs i of a state of theta_i (P_i - P)' (P_i - P)`, `P` their mean, to
    /// a square of unknowns that begins at `start`.
    pub(crate) fn add_width(
        &self,
        stage: &Stage,
        shape: &Shape,
        (sign, start): (f64, usize),
        scratch: &mut [f64],
        square: &mut Matrix,
    ) {
        for s in 0..stage.states() {
            for i in stage.of_state(s) {
                self.mean[s].iter().for_each(|&(q, p)| scratch[q] -= p);
                stage.of_pair(i).iter().for_each(|&(q, p)| scratch[q] += p);
                let row = taken(&shape.successors[s], scratch);
                let factor = sign * self.theta[i];
                for (k, &(a, x)) in row.iter().enumerate() {
                    let own = square.row_mut(start + a);
                    row[..=k].iter().for_each(|&(b, y)| own[start + b] += factor * x * y);
                }
            }
        }
    }
}

/// The numbers at some places, which become zero.
fn taken(places: &[usize], scratch: &mut [f64]) -> Sparse {
    let entries = places.iter().map(|&q| (q, std::mem::take(&mut scratch[q])));
    entries.filter(|entry| entry.1 != 0.0).collect()
}

/// `A` of a stage, by groups.
#[derive(Debug, Clone, Default)]
pub(crate) struct Response {
    blocks: Vec<Matrix>,
}

impl Response {
    /// In the memory of an earlier one.
    pub(crate) fn renew(&mut self, stage: &Stage, shape: &Shape, near: &Near, local: &[Local; 2]) {
        let mut sums: Vec<Matrix> =
            shape.groups.iter().map(|own| Matrix::zero(2 * own.len(), 2 * own.len())).collect();
        for &(s, q, value) in stage.coupling.iter().chain(&near.coupling) {
            let own = shape.group[s];
            let (n, s, q) = (shape.groups[own].len(), shape.place[s], shape.place[q]);
            let sum = &mut sums[own];
            sum.add(s, q, -value);
            sum.add(q, s, -value);
            sum.add(q, n + s, value);
            sum.add(n + s, q, value);
        }
        for &(s, q, value) in &near.bend {
            sums[shape.group[s]].add(shape.place[s], shape.place[q], -value);
        }
        self.blocks.resize(shape.groups.len(), Matrix::default());
        let mut work = Matrix::default();
        for ((own, sum), block) in shape.groups.iter().zip(&sums).zip(&mut self.blocks) {
            let n = own.len();
            block.clone_from(sum);
            for (k, &s) in own.iter().enumerate() {
                block.add(k, k, -1.0 / local[1].weight[s]);
                block.add(n + k, n + k, 1.0 / local[0].weight[s]);
            }
            block.invert(&mut work);
        }
    }

    /// Calls `visit` for every group with its unknowns, of both flows, and its block.
    fn each(&self, shape: &Shape, mut visit: impl FnMut(&[usize], &Matrix)) {
        let states = shape.group.len();
        let mut unknowns = Vec::new();
        for (own, block) in shape.groups.iter().zip(&self.blocks) {
            unknowns.clear();
            unknowns.extend(own.iter().map(|s| states + s));
            unknowns.extend(own);
            visit(&unknowns, block);
        }
    }

    /// `A x`.
    pub(crate) fn times(&self, shape: &Shape, x: &[f64]) -> Vec<f64> {
        let mut result = vec![0.0; x.len()];
        self.each(shape, |unknowns, block| {
            for (k, &i) in unknowns.iter().enumerate() {
                let row = block.row(k).iter().zip(unknowns);
                result[i] = row.map(|(value, &j)| value * x[j]).sum();
            }
        });
        result
    }

    /// Adds `A` on and below the diagonal.
    pub(crate) fn add(&self, shape: &Shape, square: &mut Matrix) {
        self.each(shape, |unknowns, block| {
            for (k, &i) in unknowns.iter().enumerate() {
                let own = square.row_mut(i);
                block.row(k).iter().zip(unknowns).for_each(|(value, &j)| own[j] += value);
            }
        });
    }

    /// The rows of `A M`, with `next` states at the next stage.
    pub(crate) fn along(&self, shape: &Shape, local: &[Local; 2], next: usize) -> Vec<Sparse> {
        let states = shape.group.len();
        let mut rows = vec![Sparse::new(); 2 * states];
        let mut scratch = vec![0.0; 2 * next];
        let mut places: Vec<usize> = Vec::new();
        self.each(shape, |unknowns, block| {
            places.clear();
            for &j in unknowns {
                let start = j / states * next;
                places.extend(shape.successors[j % states].iter().map(|q| start + q));
            }
            places.sort_unstable();
            places.dedup();
            for (k, &i) in unknowns.iter().enumerate() {
                for (value, &j) in block.row(k).iter().zip(unknowns) {
                    let start = j / states * next;
                    let mean = &local[j / states].mean[j % states];
                    mean.iter().for_each(|&(q, p)| scratch[start + q] += value * p);
                }
                rows[i] = taken(&places, &mut scratch);
            }
        });
        rows
    }
}

/// `M' x` of both flows, `next` states at the next stage.
pub(crate) fn forward(local: &[Local; 2], x: &[f64], next: usize) -> Vec<f64> {
    let states = x.len() / 2;
    let mut result = vec![0.0; 2 * next];
    for (i, value) in x.iter().enumerate() {
        let start = i / states * next;
        let mean = &local[i / states].mean[i % states];
        mean.iter().for_each(|&(q, p)| result[start + q] += p * value);
    }
    result
}

/// `M y` of both flows.
pub(crate) fn backward(local: &[Local; 2], y: &[f64]) -> Vec<f64> {
    let next = y.len() / 2;
    let means = local
        .iter()
        .enumerate()
        .flat_map(|(flow, local)| local.mean.iter().map(move |mean| (flow, mean)));
    means.map(|(flow, mean)| mean.iter().map(|&(q, p)| p * y[flow * next + q]).sum()).collect()
}

/// Adds `M' rows`, with the sparse rows of `A M`, on and below the diagonal.
pub(crate) fn add_along(local: &[Local; 2], rows: &[Sparse], next: usize, square: &mut Matrix) {
    let states = rows.len() / 2;
    for (i, row) in rows.iter().enumerate() {
        let start = i / states * next;
        for &(q, p) in &local[i / states].mean[i % states] {
            let own = square.row_mut(start + q);
            row.iter().for_each(|&(k, value)| own[k] += p * value);
        }
    }
}

/// `L^-1 rows` for the triangle of some factors.
pub(crate) fn lower_times(factors: &Factors, rows: &[Sparse], columns: usize, v: &mut Matrix) {
    v.clear(rows.len(), columns);
    for (i, row) in rows.iter().enumerate() {
        let own = v.row_mut(i);
        row.iter().for_each(|&(k, value)| own[k] += value);
        for (factor, row) in factors.row(i).iter().zip(rows) {
            row.iter().for_each(|&(k, value)| own[k] += factor * value);
        }
    }
}

/// `x -= rows' y`.
pub(crate) fn subtract_back(rows: &[Sparse], y: &[f64], x: &mut [f64]) {
    for (row, y) in rows.iter().zip(y) {
        row.iter().for_each(|&(k, value)| x[k] -= value * y);
    }
}

/// `rows y`.
pub(crate) fn times(rows: &[Sparse], y: &[f64]) -> Vec<f64> {
    rows.iter().map(|row| row.iter().map(|&(k, value)| value * y[k]).sum()).collect()
}

/// `a - b`.
pub(crate) fn minus(mut a: Vec<f64>, b: &[f64]) -> Vec<f64> {
    axpy(-1.0, b, &mut a);
    a
}
