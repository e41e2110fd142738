//! Lower bounds of a polynomial on a product of simplices by its Bernstein coefficients.
//!
//! On a simplex with vertices `v_i` a point is `sum_i l_i v_i` with `l_i >= 0`, `sum_i l_i = 1`,
//! and a polynomial of degree `d` there is
//!
//! ```text
//! p = sum_{|A| = d} b_A (d! / (A_1! ... A_m!)) l_1^A_1 ... l_m^A_m
//! ```
//!
//! with weights that are not negative and sum to 1, so `p >= min b_A`; the coefficients at the
//! vertices are the values there. On a product of simplices the same holds factor by factor. Cells
//! are halved along their longest edge where the bound is negative and the vertices are not.

use super::enclosure::{Enclosure, MOST_COEFFICIENTS, least_on_parts};
use crate::exact::{Natural, Rational};
use crate::game::{Monomial, Polynomial, Variable};
use std::collections::BTreeMap;

/// Variables that lie in a simplex together, apart from all others.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The variables.
    pub variables: Vec<Variable>,
    /// Each vertex: a value per variable.
    pub vertices: Vec<Vec<Rational>>,
}

/// A polynomial that is homogeneous in the weights of the vertices of each block: coefficients by
/// exponents, those of one block after the other.
type Homogeneous = BTreeMap<Vec<u8>, Rational>;

/// A polynomial and the blocks in which its variables lie.
struct Task<'p> {
    polynomial: &'p Polynomial,
    /// Per block: its degree, and the position of the exponent of its first vertex.
    degrees: Vec<(usize, usize)>,
    /// Number of coefficients.
    size: usize,
}

impl Enclosure {
    /// A lower bound of `polynomial`, each of whose variables is in one of `blocks`; `None` when
    /// there would be too many coefficients, or no work is left.
    pub(super) fn lower_bound_on_simplices(
        &mut self,
        polynomial: &Polynomial,
        blocks: Vec<Block>,
    ) -> Option<Rational> {
        let task = Task::of(polynomial, &blocks)?;
        least_on_parts(blocks, |cell| task.bounds(cell, self), |cell| halved(cell))
    }
}

impl<'p> Task<'p> {
    fn of(polynomial: &'p Polynomial, blocks: &[Block]) -> Option<Self> {
        let (mut degrees, mut size, mut first) = (Vec::with_capacity(blocks.len()), 1usize, 0);
        for block in blocks {
            let degree = polynomial.terms().map(|(monomial, _)| degree(monomial, block)).max()?;
            size = size.checked_mul(multisets(block.vertices.len(), degree)?)?;
            degrees.push((degree, first));
            first += block.vertices.len();
        }
        (size <= MOST_COEFFICIENTS).then_some(Task { polynomial, degrees, size })
    }

    /// The least coefficient on a cell, and the least one at a vertex.
    fn bounds(&self, cell: &[Block], work: &mut Enclosure) -> Option<(Rational, Rational)> {
        let width = cell.iter().map(|block| block.vertices.len()).sum();
        let mut sum = Homogeneous::new();
        for (monomial, coefficient) in self.polynomial.terms() {
            let mut term = Homogeneous::from([(vec![0u8; width], coefficient.clone())]);
            for (block, &(degree, first)) in cell.iter().zip(&self.degrees) {
                for (position, variable) in block.variables.iter().enumerate() {
                    let form: Vec<Rational> =
                        block.vertices.iter().filter_map(|v| v.get(position).cloned()).collect();
                    for _ in 0..exponent(monomial, *variable) {
                        term = times(&term, &form, first, work)?;
                    }
                }
                let ones = vec![Rational::ONE; block.vertices.len()];
                for _ in self::degree(monomial, block)..degree {
                    term = times(&term, &ones, first, work)?;
                }
            }
            for (exponents, value) in term {
                *sum.entry(exponents).or_default() += value;
            }
        }
        let absent = if sum.len() < self.size { Some(Rational::ZERO) } else { None };
        let coefficients = || {
            sum.iter().map(|(exponents, value)| {
                (exponents, value / Rational::from(arrangements(exponents, &self.degrees)))
            })
        };
        let least = coefficients().map(|(_, value)| value).chain(absent.clone()).min()?;
        let at_vertex = |exponents: &[u8]| {
            exponents.iter().filter(|exponent| **exponent > 0).count()
                == self.degrees.iter().filter(|(degree, _)| *degree > 0).count()
        };
        let vertices = coefficients().filter(|(exponents, _)| at_vertex(exponents));
        let vertex = vertices.map(|(_, value)| value).chain(absent).min();
        Some((least, vertex.unwrap_or(Rational::ZERO)))
    }
}

/// `term` times the linear form in the weights of one block, whose exponents begin at `first`.
fn times(
    term: &Homogeneous,
    form: &[Rational],
    first: usize,
    work: &mut Enclosure,
) -> Option<Homogeneous> {
    work.spend(term.len() * form.len())?;
    let mut product = Homogeneous::new();
    for (exponents, value) in term {
        for (offset, factor) in form.iter().enumerate().filter(|(_, factor)| !factor.is_zero()) {
            let mut raised = exponents.clone();
            *raised.get_mut(first + offset)? += 1;
            *product.entry(raised).or_default() += value * factor;
        }
    }
    Some(product)
}

fn exponent(monomial: &Monomial, variable: Variable) -> u32 {
    let factor = monomial.factors().iter().find(|(own, _)| *own == variable);
    factor.map_or(0, |(_, exponent)| *exponent)
}

fn degree(monomial: &Monomial, block: &Block) -> usize {
    block.variables.iter().map(|variable| exponent(monomial, *variable) as usize).sum()
}

/// Ways to choose `degree` of `kinds` with repetition, `C(kinds + degree - 1, degree)`.
fn multisets(kinds: usize, degree: usize) -> Option<usize> {
    let mut count = 1usize;
    for k in 1..=degree {
        count = count.checked_mul(kinds.checked_add(k)?.checked_sub(1)?)? / k;
    }
    Some(count)
}

/// Product over the blocks of `degree! / prod_i exponent_i!`.
fn arrangements(exponents: &[u8], degrees: &[(usize, usize)]) -> Natural {
    let factorial = |n: usize| (1..=n).fold(Natural::ONE, |product, k| product * k);
    let all = degrees.iter().fold(Natural::ONE, |all, (degree, _)| all * factorial(*degree));
    exponents.iter().fold(all, |rest, exponent| rest / factorial(usize::from(*exponent)))
}

/// The two halves of a cell along its longest edge; `None` when it is a point.
fn halved(cell: &[Block]) -> Option<(Vec<Block>, Vec<Block>)> {
    let mut longest: Option<(Rational, [usize; 3])> = None;
    for (at, block) in cell.iter().enumerate() {
        for (i, one) in block.vertices.iter().enumerate() {
            for (j, other) in block.vertices.iter().enumerate().skip(i + 1) {
                let square = one.iter().zip(other).fold(Rational::ZERO, |sum, (x, y)| {
                    let difference = x - y;
                    sum + &difference * &difference
                });
                if longest.as_ref().is_none_or(|(known, _)| square > *known) {
                    longest = Some((square, [at, i, j]));
                }
            }
        }
    }
    let (_, [at, i, j]) = longest.filter(|(square, _)| !square.is_zero())?;
    let ends = &cell.get(at)?.vertices;
    let middle: Vec<Rational> =
        ends.get(i)?.iter().zip(ends.get(j)?).map(|(x, y)| (x + y) / Rational::from(2u8)).collect();
    let half = |replaced: usize| {
        let mut half = cell.to_vec();
        *half.get_mut(at)?.vertices.get_mut(replaced)? = middle.clone();
        Some(half)
    };
    Some((half(i)?, half(j)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use crate::game::expression::{Evaluator, Expression, Place, Symbols};

    /// A bound with x and y in one simplex and z in [0, 1].
    fn bound(text: &str, vertices: &[(i64, i64)]) -> Option<Rational> {
        let parameters = ["x", "y", "z"].map(String::from).to_vec();
        let symbols = Symbols { parameters, ..Symbols::default() };
        let mut evaluator = Evaluator::new(&symbols).expect("no definitions");
        let formula = Expression::parse(text).expect("a formula");
        let value = evaluator.evaluate(&formula, Place::default()).expect("a value");
        let point = |&(x, y): &(i64, i64)| vec![ratio(x, 1), ratio(y, 1)];
        let together = Block {
            variables: vec![Variable::Parameter(0), Variable::Parameter(1)],
            vertices: vertices.iter().map(point).collect(),
        };
        let alone = Block {
            variables: vec![Variable::Parameter(2)],
            vertices: vec![vec![Rational::ZERO], vec![Rational::ONE]],
        };
        Enclosure::new().lower_bound_on_simplices(&value, vec![together, alone])
    }

    const MASSES: [(i64, i64); 3] = [(0, 0), (1, 0), (0, 1)];

    /// Least values over x, y >= 0 with x + y <= 1 and z in [0, 1], by hand.
    #[test]
    fn masses_that_sum_to_at_most_one() {
        for (text, least) in [
            ("1 - (x + y)^2", ratio(0, 1)),
            ("1 - x - y + x * y", ratio(0, 1)),
            ("(x + y) * (1 - x - y) * z", ratio(0, 1)),
            ("1/2 - 2 * x * y", ratio(0, 1)),
            ("1 - z * (x + y)^3", ratio(0, 1)),
            ("x - 2 * y", ratio(-2, 1)),
            ("z - z^2", ratio(0, 1)),
        ] {
            assert_eq!(bound(text, &MASSES), Some(least), "{text}");
        }
        // Positive inside, shown after halving: the least value of x^2 + y^2 on x + y = 1 is 1/2.
        let edge = [(1, 0), (0, 1)];
        let shown = bound("x^2 + y^2 - 49/100", &edge).expect("a bound");
        assert!(shown >= Rational::ZERO && shown <= ratio(1, 100), "{shown}");
    }

    /// Bounds are at most the value at any point, here at a grid.
    #[test]
    fn never_above_a_value() {
        for (text, value) in [
            ("x * y - x^3 - z", (|x, y, z| x * y - x * x * x - z) as fn(i64, i64, i64) -> i64),
            ("(x - y)^2 - z * x", |x, y, z| (x - y) * (x - y) - z * x),
            ("x^2 - 3 * y * z + 2 * z^2", |x, y, z| x * x - 3 * y * z + 2 * z * z),
        ] {
            let bound = bound(text, &[(0, 0), (4, 0), (0, 4)]).expect("a bound");
            for (x, y) in (0..=4).flat_map(|x| (0..=4 - x).map(move |y| (x, y))) {
                for z in 0..=1 {
                    assert!(bound <= ratio(value(x, y, z), 1), "{text} at {x}, {y}, {z}");
                }
            }
        }
    }

    #[test]
    fn too_many_coefficients_are_refused() {
        assert_eq!(multisets(3, 2), Some(6));
        let many: Vec<(i64, i64)> = (0..60).map(|k| (k, 0)).collect();
        assert_eq!(bound("x^3 - 1", &many), None);
    }
}
