//! Numbers outside rules: spelled, or formulas of the defined constants.
//!
//! `initial = { infected = "x0" }` with `[define] x0 = "1/100"` is a number, because `x0` depends
//! on neither the leader nor the population.

use super::document::{Node, Value, quoted};
use super::fields::{Formula, number};
use super::problem::ValueError;
use super::report::{At, Report};
use crate::exact::{Rational, parse_rational};
use crate::game::expression::{Evaluator, Expression, Place, Symbols};
use std::cell::OnceCell;

/// Rounds in which constants that use other constants are found; each round resolves one level, and
/// more in file order.
const MOST_ROUNDS: usize = 100;

/// The defined names, of which the constant ones are worked out when first asked for.
pub(super) struct Numbers {
    defines: Vec<(String, Expression)>,
    constants: OnceCell<Symbols>,
}

impl Numbers {
    pub(super) fn new(defines: &[(String, Formula)]) -> Self {
        let defines = defines
            .iter()
            .map(|(name, formula)| (name.clone(), formula.expression.clone()))
            .collect();
        Numbers { defines, constants: OnceCell::new() }
    }

    /// The defined names whose values are numbers.
    pub(super) fn constants(&self) -> impl Iterator<Item = &str> {
        self.constants
            .get_or_init(|| constants(&self.defines))
            .defines
            .iter()
            .map(|(name, _)| name.as_str())
    }

    /// The number at a place.
    pub(super) fn read(&self, report: &mut Report, at: &At, node: &Node) -> Option<Rational> {
        let Value::Text(text) = &node.value else { return number(report, at, node) };
        if let Ok(value) = parse_rational(text) {
            return Some(value);
        }
        // A text without letters can only be a misspelled number.
        if !text.chars().any(char::is_alphabetic) {
            return number(report, at, node);
        }
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(error) => {
                report.formula(at, error);
                return None;
            }
        };
        let constant = value(self.constants.get_or_init(|| constants(&self.defines)), &expression);
        if constant.is_none() {
            report.push(at, ValueError::NotConstant { found: quoted(text) });
        }
        constant
    }
}

fn value(constants: &Symbols, expression: &Expression) -> Option<Rational> {
    let mut evaluator = Evaluator::new(constants).ok()?;
    evaluator.evaluate(expression, Place::default()).ok()?.as_constant()
}

/// The definitions whose values are numbers.
fn constants(defines: &[(String, Expression)]) -> Symbols {
    let mut known = Symbols::default();
    let mut open: Vec<&(String, Expression)> = defines.iter().collect();
    for _ in 0..MOST_ROUNDS {
        let mut found: Vec<(String, Expression)> = Vec::new();
        let Ok(mut evaluator) = Evaluator::new(&known) else { break };
        open.retain(|(name, expression)| {
            let constant = evaluator
                .evaluate(expression, Place::default())
                .ok()
                .and_then(|value| value.as_constant());
            let closed = constant
                .map(|value| found.push((name.clone(), Expression::constant(value))))
                .is_some();
            !closed
        });
        if found.is_empty() {
            break;
        }
        known.defines.extend(found);
    }
    known
}
