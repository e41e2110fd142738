//! A simplex method for small programmes: every coefficient of the equations is stored and updated.
//!
//! Most programmes of the searches have a few dozen rows and columns and need a handful of pivots
//! from the last basis. Setting up a run of HiGHS takes ten times as long as these pivots; here a
//! run starts at once. What is too large, or resists, goes to HiGHS
//! ([`LpEngine`](super::LpEngine)).
//!
//! **Method.** From any basis: variables whose reduced costs have the wrong sign are moved to their
//! other bound, or their costs are shifted until the sign is right; the dual simplex method makes
//! the point feasible; with the true costs the primal method makes it optimal. Both choose among
//! nearly tied ratios the one with the largest pivot (P. M. J. Harris, *Pivot selection methods of
//! the Devex LP code*, Mathematical Programming 5, 1973). Answers are compared with the programme
//! as it was given; if rounding has hurt them, the equations are set up anew. Rows that do not bind
//! stay out of the equations: they are added when a point violates them, and left out again when
//! they are idle.

mod answer;
mod basis;
mod simplex;
mod tableau;

use super::programme::{LpBasis, LpRows, LpStatus, place};
use simplex::{Ending, Run, Side, violation};
use std::time::Instant;
use tableau::{Tableau, Variable};

/// Pivots after which the equations are set up anew.
const AGE: usize = 400;
/// Times that the equations are set up in one run.
const ATTEMPTS: usize = 3;

/// A small programme and a basis of it.
#[derive(Debug, Default)]
pub(super) struct DenseSimplex {
    cost: Vec<f64>,
    column_bounds: Vec<(f64, f64)>,
    row_bounds: Vec<(f64, f64)>,
    rows: Vec<Vec<(usize, f64)>>,
    tableau: Tableau,
    /// Where each nonbasic variable stands.
    sides: Vec<Side>,
    /// The basis to start from, when the equations are not those of the programme any more.
    stale: Option<LpBasis>,
    /// Pivots since the equations were set up.
    age: usize,
    iterations: usize,
    answer: answer::Answer,
}

impl DenseSimplex {
    pub(super) fn of(lp: &LpRows) -> Self {
        DenseSimplex {
            cost: lp.cost.clone(),
            column_bounds: lp.column_bounds.clone(),
            row_bounds: lp.row_bounds.clone(),
            rows: (0..lp.rows()).map(|row| lp.entries(row).collect()).collect(),
            tableau: Tableau::of_columns(lp.cost.len()),
            sides: vec![Side::Lower; lp.cost.len()],
            ..Self::default()
        }
    }

    /// The programme as it stands.
    pub(super) fn programme(&self) -> LpRows {
        let mut lp = LpRows::default();
        for (&cost, &bounds) in self.cost.iter().zip(&self.column_bounds) {
            lp.add_column(cost, bounds);
        }
        for (row, &bounds) in self.rows.iter().zip(&self.row_bounds) {
            lp.add_row(bounds, row);
        }
        lp
    }

    pub(super) fn iterations(&self) -> usize {
        self.iterations
    }

    pub(super) fn add_column(
        &mut self,
        cost: f64,
        bounds: (f64, f64),
        rows: &[usize],
        values: &[f64],
    ) -> usize {
        let column = self.cost.len();
        self.cost.push(cost);
        self.column_bounds.push(bounds);
        for (&row, &value) in rows.iter().zip(values) {
            self.rows[row].push((column, value));
        }
        if let Some(basis) = &mut self.stale {
            basis.columns.push(place::LOWER);
            return column;
        }
        // With activities a_i = (old ones) + value x: a nonbasic activity is the old one plus value
        // x.
        let (mut at_row, mut at_column) = (vec![0.0; self.rows.len()], Vec::new());
        rows.iter().zip(values).for_each(|(&row, &value)| at_row[row] += value);
        for (position, variable) in self.tableau.nonbasic.iter().enumerate() {
            if let Variable::Row(row) = *variable
                && at_row[row] != 0.0
            {
                at_column.push((position, at_row[row]));
            }
        }
        for (variable, row) in self.tableau.basic.iter().zip(&mut self.tableau.rows) {
            let own = if let Variable::Row(row) = *variable { at_row[row] } else { 0.0 };
            let moved: f64 = at_column.iter().map(|&(position, value)| row[position] * value).sum();
            row.push(own - moved);
        }
        self.tableau.nonbasic.push(Variable::Column(column));
        self.sides.push(Side::Lower);
        column
    }

    pub(super) fn add_row(
        &mut self,
        bounds: (f64, f64),
        columns: &[usize],
        values: &[f64],
    ) -> usize {
        let position = self.rows.len();
        self.row_bounds.push(bounds);
        self.rows.push(columns.iter().copied().zip(values.iter().copied()).collect());
        if let Some(basis) = &mut self.stale {
            basis.rows.push(place::BASIC);
        }
        position
    }

    pub(super) fn set_column_bounds(&mut self, column: usize, bounds: (f64, f64)) {
        self.column_bounds[column] = bounds;
    }

    pub(super) fn set_row_bounds(&mut self, row: usize, bounds: (f64, f64)) {
        self.row_bounds[row] = bounds;
    }

    pub(super) fn set_cost(&mut self, column: usize, cost: f64) {
        self.cost[column] = cost;
    }

    pub(super) fn set_coefficient(&mut self, row: usize, column: usize, value: f64) {
        let before = match self.rows[row].iter_mut().find(|(own, _)| *own == column) {
            Some((_, entry)) => std::mem::replace(entry, value),
            None => {
                self.rows[row].push((column, value));
                0.0
            }
        };
        if before == value || self.stale.is_some() {
            return;
        }
        let own = Variable::Row(row);
        if self.tableau.nonbasic.contains(&own) {
            self.stale = Some(self.basis());
        } else {
            self.set_aside(|_, variable| variable == own);
        }
    }

    /// Solves from the basis at hand, until `deadline`. [`LpStatus::Failed`] where rounding, size
    /// or degeneracy are too much, or nothing bounds the objective.
    pub(super) fn solve(&mut self, deadline: Option<Instant>) -> LpStatus {
        self.iterations = 0;
        self.answer = answer::Answer::Nothing;
        let limit = 200 + 10 * (self.cost.len() + self.rows.len());
        for _ in 0..ATTEMPTS {
            if let Some(basis) = self.stale.take() {
                self.set_up(&basis);
            } else if self.age > AGE {
                let basis = self.basis();
                self.set_up(&basis);
            }
            let status = self.attempt(limit, deadline);
            if status != LpStatus::Failed || self.age == 0 || self.iterations >= limit {
                return status;
            }
            self.stale = Some(self.basis());
        }
        LpStatus::Failed
    }

    /// Runs the methods on the equations at hand, with every row that turns out to be violated.
    fn attempt(&mut self, limit: usize, deadline: Option<Instant>) -> LpStatus {
        loop {
            let left = limit.saturating_sub(self.iterations);
            let mut run = Run::new(self);
            let ending = run.optimise(left, deadline);
            let pivots = run.pivots;
            let (basic, nonbasic, reduced) = run.values();
            self.iterations += pivots;
            self.age += pivots;
            match ending {
                Ending::Optimal => {
                    let point = self.answer(&basic, &nonbasic, &reduced);
                    if self.add_rows(|row, bounds| violation(point.rows_approx[row], bounds) > 0.0)
                    {
                        continue;
                    }
                    let accepted = self.accept_point(point);
                    self.set_aside_idle(&basic);
                    return if accepted { LpStatus::Optimal } else { LpStatus::Failed };
                }
                Ending::Unbounded if self.add_rows(|_, _| true) => {}
                Ending::Infeasible { row, sign } if self.accept_ray(row, sign) => {
                    return LpStatus::Infeasible;
                }
                Ending::Late => return LpStatus::TimeLimit,
                _ => return LpStatus::Failed,
            }
        }
    }
}

#[cfg(test)]
mod tests;
