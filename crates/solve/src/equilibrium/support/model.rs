//! The linear programme that all patterns of complementarity share.
//!
//! Its variables are the masses `d_i` and the losses `z_i` of the pairs that some policy reaches,
//! variables `i` and `n + i` of a [`Dictionary`]. Flow equations and the definition of the losses,
//! with the values `v` eliminated, are its rows. A pure policy is a basis: the masses of its pairs
//! and the losses of the others are basic. For the policy that minimises the leader's side the
//! costs are not negative, so that the dual simplex method starts without a first phase.

use crate::certificate::{Multipliers, PairAt};
use crate::exact::{Dictionary, Rational};
use crate::game::{Affine, AffineLeader};

/// Where a pair stands in the tables of the game.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) stage: usize,
    pub(super) state: usize,
    /// Position among the pairs of the stage.
    pub(super) pair: usize,
}

/// The pairs that some policy reaches, numbered stage by stage.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pub(super) game: &'a Affine,
    pub(super) places: Vec<Place>,
    /// `[stage][state]`: the numbers of the pairs of a reached state, one after another; empty
    /// otherwise.
    pub(super) groups: Vec<Vec<std::ops::Range<usize>>>,
}

/// `sum_j coefficients_j column_j + constant`, the constant last.
type Expression = Vec<Rational>;

impl<'a> Model<'a> {
    pub(super) fn new(game: &'a Affine) -> Self {
        let states = game.initial.len();
        let mut reached: Vec<bool> = game.initial.iter().map(|mass| !mass.is_zero()).collect();
        let (mut places, mut groups) = (Vec::new(), Vec::new());
        for (t, stage) in game.stages.iter().enumerate() {
            let mut after = vec![false; states];
            let mut row = Vec::with_capacity(states);
            for (state, _) in reached.iter().enumerate() {
                let first = places.len();
                if reached[state] {
                    for pair in stage.pairs.of_state(state) {
                        places.push(Place { stage: t, state, pair });
                        stage.next[pair].iter().for_each(|(next, _)| after[*next] = true);
                    }
                }
                row.push(first..places.len());
            }
            groups.push(row);
            reached = after;
        }
        Model { game, places, groups }
    }

    /// Number of pairs.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The pair in the words of certificates.
    pub(super) fn name(&self, i: usize) -> PairAt {
        let Place { stage, state, pair } = self.places[i];
        PairAt { stage, state, action: self.game.stages[stage].pairs.action(pair) }
    }

    /// The programme `min sigma J0` without complementarity. When the leader's reward is linear its
    /// basis is dual feasible; without a leader the objective is zero.
    pub(super) fn dictionary(&self, sigma: &Rational, leader: Option<&AffineLeader>) -> Dictionary {
        let n = self.len();
        let plays = self.leader_policy(sigma, leader);
        let zero = || vec![Rational::ZERO; n + 1];
        // Column i is the mass of pair i, or its loss when the policy plays it.
        let mut masses: Vec<Expression> = Vec::with_capacity(n);
        let mut statistics: Vec<Expression> = vec![zero(); self.game.statistics];
        let mut cost = zero();
        cost[n] = leader.map_or(Rational::ZERO, |leader| sigma * &leader.constant);
        let mut here: Vec<Expression> =
            self.game.initial.iter().map(|mass| constant(n, mass)).collect();
        for (t, stage) in self.game.stages.iter().enumerate() {
            let mut after: Vec<Expression> = vec![zero(); here.len()];
            for (state, group) in self.groups[t].iter().enumerate() {
                for i in group.clone() {
                    let mut mass = zero();
                    if plays[i] {
                        mass.clone_from(&here[state]);
                        group
                            .clone()
                            .filter(|&other| other != i)
                            .for_each(|other| mass[other] -= Rational::ONE);
                    } else {
                        mass[i] = Rational::ONE;
                    }
                    let pair = self.places[i].pair;
                    stage.next[pair].iter().for_each(|(next, p)| add(&mut after[*next], p, &mass));
                    stage.weights[pair]
                        .iter()
                        .for_each(|(k, weight)| add(&mut statistics[*k], weight, &mass));
                    leader.iter().for_each(|leader| {
                        add(&mut cost, &(sigma * &leader.entries[t][pair]), &mass)
                    });
                    masses.push(mass);
                }
            }
            here = after;
        }
        let mut losses: Vec<Expression> = vec![Vec::new(); n];
        let mut after: Vec<Expression> = vec![zero(); self.game.initial.len()];
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let earned = |i: usize| {
                let pair = self.places[i].pair;
                let mut sum = constant(n, &stage.reward[pair]);
                stage.slopes[pair]
                    .iter()
                    .for_each(|(k, slope)| add(&mut sum, slope, &statistics[*k]));
                stage.next[pair].iter().for_each(|(next, p)| add(&mut sum, p, &after[*next]));
                sum
            };
            let mut here: Vec<Expression> = vec![zero(); after.len()];
            for (state, group) in self.groups[t].iter().enumerate() {
                let Some(played) = group.clone().find(|&i| plays[i]) else { continue };
                here[state] = earned(played);
                here[state][played] += Rational::ONE;
                for i in group.clone().filter(|&i| i != played) {
                    losses[i].clone_from(&here[state]);
                    add(&mut losses[i], &Rational::NEG_ONE, &earned(i));
                }
            }
            after = here;
        }
        if let Some(leader) = leader.filter(|leader| !leader.share.is_zero()) {
            let share = sigma * &leader.share;
            self.game
                .initial
                .iter()
                .zip(&after)
                .for_each(|(mass, value)| add(&mut cost, &(&share * mass), value));
        }
        let (mut basic, mut nonbasic) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut rows = Vec::with_capacity(n);
        for (i, (mass, loss)) in masses.into_iter().zip(losses).enumerate() {
            let (inside, outside, row) = if plays[i] { (i, n + i, mass) } else { (n + i, i, loss) };
            basic.push(inside);
            nonbasic.push(outside);
            rows.push(row);
        }
        Dictionary::new(basic, nonbasic, rows, cost)
    }

    /// Per pair, whether the flow policy that is least for `sigma J0` plays it.
    fn leader_policy(&self, sigma: &Rational, leader: Option<&AffineLeader>) -> Vec<bool> {
        let mut plays = vec![false; self.len()];
        let mut after = vec![Rational::ZERO; self.game.initial.len()];
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let mut here = vec![Rational::ZERO; after.len()];
            for (state, group) in self.groups[t].iter().enumerate() {
                let value = |i: usize| {
                    let pair = self.places[i].pair;
                    let own =
                        leader.map_or(Rational::ZERO, |leader| sigma * &leader.entries[t][pair]);
                    stage.next[pair].iter().fold(own, |sum, (next, p)| sum + p * &after[*next])
                };
                if let Some((least, i)) = group.clone().map(|i| (value(i), i)).min() {
                    here[state] = least;
                    plays[i] = true;
                }
            }
            after = here;
        }
        plays
    }

    /// The losses among the columns of a dictionary, with the numbers that `coefficient` gives
    /// them.
    pub(super) fn multipliers(
        &self,
        dictionary: &Dictionary,
        objective: Rational,
        coefficient: impl Fn(usize) -> Rational,
        own: Option<(usize, Rational)>,
    ) -> Multipliers {
        let n = self.len();
        let columns = dictionary
            .nonbasic()
            .iter()
            .enumerate()
            .map(|(column, variable)| (*variable, coefficient(column)));
        let mut losses: Vec<(PairAt, Rational)> = columns
            .chain(own)
            .filter(|(variable, number)| *variable >= n && !number.is_zero())
            .map(|(variable, number)| (self.name(variable - n), number))
            .collect();
        losses.sort_by_key(|(pair, _)| *pair);
        Multipliers { objective, losses }
    }

    /// The multipliers that an optimal dictionary, or one beyond the cut-off, has for the
    /// objective.
    pub(super) fn bound_multipliers(&self, dictionary: &Dictionary) -> Multipliers {
        self.multipliers(
            dictionary,
            Rational::ONE,
            |column| dictionary.cost()[column].clone(),
            None,
        )
    }

    /// The multipliers by which a row shows that nothing is feasible.
    pub(super) fn farkas_multipliers(&self, dictionary: &Dictionary, row: usize) -> Multipliers {
        let entries = dictionary.row(row);
        // b < 0 where every coefficient of a free column is at most 0, or the reverse for a
        // variable fixed at zero.
        let sign = if entries[dictionary.nonbasic().len()] < Rational::ZERO {
            Rational::ONE
        } else {
            Rational::NEG_ONE
        };
        let own = Some((dictionary.basic()[row], sign.clone()));
        self.multipliers(dictionary, Rational::ZERO, |column| -(&sign * &entries[column]), own)
    }
}

fn constant(n: usize, value: &Rational) -> Expression {
    let mut expression = vec![Rational::ZERO; n + 1];
    expression[n] = value.clone();
    expression
}

fn add(target: &mut [Rational], factor: &Rational, expression: &[Rational]) {
    for (entry, value) in target.iter_mut().zip(expression) {
        if !value.is_zero() {
            *entry += factor * value;
        }
    }
}
