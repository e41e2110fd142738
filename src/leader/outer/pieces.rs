//! Pieces of the decision set with upper bounds, the best first.

use super::book::{Book, LAST_LEVEL, Weights};
use super::joined::joined_bound;
use super::mixing::best_rule;
use crate::certificate::{Selection, Step};
use crate::check::cover::{cut, leader_range_on};
use crate::equilibrium::Control;
use crate::exact::{Rational, ratio, to_approx};
use crate::game::{Grid, Point, Space};
use crate::lp::LpEngine;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// Grid points that a piece may have to be closed by looking at each.
pub(super) const FEW: usize = 32;
/// A search in a joined game may take this long whatever it took before.
const LEAST_JOINING: Duration = Duration::from_millis(30);
/// Most decisions that an ascent looks at, where inner problems cost next to nothing, and elsewhere.
const LINEAR_ASCENT: usize = 1000;
const ASCENT: usize = 24;
/// How much the length of an edge counts beside what policies lose along it.
const LENGTH_SHARE: f64 = 0.02;
/// Rounds of an ascent.
const HALVINGS: usize = 40;
/// Roundings that a judgement in binary64 may be off.
const TOLERANCE_APPROX: f64 = 1e-11;

/// How a piece is closed.
#[derive(Debug, Clone)]
pub(super) enum Leaf {
    Range,
    Outside,
    Response(Vec<Weights>),
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
    /// Edge cut, and the pieces with its middle in place of the second and of the first end.
    pub(super) children: Option<(usize, usize, [usize; 2])>,
}

/// An open piece in the queue.
struct Open {
    bound_approx: f64,
    piece: usize,
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
    space: &'a Space<'a>,
    selection: Selection,
    epsilon: &'a Rational,
    gap: &'a Rational,
    /// How much each parameter matters.
    weights_approx: Vec<f64>,
    pub(super) pieces: Vec<Piece>,
    pub(super) roots: Vec<usize>,
    queue: BinaryHeap<Open>,
    /// The best decision found and a lower bound of its value.
    pub(super) best: Option<(f64, Point)>,
    restricted: bool,
    /// When the search began, and how much of the time since went into joined games.
    start: Instant,
    joining: Duration,
    engine: LpEngine,
    /// Joined games that closed no piece, in a row, and pieces to pass by before the next one.
    fruitless: u32,
    pause: u32,
}

impl<'a> Cover<'a> {
    pub(super) fn new(book: Book<'a>, space: &'a Space<'a>, selection: Selection, epsilon: &'a Rational, gap: &'a Rational) -> Self {
        let restricted = space.free().iter().all(|&j| space.grids()[j] != Grid::Continuous);
        let weights_approx = importance(&book, space);
        Cover {
            book,
            space,
            selection,
            epsilon,
            gap,
            weights_approx,
            pieces: Vec::new(),
            roots: Vec::new(),
            queue: BinaryHeap::new(),
            best: None,
            restricted,
            start: Instant::now(),
            joining: Duration::ZERO,
            engine: LpEngine::new(),
            fruitless: 0,
            pause: 0,
        }
    }

    /// Works until the gap is closed or `control` stops; `report` hears of bounds and open pieces.
    pub(super) fn run(&mut self, control: &Control, report: &dyn Fn(f64, f64, usize)) {
        for simplex in self.space.simplices() {
            let simplex: Vec<usize> = simplex.iter().map(|point| self.book.position(point)).collect();
            let root = self.add(simplex, None, f64::INFINITY, control);
            self.roots.push(root);
        }
        self.ascend(control);
        let mut next_ascent = 2 * self.pieces.len();
        while let Some(Open { bound_approx, piece }) = self.queue.pop() {
            if self.pieces.len() >= next_ascent {
                next_ascent *= 2;
                self.ascend(control);
            }
            if control.stopped() || bound_approx <= self.threshold_approx() {
                return;
            }
            report(self.lower_approx(), bound_approx, self.queue.len() + 1);
            if self.restricted && self.close_by_decisions(piece, control) {
                continue;
            }
            let (i, j) = self.edge(piece);
            let parent = self.pieces[piece].simplex.clone();
            let Some((with_i, _)) = cut(&self.book.corners(&parent), i, j) else { continue };
            let middle = self.book.position(&with_i[j]);
            let inherited = self.inherited(piece, i, j);
            let mut children = [0; 2];
            for (slot, other) in [j, i].into_iter().enumerate() {
                let mut simplex = parent.clone();
                simplex[other] = middle;
                let rule = inherited.clone().map(|(mut rule, average)| {
                    rule[other] = average;
                    rule
                });
                children[slot] = self.add(simplex, rule, bound_approx, control);
            }
            self.pieces[piece].children = Some((i, j, children));
        }
    }

    /// A first decision, and better ones near it.
    pub(super) fn look_around(&mut self, control: &Control) {
        let half = ratio(1, 2);
        let polytope = self.space.polytope();
        let middle: Vec<Rational> = self.space.free().iter().map(|&j| (&polytope.lower[j] + &polytope.upper[j]) * &half).collect();
        self.try_free(&middle, control);
        for corner in self.space.corners().into_iter().take(FEW) {
            let position = self.book.position(&corner);
            self.try_decision(position, control);
        }
        self.ascend(control);
    }

    pub(super) fn lower_approx(&self) -> f64 {
        self.best.as_ref().map_or(f64::NEG_INFINITY, |(value, _)| *value)
    }

    /// Pieces below need no more work.
    pub(super) fn threshold_approx(&self) -> f64 {
        let lower = self.lower_approx();
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

    /// A new piece with its bound, in the queue unless it is closed.
    fn add(&mut self, simplex: Vec<usize>, inherited: Option<Vec<Weights>>, parent_approx: f64, control: &Control) -> usize {
        let position = self.pieces.len();
        let nothing = || vec![Rational::ZERO; simplex.len()];
        if !self.book.all_inside(&simplex) && self.space.greatest_on(&self.book.corners(&simplex), &nothing()).is_none() {
            self.pieces.push(Piece { simplex, own_approx: f64::NEG_INFINITY, leaf: Leaf::Outside, children: None });
            return position;
        }
        for &vertex in &simplex {
            self.try_decision(vertex, control);
        }
        let mut own_approx = f64::INFINITY;
        let mut leaf = Leaf::Range;
        if self.selection == Selection::Pessimistic {
            let mixed =
                if self.book.linear && !self.epsilon.is_zero() { self.mixed_rule(&simplex, inherited.as_deref(), control) } else { None };
            let affine = if !self.book.linear || self.epsilon.is_zero() { self.affine_rule(&simplex, control) } else { None };
            for rule in inherited.into_iter().chain(mixed).chain(affine) {
                self.keep_rule(&simplex, rule, &mut own_approx, &mut leaf);
            }
            let doubtful = !self.book.linear || self.epsilon.is_zero();
            // Mixing is no good where equilibria far from each other are worst at the vertices.
            if doubtful && (simplex.len() == 2 || own_approx > self.threshold_approx()) {
                for rule in self.constant_rules(&simplex, control) {
                    self.keep_rule(&simplex, rule, &mut own_approx, &mut leaf);
                }
            }
        }
        if self.book.linear && own_approx > self.threshold_approx() {
            self.relax(&simplex, &mut own_approx, &mut leaf, control);
        }
        let rare = self.selection == Selection::Optimistic || self.epsilon.is_zero() || !self.book.linear;
        let poor = !matches!(leaf, Leaf::Response(_)) || (rare && own_approx >= parent_approx);
        if poor && own_approx.min(parent_approx) > self.threshold_approx() && !control.stopped() && self.join_now() {
            self.join(&self.book.corners(&simplex), &mut own_approx, &mut leaf, control);
        }
        if own_approx == f64::INFINITY {
            own_approx = to_approx(&leader_range_on(self.book.game, &self.book.corners(&simplex)).1);
        }
        let bound_approx = own_approx.min(parent_approx);
        self.pieces.push(Piece { simplex, own_approx, leaf, children: None });
        self.queue.push(Open { bound_approx, piece: position });
        position
    }

    /// Whether it is time for a joined game: the more of them were in vain, the seldomer.
    fn join_now(&mut self) -> bool {
        let now = self.pause == 0;
        self.pause = self.pause.saturating_sub(1);
        now
    }

    /// The best equilibria bounded by a multiplier of the equilibrium row, where that is better.
    fn relax(&mut self, simplex: &[usize], own_approx: &mut f64, leaf: &mut Leaf, control: &Control) {
        let mut rule = Vec::with_capacity(simplex.len());
        for &vertex in simplex {
            // What is optimal for a follower, near enough.
            let Some(policy) = self.book.best_response(vertex, control) else { return };
            rule.push(vec![(policy, Rational::ONE)]);
        }
        let mut tried: Option<(f64, Rational)> = None;
        for exponent in -2..9i32 {
            let multiplier = Rational::try_from(2f64.powi(exponent)).unwrap_or(Rational::ONE);
            let Some(bound_approx) = self.book.relaxed_approx(self.space, simplex, &multiplier, &rule) else { return };
            // Convex in the multiplier.
            if tried.as_ref().is_some_and(|(best, _)| bound_approx > *best) {
                break;
            }
            tried = Some((bound_approx, multiplier));
        }
        if let Some((bound_approx, multiplier)) = tried
            && bound_approx < *own_approx
        {
            *own_approx = bound_approx;
            *leaf = Leaf::Multiplier(multiplier, rule);
        }
    }

    fn join(&mut self, points: &[Point], own_approx: &mut f64, leaf: &mut Leaf, control: &Control) {
        let started = Instant::now();
        // A third of the time at most; more where nothing else bounds the best equilibrium.
        let share = self.start.elapsed().saturating_sub(self.joining * 3);
        let within = match self.selection {
            Selection::Pessimistic => control.within(share.max(LEAST_JOINING)),
            Selection::Optimistic => control.within(share.max(10 * LEAST_JOINING)),
        };
        let found = joined_bound(self.book.game, points, self.epsilon, self.gap, self.threshold_approx(), &within);
        self.joining += started.elapsed();
        let Some(found) = found else { return };
        self.book.lp_solves += found.lp_solves;
        let bound_approx = to_approx(&found.bound);
        self.fruitless = if bound_approx <= self.threshold_approx() { 0 } else { self.fruitless + 1 };
        self.pause = (1 << self.fruitless.min(12)) / 4;
        if bound_approx < *own_approx {
            *own_approx = bound_approx;
            *leaf = Leaf::Joined(found.steps, found.bound);
        }
        if let Some(point) = found.decision.filter(|point| self.space.admits(point)) {
            let position = self.book.position(&point);
            self.try_decision(position, control);
        }
    }

    /// Whether a decision, or one of the grid near it, is better than the best one.
    fn try_decision(&mut self, position: usize, control: &Control) {
        let point = self.book.point(position).clone();
        let point = if self.space.admits(&point) { point } else { self.nearest(&point) };
        if !self.space.admits(&point) {
            return;
        }
        let position = self.book.position(&point);
        if let Some(answer) = self.book.answer(position, 0, control)
            && answer.lower_approx > self.lower_approx()
        {
            self.book.enough_approx = answer.lower_approx;
            self.best = Some((answer.lower_approx, point));
        }
    }

    /// Looks at the decision with these free parameters, or one of the grid near it; the lower bound of its value.
    pub(super) fn try_free(&mut self, free: &[Rational], control: &Control) -> Option<f64> {
        let point = self.space.point(free);
        let point = if self.space.admits(&point) { point } else { self.nearest(&point) };
        let position = self.book.position(&point);
        self.try_decision(position, control);
        self.book.answer(position, 0, control).map(|answer| answer.lower_approx)
    }

    /// Better decisions near the best one: one free parameter changed at a time, by steps that halve when none helps.
    pub(super) fn ascend(&mut self, control: &Control) {
        let mut left = if self.book.linear { LINEAR_ASCENT } else { ASCENT };
        let polytope = self.space.polytope();
        let mut share = ratio(1, 4);
        for _ in 0..HALVINGS {
            let Some((before, start)) = self.best.clone() else { return };
            for &j in self.space.free() {
                for sign in [1, -1] {
                    let Some((_, point)) = self.best.clone() else { return };
                    if left == 0 || control.stopped() {
                        return;
                    }
                    left -= 1;
                    let step = (&polytope.upper[j] - &polytope.lower[j]) * &share * ratio(sign, 1);
                    let mut free: Vec<Rational> = self.space.free().iter().map(|&k| point[k].clone()).collect();
                    let Some(position) = self.space.free().iter().position(|&k| k == j) else { return };
                    free[position] = (&free[position] + step).clamp(polytope.lower[j].clone(), polytope.upper[j].clone());
                    let candidate = self.book.position(&self.space.point(&free));
                    self.try_decision(candidate, control);
                }
            }
            if self.best.as_ref().is_some_and(|(value, point)| *value <= before && *point == start) {
                share *= ratio(1, 2);
            }
        }
    }

    /// Free parameters rounded to their grids.
    fn nearest(&self, point: &Point) -> Point {
        let polytope = self.space.polytope();
        let free: Vec<Rational> = self
            .space
            .free()
            .iter()
            .map(|&j| match &self.space.grids()[j] {
                Grid::Continuous => point[j].clone(),
                Grid::Integer => Rational::from(point[j].round()),
                Grid::Step(step) => &polytope.lower[j] + step * Rational::from(((&point[j] - &polytope.lower[j]) / step).round()),
            })
            .collect();
        self.space.point(&free)
    }

    /// Takes a rule when it holds and is better.
    fn keep_rule(&self, simplex: &[usize], rule: Vec<Weights>, own_approx: &mut f64, leaf: &mut Leaf) {
        let Some((exploitability_approx, leader_approx)) = self.book.most_approx(self.space, simplex, &rule) else { return };
        let epsilon_approx = to_approx(self.epsilon);
        let close = exploitability_approx <= epsilon_approx + TOLERANCE_APPROX;
        if leader_approx >= *own_approx || !close {
            return;
        }
        // Doubtful in binary64: asked exactly.
        let doubtful = exploitability_approx > epsilon_approx - TOLERANCE_APPROX;
        if doubtful && self.book.most_exactly(self.space, simplex, &rule).is_none_or(|(exploitability, _)| exploitability > *self.epsilon) {
            return;
        }
        *own_approx = leader_approx;
        *leaf = Leaf::Response(rule);
    }

    /// The worst equilibria of the vertices at an eps so small that mixing them is an eps-equilibrium everywhere.
    fn affine_rule(&mut self, simplex: &[usize], control: &Control) -> Option<Vec<Weights>> {
        self.margin_rule(simplex, control, &|simplex, k| simplex[k])
    }

    /// The best mixture of what is worst at the vertices for several eps, and of what the larger piece used.
    fn mixed_rule(&mut self, simplex: &[usize], inherited: Option<&[Weights]>, control: &Control) -> Option<Vec<Weights>> {
        let mut policies: Vec<usize> = inherited.into_iter().flatten().flatten().map(|(policy, _)| *policy).collect();
        for &vertex in simplex {
            for level in [0, LAST_LEVEL - 2, LAST_LEVEL] {
                let answer = self.book.answer(vertex, level, control)?;
                policies.extend(answer.mix?.iter().map(|(policy, _)| *policy));
            }
        }
        policies.sort_unstable();
        policies.dedup();
        best_rule(&mut self.book, &mut self.engine, simplex, &policies, self.epsilon)
    }

    /// What is worst at one vertex, everywhere.
    fn constant_rules(&mut self, simplex: &[usize], control: &Control) -> Vec<Vec<Weights>> {
        (0..simplex.len()).filter_map(|only| self.margin_rule(simplex, control, &|simplex, _| simplex[only])).collect()
    }

    fn margin_rule(&mut self, simplex: &[usize], control: &Control, from: &dyn Fn(&[usize], usize) -> usize) -> Option<Vec<Weights>> {
        let epsilon_approx = to_approx(self.epsilon);
        let mut level = 0;
        for _ in 0..4 {
            let mut rule = Vec::with_capacity(simplex.len());
            for k in 0..simplex.len() {
                rule.push(self.book.answer(from(simplex, k), level, control)?.mix?);
            }
            let (exploitability_approx, _) = self.book.most_approx(self.space, simplex, &rule)?;
            let excess = exploitability_approx - epsilon_approx;
            if excess <= if level == 0 { 1e-12 } else { 0.0 } {
                return Some(rule);
            }
            let needed = 1.05 * excess + to_approx(&self.book.margin(level));
            level = self.book.level_for(needed)?.max(level + 1);
            if level > LAST_LEVEL {
                return None;
            }
        }
        None
    }

    /// The edge to be cut. Lengths measure each parameter by how much it matters. Where the followers' data see the leader alone, what is optimal at one end loses
    /// something at the other; edges on which it loses most come first, because they keep responses from holding on the whole piece.
    fn edge(&mut self, piece: usize) -> (usize, usize) {
        let simplex = self.pieces[piece].simplex.clone();
        let mut best = (0.0, (0, simplex.len().saturating_sub(1)));
        for i in 0..simplex.len() {
            for j in i + 1..simplex.len() {
                let (a, b) = (self.book.point_approx(simplex[i]), self.book.point_approx(simplex[j]));
                let length: f64 = a.iter().zip(b).zip(&self.weights_approx).map(|((x, y), w)| ((x - y) * w).powi(2)).sum();
                let score = LENGTH_SHARE * length + self.bend_approx(simplex[i], simplex[j]);
                if score > best.0 * (1.0 + 1e-9) {
                    best = (score, (i, j));
                }
            }
        }
        best.1
    }

    /// What the optimal policies of two decisions lose at the other one, together; 0 where that is not known.
    fn bend_approx(&mut self, a: usize, b: usize) -> f64 {
        let (Some(at_a), Some(at_b)) = (self.book.known_response(a), self.book.known_response(b)) else { return 0.0 };
        let loss = |book: &mut Book<'_>, position, policy| book.single_approx(position, policy).map_or(0.0, |(loss, _)| loss);
        loss(&mut self.book, a, at_b) + loss(&mut self.book, b, at_a)
    }

    /// Closes a piece with few decisions by an equilibrium at each.
    fn close_by_decisions(&mut self, piece: usize, control: &Control) -> bool {
        let points = self.book.corners(&self.pieces[piece].simplex);
        let Some(decisions) = self.space.decisions_in(&points, FEW) else { return false };
        let mut own_approx = f64::NEG_INFINITY;
        let mut found = Vec::with_capacity(decisions.len());
        for decision in &decisions {
            let position = self.book.position(decision);
            self.try_decision(position, control);
            let Some(answer) = self.book.answer(position, 0, control) else { return false };
            let bounded = match answer.mix.filter(|_| self.selection == Selection::Pessimistic) {
                Some(mix) => {
                    own_approx = own_approx.max(answer.upper_approx);
                    AtDecision::Response(mix)
                }
                None => {
                    let point = std::slice::from_ref(decision);
                    let Some(joined) = joined_bound(self.book.game, point, self.epsilon, self.gap, self.threshold_approx(), control) else {
                        return false;
                    };
                    own_approx = own_approx.max(to_approx(&joined.bound));
                    AtDecision::Joined(joined.steps, joined.bound)
                }
            };
            found.push((position, bounded));
        }
        let own = &mut self.pieces[piece];
        own.own_approx = own_approx;
        own.leaf = Leaf::Decisions(found);
        true
    }
}

/// How much each parameter matters: its range times the size of its coefficients.
fn importance(book: &Book<'_>, space: &Space<'_>) -> Vec<f64> {
    let game = book.game;
    let polytope = space.polytope();
    let mut sums = vec![0.0f64; polytope.dimension()];
    for stage in &game.stages {
        for columns in [&stage.reward, &stage.leader_reward].into_iter().chain(stage.transition.as_ref().map(|t| &t.probability)) {
            for (monomial, column) in columns.columns() {
                let size = column.entries().map(|(_, value)| to_approx(&value).abs()).fold(0.0, f64::max);
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
