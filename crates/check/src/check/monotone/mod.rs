//! Monotone games in one region (docs/certificate.md, (O)).
//!
//! A multiplier of the budget, a deviation and a point show a bound over all eps-equilibria of a
//! game with constant transitions whose rewards are affine in the statistics, or lowered by functions
//! of them, and monotone. The step is written out as a proof, which the kernel accepts or refuses; nothing else is trusted.

mod bend;
mod combine;
mod curves;
mod deviation;
mod squares;
mod structure;

pub use bend::Bend;
pub use combine::{Closing, Multipliers, closing};
pub use curves::Curve;
pub use structure::{Monotone, MonotoneStage, NotMonotone, Sparse};

use super::verdict::Fault;
use crate::certificate::MonotoneStep;
use crate::exact::Rational;
use crate::game::Instance;

/// The proof of a step that bounds `s J0` from below, `s` being `sign`.
///
/// # Errors
/// [`Fault`] where the rule does not apply, or the step does not fit the game.
pub fn written_out(
    instance: &Instance,
    epsilon: &Rational,
    sign: &Rational,
    step: &MonotoneStep,
) -> Result<Closing, Fault> {
    if step.multiplier < Rational::ZERO {
        return Err(Fault::NegativeMultiplier);
    }
    let game = Monotone::new(instance)?;
    let given =
        Multipliers { budget: &step.multiplier, tangents: &step.tangents, policy: &step.policy };
    closing(instance, &game, epsilon, sign, given).ok_or(Fault::Shape)
}
