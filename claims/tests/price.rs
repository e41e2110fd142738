//! Prices from enclosures, by hand.

use smfg_claims::{Interval, Price, price};
use smfg_kernel::{Integer, Natural, Rational};

fn ratio(numerator: i64, denominator: u64) -> Rational {
    Rational::from_parts(Integer::from(numerator), Natural::from(denominator))
}

fn exact(numerator: i64, denominator: u64) -> Interval {
    (ratio(numerator, denominator), ratio(numerator, denominator))
}

#[test]
fn rewards_costs_and_negatives_of_costs() {
    let between = |numerator, denominator| {
        Price::Between(ratio(numerator, denominator), Some(ratio(numerator, denominator)))
    };
    assert_eq!(price(&exact(3, 1), &exact(2, 1), false), between(3, 2));
    assert_eq!(price(&exact(3, 4), &exact(1, 1), true), between(4, 3));
    assert_eq!(price(&exact(-3, 4), &exact(-1, 1), false), between(4, 3));
    assert_eq!(price(&exact(-3, 1), &exact(-2, 1), true), between(3, 2));
}

#[test]
fn nothing_and_mixed_signs() {
    assert_eq!(price(&exact(3, 2), &exact(0, 1), false), Price::Infinite);
    assert_eq!(price(&exact(0, 1), &exact(0, 1), false), Price::Meaningless);
    assert_eq!(price(&exact(1, 1), &exact(-1, 1), false), Price::Meaningless);
    let doubtful = (Rational::ZERO, ratio(1, 2));
    assert_eq!(price(&exact(1, 1), &doubtful, false), Price::Between(ratio(2, 1), None));
}
