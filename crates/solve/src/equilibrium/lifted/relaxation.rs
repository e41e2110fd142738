//! The linear relaxation on a box: flow equations times coordinates, links, deviation rows, and
//! products of box factors.
//!
//! ```text
//! flow (t,s,b)   sum of lambda^b d_i over pairs of s  -  sum P_t-1(s|j) lambda^b d_j  =  mu0(s) Lambda_b at t = 0, else 0
//! link (k,b)     sum M_k(i) lambda^b d_i  -  l_k Lambda_b  -  w_k lambda_k Lambda_b  =  0
//! mass (t,m)     sum of lambda^m d_i over the stage  =  Lambda_m
//! deviation j    sum r_i d_i  -  F_j  >=  - eps
//! products       lambda^m d_i <= lambda^(m/k) d_i,  (1 - lambda_k)(1 - lambda_j) d_i >= 0,  (lambda_k - t)^2 d_i >= 0
//! ```
//!
//! Products of box factors are separated: few bind. The multipliers of the other rows go into
//! certificates.

use super::layout::Layout;
use super::least::Affine;
use super::model::{BoxData, Model, ONE};
use crate::certificate::{AffineForm, DeviationTerm, LiftedMultipliers};
use crate::lp::{LpBasis, LpEngine, LpPoint, LpRows, LpStatus, Pricing};

/// Violations below this are not cut off.
const VIOLATION: f64 = 1e-8;

/// A row that is added when it is violated.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cut {
    /// `F_policy` linearised at a reference point.
    Deviation {
        /// Its position.
        policy: usize,
        /// Where products are linearised.
        reference: Vec<u32>,
        /// The floor.
        floor: Affine,
    },
    /// `lambda^m d <= lambda^(m/k) d`.
    Below {
        /// Stage and pair.
        at: (usize, usize),
        /// The monomial and the factor taken away.
        monomial: (usize, usize),
    },
    /// `(1 - lambda_k)(1 - lambda_j) d >= 0`, `k < j`.
    Above {
        /// Stage and pair.
        at: (usize, usize),
        /// The coordinates.
        coordinates: (usize, usize),
    },
    /// `(lambda_k - t)^2 d >= 0`.
    Tangent {
        /// Stage and pair.
        at: (usize, usize),
        /// The coordinate.
        coordinate: usize,
        /// Where.
        point: f64,
    },
    /// `(lambda_k - t)^2 >= 0`.
    Square {
        /// The coordinate.
        coordinate: usize,
        /// Where.
        point: f64,
    },
}

/// Where a child starts: statuses of the columns and of the fixed rows, and the binding cuts.
#[derive(Debug, Clone, Default)]
pub(super) struct Start {
    pub(super) columns: Vec<i32>,
    pub(super) rows: Vec<i32>,
    pub(super) cuts: Vec<(Cut, i32)>,
    /// The box on which it was solved.
    pub(super) region: Vec<(i64, i64)>,
}

/// What a fixed row is.
#[derive(Debug, Clone, Copy)]
enum RowKind {
    Objective,
    Flow { t: usize, s: usize, b: usize },
    Link { k: usize, b: usize },
    Mass { t: usize, m: usize },
    Scalar,
}

/// The relaxation of one game, loaded for one box at a time.
#[derive(Debug)]
pub(super) struct Relaxation {
    pub(super) layout: Layout,
    engine: LpEngine,
    kinds: Vec<RowKind>,
    pub(super) cuts: Vec<Cut>,
    /// Simplex iterations over all runs.
    pub(super) iterations: usize,
}

/// What the relaxation is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    /// Least `sigma J0`.
    Objective,
    /// Least (`sign` 1) or greatest (-1) value of a statistic among points with `sigma J0` at most
    /// `cutoff`.
    Statistic { k: usize, sign: f64, cutoff: f64 },
}

impl Relaxation {
    pub(super) fn new(layout: Layout) -> Self {
        let mut engine = LpEngine::new();
        engine.set_pricing(Pricing::Devex);
        Relaxation { layout, engine, kinds: Vec::new(), cuts: Vec::new(), iterations: 0 }
    }

    pub(super) fn solves(&self) -> usize {
        self.engine.solves()
    }

    /// Loads the rows of a box with the cuts of `start`.
    pub(super) fn load(&mut self, model: &mut Model, data: &BoxData, start: &Start) {
        let mut lp = LpRows::default();
        let layout = &self.layout;
        for _ in 0..layout.objective {
            lp.add_column(0.0, (0.0, f64::INFINITY));
        }
        lp.add_column(1.0, (f64::NEG_INFINITY, f64::INFINITY));
        for &(m, column) in &layout.scalars {
            if model.monomials.degree(m) == 1 {
                lp.column_bounds[column].1 = 1.0;
            }
        }
        let mut kinds = Vec::new();
        add_objective(&mut lp, layout, data, &mut kinds);
        add_flow(&mut lp, layout, model, data, &mut kinds);
        add_links(&mut lp, layout, model, data, &mut kinds);
        add_masses(&mut lp, layout, model, &mut kinds);
        add_scalars(&mut lp, layout, model, &mut kinds);
        self.kinds = kinds;
        self.cuts = start.cuts.iter().map(|(cut, _)| cut.clone()).collect();
        for cut in &self.cuts {
            let (lower, entries) = cut_row(cut, layout, model, data);
            lp.add_row((lower, f64::INFINITY), &entries);
        }
        self.engine.load(&lp);
        if start.columns.len() == layout.len() && start.rows.len() == self.kinds.len() {
            let rows = start
                .rows
                .iter()
                .copied()
                .chain(start.cuts.iter().map(|(_, status)| *status))
                .collect();
            self.engine.set_basis(&LpBasis::new(start.columns.clone(), rows));
        }
    }

    /// Solves for `goal`.
    pub(super) fn solve(&mut self, goal: Goal) -> LpStatus {
        let layout = &self.layout;
        let z = layout.objective;
        match goal {
            Goal::Objective => {
                self.engine.set_cost(z, 1.0);
                self.engine.set_column_bounds(z, (f64::NEG_INFINITY, f64::INFINITY));
            }
            Goal::Statistic { k, sign, cutoff } => {
                self.engine.set_cost(z, 0.0);
                self.engine.set_column_bounds(z, (f64::NEG_INFINITY, cutoff));
                if let Some(column) = layout.scalar(k + 1) {
                    self.engine.set_cost(column, sign);
                }
            }
        }
        let mut status = self.engine.solve();
        self.iterations += self.engine.iterations();
        if matches!(status, LpStatus::Failed | LpStatus::Unbounded) {
            self.engine.forget_basis();
            status = self.engine.solve();
            self.iterations += self.engine.iterations();
        }
        if let Goal::Statistic { k, .. } = goal
            && let Some(column) = layout.scalar(k + 1)
        {
            self.engine.set_cost(column, 0.0);
        }
        status
    }

    pub(super) fn point(&self) -> Option<LpPoint> {
        self.engine.point()
    }

    /// Adds a cut to the loaded programme.
    pub(super) fn add_cut(&mut self, cut: Cut, model: &mut Model, data: &BoxData) {
        let (lower, entries) = cut_row(&cut, &self.layout, model, data);
        let entries: Vec<(usize, f64)> =
            entries.into_iter().filter(|(_, value)| *value != 0.0).collect();
        let (columns, values): (Vec<usize>, Vec<f64>) = entries.into_iter().unzip();
        self.engine.add_row((lower, f64::INFINITY), &columns, &values);
        self.cuts.push(cut);
    }

    /// Adds the violated products of box factors; how many.
    pub(super) fn separate(&mut self, model: &mut Model, data: &BoxData, point: &[f64]) -> usize {
        let layout = &self.layout;
        let mut found: Vec<(f64, Cut)> = Vec::new();
        for (t, stage) in layout.columns.iter().enumerate() {
            for (pair, columns) in stage.iter().enumerate() {
                let at = (t, pair);
                let value =
                    |m: usize| layout.column(t, pair, m).map_or(0.0, |column| point[column]);
                let mass = value(ONE);
                for &(m, _) in columns.iter().filter(|(m, _)| *m != ONE) {
                    let own = value(m);
                    let factors: Vec<(usize, u32)> = model.monomials.exponents(m).collect();
                    for &(k, _) in &factors {
                        let rest = model.monomials.without(m, k);
                        let violation = own - value(rest);
                        if violation > VIOLATION {
                            found.push((violation, Cut::Below { at, monomial: (m, k) }));
                        }
                    }
                    match *factors.as_slice() {
                        [(k, 1), (j, 1)] => {
                            let violation = value(k + 1) + value(j + 1) - mass - own;
                            if violation > VIOLATION {
                                found.push((violation, Cut::Above { at, coordinates: (k, j) }));
                            }
                        }
                        [(k, 2)] if mass > 1e-9 => {
                            let ratio = (value(k + 1) / mass).clamp(0.0, 1.0);
                            let violation = 2.0 * ratio * value(k + 1) - ratio * ratio * mass - own;
                            if violation > VIOLATION {
                                found.push((
                                    violation,
                                    Cut::Tangent {
                                        at,
                                        coordinate: k,
                                        point: (ratio * 1024.0).round() / 1024.0,
                                    },
                                ));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        for k in 0..model.statistics {
            let square = model.monomials.product(k + 1, k + 1);
            if let (Some(linear), Some(square)) = (layout.scalar(k + 1), layout.scalar(square)) {
                let t = point[linear].clamp(0.0, 1.0);
                if t * t - point[square] > VIOLATION {
                    found.push((t * t - point[square], Cut::Square { coordinate: k, point: t }));
                }
            }
        }
        found.retain(|(_, cut)| !self.cuts.contains(cut));
        let count = found.len();
        for (_, cut) in found {
            self.add_cut(cut, model, data);
        }
        count
    }

    /// The basis of the last run and its binding cuts.
    pub(super) fn start(&self, region: &[(i64, i64)]) -> Start {
        let Some(basis) = self.engine.basis() else { return Start::default() };
        let Some((fixed, of_cuts)) = basis.rows().split_at_checked(self.kinds.len()) else {
            return Start::default();
        };
        let cuts = self.cuts.iter().cloned().zip(of_cuts.iter().copied());
        let cuts = cuts.filter(|(_, status)| *status != LpBasis::BASIC).collect();
        Start {
            columns: basis.columns().to_vec(),
            rows: fixed.to_vec(),
            cuts,
            region: region.to_vec(),
        }
    }

    /// The multipliers that duals (or a Farkas ray, when `ray`) mean; `None` when they do not fit
    /// the fixed point.
    pub(super) fn multipliers(
        &self,
        model: &Model,
        duals: &[f64],
        ray: bool,
    ) -> Option<LiftedMultipliers> {
        let factor = if ray {
            1.0 / duals.iter().fold(0.0f64, |most, y| most.max(y.abs())).max(1e-30)
        } else {
            1.0
        };
        let mut flow: Vec<Vec<AffineForm>> = model
            .shapes
            .iter()
            .map(|shape| vec![AffineForm::default(); shape.pairs.states()])
            .collect();
        let mut links: Vec<AffineForm> = vec![AffineForm::default(); model.statistics];
        let mut result = LiftedMultipliers::default();
        for (kind, &dual) in self.kinds.iter().zip(duals) {
            let dual = dual * factor;
            match *kind {
                RowKind::Objective => result.objective = model.nearest(-dual)?.max(0),
                RowKind::Flow { t, s, b } => add_to(&mut flow[t][s], b, model.nearest(dual)?)?,
                RowKind::Link { k, b } => add_to(&mut links[k], b, model.nearest(-dual)?)?,
                RowKind::Mass { t, m } => {
                    let value = model.nearest(dual)?;
                    match model.monomials.pair(m) {
                        Some((k, j)) if value != 0 => result.products.push((t, k, j, value)),
                        Some(_) => {}
                        // The mass of stage t is the sum of all flow equations up to it.
                        None => {
                            for row in flow.iter_mut().take(t + 1) {
                                row.iter_mut().try_for_each(|form| add_to(form, m, value))?;
                            }
                        }
                    }
                }
                RowKind::Scalar => {}
            }
        }
        for (cut, &dual) in self.cuts.iter().zip(&duals[self.kinds.len()..]) {
            if let Cut::Deviation { policy, reference, .. } = cut {
                let weight = model.nearest(dual * factor)?.max(0);
                if weight > 0 {
                    let weight = AffineForm { constant: weight, linear: Vec::new() };
                    result.deviations.push(DeviationTerm {
                        policy: *policy,
                        weight,
                        reference: reference.clone(),
                    });
                }
            }
        }
        result.flow = flow;
        result.links = links.into_iter().enumerate().filter(|(_, form)| !form.is_zero()).collect();
        Some(result)
    }

    /// A Farkas ray of the last run.
    pub(super) fn farkas(&self) -> Option<Vec<f64>> {
        self.engine.farkas()
    }
}

/// `form += value * lambda^b`, `b` of degree one at most.
fn add_to(form: &mut AffineForm, b: usize, value: i64) -> Option<()> {
    if b == ONE {
        form.constant = form.constant.checked_add(value)?;
        return Some(());
    }
    match form.linear.binary_search_by_key(&(b - 1), |&(k, _)| k) {
        Ok(position) => form.linear[position].1 = form.linear[position].1.checked_add(value)?,
        Err(position) => form.linear.insert(position, (b - 1, value)),
    }
    Some(())
}

fn add_objective(lp: &mut LpRows, layout: &Layout, data: &BoxData, kinds: &mut Vec<RowKind>) {
    let mut entries = Vec::new();
    for (t, stage) in data.stages.iter().enumerate() {
        for (pair, terms) in stage.leader.iter().enumerate() {
            entries.extend(
                terms
                    .iter()
                    .filter_map(|&(m, c)| layout.column(t, pair, m).map(|column| (column, c))),
            );
        }
    }
    let mut constant = 0.0;
    for &(m, c) in &data.payoff {
        match layout.scalar(m) {
            Some(column) => entries.push((column, c)),
            None => constant += c,
        }
    }
    entries.push((layout.objective, -1.0));
    lp.add_row((-constant, -constant), &entries);
    kinds.push(RowKind::Objective);
}

fn add_flow(
    lp: &mut LpRows,
    layout: &Layout,
    model: &mut Model,
    data: &BoxData,
    kinds: &mut Vec<RowKind>,
) {
    for t in 0..model.shapes.len() {
        let states = model.shapes[t].pairs.states();
        for &b in &layout.bases[t] {
            let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); states];
            for (pair, &state) in model.shapes[t].state.iter().enumerate() {
                rows[state].extend(layout.column(t, pair, b).map(|column| (column, 1.0)));
            }
            if let Some(before) = t.checked_sub(1)
                && let Some(successors) = model.shapes[before].successors.clone()
            {
                for pair in 0..model.shapes[before].pairs.len() {
                    for entry in successors.of_pair(pair) {
                        for &(m, p) in &data.stages[before].probability[entry] {
                            let product = model.monomials.product(b, m);
                            let row = &mut rows[successors.state(entry)];
                            if let Some(column) = layout.column(before, pair, product) {
                                match row.iter_mut().find(|(own, _)| *own == column) {
                                    Some((_, value)) => *value -= p,
                                    None => row.push((column, -p)),
                                }
                            }
                        }
                    }
                }
            }
            for (s, mut row) in rows.into_iter().enumerate() {
                let mass = if t == 0 { model.initial[s] } else { 0.0 };
                let side = match layout.scalar(b) {
                    Some(column) if mass != 0.0 => {
                        row.push((column, -mass));
                        0.0
                    }
                    Some(_) => 0.0,
                    None => mass,
                };
                lp.add_row((side, side), &row);
                kinds.push(RowKind::Flow { t, s, b });
            }
        }
    }
}

fn add_links(
    lp: &mut LpRows,
    layout: &Layout,
    model: &mut Model,
    data: &BoxData,
    kinds: &mut Vec<RowKind>,
) {
    for k in 0..model.statistics {
        for &b in &layout.link_bases[k] {
            let mut row = Vec::new();
            for (t, shape) in model.shapes.iter().enumerate() {
                for (pair, weights) in shape.weights.iter().enumerate() {
                    for &(own, weight) in weights {
                        if own == k {
                            row.extend(layout.column(t, pair, b).map(|column| (column, weight)));
                        }
                    }
                }
            }
            let raised = model.monomials.product(b, k + 1);
            row.extend(layout.scalar(raised).map(|column| (column, -data.width[k])));
            let side = match layout.scalar(b) {
                Some(column) => {
                    row.push((column, -data.low[k]));
                    0.0
                }
                None => data.low[k],
            };
            lp.add_row((side, side), &row);
            kinds.push(RowKind::Link { k, b });
        }
    }
}

fn add_masses(lp: &mut LpRows, layout: &Layout, model: &Model, kinds: &mut Vec<RowKind>) {
    for (t, masses) in layout.masses.iter().enumerate() {
        for &m in masses {
            let mut row: Vec<(usize, f64)> = (0..model.shapes[t].pairs.len())
                .filter_map(|pair| layout.column(t, pair, m).map(|column| (column, 1.0)))
                .collect();
            row.extend(layout.scalar(m).map(|column| (column, -1.0)));
            lp.add_row((0.0, 0.0), &row);
            kinds.push(RowKind::Mass { t, m });
        }
    }
}

fn add_scalars(lp: &mut LpRows, layout: &Layout, model: &mut Model, kinds: &mut Vec<RowKind>) {
    let mut add = |lower: f64, entries: &[(usize, f64)]| {
        lp.add_row((lower, f64::INFINITY), entries);
        kinds.push(RowKind::Scalar);
    };
    for &(m, column) in &layout.scalars {
        if model.monomials.degree(m) < 2 {
            continue;
        }
        let factors: Vec<(usize, u32)> = model.monomials.exponents(m).collect();
        for &(k, _) in &factors {
            let rest = model.monomials.without(m, k);
            if let Some(rest) = layout.scalar(rest) {
                add(0.0, &[(rest, 1.0), (column, -1.0)]);
            }
        }
        match *factors.as_slice() {
            [(k, 1), (j, 1)] => {
                if let (Some(k), Some(j)) = (layout.scalar(k + 1), layout.scalar(j + 1)) {
                    add(-1.0, &[(column, 1.0), (k, -1.0), (j, -1.0)]);
                }
            }
            [(k, 2)] => {
                if let Some(k) = layout.scalar(k + 1) {
                    for t in [0.5, 1.0] {
                        add(-t * t, &[(column, 1.0), (k, -2.0 * t)]);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Lower side and entries of a cut.
fn cut_row(
    cut: &Cut,
    layout: &Layout,
    model: &mut Model,
    data: &BoxData,
) -> (f64, Vec<(usize, f64)>) {
    let column =
        |at: &(usize, usize), m: usize| layout.column(at.0, at.1, m).unwrap_or(layout.objective);
    match cut {
        Cut::Deviation { floor, .. } => {
            let mut row = Vec::new();
            for (t, stage) in data.stages.iter().enumerate() {
                for (pair, terms) in stage.reward.iter().enumerate() {
                    row.extend(
                        terms.iter().filter_map(|&(m, c)| {
                            layout.column(t, pair, m).map(|column| (column, c))
                        }),
                    );
                }
            }
            for &(k, slope) in &floor.slopes {
                row.extend(layout.scalar(k + 1).map(|column| (column, -slope)));
            }
            (floor.constant - model.epsilon, row)
        }
        Cut::Below { at, monomial: (m, k) } => {
            let rest = model.monomials.without(*m, *k);
            (0.0, vec![(column(at, rest), 1.0), (column(at, *m), -1.0)])
        }
        Cut::Above { at, coordinates: (k, j) } => {
            let product = model.monomials.product(k + 1, j + 1);
            (
                0.0,
                vec![
                    (column(at, product), 1.0),
                    (column(at, k + 1), -1.0),
                    (column(at, j + 1), -1.0),
                    (column(at, ONE), 1.0),
                ],
            )
        }
        Cut::Tangent { at, coordinate, point } => {
            let square = model.monomials.product(coordinate + 1, coordinate + 1);
            (
                0.0,
                vec![
                    (column(at, square), 1.0),
                    (column(at, coordinate + 1), -2.0 * point),
                    (column(at, ONE), point * point),
                ],
            )
        }
        Cut::Square { coordinate, point } => {
            let square = model.monomials.product(coordinate + 1, coordinate + 1);
            let place = |m: usize| layout.scalar(m).unwrap_or(layout.objective);
            (-point * point, vec![(place(square), 1.0), (place(coordinate + 1), -2.0 * point)])
        }
    }
}
