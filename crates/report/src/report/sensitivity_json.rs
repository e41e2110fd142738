//! `sensitivity --format json`: one object, `smfg-sensitivity/1`.

use super::decision::chosen;
use super::json::{Bounds, Exact, write_document};
use super::sensitivity::SensitivityReport;
use super::solve_json::{
    CertificateNote, ChosenDecision, GameName, StatisticsNote, statistics, status, termination,
};
use crate::analysis::sensitivity::Assessment;
use crate::drift::{ModelError, Radii};
use crate::exact::Rational;
use crate::game::{Game, Interval, classify};
use crate::leader::Outcome;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    /// The truth; null when radii are given.
    against: Option<GameName<'a>>,
    /// Null when the truth is given.
    errors: Option<RadiiRow<'a>>,
    epsilon: Exact<'a>,
    class: String,
    true_value: Option<Bounds<'a>>,
    naive: Decision<'a>,
    relaxed: Decision<'a>,
    decisions: Vec<Decision<'a>>,
    status: &'static str,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

/// Radii of the errors.
#[derive(Serialize)]
pub(super) struct RadiiRow<'a> {
    reward: Exact<'a>,
    transition: Exact<'a>,
    leader: Exact<'a>,
}

impl<'a> RadiiRow<'a> {
    pub(super) fn new(radii: &'a Radii) -> Self {
        RadiiRow {
            reward: Exact(&radii.reward),
            transition: Exact(&radii.transition),
            leader: Exact(&radii.leader),
        }
    }
}

/// Bounds that are computed here and not borrowed.
#[derive(Serialize)]
pub(super) struct OwnedBounds {
    lower: String,
    upper: String,
    lower_decimal: Option<serde_json::Number>,
    upper_decimal: Option<serde_json::Number>,
}

impl OwnedBounds {
    pub(super) fn new((lower, upper): &Interval) -> Self {
        use super::json::decimal_number;
        use crate::exact::{Rounding, format_rational};
        OwnedBounds {
            lower: format_rational(lower),
            upper: format_rational(upper),
            lower_decimal: decimal_number(lower, Rounding::Down),
            upper_decimal: decimal_number(upper, Rounding::Up),
        }
    }
}

/// What is known of a decision.
#[derive(Serialize)]
pub(super) struct Decision<'a> {
    decision: Option<ChosenDecision<'a>>,
    /// What the model promises at face value; only of the naive decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    promised: Option<Bounds<'a>>,
    kappa: Exact<'a>,
    omega: Exact<'a>,
    relaxed_epsilon: Exact<'a>,
    relaxed_value: Bounds<'a>,
    guarantee: String,
    /// The rest is null without a truth.
    true_value: Option<Bounds<'a>>,
    true_relaxed_value: Option<Bounds<'a>>,
    loss: Option<OwnedBounds>,
    sandwich: Option<bool>,
}

pub(super) fn outcome_bounds(outcome: &Outcome) -> Bounds<'_> {
    Bounds::new(&outcome.accepted.claim.lower, &outcome.accepted.claim.upper)
}

impl<'a> Decision<'a> {
    pub(super) fn new(
        game: &'a Game,
        assessment: &'a Assessment,
        promised: Option<&'a Outcome>,
        loss: Option<(Rational, Rational)>,
    ) -> Self {
        Decision {
            decision: chosen(game, &assessment.relaxed)
                .map(|decision| ChosenDecision { game, decision }),
            promised: promised.map(outcome_bounds),
            kappa: Exact(&assessment.drift.kappa),
            omega: Exact(&assessment.drift.omega),
            relaxed_epsilon: Exact(&assessment.relaxed.accepted.claim.epsilon),
            relaxed_value: outcome_bounds(&assessment.relaxed),
            guarantee: crate::exact::format_rational(&assessment.guarantee().0),
            true_value: assessment.truth.as_ref().map(|truth| outcome_bounds(&truth.at_epsilon)),
            true_relaxed_value: assessment
                .truth
                .as_ref()
                .map(|truth| outcome_bounds(&truth.relaxed_twice)),
            loss: loss.as_ref().map(OwnedBounds::new),
            sandwich: assessment.sandwich(),
        }
    }
}

impl SensitivityReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let SensitivityReport { game, error, outcome, certificate_path } = *self;
        let claim = &outcome.naive.accepted.claim;
        let truth = match &outcome.true_value {
            Some(value) => value.accepted.claim.game_hash.clone(),
            None => String::new(),
        };
        let decision = |assessment, promised| {
            Decision::new(game, assessment, promised, outcome.loss(assessment))
        };
        let document = Document {
            format: "smfg-sensitivity/1",
            command: "sensitivity",
            game: GameName::of(game, &claim.game_hash),
            against: match error {
                ModelError::Against(other) => Some(GameName::of(other, &truth)),
                ModelError::Radii(_) => None,
            },
            errors: match error {
                ModelError::Radii(radii) => Some(RadiiRow::new(radii)),
                ModelError::Against(_) => None,
            },
            epsilon: Exact(&claim.epsilon),
            class: classify(game).class.to_string(),
            true_value: outcome.true_value.as_ref().map(outcome_bounds),
            naive: decision(outcome.naive_decision(), Some(&outcome.naive)),
            relaxed: decision(outcome.relaxed_decision(), None),
            decisions: outcome
                .relaxed
                .decisions
                .iter()
                .map(|assessment| decision(assessment, None))
                .collect(),
            status: status(outcome.status()),
            certificate: CertificateNote {
                checked: true,
                path: certificate_path,
                bytes: outcome.certificate.len(),
            },
            statistics: statistics(&outcome.statistics()),
            termination: termination(outcome.termination()),
        };
        write_document(out, &document)
    }
}
