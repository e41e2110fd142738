//! What a policy earns and how much better a follower could do (docs/model.md, equations (3) and
//! (4)).

use super::flow::{Flow, flow, occupation, total};
use super::induction::{Objective, best_response};
use super::{FollowerError, value_bound};
use crate::exact::{Integer, Natural, Rational, Rounding, Scaled, divide};
use crate::game::{Instance, Numbers, Policy, StageNumbers, StagePolicy};

/// A policy played by the whole population, evaluated exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Its flow.
    pub flow: Flow,
    /// What a follower earns under it.
    pub follower_reward: Rational,
    /// What the best deviation earns, `mu0'V*_0`.
    pub follower_value: Rational,
    /// Their difference, at least 0.
    pub exploitability: Rational,
    /// The leader's reward.
    pub leader_reward: Rational,
}

/// Evaluates `policy` in a game of any class at one decision, without functions.
///
/// `keep_going` is asked once per stage of the induction.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going` answers no.
pub fn evaluate(
    instance: &Instance,
    policy: &Policy,
    keep_going: &dyn Fn() -> bool,
) -> Result<Evaluation, FollowerError> {
    if !instance.functions.is_empty() {
        return Err(FollowerError::Functions);
    }
    let flow = flow(instance, policy)?;
    let numbers = instance.at_population(&flow.aggregates);
    let follower_reward = total(
        &flow.occupation,
        numbers.stages.iter().map(|stage| stage.reward.as_ref()),
        keep_going,
    )?;
    let leader_weighted = total(
        &flow.occupation,
        numbers.stages.iter().map(|stage| stage.leader.as_ref()),
        keep_going,
    )?;
    let leader_reward = leader_weighted + &numbers.leader_constant;
    let follower_value = best_response(&numbers, &Objective::follower(), None, keep_going)?.value;
    let exploitability = &follower_value - &follower_reward;
    Ok(Evaluation { flow, follower_reward, follower_value, exploitability, leader_reward })
}

/// `(sum c'd + constant, sum r'd)` of a policy when the numbers do not depend on the population;
/// exact.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going`, asked once per stage,
/// answers no.
pub fn earnings(
    numbers: &Numbers,
    policy: &Policy,
    keep_going: &dyn Fn() -> bool,
) -> Result<(Rational, Rational), FollowerError> {
    let masses = occupation(numbers, policy, keep_going)?;
    let leader =
        total(&masses, numbers.stages.iter().map(|stage| stage.leader.as_ref()), keep_going)?
            + &numbers.leader_constant;
    Ok((
        leader,
        total(&masses, numbers.stages.iter().map(|stage| stage.reward.as_ref()), keep_going)?,
    ))
}

/// Enclosures `[lower, upper]` of what [`Evaluation`] holds, for games too large for rationals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Enclosure of the followers' reward.
    pub follower_reward: (Rational, Rational),
    /// Enclosure of the best deviation.
    pub follower_value: (Rational, Rational),
    /// Enclosure of their difference.
    pub exploitability: (Rational, Rational),
    /// Enclosure of the leader's reward.
    pub leader_reward: (Rational, Rational),
}

/// Encloses the evaluation of a policy, numbers independent of the population, in fixed point with
/// `bits` fractional bits rounded outwards.
///
/// `keep_going` is asked once per stage of the inductions.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going` answers no.
pub fn enclose(
    numbers: &Numbers,
    policy: &Policy,
    bits: u32,
    keep_going: &dyn Fn() -> bool,
) -> Result<Enclosure, FollowerError> {
    let (leader_reward, follower_reward) = enclose_earnings(numbers, policy, bits)?;
    let follower_value = (
        value_bound(numbers, &Objective::follower(), bits, Rounding::Down, keep_going)?,
        value_bound(numbers, &Objective::follower(), bits, Rounding::Up, keep_going)?,
    );
    let least = (&follower_value.0 - &follower_reward.1).max(Rational::ZERO);
    let exploitability = (least, &follower_value.1 - &follower_reward.0);
    Ok(Enclosure { follower_reward, follower_value, exploitability, leader_reward })
}

/// Lower and upper values of `(c, r)` in one state, as integers over `2^bits`.
type Corners = [Integer; 4];

/// Enclosures of `sum c'd + constant` and `sum r'd`, in fixed point.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game.
pub fn enclose_earnings(
    numbers: &Numbers,
    policy: &Policy,
    bits: u32,
) -> Result<(Bounds, Bounds), FollowerError> {
    let expected = numbers.stages.len();
    if policy.stages.len() != expected {
        return Err(FollowerError::Stages { found: policy.stages.len(), expected });
    }
    let mut next: Vec<Corners> = Vec::new();
    for (t, (stage, play)) in numbers.stages.iter().zip(&policy.stages).enumerate().rev() {
        next = enclose_stage(t, stage, play, &next, bits)?;
    }
    let scale = Natural::ONE << bits as usize;
    let start = |corner: usize| {
        let sum = (0..next.len()).fold(Integer::ZERO, |sum, s| {
            sum + numbers.initial.numerators().get(s) * &next[s][corner]
        });
        Rational::from_parts(sum, numbers.initial.denominator() * &scale)
    };
    let leader = (start(0) + &numbers.leader_constant, start(1) + &numbers.leader_constant);
    Ok((leader, (start(2), start(3))))
}

/// An interval `(lower, upper)`.
pub type Bounds = (Rational, Rational);

fn enclose_stage(
    t: usize,
    stage: &StageNumbers,
    play: &StagePolicy,
    next: &[Corners],
    bits: u32,
) -> Result<Vec<Corners>, FollowerError> {
    let states = stage.pairs.states();
    if play.states() != states {
        return Err(FollowerError::States { stage: t, found: play.states(), expected: states });
    }
    let pair_of = |state: usize, action: u32| {
        stage.pairs.find(state, action as usize).ok_or(FollowerError::Unavailable {
            stage: t,
            state,
            action: action as usize,
        })
    };
    let mut values = Vec::with_capacity(states);
    for state in 0..states {
        values.push(match play {
            StagePolicy::Pure(actions) => {
                enclose_pair(stage, pair_of(state, actions[state])?, next, bits)
            }
            StagePolicy::Mixed(rows) => {
                let total = rows[state].iter().fold(Rational::ZERO, |sum, (_, p)| sum + p);
                if !total.is_one() || rows[state].iter().any(|(_, p)| *p < Rational::ZERO) {
                    return Err(FollowerError::NotALaw { stage: t, state });
                }
                let mut sum: Corners = Default::default();
                for (action, probability) in &rows[state] {
                    let corners = enclose_pair(stage, pair_of(state, *action)?, next, bits);
                    for (corner, (total, value)) in sum.iter_mut().zip(corners).enumerate() {
                        *total += divide_corner(
                            &(probability.numerator() * value),
                            probability.denominator(),
                            corner,
                        );
                    }
                }
                sum
            }
        });
    }
    Ok(values)
}

fn enclose_pair(stage: &StageNumbers, pair: usize, next: &[Corners], bits: u32) -> Corners {
    let own = |vector: &Scaled, corner: usize| {
        divide_corner(
            &(vector.numerators().get(pair) << bits as usize),
            vector.denominator(),
            corner,
        )
    };
    let mut corners = [
        own(&stage.leader, 0),
        own(&stage.leader, 1),
        own(&stage.reward, 2),
        own(&stage.reward, 3),
    ];
    if let Some((successors, probability)) = &stage.transition {
        let mut expected: Corners = Default::default();
        for entry in successors.of_pair(pair) {
            let weight = probability.numerators().get(entry);
            for (sum, value) in expected.iter_mut().zip(&next[successors.state(entry)]) {
                *sum += &weight * value;
            }
        }
        for (corner, (own, sum)) in corners.iter_mut().zip(expected).enumerate() {
            *own += divide_corner(&sum, probability.denominator(), corner);
        }
    }
    corners
}

/// Even corners are rounded down, odd ones up.
fn divide_corner(numerator: &Integer, denominator: &Natural, corner: usize) -> Integer {
    let rounding = if corner.is_multiple_of(2) { Rounding::Down } else { Rounding::Up };
    divide(numerator, &Integer::from(denominator.clone()), rounding)
}
