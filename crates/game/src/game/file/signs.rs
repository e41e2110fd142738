//! Least values of polynomials over all decisions and populations, or bounds of these.
//!
//! What is affine in the parameters and aggregates is minimised exactly: over the decisions, and
//! over the masses of each stage. Functions count with the least or greatest value that they may
//! have, whatever the rest. Everything else is bounded below by its Bernstein coefficients, on the
//! box of all ranges ([`enclosure`](super::enclosure)) and, where that does not do, with the masses
//! of a stage together, whose sum is 1 ([`simplices`](super::simplices)).

use super::enclosure::Enclosure;
use super::least::{Decisions, Shape, over_populations, range};
use super::simplices::Block;
use crate::exact::Rational;
use crate::game::{DecisionSet, Game, Interval, Polynomial, Variable};
use std::collections::{BTreeMap, BTreeSet};

/// Most different values of the aggregates of a stage, for a bound that uses that masses sum to 1.
const MOST_EXTREMES: usize = 32;

/// What is known of the least value of a polynomial.
#[derive(Debug, Clone)]
pub(super) enum Lower {
    /// It is this one, attained at a place.
    Attained { value: Rational, place: String },
    /// It is no less.
    Bound(Rational),
}

impl Lower {
    pub(super) fn value(&self) -> &Rational {
        match self {
            Lower::Attained { value, .. } | Lower::Bound(value) => value,
        }
    }
}

/// What is known of the variables of a game.
pub(super) struct Signs<'g> {
    game: &'g Game,
    decisions: Option<Decisions<'g>>,
    ranges: Vec<Interval>,
    /// Of the functions looked at so far.
    functions: Vec<Interval>,
    enclosure: Enclosure,
}

impl<'g> Signs<'g> {
    pub(super) fn new(game: &'g Game, shape: Shape) -> Self {
        let decisions = match &game.leader.decisions {
            DecisionSet::Finite(_) => None,
            DecisionSet::Polyhedral { polytope, .. } => Some(Decisions::new(game, polytope, shape)),
        };
        let ranges = (0..game.aggregates.len()).map(|index| range(game, index)).collect();
        Signs { game, decisions, ranges, functions: Vec::new(), enclosure: Enclosure::new() }
    }

    /// Takes the functions of the game into account, whose domains have been proved.
    pub(super) fn add_functions(&mut self) {
        self.functions = self.game.functions.iter().map(|own| own.values.clone()).collect();
    }

    /// Takes the next function into account, whose values are these.
    pub(super) fn add_function(&mut self, values: Interval) {
        self.functions.push(values);
    }

    /// A number that a polynomial never exceeds.
    pub(super) fn greatest(&mut self, polynomial: &Polynomial) -> Rational {
        let negated = Polynomial::zero().plus(polynomial, &Rational::NEG_ONE);
        -self.over_decisions(&negated).value()
    }

    /// The least value over all decisions and populations; of a finite leader decision by decision.
    pub(super) fn over_decisions(&mut self, polynomial: &Polynomial) -> Lower {
        let parameters = polynomial.variables().iter().any(|v| matches!(v, Variable::Parameter(_)));
        let Some(decisions) = self.game.finite_decisions().filter(|_| parameters) else {
            return self.least(polynomial);
        };
        let mut least: Option<Lower> = None;
        for decision in decisions {
            let value = |variable: Variable| match variable {
                Variable::Parameter(index) => decision.values.get(index as usize).cloned(),
                Variable::Aggregate(_) | Variable::Function(_) => None,
            };
            let own = self.least(&polynomial.substitute(&value));
            if least.as_ref().is_some_and(|least| least.value() <= own.value()) {
                continue;
            }
            least = Some(match (own, &decision.name) {
                (Lower::Attained { value, place }, Some(name)) => {
                    let comma = if place.is_empty() { "" } else { ", " };
                    Lower::Attained {
                        value,
                        place: format!("at decision \"{name}\"{comma}{place}"),
                    }
                }
                (own, _) => own,
            });
        }
        least.unwrap_or(Lower::Bound(Rational::ZERO))
    }

    fn range_of(&self, variable: Variable) -> Interval {
        let known = match variable {
            Variable::Aggregate(index) => self.ranges.get(index as usize).cloned(),
            Variable::Function(index) => self.functions.get(index as usize).cloned(),
            Variable::Parameter(index) => {
                self.decisions.as_ref().map(|own| parameter_range(own, index as usize))
            }
        };
        known.unwrap_or_default()
    }

    /// The least value over all populations, and over the decisions of a leader with a polytope.
    pub(super) fn least(&mut self, polynomial: &Polynomial) -> Lower {
        if polynomial.degree() > 1 {
            return Lower::Bound(self.bound(polynomial));
        }
        let (mut parameters, mut aggregates, mut value) =
            (BTreeMap::new(), BTreeMap::new(), Rational::ZERO);
        let mut attained = true;
        for (monomial, coefficient) in polynomial.terms() {
            match monomial.factors() {
                [(Variable::Parameter(index), _), ..] => {
                    drop(parameters.insert(*index as usize, coefficient.clone()))
                }
                [(Variable::Aggregate(index), _), ..] => {
                    drop(aggregates.insert(*index as usize, coefficient.clone()))
                }
                [(function @ Variable::Function(_), _), ..] => {
                    let (low, high) = self.range_of(*function);
                    let end = if *coefficient > Rational::ZERO { low } else { high };
                    value += coefficient * end;
                    attained = false;
                }
                [] => value += coefficient,
            }
        }
        let mut places = Vec::new();
        if let Some(decisions) = &self.decisions {
            let least = decisions.least(&parameters);
            value += least.value;
            places.push(least.place);
        }
        let least = over_populations(self.game, &aggregates);
        value += least.value;
        places.push(least.place);
        places.retain(|place| !place.is_empty());
        if attained {
            Lower::Attained { value, place: places.join(", ") }
        } else {
            Lower::Bound(value)
        }
    }

    fn bound(&mut self, polynomial: &Polynomial) -> Rational {
        let ranges: BTreeMap<Variable, Interval> =
            polynomial.variables().into_iter().map(|v| (v, self.range_of(v))).collect();
        let range = |variable: Variable| ranges.get(&variable).cloned().unwrap_or_default();
        let bound = self.enclosure.lower_bound(polynomial, &range);
        if bound < Rational::ZERO
            && let Some(blocks) = blocks(self.game, polynomial, &range)
            && let Some(sharper) = self.enclosure.lower_bound_on_simplices(polynomial, blocks)
        {
            return bound.max(sharper);
        }
        bound
    }
}

/// The variables of a polynomial in blocks: each parameter and function by itself in its range, the
/// aggregates of a stage in the convex hull of their values where all followers are in one state
/// and play one action. `None` when there are too many of these.
fn blocks(
    game: &Game,
    polynomial: &Polynomial,
    range: &dyn Fn(Variable) -> (Rational, Rational),
) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut together: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for variable in polynomial.variables() {
        match variable {
            Variable::Parameter(_) | Variable::Function(_) => {
                let (low, high) = range(variable);
                blocks.push(Block {
                    variables: vec![variable],
                    vertices: vec![vec![low], vec![high]],
                });
            }
            Variable::Aggregate(index) => {
                let stage = game.aggregates.get(index as usize)?.stage;
                together.entry(stage).or_default().push(index);
            }
        }
    }
    for (stage, indices) in together {
        let variables: Vec<Variable> = indices.iter().copied().map(Variable::Aggregate).collect();
        let vertices = match variables.as_slice() {
            [only] => {
                let (low, high) = range(*only);
                vec![vec![low], vec![high]]
            }
            _ => extremes(game, stage, &indices)?,
        };
        blocks.push(Block { variables, vertices });
    }
    Some(blocks)
}

/// Values of aggregates where all followers of a stage are in one state and play one action, each
/// once; at stage 0 in a state with some mass.
fn extremes(game: &Game, stage: usize, indices: &[u32]) -> Option<Vec<Vec<Rational>>> {
    let pairs = &game.stages.get(stage)?.pairs;
    let mut values = BTreeMap::new();
    for state in 0..pairs.states() {
        if stage > 0 || game.initial.get(state).is_some_and(|mass| !mass.is_zero()) {
            for pair in pairs.of_state(state) {
                let place = (state as u32, pairs.action(pair) as u32);
                values.insert(place, vec![Rational::ZERO; indices.len()]);
            }
        }
    }
    for (position, index) in indices.iter().enumerate() {
        for (state, action, weight) in &game.aggregates.get(*index as usize)?.weights {
            if let Some(value) = values.get_mut(&(*state, *action)) {
                value.get_mut(position)?.clone_from(weight);
            }
        }
    }
    let distinct: BTreeSet<Vec<Rational>> = values.into_values().collect();
    (distinct.len() <= MOST_EXTREMES).then(|| distinct.into_iter().collect())
}

fn parameter_range(decisions: &Decisions<'_>, index: usize) -> (Rational, Rational) {
    let bound = |bounds: &[Rational]| bounds.get(index).cloned().unwrap_or(Rational::ZERO);
    (bound(&decisions.polytope.lower), bound(&decisions.polytope.upper))
}
