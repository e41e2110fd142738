//! Rule `limit`, statement (N) of docs/certificate.md: a value of the leader to which values of
//! decisions tend, whether a decision reaches it or not.
//!
//! At a decision, follow a pure policy everywhere. For a pair of a state at a stage, the *gap* is
//! what a follower loses who takes the pair once, as a polynomial in the population: `Q(policy's
//! pair) - Q(pair)`, `Q = r + P V`, `V` the policy's own values. With constant transitions and
//! rewards affine in the decision, gaps are affine in the decision: what is not negative at both
//! ends of a segment is not negative on it, and what is positive at the second end besides is
//! positive on it but for the first end.

use super::situation::Situation;
use super::verdict::Fault;
use crate::certificate::{Claim, Part, Selection};
use crate::exact::Rational;
use crate::game::{
    Columns, Game, Grid, Instance, InstanceStage, Policy, Polynomial, StagePolicy, Variable,
};

/// A state at a stage, and what a follower loses there by one deviation from a policy.
#[derive(Debug, Clone)]
pub struct Site {
    /// The stage.
    pub stage: usize,
    /// The state.
    pub state: usize,
    /// Whether followers of the policy come here.
    pub reached: bool,
    /// The gap of each other pair, a function of the population.
    pub gaps: Vec<Polynomial>,
}

/// Ranges of the aggregates.
pub type Ranges = Vec<(Rational, Rational)>;

/// What is known of the pair of the policy at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Nothing,
    /// No other pair is better.
    Optimal,
    /// All others are worse.
    Only,
}

/// Where a pure policy is optimal whatever the others do, step by step.
#[derive(Debug)]
pub struct Dominance {
    /// The ranges within which each site was decided, in the order of [`sites`]; `None` where
    /// nothing is shown.
    pub ranges: Vec<Option<Ranges>>,
    /// A reached site at which another action may be as good.
    pub doubtful: Option<(usize, usize)>,
}

/// The sites of a game and the gaps of a pure policy at a decision, the last stage first.
///
/// # Errors
/// [`Fault::NotAPolicy`] when it is not pure or does not fit, [`Fault::NotBiaffine`] when
/// transitions are no constants.
pub fn sites(instance: &Instance, policy: &Policy) -> Result<Vec<Site>, Fault> {
    let chosen = chosen_pairs(instance, policy)?;
    let reached = reached(instance, &chosen)?;
    let mut sites = Vec::new();
    let mut next: Vec<Polynomial> = Vec::new();
    for (t, stage) in instance.stages.iter().enumerate().rev() {
        let mut values = Vec::with_capacity(stage.pairs.states());
        for state in 0..stage.pairs.states() {
            let own = worth(stage, chosen[t][state], &next)?;
            let others = stage.pairs.of_state(state).filter(|&pair| pair != chosen[t][state]);
            let gap = |pair| Ok(own.clone().plus(&worth(stage, pair, &next)?, &Rational::NEG_ONE));
            let gaps = others.map(gap).collect::<Result<_, Fault>>()?;
            sites.push(Site { stage: t, state, reached: reached[t][state], gaps });
            values.push(own);
        }
        next = values;
    }
    Ok(sites)
}

/// Where the pair of a policy is optimal at all of some decisions, and the only optimal one at the
/// last of them. `ends` are the [`sites`] at these decisions; `instance` is the game at any.
///
/// A site is decided within the ranges of the aggregates over all populations that take the
/// policy's pair at every site where it is known to be the only optimal one, and after the sites to
/// which it leads; more sites narrow the ranges, until nothing changes.
///
/// # Errors
/// [`Fault::NotBiaffine`] when a gap is not affine in the population.
pub fn dominance(
    instance: &Instance,
    policy: &Policy,
    ends: &[Vec<Site>],
) -> Result<Dominance, Fault> {
    let chosen = chosen_pairs(instance, policy)?;
    let Some(sites) = ends.last() else { return Err(Fault::Shape) };
    let states = instance.initial.len();
    let position =
        |stage: usize, state: usize| (instance.stages.len() - 1 - stage) * states + state;
    let mut known = vec![Known::Nothing; sites.len()];
    let mut decided: Vec<Option<Ranges>> = vec![None; sites.len()];
    loop {
        let only = |stage: usize, state: usize| {
            (known[position(stage, state)] == Known::Only).then(|| chosen[stage][state])
        };
        let ranges = ranges(instance, &only)?;
        let mut changed = false;
        for (index, site) in sites.iter().enumerate() {
            if known[index] == Known::Only
                || !leads_to_known(instance, site, &|state| known[position(site.stage + 1, state)])?
            {
                continue;
            }
            let mut now = Known::Only;
            for (end, sites) in ends.iter().enumerate() {
                for gap in &sites[index].gaps {
                    let (loss, _) = least(gap, &ranges)?;
                    now = match loss {
                        loss if loss < Rational::ZERO => Known::Nothing,
                        loss if loss.is_zero() && end + 1 == ends.len() => now.min(Known::Optimal),
                        _ => now,
                    };
                }
            }
            if now > known[index] {
                (known[index], decided[index], changed) = (now, Some(ranges.clone()), true);
            }
        }
        if !changed {
            break;
        }
    }
    let doubtful =
        sites.iter().zip(&known).find(|(site, known)| site.reached && **known != Known::Only);
    Ok(Dominance { ranges: decided, doubtful: doubtful.map(|(site, _)| (site.stage, site.state)) })
}

/// Whether something is known of all sites of the next stage to which a site leads.
fn leads_to_known(
    instance: &Instance,
    site: &Site,
    known: &dyn Fn(usize) -> Known,
) -> Result<bool, Fault> {
    let stage = &instance.stages[site.stage];
    let Some((successors, probability)) = &stage.transition else { return Ok(true) };
    for entry in stage.pairs.of_state(site.state).flat_map(|pair| successors.of_pair(pair)) {
        if constant(probability, entry)? != Rational::ZERO
            && known(successors.state(entry)) == Known::Nothing
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `r + P next` of a pair.
fn worth(stage: &InstanceStage, pair: usize, next: &[Polynomial]) -> Result<Polynomial, Fault> {
    let mut value = stage.reward.get(pair);
    if let Some((successors, probability)) = &stage.transition {
        for entry in successors.of_pair(pair) {
            value = value.plus(&next[successors.state(entry)], &constant(probability, entry)?);
        }
    }
    Ok(value)
}

fn constant(probability: &Columns, entry: usize) -> Result<Rational, Fault> {
    probability.get(entry).as_constant().ok_or(Fault::NotBiaffine)
}

/// The pair that a pure policy takes, per stage and state.
fn chosen_pairs(instance: &Instance, policy: &Policy) -> Result<Vec<Vec<usize>>, Fault> {
    if policy.stages.len() != instance.stages.len() {
        return Err(Fault::NotAPolicy);
    }
    let of_stage = |(stage, play): (&InstanceStage, &StagePolicy)| match play {
        StagePolicy::Pure(actions) if actions.len() == stage.pairs.states() => {
            let pair = |(state, &action): (usize, &u32)| {
                stage.pairs.find(state, action as usize).ok_or(Fault::NotAPolicy)
            };
            actions.iter().enumerate().map(pair).collect()
        }
        _ => Err(Fault::NotAPolicy),
    };
    instance.stages.iter().zip(&policy.stages).map(of_stage).collect()
}

/// Whether followers who take the chosen pairs are in a state at a stage.
fn reached(instance: &Instance, chosen: &[Vec<usize>]) -> Result<Vec<Vec<bool>>, Fault> {
    let states = instance.initial.len();
    let mut here: Vec<bool> =
        (0..states).map(|state| !instance.initial.numerators().is_zero_at(state)).collect();
    let mut result = Vec::with_capacity(chosen.len());
    for (stage, chosen) in instance.stages.iter().zip(chosen) {
        let mut there = vec![false; states];
        if let Some((successors, probability)) = &stage.transition {
            for (_, &pair) in chosen.iter().enumerate().filter(|(state, _)| here[*state]) {
                for entry in successors.of_pair(pair) {
                    there[successors.state(entry)] |=
                        constant(probability, entry)? != Rational::ZERO;
                }
            }
        }
        result.push(std::mem::replace(&mut here, there));
    }
    Ok(result)
}

/// The ranges of the aggregates over all populations that take the pairs that `only` names, by
/// stage and state; whatever the decision.
fn ranges(
    instance: &Instance,
    only: &dyn Fn(usize, usize) -> Option<usize>,
) -> Result<Ranges, Fault> {
    let one = |k: usize| -> Result<(Rational, Rational), Fault> {
        let aggregate = &instance.aggregates[k];
        let mut next: Vec<(Rational, Rational)> =
            vec![(Rational::ZERO, Rational::ZERO); instance.initial.len()];
        for (t, stage) in instance.stages.iter().enumerate().take(aggregate.stage + 1).rev() {
            let mut weights = vec![Rational::ZERO; stage.pairs.len()];
            if t == aggregate.stage {
                for (state, action, weight) in &aggregate.weights {
                    let pair =
                        stage.pairs.find(*state as usize, *action as usize).ok_or(Fault::Shape)?;
                    weights[pair] += weight;
                }
            }
            let mut values = Vec::with_capacity(next.len());
            for state in 0..stage.pairs.states() {
                let mut range: Option<(Rational, Rational)> = None;
                let allowed =
                    only(t, state).map_or(stage.pairs.of_state(state), |pair| pair..pair + 1);
                for pair in allowed {
                    let (mut low, mut high) = (weights[pair].clone(), weights[pair].clone());
                    if let Some((successors, probability)) =
                        stage.transition.as_ref().filter(|_| t < aggregate.stage)
                    {
                        for entry in successors.of_pair(pair) {
                            let (share, (least, greatest)) =
                                (constant(probability, entry)?, &next[successors.state(entry)]);
                            low += &share * least;
                            high += &share * greatest;
                        }
                    }
                    range = Some(match range {
                        None => (low, high),
                        Some((least, greatest)) => (least.min(low), greatest.max(high)),
                    });
                }
                values.push(range.ok_or(Fault::Shape)?);
            }
            next = values;
        }
        let initial = |side: &dyn Fn(&(Rational, Rational)) -> Rational| {
            next.iter().enumerate().fold(Rational::ZERO, |sum, (state, range)| {
                sum + instance.initial.get(state) * side(range)
            })
        };
        Ok((initial(&|(least, _)| least.clone()), initial(&|(_, greatest)| greatest.clone())))
    };
    (0..instance.aggregates.len()).map(one).collect()
}

/// The least value of an affine function of the population within ranges of the aggregates, and
/// where it is.
///
/// # Errors
/// [`Fault::NotBiaffine`] when the polynomial is not affine.
pub fn least(
    polynomial: &Polynomial,
    ranges: &[(Rational, Rational)],
) -> Result<(Rational, Vec<Rational>), Fault> {
    let mut value = Rational::ZERO;
    let mut at: Vec<Rational> = ranges.iter().map(|(low, _)| low.clone()).collect();
    for (monomial, coefficient) in polynomial.terms() {
        match monomial.factors() {
            [] => value += coefficient,
            [(Variable::Aggregate(k), 1)] => {
                let (low, high) = ranges.get(*k as usize).ok_or(Fault::Shape)?;
                let end = if *coefficient < Rational::ZERO { high } else { low };
                value += coefficient * end;
                at[*k as usize] = end.clone();
            }
            _ => return Err(Fault::NotBiaffine),
        }
    }
    Ok((value, at))
}

/// Checks that on the segment between two decisions, the first one excepted, all equilibria have
/// the population of `policy`: the leader's reward there as the first decision is approached.
pub(super) fn check_limit(
    game: &Game,
    claim: &Claim,
    from: &[Rational],
    through: &[Rational],
    policy: &Policy,
) -> Result<Rational, Fault> {
    if claim.selection != Selection::Pessimistic {
        return Err(Fault::NotPessimistic);
    }
    if !claim.epsilon.is_zero() {
        return Err(Fault::PositiveEpsilon);
    }
    let space = game.leader.space().ok_or(Fault::Shape)?;
    let moved = from
        .iter()
        .zip(through)
        .zip(space.grids())
        .any(|((a, b), grid)| *grid != Grid::Continuous && a != b);
    if moved || !space.polytope().contains(from) || !space.admits(through) {
        return Err(Fault::NotASegment);
    }
    if !is_affine_in_the_decision(game) {
        return Err(Fault::NotBiaffine);
    }
    let ends = [sites(&game.at(from), policy)?, sites(&game.at(through), policy)?];
    if let Some((stage, state)) = dominance(&game.at(through), policy, &ends)?.doubtful {
        return Err(Fault::NotTheOnlyOptimum { stage, state });
    }
    let alone = Part { weight: Rational::ONE, policy: policy.clone() };
    Situation::new(game.at(from), claim).population_witness(&[alone])
}

/// Whether the followers' rewards are affine in the decision, for each population, and their
/// transitions see none.
#[must_use]
pub fn is_affine_in_the_decision(game: &Game) -> bool {
    let degree = |columns: &Columns| {
        columns
            .columns()
            .iter()
            .map(|(monomial, _)| monomial.degree() - monomial.population_degree())
            .max()
    };
    game.stages.iter().all(|stage| {
        degree(&stage.reward).unwrap_or(0) <= 1
            && stage.transition.as_ref().is_none_or(|t| degree(&t.probability).unwrap_or(0) == 0)
    })
}
