//! Policies read from the point of a linear programme.

use crate::exact::{Rational, ratio};
use crate::game::{Pairs, Policy, StagePolicy};
use crate::lp::{LpSolution, OccupationLp};

/// Masses below this are noise: 100 times below the feasibility tolerance of the solver.
const LEAST_MASS: f64 = 1e-9;
/// Shares of a state's mass below this are noise.
const LEAST_SHARE: f64 = 1e-7;
/// Denominator of the probabilities of the mixed policy.
const SHARE_UNIT: u32 = 1 << 20;

/// What the point plays.
pub(super) struct Vertex {
    /// The most played action of each state.
    pub(super) main: Policy,
    /// The second most played where several are played.
    pub(super) other: Policy,
    /// All actions with their shares, rounded; `None` when at most one state randomises.
    pub(super) mixed: Option<Policy>,
}

/// Reads the policies of `solution`, which must fit `lp`. In states without mass: the action with
/// the least reduced cost.
///
/// At a vertex of the programme at most one reached state randomises, between two actions, and the
/// point is a mixture of `main` and `other`. Any other point gives some policies too.
pub(super) fn read_vertex(lp: &OccupationLp, solution: &LpSolution) -> Vertex {
    let (mut main, mut other, mut mixed) = (Vec::new(), Vec::new(), Vec::new());
    let mut randomising = 0usize;
    for (t, (stage, occupation)) in lp.stages.iter().zip(&solution.occupation_approx).enumerate() {
        let next = solution.flow_duals_approx.get(t + 1).map(Vec::as_slice);
        let states = stage.pairs.states();
        let (mut first, mut second, mut rows) =
            (Vec::with_capacity(states), Vec::with_capacity(states), Vec::with_capacity(states));
        for state in 0..states {
            let mut played = shares(&stage.pairs, state, occupation);
            if played.is_empty() {
                let cost = |pair: usize| {
                    stage.pair_value_approx(pair, 1.0, solution.multiplier_approx, next)
                };
                let greedy =
                    stage.pairs.of_state(state).min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
                played.push((greedy.map_or(0, |pair| stage.pairs.action(pair) as u32), 1.0));
            }
            randomising += usize::from(played.len() > 1);
            first.push(played[0].0);
            second.push(played.get(1).unwrap_or(&played[0]).0);
            rows.push(rounded_law(played));
        }
        main.push(StagePolicy::Pure(first));
        other.push(StagePolicy::Pure(second));
        mixed.push(StagePolicy::Mixed(rows));
    }
    let mixed = (randomising > 1).then_some(Policy { stages: mixed });
    Vertex { main: Policy { stages: main }, other: Policy { stages: other }, mixed }
}

/// Actions of `state` that carry mass, with their shares, most played first.
fn shares(pairs: &Pairs, state: usize, occupation: &[f64]) -> Vec<(u32, f64)> {
    let mass_of =
        |pair: usize| if occupation[pair].is_finite() { occupation[pair].max(0.0) } else { 0.0 };
    let mass: f64 = pairs.of_state(state).map(mass_of).sum();
    if !mass.is_finite() || mass <= LEAST_MASS {
        return Vec::new();
    }
    let mut played: Vec<(u32, f64)> = pairs
        .of_state(state)
        .map(|pair| (pairs.action(pair) as u32, mass_of(pair) / mass))
        .filter(|&(_, share)| share > LEAST_SHARE)
        .collect();
    // Stable: ties keep the order of actions.
    played.sort_by(|a, b| b.1.total_cmp(&a.1));
    played
}

/// Shares in units of `1 / SHARE_UNIT`, the rest of 1 given to the most played action.
fn rounded_law(played: Vec<(u32, f64)>) -> Vec<(u32, Rational)> {
    let mut rest = i64::from(SHARE_UNIT);
    let mut law: Vec<(u32, i64)> = Vec::with_capacity(played.len());
    for &(action, share) in played.iter().skip(1) {
        // Every share behind the first is at most 1/2.
        let units = ((share * f64::from(SHARE_UNIT)) as i64).clamp(0, rest - 1);
        rest -= units;
        if units > 0 {
            law.push((action, units));
        }
    }
    law.extend(played.first().map(|&(action, _)| (action, rest)));
    law.sort_unstable();
    law.into_iter().map(|(action, units)| (action, ratio(units, u64::from(SHARE_UNIT)))).collect()
}
