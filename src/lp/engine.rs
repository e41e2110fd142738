//! A linear programme that stays loaded: HiGHS through its C interface, restarted from its last basis.
//!
//! Searches change bounds, costs and coefficients of one programme, add rows and columns, and solve again; the safe wrappers
//! rebuild it each time, which costs ten times as much. This is the only file of the library with `unsafe` code.
//!
//! ```text
//! minimise  c'x   subject to  row_lower <= A x <= row_upper,  lower <= x <= upper
//! ```
//!
//! **Signs.** With row duals `y`, the reduced cost of a column is `c_j - sum_i a_ij y_i`; at an optimum `y_i >= 0` where the
//! row is at its lower and `<= 0` where it is at its upper side. A Farkas ray has the same orientation: with `c = 0` its reduced costs
//! and row sides prove that no point is feasible. Nothing returned here is believed.

use highs_sys::{
    Highs_addCol, Highs_addRow, Highs_changeCoeff, Highs_changeColBounds, Highs_changeColCost, Highs_changeRowBounds, Highs_clearSolver,
    Highs_create, Highs_deleteColsBySet, Highs_deleteRowsBySet, Highs_destroy, Highs_getBasis, Highs_getDualRay, Highs_getIntInfoValue,
    Highs_getModelStatus, Highs_getSolution, Highs_passLp, Highs_run, Highs_setBasis, Highs_setBoolOptionValue, Highs_setDoubleOptionValue,
    Highs_setIntOptionValue, Highs_setStringOptionValue, HighsInt, kHighsMatrixFormatRowwise, kHighsModelStatusInfeasible,
    kHighsModelStatusObjectiveBound, kHighsModelStatusOptimal, kHighsModelStatusTimeLimit, kHighsModelStatusUnbounded,
    kHighsModelStatusUnboundedOrInfeasible, kHighsObjSenseMinimize,
};
use std::ffi::{CStr, c_void};
use std::time::Duration;

/// What the solver says of the programme after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LpStatus {
    /// Optimal to its tolerances.
    Optimal,
    /// No feasible point; a ray may be available.
    Infeasible,
    /// The objective has no lower bound.
    Unbounded,
    /// The objective passed the cut-off of [`LpEngine::set_cutoff`].
    Cutoff,
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

/// Which columns and rows are basic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LpBasis {
    columns: Vec<HighsInt>,
    rows: Vec<HighsInt>,
}

impl LpBasis {
    /// Status of a basic column or row; other columns and rows are at one of their bounds.
    pub const BASIC: HighsInt = 1;

    /// The basis with a status per column and per row, in the numbering of HiGHS.
    #[must_use]
    pub fn new(columns: Vec<HighsInt>, rows: Vec<HighsInt>) -> Self {
        LpBasis { columns, rows }
    }

    /// Status per column.
    #[must_use]
    pub fn columns(&self) -> &[HighsInt] {
        &self.columns
    }

    /// Status per row.
    #[must_use]
    pub fn rows(&self) -> &[HighsInt] {
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
    starts: Vec<HighsInt>,
    columns: Vec<HighsInt>,
    values: Vec<f64>,
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

    fn fits(&self) -> bool {
        self.columns.iter().all(|&column| column >= 0 && (column as usize) < self.cost.len())
    }
}

/// A programme loaded into HiGHS: one thread, serial simplex, no presolve, silent.
#[derive(Debug)]
pub struct LpEngine {
    highs: *mut c_void,
    columns: usize,
    rows: usize,
    solves: usize,
}

// SAFETY: an instance of HiGHS owns its memory and is used by one thread at a time through `&mut self`; moving it between threads is allowed
// by its documentation.
unsafe impl Send for LpEngine {}

impl Drop for LpEngine {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `Highs_create` and is destroyed once.
        unsafe { Highs_destroy(self.highs) }
    }
}

/// Which of the violated rows leaves the basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// The one with the steepest edge; exact weights, computed from the basis at the start of a run.
    SteepestEdge,
    /// The most violated one.
    Dantzig,
    /// An approximation of the steepest edge that needs no start.
    Devex,
}

impl Default for LpEngine {
    fn default() -> Self {
        Self::new()
    }
}

fn size(value: usize) -> HighsInt {
    HighsInt::try_from(value).unwrap_or(HighsInt::MAX)
}

fn sizes(values: &[usize]) -> Vec<HighsInt> {
    values.iter().map(|&value| size(value)).collect()
}

impl LpEngine {
    /// An empty programme.
    #[must_use]
    pub fn new() -> Self {
        // SAFETY: creates an instance; every option name is a valid C string.
        let highs = unsafe { Highs_create() };
        let mut engine = LpEngine { highs, columns: 0, rows: 0, solves: 0 };
        engine.set_flag(c"output_flag", false);
        engine.set_text(c"presolve", c"off");
        engine.set_text(c"parallel", c"off");
        engine.set_text(c"solver", c"simplex");
        engine.set_integer(c"threads", 1);
        engine.set_tolerance(1e-9);
        // Rows and columns are scaled, as by default: without it runs were seen that do not end when coefficients are far apart.
        engine
    }

    fn set_flag(&mut self, name: &CStr, value: bool) {
        // SAFETY: valid instance and C string.
        unsafe { Highs_setBoolOptionValue(self.highs, name.as_ptr(), HighsInt::from(value)) };
    }

    fn set_text(&mut self, name: &CStr, value: &CStr) {
        // SAFETY: valid instance and C strings.
        unsafe { Highs_setStringOptionValue(self.highs, name.as_ptr(), value.as_ptr()) };
    }

    fn set_integer(&mut self, name: &CStr, value: HighsInt) {
        // SAFETY: valid instance and C string.
        unsafe { Highs_setIntOptionValue(self.highs, name.as_ptr(), value) };
    }

    fn set_number(&mut self, name: &CStr, value: f64) {
        // SAFETY: valid instance and C string.
        unsafe { Highs_setDoubleOptionValue(self.highs, name.as_ptr(), value) };
    }

    /// Primal and dual feasibility tolerance, 1e-10 at least.
    pub fn set_tolerance(&mut self, tolerance: f64) {
        self.set_number(c"primal_feasibility_tolerance", tolerance);
        self.set_number(c"dual_feasibility_tolerance", tolerance);
    }

    /// Whether the next runs use the primal simplex method, right when only columns or costs changed, instead of the dual one.
    pub fn set_primal(&mut self, primal: bool) {
        self.set_integer(c"simplex_strategy", if primal { 4 } else { 1 });
    }

    /// Which row leaves the basis in the dual simplex method.
    pub fn set_pricing(&mut self, pricing: Pricing) {
        let strategy = match pricing {
            Pricing::SteepestEdge => -1,
            Pricing::Dantzig => 0,
            Pricing::Devex => 1,
        };
        self.set_integer(c"simplex_dual_edge_weight_strategy", strategy);
    }

    /// Stops the dual simplex method once the objective is known to exceed `cutoff`.
    pub fn set_cutoff(&mut self, cutoff: Option<f64>) {
        self.set_number(c"objective_bound", cutoff.unwrap_or(f64::INFINITY));
    }

    /// Limits the time of each later run.
    pub fn set_time_limit(&mut self, limit: Option<Duration>) {
        self.set_number(c"time_limit", limit.map_or(f64::INFINITY, |limit| limit.as_secs_f64()));
    }

    /// Replaces the programme and forgets the basis; whether HiGHS takes it.
    pub fn load(&mut self, lp: &LpRows) -> bool {
        if !lp.fits() {
            return false;
        }
        let column = |side: fn(&(f64, f64)) -> f64| lp.column_bounds.iter().map(side).collect::<Vec<f64>>();
        let row = |side: fn(&(f64, f64)) -> f64| lp.row_bounds.iter().map(side).collect::<Vec<f64>>();
        let (lower, upper) = (column(|bounds| bounds.0), column(|bounds| bounds.1));
        let (row_lower, row_upper) = (row(|bounds| bounds.0), row(|bounds| bounds.1));
        let starts = if lp.starts.is_empty() { vec![0] } else { lp.starts.clone() };
        // SAFETY: every array has the length that goes with the sizes given, positions of columns are in range, and HiGHS copies them.
        let status = unsafe {
            Highs_passLp(
                self.highs,
                size(lp.cost.len()),
                size(lp.row_bounds.len()),
                size(lp.values.len()),
                kHighsMatrixFormatRowwise,
                kHighsObjSenseMinimize,
                0.0,
                lp.cost.as_ptr(),
                lower.as_ptr(),
                upper.as_ptr(),
                row_lower.as_ptr(),
                row_upper.as_ptr(),
                starts.as_ptr(),
                lp.columns.as_ptr(),
                lp.values.as_ptr(),
            )
        };
        (self.columns, self.rows) = (lp.cost.len(), lp.row_bounds.len());
        status >= 0
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of runs so far.
    #[must_use]
    pub fn solves(&self) -> usize {
        self.solves
    }

    /// Adds a column with its entries in existing rows; returns its position.
    pub fn add_column(&mut self, cost: f64, bounds: (f64, f64), rows: &[usize], values: &[f64]) -> usize {
        let index = sizes(rows);
        let count = size(index.len().min(values.len()));
        // SAFETY: the arrays have at least `count` entries and outlive the call.
        unsafe { Highs_addCol(self.highs, cost, bounds.0, bounds.1, count, index.as_ptr(), values.as_ptr()) };
        self.columns += 1;
        self.columns - 1
    }

    /// Adds a row with its entries in existing columns; returns its position.
    pub fn add_row(&mut self, bounds: (f64, f64), columns: &[usize], values: &[f64]) -> usize {
        let index = sizes(columns);
        let count = size(index.len().min(values.len()));
        // SAFETY: the arrays have at least `count` entries and outlive the call.
        unsafe { Highs_addRow(self.highs, bounds.0, bounds.1, count, index.as_ptr(), values.as_ptr()) };
        self.rows += 1;
        self.rows - 1
    }

    /// Removes rows, given by increasing position; later rows move up.
    pub fn delete_rows(&mut self, rows: &[usize]) {
        let set = sizes(rows);
        // SAFETY: the set has `len` entries.
        unsafe { Highs_deleteRowsBySet(self.highs, size(set.len()), set.as_ptr()) };
        self.rows -= rows.len();
    }

    /// Removes columns, given by increasing position; later columns move up.
    pub fn delete_columns(&mut self, columns: &[usize]) {
        let set = sizes(columns);
        // SAFETY: the set has `len` entries.
        unsafe { Highs_deleteColsBySet(self.highs, size(set.len()), set.as_ptr()) };
        self.columns -= columns.len();
    }

    /// Changes the bounds of a column.
    pub fn set_column_bounds(&mut self, column: usize, bounds: (f64, f64)) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeColBounds(self.highs, size(column), bounds.0, bounds.1) };
    }

    /// Changes the sides of a row.
    pub fn set_row_bounds(&mut self, row: usize, bounds: (f64, f64)) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeRowBounds(self.highs, size(row), bounds.0, bounds.1) };
    }

    /// Changes the cost of a column.
    pub fn set_cost(&mut self, column: usize, cost: f64) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeColCost(self.highs, size(column), cost) };
    }

    /// Changes one coefficient.
    pub fn set_coefficient(&mut self, row: usize, column: usize, value: f64) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeCoeff(self.highs, size(row), size(column), value) };
    }

    /// Forgets the basis: the next run starts cold.
    pub fn forget_basis(&mut self) {
        // SAFETY: valid instance.
        unsafe { Highs_clearSolver(self.highs) };
    }

    /// The current basis, if there is a valid one.
    #[must_use]
    pub fn basis(&self) -> Option<LpBasis> {
        let mut basis = LpBasis { columns: vec![0; self.columns], rows: vec![0; self.rows] };
        // SAFETY: the arrays have the sizes of the programme.
        let status = unsafe { Highs_getBasis(self.highs, basis.columns.as_mut_ptr(), basis.rows.as_mut_ptr()) };
        let basis = (status >= 0).then_some(basis);
        #[cfg(test)]
        let basis = super::fault::basis(basis);
        basis
    }

    /// Starts the next run from `basis`; whether HiGHS takes it.
    pub fn set_basis(&mut self, basis: &LpBasis) -> bool {
        if basis.columns.len() != self.columns || basis.rows.len() != self.rows {
            return false;
        }
        // SAFETY: the arrays have the sizes of the programme.
        unsafe { Highs_setBasis(self.highs, basis.columns.as_ptr(), basis.rows.as_ptr()) >= 0 }
    }

    /// Solves, from the last basis if there is one.
    pub fn solve(&mut self) -> LpStatus {
        self.solves += 1;
        // SAFETY: valid instance.
        let (run, status) = unsafe { (Highs_run(self.highs), Highs_getModelStatus(self.highs)) };
        let status = match status {
            _ if run < 0 => LpStatus::Failed,
            s if s == kHighsModelStatusOptimal => LpStatus::Optimal,
            s if s == kHighsModelStatusInfeasible => LpStatus::Infeasible,
            s if s == kHighsModelStatusUnbounded || s == kHighsModelStatusUnboundedOrInfeasible => LpStatus::Unbounded,
            s if s == kHighsModelStatusObjectiveBound => LpStatus::Cutoff,
            s if s == kHighsModelStatusTimeLimit => LpStatus::TimeLimit,
            _ => LpStatus::Failed,
        };
        #[cfg(test)]
        let status = super::fault::status(status);
        status
    }

    /// Iterations of the simplex method in the last run.
    #[must_use]
    pub fn iterations(&self) -> usize {
        let mut count: HighsInt = 0;
        // SAFETY: valid instance, name and place for the answer.
        unsafe { Highs_getIntInfoValue(self.highs, c"simplex_iteration_count".as_ptr(), &raw mut count) };
        usize::try_from(count).unwrap_or(0)
    }

    /// The point and multipliers of the last run, if HiGHS has valid ones; numbers that are not finite count as none.
    #[must_use]
    pub fn point(&self) -> Option<LpPoint> {
        let mut point = LpPoint {
            columns_approx: vec![0.0; self.columns],
            reduced_costs_approx: vec![0.0; self.columns],
            rows_approx: vec![0.0; self.rows],
            row_duals_approx: vec![0.0; self.rows],
        };
        // SAFETY: the arrays have the sizes of the programme.
        let status = unsafe {
            Highs_getSolution(
                self.highs,
                point.columns_approx.as_mut_ptr(),
                point.reduced_costs_approx.as_mut_ptr(),
                point.rows_approx.as_mut_ptr(),
                point.row_duals_approx.as_mut_ptr(),
            )
        };
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let valid = finite(&point.columns_approx) && finite(&point.row_duals_approx) && finite(&point.reduced_costs_approx);
        let point = (status >= 0 && valid).then_some(point);
        #[cfg(test)]
        let point = super::fault::point(point);
        point
    }

    /// A Farkas ray, one number per row, after [`LpStatus::Infeasible`].
    #[must_use]
    pub fn farkas(&self) -> Option<Vec<f64>> {
        let mut ray = vec![0.0; self.rows];
        let mut has: HighsInt = 0;
        // SAFETY: the array has one entry per row.
        let status = unsafe { Highs_getDualRay(self.highs, &raw mut has, ray.as_mut_ptr()) };
        let ray = (status >= 0 && has != 0 && ray.iter().all(|value| value.is_finite())).then_some(ray);
        #[cfg(test)]
        let ray = super::fault::ray(ray, self.rows);
        ray
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// min -x - y, x + y <= 3/2, 0 <= x, y <= 1: value -3/2, dual of the row -1.
    #[test]
    fn duals_have_the_stated_signs() {
        let mut lp = LpEngine::new();
        let x = lp.add_column(-1.0, (0.0, 1.0), &[], &[]);
        let y = lp.add_column(-1.0, (0.0, 1.0), &[], &[]);
        let row = lp.add_row((f64::NEG_INFINITY, 1.5), &[x, y], &[1.0, 1.0]);
        assert_eq!(lp.solve(), LpStatus::Optimal);
        let point = lp.point().expect("a point");
        assert!((point.columns_approx[x] + point.columns_approx[y] - 1.5).abs() < 1e-9);
        assert!((point.row_duals_approx[row] + 1.0).abs() < 1e-9);
        let basis = lp.basis().expect("a basis");
        lp.set_column_bounds(x, (0.0, 0.25));
        assert!(lp.set_basis(&basis));
        assert_eq!(lp.solve(), LpStatus::Optimal);
        assert!((lp.point().expect("a point").columns_approx[x] - 0.25).abs() < 1e-9);
    }

    /// x + y >= 3 with x, y <= 1 has a ray `y` with `3 y > 2 y`.
    #[test]
    fn rays_prove_infeasibility() {
        let mut lp = LpEngine::new();
        let x = lp.add_column(1.0, (0.0, 1.0), &[], &[]);
        let y = lp.add_column(1.0, (0.0, 1.0), &[], &[]);
        lp.add_row((3.0, f64::INFINITY), &[x, y], &[1.0, 1.0]);
        assert_eq!(lp.solve(), LpStatus::Infeasible);
        let ray = lp.farkas().expect("a ray");
        assert!(ray[0] > 0.0);
    }
}
