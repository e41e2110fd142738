//! The inner problem by dynamic programming (docs/theory.md, statements (D) and (6)).
//!
//! For one decision, with `c` the leader's reward times sigma and `r` the followers' reward,
//!
//! ```text
//! min { c'd : d a flow, r'd >= V* - eps } = max over lambda >= 0 of  min over flows (c - lambda r)'d + lambda (V* - eps).
//! ```
//!
//! The right side is a concave piecewise linear function of one variable; each evaluation is one
//! backward induction. [`Search`] climbs it in binary64, a step at a time; [`certify`] ends the
//! climb in exact or outward-rounded arithmetic and writes the proof.

mod approx;
mod exact_end;
mod rounded_end;
mod search;

pub use approx::{ApproxCache, ApproxNumbers, Point, Preference};
pub use search::Search;

use super::{Control, Problem, Proved, range_proofs};
use crate::certificate::Arithmetic;
use crate::follower::{FollowerError, Stopped};

/// How much work the end of a search may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// One bound and one witness from where the search stands.
    Quick,
    /// Until bound and witness meet, where the arithmetic allows.
    Full,
}

/// Why the end of a search gives no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndError {
    /// The caller asked to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A policy of the search does not fit the game: a defect of the search.
    #[error(transparent)]
    Follower(#[from] FollowerError),
}

/// Proves what `search` found about `problem`. Whatever happens, the result holds: what cannot be
/// shown in time is replaced by the range of the leader's reward.
#[must_use]
pub fn certify(
    problem: &Problem<'_>,
    search: &Search,
    arithmetic: Arithmetic,
    effort: Effort,
    control: &Control,
) -> Proved {
    let mut proved = range_proofs(problem);
    let found = match arithmetic {
        Arithmetic::Exact => exact_end::finish(problem, search, effort, control),
        Arithmetic::Rounded(bits) => rounded_end::finish(problem, search, bits, control),
    };
    if let Ok(found) = found {
        proved.improve(found);
    }
    proved
}
