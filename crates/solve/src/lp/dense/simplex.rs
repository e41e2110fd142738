//! The dual and the primal simplex method on a tableau, with bounds on every variable.

use super::DenseSimplex;
use super::tableau::{Tableau, Variable};
use crate::lp::programme::place;
use std::time::Instant;

/// Primal and dual feasibility tolerance.
pub(super) const TOLERANCE: f64 = 1e-9;
/// Coefficients below this are no pivots.
const PIVOT: f64 = 1e-9;
/// Pivots without progress after which costs are shifted, and after which the primal method takes
/// the first variable that it can.
const PATIENCE: usize = 20;
/// Rounds of both methods in one run.
const ROUNDS: usize = 6;

/// Where a nonbasic variable stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
    /// At zero, without bounds.
    Zero,
}

impl Side {
    pub(super) fn of_place(status: i32) -> Self {
        match status {
            place::UPPER => Side::Upper,
            place::ZERO => Side::Zero,
            _ => Side::Lower,
        }
    }

    pub(super) fn place(self) -> i32 {
        match self {
            Side::Lower => place::LOWER,
            Side::Upper => place::UPPER,
            Side::Zero => place::ZERO,
        }
    }
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Optimal,
    /// The variable of `row` cannot be moved to its bound: too small (`sign` 1) or too large (-1).
    Infeasible {
        row: usize,
        sign: f64,
    },
    Unbounded,
    /// Too many pivots, or none that is safe.
    Stuck,
    /// The deadline.
    Late,
}

/// A run of the methods: the tableau with the values of all variables.
pub(super) struct Run<'a> {
    tableau: &'a mut Tableau,
    sides: &'a mut [Side],
    cost: &'a [f64],
    basic_bounds: Vec<(f64, f64)>,
    nonbasic_bounds: Vec<(f64, f64)>,
    basic_values: Vec<f64>,
    nonbasic_values: Vec<f64>,
    /// Costs of the nonbasic variables, those of the basic ones being zero.
    reduced: Vec<f64>,
    /// Whether costs were shifted.
    shifted: bool,
    pub(super) pivots: usize,
    limit: usize,
    deadline: Option<Instant>,
}

impl<'a> Run<'a> {
    pub(super) fn new(programme: &'a mut DenseSimplex) -> Self {
        let DenseSimplex { cost, column_bounds, row_bounds, tableau, sides, .. } = programme;
        let bounds = |variable: &Variable| match *variable {
            Variable::Column(column) => column_bounds[column],
            Variable::Row(row) => row_bounds[row],
        };
        let basic_bounds = tableau.basic.iter().map(bounds).collect();
        let nonbasic_bounds: Vec<(f64, f64)> = tableau.nonbasic.iter().map(bounds).collect();
        for (side, bounds) in sides.iter_mut().zip(&nonbasic_bounds) {
            *side = match (bounds.0.is_finite(), bounds.1.is_finite()) {
                (true, true) if *side == Side::Upper => Side::Upper,
                (true, _) => Side::Lower,
                (false, true) => Side::Upper,
                (false, false) => Side::Zero,
            };
        }
        let nonbasic_values: Vec<f64> = sides
            .iter()
            .zip(&nonbasic_bounds)
            .map(|(side, bounds)| standing(*side, *bounds))
            .collect();
        let mut run = Run {
            tableau,
            sides,
            cost,
            basic_bounds,
            nonbasic_bounds,
            basic_values: Vec::new(),
            nonbasic_values,
            reduced: Vec::new(),
            shifted: false,
            pivots: 0,
            limit: 0,
            deadline: None,
        };
        run.value();
        run.price();
        run
    }

    /// Values of the basic variables.
    fn value(&mut self) {
        let moved: Vec<(usize, f64)> = self
            .nonbasic_values
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, value)| *value != 0.0)
            .collect();
        let of =
            |row: &Vec<f64>| moved.iter().map(|&(position, value)| row[position] * value).sum();
        self.basic_values = self.tableau.rows.iter().map(of).collect();
    }

    /// Reduced costs from the costs of the programme.
    fn price(&mut self) {
        let cost = |variable: &Variable| match *variable {
            Variable::Column(column) => self.cost[column],
            Variable::Row(_) => 0.0,
        };
        let mut reduced: Vec<f64> = self.tableau.nonbasic.iter().map(cost).collect();
        for (variable, row) in self.tableau.basic.iter().zip(&self.tableau.rows) {
            let own = cost(variable);
            if own != 0.0 {
                reduced.iter_mut().zip(row).for_each(|(entry, value)| *entry += own * value);
            }
        }
        self.reduced = reduced;
        self.shifted = false;
    }

    /// Values of the basic and of the other variables, and the reduced costs of these.
    pub(super) fn values(self) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        (self.basic_values, self.nonbasic_values, self.reduced)
    }

    /// Runs both methods until neither has anything to do, with `limit` pivots at most.
    pub(super) fn optimise(&mut self, limit: usize, deadline: Option<Instant>) -> Ending {
        (self.limit, self.deadline) = (limit, deadline);
        for _ in 0..ROUNDS {
            if !self.is_feasible() {
                self.shift();
                match self.dual() {
                    Ending::Optimal => {}
                    other => return other,
                }
                if self.shifted {
                    self.price();
                }
            }
            match self.primal() {
                Ending::Optimal if self.is_feasible() => return Ending::Optimal,
                Ending::Optimal => {}
                other => return other,
            }
        }
        Ending::Stuck
    }

    /// Whether a limit does not allow another pivot.
    fn exhausted(&self) -> Option<Ending> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Some(Ending::Late);
        }
        (self.pivots >= self.limit).then_some(Ending::Stuck)
    }

    fn is_feasible(&self) -> bool {
        self.basic_values
            .iter()
            .zip(&self.basic_bounds)
            .all(|(value, bounds)| violation(*value, *bounds) == 0.0)
    }

    /// Makes every reduced cost have the sign that its variable's side asks for.
    fn shift(&mut self) {
        let mut moved = false;
        for (position, side) in self.sides.iter_mut().enumerate() {
            let bounds = self.nonbasic_bounds[position];
            let reduced = &mut self.reduced[position];
            if bounds.0 == bounds.1 || wrong(*reduced, *side) <= 0.0 {
                continue;
            }
            if bounds.0.is_finite() && bounds.1.is_finite() {
                *side = if *side == Side::Lower { Side::Upper } else { Side::Lower };
                self.nonbasic_values[position] = standing(*side, bounds);
                moved = true;
            } else {
                self.shifted |= wrong(*reduced, *side) > TOLERANCE;
                *reduced = 0.0;
            }
        }
        if moved {
            self.value();
        }
    }

    /// The dual simplex method, from reduced costs with the right signs: [`Ending::Optimal`] means
    /// that the point is feasible.
    fn dual(&mut self) -> Ending {
        let mut weights = vec![1.0f64; self.basic_values.len()];
        let mut idle = 0;
        loop {
            let mut leaving: Option<(f64, usize)> = None;
            for (row, (&value, &bounds)) in
                self.basic_values.iter().zip(&self.basic_bounds).enumerate()
            {
                let by = violation(value, bounds);
                if by != 0.0 {
                    let score = by * by / weights[row];
                    if leaving.is_none_or(|(best, _)| score > best) {
                        leaving = Some((score, row));
                    }
                }
            }
            let Some((_, row)) = leaving else { return Ending::Optimal };
            if let Some(ending) = self.exhausted() {
                return ending;
            }
            let sign = if self.basic_values[row] < self.basic_bounds[row].0 { 1.0 } else { -1.0 };
            let Some(column) = self.entering(row, sign) else {
                return Ending::Infeasible { row, sign };
            };
            let bound =
                if sign > 0.0 { self.basic_bounds[row].0 } else { self.basic_bounds[row].1 };
            let pivot = self.tableau.rows[row][column];
            let step = (bound - self.basic_values[row]) / pivot;
            if self.reduced[column].abs() <= TOLERANCE {
                idle += 1;
                if idle == PATIENCE {
                    self.perturb();
                }
            } else {
                idle = 0;
            }
            let reference = weights[row] / (pivot * pivot);
            for (other, weight) in self.tableau.rows.iter().zip(&mut weights) {
                let entry = other[column];
                if entry != 0.0 {
                    *weight = weight.max(entry * entry * reference);
                }
            }
            weights[row] = reference.max(1.0);
            self.exchange(row, column, step, if sign > 0.0 { Side::Lower } else { Side::Upper });
            self.straighten();
        }
    }

    /// The column whose reduced cost reaches zero first as the variable of `row` moves by `sign`,
    /// the largest pivot among near ties.
    fn entering(&self, row: usize, sign: f64) -> Option<usize> {
        let entries = &self.tableau.rows[row];
        let candidates = || {
            entries.iter().zip(self.sides.iter()).zip(&self.nonbasic_bounds).enumerate().filter_map(
                |(position, ((&entry, &side), bounds))| {
                    let along = entry * sign;
                    let allowed = match side {
                        Side::Lower => along > PIVOT,
                        Side::Upper => along < -PIVOT,
                        Side::Zero => along.abs() > PIVOT,
                    };
                    (allowed && bounds.0 != bounds.1).then_some((position, entry.abs()))
                },
            )
        };
        let cost = |position: usize| self.reduced[position].abs();
        let reach = candidates()
            .map(|(position, size)| (cost(position) + TOLERANCE) / size)
            .fold(f64::INFINITY, f64::min);
        let near = candidates().filter(|&(position, size)| cost(position) / size <= reach);
        near.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(position, _)| position)
    }

    /// Reduced costs that a step has taken to the wrong side by a rounding are zero.
    fn straighten(&mut self) {
        for ((reduced, &side), bounds) in
            self.reduced.iter_mut().zip(self.sides.iter()).zip(&self.nonbasic_bounds)
        {
            if wrong(*reduced, side) > 0.0 && bounds.0 != bounds.1 {
                self.shifted = true;
                *reduced = 0.0;
            }
        }
    }

    /// Moves reduced costs away from zero, so that steps make progress.
    fn perturb(&mut self) {
        self.shifted = true;
        for (position, (reduced, &side)) in
            self.reduced.iter_mut().zip(self.sides.iter()).enumerate()
        {
            // Multiples of the golden ratio, reduced to [1/2, 3/2): spread out and the same every
            // time.
            let by = 1e-6 * (0.5 + ((position + 1) as f64 * 0.618_033_988_749_894_9).fract());
            match side {
                Side::Lower => *reduced += by,
                Side::Upper => *reduced -= by,
                Side::Zero => {}
            }
        }
    }

    /// The primal simplex method, from a feasible point.
    fn primal(&mut self) -> Ending {
        let mut weights = vec![1.0f64; self.reduced.len()];
        let mut idle = 0;
        loop {
            let mut entering: Option<(f64, usize)> = None;
            for (position, (&reduced, &side)) in
                self.reduced.iter().zip(self.sides.iter()).enumerate()
            {
                let bounds = self.nonbasic_bounds[position];
                let by = wrong(reduced, side);
                let score = by * by / weights[position];
                if by > TOLERANCE
                    && bounds.0 != bounds.1
                    && entering.is_none_or(|(best, _)| score > best)
                {
                    entering = Some((score, position));
                    if idle > PATIENCE {
                        break;
                    }
                }
            }
            let Some((_, column)) = entering else { return Ending::Optimal };
            if let Some(ending) = self.exhausted() {
                return ending;
            }
            let direction = if self.reduced[column] < 0.0 { 1.0 } else { -1.0 };
            let (low, high) = self.nonbasic_bounds[column];
            let flip = high - low;
            let blocking = self.blocking(column, direction);
            match blocking {
                Some((row, room)) if room < flip => {
                    let step = room.max(0.0);
                    idle = if step <= TOLERANCE { idle + 1 } else { 0 };
                    let rising = self.tableau.rows[row][column] * direction > 0.0;
                    let entries = &self.tableau.rows[row];
                    let reference = weights[column] / (entries[column] * entries[column]);
                    for (entry, weight) in entries.iter().zip(&mut weights) {
                        *weight = weight.max(entry * entry * reference);
                    }
                    weights[column] = reference.max(1.0);
                    self.exchange(
                        row,
                        column,
                        step * direction,
                        if rising { Side::Upper } else { Side::Lower },
                    );
                }
                _ if flip.is_finite() => {
                    self.pivots += 1;
                    self.advance(column, flip * direction);
                    self.sides[column] = if direction > 0.0 { Side::Upper } else { Side::Lower };
                    self.nonbasic_values[column] = standing(self.sides[column], (low, high));
                    idle = 0;
                }
                _ => return Ending::Unbounded,
            }
        }
    }

    /// The row that first stops the variable of `column`, and how far it gets; the largest pivot
    /// among near ties.
    fn blocking(&self, column: usize, direction: f64) -> Option<(usize, f64)> {
        let candidates = || {
            self.tableau.rows.iter().enumerate().filter_map(|(row, entries)| {
                let rate = entries[column] * direction;
                let (low, high) = self.basic_bounds[row];
                let room = match rate {
                    _ if rate > PIVOT => high - self.basic_values[row],
                    _ if rate < -PIVOT => self.basic_values[row] - low,
                    _ => return None,
                };
                room.is_finite().then_some((row, room, rate.abs()))
            })
        };
        let reach = candidates()
            .map(|(_, room, rate)| (room + TOLERANCE) / rate)
            .fold(f64::INFINITY, f64::min);
        let near = candidates().filter(|&(_, room, rate)| room / rate <= reach);
        near.max_by(|a, b| a.2.total_cmp(&b.2)).map(|(row, room, rate)| (row, room / rate))
    }

    /// Moves the variable of a column.
    fn advance(&mut self, column: usize, step: f64) {
        for (value, row) in self.basic_values.iter_mut().zip(&self.tableau.rows) {
            *value += row[column] * step;
        }
    }

    /// Moves the variable of `column` by `step` and makes it basic in place of the variable of
    /// `row`, which goes to `side`.
    fn exchange(&mut self, row: usize, column: usize, step: f64, side: Side) {
        self.pivots += 1;
        self.advance(column, step);
        self.basic_values[row] = self.nonbasic_values[column] + step;
        std::mem::swap(&mut self.basic_bounds[row], &mut self.nonbasic_bounds[column]);
        self.sides[column] = side;
        self.nonbasic_values[column] = standing(side, self.nonbasic_bounds[column]);
        self.tableau.pivot(row, column, &mut self.reduced);
    }
}

/// By how much a value is outside its bounds, beyond the tolerance; else zero.
pub(super) fn violation(value: f64, bounds: (f64, f64)) -> f64 {
    if value < bounds.0 - TOLERANCE {
        bounds.0 - value
    } else if value > bounds.1 + TOLERANCE {
        value - bounds.1
    } else {
        0.0
    }
}

/// By how much a reduced cost has the wrong sign.
fn wrong(reduced: f64, side: Side) -> f64 {
    match side {
        Side::Lower => -reduced,
        Side::Upper => reduced,
        Side::Zero => reduced.abs(),
    }
}

fn standing(side: Side, bounds: (f64, f64)) -> f64 {
    match side {
        Side::Lower => bounds.0,
        Side::Upper => bounds.1,
        Side::Zero => 0.0,
    }
}
