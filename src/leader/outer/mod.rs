//! A leader with a polytope of decisions: simplices that cover it, each with an upper bound of her value, and the decision with the best lower bound.
//!
//! A simplex gets its bound from a *response*: what followers may do on all of it, mixing between its vertices as the decision moves (statement (V) of
//! docs/certificate.md); where no response holds, or the best equilibrium is wanted, from the game joined with the leader. The worst simplex is cut
//! in two, until its bound meets the lower bound.

mod approx;
mod book;
mod joined;
mod mixing;
mod pieces;
mod proof;

use super::outcome::Statistics;
use super::settings::{Progress, Settings};
use crate::certificate::Step;
use crate::exact::Rational;
use crate::game::{Game, Point, Space};
use book::Book;
use pieces::Cover;
use proof::{cover_proof, range_cover};

/// What the outer search found, not yet checked.
pub(super) struct Covered {
    /// The decision with the best lower bound, if any was reached.
    pub(super) best: Option<Point>,
    /// Steps of the cover.
    pub(super) steps: Vec<Step>,
    /// The bound that they show.
    pub(super) upper: Rational,
    pub(super) statistics: Statistics,
}

/// Searches until the gap is closed or a control stops.
pub(super) fn search(game: &Game, space: &Space<'_>, linear: bool, settings: &Settings<'_>) -> Covered {
    let book = Book::new(game, settings.selection, &settings.epsilon, &settings.gap, linear);
    let mut cover = Cover::new(book, space, settings.selection, &settings.epsilon, &settings.gap);
    let report = |lower_approx: f64, upper_approx: f64, open: usize| {
        if let Some(observer) = settings.observer {
            observer(Progress { stage: "covering", lower_approx, upper_approx, open, decisions: open });
        }
    };
    cover.run(&settings.race_control, &report);
    let proof = cover_proof(&cover, space, &settings.epsilon);
    let statistics = Statistics {
        nodes: cover.pieces.len(),
        lp_solves: cover.book.lp_solves,
        inductions: cover.book.inductions,
        decisions_solved: cover.book.decisions(),
        ..Statistics::default()
    };
    Covered { best: cover.best.map(|(_, point)| point), steps: proof.steps, upper: proof.upper, statistics }
}

/// What needs no search: the range of the leader's reward.
pub(super) fn fallback(game: &Game, space: &Space<'_>) -> (Vec<Step>, Rational) {
    let proof = range_cover(game, space);
    (proof.steps, proof.upper)
}
