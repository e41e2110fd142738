//! Rationals or fixed point: which arithmetic the proofs of a decision can afford.

use crate::certificate::Arithmetic;
use crate::exact::{Natural, Rational, Scaled};
use crate::game::Numbers;
use dashu_base::BitTest;

/// Most work for which rationals are used: (pairs + transition entries) times bits of a value. An
/// induction then takes some seconds at most.
pub(super) const MOST_EXACT_WORK: usize = 1 << 32;
/// At eps = 0 rounded numbers cannot show that a policy is an equilibrium: rationals may take this
/// much longer.
const MORE_WORK_AT_ZERO: usize = 8;
/// Fractional bits of rounded arithmetic beyond the scale of the game: values of 60 bits and
/// numerators of as many fit machine integers.
const ROUNDED_BITS: i64 = 60;
/// Most fractional bits: rewards and eps below 2^-4000 are beyond any use.
const MOST_ROUNDED_BITS: u32 = 4096;

/// Rationals when they stay short enough, else fixed point fine enough for eps and for the rewards
/// of the game.
#[must_use]
pub fn suitable_arithmetic(numbers: &Numbers, epsilon: &Rational) -> Arithmetic {
    let most = if epsilon.is_zero() {
        MOST_EXACT_WORK.saturating_mul(MORE_WORK_AT_ZERO)
    } else {
        MOST_EXACT_WORK
    };
    if exact_work(numbers) <= most {
        return Arithmetic::Exact;
    }
    Arithmetic::Rounded(rounded_bits(numbers, epsilon))
}

/// Fractional bits of fixed point fine enough for eps and for the rewards of the game.
pub(super) fn rounded_bits(numbers: &Numbers, epsilon: &Rational) -> u32 {
    let rewards = numbers
        .stages
        .iter()
        .map(|stage| largest_exponent(&stage.reward).max(largest_exponent(&stage.leader)))
        .max()
        .unwrap_or(0);
    let stages = numbers.stages.len().bit_len() as i64;
    // The error of a value is at most the number of stages times 2^-bits.
    let for_rewards = ROUNDED_BITS - rewards;
    let for_epsilon = if epsilon.is_zero() {
        0
    } else {
        ROUNDED_BITS / 2 + stages
            - binary_exponent(epsilon.numerator().bit_len(), epsilon.denominator())
    };
    let bits = for_rewards.max(for_epsilon).clamp(1, i64::from(MOST_ROUNDED_BITS));
    u32::try_from(bits).unwrap_or(MOST_ROUNDED_BITS)
}

/// About `log2` of a number whose numerator has `length` bits.
fn binary_exponent(length: usize, denominator: &Natural) -> i64 {
    length as i64 - denominator.bit_len() as i64
}

/// About `log2` of the largest entry in absolute value.
fn largest_exponent(vector: &Scaled) -> i64 {
    let longest =
        (0..vector.len()).map(|index| vector.numerators().get(index).bit_len()).max().unwrap_or(0);
    binary_exponent(longest, vector.denominator())
}

/// (pairs + transition entries) times the bits of an exact value: every stage multiplies the
/// denominator.
pub(super) fn exact_work(numbers: &Numbers) -> usize {
    let length = |denominator: &Natural| denominator.bit_len().saturating_sub(1);
    let per_stage = numbers.stages.iter().map(|stage| {
        let own = length(stage.reward.denominator()).max(length(stage.leader.denominator()));
        (
            stage
                .transition
                .as_ref()
                .map_or(0, |(_, probability)| length(probability.denominator())),
            own,
        )
    });
    let (carried, own) = per_stage
        .fold((0usize, 0usize), |(sum, most), (carried, own)| (sum + carried, most.max(own)));
    // Values times the multiplier, a quotient of two of them.
    let bits = 3 * (carried + own + length(numbers.initial.denominator())) + 1;
    (numbers.pairs() + numbers.transition_entries()).saturating_mul(bits)
}
