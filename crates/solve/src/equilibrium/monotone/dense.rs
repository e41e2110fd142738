//! Dense matrices, row by row, and their LU factors.

/// A matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) data: Vec<f64>,
}

impl Matrix {
    pub(crate) fn zero(rows: usize, columns: usize) -> Self {
        Matrix { rows, columns, data: vec![0.0; rows * columns] }
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.columns..(i + 1) * self.columns]
    }

    pub(crate) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.columns..(i + 1) * self.columns]
    }

    pub(crate) fn add(&mut self, i: usize, j: usize, value: f64) {
        self.data[i * self.columns + j] += value;
    }

    /// `self x`.
    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        (0..self.rows).map(|i| self.row(i).iter().zip(x).map(|(a, b)| a * b).sum()).collect()
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

/// Columns that are eliminated together, so that rows are read from memory less often.
const BLOCK: usize = 32;
/// Rows that are divided together.
const ROWS: usize = 8;

impl Factors {
    /// Factors a square matrix; a pivot of 0 becomes a very small number.
    pub(crate) fn new(mut lu: Matrix) -> Self {
        let n = lu.rows;
        let mut order: Vec<usize> = (0..n).collect();
        for start in (0..n).step_by(BLOCK) {
            let end = (start + BLOCK).min(n);
            for k in start..end {
                exchange(&mut lu, &mut order, k);
                let (upper, lower) = lu.data.split_at_mut((k + 1) * n);
                let top = &upper[k * n..];
                for row in lower.chunks_exact_mut(n).filter(|row| row[k] != 0.0) {
                    let factor = row[k] / top[k];
                    row[k] = factor;
                    axpy(-factor, &top[k + 1..end], &mut row[k + 1..end]);
                }
            }
            // The columns behind the block, first of its own rows, then of those below.
            for i in start + 1..n {
                let (upper, lower) = lu.data.split_at_mut(i * n);
                let row = &mut lower[..n];
                for k in start..end.min(i) {
                    let factor = row[k];
                    if factor != 0.0 {
                        axpy(-factor, &upper[k * n + end..(k + 1) * n], &mut row[end..]);
                    }
                }
            }
        }
        Factors { lu, order }
    }

    /// `N^-1 b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.lu.rows;
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

    /// `B N^-1`, row by row: `y U = b`, `q L = y`, and the exchanges undone.
    pub(crate) fn divide(&self, b: &Matrix) -> Matrix {
        let n = self.lu.rows;
        let mut result = Matrix::zero(b.rows, n);
        for (rows, own) in b.data.chunks(ROWS * n).zip(result.data.chunks_mut(ROWS * n)) {
            let mut block = rows.to_vec();
            for k in 0..n {
                let row = self.lu.row(k);
                for x in block.chunks_exact_mut(n) {
                    x[k] /= row[k];
                    axpy(-x[k], &row[k + 1..], &mut x[k + 1..]);
                }
            }
            for k in (0..n).rev() {
                let row = self.lu.row(k);
                for x in block.chunks_exact_mut(n) {
                    axpy(-x[k], &row[..k], &mut x[..k]);
                }
            }
            for (x, own) in block.chunks_exact(n).zip(own.chunks_exact_mut(n)) {
                for (value, &place) in x.iter().zip(&self.order) {
                    own[place] = *value;
                }
            }
        }
        result
    }
}

/// Brings the row with the largest entry of column `k` to its place.
fn exchange(lu: &mut Matrix, order: &mut [usize], k: usize) {
    let n = lu.rows;
    let size = |i: usize| lu.data[i * n + k].abs();
    let pivot = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
    if pivot != k {
        order.swap(k, pivot);
        let (upper, lower) = lu.data.split_at_mut(pivot * n);
        upper[k * n..(k + 1) * n].swap_with_slice(&mut lower[..n]);
    }
    if lu.data[k * n + k].abs() < f64::MIN_POSITIVE {
        lu.data[k * n + k] = f64::EPSILON;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, and rows that have to be exchanged.
    fn matrix(n: usize) -> Matrix {
        let mut state = 1u64;
        let mut matrix = Matrix::zero(n, n);
        for entry in &mut matrix.data {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *entry = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        }
        (0..n).for_each(|i| matrix.data[i * n + i] *= 1e-9);
        matrix
    }

    #[test]
    fn solutions_and_quotients() {
        for n in [1, 2, 7, 32, 33, 90] {
            let own = matrix(n);
            let factors = Factors::new(own.clone());
            let x: Vec<f64> = (0..n).map(|i| i as f64 - 3.0).collect();
            let found = factors.solve(&own.times(&x));
            let error = x.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(error < 1e-8, "{n}: {error}");
            let mut other = matrix(n);
            other.data.reverse();
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
