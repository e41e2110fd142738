//! A leader with a polytope of decisions: simplices that cover it, each with an upper bound of her
//! value, and the decision with the best lower bound.
//!
//! A simplex gets its bound from a *response*: what followers may do on all of it, mixing between
//! its vertices as the decision moves (statement (V) of docs/certificate.md); where no response
//! holds, or the best equilibrium is wanted, from the game joined with the leader. The worst
//! simplex is cut in two, until its bound meets the lower bound.

mod approx;
mod ascent;
mod book;
mod corner;
mod engines;
mod joined;
mod mixing;
mod multiplier;
mod pieces;
mod proof;
mod rules;
mod short;
mod slices;
mod state;
mod supremum;

use super::checkpoint::{Left, Slot};
use super::outcome::Statistics;
use super::settings::{Covering, Progress, Settings};
use crate::certificate::{Selection, Step};
use crate::equilibrium::Control;
use crate::exact::{Rational, to_approx};
use crate::game::{Game, Grid, Point, Space};
use book::Book;
use multiplier::Tree;
use pieces::Cover;
use proof::{cover_proof, range_cover};
use slices::Slices;
pub(super) use slices::is_wide;
use supremum::Supremum;

/// Fewest free parameters for which a tree of best responses is tried first.
const LEAST_FOR_TREES: usize = 4;

/// Most free parameters with which simplices, of which there are first as many as permutations,
/// take turns with a tree.
const MOST_FOR_TURNS: usize = 5;
/// Pieces and regions of the first turn.
const FIRST_TURN: usize = 128;

/// What the outer search found.
pub(super) struct Covered<'a> {
    cover: Cover<'a>,
    tree: Option<Tree>,
    supremum: Option<Supremum>,
    /// Whether there are too many free parameters for simplices.
    wide: bool,
    space: &'a Space<'a>,
    epsilon: &'a Rational,
    /// The decision to be reported.
    reported: Option<Point>,
}

impl Covered<'_> {
    /// The decision to be reported, if any was reached.
    pub(super) fn best(&self) -> Option<Point> {
        self.reported.clone()
    }

    /// Chooses the decision to be reported: the best one, one of shorter numbers that guarantees as
    /// much within the gap, or the best one found among the multiples of a number that is asked for.
    pub(super) fn choose(&mut self, settings: &Settings<'_>) {
        let before = (self.cover.best.clone(), self.cover.book.enough_approx);
        let reached = self.supremum.as_ref().is_some_and(|supremum| supremum.limit.is_none());
        let control = settings
            .control
            .remaining()
            .map_or_else(|| settings.control.clone(), |left| settings.control.within(left / 4));
        let upper_approx = self.upper_approx();
        match &settings.decision_grid {
            Some(unit) => self.cover.round_to_multiples(unit, &control),
            None if reached => {}
            None => self.cover.shorten(upper_approx, &control),
        }
        self.reported = self.cover.best.take().map(|(_, point)| point);
        (self.cover.best, self.cover.book.enough_approx) = before;
    }

    /// The upper bound in binary64.
    fn upper_approx(&self) -> f64 {
        let tree = self.tree.as_ref().map_or(f64::INFINITY, Tree::upper_approx);
        let supremum = self.supremum.as_ref().map(|supremum| to_approx(&supremum.value));
        self.cover.upper_approx().min(tree).min(supremum.unwrap_or(f64::INFINITY))
    }

    /// The steps of the cover and the bound that they show. `exact` judges every leaf as the
    /// checker does; otherwise those far from any limit are taken as binary64 has them, and the
    /// bound is a little above.
    pub(super) fn proof(&self, exact: bool) -> (Vec<Step>, Rational) {
        let tree = self.tree.as_ref().map(Tree::proof);
        if self.cover.roots.is_empty()
            && let Some(tree) = tree
        {
            return tree;
        }
        if self.wide {
            return fallback(self.cover.book.game, self.space);
        }
        let supremum = self.supremum.as_ref().map(|supremum| &supremum.value);
        let proof = cover_proof(&self.cover, self.space, self.epsilon, supremum, exact);
        match tree {
            Some((steps, upper)) if upper < proof.upper => (steps, upper),
            _ => {
                let limit = self.supremum.iter().filter_map(|supremum| supremum.limit.clone());
                (limit.chain(proof.steps).collect(), proof.upper)
            }
        }
    }

    /// Whether nothing is left to be searched for.
    pub(super) fn closed(&self) -> bool {
        let threshold = self.cover.threshold_approx();
        self.cover.closed() || self.tree.as_ref().is_some_and(|t| t.upper_approx() <= threshold)
    }

    /// Whether a longer search would find nothing better, although the gap is not closed.
    pub(super) fn exhausted(&self) -> bool {
        self.wide && self.tree.is_none() && self.cover.ascended
    }

    /// Keeps the state for a later call, or for a later pass of this one.
    pub(super) fn keep(&mut self) {
        self.cover.keep_stopped(self.tree.as_ref());
    }

    /// Searches on, by whatever bounded the decisions last.
    pub(super) fn go_on(&mut self, control: &Control, settings: &Settings<'_>) {
        let report = reporter(settings);
        let control = &control.counted();
        match &mut self.tree {
            Some(tree) if self.cover.roots.is_empty() => {
                tree.run(&mut self.cover, self.space, control, usize::MAX, &report);
            }
            _ if self.wide => self.cover.ascend(control),
            _ => self.cover.run(control, usize::MAX, &report),
        }
        self.cover.work += control.spent();
    }

    /// What was done.
    pub(super) fn statistics(&self) -> Statistics {
        Statistics {
            nodes: self.cover.pieces.len() + self.tree.as_ref().map_or(0, Tree::regions),
            lp_solves: self.cover.lp_solves() + self.tree.as_ref().map_or(0, Tree::lp_solves),
            inductions: self.cover.book.inductions,
            decisions_solved: self.cover.book.decisions(),
            ..Statistics::default()
        }
    }
}

/// Tells the observer of a search about bounds and open pieces.
fn reporter<'s>(settings: &'s Settings<'_>) -> impl Fn(f64, f64, usize) + 's {
    move |lower_approx, upper_approx, open| {
        if let Some(observer) = settings.observer {
            let stage = "covering";
            observer(Progress { stage, lower_approx, upper_approx, open, decisions: open });
        }
    }
}

/// Most of the time, where proofs are cheap beside the search: a tree is judged while it grows, and
/// what costs time in games with a population are the equilibria.
fn nearly_all(settings: &Settings<'_>) -> Control {
    settings.control.remaining().map_or_else(
        || settings.race_control.clone(),
        |left| settings.control.within(left * 17 / 20),
    )
}

/// At eps = 0 simplices may do better than a tree.
fn time_for_tree(settings: &Settings<'_>) -> Control {
    match settings.control.remaining() {
        Some(left) if settings.epsilon.is_zero() => settings.control.within(left / 3),
        _ => nearly_all(settings),
    }
}

/// Searches until the gap is closed or a control stops, from what is left of an earlier search;
/// `slot` is where the state is kept.
pub(super) fn search<'a>(
    game: &'a Game,
    space: &'a Space<'a>,
    linear: bool,
    settings: &'a Settings<'_>,
    (slot, left): (Option<&Slot<'a>>, Option<&Left>),
) -> Covered<'a> {
    let new = || {
        let book = Book::new(game, settings.selection, &settings.epsilon, &settings.gap, linear);
        Cover::new(book, space, settings)
    };
    let report = reporter(settings);
    let wanted = match settings.covering {
        Covering::Auto => {
            space.dimension() >= LEAST_FOR_TREES
                && space.grids().iter().all(|grid| *grid == Grid::Continuous)
        }
        Covering::Simplices => false,
        Covering::BestResponses => true,
    };
    let suits = wanted && linear && settings.selection == Selection::Pessimistic;
    let new_tree = || {
        let tree = || Tree::new(game, space, &settings.epsilon, settings.threads);
        if suits && !has_slices(space) { tree() } else { None }
    };
    let (mut cover, mut tree) = (new(), new_tree());
    if let Some(Left::Open { state, .. }) = left
        && cover.resume(tree.as_mut(), state).is_none()
    {
        (cover, tree) = (new(), new_tree());
    }
    cover.slot = slot.cloned();
    let control = if linear { settings.race_control.clone() } else { nearly_all(settings) };
    let control = &control.counted();
    let mut supremum = None;
    let mut closed = false;
    let wide = is_wide(space);
    if wide && tree.is_none() {
        cover.look_around(control);
    }
    if tree.is_none() && settings.epsilon.is_zero() && !wide {
        supremum = cover.settle_in_turns(control, &report);
        closed = supremum.is_some() || cover.closed();
    }
    if let Some(tree) = &mut tree {
        cover.look_around(control);
        if settings.epsilon.is_zero() && space.dimension() <= MOST_FOR_TURNS {
            closed = in_turns(tree, &mut cover, space, control, &report);
        } else {
            tree.run(&mut cover, space, &time_for_tree(settings), usize::MAX, &report);
            closed = tree.upper_approx() <= cover.threshold_approx();
        }
    }
    if !closed && !wide && (tree.is_none() || !control.stopped()) {
        cover.run(control, usize::MAX, &report);
    }
    if supremum.is_none() && tree.is_some() && cover.closed() {
        supremum = cover.settle(FIRST_TURN, control);
    }
    cover.work += control.spent();
    let epsilon = &settings.epsilon;
    Covered { cover, tree, supremum, wide, space, epsilon, reported: None }
}

/// Simplices and the tree in turns that grow, at eps = 0: the multipliers of the tree have no end
/// there, and either may be far better. Whether one of them closed the gap.
fn in_turns(
    tree: &mut Tree,
    cover: &mut Cover<'_>,
    space: &Space<'_>,
    control: &Control,
    report: &dyn Fn(f64, f64, usize),
) -> bool {
    let mut turn = FIRST_TURN;
    loop {
        let before = (cover.pieces.len(), tree.regions());
        cover.run(control, cover.pieces.len() + turn, report);
        if cover.closed() {
            return true;
        }
        tree.run(cover, space, control, tree.regions() + turn, report);
        if tree.upper_approx() <= cover.threshold_approx() {
            return true;
        }
        if control.stopped() || before == (cover.pieces.len(), tree.regions()) {
            return false;
        }
        turn *= 2;
    }
}

/// Whether her decisions are looked at one value of their grids after another.
pub(super) fn has_slices(space: &Space<'_>) -> bool {
    Slices::of(space).is_some()
}

/// Some decision of a leader with such grids.
pub(super) fn decision_of_a_slice(space: &Space<'_>) -> Option<Point> {
    Slices::of(space).and_then(|slices| slices.some_decision(space))
}

/// What needs no search: the range of the leader's reward.
pub(super) fn fallback(game: &Game, space: &Space<'_>) -> (Vec<Step>, Rational) {
    let proof = range_cover(game, space);
    (proof.steps, proof.upper)
}
