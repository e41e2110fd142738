//! `solve --format json`: one object, `smfg-result/1`.

use super::decision::chosen;
use super::json::{Bounds, Exact, List, write_document};
use super::policy::{PartRows, PolicyRows};
use super::populations::{PopulationRows, of_equilibrium};
use super::shared_json::Number;
pub(super) use super::shared_json::{ChosenDecision, GameName};
use super::solve::{SolveReport, attained};
use super::structure::{StructureNote, at_decision};
use super::words::scope_of;
use crate::certificate::Scope;
use crate::game::{Game, classify};
use crate::leader::{Equilibrium, Existence, Outcome, Statistics, Status, Termination};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

impl SolveReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let SolveReport { game, outcome, certificate_path } = *self;
        let claim = &outcome.accepted.claim;
        let decisions = game.finite_decisions().unwrap_or_default();
        let document = Document {
            format: "smfg-result/1",
            command: "solve",
            game: GameName::of(game, &claim.game_hash),
            epsilon: Exact(&claim.epsilon),
            selection: claim.selection.to_string(),
            class: classify(game).class.to_string(),
            structure: chosen(game, outcome)
                .and_then(|decision| at_decision(game, &decision.values))
                .map(|own| StructureNote::new(&own, None)),
            scope: scope_of(game, &claim.scope),
            status: status(outcome.status),
            value: Bounds::new(&claim.lower, &claim.upper),
            decision: chosen(game, outcome).map(|decision| ChosenDecision { game, decision }),
            attained: attained(outcome),
            equilibrium: outcome.equilibrium.as_ref().map(|equilibrium| EquilibriumRows {
                game,
                outcome,
                equilibrium,
                value: "leader_reward",
            }),
            statistics_between: between(&outcome.existence),
            decisions: List(|| {
                let all = outcome.accepted.decisions.iter().enumerate();
                all.filter(|(index, _)| in_scope(&claim.scope, *index)).map(
                    |(index, (lower, upper))| DecisionBounds {
                        name: decisions.get(index).and_then(|decision| decision.name.as_deref()),
                        lower: lower.as_ref().map(Exact),
                        upper: upper.as_ref().map(Exact),
                    },
                )
            }),
            certificate: CertificateNote {
                checked: true,
                path: certificate_path,
                bytes: outcome.certificate.len(),
            },
            statistics: statistics(&outcome.statistics),
            termination: termination(outcome.termination),
        };
        write_document(out, &document)
    }
}

/// The box of an equilibrium that is not shown.
fn between(existence: &Existence) -> Option<Vec<[Exact<'_>; 2]>> {
    let Existence::Inside(ends) = existence else { return None };
    Some(ends.iter().map(|(low, high)| [Exact(low), Exact(high)]).collect())
}

/// The word for a status, in JSON and in text.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Exact => "exact",
        Status::WithinGap => "within_gap",
        Status::Limit => "limit",
    }
}

/// The word for why a search ended.
pub(super) fn termination(termination: Termination) -> &'static str {
    match termination {
        Termination::Gap => "gap",
        Termination::TimeLimit => "time_limit",
        Termination::MemoryLimit => "memory_limit",
        Termination::Interrupted => "interrupted",
    }
}

/// Whether a decision of a list belongs to the claim.
fn in_scope(scope: &Scope, index: usize) -> bool {
    match scope {
        Scope::All => true,
        Scope::Decision(only) => index == *only,
        Scope::Point(_) => false,
    }
}

#[derive(Serialize)]
struct Document<'a, D: Serialize> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    epsilon: Exact<'a>,
    selection: String,
    class: String,
    /// Only in class C1, where it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<StructureNote>,
    /// Only when one decision was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<super::words::OneDecision<'a>>,
    status: &'static str,
    value: Bounds<'a>,
    decision: Option<ChosenDecision<'a>>,
    /// Only for a polytope of decisions: `true` when the decision reaches the supremum, `false`
    /// when no decision does and the upper bound is the supremum, `null` when neither is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    attained: Option<Option<bool>>,
    equilibrium: Option<EquilibriumRows<'a>>,
    /// Where there is an equilibrium that is not rational: an interval per statistic of the game.
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics_between: Option<Vec<[Exact<'a>; 2]>>,
    decisions: D,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

#[derive(Serialize)]
struct DecisionBounds<'a> {
    name: Option<&'a str>,
    lower: Option<Exact<'a>>,
    upper: Option<Exact<'a>>,
}

#[derive(Serialize)]
pub(super) struct CertificateNote<'a> {
    pub(super) checked: bool,
    pub(super) path: Option<&'a str>,
    pub(super) bytes: usize,
}

#[derive(Serialize)]
pub(super) struct StatisticsNote {
    nodes: usize,
    lp_solves: usize,
    inductions: usize,
    decisions_solved: usize,
    refused_steps: usize,
    seconds: f64,
    check_seconds: f64,
}

pub(super) fn statistics(statistics: &Statistics) -> StatisticsNote {
    StatisticsNote {
        nodes: statistics.nodes,
        lp_solves: statistics.lp_solves,
        inductions: statistics.inductions,
        decisions_solved: statistics.decisions_solved,
        refused_steps: statistics.refused_steps,
        seconds: microseconds(statistics.seconds_approx),
        check_seconds: microseconds(statistics.check_seconds_approx),
    }
}

/// Seconds without digits that no clock measures.
fn microseconds(seconds_approx: f64) -> f64 {
    (seconds_approx * 1e6).round() / 1e6
}

pub(super) struct EquilibriumRows<'a> {
    pub(super) game: &'a Game,
    pub(super) outcome: &'a Outcome,
    pub(super) equilibrium: &'a Equilibrium,
    /// Key of the leader's reward, or of what stands in its place.
    pub(super) value: &'static str,
}

impl Serialize for EquilibriumRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let EquilibriumRows { game, outcome, equilibrium, value } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "policy",
            &equilibrium.policy.as_ref().map(|policy| PolicyRows { game, policy }),
        )?;
        map.serialize_entry("exploitability", &Number(&equilibrium.exploitability))?;
        map.serialize_entry(value, &Number(&equilibrium.leader_reward))?;
        map.serialize_entry(
            "mixture",
            &List(|| equilibrium.mixture.iter().map(|part| PartRows { game, part })),
        )?;
        if !game.vocabulary.populations.is_empty() {
            let plays = of_equilibrium(game, outcome, equilibrium);
            let rows = plays.as_ref().map(|plays| PopulationRows { game, plays });
            map.serialize_entry("populations", &rows)?;
        }
        map.end()
    }
}
