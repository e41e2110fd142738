//! Lower bounds of a polynomial on a box by its Bernstein coefficients.
//!
//! On the unit box `p(y) = sum_I b_I B_I(y)` with the products `B_I` of Bernstein polynomials,
//! which are non-negative and sum to 1, so `p >= min b_I`; the coefficients at the corners are the
//! values there (G. Garloff, *Convergent bounds for the range of multivariate polynomials*, 1985).
//! Boxes are halved where the bound is negative and the corners are not.

use crate::exact::{Integer, Natural, Rational};
use crate::game::{Polynomial, Variable, power};
use std::collections::BTreeMap;

/// Most Bernstein coefficients of one box.
pub(super) const MOST_COEFFICIENTS: usize = 4_096;
/// Most boxes a polynomial is given.
const MOST_BOXES: usize = 128;
/// Operations for all polynomials of a game; beyond them intervals have to do.
const MOST_WORK: usize = 100_000_000;

/// An interval, lower end first.
pub(super) type Range = (Rational, Rational);

/// What is left of the work for one game.
pub(super) struct Enclosure {
    work: usize,
}

impl Enclosure {
    pub(super) fn new() -> Self {
        Enclosure { work: MOST_WORK }
    }

    /// Accounts for so many operations; `None` when they are more than what is left.
    pub(super) fn spend(&mut self, operations: usize) -> Option<()> {
        self.work = self.work.checked_sub(operations)?;
        Some(())
    }

    /// A lower bound of `polynomial` where every variable is within its range. It is the least
    /// value when that is attained at a corner, and not negative when halving boxes could show that
    /// the polynomial is not.
    pub(super) fn lower_bound(
        &mut self,
        polynomial: &Polynomial,
        range: &dyn Fn(Variable) -> Range,
    ) -> Rational {
        let variables = polynomial.variables();
        let ranges: Vec<Range> = variables.iter().map(|v| range(*v)).collect();
        let degrees: Vec<usize> = variables.iter().map(|v| degree(polynomial, *v)).collect();
        let size = degrees.iter().try_fold(1usize, |size, degree| size.checked_mul(degree + 1));
        let by_intervals = interval(polynomial, range);
        let Some(size) = size.filter(|size| *size <= MOST_COEFFICIENTS) else {
            return by_intervals;
        };
        if by_intervals >= Rational::ZERO {
            return by_intervals;
        }
        let bounds = |cell: &Vec<Range>| {
            self.spend(size * (degrees.iter().sum::<usize>() + 1))?;
            let coefficients = bernstein(polynomial, &variables, &degrees, cell);
            let corner = corners(&degrees).filter_map(|index| coefficients.get(index)).min();
            Some((coefficients.iter().min()?.clone(), corner?.clone()))
        };
        match least_on_parts(ranges, bounds, |cell| halved(cell)) {
            Some(least) => least.max(by_intervals),
            None => by_intervals,
        }
    }
}

/// A lower bound on `whole` from bounds on parts of it. `bounds` has a bound of a part and the least
/// value at its corners; parts are halved where the bound is negative and the corners are not.
/// `None` when there would be too many parts, or `bounds` fails.
pub(super) fn least_on_parts<C>(
    whole: C,
    mut bounds: impl FnMut(&C) -> Option<(Rational, Rational)>,
    halved: impl Fn(&C) -> Option<(C, C)>,
) -> Option<Rational> {
    let mut parts = vec![whole];
    let mut least: Option<Rational> = None;
    for _ in 0..MOST_BOXES {
        let Some(part) = parts.pop() else { break };
        let (bound, corner) = bounds(&part)?;
        // Once the bound is negative, dividing other parts does not change that.
        let open = least.as_ref().is_none_or(|least| *least >= Rational::ZERO);
        let divided = open && bound < Rational::ZERO && corner >= Rational::ZERO;
        match if divided { halved(&part) } else { None } {
            Some((one, other)) => parts.extend([one, other]),
            None => least = Some(least.map_or(bound.clone(), |least| least.min(bound))),
        }
    }
    least.filter(|_| parts.is_empty())
}

fn degree(polynomial: &Polynomial, variable: Variable) -> usize {
    let of = |factors: &[(Variable, u32)]| {
        factors.iter().find(|(v, _)| *v == variable).map_or(0, |(_, exponent)| *exponent as usize)
    };
    polynomial.terms().map(|(monomial, _)| of(monomial.factors())).max().unwrap_or(0)
}

/// A lower bound by interval arithmetic, term by term.
fn interval(polynomial: &Polynomial, range: &dyn Fn(Variable) -> Range) -> Rational {
    let mut sum = Rational::ZERO;
    for (monomial, coefficient) in polynomial.terms() {
        let (mut low, mut high) = (coefficient.clone(), coefficient.clone());
        for (variable, exponent) in monomial.factors() {
            let (a, b) = powers(&range(*variable), *exponent);
            let products = [&low * &a, &low * &b, &high * &a, &high * &b];
            low = products.iter().min().cloned().unwrap_or(Rational::ZERO);
            high = products.into_iter().max().unwrap_or(Rational::ZERO);
        }
        sum += low;
    }
    sum
}

/// The range of a power.
fn powers((low, high): &Range, exponent: u32) -> Range {
    let (a, b) = (power(low, exponent), power(high, exponent));
    if exponent.is_multiple_of(2) && *low < Rational::ZERO {
        let zero = if *high > Rational::ZERO { Rational::ZERO } else { b.clone() };
        return (zero, a.max(b));
    }
    (a, b)
}

/// The two halves of the box along its longest side; `None` when it is a point.
fn halved(cell: &[Range]) -> Option<(Vec<Range>, Vec<Range>)> {
    let (at, width) =
        cell.iter().map(|(low, high)| high - low).enumerate().max_by(|a, b| a.1.cmp(&b.1))?;
    if width.is_zero() {
        return None;
    }
    let (mut one, mut other) = (cell.to_vec(), cell.to_vec());
    let middle = cell.get(at).map(|(low, high)| (low + high) / Rational::from(2u8))?;
    one.get_mut(at)?.1 = middle.clone();
    other.get_mut(at)?.0 = middle;
    Some((one, other))
}

/// Positions of the coefficients at the corners.
fn corners(degrees: &[usize]) -> impl Iterator<Item = usize> {
    let mut positions = vec![0usize];
    for degree in degrees {
        let at_least: Vec<usize> =
            positions.iter().map(|position| position * (degree + 1)).collect();
        positions = at_least
            .iter()
            .copied()
            .chain(at_least.iter().map(|position| position + degree))
            .collect();
        positions.dedup();
    }
    positions.into_iter()
}

/// Bernstein coefficients on a box; the last variable varies fastest.
fn bernstein(
    polynomial: &Polynomial,
    variables: &[Variable],
    degrees: &[usize],
    cell: &[Range],
) -> Vec<Rational> {
    let position: BTreeMap<Variable, usize> = variables.iter().copied().zip(0..).collect();
    let strides: Vec<usize> = (0..degrees.len())
        .map(|at| degrees.iter().skip(at + 1).map(|degree| degree + 1).product())
        .collect();
    let size: usize = degrees.iter().map(|degree| degree + 1).product();
    let mut values = vec![Rational::ZERO; size];
    for (monomial, coefficient) in polynomial.terms() {
        let index: usize = monomial
            .factors()
            .iter()
            .filter_map(|(variable, exponent)| {
                Some(strides.get(*position.get(variable)?)? * *exponent as usize)
            })
            .sum();
        if let Some(value) = values.get_mut(index) {
            *value += coefficient;
        }
    }
    for ((degree, stride), range) in degrees.iter().zip(&strides).zip(cell) {
        let binomials = binomials(*degree);
        for start in (0..size).filter(|index| (index / stride) % (degree + 1) == 0) {
            let mut line: Vec<Rational> =
                (0..=*degree).filter_map(|k| values.get(start + k * stride).cloned()).collect();
            to_unit(&mut line, range);
            let line = to_bernstein(&line, &binomials);
            for (k, value) in line.into_iter().enumerate() {
                if let Some(slot) = values.get_mut(start + k * stride) {
                    *slot = value;
                }
            }
        }
    }
    values
}

/// Coefficients of `p(low + (high - low) y)` from those of `p`.
fn to_unit(line: &mut [Rational], (low, high): &Range) {
    if !low.is_zero() {
        for done in 0..line.len() {
            for k in (done..line.len().saturating_sub(1)).rev() {
                if let Some([lower, upper]) = line.get_mut(k..k + 2) {
                    *lower += &*upper * low;
                }
            }
        }
    }
    let width = high - low;
    let mut scale = Rational::ONE;
    for value in line {
        *value *= &scale;
        scale *= &width;
    }
}

/// `b_i = sum_{j <= i} C(i, j) / C(d, j) a_j`.
fn to_bernstein(line: &[Rational], binomials: &[Vec<Natural>]) -> Vec<Rational> {
    let last = binomials.last().map_or(&[][..], Vec::as_slice);
    let scaled: Vec<Rational> = line
        .iter()
        .zip(last)
        .map(|(value, choose)| {
            value / Rational::from_parts(Integer::from(choose.clone()), Natural::ONE)
        })
        .collect();
    let row = |row: &Vec<Natural>| {
        row.iter()
            .zip(&scaled)
            .fold(Rational::ZERO, |sum, (c, a)| sum + Rational::from(c.clone()) * a)
    };
    binomials.iter().map(row).collect()
}

/// Rows 0 to `degree` of Pascal's triangle.
fn binomials(degree: usize) -> Vec<Vec<Natural>> {
    let mut rows: Vec<Vec<Natural>> = vec![vec![Natural::ONE]];
    for _ in 0..degree {
        let last = rows.last().cloned().unwrap_or_default();
        let inner = last.iter().zip(last.iter().skip(1)).map(|(a, b)| a + b);
        rows.push(std::iter::once(Natural::ONE).chain(inner).chain([Natural::ONE]).collect());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use crate::game::expression::{Evaluator, Expression, Place, Symbols};

    fn bound(text: &str, low: Rational, high: Rational) -> Rational {
        let symbols = Symbols { parameters: vec!["x".into(), "y".into()], ..Symbols::default() };
        let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
        let value = evaluator
            .evaluate(&Expression::parse(text).expect("a formula"), Place::default())
            .expect("a value");
        Enclosure::new().lower_bound(&value, &|_| (low.clone(), high.clone()))
    }

    #[test]
    fn exact_where_intervals_are_not() {
        assert_eq!(bound("x - x^2", ratio(0, 1), ratio(1, 1)), ratio(0, 1));
        assert_eq!(bound("x * (1 - x) * y", ratio(0, 1), ratio(1, 1)), ratio(0, 1));
        assert_eq!(bound("1 - x * y", ratio(0, 1), ratio(1, 1)), ratio(0, 1));
        assert_eq!(bound("x^2 - 1/4", ratio(-1, 2), ratio(1, 2)), ratio(-1, 4));
        assert!(bound("(x - 1/3)^2 + 1/1000", ratio(0, 1), ratio(1, 1)) >= ratio(0, 1));
        assert!(bound("x^4 - x^2 * y^2 + y^4 + 1/10", ratio(-1, 1), ratio(1, 1)) >= ratio(0, 1));
    }

    #[test]
    fn never_above_a_value() {
        for (text, x, y) in [("x^3 - y", 0, 1), ("x * y - x^2", 1, 0), ("(x - y)^2 - 1/100", 0, 0)]
        {
            let symbols =
                Symbols { parameters: vec!["x".into(), "y".into()], ..Symbols::default() };
            let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
            let value = evaluator
                .evaluate(&Expression::parse(text).expect("a formula"), Place::default())
                .expect("a value");
            let at = value.substitute(&|v| {
                Some(if v == Variable::Parameter(0) { ratio(x, 1) } else { ratio(y, 1) })
            });
            let bound = bound(text, ratio(0, 1), ratio(1, 1));
            assert!(bound <= at.as_constant().expect("a number") && bound < ratio(0, 1), "{text}");
        }
    }
}
