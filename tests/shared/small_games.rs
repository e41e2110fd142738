//! Random small mean-field-free games as numbers, and what their deterministic policies earn.

use crate::dice::Dice;
use crate::enumeration::{CellNumbers, Outcomes, Tables};
use smfg::exact::{Rational, Scaled, ratio};
use smfg::game::{
    Column, Columns, Decision, DecisionSet, Game, Leader, Monomial, Numbers, Pairs, Polynomial,
    Stage, StageNumbers, Successors, Transition,
};
use std::sync::Arc;

/// Most deterministic policies of a random game.
const MOST_POLICIES: usize = 150;

/// Rewards with many ties: of one kind per game.
fn random_rewards(dice: &mut Dice, kind: usize, count: usize) -> Arc<Scaled> {
    let values: Vec<Rational> = (0..count)
        .map(|_| match kind {
            0 => ratio(0, 1),
            1 => ratio(dice.below(3) as i64 - 1, 1),
            2 => ratio(dice.below(9) as i64 - 4, 3),
            _ => ratio(dice.below(2001) as i64 - 1000, 700),
        })
        .collect();
    Arc::new(Scaled::from_rationals(&values))
}

/// A game of at most 3 stages, 3 states and 3 actions, some of them unavailable, some states
/// without mass.
pub fn random_numbers(dice: &mut Dice) -> Numbers {
    loop {
        let (stages, states, actions) = (1 + dice.below(3), 1 + dice.below(3), 1 + dice.below(3));
        let (follower_kind, leader_kind) = (dice.below(6), dice.below(6));
        let mut policies = 1usize;
        let mut numbers = Vec::new();
        for t in 0..stages {
            let available: Vec<Vec<u32>> = (0..states)
                .map(|_| {
                    let sure = dice.below(actions) as u32;
                    (0..actions as u32).filter(|&a| a == sure || dice.below(4) > 0).collect()
                })
                .collect();
            policies = available
                .iter()
                .fold(policies, |product, actions| product.saturating_mul(actions.len()));
            let pairs = Arc::new(Pairs::new(&available));
            let transition = (t + 1 < stages).then(|| random_transition(dice, pairs.len(), states));
            let reward = random_rewards(dice, follower_kind, pairs.len());
            let leader = random_rewards(dice, leader_kind, pairs.len());
            numbers.push(StageNumbers { pairs, reward, leader, transition });
        }
        if policies <= MOST_POLICIES {
            let initial = Arc::new(Scaled::from_rationals(&dice.law(states)));
            return Numbers {
                initial,
                stages: numbers,
                leader_constant: ratio(dice.below(5) as i64 - 2, 3),
            };
        }
    }
}

fn random_transition(
    dice: &mut Dice,
    pairs: usize,
    states: usize,
) -> (Arc<Successors>, Arc<Scaled>) {
    let (mut first, mut state, mut probability) = (vec![0u32], Vec::new(), Vec::new());
    for _ in 0..pairs {
        for (s, p) in dice.law(states).into_iter().enumerate() {
            if !p.is_zero() {
                state.push(s as u32);
                probability.push(p);
            }
        }
        first.push(state.len() as u32);
    }
    (Arc::new(Successors::new(first, state)), Arc::new(Scaled::from_rationals(&probability)))
}

/// What every deterministic policy earns, in a game of class C0 at one decision.
pub fn outcomes_of(numbers: &Numbers) -> Outcomes {
    let cell = |stage: &StageNumbers, pair: usize| CellNumbers {
        reward: stage.reward.get(pair),
        leader: stage.leader.get(pair),
        next: stage
            .transition
            .iter()
            .flat_map(|(successors, probability)| {
                let entries = successors.of_pair(pair);
                entries.map(|entry| (successors.state(entry), probability.get(entry)))
            })
            .collect(),
    };
    let rows = |stage: &StageNumbers| {
        let row = |state| stage.pairs.of_state(state).map(|pair| cell(stage, pair)).collect();
        (0..stage.pairs.states()).map(row).collect()
    };
    let tables = Tables {
        initial: numbers.initial.iter().collect(),
        cells: numbers.stages.iter().map(rows).collect(),
        aggregates: Vec::new(),
    };
    Outcomes::of(&tables, |_| numbers.leader_constant.clone())
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
        functions: Default::default(),
        vocabulary: Arc::default(),
    }
}
