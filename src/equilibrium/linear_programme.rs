//! The inner problem of a mean-field-free game by one linear programme over occupation measures.
//!
//! The programme of [`crate::lp`] is solved in floating point, and its answer is taken as advice:
//! the optimal vertex plays one action in every reached state but at most one, so it is a mixture
//! of two pure policies, and the multiplier of the equilibrium row is the slope of the segment
//! between their (follower reward, leader reward). From this the proofs are computed anew:
//!
//! * *exact* (`pivot`): policies, slope, mixture weight and flow duals in rationals. When the
//!   advice was optimal, bound and witness are the same rational; otherwise exact pivots lead from
//!   there to the optimum.
//! * *rounded* (`rounded`), for games whose rationals would grow too long: duals rounded to short
//!   dyadics with the bound of statement (L) of docs/theory.md computed exactly, and a mixture
//!   pulled towards the followers' best response until its exploitability, rounded upwards, is at
//!   most eps.
//!
//! Whatever the back end answers, `bound <= min sigma J0 <= witness` holds.

mod duals;
mod pivot;
mod rounded;
mod vertex;

use super::{Control, Problem, Proved, range_proofs, suitable_arithmetic};
use crate::certificate::Arithmetic;
use crate::exact::{Rational, Rounding};
use crate::follower::{Objective, best_response, value_bound};
use crate::game::Numbers;
use crate::lp::{Backend, LpFailure, LpSolution, OccupationLp};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LpOutcome {
    /// Bound and witness; their values are equal when the optimum was found exactly.
    pub proved: Proved,
    /// Why the back end's answer was of no use, if so. The proofs do not depend on it.
    pub failure: Option<LpFailure>,
}

/// Why there is nothing to solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LpError {
    /// No population is an eps-equilibrium for a negative eps.
    #[error("epsilon is negative, expected at least 0")]
    NegativeEpsilon,
}

/// Bounds and witness of `problem` from the linear programme solved by `backend`.
///
/// Exact rationals are used unless the game is too long for them ([`solve_lp_in`] lets the caller
/// choose). The back end is given half of the time that `control` leaves, the proofs have the rest;
/// when the time is over, what is proved so far is returned.
///
/// # Errors
/// [`LpError::NegativeEpsilon`]. A failure of the back end is no error: see [`LpOutcome::failure`].
pub fn solve_lp(
    problem: &Problem<'_>,
    backend: &dyn Backend,
    control: &Control,
) -> Result<LpOutcome, LpError> {
    solve_lp_in(problem, backend, control, suitable_arithmetic(problem.numbers, problem.epsilon))
}

/// [`solve_lp`] in the given arithmetic.
///
/// # Errors
/// Those of [`solve_lp`].
pub fn solve_lp_in(
    problem: &Problem<'_>,
    backend: &dyn Backend,
    control: &Control,
    arithmetic: Arithmetic,
) -> Result<LpOutcome, LpError> {
    if *problem.epsilon < Rational::ZERO {
        return Err(LpError::NegativeEpsilon);
    }
    let mut proved = range_proofs(problem);
    let Some(follower) = FollowerValue::compute(problem.numbers, arithmetic, control) else {
        return Ok(LpOutcome { proved, failure: Some(LpFailure::Stopped) });
    };
    let lp =
        OccupationLp::new(problem.numbers, problem.selection, &(&follower.lower - problem.epsilon));
    let (advice, failure) = match backend.minimise(&lp, control.remaining().map(|time| time / 2)) {
        Ok(solution) if solution.fits(&lp) => (Some(solution), None),
        Ok(_) => (None, Some(LpFailure::Shape)),
        Err(failure) => (None, Some(failure)),
    };
    let situation =
        Situation { problem, lp: &lp, advice: advice.as_ref(), follower: &follower, control };
    match arithmetic {
        Arithmetic::Exact => pivot::prove(&situation, &mut proved),
        Arithmetic::Rounded(bits) => rounded::prove(&situation, bits, &mut proved),
    }
    Ok(LpOutcome { proved, failure })
}

/// What both ways of proving start from.
struct Situation<'a> {
    problem: &'a Problem<'a>,
    lp: &'a OccupationLp,
    /// The back end's answer, of the right sizes.
    advice: Option<&'a LpSolution>,
    follower: &'a FollowerValue,
    control: &'a Control,
}

/// `lower <= V* <= upper`, equal in exact arithmetic.
struct FollowerValue {
    lower: Rational,
    upper: Rational,
}

impl FollowerValue {
    /// `None` when stopped.
    fn compute(numbers: &Numbers, arithmetic: Arithmetic, control: &Control) -> Option<Self> {
        let (objective, keep_going) = (Objective::follower(), || !control.stopped());
        Some(match arithmetic {
            Arithmetic::Exact => {
                let value = best_response(numbers, &objective, None, &keep_going).ok()?.value;
                FollowerValue { lower: value.clone(), upper: value }
            }
            Arithmetic::Rounded(bits) => FollowerValue {
                lower: value_bound(numbers, &objective, bits, Rounding::Down, &keep_going).ok()?,
                upper: value_bound(numbers, &objective, bits, Rounding::Up, &keep_going).ok()?,
            },
        })
    }
}
