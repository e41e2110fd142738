//! A policy judged without exact numbers: flow, values and rewards as intervals, in fixed point
//! with outward rounding.
//!
//! With transitions that depend on the population the denominators of an exact flow are squared at
//! every stage. Intervals of fixed precision grow by a bounded factor per stage instead, so a long
//! game needs more bits, not longer ones at every stage.
//!
//! Exploitability is the followers' value less what the policy earns, and also the sum over pairs
//! of mass times regret. Both are bounded; the second bound is 0, whatever the rounding, when every
//! pair that is played is better than all others by more than the intervals are wide.

use super::verdict::Fault;
use crate::certificate::Part;
use crate::exact::{Integer, Natural, Rational, Rounding, divide};
use crate::game::ColumnExt;
use crate::game::{
    Columns, Instance, Interval, Monomial, Ranges, StagePolicy, Variable, monomial_range,
    polynomial_range,
};

/// Binary digits of values of functions beyond those of masses.
const FUNCTION_GUARD: u32 = 8;

/// Fixed point with `bits` fractional bits.
struct Grid {
    unit: Natural,
}

impl Grid {
    fn new(bits: u32) -> Self {
        Grid { unit: Natural::ONE << bits as usize }
    }

    fn side(&self, value: &Rational, rounding: Rounding) -> Rational {
        let scaled = value.numerator() * Integer::from(self.unit.clone());
        Rational::from_parts(
            divide(&scaled, &Integer::from(value.denominator().clone()), rounding),
            self.unit.clone(),
        )
    }

    fn outward(&self, interval: &Interval) -> Interval {
        (self.side(&interval.0, Rounding::Down), self.side(&interval.1, Rounding::Up))
    }
}

/// The least (or greatest) product of a number of `interval`, not negative, with a number of
/// `factor`.
fn product_side(interval: &Interval, factor: &Interval, rounding: Rounding) -> Rational {
    match rounding {
        Rounding::Down => {
            &factor.0 * if factor.0 >= Rational::ZERO { &interval.0 } else { &interval.1 }
        }
        Rounding::Up => {
            &factor.1 * if factor.1 >= Rational::ZERO { &interval.1 } else { &interval.0 }
        }
    }
}

/// Every entry of `columns`, its variables in intervals.
fn entries(columns: &Columns, of: &dyn Fn(Variable) -> Interval, grid: &Grid) -> Vec<Interval> {
    let mut sums = vec![(Rational::ZERO, Rational::ZERO); columns.len()];
    let range = |monomial: &Monomial| {
        let range = monomial_range(monomial, of);
        if monomial.is_one() { range } else { grid.outward(&range) }
    };
    for (monomial, column) in columns.columns() {
        let (least, greatest) = range(monomial);
        for (entry, coefficient) in column.entries() {
            let (low, high) = if coefficient >= Rational::ZERO {
                (&least, &greatest)
            } else {
                (&greatest, &least)
            };
            sums[entry].0 += &coefficient * low;
            sums[entry].1 += coefficient * high;
        }
    }
    sums.iter().map(|sum| grid.outward(sum)).collect()
}

/// What `policy` brings: an upper bound of `sigma J0`, when its exploitability is at most
/// `epsilon`.
///
/// # Errors
/// [`Fault`] when the policy does not fit the game or is not shown to be an eps-equilibrium.
pub(super) fn enclosed_witness(
    instance: &Instance,
    parts: &[Part],
    bits: u32,
    sigma: &Rational,
    epsilon: &Rational,
) -> Result<Rational, Fault> {
    let [Part { weight, policy }] = parts else {
        return Err(Fault::Mixture { parts: parts.len() });
    };
    if !weight.is_one() {
        return Err(Fault::Weights);
    }
    if policy.stages.len() != instance.stages.len() {
        return Err(Fault::NotAPolicy);
    }
    let grid = Grid::new(bits);
    let zero = || (Rational::ZERO, Rational::ZERO);
    // Forwards: masses per pair, aggregates, transitions.
    let mut known = Ranges {
        aggregates: vec![zero(); instance.aggregates.len()],
        functions: vec![zero(); instance.functions.len()],
    };
    let mut masses: Vec<Interval> =
        instance.initial.iter().map(|mass| grid.outward(&(mass.clone(), mass))).collect();
    let mut flow: Vec<Vec<Interval>> = Vec::with_capacity(instance.stages.len());
    let mut probabilities: Vec<Vec<Interval>> = Vec::with_capacity(instance.stages.len());
    for (t, (stage, play)) in instance.stages.iter().zip(&policy.stages).enumerate() {
        let shares = shares(&stage.pairs, play)?;
        let mut own = vec![zero(); stage.pairs.len()];
        for (state, mass) in masses.iter().enumerate() {
            for pair in stage.pairs.of_state(state) {
                own[pair] = grid.outward(&(&mass.0 * &shares[pair], &mass.1 * &shares[pair]));
            }
        }
        for (value, aggregate) in known
            .aggregates
            .iter_mut()
            .zip(instance.aggregates.iter())
            .filter(|(_, aggregate)| aggregate.stage == t)
        {
            for (state, action, weight) in &aggregate.weights {
                if let Some(pair) = stage.pairs.find(*state as usize, *action as usize) {
                    let (low, high) = if *weight >= Rational::ZERO {
                        (&own[pair].0, &own[pair].1)
                    } else {
                        (&own[pair].1, &own[pair].0)
                    };
                    value.0 += weight * low;
                    value.1 += weight * high;
                }
            }
            *value = grid.outward(value);
        }
        for (k, function) in instance.functions.iter().enumerate() {
            if function.stage == t {
                known.functions[k] = function.range(&|v| known.of(v), bits + FUNCTION_GUARD);
            }
        }
        let mut arrived = vec![zero(); masses.len()];
        if let Some((successors, probability)) = &stage.transition {
            let passed = |variable: Variable| match variable {
                Variable::Aggregate(k) => instance
                    .aggregates
                    .get(k as usize)
                    .is_some_and(|aggregate| aggregate.stage <= t),
                Variable::Function(k) => {
                    instance.functions.get(k as usize).is_some_and(|own| own.stage <= t)
                }
                Variable::Parameter(_) => false,
            };
            if probability.columns().iter().any(|(monomial, _)| {
                monomial.factors().iter().any(|&(variable, _)| !passed(variable))
            }) {
                return Err(Fault::Shape);
            }
            let entries = entries(probability, &|variable| known.of(variable), &grid);
            // A probability lies between 0 and 1 whatever rounding says.
            let entries: Vec<Interval> = entries
                .into_iter()
                .map(|(low, high)| {
                    (low.max(Rational::ZERO), high.max(Rational::ZERO).min(Rational::ONE))
                })
                .collect();
            for (pair, mass) in own.iter().enumerate() {
                for entry in successors.of_pair(pair) {
                    let arrival = &mut arrived[successors.state(entry)];
                    arrival.0 += &mass.0 * &entries[entry].0;
                    arrival.1 += &mass.1 * &entries[entry].1;
                }
            }
            probabilities.push(entries);
        }
        masses = arrived
            .iter()
            .map(|arrival| grid.outward(&(arrival.0.clone(), arrival.1.clone().min(Rational::ONE))))
            .collect();
        flow.push(own);
    }
    // Backwards: the followers' value from above; beside it what is earned from below and what the
    // leader gets from above.
    let of = |variable: Variable| known.of(variable);
    let payoff = polynomial_range(&instance.payoff, &of);
    let positive = *sigma >= Rational::ZERO;
    let mut leader = if positive { payoff.1 } else { -payoff.0 };
    let mut earned = Rational::ZERO;
    let mut regret = Rational::ZERO;
    let mut next: Vec<Interval> = Vec::new();
    for (t, stage) in instance.stages.iter().enumerate().rev() {
        let rewards = entries(&stage.reward, &of, &grid);
        for (pair, (least, greatest)) in
            entries(&stage.leader_reward, &of, &grid).into_iter().enumerate()
        {
            let signed = if positive { (least, greatest) } else { (-greatest, -least) };
            leader += product_side(&flow[t][pair], &signed, Rounding::Up);
            earned += product_side(&flow[t][pair], &rewards[pair], Rounding::Down);
        }
        let mut values = Vec::with_capacity(stage.pairs.states());
        for state in 0..stage.pairs.states() {
            let pairs = stage.pairs.of_state(state);
            let mut worth = Vec::with_capacity(pairs.len());
            for pair in pairs.clone() {
                let mut value = rewards[pair].clone();
                if let (Some((successors, _)), Some(probability)) =
                    (&stage.transition, probabilities.get(t))
                {
                    for entry in successors.of_pair(pair) {
                        let (low, high) = next.get(successors.state(entry)).ok_or(Fault::Shape)?;
                        value.0 += product_side(
                            &probability[entry],
                            &(low.clone(), low.clone()),
                            Rounding::Down,
                        );
                        value.1 += product_side(
                            &probability[entry],
                            &(high.clone(), high.clone()),
                            Rounding::Up,
                        );
                    }
                }
                worth.push(grid.outward(&value));
            }
            let greatest = |side: fn(&Interval) -> &Rational| {
                worth.iter().map(side).max().cloned().ok_or(Fault::Shape)
            };
            values.push((greatest(|value| &value.0)?, greatest(|value| &value.1)?));
            for (own, pair) in pairs.enumerate().filter(|(_, pair)| !flow[t][*pair].1.is_zero()) {
                // What another pair may earn more; nothing where none can.
                let others = worth.iter().enumerate().filter(|(other, _)| *other != own);
                let more = others
                    .map(|(_, other)| &other.1 - &worth[own].0)
                    .max()
                    .unwrap_or(Rational::ZERO);
                regret += &flow[t][pair].1 * more.max(Rational::ZERO);
            }
        }
        next = values;
    }
    let value = instance
        .initial
        .iter()
        .zip(&next)
        .fold(Rational::ZERO, |sum, (mass, value)| sum + mass * &value.1);
    let exploitability = (value - earned).min(regret);
    if exploitability > *epsilon {
        Err(Fault::NotAnEquilibrium { exploitability })
    } else {
        Ok(leader)
    }
}

/// Probability per pair of a stage.
fn shares(pairs: &crate::game::Pairs, play: &StagePolicy) -> Result<Vec<Rational>, Fault> {
    if play.states() != pairs.states() {
        return Err(Fault::NotAPolicy);
    }
    let mut shares = vec![Rational::ZERO; pairs.len()];
    match play {
        StagePolicy::Pure(actions) => {
            for (state, &action) in actions.iter().enumerate() {
                shares[pairs.find(state, action as usize).ok_or(Fault::NotAPolicy)?] =
                    Rational::ONE;
            }
        }
        StagePolicy::Mixed(rows) => {
            for (state, row) in rows.iter().enumerate() {
                let total = row.iter().fold(Rational::ZERO, |sum, (_, p)| sum + p);
                if !total.is_one() || row.iter().any(|(_, p)| *p < Rational::ZERO) {
                    return Err(Fault::NotAPolicy);
                }
                for (action, probability) in row {
                    shares[pairs.find(state, *action as usize).ok_or(Fault::NotAPolicy)?] +=
                        probability;
                }
            }
        }
    }
    Ok(shares)
}
