//! The relaxation of one box as a linear programme of a few dozen rows, whatever the size of the
//! game.
//!
//! ```text
//! columns  theta_p >= 0   weights of policies             f_b    values of the forms
//!          l_i            forms of the squares            s_i    their squares
//! rows     sum theta = 1,   sum theta f_b(p) = f_b,   l_i = sum coefficients f
//!          deviation_j(x) - r0 - affine - sum weight_i s_i <= eps
//!          s_i >= 2 t l_i - t^2                           tangents
//!          s_i <= (low + high) l_i - low high             secant of the box
//!          sigma J0 <= cutoff
//! ```
//!
//! Columns come from pricing, deviations and tangents from separation, both by backward induction.

use super::approx::{FIRST_COORDINATE, REWARD};
use super::model::{Cell, Goal, Model, Multipliers, PolicyApprox};
use crate::lp::{LpEngine, LpPoint, LpStatus, Pricing};

const INFINITY: f64 = f64::INFINITY;

/// A point of the relaxation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mixture {
    /// `(policy, weight)`, weights positive.
    pub(super) weights: Vec<(usize, f64)>,
    /// Value of the forms, of their roots `l_i` and of `s_i`.
    pub(super) values: Vec<f64>,
    pub(super) roots: Vec<f64>,
    pub(super) squares: Vec<f64>,
}

/// What a run of the programme gives.
pub(super) enum Run {
    /// A point and its multipliers.
    Point(Mixture, Multipliers, f64),
    /// No point with the columns so far: multipliers that say why.
    Ray(Multipliers),
    /// Nothing to rely on.
    Nothing,
}

/// The loaded programme.
#[derive(Debug)]
pub(super) struct Master {
    lp: LpEngine,
    /// Column of each form; `None` where the form is zero.
    forms: Vec<Option<usize>>,
    form_rows: Vec<Option<usize>>,
    roots: Vec<usize>,
    squares: Vec<usize>,
    secants: Vec<usize>,
    convexity: usize,
    cutoff: usize,
    /// `(column, policy)`.
    columns: Vec<(usize, usize)>,
    /// `(row, policy)`.
    deviations: Vec<(usize, usize)>,
    /// `(row, square, point)`.
    tangents: Vec<(usize, usize, f64)>,
    /// Whether only columns were added since the last run: the basis is primal feasible.
    only_columns: bool,
}

impl Master {
    pub(super) fn new(model: &Model) -> Self {
        let mut lp = LpEngine::new();
        lp.set_pricing(Pricing::Dantzig);
        let free = (-INFINITY, INFINITY);
        let present: Vec<bool> =
            (0..model.game.forms()).map(|form| !model.game.is_zero(form)).collect();
        let forms: Vec<Option<usize>> = present
            .iter()
            .map(|&there| there.then(|| lp.add_column(0.0, free, &[], &[])))
            .collect();
        let roots: Vec<usize> =
            model.squares.iter().map(|_| lp.add_column(0.0, free, &[], &[])).collect();
        let squares: Vec<usize> =
            model.squares.iter().map(|_| lp.add_column(0.0, free, &[], &[])).collect();
        let convexity = lp.add_row((1.0, 1.0), &[], &[]);
        let form_rows = forms
            .iter()
            .map(|column| column.map(|column| lp.add_row((0.0, 0.0), &[column], &[-1.0])))
            .collect();
        for (square, &root) in model.squares.iter().zip(&roots) {
            let (mut columns, mut values) = (vec![root], vec![-1.0]);
            for (j, &coefficient) in square.coefficients.iter().enumerate() {
                if let Some(column) = forms[FIRST_COORDINATE + j]
                    && coefficient != 0.0
                {
                    columns.push(column);
                    values.push(coefficient);
                }
            }
            lp.add_row((0.0, 0.0), &columns, &values);
        }
        let secants = roots
            .iter()
            .zip(&squares)
            .map(|(&l, &s)| lp.add_row((-INFINITY, INFINITY), &[s, l], &[1.0, 0.0]))
            .collect();
        let mut master = Master {
            lp,
            forms,
            form_rows,
            roots,
            squares,
            secants,
            convexity,
            cutoff: 0,
            columns: Vec::new(),
            deviations: Vec::new(),
            tangents: Vec::new(),
            only_columns: false,
        };
        let (_, row) = model.leader_row();
        let (columns, values) = master.row(&row, model.squares.iter().map(|square| square.leader));
        master.cutoff = master.lp.add_row((-INFINITY, INFINITY), &columns, &values);
        master
    }

    /// Number of programmes solved.
    pub(super) fn solves(&self) -> usize {
        self.lp.solves()
    }

    /// Number of deviations and tangents.
    pub(super) fn cuts(&self) -> usize {
        self.deviations.len() + self.tangents.len()
    }

    /// Forgets the basis: the next run starts from nothing.
    pub(super) fn restart(&mut self) {
        self.lp.forget_basis();
        self.only_columns = false;
    }

    /// The engine, for its limits.
    pub(super) fn engine(&mut self) -> &mut LpEngine {
        &mut self.lp
    }

    /// Entries of a row in the forms and in `s`.
    fn row(&self, row: &[f64], squares: impl Iterator<Item = f64>) -> (Vec<usize>, Vec<f64>) {
        let forms = self
            .forms
            .iter()
            .zip(row)
            .filter_map(|(column, &value)| column.map(|column| (column, value)));
        forms
            .chain(self.squares.iter().copied().zip(squares))
            .filter(|(_, value)| *value != 0.0)
            .unzip()
    }

    /// The policies that are columns, those that are deviations, and the tangents, in the order of
    /// their rows and columns.
    pub(super) fn contents(&self) -> (Vec<usize>, Vec<usize>, Vec<(usize, f64)>) {
        (
            self.columns.iter().map(|&(_, policy)| policy).collect(),
            self.deviations.iter().map(|&(_, policy)| policy).collect(),
            self.tangents.iter().map(|&(_, square, point)| (square, point)).collect(),
        )
    }

    pub(super) fn has_column(&self, policy: usize) -> bool {
        self.columns.iter().any(|&(_, own)| own == policy)
    }

    pub(super) fn has_deviation(&self, policy: usize) -> bool {
        self.deviations.iter().any(|&(_, own)| own == policy)
    }

    pub(super) fn add_column(&mut self, policy: usize, values: &[f64]) {
        let (mut rows, mut entries) = (vec![self.convexity], vec![1.0]);
        for (row, &value) in self.form_rows.iter().zip(values) {
            if let Some(row) = row
                && value != 0.0
            {
                rows.push(*row);
                entries.push(value);
            }
        }
        let column = self.lp.add_column(0.0, (0.0, INFINITY), &rows, &entries);
        self.columns.push((column, policy));
    }

    pub(super) fn add_deviation(&mut self, model: &Model, policy: usize, deviation: &[f64]) {
        let (constant, own) = model.follower_row();
        let mut row: Vec<f64> = own.iter().map(|value| -value).collect();
        for k in 0..model.statistics {
            row[FIRST_COORDINATE + k] += deviation[FIRST_COORDINATE + model.statistics + k];
        }
        let (columns, values) = self.row(&row, model.squares.iter().map(|square| -square.follower));
        let side = model.epsilon + constant - deviation[REWARD];
        let row = self.lp.add_row((-INFINITY, side), &columns, &values);
        self.only_columns = false;
        self.deviations.push((row, policy));
    }

    pub(super) fn add_tangent(&mut self, square: usize, point: f64) {
        let columns = [self.squares[square], self.roots[square]];
        let row = self.lp.add_row((-point * point, INFINITY), &columns, &[1.0, -2.0 * point]);
        self.only_columns = false;
        self.tangents.push((row, square, point));
    }

    /// Moves to a box.
    pub(super) fn set_cell(&mut self, cell: &Cell) {
        self.only_columns = false;
        for (i, (&range, &(slope, side))) in cell.region.iter().zip(&cell.lines).enumerate() {
            self.lp.set_column_bounds(self.roots[i], range);
            self.lp.set_coefficient(self.secants[i], self.roots[i], -slope);
            self.lp.set_row_bounds(self.secants[i], (-INFINITY, side));
        }
    }

    /// Sets what is minimised.
    pub(super) fn set_goal(&mut self, model: &Model, goal: Goal) {
        let (constant, row) = model.leader_row();
        let weight = if matches!(goal, Goal::Objective) { 1.0 } else { 0.0 };
        for (column, value) in self.forms.iter().zip(&row) {
            if let Some(column) = column {
                self.lp.set_cost(*column, weight * value);
            }
        }
        for (i, square) in model.squares.iter().enumerate() {
            self.lp.set_cost(self.squares[i], weight * square.leader);
            let own = match goal {
                Goal::Range { square, sign, .. } if square == i => sign,
                _ => 0.0,
            };
            self.lp.set_cost(self.roots[i], own);
        }
        let side = match goal {
            Goal::Objective => INFINITY,
            Goal::Range { cutoff, .. } => cutoff - constant,
        };
        self.lp.set_row_bounds(self.cutoff, (-INFINITY, side));
    }

    /// Solves and reads the answer.
    pub(super) fn run(
        &mut self,
        model: &Model,
        policies: &[PolicyApprox],
        cell: &Cell,
        goal: Goal,
    ) -> Run {
        self.lp.set_primal(self.only_columns);
        self.only_columns = true;
        let run = match self.lp.solve() {
            LpStatus::Optimal => match self.lp.point() {
                Some(point) => {
                    let objective = if matches!(goal, Goal::Objective) {
                        1.0
                    } else {
                        -point.row_duals_approx[self.cutoff]
                    };
                    let multipliers = self.multipliers(
                        model,
                        &point.row_duals_approx,
                        cell,
                        goal,
                        objective.max(0.0),
                    );
                    let mixture = self.mixture(&point);
                    let value = self.value(model, &point, goal);
                    Run::Point(mixture, multipliers, value)
                }
                None => Run::Nothing,
            },
            LpStatus::Infeasible => match self.lp.farkas() {
                // The orientation of rays is not documented: the one that proves more is taken.
                Some(ray) => {
                    let of = |sign: f64| {
                        let duals: Vec<f64> = ray.iter().map(|value| sign * value).collect();
                        let objective = (-duals[self.cutoff]).max(0.0);
                        self.multipliers(model, &duals, cell, Goal::Objective, objective)
                    };
                    let (plus, minus) = (of(1.0), of(-1.0));
                    let total = |m: &Multipliers| Model::total(m) + m.objective;
                    Run::Ray(if total(&plus) >= total(&minus) { plus } else { minus })
                }
                None => Run::Nothing,
            },
            _ => Run::Nothing,
        };
        run.with_policies(policies)
    }

    fn value(&self, model: &Model, point: &LpPoint, goal: Goal) -> f64 {
        let (constant, row) = model.leader_row();
        match goal {
            Goal::Objective => {
                let forms: f64 = self
                    .forms
                    .iter()
                    .zip(&row)
                    .filter_map(|(column, value)| {
                        column.map(|column| value * point.columns_approx[column])
                    })
                    .sum();
                let squares: f64 = self
                    .squares
                    .iter()
                    .zip(&model.squares)
                    .map(|(&s, square)| square.leader * point.columns_approx[s])
                    .sum();
                constant + forms + squares
            }
            Goal::Range { square, sign, .. } => sign * point.columns_approx[self.roots[square]],
        }
    }

    fn mixture(&self, point: &LpPoint) -> Mixture {
        let at = |column: usize| point.columns_approx[column];
        let raw: Vec<(usize, f64)> = self
            .columns
            .iter()
            .map(|&(column, policy)| (policy, at(column)))
            .filter(|(_, w)| *w > 1e-13)
            .collect();
        let total: f64 = raw.iter().map(|(_, w)| w).sum();
        Mixture {
            weights: raw.into_iter().map(|(policy, w)| (policy, w / total)).collect(),
            values: self.forms.iter().map(|column| column.map_or(0.0, at)).collect(),
            roots: self.roots.iter().map(|&column| at(column)).collect(),
            squares: self.squares.iter().map(|&column| at(column)).collect(),
        }
    }

    /// Multipliers of the rows as weights of inequalities, and those of the ranges that follow from
    /// them.
    fn multipliers(
        &self,
        model: &Model,
        duals: &[f64],
        cell: &Cell,
        goal: Goal,
        objective: f64,
    ) -> Multipliers {
        let mut m = Multipliers { objective, ..Multipliers::default() };
        for &(row, policy) in &self.deviations {
            if duals[row] < 0.0 {
                m.deviations.push((policy, -duals[row]));
            }
        }
        let count = model.squares.len();
        let total = Model::total(&m);
        // Weight and average of the tangents in use.
        let mut weights = vec![(0.0, 0.0); count];
        for &(row, square, point) in &self.tangents {
            if duals[row] > 0.0 {
                weights[square].0 += duals[row];
                weights[square].1 += duals[row] * point;
            }
        }
        for (i, (weight, sum)) in weights.into_iter().enumerate() {
            let (low, high) = cell.region[i];
            let middle = if low.is_finite() && high.is_finite() { (low + high) / 2.0 } else { 0.0 };
            let tangent = if weight > 0.0 { sum / weight } else { middle };
            m.tangents.push(tangent);
            // Reduced cost of the root, with the slope that the bound will use in place of those of
            // tangents and secant.
            let curvature = model.curvature(i, objective, total);
            let slope = if curvature > 0.0 {
                2.0 * curvature * tangent
            } else if cell.lines[i].1.is_finite() {
                curvature * cell.lines[i].0
            } else {
                0.0
            };
            let own = match goal {
                Goal::Range { square, sign, .. } if square == i => sign,
                _ => 0.0,
            };
            let kappa = own + slope + self.root_dual(duals, i);
            let end = if kappa > 0.0 { low } else { high };
            m.ranges.push(if end.is_finite() { kappa } else { 0.0 });
        }
        m
    }

    /// Dual of the row that defines a root: its price in terms of the forms.
    fn root_dual(&self, duals: &[f64], square: usize) -> f64 {
        let first = self.form_rows.iter().flatten().count() + 1;
        duals[first + square]
    }
}

impl Run {
    /// Drops weights of deviations that no policy stands for.
    fn with_policies(mut self, policies: &[PolicyApprox]) -> Self {
        if let Run::Point(_, m, _) | Run::Ray(m) = &mut self {
            m.deviations.retain(|(policy, _)| *policy < policies.len());
        }
        self
    }
}
