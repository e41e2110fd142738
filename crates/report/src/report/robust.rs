//! The answer of `solve --robust`: text, and the JSON of `solve` with the key `robust`.

use super::decision::chosen;
use super::json::{Exact, write_document};
use super::number::NumberText;
use super::sensitivity::{bounds_cell, bounds_text, claimed, decision_text, error_text};
use super::sensitivity_json::{OwnedBounds, RadiiRow};
use super::solve::{SolveReport, write_statistics, write_status};
use super::solve_json::{
    CertificateNote, ChosenDecision, EquilibriumRows, GameName, StatisticsNote, statistics, status,
    termination,
};
use super::table::{MOST_ROWS, write_field, write_table};
use super::words::plain;
use crate::analysis::sensitivity::{Assessment, Robust};
use crate::drift::ModelError;
use crate::exact::{Rational, format_rational};
use crate::game::{Game, classify};
use serde::Serialize;
use std::io::{self, Write};

/// What `solve --robust` prints.
#[derive(Debug, Clone, Copy)]
pub struct RobustReport<'a> {
    /// The model.
    pub game: &'a Game,
    /// Largest exploitability in the truth.
    pub epsilon: &'a Rational,
    /// The answer.
    pub outcome: &'a Robust,
    /// Where the bundle was written, if it was.
    pub certificate_path: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    epsilon: Exact<'a>,
    selection: &'static str,
    class: String,
    status: &'static str,
    value: OwnedBounds,
    decision: Option<ChosenDecision<'a>>,
    equilibrium: Option<EquilibriumRows<'a>>,
    decisions: Vec<Row>,
    robust: RobustRow<'a>,
    certificate: CertificateNote<'a>,
    statistics: StatisticsNote,
    termination: &'static str,
}

/// Bounds of the guarantee of a decision.
#[derive(Serialize)]
struct Row {
    name: Option<String>,
    lower: String,
    upper: String,
}

#[derive(Serialize)]
struct RobustRow<'a> {
    errors: RadiiRow<'a>,
    kappa: Exact<'a>,
    omega: Exact<'a>,
    relaxed_epsilon: Exact<'a>,
    relaxed_value: OwnedBounds,
}

impl RobustReport<'_> {
    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let RobustReport { game, epsilon, outcome, certificate_path } = *self;
        let numbers = NumberText::default();
        let decision = outcome.decision();
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_field(out, "epsilon", &numbers.exact(epsilon))?;
        let (label, text) = error_text(&ModelError::Radii(&outcome.radii), &numbers);
        write_field(out, label, &text)?;
        write_field(out, "guarantee", &bounds_text(&outcome.relaxed.value(), &numbers))?;
        write_status(out, game, outcome.status(), outcome.termination())?;
        write_field(out, "decision", &decision_text(game, decision, &numbers))?;
        let (kappa, omega) =
            (numbers.exact(&decision.drift.kappa), numbers.exact(&decision.drift.omega));
        write_field(out, "drift", &format!("exploitability {kappa}, leader {omega}"))?;
        write_field(out, "relaxed value", &bounds_text(&claimed(&decision.relaxed), &numbers))?;
        if let Some(equilibrium) = &decision.relaxed.equilibrium {
            writeln!(out)?;
            let at = numbers.fraction(&decision.relaxed.accepted.claim.epsilon);
            write_field(
                out,
                "equilibrium",
                &format!("of the model, the worst at this decision at epsilon + kappa = {at}"),
            )?;
            let report = SolveReport { game, outcome: &decision.relaxed, certificate_path: None };
            report.write_equilibrium(out, equilibrium, "leader reward", &numbers)?;
        }
        self.write_decisions(out)?;
        write_statistics(out, &outcome.statistics(), outcome.certificate.len(), certificate_path)?;
        numbers.write_note(out)
    }

    fn name(&self, assessment: &Assessment) -> Option<String> {
        chosen(self.game, &assessment.relaxed).and_then(|decision| decision.name.clone())
    }

    fn write_decisions(&self, out: &mut dyn Write) -> io::Result<()> {
        let decisions = &self.outcome.relaxed.decisions;
        if decisions.len() < 2 {
            return Ok(());
        }
        let mut rows: Vec<Vec<String>> =
            vec![["decision", "kappa", "omega", "guaranteed"].map(String::from).to_vec()];
        for decision in decisions.iter().take(MOST_ROWS) {
            let single = |value: &Rational| bounds_cell(&(value.clone(), value.clone()));
            let name = self.name(decision).map(|name| plain(&name)).unwrap_or_default();
            rows.push(vec![
                name,
                single(&decision.drift.kappa),
                single(&decision.drift.omega),
                bounds_cell(&decision.guarantee()),
            ]);
        }
        writeln!(out)?;
        write_table(out, &rows)?;
        match decisions.len().saturating_sub(MOST_ROWS) {
            0 => Ok(()),
            more => writeln!(out, "  ... and {more} more"),
        }
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let RobustReport { game, epsilon, outcome, certificate_path } = *self;
        let decision = outcome.decision();
        let claim = &decision.relaxed.accepted.claim;
        let row = |assessment: &Assessment| {
            let (lower, upper) = assessment.guarantee();
            Row {
                name: self.name(assessment),
                lower: format_rational(&lower),
                upper: format_rational(&upper),
            }
        };
        let document = Document {
            format: "smfg-result/1",
            command: "solve",
            game: GameName::of(game, &claim.game_hash),
            epsilon: Exact(epsilon),
            selection: "pessimistic",
            class: classify(game).class.to_string(),
            status: status(outcome.status()),
            value: OwnedBounds::new(&outcome.relaxed.value()),
            decision: chosen(game, &decision.relaxed)
                .map(|decision| ChosenDecision { game, decision }),
            equilibrium: decision.relaxed.equilibrium.as_ref().map(|equilibrium| {
                let (outcome, value) = (&decision.relaxed, "leader_reward");
                EquilibriumRows { game, outcome, equilibrium, value }
            }),
            decisions: outcome.relaxed.decisions.iter().map(row).collect(),
            robust: RobustRow {
                errors: RadiiRow::new(&outcome.radii),
                kappa: Exact(&decision.drift.kappa),
                omega: Exact(&decision.drift.omega),
                relaxed_epsilon: Exact(&claim.epsilon),
                relaxed_value: OwnedBounds::new(&claimed(&decision.relaxed)),
            },
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
