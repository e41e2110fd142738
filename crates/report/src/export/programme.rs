//! A programme with a linear objective, and rows that are quadratic at most.

use crate::exact::Rational;
use crate::game::Interval;
use std::collections::BTreeMap;

/// Variables, rows, and what is sought.
#[derive(Debug, Clone, Default)]
pub struct Programme {
    /// What it is about, a line each.
    pub comments: Vec<String>,
    /// Whether the objective is to be large.
    pub maximise: bool,
    /// Position of the variable that is the objective.
    pub objective: usize,
    /// The variables.
    pub variables: Vec<Variable>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A variable and its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Unique, letters, digits and `_`.
    pub name: String,
    /// Least and greatest value.
    pub bounds: Interval,
}

/// How a row compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal to the right-hand side.
    Equal,
    /// At least that.
    AtLeast,
    /// At most that.
    AtMost,
}

/// `linear + quadratic` compared with a number.
#[derive(Debug, Clone)]
pub struct Row {
    /// Unique, letters, digits and `_`.
    pub name: String,
    /// Coefficient per variable.
    pub linear: BTreeMap<usize, Rational>,
    /// Coefficient per product of two variables, the smaller position first.
    pub quadratic: BTreeMap<(usize, usize), Rational>,
    /// How it compares.
    pub relation: Relation,
    /// With what.
    pub right: Rational,
}

impl Programme {
    /// A new variable; its position.
    pub(super) fn variable(&mut self, name: String, bounds: Interval) -> usize {
        self.variables.push(Variable { name, bounds });
        self.variables.len() - 1
    }
}

impl Row {
    /// A row without terms.
    pub(super) fn new(name: String, relation: Relation) -> Self {
        Row {
            name,
            linear: BTreeMap::new(),
            quadratic: BTreeMap::new(),
            relation,
            right: Rational::ZERO,
        }
    }

    /// Adds `coefficient` times the product of the variables, of which there are at most two.
    pub(super) fn add(&mut self, coefficient: &Rational, product: &[usize]) {
        match *product {
            [] => self.right -= coefficient.clone(),
            [only] => add(&mut self.linear, only, coefficient),
            [first, second, ..] => {
                add(&mut self.quadratic, (first.min(second), first.max(second)), coefficient);
            }
        }
    }
}

fn add<K: Ord>(terms: &mut BTreeMap<K, Rational>, key: K, coefficient: &Rational) {
    let term = terms.entry(key).or_insert(Rational::ZERO);
    *term += coefficient.clone();
}
