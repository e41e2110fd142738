//! Intervals of rationals, and enclosures of polynomials by them.

use crate::table::Table;
use smfg_kernel::{Column, Decisions, Listing, Monomial, Polynomial, Rational, Variable};

/// Least and greatest value.
pub type Interval = (Rational, Rational);

/// Ends of every variable that occurs.
pub(crate) struct Box {
    parameters: Vec<Interval>,
    statistics: Vec<Interval>,
}

impl Box {
    pub(crate) fn new(parameters: Vec<Interval>, statistics: Vec<Interval>) -> Self {
        Box { parameters, statistics }
    }

    /// The ends of a variable; others than parameters and statistics do not occur in listings.
    fn of(&self, variable: Variable) -> Interval {
        let ends = match variable {
            Variable::Parameter(k) => self.parameters.get(k as usize),
            Variable::Statistic(k) => self.statistics.get(k as usize),
            _ => None,
        };
        ends.cloned().unwrap_or((Rational::ZERO, Rational::ZERO))
    }

    /// Between what a monomial lies.
    pub(crate) fn monomial(&self, monomial: &Monomial) -> Interval {
        let one = (Rational::ONE, Rational::ONE);
        monomial.factors().iter().fold(one, |product, &(variable, exponent)| {
            times(&product, &power(&self.of(variable), exponent))
        })
    }

    /// Between what a polynomial lies.
    pub(crate) fn polynomial(&self, polynomial: &Polynomial) -> Interval {
        let zero = (Rational::ZERO, Rational::ZERO);
        polynomial.terms().fold(zero, |sum, (monomial, value)| {
            let term = scaled(&self.monomial(monomial), value);
            (sum.0 + term.0, sum.1 + term.1)
        })
    }

    /// Between what every entry of a table lies.
    pub(crate) fn table(&self, table: &Table) -> Vec<Interval> {
        let mut result = vec![(Rational::ZERO, Rational::ZERO); table.len];
        for (monomial, column) in &table.columns {
            let range = self.monomial(monomial);
            for (entry, value) in entries(column) {
                let term = scaled(&range, &value);
                result[entry].0 += term.0;
                result[entry].1 += term.1;
            }
        }
        result
    }
}

/// `(entry, coefficient)` of a column.
pub(crate) fn entries(column: &Column) -> impl Iterator<Item = (usize, Rational)> + '_ {
    (0..column.coefficients.len())
        .map(|index| (column.position(index), column.coefficients.get(index)))
}

/// `interval * number`.
fn scaled(interval: &Interval, number: &Rational) -> Interval {
    let (a, b) = (&interval.0 * number, &interval.1 * number);
    if a <= b { (a, b) } else { (b, a) }
}

fn times(a: &Interval, b: &Interval) -> Interval {
    let (first, second) = (scaled(a, &b.0), scaled(a, &b.1));
    (first.0.min(second.0), first.1.max(second.1))
}

fn power(interval: &Interval, exponent: u32) -> Interval {
    let raise = |base: &Rational| (0..exponent).fold(Rational::ONE, |power, _| power * base);
    let (low, high) = (raise(&interval.0), raise(&interval.1));
    if exponent % 2 == 1 {
        (low, high)
    } else if interval.0 <= Rational::ZERO && interval.1 >= Rational::ZERO {
        (Rational::ZERO, low.max(high))
    } else if low <= high {
        (low, high)
    } else {
        (high, low)
    }
}

/// Least and greatest value over some intervals; zeros when there are none.
pub(crate) fn hull(intervals: &[Interval]) -> Interval {
    let least = intervals.iter().map(|range| &range.0).min().cloned();
    let greatest = intervals.iter().map(|range| &range.1).max().cloned();
    (least.unwrap_or(Rational::ZERO), greatest.unwrap_or(Rational::ZERO))
}

/// The parameters at one decision, or over all decisions.
pub(crate) fn parameters(listing: &Listing, decision: Option<&[Rational]>) -> Vec<Interval> {
    match (decision, &listing.decisions) {
        (Some(values), _) => values.iter().map(|value| (value.clone(), value.clone())).collect(),
        (None, Decisions::Polytope { ends, .. }) => ends.clone(),
        (None, Decisions::List(list)) => {
            let of = |k: usize| {
                let values: Vec<Interval> =
                    list.iter().map(|d| (d[k].clone(), d[k].clone())).collect();
                hull(&values)
            };
            (0..listing.parameters).map(of).collect()
        }
    }
}

/// The ranges of the statistics of a listing.
pub(crate) fn statistics(listing: &Listing) -> Vec<Interval> {
    (0..listing.statistics.len()).map(|k| listing.range(k)).collect()
}
