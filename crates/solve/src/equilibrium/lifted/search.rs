//! Branch and bound over boxes of statistics.

use super::fictitious::fictitious_play;
use super::layout::Layout;
use super::local::LocalSearch;
use super::model::Model;
use super::population::{Play, Population, play_of};
use super::pure::{NONE, Pure, nearest_pure, pure_equilibrium};
use super::relaxation::{Relaxation, Start};
use super::simple::{pure_policies, simplest};
use super::tree::{Node, opening, steps, values};
use crate::certificate::{Selection, Step};
use crate::equilibrium::Control;
use crate::exact::{Rational, from_approx};
use crate::game::{Instance, Policy, Reduced};
use std::collections::{BTreeMap, BTreeSet};

/// What is kept back from a bound for the short numbers of its proof, in units of the game's scale
/// and as a share of the width that the gap allows.
const MARGIN: f64 = 1e-9;
const MARGIN_OF_WIDTH: f64 = 0.1;
/// What is kept back from eps for the rounding of a policy, in units of the game's scale.
const SLACK: f64 = 2e-11;
/// Exploitabilities that count as none at eps = 0, in units of the game's scale: the smaller one
/// lets bounds come closer to an equilibrium that is not rational, the larger one is for games where
/// binary64 finds nothing else.
const NEARLY_ZERO: [f64; 2] = [1e-11, 1e-9];
/// Exploitability, in units of the game's scale, up to which all pure policies are looked at.
const TINY: f64 = 1e-6;
/// How much better than an equilibrium of simple fractions, relative to its value, a population has
/// to be that is one up to `NEARLY_ZERO` only: less may be what that small exploitability buys.
const NOISE: f64 = 1e-5;
/// How far the simple fractions of a mixed equilibrium may be from what binary64 has found.
pub(super) const TOLERANCES: [f64; 3] = [1e-4, 1e-6, 1e-8];
/// Local searches over pure policies, at eps = 0.
const MOST_PURE_SEARCHES: usize = 200;
/// Times that a population is pulled towards a better and better incumbent, and halvings of each
/// pull.
const MOST_PULLS: usize = 3;
const HALVINGS: i32 = 36;
/// Radius of a search from a policy that leads near equilibria.
const FOLLOWING: f64 = 0.05;
/// What eps is multiplied by, on the way to it.
const FACTORS: [f64; 4] = [8.0, 4.0, 2.0, 1.0];
/// Values smaller than this count as this in relative gaps.
const SMALL_VALUE: f64 = 1.0;

/// Counts of a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiftedStatistics {
    /// Boxes solved.
    pub nodes: usize,
    /// Linear programmes solved.
    pub lp_solves: usize,
    /// Simplex iterations of the relaxations.
    pub iterations: usize,
}

/// The search for one decision: `min sigma J0` over its eps-equilibria.
#[derive(Debug)]
pub struct LiftedSearch {
    pub(super) instance: Instance,
    pub(super) model: Model,
    pub(super) relaxation: Relaxation,
    pub(super) local: LocalSearch,
    pub(super) nodes: Vec<Node>,
    /// Boxes not yet solved.
    pub(super) open: Vec<usize>,
    pub(super) incumbent: Option<Population>,
    /// At eps = 0: the best pure equilibrium met.
    pub(super) pure: Option<Population>,
    /// At eps = 0: the best equilibrium of simple fractions met.
    pub(super) simple: Option<Population>,
    /// Pure policies that are no equilibria.
    pub(super) seen: BTreeSet<Pure>,
    /// Local searches over pure policies.
    pub(super) pure_searches: usize,
    /// Pairs per `[stage][state]` of each deviation.
    pub(super) policies: Vec<Vec<Vec<usize>>>,
    pub(super) known: BTreeMap<Vec<Vec<usize>>, usize>,
    /// The least bound of the boxes that are done and not cut.
    pub(super) least_done: f64,
    /// Smallest cut-off that a narrowing has used.
    pub(super) least_cutoff: f64,
    pub(super) gap: f64,
    pub(super) statistics: LiftedStatistics,
    /// Boxes solved since a local search last found something better.
    pub(super) since_improved: usize,
    pub(super) selection: Selection,
    /// Policies of equilibria in a game nearby.
    pub(super) suggestions: Vec<Play>,
    pub(super) started: bool,
    /// What counts as no exploitability at eps = 0.
    pub(super) nearly_zero: f64,
    /// Whether regrets are tried.
    pub(super) regrets: bool,
    /// Share of boxes that they closed lately.
    pub(super) by_regrets: f64,
    /// Work that the control has been told of.
    pub(super) spent: usize,
}

impl LiftedSearch {
    /// A search to relative width `gap`; `None` when the numbers of the game are out of
    /// range, or it has functions that are no polynomials.
    #[must_use]
    pub fn new(
        instance: &Instance,
        epsilon: &Rational,
        selection: Selection,
        gap: f64,
    ) -> Option<Self> {
        if !instance.functions.is_empty() {
            return None;
        }
        let reduced: Reduced = instance.reduced();
        let sigma = if selection == Selection::Pessimistic { 1.0 } else { -1.0 };
        let mut model = Model::new(&reduced, epsilon, sigma)?;
        let root = model.root.clone();
        let data = model.on_box(&root);
        let layout = Layout::new(&mut model, &data);
        let regrets = model.regrets_pay();
        Some(LiftedSearch {
            instance: instance.clone(),
            model,
            relaxation: Relaxation::new(layout),
            local: LocalSearch::default(),
            nodes: vec![Node::new(root, f64::NEG_INFINITY, Start::default())],
            open: vec![0],
            incumbent: None,
            pure: None,
            simple: None,
            seen: BTreeSet::new(),
            pure_searches: 0,
            policies: Vec::new(),
            known: BTreeMap::new(),
            least_done: f64::INFINITY,
            least_cutoff: f64::INFINITY,
            gap,
            statistics: LiftedStatistics::default(),
            since_improved: 0,
            selection,
            suggestions: Vec::new(),
            started: false,
            nearly_zero: NEARLY_ZERO[0],
            regrets,
            by_regrets: 0.0,
            spent: 0,
        })
    }

    /// Policies of equilibria in a game nearby: where to look first, the last one before the
    /// others.
    pub fn suggest(&mut self, policies: &[&Policy]) {
        self.suggestions.extend(policies.iter().map(|policy| play_of(&self.model, policy)));
    }

    /// Mixes a population that is better than the incumbent with it, as little as makes it an
    /// eps-equilibrium.
    ///
    /// In a small box the relaxation's population may exceed eps by less than what a linear
    /// programme resolves.
    pub(super) fn pull(&mut self, from: &Population) {
        let allowed = self.allowed();
        for _ in 0..MOST_PULLS {
            let Some(incumbent) = self.incumbent.clone().filter(|incumbent| {
                from.leader < incumbent.leader - 0.1 * self.width(incumbent.leader)
            }) else {
                return;
            };
            let mixed = |share: f64| -> Play {
                let row = |(a, b): (&Vec<f64>, &Vec<f64>)| {
                    a.iter().zip(b).map(|(a, b)| (1.0 - share) * a + share * b).collect()
                };
                from.play.iter().zip(&incumbent.play).map(row).collect()
            };
            let (mut infeasible, mut feasible) = (0.0, 1.0);
            let mut best: Option<Population> = None;
            for share in std::iter::once(0.0).chain((1..=HALVINGS).rev().map(|k| 0.5f64.powi(k))) {
                let population = self.model.population(mixed(share));
                if population.exploitability <= allowed {
                    (feasible, best) = (share, Some(population));
                    break;
                }
                infeasible = share;
            }
            for _ in 0..HALVINGS {
                if feasible - infeasible < 0.01 * feasible {
                    break;
                }
                let middle = 0.5 * (infeasible + feasible);
                let population = self.model.population(mixed(middle));
                if population.exploitability <= allowed {
                    (feasible, best) = (middle, Some(population));
                } else {
                    infeasible = middle;
                }
            }
            let Some(population) = best.filter(|population| population.leader < incumbent.leader)
            else {
                return;
            };
            let gained = incumbent.leader - population.leader;
            self.incumbent = Some(population);
            self.since_improved = 0;
            if gained < 0.1 * self.width(incumbent.leader) {
                return;
            }
        }
    }

    /// Looks for equilibria near simple policies, and what was suggested.
    pub(super) fn begin(&mut self, control: &Control) {
        self.started = true;
        self.first_populations(control);
        self.spend(control);
    }

    /// Looks for equilibria near the population of a policy: at once, and by way of populations that
    /// are equilibria at a larger eps.
    pub(super) fn follow(&mut self, play: Play, control: &Control) {
        let start = self.model.population(play);
        self.improve(start.clone(), FOLLOWING);
        let allowed = self.allowed();
        let mut best = self.incumbent.take();
        let mut found = |population: &Population| {
            let better = best.as_ref().is_none_or(|known| population.leader < known.leader);
            if population.exploitability <= allowed && better {
                best = Some(population.clone());
            }
        };
        let mut current = start;
        for factor in FACTORS {
            let (model, most) = (&mut self.model, factor * allowed);
            current = self.local.run(model, current, most, FOLLOWING, &mut found);
        }
        self.incumbent = best;
        self.spend(control);
    }

    /// Looks for populations at first; then solves boxes until the gap is closed, `nodes` boxes are
    /// done or `control` says stop.
    pub fn advance(&mut self, nodes: usize, control: &Control) {
        if !self.started {
            // Whoever asked may be content with what is found.
            self.started = true;
            self.first_populations(control);
            return self.spend(control);
        }
        for _ in 0..nodes {
            if control.stopped() || self.done() {
                break;
            }
            let Some(index) = self.next() else { break };
            self.solve_node(index, control);
            self.spend(control);
            let node = &self.nodes[index];
            if node.split.is_none() {
                let bound = node.own().max(node.inherited);
                if control.stopped() && bound < self.target() {
                    // A box that was left half done is where a later round goes on.
                    self.open.push(index);
                } else {
                    self.least_done = self.least_done.min(bound);
                }
            }
            self.statistics.nodes += 1;
            self.statistics.lp_solves = self.relaxation.solves() + self.local.solves;
            self.statistics.iterations = self.relaxation.iterations;
        }
    }

    /// Tells the control of the linear programmes since it was last told.
    pub(super) fn spend(&mut self, control: &Control) {
        let work = self.relaxation.work + self.local.work;
        control.spend(work - std::mem::replace(&mut self.spent, work));
    }

    /// The open box with the least bound, removed from the open ones.
    fn next(&mut self) -> Option<usize> {
        let bound = |index: &usize| self.nodes[*index].inherited;
        let position = (0..self.open.len())
            .min_by(|a, b| bound(&self.open[*a]).total_cmp(&bound(&self.open[*b])))?;
        Some(self.open.swap_remove(position))
    }

    /// Proved lower end (apart from rounding) and the value of the incumbent, of `sigma J0`.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let upper = self.incumbent.as_ref().map_or(f64::INFINITY, |population| population.leader);
        let open = self
            .open
            .iter()
            .map(|&index| self.nodes[index].inherited)
            .fold(f64::INFINITY, f64::min);
        (open.min(self.least_done).min(self.least_cutoff), upper)
    }

    /// Whether the interval is as narrow as asked, or no box is open.
    #[must_use]
    pub fn done(&self) -> bool {
        let (lower, upper) = self.interval();
        let width = self.width(upper);
        // What proofs keep back on both sides; boxes are closed at half the width.
        let proofs = (MARGIN_OF_WIDTH * width + 2.0 * MARGIN * self.model.scale).min(0.4 * width);
        self.open.is_empty() || upper - lower <= width - proofs
    }

    /// Counts so far.
    #[must_use]
    pub fn statistics(&self) -> LiftedStatistics {
        self.statistics
    }

    /// The width that the gap allows around a value.
    pub(super) fn width(&self, value: f64) -> f64 {
        if value.is_finite() { self.gap * value.abs().max(SMALL_VALUE) } else { 0.0 }
    }

    /// Boxes whose bound reaches this need no further work.
    pub(super) fn target(&self) -> f64 {
        self.incumbent.as_ref().map_or(f64::INFINITY, |population| {
            population.leader - 0.5 * self.width(population.leader)
        })
    }

    /// Exploitability allowed to populations found in binary64.
    pub(super) fn allowed(&self) -> f64 {
        if self.model.epsilon == 0.0 {
            return self.nearly_zero * self.model.scale;
        }
        self.model.epsilon - (SLACK * self.model.scale).min(0.01 * self.model.epsilon)
    }

    /// The position of a deviation, added when new.
    pub(super) fn policy(&mut self, policy: Vec<Vec<usize>>) -> usize {
        if let Some(&known) = self.known.get(&policy) {
            return known;
        }
        self.known.insert(policy.clone(), self.policies.len());
        self.policies.push(policy);
        self.policies.len() - 1
    }

    /// Looks for a pure equilibrium near a population, and keeps the best one met.
    fn try_pure(&mut self, population: &Population) {
        if self.pure_searches >= MOST_PURE_SEARCHES {
            return;
        }
        self.pure_searches += 1;
        let start = nearest_pure(&self.model, population);
        let Some((policy, found)) = pure_equilibrium(&self.model, start, &mut self.seen) else {
            return;
        };
        self.keep_pure(&policy, found);
    }

    /// Keeps a pure equilibrium when it is the best one met.
    fn keep_pure(&mut self, policy: &Pure, found: Population) {
        if self.pure.as_ref().is_none_or(|known| found.leader < known.leader) {
            self.pure = Some(self.model.population(self.model.pure(policy)));
        }
        self.keep_simple(found);
    }

    /// Keeps an equilibrium of simple fractions when it is the best one met, and as the incumbent
    /// where that is not clearly better.
    fn keep_simple(&mut self, found: Population) {
        if self.simple.as_ref().is_none_or(|known| found.leader < known.leader) {
            let noise = NOISE * found.leader.abs().max(SMALL_VALUE);
            if self.incumbent.as_ref().is_none_or(|known| found.leader < known.leader + noise) {
                self.incumbent = Some(found.clone());
                self.since_improved = 0;
            }
            self.simple = Some(found);
        }
    }

    /// At eps = 0, looks for simple fractions near an incumbent that is an equilibrium up to
    /// `NEARLY_ZERO`; the best of those takes its place unless it is clearly better.
    fn simplify(&mut self) {
        for tolerance in TOLERANCES {
            let policy = self.simple_incumbent(tolerance);
            let Some(play) = policy.map(|policy| play_of(&self.model, &policy)) else { continue };
            let population = self.model.population(play);
            if population.exploitability <= NONE * self.model.scale {
                self.keep_simple(population);
                break;
            }
        }
        if let (Some(simple), Some(incumbent)) = (&self.simple, &self.incumbent)
            && incumbent.leader > simple.leader - NOISE * simple.leader.abs().max(SMALL_VALUE)
        {
            self.incumbent = Some(simple.clone());
        }
    }

    /// Looks at every pure policy of a game that has few.
    fn every_pure(&mut self) {
        let Some(policies) = pure_policies(&self.model) else { return };
        for policy in policies {
            let population = self.model.population(self.model.pure(&policy));
            if population.exploitability <= NONE * self.model.scale {
                self.keep_pure(&policy, population);
            }
        }
    }

    /// Improves a population and keeps the best eps-equilibrium met.
    pub(super) fn improve(&mut self, start: Population, radius: f64) {
        if self.model.epsilon == 0.0 {
            self.try_pure(&start);
        }
        let allowed = self.allowed();
        let before = self.incumbent.as_ref().map_or(f64::INFINITY, |population| population.leader);
        let mut best = self.incumbent.take();
        let mut found = |population: &Population| {
            if best.as_ref().is_none_or(|known| population.leader < known.leader) {
                best = Some(population.clone());
            }
        };
        self.local.run(&mut self.model, start, allowed, radius, &mut found);
        self.incumbent = best;
        if self.model.epsilon == 0.0 {
            self.simplify();
        }
        let after = self.incumbent.as_ref().map_or(f64::INFINITY, |population| population.leader);
        if after < before - 0.1 * self.width(after) {
            self.since_improved = 0;
        }
    }

    /// Local searches from what was suggested; when that leads to no equilibrium, from the uniform
    /// policy and from its best response; then fictitious play.
    fn first_populations(&mut self, control: &Control) {
        // Local searches work in binary64: equilibria with little to spare escape them.
        if self.model.epsilon <= TINY * self.model.scale {
            self.every_pure();
        }
        while let Some(play) = self.suggestions.pop() {
            let start = self.model.population(play);
            self.improve(start, 0.1);
            if self.incumbent.is_some() {
                return;
            }
        }
        let uniform = self
            .model
            .shapes
            .iter()
            .map(|shape| {
                (0..shape.pairs.len())
                    .map(|pair| 1.0 / shape.pairs.of_state(shape.state[pair]).len() as f64)
                    .collect()
            })
            .collect();
        let uniform = self.model.population(uniform);
        let response = self.model.population(self.model.pure(&uniform.response));
        self.improve(uniform.clone(), 0.25);
        self.improve(response.clone(), 0.25);
        if self.incumbent.is_none() && self.model.epsilon == 0.0 {
            self.nearly_zero = NEARLY_ZERO[1];
            self.improve(uniform.clone(), 0.25);
            self.improve(response, 0.25);
        }
        if self.incumbent.is_none()
            && let Some(found) =
                fictitious_play(&self.model, uniform, self.allowed().max(0.0), control)
        {
            self.improve(found, 0.1);
        }
    }

    /// A bound of `sigma J0` and the steps that show it.
    #[must_use]
    pub fn bound(&self) -> Option<(Rational, Vec<Step>)> {
        self.tree(false)
    }

    /// The same tree read as a witness for the other side: no eps-equilibrium has a smaller `sigma
    /// J0`, and there is one.
    #[must_use]
    pub fn ceiling(&self) -> Option<(Rational, Vec<Step>)> {
        self.tree(true)
    }

    fn tree(&self, ceiling: bool) -> Option<(Rational, Vec<Step>)> {
        let bound = values(&self.nodes)[0].min(self.least_cutoff);
        let claimed = bound - MARGIN * self.model.scale - MARGIN_OF_WIDTH * self.width(bound);
        let value = from_approx(claimed).filter(|_| claimed.is_finite())?;
        let value = short(&value, self.model.bits);
        let stated = if self.model.sigma > 0.0 { value.clone() } else { -value.clone() };
        let actions = |(shape, row): (&super::model::StageShape, &Vec<usize>)| {
            row.iter().map(|&pair| shape.pairs.action(pair) as u32).collect()
        };
        let policies: Vec<Vec<Vec<u32>>> = self
            .policies
            .iter()
            .map(|policy| self.model.shapes.iter().zip(policy).map(actions).collect())
            .collect();
        let steps =
            steps(&self.nodes, &policies, opening(stated, self.model.bits, ceiling), claimed)?;
        Some((value, steps))
    }

    /// The incumbent as an exact policy, when it still is an eps-equilibrium after rounding to
    /// short probabilities.
    #[must_use]
    pub fn policy_of_incumbent(&self) -> Option<Policy> {
        self.incumbent.as_ref().map(|population| super::witness::rounded(&self.model, population))
    }

    /// At eps = 0, the best pure equilibrium met, as far as binary64 tells, with its `sigma J0`.
    #[must_use]
    pub fn pure_equilibrium(&self) -> Option<(Policy, f64)> {
        self.pure
            .as_ref()
            .map(|population| (super::witness::rounded(&self.model, population), population.leader))
    }

    /// The incumbent as a policy of simple fractions, within `tolerance` of it.
    #[must_use]
    pub fn simple_incumbent(&self, tolerance: f64) -> Option<Policy> {
        self.incumbent.as_ref().and_then(|population| simplest(&self.model, population, tolerance))
    }

    /// Magnitude of what is computed.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.model.scale
    }

    /// Which side the search is about.
    #[must_use]
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The game at the decision.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.instance
    }
}

/// The next multiple of `2^-bits` below.
fn short(value: &Rational, bits: u32) -> Rational {
    use crate::exact::{Integer, Natural, Rounding, divide};
    let unit = Natural::ONE << bits as usize;
    let scaled = value.numerator() * Integer::from(unit.clone());
    Rational::from_parts(
        divide(&scaled, &Integer::from(value.denominator().clone()), Rounding::Down),
        unit,
    )
}
