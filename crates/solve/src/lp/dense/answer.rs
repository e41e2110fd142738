//! Answers, computed from the programme as it was given and compared with it.

use super::DenseSimplex;
use super::simplex::TOLERANCE;
use super::tableau::Variable;
use crate::lp::programme::LpPoint;

/// How much larger than the tolerance of the methods a violation may be.
const SLACK: f64 = 10.0;

/// What the last run said.
#[derive(Debug, Clone, Default)]
pub(super) enum Answer {
    #[default]
    Nothing,
    Point(LpPoint),
    Ray(Vec<f64>),
}

impl DenseSimplex {
    /// The point and multipliers of the last run.
    pub(in crate::lp) fn point(&self) -> Option<LpPoint> {
        if let Answer::Point(point) = &self.answer { Some(point.clone()) } else { None }
    }

    /// The Farkas ray of the last run.
    pub(in crate::lp) fn farkas(&self) -> Option<Vec<f64>> {
        if let Answer::Ray(ray) = &self.answer { Some(ray.clone()) } else { None }
    }

    /// The point of a basis: from values of the basic and of the other variables, and the reduced
    /// costs of these.
    pub(super) fn answer(&self, basic: &[f64], nonbasic: &[f64], reduced: &[f64]) -> LpPoint {
        let mut columns = vec![0.0; self.cost.len()];
        let mut duals = vec![0.0; self.rows.len()];
        let values =
            self.tableau.basic.iter().zip(basic).chain(self.tableau.nonbasic.iter().zip(nonbasic));
        for (variable, &value) in values {
            if let Variable::Column(column) = *variable {
                columns[column] = value;
            }
        }
        for (variable, &price) in self.tableau.nonbasic.iter().zip(reduced) {
            if let Variable::Row(row) = *variable {
                duals[row] = price;
            }
        }
        let rows: Vec<f64> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|&(column, value)| value * columns[column]).sum())
            .collect();
        let mut reduced_costs = self.cost.clone();
        self.subtract(&duals, &mut reduced_costs);
        LpPoint {
            columns_approx: columns,
            reduced_costs_approx: reduced_costs,
            rows_approx: rows,
            row_duals_approx: duals,
        }
    }

    /// Leaves out the equations of rows that do not bind, given the values of the basic variables.
    pub(super) fn set_aside_idle(&mut self, basic: &[f64]) {
        let sides = self.row_bounds.clone();
        self.set_aside(|position, variable| match variable {
            Variable::Row(row) => {
                basic[position] > sides[row].0 + TOLERANCE
                    && basic[position] < sides[row].1 - TOLERANCE
            }
            Variable::Column(_) => false,
        });
    }

    /// Keeps a point if it is feasible and optimal.
    pub(super) fn accept_point(&mut self, point: LpPoint) -> bool {
        let accepted = self.is_optimal(&point);
        self.answer = if accepted { Answer::Point(point) } else { Answer::Nothing };
        accepted
    }

    /// `form -= A' y`.
    fn subtract(&self, duals: &[f64], form: &mut [f64]) {
        for (row, &dual) in self.rows.iter().zip(duals) {
            if dual != 0.0 {
                row.iter().for_each(|&(column, value)| form[column] -= value * dual);
            }
        }
    }

    /// Whether a point is feasible and its multipliers show that it is optimal.
    fn is_optimal(&self, point: &LpPoint) -> bool {
        let fits = |(&value, &price, &(low, high)): (&f64, &f64, &(f64, f64))| {
            let tolerance = SLACK * TOLERANCE * value.abs().max(1.0);
            let inside = value >= low - tolerance && value <= high + tolerance;
            let dual = SLACK * TOLERANCE * price.abs().max(1.0);
            // A price above zero holds the value at its lower bound, one below zero at its upper.
            inside
                && (price <= dual || value <= low + tolerance)
                && (price >= -dual || value >= high - tolerance)
        };
        let columns =
            point.columns_approx.iter().zip(&point.reduced_costs_approx).zip(&self.column_bounds);
        let rows = point.rows_approx.iter().zip(&point.row_duals_approx).zip(&self.row_bounds);
        columns.map(|((value, price), bounds)| (value, price, bounds)).all(fits)
            && rows.map(|((value, price), bounds)| (value, price, bounds)).all(fits)
    }

    /// Keeps the ray that the equation of `row` means, whose variable is too small (`sign` 1) or
    /// too large (-1), if it proves that no point is feasible.
    pub(super) fn accept_ray(&mut self, row: usize, sign: f64) -> bool {
        let mut ray = vec![0.0; self.rows.len()];
        if let Variable::Row(own) = self.tableau.basic[row] {
            ray[own] = sign;
        }
        for (variable, &entry) in self.tableau.nonbasic.iter().zip(&self.tableau.rows[row]) {
            if let Variable::Row(own) = *variable {
                ray[own] = -sign * entry;
            }
        }
        let accepted = self.proves(&mut ray);
        self.answer = if accepted { Answer::Ray(ray) } else { Answer::Nothing };
        accepted
    }

    /// Whether `y'(A x)` is more than zero for all activities and columns within their bounds; what
    /// rounding has left of multipliers is removed.
    fn proves(&self, ray: &mut [f64]) -> bool {
        let largest = ray.iter().fold(0.0f64, |most, y| most.max(y.abs()));
        let least = |price: f64, (low, high): (f64, f64)| match price {
            _ if price > 0.0 => price * low,
            _ if price < 0.0 => price * high,
            _ => 0.0,
        };
        for (y, bounds) in ray.iter_mut().zip(&self.row_bounds) {
            if y.abs() < 1e-12 * largest
                || !least(*y, *bounds).is_finite() && y.abs() < TOLERANCE * largest
            {
                *y = 0.0;
            }
        }
        let mut prices = vec![0.0; self.cost.len()];
        self.subtract(ray, &mut prices);
        let of_rows: f64 =
            ray.iter().zip(&self.row_bounds).map(|(y, bounds)| least(*y, *bounds)).sum();
        let of_columns = prices.iter().zip(&self.column_bounds).map(|(&price, &bounds)| {
            let value = least(price, bounds);
            if value.is_finite() || price.abs() > SLACK * TOLERANCE * largest { value } else { 0.0 }
        });
        of_rows + of_columns.sum::<f64>() > 0.0
    }
}
