//! The inner problem by dynamic programming (docs/theory.md, statements (D) and (6)).
//!
//! For one decision, with `c` the leader's reward times sigma and `r` the followers' reward,
//!
//! ```text
//! min { c'd : d a flow, r'd >= V* - eps } = max over lambda >= 0 of  min over flows (c - lambda r)'d + lambda (V* - eps).
//! ```
//!
//! The right side is a concave piecewise linear function of one variable; each evaluation is one backward
//! induction. [`Search`] climbs it in binary64, a step at a time; [`certify`] ends the climb in exact or
//! outward-rounded arithmetic and writes the proof.

mod approx;
mod exact_end;
mod rounded_end;
mod search;

pub use approx::ApproxCache;
pub use search::Search;

use super::{Control, Problem, Proved, range_proofs};
use crate::certificate::Arithmetic;
use crate::exact::Natural;
use crate::follower::{FollowerError, Stopped};
use crate::game::Numbers;
use dashu_base::BitTest;

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

/// Proves what `search` found about `problem`. Whatever happens, the result holds: what cannot be shown in time
/// is replaced by the range of the leader's reward.
#[must_use]
pub fn certify(problem: &Problem<'_>, search: &Search, arithmetic: Arithmetic, effort: Effort, control: &Control) -> Proved {
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

/// Work of one exact induction up to which numbers are taken exactly: transition entries times 64-bit words of
/// the largest numerator. At some 20 to 40 ns each it is a few seconds.
const EXACT_WORK: u64 = 1 << 26;
/// Fractional bits of rounded arithmetic: values lose some 1e-19 a stage, products with probabilities still fit
/// machine integers.
const ROUNDED_BITS: u32 = 64;

/// Exact arithmetic where an induction takes seconds at most, else outward rounding.
#[must_use]
pub fn suitable_arithmetic(numbers: &Numbers) -> Arithmetic {
    let mut bits: u64 = 0;
    let mut own: u64 = 0;
    let width = |n: &Natural| n.bit_len() as u64;
    for stage in &numbers.stages {
        if let Some((_, probability)) = &stage.transition {
            bits += width(probability.denominator()) - 1;
        }
        own = own.max(width(stage.reward.denominator()) + width(stage.leader.denominator()));
    }
    // A multiplier is a quotient of two differences of values: about twice their size.
    let words = (3 * (bits + own)).div_ceil(64).max(1);
    let entries = (numbers.transition_entries() + numbers.pairs()) as u64;
    if entries.saturating_mul(words) <= EXACT_WORK { Arithmetic::Exact } else { Arithmetic::Rounded(ROUNDED_BITS) }
}
