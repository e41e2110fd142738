//! Functions in formulas: calls, quotients and fractional powers in terms of a few kinds, each
//! function of the game kept once.

use super::error::{ExpressionErrorKind, shown};
use super::evaluator::Evaluator;
use super::limits::{MOST_DEGREE, MOST_EXPONENT};
use super::program::{Binary, Call};
use super::value::{Value, small_integer};
use crate::exact::{Rational, format_rational, ratio};
use crate::game::{
    Function, FunctionKind, Interval, Monomial, Polynomial, Variable, polynomial_range,
};
use std::collections::BTreeMap;

/// Largest index of a root.
const MOST_ROOT: usize = 64;
/// Binary digits of ranges, which only decide about signs.
const SIGN_BITS: u32 = 32;

type Outcome<T> = Result<T, ExpressionErrorKind>;
type Key = (FunctionKind, Vec<(Monomial, Rational)>);

/// The functions that formulas have used so far.
#[derive(Debug, Default)]
pub(super) struct Functions {
    list: Vec<Function>,
    numbers: BTreeMap<Key, u32>,
    /// What is known of each value without knowing parameters.
    ranges: Vec<Option<Interval>>,
}

impl Functions {
    pub(super) fn into_list(self) -> Vec<Function> {
        self.list
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}

impl Evaluator<'_> {
    /// A function of some values.
    pub(super) fn call(&mut self, call: Call, arguments: Vec<Value>) -> Outcome<Value> {
        let mut arguments = arguments.into_iter();
        let first = arguments.next().ok_or(ExpressionErrorKind::MissingOperand)?;
        match call {
            Call::Exp => self.function(FunctionKind::Exp, first),
            Call::Log => self.function(FunctionKind::Log, first),
            Call::Sqrt => self.function(FunctionKind::Root(2), first),
            Call::Abs => self.absolute(first),
            Call::Min => arguments.try_fold(first, |least, next| self.extreme(least, next, -1)),
            Call::Max => arguments.try_fold(first, |most, next| self.extreme(most, next, 1)),
        }
    }

    /// `|value|`, without a function where the sign is plain.
    fn absolute(&mut self, value: Value) -> Outcome<Value> {
        match self.range(&value) {
            Some((low, _)) if low >= Rational::ZERO => Ok(value),
            Some((_, high)) if high <= Rational::ZERO => value.negated(&mut self.work),
            _ if first_is_negative(&value) => {
                let other = value.negated(&mut self.work)?;
                self.function(FunctionKind::Abs, other)
            }
            _ => self.function(FunctionKind::Abs, value),
        }
    }

    /// `(a + b + sign |a - b|) / 2`.
    fn extreme(&mut self, a: Value, b: Value, sign: i64) -> Outcome<Value> {
        let difference = self.arithmetic(Binary::Subtract, a.clone(), b.clone())?;
        let distance = self.absolute(difference)?;
        let distance = distance.times(&Value::Constant(ratio(sign, 1)), &mut self.work)?;
        let sum = self.arithmetic(Binary::Add, a, b)?;
        let sum = self.arithmetic(Binary::Add, sum, distance)?;
        sum.times(&Value::Constant(ratio(1, 2)), &mut self.work)
    }

    /// `left operation right`; quotients and powers that are no polynomials become functions.
    pub(super) fn arithmetic(
        &mut self,
        operation: Binary,
        left: Value,
        right: Value,
    ) -> Outcome<Value> {
        match (operation, &right) {
            (Binary::Divide, Value::Polynomial(_)) => {
                let inverse = self.inverse(right)?;
                left.times(&inverse, &mut self.work)
            }
            (Binary::Power, Value::Constant(exponent))
                if !exponent.is_int() || *exponent < Rational::ZERO =>
            {
                let exponent = exponent.clone();
                self.fractional_power(left, &exponent)
            }
            _ => Value::combine(operation, left, right, &mut self.work),
        }
    }

    /// `1 / value`, also of what is plainly negative.
    fn inverse(&mut self, value: Value) -> Outcome<Value> {
        match self.range(&value) {
            Some((_, high)) if high <= Rational::ZERO => {
                let positive = value.negated(&mut self.work)?;
                self.function(FunctionKind::Inverse, positive)?.negated(&mut self.work)
            }
            _ => self.function(FunctionKind::Inverse, value),
        }
    }

    /// `base^(n / q)` as `base^m root^k` with `n = m q + k`, and the inverse for `n < 0`.
    fn fractional_power(&mut self, base: Value, exponent: &Rational) -> Outcome<Value> {
        let unreadable = || ExpressionErrorKind::FractionalExponent {
            found: shown(&format_rational(exponent)),
            most: if matches!(base, Value::Constant(_)) { MOST_EXPONENT } else { MOST_DEGREE },
        };
        let size = exponent.clone().max(-exponent);
        let degree = usize::try_from(size.denominator()).ok().filter(|&degree| degree <= MOST_ROOT);
        let degree = degree.ok_or_else(unreadable)?;
        let times = small_integer(&Rational::from(size.numerator().clone()));
        let times = times.ok_or_else(unreadable)?;
        let base =
            if *exponent < Rational::ZERO && degree == 1 { self.inverse(base)? } else { base };
        let power = |own: &mut Self, value: Value, exponent: usize| {
            let exponent = Value::Constant(Rational::from(exponent as u64));
            Value::combine(Binary::Power, value, exponent, &mut own.work)
        };
        let mut result = power(self, base.clone(), times / degree)?;
        if degree > 1 {
            let root = self.function(FunctionKind::Root(degree as u32), base)?;
            let part = power(self, root, times % degree)?;
            result = result.times(&part, &mut self.work)?;
            if *exponent < Rational::ZERO {
                result = match result {
                    Value::Constant(constant) if constant.is_zero() => {
                        return Err(ExpressionErrorKind::DivisionByZero);
                    }
                    other => self.inverse(other)?,
                };
            }
        }
        Ok(result)
    }

    /// A function of a value: a number where it is rational and simple.
    fn function(&mut self, kind: FunctionKind, argument: Value) -> Outcome<Value> {
        if let Value::Constant(constant) = &argument {
            if kind == FunctionKind::Inverse && constant.is_zero() {
                return Err(ExpressionErrorKind::DivisionByZero);
            }
            if !kind.has_values_from(constant) && kind != FunctionKind::Inverse {
                let (function, found) = (kind.to_string(), shown(&format_rational(constant)));
                return Err(ExpressionErrorKind::NoValue { function, found });
            }
            if let Some(value) = kind.exact(constant) {
                return Ok(Value::Constant(value));
            }
        }
        let ends = self.range(&argument);
        let argument = argument.into_polynomial();
        let terms: Vec<(Monomial, Rational)> =
            argument.terms().map(|(m, value)| (m.clone(), value.clone())).collect();
        self.work.spend(1 + terms.len())?;
        let next = self.functions.len() as u32;
        let number = *self.functions.numbers.entry((kind, terms)).or_insert(next);
        if number == next {
            let own = ends.and_then(|ends| kind.enclose(&ends, SIGN_BITS).ok());
            self.functions.ranges.push(own);
            let (ends, values) = (Interval::default(), Interval::default());
            self.functions.list.push(Function { kind, argument, stage: 0, ends, values });
        }
        Ok(Value::term(Monomial::of(Variable::Function(number)), Rational::ONE))
    }

    /// Between what a value lies, as far as it is plain; `None` where parameters occur.
    fn range(&self, value: &Value) -> Option<Interval> {
        let polynomial: Polynomial = value.clone().into_polynomial();
        let of = |variable: Variable| match variable {
            Variable::Aggregate(k) => self.population.range(k),
            Variable::Function(k) => self.functions.ranges.get(k as usize).cloned().flatten(),
            Variable::Parameter(_) => None,
        };
        let all = polynomial.variables().into_iter().all(|variable| of(variable).is_some());
        all.then(|| polynomial_range(&polynomial, &|v| of(v).unwrap_or_default()))
    }
}

/// Whether the first coefficient of a variable is negative: of `|p|` and `|-p|` one is kept.
fn first_is_negative(value: &Value) -> bool {
    let Value::Polynomial(terms) = value else { return false };
    let mut terms = terms.iter().filter(|term| !term.0.is_one());
    terms.next().is_some_and(|term| *term.1 < Rational::ZERO)
}
