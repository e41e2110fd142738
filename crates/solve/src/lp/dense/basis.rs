//! The basis of a programme and the equations that go with it.

use super::DenseSimplex;
use super::simplex::Side;
use super::tableau::{Tableau, Variable};
use crate::lp::programme::{LpBasis, place};

/// Coefficients below this do not make a column basic when the equations are set up.
const SINGULAR: f64 = 1e-9;

impl DenseSimplex {
    /// Leaves equations of basic variables, given by position and variable, out until they are
    /// needed.
    pub(super) fn set_aside(&mut self, unneeded: impl Fn(usize, Variable) -> bool) {
        let Tableau { basic, rows, .. } = &mut self.tableau;
        for position in (0..basic.len()).rev() {
            if unneeded(position, basic[position]) {
                basic.swap_remove(position);
                rows.swap_remove(position);
            }
        }
    }

    /// Forgets the basis: activities are basic, columns at their lower bounds.
    pub(in crate::lp) fn forget_basis(&mut self) {
        self.stale = Some(LpBasis {
            columns: vec![place::LOWER; self.cost.len()],
            rows: vec![place::BASIC; self.rows.len()],
        });
    }

    pub(in crate::lp) fn basis(&self) -> LpBasis {
        if let Some(basis) = &self.stale {
            return basis.clone();
        }
        let mut basis = LpBasis {
            columns: vec![place::BASIC; self.cost.len()],
            rows: vec![place::BASIC; self.rows.len()],
        };
        for (variable, side) in self.tableau.nonbasic.iter().zip(&self.sides) {
            match *variable {
                Variable::Column(column) => basis.columns[column] = side.place(),
                Variable::Row(row) => basis.rows[row] = side.place(),
            }
        }
        basis
    }

    pub(in crate::lp) fn set_basis(&mut self, basis: &LpBasis) -> bool {
        let fits = basis.columns.len() == self.cost.len() && basis.rows.len() == self.rows.len();
        if fits {
            self.stale = Some(basis.clone());
        }
        fits
    }

    /// Adds the equations of rows that had been left out and are `needed`, by position and sides;
    /// whether there are any.
    pub(super) fn add_rows(&mut self, needed: impl Fn(usize, (f64, f64)) -> bool) -> bool {
        let mut present = vec![false; self.rows.len()];
        for variable in self.tableau.basic.iter().chain(&self.tableau.nonbasic) {
            if let Variable::Row(row) = *variable {
                present[row] = true;
            }
        }
        let before = self.tableau.rows.len();
        for (row, (entries, &bounds)) in self.rows.iter().zip(&self.row_bounds).enumerate() {
            if !present[row] && needed(row, bounds) {
                self.tableau.add(Variable::Row(row), entries);
            }
        }
        self.tableau.rows.len() > before
    }

    /// Sets the equations up for a basis; columns that depend on others stay out of it.
    pub(super) fn set_up(&mut self, basis: &LpBasis) {
        let mut tableau = Tableau::of_columns(self.cost.len());
        let mut choices = vec![0u32; self.cost.len()];
        for (row, entries) in
            self.rows.iter().enumerate().filter(|(row, _)| basis.rows[*row] != place::BASIC)
        {
            tableau.add(Variable::Row(row), entries);
            entries.iter().for_each(|&(column, _)| choices[column] += 1);
        }
        // Columns with few rows to choose from first: less fills in.
        let mut wanted: Vec<usize> =
            (0..self.cost.len()).filter(|&column| basis.columns[column] == place::BASIC).collect();
        wanted.sort_by_key(|&column| choices[column]);
        let mut free: Vec<bool> = vec![true; tableau.rows.len()];
        for column in wanted {
            let size = |row: usize| tableau.rows[row][column].abs();
            let best = (0..free.len())
                .filter(|&row| free[row])
                .max_by(|&a, &b| size(a).total_cmp(&size(b)).then(b.cmp(&a)));
            if let Some(row) = best
                && size(row) > SINGULAR
            {
                tableau.pivot(row, column, &mut []);
                free[row] = false;
            }
        }
        let side = |variable: &Variable| match *variable {
            Variable::Column(column) => Side::of_place(basis.columns[column]),
            Variable::Row(row) => Side::of_place(basis.rows[row]),
        };
        self.sides = tableau.nonbasic.iter().map(side).collect();
        self.tableau = tableau;
        self.age = 0;
    }
}
