//! From a game at a decision to its numbers in binary64, and back to policies.
//!
//! Only states with mass take part. A stage whose statistics tell pairs of one state apart becomes
//! two: in the first one a pair is chosen, in the second one every pair is a state of its own.
//! Rewards are divided by one number and the leader's rewards by another, so that both are about 1.

use super::curve::Curve;
use super::model::{Model, Stage, Table};
use crate::check::monotone::{self, Monotone, MonotoneStage};
use crate::exact::{Rational, entries_to_approx, from_short_dyadic, to_approx};
use crate::game::{Aggregate, ColumnExt, Instance, InstanceStage, Policy, Ranges, StagePolicy};
use std::collections::BTreeMap;

/// Binary digits of probabilities.
const POLICY_BITS: u32 = 46;

/// The numbers, and where they come from.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) model: Model,
    /// Per stage of the game: the stage of the model that chooses, and the pairs of its pairs.
    origin: Vec<(usize, Vec<usize>)>,
    /// Followers' rewards were divided by this.
    pub(super) reward_scale: f64,
    /// And the leader's by this.
    pub(super) leader_scale: f64,
    /// `sign` times the constant of the leader's reward.
    pub(super) constant: f64,
}

/// What a stage is made of.
struct Parts<'a> {
    stage: &'a InstanceStage,
    /// Reached states, and the pairs of them.
    states: Vec<usize>,
    pairs: Vec<usize>,
    reward: Vec<f64>,
    cost: Vec<f64>,
    /// `Q` between pairs, as a sum of products of weights.
    products: Vec<(f64, u32, u32)>,
    /// Functions.
    curves: &'a [monotone::Curve],
}

impl Numbers {
    /// The numbers in which the leader minimises `sign J0`.
    pub(super) fn new(instance: &Instance, game: &Monotone, sign: f64) -> Option<Self> {
        let weights = weights(instance);
        let reached = reached(instance)?;
        let mut parts: Vec<Parts> = Vec::with_capacity(instance.stages.len());
        let ranges = instance.ranges();
        for (t, (stage, own)) in instance.stages.iter().zip(&game.stages).enumerate() {
            let states: Vec<usize> =
                reached[t].iter().enumerate().filter(|(_, r)| **r).map(|(s, _)| s).collect();
            let mut own = part(stage, own, states, sign);
            own.add_constants(&game.stages[t], &ranges);
            parts.push(own);
        }
        for (k, value) in &game.payoff {
            let (stage, column) = weights.get(*k as usize)?;
            let own = &mut parts[*stage];
            for (cost, pair) in own.cost.iter_mut().zip(&own.pairs) {
                *cost += sign * to_approx(value) * column.get(pair).copied().unwrap_or(0.0);
            }
        }
        let mut stages = Vec::with_capacity(parts.len());
        let mut origin = Vec::with_capacity(parts.len());
        for (t, part) in parts.iter().enumerate() {
            origin.push((stages.len(), part.pairs.clone()));
            let next = parts.get(t + 1).map(|next| next.states.as_slice());
            stages.extend(part.stages(next, &weights)?);
        }
        let mass = entries_to_approx(&instance.initial);
        let initial = parts.first()?.states.iter().map(|&s| mass[s]).collect();
        let (reward_scale, leader_scale) = scale(&mut stages);
        Some(Numbers {
            model: Model { initial, stages },
            origin,
            reward_scale,
            leader_scale,
            constant: sign * to_approx(&game.constant),
        })
    }

    /// Masses per stage and pair of the game.
    pub(super) fn masses(&self, instance: &Instance, flow: &Table) -> Table {
        let stages = instance.stages.iter().zip(&self.origin);
        stages
            .map(|(stage, (own, pairs))| {
                let mut masses = vec![0.0; stage.pairs.len()];
                pairs.iter().zip(&flow[*own]).for_each(|(&pair, &mass)| masses[pair] = mass);
                masses
            })
            .collect()
    }

    /// The policy of a flow, in short numbers; the first action where nobody is.
    pub(super) fn policy(&self, instance: &Instance, flow: &Table) -> Policy {
        let masses = self.masses(instance, flow);
        let stages = instance.stages.iter().zip(&masses).map(|(stage, masses)| {
            let rows = (0..stage.pairs.states()).map(|s| {
                let pairs = stage.pairs.of_state(s);
                let total: f64 = masses[pairs.clone()].iter().sum();
                let share = |i: usize| if total > 0.0 { masses[i] / total } else { 0.0 };
                let actions = pairs.map(|i| (stage.pairs.action(i) as u32, share(i)));
                law(actions.collect())
            });
            StagePolicy::Mixed(rows.collect())
        });
        Policy { stages: stages.collect() }
    }

    /// The flow of a policy of the game.
    pub(super) fn flow(&self, instance: &Instance, policy: &Policy) -> Table {
        let ones = |stage: &Stage| vec![1.0; stage.pairs()];
        let mut weights: Table = self.model.stages.iter().map(ones).collect();
        for ((stage, play), (own, pairs)) in
            instance.stages.iter().zip(&policy.stages).zip(&self.origin)
        {
            let mut shares = vec![0.0; stage.pairs.len()];
            for s in 0..stage.pairs.states() {
                for i in stage.pairs.of_state(s) {
                    shares[i] = to_approx(&play.probability(s, stage.pairs.action(i)));
                }
            }
            weights[*own] = pairs.iter().map(|&pair| shares[pair]).collect();
        }
        self.model.flow(&weights)
    }
}

/// A law near some shares.
fn law(shares: Vec<(u32, f64)>) -> Vec<(u32, Rational)> {
    let short = |share: f64| from_short_dyadic(share, POLICY_BITS).unwrap_or(Rational::ZERO);
    let mut row: Vec<(u32, Rational)> =
        shares.iter().map(|&(action, share)| (action, short(share))).collect();
    let most = (0..row.len()).max_by(|&a, &b| row[a].1.cmp(&row[b].1).then(b.cmp(&a)));
    if let Some(most) = most {
        let rest = row.iter().enumerate().filter(|(i, _)| *i != most);
        let sum = rest.fold(Rational::ZERO, |sum, (_, entry)| sum + &entry.1);
        row[most].1 = Rational::ONE - sum;
    }
    row.retain(|entry| entry.1 > Rational::ZERO);
    row
}

/// The stage and the weights by pair of every statistic.
fn weights(instance: &Instance) -> Vec<(usize, BTreeMap<usize, f64>)> {
    let own = |aggregate: &Aggregate| {
        let pairs = &instance.stages[aggregate.stage].pairs;
        let entries = aggregate.weights.iter().filter_map(|(state, action, weight)| {
            Some((pairs.find(*state as usize, *action as usize)?, to_approx(weight)))
        });
        (aggregate.stage, entries.collect())
    };
    instance.aggregates.iter().map(own).collect()
}

/// The states that have mass in some flow, by stage.
fn reached(instance: &Instance) -> Option<Vec<Vec<bool>>> {
    let mut rows = vec![instance.initial.iter().map(|m| !m.is_zero()).collect::<Vec<bool>>()];
    for (t, stage) in instance.stages.iter().enumerate() {
        let Some((successors, probability)) = &stage.transition else { break };
        let probability = probability.as_constants()?;
        let mut next = vec![false; rows[t].len()];
        for state in (0..next.len()).filter(|&state| rows[t][state]) {
            for entry in stage.pairs.of_state(state).flat_map(|i| successors.of_pair(i)) {
                if !probability.numerators().is_zero_at(entry) {
                    next[successors.state(entry)] = true;
                }
            }
        }
        rows.push(next);
    }
    Some(rows)
}

fn part<'a>(
    stage: &'a InstanceStage,
    own: &'a MonotoneStage,
    states: Vec<usize>,
    sign: f64,
) -> Parts<'a> {
    let pairs: Vec<usize> = states.iter().flat_map(|&s| stage.pairs.of_state(s)).collect();
    let (reward, leader) = (entries_to_approx(&own.reward), entries_to_approx(&own.leader));
    let products = own.coupling.iter().map(|(l, k, value)| (to_approx(value), *l, *k));
    Parts {
        reward: pairs.iter().map(|&i| reward[i]).collect(),
        cost: pairs.iter().map(|&i| sign * leader[i]).collect(),
        products: products.collect(),
        curves: &own.curves,
        stage,
        states,
        pairs,
    }
}

impl Parts<'_> {
    /// Adds rewards that are functions of no population.
    fn add_constants(&mut self, own: &MonotoneStage, ranges: &Ranges) {
        for (function, column) in &own.blind {
            let value = to_approx(&ranges.functions[*function as usize].0);
            for (reward, &pair) in self.reward.iter_mut().zip(&self.pairs) {
                *reward += value * to_approx(&column.get(pair));
            }
        }
    }

    /// One stage of the model, or two.
    fn stages(
        &self,
        next: Option<&[usize]>,
        weights: &[(usize, BTreeMap<usize, f64>)],
    ) -> Option<Vec<Stage>> {
        let column = |k: u32| {
            let own = &weights[k as usize].1;
            self.pairs.iter().map(|i| own.get(i).copied().unwrap_or(0.0)).collect::<Vec<f64>>()
        };
        let mut columns: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for &(_, l, k) in &self.products {
            for k in [l, k] {
                columns.entry(k).or_insert_with(|| column(k));
            }
        }
        let mut first = vec![0];
        for &s in &self.states {
            first.push(first[first.len() - 1] + self.stage.pairs.of_state(s).len());
        }
        let mut stage = Stage {
            first: first.clone(),
            reward: self.reward.clone(),
            cost: self.cost.clone(),
            ..Stage::default()
        };
        self.lead(&mut stage, next)?;
        let gradients: Vec<Vec<f64>> = self.curves.iter().map(|own| self.gradient(own)).collect();
        let alike = |column: &Vec<f64>| {
            first.windows(2).all(|w| column[w[0]..w[1]].windows(2).all(|pair| pair[0] == pair[1]))
        };
        if columns.values().chain(&gradients).all(alike) {
            let of_state = |column: &Vec<f64>| -> Vec<f64> {
                first.windows(2).map(|w| column[w[0]]).collect()
            };
            stage.curves = self.curved(&gradients.iter().map(of_state).collect::<Vec<_>>());
            let columns = columns.iter().map(|(k, column)| (*k, of_state(column))).collect();
            stage.coupling = self.coupling(&columns);
            return Some(vec![stage]);
        }
        let pairs = self.pairs.len();
        let choice = Stage {
            first,
            reward: vec![0.0; pairs],
            cost: vec![0.0; pairs],
            entries: (0..=pairs).collect(),
            successors: (0..pairs).map(|i| (i, 1.0)).collect(),
            ..Stage::default()
        };
        stage.first = (0..=pairs).collect();
        stage.coupling = self.coupling(&columns);
        stage.curves = self.curved(&gradients);
        Some(vec![choice, stage])
    }

    /// `G` of a curve on the pairs of the reached states.
    fn gradient(&self, curve: &monotone::Curve) -> Vec<f64> {
        let weight = |pair: &usize| curve.gradient.get(&(*pair as u32)).map_or(0.0, to_approx);
        self.pairs.iter().map(weight).collect()
    }

    /// The curves whose gradients by state are given.
    fn curved(&self, gradients: &[Vec<f64>]) -> Vec<Curve> {
        let own = |(curve, gradient): (&monotone::Curve, &Vec<f64>)| {
            let entries = gradient.iter().copied().enumerate().filter(|(_, g)| *g != 0.0);
            Curve::new(curve, entries.collect())
        };
        self.curves.iter().zip(gradients).map(own).collect()
    }

    /// The successors of the pairs.
    fn lead(&self, stage: &mut Stage, next: Option<&[usize]>) -> Option<()> {
        stage.entries.push(0);
        let transition = match (&self.stage.transition, next) {
            (Some((successors, p)), Some(next)) => Some((successors, p.as_constants()?, next)),
            _ => None,
        };
        let transition = transition.map(|(successors, p, next)| {
            let place: BTreeMap<usize, usize> =
                next.iter().enumerate().map(|(place, &s)| (s, place)).collect();
            (successors, entries_to_approx(&p), place)
        });
        for &pair in &self.pairs {
            if let Some((successors, p, place)) = &transition {
                let entries = successors.of_pair(pair).filter(|&entry| p[entry] != 0.0);
                for entry in entries {
                    let to = *place.get(&successors.state(entry))?;
                    stage.successors.push((to, p[entry]));
                }
            }
            stage.entries.push(stage.successors.len());
        }
        Some(())
    }

    /// `sum value M_l(a) M_k(b)` over the entries of `q`.
    fn coupling(&self, columns: &BTreeMap<u32, Vec<f64>>) -> Vec<(usize, usize, f64)> {
        let mut sum: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let entries = |k: u32| columns[&k].iter().enumerate().filter(|(_, value)| **value != 0.0);
        for &(value, l, k) in &self.products {
            for (a, x) in entries(l) {
                for (b, y) in entries(k) {
                    *sum.entry((a, b)).or_insert(0.0) += value * x * y;
                }
            }
        }
        sum.into_iter().map(|((a, b), value)| (a, b, value)).collect()
    }
}

/// Divides rewards and the leader's rewards by their spread; the divisors.
fn scale(stages: &mut [Stage]) -> (f64, f64) {
    let spread = |row: &Vec<f64>| {
        let most = row.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let least = row.iter().fold(f64::INFINITY, |a, b| a.min(*b));
        (most - least).max(0.0)
    };
    let (mut reward, mut leader) = (0.0_f64, 0.0_f64);
    for stage in stages.iter() {
        let coupling = stage.coupling.iter().map(|entry| entry.2.abs());
        reward = coupling.fold(reward.max(spread(&stage.reward)), f64::max);
        reward = stage.curves.iter().map(Curve::spread).fold(reward, f64::max);
        leader = leader.max(spread(&stage.cost));
    }
    let or_one = |x: f64| if x > 0.0 { x } else { 1.0 };
    let (reward, leader) = (or_one(reward), or_one(leader));
    for stage in stages {
        stage.reward.iter_mut().for_each(|x| *x /= reward);
        stage.coupling.iter_mut().for_each(|entry| entry.2 /= reward);
        stage.cost.iter_mut().for_each(|x| *x /= leader);
        stage.curves.iter_mut().for_each(|curve| curve.divide(reward));
    }
    (reward, leader)
}
