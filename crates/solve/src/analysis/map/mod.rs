//! The eps-equilibria of one decision, projected on two statistics: which cells of a window hold
//! the statistics of an eps-equilibrium, and which hold none.
//!
//! Nothing is proved about cells directly. A certificate about the expression
//! `a (X - p)^2 + b (Y - q)^2` in place of the leader's reward says that no eps-equilibrium has its
//! statistics closer to `(p, q)` than its lower bound, and that some eps-equilibrium is as close as
//! its upper bound: an [ellipse](Ellipse) that is empty, and one that is not. A cell within an
//! empty ellipse is outside, a cell around one that is not empty is inside. The window is divided
//! into four again and again, except where cells are outside.

mod cell;
mod point;
mod search;
mod window;

pub use cell::{Cell, Ellipse};
pub use search::{MapObserver, MapState, map};

use crate::certificate::{Claim, write_bundle};
use crate::exact::Rational;
use crate::game::ObjectiveError;
use crate::leader::{SolveError, Statistics, Termination};
use std::io;

/// Most cells per side.
pub const MOST_CELLS: u32 = 256;

/// What is proved of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellStatus {
    /// An eps-equilibrium has its statistics in it.
    Inside,
    /// No eps-equilibrium has its statistics in it.
    Outside,
    /// Neither is proved.
    Undecided,
}

/// A cell, what is proved of it, and by which certificates of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedCell {
    /// The cell, its boundary included.
    pub cell: Cell,
    /// What is proved of it.
    pub status: CellStatus,
    /// Positions in [`Map::claims`]: one that shows an inside cell; one or several, each of which
    /// covers a part, that show an outside cell.
    pub evidence: Vec<usize>,
}

/// One certificate of a map.
#[derive(Debug, Clone)]
pub struct MapClaim {
    /// What was accepted.
    pub claim: Claim,
    /// The ellipses that it is about; `None` for an end of the range of a statistic.
    pub ellipse: Option<Ellipse>,
    /// The certificate.
    pub certificate: Vec<u8>,
}

/// What is known of the eps-equilibria of one decision through two statistics.
#[derive(Debug, Clone)]
pub struct Map {
    /// The two expressions.
    pub of: [String; 2],
    /// The square that is divided.
    pub window: Cell,
    /// Cells per side at the finest division.
    pub per_side: u32,
    /// Cells that cover the window, from the largest to the smallest, row by row.
    pub cells: Vec<MappedCell>,
    /// What is proved: least and greatest value of the first statistic, then of the second, then
    /// ellipses.
    pub claims: Vec<MapClaim>,
    /// Why the search ended.
    pub termination: Termination,
    /// Counts and times of all searches together.
    pub statistics: Statistics,
}

impl Map {
    /// Number of cells with this status.
    #[must_use]
    pub fn count(&self, status: CellStatus) -> usize {
        self.cells.iter().filter(|cell| cell.status == status).count()
    }

    /// Whether every cell is decided and those that are inside are of the finest division.
    #[must_use]
    pub fn complete(&self) -> bool {
        let finest = self.window.part(self.per_side);
        self.cells.iter().all(|cell| match cell.status {
            CellStatus::Outside => true,
            CellStatus::Inside => cell.cell.size() == finest,
            CellStatus::Undecided => false,
        })
    }

    /// The bundle of all certificates, in the order of [`Map::claims`].
    ///
    /// # Errors
    /// Without memory for it.
    pub fn bundle(&self) -> io::Result<Vec<u8>> {
        let parts: Vec<&[u8]> =
            self.claims.iter().map(|claim| claim.certificate.as_slice()).collect();
        write_bundle(Vec::new(), &parts)
    }
}

/// What a map is asked to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapQuestion {
    /// The two expressions, written as a `[[leader.payoff]]` without `stage`.
    pub of: [String; 2],
    /// Cells per side at the finest division, a power of two.
    pub per_side: u32,
    /// Ends of the two axes; by default a little more than the ranges of the statistics.
    pub window: Option<[(Rational, Rational); 2]>,
}

/// Why there is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// A search is not possible.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// A statistic means nothing in this game.
    #[error("the statistic \"{expression}\": {source}")]
    Statistic {
        /// The expression.
        expression: String,
        /// What does not fit.
        source: ObjectiveError,
    },
    /// The division is none.
    #[error("{0} cells per side, expected a power of two between 1 and {MOST_CELLS}")]
    Cells(u32),
    /// An axis that does not go from left to right.
    #[error("a window from {0} to {1}, expected a greater second end")]
    Window(Rational, Rational),
}
