//! Prices of anarchy and of stability from bounds.
//!
//! Both compare an equilibrium with the optimum over all populations, as a ratio of at least 1.
//! Where both are at least 0 and more is better it is optimum / equilibrium; for costs, and for
//! objectives that are never positive and so the negatives of costs, equilibrium / optimum.

use crate::exact::Rational;

/// Lower and upper bound of a number.
pub type Bounds = (Rational, Rational);

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

/// The ratio of `optimum` and `equilibrium`; `cost` says that less is better.
#[must_use]
pub fn price(optimum: &Bounds, equilibrium: &Bounds, cost: bool) -> Price {
    let zero = Rational::ZERO;
    let least = (&optimum.0).min(&equilibrium.0);
    let greatest = (&optimum.1).max(&equilibrium.1);
    let negated = |bounds: &Bounds| (-bounds.1.clone(), -bounds.0.clone());
    match (*least >= zero, *greatest <= zero, cost) {
        (true, _, false) => quotient(optimum, equilibrium),
        (true, _, true) => quotient(equilibrium, optimum),
        // Never positive: the negative of a cost, or of a reward.
        (false, true, false) => quotient(&negated(equilibrium), &negated(optimum)),
        (false, true, true) => quotient(&negated(optimum), &negated(equilibrium)),
        (false, false, _) => Price::Meaningless,
    }
}

/// Whether both numbers are known to be at least 0, or at most 0: then the better one is a multiple
/// of at least 1 of the other, or both are 0.
pub(super) fn one_sign(optimum: &Bounds, equilibrium: &Bounds) -> bool {
    let zero = Rational::ZERO;
    (optimum.0 >= zero && equilibrium.0 >= zero) || (optimum.1 <= zero && equilibrium.1 <= zero)
}

/// `numerator / denominator` of numbers at least 0, the ratio of which is at least 1.
fn quotient(numerator: &Bounds, denominator: &Bounds) -> Price {
    if denominator.1.is_zero() {
        return if numerator.0.is_zero() { Price::Meaningless } else { Price::Infinite };
    }
    let least = (&numerator.0 / &denominator.1).max(Rational::ONE);
    let most =
        (!denominator.0.is_zero()).then(|| (&numerator.1 / &denominator.0).max(Rational::ONE));
    Price::Between(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn exact(numerator: i64, denominator: u64) -> Bounds {
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
}
