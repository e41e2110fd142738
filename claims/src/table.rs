//! Vectors of polynomials, and a game with its parameters put in where they are known.

use crate::interval::entries;
use smfg_kernel::{
    Column, Columns, Listing, Monomial, Polynomial, Rational, Scaled, Successors, Variable,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A vector of polynomials: monomials with their columns.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) len: usize,
    pub(crate) columns: Columns,
}

impl Table {
    /// The sum of multiples of columns, by monomial.
    fn sum<'a>(
        len: usize,
        parts: impl Iterator<Item = (Monomial, Rational, &'a Arc<Column>)>,
    ) -> Self {
        let mut grouped: BTreeMap<Monomial, Vec<(Rational, &Arc<Column>)>> = BTreeMap::new();
        for (monomial, factor, column) in parts.filter(|part| !part.1.is_zero()) {
            grouped.entry(monomial).or_default().push((factor, column));
        }
        let mut columns = Vec::new();
        for (monomial, parts) in grouped {
            let column = match parts.as_slice() {
                [(factor, column)] if factor.is_one() => Arc::clone(column),
                _ => {
                    let mut values: BTreeMap<u32, Rational> = BTreeMap::new();
                    for (factor, column) in &parts {
                        for (entry, value) in entries(column) {
                            *values.entry(entry as u32).or_default() += factor * value;
                        }
                    }
                    values.retain(|_, value| !value.is_zero());
                    let (support, values): (Vec<u32>, Vec<Rational>) = values.into_iter().unzip();
                    let coefficients = Arc::new(Scaled::from_rationals(&values));
                    Arc::new(Column { support: Some(support), coefficients })
                }
            };
            if !column.coefficients.is_zero() {
                columns.push((monomial, column));
            }
        }
        Table { len, columns }
    }

    /// With numbers in place of variables.
    pub(crate) fn substitute(&self, value: &dyn Fn(Variable) -> Option<Rational>) -> Self {
        let parts = self.columns.iter().map(|(monomial, column)| {
            let (factor, rest) = substituted(monomial, value);
            (rest, factor, column)
        });
        Self::sum(self.len, parts)
    }

    /// `self - other`.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        let signed = |table: &'_ Table, sign: Rational| -> Vec<(Monomial, Rational, Arc<Column>)> {
            let part = |(m, c): &(Monomial, Arc<Column>)| (m.clone(), sign.clone(), Arc::clone(c));
            table.columns.iter().map(part).collect()
        };
        let mut parts = signed(self, Rational::ONE);
        parts.extend(signed(other, Rational::NEG_ONE));
        Self::sum(self.len, parts.iter().map(|(m, f, c)| (m.clone(), f.clone(), c)))
    }

    /// The derivative of every entry in statistic `k`.
    pub(crate) fn derivative(&self, k: u32) -> Self {
        let parts = self.columns.iter().filter_map(|(monomial, column)| {
            let (exponent, rest) = derived(monomial, k)?;
            Some((rest, Rational::from(exponent), column))
        });
        Self::sum(self.len, parts)
    }

    /// In renamed statistics.
    fn renamed(&self, names: &[u32]) -> Self {
        let parts = self
            .columns
            .iter()
            .map(|(monomial, column)| (renamed(monomial, names), Rational::ONE, column));
        Self::sum(self.len, parts)
    }

    /// The entries, where they are numbers.
    pub(crate) fn numbers(&self) -> Option<Vec<Rational>> {
        let mut numbers = vec![Rational::ZERO; self.len];
        for (monomial, column) in &self.columns {
            if !monomial.is_one() {
                return None;
            }
            entries(column).for_each(|(entry, value)| numbers[entry] = value);
        }
        Some(numbers)
    }

    /// The columns of some rows of entries: entry `i` of the result is the sum of `sign * self[j]`
    /// over `(i, sign, table, j)`.
    pub(crate) fn gathered(len: usize, parts: &[(usize, Rational, &Table, usize)]) -> Self {
        let mut grouped: BTreeMap<Monomial, BTreeMap<u32, Rational>> = BTreeMap::new();
        for (to, sign, table, from) in parts {
            for (monomial, column) in &table.columns {
                if let Some(index) = column.index(*from) {
                    let sum = grouped.entry(monomial.clone()).or_default();
                    *sum.entry(*to as u32).or_default() += sign * column.coefficients.get(index);
                }
            }
        }
        let column = |values: BTreeMap<u32, Rational>| {
            let (support, values): (Vec<u32>, Vec<Rational>) = values.into_iter().unzip();
            let coefficients = Arc::new(Scaled::from_rationals(&values));
            Arc::new(Column { support: Some(support), coefficients })
        };
        let columns = grouped.into_iter().map(|(m, values)| (m, column(values))).collect();
        Table { len, columns }
    }
}

/// The number that variables with values make of a monomial, and what is left.
fn substituted(
    monomial: &Monomial,
    value: &dyn Fn(Variable) -> Option<Rational>,
) -> (Rational, Monomial) {
    let (mut factor, mut rest) = (Rational::ONE, Vec::new());
    for &(variable, exponent) in monomial.factors() {
        match value(variable) {
            Some(number) => (0..exponent).for_each(|_| factor *= &number),
            None => rest.push((variable, exponent)),
        }
    }
    (factor, Monomial::new(rest))
}

fn derived(monomial: &Monomial, k: u32) -> Option<(u32, Monomial)> {
    let name = Variable::Statistic(k);
    let exponent = monomial.factors().iter().find(|factor| factor.0 == name)?.1;
    let lower = |&(variable, e): &(Variable, u32)| (variable, e - u32::from(variable == name));
    Some((exponent, Monomial::new(monomial.factors().iter().map(lower).collect())))
}

fn renamed(monomial: &Monomial, names: &[u32]) -> Monomial {
    let rename = |&(variable, exponent): &(Variable, u32)| match variable {
        Variable::Statistic(k) => {
            (Variable::Statistic(names.get(k as usize).copied().unwrap_or(k)), exponent)
        }
        other => (other, exponent),
    };
    Monomial::new(monomial.factors().iter().map(rename).collect())
}

/// Polynomials in place of tables.
pub(crate) fn polynomial_substituted(
    polynomial: &Polynomial,
    value: &dyn Fn(Variable) -> Option<Rational>,
) -> Polynomial {
    let mut result = Polynomial::zero();
    for (monomial, coefficient) in polynomial.terms() {
        let (factor, rest) = substituted(monomial, value);
        result.add_term(rest, coefficient * factor);
    }
    result
}

/// The derivative of a polynomial in statistic `k`.
pub(crate) fn polynomial_derivative(polynomial: &Polynomial, k: u32) -> Polynomial {
    let mut result = Polynomial::zero();
    for (monomial, coefficient) in polynomial.terms() {
        if let Some((exponent, rest)) = derived(monomial, k) {
            result.add_term(rest, coefficient * Rational::from(exponent));
        }
    }
    result
}

/// The data of a stage; what the leader's payoff adds linearly is part of her reward per pair.
pub(crate) struct Part {
    /// Where the pairs of each state begin.
    pub(crate) first: Arc<Vec<u32>>,
    pub(crate) reward: Table,
    pub(crate) leader: Table,
    pub(crate) transition: Option<(Arc<Successors>, Table)>,
}

impl Part {
    pub(crate) fn states(&self) -> usize {
        self.first.len() - 1
    }

    pub(crate) fn pairs(&self) -> usize {
        self.reward.len
    }

    pub(crate) fn of_state(&self, state: usize) -> std::ops::Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }
}

/// A game at a decision, or with its parameters left as they are.
pub(crate) struct Side {
    pub(crate) initial: Vec<Rational>,
    pub(crate) stages: Vec<Part>,
    pub(crate) payoff: Polynomial,
}

impl Side {
    /// The listing at a decision; its statistic `k` is called `names[k]`.
    pub(crate) fn new(listing: &Listing, decision: Option<&[Rational]>, names: &[u32]) -> Self {
        let value = |variable: Variable| match (variable, decision) {
            (Variable::Parameter(k), Some(values)) => values.get(k as usize).cloned(),
            _ => None,
        };
        let at = |columns: &Columns, len: usize| {
            Table { len, columns: columns.clone() }.substitute(&value).renamed(names)
        };
        let whole = polynomial_substituted(&listing.payoff, &value);
        let mut payoff = Polynomial::zero();
        let mut linear: Vec<(u32, &Rational)> = Vec::new();
        for (monomial, coefficient) in whole.terms() {
            match monomial.factors() {
                [(Variable::Statistic(k), 1)] => linear.push((*k, coefficient)),
                _ => payoff.add_term(renamed(monomial, names), coefficient.clone()),
            }
        }
        let stages = listing.stages.iter().enumerate().map(|(t, stage)| {
            let pairs = stage.pairs();
            let own = at(&stage.leader_reward, pairs);
            let here = linear
                .iter()
                .filter_map(|(k, weight)| Some((listing.form(*k)?, *weight)))
                .filter(|((stage, _), _)| *stage as usize == t);
            let added: Vec<(Rational, Arc<Column>)> =
                here.map(|((_, form), weight)| (weight.clone(), Arc::new(form.clone()))).collect();
            let parts = own.columns.iter().map(|(m, c)| (m.clone(), Rational::ONE, c));
            let more = added.iter().map(|(f, c)| (Monomial::one(), f.clone(), c));
            Part {
                first: Arc::clone(&stage.first),
                reward: at(&stage.reward, pairs),
                leader: Table::sum(pairs, parts.chain(more)),
                transition: stage.transition.as_ref().map(|transition| {
                    let entries = transition.successors.state.len();
                    (Arc::clone(&transition.successors), at(&transition.probability, entries))
                }),
            }
        });
        let stages = stages.collect();
        Side { initial: listing.initial.iter().collect(), stages, payoff }
    }
}
