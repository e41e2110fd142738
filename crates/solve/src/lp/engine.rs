//! A linear programme that stays loaded and is solved from its last basis.
//!
//! Small programmes are solved by [`DenseSimplex`], others, and those that resist it, by HiGHS. A
//! programme that has gone to HiGHS stays there until another one is loaded.
//!
//! **Signs.** With row duals `y`, the reduced cost of a column is `c_j - sum_i a_ij y_i`; at an
//! optimum `y_i >= 0` where the row is at its lower and `<= 0` where it is at its upper side. A
//! Farkas ray has the same orientation: with `c = 0` its reduced costs and row sides prove that no
//! point is feasible. Nothing returned here is believed.

use super::dense::DenseSimplex;
use super::programme::{LpBasis, LpPoint, LpRows, LpStatus};
use super::resident::ResidentHighs;
use std::time::{Duration, Instant};

/// Number of coefficients, zeros included, up to which a programme is small
/// (benches/small_programmes.rs).
const SMALL: usize = 1 << 18;

/// Which of the violated rows leaves the basis in the dual simplex method of HiGHS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// The one with the steepest edge; exact weights, computed from the basis at the start of a
    /// run.
    SteepestEdge,
    /// The most violated one.
    Dantzig,
    /// An approximation of the steepest edge that needs no start.
    Devex,
}

/// Who has the programme.
#[derive(Debug)]
enum Solver {
    Dense(Box<DenseSimplex>),
    Highs(ResidentHighs),
}

/// A loaded programme: one thread, the same answers every time. Positions of columns and rows are
/// those that adding them returned.
#[derive(Debug)]
pub struct LpEngine {
    solver: Solver,
    /// HiGHS, while it is not needed.
    spare: Option<ResidentHighs>,
    primal: bool,
    pricing: Pricing,
    time_limit: Option<Duration>,
    /// Number of coefficients, zeros included, up to which a programme is small.
    small: usize,
    columns: usize,
    rows: usize,
    solves: usize,
}

impl Default for LpEngine {
    fn default() -> Self {
        Self::new()
    }
}

/// The same call to whichever solver has the programme.
macro_rules! ask {
    ($engine:expr, $solver:ident => $call:expr) => {
        match &mut $engine.solver {
            Solver::Dense($solver) => $call,
            Solver::Highs($solver) => $call,
        }
    };
}

impl LpEngine {
    /// An empty programme.
    #[must_use]
    pub fn new() -> Self {
        LpEngine {
            solver: Solver::Dense(Box::default()),
            spare: None,
            primal: false,
            pricing: Pricing::SteepestEdge,
            time_limit: None,
            small: SMALL,
            columns: 0,
            rows: 0,
            solves: 0,
        }
    }

    /// Up to how many coefficients, zeros included, a programme counts as small; 0 leaves
    /// everything to HiGHS.
    pub fn set_small(&mut self, coefficients: usize) {
        self.small = coefficients;
    }

    /// Whether the next runs of HiGHS use the primal simplex method, right when only columns or
    /// costs changed, instead of the dual one.
    pub fn set_primal(&mut self, primal: bool) {
        self.primal = primal;
        if let Solver::Highs(highs) = &mut self.solver {
            highs.set_primal(primal);
        }
    }

    /// Which row leaves the basis in the dual simplex method of HiGHS.
    pub fn set_pricing(&mut self, pricing: Pricing) {
        self.pricing = pricing;
        if let Solver::Highs(highs) = &mut self.solver {
            highs.set_pricing(pricing);
        }
    }

    /// Limits the time of each later run.
    pub fn set_time_limit(&mut self, limit: Option<Duration>) {
        self.time_limit = limit;
        if let Solver::Highs(highs) = &mut self.solver {
            highs.set_time_limit(limit);
        }
    }

    /// Replaces the programme and forgets the basis; whether it is one.
    pub fn load(&mut self, lp: &LpRows) -> bool {
        if !lp.fits() {
            return false;
        }
        (self.columns, self.rows) = (lp.cost.len(), lp.rows());
        if self.is_small() {
            let dense = Solver::Dense(Box::new(DenseSimplex::of(lp)));
            if let Solver::Highs(highs) = std::mem::replace(&mut self.solver, dense) {
                self.spare = Some(highs);
            }
            return true;
        }
        self.give_to_highs(lp)
    }

    fn is_small(&self) -> bool {
        self.columns * self.rows <= self.small
    }

    /// Has HiGHS take over a programme; whether it does.
    fn give_to_highs(&mut self, lp: &LpRows) -> bool {
        if let Solver::Dense(_) = self.solver {
            self.solver = Solver::Highs(self.spare.take().unwrap_or_else(ResidentHighs::new));
        }
        let Solver::Highs(highs) = &mut self.solver else { return false };
        highs.set_primal(self.primal);
        highs.set_pricing(self.pricing);
        highs.set_time_limit(self.time_limit);
        highs.load(lp)
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
    pub fn add_column(
        &mut self,
        cost: f64,
        bounds: (f64, f64),
        rows: &[usize],
        values: &[f64],
    ) -> usize {
        ask!(self, solver => solver.add_column(cost, bounds, rows, values));
        self.columns += 1;
        self.columns - 1
    }

    /// Adds a row with its entries in existing columns; returns its position.
    pub fn add_row(&mut self, bounds: (f64, f64), columns: &[usize], values: &[f64]) -> usize {
        ask!(self, solver => solver.add_row(bounds, columns, values));
        self.rows += 1;
        self.rows - 1
    }

    /// Changes the bounds of a column.
    pub fn set_column_bounds(&mut self, column: usize, bounds: (f64, f64)) {
        ask!(self, solver => solver.set_column_bounds(column, bounds));
    }

    /// Changes the sides of a row.
    pub fn set_row_bounds(&mut self, row: usize, bounds: (f64, f64)) {
        ask!(self, solver => solver.set_row_bounds(row, bounds));
    }

    /// Changes the cost of a column.
    pub fn set_cost(&mut self, column: usize, cost: f64) {
        ask!(self, solver => solver.set_cost(column, cost));
    }

    /// Changes one coefficient.
    pub fn set_coefficient(&mut self, row: usize, column: usize, value: f64) {
        ask!(self, solver => solver.set_coefficient(row, column, value));
    }

    /// Forgets the basis: the next run starts cold.
    pub fn forget_basis(&mut self) {
        ask!(self, solver => solver.forget_basis());
    }

    /// The current basis, if there is a valid one.
    #[must_use]
    pub fn basis(&self) -> Option<LpBasis> {
        let basis = match &self.solver {
            Solver::Dense(dense) => Some(dense.basis()),
            Solver::Highs(highs) => highs.basis(),
        };
        #[cfg(test)]
        let basis = super::fault::basis(basis);
        basis
    }

    /// Starts the next run from `basis`; whether it has the right size.
    pub fn set_basis(&mut self, basis: &LpBasis) -> bool {
        ask!(self, solver => solver.set_basis(basis))
    }

    /// Solves, from the last basis if there is one.
    pub fn solve(&mut self) -> LpStatus {
        self.solves += 1;
        let small = self.is_small();
        let deadline = self.time_limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut status = match &mut self.solver {
            Solver::Dense(dense) if small => dense.solve(deadline),
            Solver::Dense(_) => LpStatus::Failed,
            Solver::Highs(highs) => highs.solve(),
        };
        if status == LpStatus::Failed
            && let Solver::Dense(dense) = &self.solver
        {
            let (programme, basis) = (dense.programme(), dense.basis());
            self.give_to_highs(&programme);
            if let Solver::Highs(highs) = &mut self.solver {
                highs.set_basis(&basis);
                status = highs.solve();
            }
        }
        #[cfg(test)]
        let status = super::fault::status(status);
        status
    }

    /// Iterations of the simplex method in the last run.
    #[must_use]
    pub fn iterations(&self) -> usize {
        match &self.solver {
            Solver::Dense(dense) => dense.iterations(),
            Solver::Highs(highs) => highs.iterations(),
        }
    }

    /// The point and multipliers of the last run, if there are valid ones; numbers that are not
    /// finite count as none.
    #[must_use]
    pub fn point(&self) -> Option<LpPoint> {
        let point = match &self.solver {
            Solver::Dense(dense) => dense.point(),
            Solver::Highs(highs) => highs.point(),
        };
        #[cfg(test)]
        let point = super::fault::point(point);
        point
    }

    /// A Farkas ray, one number per row, after [`LpStatus::Infeasible`].
    #[must_use]
    pub fn farkas(&self) -> Option<Vec<f64>> {
        let ray = match &self.solver {
            Solver::Dense(dense) => dense.farkas(),
            Solver::Highs(highs) => highs.farkas(),
        };
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

    /// min -x without an upper bound goes to HiGHS, which says so, and comes back.
    #[test]
    fn unbounded_programmes() {
        let mut lp = LpEngine::new();
        let x = lp.add_column(-1.0, (0.0, f64::INFINITY), &[], &[]);
        let y = lp.add_column(0.0, (0.0, 1.0), &[], &[]);
        lp.add_row((0.0, f64::INFINITY), &[x, y], &[1.0, 1.0]);
        assert_eq!(lp.solve(), LpStatus::Unbounded);
        lp.set_column_bounds(x, (0.0, 2.0));
        assert_eq!(lp.solve(), LpStatus::Optimal);
        assert!((lp.point().expect("a point").columns_approx[x] - 2.0).abs() < 1e-9);
    }

    /// A programme that grows too large is given to HiGHS with its basis: sum of x_i over 2 x_i >=
    /// 1 + x_(i + 1), x_n >= 1: all are 1. Another small one may follow.
    #[test]
    fn growing_programmes() {
        let mut lp = LpEngine::new();
        let n = 520;
        let columns: Vec<usize> =
            (0..n).map(|_| lp.add_column(1.0, (0.0, f64::INFINITY), &[], &[])).collect();
        let value = |lp: &LpEngine| lp.point().expect("a point").columns_approx.iter().sum::<f64>();
        lp.add_row((1.0, f64::INFINITY), &[columns[n - 1]], &[1.0]);
        for (count, pair) in columns.windows(2).rev().enumerate() {
            lp.add_row((1.0, f64::INFINITY), pair, &[2.0, -1.0]);
            if count == 99 {
                assert_eq!(lp.solve(), LpStatus::Optimal);
                assert!((value(&lp) - 101.0).abs() < 1e-6);
            }
        }
        assert!(lp.columns() * lp.rows() > SMALL);
        assert_eq!(lp.solve(), LpStatus::Optimal);
        assert!(matches!(lp.solver, Solver::Highs(_)));
        assert!((value(&lp) - 520.0).abs() < 1e-6);
        let mut rows = LpRows::default();
        rows.add_column(1.0, (3.0, 4.0));
        assert!(lp.load(&rows));
        assert_eq!(lp.solve(), LpStatus::Optimal);
        assert!(matches!(lp.solver, Solver::Dense(_)));
        assert!((value(&lp) - 3.0).abs() < 1e-9);
    }
}
