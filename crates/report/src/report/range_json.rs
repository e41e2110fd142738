//! `range --format json`: one object, `smfg-range/1`.

use super::decision::chosen;
use super::json::{Bounds, Exact, write_document};
use super::range::RangeReport;
use super::solve_json::{
    CertificateNote, ChosenDecision, EquilibriumRows, GameName, StatisticsNote, statistics, status,
    termination,
};
use super::structure::{StructureNote, at_decision};
use crate::game::{Game, classify};
use crate::leader::Outcome;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    epsilon: Exact<'a>,
    class: String,
    /// Only in class C1, where it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<StructureNote>,
    decision: Option<ChosenDecision<'a>>,
    /// Null for the leader's reward.
    of: Option<&'a str>,
    least: End<'a>,
    greatest: End<'a>,
    status: &'static str,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

#[derive(Serialize)]
struct End<'a> {
    #[serde(flatten)]
    bounds: Bounds<'a>,
    status: &'static str,
    equilibrium: Option<EquilibriumRows<'a>>,
}

impl RangeReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let RangeReport { game, outcome, certificate_path } = *self;
        let claim = &outcome.least.accepted.claim;
        let hash = game.hash();
        let document = Document {
            format: "smfg-range/1",
            command: "range",
            game: GameName::of(game, &hash),
            epsilon: Exact(&claim.epsilon),
            class: classify(game).class.to_string(),
            structure: chosen(game, &outcome.least)
                .and_then(|decision| at_decision(game, &decision.values))
                .map(|own| StructureNote::new(&own, None)),
            decision: chosen(game, &outcome.least)
                .map(|decision| ChosenDecision { game, decision }),
            of: claim.of.as_deref(),
            least: end(game, &outcome.least),
            greatest: end(game, &outcome.greatest),
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

fn end<'a>(game: &'a Game, outcome: &'a Outcome) -> End<'a> {
    let claim = &outcome.accepted.claim;
    let value = if claim.of.is_some() { "value" } else { "leader_reward" };
    End {
        bounds: Bounds::new(&claim.lower, &claim.upper),
        status: status(outcome.status),
        equilibrium: outcome.equilibrium.as_ref().map(|equilibrium| EquilibriumRows {
            game,
            outcome,
            equilibrium,
            value,
        }),
    }
}
