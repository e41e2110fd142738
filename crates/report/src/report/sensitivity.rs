//! The answer of `sensitivity`, and its text.

use super::decision::{chosen, decision};
use super::number::{NumberText, interval, short_fraction};
use super::solve::write_status;
use super::table::{MOST_ROWS, write_field, write_table};
use super::words::plain;
use crate::analysis::sensitivity::{Assessment, Sensitivity};
use crate::drift::ModelError;
use crate::exact::{Rational, truncated};
use crate::game::{Game, Interval, classify};
use crate::leader::Outcome;
use std::io::{self, Write};

/// What `sensitivity` prints.
#[derive(Debug, Clone, Copy)]
pub struct SensitivityReport<'a> {
    /// The model.
    pub game: &'a Game,
    /// How the truth may differ from it.
    pub error: ModelError<'a>,
    /// The answer.
    pub outcome: &'a Sensitivity,
    /// Where the bundle was written, if it was.
    pub certificate_path: Option<&'a str>,
}

/// The error of a model in words.
pub(super) fn error_text(error: &ModelError<'_>, numbers: &NumberText) -> (&'static str, String) {
    match error {
        ModelError::Against(truth) => ("truth", plain(&truth.name)),
        ModelError::Radii(radii) => {
            let [reward, transition, leader] = [&radii.reward, &radii.transition, &radii.leader]
                .map(|radius| numbers.fraction(radius));
            (
                "errors",
                format!(
                    "reward {reward}, transition {transition}, leader {leader}, at every stage"
                ),
            )
        }
    }
}

/// A number, or bounds of it.
pub(super) fn bounds_text((lower, upper): &Interval, numbers: &NumberText) -> String {
    if lower == upper { numbers.exact(lower) } else { format!("in {}", interval(lower, upper)) }
}

/// The same in the cell of a table.
pub(super) fn bounds_cell((lower, upper): &Interval) -> String {
    let short = |value: &Rational| short_fraction(value, 15).unwrap_or_else(|| truncated(value, 8));
    if lower == upper { short(lower) } else { interval_cell(lower, upper) }
}

fn interval_cell(lower: &Rational, upper: &Rational) -> String {
    use crate::exact::{Rounding, decimal};
    format!("[{}, {}]", decimal(lower, 8, Rounding::Down), decimal(upper, 8, Rounding::Up))
}

pub(super) fn claimed(outcome: &Outcome) -> Interval {
    (outcome.accepted.claim.lower.clone(), outcome.accepted.claim.upper.clone())
}

/// The decision of an assessment in words.
pub(super) fn decision_text(game: &Game, assessment: &Assessment, numbers: &NumberText) -> String {
    chosen(game, &assessment.relaxed)
        .map(|chosen| decision(game, &chosen, numbers))
        .unwrap_or_default()
}

impl SensitivityReport<'_> {
    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let SensitivityReport { game, error, outcome, certificate_path } = *self;
        let numbers = NumberText::default();
        let classification = classify(game);
        write_field(out, "model", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        let (label, text) = error_text(&error, &numbers);
        write_field(out, label, &text)?;
        write_field(out, "epsilon", &numbers.exact(&outcome.naive.accepted.claim.epsilon))?;
        if let Some(value) = &outcome.true_value {
            write_field(out, "true value", &bounds_text(&claimed(value), &numbers))?;
        }
        write_status(out, game, outcome.status(), outcome.termination())?;
        let (naive, relaxed) = (outcome.naive_decision(), outcome.relaxed_decision());
        writeln!(out)?;
        write_field(out, "naive", &decision_text(game, naive, &numbers))?;
        write_field(out, "  promised", &bounds_text(&claimed(&outcome.naive), &numbers))?;
        self.write_assessment(out, naive, &numbers)?;
        writeln!(out)?;
        write_field(out, "relaxed", &decision_text(game, relaxed, &numbers))?;
        self.write_assessment(out, relaxed, &numbers)?;
        self.write_decisions(out)?;
        let place = certificate_path.map_or_else(String::new, |path| format!(", {path}"));
        writeln!(out)?;
        write_field(
            out,
            "certificate",
            &format!("checked (bundle of {}{place})", self.elements()),
        )?;
        numbers.write_note(out)
    }

    /// What the bundle has, in words.
    fn elements(&self) -> String {
        let relaxed = &self.outcome.relaxed;
        let per_decision = if self.outcome.true_value.is_some() { 3 } else { 1 };
        let values =
            1 + usize::from(self.outcome.true_value.is_some()) + usize::from(relaxed.all.is_some());
        let certificates = values + per_decision * relaxed.decisions.len();
        format!(
            "the drift, {certificates} certificates and {} conclusions",
            self.outcome.conclusions()
        )
    }

    fn write_assessment(
        &self,
        out: &mut dyn Write,
        assessment: &Assessment,
        numbers: &NumberText,
    ) -> io::Result<()> {
        let drift = &assessment.drift;
        let (kappa, omega) = (numbers.exact(&drift.kappa), numbers.exact(&drift.omega));
        write_field(out, "  drift", &format!("exploitability {kappa}, leader {omega}"))?;
        write_field(out, "  guaranteed", &numbers.exact(&assessment.guarantee().0))?;
        if let Some(value) = assessment.true_value() {
            write_field(out, "  true value", &bounds_text(&value, numbers))?;
        }
        if let Some(loss) = self.outcome.loss(assessment) {
            write_field(out, "  true loss", &bounds_text(&loss, numbers))?;
        }
        Ok(())
    }

    /// A row per decision: drift, the relaxed value, and the sandwich around it.
    fn write_decisions(&self, out: &mut dyn Write) -> io::Result<()> {
        let decisions = &self.outcome.relaxed.decisions;
        let numbers = NumberText::default();
        let truth = self.outcome.true_value.is_some();
        let mut heading = vec!["decision", "kappa", "omega", "V(eps + kappa)", "guaranteed"];
        if truth {
            heading.extend(["V'(eps + 2 kappa) - omega", "V'(eps) + omega"]);
        }
        let mut rows: Vec<Vec<String>> = vec![heading.into_iter().map(String::from).collect()];
        for assessment in decisions.iter().take(MOST_ROWS) {
            let drift = &assessment.drift;
            let single = |value: &Rational| bounds_cell(&(value.clone(), value.clone()));
            let name = chosen(self.game, &assessment.relaxed).map(|chosen| match &chosen.name {
                Some(name) => plain(name),
                None => super::decision::parameters(self.game, &chosen, &numbers),
            });
            let mut row =
                vec![name.unwrap_or_default(), single(&drift.kappa), single(&drift.omega)];
            row.push(bounds_cell(&claimed(&assessment.relaxed)));
            row.push(single(&assessment.guarantee().0));
            if let Some((below, above)) = assessment.ends() {
                row.extend([bounds_cell(&below), bounds_cell(&above)]);
            }
            rows.push(row);
        }
        writeln!(
            out,
            "\nWorst cases V of the model{}:",
            if truth { " and V' of the truth" } else { "" }
        )?;
        write_table(out, &rows)?;
        match decisions.len().saturating_sub(MOST_ROWS) {
            0 => Ok(()),
            more => writeln!(out, "  ... and {more} more"),
        }
    }
}
