//! One combination of facts on one box, statement (M) of docs/certificate.md.

use super::super::verdict::Fault;
use super::data::{BoxGame, Region};
use super::least::{least, minorant};
use super::monomials::{Monomials, ONE, Sum, Terms};
use super::numbers::{Enclosure, narrow};
use crate::certificate::{AffineForm, DeviationTerm, LiftedMultipliers};
use crate::game::Pairs;

/// What a tree is about, its numbers in fixed point.
#[derive(Debug)]
pub(super) struct Claimed {
    /// Sign of the leader's reward.
    pub(super) sigma: bool,
    /// `sigma VALUE`.
    pub(super) value: Enclosure,
    pub(super) epsilon: Enclosure,
}

/// What a combination is to show.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// `sigma J0 >= sigma VALUE`.
    Objective,
    /// `x_k <= bound` (upper) or `x_k >= bound` for all with `sigma J0 < sigma VALUE`.
    End { statistic: usize, upper: bool, bound: i64 },
}

/// Work space that one tree reuses.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    sum: Sum,
    terms: Terms,
}

/// A policy of a tree as pairs, `[stage][state]`.
pub(super) fn pairs_of_policy(
    game: &BoxGame,
    policy: &[Vec<u32>],
) -> Result<Vec<Vec<usize>>, Fault> {
    if policy.len() != game.stages.len() {
        return Err(Fault::Shape);
    }
    let stage_pairs = |pairs: &Pairs, actions: &Vec<u32>| -> Result<Vec<usize>, Fault> {
        if actions.len() != pairs.states() {
            return Err(Fault::Shape);
        }
        actions
            .iter()
            .enumerate()
            .map(|(state, &action)| pairs.find(state, action as usize).ok_or(Fault::NotAPolicy))
            .collect()
    };
    game.stages
        .iter()
        .zip(policy)
        .map(|(stage, actions)| stage_pairs(&stage.pairs, actions))
        .collect()
}

fn terms_of(form: &AffineForm, statistics: usize) -> Result<Terms, Fault> {
    let mut terms = Terms::new();
    if form.constant != 0 {
        terms.push((ONE, form.constant));
    }
    for &(k, coefficient) in form.linear.iter().filter(|&&(_, c)| c != 0) {
        if k >= statistics {
            return Err(Fault::Unknown { what: "statistic", index: k, count: statistics });
        }
        terms.push((Monomials::coordinate(k), coefficient));
    }
    Ok(terms)
}

/// Accepts `multipliers` when they show `target` on `region`, to which `game` has been moved.
pub(super) fn show(
    game: &mut BoxGame,
    region: &Region,
    claimed: &Claimed,
    policies: &[Vec<Vec<usize>>],
    multipliers: &LiftedMultipliers,
    target: Target,
    scratch: &mut Scratch,
) -> Result<(), Fault> {
    let statistics = region.len();
    let bits = game.bits;
    if multipliers.objective < 0 {
        return Err(Fault::NegativeMultiplier);
    }
    if !(multipliers.flow.is_empty() || multipliers.flow.len() == game.stages.len()) {
        return Err(Fault::Shape);
    }
    let flow: Vec<Vec<Terms>> = multipliers
        .flow
        .iter()
        .map(|row| row.iter().map(|form| terms_of(form, statistics)).collect())
        .collect::<Result<_, _>>()?;
    let mut links: Vec<Terms> = vec![Terms::new(); statistics];
    for (k, form) in &multipliers.links {
        let link = links.get_mut(*k).ok_or(Fault::Unknown {
            what: "statistic",
            index: *k,
            count: statistics,
        })?;
        if !link.is_empty() {
            return Err(Fault::Shape);
        }
        *link = terms_of(form, statistics)?;
    }

    // The part that no mass weighs, from here on in `constant`: rounded only once.
    let mut constant = Sum::default();
    let mut weights: Vec<(u32, i128)> = Vec::new();
    for term in &multipliers.deviations {
        let policy = policies.get(term.policy).ok_or(Fault::Unknown {
            what: "policy",
            index: term.policy,
            count: policies.len(),
        })?;
        let weight = weight_terms(term, statistics)?;
        let floor = deviation_floor(game, policy, &term.reference, scratch)?;
        for &(a, alpha) in &weight {
            // alpha (deviation - eps)
            for &(b, coefficient) in &floor {
                let number = game.monomials.product(a, b)?;
                constant.add(number, i128::from(alpha) * i128::from(coefficient))?;
            }
            constant.add(
                a,
                claimed.epsilon.least_multiple(alpha.checked_neg().ok_or(Fault::TooLarge)?),
            )?;
            match weights.iter_mut().find(|(own, _)| *own == a) {
                Some((_, sum)) => *sum += i128::from(alpha),
                None => weights.push((a, i128::from(alpha))),
            }
        }
    }
    let minus_weights: Terms = weights
        .into_iter()
        .map(|(a, alpha)| Ok((a, narrow(-alpha)?)))
        .collect::<Result<_, Fault>>()?;
    let leader_factor = if claimed.sigma { multipliers.objective } else { -multipliers.objective };
    for &(number, coefficient) in game.payoff.of(0) {
        constant.add(number, coefficient.least_multiple(leader_factor))?;
    }
    constant.add(ONE, claimed.value.least_multiple(-multipliers.objective))?;
    if let Some(first) = flow.first() {
        if first.len() != game.initial.len() {
            return Err(Fault::Shape);
        }
        for (terms, mass) in first.iter().zip(&game.initial) {
            for &(number, coefficient) in terms {
                constant.add(number, mass.least_multiple(coefficient))?;
            }
        }
    }
    for (k, terms) in links.iter().enumerate() {
        // - rho (l + w lambda)
        let (low, high) = region[k];
        let width = high.checked_sub(low).ok_or(Fault::TooLarge)?;
        for &(number, rho) in terms {
            constant.add(number, -i128::from(rho) * i128::from(low))?;
            let number = game.monomials.product(number, Monomials::coordinate(k))?;
            constant.add(number, -i128::from(rho) * i128::from(width))?;
        }
    }
    if let Target::End { statistic, upper, bound } = target {
        let (low, high) = *region.get(statistic).ok_or(Fault::Unknown {
            what: "statistic",
            index: statistic,
            count: statistics,
        })?;
        let sign: i128 = if upper { -1 } else { 1 };
        constant.add(ONE, (sign * (i128::from(low) - i128::from(bound))) << bits)?;
        constant.add(
            Monomials::coordinate(statistic),
            (sign * (i128::from(high) - i128::from(low))) << bits,
        )?;
    }
    let mut products: Vec<Terms> = vec![Terms::new(); game.stages.len()];
    for &(t, k, j, coefficient) in &multipliers.products {
        if k >= statistics || j >= statistics {
            return Err(Fault::Unknown { what: "statistic", index: k.max(j), count: statistics });
        }
        let number = game.monomials.product(Monomials::coordinate(k), Monomials::coordinate(j))?;
        products.get_mut(t).ok_or(Fault::Shape)?.push((number, coefficient));
        constant.add(number, i128::from(coefficient) << bits)?;
    }

    let mut total: i128 = 0;
    for (t, products) in products.iter().enumerate() {
        let here = flow.get(t).map_or(&[][..], Vec::as_slice);
        let next = flow.get(t + 1).map_or(&[][..], Vec::as_slice);
        total += i128::from(stage_least(
            game,
            t,
            (here, next),
            (leader_factor, &minus_weights),
            &links,
            products,
            scratch,
        )?);
    }
    constant.rounded(bits, &mut scratch.terms)?;
    total += i128::from(least(&scratch.terms, &game.monomials, bits)?);
    let strict = matches!(target, Target::Objective) && multipliers.objective == 0;
    if total > 0 || (total == 0 && !strict) {
        Ok(())
    } else {
        Err(Fault::Short { missing: total, bits, strict })
    }
}

/// The multiplier of a deviation row, not negative on the box.
fn weight_terms(term: &DeviationTerm, statistics: usize) -> Result<Terms, Fault> {
    let falling: i128 = term.weight.linear.iter().map(|&(_, c)| i128::from(c.min(0))).sum();
    if i128::from(term.weight.constant) + falling < 0 {
        return Err(Fault::NegativeMultiplier);
    }
    terms_of(&term.weight, statistics)
}

/// An affine function that what `policy` earns does not fall below, by backward induction.
fn deviation_floor(
    game: &mut BoxGame,
    policy: &[Vec<usize>],
    reference: &[u32],
    scratch: &mut Scratch,
) -> Result<Terms, Fault> {
    let bits = game.bits;
    let mut next: Vec<Terms> = Vec::new();
    for (t, actions) in policy.iter().enumerate().rev() {
        let stage = &game.stages[t];
        let mut values = Vec::with_capacity(actions.len());
        for &pair in actions {
            let sum = &mut scratch.sum;
            sum.clear();
            for &(number, coefficient) in stage.reward.of(pair) {
                sum.add(number, i128::from(coefficient.low) << bits)?;
            }
            if let Some((successors, table)) = &stage.transition {
                for entry in successors.of_pair(pair) {
                    for &(a, coefficient) in &next[successors.state(entry)] {
                        for &(b, probability) in table.of(entry) {
                            sum.add(
                                game.monomials.product(a, b)?,
                                probability.least_multiple(coefficient),
                            )?;
                        }
                    }
                }
            }
            sum.rounded(bits, &mut scratch.terms)?;
            let affine = minorant(&scratch.terms, &game.monomials, reference)?;
            let mut terms: Terms = vec![(ONE, affine.constant)];
            terms.extend(affine.slopes.iter().map(|&(k, slope)| (Monomials::coordinate(k), slope)));
            values.push(terms);
        }
        next = values;
    }
    let mut sum = Sum::default();
    for (terms, mass) in next.iter().zip(&game.initial) {
        for &(number, coefficient) in terms {
            sum.add(number, mass.least_multiple(coefficient))?;
        }
    }
    let mut result = Terms::new();
    sum.rounded(bits, &mut result)?;
    Ok(result)
}

/// The least value over the pairs of a stage, and over the box, of what the mass of a pair is
/// weighted with.
fn stage_least(
    game: &mut BoxGame,
    t: usize,
    (here, next): (&[Terms], &[Terms]),
    (leader_factor, minus_weights): (i64, &Terms),
    links: &[Terms],
    products: &Terms,
    scratch: &mut Scratch,
) -> Result<i64, Fault> {
    let bits = game.bits;
    let BoxGame { stages, monomials, .. } = game;
    let stage = &stages[t];
    let mut least_pair: Option<i64> = None;
    for state in 0..stage.pairs.states() {
        for pair in stage.pairs.of_state(state) {
            let sum = &mut scratch.sum;
            sum.clear();
            for &(number, coefficient) in stage.leader.of(pair) {
                sum.add(number, coefficient.least_multiple(leader_factor))?;
            }
            for &(a, alpha) in minus_weights {
                for &(b, coefficient) in stage.reward.of(pair) {
                    sum.add(monomials.product(a, b)?, coefficient.least_multiple(alpha))?;
                }
            }
            if let Some(terms) = here.get(state) {
                for &(number, coefficient) in terms {
                    sum.add(number, -(i128::from(coefficient) << bits))?;
                }
            }
            if let Some((successors, table)) = &stage.transition
                && !next.is_empty()
            {
                for entry in successors.of_pair(pair) {
                    for &(a, coefficient) in
                        next.get(successors.state(entry)).ok_or(Fault::Shape)?
                    {
                        for &(b, probability) in table.of(entry) {
                            sum.add(
                                monomials.product(a, b)?,
                                probability.least_multiple(coefficient),
                            )?;
                        }
                    }
                }
            }
            for &(k, weight) in &stage.weights[pair] {
                for &(number, rho) in &links[k] {
                    sum.add(number, weight.least_multiple(rho))?;
                }
            }
            for &(number, coefficient) in products {
                sum.add(number, -(i128::from(coefficient) << bits))?;
            }
            sum.rounded(bits, &mut scratch.terms)?;
            let value = least(&scratch.terms, monomials, bits)?;
            least_pair = Some(least_pair.map_or(value, |known| known.min(value)));
        }
    }
    least_pair.ok_or(Fault::Shape)
}
