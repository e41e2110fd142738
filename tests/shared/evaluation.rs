//! The evaluation of a policy in a game of any class, forwards in rationals.

use crate::enumeration::{Outcomes, Tables};
use crate::tiny::{Cell, Tiny};
use smfg::exact::Rational;
use smfg::game::{Policy, StagePolicy};

/// `[stage][state]`: actions with probabilities.
pub type Play = Vec<Vec<Vec<(usize, Rational)>>>;

/// A policy of the library as plain tables.
pub fn play_of(policy: &Policy) -> Play {
    let row = |entries: &[(u32, Rational)]| {
        entries.iter().map(|(a, p)| (*a as usize, p.clone())).collect()
    };
    let stage = |stage: &StagePolicy| match stage {
        StagePolicy::Pure(actions) => {
            actions.iter().map(|&a| vec![(a as usize, Rational::ONE)]).collect()
        }
        StagePolicy::Mixed(rows) => rows.iter().map(|entries| row(entries)).collect(),
    };
    policy.stages.iter().map(stage).collect()
}

/// What a policy does and earns, followed by the whole population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// `[stage][state]`: masses.
    pub masses: Vec<Vec<Rational>>,
    /// `[stage][state]`: mass of each available action, in the order of the cells.
    pub occupation: Vec<Vec<Vec<Rational>>>,
    pub aggregates: Vec<Rational>,
    pub follower_reward: Rational,
    pub follower_value: Rational,
    pub exploitability: Rational,
    pub leader_reward: Rational,
}

/// Evaluates a policy; the followers' value is that of the best of all deterministic policies.
pub fn evaluate(game: &Tiny, decision: usize, play: &Play) -> Evaluated {
    evaluate_with(game, decision, play, |tables| {
        Outcomes::of(tables, |_| Rational::ZERO).follower_value
    })
}

/// The same with another way to the followers' value.
pub fn evaluate_with(
    game: &Tiny,
    decision: usize,
    play: &Play,
    best_reward: impl Fn(&Tables) -> Rational,
) -> Evaluated {
    let u = &game.decisions[decision];
    let mut aggregates = vec![Rational::ZERO; game.aggregates.len()];
    let (mut masses, mut occupation) = (vec![game.initial.clone()], Vec::new());
    for (t, rows) in game.stages.iter().enumerate() {
        let share = |state: usize, cell: &Cell| {
            play[t][state]
                .iter()
                .filter(|(a, _)| *a == cell.action)
                .fold(Rational::ZERO, |sum, (_, p)| sum + p)
        };
        let here: Vec<Vec<Rational>> = rows
            .iter()
            .enumerate()
            .map(|(s, row)| row.iter().map(|cell| share(s, cell) * &masses[t][s]).collect())
            .collect();
        for (value, aggregate) in aggregates
            .iter_mut()
            .zip(&game.aggregates)
            .filter(|(_, aggregate)| aggregate.stage == t)
        {
            for (state, action, weight) in &aggregate.weights {
                let at = rows[*state]
                    .iter()
                    .position(|cell| cell.action == *action)
                    .expect("an available action");
                *value += weight * &here[*state][at];
            }
        }
        let mut next = vec![Rational::ZERO; game.states()];
        for (cell, mass) in rows.iter().flatten().zip(here.iter().flatten()) {
            for (state, probability) in &cell.next {
                next[*state] += mass * probability.at(u, &aggregates);
            }
        }
        masses.push(next);
        occupation.push(here);
    }
    masses.truncate(game.stages.len());
    let mut follower_reward = Rational::ZERO;
    let mut leader_reward = game.payoff.at(u, &aggregates);
    for (cell, mass) in
        game.stages.iter().flatten().flatten().zip(occupation.iter().flatten().flatten())
    {
        follower_reward += mass * cell.reward.at(u, &aggregates);
        leader_reward += mass * cell.leader.at(u, &aggregates);
    }
    let follower_value = best_reward(&Tables::new(game, decision, &aggregates));
    let exploitability = &follower_value - &follower_reward;
    Evaluated {
        masses,
        occupation,
        aggregates,
        follower_reward,
        follower_value,
        exploitability,
        leader_reward,
    }
}
