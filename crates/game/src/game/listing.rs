//! The listing of a game: its normal form without names, as the kernel reads it.
//!
//! Vectors of coefficients and successors are shared with the game, not copied.

use super::{DecisionSet, FunctionKind, Game, Instance, RANGE_BITS, Variable};
use crate::exact::{LinearConstraint, Polytope, Rational, Relation, Scaled};
use crate::game;
use smfg_kernel::{
    Column, Columns, Data, Decisions, Grid, Listing, Monomial, Polynomial, Refusal, Stage,
    Statistic, Transition,
};
use std::sync::Arc;

/// The listing of a game.
///
/// # Errors
/// [`Refusal`] when the game is none: its probabilities do not sum to 1, or sizes disagree.
pub fn listing(game: &Game) -> Result<Listing, Refusal> {
    let forms = game.aggregates.len();
    let mut data = Data {
        states: game.states.len(),
        parameters: game.leader.parameters.len(),
        initial: Scaled::from_rationals(&game.initial),
        decisions: decisions(game),
        statistics: statistics(&game.aggregates, |t| &game.stages[t].pairs),
        stages: game.stages.iter().map(|own| stage(own, forms)).collect(),
        payoff: polynomial(&game.payoff, forms),
    };
    if game.functions.is_empty() {
        return Listing::of(data);
    }
    let mut wider = data.clone();
    for function in game.functions.iter() {
        let argument = polynomial(&function.argument, forms);
        let (function, ends) = (kind(function.kind), function.values.clone());
        data.statistics.push(Statistic::Function { function, argument, ends });
    }
    if let Ok(listing) = Listing::of(data) {
        return Ok(listing);
    }
    // Where the kernel knows arguments less narrowly, its own ends.
    for function in game.functions.iter() {
        let argument = polynomial(&function.argument, forms);
        let mut statistic = wider.function(kind(function.kind), argument, RANGE_BITS as usize)?;
        if let Statistic::Function { ends, .. } = &mut statistic {
            let (lower, upper) = &function.values;
            *ends = (ends.0.clone().min(lower.clone()), ends.1.clone().max(upper.clone()));
        }
        wider.statistics.push(statistic);
    }
    Listing::of(wider)
}

/// The listing of a game at one decision, which has no parameters: one decision.
///
/// # Errors
/// [`Refusal`] when it is none, and for games with functions.
pub fn instance_listing(instance: &Instance) -> Result<Listing, Refusal> {
    let forms = instance.aggregates.len();
    if !instance.functions.is_empty() {
        return Err(Refusal::Listing("functions at one decision".to_string()));
    }
    Listing::of(Data {
        states: instance.initial.len(),
        parameters: 0,
        initial: (*instance.initial).clone(),
        decisions: Decisions::List(vec![Vec::new()]),
        statistics: statistics(&instance.aggregates, |t| &instance.stages[t].pairs),
        stages: instance.stages.iter().map(|own| instance_stage(own, forms)).collect(),
        payoff: polynomial(&instance.payoff, forms),
    })
}

fn instance_stage(stage: &game::InstanceStage, forms: usize) -> Stage {
    let transition = stage.transition.as_ref().map(|(successors, probability)| Transition {
        successors: Arc::clone(successors),
        probability: columns(probability, forms),
    });
    Stage {
        first: first(&stage.pairs),
        reward: columns(&stage.reward, forms),
        leader_reward: columns(&stage.leader_reward, forms),
        transition,
    }
}

/// Where the pairs of each state begin.
fn first(pairs: &game::Pairs) -> Arc<Vec<u32>> {
    let states = (0..pairs.states()).map(|state| pairs.of_state(state).start as u32);
    Arc::new(states.chain([pairs.len() as u32]).collect())
}

fn kind(kind: FunctionKind) -> smfg_kernel::Function {
    match kind {
        FunctionKind::Exp => smfg_kernel::Function::Exp,
        FunctionKind::Log => smfg_kernel::Function::Log,
        FunctionKind::Root(degree) => smfg_kernel::Function::Root(degree),
        FunctionKind::Inverse => smfg_kernel::Function::Inverse,
        FunctionKind::Abs => smfg_kernel::Function::Abs,
    }
}

fn stage(stage: &game::Stage, forms: usize) -> Stage {
    Stage {
        first: first(&stage.pairs),
        reward: columns(&stage.reward, forms),
        leader_reward: columns(&stage.leader_reward, forms),
        transition: stage.transition.as_ref().map(|transition| Transition {
            successors: Arc::clone(&transition.successors),
            probability: columns(&transition.probability, forms),
        }),
    }
}

fn statistics<'a>(
    aggregates: &[game::Aggregate],
    pairs: impl Fn(usize) -> &'a game::Pairs,
) -> Vec<Statistic> {
    let statistic = |aggregate: &game::Aggregate| {
        let pairs = pairs(aggregate.stage);
        let pair = |&(state, action, _): &(u32, u32, Rational)| {
            pairs.find(state as usize, action as usize).unwrap_or(usize::MAX) as u32
        };
        let weights: Vec<Rational> = aggregate.weights.iter().map(|w| w.2.clone()).collect();
        Statistic::Masses {
            stage: aggregate.stage as u32,
            weights: Column {
                support: Some(aggregate.weights.iter().map(pair).collect()),
                coefficients: Arc::new(Scaled::from_rationals(&weights)),
            },
        }
    };
    aggregates.iter().map(statistic).collect()
}

fn decisions(game: &Game) -> Decisions {
    match &game.leader.decisions {
        DecisionSet::Finite(list) => {
            Decisions::List(list.iter().map(|decision| decision.values.clone()).collect())
        }
        DecisionSet::Polyhedral { polytope, grids } => Decisions::Polytope {
            ends: polytope.lower.iter().cloned().zip(polytope.upper.iter().cloned()).collect(),
            grids: grids.iter().zip(&polytope.lower).map(grid).collect(),
            rows: rows(polytope),
        },
    }
}

fn grid((grid, lower): (&game::Grid, &Rational)) -> Grid {
    match grid {
        game::Grid::Continuous => Grid::Continuous,
        game::Grid::Integer => Grid::Points { origin: Rational::ZERO, step: Rational::ONE },
        game::Grid::Step(step) => Grid::Points { origin: lower.clone(), step: step.clone() },
    }
}

/// `a u - b` for `a u >= b` and `a u = b`, `b - a u` for `a u <= b`.
fn rows(polytope: &Polytope) -> Vec<(bool, Polynomial)> {
    let row = |constraint: &LinearConstraint| {
        let sign = match constraint.relation {
            Relation::AtMost => Rational::NEG_ONE,
            Relation::AtLeast | Relation::Equal => Rational::ONE,
        };
        let mut row = Polynomial::constant(-&constraint.right_side * &sign);
        for (k, coefficient) in constraint.coefficients.iter().enumerate() {
            let name = smfg_kernel::Variable::Parameter(k as u32);
            row.add_term(Monomial::new(vec![(name, 1)]), coefficient * &sign);
        }
        (constraint.relation == Relation::Equal, row)
    };
    polytope.constraints.iter().map(row).collect()
}

/// Columns under the kernel's names of variables, in a game with so many aggregates.
pub fn columns(columns: &game::Columns, forms: usize) -> Columns {
    let terms = columns.columns().iter();
    terms.map(|(name, column)| (monomial(name, forms), Arc::clone(column))).collect()
}

/// A polynomial under the kernel's names of variables, in a game with so many aggregates.
pub fn polynomial(polynomial: &game::Polynomial, forms: usize) -> Polynomial {
    let mut result = Polynomial::zero();
    for (name, coefficient) in polynomial.terms() {
        result.add_term(monomial(name, forms), coefficient.clone());
    }
    result
}

/// The statistics of a listing are the aggregates, then the functions.
fn monomial(monomial: &game::Monomial, forms: usize) -> Monomial {
    let name = |variable| match variable {
        Variable::Parameter(k) => smfg_kernel::Variable::Parameter(k),
        Variable::Aggregate(k) => smfg_kernel::Variable::Statistic(k),
        Variable::Function(k) => smfg_kernel::Variable::Statistic(forms as u32 + k),
    };
    let factors = monomial.factors().iter().map(|&(variable, exponent)| (name(variable), exponent));
    Monomial::new(factors.collect())
}
