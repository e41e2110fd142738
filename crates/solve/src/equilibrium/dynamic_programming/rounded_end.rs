//! The end of a search with outward rounding, for games whose rationals are too long.

use super::{EndError, Search};
use crate::certificate::{Arithmetic, Part, Step};
use crate::equilibrium::{Control, Problem, Proof, Proved, range_proofs};
use crate::exact::{Integer, Natural, Rational, Rounding, from_short_dyadic};
use crate::follower::{Bounds, Objective, enclose_earnings, value_bound};
use crate::game::Policy;

/// Bits of the multiplier and of the weights of a mixture.
const SHORT_BITS: u32 = 48;

/// A pure policy with enclosures of `sigma J0` and `r'd`.
struct Enclosed {
    cost: Bounds,
    reward: Bounds,
    policy: Policy,
}

/// One bound and one witness from where `search` stands.
pub(super) fn finish(
    problem: &Problem<'_>,
    search: &Search,
    bits: u32,
    control: &Control,
) -> Result<Proved, EndError> {
    let keep_going = || !control.stopped();
    let value = |objective: &Objective, rounding| {
        value_bound(problem.numbers, objective, bits, rounding, &keep_going)
    };
    let follower = (
        value(&Objective::follower(), Rounding::Down)?,
        value(&Objective::follower(), Rounding::Up)?,
    );
    // The checker's own induction rounds elsewhere: claims keep a distance of some units in the
    // last place a stage.
    let unit = Rational::from_parts(
        Integer::from(8 * (problem.numbers.stages.len() + 1)),
        Natural::ONE << bits as usize,
    );
    let mut proved = range_proofs(problem);

    let multiplier = from_short_dyadic(search.multiplier_approx(), SHORT_BITS)
        .unwrap_or(Rational::ZERO)
        .max(Rational::ZERO);
    let sigma = problem.sigma();
    let objective = Objective { leader: -sigma.clone(), reward: multiplier.clone() };
    let least = &sigma * &problem.numbers.leader_constant - value(&objective, Rounding::Up)?;
    let bound = least + &multiplier * (&follower.0 - problem.epsilon)
        - &unit * (Rational::ONE + &multiplier);
    if bound > proved.bound.value {
        let step = Step::DynamicProgramming {
            value: &bound * &sigma,
            multiplier,
            arithmetic: Arithmetic::Rounded(bits),
        };
        proved.bound = Proof { value: bound, steps: vec![step] };
    }

    // The mixture must earn at least this, whichever way its numbers are rounded.
    let needed = &follower.1 - problem.epsilon + &unit;
    let (feasible, infeasible) = search.policies();
    let enclosed = |policy: Option<Policy>| -> Result<Option<Enclosed>, EndError> {
        let Some(policy) = policy else { return Ok(None) };
        let (leader, reward) = enclose_earnings(problem.numbers, &policy, bits)?;
        let cost = if sigma > Rational::ZERO { leader } else { (-leader.1, -leader.0) };
        Ok(Some(Enclosed { cost, reward, policy }))
    };
    let (mut feasible, mut infeasible) = (enclosed(feasible)?, enclosed(infeasible)?);
    if feasible.as_ref().is_some_and(|point| point.reward.0 < needed) {
        // It earns `V* - eps` up to rounding: next to nothing of the followers' own optimum makes
        // it certain.
        infeasible = feasible;
        feasible = enclosed(search.best_response_policy())?;
    }
    if let Some((value, parts)) = mixture(feasible, infeasible, &needed) {
        let value = value + unit;
        if value < proved.witness.value {
            let step = Step::Witness {
                value: &value * &sigma,
                arithmetic: Arithmetic::Rounded(bits),
                parts,
            };
            proved.witness = Proof { value, steps: vec![step] };
        }
    }
    Ok(proved)
}

/// The least costly mixture of both policies that certainly earns `needed`.
fn mixture(
    feasible: Option<Enclosed>,
    infeasible: Option<Enclosed>,
    needed: &Rational,
) -> Option<(Rational, Vec<Part>)> {
    let feasible = feasible.filter(|point| point.reward.0 >= *needed)?;
    let alone = |point: Enclosed| {
        (point.cost.1, vec![Part { weight: Rational::ONE, policy: point.policy }])
    };
    let Some(infeasible) = infeasible.filter(|point| point.cost.1 < feasible.cost.1) else {
        return Some(alone(feasible));
    };
    if infeasible.reward.0 >= *needed {
        return Some(alone(infeasible));
    }
    let share = (needed - &infeasible.reward.0) / (&feasible.reward.0 - &infeasible.reward.0);
    // Rounded up to a short number: more weight on the feasible policy only lowers the
    // exploitability.
    let scale = Natural::ONE << SHORT_BITS as usize;
    let share = Rational::from_parts((share * Rational::from(scale.clone())).ceil(), scale);
    if share >= Rational::ONE {
        return Some(alone(feasible));
    }
    let rest = Rational::ONE - &share;
    let value = &share * &feasible.cost.1 + &rest * &infeasible.cost.1;
    Some((
        value,
        vec![
            Part { weight: share, policy: feasible.policy },
            Part { weight: rest, policy: infeasible.policy },
        ],
    ))
}
