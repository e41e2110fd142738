//! The linear programme of a region: mixtures of its decisions at either end of its multipliers
//! against one rule of the followers.
//!
//! Columns, for each end `j`: a weight `p`, and, scaled by it, the free parameters `u`, the
//! followers' values `v`, what the leader earns with best responses `w`, and which pair is played
//! `z`. The least of the Lagrangian over rules is in its dual form, values `W` of sites; the duals
//! of its rows are masses of a rule, those of the facts are multipliers: what
//! [`judge`](crate::check::multiplier::judge) wants.

use crate::certificate::Amount;
use crate::check::multiplier::{Enclosure, FACTS, Model, Region, Site};
use crate::lp::{LpBasis, LpEngine, LpRows, LpStatus};

/// Smallest share of a mixture that counts.
const LEAST_SHARE: f64 = 1e-7;
/// What is asked of a rule beyond losing epsilon at most, where multipliers have no end.
const MARGIN: f64 = 1e-6;

/// What the programme says of a region, in binary64 apart from the multipliers.
pub(super) struct Relaxed {
    pub(super) rule: Vec<Amount>,
    pub(super) facts: [Vec<Amount>; 2],
    /// Values of the free parameters, mixed.
    pub(super) point_approx: Vec<f64>,
    /// The multiplier, mixed.
    pub(super) multiplier_approx: f64,
    /// Per open site how far values exceed what any pair brings there, as far as the site is
    /// visited.
    pub(super) doubt_approx: Vec<(usize, f64)>,
    /// How far apart the mixed decisions are, per free parameter.
    pub(super) spread_approx: Vec<f64>,
    pub(super) basis: Option<LpBasis>,
}

/// Numbers of a model in binary64.
pub(super) struct Approx {
    pub(super) unit: f64,
    reward: Vec<Vec<f64>>,
    leader: Vec<Vec<f64>>,
    next: Vec<Vec<f64>>,
    initial: Vec<f64>,
    constant: Vec<f64>,
    sides: Vec<Vec<f64>>,
    epsilon: f64,
}

impl Approx {
    pub(super) fn epsilon(&self) -> f64 {
        self.epsilon
    }

    pub(super) fn new(model: &Model, epsilon: f64) -> Self {
        let unit = f64::powi(2.0, model.bits() as i32);
        let form = |form: &[Enclosure]| {
            form.iter().map(|e| (e.low as f64 + e.high as f64) / 2.0 / unit).collect::<Vec<f64>>()
        };
        Approx {
            unit,
            reward: model.pairs().iter().map(|pair| form(&pair.reward)).collect(),
            leader: model.pairs().iter().map(|pair| form(&pair.leader)).collect(),
            next: model.pairs().iter().map(|pair| form(&pair.next)).collect(),
            initial: form(model.initial()),
            constant: form(model.constant()),
            sides: model.sides().iter().map(|side| form(side)).collect(),
            epsilon,
        }
    }
}

/// Positions of columns and rows: the same for every region, so that a basis can be handed down.
struct Layout {
    parameters: usize,
    sites: usize,
    pairs: usize,
    sides: usize,
}

impl Layout {
    fn block(&self) -> usize {
        1 + self.parameters + 2 * self.sites + self.pairs
    }
    fn share(&self, j: usize) -> usize {
        j * self.block()
    }
    fn value(&self, j: usize, site: usize) -> usize {
        self.share(j) + 1 + self.parameters + site
    }
    fn leader(&self, j: usize, site: usize) -> usize {
        self.value(j, site) + self.sites
    }
    fn played(&self, j: usize, pair: usize) -> usize {
        self.share(j) + 1 + self.parameters + 2 * self.sites + pair
    }
    fn dual(&self, site: usize) -> usize {
        2 * self.block() + site
    }
    /// First row of the facts of an end.
    fn facts(&self, j: usize) -> usize {
        self.pairs
            + self.sites
            + j * (FACTS * self.pairs + self.sides + self.sites + 2 * self.parameters)
    }
}

/// Objective weight and multiplier of each end.
fn ends(region: &Region, unit: f64) -> [(f64, f64); 2] {
    let greatest = region.greatest.map_or((0.0, 1.0), |end| (1.0, end as f64 / unit));
    [(1.0, region.least as f64 / unit), greatest]
}

/// Solves the programme; bounds below `floor_approx` are not told apart.
pub(super) fn relax(
    model: &Model,
    approx: &Approx,
    region: &Region,
    sites: &[Site],
    floor_approx: f64,
    engine: &mut LpEngine,
    basis: Option<&LpBasis>,
) -> Option<Relaxed> {
    let layout = Layout {
        parameters: model.dimension(),
        sites: model.sites().len(),
        pairs: model.pairs().len(),
        sides: approx.sides.len(),
    };
    let ends = ends(region, approx.unit);
    let programme = programme(model, approx, region, sites, &layout, &ends, floor_approx);
    if !engine.load(&programme) {
        return None;
    }
    if let Some(basis) = basis {
        engine.set_basis(basis);
    }
    if engine.solve() != LpStatus::Optimal {
        return None;
    }
    let point = engine.point()?;
    let (x, y) = (&point.columns_approx, &point.row_duals_approx);
    if x.len() != programme.cost.len() || y.len() != programme.rows() {
        return None;
    }
    let amount = |value: f64| {
        let scaled = (value * approx.unit).round();
        if (1.0..9e18).contains(&scaled) { scaled as i64 } else { 0 }
    };
    let mut rule = Vec::new();
    for (site, pairs) in model.sites().iter().enumerate() {
        let mass = |row: usize| (-y[row]).max(0.0);
        let total: f64 = pairs.clone().map(mass).sum::<f64>() + mass(layout.pairs + site);
        if total < 1e-9 {
            continue;
        }
        let mut left = approx.unit as i64;
        for pair in pairs.clone() {
            let share = amount(mass(pair) / total).min(left);
            if share > 0 {
                left -= share;
                rule.push((pair, share));
            }
        }
        // Roundings are no reason to leave the rule.
        if left > 0
            && (left as f64) < 1e-9 * approx.unit
            && mass(layout.pairs + site) < 1e-9 * total
            && let Some((_, share)) = rule.last_mut()
        {
            *share += left;
        }
    }
    let facts = [0, 1].map(|j| {
        let first = layout.facts(j);
        let all =
            (0..FACTS * layout.pairs + layout.sides).map(|fact| (fact, amount(-y[first + fact])));
        all.filter(|(_, amount)| *amount > 0).collect::<Vec<Amount>>()
    });
    let mut point_approx = vec![0.0; layout.parameters];
    let mut single: [Option<Vec<f64>>; 2] = [None, None];
    let (mut total, mut multiplier_approx) = (0.0, 0.0);
    let mut doubt = vec![0.0f64; layout.sites];
    for j in 0..2 {
        let share = x[layout.share(j)];
        if share < LEAST_SHARE {
            continue;
        }
        total += share;
        multiplier_approx += share * ends[j].1;
        let decision: Vec<f64> =
            (0..layout.parameters).map(|k| x[layout.share(j) + 1 + k]).collect();
        point_approx.iter_mut().zip(&decision).for_each(|(sum, value)| *sum += value);
        single[j] = Some(decision.iter().map(|value| value / share).collect());
        let brings = |site: usize, pair: usize, leader: bool| {
            let form = if leader { &approx.leader[pair] } else { &approx.reward[pair] };
            let own: f64 = form.iter().enumerate().map(|(k, c)| c * x[layout.share(j) + k]).sum();
            let after = approx.next[pair].iter().enumerate().map(|(state, p)| {
                let next = model.following(site, state);
                p * x[if leader { layout.leader(j, next) } else { layout.value(j, next) }]
            });
            own + after.sum::<f64>()
        };
        // Masses of those who play what looks best.
        let mut mass = approx.initial.clone();
        mass.resize(layout.sites, 0.0);
        for (site, known) in sites.iter().enumerate() {
            let best = known
                .active
                .iter()
                .map(|&pair| (brings(site, pair, false), pair))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((most, best)) = best else { continue };
            if known.active.len() > 1 {
                let (objective, multiplier) = ends[j];
                let above = (x[layout.value(j, site)] - most).max(0.0);
                let leader_above = (x[layout.leader(j, site)] - brings(site, best, true)).max(0.0);
                doubt[site] += mass[site] * (multiplier * above + objective * leader_above);
            }
            for (state, p) in approx.next[best].iter().enumerate() {
                mass[model.following(site, state)] += mass[site] * p;
            }
        }
    }
    if total > 0.0 {
        point_approx.iter_mut().for_each(|value| *value /= total);
        multiplier_approx /= total;
    } else {
        point_approx = region
            .low
            .iter()
            .zip(&region.high)
            .map(|(l, h)| (*l as f64 + *h as f64) / 2.0 / approx.unit)
            .collect();
    }
    let spread_approx = match &single {
        [Some(a), Some(b)] => a.iter().zip(b).map(|(a, b)| (a - b).abs()).collect(),
        _ => vec![0.0; layout.parameters],
    };
    let open = sites.iter().enumerate().filter(|(_, known)| known.active.len() > 1);
    let doubt_approx = open.map(|(site, _)| (site, doubt[site])).collect();
    Some(Relaxed {
        rule,
        facts,
        point_approx,
        multiplier_approx,
        doubt_approx,
        spread_approx,
        basis: engine.basis(),
    })
}

fn programme(
    model: &Model,
    approx: &Approx,
    region: &Region,
    sites: &[Site],
    layout: &Layout,
    ends: &[(f64, f64); 2],
    floor_approx: f64,
) -> LpRows {
    let free = (f64::NEG_INFINITY, f64::INFINITY);
    let nothing = (f64::NEG_INFINITY, 0.0);
    let mut lp = LpRows::default();
    let margin = MARGIN.min(approx.epsilon / 2.0);
    let active = |pair: usize, site: usize| sites[site].active.iter().position(|&a| a == pair);
    for &(objective, multiplier) in ends {
        let loss = multiplier * approx.epsilon - if objective > 0.0 { 0.0 } else { margin };
        lp.add_column(loss - objective * approx.constant[0], (0.0, f64::INFINITY));
        for coefficient in approx.constant.iter().skip(1) {
            lp.add_column(-objective * coefficient, free);
        }
        for site in 0..layout.sites {
            lp.add_column(approx.initial.get(site).map_or(0.0, |mass| -multiplier * mass), free);
        }
        for _ in 0..layout.sites {
            lp.add_column(0.0, free);
        }
        for (site, pairs) in model.sites().iter().enumerate() {
            for pair in pairs.clone() {
                let most = if active(pair, site).is_some() { f64::INFINITY } else { 0.0 };
                lp.add_column(0.0, (0.0, most));
            }
        }
    }
    for site in 0..layout.sites {
        lp.add_column(approx.initial.get(site).map_or(0.0, |mass| -mass), free);
    }
    let idle = lp.add_column(-floor_approx, (0.0, f64::INFINITY));
    let mut row: Vec<(usize, f64)> = Vec::new();
    for (site, pairs) in model.sites().iter().enumerate() {
        for pair in pairs.clone() {
            row.clear();
            row.push((layout.dual(site), 1.0));
            row.extend(
                approx.next[pair]
                    .iter()
                    .enumerate()
                    .map(|(state, p)| (layout.dual(model.following(site, state)), -p)),
            );
            for (j, &(objective, multiplier)) in ends.iter().enumerate() {
                let both = approx.leader[pair].iter().zip(&approx.reward[pair]).enumerate();
                row.extend(
                    both.map(|(k, (c, r))| (layout.share(j) + k, multiplier * r - objective * c)),
                );
            }
            lp.add_row(nothing, &row);
        }
    }
    for site in 0..layout.sites {
        row.clear();
        row.push((layout.dual(site), 1.0));
        for (j, &(objective, multiplier)) in ends.iter().enumerate() {
            row.push((layout.leader(j, site), -objective));
            row.push((layout.value(j, site), multiplier));
        }
        lp.add_row(nothing, &row);
    }
    for j in 0..2 {
        for (site, pairs) in model.sites().iter().enumerate() {
            for pair in pairs.clone() {
                let brings = |row: &mut Vec<(usize, f64)>, sign: f64, leader: bool| {
                    let form = if leader { &approx.leader[pair] } else { &approx.reward[pair] };
                    row.extend(
                        form.iter().enumerate().map(|(k, c)| (layout.share(j) + k, sign * c)),
                    );
                    row.extend(approx.next[pair].iter().enumerate().map(|(state, p)| {
                        let next = model.following(site, state);
                        (
                            if leader { layout.leader(j, next) } else { layout.value(j, next) },
                            sign * p,
                        )
                    }));
                };
                row.clear();
                row.push((layout.value(j, site), -1.0));
                brings(&mut row, 1.0, false);
                lp.add_row(nothing, &row);
                for leader in [false, true] {
                    row.clear();
                    row.push((
                        if leader { layout.leader(j, site) } else { layout.value(j, site) },
                        1.0,
                    ));
                    brings(&mut row, -1.0, leader);
                    let known = &sites[site];
                    let position = active(pair, site);
                    let excess = position.map_or(0.0, |p| {
                        (if leader { known.leader_excess[p] } else { known.excess[p] }) as f64
                            / approx.unit
                    });
                    if excess > 0.0 {
                        row.push((layout.played(j, pair), excess));
                        match row.iter_mut().find(|(column, _)| *column == layout.share(j)) {
                            Some((_, value)) => *value -= excess,
                            None => row.push((layout.share(j), -excess)),
                        }
                    }
                    lp.add_row(if position.is_some() { nothing } else { free }, &row);
                }
            }
        }
        for side in &approx.sides {
            row.clear();
            row.extend(side.iter().enumerate().map(|(k, c)| (layout.share(j) + k, -c)));
            lp.add_row(nothing, &row);
        }
        for (site, pairs) in model.sites().iter().enumerate() {
            row.clear();
            row.extend(
                pairs
                    .clone()
                    .filter(|&pair| active(pair, site).is_some())
                    .map(|pair| (layout.played(j, pair), 1.0)),
            );
            row.push((layout.share(j), -1.0));
            lp.add_row((0.0, 0.0), &row);
        }
        for k in 0..layout.parameters {
            let (low, high) =
                (region.low[k] as f64 / approx.unit, region.high[k] as f64 / approx.unit);
            lp.add_row(nothing, &[(layout.share(j) + 1 + k, 1.0), (layout.share(j), -high)]);
            lp.add_row(nothing, &[(layout.share(j) + 1 + k, -1.0), (layout.share(j), low)]);
        }
    }
    let mut total = vec![(layout.share(0), 1.0), (idle, 1.0)];
    if ends[1].0 > 0.0 {
        total.push((layout.share(1), 1.0));
    }
    lp.add_row((1.0, 1.0), &total);
    lp
}
