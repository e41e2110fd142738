//! The best response that mixes given policies on a simplex, by one small linear programme in
//! binary64, for games without a population in the followers' data.
//!
//! With `e_v(i)` and `c_v(i)` what policy `i` loses and gives to the leader at vertex `v`, weights
//! `lambda_v(i)` per vertex are wanted with `sum_i lambda_v(i) e_v(i) + S q <= eps` and the least
//! `tau >= sum_i lambda_v(i) c_v(i) + S q'`, where `q` and `q'` are at least the second-order terms
//! `-+ sum_i (lambda_v(i) - lambda_w(i)) (e_v(i) - e_w(i))` of each edge (the same with `c`) and `S
//! = (n - 1)/(2 n)` for `n` vertices: what the rule of responses yields when rewards are affine in
//! the decision. The checker judges the result.

use super::book::{Book, Weights};
use crate::exact::{Rational, from_short_dyadic, to_approx};
use crate::lp::{LpEngine, LpRows, LpStatus};

/// Fractional bits of a weight.
const BITS: u32 = 40;
/// Kept from eps for roundings.
const MARGIN_APPROX: f64 = 1e-10;

/// The linear programme of a simplex.
pub(super) struct Mixing {
    programme: LpRows,
    vertices: usize,
    policies: Vec<usize>,
}

/// The programme for mixtures of `policies`; `None` where one of them does not fit a vertex.
pub(super) fn mixing(
    book: &mut Book<'_>,
    simplex: &[usize],
    policies: Vec<usize>,
    epsilon: &Rational,
) -> Option<Mixing> {
    let (n, m) = (simplex.len(), policies.len());
    let mut loss_approx = vec![vec![0.0; m]; n];
    let mut gain_approx = vec![vec![0.0; m]; n];
    for (v, &vertex) in simplex.iter().enumerate() {
        for (i, &policy) in policies.iter().enumerate() {
            (loss_approx[v][i], gain_approx[v][i]) = book.single_approx(vertex, policy)?;
        }
    }
    let infinity = f64::INFINITY;
    let share = (n - 1) as f64 / (2 * n) as f64;
    let mut lp = LpRows::default();
    for _ in 0..n * m {
        lp.add_column(0.0, (0.0, 1.0));
    }
    let tau = lp.add_column(1.0, (-infinity, infinity));
    let loss_rest = lp.add_column(0.0, (0.0, infinity));
    let gain_rest = lp.add_column(0.0, (0.0, infinity));
    let budget = (to_approx(epsilon) - MARGIN_APPROX).max(0.0);
    for v in 0..n {
        let column = |i: usize| v * m + i;
        lp.add_row((1.0, 1.0), &(0..m).map(|i| (column(i), 1.0)).collect::<Vec<_>>());
        let mut row: Vec<(usize, f64)> = (0..m).map(|i| (column(i), loss_approx[v][i])).collect();
        row.push((loss_rest, share));
        lp.add_row((-infinity, budget), &row);
        let mut row: Vec<(usize, f64)> = (0..m).map(|i| (column(i), gain_approx[v][i])).collect();
        row.push((gain_rest, share));
        row.push((tau, -1.0));
        lp.add_row((-infinity, 0.0), &row);
        for w in v + 1..n {
            for (rest, values) in [(loss_rest, &loss_approx), (gain_rest, &gain_approx)] {
                let mut row = vec![(rest, 1.0)];
                for (i, (own, other)) in values[v].iter().zip(&values[w]).enumerate() {
                    let difference = own - other;
                    row.push((v * m + i, difference));
                    row.push((w * m + i, -difference));
                }
                lp.add_row((0.0, infinity), &row);
            }
        }
    }
    Some(Mixing { programme: lp, vertices: n, policies })
}

/// A mixture per vertex; `None` when no mixture is an eps-equilibrium everywhere.
pub(super) fn best_rule(engine: &mut LpEngine, mixing: &Mixing) -> Option<Vec<Weights>> {
    if !engine.load(&mixing.programme) || engine.solve() != LpStatus::Optimal {
        return None;
    }
    let point = engine.point()?;
    let of_vertex = |v: usize| {
        weights(
            &mixing.policies,
            &point.columns_approx[v * mixing.policies.len()..][..mixing.policies.len()],
        )
    };
    (0..mixing.vertices).map(of_vertex).collect()
}

/// Weights in short dyadics that sum to 1.
fn weights(policies: &[usize], values_approx: &[f64]) -> Option<Weights> {
    let largest =
        (0..policies.len()).max_by(|&a, &b| values_approx[a].total_cmp(&values_approx[b]))?;
    let mut rest = Rational::ONE;
    let mut weights: Weights = Vec::new();
    for (i, (&policy, &value)) in policies.iter().zip(values_approx).enumerate() {
        if i == largest || value < 1e-9 {
            continue;
        }
        let weight = from_short_dyadic(value.min(1.0), BITS)?;
        rest -= &weight;
        weights.push((policy, weight));
    }
    if rest < Rational::ZERO {
        return None;
    }
    weights.push((policies[largest], rest));
    Some(weights)
}
