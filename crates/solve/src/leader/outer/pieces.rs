//! Pieces of the decision set with upper bounds, the best first.

use super::book::{Book, Weights};
use super::engines::Engines;
use super::joined::{JoinedBound, joined_bound, optimum_bound};
use super::mixing::{Mixing, best_rule, mixing};
use super::slices::Slices;
use crate::certificate::{Selection, Step};
use crate::check::cover::{cut, leader_range_on};
use crate::equilibrium::Control;
use crate::exact::{Rational, ratio, to_approx};
use crate::game::ColumnExt;
use crate::game::{Grid, Point, Space};
use crate::leader::checkpoint::Slot;
use crate::leader::settings::Settings;
use crate::lp::Pricing;
use rayon::prelude::*;
use std::collections::BinaryHeap;

/// Grid points that a piece may have to be closed by looking at each.
pub(super) const FEW: usize = 32;
/// Work that a search in a joined game may take whatever it took before.
const LEAST_JOINING: u64 = 10_000_000;
/// Pieces per piece that is divided at the same time, and most of these.
const PIECES_OF_A_BATCH: usize = 32;
const MOST_AT_ONCE: usize = 8;
/// Most single decisions among the first pieces whose ranges are computed.
const MOST_RANGED: usize = 4096;
/// Decisions of a piece that are looked at side by side.
const DECISIONS_AT_ONCE: usize = 4;
/// How much the length of an edge counts beside what policies lose along it.
const LENGTH_SHARE: f64 = 0.02;

/// How a piece is closed.
#[derive(Debug, Clone)]
pub(super) enum Leaf {
    Range,
    Outside,
    Response(Vec<Weights>),
    /// A response, and a worse one at the vertices where it gives the leader the most.
    Below(Vec<Weights>, Vec<Weights>),
    Multiplier(Rational, Vec<Weights>),
    Joined(Vec<Step>, Rational),
    Decisions(Vec<(usize, AtDecision)>),
}

/// How one decision of a piece is bounded from above.
#[derive(Debug, Clone)]
pub(super) enum AtDecision {
    Response(Weights),
    Joined(Vec<Step>, Rational),
}

/// A piece.
pub(super) struct Piece {
    pub(super) simplex: Vec<usize>,
    /// Bound of its own leaf.
    pub(super) own_approx: f64,
    pub(super) leaf: Leaf,
    /// How it was cut.
    pub(super) division: Option<Division>,
}

/// A piece cut in two.
pub(super) struct Division {
    /// Ends of the edge cut.
    pub(super) i: usize,
    pub(super) j: usize,
    /// Where, as a share of the way from the first end to the second.
    pub(super) share: Rational,
    /// The pieces with that point in place of the second and of the first end.
    pub(super) parts: [usize; 2],
}

impl Division {
    /// The same with all positions of pieces so much greater.
    pub(super) fn moved(&self, by: usize) -> Self {
        Division { share: self.share.clone(), parts: self.parts.map(|part| part + by), ..*self }
    }
}

/// A piece that is to be bounded.
struct Child {
    simplex: Vec<usize>,
    /// It has no decision.
    outside: bool,
    /// The response of the piece that it is a part of.
    inherited: Option<Vec<Weights>>,
    parent_approx: f64,
    /// What bounds it before anything is looked for.
    known: Option<Bounded>,
}

/// A bound of a piece, and what shows it.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    pub(super) own_approx: f64,
    pub(super) leaf: Leaf,
}

/// An open piece in the queue.
pub(super) struct Open {
    pub(super) bound_approx: f64,
    pub(super) piece: usize,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open {}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bound_approx.total_cmp(&other.bound_approx).then(other.piece.cmp(&self.piece))
    }
}

/// The search.
pub(super) struct Cover<'a> {
    pub(super) book: Book<'a>,
    pub(super) space: &'a Space<'a>,
    pub(super) selection: Selection,
    pub(super) epsilon: &'a Rational,
    pub(super) gap: &'a Rational,
    /// How much each parameter matters.
    weights_approx: Vec<f64>,
    pub(super) pieces: Vec<Piece>,
    pub(super) roots: Vec<usize>,
    pub(super) queue: BinaryHeap<Open>,
    /// The decisions one value of their grids after another, where that suits them.
    pub(super) slices: Option<Slices>,
    /// The best decision found and a lower bound of its value.
    pub(super) best: Option<(f64, Point)>,
    pub(super) restricted: bool,
    /// Work since the search began, and how much of it went into joined games.
    pub(super) work: u64,
    joining: u64,
    pub(super) engines: Engines,
    /// Joined games that closed no piece, in a row, and pieces to pass by before the next one.
    pub(super) fruitless: u32,
    pub(super) pause: u32,
    /// Where the state is kept.
    pub(super) slot: Option<Slot<'a>>,
    /// The state of a tree beside it, when it was last kept.
    pub(super) tree: Option<String>,
    /// Whether an ascent came to the end of its steps.
    pub(super) ascended: bool,
}

impl<'a> Cover<'a> {
    pub(super) fn new(book: Book<'a>, space: &'a Space<'a>, settings: &'a Settings<'_>) -> Self {
        let Settings { selection, epsilon, gap, threads, .. } = settings;
        let restricted = space.free().iter().all(|&j| space.grids()[j] != Grid::Continuous);
        let weights_approx = importance(&book, space);
        Cover {
            book,
            space,
            selection: *selection,
            epsilon,
            gap,
            weights_approx,
            pieces: Vec::new(),
            roots: Vec::new(),
            queue: BinaryHeap::new(),
            slices: Slices::of(space),
            best: None,
            restricted,
            work: 0,
            joining: 0,
            engines: Engines::new(*threads, Pricing::SteepestEdge),
            fruitless: 0,
            pause: 0,
            slot: None,
            tree: None,
            ascended: false,
        }
    }

    /// Works until the gap is closed, `control` stops or there are `most` pieces; `report` hears of
    /// bounds and open pieces. It can be called again.
    pub(super) fn run(&mut self, control: &Control, most: usize, report: &dyn Fn(f64, f64, usize)) {
        if self.roots.is_empty() {
            self.begin(control);
        }
        let mut next_ascent = 2 * self.pieces.len();
        while self.pieces.len() < most && !control.stopped() {
            self.keep(false);
            if self.pieces.len() >= next_ascent {
                next_ascent *= 2;
                self.ascend(control);
            }
            let batch = self.batch();
            let Some(first) = batch.first() else { return };
            report(self.lower_approx(), first.bound_approx, self.queue.len() + batch.len());
            let (mut cuts, mut parts) = (Vec::new(), Vec::new());
            self.foresee_points(&batch, control);
            for open in batch {
                if let [only] = *self.pieces[open.piece].simplex.as_slice()
                    && self.space.dimension() > 0
                {
                    if !self.close_decision(open.piece, only, control) {
                        self.queue.push(open);
                    }
                    continue;
                }
                if self.restricted && self.close_by_decisions(open.piece, control) {
                    continue;
                }
                if let Some((i, j, children)) = self.halves(&open) {
                    cuts.push((open.piece, i, j));
                    parts.extend(children);
                }
            }
            let positions = self.add(parts, control);
            for ((piece, i, j), children) in cuts.into_iter().zip(positions.chunks_exact(2)) {
                self.pieces[piece].division =
                    Some(Division { i, j, share: ratio(1, 2), parts: [children[0], children[1]] });
            }
        }
    }

    /// The simplices that cover all decisions, and a good decision.
    pub(super) fn begin(&mut self, control: &Control) {
        let simplices: Vec<Vec<Point>> = match &self.slices {
            Some(slices) => slices.simplices(self.space).collect(),
            None => self.space.simplices().collect(),
        };
        let few = simplices.len() <= MOST_RANGED;
        let mut roots = Vec::new();
        for simplex in simplices {
            let simplex: Vec<usize> =
                simplex.iter().map(|point| self.book.position(point)).collect();
            if simplex.len() > 1 || self.space.dimension() == 0 {
                roots.push(self.child(simplex, None, f64::INFINITY));
                continue;
            }
            // A single decision waits for its turn.
            let own_approx = if few { self.range_approx(&simplex) } else { f64::INFINITY };
            self.roots.push(self.pieces.len());
            self.queue.push(Open { bound_approx: own_approx, piece: self.pieces.len() });
            self.pieces.push(Piece { simplex, own_approx, leaf: Leaf::Range, division: None });
        }
        let optima = self.optima(&roots, control);
        roots.iter_mut().zip(optima).for_each(|(root, optimum)| root.known = optimum);
        let positions = self.add(roots, control);
        self.roots.extend(positions);
        self.ascend(control);
    }

    /// The best of all populations over each of the first pieces, exactly, where followers see the
    /// population and the leader's reward is concave in it: it does not get sharper on parts where
    /// only the followers' rewards see the decision.
    fn optima(&self, roots: &[Child], control: &Control) -> Vec<Option<Bounded>> {
        let book = &self.book;
        let one = |child: &Child| {
            let wanted = !book.linear && !child.outside && book.fixed();
            let points = book.corners(&child.simplex);
            let within = control.within_work(LEAST_JOINING);
            let found = if wanted { optimum_bound(book.game, &points, &within) } else { None };
            found.map(|JoinedBound { bound, steps, .. }| Bounded {
                own_approx: to_approx(&bound),
                leaf: Leaf::Joined(steps, bound),
            })
        };
        roots.par_iter().map(one).collect()
    }

    /// Whether every piece is closed.
    pub(super) fn closed(&self) -> bool {
        !self.roots.is_empty()
            && self.queue.peek().is_none_or(|open| open.bound_approx <= self.threshold_approx())
    }

    /// The pieces with the greatest bounds, the more the more pieces there are; none when the
    /// greatest needs no more work.
    fn batch(&mut self) -> Vec<Open> {
        let mut batch = Vec::new();
        let at_once = at_once(self.pieces.len());
        while batch.len() < at_once
            && self.queue.peek().is_some_and(|open| open.bound_approx > self.threshold_approx())
            && let Some(open) = self.queue.pop()
        {
            batch.push(open);
        }
        batch
    }

    /// The edge at which a piece is cut, and its halves.
    fn halves(&mut self, open: &Open) -> Option<(usize, usize, [Child; 2])> {
        let (i, j) = self.edge(open.piece);
        let parent = self.pieces[open.piece].simplex.clone();
        let (with_i, _) = cut(&self.book.corners(&parent), i, j, &ratio(1, 2))?;
        let middle = self.book.position(&with_i[j]);
        let inherited = self.inherited(open.piece, i, j);
        let half = |other: usize| {
            let mut simplex = parent.clone();
            simplex[other] = middle;
            let inherited = inherited.clone().map(|(mut rule, average)| {
                rule[other] = average;
                rule
            });
            self.child(simplex, inherited, open.bound_approx)
        };
        Some((i, j, [half(j), half(i)]))
    }

    /// Linear programmes solved.
    pub(super) fn lp_solves(&self) -> usize {
        self.book.lp_solves + self.engines.solves()
    }

    pub(super) fn lower_approx(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |(value, _)| *value)
    }

    /// Pieces below need no more work.
    pub(super) fn threshold_approx(&self) -> f64 {
        let lower = self.lower_approx();
        if lower == f64::NEG_INFINITY {
            return lower;
        }
        lower + 0.9 * to_approx(self.gap) * lower.abs().max(1.0)
    }

    /// The rule of a piece, and the average of what it says at two vertices.
    fn inherited(&self, piece: usize, i: usize, j: usize) -> Option<(Vec<Weights>, Weights)> {
        let Leaf::Response(rule) = &self.pieces[piece].leaf else { return None };
        if !self.book.fixed() {
            return None;
        }
        let half = ratio(1, 2);
        let mut average: Weights = Vec::new();
        for (policy, weight) in rule[i].iter().chain(&rule[j]) {
            match average.iter_mut().find(|(known, _)| known == policy) {
                Some((_, sum)) => *sum += weight * &half,
                None => average.push((*policy, weight * &half)),
            }
        }
        Some((rule.clone(), average))
    }

    /// New pieces with their bounds, in the queue unless they are closed, some at a time.
    fn add(&mut self, children: Vec<Child>, control: &Control) -> Vec<usize> {
        let first = self.pieces.len();
        for children in children.chunks(2 * at_once(first)) {
            let inside: Vec<&Child> = children.iter().filter(|child| !child.outside).collect();
            self.look_at_vertices(&inside, control);
            self.foresee(&inside, control);
            let tasks: Vec<Option<Mixing>> =
                inside.iter().map(|child| self.mixing_task(child, control)).collect();
            let mixed = self.engines.map(&tasks, |engine, task| {
                let rule = task.as_ref().and_then(|task| best_rule(engine, task));
                control.spend(engine.work());
                rule
            });
            let mut bounded: Vec<Bounded> = inside
                .iter()
                .zip(mixed)
                .map(|(child, mixed)| self.bounded(child, mixed, control))
                .collect();
            self.join(&inside, &mut bounded, control);
            let mut bounded = bounded.into_iter();
            for child in children {
                let simplex = child.simplex.clone();
                let inside = if child.outside { None } else { bounded.next() };
                let Some(Bounded { own_approx, leaf }) = inside else {
                    self.pieces.push(Piece {
                        simplex,
                        own_approx: f64::NEG_INFINITY,
                        leaf: Leaf::Outside,
                        division: None,
                    });
                    continue;
                };
                let own_approx = if own_approx == f64::INFINITY {
                    self.range_approx(&simplex)
                } else {
                    own_approx
                };
                self.queue.push(Open {
                    bound_approx: own_approx.min(child.parent_approx),
                    piece: self.pieces.len(),
                });
                self.pieces.push(Piece { simplex, own_approx, leaf, division: None });
            }
        }
        (first..self.pieces.len()).collect()
    }

    fn child(
        &self,
        simplex: Vec<usize>,
        inherited: Option<Vec<Weights>>,
        parent_approx: f64,
    ) -> Child {
        let outside = self.is_outside(&simplex);
        Child { outside, simplex, inherited, parent_approx, known: None }
    }

    /// Whether a simplex has no decision.
    pub(super) fn is_outside(&self, simplex: &[usize]) -> bool {
        let nothing = vec![Rational::ZERO; simplex.len()];
        !self.book.all_inside(simplex)
            && self.space.greatest_on(&self.book.corners(simplex), &nothing).is_none()
    }

    fn range_approx(&self, simplex: &[usize]) -> f64 {
        to_approx(&leader_range_on(self.book.game, &self.book.corners(simplex)).1)
    }

    fn try_vertices(&mut self, child: &Child, control: &Control) {
        child.simplex.iter().for_each(|&vertex| self.try_decision(vertex, control));
    }

    /// The decisions at the vertices, found side by side.
    fn look_at_vertices(&mut self, children: &[&Child], control: &Control) {
        self.book.note();
        children.iter().for_each(|child| self.try_vertices(child, control));
        self.book.fetch(control);
        children.iter().for_each(|child| self.try_vertices(child, control));
    }

    /// Whether what bounds a piece before anything is looked for is enough.
    fn closed_before(&self, child: &Child) -> bool {
        child.known.as_ref().is_some_and(|known| known.own_approx <= self.threshold_approx())
    }

    /// The programme of the best mixture on a piece, where one is wanted.
    fn mixing_task(&mut self, child: &Child, control: &Control) -> Option<Mixing> {
        if self.closed_before(child) {
            return None;
        }
        let policies = self.policies_to_mix(&child.simplex, child.inherited.as_deref(), control)?;
        mixing(&mut self.book, &child.simplex, policies, self.epsilon)
    }

    /// Finds side by side what will be asked of single decisions.
    fn foresee(&mut self, children: &[&Child], control: &Control) {
        loop {
            self.book.note();
            for child in children {
                if self.closed_before(child) {
                    continue;
                }
                self.policies_to_mix(&child.simplex, child.inherited.as_deref(), control);
                // Elsewhere only what is known by then is judged.
                if self.doubtful() {
                    self.by_responses(child, None, control);
                }
            }
            if !self.book.fetch(control) {
                return;
            }
        }
    }

    /// The bound of a piece by responses and multipliers; `mixed` is the best mixture, where one
    /// was looked for.
    fn bounded(
        &mut self,
        child: &Child,
        mixed: Option<Vec<Weights>>,
        control: &Control,
    ) -> Bounded {
        let mut bounded = match &child.known {
            Some(known) if self.closed_before(child) => return known.clone(),
            _ => self.by_responses(child, mixed, control),
        };
        if let Some(known) = &child.known
            && known.own_approx < bounded.own_approx
        {
            bounded = known.clone();
        }
        if self.book.linear && bounded.own_approx > self.threshold_approx() {
            self.relax(&child.simplex, &mut bounded, control);
        }
        bounded
    }

    /// The bound of a piece by responses; where answers are only noted, as far as they are known.
    fn by_responses(
        &mut self,
        child: &Child,
        mixed: Option<Vec<Weights>>,
        control: &Control,
    ) -> Bounded {
        let mut bounded = Bounded { own_approx: f64::INFINITY, leaf: Leaf::Range };
        if self.selection == Selection::Optimistic {
            return bounded;
        }
        let simplex = &child.simplex;
        let noted = self.book.noted();
        let doubtful = self.doubtful();
        let affine = if doubtful { self.affine_rule(simplex, control) } else { None };
        for rule in child.inherited.iter().cloned().chain(mixed).chain(affine) {
            self.keep_rule(simplex, rule, &mut bounded);
        }
        // Mixing is no good where equilibria far from each other are worst at the vertices.
        let poor = simplex.len() == 2 || bounded.own_approx > self.threshold_approx();
        if doubtful && poor && self.book.noted() == noted {
            for rule in self.constant_rules(simplex, control) {
                self.keep_rule(simplex, rule, &mut bounded);
            }
        }
        bounded
    }

    /// Whether mixtures of what is worst at the vertices may be no good.
    fn doubtful(&self) -> bool {
        !self.book.linear || self.epsilon.is_zero()
    }

    /// Whether a joined game may do better, and it is time for one: the more of them were in vain,
    /// the seldomer.
    fn wants_joining(&mut self, child: &Child, bounded: &Bounded, control: &Control) -> bool {
        let rare = self.selection == Selection::Optimistic || self.doubtful();
        let poor = !matches!(bounded.leaf, Leaf::Response(_))
            || (rare && bounded.own_approx >= child.parent_approx);
        let open = bounded.own_approx.min(child.parent_approx) > self.threshold_approx();
        if !poor || !open || control.stopped() {
            return false;
        }
        let now = self.pause == 0;
        self.pause = self.pause.saturating_sub(1);
        now
    }

    /// Sharper bounds by joined games, where they are wanted.
    fn join(&mut self, children: &[&Child], bounded: &mut [Bounded], control: &Control) {
        let wanted: Vec<usize> = (0..children.len())
            .filter(|&index| self.wants_joining(children[index], &bounded[index], control))
            .collect();
        if wanted.is_empty() {
            return;
        }
        // A third of the work at most; more where nothing else bounds the best equilibrium.
        let share = (self.work + control.spent()).saturating_sub(self.joining * 3);
        let most = match self.selection {
            Selection::Pessimistic => share.max(LEAST_JOINING),
            Selection::Optimistic => share.max(10 * LEAST_JOINING),
        };
        let within: Vec<Control> = wanted.iter().map(|_| control.within_work(most)).collect();
        let corners: Vec<Vec<Point>> =
            wanted.iter().map(|&index| self.book.corners(&children[index].simplex)).collect();
        let (game, epsilon, gap, enough_approx) =
            (self.book.game, self.epsilon, self.gap, self.threshold_approx());
        let found: Vec<Option<JoinedBound>> = corners
            .par_iter()
            .zip(&within)
            .map(|(points, within)| joined_bound(game, points, epsilon, gap, enough_approx, within))
            .collect();
        self.joining += within.iter().map(Control::spent).sum::<u64>();
        for (index, found) in wanted.into_iter().zip(found) {
            let Some(found) = found else { continue };
            self.book.lp_solves += found.lp_solves;
            let bound_approx = to_approx(&found.bound);
            self.fruitless =
                if bound_approx <= self.threshold_approx() { 0 } else { self.fruitless + 1 };
            self.pause = (1 << self.fruitless.min(12)) / 4;
            if bound_approx < bounded[index].own_approx {
                bounded[index] = Bounded {
                    own_approx: bound_approx,
                    leaf: Leaf::Joined(found.steps, found.bound),
                };
            }
            if let Some(point) = found.decision.filter(|point| self.space.admits(point)) {
                let position = self.book.position(&point);
                self.try_decision(position, control);
            }
        }
    }

    /// The edge to be cut. Lengths measure each parameter by how much it matters. Where the
    /// followers' data see the leader alone, what is optimal at one end loses something at the
    /// other; edges on which it loses most come first, because they keep responses from holding on
    /// the whole piece.
    fn edge(&mut self, piece: usize) -> (usize, usize) {
        let simplex = self.pieces[piece].simplex.clone();
        let mut best = (0.0, (0, simplex.len().saturating_sub(1)));
        for i in 0..simplex.len() {
            for j in i + 1..simplex.len() {
                let (a, b) =
                    (self.book.point_approx(simplex[i]), self.book.point_approx(simplex[j]));
                let length: f64 = a
                    .iter()
                    .zip(b)
                    .zip(&self.weights_approx)
                    .map(|((x, y), w)| ((x - y) * w).powi(2))
                    .sum();
                let score = LENGTH_SHARE * length + self.bend_approx(simplex[i], simplex[j]);
                if score > best.0 * (1.0 + 1e-9) {
                    best = (score, (i, j));
                }
            }
        }
        best.1
    }

    /// What the optimal policies of two decisions lose at the other one, together; 0 where that is
    /// not known.
    fn bend_approx(&mut self, a: usize, b: usize) -> f64 {
        let (Some(at_a), Some(at_b)) = (self.book.known_response(a), self.book.known_response(b))
        else {
            return 0.0;
        };
        let loss = |book: &mut Book<'_>, position, policy| {
            book.single_approx(position, policy).map_or(0.0, |(loss, _)| loss)
        };
        loss(&mut self.book, a, at_b) + loss(&mut self.book, b, at_a)
    }

    /// Finds side by side what will be asked of single decisions.
    fn foresee_points(&mut self, batch: &[Open], control: &Control) {
        self.book.note();
        for open in batch {
            if let [only] = *self.pieces[open.piece].simplex.as_slice() {
                self.try_decision(only, control);
            }
        }
        self.book.fetch(control);
    }

    /// Closes a piece that is one decision by an equilibrium there; whether time was left for it.
    fn close_decision(&mut self, piece: usize, position: usize, control: &Control) -> bool {
        self.try_decision(position, control);
        let Some((own_approx, bounded)) = self.at_decision(position, control) else {
            return !control.stopped();
        };
        let own = &mut self.pieces[piece];
        if own_approx < own.own_approx {
            own.own_approx = own_approx;
            own.leaf = match bounded {
                AtDecision::Response(mix) => Leaf::Response(vec![mix]),
                AtDecision::Joined(steps, bound) => Leaf::Joined(steps, bound),
            };
        }
        true
    }

    /// The bound of one decision; `None` when time is up.
    fn at_decision(&mut self, position: usize, control: &Control) -> Option<(f64, AtDecision)> {
        let answer = self.book.answer(position, 0, control)?;
        if let Some(mix) = answer.mix.filter(|_| self.selection == Selection::Pessimistic) {
            return Some((answer.upper_approx, AtDecision::Response(mix)));
        }
        let point = self.book.point(position).clone();
        let enough_approx = self.threshold_approx();
        let points = std::slice::from_ref(&point);
        let joined =
            joined_bound(self.book.game, points, self.epsilon, self.gap, enough_approx, control)?;
        let bound_approx = to_approx(&joined.bound);
        Some((bound_approx, AtDecision::Joined(joined.steps, joined.bound)))
    }

    /// Closes a piece with few decisions by an equilibrium at each.
    fn close_by_decisions(&mut self, piece: usize, control: &Control) -> bool {
        let points = self.book.corners(&self.pieces[piece].simplex);
        let Some(decisions) = self.space.decisions_in(&points, FEW) else { return false };
        let positions: Vec<usize> =
            decisions.iter().map(|decision| self.book.position(decision)).collect();
        for positions in positions.chunks(DECISIONS_AT_ONCE) {
            self.book.note();
            positions.iter().for_each(|&position| self.try_decision(position, control));
            self.book.fetch(control);
            positions.iter().for_each(|&position| self.try_decision(position, control));
        }
        let mut own_approx = f64::NEG_INFINITY;
        let mut found = Vec::with_capacity(decisions.len());
        for position in positions {
            self.try_decision(position, control);
            let Some((bound_approx, bounded)) = self.at_decision(position, control) else {
                return false;
            };
            own_approx = own_approx.max(bound_approx);
            found.push((position, bounded));
        }
        let own = &mut self.pieces[piece];
        own.own_approx = own_approx;
        own.leaf = Leaf::Decisions(found);
        true
    }
}

/// How many of so many pieces are divided side by side. Answers that all wait for are found in
/// parallel; a search that is short divides one after another, so that it does not work on pieces
/// that the next decision closes. The number of threads must not matter.
pub(super) fn at_once(pieces: usize) -> usize {
    (pieces / PIECES_OF_A_BATCH).clamp(1, MOST_AT_ONCE)
}

/// How much each parameter matters: its range times the size of its coefficients.
fn importance(book: &Book<'_>, space: &Space<'_>) -> Vec<f64> {
    let game = book.game;
    let polytope = space.polytope();
    let mut sums = vec![0.0f64; polytope.dimension()];
    for stage in &game.stages {
        for columns in [&stage.reward, &stage.leader_reward]
            .into_iter()
            .chain(stage.transition.as_ref().map(|t| &t.probability))
        {
            for (monomial, column) in columns.columns() {
                let size =
                    column.entries().map(|(_, value)| to_approx(&value).abs()).fold(0.0, f64::max);
                for (variable, _) in monomial.factors() {
                    if let crate::game::Variable::Parameter(j) = variable {
                        sums[*j as usize] += size;
                    }
                }
            }
        }
    }
    let largest = sums.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    sums.iter().map(|sum| sum / largest + 1e-3).collect()
}
