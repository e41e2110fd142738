//! Polynomials in the coordinates of a region.

use crate::prelude::*;

/// Largest sum of exponents of a monomial.
pub const MOST_DEGREE: u32 = 64;
/// Most products of terms where two polynomials are multiplied.
pub const MOST_TERMS: usize = 1 << 20;

/// A coordinate of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Parameter of the leader.
    Parameter(u32),
    /// Statistic of the population.
    Statistic(u32),
    /// A form that was declared.
    Form(u32),
    /// Barycentric coordinate of the simplex of a place.
    Share(u32),
    /// The multiplier `lambda` of a dual region.
    Multiplier,
    /// Indicator of an optimal pair.
    Choice(u32),
}

/// A product of powers of variables, variables increasing, exponents positive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(Vec<(Variable, u32)>);

impl Monomial {
    /// The empty product 1.
    pub fn one() -> Self {
        Monomial(Vec::new())
    }

    /// The product of these powers; variables may repeat, exponents 0 count for nothing.
    pub fn new(mut factors: Vec<(Variable, u32)>) -> Self {
        factors.retain(|factor| factor.1 > 0);
        factors.sort_unstable();
        factors.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 = kept.1.saturating_add(if same { next.1 } else { 0 });
            same
        });
        Monomial(factors)
    }

    /// The factors, variables increasing.
    pub fn factors(&self) -> &[(Variable, u32)] {
        &self.0
    }

    /// Whether this is the empty product.
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// Sum of the exponents.
    pub fn degree(&self) -> u32 {
        self.0.iter().fold(0, |sum, factor| sum.saturating_add(factor.1))
    }

    /// The product.
    pub fn times(&self, other: &Monomial) -> Monomial {
        Monomial::new([self.factors(), other.factors()].concat())
    }

    /// The product, whose degree has to be within the limit.
    pub(crate) fn product(&self, other: &Monomial) -> Done<Monomial> {
        let product = self.times(other);
        limit(product.degree() <= MOST_DEGREE, "a degree above 64")?;
        Ok(product)
    }

    /// Whether all variables satisfy `allowed`.
    pub(crate) fn only(&self, allowed: impl Fn(Variable) -> bool) -> bool {
        self.0.iter().all(|factor| allowed(factor.0))
    }

    /// The factors for which `part` holds, and the others.
    pub(crate) fn parted(&self, part: impl Fn(Variable) -> bool) -> (Monomial, Monomial) {
        let (inside, outside) = self.0.iter().partition(|factor| part(factor.0));
        (Monomial(inside), Monomial(outside))
    }

    /// The exponent of a variable.
    pub(crate) fn exponent(&self, variable: Variable) -> u32 {
        self.0.iter().find(|factor| factor.0 == variable).map_or(0, |factor| factor.1)
    }

    /// The monomial with a polynomial in place of each variable.
    pub(crate) fn replaced(&self, by: &impl Fn(Variable) -> Done<Polynomial>) -> Done<Polynomial> {
        limit(self.degree() <= MOST_DEGREE, "a degree above 64")?;
        let mut product = Polynomial::constant(Rational::ONE);
        for &(variable, exponent) in &self.0 {
            let factor = by(variable)?;
            for _ in 0..exponent {
                product = product.times(&factor)?;
            }
        }
        Ok(product)
    }
}

/// A polynomial: monomials, increasing, with their coefficients, which are not 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polynomial {
    terms: Vec<(Monomial, Rational)>,
}

impl Polynomial {
    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    pub fn constant(value: Rational) -> Self {
        Self::term(Monomial::one(), value)
    }

    /// A variable.
    pub fn variable(variable: Variable) -> Self {
        Self::term(Monomial(vec![(variable, 1)]), Rational::ONE)
    }

    /// `coefficient * monomial`.
    pub fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let mut result = Self::zero();
        result.add_term(monomial, coefficient);
        result
    }

    /// The sum of some terms.
    pub(crate) fn sum(mut terms: Vec<(Monomial, Rational)>) -> Done<Self> {
        terms.sort_by(|a, b| a.0.cmp(&b.0));
        let mut sum: Vec<(Monomial, Rational)> = Vec::with_capacity(terms.len());
        for (monomial, value) in terms {
            charge_number(&value)?;
            match sum.last_mut() {
                Some(last) if last.0 == monomial => {
                    last.1 += value;
                    charge_number(&last.1)?;
                }
                _ => sum.push((monomial, value)),
            }
        }
        sum.retain(|term| !term.1.is_zero());
        Ok(Polynomial { terms: sum })
    }

    /// Adds `coefficient * monomial`.
    pub fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        let found = self.terms.binary_search_by(|term| term.0.cmp(&monomial));
        match found {
            Ok(place) => self.terms[place].1 += coefficient,
            Err(place) => self.terms.insert(place, (monomial, coefficient)),
        }
        let (Ok(place) | Err(place)) = found;
        if self.terms[place].1.is_zero() {
            self.terms.remove(place);
        }
    }

    /// Monomials in increasing order with their coefficients, which are not 0.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.terms.iter().map(|term| (&term.0, &term.1))
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value when no variable occurs.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.as_slice() {
            [] => Some(Rational::ZERO),
            [(monomial, value)] if monomial.is_one() => Some(value.clone()),
            _ => None,
        }
    }

    /// Whether all variables satisfy `allowed`.
    pub fn only(&self, allowed: impl Fn(Variable) -> bool) -> bool {
        self.terms.iter().all(|term| term.0.only(&allowed))
    }

    /// Largest degree of a monomial.
    pub(crate) fn degree(&self) -> u32 {
        self.terms.iter().map(|term| term.0.degree()).max().unwrap_or(0)
    }

    /// How many machine words it takes.
    pub(crate) fn size(&self) -> usize {
        self.terms.iter().map(|term| 16 + term.0.0.len() + number_size(&term.1)).sum()
    }

    /// `factor * self`.
    pub(crate) fn scaled(&self, factor: &Rational) -> Self {
        Self::zero().plus(self, factor)
    }

    /// `self + factor * other`.
    pub fn plus(mut self, other: &Polynomial, factor: &Rational) -> Self {
        for (monomial, coefficient) in &other.terms {
            self.add_term(monomial.clone(), coefficient * factor);
        }
        self
    }

    /// The product; refused beyond [`MOST_TERMS`] or [`MOST_DEGREE`].
    pub fn times(&self, other: &Polynomial) -> Done<Self> {
        let count = self.terms.len().saturating_mul(other.terms.len());
        limit(count <= MOST_TERMS, "a product of too many terms")?;
        let mut terms = Vec::with_capacity(count);
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                terms.push((a.product(b)?, x * y));
            }
        }
        Self::sum(terms)
    }

    /// The polynomial with another one in place of each variable.
    pub(crate) fn replaced(&self, by: &impl Fn(Variable) -> Done<Polynomial>) -> Done<Polynomial> {
        let mut terms = Vec::new();
        for (monomial, coefficient) in &self.terms {
            let product = monomial.replaced(by)?;
            terms
                .extend(product.terms.into_iter().map(|(name, value)| (name, value * coefficient)));
        }
        Self::sum(terms)
    }

    /// The value at a point of the parameters; `None` when other variables occur.
    pub(crate) fn at(&self, point: &[Rational]) -> Option<Rational> {
        let value = |variable| match variable {
            Variable::Parameter(k) => point.get(k as usize).cloned().map(Polynomial::constant),
            _ => None,
        };
        let by = |variable| value(variable).ok_or(Refusal::Step("no parameter".to_string()));
        self.replaced(&by).ok()?.as_constant()
    }
}
