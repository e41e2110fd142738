//! Statements about two models: by how much exploitability and the leader's reward can differ
//! between them.
//!
//! The text has no steps: the checker recomputes the bounds from the games.

use super::token::{parse_index, parse_number, short};
use super::{Scope, VERSION};
use crate::drift::Radii;
use crate::exact::{Rational, format_rational};
use std::io::{self, Write};

/// Name of the format, the first word of its first line.
pub const DRIFT: &str = "smfg-drift";

/// How the truth may differ from the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatedError {
    /// By at most these radii.
    Radii(Radii),
    /// The truth is the game with this hash.
    Against(String),
}

/// Bounds of the drift at the decisions of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftBound {
    /// The decisions.
    pub scope: Scope,
    /// Bound of the change of exploitability, for every policy.
    pub kappa: Rational,
    /// Bound of the change of the leader's reward, for every policy.
    pub omega: Rational,
}

/// `|Expl' - Expl| <= kappa` and `|J0' - J0| <= omega` for every policy of the followers, at
/// decisions of the leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftClaim {
    /// Canonical hash of the model.
    pub game_hash: String,
    /// The error.
    pub error: StatedError,
    /// The bounds, at least one.
    pub bounds: Vec<DriftBound>,
}

/// Writes a statement.
///
/// # Errors
/// Those of `out`.
pub fn write_drift<W: Write>(mut out: W, claim: &DriftClaim) -> io::Result<W> {
    writeln!(out, "{DRIFT} {VERSION}")?;
    writeln!(out, "game {}", claim.game_hash)?;
    writeln!(out, "{}", error_line(&claim.error))?;
    for DriftBound { scope, kappa, omega } in &claim.bounds {
        writeln!(
            out,
            "drift {} {} {}",
            super::write::scope_words(scope),
            format_rational(kappa),
            format_rational(omega)
        )?;
    }
    writeln!(out, "end")?;
    Ok(out)
}

/// The line of an error, without its end.
pub(super) fn error_line(error: &StatedError) -> String {
    match error {
        StatedError::Radii(radii) => format!(
            "errors {}",
            [&radii.reward, &radii.transition, &radii.leader].map(format_rational).join(" ")
        ),
        StatedError::Against(hash) => format!("against {hash}"),
    }
}

/// The words after `errors`.
pub(super) fn parse_errors(rest: &str) -> Result<StatedError, String> {
    let numbers: Vec<Rational> = rest.split(' ').map(parse_number).collect::<Result<_, _>>()?;
    match <[Rational; 3]>::try_from(numbers) {
        Ok([reward, transition, leader]) => {
            Ok(StatedError::Radii(Radii { reward, transition, leader }))
        }
        Err(found) => Err(format!(
            "found {} numbers, expected three: reward, transition, leader",
            found.len()
        )),
    }
}

/// The words after `drift`.
pub(super) fn parse_bound(rest: &str) -> Result<DriftBound, String> {
    let unknown = || {
        format!(
            "found `{}`, expected `all`, `decision K` or `point NUMBER ...`, then kappa and omega",
            short(rest)
        )
    };
    let words: Vec<&str> = rest.split(' ').collect();
    let (scope, [kappa, omega]) = words.split_last_chunk::<2>().ok_or_else(unknown)?;
    let scope = parse_scope_words(scope).ok_or_else(unknown)??;
    Ok(DriftBound { scope, kappa: parse_number(kappa)?, omega: parse_number(omega)? })
}

/// A scope, word by word; `None` when the words are none.
pub(super) fn parse_scope_words(words: &[&str]) -> Option<Result<Scope, String>> {
    match words {
        ["all"] => Some(Ok(Scope::All)),
        ["decision", index] => Some(parse_index(index).map(Scope::Decision)),
        ["point", values @ ..] if !values.is_empty() => Some(
            values
                .iter()
                .map(|word| parse_number(word))
                .collect::<Result<_, _>>()
                .map(Scope::Point),
        ),
        _ => None,
    }
}
