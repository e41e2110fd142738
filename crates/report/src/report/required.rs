//! The answer of `solve` about a game with requirements: text, and the JSON of `solve` with the key
//! `requirements`.

use super::cells::bound_cell;
use super::decision::{decision, parameters};
use super::json::{Bounds, Exact, write_document};
use super::number::{NumberText, interval};
use super::shared_json::{ChosenDecision, GameName};
use super::solve::{SolveReport, write_statistics, write_status};
use super::solve_json::{
    CertificateNote, EquilibriumRows, StatisticsNote, statistics, status, termination,
};
use super::table::{MOST_ROWS, write_field, write_normalised, write_table};
use super::words::plain;
use crate::certificate::Selection;
use crate::exact::{Rational, Rounding, format_rational};
use crate::game::{Game, Requirement, classify};
use crate::leader::{Judged, RequiredOutcome};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::io::{self, Write};

/// What `solve` prints about a game with requirements.
#[derive(Debug, Clone, Copy)]
pub struct RequiredReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The answer.
    pub outcome: &'a RequiredOutcome,
    /// Where the bundle was written, if it was.
    pub certificate_path: Option<&'a str>,
}

impl RequiredReport<'_> {
    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let RequiredReport { game, outcome, certificate_path } = *self;
        let numbers = NumberText::default();
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_normalised(out, game, &numbers)?;
        write_field(out, "epsilon", &numbers.exact(&outcome.epsilon))?;
        let who = match outcome.selection {
            Selection::Pessimistic => "every equilibrium of the decision",
            Selection::Optimistic => "the equilibrium chosen",
        };
        write_field(out, "selection", &outcome.selection.to_string())?;
        for requirement in &game.vocabulary.requirements {
            let (value, sign) = (plain(&requirement.value), sign(requirement));
            let bound = numbers.exact(requirement.limit.bound());
            write_field(out, "required", &format!("{value} {sign} {bound} at {who}"))?;
        }
        if let Some(step) = &outcome.grid {
            let (count, step) = (outcome.decisions.len(), numbers.exact(step));
            write_field(out, "decisions", &format!("{count} multiples of {step}, and no others"))?;
        }
        match (&outcome.lower, &outcome.upper) {
            (_, None) => write_field(
                out,
                "value",
                "none: it is proved of every decision that it breaks a requirement",
            )?,
            (None, Some(upper)) => write_field(
                out,
                "value",
                &format!(
                    "at most {}; no decision is proved to meet the requirements",
                    numbers.exact(upper)
                ),
            )?,
            (Some(lower), Some(upper)) if lower == upper => {
                write_field(out, "value", &numbers.exact(lower))?
            }
            (Some(lower), Some(upper)) => {
                write_field(out, "value", &format!("in {}", interval(lower, upper)))?
            }
        }
        if outcome.infeasible() {
            write_field(out, "status", "infeasible")?;
        } else {
            write_status(out, game, outcome.status, outcome.termination)?;
        }
        self.write_best(out, &numbers)?;
        self.write_decisions(out)?;
        let bytes = outcome.certificate.len();
        write_statistics(out, &outcome.statistics, bytes, certificate_path)?;
        numbers.write_note(out)
    }

    fn write_best(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let Some(best) = self.best() else { return Ok(()) };
        write_field(out, "decision", &decision(self.game, &best.decision, numbers))?;
        let Some(outcome) = &best.outcome else { return Ok(()) };
        let Some(equilibrium) = &outcome.equilibrium else { return Ok(()) };
        writeln!(out)?;
        let report = SolveReport { game: self.game, outcome, certificate_path: None };
        report.write_equilibrium(out, equilibrium, "leader reward", numbers)
    }

    fn write_decisions(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        let head = ["decision", "requirements", "at least", "at most"].map(String::from).to_vec();
        let mut rows: Vec<Vec<String>> = vec![head];
        for own in self.outcome.decisions.iter().take(MOST_ROWS) {
            let name = self.name(own, &numbers);
            let met = match own.feasible {
                Some(true) => "met",
                Some(false) => "broken",
                None => "open",
            };
            let (lower, upper) = match &own.value {
                None => (None, None),
                Some((lower, upper)) => (lower.as_ref(), Some(upper)),
            };
            let cell = |value: Option<&Rational>, rounding| {
                value.map_or_else(|| "-".into(), |value| bound_cell(value, rounding))
            };
            let (lower, upper) = (cell(lower, Rounding::Down), cell(upper, Rounding::Up));
            rows.push(vec![name, met.into(), lower, upper]);
        }
        writeln!(out)?;
        write_table(out, &rows)?;
        match self.outcome.decisions.len().saturating_sub(MOST_ROWS) {
            0 => Ok(()),
            more => writeln!(out, "  ... and {more} more"),
        }
    }

    /// The name of a decision, or its parameters.
    fn name(&self, own: &Judged, numbers: &NumberText) -> String {
        let unnamed = || parameters(self.game, &own.decision, numbers);
        own.decision.name.as_deref().map_or_else(unnamed, plain)
    }

    /// Parameters by name.
    fn parameters(&self, own: &Judged) -> Map<String, Value> {
        let names = self.game.leader.parameters.iter().cloned();
        let values = own.decision.values.iter().map(|value| format_rational(value).into());
        names.zip(values).collect()
    }

    fn best(&self) -> Option<&Judged> {
        self.outcome.best.and_then(|at| self.outcome.decisions.get(at))
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let RequiredReport { game, outcome, certificate_path } = *self;
        let best = self.best();
        let hash = game.hash();
        let document = Document {
            format: "smfg-result/1",
            command: "solve",
            game: GameName::of(game, &hash),
            epsilon: Exact(&outcome.epsilon),
            selection: outcome.selection.to_string(),
            class: classify(game).class.to_string(),
            requirements: game.vocabulary.requirements.iter().map(requirement_row).collect(),
            status: if outcome.infeasible() { "infeasible" } else { status(outcome.status) },
            value: outcome
                .lower
                .as_ref()
                .zip(outcome.upper.as_ref())
                .map(|(l, u)| Bounds::new(l, u)),
            upper: outcome.upper.as_ref().map(Exact),
            decision: best
                .map(|own| ChosenDecision { game, decision: Cow::Borrowed(&own.decision) }),
            equilibrium: best.and_then(|own| own.outcome.as_ref()).and_then(|outcome| {
                let equilibrium = outcome.equilibrium.as_ref()?;
                Some(EquilibriumRows { game, outcome, equilibrium, value: "leader_reward" })
            }),
            decision_grid: outcome.grid.as_ref().map(Exact),
            decisions: outcome.decisions.iter().map(|own| self.row(own)).collect(),
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

    fn row<'a>(&self, own: &'a Judged) -> DecisionRow<'a> {
        let value = own.value.as_ref();
        let claims = own.requirements.iter().map(|outcome| &outcome.accepted.claim);
        DecisionRow {
            name: own.decision.name.as_deref(),
            parameters: own.decision.name.is_none().then(|| self.parameters(own)),
            feasible: own.feasible,
            lower: value.and_then(|(lower, _)| lower.as_ref()).map(Exact),
            upper: value.map(|(_, upper)| Exact(upper)),
            requirements: claims.map(|claim| Bounds::new(&claim.lower, &claim.upper)).collect(),
        }
    }
}

fn sign(requirement: &Requirement) -> &'static str {
    if requirement.limit.key() == "at_most" { "<=" } else { ">=" }
}

/// `{"value", "at_most" or "at_least"}`.
fn requirement_row(requirement: &Requirement) -> Value {
    let bound = format_rational(requirement.limit.bound());
    let mut row = Map::new();
    row.insert("value".into(), Value::String(requirement.value.clone()));
    row.insert(requirement.limit.key().into(), Value::String(bound));
    Value::Object(row)
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    epsilon: Exact<'a>,
    selection: String,
    class: String,
    requirements: Vec<Value>,
    status: &'static str,
    /// `null` where no decision is known to meet the requirements.
    value: Option<Bounds<'a>>,
    /// `null` where no decision meets them.
    upper: Option<Exact<'a>>,
    decision: Option<ChosenDecision<'a>>,
    equilibrium: Option<EquilibriumRows<'a>>,
    /// Only where the value is that over multiples of a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_grid: Option<Exact<'a>>,
    decisions: Vec<DecisionRow<'a>>,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

#[derive(Serialize)]
struct DecisionRow<'a> {
    name: Option<&'a str>,
    /// Of a decision without a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Map<String, Value>>,
    feasible: Option<bool>,
    lower: Option<Exact<'a>>,
    upper: Option<Exact<'a>>,
    /// Per requirement the end of the range of its expression that decides it.
    requirements: Vec<Bounds<'a>>,
}
