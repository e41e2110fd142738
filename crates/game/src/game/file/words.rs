//! Polynomials and aggregates in the words of the game file, for messages.

use crate::exact::Rational;
use crate::game::{
    Aggregate, Function, FunctionKind, Game, MOST_NESTED, Monomial, Polynomial, Variable,
};

/// Most terms that are written out.
const MOST_WORDS: usize = 6;

/// `mu[state, action]@stage` where the aggregate is a mass, a sum of such otherwise.
pub(super) fn aggregate(game: &Game, aggregate: &Aggregate) -> String {
    let stage = aggregate.stage;
    let name = |names: &[String], index: usize| names.get(index).cloned().unwrap_or_default();
    let uniform = aggregate.weights.iter().all(|(_, _, weight)| weight.is_one());
    if let ([(state, action, _)], true) = (aggregate.weights.as_slice(), uniform) {
        return format!(
            "mu[{}, {}]@{stage}",
            name(&game.states, *state as usize),
            name(&game.actions, *action as usize)
        );
    }
    let here = game.stages.get(stage).map(|stage| &stage.pairs);
    if let (true, Some((first, _, _)), Some(pairs)) = (uniform, aggregate.weights.first(), here) {
        let same_state = aggregate.weights.iter().all(|(state, _, _)| state == first);
        if same_state
            && (*first as usize) < pairs.states()
            && aggregate.weights.len() == pairs.of_state(*first as usize).len()
        {
            return format!("mu[{}]@{stage}", name(&game.states, *first as usize));
        }
    }
    let mut words: Vec<String> = aggregate
        .weights
        .iter()
        .take(MOST_WORDS)
        .map(|(state, action, weight)| {
            let mass = format!(
                "mu[{}, {}]",
                name(&game.states, *state as usize),
                name(&game.actions, *action as usize)
            );
            if weight.is_one() { mass } else { format!("{weight} * {mass}") }
        })
        .collect();
    if aggregate.weights.len() > MOST_WORDS {
        words.push("...".into());
    }
    format!("({})@{stage}", words.join(" + "))
}

/// A polynomial written out, shortened when it is long or has functions deep within others.
pub(super) fn polynomial(game: &Game, polynomial: &Polynomial) -> String {
    nested(game, polynomial, 0)
}

fn nested(game: &Game, polynomial: &Polynomial, depth: usize) -> String {
    if polynomial.is_zero() {
        return "0".into();
    }
    let mut words: Vec<String> = polynomial
        .terms()
        .take(MOST_WORDS)
        .map(|(monomial, coefficient)| term(game, monomial, coefficient, depth))
        .collect();
    if polynomial.len() > MOST_WORDS {
        words.push("...".into());
    }
    words.join(" + ")
}

/// A function written out.
pub(super) fn function(game: &Game, function: &Function) -> String {
    call(function.kind, &polynomial(game, &function.argument))
}

/// A function of an argument in words.
pub(super) fn call(kind: FunctionKind, argument: &str) -> String {
    match kind {
        FunctionKind::Inverse => format!("1 / ({argument})"),
        FunctionKind::Root(degree) if degree != 2 => format!("({argument})^(1/{degree})"),
        _ => format!("{kind}({argument})"),
    }
}

fn term(game: &Game, monomial: &Monomial, coefficient: &Rational, depth: usize) -> String {
    let mut factors: Vec<String> = Vec::new();
    if monomial.is_one() || !coefficient.is_one() {
        factors.push(coefficient.to_string());
    }
    for (variable, exponent) in monomial.factors() {
        let name = match variable {
            Variable::Parameter(index) => {
                game.leader.parameters.get(*index as usize).cloned().unwrap_or_default()
            }
            Variable::Aggregate(index) => {
                game.aggregates.get(*index as usize).map(|m| aggregate(game, m)).unwrap_or_default()
            }
            Variable::Function(index) => {
                let argument = |own: &Function| match depth >= MOST_NESTED {
                    true => "...".to_string(),
                    false => nested(game, &own.argument, depth + 1),
                };
                let own = game.functions.get(*index as usize);
                own.map(|own| call(own.kind, &argument(own))).unwrap_or_default()
            }
        };
        factors.push(if *exponent == 1 { name } else { format!("{name}^{exponent}") });
    }
    factors.join(" * ")
}
