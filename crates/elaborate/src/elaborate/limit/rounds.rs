//! The rounds in which sites are decided.

use super::values::{Ranges, Segment, Value, distance, family, single};
use crate::check::Fault;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Scaled};
use smfg_kernel::{Column, Combination, Family, Monomial, Name, Polynomial, Row, Sense};
use std::sync::Arc;

/// What is known of the pair of the policy at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Nothing,
    /// No other pair is better.
    Optimal,
    /// All others are worse.
    Only,
}

/// The state of the rounds.
pub(super) struct Rounds<'a> {
    segment: &'a Segment,
    /// What the policy earns.
    values: Vec<Vec<Value>>,
    rewards: Vec<Vec<Value>>,
    known: Vec<Vec<Known>>,
    /// What closes the parts in which a pair is optimal after all, the last part last.
    cases: Vec<Combination>,
    /// Bounds of values that were shown.
    bounds: u32,
}

/// Whether followers of the policy are in a state at a stage.
pub(super) fn reached(segment: &Segment) -> Vec<Vec<bool>> {
    let initial = &segment.ends[0].initial;
    let states = initial.len();
    let mut here: Vec<bool> = (0..states).map(|s| !initial.numerators().is_zero_at(s)).collect();
    let mut result = Vec::with_capacity(segment.chosen.len());
    for (t, chosen) in segment.chosen.iter().enumerate() {
        let mut there = vec![false; states];
        for (_, &pair) in chosen.iter().enumerate().filter(|(state, _)| here[*state]) {
            segment.next(t, pair).into_iter().for_each(|(state, _)| there[state] = true);
        }
        result.push(std::mem::replace(&mut here, there));
    }
    result
}

impl<'a> Rounds<'a> {
    pub(super) fn new(segment: &'a Segment) -> Result<Self, Fault> {
        let stages = 0..segment.stages().len();
        let known = segment.chosen.iter().map(|row| vec![Known::Nothing; row.len()]).collect();
        Ok(Rounds {
            segment,
            values: segment.values()?,
            rewards: stages.map(|t| segment.rewards(t)).collect::<Result<_, Fault>>()?,
            known,
            cases: Vec::new(),
            bounds: 0,
        })
    }

    /// A reached site at which another pair may be as good.
    pub(super) fn doubtful(&self) -> Option<(usize, usize)> {
        let reached = reached(self.segment);
        let sites = |t: usize| (0..self.known[t].len()).map(move |s| (t, s));
        (0..self.known.len())
            .flat_map(sites)
            .find(|&(t, s)| reached[t][s] && self.known[t][s] != Known::Only)
    }

    /// Decides what can be decided now; whether anything was.
    pub(super) fn round(&mut self, proof: &mut Proof) -> Result<bool, Fault> {
        let ranges = self.narrow(proof)?;
        let mut only: Vec<(usize, usize)> = Vec::new();
        let mut changed = false;
        for t in (0..self.known.len()).rev() {
            for s in 0..self.known[t].len() {
                let before = self.known[t][s];
                if before == Known::Only || !self.leads_to_known(t, s) {
                    continue;
                }
                let mut now = Known::Only;
                for pair in self.others(t, s) {
                    let gap = self.gap(t, s, pair);
                    let far = gap.least(1, &ranges);
                    if gap.least(0, &ranges) < Rational::ZERO || far < Rational::ZERO {
                        now = Known::Nothing;
                        break;
                    }
                    if far.is_zero() {
                        now = Known::Optimal;
                    }
                }
                if now > before {
                    self.known[t][s] = now;
                    changed = true;
                    if now == Known::Only {
                        only.push((t, s));
                    }
                }
            }
        }
        if !only.is_empty() {
            self.show(proof, &ranges, &only)?;
        }
        Ok(changed)
    }

    /// The pairs of a site but for the policy's.
    fn others(&self, t: usize, s: usize) -> Vec<usize> {
        let pairs = self.segment.stages()[t].pairs.of_state(s);
        pairs.filter(|&pair| pair != self.segment.chosen[t][s]).collect()
    }

    /// What a follower loses by taking a pair once.
    fn gap(&self, t: usize, s: usize, pair: usize) -> Value {
        let mut gap = self.values[t][s].clone();
        gap.add(&Rational::NEG_ONE, &self.rewards[t][pair]);
        for (state, share) in self.segment.next(t, pair) {
            gap.add(&-share, &self.values[t + 1][state]);
        }
        gap
    }

    fn leads_to_known(&self, t: usize, s: usize) -> bool {
        self.segment.stages()[t].pairs.of_state(s).all(|pair| {
            let next = self.segment.next(t, pair);
            next.iter().all(|(state, _)| self.known[t + 1][*state] != Known::Nothing)
        })
    }

    /// Makes the other pairs of some sites unused.
    fn show(
        &mut self,
        proof: &mut Proof,
        ranges: &Ranges,
        only: &[(usize, usize)],
    ) -> Result<(), Fault> {
        let count = self.segment.statistics();
        let chosen: Vec<Vec<u32>> = self
            .segment
            .chosen
            .iter()
            .map(|row| row.iter().map(|&pair| pair as u32).collect())
            .collect();
        proof.floor(family(&self.values, count), &chosen)?;
        proof.ceiling(family(&self.ceilings(ranges), count))?;
        let (floor, ceiling) = (self.bounds, self.bounds + 1);
        self.bounds += 2;
        for &(t, s) in only {
            for pair in self.others(t, s) {
                proof.case(t as u32, pair as u32)?;
                let least = self.gap(t, s, pair).least(1, ranges);
                let mut combination =
                    Combination { rows: vec![super::strict(least)], ..Combination::default() };
                combination.bellman = single(t, &[(pair, Rational::NEG_ONE)]);
                combination.bounds.push((floor, single(t, &[(s, Rational::ONE)])));
                let next = self.segment.next(t, pair);
                if !next.is_empty() {
                    combination.bounds.push((ceiling, single(t + 1, &next)));
                }
                self.cases.push(combination);
            }
        }
        Ok(())
    }

    /// What followers earn at most: what the policy does where it is known to be optimal.
    fn ceilings(&self, ranges: &Ranges) -> Vec<Vec<Value>> {
        let count = self.segment.statistics();
        let mut ceilings: Vec<Vec<Value>> = Vec::new();
        for t in (0..self.known.len()).rev() {
            let most = |pair: usize, end: usize| {
                let mut worth = self.rewards[t][pair].clone();
                for (state, share) in self.segment.next(t, pair) {
                    worth.add(&share, &ceilings[ceilings.len() - 1][state]);
                }
                worth.greatest(end, ranges)
            };
            let of_state = |s: usize| {
                if self.known[t][s] != Known::Nothing {
                    return self.values[t][s].clone();
                }
                let mut value = Value::zero(count);
                for end in 0..2 {
                    let pairs = self.segment.stages()[t].pairs.of_state(s);
                    let greatest = pairs.map(|pair| most(pair, end)).max();
                    value.at[end][0] = greatest.unwrap_or(Rational::ZERO);
                }
                value
            };
            let own = (0..self.known[t].len()).map(of_state).collect();
            ceilings.push(own);
        }
        ceilings.reverse();
        ceilings
    }

    /// Shows the ranges of the statistics over all flows that avoid unused pairs.
    fn narrow(&self, proof: &mut Proof) -> Result<Ranges, Fault> {
        (0..self.segment.statistics())
            .map(|k| {
                let low = self.extreme(proof, k, false)?;
                Ok((low, self.extreme(proof, k, true)?))
            })
            .collect()
    }

    /// With `V` the least values of the weights `M_k` from each state on,
    /// `x_k - mu0'V_0 = sum_i (M_k(i) - V_t(s) + P_i V_{t+1}) d_i`.
    fn extreme(&self, proof: &mut Proof, k: usize, greatest: bool) -> Result<Rational, Fault> {
        let aggregate = &self.segment.ends[0].aggregates[k];
        let sign = if greatest { Rational::NEG_ONE } else { Rational::ONE };
        let mut flow = Family::new();
        let mut next: Vec<Rational> = Vec::new();
        for t in (0..=aggregate.stage).rev() {
            let pairs = &self.segment.stages()[t].pairs;
            let mut weights = vec![Rational::ZERO; pairs.len()];
            if t == aggregate.stage {
                for (state, action, weight) in &aggregate.weights {
                    let pair = pairs.find(*state as usize, *action as usize);
                    weights[pair.ok_or(Fault::Shape)?] += weight * &sign;
                }
            }
            let worth = |pair: usize| {
                let mut sum = weights[pair].clone();
                if t < aggregate.stage {
                    for (state, share) in self.segment.next(t, pair) {
                        sum += share * &next[state];
                    }
                }
                sum
            };
            let least = |s: usize| match self.known[t][s] {
                Known::Only => worth(self.segment.chosen[t][s]),
                _ => pairs.of_state(s).map(worth).min().unwrap_or(Rational::ZERO),
            };
            next = (0..pairs.states()).map(least).collect();
            let negated: Vec<Rational> = next.iter().map(|value| -value).collect();
            let coefficients = Arc::new(Scaled::from_rationals(&negated));
            let column = Column { support: None, coefficients };
            flow.insert(t as u32, vec![(Monomial::one(), Arc::new(column))]);
        }
        let initial = self.segment.ends[0].initial.iter();
        let least = initial.zip(&next).fold(Rational::ZERO, |sum, (mass, v)| sum + mass * v);
        let end = &least * &sign;
        let goal = Row::of(Sense::AtLeast, distance(k, &end, !greatest));
        let rows = vec![(Name::Link(k as u32), Polynomial::constant(-sign))];
        proof.derive(goal, &Combination { rows, flow, ..Combination::default() })?;
        Ok(end)
    }

    /// Closes the parts in which a pair is optimal after all.
    pub(super) fn close(&mut self, proof: &mut Proof) -> Result<(), Fault> {
        while let Some(combination) = self.cases.pop() {
            proof.close(&combination)?;
        }
        Ok(())
    }
}
