//! Polynomials with rational coefficients in the leader's parameters, the population's aggregates
//! and functions of these.

use crate::exact::Rational;
use std::collections::BTreeMap;

/// Most terms a polynomial of a model may have; beyond it a formula is refused rather than
/// expanded.
pub const MOST_TERMS: usize = 20_000;

/// What a polynomial may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Coordinate of the leader's decision.
    Parameter(u32),
    /// Aggregate `m_k` of the population.
    Aggregate(u32),
    /// A function of earlier variables.
    Function(u32),
}

/// A product of powers of variables, in increasing order of the variables, exponents positive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(Vec<(Variable, u32)>);

impl Monomial {
    /// The empty product 1.
    #[must_use]
    pub fn one() -> Self {
        Monomial(Vec::new())
    }

    /// A single variable.
    #[must_use]
    pub fn of(variable: Variable) -> Self {
        Monomial(vec![(variable, 1)])
    }

    /// The factors, in increasing order of the variables.
    #[must_use]
    pub fn factors(&self) -> &[(Variable, u32)] {
        &self.0
    }

    /// Whether this is the empty product.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// Sum of all exponents.
    #[must_use]
    pub fn degree(&self) -> u64 {
        self.0.iter().map(|&(_, e)| u64::from(e)).sum()
    }

    /// Sum of the exponents of aggregates and functions.
    #[must_use]
    pub fn population_degree(&self) -> u64 {
        self.0
            .iter()
            .filter(|(v, _)| !matches!(v, Variable::Parameter(_)))
            .map(|&(_, e)| u64::from(e))
            .sum()
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Monomial) -> Monomial {
        let (a, b) = (&self.0, &other.0);
        let mut product = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => {
                    product.push(a[i]);
                    i += 1;
                }
                std::cmp::Ordering::Greater => {
                    product.push(b[j]);
                    j += 1;
                }
                std::cmp::Ordering::Equal => {
                    product.push((a[i].0, a[i].1 + b[j].1));
                    i += 1;
                    j += 1;
                }
            }
        }
        product.extend_from_slice(&a[i..]);
        product.extend_from_slice(&b[j..]);
        Monomial(product)
    }

    /// Replaces the variables to which `value` gives a number: their product, and what remains.
    #[must_use]
    pub fn substitute(&self, value: &dyn Fn(Variable) -> Option<Rational>) -> (Rational, Monomial) {
        let mut factor = Rational::ONE;
        let mut rest = Vec::new();
        for &(variable, exponent) in &self.0 {
            match value(variable) {
                Some(number) => factor *= power(&number, exponent),
                None => rest.push((variable, exponent)),
            }
        }
        (factor, Monomial(rest))
    }

    /// The derivative in each of its aggregates: `(k, exponent, what remains)`.
    #[must_use]
    pub fn derivatives(&self) -> Vec<(u32, u32, Monomial)> {
        let mut result = Vec::new();
        for (position, &(variable, exponent)) in self.0.iter().enumerate() {
            let Variable::Aggregate(k) = variable else { continue };
            let mut rest = self.0.clone();
            if exponent > 1 {
                rest[position].1 -= 1;
            } else {
                rest.remove(position);
            }
            result.push((k, exponent, Monomial(rest)));
        }
        result
    }

    /// The same monomial in renamed variables.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(Variable) -> Variable) -> Monomial {
        let mut factors: Vec<(Variable, u32)> =
            self.0.iter().map(|&(v, e)| (rename(v), e)).collect();
        factors.sort_unstable();
        Monomial(factors)
    }
}

/// `base^exponent` by repeated squaring.
#[must_use]
pub fn power(base: &Rational, exponent: u32) -> Rational {
    let (mut result, mut square, mut rest) = (Rational::ONE, base.clone(), exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= &square;
        }
        rest >>= 1;
        if rest > 0 {
            square = &square * &square;
        }
    }
    result
}

/// A formula expanded beyond [`MOST_TERMS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the polynomial has more than {MOST_TERMS} terms when expanded")]
pub struct TooManyTerms;

/// A polynomial in normal form: no zero coefficients, monomials in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polynomial {
    terms: BTreeMap<Monomial, Rational>,
}

impl Polynomial {
    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    #[must_use]
    pub fn constant(value: Rational) -> Self {
        Self::term(Monomial::one(), value)
    }

    /// A single variable.
    #[must_use]
    pub fn variable(variable: Variable) -> Self {
        Self::term(Monomial::of(variable), Rational::ONE)
    }

    /// `coefficient * monomial`.
    #[must_use]
    pub fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let mut result = Self::zero();
        result.add_term(monomial, coefficient);
        result
    }

    /// Adds `coefficient * monomial`.
    pub fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        match self.terms.entry(monomial) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(coefficient);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                *entry.get_mut() += coefficient;
                if entry.get().is_zero() {
                    entry.remove();
                }
            }
        }
    }

    /// The terms, monomials in increasing order, coefficients nonzero.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.terms.iter()
    }

    /// Number of terms.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "the polynomial without terms is zero, see `is_zero`"
    )]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether this is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value, when no variable occurs.
    #[must_use]
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.len() {
            0 => Some(Rational::ZERO),
            1 => self.terms.get(&Monomial::one()).cloned(),
            _ => None,
        }
    }

    /// Largest sum of exponents.
    #[must_use]
    pub fn degree(&self) -> u64 {
        self.terms.keys().map(Monomial::degree).max().unwrap_or(0)
    }

    /// Largest sum of exponents of aggregates.
    #[must_use]
    pub fn population_degree(&self) -> u64 {
        self.terms.keys().map(Monomial::population_degree).max().unwrap_or(0)
    }

    /// `self + factor * other`.
    #[must_use]
    pub fn plus(mut self, other: &Polynomial, factor: &Rational) -> Self {
        for (monomial, coefficient) in &other.terms {
            self.add_term(monomial.clone(), coefficient * factor);
        }
        self
    }

    /// The product.
    ///
    /// # Errors
    /// [`TooManyTerms`] when it is too large.
    pub fn times(&self, other: &Polynomial) -> Result<Self, TooManyTerms> {
        let mut product = Self::zero();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                product.add_term(a.times(b), x * y);
            }
            if product.len() > MOST_TERMS {
                return Err(TooManyTerms);
            }
        }
        Ok(product)
    }

    /// Replaces the variables to which `value` gives a number.
    #[must_use]
    pub fn substitute(&self, value: &dyn Fn(Variable) -> Option<Rational>) -> Self {
        let mut result = Self::zero();
        for (monomial, coefficient) in &self.terms {
            let (factor, rest) = monomial.substitute(value);
            result.add_term(rest, coefficient * factor);
        }
        result
    }

    /// The same polynomial in renamed variables; distinct variables must keep distinct names.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(Variable) -> Variable) -> Self {
        let mut result = Self::zero();
        for (monomial, coefficient) in &self.terms {
            result.add_term(monomial.renamed(rename), coefficient.clone());
        }
        result
    }

    /// The derivative in aggregate `k`.
    #[must_use]
    pub fn derivative(&self, k: u32) -> Self {
        let mut result = Self::zero();
        for (monomial, coefficient) in &self.terms {
            for (_, exponent, rest) in
                monomial.derivatives().into_iter().filter(|derivative| derivative.0 == k)
            {
                result.add_term(rest, coefficient * Rational::from(exponent));
            }
        }
        result
    }

    /// All variables that occur, in increasing order.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> =
            self.terms.keys().flat_map(|m| m.factors().iter().map(|f| f.0)).collect();
        variables.sort_unstable();
        variables.dedup();
        variables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn normal_form() {
        let x = Polynomial::variable(Variable::Parameter(0));
        let m = Polynomial::variable(Variable::Aggregate(0));
        // (x + m)(x - m) + m^2 = x^2
        let sum = x.clone().plus(&m, &Rational::ONE);
        let difference = x.clone().plus(&m, &Rational::NEG_ONE);
        let square = m.times(&m).expect("small");
        let result = sum.times(&difference).expect("small").plus(&square, &Rational::ONE);
        assert_eq!(result, x.times(&x).expect("small"));
        assert_eq!(result.population_degree(), 0);
        let at = result.substitute(&|v| (v == Variable::Parameter(0)).then(|| ratio(3, 2)));
        assert_eq!(at.as_constant(), Some(ratio(9, 4)));
    }
}
