//! Backward induction with given transitions and rewards, exact while fractions are short.

use super::pairing::Side;
use crate::exact::{Integer, Natural, Rational, Rounding, Scaled};
use crate::game::{InstanceStage, Pairs, Successors};
use dashu_base::BitTest;
use std::sync::Arc;

/// Fractions with longer denominators, in bits, are rounded.
const LONG: usize = 256;
/// Fractional bits that rounding keeps.
const KEPT: usize = 128;

/// `value`, or a number with few digits near it on the side of `rounding`.
pub(super) fn shortened(value: Rational, rounding: Rounding) -> Rational {
    if value.denominator().bit_len() <= LONG {
        return value;
    }
    let unit = Natural::ONE << KEPT;
    let scaled = value * Rational::from(unit.clone());
    let mantissa: Integer = match rounding {
        Rounding::Down => scaled.floor(),
        Rounding::Up => scaled.ceil(),
    };
    Rational::from_parts(mantissa, unit)
}

/// Which action is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Greatest,
    Least,
}

/// Transitions that are numbers.
pub(super) type Fixed = Vec<(Arc<Pairs>, Option<(Arc<Successors>, Arc<Scaled>)>)>;

/// The transitions of a side, when they depend on nothing.
pub(super) fn fixed(side: &Side) -> Option<Fixed> {
    let of_stage = |stage: &InstanceStage| {
        let transition = match &stage.transition {
            None => None,
            Some((successors, probability)) => {
                Some((Arc::clone(successors), probability.as_constants()?))
            }
        };
        Some((Arc::clone(&stage.pairs), transition))
    };
    side.stages.iter().map(of_stage).collect()
}

/// The greatest or least sum of `gains[stage][pair]` over all policies, on the side of `rounding`.
pub(super) fn extreme(
    law: &[Rational],
    stages: &Fixed,
    gains: &[Vec<Rational>],
    choice: Choice,
    rounding: Rounding,
) -> Rational {
    let mut next: Vec<Rational> = vec![Rational::ZERO; law.len()];
    for ((pairs, transition), gains) in stages.iter().zip(gains).rev() {
        let value = |pair: usize| {
            let mut value = gains.get(pair).cloned().unwrap_or(Rational::ZERO);
            if let Some((successors, probability)) = transition {
                for entry in successors
                    .of_pair(pair)
                    .filter(|&entry| !probability.numerators().is_zero_at(entry))
                {
                    value += probability.get(entry) * &next[successors.state(entry)];
                }
            }
            value
        };
        let best = |state: usize| {
            let values = pairs.of_state(state).map(value);
            let best = if choice == Choice::Greatest { values.max() } else { values.min() };
            shortened(best.unwrap_or(Rational::ZERO), rounding)
        };
        next = (0..pairs.states()).map(best).collect();
    }
    law.iter()
        .zip(&next)
        .filter(|(mass, _)| !mass.is_zero())
        .fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
}
