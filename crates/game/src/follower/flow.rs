//! The flow of a policy: masses per state and pair, stage by stage, forwards in time.
//!
//! `d_0(s,a) = mu0(s) pi_0(a|s)`, `d_{t+1}(s,a) = pi_{t+1}(a|s) sum P_t(s|s',a';m) d_t(s',a')`
//! (docs/model.md, equation (1)).

use super::{FollowerError, Stopped};
use crate::exact::ScaledExt;
use crate::exact::{Integer, Natural, Rational, Scaled, least_common_multiple};
use crate::game::{Aggregate, Instance, Numbers, Pairs, Policy, StagePolicy, Successors};

/// Masses of a population, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// `[stage][state]`: mass in each state.
    pub states: Vec<Scaled>,
    /// `[stage][pair]`: the occupation measure.
    pub occupation: Vec<Scaled>,
    /// Value of each aggregate.
    pub aggregates: Vec<Rational>,
}

/// The flow of `policy` in a game at one decision, of any class, whose transitions have no functions.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game.
pub fn flow(instance: &Instance, policy: &Policy) -> Result<Flow, FollowerError> {
    let expected = instance.stages.len();
    if policy.stages.len() != expected {
        return Err(FollowerError::Stages { found: policy.stages.len(), expected });
    }
    let mut result = Flow {
        states: Vec::new(),
        occupation: Vec::new(),
        aggregates: vec![Rational::ZERO; instance.aggregates.len()],
    };
    let mut masses: Scaled = instance.initial.as_ref().clone();
    for (t, (stage, play)) in instance.stages.iter().zip(&policy.stages).enumerate() {
        let occupation = occupy(t, &stage.pairs, &masses, play)?;
        for (value, aggregate) in result.aggregates.iter_mut().zip(instance.aggregates.iter()) {
            if aggregate.stage == t {
                *value = measure(aggregate, &stage.pairs, &occupation);
            }
        }
        let next = match &stage.transition {
            None => Scaled::zeros(masses.len()),
            Some(_) => {
                let (successors, probability) = instance
                    .transition_at(t, &result.aggregates)
                    .ok_or_else(|| missing(instance, t))?;
                advance(&occupation, &successors, &probability, masses.len())
            }
        };
        result.states.push(std::mem::replace(&mut masses, next));
        result.occupation.push(occupation);
    }
    Ok(result)
}

/// Why a transition has no exact numbers.
fn missing(instance: &Instance, stage: usize) -> FollowerError {
    if instance.functions.is_empty() {
        FollowerError::Anticipating { stage }
    } else {
        FollowerError::Functions
    }
}

/// The occupation measure of each stage of `policy` in a game whose numbers do not depend on the
/// population.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going`, asked once per stage,
/// answers no.
pub fn occupation(
    numbers: &Numbers,
    policy: &Policy,
    keep_going: &dyn Fn() -> bool,
) -> Result<Vec<Scaled>, FollowerError> {
    let expected = numbers.stages.len();
    if policy.stages.len() != expected {
        return Err(FollowerError::Stages { found: policy.stages.len(), expected });
    }
    let mut masses: Scaled = numbers.initial.as_ref().clone();
    let mut stages = Vec::with_capacity(expected);
    for (t, (stage, play)) in numbers.stages.iter().zip(&policy.stages).enumerate() {
        if !keep_going() {
            return Err(Stopped.into());
        }
        let occupation = occupy(t, &stage.pairs, &masses, play)?;
        if let Some((successors, probability)) = &stage.transition {
            masses = advance(&occupation, successors, probability, masses.len());
        }
        stages.push(occupation);
    }
    Ok(stages)
}

/// `d_t(s,a) = mass_t(s) pi_t(a|s)`.
fn occupy(
    t: usize,
    pairs: &Pairs,
    masses: &Scaled,
    play: &StagePolicy,
) -> Result<Scaled, FollowerError> {
    if play.states() != pairs.states() {
        return Err(FollowerError::States {
            stage: t,
            found: play.states(),
            expected: pairs.states(),
        });
    }
    let find = |state: usize, action: u32| {
        pairs.find(state, action as usize).ok_or(FollowerError::Unavailable {
            stage: t,
            state,
            action: action as usize,
        })
    };
    match play {
        StagePolicy::Pure(actions) => {
            let played: Vec<usize> = actions
                .iter()
                .enumerate()
                .map(|(state, &action)| find(state, action))
                .collect::<Result<_, _>>()?;
            Ok(masses.placed(pairs.len(), &played))
        }
        StagePolicy::Mixed(rows) => {
            let mut numerators = vec![Integer::ZERO; pairs.len()];
            let common = rows
                .iter()
                .flatten()
                .fold(Natural::ONE, |d, (_, p)| least_common_multiple(&d, p.denominator()));
            for (state, row) in rows.iter().enumerate() {
                let total = row.iter().fold(Rational::ZERO, |sum, (_, p)| sum + p);
                if !total.is_one() || row.iter().any(|(_, p)| *p < Rational::ZERO) {
                    return Err(FollowerError::NotALaw { stage: t, state });
                }
                for (action, probability) in row {
                    let share = probability.numerator() * (&common / probability.denominator());
                    numerators[find(state, *action)?] += share * masses.numerators().get(state);
                }
            }
            Ok(Scaled::from_integers(numerators, common * masses.denominator()))
        }
    }
}

/// Masses of the next stage.
fn advance(
    occupation: &Scaled,
    successors: &Successors,
    probability: &Scaled,
    states: usize,
) -> Scaled {
    let carrying = (0..occupation.len()).filter(|&pair| !occupation.numerators().is_zero_at(pair));
    let terms = carrying.flat_map(|pair| {
        successors.of_pair(pair).map(move |entry| (successors.state(entry), pair, entry))
    });
    occupation.sums_of_products(probability, states, terms)
}

/// `sum weight * d(state, action)`.
fn measure(aggregate: &Aggregate, pairs: &Pairs, occupation: &Scaled) -> Rational {
    aggregate.weights.iter().fold(Rational::ZERO, |sum, (state, action, weight)| {
        match pairs.find(*state as usize, *action as usize) {
            Some(pair) if !occupation.numerators().is_zero_at(pair) => {
                sum + weight * occupation.get(pair)
            }
            _ => sum,
        }
    })
}

/// `sum_t sum numbers_t d_t`, for vectors indexed by pair.
///
/// # Errors
/// [`Stopped`] when `keep_going`, asked once per stage, answers no.
pub(super) fn total<'a>(
    occupation: &[Scaled],
    rewards: impl Iterator<Item = &'a Scaled>,
    keep_going: &dyn Fn() -> bool,
) -> Result<Rational, Stopped> {
    let mut sum = Rational::ZERO;
    for (masses, reward) in occupation.iter().zip(rewards) {
        if !keep_going() {
            return Err(Stopped);
        }
        sum += masses.dot(reward);
    }
    Ok(sum)
}
