//! Statements in short, and what every test of a value asks: the value is proved, the next stronger
//! one is refused with the same steps.

use crate::text::{n, p};
use smfg_kernel::{
    Claimed, Listing, Place, Polynomial, Proof, Rational, Refusal, Statement, Theorem,
};
use std::sync::Arc;

/// `sigma` of the pessimistic value, `1`.
pub const LEAST: bool = true;
/// `sigma` of the optimistic value, `-1`.
pub const GREATEST: bool = false;

/// One point as a place.
pub fn at(values: &str) -> Place {
    Place::Point(values.split_whitespace().map(n).collect())
}

/// The segment between two points, the first of which does not belong to it.
pub fn segment(from: &str, to: &str) -> Place {
    let point = |text: &str| text.split_whitespace().map(n).collect();
    Place::Segment { from: point(from), to: point(to) }
}

/// No eps-equilibrium has `sigma J0 < sigma q`.
pub fn bound(pessimistic: bool, epsilon: &str, value: &Polynomial, place: Place) -> Statement {
    let claimed = Claimed::Bound(value.clone());
    Statement { claimed, pessimistic, epsilon: n(epsilon), place, pattern: None }
}

/// Some eps-equilibrium has `sigma J0 <= sigma q`.
pub fn reached(pessimistic: bool, epsilon: &str, value: &Polynomial, place: Place) -> Statement {
    let claimed = Claimed::Reached(value.clone());
    Statement { claimed, pessimistic, epsilon: n(epsilon), place, pattern: None }
}

/// A proof of a statement that its listing has.
pub fn open(listing: &Arc<Listing>, statement: Statement) -> Proof {
    Proof::open(Arc::clone(listing), statement).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// What was to be proved.
pub fn proved(result: Result<Theorem, Refusal>) -> Theorem {
    result.unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// How much stronger the values are that have to be refused.
pub fn little() -> Rational {
    n("1/1000000000")
}

/// The theorem that steps show for a value, after they were refused for values a little and much
/// stronger: greater ones where `stronger` is 1, smaller ones where it is -1.
pub fn tight(
    value: &str,
    stronger: i32,
    steps: impl Fn(&Polynomial) -> Result<Theorem, Refusal>,
) -> Theorem {
    for step in [little(), n("1/10")] {
        let beyond = p(value).plus(&Polynomial::constant(step), &Rational::from(stronger));
        let result = steps(&beyond);
        assert!(matches!(result, Err(Refusal::Inequality(_))), "{value}: {result:?}");
    }
    proved(steps(&p(value)))
}
