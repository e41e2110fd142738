//! Random small mean-field-free games and their values by enumeration.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use smfg::certificate::Selection;
use smfg::exact::{Rational, Scaled, ratio};
use smfg::game::{
    Column, Columns, Decision, DecisionSet, Game, Leader, Monomial, Numbers, Pairs, Polynomial,
    Stage, StageNumbers, Successors, Transition,
};
use std::sync::Arc;

/// Most deterministic policies of a random game.
const MOST_POLICIES: usize = 150;

fn below(rng: &mut ChaCha8Rng, limit: usize) -> usize {
    rng.next_u32() as usize % limit
}

/// A law over `count` entries with a small denominator; entries may be 0.
fn random_law(rng: &mut ChaCha8Rng, count: usize) -> Vec<Rational> {
    let mut weights: Vec<i64> = (0..count).map(|_| below(rng, 4) as i64).collect();
    weights[below(rng, count)] += 1;
    let total: i64 = weights.iter().sum();
    weights.into_iter().map(|w| ratio(w, total as u64)).collect()
}

/// Rewards with many ties: of one kind per game.
fn random_rewards(rng: &mut ChaCha8Rng, kind: usize, count: usize) -> Arc<Scaled> {
    let values: Vec<Rational> = (0..count)
        .map(|_| match kind {
            0 => ratio(0, 1),
            1 => ratio(below(rng, 3) as i64 - 1, 1),
            2 => ratio(below(rng, 9) as i64 - 4, 3),
            _ => ratio(below(rng, 2001) as i64 - 1000, 700),
        })
        .collect();
    Arc::new(Scaled::from_rationals(&values))
}

/// A game of at most 3 stages, 3 states and 3 actions, some of them unavailable, some states
/// without mass.
pub fn random_numbers(rng: &mut ChaCha8Rng) -> Numbers {
    loop {
        let (stages, states, actions) = (1 + below(rng, 3), 1 + below(rng, 3), 1 + below(rng, 3));
        let (follower_kind, leader_kind) = (below(rng, 6), below(rng, 6));
        let mut policies = 1usize;
        let mut numbers = Vec::new();
        for t in 0..stages {
            let available: Vec<Vec<u32>> = (0..states)
                .map(|_| {
                    let sure = below(rng, actions) as u32;
                    (0..actions as u32).filter(|&a| a == sure || below(rng, 4) > 0).collect()
                })
                .collect();
            policies = available
                .iter()
                .fold(policies, |product, actions| product.saturating_mul(actions.len()));
            let pairs = Arc::new(Pairs::new(&available));
            let transition = (t + 1 < stages).then(|| random_transition(rng, pairs.len(), states));
            let reward = random_rewards(rng, follower_kind, pairs.len());
            let leader = random_rewards(rng, leader_kind, pairs.len());
            numbers.push(StageNumbers { pairs, reward, leader, transition });
        }
        if policies <= MOST_POLICIES {
            let initial = Arc::new(Scaled::from_rationals(&random_law(rng, states)));
            return Numbers {
                initial,
                stages: numbers,
                leader_constant: ratio(below(rng, 5) as i64 - 2, 3),
            };
        }
    }
}

fn random_transition(
    rng: &mut ChaCha8Rng,
    pairs: usize,
    states: usize,
) -> (Arc<Successors>, Arc<Scaled>) {
    let (mut first, mut state, mut probability) = (vec![0u32], Vec::new(), Vec::new());
    for _ in 0..pairs {
        for (s, p) in random_law(rng, states).into_iter().enumerate() {
            if !p.is_zero() {
                state.push(s as u32);
                probability.push(p);
            }
        }
        first.push(state.len() as u32);
    }
    (Arc::new(Successors::new(first, state)), Arc::new(Scaled::from_rationals(&probability)))
}

/// What every deterministic policy earns.
pub struct Brute {
    /// `(J0, r'd)`, without repetition.
    pub points: Vec<(Rational, Rational)>,
    /// The largest `r'd`.
    pub follower_value: Rational,
}

impl Brute {
    pub fn new(numbers: &Numbers) -> Self {
        let slots: Vec<(usize, usize)> = numbers
            .stages
            .iter()
            .enumerate()
            .flat_map(|(t, stage)| (0..stage.pairs.states()).map(move |s| (t, s)))
            .collect();
        let choices = |&(t, s): &(usize, usize)| numbers.stages[t].pairs.of_state(s).len();
        let count: usize = slots.iter().map(choices).product();
        let mut points = Vec::new();
        for code in 0..count {
            let mut rest = code;
            let mut pair = vec![vec![0; numbers.initial.len()]; numbers.stages.len()];
            for slot in &slots {
                let number = choices(slot);
                pair[slot.0][slot.1] =
                    numbers.stages[slot.0].pairs.of_state(slot.1).start + rest % number;
                rest /= number;
            }
            points.push(earned(numbers, &pair));
        }
        points.sort();
        points.dedup();
        let follower_value =
            points.iter().map(|point| point.1.clone()).max().expect("a policy exists");
        Brute { points, follower_value }
    }

    /// `min sigma J0` over single policies and mixtures of two with exploitability at most
    /// `epsilon`.
    pub fn value(&self, epsilon: &Rational, selection: Selection) -> Rational {
        let required = &self.follower_value - epsilon;
        let sigma = |value: &Rational| {
            if selection == Selection::Pessimistic { value.clone() } else { -value.clone() }
        };
        let feasible = || self.points.iter().filter(|point| point.1 >= required);
        let mut best = feasible().map(|point| sigma(&point.0)).min().expect("a best response");
        for high in feasible() {
            let (high_value, high_reward) = (sigma(&high.0), &high.1);
            for low in self.points.iter().filter(|point| point.1 < required) {
                let low_value = sigma(&low.0);
                if low_value < best {
                    let weight = (&required - &low.1) / (high_reward - &low.1);
                    best = best.min(&weight * &high_value + (Rational::ONE - &weight) * low_value);
                }
            }
        }
        best
    }
}

/// `(J0, r'd)` of the policy that takes `pair[stage][state]`, forwards.
fn earned(numbers: &Numbers, pair: &[Vec<usize>]) -> (Rational, Rational) {
    let (mut leader, mut reward) = (numbers.leader_constant.clone(), Rational::ZERO);
    let mut mass: Vec<Rational> = numbers.initial.iter().collect();
    for (stage, taken) in numbers.stages.iter().zip(pair) {
        let mut next = vec![Rational::ZERO; mass.len()];
        for (m, &pair) in mass.iter().zip(taken) {
            leader += m * stage.leader.get(pair);
            reward += m * stage.reward.get(pair);
            if let Some((successors, probability)) = &stage.transition {
                for entry in successors.of_pair(pair) {
                    next[successors.state(entry)] += m * probability.get(entry);
                }
            }
        }
        mass = next;
    }
    (leader, reward)
}

/// The game whose only decision has these numbers.
pub fn game_of(numbers: &Numbers) -> Game {
    let constants = |vector: &Arc<Scaled>| {
        let column = Column { support: None, coefficients: Arc::clone(vector) };
        Columns::new(vector.len(), vec![(Monomial::one(), Arc::new(column))])
    };
    let stages = numbers
        .stages
        .iter()
        .map(|stage| Stage {
            pairs: Arc::clone(&stage.pairs),
            reward: constants(&stage.reward),
            leader_reward: constants(&stage.leader),
            transition: stage.transition.as_ref().map(|(successors, p)| Transition {
                successors: Arc::clone(successors),
                probability: constants(p),
            }),
        })
        .collect();
    let most_actions = numbers
        .stages
        .iter()
        .flat_map(|stage| (0..stage.pairs.len()).map(|pair| stage.pairs.action(pair) + 1))
        .max();
    Game {
        name: "random".into(),
        description: String::new(),
        source: String::new(),
        states: (0..numbers.initial.len()).map(|s| format!("s{s}")).collect(),
        actions: (0..most_actions.unwrap_or(1)).map(|a| format!("a{a}")).collect(),
        initial: numbers.initial.iter().collect(),
        leader: Leader {
            parameters: Vec::new(),
            decisions: DecisionSet::Finite(vec![Decision { name: None, values: Vec::new() }]),
        },
        aggregates: Arc::new(Vec::new()),
        stages,
        payoff: Polynomial::constant(numbers.leader_constant.clone()),
        vocabulary: Arc::default(),
    }
}
