//! Linear programmes as they are given to an engine, and its answers.
//!
//! ```text
//! minimise  c'x   subject to  row_lower <= A x <= row_upper,  lower <= x <= upper
//! ```

/// What the solver says of the programme after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LpStatus {
    /// Optimal to its tolerances.
    Optimal,
    /// No feasible point; a ray may be available.
    Infeasible,
    /// The objective has no lower bound.
    Unbounded,
    /// The time limit.
    TimeLimit,
    /// Anything else: no answer.
    Failed,
}

/// A point and multipliers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LpPoint {
    /// Value per column.
    pub columns_approx: Vec<f64>,
    /// Reduced cost per column.
    pub reduced_costs_approx: Vec<f64>,
    /// Value per row.
    pub rows_approx: Vec<f64>,
    /// Dual per row.
    pub row_duals_approx: Vec<f64>,
}

/// Where a column or row stands in a basis, in the numbering of HiGHS.
pub(super) mod place {
    pub(in crate::lp) const LOWER: i32 = 0;
    pub(in crate::lp) const BASIC: i32 = 1;
    pub(in crate::lp) const UPPER: i32 = 2;
    pub(in crate::lp) const ZERO: i32 = 3;
}

/// Which columns and rows are basic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LpBasis {
    pub(super) columns: Vec<i32>,
    pub(super) rows: Vec<i32>,
}

impl LpBasis {
    /// Status of a basic column or row; other columns and rows are at one of their bounds.
    pub const BASIC: i32 = place::BASIC;

    /// The basis with a status per column and per row, in the numbering of HiGHS.
    #[must_use]
    pub fn new(columns: Vec<i32>, rows: Vec<i32>) -> Self {
        LpBasis { columns, rows }
    }

    /// Status per column.
    #[must_use]
    pub fn columns(&self) -> &[i32] {
        &self.columns
    }

    /// Status per row.
    #[must_use]
    pub fn rows(&self) -> &[i32] {
        &self.rows
    }
}

/// A whole programme, its matrix row by row.
#[derive(Debug, Clone, Default)]
pub struct LpRows {
    /// Cost per column.
    pub cost: Vec<f64>,
    /// Bounds per column.
    pub column_bounds: Vec<(f64, f64)>,
    /// Sides per row.
    pub row_bounds: Vec<(f64, f64)>,
    /// Entries of row `i`: `starts[i]..starts[i + 1]`, the last one being the number of entries.
    pub(super) starts: Vec<i32>,
    pub(super) columns: Vec<i32>,
    pub(super) values: Vec<f64>,
}

impl LpRows {
    /// Adds a column; returns its position.
    pub fn add_column(&mut self, cost: f64, bounds: (f64, f64)) -> usize {
        self.cost.push(cost);
        self.column_bounds.push(bounds);
        self.cost.len() - 1
    }

    /// Adds a row, zeros left out; returns its position.
    pub fn add_row(&mut self, bounds: (f64, f64), entries: &[(usize, f64)]) -> usize {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        for &(column, value) in entries.iter().filter(|(_, value)| *value != 0.0) {
            self.columns.push(size(column));
            self.values.push(value);
        }
        self.starts.push(size(self.columns.len()));
        self.row_bounds.push(bounds);
        self.row_bounds.len() - 1
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.row_bounds.len()
    }

    /// Entries of a row.
    pub(super) fn entries(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[row] as usize..self.starts[row + 1] as usize;
        range.map(|entry| (self.columns[entry] as usize, self.values[entry]))
    }

    /// Whether every entry is in a column of the programme.
    pub(super) fn fits(&self) -> bool {
        self.columns.iter().all(|&column| column >= 0 && (column as usize) < self.cost.len())
    }
}

/// A size in the integers of HiGHS.
pub(super) fn size(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
