//! Prices of anarchy and of stability from bounds.
//!
//! Both compare an equilibrium with the optimum over all populations, as a ratio of at least 1.
//! Where both are at least 0 and more is better it is optimum / equilibrium; for costs, and for
//! objectives that are never positive and so the negatives of costs, equilibrium / optimum.

use crate::interval::Interval;
use smfg_kernel::Rational;

/// A ratio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Price {
    /// Between two numbers; without the second, nothing bounds it from above.
    Between(Rational, Option<Rational>),
    /// The equilibrium is worth nothing and the optimum is (or the optimum costs nothing and the
    /// equilibrium does).
    Infinite,
    /// The objective takes both signs, or both numbers may be 0: a ratio says nothing.
    Meaningless,
}

/// The ratio of the optimum and an equilibrium, each enclosed; with `cost` less is better.
#[must_use]
pub fn price(optimum: &Interval, equilibrium: &Interval, cost: bool) -> Price {
    let zero = Rational::ZERO;
    let negated = |bounds: &Interval| (-&bounds.1, -&bounds.0);
    let positive = optimum.0 >= zero && equilibrium.0 >= zero;
    let negative = optimum.1 <= zero && equilibrium.1 <= zero;
    match (positive, negative, cost) {
        (true, _, false) => quotient(optimum, equilibrium),
        (true, _, true) => quotient(equilibrium, optimum),
        // Never positive: the negative of a cost, or of a reward.
        (false, true, false) => quotient(&negated(equilibrium), &negated(optimum)),
        (false, true, true) => quotient(&negated(optimum), &negated(equilibrium)),
        (false, false, _) => Price::Meaningless,
    }
}

/// `numerator / denominator` of numbers at least 0, the ratio of which is at least 1.
fn quotient(numerator: &Interval, denominator: &Interval) -> Price {
    if denominator.1.is_zero() {
        return if numerator.0.is_zero() { Price::Meaningless } else { Price::Infinite };
    }
    let least = (&numerator.0 / &denominator.1).max(Rational::ONE);
    let most =
        (!denominator.0.is_zero()).then(|| (&numerator.1 / &denominator.0).max(Rational::ONE));
    Price::Between(least, most)
}
