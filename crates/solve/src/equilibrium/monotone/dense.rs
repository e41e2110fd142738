//! Dense matrices, row by row, and their LU factors. Nearly all of the work is in products of
//! blocks, which `ndarray` multiplies.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis, s};

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
        let row = |i: usize| self.row(i).iter().zip(x).map(|(a, b)| a * b).sum();
        (0..self.data.nrows()).map(row).collect()
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

/// Columns that are eliminated together: what is left of a matrix changes by products of blocks of
/// this width.
const BLOCK: usize = 48;

impl Factors {
    /// Factors a square matrix; a pivot of 0 becomes a very small number.
    ///
    /// ```text
    /// [A11 A12]   [L11    ] [U11 U12]
    /// [A21 A22] = [L21 I  ] [    A22 - L21 U12]
    /// ```
    pub(crate) fn new(mut lu: Matrix) -> Self {
        let n = lu.data.nrows();
        let mut order: Vec<usize> = (0..n).collect();
        for start in (0..n).step_by(BLOCK) {
            let end = (start + BLOCK).min(n);
            for k in start..end {
                exchange(&mut lu, &mut order, k);
                let (upper, lower) = lu.entries_mut().split_at_mut((k + 1) * n);
                let top = &upper[k * n..];
                for row in lower.chunks_exact_mut(n).filter(|row| row[k] != 0.0) {
                    let factor = row[k] / top[k];
                    row[k] = factor;
                    axpy(-factor, &top[k + 1..end], &mut row[k + 1..end]);
                }
            }
            for i in start + 1..end {
                let (upper, lower) = lu.entries_mut().split_at_mut(i * n);
                let row = &mut lower[..n];
                for k in start..i {
                    axpy(-row[k], &upper[k * n + end..(k + 1) * n], &mut row[end..]);
                }
            }
            let (top, below) = lu.data.view_mut().split_at(Axis(0), end);
            let (left, mut right) = below.split_at(Axis(1), end);
            let (l21, u12) = (left.slice(s![.., start..]), top.slice(s![start.., end..]));
            general_mat_mul(-1.0, &l21, &u12, 1.0, &mut right);
        }
        Factors { lu, order }
    }

    /// `N^-1 b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lu.data.nrows();
        let mut x: Vec<f64> = self.order.iter().map(|&i| b[i]).collect();
        for i in 0..n {
            let sum: f64 = self.lu.row(i)[..i].iter().zip(&x).map(|(a, b)| a * b).sum();
            x[i] -= sum;
        }
        for i in (0..n).rev() {
            let row = self.lu.row(i);
            let sum: f64 = row[i + 1..].iter().zip(&x[i + 1..]).map(|(a, b)| a * b).sum();
            x[i] = (x[i] - sum) / row[i];
        }
        x
    }

    /// `B N^-1`, block by block of columns: `Y U = B`, `Q L = Y`, and the exchanges undone.
    pub(crate) fn divide(&self, b: &Matrix) -> Matrix {
        let n = self.lu.data.nrows();
        let lu = self.lu.data.view();
        let mut x = b.clone();
        let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
        for &start in &starts {
            let end = (start + BLOCK).min(n);
            for row in x.entries_mut().chunks_exact_mut(n) {
                for k in start..end {
                    let top = self.lu.row(k);
                    row[k] /= top[k];
                    axpy(-row[k], &top[k + 1..end], &mut row[k + 1..end]);
                }
            }
            let (left, mut right) = x.data.view_mut().split_at(Axis(1), end);
            let (own, u) = (left.slice(s![.., start..]), lu.slice(s![start..end, end..]));
            general_mat_mul(-1.0, &own, &u, 1.0, &mut right);
        }
        for &start in starts.iter().rev() {
            let end = (start + BLOCK).min(n);
            for row in x.entries_mut().chunks_exact_mut(n) {
                for k in (start..end).rev() {
                    let own = row[k];
                    axpy(-own, &self.lu.row(k)[start..k], &mut row[start..k]);
                }
            }
            let (mut left, right) = x.data.view_mut().split_at(Axis(1), start);
            let (own, l) = (right.slice(s![.., ..end - start]), lu.slice(s![start..end, ..start]));
            general_mat_mul(-1.0, &own, &l, 1.0, &mut left);
        }
        let mut result = Matrix::zero(b.data.nrows(), n);
        for (x, own) in x.entries().chunks_exact(n).zip(result.entries_mut().chunks_exact_mut(n)) {
            for (value, &place) in x.iter().zip(&self.order) {
                own[place] = *value;
            }
        }
        result
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
            let factors = Factors::new(own.clone());
            let x: Vec<f64> = (0..n).map(|i| i as f64 - 3.0).collect();
            let found = factors.solve(&own.times(&x));
            let error = x.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-8, "{n}: {error}");
            let mut other = matrix(n);
            other.entries_mut().reverse();
            let quotient = factors.divide(&other);
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
