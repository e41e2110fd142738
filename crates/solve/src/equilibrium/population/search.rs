//! Spatial branch and bound over the forms whose squares make exploitability non-convex.

use super::local::Incumbent;
use super::master::Mixture;
use super::model::{Cell, Goal, Multipliers, Region};
use super::relaxation::{Bounded, Relaxation};
use crate::equilibrium::Control;

/// A lemma that narrows a box.
#[derive(Debug, Clone)]
pub(super) struct Lemma {
    pub(super) square: usize,
    /// 1 for the lower, -1 for the upper end.
    pub(super) sign: f64,
    pub(super) value: f64,
    pub(super) multipliers: Multipliers,
}

/// Where a box was split, and into which.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) square: usize,
    pub(super) point: f64,
    /// Positions of the part below and of the part above.
    pub(super) children: (usize, usize),
}

/// A box of the tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) region: Region,
    pub(super) lemmas: Vec<Lemma>,
    pub(super) bound: f64,
    /// Multipliers that prove the bound on the box as it was after `leaf_lemmas` lemmas: on a
    /// narrower box secants are steeper, and the same multipliers may prove less.
    pub(super) leaf: Multipliers,
    pub(super) leaf_lemmas: usize,
    pub(super) split: Option<Split>,
    pub(super) processed: bool,
    /// Whether a fresh programme was tried on it.
    pub(super) retried: bool,
}

/// The search tree of one inner problem.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) nodes: Vec<Node>,
    /// Boxes not closed: positions.
    pub(super) open: Vec<usize>,
    pub(super) relaxation: Relaxation,
    pub(super) incumbent: Incumbent,
    /// Accepted distance between bound and incumbent, relative to `max(1, |value|)`.
    tolerance: f64,
    pub(super) processed: usize,
    /// Boxes on which binary64 got no further.
    pub(super) given_up: Vec<usize>,
    /// The last point of the relaxation, for whoever looks for equilibria from outside.
    pub(super) last_point: Option<Mixture>,
    /// Whether the last box could neither be bounded further nor divided.
    gave_up: bool,
}

/// Share of a range that a lemma must cut off to be kept.
const WORTHWHILE: f64 = 0.02;
/// Distance that lemmas keep from what binary64 says, relative to 1 + |value|.
const SAFETY: f64 = 1e-9;
/// Deviations and tangents after which a new programme is cheaper than the old one.
const MOST_CUTS: usize = 160;
/// Rounding per unit of multipliers: they have 48 bits, and sums of binary64 lose as much.
const ROUNDING: f64 = 2e-13;
/// Accuracy of local searches: a share of the accepted distance, but no less than what programmes
/// are solved to.
const LOCAL_SHARE: f64 = 0.02;
const LEAST_LOCAL: f64 = 1e-8;
/// Boxes narrower than this are not split: their secants are exact to rounding.
const NARROWEST: f64 = 1e-7;

impl Search {
    pub(super) fn new(mut relaxation: Relaxation, incumbent: Incumbent, tolerance: f64) -> Self {
        let region: Region =
            (0..relaxation.model.squares.len()).map(|i| relaxation.root_range(i)).collect();
        for (i, &(low, high)) in region.iter().enumerate() {
            for point in [low, high, (low + high) / 2.0] {
                relaxation.add_base_tangent(i, point);
            }
        }
        let root = Node {
            region,
            lemmas: Vec::new(),
            bound: f64::NEG_INFINITY,
            leaf: Multipliers::default(),
            leaf_lemmas: 0,
            split: None,
            processed: false,
            retried: false,
        };
        Search {
            nodes: vec![root],
            open: vec![0],
            relaxation,
            incumbent,
            tolerance,
            processed: 0,
            given_up: Vec::new(),
            last_point: None,
            gave_up: false,
        }
    }

    /// Least bound of the boxes not closed, or the incumbent.
    pub(super) fn bound(&self) -> f64 {
        self.open
            .iter()
            .chain(&self.given_up)
            .map(|&node| self.nodes[node].bound)
            .fold(self.least_closed(), f64::min)
    }

    fn least_closed(&self) -> f64 {
        let leaves = self.nodes.iter().filter(|node| node.split.is_none());
        leaves.map(|node| node.bound).fold(self.incumbent.value, f64::min)
    }

    /// The bound less what rounding may cost in each leaf.
    pub(super) fn safe_bound(&self) -> f64 {
        let leaves =
            self.nodes.iter().filter(|node| node.split.is_none() && node.bound.is_finite());
        let safe = |node: &Node| node.bound - allowance(node.bound, &node.leaf);
        let unbounded =
            self.nodes.iter().any(|node| node.split.is_none() && node.bound == f64::NEG_INFINITY);
        let least = leaves.map(safe).fold(self.incumbent.value, f64::min);
        if unbounded { f64::NEG_INFINITY } else { least }
    }

    pub(super) fn done(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether the last box cannot be divided or bounded further.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Boxes of the tree.
    pub(super) fn boxes(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn processed(&self) -> usize {
        self.processed
    }

    /// Accepted distance between the bounds of a value.
    pub(super) fn tolerance(&self, value: f64) -> f64 {
        self.tolerance * value.abs().max(1.0)
    }

    fn target(&self) -> f64 {
        self.incumbent.value - self.tolerance(self.incumbent.value)
    }

    /// Works on the box with the least bound.
    pub(super) fn step(&mut self, control: &Control) {
        let target = self.target();
        self.open.retain(|&node| self.nodes[node].bound < target);
        let least = |a: &usize, b: &usize| {
            if self.nodes[*b].bound < self.nodes[*a].bound { *b } else { *a }
        };
        let Some(position) = self.open.iter().copied().reduce(|a, b| least(&a, &b)) else { return };
        self.open.retain(|&node| node != position);
        self.processed += 1;
        if self.relaxation.master.cuts() > MOST_CUTS {
            self.relaxation.rebuild();
        }
        let mut node = self.nodes[position].clone();
        node.processed = true;
        let again = self.process(&mut node, control);
        self.gave_up = false;
        let closed = node.bound >= self.target();
        if closed || control.stopped() {
            if !closed {
                self.open.push(position);
            }
        } else if let Some((square, point)) = again.or_else(|| self.halves(&node)) {
            self.split(&mut node, square, point);
        } else {
            // Nothing left to branch on and a bound below the target: a programme gone bad, or
            // rounding.
            self.relaxation.rebuild();
            self.gave_up = true;
            let list = if node.retried { &mut self.given_up } else { &mut self.open };
            list.push(position);
            node.retried = true;
        }
        self.nodes[position] = node;
    }

    fn split(&mut self, node: &mut Node, square: usize, point: f64) {
        let (low, high) = node.region[square];
        let children = (self.nodes.len(), self.nodes.len() + 1);
        for range in [(low, point), (point, high)] {
            let mut region = node.region.clone();
            region[square] = range;
            let leaf = node.leaf.clone();
            let bound = match leaf.objective > 0.0 {
                true => {
                    self.relaxation
                        .model
                        .bound(
                            &self.relaxation.policies,
                            &leaf,
                            &Cell::outer(&region),
                            Goal::Objective,
                        )
                        .0
                        / leaf.objective
                }
                false => f64::NEG_INFINITY,
            };
            self.open.push(self.nodes.len());
            self.nodes.push(Node {
                region,
                lemmas: Vec::new(),
                bound,
                leaf,
                leaf_lemmas: 0,
                split: None,
                processed: false,
                retried: false,
            });
        }
        node.split = Some(Split { square, point, children });
    }

    /// Takes back splits of which no part was worked on, where the box itself proves more than its
    /// parts do.
    pub(super) fn take_back(&mut self) {
        for position in (0..self.nodes.len()).rev() {
            let Some(Split { children: (below, above), .. }) = self.nodes[position].split else {
                continue;
            };
            let untouched =
                |child: usize| !self.nodes[child].processed && self.nodes[child].split.is_none();
            let parts = self.nodes[below].bound.min(self.nodes[above].bound);
            let open = self.open.contains(&below) && self.open.contains(&above);
            if untouched(below) && untouched(above) && open && self.nodes[position].bound > parts {
                self.nodes[position].split = None;
                self.open.retain(|&open| open != below && open != above);
                self.open.push(position);
                // The parts are not leaves of the tree any more.
                for child in [below, above] {
                    self.nodes[child].bound = f64::INFINITY;
                }
            }
        }
    }

    /// Bounds a box; where to split it, if that can help.
    fn process(&mut self, node: &mut Node, control: &Control) -> Option<(usize, f64)> {
        let mut split = None;
        for round in 0..4 {
            let goal = (self.tolerance * 0.1, self.target());
            let bounded = self.relaxation.bound(
                &Cell::outer(&node.region),
                Goal::Objective,
                goal,
                control,
            )?;
            self.record(node, &bounded);
            if node.bound >= self.target() || control.stopped() {
                return None;
            }
            let point = bounded.point.as_ref()?;
            self.last_point = Some(point.clone());
            let enough = node.bound + self.tolerance(node.bound);
            let accuracy = (self.tolerance * LOCAL_SHARE).max(LEAST_LOCAL);
            self.incumbent.improve(
                &mut self.relaxation,
                point,
                (round == 0, enough),
                accuracy,
                control,
            );
            if node.bound >= self.target() {
                return None;
            }
            split = self.branching(node, point, &bounded.curvatures);
            split?;
            if !self.tighten(node, &bounded.curvatures, control) {
                break;
            }
            if node.bound >= self.target() {
                return None;
            }
        }
        // The box may have shrunk after the point was taken.
        split.map(|(square, point)| {
            let (low, high) = node.region[square];
            (
                square,
                round_between(
                    point.clamp(low + 0.1 * (high - low), high - 0.1 * (high - low)),
                    low,
                    high,
                ),
            )
        })
    }

    fn record(&self, node: &mut Node, bounded: &Bounded) {
        if bounded.bound > node.bound {
            node.bound = bounded.bound;
            node.leaf = bounded.multipliers.clone();
            node.leaf_lemmas = node.lemmas.len();
        }
    }

    /// Where to split when the relaxation gives no point: the middle of the widest range, weighted.
    fn halves(&self, node: &Node) -> Option<(usize, f64)> {
        let flat = vec![0.0; node.region.len()];
        let size = |i: usize| self.weight(i, &flat) * (node.region[i].1 - node.region[i].0).powi(2);
        let fit = (0..node.region.len())
            .filter(|&i| node.region[i].1 - node.region[i].0 >= NARROWEST && size(i) > 0.0);
        let square = fit.reduce(|best, i| if size(i) > size(best) { i } else { best })?;
        let (low, high) = node.region[square];
        Some((square, round_between((low + high) / 2.0, low, high)))
    }

    /// How much a square matters where it is not convex: by its curvature now, or by what it may
    /// have once deviations are active.
    fn weight(&self, square: usize, curvatures: &[f64]) -> f64 {
        let own = &self.relaxation.model.squares[square];
        (-curvatures[square]).max(own.follower.max(0.0) + (-own.leader).max(0.0))
    }

    /// The square whose secant is furthest off, weighted, and where to split it.
    fn branching(&self, node: &Node, point: &Mixture, curvatures: &[f64]) -> Option<(usize, f64)> {
        let mut best: Option<(f64, usize)> = None;
        for (i, &(low, high)) in node.region.iter().enumerate() {
            let weight = self.weight(i, curvatures);
            if weight <= 0.0 || high - low < NARROWEST {
                continue;
            }
            let off = weight
                * ((point.squares[i] - point.roots[i].powi(2)).max(0.0)
                    + 1e-3 * (high - low).powi(2));
            if best.is_none_or(|(known, _)| off > known) {
                best = Some((off, i));
            }
        }
        let (_, square) = best?;
        let (low, high) = node.region[square];
        Some((square, 0.75 * point.roots[square] + 0.125 * (low + high)))
    }

    /// Narrows the ranges of the squares that make the box non-convex; whether it was worthwhile.
    fn tighten(&mut self, node: &mut Node, curvatures: &[f64], control: &Control) -> bool {
        let cutoff = self.incumbent.value;
        if !cutoff.is_finite() {
            return false;
        }
        let mut gained = false;
        let wanted: Vec<usize> =
            (0..node.region.len()).filter(|&i| self.weight(i, curvatures) > 0.0).collect();
        for square in wanted {
            for sign in [1.0, -1.0] {
                let (low, high) = node.region[square];
                let width = high - low;
                if width < 4.0 * NARROWEST || control.stopped() {
                    continue;
                }
                let end = if sign > 0.0 { low } else { -high };
                let goal = Goal::Range { square, sign, cutoff, worth: end + WORTHWHILE * width };
                let limits = (width * 1e-2, f64::INFINITY);
                let Some(bounded) =
                    self.relaxation.bound(&Cell::outer(&node.region), goal, limits, control)
                else {
                    continue;
                };
                if bounded.bound == f64::INFINITY {
                    // No population of the box does better than the incumbent.
                    node.bound = f64::INFINITY;
                    node.leaf = bounded.multipliers;
                    node.leaf_lemmas = node.lemmas.len();
                    return true;
                }
                let safe = bounded.bound - allowance(bounded.bound, &bounded.multipliers);
                let value = round_down(safe, width) * sign;
                let cut = if sign > 0.0 { value - low } else { high - value };
                if cut > WORTHWHILE * width {
                    let value = if sign > 0.0 { value.min(high) } else { value.max(low) };
                    node.region[square] = if sign > 0.0 { (value, high) } else { (low, value) };
                    node.lemmas.push(Lemma {
                        square,
                        sign,
                        value,
                        multipliers: bounded.multipliers,
                    });
                    gained |= cut > 0.2 * width;
                }
            }
        }
        gained
    }
}

/// What the rounding of multipliers and binary64 may cost in a bound.
fn allowance(bound: f64, multipliers: &Multipliers) -> f64 {
    SAFETY * (1.0 + bound.abs()) + ROUNDING * multipliers.magnitude()
}

/// A short dyadic not above `value`, in steps of about a thousandth of `width`.
fn round_down(value: f64, width: f64) -> f64 {
    let unit = (width.log2().floor() - 12.0).exp2();
    (value / unit).floor() * unit
}

/// A short dyadic near `value`, strictly inside.
fn round_between(value: f64, low: f64, high: f64) -> f64 {
    round_down(value, high - low).max(low)
}
