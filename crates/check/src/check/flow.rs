//! The population of a policy, forwards in time and exact: the aggregates against which it is then
//! judged.
//!
//! `d_0(s,a) = mu0(s) pi_0(a|s)`, `d_{t+1}(s',a) = pi_{t+1}(a|s') sum_{s,a} P_t(s'|s,a;m)
//! d_t(s,a)`, `m_k = sum weight d_{t_k}`.

use crate::exact::ScaledExt;
use crate::exact::{Integer, Natural, Rational, Scaled, least_common_multiple};
use crate::game::{Aggregate, Instance, InstanceStage, Pairs, Policy, StagePolicy, Successors};
use dashu_base::BitTest;

/// Where a policy leads in a game of any class.
pub struct Flow {
    /// `[stage][pair]`: the occupation measure.
    pub occupation: Vec<Scaled>,
    /// The value of each aggregate.
    pub aggregates: Vec<Rational>,
}

/// Longest common denominator of the masses of a stage, in binary digits. Where transitions depend
/// on the population its length doubles at every stage; beyond this a rule that encloses flows is
/// meant for them.
const MOST_BITS: usize = 1 << 18;

/// Why there is no flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFlow {
    /// The policy does not fit the game, or is none.
    Misfit,
    /// Its fractions are longer than [`MOST_BITS`].
    TooLong,
}

/// The flow of `policy`.
///
/// # Errors
/// [`NoFlow`].
pub fn flow(instance: &Instance, policy: &Policy) -> Result<Flow, NoFlow> {
    if policy.stages.len() != instance.stages.len() {
        return Err(NoFlow::Misfit);
    }
    let mut flow = Flow {
        occupation: Vec::with_capacity(policy.stages.len()),
        aggregates: vec![Rational::ZERO; instance.aggregates.len()],
    };
    let mut masses: Scaled = instance.initial.as_ref().clone();
    for (t, (stage, play)) in instance.stages.iter().zip(&policy.stages).enumerate() {
        let occupation = occupy(&stage.pairs, &masses, play).ok_or(NoFlow::Misfit)?;
        for (value, aggregate) in
            flow.aggregates.iter_mut().zip(instance.aggregates.iter()).filter(|(_, a)| a.stage == t)
        {
            *value = measure(aggregate, &stage.pairs, &occupation);
        }
        if stage.transition.is_some() {
            if occupation.denominator().bit_len() > MOST_BITS {
                return Err(NoFlow::TooLong);
            }
            let (successors, probability) =
                instance.transition_at(t, &flow.aggregates).ok_or(NoFlow::Misfit)?;
            masses = advance(&occupation, &successors, &probability, masses.len());
        }
        flow.occupation.push(occupation);
    }
    Ok(flow)
}

/// The occupation measure of `policy` where transitions do not depend on the population; `None`
/// when it does not fit.
pub fn occupation(
    initial: &Scaled,
    stages: &[InstanceStage],
    policy: &Policy,
) -> Option<Vec<Scaled>> {
    if policy.stages.len() != stages.len() {
        return None;
    }
    let mut masses: Scaled = initial.clone();
    let mut result = Vec::with_capacity(stages.len());
    for (stage, play) in stages.iter().zip(&policy.stages) {
        let occupation = occupy(&stage.pairs, &masses, play)?;
        if let Some((successors, probability)) = &stage.transition {
            let probability = probability.as_constants()?;
            masses = advance(&occupation, successors, probability.as_ref(), masses.len());
        }
        result.push(occupation);
    }
    Some(result)
}

/// Masses per pair; `None` when an action is not available or a row is no law.
fn occupy(pairs: &Pairs, masses: &Scaled, play: &StagePolicy) -> Option<Scaled> {
    if play.states() != pairs.states() {
        return None;
    }
    match play {
        StagePolicy::Pure(actions) => {
            let played: Vec<usize> = actions
                .iter()
                .enumerate()
                .map(|(state, &action)| pairs.find(state, action as usize))
                .collect::<Option<_>>()?;
            Some(masses.placed(pairs.len(), &played))
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
                    return None;
                }
                for (action, probability) in row {
                    let share = probability.numerator() * (&common / probability.denominator());
                    numerators[pairs.find(state, *action as usize)?] +=
                        share * masses.numerators().get(state);
                }
            }
            Some(Scaled::from_integers(numerators, common * masses.denominator()))
        }
    }
}

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

fn measure(aggregate: &Aggregate, pairs: &Pairs, occupation: &Scaled) -> Rational {
    let mut sum = Rational::ZERO;
    for (state, action, weight) in &aggregate.weights {
        if let Some(pair) = pairs.find(*state as usize, *action as usize)
            && !occupation.numerators().is_zero_at(pair)
        {
            sum += weight * occupation.get(pair);
        }
    }
    sum
}
