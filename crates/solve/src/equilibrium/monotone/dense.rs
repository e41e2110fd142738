//! Dense matrices, row by row, and factors `L D L'` of symmetric ones with the inverse of `L`.
//! Matrices are divided into halves until they are small, so that nearly all of the work is in
//! products of blocks, which `ndarray` multiplies.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

/// A matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matrix {
    /// In the standard layout.
    data: Array2<f64>,
}

impl Matrix {
    pub(crate) fn zero(rows: usize, columns: usize) -> Self {
        Matrix { data: Array2::zeros((rows, columns)) }
    }

    /// Makes it zero, in the memory that it has where the size is the same.
    pub(crate) fn clear(&mut self, rows: usize, columns: usize) {
        match self.data.dim() == (rows, columns) {
            true => self.data.fill(0.0),
            false => *self = Self::zero(rows, columns),
        }
    }

    fn entries(&self) -> &[f64] {
        self.data.as_slice().unwrap_or_default()
    }

    fn entries_mut(&mut self) -> &mut [f64] {
        self.data.as_slice_mut().unwrap_or_default()
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        let columns = self.data.ncols();
        &self.entries()[i * columns..(i + 1) * columns]
    }

    pub(crate) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        let columns = self.data.ncols();
        &mut self.entries_mut()[i * columns..(i + 1) * columns]
    }

    pub(crate) fn add(&mut self, i: usize, j: usize, value: f64) {
        self.data[[i, j]] += value;
    }

    /// Becomes its inverse, row by row with exchanges of rows: a small symmetric matrix of any
    /// signs. A pivot of 0 becomes a very small number.
    pub(crate) fn invert(&mut self, work: &mut Matrix) {
        let n = self.data.nrows();
        work.clear(n, n);
        (0..n).for_each(|i| work.add(i, i, 1.0));
        for k in 0..n {
            let size = |i: usize| self.data[[i, k]].abs();
            let best = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            for matrix in [&mut *self, &mut *work] {
                (0..n).for_each(|j| matrix.data.swap([k, j], [best, j]));
            }
            let pivot = self.data[[k, k]];
            let pivot = if pivot.abs() < f64::MIN_POSITIVE { f64::EPSILON } else { pivot };
            for i in (0..n).filter(|&i| i != k) {
                let factor = self.data[[i, k]] / pivot;
                if factor != 0.0 {
                    for matrix in [&mut *self, &mut *work] {
                        for j in 0..n {
                            let other = matrix.data[[k, j]];
                            matrix.data[[i, j]] -= factor * other;
                        }
                    }
                }
            }
            for matrix in [&mut *self, &mut *work] {
                matrix.row_mut(k).iter_mut().for_each(|x| *x /= pivot);
            }
        }
        for i in 0..n {
            for j in 0..n {
                self.data[[i, j]] = 0.5 * (work.data[[i, j]] + work.data[[j, i]]);
            }
        }
    }

    /// Subtracts `V' D^-1 V` on and below the diagonal; what is left of `V` is `D^-1 V`.
    pub(crate) fn subtract_square(&mut self, v: &mut Matrix, diagonal: &[f64], work: &mut Matrix) {
        work.data.clone_from(&v.data);
        for (i, d) in diagonal.iter().enumerate() {
            v.row_mut(i).iter_mut().for_each(|x| *x /= d);
        }
        subtract_lower(work.data.t(), v.data.view(), self.data.view_mut());
    }
}

/// `y += factor x`.
pub(crate) fn axpy(factor: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// `sum_i x_i y_i`, in several sums that a processor adds up side by side.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    const WIDE: usize = 8;
    let mut sums = [0.0; WIDE];
    let (x, y) = (x.chunks_exact(WIDE), y.chunks_exact(WIDE));
    let rest: f64 = x.remainder().iter().zip(y.remainder()).map(|(a, b)| a * b).sum();
    for (x, y) in x.zip(y) {
        for k in 0..WIDE {
            sums[k] += x[k] * y[k];
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// Rows up to which a matrix is factored number by number.
const SMALL: usize = 16;
/// Rows up to which a triangle is multiplied like a square.
const TRIANGLE: usize = 48;

/// `N = L D L'` of a symmetric matrix whose leading squares are regular: positive on some unknowns
/// and negative on the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Factors {
    /// `L^-1`, below the diagonal.
    inverse: Matrix,
    diagonal: Vec<f64>,
}

impl Factors {
    /// Factors the matrix that `fill` makes of zeros on and below the diagonal, in the memory of
    /// earlier factors; a pivot of 0 becomes a very small number.
    pub(crate) fn renew(&mut self, n: usize, fill: impl FnOnce(&mut Matrix)) {
        self.inverse.clear(n, n);
        fill(&mut self.inverse);
        self.diagonal.clear();
        self.diagonal.resize(n, 0.0);
        factor(self.inverse.data.view_mut(), &mut self.diagonal);
    }

    pub(crate) fn diagonal(&self) -> &[f64] {
        &self.diagonal
    }

    /// Row `i` of `L^-1` left of the diagonal.
    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.inverse.row(i)[..i]
    }

    /// `N^-1 b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; b.len()];
        for (i, d) in self.diagonal.iter().enumerate() {
            let row = self.row(i);
            let value = (b[i] + dot(row, &b[..i])) / d;
            axpy(value, row, &mut x[..i]);
            x[i] += value;
        }
        x
    }
}

/// Factors, and inverts the triangle: with halves
///
/// ```text
/// [A11    ]   [L11    ] [D1   ]
/// [A21 A22] , [L21 L22] [   D2] ,   L21 D1 = A21 L11^-T,   L22 D2 L22' = A22 - L21 D1 L21',
/// ```
///
/// the lower left block of the inverse is `-L22^-1 L21 L11^-1`.
fn factor(a: ArrayViewMut2<'_, f64>, diagonal: &mut [f64]) {
    let n = a.nrows();
    if n <= SMALL {
        factor_small(a, diagonal);
        return;
    }
    let middle = n / 2;
    let (top, bottom) = a.split_at(Axis(0), middle);
    let (mut first, _) = top.split_at(Axis(1), middle);
    let (mut side, mut last) = bottom.split_at(Axis(1), middle);
    let (above, below) = diagonal.split_at_mut(middle);
    factor(first.view_mut(), above);
    // The diagonals of the inverses are not kept.
    let mut scaled = side.to_owned();
    times_lower(1.0, first.view(), side.t(), scaled.view_mut().reversed_axes());
    let mut lower = scaled.clone();
    for mut row in lower.rows_mut() {
        row.iter_mut().zip(&*above).for_each(|(x, d)| *x /= d);
    }
    subtract_lower(scaled.view(), lower.t(), last.view_mut());
    factor(last.view_mut(), below);
    let product = &mut scaled;
    product.assign(&lower);
    times_lower(1.0, last.view(), lower.view(), product.view_mut());
    // -T L11^-1, T = L22^-1 L21, transposed.
    side.assign(&product.mapv(|x| -x));
    times_upper(-1.0, first.t(), product.t(), side.reversed_axes());
}

/// Factors number by number; above the diagonal nothing changes.
fn factor_small(mut a: ArrayViewMut2<'_, f64>, diagonal: &mut [f64]) {
    let n = a.nrows();
    for k in 0..n {
        let pivot = a[[k, k]];
        let pivot = if pivot.abs() < f64::MIN_POSITIVE { f64::EPSILON } else { pivot };
        diagonal[k] = pivot;
        for i in k + 1..n {
            let factor = a[[i, k]] / pivot;
            for j in k + 1..=i {
                let other = if j == i { a[[i, k]] } else { a[[j, k]] * pivot };
                a[[i, j]] -= factor * other;
            }
            a[[i, k]] = factor;
        }
    }
    // Row i of the inverse is minus row i of L times the rows of the inverse above it.
    for i in 1..n {
        for j in 0..i {
            let sum: f64 = (j + 1..i).map(|k| a[[i, k]] * a[[k, j]]).sum();
            a[[i, j]] = -(a[[i, j]] + sum);
        }
    }
}

/// `C += factor (L - I) X` for a triangle with ones on the diagonal, of which only what is below
/// the diagonal is read.
fn times_lower(
    factor: f64,
    l: ArrayView2<'_, f64>,
    x: ArrayView2<'_, f64>,
    mut c: ArrayViewMut2<'_, f64>,
) {
    let n = l.nrows();
    if n <= TRIANGLE {
        let own = Array2::from_shape_fn((n, n), |(i, j)| if j < i { l[[i, j]] } else { 0.0 });
        general_mat_mul(factor, &own, &x, 1.0, &mut c);
        return;
    }
    let middle = n / 2;
    let (top, rest) = x.split_at(Axis(0), middle);
    let (above, mut below) = c.split_at(Axis(0), middle);
    times_lower(factor, l.slice(s![..middle, ..middle]), top, above);
    general_mat_mul(factor, &l.slice(s![middle.., ..middle]), &top, 1.0, &mut below);
    times_lower(factor, l.slice(s![middle.., middle..]), rest, below);
}

/// `C += factor (U - I) X` for a triangle with ones on the diagonal, of which only what is above
/// the diagonal is read.
fn times_upper(
    factor: f64,
    u: ArrayView2<'_, f64>,
    x: ArrayView2<'_, f64>,
    mut c: ArrayViewMut2<'_, f64>,
) {
    let n = u.nrows();
    if n <= TRIANGLE {
        let own = Array2::from_shape_fn((n, n), |(i, j)| if j > i { u[[i, j]] } else { 0.0 });
        general_mat_mul(factor, &own, &x, 1.0, &mut c);
        return;
    }
    let middle = n / 2;
    let (top, rest) = x.split_at(Axis(0), middle);
    let (mut above, below) = c.split_at(Axis(0), middle);
    general_mat_mul(factor, &u.slice(s![..middle, middle..]), &rest, 1.0, &mut above);
    times_upper(factor, u.slice(s![..middle, ..middle]), top, above);
    times_upper(factor, u.slice(s![middle.., middle..]), rest, below);
}

/// `C -= A B` on and below the diagonal, where the product is symmetric.
fn subtract_lower(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, mut c: ArrayViewMut2<'_, f64>) {
    let n = c.nrows();
    if n <= TRIANGLE {
        general_mat_mul(-1.0, &a, &b, 1.0, &mut c);
        return;
    }
    let middle = n / 2;
    let (top, bottom) = c.split_at(Axis(0), middle);
    let (first, _) = top.split_at(Axis(1), middle);
    let (mut side, last) = bottom.split_at(Axis(1), middle);
    let (above, below) = a.split_at(Axis(0), middle);
    let (left, right) = b.split_at(Axis(1), middle);
    subtract_lower(above, left, first);
    general_mat_mul(-1.0, &below, &left, 1.0, &mut side);
    subtract_lower(below, right, last);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, positive on even unknowns and negative on odd ones, of very
    /// different sizes.
    fn matrix(n: usize) -> Matrix {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut matrix = Matrix::zero(n, n);
        for i in 0..n {
            for j in 0..=i {
                let size = 10f64.powi((i % 5) as i32 + (j % 5) as i32);
                let own = if i == j { n as f64 * (1.0 - 2.0 * (i % 2) as f64) } else { next() };
                matrix.data[[i, j]] = own * size;
                matrix.data[[j, i]] = own * size;
            }
        }
        matrix
    }

    #[test]
    fn solutions_and_inverses() {
        for n in [1, 2, 7, 16, 17, 49, 130] {
            let own = matrix(n);
            let mut factors = Factors::default();
            factors.renew(n, |matrix| *matrix = own.clone());
            let x: Vec<f64> = (0..n).map(|i| i as f64 - 3.0).collect();
            let right: Vec<f64> = (0..n).map(|i| dot(own.row(i), &x)).collect();
            let found = factors.solve(&right);
            let error = x.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-6, "{n}: {error}");
            let (mut inverse, mut work) = (own.clone(), Matrix::default());
            inverse.invert(&mut work);
            let error =
                (0..n).map(|i| (dot(inverse.row(i), &right) - x[i]).abs()).fold(0.0, f64::max);
            assert!(error < 1e-6, "{n}: {error}");
        }
    }

    /// A skew form and small diagonals: without exchanges of rows nothing is left of them.
    #[test]
    fn inverses_of_small_pivots() {
        let entries = [
            [-1e-12, 0.0, 0.0, 1.0],
            [0.0, -2e-12, -1.0, 0.0],
            [0.0, -1.0, 1e-12, 0.0],
            [1.0, 0.0, 0.0, 3e-12],
        ];
        let mut own = Matrix::zero(4, 4);
        entries.iter().enumerate().for_each(|(i, row)| own.row_mut(i).copy_from_slice(row));
        own.invert(&mut Matrix::default());
        // The inverse of [a b; b c] with b^2 = 1 is about [-c b; b -a].
        for (i, value) in [-3e-12, -1e-12, 2e-12, 1e-12].into_iter().enumerate() {
            assert!((own.row(i)[i] - value).abs() < 1e-18, "{i}");
        }
        assert!((own.row(0)[3] - 1.0).abs() < 1e-12 && (own.row(1)[2] + 1.0).abs() < 1e-12);
    }

    #[test]
    fn squares() {
        let (n, m) = (70, 100);
        let rows = |i: usize| (0..m).map(|j| ((7 * i + 3 * j) % 11) as f64 - 5.0).collect();
        let entries: Vec<Vec<f64>> = (0..n).map(rows).collect();
        let mut v = Matrix::zero(n, m);
        entries.iter().enumerate().for_each(|(i, row)| v.row_mut(i).copy_from_slice(row));
        let diagonal: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { -2.0 } else { 4.0 }).collect();
        let (mut result, mut work) = (Matrix::zero(m, m), Matrix::default());
        result.subtract_square(&mut v, &diagonal, &mut work);
        for a in 0..m {
            for b in 0..=a {
                let sum: f64 = (0..n).map(|i| entries[i][a] * entries[i][b] / diagonal[i]).sum();
                assert!((result.row(a)[b] + sum).abs() < 1e-9, "{a} {b}");
            }
        }
    }
}
