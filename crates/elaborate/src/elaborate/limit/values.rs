//! Values on a segment of decisions, affine in the statistics and in the decision.

use crate::check::Fault;
use crate::exact::{Rational, Scaled};
use crate::game::{Columns, Instance, InstanceStage, Policy, StagePolicy, Successors, Variable};
use smfg_kernel::{Column, Family, Monomial, Polynomial};
use std::sync::Arc;

/// Ranges of the statistics.
pub(super) type Ranges = Vec<(Rational, Rational)>;

/// `a_0 (constant_0 + sum_k x_k slope_0k) + a_1 (...)`, `a` the shares of the two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// Per end the constant, then the coefficient of each statistic.
    pub(super) at: [Vec<Rational>; 2],
}

impl Value {
    pub(super) fn zero(statistics: usize) -> Self {
        let nothing = || vec![Rational::ZERO; statistics + 1];
        Value { at: [nothing(), nothing()] }
    }

    pub(super) fn add(&mut self, factor: &Rational, other: &Value) {
        for (own, other) in self.at.iter_mut().zip(&other.at) {
            own.iter_mut().zip(other).for_each(|(a, b)| *a += factor * b);
        }
    }

    /// The least value at an end within some ranges.
    pub(super) fn least(&self, end: usize, ranges: &Ranges) -> Rational {
        let slopes = self.at[end][1..].iter().zip(ranges);
        slopes.fold(self.at[end][0].clone(), |sum, (slope, (low, high))| {
            sum + slope * if *slope < Rational::ZERO { high } else { low }
        })
    }

    /// The greatest value at an end within some ranges.
    pub(super) fn greatest(&self, end: usize, ranges: &Ranges) -> Rational {
        let mut negated = Value::zero(ranges.len());
        negated.add(&Rational::NEG_ONE, self);
        -negated.least(end, ranges)
    }
}

/// A segment: the game at both ends, and the pairs of a pure policy.
pub(super) struct Segment {
    pub(super) ends: [Instance; 2],
    /// The pair that the policy takes, per stage and state.
    pub(super) chosen: Vec<Vec<usize>>,
    /// Probabilities per stage.
    pub(super) transitions: Vec<Option<(Arc<Successors>, Arc<Scaled>)>>,
}

impl Segment {
    pub(super) fn new(ends: [Instance; 2], policy: &Policy) -> Result<Self, Fault> {
        let chosen = chosen_pairs(&ends[0], policy)?;
        let transition = |stage: &InstanceStage| match &stage.transition {
            None => Ok(None),
            Some((successors, probability)) => {
                let constants = probability.as_constants().ok_or(Fault::NotBiaffine)?;
                Ok(Some((Arc::clone(successors), constants)))
            }
        };
        let transitions = ends[0].stages.iter().map(transition).collect::<Result<_, Fault>>()?;
        Ok(Segment { ends, chosen, transitions })
    }

    pub(super) fn stages(&self) -> &[InstanceStage] {
        &self.ends[0].stages
    }

    pub(super) fn statistics(&self) -> usize {
        self.ends[0].aggregates.len()
    }

    /// Successors of a pair with their probabilities, none of them 0.
    pub(super) fn next(&self, t: usize, pair: usize) -> Vec<(usize, Rational)> {
        let Some((successors, probability)) = &self.transitions[t] else { return Vec::new() };
        let entries = successors.of_pair(pair);
        let all = entries.map(|entry| (successors.state(entry), probability.get(entry)));
        all.filter(|(_, share)| !share.is_zero()).collect()
    }

    /// The followers' rewards of a stage.
    pub(super) fn rewards(&self, t: usize) -> Result<Vec<Value>, Fault> {
        let count = self.stages()[t].pairs.len();
        let mut values = vec![Value::zero(self.statistics()); count];
        for (end, instance) in self.ends.iter().enumerate() {
            read(&instance.stages[t].reward, end, &mut values)?;
        }
        Ok(values)
    }

    /// What the policy earns from each state on.
    pub(super) fn values(&self) -> Result<Vec<Vec<Value>>, Fault> {
        let mut values: Vec<Vec<Value>> = Vec::new();
        for t in (0..self.stages().len()).rev() {
            let rewards = self.rewards(t)?;
            let mut own = Vec::with_capacity(self.chosen[t].len());
            for &pair in &self.chosen[t] {
                let mut value = rewards[pair].clone();
                for (state, share) in self.next(t, pair) {
                    value.add(&share, &values[values.len() - 1][state]);
                }
                own.push(value);
            }
            values.push(own);
        }
        values.reverse();
        Ok(values)
    }
}

fn read(columns: &Columns, end: usize, values: &mut [Value]) -> Result<(), Fault> {
    use crate::game::ColumnExt;
    for (monomial, column) in columns.columns() {
        let place = match monomial.factors() {
            [] => 0,
            [(Variable::Aggregate(k), 1)] => *k as usize + 1,
            _ => return Err(Fault::NotBiaffine),
        };
        for (pair, value) in column.entries() {
            values[pair].at[end][place] += value;
        }
    }
    Ok(())
}

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

/// Values per stage and state as the kernel takes them.
pub(super) fn family(values: &[Vec<Value>], statistics: usize) -> Family {
    let mut family = Family::new();
    for (t, states) in values.iter().enumerate() {
        let mut columns = Vec::new();
        for end in 0..2 {
            for place in 0..=statistics {
                let own: Vec<Rational> =
                    states.iter().map(|value| value.at[end][place].clone()).collect();
                if own.iter().all(Rational::is_zero) {
                    continue;
                }
                let coefficients = Arc::new(Scaled::from_rationals(&own));
                let column = Column { support: None, coefficients };
                columns.push((monomial(end, place), Arc::new(column)));
            }
        }
        family.insert(t as u32, columns);
    }
    family
}

fn monomial(end: usize, place: usize) -> Monomial {
    let mut factors = vec![(smfg_kernel::Variable::Share(end as u32), 1)];
    if let Some(k) = place.checked_sub(1) {
        factors.push((smfg_kernel::Variable::Statistic(k as u32), 1));
    }
    Monomial::new(factors)
}

/// A number at one entry of a stage.
pub(super) fn single(t: usize, entries: &[(usize, Rational)]) -> Family {
    let mut sorted = entries.to_vec();
    sorted.sort_by_key(|entry| entry.0);
    let mut merged: Vec<(usize, Rational)> = Vec::new();
    for (entry, value) in sorted {
        match merged.last_mut() {
            Some((last, sum)) if *last == entry => *sum += value,
            _ => merged.push((entry, value)),
        }
    }
    let (support, values): (Vec<u32>, Vec<Rational>) =
        merged.into_iter().map(|(entry, value)| (entry as u32, value)).unzip();
    let coefficients = Arc::new(Scaled::from_rationals(&values));
    let column = Column { support: Some(support), coefficients };
    Family::from([(t as u32, vec![(Monomial::one(), Arc::new(column))])])
}

/// `x_k - end`, or its negative.
pub(super) fn distance(k: usize, end: &Rational, above: bool) -> Polynomial {
    let sign = if above { Rational::ONE } else { Rational::NEG_ONE };
    let statistic = Polynomial::variable(smfg_kernel::Variable::Statistic(k as u32));
    Polynomial::constant(-end * &sign).plus(&statistic, &sign)
}
