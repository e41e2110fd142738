//! Proof that functions have values at every decision and population.

use super::least::Shape;
use super::problem::ModelError;
use super::signs::{Lower, Signs};
use super::words;
use crate::exact::Rational;
use crate::game::{Function, Game, Interval, Polynomial, RANGE_BITS, Variable};
use std::sync::Arc;

/// Numbers that are looked for below arguments, as halvings of 1.
const SHIFTS: [u32; 6] = [0, 4, 8, 12, 16, 20];

/// Puts the ranges of arguments and values into the functions of a game.
///
/// # Errors
/// The functions that have no value somewhere, by position, with what is wrong.
pub(in crate::game) fn prove_domains(
    game: &mut Game,
    shape: Shape,
) -> Result<(), Vec<(usize, ModelError)>> {
    if game.functions.is_empty() {
        return Ok(());
    }
    let mut proved: Vec<Function> = Vec::with_capacity(game.functions.len());
    let mut errors = Vec::new();
    let mut signs = Signs::new(game, shape);
    for (index, function) in game.functions.iter().enumerate() {
        let mut lower = signs.over_decisions(&function.argument);
        if function.kind.needs_positive() && lower.value().is_zero() {
            lower = away_from_zero(&mut signs, &function.argument).map_or(lower, Lower::Bound);
        }
        let least = lower.value().clone();
        let ends = (least.clone(), signs.greatest(&function.argument).max(least));
        let values = if function.kind.has_values_from(&ends.0) {
            let values = function.kind.enclose(&ends, RANGE_BITS);
            if values.is_err() {
                let function = words::function(game, function);
                errors.push((index, ModelError::ValueTooLarge { function }));
            }
            values.unwrap_or_default()
        } else {
            errors.push((index, no_value(game, function, lower)));
            Interval::default()
        };
        signs.add_function(values.clone());
        proved.push(Function { ends, values, ..function.clone() });
        // What is made of a function without values has none either.
        if !errors.is_empty() && function_of_functions(game, index + 1) {
            break;
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    game.functions = Arc::new(proved);
    Ok(())
}

/// A positive lower bound of an argument. Bounds are looked for until they are not negative, and so
/// are those of the argument less a number.
fn away_from_zero(signs: &mut Signs, argument: &Polynomial) -> Option<Rational> {
    SHIFTS.iter().find_map(|&bits| {
        let shift = crate::exact::ratio(1, 1 << bits);
        let less = argument.clone().plus(&Polynomial::constant(-shift.clone()), &Rational::ONE);
        let bound = signs.over_decisions(&less).value().clone();
        (bound >= Rational::ZERO).then(|| shift + bound)
    })
}

/// Whether the function at a position is made of other functions.
fn function_of_functions(game: &Game, index: usize) -> bool {
    let inner = |variable: &Variable| matches!(variable, Variable::Function(_));
    game.functions.get(index).is_some_and(|own| own.argument.variables().iter().any(inner))
}

fn no_value(game: &Game, function: &Function, lower: Lower) -> ModelError {
    let argument = words::polynomial(game, &function.argument);
    let remedy = remedy(game, function, lower.value());
    let (strict, function) = (function.kind.needs_positive(), words::function(game, function));
    match lower {
        Lower::Attained { value, place } => ModelError::NoValue {
            function,
            argument,
            value: value.to_string(),
            place,
            strict,
            remedy,
        },
        Lower::Bound(bound) => {
            let bound = bound.to_string();
            ModelError::UnprovedDomain { function, argument, bound, strict, remedy }
        }
    }
}

/// The function with an argument that is in the domain.
fn remedy(game: &Game, function: &Function, least: &Rational) -> String {
    let small = crate::exact::ratio(1, 1_000_000);
    let shifted = |by: Rational| {
        let sum = function.argument.clone().plus(&Polynomial::constant(by), &Rational::ONE);
        words::function(game, &Function { argument: sum, ..function.clone() })
    };
    if least.is_zero() {
        return shifted(small);
    }
    let floor = if function.kind.needs_positive() { "1/10^6" } else { "0" };
    let argument = words::polynomial(game, &function.argument);
    words::call(function.kind, &format!("max({argument}, {floor})"))
}
