//! The window of a map: a little more than the ranges of the two statistics.

use super::cell::Cell;
use super::{MapClaim, MapError};
use crate::exact::{Integer, Rational, ratio};

/// Divisions of the width of a range to which the ends of a window are rounded.
const FINENESS: i64 = 64;

/// The window that is asked for, or one around the ranges that `claims` state.
pub(super) fn window(
    asked: Option<&[(Rational, Rational); 2]>,
    claims: &[MapClaim],
) -> Result<Cell, MapError> {
    if let Some([x, y]) = asked {
        for (from, to) in [x, y] {
            if from >= to {
                return Err(MapError::Window(from.clone(), to.clone()));
            }
        }
        return Ok(Cell { x: x.clone(), y: y.clone() });
    }
    let axis = |first: usize| match (claims.get(first), claims.get(first + 1)) {
        (Some(least), Some(greatest)) => around(&least.claim.lower, &greatest.claim.upper),
        _ => (Rational::ZERO, Rational::ONE),
    };
    Ok(Cell { x: axis(0), y: axis(2) })
}

/// An interval with short ends that has `least` and `greatest` well within.
fn around(least: &Rational, greatest: &Rational) -> (Rational, Rational) {
    let width = greatest - least;
    // A statistic that hardly varies is shown on an axis on which it hardly varies.
    let width = width.max(ratio(1, 4));
    let unit = power_of_two_below(&(&width / Rational::from(FINENESS)));
    let margin = &width / Rational::from(16);
    let steps = |end: Rational| end / &unit;
    let from = Rational::from(steps(least - &margin).floor()) * &unit;
    let to = Rational::from(steps(greatest + &margin).ceil()) * &unit;
    (from, to)
}

/// The greatest power of two that is at most `value`, which is positive.
fn power_of_two_below(value: &Rational) -> Rational {
    let mut power = Rational::ONE;
    let two = Rational::from(Integer::from(2));
    while &power * &two <= *value {
        power *= &two;
    }
    while power > *value {
        power /= &two;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_short_and_leave_a_margin() {
        let (from, to) = around(&ratio(1, 3), &ratio(2, 3));
        assert!(from < ratio(1, 3) - ratio(1, 64) && from > ratio(1, 4), "{from}");
        assert!(to > ratio(2, 3) + ratio(1, 64) && to < ratio(3, 4), "{to}");
        assert!(from.denominator() <= &1024u32.into(), "{from}");
    }

    #[test]
    fn a_statistic_that_does_not_vary_has_a_window() {
        let (from, to) = around(&ratio(1, 3), &ratio(1, 3));
        assert!(from < ratio(1, 3) && ratio(1, 3) < to);
    }
}
