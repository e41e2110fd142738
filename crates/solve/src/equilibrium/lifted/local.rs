//! Local search: successive linearisation in the flows, the statistics and the value function at
//! once.
//!
//! At a population `(d0, x0)` with best-response values `v0` the equilibrium conditions are
//! linearised in `(d, x, v)`:
//!
//! ```text
//! flow      sum of d over pairs of s - sum P(x0) d - sum_k (sum dP/dx_k d0) (x_k - x0_k) = mu0
//! links     x_k = M_k d,    |x_k - x0_k| <= radius
//! Bellman   v_t(s) >= r(x0) + P(x0) v_t+1 + sum_k (dr/dx_k + dP/dx_k v0_t+1) (x_k - x0_k)
//! regret    mu0 v_0 - r(x0) d - sum_k (dr/dx_k d0) (x_k - x0_k) <= eps + slack
//! ```
//!
//! and the linearised reward of the leader plus a penalty on the slack is minimised. The policy
//! read off `d` is then simulated; a step that does not lower reward plus penalty shrinks the
//! radius.

use super::model::{Model, ONE, Terms};
use super::population::{Frozen, Population};
use crate::lp::{LpBasis, LpEngine, LpRows, LpStatus};

/// Costs of exploitability above eps, in units of the leader's reward: the next one is tried when
/// the last leads to no equilibrium.
const PENALTIES: [f64; 4] = [50.0, 1e3, 2e4, 1e6];
/// Most steps of one search.
const MOST_STEPS: usize = 40;
/// Radius, relative to the range of a statistic, at which a search gives up.
const LEAST_RADIUS: f64 = 1e-9;

impl Model {
    /// `(k, derivative)` of a polynomial at `x`.
    fn gradient(&mut self, terms: &Terms, x: &[f64]) -> Terms {
        let mut gradient = Terms::new();
        for &(m, c) in terms.iter().filter(|(m, _)| *m != ONE) {
            let factors: Vec<(usize, u32)> = self.monomials.exponents(m).collect();
            for (k, exponent) in factors {
                let rest = self.monomials.without(m, k);
                let value = c * f64::from(exponent) * self.monomials.value(rest, x);
                match gradient.iter_mut().find(|(own, _)| *own == k) {
                    Some((_, sum)) => *sum += value,
                    None => gradient.push((k, value)),
                }
            }
        }
        gradient
    }
}

/// Best-response values per `[stage][state]`, with a stage of zeros at the end.
fn values(model: &Model, frozen: &Frozen) -> Vec<Vec<f64>> {
    let states = model.initial.len();
    let mut all = vec![vec![0.0; states]; model.shapes.len() + 1];
    for (t, shape) in model.shapes.iter().enumerate().rev() {
        for state in 0..states {
            let value = |pair: usize| {
                let next = shape.successors.as_ref().map_or(0.0, |successors| {
                    successors
                        .of_pair(pair)
                        .map(|e| frozen.probability[t][e] * all[t + 1][successors.state(e)])
                        .sum::<f64>()
                });
                frozen.reward[t][pair] + next
            };
            all[t][state] =
                shape.pairs.of_state(state).map(value).fold(f64::NEG_INFINITY, f64::max);
        }
    }
    all
}

/// The columns of the linearised problem.
struct Columns {
    /// `[stage]`: first pair.
    flow: Vec<usize>,
    statistics: usize,
    /// `[stage]`: first state.
    values: Vec<usize>,
    slack: usize,
    count: usize,
}

impl Columns {
    fn new(model: &Model) -> Self {
        let mut count = 0;
        let mut take = |size: usize| {
            count += size;
            count - size
        };
        let flow = model.shapes.iter().map(|shape| take(shape.pairs.len())).collect();
        let statistics = take(model.statistics);
        let values = model.shapes.iter().map(|shape| take(shape.pairs.states())).collect();
        let slack = take(1);
        Columns { flow, statistics, values, slack, count }
    }
}

/// A search that keeps its programme.
#[derive(Debug, Default)]
pub(super) struct LocalSearch {
    engine: LpEngine,
    basis: Option<LpBasis>,
    /// Programmes solved.
    pub(super) solves: usize,
}

impl LocalSearch {
    /// Improves `start` and reports every population whose exploitability is at most `epsilon` to
    /// `found`.
    pub(super) fn run(
        &mut self,
        model: &mut Model,
        start: Population,
        epsilon: f64,
        radius: f64,
        found: &mut dyn FnMut(&Population),
    ) -> Population {
        let columns = Columns::new(model);
        let mut current = start;
        if current.exploitability <= epsilon {
            found(&current);
        }
        for penalty in PENALTIES {
            current = self.descend(model, &columns, current, (epsilon, penalty), radius, found);
            if current.exploitability <= epsilon {
                break;
            }
        }
        current
    }

    /// Steps at one penalty.
    fn descend(
        &mut self,
        model: &mut Model,
        columns: &Columns,
        start: Population,
        (epsilon, penalty): (f64, f64),
        radius: f64,
        found: &mut dyn FnMut(&Population),
    ) -> Population {
        let merit = |population: &Population| {
            population.leader + penalty * (population.exploitability - epsilon).max(0.0)
        };
        let (mut current, mut radius) = (start, radius);
        for _ in 0..MOST_STEPS {
            let Some((flow, expected)) =
                self.step(model, columns, &current, (epsilon, penalty), radius)
            else {
                break;
            };
            let predicted = merit(&current) - expected;
            if predicted < 1e-11 * model.scale {
                break;
            }
            let response = current.response.clone();
            let next = model.population(model.play_of_flow(&flow, &response));
            if next.exploitability <= epsilon {
                found(&next);
            }
            let gained = merit(&current) - merit(&next);
            if gained > 0.0 {
                current = next;
            }
            if gained < 0.25 * predicted {
                radius *= 0.25;
            } else if gained > 0.75 * predicted {
                radius = (radius * 2.0).min(1.0);
            }
            if radius < LEAST_RADIUS {
                break;
            }
        }
        current
    }

    /// The flow of the linearised problem and its value.
    fn step(
        &mut self,
        model: &mut Model,
        columns: &Columns,
        at: &Population,
        (epsilon, penalty): (f64, f64),
        radius: f64,
    ) -> Option<(Vec<Vec<f64>>, f64)> {
        let frozen = model.frozen(&at.x);
        let values = values(model, &frozen);
        let mut lp = LpRows::default();
        for column in 0..columns.count {
            let free = column >= columns.values[0] && column < columns.slack;
            lp.add_column(0.0, (if free { f64::NEG_INFINITY } else { 0.0 }, f64::INFINITY));
        }
        lp.cost[columns.slack] = penalty;
        for k in 0..model.statistics {
            let (low, high) = model.root[k];
            let reach = radius * model.real(high - low);
            lp.column_bounds[columns.statistics + k] = (at.x[k] - reach, at.x[k] + reach);
        }
        let mut constant = model.polynomial(&model.payoff, &at.x);
        let payoff = model.payoff.clone();
        let mut pull = vec![0.0; model.statistics];
        for (k, value) in model.gradient(&payoff, &at.x) {
            pull[k] += value;
        }
        // Regret row: mu0 v - r d - sum_k earn_k (x_k - x0_k) - slack <= eps.
        let mut regret: Vec<(usize, f64)> = model
            .initial
            .iter()
            .enumerate()
            .map(|(s, &mass)| (columns.values[0] + s, mass))
            .collect();
        let mut earn = vec![0.0; model.statistics];
        for t in 0..model.shapes.len() {
            for pair in 0..model.shapes[t].pairs.len() {
                let column = columns.flow[t] + pair;
                lp.cost[column] = frozen.leader[t][pair];
                regret.push((column, -frozen.reward[t][pair]));
                let mass = at.flow[t][pair];
                if mass > 0.0 {
                    let (leader, reward) = (
                        model.stages[t].leader[pair].clone(),
                        model.stages[t].reward[pair].clone(),
                    );
                    model
                        .gradient(&leader, &at.x)
                        .into_iter()
                        .for_each(|(k, value)| pull[k] += mass * value);
                    model
                        .gradient(&reward, &at.x)
                        .into_iter()
                        .for_each(|(k, value)| earn[k] += mass * value);
                }
            }
        }
        let mut side = epsilon;
        for k in 0..model.statistics {
            lp.cost[columns.statistics + k] = pull[k];
            constant -= pull[k] * at.x[k];
            regret.push((columns.statistics + k, -earn[k]));
            side -= earn[k] * at.x[k];
        }
        regret.push((columns.slack, -1.0));
        lp.add_row((f64::NEG_INFINITY, side), &regret);
        for k in 0..model.statistics {
            let mut row = vec![(columns.statistics + k, -1.0)];
            for (t, shape) in model.shapes.iter().enumerate() {
                for (pair, weights) in shape.weights.iter().enumerate() {
                    row.extend(
                        weights
                            .iter()
                            .filter(|(own, _)| *own == k)
                            .map(|&(_, weight)| (columns.flow[t] + pair, weight)),
                    );
                }
            }
            lp.add_row((0.0, 0.0), &row);
        }
        self.add_flow(model, columns, at, &frozen, &mut lp);
        self.add_bellman(model, columns, at, (&frozen, &values), &mut lp);
        self.engine.load(&lp);
        if let Some(basis) = &self.basis {
            self.engine.set_basis(basis);
        }
        self.solves += 1;
        if self.engine.solve() != LpStatus::Optimal {
            self.basis = None;
            return None;
        }
        self.basis = self.engine.basis();
        let point = self.engine.point()?.columns_approx;
        let expected = constant + point.iter().zip(&lp.cost).map(|(x, c)| x * c).sum::<f64>();
        let flow = model
            .shapes
            .iter()
            .zip(&columns.flow)
            .map(|(shape, &first)| point[first..first + shape.pairs.len()].to_vec())
            .collect();
        Some((flow, expected))
    }

    fn add_flow(
        &self,
        model: &mut Model,
        columns: &Columns,
        at: &Population,
        frozen: &Frozen,
        lp: &mut LpRows,
    ) {
        let states = model.initial.len();
        let mut arrivals: Vec<(f64, Vec<(usize, f64)>)> =
            model.initial.iter().map(|&mass| (mass, Vec::new())).collect();
        for t in 0..model.shapes.len() {
            let shape = model.shapes[t].clone();
            for (state, (side, mut row)) in std::mem::take(&mut arrivals).into_iter().enumerate() {
                row.extend(shape.pairs.of_state(state).map(|pair| (columns.flow[t] + pair, 1.0)));
                lp.add_row((side, side), &row);
            }
            arrivals = vec![(0.0, Vec::new()); states];
            let Some(successors) = &shape.successors else { continue };
            let mut drift = vec![vec![0.0; model.statistics]; states];
            for pair in 0..shape.pairs.len() {
                for entry in successors.of_pair(pair) {
                    let state = successors.state(entry);
                    arrivals[state].1.push((columns.flow[t] + pair, -frozen.probability[t][entry]));
                    let mass = at.flow[t][pair];
                    if mass > 0.0 {
                        let terms = model.stages[t].probability[entry].clone();
                        model
                            .gradient(&terms, &at.x)
                            .into_iter()
                            .for_each(|(k, value)| drift[state][k] += mass * value);
                    }
                }
            }
            for (state, drift) in drift.into_iter().enumerate() {
                for (k, value) in drift.into_iter().enumerate().filter(|(_, value)| *value != 0.0) {
                    arrivals[state].1.push((columns.statistics + k, -value));
                    arrivals[state].0 -= value * at.x[k];
                }
            }
        }
    }

    fn add_bellman(
        &self,
        model: &mut Model,
        columns: &Columns,
        at: &Population,
        (frozen, values): (&Frozen, &[Vec<f64>]),
        lp: &mut LpRows,
    ) {
        for t in 0..model.shapes.len() {
            let shape = model.shapes[t].clone();
            for pair in 0..shape.pairs.len() {
                let mut row = vec![(columns.values[t] + shape.state[pair], 1.0)];
                let mut slopes = vec![0.0; model.statistics];
                let terms = model.stages[t].reward[pair].clone();
                model.gradient(&terms, &at.x).into_iter().for_each(|(k, value)| slopes[k] += value);
                if let Some(successors) = &shape.successors {
                    for entry in successors.of_pair(pair) {
                        let state = successors.state(entry);
                        row.push((columns.values[t + 1] + state, -frozen.probability[t][entry]));
                        let terms = model.stages[t].probability[entry].clone();
                        model
                            .gradient(&terms, &at.x)
                            .into_iter()
                            .for_each(|(k, value)| slopes[k] += value * values[t + 1][state]);
                    }
                }
                let mut side = frozen.reward[t][pair];
                for (k, slope) in slopes.into_iter().enumerate().filter(|(_, slope)| *slope != 0.0)
                {
                    row.push((columns.statistics + k, -slope));
                    side -= slope * at.x[k];
                }
                lp.add_row((side, f64::INFINITY), &row);
            }
        }
    }
}
