//! Dense matrices, row by row, and their LU factors. Triangles are divided into halves until they
//! are small, so that nearly all of the work is in products of blocks, which `ndarray` multiplies.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use std::ops::Range;

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

    /// `self x`.
    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        self.data.dot(&ArrayView1::from(x)).to_vec()
    }
}

/// `y += factor x`.
pub(crate) fn axpy(factor: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// `P N = L U` with row exchanges.
#[derive(Debug, Clone, Default)]
pub(crate) struct Factors {
    lu: Matrix,
    /// Row `i` of `P N` is row `order[i]` of `N`.
    order: Vec<usize>,
}

/// Rows or columns up to which a triangle is not divided.
const SMALL: usize = 8;

impl Factors {
    /// Factors the square matrix that `fill` makes of zeros, in the memory of earlier factors; a
    /// pivot of 0 becomes a very small number.
    pub(crate) fn renew(&mut self, n: usize, fill: impl FnOnce(&mut Matrix)) {
        self.lu.clear(n, n);
        fill(&mut self.lu);
        self.order.clear();
        self.order.extend(0..n);
        eliminate(&mut self.lu, &mut self.order, 0, n);
    }

    /// `N^-1 b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lu.data.nrows();
        let mut x: Vec<f64> = self.order.iter().map(|&i| b[i]).collect();
        let sum = |i: usize, part: Range<usize>, x: &[f64]| {
            ArrayView1::from(&self.lu.row(i)[part.clone()]).dot(&ArrayView1::from(&x[part]))
        };
        for i in 0..n {
            x[i] -= sum(i, 0..i, &x);
        }
        for i in (0..n).rev() {
            x[i] = (x[i] - sum(i, i + 1..n, &x)) / self.lu.row(i)[i];
        }
        x
    }

    /// `B N^-1` into `result`, by `work`: `Y U = B`, `Q L = Y`, and the exchanges undone.
    pub(crate) fn divide(&self, b: &Matrix, work: &mut Matrix, result: &mut Matrix) {
        let (lu, n) = (self.lu.data.view(), self.lu.data.nrows());
        work.data.clone_from(&b.data);
        divide_upper(work.data.view_mut(), lu);
        divide_lower(work.data.view_mut(), lu);
        result.clear(b.data.nrows(), n);
        let rows = work.entries().chunks_exact(n).zip(result.entries_mut().chunks_exact_mut(n));
        for (x, own) in rows {
            for (value, &place) in x.iter().zip(&self.order) {
                own[place] = *value;
            }
        }
    }
}

/// Eliminates columns from `start` to `end` in the rows from `start` on: the left half, then
///
/// ```text
/// [A11 A12]   [L11    ] [U11 U12]
/// [A21 A22] = [L21 I  ] [    A22 - L21 U12],
/// ```
///
/// then the right half of what is left.
fn eliminate(lu: &mut Matrix, order: &mut [usize], start: usize, end: usize) {
    let n = lu.data.nrows();
    if end - start > SMALL {
        let middle = usize::midpoint(start, end);
        eliminate(lu, order, start, middle);
        let (left, mut right) = lu.data.view_mut().split_at(Axis(1), middle);
        let (mut u12, mut below) =
            right.slice_mut(s![start.., ..end - middle]).split_at(Axis(0), middle - start);
        solve_lower(left.slice(s![start..middle, start..]), u12.view_mut());
        general_mat_mul(-1.0, &left.slice(s![middle.., start..]), &u12, 1.0, &mut below);
        eliminate(lu, order, middle, end);
        return;
    }
    for k in start..end {
        exchange(lu, order, k);
        let (upper, lower) = lu.entries_mut().split_at_mut((k + 1) * n);
        let top = &upper[k * n..];
        for row in lower.chunks_exact_mut(n) {
            let factor = row[k] / top[k];
            row[k] = factor;
            axpy(-factor, &top[k + 1..end], &mut row[k + 1..end]);
        }
    }
}

/// `L^-1 X` in place of `X`, for the triangle with ones below the diagonal of a square.
fn solve_lower(l: ArrayView2<'_, f64>, x: ArrayViewMut2<'_, f64>) {
    let n = l.nrows();
    if n < 2 {
        return;
    }
    let middle = n / 2;
    let (mut top, mut rest) = x.split_at(Axis(0), middle);
    solve_lower(l.slice(s![..middle, ..middle]), top.view_mut());
    general_mat_mul(-1.0, &l.slice(s![middle.., ..middle]), &top, 1.0, &mut rest);
    solve_lower(l.slice(s![middle.., middle..]), rest);
}

/// `X U^-1` in place of `X`, for the triangle on and above the diagonal of a square.
fn divide_upper(mut x: ArrayViewMut2<'_, f64>, u: ArrayView2<'_, f64>) {
    let n = u.nrows();
    if n > SMALL {
        let middle = n / 2;
        let (mut left, mut right) = x.split_at(Axis(1), middle);
        divide_upper(left.view_mut(), u.slice(s![..middle, ..middle]));
        general_mat_mul(-1.0, &left, &u.slice(s![..middle, middle..]), 1.0, &mut right);
        divide_upper(right, u.slice(s![middle.., middle..]));
        return;
    }
    for mut row in x.rows_mut() {
        for k in 0..n {
            row[k] /= u[[k, k]];
            for j in k + 1..n {
                row[j] -= row[k] * u[[k, j]];
            }
        }
    }
}

/// `X L^-1` in place of `X`, for the triangle with ones below the diagonal of a square.
fn divide_lower(mut x: ArrayViewMut2<'_, f64>, l: ArrayView2<'_, f64>) {
    let n = l.nrows();
    if n > SMALL {
        let middle = n / 2;
        let (mut left, mut right) = x.split_at(Axis(1), middle);
        divide_lower(right.view_mut(), l.slice(s![middle.., middle..]));
        general_mat_mul(-1.0, &right, &l.slice(s![middle.., ..middle]), 1.0, &mut left);
        divide_lower(left, l.slice(s![..middle, ..middle]));
        return;
    }
    for mut row in x.rows_mut() {
        for k in (1..n).rev() {
            for j in 0..k {
                row[j] -= row[k] * l[[k, j]];
            }
        }
    }
}

/// Brings the row with the largest entry of column `k` to its place.
fn exchange(lu: &mut Matrix, order: &mut [usize], k: usize) {
    let n = lu.data.nrows();
    let size = |i: usize| lu.data[[i, k]].abs();
    let pivot = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
    if pivot != k {
        order.swap(k, pivot);
        let (upper, lower) = lu.entries_mut().split_at_mut(pivot * n);
        upper[k * n..(k + 1) * n].swap_with_slice(&mut lower[..n]);
    }
    if lu.data[[k, k]].abs() < f64::MIN_POSITIVE {
        lu.data[[k, k]] = f64::EPSILON;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, and rows that have to be exchanged.
    fn matrix(n: usize) -> Matrix {
        let mut state = 1u64;
        let mut matrix = Matrix::zero(n, n);
        for entry in matrix.entries_mut() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *entry = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        }
        (0..n).for_each(|i| matrix.data[[i, i]] *= 1e-9);
        matrix
    }

    #[test]
    fn solutions_and_quotients() {
        for n in [1, 2, 7, 48, 49, 130] {
            let own = matrix(n);
            let mut factors = Factors::default();
            factors.renew(n, |matrix| *matrix = own.clone());
            let x: Vec<f64> = (0..n).map(|i| i as f64 - 3.0).collect();
            let found = factors.solve(&own.times(&x));
            let error = x.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-8, "{n}: {error}");
            let mut other = matrix(n);
            other.entries_mut().reverse();
            let (mut work, mut quotient) = (Matrix::default(), Matrix::default());
            factors.divide(&other, &mut work, &mut quotient);
            for i in 0..n {
                let product: Vec<f64> = (0..n)
                    .map(|j| (0..n).map(|k| quotient.row(i)[k] * own.row(k)[j]).sum())
                    .collect();
                let entries = product.iter().zip(other.row(i));
                let error = entries.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(error < 1e-8, "{n}: {error}");
            }
        }
    }
}
