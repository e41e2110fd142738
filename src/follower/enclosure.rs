//! A policy evaluated in fixed point, rounded outwards, in games of any class.
//!
//! Exact flows of policies with floating-point probabilities have denominators that multiply over the states and stages, and are squared at every
//! stage where transitions depend on the population. Intervals over `2^bits` do not grow; they widen by a few units per stage.
//!
//! Exploitability is the followers' value less what the policy earns, and also the sum over pairs of mass times regret. Both are enclosed, and
//! the intersection is returned; the second is 0 when every pair that is played is better than all others by more than the rounding.

use super::evaluation::{Bounds, Enclosure};
use super::table::{Grid, Table};
use super::{FollowerError, Stopped};
use crate::exact::{Integer, Mantissa, Rational, Rounding, Scaled};
use crate::game::{Aggregate, Instance, InstanceStage, Pairs, StagePolicy, Variable, polynomial_range};
use dashu_base::BitTest;

/// Length up to which a probability is used as it is, in bits; longer ones are rounded first.
const SHORT: usize = 60;

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

/// Encloses the evaluation of `policy` in a game of any class at one decision, in fixed point with `bits` fractional bits.
///
/// `keep_going` is asked once per stage and direction.
///
/// # Errors
/// [`FollowerError`] when the policy does not fit the game or `keep_going` answers no.
pub fn enclose_play(
    instance: &Instance,
    policy: &[StagePolicy],
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
    policy: &[StagePolicy],
    bits: u32,
    keep_going: &dyn Fn() -> bool,
) -> Result<EnclosedPlay, Halt> {
    let expected = instance.stages.len();
    if policy.len() != expected {
        return Err(FollowerError::Stages { found: policy.len(), expected }.into());
    }
    let grid = Grid::<M>::new(bits).ok_or(Halt::Overflow)?;
    let mut forward = Forward { grid: &grid, aggregates: vec![(Rational::ZERO, Rational::ZERO); instance.aggregates.len()] };
    let mut masses = initial(instance, &grid).ok_or(Halt::Overflow)?;
    let mut flow: Vec<Masses<M>> = Vec::with_capacity(expected);
    let mut transitions: Vec<Option<Table<M>>> = Vec::with_capacity(expected);
    for (t, (stage, play)) in instance.stages.iter().zip(policy).enumerate() {
        if !keep_going() {
            return Err(Stopped.into());
        }
        let own = forward.occupy(t, &stage.pairs, &masses, play)?;
        for (k, aggregate) in instance.aggregates.iter().enumerate().filter(|(_, aggregate)| aggregate.stage == t) {
            forward.aggregates[k] = forward.measure(aggregate, &stage.pairs, &own).ok_or(Halt::Overflow)?;
        }
        let table = forward.transition(instance, t, stage)?;
        if let (Some(table), Some((successors, _))) = (&table, &stage.transition) {
            masses = table.advance(&own, successors, masses.len(), &grid).ok_or(Halt::Overflow)?;
        }
        transitions.push(table);
        flow.push(own);
    }
    let enclosure = backward(instance, &forward, &flow, &transitions, keep_going)?;
    let masses = flow.iter().map(|stage| stage.iter().map(|(low, high)| (low.to_integer(), high.to_integer())).collect()).collect();
    Ok(EnclosedPlay { enclosure, masses, bits })
}

/// Whether the probabilities of a row are not negative and sum to 1.
fn is_law(row: &[(u32, Rational)]) -> bool {
    if row.iter().any(|(_, p)| *p < Rational::ZERO) {
        return false;
    }
    // Rows that were divided by their sum mostly have a denominator that is a multiple of the others: whole numbers are then added.
    let common = row.iter().map(|(_, p)| p.denominator()).max();
    match common.filter(|common| row.iter().all(|(_, p)| p.denominator() == *common || (*common % p.denominator()).is_zero())) {
        Some(common) => {
            let share =
                |p: &Rational| if p.denominator() == common { p.numerator().clone() } else { p.numerator() * (common / p.denominator()) };
            row.iter().fold(Integer::ZERO, |sum, (_, p)| sum + share(p)) == Integer::from(common.clone())
        }
        None => row.iter().fold(Rational::ZERO, |sum, (_, p)| sum + p).is_one(),
    }
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
}

impl<M: Mantissa> Forward<'_, M> {
    fn of(&self, variable: Variable) -> Bounds {
        let known = match variable {
            Variable::Aggregate(k) => self.aggregates.get(k as usize).cloned(),
            Variable::Parameter(_) => None,
        };
        known.unwrap_or((Rational::ZERO, Rational::ZERO))
    }

    /// `d_t(s,a) = mass_t(s) pi_t(a|s)`.
    fn occupy(&self, t: usize, pairs: &Pairs, masses: &[(M, M)], play: &StagePolicy) -> Result<Masses<M>, Halt> {
        if play.states() != pairs.states() {
            return Err(FollowerError::States { stage: t, found: play.states(), expected: pairs.states() }.into());
        }
        let find = |state: usize, action: u32| {
            pairs.find(state, action as usize).ok_or(FollowerError::Unavailable { stage: t, state, action: action as usize })
        };
        let mut own = vec![(M::zero(), M::zero()); pairs.len()];
        match play {
            StagePolicy::Pure(actions) => {
                for (state, &action) in actions.iter().enumerate() {
                    own[find(state, action)?] = masses[state].clone();
                }
            }
            StagePolicy::Mixed(rows) => {
                for (state, row) in rows.iter().enumerate() {
                    if !is_law(row) {
                        return Err(FollowerError::NotALaw { stage: t, state }.into());
                    }
                    for (action, probability) in row {
                        own[find(state, *action)?] = self.share(&masses[state], probability).ok_or(Halt::Overflow)?;
                    }
                }
            }
        }
        Ok(own)
    }

    fn share(&self, mass: &(M, M), probability: &Rational) -> Option<(M, M)> {
        if probability.denominator().bit_len() <= SHORT {
            let factor = M::from_integer(probability.numerator())?;
            let divisor = M::from_integer(&Integer::from(probability.denominator().clone()))?;
            Some((mass.0.scale(&factor, &divisor, Rounding::Down)?, mass.1.scale(&factor, &divisor, Rounding::Up)?))
        } else {
            let share = self.grid.outward(&(probability.clone(), probability.clone()))?;
            Some((mass.0.scale(&share.0, &self.grid.unit, Rounding::Down)?, mass.1.scale(&share.1, &self.grid.unit, Rounding::Up)?))
        }
    }

    /// `sum weight * d(state, action)`.
    fn measure(&self, aggregate: &Aggregate, pairs: &Pairs, own: &[(M, M)]) -> Option<Bounds> {
        let weights: Vec<Rational> = aggregate.weights.iter().map(|(_, _, weight)| weight.clone()).collect();
        let weights = Scaled::from_rationals(&weights);
        let (mut low, mut high) = (M::zero(), M::zero());
        for (index, (state, action, weight)) in aggregate.weights.iter().enumerate() {
            if let Some(pair) = pairs.find(*state as usize, *action as usize) {
                let (least, greatest) = if *weight >= Rational::ZERO { (&own[pair].0, &own[pair].1) } else { (&own[pair].1, &own[pair].0) };
                low.add_product_at(weights.numerators(), index, least)?;
                high.add_product_at(weights.numerators(), index, greatest)?;
            }
        }
        let divisor = M::from_integer(&Integer::from(weights.denominator().clone()))?;
        let one = &self.grid.one;
        let bounds = (low.scale(one, &divisor, Rounding::Down)?, high.scale(one, &divisor, Rounding::Up)?);
        Some((self.grid.rational(&bounds.0), self.grid.rational(&bounds.1)))
    }

    /// Transition probabilities at the populations passed.
    fn transition(&self, instance: &Instance, t: usize, stage: &InstanceStage) -> Result<Option<Table<M>>, Halt> {
        let Some((_, probability)) = &stage.transition else { return Ok(None) };
        let known = |variable: Variable| match variable {
            Variable::Aggregate(k) => instance.aggregates.get(k as usize).is_some_and(|aggregate| aggregate.stage <= t),
            Variable::Parameter(_) => false,
        };
        if probability.columns().iter().any(|(monomial, _)| monomial.factors().iter().any(|&(variable, _)| !known(variable))) {
            return Err(FollowerError::Anticipating { stage: t }.into());
        }
        let table = Table::of(probability, &|variable| self.of(variable), self.grid).ok_or(Halt::Overflow)?;
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
        let transition = transitions[t].as_ref().zip(stage.transition.as_ref().map(|(successors, _)| successors.as_ref()));
        let mut values = Vec::with_capacity(stage.pairs.states());
        let mut regrets = vec![(M::zero(), M::zero()); stage.pairs.len()];
        for state in 0..stage.pairs.states() {
            let pairs = stage.pairs.of_state(state);
            let mut worth = Vec::with_capacity(pairs.len());
            for pair in pairs.clone() {
                let mut value = rewards.get(pair, grid).ok_or(Halt::Overflow)?;
                if let Some((table, successors)) = transition {
                    let expected = table.expected(successors.of_pair(pair), &|entry| &next[successors.state(entry)], grid);
                    let (low, high) = expected.ok_or(Halt::Overflow)?;
                    value.0.add_product(&grid.one, &low).ok_or(Halt::Overflow)?;
                    value.1.add_product(&grid.one, &high).ok_or(Halt::Overflow)?;
                }
                worth.push(value);
            }
            for (own, regret) in regrets[pairs].iter_mut().enumerate() {
                *regret = regret_of(own, &worth, grid).ok_or(Halt::Overflow)?;
            }
            values.push(best(&worth));
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
    Ok(Enclosure { follower_reward: earned, follower_value: value, exploitability: (least, greatest), leader_reward: leader })
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
    let others = || worth.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, value)| value);
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
