//! The answer of `check`.
//!
//! JSON: `{"valid", "claim", "reason"}`. `claim` is what the certificate says, whether proved or not: `lower`, `upper`, `epsilon`,
//! `selection`, `game_hash`, and `scope` when it is about one decision only; null when it cannot be read.

use super::json::{Exact, write_document};
use super::number::{NumberText, shorten_digits};
use super::table::write_field;
use super::words::{self, scope_of};
use crate::certificate::Claim;
use crate::check::{Accepted, Rejection};
use crate::game::Game;
use serde::Serialize;
use std::io::{self, Write};

/// Longest reason that text shows, in characters: it may quote the certificate.
const LONGEST_REASON: usize = 400;

/// What `check` prints.
#[derive(Debug, Clone, Copy)]
pub struct CheckReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// What the certificate says, where it could be read.
    pub claim: Option<&'a Claim>,
    /// The verdict.
    pub verdict: Result<&'a Accepted, &'a Rejection>,
}

#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    claim: Option<ClaimRows<'a>>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct ClaimRows<'a> {
    lower: Exact<'a>,
    upper: Exact<'a>,
    epsilon: Exact<'a>,
    selection: String,
    game_hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<words::OneDecision<'a>>,
}

impl CheckReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let claim = self.claim.map(|claim| ClaimRows {
            lower: Exact(&claim.lower),
            upper: Exact(&claim.upper),
            epsilon: Exact(&claim.epsilon),
            selection: claim.selection.to_string(),
            game_hash: &claim.game_hash,
            scope: scope_of(self.game, &claim.scope),
        });
        let reason = self.verdict.err().map(ToString::to_string);
        write_document(out, &Document { valid: self.verdict.is_ok(), claim, reason })
    }

    /// Writes the verdict in words.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        match self.verdict {
            Ok(accepted) => {
                writeln!(out, "valid")?;
                write_field(out, "proved", &words::claim(self.game, &accepted.claim, &numbers))?;
                write_field(out, "game hash", &accepted.claim.game_hash)?;
            }
            Err(rejection) => {
                writeln!(out, "invalid")?;
                let reason: String = shorten_digits(&rejection.to_string()).chars().take(LONGEST_REASON).collect();
                write_field(out, "reason", &reason)?;
                if let Some(claim) = self.claim.filter(|_| !matches!(rejection, Rejection::OtherGame { .. })) {
                    write_field(out, "not proved", &words::claim(self.game, claim, &numbers))?;
                }
                write_field(out, "game", &self.game.name)?;
            }
        }
        if numbers.shortened() {
            writeln!(out, "\n[...]... encloses a fraction of more than 40 characters; --format json prints it exactly.")?;
        }
        Ok(())
    }
}
