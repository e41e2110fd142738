//! What every deterministic policy earns, by enumeration forwards in rationals: nothing here calls
//! `smfg::follower`, `smfg::check` or a solver.

use crate::tiny::{Cell, Tiny};
use smfg::exact::Rational;

/// The rewards and transitions of one decision as numbers.
pub struct Tables {
    pub initial: Vec<Rational>,
    /// `[stage][state][cell]`.
    pub cells: Vec<Vec<Vec<CellNumbers>>>,
    /// Per aggregate: its stage and a weight per `[state][cell]`.
    pub aggregates: Vec<(usize, Vec<Vec<Rational>>)>,
}

/// Reward, leader's reward, successors.
pub struct CellNumbers {
    pub reward: Rational,
    pub leader: Rational,
    pub next: Vec<(usize, Rational)>,
}

impl Tables {
    /// Rewards and transitions at a decision and a frozen population.
    pub fn new(game: &Tiny, decision: usize, population: &[Rational]) -> Self {
        let u = &game.decisions[decision];
        let numbers = |cell: &Cell| CellNumbers {
            reward: cell.reward.at(u, population),
            leader: cell.leader.at(u, population),
            next: cell.next.iter().map(|(s, p)| (*s, p.at(u, population))).collect(),
        };
        let cells = game
            .stages
            .iter()
            .map(|rows| rows.iter().map(|row| row.iter().map(numbers).collect()).collect())
            .collect();
        let aggregates = game.aggregates.iter().map(|aggregate| {
            let weight = |state: usize, cell: &Cell| {
                aggregate
                    .weights
                    .iter()
                    .find(|(s, a, _)| *s == state && *a == cell.action)
                    .map_or(Rational::ZERO, |(_, _, w)| w.clone())
            };
            let rows = game.stages[aggregate.stage].iter().enumerate();
            (
                aggregate.stage,
                rows.map(|(s, row)| row.iter().map(|cell| weight(s, cell)).collect()).collect(),
            )
        });
        Tables { initial: game.initial.clone(), cells, aggregates: aggregates.collect() }
    }
}

/// What every deterministic policy earns at one decision.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// `(r'd, J0)` of every deterministic policy, sorted, without repetition.
    pub points: Vec<(Rational, Rational)>,
    /// The largest `r'd`.
    pub follower_value: Rational,
}

/// What a deterministic policy has earned on its way.
#[derive(Clone)]
struct Earned {
    reward: Rational,
    leader: Rational,
    aggregates: Vec<Rational>,
}

impl Outcomes {
    /// Enumerates the deterministic policies of a game of class C0.
    pub fn new(game: &Tiny, decision: usize) -> Self {
        let population = vec![Rational::ZERO; game.aggregates.len()];
        let u = &game.decisions[decision];
        Self::of(&Tables::new(game, decision, &population), |own| game.payoff.at(u, own))
    }

    /// The same for numbers, with a payoff on the policy's own aggregates.
    pub fn of(tables: &Tables, payoff: impl Fn(&[Rational]) -> Rational) -> Self {
        let start = Earned {
            reward: Rational::ZERO,
            leader: Rational::ZERO,
            aggregates: vec![Rational::ZERO; tables.aggregates.len()],
        };
        let mut ends = Vec::new();
        walk(tables, 0, &tables.initial, start, &mut ends);
        let mut points: Vec<(Rational, Rational)> = ends
            .into_iter()
            .map(|end| (end.reward, end.leader + payoff(&end.aggregates)))
            .collect();
        points.sort();
        points.dedup();
        let follower_value =
            points.iter().map(|point| point.0.clone()).max().expect("a policy exists");
        Outcomes { points, follower_value }
    }
}

/// All deterministic policies from stage `t` on. A state without mass earns nothing whatever is
/// played in it, so only its first action is tried.
fn walk(tables: &Tables, t: usize, masses: &[Rational], earned: Earned, ends: &mut Vec<Earned>) {
    let Some(rows) = tables.cells.get(t) else {
        ends.push(earned);
        return;
    };
    let counts: Vec<usize> = rows
        .iter()
        .zip(masses)
        .map(|(row, mass)| if mass.is_zero() { 1 } else { row.len() })
        .collect();
    let mut chosen = vec![0; rows.len()];
    loop {
        let mut now = earned.clone();
        let mut next = vec![Rational::ZERO; masses.len()];
        for (state, &cell) in
            chosen.iter().enumerate().filter(|(state, _)| !masses[*state].is_zero())
        {
            let (numbers, mass) = (&rows[state][cell], &masses[state]);
            now.reward += mass * &numbers.reward;
            now.leader += mass * &numbers.leader;
            for (s, p) in &numbers.next {
                next[*s] += mass * p;
            }
            for (value, (_, weights)) in now
                .aggregates
                .iter_mut()
                .zip(&tables.aggregates)
                .filter(|(_, (stage, _))| *stage == t)
            {
                *value += mass * &weights[state][cell];
            }
        }
        walk(tables, t + 1, &next, now, ends);
        // The next combination, the first state fastest.
        let Some(state) = (0..chosen.len()).find(|&s| chosen[s] + 1 < counts[s]) else { return };
        chosen[state] += 1;
        chosen[..state].fill(0);
    }
}
