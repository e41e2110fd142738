//! A population that nearly is an equilibrium, in binary64: a direction in which to look for
//! eps-equilibria.

use super::equilibrium::MOST_POLICIES;
use super::lemke_howson::lemke_howson;
use super::relaxation::Relaxation;
use crate::equilibrium::Control;

/// Share of eps that its exploitability may be.
const NEAR: f64 = 1.0 / 64.0;

/// Weights of policies with an exploitability well below eps, from the policies `start` on: as
/// exact equilibria are found, but without confirmation.
pub(super) fn near_equilibrium(
    relaxation: &mut Relaxation,
    start: &[usize],
    control: &Control,
) -> Option<Vec<(usize, f64)>> {
    let mut policies = start.to_vec();
    while policies.len() <= MOST_POLICIES && !control.stopped() {
        let values = |policy: &usize| &relaxation.policies[*policy].values;
        let payoff = |i: &usize, j: &usize| relaxation.model.deviation(values(i), values(j));
        let matrix: Vec<Vec<f64>> =
            policies.iter().map(|i| policies.iter().map(|j| payoff(i, j)).collect()).collect();
        let path = (0..policies.len()).find_map(|label| lemke_howson(&matrix, label))?;
        let mixture: Vec<(usize, f64)> =
            path.into_iter().map(|(played, weight)| (policies[played], weight)).collect();
        let (exploitability, response) = relaxation.best_response(&relaxation.mix(&mixture));
        if exploitability <= NEAR * relaxation.model.epsilon {
            return Some(mixture);
        }
        if policies.contains(&response) {
            return None;
        }
        policies.push(response);
    }
    None
}
