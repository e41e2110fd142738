//! Arithmetic of values with limits: constants as numbers, everything else as polynomials.

use super::error::{ExpressionErrorKind, shown};
use super::limits::{MOST_DEGREE, MOST_EXPONENT, MOST_SIZE, Work, bits, checked};
use super::program::Binary;
use crate::exact::{Rational, format_rational};
use crate::game::{MOST_TERMS, Monomial, Polynomial};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

type Outcome<T> = Result<T, ExpressionErrorKind>;

/// The value of a formula or of a part of one.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Constant(Rational),
    Polynomial(Arc<Terms>),
}

/// A polynomial in normal form that knows how many binary digits its coefficients have.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    coefficients: BTreeMap<Monomial, Rational>,
    size: usize,
}

impl Terms {
    /// Adds `coefficient * monomial`.
    pub(super) fn add(
        &mut self,
        monomial: Monomial,
        coefficient: Rational,
        work: &mut Work,
    ) -> Outcome<()> {
        work.spend(1)?;
        match self.coefficients.entry(monomial) {
            Entry::Vacant(_) if coefficient.is_zero() => {}
            Entry::Vacant(entry) => {
                self.size += bits(&coefficient);
                entry.insert(checked(coefficient)?);
            }
            Entry::Occupied(mut entry) => {
                let before = bits(entry.get());
                work.spend_on(before + bits(&coefficient))?;
                let sum = checked(entry.get() + coefficient)?;
                self.size -= before;
                if sum.is_zero() {
                    entry.remove();
                } else {
                    self.size += bits(&sum);
                    entry.insert(sum);
                }
            }
        }
        if self.size > MOST_SIZE {
            return Err(ExpressionErrorKind::PolynomialTooLong);
        }
        if self.coefficients.len() > MOST_TERMS {
            return Err(ExpressionErrorKind::TooManyTerms);
        }
        Ok(())
    }

    /// Number of terms.
    pub(super) fn len(&self) -> usize {
        self.coefficients.len()
    }

    /// The terms, monomials increasing, coefficients nonzero.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.coefficients.iter()
    }

    fn degree(&self) -> u64 {
        self.coefficients.keys().map(Monomial::degree).max().unwrap_or(0)
    }

    /// As a value: a number when no variable occurs.
    pub(super) fn into_value(self) -> Value {
        match self.coefficients.len() {
            0 => Value::Constant(Rational::ZERO),
            1 => match self.coefficients.get(&Monomial::one()) {
                Some(constant) => Value::Constant(constant.clone()),
                None => Value::Polynomial(Arc::new(self)),
            },
            _ => Value::Polynomial(Arc::new(self)),
        }
    }
}

impl Value {
    /// A single variable or a product of some, times a number.
    pub(super) fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let size = bits(&coefficient);
        if coefficient.is_zero() {
            return Value::Constant(coefficient);
        }
        Terms { coefficients: BTreeMap::from([(monomial, coefficient)]), size }.into_value()
    }

    /// As a polynomial of the model.
    pub(super) fn into_polynomial(self) -> Polynomial {
        match self {
            Value::Constant(constant) => Polynomial::constant(constant),
            Value::Polynomial(terms) => {
                let mut polynomial = Polynomial::zero();
                for (monomial, coefficient) in Arc::unwrap_or_clone(terms).coefficients {
                    polynomial.add_term(monomial, coefficient);
                }
                polynomial
            }
        }
    }

    /// Size for the accounts of what is kept: number of terms and of machine words of their
    /// coefficients.
    pub(super) fn weight(&self) -> usize {
        match self {
            Value::Constant(constant) => 1 + bits(constant) / 64,
            Value::Polynomial(terms) => terms.len() + terms.size / 64,
        }
    }

    fn into_terms(self) -> Terms {
        match self {
            Value::Constant(constant) if constant.is_zero() => Terms::default(),
            Value::Constant(constant) => {
                let size = bits(&constant);
                Terms { coefficients: BTreeMap::from([(Monomial::one(), constant)]), size }
            }
            Value::Polynomial(terms) => Arc::unwrap_or_clone(terms),
        }
    }

    fn len(&self) -> usize {
        match self {
            Value::Constant(_) => 1,
            Value::Polynomial(terms) => terms.len(),
        }
    }

    /// `left operation right`.
    pub(super) fn combine(
        operation: Binary,
        left: Value,
        right: Value,
        work: &mut Work,
    ) -> Outcome<Value> {
        match (operation, left, right) {
            (Binary::Add, left, right) => left.plus(right, work),
            (Binary::Subtract, Value::Constant(x), Value::Constant(y)) => {
                Value::Constant(x).plus(Value::Constant(-y), work)
            }
            (Binary::Subtract, left, right) => left.plus(right.negated(work)?, work),
            (Binary::Multiply, left, right) => left.times(&right, work),
            (Binary::Divide, left, Value::Constant(divisor)) => {
                if divisor.is_zero() {
                    return Err(ExpressionErrorKind::DivisionByZero);
                }
                left.times(&Value::Constant(Rational::ONE / divisor), work)
            }
            // Quotients are made before, as functions.
            (Binary::Divide, _, Value::Polynomial(_)) => Err(ExpressionErrorKind::MissingOperand),
            (Binary::Power, base, Value::Constant(exponent)) => base.power(&exponent, work),
            (Binary::Power, _, Value::Polynomial(_)) => {
                Err(ExpressionErrorKind::ExponentNotConstant)
            }
        }
    }

    /// The value with the other sign.
    pub(super) fn negated(self, work: &mut Work) -> Outcome<Value> {
        match self {
            Value::Constant(constant) => Ok(Value::Constant(-constant)),
            Value::Polynomial(terms) => {
                work.spend(terms.len() + terms.size / 64)?;
                let mut terms = Arc::unwrap_or_clone(terms);
                for coefficient in terms.coefficients.values_mut() {
                    *coefficient = -std::mem::take(coefficient);
                }
                Ok(Value::Polynomial(Arc::new(terms)))
            }
        }
    }

    fn plus(self, other: Value, work: &mut Work) -> Outcome<Value> {
        if let (Value::Constant(x), Value::Constant(y)) = (&self, &other) {
            work.spend_on(bits(x) + bits(y))?;
            return checked(x + y).map(Value::Constant);
        }
        let (large, small) = if self.len() < other.len() { (other, self) } else { (self, other) };
        if let Value::Polynomial(terms) = &large
            && Arc::strong_count(terms) > 1
        {
            work.spend(large.weight())?;
        }
        let mut sum = large.into_terms();
        match small {
            Value::Constant(constant) => {
                if !constant.is_zero() {
                    sum.add(Monomial::one(), constant, work)?;
                }
            }
            Value::Polynomial(terms) => {
                for (monomial, coefficient) in terms.iter() {
                    sum.add(monomial.clone(), coefficient.clone(), work)?;
                }
            }
        }
        Ok(sum.into_value())
    }

    /// The product.
    pub(super) fn times(self, other: &Value, work: &mut Work) -> Outcome<Value> {
        match (self, other) {
            (Value::Constant(x), Value::Constant(y)) => {
                work.spend_on(bits(&x) + bits(y))?;
                checked(x * y).map(Value::Constant)
            }
            (Value::Constant(factor), Value::Polynomial(terms)) => scaled(terms, &factor, work),
            (Value::Polynomial(terms), Value::Constant(factor)) => scaled(&terms, factor, work),
            (Value::Polynomial(left), Value::Polynomial(right)) => {
                // Leading terms do not cancel, so this is the degree of the product.
                let degree = left.degree() + right.degree();
                if degree > u64::from(MOST_DEGREE) {
                    return Err(ExpressionErrorKind::Degree { degree });
                }
                let mut product = Terms::default();
                for (a, x) in left.iter() {
                    for (b, y) in right.iter() {
                        work.spend_on(bits(x) + bits(y))?;
                        product.add(a.times(b), x * y, work)?;
                    }
                }
                Ok(product.into_value())
            }
        }
    }

    /// The power by repeated squaring: from the highest binary digit of the exponent on.
    fn power(self, exponent: &Rational, work: &mut Work) -> Outcome<Value> {
        let most = match &self {
            Value::Constant(_) => MOST_EXPONENT,
            Value::Polynomial(_) => MOST_DEGREE,
        };
        let Some(exponent) = small_integer(exponent).filter(|&exponent| exponent <= most as usize)
        else {
            let found = shown(&format_rational(exponent));
            return Err(ExpressionErrorKind::Exponent { found, most });
        };
        if let Value::Polynomial(terms) = &self {
            let degree = terms.degree().saturating_mul(exponent as u64);
            if degree > u64::from(MOST_DEGREE) {
                return Err(ExpressionErrorKind::Degree { degree });
            }
        }
        let mut result = Value::Constant(Rational::ONE);
        for digit in (0..usize::BITS - exponent.leading_zeros()).rev() {
            let square = result.clone();
            result = result.times(&square, work)?;
            if exponent >> digit & 1 == 1 {
                result = result.times(&self, work)?;
            }
        }
        Ok(result)
    }
}

/// `factor * terms`.
fn scaled(terms: &Terms, factor: &Rational, work: &mut Work) -> Outcome<Value> {
    if factor.is_zero() {
        return Ok(Value::Constant(Rational::ZERO));
    }
    let mut product = Terms::default();
    for (monomial, coefficient) in terms.iter() {
        work.spend_on(bits(coefficient) + bits(factor))?;
        product.add(monomial.clone(), coefficient * factor, work)?;
    }
    Ok(product.into_value())
}

/// The value, when it is a natural number that fits.
pub(super) fn small_integer(value: &Rational) -> Option<usize> {
    if value.is_int() { usize::try_from(value.numerator()).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use crate::game::Variable;

    fn variable(k: u32) -> Value {
        Value::term(Monomial::of(Variable::Parameter(k)), Rational::ONE)
    }

    #[test]
    fn what_cancels_is_a_constant() {
        let mut work = Work::new();
        let difference = Value::combine(Binary::Subtract, variable(0), variable(0), &mut work);
        assert!(matches!(difference, Ok(Value::Constant(zero)) if zero.is_zero()));
        let sum = Value::combine(Binary::Add, variable(0), Value::Constant(ratio(1, 2)), &mut work)
            .expect("small");
        let constant = Value::combine(Binary::Subtract, sum, variable(0), &mut work);
        assert!(matches!(constant, Ok(Value::Constant(half)) if half == ratio(1, 2)));
    }

    #[test]
    fn digits_are_counted_as_they_come_and_go() {
        let mut work = Work::new();
        let mut terms = Terms::default();
        let monomial = || Monomial::of(Variable::Parameter(0));
        terms.add(monomial(), ratio(7, 4), &mut work).expect("small");
        assert_eq!(terms.size, 3 + 3);
        terms.add(monomial(), ratio(1, 4), &mut work).expect("small");
        assert_eq!(terms.size, 2 + 1);
        terms.add(monomial(), ratio(-2, 1), &mut work).expect("small");
        assert_eq!((terms.size, terms.len()), (0, 0));
        let long = Rational::from(crate::exact::Integer::ONE << crate::game::expression::MOST_BITS);
        assert_eq!(terms.add(monomial(), long, &mut work), Err(ExpressionErrorKind::NumberTooLong));
    }

    #[test]
    fn work_runs_out() {
        let mut work = Work::new();
        let outcome = (0..).find_map(|_| work.spend_on(1 << 20).err());
        assert_eq!(outcome, Some(ExpressionErrorKind::TooMuchWork));
    }
}
