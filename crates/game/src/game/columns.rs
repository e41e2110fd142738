//! Vectors of polynomials, stored as one vector of coefficients per monomial.
//!
//! The rewards of a stage are a polynomial per (state, action). Most share a handful of monomials,
//! so the vector is kept as `sum_j monomial_j * coefficients_j` with each `coefficients_j` dense or
//! sparse over one common denominator: 8 bytes an entry for data that do not depend on anything.

use super::polynomial::{Monomial, Polynomial, Variable};
use crate::exact::ScaledExt;
use crate::exact::{Integer, Natural, Numerators, Rational, Scaled, least_common_multiple};
use dashu_base::Gcd;
pub use smfg_kernel::Column;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ways to make and to read the kernel's columns.
pub trait ColumnExt: Sized {
    /// A coefficient for every entry.
    #[must_use]
    fn dense(coefficients: Scaled) -> Self;

    /// Entries and their coefficients; `entries` must increase.
    #[must_use]
    fn sparse(len: usize, entries: Vec<u32>, coefficients: Scaled) -> Self;

    /// `(entry, coefficient)` of every nonzero coefficient, entries increasing.
    fn entries(&self) -> impl Iterator<Item = (usize, Rational)> + '_;

    /// `sum_i coefficient_i values_i` over all entries.
    #[must_use]
    fn value(&self, values: &Scaled) -> Rational;

    /// The coefficient of entry `entry`.
    #[must_use]
    fn get(&self, entry: usize) -> Rational;
}

impl ColumnExt for Column {
    fn dense(coefficients: Scaled) -> Self {
        Column { support: None, coefficients: Arc::new(coefficients) }
    }

    fn sparse(len: usize, entries: Vec<u32>, coefficients: Scaled) -> Self {
        if entries.len() == len {
            Self::dense(coefficients)
        } else {
            Column { support: Some(entries), coefficients: Arc::new(coefficients) }
        }
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Rational)> + '_ {
        (0..self.coefficients.len())
            .filter(|&i| !self.coefficients.numerators().is_zero_at(i))
            .map(|i| (self.position(i), self.coefficients.get(i)))
    }

    fn value(&self, values: &Scaled) -> Rational {
        let own = self.coefficients.numerators();
        let small = match (own, values.numerators()) {
            (Numerators::Small(own), Numerators::Small(values)) => {
                own.iter().enumerate().try_fold(0i128, |sum, (index, &coefficient)| {
                    sum.checked_add(
                        i128::from(coefficient) * i128::from(values[self.position(index)]),
                    )
                })
            }
            _ => None,
        };
        let sum = small.map_or_else(
            || {
                (0..own.len()).fold(Integer::ZERO, |sum, index| {
                    sum + own.get(index) * values.numerators().get(self.position(index))
                })
            },
            Integer::from,
        );
        Rational::from_parts(sum, self.coefficients.denominator() * values.denominator())
    }

    fn get(&self, entry: usize) -> Rational {
        self.index(entry).map_or(Rational::ZERO, |index| self.coefficients.get(index))
    }
}

/// `len` polynomials as `sum_j monomial_j * column_j`, monomials in increasing order, no column
/// zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    len: usize,
    columns: Vec<(Monomial, Arc<Column>)>,
}

impl Columns {
    /// The vector whose coefficients per monomial are given; columns of one monomial add up.
    #[must_use]
    pub fn new(len: usize, columns: Vec<(Monomial, Arc<Column>)>) -> Self {
        let mut grouped: BTreeMap<Monomial, Vec<(Rational, Arc<Column>)>> = BTreeMap::new();
        for (monomial, column) in columns {
            grouped.entry(monomial).or_default().push((Rational::ONE, column));
        }
        Self::from_groups(len, grouped)
    }

    fn from_groups(len: usize, grouped: BTreeMap<Monomial, Vec<(Rational, Arc<Column>)>>) -> Self {
        let mut columns = Vec::with_capacity(grouped.len());
        for (monomial, parts) in grouped {
            let column = match parts.as_slice() {
                [(factor, column)] if factor.is_one() => Arc::clone(column),
                _ => {
                    let parts: Vec<(Rational, &Column)> =
                        parts.iter().map(|(f, c)| (f.clone(), c.as_ref())).collect();
                    Arc::new(Column::dense(combine(len, &parts)))
                }
            };
            if !column.coefficients.is_zero() {
                columns.push((monomial, column));
            }
        }
        Columns { len, columns }
    }

    /// The vector with these entries.
    #[must_use]
    pub fn from_polynomials(polynomials: &[Polynomial]) -> Self {
        let mut grouped: BTreeMap<&Monomial, (Vec<u32>, Vec<Rational>)> = BTreeMap::new();
        for (entry, polynomial) in polynomials.iter().enumerate() {
            for (monomial, coefficient) in polynomial.terms() {
                let (entries, coefficients) = grouped.entry(monomial).or_default();
                entries.push(entry as u32);
                coefficients.push(coefficient.clone());
            }
        }
        let len = polynomials.len();
        let columns = grouped
            .into_iter()
            .map(|(monomial, (entries, coefficients))| {
                (
                    monomial.clone(),
                    Arc::new(Column::sparse(len, entries, Scaled::from_rationals(&coefficients))),
                )
            })
            .collect();
        Columns { len, columns }
    }

    /// Number of polynomials.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The variable of every factor of every monomial.
    fn variables(&self) -> impl Iterator<Item = Variable> + '_ {
        self.columns
            .iter()
            .flat_map(|(monomial, _)| monomial.factors().iter().map(|&(variable, _)| variable))
    }

    /// Monomials in increasing order with their coefficients.
    #[must_use]
    pub fn columns(&self) -> &[(Monomial, Arc<Column>)] {
        &self.columns
    }

    /// Entry `index` as a polynomial.
    #[must_use]
    pub fn get(&self, index: usize) -> Polynomial {
        let mut result = Polynomial::zero();
        for (monomial, column) in &self.columns {
            result.add_term(monomial.clone(), column.get(index));
        }
        result
    }

    /// Replaces the variables to which `value` gives a number.
    #[must_use]
    pub fn substitute(&self, value: &dyn Fn(Variable) -> Option<Rational>) -> Self {
        if self.variables().all(|variable| value(variable).is_none()) {
            return self.clone();
        }
        let mut grouped: BTreeMap<Monomial, Vec<(Rational, Arc<Column>)>> = BTreeMap::new();
        for (monomial, column) in &self.columns {
            let (factor, rest) = monomial.substitute(value);
            if !factor.is_zero() {
                grouped.entry(rest).or_default().push((factor, Arc::clone(column)));
            }
        }
        Self::from_groups(self.len, grouped)
    }

    /// `self - other`, entry by entry; both have the same number of entries.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut grouped: BTreeMap<Monomial, Vec<(Rational, Arc<Column>)>> = BTreeMap::new();
        for (sign, columns) in [(Rational::ONE, &self.columns), (Rational::NEG_ONE, &other.columns)]
        {
            for (monomial, column) in columns {
                grouped
                    .entry(monomial.clone())
                    .or_default()
                    .push((sign.clone(), Arc::clone(column)));
            }
        }
        Self::from_groups(self.len, grouped)
    }

    /// The derivative of every entry in aggregate `k`.
    #[must_use]
    pub fn derivative(&self, k: u32) -> Self {
        let mut grouped: BTreeMap<Monomial, Vec<(Rational, Arc<Column>)>> = BTreeMap::new();
        for (monomial, column) in &self.columns {
            for (_, exponent, rest) in
                monomial.derivatives().into_iter().filter(|derivative| derivative.0 == k)
            {
                grouped
                    .entry(rest)
                    .or_default()
                    .push((Rational::from(exponent), Arc::clone(column)));
            }
        }
        Self::from_groups(self.len, grouped)
    }

    /// The same vector in renamed variables.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(Variable) -> Variable) -> Self {
        if self.variables().all(|variable| rename(variable) == variable) {
            return self.clone();
        }
        let columns = self
            .columns
            .iter()
            .map(|(monomial, column)| (monomial.renamed(rename), Arc::clone(column)))
            .collect();
        Self::new(self.len, columns)
    }

    /// The entries as numbers, when no variable occurs.
    #[must_use]
    pub fn as_constants(&self) -> Option<Arc<Scaled>> {
        match self.columns.as_slice() {
            [] => Some(Arc::new(Scaled::zeros(self.len))),
            [(monomial, column)] if monomial.is_one() => Some(match &column.support {
                None => Arc::clone(&column.coefficients),
                Some(_) => Arc::new(combine(self.len, &[(Rational::ONE, column.as_ref())])),
            }),
            _ => None,
        }
    }

    /// Largest total degree in the aggregates.
    #[must_use]
    pub fn population_degree(&self) -> u64 {
        self.columns.iter().map(|(monomial, _)| monomial.population_degree()).max().unwrap_or(0)
    }
}

/// `sum_j factor_j * column_j` as one dense vector of `len` entries.
#[must_use]
pub fn combine(len: usize, parts: &[(Rational, &Column)]) -> Scaled {
    combine_small(len, parts).unwrap_or_else(|| combine_large(len, parts))
}

/// [`combine`] on machine integers, `None` as soon as something does not fit.
fn combine_small(len: usize, parts: &[(Rational, &Column)]) -> Option<Scaled> {
    let own = |(factor, column): &(Rational, &Column)| {
        u64::try_from(factor.denominator())
            .ok()?
            .checked_mul(u64::try_from(column.coefficients.denominator()).ok()?)
    };
    let mut denominator = 1u64;
    for part in parts {
        let own = own(part)?;
        denominator = (denominator / denominator.gcd(own)).checked_mul(own)?;
    }
    let mut sums = vec![0i64; len];
    for part in parts {
        let (factor, column) = part;
        let widen = i64::try_from(denominator / own(part)?).ok()?;
        let multiplier = i64::try_from(factor.numerator()).ok()?.checked_mul(widen)?;
        let Numerators::Small(numerators) = column.coefficients.numerators() else { return None };
        for (index, numerator) in numerators.iter().enumerate() {
            let sum = &mut sums[column.position(index)];
            *sum = sum.checked_add(numerator.checked_mul(multiplier)?)?;
        }
    }
    Some(Scaled::from_small(sums, denominator))
}

fn combine_large(len: usize, parts: &[(Rational, &Column)]) -> Scaled {
    let own = |(factor, column): &(Rational, &Column)| {
        factor.denominator() * column.coefficients.denominator()
    };
    let denominator = parts
        .iter()
        .fold(Natural::ONE, |denominator, part| least_common_multiple(&denominator, &own(part)));
    let mut sums = vec![Integer::ZERO; len];
    for part in parts {
        let (factor, column) = part;
        let multiplier = factor.numerator() * (&denominator / own(part));
        for index in 0..column.coefficients.len() {
            if !column.coefficients.numerators().is_zero_at(index) {
                sums[column.position(index)] +=
                    &multiplier * column.coefficients.numerators().get(index);
            }
        }
    }
    Scaled::from_integers(sums, denominator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn polynomials_in_and_out() {
        let x = Polynomial::variable(Variable::Parameter(0));
        let entries = vec![
            Polynomial::constant(ratio(1, 2)),
            Polynomial::zero(),
            x.clone().plus(&Polynomial::constant(ratio(1, 3)), &Rational::ONE),
        ];
        let columns = Columns::from_polynomials(&entries);
        assert_eq!((0..3).map(|i| columns.get(i)).collect::<Vec<_>>(), entries);
        assert_eq!(columns.as_constants(), None);
        let at = columns.substitute(&|_| Some(ratio(3, 1)));
        assert_eq!(
            at.as_constants(),
            Some(Arc::new(Scaled::from_rationals(&[ratio(1, 2), ratio(0, 1), ratio(10, 3)])))
        );
    }

    #[test]
    fn differences_and_derivatives() {
        let m = Polynomial::variable(Variable::Aggregate(0));
        let u = Polynomial::variable(Variable::Parameter(0));
        let cube = m
            .times(&m)
            .and_then(|square| square.times(&m))
            .and_then(|cube| cube.times(&u))
            .expect("small");
        let columns = Columns::from_polynomials(&[cube.clone(), Polynomial::zero()]);
        let value = |v| Some(if v == Variable::Parameter(0) { ratio(5, 1) } else { ratio(2, 1) });
        // d/dm (u m^3) = 3 u m^2 = 60 at m = 2, u = 5.
        assert_eq!(
            columns.derivative(0).substitute(&value).as_constants().map(|numbers| numbers.get(0)),
            Some(ratio(60, 1))
        );
        assert_eq!(cube.derivative(0).substitute(&value).as_constant(), Some(ratio(60, 1)));
        assert!(cube.derivative(1).is_zero() && columns.derivative(1).as_constants().is_some());
        let other = Columns::from_polynomials(&[m, Polynomial::constant(ratio(1, 1))]);
        assert_eq!(
            columns.minus(&other).substitute(&value).as_constants().map(|n| (n.get(0), n.get(1))),
            Some((ratio(38, 1), ratio(-1, 1)))
        );
        assert_eq!(
            columns.minus(&columns),
            Columns::from_polynomials(&[Polynomial::zero(), Polynomial::zero()])
        );
    }

    /// Against products entry by entry: machine integers, their overflow, and unbounded ones.
    #[test]
    fn values() {
        let large = i64::MAX / 2;
        for (first, second) in [(3, 5), (large, large), (large, -large)] {
            for big in [ratio(1, 7), Rational::from(Integer::from(1) << 90)] {
                let values = Scaled::from_rationals(&[
                    ratio(second, 3),
                    big,
                    ratio(second, 3),
                    ratio(second, 3),
                    ratio(second, 3),
                ]);
                let coefficients = Scaled::from_rationals(&[
                    ratio(first, 11),
                    ratio(-2, 1),
                    ratio(first, 11),
                    ratio(first, 11),
                ]);
                let sparse = Column::sparse(5, vec![0, 1, 3, 4], coefficients);
                let expected =
                    sparse.entries().fold(Rational::ZERO, |sum, (entry, coefficient)| {
                        sum + coefficient * values.get(entry)
                    });
                assert_eq!(sparse.value(&values), expected);
            }
        }
    }

    #[test]
    fn combination_of_large_numbers() {
        let huge = Rational::from(Integer::from(7) << 90);
        let column = Column::dense(Scaled::from_rationals(&[huge.clone(), ratio(1, 2)]));
        let sum = combine(2, &[(ratio(1, 3), &column), (ratio(2, 3), &column)]);
        assert_eq!(sum, Scaled::from_rationals(&[huge, ratio(1, 2)]));
    }
}
