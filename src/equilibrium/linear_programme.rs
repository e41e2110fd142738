//! The inner problem of a mean-field-free game by one linear programme over occupation measures.
//!
//! The programme of [`crate::lp`] is solved in floating point, and its answer is taken as advice: the optimal
//! vertex plays one action in every reached state but at most one, so it is a mixture of two pure policies, and the
//! multiplier of the equilibrium row is the slope of the segment between their (follower reward, leader reward). From this
//! the proofs are computed anew:
//!
//! * *exact* (`pivot`): policies, slope, mixture weight and flow duals in rationals. When the advice was optimal,
//!   bound and witness are the same rational; otherwise exact pivots lead from there to the optimum.
//! * *rounded* (`rounded`), for games whose rationals would grow too long: duals rounded to short dyadics with the bound of
//!   statement (L) of docs/theory.md computed exactly, and a mixture pulled towards the followers' best response until its
//!   exploitability, rounded upwards, is at most eps.
//!
//! Whatever the back end answers, `bound <= min sigma J0 <= witness` holds.

mod duals;
mod pivot;
mod rounded;
mod vertex;

use super::{Control, Problem, Proved, range_proofs};
use crate::certificate::Arithmetic;
use crate::exact::{Natural, Rational, Rounding};
use crate::follower::{Objective, best_response, value_bound};
use crate::game::Numbers;
use crate::lp::{Backend, LpFailure, LpSolution, OccupationLp};
use dashu_base::BitTest;

/// Most work for which rationals are used: (pairs + transition entries) times bits of a value. About a second per
/// backward induction.
const MOST_EXACT_WORK: usize = 1 << 28;
/// Fractional bits of rounded arithmetic beyond the scale of the game: values of 60 bits and numerators of as many
/// fit machine integers.
const ROUNDED_BITS: i64 = 60;

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
/// Exact rationals are used unless the game is too long for them ([`solve_lp_in`] lets the caller choose). The back end is
/// given the time that `control` leaves; when the time is over, what is proved so far is returned.
///
/// # Errors
/// [`LpError::NegativeEpsilon`]. A failure of the back end is no error: see [`LpOutcome::failure`].
pub fn solve_lp(problem: &Problem<'_>, backend: &dyn Backend, control: &Control) -> Result<LpOutcome, LpError> {
    solve_lp_in(problem, backend, control, arithmetic_for(problem))
}

/// [`solve_lp`] in the given arithmetic.
///
/// # Errors
/// Those of [`solve_lp`].
pub fn solve_lp_in(problem: &Problem<'_>, backend: &dyn Backend, control: &Control, arithmetic: Arithmetic) -> Result<LpOutcome, LpError> {
    if *problem.epsilon < Rational::ZERO {
        return Err(LpError::NegativeEpsilon);
    }
    let mut proved = range_proofs(problem);
    let Some(follower) = FollowerValue::compute(problem.numbers, arithmetic, control) else {
        return Ok(LpOutcome { proved, failure: Some(LpFailure::Stopped) });
    };
    let lp = OccupationLp::new(problem.numbers, problem.selection, &(&follower.lower - problem.epsilon));
    let (advice, failure) = match backend.minimise(&lp, control.remaining()) {
        Ok(solution) if solution.fits(&lp) => (Some(solution), None),
        Ok(_) => (None, Some(LpFailure::Shape)),
        Err(failure) => (None, Some(failure)),
    };
    let situation = Situation { problem, lp: &lp, advice: advice.as_ref(), follower: &follower, control };
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

/// Rationals when they stay short enough, else fixed point fine enough for eps and for the rewards of the game.
fn arithmetic_for(problem: &Problem<'_>) -> Arithmetic {
    if exact_work(problem.numbers) <= MOST_EXACT_WORK {
        return Arithmetic::Exact;
    }
    let numbers = problem.numbers;
    let size = |vector: &crate::exact::Scaled| {
        let largest = vector.iter().map(|value| binary_exponent(&value)).max();
        largest.unwrap_or(i64::MIN)
    };
    let rewards = numbers.stages.iter().map(|stage| size(&stage.reward).max(size(&stage.leader))).max().unwrap_or(0);
    let stages = numbers.stages.len().bit_len() as i64;
    // The error of a value is at most the number of stages times 2^-bits.
    let for_rewards = ROUNDED_BITS - rewards;
    let for_epsilon = if problem.epsilon.is_zero() { 0 } else { ROUNDED_BITS / 2 + stages - binary_exponent(problem.epsilon) };
    let bits = for_rewards.max(for_epsilon).clamp(1, i64::from(MOST_ROUNDED_BITS));
    Arithmetic::Rounded(u32::try_from(bits).unwrap_or(MOST_ROUNDED_BITS))
}

/// Most fractional bits: rewards and eps below 2^-4000 are beyond any use.
const MOST_ROUNDED_BITS: u32 = 4096;

/// About `log2 |value|`; the least integer for 0.
fn binary_exponent(value: &Rational) -> i64 {
    if value.is_zero() { i64::MIN / 2 } else { value.numerator().bit_len() as i64 - value.denominator().bit_len() as i64 }
}

/// (pairs + transition entries) times the bits of an exact value: every stage multiplies the denominator.
fn exact_work(numbers: &Numbers) -> usize {
    let length = |denominator: &Natural| denominator.bit_len().saturating_sub(1);
    let per_stage = numbers.stages.iter().map(|stage| {
        let own = length(stage.reward.denominator()).max(length(stage.leader.denominator()));
        (stage.transition.as_ref().map_or(0, |(_, probability)| length(probability.denominator())), own)
    });
    let (carried, own) = per_stage.fold((0usize, 0usize), |(sum, most), (carried, own)| (sum + carried, most.max(own)));
    // Values times the multiplier, a quotient of two of them.
    let bits = 3 * (carried + own + length(numbers.initial.denominator())) + 1;
    (numbers.pairs() + numbers.transition_entries()).saturating_mul(bits)
}
