//! The certified part of the JSON of `verify`.

use super::json::{Exact, end_text};
use super::solve_json::{CertificateNote, StatisticsNote, statistics, status, termination};
use crate::analysis::verification::{Comparison, GameValue, Interval};
use crate::claim::Verification;
use crate::exact::{Rational, Rounding};
use crate::leader::Outcome;
use serde::Serialize;

/// Everything that the solver adds; `null` without it.
#[derive(Serialize)]
pub(super) struct Certified<'a> {
    epsilon: Option<serde_json::Value>,
    /// Whether the submitted play is an equilibrium at this epsilon; `null` when that is not
    /// decided.
    equilibrium: Option<bool>,
    range: Option<Range>,
    place: Option<Place>,
    value: Option<OwnedBounds>,
    /// Why the value of the game is not certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    value_refused: Option<&'a str>,
    loss: Option<OwnedBounds>,
    certificate: Option<CertificateNote<'a>>,
    statistics: Option<StatisticsNote>,
}

#[derive(Serialize)]
struct Range {
    least: End,
    greatest: End,
    status: &'static str,
    termination: &'static str,
}

#[derive(Serialize)]
struct End {
    #[serde(flatten)]
    bounds: OwnedBounds,
    status: &'static str,
}

/// Where the submitted reward lies.
#[derive(Serialize)]
struct Place {
    /// The reward less the least.
    above_least: OwnedBounds,
    /// The greatest less the reward.
    below_greatest: OwnedBounds,
    /// Whether it is the least, within the tolerance.
    worst: Option<bool>,
}

#[derive(Serialize)]
struct OwnedBounds {
    lower: String,
    upper: String,
    lower_decimal: Option<serde_json::Number>,
    upper_decimal: Option<serde_json::Number>,
}

impl From<Interval> for OwnedBounds {
    fn from((lower, upper): Interval) -> Self {
        let decimal = |value: &Rational, rounding| super::json::decimal_number(value, rounding);
        OwnedBounds {
            lower_decimal: decimal(&lower, Rounding::Down),
            upper_decimal: decimal(&upper, Rounding::Up),
            lower: end_text(&lower, Rounding::Down),
            upper: end_text(&upper, Rounding::Up),
        }
    }
}

impl<'a> Certified<'a> {
    pub(super) fn new(
        judged: &Verification,
        comparison: Option<&'a Comparison>,
        path: Option<&'a str>,
    ) -> Self {
        let reward = &judged.evaluation.leader_reward;
        let end = |outcome: &Outcome, bounds: Interval| End {
            bounds: bounds.into(),
            status: status(outcome.status),
        };
        Certified {
            epsilon: comparison.and_then(|found| serde_json::to_value(Exact(&found.epsilon)).ok()),
            equilibrium: comparison
                .and_then(|found| judged.evaluation.exploitability.at_most(&found.epsilon)),
            range: comparison.map(|found| Range {
                least: end(&found.range.least, found.least()),
                greatest: end(&found.range.greatest, found.greatest()),
                status: status(found.range.status()),
                termination: termination(found.range.termination()),
            }),
            place: comparison.map(|found| Place {
                above_least: found.above_least(reward).into(),
                below_greatest: found.below_greatest(reward).into(),
                worst: found.is_worst(reward, &judged.tolerance),
            }),
            value: comparison.and_then(|found| found.value_bounds().map(OwnedBounds::from)),
            value_refused: comparison.and_then(|found| match &found.value {
                GameValue::Refused(reason) => Some(reason.as_str()),
                GameValue::OnlyDecision | GameValue::Solved(_) => None,
            }),
            loss: comparison.and_then(|found| found.loss().map(OwnedBounds::from)),
            certificate: comparison.map(|found| CertificateNote {
                checked: true,
                path,
                bytes: found.certificate.len(),
            }),
            statistics: comparison.map(|found| statistics(&found.statistics())),
        }
    }
}
