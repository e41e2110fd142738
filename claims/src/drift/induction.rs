//! Backward induction with given transitions and rewards, exact while fractions are short.

use crate::table::Side;
use smfg_kernel::{Natural, Rational, Successors};
use std::sync::Arc;

/// Fractional bits that rounding keeps; fractions whose denominator is longer than twice as many
/// are rounded.
const KEPT: usize = 128;

/// `value`, or a number with few digits next to it, above it when `up`.
pub(super) fn shortened(value: Rational, up: bool) -> Rational {
    let unit = Natural::ONE << KEPT;
    if *value.denominator() < Natural::ONE << (2 * KEPT) {
        return value;
    }
    let scaled = value * Rational::from(unit.clone());
    Rational::from_parts(if up { scaled.ceil() } else { scaled.floor() }, unit)
}

/// Transitions that are numbers: successors and probabilities per stage.
pub(super) type Fixed = Vec<Option<(Arc<Successors>, Vec<Rational>)>>;

/// The transitions of a game, when they depend on nothing.
pub(super) fn fixed(side: &Side) -> Option<Fixed> {
    let stage = |part: &crate::table::Part| match &part.transition {
        None => Some(None),
        Some((successors, table)) => Some(Some((Arc::clone(successors), table.numbers()?))),
    };
    side.stages.iter().map(stage).collect()
}

/// The greatest, or with `least` the least sum of `gains[stage][pair]` over all policies, rounded
/// outwards.
pub(super) fn extreme(
    side: &Side,
    transitions: &Fixed,
    gains: &[Vec<Rational>],
    least: bool,
    up: bool,
) -> Rational {
    let mut next = vec![Rational::ZERO; side.initial.len()];
    for ((part, transition), gains) in side.stages.iter().zip(transitions).zip(gains).rev() {
        let value = |pair: usize| {
            let mut value = gains[pair].clone();
            if let Some((successors, probability)) = transition {
                for entry in successors.of_pair(pair) {
                    value += &probability[entry] * &next[successors.state(entry)];
                }
            }
            value
        };
        let best = |state: usize| {
            let values = part.of_state(state).map(value);
            let best = if least { values.min() } else { values.max() };
            shortened(best.unwrap_or(Rational::ZERO), up)
        };
        next = (0..part.states()).map(best).collect();
    }
    side.initial.iter().zip(&next).fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
}
