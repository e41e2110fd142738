//! HiGHS through its C interface: a programme that stays loaded, restarted from its last basis.
//!
//! Searches change bounds, costs and coefficients of one programme, add rows and columns, and solve
//! again; the safe wrappers rebuild it each time, which costs ten times as much. This is the only
//! file of the library with `unsafe` code.
//!
//! **Signs** are those of [`LpEngine`](super::LpEngine).

use super::engine::Pricing;
use super::programme::{LpBasis, LpPoint, LpRows, LpStatus, size};
use highs_sys::{
    Highs_addCol, Highs_addRow, Highs_changeCoeff, Highs_changeColBounds, Highs_changeColCost,
    Highs_changeRowBounds, Highs_clearSolver, Highs_create, Highs_destroy, Highs_getBasis,
    Highs_getDualRay, Highs_getIntInfoValue, Highs_getModelStatus, Highs_getSolution, Highs_passLp,
    Highs_run, Highs_setBasis, Highs_setBoolOptionValue, Highs_setDoubleOptionValue,
    Highs_setIntOptionValue, Highs_setStringOptionValue, HighsInt, kHighsMatrixFormatRowwise,
    kHighsModelStatusInfeasible, kHighsModelStatusOptimal, kHighsModelStatusTimeLimit,
    kHighsModelStatusUnbounded, kHighsModelStatusUnboundedOrInfeasible, kHighsObjSenseMinimize,
};
use std::ffi::{CStr, c_void};
use std::time::Duration;

/// Primal and dual feasibility tolerance.
const TOLERANCE: f64 = 1e-9;

/// A programme loaded into HiGHS: one thread, serial simplex, no presolve, silent.
#[derive(Debug)]
pub(super) struct ResidentHighs {
    highs: *mut c_void,
    columns: usize,
    rows: usize,
}

// SAFETY: an instance of HiGHS owns its memory and is used by one thread at a time through `&mut
// self`; moving it between threads is allowed by its documentation.
unsafe impl Send for ResidentHighs {}

impl Drop for ResidentHighs {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `Highs_create` and is destroyed once.
        unsafe { Highs_destroy(self.highs) }
    }
}

fn sizes(values: &[usize]) -> Vec<HighsInt> {
    values.iter().map(|&value| size(value)).collect()
}

impl ResidentHighs {
    /// An empty programme.
    pub(super) fn new() -> Self {
        // SAFETY: creates an instance; every option name is a valid C string.
        let highs = unsafe { Highs_create() };
        let mut engine = ResidentHighs { highs, columns: 0, rows: 0 };
        engine.set_flag(c"output_flag", false);
        engine.set_text(c"presolve", c"off");
        engine.set_text(c"parallel", c"off");
        engine.set_text(c"solver", c"simplex");
        engine.set_integer(c"threads", 1);
        for tolerance in [c"primal_feasibility_tolerance", c"dual_feasibility_tolerance"] {
            engine.set_number(tolerance, TOLERANCE);
        }
        // Rows and columns are scaled, as by default: without it runs were seen that do not end
        // when coefficients are far apart.
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

    /// Whether the next runs use the primal simplex method, right when only columns or costs
    /// changed, instead of the dual one.
    pub(super) fn set_primal(&mut self, primal: bool) {
        self.set_integer(c"simplex_strategy", if primal { 4 } else { 1 });
    }

    /// Which row leaves the basis in the dual simplex method.
    pub(super) fn set_pricing(&mut self, pricing: Pricing) {
        let strategy = match pricing {
            Pricing::SteepestEdge => -1,
            Pricing::Dantzig => 0,
            Pricing::Devex => 1,
        };
        self.set_integer(c"simplex_dual_edge_weight_strategy", strategy);
    }

    /// Limits the time of each later run.
    pub(super) fn set_time_limit(&mut self, limit: Option<Duration>) {
        self.set_number(c"time_limit", limit.map_or(f64::INFINITY, |limit| limit.as_secs_f64()));
    }

    /// Replaces the programme and forgets the basis; whether HiGHS takes it.
    pub(super) fn load(&mut self, lp: &LpRows) -> bool {
        if !lp.fits() {
            return false;
        }
        let column =
            |side: fn(&(f64, f64)) -> f64| lp.column_bounds.iter().map(side).collect::<Vec<f64>>();
        let row =
            |side: fn(&(f64, f64)) -> f64| lp.row_bounds.iter().map(side).collect::<Vec<f64>>();
        let (lower, upper) = (column(|bounds| bounds.0), column(|bounds| bounds.1));
        let (row_lower, row_upper) = (row(|bounds| bounds.0), row(|bounds| bounds.1));
        let starts = if lp.starts.is_empty() { vec![0] } else { lp.starts.clone() };
        // SAFETY: every array has the length that goes with the sizes given, positions of columns
        // are in range, and HiGHS copies them.
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

    /// Adds a column with its entries in existing rows; returns its position.
    pub(super) fn add_column(
        &mut self,
        cost: f64,
        bounds: (f64, f64),
        rows: &[usize],
        values: &[f64],
    ) -> usize {
        let index = sizes(rows);
        let count = size(index.len().min(values.len()));
        // SAFETY: the arrays have at least `count` entries and outlive the call.
        unsafe {
            Highs_addCol(
                self.highs,
                cost,
                bounds.0,
                bounds.1,
                count,
                index.as_ptr(),
                values.as_ptr(),
            )
        };
        self.columns += 1;
        self.columns - 1
    }

    /// Adds a row with its entries in existing columns; returns its position.
    pub(super) fn add_row(
        &mut self,
        bounds: (f64, f64),
        columns: &[usize],
        values: &[f64],
    ) -> usize {
        let index = sizes(columns);
        let count = size(index.len().min(values.len()));
        // SAFETY: the arrays have at least `count` entries and outlive the call.
        unsafe {
            Highs_addRow(self.highs, bounds.0, bounds.1, count, index.as_ptr(), values.as_ptr())
        };
        self.rows += 1;
        self.rows - 1
    }

    /// Changes the bounds of a column.
    pub(super) fn set_column_bounds(&mut self, column: usize, bounds: (f64, f64)) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeColBounds(self.highs, size(column), bounds.0, bounds.1) };
    }

    /// Changes the sides of a row.
    pub(super) fn set_row_bounds(&mut self, row: usize, bounds: (f64, f64)) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeRowBounds(self.highs, size(row), bounds.0, bounds.1) };
    }

    /// Changes the cost of a column.
    pub(super) fn set_cost(&mut self, column: usize, cost: f64) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeColCost(self.highs, size(column), cost) };
    }

    /// Changes one coefficient.
    pub(super) fn set_coefficient(&mut self, row: usize, column: usize, value: f64) {
        // SAFETY: HiGHS refuses positions out of range.
        unsafe { Highs_changeCoeff(self.highs, size(row), size(column), value) };
    }

    /// Forgets the basis: the next run starts cold.
    pub(super) fn forget_basis(&mut self) {
        // SAFETY: valid instance.
        unsafe { Highs_clearSolver(self.highs) };
    }

    /// The current basis, if there is a valid one.
    pub(super) fn basis(&self) -> Option<LpBasis> {
        let mut basis = LpBasis { columns: vec![0; self.columns], rows: vec![0; self.rows] };
        // SAFETY: the arrays have the sizes of the programme.
        let status = unsafe {
            Highs_getBasis(self.highs, basis.columns.as_mut_ptr(), basis.rows.as_mut_ptr())
        };
        (status >= 0).then_some(basis)
    }

    /// Starts the next run from `basis`; whether HiGHS takes it.
    pub(super) fn set_basis(&mut self, basis: &LpBasis) -> bool {
        if basis.columns.len() != self.columns || basis.rows.len() != self.rows {
            return false;
        }
        // SAFETY: the arrays have the sizes of the programme.
        unsafe { Highs_setBasis(self.highs, basis.columns.as_ptr(), basis.rows.as_ptr()) >= 0 }
    }

    /// Solves, from the last basis if there is one.
    pub(super) fn solve(&mut self) -> LpStatus {
        // SAFETY: valid instance.
        let (run, status) = unsafe { (Highs_run(self.highs), Highs_getModelStatus(self.highs)) };
        match status {
            _ if run < 0 => LpStatus::Failed,
            s if s == kHighsModelStatusOptimal => LpStatus::Optimal,
            s if s == kHighsModelStatusInfeasible => LpStatus::Infeasible,
            s if s == kHighsModelStatusUnbounded || s == kHighsModelStatusUnboundedOrInfeasible => {
                LpStatus::Unbounded
            }
            s if s == kHighsModelStatusTimeLimit => LpStatus::TimeLimit,
            _ => LpStatus::Failed,
        }
    }

    /// Iterations of the simplex method in the last run.
    pub(super) fn iterations(&self) -> usize {
        let mut count: HighsInt = 0;
        // SAFETY: valid instance, name and place for the answer.
        unsafe {
            Highs_getIntInfoValue(self.highs, c"simplex_iteration_count".as_ptr(), &raw mut count)
        };
        usize::try_from(count).unwrap_or(0)
    }

    /// The point and multipliers of the last run, if HiGHS has valid ones; numbers that are not
    /// finite count as none.
    pub(super) fn point(&self) -> Option<LpPoint> {
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
        let valid = finite(&point.columns_approx)
            && finite(&point.row_duals_approx)
            && finite(&point.reduced_costs_approx);
        (status >= 0 && valid).then_some(point)
    }

    /// A Farkas ray, one number per row, after [`LpStatus::Infeasible`].
    pub(super) fn farkas(&self) -> Option<Vec<f64>> {
        let mut ray = vec![0.0; self.rows];
        let mut has: HighsInt = 0;
        // SAFETY: the array has one entry per row.
        let status = unsafe { Highs_getDualRay(self.highs, &raw mut has, ray.as_mut_ptr()) };
        (status >= 0 && has != 0 && ray.iter().all(|value| value.is_finite())).then_some(ray)
    }
}
