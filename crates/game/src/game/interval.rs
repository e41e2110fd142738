//! Interval bounds of polynomials and of the leader's reward, in exact arithmetic.

use super::columns::{Column, Columns, combine};
use super::polynomial::{Monomial, Polynomial, Variable, power};
use super::reduced::Reduced;
use crate::exact::{Integer, Numerators, Rational, Scaled, ratio};
use std::sync::Arc;

/// Least and greatest value.
pub type Interval = (Rational, Rational);

/// Least and greatest product of numbers from two intervals.
#[must_use]
pub fn interval_product(a: &Interval, b: &Interval) -> Interval {
    let products = [&a.0 * &b.0, &a.0 * &b.1, &a.1 * &b.0, &a.1 * &b.1];
    let least = products.iter().min().cloned().unwrap_or(Rational::ZERO);
    let greatest = products.iter().max().cloned().unwrap_or(Rational::ZERO);
    (least, greatest)
}

/// Range of `x^exponent`, `exponent >= 1`.
#[must_use]
pub fn interval_power((lower, upper): &Interval, exponent: u32) -> Interval {
    let (low, high) = (power(lower, exponent), power(upper, exponent));
    if exponent % 2 == 1 {
        (low, high)
    } else if *lower <= Rational::ZERO && *upper >= Rational::ZERO {
        (Rational::ZERO, low.max(high))
    } else {
        (low.clone().min(high.clone()), low.max(high))
    }
}

/// Range of a monomial when its variables range over intervals.
#[must_use]
pub fn monomial_range(monomial: &Monomial, of: &dyn Fn(Variable) -> Interval) -> Interval {
    let one = (Rational::ONE, Rational::ONE);
    monomial.factors().iter().fold(one, |product, &(variable, exponent)| {
        interval_product(&product, &interval_power(&of(variable), exponent))
    })
}

/// Interval bounds of a polynomial, term by term.
#[must_use]
pub fn polynomial_range(polynomial: &Polynomial, of: &dyn Fn(Variable) -> Interval) -> Interval {
    let zero = (Rational::ZERO, Rational::ZERO);
    polynomial.terms().fold(zero, |sum, (monomial, coefficient)| {
        let term = interval_product(
            &monomial_range(monomial, of),
            &(coefficient.clone(), coefficient.clone()),
        );
        (sum.0 + term.0, sum.1 + term.1)
    })
}

/// Interval bounds of every entry: two vectors of numbers, from below and from above.
#[must_use]
pub fn column_ranges(
    columns: &Columns,
    of: &dyn Fn(Variable) -> Interval,
) -> (Arc<Scaled>, Arc<Scaled>) {
    if let Some(constants) = columns.as_constants() {
        return (Arc::clone(&constants), constants);
    }
    // monomial = middle +- radius: entries lie within sum middle c +- radius |c|.
    let half = ratio(1, 2);
    let mut middle: Vec<(Rational, Column)> = Vec::new();
    let mut spread: Vec<(Rational, Column)> = Vec::new();
    for (monomial, column) in columns.columns() {
        let (least, greatest) = monomial_range(monomial, of);
        middle.push(((&least + &greatest) * &half, column.as_ref().clone()));
        let radius = (greatest - least) * &half;
        if !radius.is_zero() {
            spread.push((
                radius,
                Column {
                    support: column.support.clone(),
                    coefficients: Arc::new(magnitudes(&column.coefficients)),
                },
            ));
        }
    }
    let side = |sign: &Rational| {
        let spread = spread.iter().map(|(radius, column)| (radius * sign, column));
        let parts: Vec<(Rational, &Column)> =
            middle.iter().map(|(factor, column)| (factor.clone(), column)).chain(spread).collect();
        Arc::new(combine(columns.len(), &parts))
    };
    (side(&Rational::NEG_ONE), side(&Rational::ONE))
}

fn magnitudes(values: &Scaled) -> Scaled {
    let magnitude = |value: Integer| if value < Integer::ZERO { -value } else { value };
    let numerators =
        (0..values.len()).map(|index| magnitude(values.numerators().get(index))).collect();
    Scaled::from_integers(numerators, values.denominator().clone())
}

/// Least and greatest entry; zero when there is none.
#[must_use]
pub fn extremes(values: &Scaled) -> Interval {
    let over = |numerator: Option<Integer>| {
        Rational::from_parts(numerator.unwrap_or(Integer::ZERO), values.denominator().clone())
    };
    match values.numerators() {
        Numerators::Small(small) => (
            over(small.iter().min().map(|&n| n.into())),
            over(small.iter().max().map(|&n| n.into())),
        ),
        Numerators::Big(big) => (over(big.iter().min().cloned()), over(big.iter().max().cloned())),
    }
}

impl Reduced {
    /// Numbers between which the leader's reward lies for every population: the mass of each stage
    /// is 1.
    #[must_use]
    pub fn leader_range(&self) -> Interval {
        let ranges: Vec<Interval> =
            self.statistics.iter().map(super::reduced::LinearForm::range).collect();
        let of = |variable: Variable| match variable {
            Variable::Aggregate(k) => {
                ranges.get(k as usize).cloned().unwrap_or((Rational::ZERO, Rational::ZERO))
            }
            Variable::Parameter(_) | Variable::Function(_) => (Rational::ZERO, Rational::ZERO),
        };
        self.stages.iter().fold(polynomial_range(&self.payoff, &of), |sum, stage| {
            let (lower, upper) = column_ranges(&stage.leader_reward, &of);
            (sum.0 + extremes(&lower).0, sum.1 + extremes(&upper).1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        let interval = |a, b| (ratio(a, 1), ratio(b, 1));
        assert_eq!(interval_power(&interval(-2, 1), 2), interval(0, 4));
        assert_eq!(interval_power(&interval(-3, -2), 2), interval(4, 9));
        assert_eq!(interval_power(&interval(-2, 1), 3), interval(-8, 1));
        assert_eq!(interval_product(&interval(-2, 1), &interval(3, 4)), interval(-8, 4));
        assert_eq!(
            extremes(&Scaled::from_rationals(&[ratio(1, 2), ratio(-1, 3)])),
            (ratio(-1, 3), ratio(1, 2))
        );
    }
}
