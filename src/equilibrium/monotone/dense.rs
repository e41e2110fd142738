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

impl Factors {
    /// Factors a square matrix; a pivot of 0 becomes a very small number.
    pub(crate) fn new(mut lu: Matrix) -> Self {
        let n = lu.rows;
        let mut order: Vec<usize> = (0..n).collect();
        for k in 0..n {
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
            let (upper, lower) = lu.data.split_at_mut((k + 1) * n);
            let top = &upper[k * n..];
            for row in lower.chunks_exact_mut(n) {
                if row[k] != 0.0 {
                    let factor = row[k] / top[k];
                    row[k] = factor;
                    axpy(-factor, &top[k + 1..], &mut row[k + 1..]);
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
        let mut x = vec![0.0; n];
        for r in 0..b.rows {
            x.copy_from_slice(b.row(r));
            for k in 0..n {
                let row = self.lu.row(k);
                x[k] /= row[k];
                let factor = x[k];
                if factor != 0.0 {
                    axpy(-factor, &row[k + 1..], &mut x[k + 1..]);
                }
            }
            for k in (0..n).rev() {
                let factor = x[k];
                if factor != 0.0 {
                    let row = self.lu.row(k);
                    axpy(-factor, &row[..k], &mut x[..k]);
                }
            }
            let own = result.row_mut(r);
            for (value, &place) in x.iter().zip(&self.order) {
                own[place] = *value;
            }
        }
        result
    }
}
