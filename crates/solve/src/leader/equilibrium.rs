//! The equilibrium behind a witness, for people: one policy, its exploitability, the leader's
//! reward.

use super::outcome::Equilibrium;
use crate::certificate::{Arithmetic, Part};
use crate::equilibrium::Problem;
use crate::exact::{Natural, Rational, Rounding, Scaled};
use crate::follower::{
    Enclosed, FollowerError, Objective, best_response, earnings, enclose_earnings, occupation,
    value_bound,
};
use crate::game::{Pairs, Policy, StagePolicy};
use dashu_base::BitTest;

/// Pairs times bits of the longest mass up to which a mixture is written as one policy.
const MOST_POLICY_BITS: usize = 1 << 28;

/// Describes the mixture `parts`.
///
/// # Errors
/// [`FollowerError`] when a part does not fit the game or `keep_going` answers no.
pub(super) fn describe(
    problem: &Problem<'_>,
    parts: &[Part],
    arithmetic: Arithmetic,
    keep_going: &dyn Fn() -> bool,
) -> Result<Equilibrium, FollowerError> {
    let numbers = problem.numbers;
    let (exploitability, leader_reward) = match arithmetic {
        Arithmetic::Exact => {
            let mut exploitability =
                best_response(numbers, &Objective::follower(), None, keep_going)?.value;
            let mut leader_reward = Rational::ZERO;
            for part in parts {
                let (leader, reward) = earnings(numbers, &part.policy, keep_going)?;
                leader_reward += &part.weight * leader;
                exploitability -= &part.weight * reward;
            }
            (Enclosed::Exact(exploitability), Enclosed::Exact(leader_reward))
        }
        Arithmetic::Rounded(bits) => {
            let value =
                |rounding| value_bound(numbers, &Objective::follower(), bits, rounding, keep_going);
            let (mut lower, mut upper) = (value(Rounding::Down)?, value(Rounding::Up)?);
            let (mut least, mut greatest) = (Rational::ZERO, Rational::ZERO);
            for part in parts {
                let (leader, reward) = enclose_earnings(numbers, &part.policy, bits)?;
                lower -= &part.weight * reward.1;
                upper -= &part.weight * reward.0;
                least += &part.weight * leader.0;
                greatest += &part.weight * leader.1;
            }
            (
                Enclosed::Between(lower.max(Rational::ZERO), upper),
                Enclosed::Between(least, greatest),
            )
        }
    };
    let policy = match (parts, arithmetic) {
        ([only], _) => Some(only.policy.clone()),
        (_, Arithmetic::Exact) => merge(problem, parts, keep_going)?,
        (_, Arithmetic::Rounded(_)) => None,
    };
    Ok(Equilibrium { mixture: parts.to_vec(), policy, exploitability, leader_reward })
}

/// One policy with the same flow as the mixture: conditional probabilities of the mixed masses, and
/// the first part's choice where nobody is. `None` when its numbers would be too long.
fn merge(
    problem: &Problem<'_>,
    parts: &[Part],
    keep_going: &dyn Fn() -> bool,
) -> Result<Option<Policy>, FollowerError> {
    let flows: Vec<Vec<Scaled>> = parts
        .iter()
        .map(|part| occupation(problem.numbers, &part.policy, keep_going))
        .collect::<Result<_, _>>()?;
    let mut stages = Vec::with_capacity(problem.numbers.stages.len());
    for (t, stage) in problem.numbers.stages.iter().enumerate() {
        let bits = |n: &Natural| n.bit_len();
        let longest: usize = flows.iter().map(|flow| bits(flow[t].denominator())).sum();
        if longest.saturating_mul(stage.pairs.len()) > MOST_POLICY_BITS {
            return Ok(None);
        }
        let masses: Vec<(&Rational, &Scaled)> =
            parts.iter().zip(&flows).map(|(part, flow)| (&part.weight, &flow[t])).collect();
        let rows = (0..stage.pairs.states())
            .map(|state| merge_state(&stage.pairs, state, &masses, &parts[0].policy.stages[t]))
            .collect();
        stages.push(StagePolicy::Mixed(rows));
    }
    Ok(Some(Policy { stages }))
}

fn merge_state(
    pairs: &Pairs,
    state: usize,
    masses: &[(&Rational, &Scaled)],
    otherwise: &StagePolicy,
) -> Vec<(u32, Rational)> {
    let mass = |pair: usize| {
        masses.iter().fold(Rational::ZERO, |sum, (weight, flow)| {
            if flow.numerators().is_zero_at(pair) { sum } else { sum + *weight * flow.get(pair) }
        })
    };
    let row: Vec<(u32, Rational)> = pairs
        .of_state(state)
        .map(|pair| (pairs.action(pair) as u32, mass(pair)))
        .filter(|(_, m)| !m.is_zero())
        .collect();
    let total = row.iter().fold(Rational::ZERO, |sum, (_, m)| sum + m);
    if total.is_zero() {
        return pairs
            .of_state(state)
            .map(|pair| {
                (pairs.action(pair) as u32, otherwise.probability(state, pairs.action(pair)))
            })
            .filter(|(_, p)| !p.is_zero())
            .collect();
    }
    row.into_iter().map(|(action, m)| (action, m / &total)).collect()
}
