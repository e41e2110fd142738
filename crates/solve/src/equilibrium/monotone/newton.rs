//! Newton's equations of the interior point, stage by stage.
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
//! Y_t = C Phi_t + M Y_{t+1} - m,   C = J + 1/w,   M = sum_i pi_i P_i,   m = sum_i pi_i f_i
//! Phi_{t+1} = p_{t+1} + sum_i P_i' d_i = p_{t+1} + P' spread(f) + M' Phi_t - W Y_{t+1}.
//! ```
//!
//! With `S = (-1, 1)` on `d` and `e`, `A = (S C)^-1` is symmetric, and for `U = S Y`
//!
//! ```text
//! Phi_t = A_t (U_t - M U_{t+1} + S m_t).
//! ```
//!
//! What remains are symmetric equations for `U`, two unknowns per state and stage but the first,
//! whose masses are given. They are negative for `d` and positive for `e`, so that they have
//! factors `L D L'` in any order, and a stage is coupled to its neighbours alone:
//!
//! ```text
//! K_tt = A_t + S W_{t-1} + M' A_{t-1} M,   K_{t,t+1} = -A_t M,
//! N_1 = A_1 + S W_0,   N_{t+1} = K_{t+1,t+1} - V' D^-1 V,   V = L^-1 A_t M.
//! ```
//!
//! The unknowns of `e` come first at a stage: near the end `A` is about `[[2, 1], [1, 0]]` times the
//! inverse of `Q`, whose second pivot without the first would be lost beside `W`, which grows as
//! `1/mu`. What else is lost, a multiple of the largest entry that is added to the diagonal keeps
//! harmless, and refinement makes up for it.

use super::dense::{Factors, Matrix, axpy};
use super::local::{
    Local, Response, Shape, Sparse, add_along, backward, forward, lower_times, minus,
    subtract_back, times,
};
use super::model::{Model, Near, Stage, Table};

/// Most steps of refinement.
const MOST_REFINEMENTS: usize = 8;
/// A residual that needs no refinement, relative to the right side: the next step sees what is
/// left.
const ENOUGH: f64 = 1e-10;

/// What is added to the diagonal, relative to its largest entry.
const LIFT: f64 = 4e-15;

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

/// The factored equations.
pub(crate) struct Newton<'a> {
    model: &'a Model,
    shapes: Vec<Shape>,
    /// What functions add, per stage.
    near: Vec<Near>,
    diagonal: Both,
    local: Vec<[Local; 2]>,
    /// `A_t`.
    responses: Vec<Response>,
    /// `A_t M`.
    links: Vec<Vec<Sparse>>,
    /// Factors of `N_t`, none of the first stage.
    factors: Vec<Factors>,
    /// Memory for `V`.
    work: [Matrix; 2],
}

impl<'a> Newton<'a> {
    /// No equations yet.
    pub(crate) fn new(model: &'a Model) -> Self {
        let count = model.stages.len();
        Newton {
            model,
            shapes: model.stages.iter().map(Shape::new).collect(),
            near: vec![Near::default(); count],
            diagonal: Default::default(),
            local: Vec::new(),
            responses: vec![Response::default(); count],
            links: vec![Vec::new(); count],
            factors: vec![Factors::default(); count],
            work: Default::default(),
        }
    }

    /// Number of states of the next stage.
    fn next(&self, t: usize) -> usize {
        self.model.stages.get(t + 1).map_or(0, Stage::states)
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
        self.diagonal = diagonal;
        let most = self.model.stages.iter().map(Stage::states).max().unwrap_or(0);
        let mut scratch = vec![0.0; most];
        self.local.clear();
        for (t, stage) in self.model.stages.iter().enumerate() {
            let own = [1, 0].map(|flow| {
                Local::new(stage, &self.shapes[t], &self.diagonal[flow][t], &mut scratch)
            });
            self.local.push(own);
        }
        (1..self.model.stages.len()).all(|t| {
            let go_on = !stopped();
            if go_on {
                self.step(t, &mut scratch);
            }
            go_on
        })
    }

    /// Factors `N_t`.
    fn step(&mut self, t: usize, scratch: &mut [f64]) {
        let (stage, before) = (&self.model.stages[t], &self.model.stages[t - 1]);
        let (n, next) = (stage.states(), self.next(t));
        self.responses[t].renew(stage, &self.shapes[t], &self.near[t], &self.local[t]);
        let [v, work] = &mut self.work;
        if t > 1 {
            lower_times(&self.factors[t - 1], &self.links[t - 1], 2 * n, v);
        }
        let (earlier, factors) = self.factors.split_at_mut(t);
        factors[0].renew(2 * n, |square| {
            self.responses[t].add(&self.shapes[t], square);
            let local = &self.local[t - 1];
            for (flow, sign) in [(0, 1.0), (1, -1.0)] {
                let place = (sign, flow * n);
                local[flow].add_width(before, &self.shapes[t - 1], place, scratch, square);
            }
            let most = (0..2 * n).map(|k| square.row(k)[k].abs()).fold(0.0, f64::max);
            for k in 0..2 * n {
                let sign = if k < n { 1.0 } else { -1.0 };
                square.add(k, k, sign * LIFT * most);
            }
            if t > 1 {
                add_along(local, &self.links[t - 1], n, square);
                square.subtract_square(v, earlier[t - 1].diagonal(), work);
            }
        });
        if next > 0 {
            self.links[t] = self.responses[t].along(&self.shapes[t], &self.local[t], next);
        }
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
        turned(self.solve_turned(&turned(right.clone())))
    }

    /// The solution, where the deviation comes before the flow.
    fn solve_turned(&self, right: &Point) -> Point {
        let stages = &self.model.stages;
        let count = stages.len();
        // m_t, S m_t and A_t S m_t; the first one is not needed.
        let means: Vec<Vec<f64>> = (0..count).map(|t| self.means(right, t)).collect();
        let answer = |t: usize| self.responses[t].times(&self.shapes[t], &signed(means[t].clone()));
        let initial: Vec<f64> =
            right.states.iter().flat_map(|p| p.first().into_iter().flatten()).copied().collect();
        // N_t^-1 of what is left at stage t after the stages before it.
        let mut partial: Vec<Vec<f64>> = vec![Vec::new(); count];
        let mut arriving = initial.clone();
        for t in 1..count {
            let n = stages[t].states();
            let mut own = forward(&self.local[t - 1], &arriving, n);
            for flow in 0..2 {
                let own = &mut own[flow * n..(flow + 1) * n];
                axpy(1.0, &right.states[flow][t], own);
                let moved =
                    self.local[t - 1][flow].spread(&stages[t - 1], &right.pairs[flow][t - 1]);
                for (i, value) in moved.iter().enumerate() {
                    stages[t - 1].of_pair(i).iter().for_each(|&(k, p)| own[k] += p * value);
                }
            }
            arriving = answer(t);
            axpy(-1.0, &arriving, &mut own);
            if t > 1 {
                let less: Vec<f64> = partial[t - 1].iter().map(|x| -x).collect();
                subtract_back(&self.links[t - 1], &less, &mut own);
            }
            partial[t] = self.factors[t].solve(&own);
        }
        let mut unknowns = partial;
        for t in (1..count.saturating_sub(1)).rev() {
            let moved = self.factors[t].solve(&times(&self.links[t], &unknowns[t + 1]));
            axpy(1.0, &moved, &mut unknowns[t]);
        }
        self.expanded(right, &means, initial, &unknowns)
    }

    /// `m_t` of both flows.
    fn means(&self, right: &Point, t: usize) -> Vec<f64> {
        let stage = &self.model.stages[t];
        let of = |flow: usize, s: usize| {
            let (local, f) = (&self.local[t][flow], &right.pairs[flow][t]);
            stage.of_state(s).map(|i| local.share[i] * f[i]).sum::<f64>()
        };
        (0..2)
            .flat_map(|flow| (0..stage.states()).map(move |s| (flow, s)))
            .map(|(flow, s)| of(flow, s))
            .collect()
    }

    /// The solution, from the unknowns of all stages but the first.
    fn expanded(
        &self,
        right: &Point,
        means: &[Vec<f64>],
        initial: Vec<f64>,
        unknowns: &[Vec<f64>],
    ) -> Point {
        let stages = &self.model.stages;
        let mut solution = Point { pairs: Default::default(), states: Default::default() };
        for (t, stage) in stages.iter().enumerate() {
            let n = stage.states();
            let later = unknowns.get(t + 1).map(Vec::as_slice).unwrap_or_default();
            let next = later.len() / 2;
            // M U_{t+1} - S m_t.
            let mut ahead = signed(means[t].iter().map(|m| -m).collect());
            if next > 0 {
                axpy(1.0, &backward(&self.local[t], later), &mut ahead);
            }
            let (masses, values) = if t == 0 {
                let mut values = signed(ahead);
                axpy(1.0, &self.pushed(&initial), &mut values);
                (initial.clone(), values)
            } else {
                let own = minus(unknowns[t].clone(), &ahead);
                (self.responses[t].times(&self.shapes[t], &own), signed(unknowns[t].clone()))
            };
            let later = signed(later.to_vec());
            for flow in 0..2 {
                let local = &self.local[t][flow];
                let y = &later[flow * next..(flow + 1) * next];
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
        }
        solution
    }

    /// `C Phi` at the first stage.
    fn pushed(&self, masses: &[f64]) -> Vec<f64> {
        let (stage, n) = (&self.model.stages[0], masses.len() / 2);
        let (other, own) = masses.split_at(n);
        let mut push = [vec![0.0; n], vec![0.0; n]];
        push_of(stage, &self.near[0], own, other, &mut push);
        push.reverse();
        for ((push, local), masses) in push.iter_mut().zip(&self.local[0]).zip([other, own]) {
            let weighted = masses.iter().zip(&local.weight).map(|(x, w)| x / w);
            push.iter_mut().zip(weighted).for_each(|(push, x)| *push += x);
        }
        push.concat()
    }

    /// What a solution leaves of the right side.
    fn residual(&self, right: &Point, solution: &Point) -> Point {
        let model = self.model;
        let masses = [model.masses(&solution.pairs[0]), model.masses(&solution.pairs[1])];
        let mut rest = right.clone();
        for (t, stage) in model.stages.iter().enumerate() {
            let mut push = [vec![0.0; stage.states()], vec![0.0; stage.states()]];
            push_of(stage, &self.near[t], &masses[0][t], &masses[1][t], &mut push);
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

/// Adds `J Phi` for masses `x` of the flow and `y` of the deviation.
fn push_of(stage: &Stage, near: &Near, x: &[f64], y: &[f64], push: &mut [Vec<f64>; 2]) {
    stage.couple(1.0, x, &mut push[0]);
    stage.couple_back(1.0, x, &mut push[0]);
    stage.couple_back(-1.0, y, &mut push[0]);
    stage.couple(1.0, x, &mut push[1]);
    near.push(x, y, push);
}

/// The deviation and the flow in the other order.
fn turned(mut point: Point) -> Point {
    point.pairs.reverse();
    point.states.reverse();
    point
}

/// `S x`, the deviation coming first.
fn signed(mut x: Vec<f64>) -> Vec<f64> {
    let half = x.len() / 2;
    x[half..].iter_mut().for_each(|x| *x = -*x);
    x
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
