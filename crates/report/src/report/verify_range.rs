//! The certified part of the text of `verify`: range, place, value, loss.

use super::number::{NumberText, interval};
use super::solve::{write_statistics, write_status};
use super::table::write_field;
use crate::analysis::verification::{Comparison, GameValue, Interval};
use crate::claim::Verification;
use crate::exact::Rational;
use crate::follower::Enclosed;
use crate::game::Game;
use std::io::{self, Write};

/// Writes it.
pub(super) fn write(
    out: &mut dyn Write,
    game: &Game,
    judged: &Verification,
    comparison: &Comparison,
    path: Option<&str>,
    numbers: &NumberText,
) -> io::Result<()> {
    writeln!(out)?;
    write_field(out, "epsilon", &numbers.exact(&comparison.epsilon))?;
    let evaluation = &judged.evaluation;
    let equilibrium = match evaluation.exploitability.at_most(&comparison.epsilon) {
        Some(true) => "the submitted play is an equilibrium at this epsilon".to_string(),
        Some(false) => "the submitted play is no equilibrium at this epsilon; --epsilon actual takes one at which it is".into(),
        None => "whether the submitted play is an equilibrium at this epsilon is not decided by its enclosure".into(),
    };
    write_field(out, "  meaning", &equilibrium)?;
    write_field(out, "least reward", &bounds(&comparison.least(), numbers))?;
    write_field(out, "greatest reward", &bounds(&comparison.greatest(), numbers))?;
    write_status(out, game, comparison.range.status(), comparison.range.termination())?;
    write_field(out, "place", &place(judged, comparison, numbers))?;
    match (&comparison.value, comparison.value_bounds(), comparison.loss()) {
        (GameValue::Refused(reason), ..) => {
            write_field(out, "value", &format!("not certified: {reason}"))?
        }
        (_, Some(value), Some(loss)) => {
            let only = if matches!(comparison.value, GameValue::OnlyDecision) {
                ", the only decision"
            } else {
                ""
            };
            write_field(out, "value", &format!("{}{only}", bounds(&value, numbers)))?;
            write_field(
                out,
                "loss",
                &format!(
                    "{}: the value less the least reward of the decision",
                    bounds(&loss, numbers)
                ),
            )?;
        }
        _ => {}
    }
    write_statistics(out, &comparison.statistics(), comparison.certificate.len(), path)
}

fn bounds((lower, upper): &Interval, numbers: &NumberText) -> String {
    if lower == upper { numbers.exact(lower) } else { format!("in {}", interval(lower, upper)) }
}

/// Where the submitted play lies in the range.
fn place(judged: &Verification, comparison: &Comparison, numbers: &NumberText) -> String {
    let reward = &judged.evaluation.leader_reward;
    let (above, below) = (comparison.above_least(reward), comparison.below_greatest(reward));
    let exact = |interval: &Interval| {
        Enclosed::between(interval.0.clone(), interval.1.clone()) == Enclosed::Exact(Rational::ZERO)
    };
    if exact(&above) && exact(&below) {
        return "the leader's reward is the same at all equilibria, and here".into();
    }
    if above.1 < Rational::ZERO {
        return format!(
            "below the range, by {}: at no equilibrium the leader gets that little",
            bounds(&(-above.1, -above.0), numbers)
        );
    }
    if below.1 < Rational::ZERO {
        return format!(
            "above the range, by {}: at no equilibrium the leader gets that much",
            bounds(&(-below.1, -below.0), numbers)
        );
    }
    match comparison.is_worst(reward, &judged.tolerance) {
        Some(true) => "the worst equilibrium for the leader, within the tolerance".into(),
        Some(false) => format!(
            "better for the leader than the worst, by {}; worse than the best by {}",
            bounds(&above, numbers),
            bounds(&below, numbers)
        ),
        None => {
            format!("above the worst by {}; the bounds do not tell more", bounds(&above, numbers))
        }
    }
}
