//! Signs of a rational quadratic form, exactly.

use crate::exact::Rational;

/// Numbers of positive and of negative squares in any diagonal form of the symmetric matrix
/// (Sylvester's law of inertia).
///
/// By symmetric elimination `L D L'`; a zero diagonal with a nonzero entry beside it is first made
/// nonzero by adding that row and column.
pub(super) fn inertia(mut matrix: Vec<Vec<Rational>>) -> (usize, usize) {
    let (mut positive, mut negative) = (0, 0);
    for p in 0..matrix.len() {
        if let Some(q) = (p..matrix.len()).find(|&q| !matrix[q][q].is_zero()) {
            swap(&mut matrix, p, q);
        } else if let Some((i, j)) = (p..matrix.len())
            .flat_map(|i| (p..i).map(move |j| (i, j)))
            .find(|&(i, j)| !matrix[i][j].is_zero())
        {
            // Both diagonal entries are zero: e_j + e_i has the value 2 m_ij.
            add(&mut matrix, j, i);
            swap(&mut matrix, p, j);
        } else {
            break;
        }
        let pivot = matrix[p][p].clone();
        if pivot > Rational::ZERO {
            positive += 1;
        } else {
            negative += 1;
        }
        let row = matrix[p].clone();
        for (below, values) in matrix.iter_mut().enumerate().skip(p + 1) {
            if row[below].is_zero() {
                continue;
            }
            let factor = &row[below] / &pivot;
            values.iter_mut().zip(&row).skip(p).for_each(|(value, own)| *value -= &factor * own);
        }
    }
    (positive, negative)
}

/// Exchanges two coordinates.
fn swap(matrix: &mut [Vec<Rational>], p: usize, q: usize) {
    matrix.swap(p, q);
    matrix.iter_mut().for_each(|row| row.swap(p, q));
}

/// Adds coordinate `from` to coordinate `to`, rows and columns.
fn add(matrix: &mut [Vec<Rational>], to: usize, from: usize) {
    let other = matrix[from].clone();
    matrix[to].iter_mut().zip(&other).for_each(|(value, more)| *value += more);
    for row in matrix {
        let more = row[from].clone();
        row[to] += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn signs(rows: &[&[i64]]) -> (usize, usize) {
        inertia(rows.iter().map(|row| row.iter().map(|&value| ratio(value, 1)).collect()).collect())
    }

    #[test]
    fn signs_of_small_forms() {
        assert_eq!(signs(&[]), (0, 0));
        assert_eq!(signs(&[&[0, 0], &[0, 0]]), (0, 0));
        // 2xy = (x + y)^2/2 - (x - y)^2/2.
        assert_eq!(signs(&[&[0, 1], &[1, 0]]), (1, 1));
        // Singular: (x + y)^2.
        assert_eq!(signs(&[&[1, 1], &[1, 1]]), (1, 0));
        // Eigenvalues 2, -1, -1: the rock-paper-scissors-like matrix of ones without its diagonal.
        assert_eq!(signs(&[&[0, 1, 1], &[1, 0, 1], &[1, 1, 0]]), (1, 2));
        // Eigenvalues 3, 1, -3: one zero on the diagonal, determinant -9.
        assert_eq!(signs(&[&[0, 3, 0], &[3, 0, 0], &[0, 0, 1]]), (2, 1));
        // Minors -2, 2 * -5 - 1 ... : negative definite.
        assert_eq!(signs(&[&[-2, 1, 0], &[1, -2, 1], &[0, 1, -2]]), (0, 3));
    }
}
