//! Lagrangian values of a multiplier, exactly: statements (D) and (L) of docs/theory.md.
//!
//! With `lambda >= 0` the multiplier of the equilibrium row, a pair costs `sigma c - lambda r`. For
//! any `y`,
//!
//! ```text
//! sigma J0 >= mu0'y_0 + sum_t min over pairs of [ sigma c - lambda r - y_t(s) + sum P y_{t+1} ]
//!             + lambda (V* - eps) + sigma constant                                             (L)
//! ```
//!
//! on every eps-equilibrium, since stage masses are 1; the best `y` are the values of backward
//! induction.

use crate::equilibrium::Problem;
use crate::exact::{Integer, Natural, Rational, Scaled, least_common_multiple};
use crate::game::{Policy, StageNumbers, StagePolicy};

/// The least cost of a flow at a multiplier.
pub(super) struct Least {
    /// `min over flows of (sigma c - lambda r)'d`.
    pub(super) cost: Rational,
    /// Values of backward induction, `[stage][state]`: flow duals whose residuals are at least 0,
    /// and 0 once in every state.
    pub(super) values: Vec<Scaled>,
    /// A minimiser, pure.
    pub(super) policy: Policy,
}

/// Backward induction at `multiplier`. `None` when `keep_going` answers no, or a state has no
/// action.
pub(super) fn least_cost(
    problem: &Problem<'_>,
    multiplier: &Rational,
    keep_going: &dyn Fn() -> bool,
) -> Option<Least> {
    let sigma = problem.sigma();
    let (mut values, mut policy): (Vec<Scaled>, Vec<StagePolicy>) = (Vec::new(), Vec::new());
    for stage in problem.numbers.stages.iter().rev() {
        if !keep_going() {
            return None;
        }
        let (costs, denominator) = pair_costs(stage, &sigma, multiplier, values.last());
        let (mut row, mut actions) = (Vec::new(), Vec::new());
        for state in 0..stage.pairs.states() {
            let best = stage.pairs.of_state(state).min_by(|&a, &b| costs[a].cmp(&costs[b]))?;
            row.push(costs[best].clone());
            actions.push(stage.pairs.action(best) as u32);
        }
        values.push(Scaled::from_integers(row, denominator));
        policy.push(StagePolicy::Pure(actions));
    }
    values.reverse();
    policy.reverse();
    let cost = dot(&problem.numbers.initial, values.first()?);
    Some(Least { cost, values, policy: Policy { stages: policy } })
}

/// The right side of (L), exactly, where `follower_value` is `V*` or a lower bound of it. `None`
/// when the sizes of `flow_duals` (`[stage][state]`) are not those of the game, or a stage has no
/// pair.
pub(super) fn dual_bound(
    problem: &Problem<'_>,
    multiplier: &Rational,
    flow_duals: &[Vec<Rational>],
    follower_value: &Rational,
) -> Option<Rational> {
    let (numbers, sigma) = (problem.numbers, problem.sigma());
    if flow_duals.len() != numbers.stages.len() {
        return None;
    }
    let mut bound = equilibrium_term(problem, multiplier, follower_value);
    let mut next: Option<Scaled> = None;
    for (stage, duals) in numbers.stages.iter().zip(flow_duals).rev() {
        if duals.len() != stage.pairs.states() {
            return None;
        }
        let own = Scaled::from_rationals(duals);
        let (costs, cost_denominator) = pair_costs(stage, &sigma, multiplier, next.as_ref());
        let denominator = least_common_multiple(&cost_denominator, own.denominator());
        let (widen_cost, widen_dual) =
            (&denominator / cost_denominator, &denominator / own.denominator());
        let least_residual = (0..stage.pairs.states())
            .filter_map(|state| {
                let cheapest = stage.pairs.of_state(state).map(|pair| &costs[pair]).min()?;
                Some(cheapest * &widen_cost - own.numerators().get(state) * &widen_dual)
            })
            .min()?;
        bound += Rational::from_parts(least_residual, denominator);
        next = Some(own);
    }
    Some(bound + dot(&numbers.initial, &next?))
}

/// `lambda (V* - eps) + sigma constant`.
pub(super) fn equilibrium_term(
    problem: &Problem<'_>,
    multiplier: &Rational,
    follower_value: &Rational,
) -> Rational {
    multiplier * (follower_value - problem.epsilon)
        + problem.sigma() * &problem.numbers.leader_constant
}

/// `sigma c - lambda r + sum P next` of every pair of a stage, over one denominator.
fn pair_costs(
    stage: &StageNumbers,
    sigma: &Rational,
    multiplier: &Rational,
    next: Option<&Scaled>,
) -> (Vec<Integer>, Natural) {
    let reward_denominator = multiplier.denominator() * stage.reward.denominator();
    let form_denominator = least_common_multiple(stage.leader.denominator(), &reward_denominator);
    let carried = match (&stage.transition, next) {
        (Some((successors, probability)), Some(next)) => {
            Some((successors, probability, next, probability.denominator() * next.denominator()))
        }
        _ => None,
    };
    let denominator = match &carried {
        Some((.., carried)) => least_common_multiple(&form_denominator, carried),
        None => form_denominator,
    };
    let leader = sigma.numerator() * (&denominator / stage.leader.denominator());
    let reward = -multiplier.numerator() * (&denominator / reward_denominator);
    let carry = carried.as_ref().map_or(Natural::ONE, |(.., carried)| &denominator / carried);
    let costs = (0..stage.pairs.len())
        .map(|pair| {
            let own = &leader * stage.leader.numerators().get(pair)
                + &reward * stage.reward.numerators().get(pair);
            let Some((successors, probability, next, _)) = &carried else { return own };
            let expected = successors.of_pair(pair).fold(Integer::ZERO, |sum, entry| {
                sum + probability.numerators().get(entry)
                    * next.numerators().get(successors.state(entry))
            });
            own + expected * &carry
        })
        .collect();
    (costs, denominator)
}

/// `law' values`.
fn dot(law: &Scaled, values: &Scaled) -> Rational {
    let sum = (0..values.len()).fold(Integer::ZERO, |sum, state| {
        sum + law.numerators().get(state) * values.numerators().get(state)
    });
    Rational::from_parts(sum, law.denominator() * values.denominator())
}
