//! A policy evaluated in fixed point, rounded outwards, in games of any class.
//!
//! Exact flows of policies with floating-point probabilities have denominators that multiply over
//! the states and stages, and are squared at every stage where transitions depend on the
//! population. Intervals over `2^bits` do not grow; they widen by a few units per stage.
//!
//! Exploitability is the followers' value less what the policy earns, and also the sum over pairs
//! of mass times regret. Both are enclosed, and the intersection is returned; the second is 0 when
//! every pair that is played is better than all others by more than the rounding.

use super::evaluation::{Bounds, Enclosure};
use super::law::Law;
use super::table::{Grid, Table};
use super::{FollowerError, Stopped};
use crate::exact::{Integer, Mantissa, Rational, Rounding, Scaled};
use crate::game::{Aggregate, Instance, InstanceStage, Pairs, Variable, polynomial_range};
use dashu_base::BitTest;
use rayon::prelude::*;

/// Length up to which the denominator of a row is used as it is, in bits; longer ones are rounded
/// first.
const SHORT: usize = 60;
/// Fractional bits of the quotient of a mass and the denominator of a row, beyond the length of the
/// latter.
const GUARD: usize = 4;
/// Binary digits of values of functions beyond those of masses.
const FUNCTION_GUARD: u32 = 8;

/// States of a stage from which on they are looked at side by side.
const PARALLEL: usize = 256;

/// Masses `(lower, upper)` of the pairs of a stage.
type Masses<M> = Vec<(M, M)>;

/// Why machine integers give no answer.
enum Halt {
    Overflow,
    Error(FollowerError),
}

impl<E: Into<FollowerError>> From<E> for Halt {
    fn from(error: E) -> Self {
        Halt::Error(error.into())
    }
}

/// An [`Enclosure`], and the masses of all pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnclosedPlay {
    /// Rewards, value and exploitability.
    pub enclosure: Enclosure,
    /// `[stage][pair]`: masses, over `2^bits`, lower and upper.
    pub masses: Vec<Vec<(Integer, Integer)>>,
    /// Fractional bits.
    pub bits: u32,
}

/// Encloses the evaluation of a policy, `[stage][state]`, in a game of any class at one decision,
/// in fixed point with `bits` fractional bits.
///
/// `keep_going` is asked once per stage and direction.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going` answers no.
pub fn enclose_play(
    instance: &Instance,
    policy: &[Vec<Law>],
    bits: u32,
    keep_going: &dyn Fn() -> bool,
) -> Result<EnclosedPlay, FollowerError> {
    match attempt::<i128>(instance, policy, bits, keep_going) {
        Ok(play) => return Ok(play),
        Err(Halt::Error(error)) => return Err(error),
        Err(Halt::Overflow) => {}
    }
    match attempt::<Integer>(instance, policy, bits, keep_going) {
        Ok(play) => Ok(play),
        Err(Halt::Error(error)) => Err(error),
        // Unbounded integers do not overflow.
        Err(Halt::Overflow) => Err(Stopped.into()),
    }
}

fn attempt<M: Mantissa>(
    instance: &Instance,
    policy: &[Vec<Law>],
    bits: u32,
    keep_going: &dyn Fn() -> bool,
) -> Result<EnclosedPlay, Halt> {
    let expected = instance.stages.len();
    if policy.len() != expected {
        return Err(FollowerError::Stages { found: policy.len(), expected }.into());
    }
    let grid = Grid::<M>::new(bits).ok_or(Halt::Overflow)?;
    let mut forward = Forward {
        grid: &grid,
        aggregates: vec![(Rational::ZERO, Rational::ZERO); instance.aggregates.len()],
        functions: vec![(Rational::ZERO, Rational::ZERO); instance.functions.len()],
    };
    let mut masses = initial(instance, &grid).ok_or(Halt::Overflow)?;
    let mut flow: Vec<Masses<M>> = Vec::with_capacity(expected);
    let mut transitions: Vec<Option<Table<M>>> = Vec::with_capacity(expected);
    for (t, (stage, play)) in instance.stages.iter().zip(policy).enumerate() {
        if !keep_going() {
            return Err(Stopped.into());
        }
        let own = forward.occupy(t, &stage.pairs, &masses, play)?;
        for (k, aggregate) in
            instance.aggregates.iter().enumerate().filter(|(_, aggregate)| aggregate.stage == t)
        {
            forward.aggregates[k] =
                forward.measure(aggregate, &stage.pairs, &own).ok_or(Halt::Overflow)?;
        }
        forward.evaluate(instance, t, bits);
        let table = forward.transition(instance, t, stage)?;
        if let (Some(table), Some((successors, _))) = (&table, &stage.transition) {
            masses = table.advance(&own, successors, masses.len(), &grid).ok_or(Halt::Overflow)?;
        }
        transitions.push(table);
        flow.push(own);
    }
    let enclosure = backward(instance, &forward, &flow, &transitions, keep_going)?;
    let masses = flow
        .iter()
        .map(|stage| {
            stage.iter().map(|(low, high)| (low.to_integer(), high.to_integer())).collect()
        })
        .collect();
    Ok(EnclosedPlay { enclosure, masses, bits })
}

/// The initial law.
fn initial<M: Mantissa>(instance: &Instance, grid: &Grid<M>) -> Option<Masses<M>> {
    instance.initial.iter().map(|mass| grid.outward(&(mass.clone(), mass))).collect()
}

/// What is known on the way through the stages.
struct Forward<'a, M> {
    grid: &'a Grid<M>,
    /// Values of the aggregates of the stages passed, 0 for others.
    aggregates: Vec<Bounds>,
    /// Values of the functions of the stages passed, 0 for others.
    functions: Vec<Bounds>,
}

impl<M: Mantissa> Forward<'_, M> {
    fn of(&self, variable: Variable) -> Bounds {
        let known = match variable {
            Variable::Aggregate(k) => self.aggregates.get(k as usize).cloned(),
            Variable::Function(k) => self.functions.get(k as usize).cloned(),
            Variable::Parameter(_) => None,
        };
        known.unwrap_or((Rational::ZERO, Rational::ZERO))
    }

    /// `d_t(s,a) = mass_t(s) pi_t(a|s)`.
    fn occupy(
        &self,
        t: usize,
        pairs: &Pairs,
        masses: &[(M, M)],
        play: &[Law],
    ) -> Result<Masses<M>, Halt> {
        if play.len() != pairs.states() {
            return Err(FollowerError::States {
                stage: t,
                found: play.len(),
                expected: pairs.states(),
            }
            .into());
        }
        let found = of_states(play.len(), |state| self.shares(&masses[state], &play[state]))
            .ok_or(Halt::Overflow)?;
        let mut own = vec![(M::zero(), M::zero()); pairs.len()];
        for (state, (law, shares)) in play.iter().zip(found).enumerate() {
            for (&action, share) in law.actions().iter().zip(shares) {
                let pair = pairs.find(state, action as usize);
                own[pair.ok_or(FollowerError::Unavailable {
                    stage: t,
                    state,
                    action: action as usize,
                })?] = share;
            }
        }
        Ok(own)
    }

    /// `mass * probability` for the probabilities of a row.
    fn shares(&self, mass: &(M, M), law: &Law) -> Option<Vec<(M, M)>> {
        if law.denominator().is_one() {
            return law
                .numerators()
                .iter()
                .map(|one| Some(if one.is_zero() { (M::zero(), M::zero()) } else { mass.clone() }))
                .collect();
        }
        let length = law.denominator().bit_len();
        if length > SHORT {
            let one = |(_, probability): (u32, Rational)| {
                let share = self.grid.outward(&(probability.clone(), probability))?;
                Some((
                    mass.0.scale(&share.0, &self.grid.unit, Rounding::Down)?,
                    mass.1.scale(&share.1, &self.grid.unit, Rounding::Up)?,
                ))
            };
            return law.row().into_iter().map(one).collect();
        }
        // One division per row; numerators are at most the denominator, so that its rounding is
        // worth less than a unit.
        let fraction = M::from_integer(&(Integer::ONE << (length + GUARD)))?;
        let divisor = M::from_integer(&Integer::from(law.denominator().clone()))?;
        let quotients = (
            mass.0.scale(&fraction, &divisor, Rounding::Down)?,
            mass.1.scale(&fraction, &divisor, Rounding::Up)?,
        );
        let one = |numerator: &Integer| {
            let numerator = M::from_integer(numerator)?;
            Some((
                quotients.0.scale(&numerator, &fraction, Rounding::Down)?,
                quotients.1.scale(&numerator, &fraction, Rounding::Up)?,
            ))
        };
        law.numerators().iter().map(one).collect()
    }

    /// `sum weight * d(state, action)`.
    fn measure(&self, aggregate: &Aggregate, pairs: &Pairs, own: &[(M, M)]) -> Option<Bounds> {
        let weights: Vec<Rational> =
            aggregate.weights.iter().map(|(_, _, weight)| weight.clone()).collect();
        let weights = Scaled::from_rationals(&weights);
        let (mut low, mut high) = (M::zero(), M::zero());
        for (index, (state, action, weight)) in aggregate.weights.iter().enumerate() {
            if let Some(pair) = pairs.find(*state as usize, *action as usize) {
                let (least, greatest) = if *weight >= Rational::ZERO {
                    (&own[pair].0, &own[pair].1)
                } else {
                    (&own[pair].1, &own[pair].0)
                };
                low.add_product_at(weights.numerators(), index, least)?;
                high.add_product_at(weights.numerators(), index, greatest)?;
            }
        }
        let divisor = M::from_integer(&Integer::from(weights.denominator().clone()))?;
        let one = &self.grid.one;
        let bounds =
            (low.scale(one, &divisor, Rounding::Down)?, high.scale(one, &divisor, Rounding::Up)?);
        Some((self.grid.rational(&bounds.0), self.grid.rational(&bounds.1)))
    }

    /// Encloses the functions whose latest stage is `t`; those in their arguments come before.
    fn evaluate(&mut self, instance: &Instance, t: usize, bits: u32) {
        for (k, function) in instance.functions.iter().enumerate() {
            // What sees no population belongs to the first stage.
            if function.stage == t {
                self.functions[k] =
                    function.range(&|variable| self.of(variable), bits + FUNCTION_GUARD);
            }
        }
    }

    /// Transition probabilities at the populations passed.
    fn transition(
        &self,
        instance: &Instance,
        t: usize,
        stage: &InstanceStage,
    ) -> Result<Option<Table<M>>, Halt> {
        let Some((_, probability)) = &stage.transition else { return Ok(None) };
        let known = |variable: Variable| match variable {
            Variable::Aggregate(k) => {
                instance.aggregates.get(k as usize).is_some_and(|aggregate| aggregate.stage <= t)
            }
            Variable::Function(k) => {
                instance.functions.get(k as usize).is_some_and(|function| function.stage <= t)
            }
            Variable::Parameter(_) => false,
        };
        if probability
            .columns()
            .iter()
            .any(|(monomial, _)| monomial.factors().iter().any(|&(variable, _)| !known(variable)))
        {
            return Err(FollowerError::Anticipating { stage: t }.into());
        }
        let table = Table::of(probability, &|variable| self.of(variable), self.grid)
            .ok_or(Halt::Overflow)?;
        Ok(Some(table.between_zero_and_one(self.grid)))
    }
}

/// Values backwards, with what is earned and regretted beside them.
fn backward<M: Mantissa>(
    instance: &Instance,
    forward: &Forward<'_, M>,
    flow: &[Masses<M>],
    transitions: &[Option<Table<M>>],
    keep_going: &dyn Fn() -> bool,
) -> Result<Enclosure, Halt> {
    let grid = forward.grid;
    let of = |variable: Variable| forward.of(variable);
    let mut leader = polynomial_range(&instance.payoff, &of);
    let mut earned = (Rational::ZERO, Rational::ZERO);
    let mut regret = (Rational::ZERO, Rational::ZERO);
    let mut next: Vec<(M, M)> = Vec::new();
    for (t, stage) in instance.stages.iter().enumerate().rev() {
        if !keep_going() {
            return Err(Stopped.into());
        }
        let rewards = Table::of(&stage.reward, &of, grid).ok_or(Halt::Overflow)?;
        let leader_rewards = Table::of(&stage.leader_reward, &of, grid).ok_or(Halt::Overflow)?;
        add(&mut leader, leader_rewards.weighted(&flow[t], grid).ok_or(Halt::Overflow)?);
        add(&mut earned, rewards.weighted(&flow[t], grid).ok_or(Halt::Overflow)?);
        let transition = transitions[t]
            .as_ref()
            .zip(stage.transition.as_ref().map(|(successors, _)| successors.as_ref()));
        let of_state = |state: usize| -> Option<Worth<M>> {
            let pairs = stage.pairs.of_state(state);
            let mut worth = Vec::with_capacity(pairs.len());
            for pair in pairs {
                let mut value = rewards.get(pair, grid)?;
                if let Some((table, successors)) = transition {
                    let (low, high) = table.expected(
                        successors.of_pair(pair),
                        &|entry| &next[successors.state(entry)],
                        grid,
                    )?;
                    value.0.add_product(&grid.one, &low)?;
                    value.1.add_product(&grid.one, &high)?;
                }
                worth.push(value);
            }
            let regrets =
                (0..worth.len()).map(|own| regret_of(own, &worth, grid)).collect::<Option<_>>()?;
            Some(Worth { value: best(&worth), regrets })
        };
        let found = of_states(stage.pairs.states(), of_state).ok_or(Halt::Overflow)?;
        let (mut values, mut regrets) =
            (Vec::with_capacity(found.len()), Vec::with_capacity(stage.pairs.len()));
        for worth in found {
            values.push(worth.value);
            regrets.extend(worth.regrets);
        }
        add(&mut regret, grid.products(&flow[t], &regrets).ok_or(Halt::Overflow)?);
        next = values;
    }
    let mut value = (Rational::ZERO, Rational::ZERO);
    for (mass, (low, high)) in instance.initial.iter().zip(&next) {
        value.0 += &mass * grid.rational(low);
        value.1 += mass * grid.rational(high);
    }
    let least = (&value.0 - &earned.1).max(regret.0).max(Rational::ZERO);
    let greatest = (&value.1 - &earned.0).min(regret.1);
    Ok(Enclosure {
        follower_reward: earned,
        follower_value: value,
        exploitability: (least, greatest),
        leader_reward: leader,
    })
}

/// What a state is worth, and what each of its pairs gives up.
struct Worth<M> {
    value: (M, M),
    regrets: Vec<(M, M)>,
}

/// One result per state, side by side in stages with many.
fn of_states<T: Send>(
    states: usize,
    work: impl Fn(usize) -> Option<T> + Sync + Send,
) -> Option<Vec<T>> {
    if states < PARALLEL {
        (0..states).map(work).collect()
    } else {
        (0..states).into_par_iter().with_min_len(PARALLEL / 2).map(work).collect()
    }
}

fn add(sum: &mut Bounds, more: Bounds) {
    sum.0 += more.0;
    sum.1 += more.1;
}

/// The greatest of some intervals' numbers; 0 where there is none.
fn best<M: Mantissa>(worth: &[(M, M)]) -> (M, M) {
    let low = worth.iter().map(|(low, _)| low).max().cloned();
    let high = worth.iter().map(|(_, high)| high).max().cloned();
    (low.unwrap_or_else(M::zero), high.unwrap_or_else(M::zero))
}

/// How much more the best other pair of a state earns than `own`, at least 0.
fn regret_of<M: Mantissa>(own: usize, worth: &[(M, M)], grid: &Grid<M>) -> Option<(M, M)> {
    let others =
        || worth.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, value)| value);
    let more = |best: Option<&M>, own: &M| -> Option<M> {
        let Some(best) = best.filter(|best| *best > own) else { return Some(M::zero()) };
        let mut difference = best.clone();
        difference.add_product(&grid.minus_one, own)?;
        Some(difference)
    };
    let low = more(others().map(|(low, _)| low).max(), &worth[own].1)?;
    let high = more(others().map(|(_, high)| high).max(), &worth[own].0)?;
    Some((low, high))
}
