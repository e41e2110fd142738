//! All equilibria at eps = 0 of a tiny game with fixed transitions and affine rewards, by
//! enumeration in exact arithmetic.
//!
//! The game is seen as one in which the population mixes over deterministic policies: with
//! `A[p][q]` what policy `p` earns against a population of `q`, a mixture `l` is an equilibrium
//! when `(A l)_p <= u` for all `p`, with equality where `l_p > 0`. The equilibria are faces of the
//! polyhedron `{ (l, u) : l >= 0, sum l = 1, A l <= u }`; its vertices come from all choices of as
//! many tight inequalities as it has dimensions, and two of them lie on a common face of equilibria
//! when for each policy both have `l_p = 0` or both have `(A l)_p = u`.

use crate::dice::Dice;
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use smfg::exact::{Rational, ratio};
use std::collections::{BTreeMap, BTreeSet};

/// `[stage][state][cell]`, flattened.
pub type Occupation = Vec<Rational>;

/// The equilibria of a game.
pub struct Equilibria {
    /// The occupation measures of the vertices, component by component.
    pub components: Vec<BTreeSet<Occupation>>,
    /// Least and greatest leader's reward.
    pub range: (Rational, Rational),
}

fn integer(dice: &mut Dice, least: i64, greatest: i64) -> Rational {
    ratio(least + dice.below((greatest - least + 1) as usize) as i64, 1)
}

/// A random game of class C1 (or C0) with small integers, so that ties and continua are common.
pub fn random(seed: u64) -> Tiny {
    let mut dice = Dice::new(seed);
    let (stages, states) = *dice.pick(&[(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 2), (2, 3)]);
    let actions = 2 + dice.below(2);
    let count = 1 + dice.below(2);
    let cells = |dice: &mut Dice, t: usize| -> Vec<Cell> {
        let available: Vec<usize> = (0..actions).filter(|_| !dice.once_in(4)).collect();
        let available = if available.is_empty() { vec![dice.below(actions)] } else { available };
        let cell = |action: usize| {
            let mut reward = Form::constant(integer(dice, -1, 1));
            for k in 0..count {
                reward = reward.and(integer(dice, -2, 2), &[], &[k]);
            }
            let next = match (t + 1 < stages, dice.once_in(3)) {
                (false, _) => Vec::new(),
                (true, false) => vec![(dice.below(states), Form::constant(ratio(1, 1)))],
                (true, true) => {
                    let law = dice.law(states);
                    law.into_iter()
                        .enumerate()
                        .map(|(state, p)| (state, Form::constant(p)))
                        .collect()
                }
            };
            Cell { action, reward, leader: Form::constant(integer(dice, -2, 2)), next }
        };
        available.into_iter().map(cell).collect()
    };
    let stages: Vec<Vec<Vec<Cell>>> =
        (0..stages).map(|t| (0..states).map(|_| cells(&mut dice, t)).collect()).collect();
    let aggregates = (0..count)
        .map(|_| {
            let stage = dice.below(stages.len());
            let mut weights = Vec::new();
            for (state, row) in stages[stage].iter().enumerate() {
                for cell in row {
                    if !dice.once_in(2) {
                        weights.push((state, cell.action, integer(&mut dice, 1, 2)));
                    }
                }
            }
            TinyAggregate { stage, weights }
        })
        .collect();
    let payoff = if dice.once_in(2) {
        Form::constant(integer(&mut dice, -1, 1)).and(integer(&mut dice, -1, 1), &[], &[0])
    } else {
        Form::default()
    };
    Tiny {
        actions,
        initial: dice.law(states),
        stages,
        aggregates,
        payoff,
        decisions: vec![Vec::new()],
    }
}

/// The aggregates of an occupation measure.
fn aggregates(game: &Tiny, occupation: &Occupation) -> Vec<Rational> {
    let mut values = vec![Rational::ZERO; game.aggregates.len()];
    let mut masses = occupation.iter();
    for (t, rows) in game.stages.iter().enumerate() {
        for (state, row) in rows.iter().enumerate() {
            for cell in row {
                let mass = masses.next().expect("a mass per cell");
                for (value, aggregate) in values
                    .iter_mut()
                    .zip(&game.aggregates)
                    .filter(|(_, aggregate)| aggregate.stage == t)
                {
                    for (_, _, weight) in aggregate
                        .weights
                        .iter()
                        .filter(|(s, a, _)| *s == state && *a == cell.action)
                    {
                        *value += weight * mass;
                    }
                }
            }
        }
    }
    values
}

/// `sum form d` at a population.
fn earned(
    game: &Tiny,
    form: fn(&Cell) -> &Form,
    population: &[Rational],
    occupation: &Occupation,
) -> Rational {
    let cells = game.stages.iter().flatten().flatten();
    cells
        .zip(occupation)
        .fold(Rational::ZERO, |sum, (cell, mass)| sum + form(cell).at(&[], population) * mass)
}

/// The leader's reward of a population.
pub fn leader_reward(game: &Tiny, occupation: &Occupation) -> Rational {
    let population = aggregates(game, occupation);
    earned(game, |cell| &cell.leader, &population, occupation) + game.payoff.at(&[], &population)
}

/// The distinct occupation measures of deterministic policies; `None` when there are more than
/// `most`.
fn deterministic(game: &Tiny, most: usize) -> Option<Vec<Occupation>> {
    let mut partial: BTreeSet<(Vec<Rational>, Occupation)> =
        BTreeSet::from([(game.initial.clone(), Vec::new())]);
    for rows in &game.stages {
        let mut longer = BTreeSet::new();
        for (masses, occupation) in partial {
            let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
            for (row, mass) in rows.iter().zip(&masses) {
                let count = if mass.is_zero() { 1 } else { row.len() };
                choices = choices
                    .iter()
                    .flat_map(|c| (0..count).map(move |i| [c.as_slice(), &[i]].concat()))
                    .collect();
            }
            for choice in choices {
                let (mut next, mut own) = (vec![Rational::ZERO; masses.len()], occupation.clone());
                for ((row, mass), chosen) in rows.iter().zip(&masses).zip(&choice) {
                    own.extend(
                        (0..row.len())
                            .map(|i| if i == *chosen { mass.clone() } else { Rational::ZERO }),
                    );
                    for (state, p) in &row[*chosen].next {
                        next[*state] += mass * p.at(&[], &[]);
                    }
                }
                longer.insert((next, own));
            }
        }
        partial = longer;
        if partial.len() > 4 * most {
            return None;
        }
    }
    let distinct: BTreeSet<Occupation> =
        partial.into_iter().map(|(_, occupation)| occupation).collect();
    (distinct.len() <= most).then(|| distinct.into_iter().collect())
}

/// The only solution of `rows x = right`, rows ending with the right side; `None` when there is
/// none or more than one.
fn solve(mut rows: Vec<Vec<Rational>>) -> Option<Vec<Rational>> {
    let n = rows.len();
    for column in 0..n {
        let pivot = (column..n).find(|&r| !rows[r][column].is_zero())?;
        rows.swap(column, pivot);
        let inverse = Rational::ONE / &rows[column][column];
        let own: Vec<Rational> = rows[column].iter().map(|entry| entry * &inverse).collect();
        for (r, row) in rows.iter_mut().enumerate() {
            if r != column && !row[column].is_zero() {
                let factor = row[column].clone();
                row.iter_mut().zip(&own).for_each(|(entry, value)| *entry -= &factor * value);
            }
        }
        rows[column] = own;
    }
    Some(rows.into_iter().map(|row| row[n].clone()).collect())
}

/// All subsets of `0..n` with `k` members, as bits.
fn subsets(n: usize, k: usize) -> impl Iterator<Item = usize> {
    (0..1usize << n).filter(move |set| set.count_ones() as usize == k)
}

fn members(set: usize, n: usize) -> Vec<usize> {
    (0..n).filter(|i| set >> i & 1 == 1).collect()
}

/// The equilibria by enumeration; `None` when the game has more than `most` deterministic policies
/// that differ.
pub fn enumerate(game: &Tiny, most: usize) -> Option<Equilibria> {
    let policies = deterministic(game, most)?;
    let p = policies.len();
    let populations: Vec<Vec<Rational>> = policies.iter().map(|d| aggregates(game, d)).collect();
    let payoff: Vec<Vec<Rational>> = policies
        .iter()
        .map(|own| populations.iter().map(|x| earned(game, |cell| &cell.reward, x, own)).collect())
        .collect();
    // Vertices, with their slacks.
    let mut vertices: BTreeMap<Vec<Rational>, Vec<Rational>> = BTreeMap::new();
    for positive in 1..1usize << p {
        let support = members(positive, p);
        for tight in subsets(p, support.len()) {
            let mut rows = vec![
                support
                    .iter()
                    .map(|_| Rational::ONE)
                    .chain([Rational::ZERO, Rational::ONE])
                    .collect::<Vec<_>>(),
            ];
            for q in members(tight, p) {
                rows.push(
                    support
                        .iter()
                        .map(|&l| payoff[q][l].clone())
                        .chain([Rational::NEG_ONE, Rational::ZERO])
                        .collect(),
                );
            }
            let Some(solution) = solve(rows) else { continue };
            let mut mixture = vec![Rational::ZERO; p];
            support.iter().zip(&solution).for_each(|(&l, weight)| mixture[l] = weight.clone());
            let value = &solution[support.len()];
            let slack: Vec<Rational> = payoff
                .iter()
                .map(|row| {
                    value - row.iter().zip(&mixture).fold(Rational::ZERO, |sum, (a, l)| sum + a * l)
                })
                .collect();
            let feasible = mixture.iter().chain(&slack).all(|entry| *entry >= Rational::ZERO);
            if feasible && mixture.iter().zip(&slack).all(|(l, s)| l.is_zero() || s.is_zero()) {
                vertices.insert(mixture, slack);
            }
        }
    }
    let vertices: Vec<(Vec<Rational>, Vec<Rational>)> = vertices.into_iter().collect();
    let occupation = |mixture: &[Rational]| -> Occupation {
        let mut sum = vec![Rational::ZERO; policies[0].len()];
        for (weight, d) in mixture.iter().zip(&policies) {
            sum.iter_mut().zip(d).for_each(|(entry, mass)| *entry += weight * mass);
        }
        sum
    };
    let mut component: Vec<usize> = (0..vertices.len()).collect();
    for (i, (a, slack_a)) in vertices.iter().enumerate() {
        for (j, (b, slack_b)) in vertices.iter().enumerate().take(i) {
            let joint = (0..p).all(|q| {
                (a[q].is_zero() && b[q].is_zero()) || (slack_a[q].is_zero() && slack_b[q].is_zero())
            });
            if joint && component[i] != component[j] {
                let (old, new) = (component[i], component[j]);
                component.iter_mut().filter(|c| **c == old).for_each(|c| *c = new);
            }
        }
    }
    let mut components: BTreeMap<usize, BTreeSet<Occupation>> = BTreeMap::new();
    for (c, (mixture, _)) in component.iter().zip(&vertices) {
        components.entry(*c).or_default().insert(occupation(mixture));
    }
    let components: Vec<BTreeSet<Occupation>> = components.into_values().collect();
    let rewards: Vec<Rational> =
        components.iter().flatten().map(|d| leader_reward(game, d)).collect();
    let range = (rewards.iter().min().cloned()?, rewards.iter().max().cloned()?);
    Some(Equilibria { components, range })
}
