//! Proofs for games whose exact values would be too long: short duals and enclosed rewards.

use super::Situation;
use super::duals::dual_bound;
use super::vertex::read_vertex;
use crate::certificate::{Arithmetic, Part, Selection, Step};
use crate::equilibrium::arithmetic::{MOST_EXACT_WORK, exact_work};
use crate::equilibrium::{Problem, Proof, Proved};
use crate::exact::{Natural, Rational, from_short_dyadic};
use crate::follower::{Objective, best_response, earnings, enclose_earnings};
use crate::game::{Policy, StagePolicy};

/// Bits of a multiplier or a flow dual, relative to the largest. On random games of up to 4,000
/// pairs with rewards of size 1 a bound loses some 1e-11, at eps = 0, where multipliers are large,
/// up to 2e-10; a dual takes 30 characters.
const DUAL_BITS: i64 = 48;
/// Bits of the weight of a mixture.
const WEIGHT_BITS: usize = 40;
/// At eps = 0 only exact numbers show an equilibrium; they are worth this much more work.
const MORE_EXACT_WORK: usize = 16;

/// Improves `proved` with rounded proofs.
pub(super) fn prove(situation: &Situation<'_>, bits: u32, proved: &mut Proved) {
    let sigma = situation.problem.sigma();
    let multiplier_approx = situation.advice.map_or(0.0, |advice| usable(advice.multiplier_approx));
    for (multiplier, flow_duals) in dual_candidates(situation, multiplier_approx) {
        if situation.control.stopped() {
            return;
        }
        if let Some(bound) =
            dual_bound(situation.problem, &multiplier, &flow_duals, &situation.follower.lower)
            && bound > proved.bound.value
        {
            let step = Step::Dual {
                value: &sigma * &bound,
                multiplier,
                arithmetic: Arithmetic::Rounded(bits),
                flow_duals,
            };
            proved.bound = Proof { value: bound, steps: vec![step] };
        }
    }
    let witness =
        enclosed_witness(situation, multiplier_approx, bits).or_else(|| exact_witness(situation));
    if let Some(witness) = witness
        && witness.value <= proved.witness.value
    {
        proved.witness = witness;
    }
}

/// A multiplier that can be one: 0 in place of anything else.
fn usable(multiplier: f64) -> f64 {
    if multiplier.is_finite() && multiplier > 0.0 { multiplier } else { 0.0 }
}

/// Multipliers with flow duals: the solver's own, those of backward induction at its multiplier,
/// and those without multiplier.
fn dual_candidates(
    situation: &Situation<'_>,
    multiplier_approx: f64,
) -> Vec<(Rational, Vec<Vec<Rational>>)> {
    let mut multipliers = vec![multiplier_approx];
    if multiplier_approx > 0.0 {
        multipliers.push(0.0);
    }
    let mut candidates = Vec::new();
    let mut add = |multiplier: f64, duals: &[Vec<f64>]| {
        let multiplier = short(&[multiplier]).and_then(|values| values.into_iter().next());
        let magnitudes: Vec<f64> = duals.iter().flatten().copied().collect();
        if let (Some(multiplier), Some(flat)) = (multiplier, short(&magnitudes)) {
            let mut rest = flat.into_iter();
            candidates.push((
                multiplier,
                duals.iter().map(|stage| rest.by_ref().take(stage.len()).collect()).collect(),
            ));
        }
    };
    if let Some(advice) = situation.advice {
        add(multiplier_approx, &advice.flow_duals_approx);
    }
    for multiplier in multipliers {
        add(multiplier, &situation.lp.backward_approx(1.0, multiplier).0);
    }
    candidates
}

/// Dyadic rationals with [`DUAL_BITS`] bits for the largest value; `None` when one is not a number
/// or out of range.
fn short(values: &[f64]) -> Option<Vec<Rational>> {
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let exponent = if largest >= f64::MIN_POSITIVE && largest.is_finite() {
        largest.log2().floor() as i64
    } else {
        0
    };
    let bits = u32::try_from((DUAL_BITS - exponent).max(0)).ok()?;
    values.iter().map(|&value| from_short_dyadic(value, bits)).collect()
}

/// A policy with bounds of what it earns.
struct Point {
    /// Upper bound of `sigma J0`.
    value: Rational,
    /// Lower bound of `r'd`.
    reward: Rational,
    policy: Policy,
}

impl Point {
    fn new(problem: &Problem<'_>, policy: Policy, bits: u32) -> Option<Self> {
        let (leader, reward) = enclose_earnings(problem.numbers, &policy, bits).ok()?;
        let value = match problem.selection {
            Selection::Pessimistic => leader.1,
            Selection::Optimistic => -leader.0,
        };
        Some(Point { value, reward: reward.0, policy })
    }
}

/// The best mixture of two of the policies at hand whose exploitability, rounded upwards, is at
/// most eps.
///
/// Flows mix linearly, so the pull of a policy towards one with less exploitability has a closed
/// form.
fn enclosed_witness(situation: &Situation<'_>, multiplier_approx: f64, bits: u32) -> Option<Proof> {
    let (problem, lp) = (situation.problem, situation.lp);
    let required = &situation.follower.upper - problem.epsilon;
    let pure = |actions: Vec<Vec<u32>>| Policy {
        stages: actions.into_iter().map(StagePolicy::Pure).collect(),
    };
    let mut policies = vec![
        pure(lp.backward_approx(0.0, 1.0).1),
        pure(lp.backward_approx(1.0, multiplier_approx).1),
    ];
    if let Some(advice) = situation.advice {
        let vertex = read_vertex(lp, advice);
        policies.extend([vertex.main, vertex.other]);
        policies.extend(vertex.mixed);
    }
    let mut points = Vec::with_capacity(policies.len());
    for policy in policies {
        if situation.control.stopped() {
            break;
        }
        points.extend(Point::new(problem, policy, bits));
    }
    let mut best: Option<(Rational, Vec<Part>)> = None;
    for high in points.iter().filter(|point| point.reward >= required) {
        for other in &points {
            let (value, parts) = mix(high, other, &required);
            if best.as_ref().is_none_or(|(known, _)| value < *known) {
                best = Some((value, parts));
            }
        }
    }
    let (value, parts) = best?;
    let step = Step::Witness {
        value: problem.sigma() * &value,
        arithmetic: Arithmetic::Rounded(bits),
        parts,
    };
    Some(Proof { value, steps: vec![step] })
}

/// As much of `other` as `required` allows when `high` earns at least that: value and mixture.
fn mix(high: &Point, other: &Point, required: &Rational) -> (Rational, Vec<Part>) {
    let part = |weight: Rational, point: &Point| Part { weight, policy: point.policy.clone() };
    if other.value >= high.value {
        return (high.value.clone(), vec![part(Rational::ONE, high)]);
    }
    if other.reward >= *required {
        return (other.value.clone(), vec![part(Rational::ONE, other)]);
    }
    let least_share = (required - &other.reward) / (&high.reward - &other.reward);
    let unit = Natural::ONE << WEIGHT_BITS;
    let share = Rational::from_parts((least_share * Rational::from(unit.clone())).ceil(), unit);
    let rest = Rational::ONE - &share;
    if rest.is_zero() {
        return (high.value.clone(), vec![part(Rational::ONE, high)]);
    }
    let value = &share * &high.value + &rest * &other.value;
    (value, vec![part(share, high), part(rest, other)])
}

/// The followers' best response, whose exploitability is 0: a witness at any eps, when rationals
/// are not too long.
fn exact_witness(situation: &Situation<'_>) -> Option<Proof> {
    let (problem, control) = (situation.problem, situation.control);
    if exact_work(problem.numbers) > MOST_EXACT_WORK.saturating_mul(MORE_EXACT_WORK) {
        return None;
    }
    let tie_break = Objective::leader(-problem.sigma());
    let response =
        best_response(problem.numbers, &Objective::follower(), Some(&tie_break), &|| {
            !control.stopped()
        })
        .ok()?;
    let (leader, _) = earnings(problem.numbers, &response.policy, &|| !control.stopped()).ok()?;
    let parts = vec![Part { weight: Rational::ONE, policy: response.policy }];
    let step = Step::Witness { value: leader.clone(), arithmetic: Arithmetic::Exact, parts };
    Some(Proof { value: problem.sigma() * leader, steps: vec![step] })
}
