//! A combination of facts on a box (docs/certificate.md, (M)) as the kernel takes it.
//!
//! Multipliers `y` of the flow equations, `rho` of the links, `alpha` of deviations, `omega` of the
//! objective and `theta` of stage masses leave
//!
//! ```text
//! q_i = omega sigma c_i - alpha r_i - y_t(s) + sum P_i y_{t+1} + sum_k rho_k M_k(i) - theta_t,
//! q_0 = omega (sigma h - sigma v) + sum alpha_j (F_j - eps) + mu0'y_0 - sum_k rho_k x_k + theta,
//! ```
//!
//! and the numbers `m_t`, multipliers of stage masses, are as large as `q_i - m_t >= 0` allows.

use super::cube::{Affine, CubeSquare, lowest, squares};
use super::data::BoxGame;
use super::dyadic::{Short, below, family, nearest, rational};
use super::monomials::{Monomials, ONE, Sum, Terms};
use crate::elaborate::family::scaled;
use crate::exact::{Rational, Scaled};
use smfg_kernel::{Combination, Family, Monomial, Name, Polynomial, Square, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Fractional bits of what is squared, over the box.
const ROOT_BITS: i32 = 20;

/// A floor of the values with its multiplier.
#[derive(Debug)]
pub(super) struct Deviation {
    /// The number of the floor among the bounds of the region.
    pub(super) number: u32,
    /// The expected value at the start.
    pub(super) start: Short,
    pub(super) weight: Short,
}

/// Multipliers, but for those of the stage masses that are computed.
#[derive(Debug, Default)]
pub(super) struct Multipliers {
    pub(super) objective: f64,
    pub(super) deviations: Vec<Deviation>,
    /// `rho_k`.
    pub(super) links: Vec<(usize, Short)>,
    /// `y`, per stage and state; may be shorter.
    pub(super) flow: Vec<Vec<Short>>,
    /// The box for which slopes in `flow` were rounded.
    pub(super) rounded_for: Vec<(f64, f64)>,
    /// `theta_t`.
    pub(super) products: BTreeMap<usize, Short>,
    /// Of the row of regrets, which is still to be shown.
    pub(super) regret: f64,
}

/// What binary64 loses, as a share of the largest multiplier.
const ROUNDING: f64 = 1e-14;

impl Multipliers {
    /// The size of the largest multiplier on a box.
    fn size(&self, region: &[(f64, f64)]) -> f64 {
        let deviations = self.deviations.iter().map(|term| &term.weight);
        let links = self.links.iter().map(|(_, form)| form);
        let all = deviations.chain(links).chain(self.flow.iter().flatten());
        let all = all.chain(self.products.values());
        let most = all.map(|form| form.size(region)).fold(0.0, f64::max);
        most.max(self.objective).max(self.regret)
    }
}

/// The number that stands for the row of regrets.
const REGRETS: u32 = u32::MAX;

/// A combination, and the least value of what it leaves.
#[derive(Debug)]
pub(super) struct Combined {
    pub(super) combination: Combination,
    pub(super) least: f64,
    /// `(stage, pair)` of the regrets that it rests on.
    pub(super) regrets: Vec<(usize, usize)>,
}

impl Combined {
    /// Whether the row of regrets is used.
    pub(super) fn uses_regrets(&self) -> bool {
        self.combination.rows.iter().any(|(name, _)| *name == Name::Row(REGRETS))
    }

    /// The combination when the row of regrets has a number.
    pub(super) fn with_regrets(&self, number: u32) -> Combination {
        let mut combination = self.combination.clone();
        for (name, _) in &mut combination.rows {
            if *name == Name::Row(REGRETS) {
                *name = Name::Row(number);
            }
        }
        combination
    }
}

/// What is the same for all combinations of a tree.
#[derive(Debug)]
pub(super) struct Context {
    /// The coordinates of the statistics.
    pub(super) names: Vec<Variable>,
    /// Of each statistic, its aggregates with their weights.
    pub(super) rows: Vec<Vec<(u32, Rational)>>,
    /// Linear terms of the leader's payoff, per aggregate.
    pub(super) payoff: Vec<(u32, Rational)>,
    pub(super) initial: Arc<Scaled>,
}

impl BoxGame {
    /// The combination for what is to be shown, `goal` in the coordinates of the box.
    pub(super) fn combined(
        &mut self,
        context: &Context,
        multipliers: &Multipliers,
        regrets: &[Vec<f64>],
        goal: &[(u32, f64)],
    ) -> Combined {
        let mut alpha = Short::default();
        multipliers.deviations.iter().for_each(|term| alpha.add(&term.weight));
        let mut pieces = Pieces::new(self, multipliers, regrets, &alpha);
        let margin = self.unit() / 8.0 + ROUNDING * multipliers.size(&self.region);
        let (mut found, mut used) = (Vec::new(), Vec::new());
        let mut rows: Vec<(Name, Polynomial)> = Vec::new();
        let names = &context.names;
        let mut least = 0.0;
        for t in 0..self.stages.len() {
            let bounds = pieces.bounds(self, t, &mut found);
            let own = bounds.iter().copied().fold(f64::INFINITY, f64::min);
            let number = below(own - margin, self.bits);
            least += number;
            let regret = |pair: usize| pieces.regret(t, pair);
            let rests = |&pair: &usize| regret(pair) > 0.0 && bounds[pair] - regret(pair) < number;
            used.extend((0..bounds.len()).filter(rests).map(|pair| (t, pair)));
            let mut mass = multipliers.products.get(&t).cloned().unwrap_or_default();
            mass.constant += number;
            if !mass.is_zero() {
                rows.push((Name::Mass(t as u32), mass.polynomial(names, &Rational::NEG_ONE)));
            }
        }
        let constant = pieces.constant(self, goal);
        let (own, bound) = self.improved(&constant, f64::INFINITY);
        found.extend(own.into_iter().map(|square| (None, square)));
        least += bound;
        let omega = rational(multipliers.objective);
        if !omega.is_zero() {
            rows.push((Name::Objective, Polynomial::constant(omega.clone())));
        }
        rows.extend(context.links(&multipliers.links, &(omega * rational(self.sigma))));
        let mut budget = Polynomial::zero();
        for term in &multipliers.deviations {
            budget = budget.plus(&term.weight.polynomial(names, &Rational::ONE), &Rational::ONE);
        }
        if multipliers.regret > 0.0 {
            let weight = Polynomial::constant(rational(multipliers.regret));
            budget = budget.plus(&weight, &Rational::ONE);
            rows.push((Name::Row(REGRETS), weight));
        }
        if !budget.is_zero() {
            rows.push((Name::Budget, budget));
        }
        let bounds = multipliers.deviations.iter().map(|term| {
            (
                term.number,
                at_start(&term.weight.polynomial(names, &Rational::ONE), &context.initial),
            )
        });
        let combination = Combination {
            rows,
            flow: family(&multipliers.flow, -1.0, names, &multipliers.rounded_for, self.bits),
            bounds: bounds.collect(),
            squares: found.iter().map(|(pair, square)| self.square(names, *pair, square)).collect(),
            ..Combination::default()
        };
        Combined { combination, least: least - margin, regrets: used }
    }

    /// Squares that raise the bound of a polynomial, rounded.
    fn improved(&mut self, terms: &Terms, wanted: f64) -> (Vec<CubeSquare>, f64) {
        let (region, bits, gain) = (self.region.clone(), self.bits, 4.0 * self.unit());
        let before = lowest(terms, &self.monomials);
        let keep = |square: CubeSquare| {
            let root = Short::of_affine(&square.root, &region, ROOT_BITS);
            let mut affine = Affine { constant: root.constant, slopes: Vec::new() };
            for &(k, slope) in &root.linear {
                affine.constant += slope * region[k].0;
                affine.slopes.push((k, slope * (region[k].1 - region[k].0)));
            }
            CubeSquare { weight: nearest(square.weight, bits), root: affine }
        };
        let (found, bound) = squares(terms, &mut self.monomials, wanted, &keep);
        if bound > before + gain { (found, bound) } else { (Vec::new(), before) }
    }

    fn square(&self, names: &[Variable], pair: Option<(u32, u32)>, square: &CubeSquare) -> Square {
        let root = Short::of_affine(&square.root, &self.region, ROOT_BITS);
        Square {
            weight: Polynomial::constant(rational(square.weight)),
            root: root.polynomial(names, &Rational::ONE),
            pair,
        }
    }
}

/// Multipliers of the followers' values at the start: `polynomial * mu0`.
fn at_start(polynomial: &Polynomial, initial: &Scaled) -> Family {
    let column = |(monomial, factor): (&Monomial, &Rational)| {
        let coefficients = Arc::new(scaled(initial, factor));
        (monomial.clone(), Arc::new(smfg_kernel::Column { support: None, coefficients }))
    };
    Family::from([(0, polynomial.terms().map(column).collect())])
}

impl Context {
    /// Multipliers of the links of the aggregates: those of the statistics, and what turns the
    /// linear part of the payoff, times `signed`, into masses.
    fn links(&self, links: &[(usize, Short)], signed: &Rational) -> Vec<(Name, Polynomial)> {
        let mut result: BTreeMap<u32, Polynomial> = BTreeMap::new();
        for (k, form) in links {
            for (aggregate, weight) in &self.rows[*k] {
                let entry = result.entry(*aggregate).or_default();
                let form = form.polynomial(&self.names, weight);
                *entry = std::mem::take(entry).plus(&form, &Rational::NEG_ONE);
            }
        }
        for (aggregate, value) in &self.payoff {
            let entry = result.entry(*aggregate).or_default();
            entry.add_term(Monomial::one(), -(value * signed));
        }
        let kept = result.into_iter().filter(|(_, polynomial)| !polynomial.is_zero());
        kept.map(|(aggregate, polynomial)| (Name::Link(aggregate), polynomial)).collect()
    }
}

/// The multipliers in the coordinates of the box.
struct Pieces<'m> {
    multipliers: &'m Multipliers,
    /// Per stage and pair; none where there is no row of regrets.
    regrets: &'m [Vec<f64>],
    /// `alpha`, all deviations together.
    alpha: Terms,
    links: BTreeMap<usize, Terms>,
    flow: Vec<Vec<Terms>>,
    products: BTreeMap<usize, Terms>,
    sum: Sum,
}

impl<'m> Pieces<'m> {
    fn new(
        game: &mut BoxGame,
        multipliers: &'m Multipliers,
        regrets: &'m [Vec<f64>],
        alpha: &Short,
    ) -> Self {
        let (region, monomials) = (game.region.clone(), &mut game.monomials);
        let mut on = |form: &Short| form.on(&region, monomials);
        Pieces {
            alpha: if alpha.is_zero() { Terms::new() } else { on(alpha) },
            links: multipliers.links.iter().map(|(k, form)| (*k, on(form))).collect(),
            flow: multipliers.flow.iter().map(|row| row.iter().map(&mut on).collect()).collect(),
            products: multipliers.products.iter().map(|(t, form)| (*t, on(form))).collect(),
            multipliers,
            regrets,
            sum: Sum::default(),
        }
    }

    /// `q_i` of a pair.
    fn of_pair(&mut self, game: &mut BoxGame, t: usize, pair: usize, into: &mut Terms) {
        let BoxGame { stages, monomials, sigma, .. } = game;
        let (stage, sum) = (&stages[t], &mut self.sum);
        let state = stage.state[pair];
        if self.multipliers.objective != 0.0 {
            sum.add_terms(self.multipliers.objective * *sigma, stage.leader.of(pair));
        }
        sum.add_product(monomials, -1.0, &self.alpha, stage.reward.of(pair));
        if let Some(terms) = self.flow.get(t).and_then(|row| row.get(state)) {
            sum.add_terms(-1.0, terms);
        }
        if let (Some((successors, table)), Some(row)) = (&stage.transition, self.flow.get(t + 1)) {
            for entry in successors.of_pair(pair) {
                let value = &row[successors.state[entry] as usize];
                sum.add_product(monomials, 1.0, value, table.of(entry));
            }
        }
        for (k, weight) in &stage.weights[pair] {
            if let Some(terms) = self.links.get(k) {
                sum.add_terms(*weight, terms);
            }
        }
        if let Some(terms) = self.products.get(&t) {
            sum.add_terms(-1.0, terms);
        }
        let regret = self.regrets.get(t).map_or(0.0, |regrets| regrets[pair]);
        sum.add(ONE, self.multipliers.regret * regret);
        sum.take(into);
    }

    /// What the row of regrets adds to the mass of a pair.
    fn regret(&self, t: usize, pair: usize) -> f64 {
        self.multipliers.regret * self.regrets.get(t).map_or(0.0, |regrets| regrets[pair])
    }

    /// Per pair of a stage a bound of what its mass is weighted with. Squares that raise the least
    /// one are added to `found`.
    fn bounds(
        &mut self,
        game: &mut BoxGame,
        t: usize,
        found: &mut Vec<(Option<(u32, u32)>, CubeSquare)>,
    ) -> Vec<f64> {
        let count = game.stages[t].pairs.len();
        let mut all = vec![Terms::new(); count];
        let mut bounds = Vec::with_capacity(count);
        for (pair, terms) in all.iter_mut().enumerate() {
            self.of_pair(game, t, pair, terms);
            bounds.push(lowest(terms, &game.monomials));
        }
        let mut tried: BTreeMap<usize, Vec<CubeSquare>> = BTreeMap::new();
        while let Some(worst) = (0..count).min_by(|&a, &b| bounds[a].total_cmp(&bounds[b]))
            && !tried.contains_key(&worst)
        {
            let (squares, bound) = match game.squared.get(t).is_none_or(|&own| worst < own) {
                true => game.improved(&all[worst], f64::INFINITY),
                false => (Vec::new(), bounds[worst]),
            };
            bounds[worst] = bound;
            tried.insert(worst, squares);
        }
        for (pair, squares) in tried {
            let name = Some((t as u32, pair as u32));
            found.extend(squares.into_iter().map(|square| (name, square)));
        }
        bounds
    }

    /// `q_0` and the goal.
    fn constant(&mut self, game: &mut BoxGame, goal: &[(u32, f64)]) -> Terms {
        let BoxGame { monomials, payoff, region, initial, .. } = game;
        let (sum, multipliers) = (&mut self.sum, self.multipliers);
        sum.add_terms(1.0, goal);
        if multipliers.objective != 0.0 {
            sum.add_terms(multipliers.objective * game.sigma, payoff.of(0));
            sum.add(ONE, -multipliers.objective * game.value);
        }
        for term in &multipliers.deviations {
            let weight = term.weight.on(region, monomials);
            let start = term.start.on(region, monomials);
            sum.add_product(monomials, 1.0, &weight, &start);
            sum.add_terms(-game.epsilon, &weight);
        }
        sum.add(ONE, -multipliers.regret * game.epsilon);
        for (terms, mass) in self.flow.iter().flatten().zip(initial.iter()) {
            sum.add_terms(*mass, terms);
        }
        for (k, terms) in &self.links {
            let (low, high) = region[*k];
            let x = [(ONE, low), (Monomials::coordinate(*k), high - low)];
            sum.add_product(monomials, -1.0, terms, &x);
        }
        self.products.values().for_each(|terms| sum.add_terms(1.0, terms));
        let mut result = Terms::new();
        sum.take(&mut result);
        result
    }
}
