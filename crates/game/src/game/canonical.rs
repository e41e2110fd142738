//! Aggregates and functions in canonical order; those that nothing uses are dropped.
//!
//! Aggregates are ordered by stage, then by weights. Functions are ordered by how deep they are
//! nested, then by kind, then by their arguments, in canonical names already.

use super::{Aggregate, Columns, Function, FunctionKind, Game, Polynomial, Variable};
use crate::exact::Rational;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Renames the aggregates and functions of a game whose polynomials are numbered by
/// `game.aggregates` and `game.functions`.
pub(super) fn canonical(mut game: Game) -> Game {
    let used = used(&game);
    let mut order: Vec<(&Aggregate, u32)> = game
        .aggregates
        .iter()
        .zip(0..)
        .filter(|(_, index)| used.contains(&Variable::Aggregate(*index)))
        .collect();
    order.sort();
    let mut names: BTreeMap<Variable, Variable> = (0..)
        .zip(&order)
        .map(|(new, (_, old))| (Variable::Aggregate(*old), Variable::Aggregate(new)))
        .collect();
    let aggregates: Vec<Aggregate> =
        order.into_iter().map(|(aggregate, _)| aggregate.clone()).collect();
    let functions = functions(&game, &used, &aggregates, &mut names);
    let rename = |variable: Variable| names.get(&variable).copied().unwrap_or(variable);
    let columns = |columns: &Columns| columns.renamed(&rename);
    for stage in &mut game.stages {
        stage.reward = columns(&stage.reward);
        stage.leader_reward = columns(&stage.leader_reward);
        if let Some(transition) = &mut stage.transition {
            transition.probability = columns(&transition.probability);
        }
    }
    game.payoff = Polynomial::renamed(&game.payoff, &rename);
    game.aggregates = Arc::new(aggregates);
    game.functions = Arc::new(functions);
    game
}

/// The variables that data use, also within functions.
fn used(game: &Game) -> BTreeSet<Variable> {
    let mut used: BTreeSet<Variable> = game.payoff.variables().into_iter().collect();
    for stage in &game.stages {
        let probability = stage.transition.as_ref().map(|transition| &transition.probability);
        for columns in
            [Some(&stage.reward), Some(&stage.leader_reward), probability].into_iter().flatten()
        {
            let factors = columns.columns().iter().flat_map(|(monomial, _)| monomial.factors());
            used.extend(factors.map(|factor| factor.0));
        }
    }
    for (index, function) in game.functions.iter().enumerate().rev() {
        if used.contains(&Variable::Function(index as u32)) {
            used.extend(function.argument.variables());
        }
    }
    used
}

/// The functions in their order, whose names are added to `names`.
fn functions(
    game: &Game,
    used: &BTreeSet<Variable>,
    aggregates: &[Aggregate],
    names: &mut BTreeMap<Variable, Variable>,
) -> Vec<Function> {
    let mut depths: Vec<usize> = Vec::with_capacity(game.functions.len());
    let mut by_depth: BTreeMap<usize, Vec<(u32, &Function)>> = BTreeMap::new();
    for (index, function) in (0..).zip(game.functions.iter()) {
        let inner = function.argument.variables().into_iter().map(|variable| match variable {
            Variable::Function(k) => depths.get(k as usize).map_or(0, |depth| depth + 1),
            _ => 0,
        });
        let depth = inner.max().unwrap_or(0);
        depths.push(depth);
        if used.contains(&Variable::Function(index)) {
            by_depth.entry(depth).or_default().push((index, function));
        }
    }
    let mut result: Vec<Function> = Vec::new();
    for here in by_depth.into_values() {
        let renamed = here.into_iter().map(|(index, function)| {
            let rename = |variable: Variable| names.get(&variable).copied().unwrap_or(variable);
            let function =
                even(Function { argument: function.argument.renamed(&rename), ..function.clone() });
            let argument = function.argument.clone();
            let terms: Vec<_> = argument
                .terms()
                .map(|(monomial, value)| (monomial.clone(), value.clone()))
                .collect();
            let stage = stage(&argument, aggregates, &result);
            let function = Function { stage, ..function };
            ((function.kind, terms), index, function)
        });
        let mut own: Vec<(_, u32, Function)> = renamed.collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, index, function) in own {
            names.insert(Variable::Function(index), Variable::Function(result.len() as u32));
            result.push(function);
        }
    }
    result
}

/// An absolute value with the sign of its argument that all spellings share: the first coefficient
/// of a variable is positive.
pub(super) fn even(function: Function) -> Function {
    let first = function.argument.terms().find(|term| !term.0.is_one());
    let negative = first.is_some_and(|term| *term.1 < Rational::ZERO);
    if function.kind != FunctionKind::Abs || !negative {
        return function;
    }
    let argument = Polynomial::zero().plus(&function.argument, &Rational::NEG_ONE);
    let (lower, upper) = &function.ends;
    Function { argument, ends: (-upper, -lower), ..function }
}

/// The latest stage whose population a polynomial sees.
fn stage(argument: &Polynomial, aggregates: &[Aggregate], functions: &[Function]) -> usize {
    let of = |variable: Variable| match variable {
        Variable::Aggregate(k) => aggregates.get(k as usize).map_or(0, |own| own.stage),
        Variable::Function(k) => functions.get(k as usize).map_or(0, |own| own.stage),
        Variable::Parameter(_) => 0,
    };
    argument.variables().into_iter().map(of).max().unwrap_or(0)
}
