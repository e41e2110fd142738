//! Answers by enumeration, with rational forward evaluation of its own: nothing here calls
//! `smfg::follower`, `smfg::check` or a solver.

use super::tiny::{Cell, Tiny};
use smfg::certificate::Selection;
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

/// Evaluates a policy forwards in time, in a game of any class.
pub fn evaluate(game: &Tiny, decision: usize, play: &Play) -> Evaluated {
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
    let deviations = Outcomes::at_population(game, decision, &aggregates);
    let follower_value = deviations.follower_value.clone();
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

/// The rewards and transitions of one decision as numbers.
struct Tables {
    /// `[stage][state][cell]`: reward, leader's reward, successors.
    cells: Vec<Vec<Vec<Numbers>>>,
    /// Per aggregate: its stage and a weight per `[state][cell]`.
    aggregates: Vec<(usize, Vec<Vec<Rational>>)>,
}

struct Numbers {
    reward: Rational,
    leader: Rational,
    next: Vec<(usize, Rational)>,
}

impl Tables {
    fn new(game: &Tiny, decision: usize, population: &[Rational]) -> Self {
        let u = &game.decisions[decision];
        let numbers = |cell: &Cell| Numbers {
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
        Tables { cells, aggregates: aggregates.collect() }
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
        Self::at_population(game, decision, &vec![Rational::ZERO; game.aggregates.len()])
    }

    /// The same with rewards and transitions frozen at a population; the payoff still sees the
    /// policy's own.
    fn at_population(game: &Tiny, decision: usize, population: &[Rational]) -> Self {
        let tables = Tables::new(game, decision, population);
        let start = Earned {
            reward: Rational::ZERO,
            leader: Rational::ZERO,
            aggregates: vec![Rational::ZERO; game.aggregates.len()],
        };
        let mut ends = Vec::new();
        walk(&tables, 0, &game.initial, start, &mut ends);
        let u = &game.decisions[decision];
        let mut points: Vec<(Rational, Rational)> = ends
            .into_iter()
            .map(|end| (end.reward, end.leader + game.payoff.at(u, &end.aggregates)))
            .collect();
        points.sort();
        points.dedup();
        let follower_value =
            points.iter().map(|point| point.0.clone()).max().expect("a policy exists");
        Outcomes { points, follower_value }
    }

    /// The largest exploitability of a deterministic policy, and so of any.
    pub fn greatest_exploitability(&self) -> Rational {
        &self.follower_value
            - self.points.iter().map(|point| &point.0).min().expect("a policy exists")
    }

    /// Least (greatest) leader's reward over deterministic policies and mixtures of two with
    /// exploitability at most `epsilon`.
    ///
    /// A policy that another one matches in both coordinates is left out: in a mixture the other
    /// one serves as well.
    pub fn value(&self, epsilon: &Rational, selection: Selection) -> Rational {
        let sigma =
            if selection == Selection::Pessimistic { Rational::ONE } else { Rational::NEG_ONE };
        let required = &self.follower_value - epsilon;
        let mut points: Vec<(Rational, Rational)> =
            self.points.iter().map(|(r, c)| (r.clone(), &sigma * c)).collect();
        points.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut undominated: Vec<(Rational, Rational)> = Vec::new();
        for point in points {
            if undominated.last().is_none_or(|last| point.1 < last.1) {
                undominated.push(point);
            }
        }
        let mut best: Option<Rational> = None;
        let mut offer = |value: Rational| {
            best = Some(best.take().map_or(value.clone(), |known| known.min(value)))
        };
        for (high, cost) in undominated.iter().filter(|point| point.0 >= required) {
            offer(cost.clone());
            for (low, low_cost) in undominated.iter().filter(|point| point.0 < required) {
                let share = (&required - low) / (high - low);
                offer(&share * cost + (Rational::ONE - &share) * low_cost);
            }
        }
        sigma * best.expect("a best response is an equilibrium")
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

/// The answers for a whole game.
pub struct Oracle {
    /// One entry per decision.
    pub outcomes: Vec<Outcomes>,
}

impl Oracle {
    pub fn new(game: &Tiny) -> Self {
        Oracle {
            outcomes: (0..game.decisions.len())
                .map(|decision| Outcomes::new(game, decision))
                .collect(),
        }
    }

    /// The inner values, decision by decision.
    pub fn inner(&self, epsilon: &Rational, selection: Selection) -> Vec<Rational> {
        self.outcomes.iter().map(|outcomes| outcomes.value(epsilon, selection)).collect()
    }

    /// The value of the game: the largest inner value.
    pub fn value(&self, epsilon: &Rational, selection: Selection) -> Rational {
        self.inner(epsilon, selection).into_iter().max().expect("a decision exists")
    }

    /// The largest exploitability over decisions and policies.
    pub fn greatest_exploitability(&self) -> Rational {
        self.outcomes
            .iter()
            .map(Outcomes::greatest_exploitability)
            .max()
            .expect("a decision exists")
    }
}
