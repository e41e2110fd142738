//! Upper bounds over all decisions at once, by a tree over multipliers and best responses:
//! statement (A) of docs/certificate.md.
//!
//! The number of regions depends on how many best responses matter near the bound, not directly on
//! the number of parameters.

mod programme;
mod state;

use super::engines::Engines;
use super::pieces::Cover;
use crate::certificate::{Amount, MultiplierStep, Step};
use crate::check::multiplier::{FACTS, Model, Region, Site, judge, number, parts};
use crate::equilibrium::Control;
use crate::exact::{Rational, from_short_dyadic, to_approx};
use crate::game::{Game, Space};
use crate::lp::{LpBasis, Pricing};
use programme::{Approx, Relaxed, relax};
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Fractional bits of all numbers of a tree.
const BITS: u32 = 40;
/// Most pairs of a game that trees are made for.
const MOST_PAIRS: usize = 1500;
/// How often the largest multiplier that can matter is divided by [`RATIO`] before the first
/// programme.
const CUTS: i32 = 4;
/// Largest ratio of the ends of an interval of multipliers for which a programme is solved.
const RATIO: f64 = 16.0;
/// The largest multiplier looked at where none is known to be large enough.
const LARGE: f64 = 1024.0;
/// Most regions of a tree.
const MOST_REGIONS: usize = 100_000;
/// Fractional bits of decisions that are tried.
const DECISION_BITS: u32 = 24;

/// A region with what is known of it.
struct Node {
    region: Region,
    /// Bound of its own leaf.
    own: i64,
    leaf: (Vec<Amount>, [Vec<Amount>; 2]),
    /// How it was divided, and its parts; `None` as long as one of them is missing.
    children: Option<(MultiplierStep, Vec<usize>)>,
    guide: Option<Guide>,
}

/// How to divide a region.
struct Guide {
    multiplier_approx: f64,
    doubt_approx: Vec<(usize, f64)>,
    spread_approx: Vec<f64>,
    /// What the bound exceeds the value at the mixed decision by.
    excess_approx: f64,
    point_approx: Vec<f64>,
    basis: Option<LpBasis>,
}

/// A region that waits for its programme.
struct Pending {
    position: usize,
    /// Bound of the region that it is a part of.
    bound: i64,
    sites: Vec<Site>,
    basis: Option<Arc<LpBasis>>,
}

/// What looks for decisions while regions are bounded.
struct Round<'r, 'c, 's> {
    cover: &'r mut Cover<'c>,
    space: &'r Space<'s>,
    control: &'r Control,
}

/// The tree.
pub(super) struct Tree {
    model: Model,
    approx: Approx,
    nodes: Vec<Node>,
    queue: BinaryHeap<(i64, std::cmp::Reverse<usize>)>,
    engines: Engines,
    /// The greatest bound of the regions that nothing divides any more.
    left: i64,
    /// The smallest and the largest multiplier at which intervals are cut unseen.
    range_approx: (f64, f64),
}

impl Tree {
    /// A tree of one region; `None` for games that it is not made for.
    pub(super) fn new(
        game: &Game,
        space: &Space<'_>,
        epsilon: &Rational,
        threads: usize,
    ) -> Option<Self> {
        if game.pairs() > MOST_PAIRS || space.dimension() == 0 {
            return None;
        }
        let model = Model::new(game, space, epsilon, BITS).ok()?;
        let approx = Approx::new(&model, to_approx(epsilon));
        let mut tree = Tree {
            model,
            approx,
            nodes: Vec::new(),
            queue: BinaryHeap::new(),
            engines: Engines::new(threads, Pricing::Devex),
            left: i64::MIN,
            range_approx: (0.0, LARGE),
        };
        let root = Region::all(&tree.model);
        let sites = root.sites(&tree.model).ok()?;
        tree.push(root, &sites, None)?;
        Some(tree)
    }

    /// Number of regions.
    pub(super) fn regions(&self) -> usize {
        self.nodes.len()
    }

    /// Number of linear programmes solved.
    pub(super) fn lp_solves(&self) -> usize {
        self.engines.solves()
    }

    /// The bound of the regions that are not closed, in binary64.
    pub(super) fn upper_approx(&self) -> f64 {
        let open = self.queue.peek().map_or(i64::MIN, |(bound, _)| *bound);
        open.max(self.left) as f64 / self.approx.unit
    }

    /// Works until the bound meets the best decision of `cover`, `control` stops or there are
    /// `most` regions. It can be called again.
    pub(super) fn run(
        &mut self,
        cover: &mut Cover<'_>,
        space: &Space<'_>,
        control: &Control,
        most: usize,
        report: &dyn Fn(f64, f64, usize),
    ) {
        let most = most.min(MOST_REGIONS);
        let epsilon = self.approx.epsilon();
        // At eps = 0 no multiplier is too large, and best responses alone are a rule for all of
        // them.
        if epsilon > 0.0 {
            let most = (self.upper_approx() - cover.lower_approx()) / epsilon;
            let largest = if most.is_finite() { most.clamp(1.0, 1e6) } else { LARGE };
            self.range_approx = (largest / RATIO.powi(CUTS), largest);
        }
        let mut next_ascent = 64.max(2 * self.nodes.len());
        loop {
            let batch = self.batch(cover.threshold_approx());
            let Some(&(first, _)) = batch.first() else { return };
            if control.stopped() || self.nodes.len() > most {
                self.queue.extend(
                    batch.into_iter().map(|(bound, position)| (bound, std::cmp::Reverse(position))),
                );
                return;
            }
            cover.keep_with(self, &batch);
            if self.nodes.len() >= next_ascent {
                next_ascent *= 2;
                cover.ascend(control);
            }
            report(
                cover.lower_approx(),
                first as f64 / self.approx.unit,
                self.queue.len() + batch.len(),
            );
            let mut round = Round { cover: &mut *cover, space, control };
            let mut pending = Vec::new();
            for (bound, position) in batch {
                self.divide(bound, position, &mut pending, &mut round);
            }
            self.improve(pending, &mut round);
        }
    }

    /// The regions with the greatest bounds, one per engine; none when the greatest is at most
    /// `threshold_approx`.
    fn batch(&mut self, threshold_approx: f64) -> Vec<(i64, usize)> {
        let mut batch = Vec::new();
        while batch.len() < self.engines.width()
            && let Some(&(bound, std::cmp::Reverse(position))) = self.queue.peek()
            && bound as f64 / self.approx.unit > threshold_approx
        {
            self.queue.pop();
            batch.push((bound, position));
        }
        batch
    }

    /// The parts of a region; those that are worth a programme are left in `pending`, as long as
    /// there are few.
    fn divide(
        &mut self,
        bound: i64,
        position: usize,
        pending: &mut Vec<Pending>,
        round: &mut Round<'_, '_, '_>,
    ) {
        let step = self.cut(position);
        let regions = step
            .as_ref()
            .and_then(|step| parts(&self.model, &self.nodes[position].region, step).ok());
        let (Some(step), Some(regions)) = (step, regions) else {
            self.left = self.left.max(bound);
            return;
        };
        let basis = self.nodes[position].guide.take().and_then(|guide| guide.basis).map(Arc::new);
        let count = regions.len();
        let mut children = Vec::with_capacity(count);
        for region in regions {
            let Some(child) = self.add(region, (position, bound), basis.as_ref(), pending, round)
            else {
                break;
            };
            children.push(child);
        }
        if children.len() == count {
            self.nodes[position].children = Some((step, children));
        } else {
            self.left = self.left.max(bound);
        }
    }

    /// A new region with its bound, in the queue or in `pending`.
    fn add(
        &mut self,
        region: Region,
        (parent, bound): (usize, i64),
        basis: Option<&Arc<LpBasis>>,
        pending: &mut Vec<Pending>,
        round: &mut Round<'_, '_, '_>,
    ) -> Option<usize> {
        let sites = region.sites(&self.model).ok()?;
        let position = self.push(region, &sites, Some(parent))?;
        self.inherit(position, parent, &sites);
        let open =
            self.nodes[position].own as f64 / self.approx.unit > round.cover.threshold_approx();
        if !open || self.wide(position) || round.control.stopped() {
            self.enqueue(position, bound);
            return Some(position);
        }
        pending.push(Pending { position, bound, sites, basis: basis.cloned() });
        if pending.len() == self.engines.width() {
            self.improve(std::mem::take(pending), round);
        }
        Some(position)
    }

    fn enqueue(&mut self, position: usize, bound: i64) {
        self.queue.push((self.nodes[position].own.min(bound), std::cmp::Reverse(position)));
    }

    /// A node closed by best responses alone.
    fn push(&mut self, region: Region, sites: &[Site], parent: Option<usize>) -> Option<usize> {
        let own = judge(&self.model, &region, sites, &[], [&[], &[]]).ok()?;
        self.nodes.push(Node {
            region,
            own,
            leaf: Default::default(),
            children: None,
            guide: None,
        });
        if parent.is_none() {
            self.queue.push((own, std::cmp::Reverse(self.nodes.len() - 1)));
        }
        Some(self.nodes.len() - 1)
    }

    /// What closed the whole may close a part better.
    fn inherit(&mut self, position: usize, parent: usize, sites: &[Site]) {
        let (rule, facts) = self.nodes[parent].leaf.clone();
        let holds = |fact: usize| {
            let pair = fact / FACTS;
            fact.is_multiple_of(FACTS)
                || pair >= self.model.pairs().len()
                || sites.iter().any(|site| site.active.contains(&pair))
        };
        let facts = facts.map(|facts| {
            facts.into_iter().filter(|(fact, _)| holds(*fact)).collect::<Vec<Amount>>()
        });
        if let Ok(own) =
            judge(&self.model, &self.nodes[position].region, sites, &rule, [&facts[0], &facts[1]])
            && own < self.nodes[position].own
        {
            self.nodes[position].own = own;
            self.nodes[position].leaf = (rule, facts);
        }
    }

    /// Solves the programmes of regions, which then enter the queue.
    fn improve(&mut self, pending: Vec<Pending>, round: &mut Round<'_, '_, '_>) {
        let floor_approx = (round.cover.lower_approx() + round.cover.threshold_approx()) / 2.0;
        let Tree { model, approx, nodes, engines, .. } = self;
        let found = engines.map(&pending, |engine, task| {
            relax(
                model,
                approx,
                &nodes[task.position].region,
                &task.sites,
                floor_approx,
                engine,
                task.basis.as_deref(),
            )
        });
        for (task, relaxed) in pending.into_iter().zip(found) {
            if let Some(relaxed) = relaxed {
                self.take(task.position, &task.sites, relaxed, round);
            }
            self.enqueue(task.position, task.bound);
        }
    }

    /// Judges what a programme says of a region.
    fn take(
        &mut self,
        position: usize,
        sites: &[Site],
        relaxed: Relaxed,
        round: &mut Round<'_, '_, '_>,
    ) {
        let [low, high] = relaxed.facts;
        // Without end, a rule that is optimal but for roundings is refused; best responses are not.
        let leaves = [(relaxed.rule, [low.clone(), high]), (Vec::new(), [low, Vec::new()])];
        let endless = self.nodes[position].region.greatest.is_none();
        for (rule, facts) in leaves.into_iter().take(if endless { 2 } else { 1 }) {
            let node = &mut self.nodes[position];
            if let Ok(own) = judge(&self.model, &node.region, sites, &rule, [&facts[0], &facts[1]])
                && own < node.own
            {
                node.own = own;
                node.leaf = (rule, facts);
            }
        }
        let own_approx = self.nodes[position].own as f64 / self.approx.unit;
        let Round { cover, space, control } = round;
        if own_approx <= cover.threshold_approx() {
            return;
        }
        let free: Vec<Rational> = relaxed
            .point_approx
            .iter()
            .filter_map(|&value| from_short_dyadic(value, DECISION_BITS))
            .collect();
        let value_approx =
            if free.len() == space.dimension() { cover.try_free(&free, control) } else { None };
        self.nodes[position].guide = Some(Guide {
            multiplier_approx: relaxed.multiplier_approx,
            doubt_approx: relaxed.doubt_approx,
            spread_approx: relaxed.spread_approx,
            excess_approx: own_approx - value_approx.unwrap_or(cover.lower_approx()),
            point_approx: relaxed.point_approx,
            basis: relaxed.basis,
        });
    }

    /// The ends of the multipliers of a region.
    fn ends_approx(&self, position: usize) -> (f64, f64) {
        let region = &self.nodes[position].region;
        (
            region.least as f64 / self.approx.unit,
            region.greatest.map_or(f64::INFINITY, |end| end as f64 / self.approx.unit),
        )
    }

    /// Whether multipliers are to be cut before a programme is worth its time.
    fn wide(&self, position: usize) -> bool {
        let (least, greatest) = self.ends_approx(position);
        let (small, large) = self.range_approx;
        least < large * 0.99 && greatest > 1.01 * RATIO * least.max(small / RATIO)
    }

    /// How to divide a region; `None` when there is nothing to divide.
    fn cut(&self, position: usize) -> Option<MultiplierStep> {
        let (least, greatest) = self.ends_approx(position);
        let amount = |value: f64| (value * self.approx.unit).round() as i64;
        if self.wide(position) {
            let top = if greatest.is_finite() { greatest / RATIO } else { self.range_approx.1 };
            return Some(MultiplierStep::Split(amount(top.max(RATIO * least).min(greatest))));
        }
        let Some(guide) = &self.nodes[position].guide else {
            // No programme was solved: something smaller may do.
            let at =
                if greatest.is_finite() { (least + greatest) / 2.0 } else { 2.0 * least.max(1.0) };
            return (greatest - least > 1e-6 * greatest.min(1e9))
                .then(|| MultiplierStep::Split(amount(at)));
        };
        let doubts: f64 = guide.doubt_approx.iter().map(|(_, doubt)| doubt).sum();
        let most = guide.doubt_approx.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
        let action = |site: usize| {
            MultiplierStep::Action(site / self.model.states(), site % self.model.states())
        };
        let divisible = greatest - least > 1e-6 * (1.0 + least);
        let mixed = guide.excess_approx - doubts;
        if let Some((site, doubt)) = most
            && doubt > 1e-9
            && (mixed <= doubts || !divisible)
        {
            return Some(action(site));
        }
        if divisible {
            let at = if greatest.is_finite() {
                let width = greatest - least;
                guide.multiplier_approx.clamp(least + 0.2 * width, greatest - 0.2 * width)
            } else {
                2.0 * least.max(1.0)
            };
            return Some(MultiplierStep::Split(amount(at)));
        }
        if let Some((site, _)) = most {
            return Some(action(site));
        }
        let widths = guide.spread_approx.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        widths.map(|(k, _)| MultiplierStep::Coordinate(k, amount(guide.point_approx[k])))
    }

    /// The bound of each region: its own, or that of its parts.
    fn values(&self) -> Vec<i64> {
        let mut values = vec![i64::MAX; self.nodes.len()];
        // Parts come after the whole.
        for (position, node) in self.nodes.iter().enumerate().rev() {
            let below = node
                .children
                .as_ref()
                .and_then(|(_, children)| children.iter().map(|&child| values[child]).max());
            values[position] = below.map_or(node.own, |below| below.min(node.own));
        }
        values
    }

    /// The steps of the tree and the bound that they show.
    pub(super) fn proof(&self) -> (Vec<Step>, Rational) {
        let values = self.values();
        let mut steps = vec![Step::Multiplier(MultiplierStep::Open(BITS))];
        let mut stack = vec![0];
        while let Some(position) = stack.pop() {
            let node = &self.nodes[position];
            match &node.children {
                Some((step, children)) if values[position] < node.own => {
                    steps.push(Step::Multiplier(step.clone()));
                    stack.extend(children.iter().rev());
                }
                _ => {
                    let (rule, facts) = node.leaf.clone();
                    steps.push(Step::Multiplier(MultiplierStep::Leaf { rule, facts }));
                }
            }
        }
        (steps, number(values.first().copied().unwrap_or(i64::MAX), BITS))
    }
}
