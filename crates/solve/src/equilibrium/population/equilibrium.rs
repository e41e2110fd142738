//! An exact equilibrium of a quadratic game: a symmetric affine game between a few policies,
//! enlarged by best responses.
//!
//! Between finitely many policies the population game `F_i(theta) = r0'd_i + sum_k g_k(i)
//! x_k(theta)` is bilinear, and a path of Lemke and Howson leads to an equilibrium of it. The path
//! is followed in binary64; its support is then solved exactly, and an exact best response either
//! confirms the equilibrium or joins the policies.

use super::exact_policies::{ExactGame, ExactValues};
use super::lemke_howson::lemke_howson;
use crate::exact::{Rational, to_approx};
use crate::game::Policy;

/// Most policies of the restricted game.
pub(super) const MOST_POLICIES: usize = 120;
/// Weights less than this count as none.
const UNUSED: f64 = 1e-7;
/// Most policies of a mixture that are solved at once in exact numbers.
const MOST_USED: usize = 24;

/// An equilibrium at eps = 0: its mixture, exact.
#[derive(Debug, Clone)]
pub(super) struct ExactEquilibrium {
    pub(super) parts: Vec<(Rational, Policy)>,
    /// Values of the forms.
    pub(super) values: ExactValues,
}

/// Starts from the given policies; `label` selects the path. `None` when numbers fail or the game
/// is too large.
pub(super) fn equilibrium(
    exact: &ExactGame,
    start: &[Policy],
    label: usize,
    keep_going: &dyn Fn() -> bool,
) -> Option<ExactEquilibrium> {
    let mut policies: Vec<(Policy, ExactValues)> = Vec::new();
    for policy in start {
        if policies.iter().all(|(known, _)| known != policy) {
            policies.push((policy.clone(), exact.values(policy)?));
        }
    }
    while policies.len() <= MOST_POLICIES && keep_going() {
        let weights = restricted(exact, &policies, label)?;
        let (found, response) = confirmed(exact, &policies, weights)?;
        let Some(response) = response else { return Some(found) };
        if policies.iter().any(|(known, _)| *known == response) {
            // The restricted game was not solved exactly.
            return None;
        }
        let values = exact.values(&response)?;
        policies.push((response, values));
    }
    None
}

/// What policy `i` earns against a population that plays policy `j`.
fn payoff(exact: &ExactGame, i: &ExactValues, j: &ExactValues) -> Rational {
    let statistics = exact.game.statistics;
    (0..statistics)
        .fold(i.reward.clone(), |sum, k| sum + &i.coordinates[statistics + k] * &j.coordinates[k])
}

fn matrix(exact: &ExactGame, policies: &[(Policy, ExactValues)]) -> Vec<Vec<Rational>> {
    let row = |i| policies.iter().map(|(_, j)| payoff(exact, i, j)).collect();
    policies.iter().map(|(_, i)| row(i)).collect()
}

/// A mixture, and a policy that earns more against it, if there is one.
fn confirmed(
    exact: &ExactGame,
    policies: &[(Policy, ExactValues)],
    weights: Vec<Rational>,
) -> Option<(ExactEquilibrium, Option<Policy>)> {
    let parts: Vec<(Rational, &ExactValues)> =
        weights.iter().cloned().zip(policies.iter().map(|(_, values)| values)).collect();
    let values = ExactGame::mixed(&parts);
    let (exploitability, response) = exact.exploitability(&values)?;
    let parts = policies
        .iter()
        .zip(weights)
        .filter(|(_, weight)| !weight.is_zero())
        .map(|((policy, _), weight)| (weight, policy.clone()))
        .collect();
    let better = (!exploitability.is_zero()).then_some(response);
    Some((ExactEquilibrium { parts, values }, better))
}

/// An equilibrium of the game restricted to `policies`: weights, exact.
fn restricted(
    exact: &ExactGame,
    policies: &[(Policy, ExactValues)],
    label: usize,
) -> Option<Vec<Rational>> {
    let count = policies.len();
    let matrix = matrix(exact, policies);
    let approx: Vec<Vec<f64>> =
        matrix.iter().map(|row| row.iter().map(to_approx).collect()).collect();
    let path = (0..count).find_map(|shift| lemke_howson(&approx, (label + shift) % count))?;
    balanced(&matrix, path.into_iter().map(|(policy, _)| policy).collect())
}

/// Weights that make some of `support` earn the same, those of least or negative weight left out;
/// a degenerate path, or a point of a programme, may end with policies that carry nothing.
fn balanced(matrix: &[Vec<Rational>], mut support: Vec<usize>) -> Option<Vec<Rational>> {
    loop {
        match indifferent(matrix, &support) {
            Some(weights) if weights.iter().all(|weight| *weight >= Rational::ZERO) => {
                let mut all = vec![Rational::ZERO; matrix.len()];
                support.iter().zip(weights).for_each(|(&policy, weight)| all[policy] = weight);
                return Some(all);
            }
            Some(weights) => {
                let worst = (0..support.len()).min_by(|&a, &b| weights[a].cmp(&weights[b]))?;
                support.remove(worst);
            }
            None => {
                support.pop();
            }
        }
        if support.is_empty() {
            return None;
        }
    }
}

/// The equilibrium that plays policies of a mixture, which nearly is one.
pub(super) fn supported(exact: &ExactGame, mixture: &[(f64, Policy)]) -> Option<ExactEquilibrium> {
    let mut used: Vec<&(f64, Policy)> = mixture.iter().filter(|part| part.0 > UNUSED).collect();
    if used.len() > MOST_USED {
        return None;
    }
    used.sort_by(|a, b| b.0.total_cmp(&a.0));
    let policies: Vec<(Policy, ExactValues)> = used
        .into_iter()
        .map(|(_, policy)| Some((policy.clone(), exact.values(policy)?)))
        .collect::<Option<_>>()?;
    let weights = balanced(&matrix(exact, &policies), (0..policies.len()).collect())?;
    let (found, response) = confirmed(exact, &policies, weights)?;
    response.is_none().then_some(found)
}

/// Weights on `support` that make all of it earn the same.
fn indifferent(matrix: &[Vec<Rational>], support: &[usize]) -> Option<Vec<Rational>> {
    let count = support.len();
    // Unknowns: weights and the common payoff. Rows: payoffs equal it, weights sum to one.
    let mut rows: Vec<Vec<Rational>> = support
        .iter()
        .map(|&i| {
            let mut row: Vec<Rational> = support.iter().map(|&j| matrix[i][j].clone()).collect();
            row.extend([Rational::NEG_ONE, Rational::ZERO]);
            row
        })
        .collect();
    let mut last = vec![Rational::ONE; count];
    last.extend([Rational::ZERO, Rational::ONE]);
    rows.push(last);
    solve(rows, count + 1).map(|mut solution| {
        solution.truncate(count);
        solution
    })
}

/// The only solution of a linear system of rows `[coefficients | right side]`; `None` when there is
/// none, or more than one.
pub(super) fn solve(mut rows: Vec<Vec<Rational>>, unknowns: usize) -> Option<Vec<Rational>> {
    for column in 0..unknowns {
        let pivot = (column..rows.len()).find(|&row| !rows[row][column].is_zero())?;
        rows.swap(column, pivot);
        let lead = rows[column][column].clone();
        rows[column].iter_mut().for_each(|value| *value = &*value / &lead);
        let own = rows[column].clone();
        for (row, values) in rows.iter_mut().enumerate() {
            let factor = values[column].clone();
            if row != column && !factor.is_zero() {
                values.iter_mut().zip(&own).for_each(|(value, known)| *value -= &factor * known);
            }
        }
    }
    let consistent = rows[unknowns..].iter().all(|row| row[unknowns].is_zero());
    consistent.then(|| rows[..unknowns].iter().map(|row| row[unknowns].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_solved_exactly() {
        let number = |p| crate::exact::ratio(p, 1);
        let rows =
            vec![vec![number(0), number(2), number(3)], vec![number(1), number(1), number(2)]];
        assert_eq!(
            solve(rows, 2),
            Some(vec![crate::exact::ratio(1, 2), crate::exact::ratio(3, 2)])
        );
        assert_eq!(solve(vec![vec![number(0), number(1)]], 1), None);
        assert_eq!(solve(vec![vec![number(1), number(1)], vec![number(2), number(1)]], 1), None);
    }
}
