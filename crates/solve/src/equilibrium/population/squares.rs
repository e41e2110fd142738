//! The quadratic forms of followers and leader as sums of squares of few linear forms.
//!
//! In coordinates scaled by their ranges a symmetric eigendecomposition in binary64 gives forms
//! whose squares are then rounded to short dyadics. What the rounding leaves is a quadratic form
//! with tiny coefficients, which the checker encloses. The number of squares that make the
//! followers' exploitability non-convex is the number of directions that have to be branched on:
//! none for a monotone game.

use crate::exact::{Rational, from_approx, to_approx};
use crate::follower::Dependence;
use crate::game::{Monomial, Polynomial, Variable};

/// Significant bits of coefficients of forms and weights of squares.
const BITS: i32 = 48;
/// Eigenvalues below this share of the largest count as zero: they belong to directions in which
/// nothing happens.
const NEGLIGIBLE: f64 = 1e-13;
/// Sweeps of Jacobi's method, which converges quadratically.
const SWEEPS: usize = 60;

/// `weight_F` and `weight_L` times the square of a form.
#[derive(Debug, Clone)]
pub(super) struct Square {
    /// Weight in the followers' quadratic form.
    pub(super) follower: Rational,
    /// Weight in the leader's.
    pub(super) leader: Rational,
    /// One coefficient per coordinate.
    pub(super) coefficients: Vec<Rational>,
}

/// Both quadratic forms, rewritten.
#[derive(Debug, Clone)]
pub(super) struct Decomposition {
    pub(super) squares: Vec<Square>,
    /// Affine parts: a constant and a coefficient per coordinate.
    pub(super) follower_affine: (f64, Vec<f64>),
    pub(super) leader_affine: (f64, Vec<f64>),
    /// Bounds of the absolute values of what the squares leave.
    pub(super) follower_rest_approx: f64,
    pub(super) leader_rest_approx: f64,
}

/// Splits both forms. `widths` are the ranges of the coordinates over all flows.
pub(super) fn decompose(
    follower: &Polynomial,
    leader: &Polynomial,
    dependences: &[Dependence],
    widths: &[f64],
    magnitudes: &[f64],
) -> Decomposition {
    let follower = rewritten(follower, dependences);
    let leader = rewritten(leader, dependences);
    let mut squares = Vec::new();
    for (form, of_leader) in [(&follower, false), (&leader, true)] {
        for (weight, coefficients) in diagonal(form, widths) {
            let zero = Rational::ZERO;
            let (follower, leader) = if of_leader { (zero, weight) } else { (weight, zero) };
            squares.push(Square { follower, leader, coefficients });
        }
    }
    merge(&mut squares);
    let rest = |form: &Polynomial, weight: &dyn Fn(&Square) -> Rational| {
        let left = squares.iter().fold(form.clone(), |left, square| {
            let root = linear(&square.coefficients);
            root.times(&root).map_or(left.clone(), |product| left.plus(&product, &-weight(square)))
        });
        let terms = left.terms().filter(|(monomial, _)| monomial.degree() > 1);
        terms
            .map(|(monomial, coefficient)| {
                to_approx(coefficient).abs() * bound(monomial, magnitudes)
            })
            .sum()
    };
    let follower_rest_approx = rest(&follower, &|square| square.follower.clone());
    let leader_rest_approx = rest(&leader, &|square| square.leader.clone());
    Decomposition {
        follower_affine: affine(&follower, widths.len()),
        leader_affine: affine(&leader, widths.len()),
        follower_rest_approx,
        leader_rest_approx,
        squares,
    }
}

fn bound(monomial: &Monomial, magnitudes: &[f64]) -> f64 {
    let factor = |&(variable, exponent): &(Variable, u32)| match variable {
        Variable::Aggregate(j) => magnitudes[j as usize].powi(exponent as i32),
        Variable::Parameter(_) | Variable::Function(_) => 0.0,
    };
    monomial.factors().iter().map(factor).product()
}

fn linear(coefficients: &[Rational]) -> Polynomial {
    coefficients.iter().enumerate().fold(Polynomial::zero(), |mut sum, (j, coefficient)| {
        sum.add_term(Monomial::of(Variable::Aggregate(j as u32)), coefficient.clone());
        sum
    })
}

/// The polynomial without the coordinates that dependences solve.
fn rewritten(form: &Polynomial, dependences: &[Dependence]) -> Polynomial {
    let replacement = |j: u32| {
        let dependence = dependences.iter().find(|dependence| dependence.solved == j as usize)?;
        let mut coefficients: Vec<Rational> =
            dependence.coefficients.iter().map(|c| -c.clone()).collect();
        coefficients[dependence.solved] = Rational::ZERO;
        let mut polynomial = linear(&coefficients);
        polynomial.add_term(Monomial::one(), dependence.constant.clone());
        Some(polynomial)
    };
    let mut result = Polynomial::zero();
    for (monomial, coefficient) in form.terms() {
        let mut product = Polynomial::constant(coefficient.clone());
        for &(variable, exponent) in monomial.factors() {
            let factor = match variable {
                Variable::Aggregate(j) => {
                    replacement(j).unwrap_or_else(|| Polynomial::variable(variable))
                }
                Variable::Parameter(_) | Variable::Function(_) => Polynomial::variable(variable),
            };
            for _ in 0..exponent {
                // Forms of degree two in a few coordinates never have too many terms.
                product = product.times(&factor).unwrap_or_default();
            }
        }
        result = result.plus(&product, &Rational::ONE);
    }
    result
}

fn affine(form: &Polynomial, count: usize) -> (f64, Vec<f64>) {
    let mut result = (0.0, vec![0.0; count]);
    for (monomial, coefficient) in form.terms() {
        match monomial.factors() {
            [] => result.0 = to_approx(coefficient),
            [(Variable::Aggregate(j), 1)] => result.1[*j as usize] = to_approx(coefficient),
            _ => {}
        }
    }
    result
}

/// Squares that nearly make up the quadratic part of `form`: `(weight, coefficients)`.
fn diagonal(form: &Polynomial, widths: &[f64]) -> Vec<(Rational, Vec<Rational>)> {
    let count = widths.len();
    let mut matrix = vec![vec![Rational::ZERO; count]; count];
    for (monomial, coefficient) in form.terms() {
        match monomial.factors() {
            [(Variable::Aggregate(j), 2)] => matrix[*j as usize][*j as usize] = coefficient.clone(),
            [(Variable::Aggregate(i), 1), (Variable::Aggregate(j), 1)] => {
                let half = coefficient * crate::exact::ratio(1, 2);
                matrix[*i as usize][*j as usize] = half.clone();
                matrix[*j as usize][*i as usize] = half;
            }
            _ => {}
        }
    }
    let used: Vec<usize> =
        (0..count).filter(|&j| matrix[j].iter().any(|value| !value.is_zero())).collect();
    let mut result = Vec::new();
    for block in blocks(&matrix, &used) {
        if let [only] = block.as_slice() {
            // A coordinate of its own needs no rounding.
            let mut coefficients = vec![Rational::ZERO; count];
            coefficients[*only] = Rational::ONE;
            result.push((matrix[*only][*only].clone(), coefficients));
        } else {
            result.extend(block_squares(&matrix, &block, widths));
        }
    }
    result
}

/// Coordinates that products connect.
fn blocks(matrix: &[Vec<Rational>], used: &[usize]) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = used.to_vec();
    let mut result = Vec::new();
    while let Some(first) = left.first().copied() {
        let mut block = vec![first];
        let mut position = 0;
        while let Some(&i) = block.get(position) {
            block.extend(
                left.iter()
                    .copied()
                    .filter(|&j| !matrix[i][j].is_zero())
                    .filter(|j| !block.contains(j))
                    .collect::<Vec<_>>(),
            );
            position += 1;
        }
        left.retain(|j| !block.contains(j));
        block.sort_unstable();
        result.push(block);
    }
    result
}

/// Squares with exact weights when none of them is positive: a concave form needs no branching, and
/// must not become another by rounding.
fn concave_squares(
    matrix: &[Vec<Rational>],
    block: &[usize],
) -> Option<Vec<(Rational, Vec<Rational>)>> {
    let mut left: Vec<Vec<Rational>> =
        block.iter().map(|&i| block.iter().map(|&j| matrix[i][j].clone()).collect()).collect();
    let mut result = Vec::new();
    for p in 0..block.len() {
        let weight = left[p][p].clone();
        if weight > Rational::ZERO
            || (weight.is_zero() && left[p][p..].iter().any(|value| !value.is_zero()))
        {
            return None;
        }
        if weight.is_zero() {
            continue;
        }
        let row: Vec<Rational> = left[p].iter().map(|value| value / &weight).collect();
        for i in p..block.len() {
            for j in p..block.len() {
                let product = &weight * &row[i] * &row[j];
                left[i][j] -= product;
            }
        }
        let mut coefficients = vec![Rational::ZERO; matrix.len()];
        block.iter().zip(row).for_each(|(&j, value)| coefficients[j] = value);
        result.push((weight, coefficients));
    }
    Some(result)
}

fn block_squares(
    matrix: &[Vec<Rational>],
    block: &[usize],
    widths: &[f64],
) -> Vec<(Rational, Vec<Rational>)> {
    if let Some(squares) = concave_squares(matrix, block) {
        return squares;
    }
    let size = block.len();
    let scale: Vec<f64> = block
        .iter()
        .map(|&j| if widths[j] > 0.0 { power_of_two(widths[j]) } else { 1.0 })
        .collect();
    let scaled: Vec<Vec<f64>> = (0..size)
        .map(|i| {
            (0..size)
                .map(|j| to_approx(&matrix[block[i]][block[j]]) * scale[i] * scale[j])
                .collect()
        })
        .collect();
    let (values, vectors) = eigen(scaled);
    let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    let mut result = Vec::new();
    for (value, vector) in
        values.into_iter().zip(vectors).filter(|(value, _)| value.abs() > NEGLIGIBLE * largest)
    {
        // The largest coefficient becomes one, which leaves its square as weight.
        let own: Vec<f64> = vector.iter().zip(&scale).map(|(v, s)| v / s).collect();
        let lead = own.iter().fold(0.0f64, |lead, &v| if v.abs() > lead.abs() { v } else { lead });
        let Some(weight) = short(value * lead * lead) else { continue };
        let mut coefficients = vec![Rational::ZERO; matrix.len()];
        for (&j, v) in block.iter().zip(own) {
            coefficients[j] = short(v / lead).unwrap_or(Rational::ZERO);
        }
        result.push((weight, coefficients));
    }
    result
}

/// The power of two next to a positive number.
fn power_of_two(value: f64) -> f64 {
    value.log2().round().exp2()
}

/// The dyadic with [`BITS`] significant bits nearest to `value`.
pub(super) fn short(value: f64) -> Option<Rational> {
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 {
        return Some(Rational::ZERO);
    }
    let unit = (f64::from(BITS) - 1.0 - value.abs().log2().floor()).exp2();
    from_approx((value * unit).round() / unit)
}

/// Squares of the same form are one.
fn merge(squares: &mut Vec<Square>) {
    let mut merged: Vec<Square> = Vec::new();
    for square in squares.drain(..) {
        match merged.iter_mut().find(|known| known.coefficients == square.coefficients) {
            Some(known) => {
                known.follower += square.follower;
                known.leader += square.leader;
            }
            None => merged.push(square),
        }
    }
    *squares = merged;
}

/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations.
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..SWEEPS {
        let off: f64 = (0..size)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| matrix[i][j].powi(2))
            .sum();
        if off == 0.0 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                if matrix[p][q] == 0.0 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let tangent = if theta == 0.0 { 1.0 } else { tangent };
                let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
                let sine = tangent * cosine;
                rotate(&mut matrix, &mut vectors, (p, q), (cosine, sine));
            }
        }
    }
    ((0..size).map(|i| matrix[i][i]).collect(), vectors)
}

fn rotate(
    matrix: &mut [Vec<f64>],
    vectors: &mut [Vec<f64>],
    (p, q): (usize, usize),
    (cosine, sine): (f64, f64),
) {
    for row in matrix.iter_mut() {
        let (a, b) = (row[p], row[q]);
        (row[p], row[q]) = (cosine * a - sine * b, sine * a + cosine * b);
    }
    // Vectors are kept as rows; p < q.
    for rows in [&mut *matrix, vectors] {
        let (above, below) = rows.split_at_mut(q);
        for (first, second) in above[p].iter_mut().zip(&mut below[0]) {
            (*first, *second) =
                (cosine * *first - sine * *second, sine * *first + cosine * *second);
        }
    }
    matrix[p][q] = 0.0;
    matrix[q][p] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_rebuild_the_matrix() {
        let matrix = vec![vec![2.0, -1.0, 0.5], vec![-1.0, 0.0, 3.0], vec![0.5, 3.0, -1.0]];
        let (values, vectors) = eigen(matrix.clone());
        for i in 0..3 {
            for j in 0..3 {
                let rebuilt: f64 = (0..3).map(|k| values[k] * vectors[k][i] * vectors[k][j]).sum();
                assert!((rebuilt - matrix[i][j]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn squares_rebuild_a_product() {
        let x = Polynomial::variable(Variable::Aggregate(0));
        let y = Polynomial::variable(Variable::Aggregate(1));
        let product = x.times(&y).expect("small");
        let split = decompose(&product, &Polynomial::zero(), &[], &[1.0, 3.0], &[1.0, 3.0]);
        assert_eq!(split.squares.len(), 2);
        assert!(split.follower_rest_approx < 1e-10);
        assert_eq!(
            split.squares.iter().filter(|square| square.follower > Rational::ZERO).count(),
            1
        );
    }
}
