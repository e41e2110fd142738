//! The certified part of the JSON of `verify`.

use super::json::{Bounds, Exact};
use super::solve_json::{CertificateNote, StatisticsNote, statistics, status, termination};
use crate::analysis::verification::{Comparison, GameValue, Interval};
use crate::claim::Verification;
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
    value: Option<Bounds>,
    /// Why the value of the game is not certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    value_refused: Option<&'a str>,
    loss: Option<Bounds>,
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
    bounds: Bounds,
    status: &'static str,
}

/// Where the submitted reward lies.
#[derive(Serialize)]
struct Place {
    /// The reward less the least.
    above_least: Bounds,
    /// The greatest less the reward.
    below_greatest: Bounds,
    /// Whether it is the least, within the tolerance.
    worst: Option<bool>,
}

fn enclosed((lower, upper): Interval) -> Bounds {
    Bounds::new(&lower, &upper)
}

impl<'a> Certified<'a> {
    pub(super) fn new(
        judged: &Verification,
        comparison: Option<&'a Comparison>,
        path: Option<&'a str>,
    ) -> Self {
        let reward = &judged.evaluation.leader_reward;
        let end = |outcome: &Outcome, bounds: Interval| End {
            bounds: enclosed(bounds),
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
                above_least: enclosed(found.above_least(reward)),
                below_greatest: enclosed(found.below_greatest(reward)),
                worst: found.is_worst(reward, &judged.tolerance),
            }),
            value: comparison.and_then(|found| found.value_bounds().map(enclosed)),
            value_refused: comparison.and_then(|found| match &found.value {
                GameValue::Refused(reason) => Some(reason.as_str()),
                GameValue::OnlyDecision | GameValue::Solved(_) => None,
            }),
            loss: comparison.and_then(|found| found.loss().map(enclosed)),
            certificate: comparison.map(|found| CertificateNote {
                checked: true,
                path,
                bytes: found.certificate.len(),
            }),
            statistics: comparison.map(|found| statistics(&found.statistics())),
        }
    }
}
