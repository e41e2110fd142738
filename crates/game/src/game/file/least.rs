//! Exact least values of affine functions: over the leader's decisions and over populations.

use crate::exact::{LinearConstraint, Polytope, Rational};
use crate::game::expression::Subpopulation;
use crate::game::{Aggregate, Game};
use std::collections::{BTreeMap, BTreeSet};

/// Largest linear programme, in coordinates plus constraints, that is solved for a probability.
const LARGEST_PROGRAMME: usize = 60;

/// What is known of a polyhedral leader besides her polytope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::game) enum Shape {
    /// Nothing.
    General,
    /// The flow polytope of a process: `(stages, states, actions)`.
    Process(usize, usize, usize),
}

/// A least value and where it is attained.
pub(super) struct Least {
    pub value: Rational,
    /// For messages.
    pub place: String,
}

/// A polyhedral leader's decisions, prepared for many linear functions.
pub(super) struct Decisions<'g> {
    game: &'g Game,
    pub polytope: &'g Polytope,
    shape: Shape,
    /// Coordinates of each constraint.
    supports: Vec<Vec<usize>>,
    /// Constraints of each coordinate.
    constraints: Vec<Vec<usize>>,
}

impl<'g> Decisions<'g> {
    pub(super) fn new(game: &'g Game, polytope: &'g Polytope, shape: Shape) -> Self {
        let support = |c: &LinearConstraint| {
            c.coefficients
                .iter()
                .zip(0..)
                .filter(|(a, _)| !a.is_zero())
                .map(|(_, index)| index)
                .collect()
        };
        let supports: Vec<Vec<usize>> = polytope.constraints.iter().map(support).collect();
        let mut constraints = vec![Vec::new(); polytope.dimension()];
        for (constraint, support) in supports.iter().enumerate() {
            for &index in support {
                if let Some(list) = constraints.get_mut(index) {
                    list.push(constraint);
                }
            }
        }
        Decisions { game, polytope, shape, supports, constraints }
    }

    /// The least value of `sum coefficients * parameter`: exact, unless the polytope is too large
    /// for the exact method; then over the box of its bounds, which is a lower bound.
    pub(super) fn least(&self, coefficients: &BTreeMap<usize, Rational>) -> Least {
        if coefficients.is_empty() {
            return Least { value: Rational::ZERO, place: String::new() };
        }
        if let Shape::Process(stages, states, actions) = self.shape {
            let value = process(self.polytope, stages, states, actions, coefficients);
            return Least { value, place: "under a policy of the leader's process".into() };
        }
        let (chosen, tied) = self.component(coefficients);
        let small = chosen.len() + tied.len() <= LARGEST_PROGRAMME;
        let pick = |values: &[Rational]| {
            chosen.iter().filter_map(|&index| values.get(index).cloned()).collect::<Vec<Rational>>()
        };
        let constraints =
            tied.iter().filter(|_| small).filter_map(|&index| self.polytope.constraints.get(index));
        let reduced = Polytope {
            lower: pick(&self.polytope.lower),
            upper: pick(&self.polytope.upper),
            constraints: constraints
                .map(|c| LinearConstraint {
                    coefficients: pick(&c.coefficients),
                    relation: c.relation,
                    right_side: c.right_side.clone(),
                })
                .collect(),
        };
        let objective: Vec<Rational> = chosen
            .iter()
            .map(|index| coefficients.get(index).cloned().unwrap_or(Rational::ZERO))
            .collect();
        // The polytope was shown not to be empty when it was built.
        let Ok((value, point)) = reduced.least_value(&objective) else {
            return Least { value: Rational::ZERO, place: String::new() };
        };
        let named = chosen.iter().zip(&point).filter(|(index, _)| coefficients.contains_key(index));
        let name =
            |index: usize| self.game.leader.parameters.get(index).cloned().unwrap_or_default();
        let words: Vec<String> =
            named.take(6).map(|(index, value)| format!("{} = {value}", name(*index))).collect();
        Least { value, place: format!("at {}", words.join(", ")) }
    }

    /// The coordinates that constraints tie to those with a coefficient, and these constraints.
    fn component(
        &self,
        coefficients: &BTreeMap<usize, Rational>,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let mut chosen: BTreeSet<usize> = coefficients.keys().copied().collect();
        let mut tied: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = chosen.iter().copied().collect();
        while let Some(coordinate) = open.pop() {
            for &constraint in self.constraints.get(coordinate).into_iter().flatten() {
                if tied.insert(constraint) {
                    open.extend(
                        self.supports
                            .get(constraint)
                            .into_iter()
                            .flatten()
                            .filter(|&&index| chosen.insert(index)),
                    );
                }
            }
        }
        (chosen, tied)
    }
}

/// Backward induction over the leader's process, whose flow equations are the rows `stage * states
/// + state` of the polytope.
fn process(
    polytope: &Polytope,
    stages: usize,
    states: usize,
    actions: usize,
    coefficients: &BTreeMap<usize, Rational>,
) -> Rational {
    let mut values = vec![Rational::ZERO; states];
    for stage in (0..stages).rev() {
        let rows = polytope
            .constraints
            .get((stage + 1) * states..(stage + 2) * states)
            .unwrap_or_default();
        let value_of = |index: usize| {
            let own = coefficients.get(&index).cloned().unwrap_or(Rational::ZERO);
            rows.iter().zip(&values).fold(own, |sum, (row, next)| {
                match row.coefficients.get(index) {
                    // The row holds minus the probability.
                    Some(entry) if !entry.is_zero() => sum - entry * next,
                    _ => sum,
                }
            })
        };
        let least = |state: usize| {
            (0..actions).map(|action| value_of((stage * states + state) * actions + action)).min()
        };
        values = (0..states).map(|state| least(state).unwrap_or(Rational::ZERO)).collect();
    }
    let initial = polytope.constraints.iter().take(states).map(|row| &row.right_side);
    initial.zip(&values).fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
}

/// The least value of `sum coefficients * aggregate` over all populations whose stage masses are 1
/// and whose states at stage 0 follow the initial law; stages are taken as independent.
pub(super) fn over_populations(game: &Game, coefficients: &BTreeMap<usize, Rational>) -> Least {
    let mut weights: BTreeMap<usize, BTreeMap<(u32, u32), Rational>> = BTreeMap::new();
    for (index, coefficient) in coefficients {
        let Some(Aggregate { stage, weights: own }) = game.aggregates.get(*index) else { continue };
        let form = weights.entry(*stage).or_default();
        for (state, action, weight) in own {
            *form.entry((*state, *action)).or_default() += coefficient * weight;
        }
    }
    let mut value = Rational::ZERO;
    let mut places: Vec<String> = Vec::new();
    for (stage, form) in weights {
        let least = if stage == 0 {
            at_start(game, &form, &mut places)
        } else {
            at_stage(game, stage, &form, &mut places)
        };
        value += least;
    }
    Least {
        value,
        place: if places.is_empty() {
            String::new()
        } else {
            format!("when {}", places.join(", and "))
        },
    }
}

/// The least value at stage 0, where each state keeps its mass.
fn at_start(
    game: &Game,
    form: &BTreeMap<(u32, u32), Rational>,
    places: &mut Vec<String>,
) -> Rational {
    let mut sum = Rational::ZERO;
    let states: BTreeSet<u32> = form.keys().map(|(state, _)| *state).collect();
    for state in states {
        let Some(mass) = game.initial.get(state as usize).filter(|mass| !mass.is_zero()) else {
            continue;
        };
        let Some(stage) = game.stages.first() else { continue };
        let actions = stage.pairs.of_state(state as usize).map(|pair| stage.pairs.action(pair));
        let weight =
            |action: usize| form.get(&(state, action as u32)).cloned().unwrap_or(Rational::ZERO);
        let Some((least, action)) = actions.map(|action| (weight(action), action)).min() else {
            continue;
        };
        sum += mass * least;
        if places.len() < 3 {
            let [state, action] = [game.states.get(state as usize), game.actions.get(action)]
                .map(|name| name.cloned().unwrap_or_default());
            places.push(format!("all followers in state \"{state}\" play \"{action}\" at stage 0"));
        }
    }
    sum
}

/// The least value at a later stage: all mass of each population on one pair.
fn at_stage(
    game: &Game,
    stage: usize,
    form: &BTreeMap<(u32, u32), Rational>,
    places: &mut Vec<String>,
) -> Rational {
    let Some(pairs) = game.stages.get(stage).map(|stage| &stage.pairs) else {
        return Rational::ZERO;
    };
    let populations = &game.vocabulary.populations;
    if populations.len() < 2 {
        return of_members(game, stage, form.iter(), pairs.len(), "followers", places);
    }
    let of_one = |own: &Subpopulation| {
        let states = own.states.start as u32..own.states.end as u32;
        let count = own.states.clone().map(|state| pairs.of_state(state).len()).sum();
        let form = form.range((states.start, 0)..(states.end, 0));
        let who = format!("of population \"{}\"", own.name);
        &own.mass * of_members(game, stage, form, count, &who, places)
    };
    populations.iter().map(of_one).fold(Rational::ZERO, |sum, least| sum + least)
}

/// The least entry of a form on so many pairs, those that it does not name being zero.
fn of_members<'f>(
    game: &Game,
    stage: usize,
    form: impl Iterator<Item = (&'f (u32, u32), &'f Rational)>,
    pairs: usize,
    who: &str,
    places: &mut Vec<String>,
) -> Rational {
    let entries: Vec<(&(u32, u32), &Rational)> = form.collect();
    let named = entries.len();
    match entries.into_iter().min_by(|a, b| a.1.cmp(b.1)) {
        Some(((state, action), value)) if named >= pairs || *value < Rational::ZERO => {
            if places.len() < 3 {
                let [state, action] =
                    [game.states.get(*state as usize), game.actions.get(*action as usize)]
                        .map(|name| name.cloned().unwrap_or_default());
                places.push(format!(
                    "all {who} are in state \"{state}\" and play \"{action}\" at stage {stage}"
                ));
            }
            value.clone()
        }
        // Some pair has weight zero.
        _ => Rational::ZERO,
    }
}

/// Least and greatest value of one aggregate.
pub(super) fn range(game: &Game, index: usize) -> (Rational, Rational) {
    let least = |sign: Rational| over_populations(game, &BTreeMap::from([(index, sign)])).value;
    (least(Rational::ONE), -least(Rational::NEG_ONE))
}
