//! The answer of `check` to a certificate of a set of equilibria.
//!
//! JSON: `{"valid", "equilibria", "reason"}`; `equilibria` has the `decision`, the number of
//! `patterns` and whether the equilibrium is `unique`.

use super::json::write_document;
use super::number::shorten_digits;
use super::table::write_field;
use super::words::plain;
use crate::check::{AcceptedEquilibria, Rejection};
use crate::game::Game;
use serde::Serialize;
use std::io::{self, Write};

/// Longest reason that text shows, in characters.
const LONGEST_REASON: usize = 400;

/// What `check` prints.
#[derive(Debug, Clone, Copy)]
pub struct EquilibriaCheckReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The verdict.
    pub verdict: Result<&'a AcceptedEquilibria, &'a Rejection>,
}

#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    equilibria: Option<Proved<'a>>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Proved<'a> {
    decision: Option<&'a str>,
    patterns: usize,
    unique: bool,
}

impl EquilibriaCheckReport<'_> {
    fn decision_name(&self, index: usize) -> Option<&str> {
        self.game
            .finite_decisions()
            .and_then(|decisions| decisions.get(index))
            .and_then(|decision| decision.name.as_deref())
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let proved = |accepted: &AcceptedEquilibria| {
            (self.decision_name(accepted.decision), accepted.patterns.len(), accepted.unique())
        };
        let equilibria = self.verdict.ok().map(proved).map(|(decision, patterns, unique)| Proved {
            decision,
            patterns,
            unique,
        });
        write_document(
            out,
            &Document {
                valid: self.verdict.is_ok(),
                equilibria,
                reason: self.verdict.err().map(ToString::to_string),
            },
        )
    }

    /// Writes the verdict in words.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.verdict {
            Ok(accepted) => {
                writeln!(out, "valid")?;
                write_field(
                    out,
                    "decision",
                    &self.decision_name(accepted.decision).map(plain).unwrap_or_default(),
                )?;
                let proved = if accepted.unique() {
                    "at epsilon 0 there is exactly one equilibrium".into()
                } else {
                    format!(
                        "the equilibria at epsilon 0 are the union of the {} patterns",
                        accepted.patterns.len()
                    )
                };
                write_field(out, "proved", &proved)
            }
            Err(rejection) => {
                writeln!(out, "invalid")?;
                let reason: String =
                    shorten_digits(&rejection.to_string()).chars().take(LONGEST_REASON).collect();
                write_field(out, "reason", &reason)
            }
        }
    }
}
