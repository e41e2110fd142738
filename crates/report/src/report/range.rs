//! The answer of `range`, and its text.

use super::decision::{chosen, decision};
use super::number::{NumberText, interval};
use super::solve::{SolveReport, existence, write_statistics, write_status, write_structure};
use super::table::{write_field, write_normalised};
use super::words::plain;
use crate::game::{Game, classify};
use crate::leader::{Outcome, RangeOutcome, Status};
use std::io::{self, Write};

/// What `range` prints.
#[derive(Debug, Clone, Copy)]
pub struct RangeReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The answer.
    pub outcome: &'a RangeOutcome,
    /// Where the certificates were written, if they were.
    pub certificate_path: Option<&'a str>,
}

impl RangeReport<'_> {
    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let RangeReport { game, outcome, certificate_path } = *self;
        let numbers = NumberText::default();
        let claim = &outcome.least.accepted.claim;
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_normalised(out, game, &numbers)?;
        write_structure(out, game, &outcome.least)?;
        write_field(out, "epsilon", &numbers.exact(&claim.epsilon))?;
        let chosen = chosen(game, &outcome.least);
        write_field(
            out,
            "decision",
            &chosen.map(|chosen| decision(game, &chosen, &numbers)).unwrap_or_default(),
        )?;
        write_field(
            out,
            "range of",
            &claim.of.as_ref().map_or_else(|| "the leader's reward".into(), |of| plain(of)),
        )?;
        write_end(out, "least", &outcome.least, &numbers)?;
        write_end(out, "greatest", &outcome.greatest, &numbers)?;
        write_status(out, game, outcome.status(), outcome.termination())?;
        self.write_equilibrium(out, "least", &outcome.least, &numbers)?;
        self.write_equilibrium(out, "greatest", &outcome.greatest, &numbers)?;
        write_statistics(out, &outcome.statistics(), outcome.certificate.len(), certificate_path)?;
        numbers.write_note(out)
    }

    fn write_equilibrium(
        &self,
        out: &mut dyn Write,
        end: &str,
        outcome: &Outcome,
        numbers: &NumberText,
    ) -> io::Result<()> {
        writeln!(out)?;
        let Some(equilibrium) = &outcome.equilibrium else {
            let known = format!("for the {end} value {}", existence(&outcome.existence));
            return write_field(out, "equilibrium", &known);
        };
        let found = if outcome.status == Status::Exact { "with" } else { "the witness of" };
        write_field(out, "equilibrium", &format!("{found} the {end} value"))?;
        let value = if outcome.accepted.claim.of.is_some() { "value" } else { "leader reward" };
        // The game whose leader's reward is the expression: its own may be of a kind that has no
        // table.
        let objective =
            outcome.accepted.claim.of.as_ref().and_then(|of| self.game.with_objective(of).ok());
        let report = SolveReport {
            game: objective.as_ref().unwrap_or(self.game),
            outcome,
            certificate_path: None,
        };
        report.write_equilibrium(out, equilibrium, value, numbers)
    }
}

/// One end of the range: a number, or bounds.
fn write_end(
    out: &mut dyn Write,
    end: &str,
    outcome: &Outcome,
    numbers: &NumberText,
) -> io::Result<()> {
    let claim = &outcome.accepted.claim;
    if claim.lower == claim.upper {
        return write_field(out, end, &numbers.exact(&claim.lower));
    }
    write_field(out, end, &format!("in {}", interval(&claim.lower, &claim.upper)))?;
    write_field(out, "  at least", &numbers.exact(&claim.lower))?;
    write_field(out, "  at most", &numbers.exact(&claim.upper))
}
