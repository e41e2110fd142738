//! Equations of a programme solved for their basic variables: `x_basic = T x_nonbasic`, every
//! coefficient stored.

/// A variable: a column of the programme, or the activity of one of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    /// Position of a column.
    Column(usize),
    /// Position of a row.
    Row(usize),
}

/// Entries below this are zero: what cancellation leaves.
const NOTHING: f64 = 1e-14;
/// Share of the entries of a row up to which it is worth listing them.
const SPARSE: usize = 4;

/// The equations.
#[derive(Debug, Clone, Default)]
pub(super) struct Tableau {
    /// The variable of each row of `T`.
    pub(super) basic: Vec<Variable>,
    /// The variable of each column of `T`.
    pub(super) nonbasic: Vec<Variable>,
    /// `T`.
    pub(super) rows: Vec<Vec<f64>>,
    /// Positions of the entries of the row in use.
    entries: Vec<usize>,
    /// Coefficient per column of the form that is added; zero in between.
    scatter: Vec<f64>,
}

impl Tableau {
    /// The equations of the columns of a programme without rows.
    pub(super) fn of_columns(columns: usize) -> Self {
        Tableau { nonbasic: (0..columns).map(Variable::Column).collect(), ..Self::default() }
    }

    /// Adds a basic variable: a linear form of the columns.
    pub(super) fn add(&mut self, variable: Variable, entries: &[(usize, f64)]) {
        let mut form = Vec::with_capacity(self.nonbasic.len() + 8);
        form.resize(self.nonbasic.len(), 0.0);
        for &(column, value) in entries {
            if self.scatter.len() <= column {
                self.scatter.resize(column + 1, 0.0);
            }
            self.scatter[column] += value;
        }
        let value = |variable: &Variable| match *variable {
            Variable::Column(column) => self.scatter.get(column).copied().unwrap_or(0.0),
            Variable::Row(_) => 0.0,
        };
        form.iter_mut().zip(&self.nonbasic).for_each(|(entry, variable)| *entry = value(variable));
        for (variable, row) in self.basic.iter().zip(&self.rows) {
            let factor = value(variable);
            if factor != 0.0 {
                form.iter_mut().zip(row).for_each(|(entry, own)| *entry += factor * own);
            }
        }
        entries.iter().for_each(|&(column, _)| self.scatter[column] = 0.0);
        self.basic.push(variable);
        self.rows.push(form);
    }

    /// Exchanges the variables of a row and a column, here and in the linear form `form` (a
    /// coefficient per column).
    pub(super) fn pivot(&mut self, row: usize, column: usize, form: &mut [f64]) {
        // x_r = ... + p x_c  becomes  x_c = (x_r - ...) / p.
        let mut pivot_row = std::mem::take(&mut self.rows[row]);
        let inverse = 1.0 / pivot_row[column];
        pivot_row[column] = 0.0;
        self.entries.clear();
        for (position, entry) in pivot_row.iter_mut().enumerate() {
            if *entry != 0.0 {
                *entry *= -inverse;
                self.entries.push(position);
            }
        }
        let sparse = self.entries.len() * SPARSE <= pivot_row.len();
        for other in self.rows.iter_mut().map(Vec::as_mut_slice).chain([form]) {
            let Some(&factor) = other.get(column) else { continue };
            if factor == 0.0 {
                continue;
            }
            let add = |entry: &mut f64, value: f64| {
                let sum = *entry + factor * value;
                *entry = if sum.abs() < NOTHING { 0.0 } else { sum };
            };
            if sparse {
                self.entries
                    .iter()
                    .for_each(|&position| add(&mut other[position], pivot_row[position]));
            } else {
                other.iter_mut().zip(&pivot_row).for_each(|(entry, value)| add(entry, *value));
            }
            other[column] = factor * inverse;
        }
        pivot_row[column] = inverse;
        self.rows[row] = pivot_row;
        std::mem::swap(&mut self.basic[row], &mut self.nonbasic[column]);
    }
}
