//! Functions of statistics: what formulas have besides polynomials.
//!
//! A function is a variable of its own, `w = f(p)`, of a polynomial `p` in the leader's parameters,
//! the aggregates and functions before it. Quotients, fractional powers, least and greatest values
//! are made of these few kinds by the expression language.

use super::interval::{Interval, polynomial_range};
use super::polynomial::{Polynomial, Variable};
use crate::exact::{Rational, functions};
use std::fmt;

/// Binary digits of ranges over all populations.
pub const RANGE_BITS: u32 = 64;

/// What a function does with its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunctionKind {
    /// `e^p`.
    Exp,
    /// The natural logarithm, `p > 0`.
    Log,
    /// The root of this index that is not negative, `p >= 0`.
    Root(u32),
    /// `1 / p`, `p > 0`.
    Inverse,
    /// `|p|`.
    Abs,
}

/// `w = kind(argument)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The kind.
    pub kind: FunctionKind,
    /// In parameters, aggregates and functions before this one.
    pub argument: Polynomial,
    /// The latest stage whose population it sees; 0 for none.
    pub stage: usize,
    /// Between what the argument lies over all decisions and populations, as is proved when a game
    /// is read; in the domain of the function.
    pub ends: Interval,
    /// Between what the value lies there.
    pub values: Interval,
}

/// Where a function has no value, or none of a bearable size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the argument of a function leaves its domain")]
pub struct OutsideDomain;

impl FunctionKind {
    /// Whether the argument must be positive.
    #[must_use]
    pub fn needs_positive(self) -> bool {
        matches!(self, FunctionKind::Log | FunctionKind::Inverse)
    }

    /// Whether the function has values on all numbers from `least` on.
    #[must_use]
    pub fn has_values_from(self, least: &Rational) -> bool {
        match self {
            FunctionKind::Exp | FunctionKind::Abs => true,
            FunctionKind::Root(_) => *least >= Rational::ZERO,
            FunctionKind::Log | FunctionKind::Inverse => *least > Rational::ZERO,
        }
    }

    /// An interval that holds the values on `ends`, each end about `2^-bits` wide of the truth.
    ///
    /// # Errors
    /// [`OutsideDomain`] where there is no value at one of the ends.
    pub fn enclose(self, ends: &Interval, bits: u32) -> Result<Interval, OutsideDomain> {
        let (low, high) = ends;
        if !self.has_values_from(low) || low > high {
            return Err(OutsideDomain);
        }
        let increasing = |f: &dyn Fn(&Rational) -> Option<Interval>| {
            let (lower, upper) = (f(low).ok_or(OutsideDomain)?, f(high).ok_or(OutsideDomain)?);
            Ok((lower.0, upper.1))
        };
        match self {
            FunctionKind::Exp => increasing(&|x| functions::exp(x, bits)),
            FunctionKind::Log => increasing(&|x| functions::log(x, bits)),
            FunctionKind::Root(degree) => increasing(&|x| functions::root(x, degree, bits)),
            FunctionKind::Inverse => {
                Ok(functions::rounded(&(Rational::ONE / high, Rational::ONE / low), bits))
            }
            FunctionKind::Abs if *low >= Rational::ZERO => Ok(ends.clone()),
            FunctionKind::Abs if *high <= Rational::ZERO => Ok((-high, -low)),
            FunctionKind::Abs => Ok((Rational::ZERO, high.clone().max(-low))),
        }
    }

    /// The exact value at a number, where it is rational and simple.
    #[must_use]
    pub fn exact(self, argument: &Rational) -> Option<Rational> {
        match self {
            FunctionKind::Exp => argument.is_zero().then_some(Rational::ONE),
            FunctionKind::Log => argument.is_one().then_some(Rational::ZERO),
            FunctionKind::Root(degree) => functions::exact_root(argument, degree),
            FunctionKind::Inverse => (!argument.is_zero()).then(|| Rational::ONE / argument),
            FunctionKind::Abs => Some(argument.clone().max(-argument)),
        }
    }
}

impl fmt::Display for FunctionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FunctionKind::Exp => f.write_str("exp"),
            FunctionKind::Log => f.write_str("log"),
            FunctionKind::Root(2) => f.write_str("sqrt"),
            FunctionKind::Root(degree) => write!(f, "root {degree}"),
            FunctionKind::Inverse => f.write_str("1 /"),
            FunctionKind::Abs => f.write_str("abs"),
        }
    }
}

impl Function {
    /// An interval that holds the value where every variable of the argument is in its range.
    #[must_use]
    pub fn range(&self, of: &dyn Fn(Variable) -> Interval, bits: u32) -> Interval {
        let (low, high) = polynomial_range(&self.argument, of);
        // What is proved over all populations holds at each.
        let low = low.max(self.ends.0.clone());
        let high = high.min(self.ends.1.clone());
        self.kind.enclose(&(low, high), bits).unwrap_or_else(|_| self.values.clone())
    }
}

/// Ranges of functions one after another, given those of everything else.
#[must_use]
pub fn function_ranges(
    functions: &[Function],
    of: &dyn Fn(Variable) -> Interval,
    bits: u32,
) -> Vec<Interval> {
    let mut ranges: Vec<Interval> = Vec::with_capacity(functions.len());
    for function in functions {
        let own = function.range(&|variable| with_functions(of, &ranges, variable), bits);
        ranges.push(own);
    }
    ranges
}

/// The range of a variable, functions by number.
#[must_use]
pub fn with_functions(
    of: &dyn Fn(Variable) -> Interval,
    functions: &[Interval],
    variable: Variable,
) -> Interval {
    match variable {
        Variable::Function(j) => functions.get(j as usize).cloned().unwrap_or_default(),
        other => of(other),
    }
}
