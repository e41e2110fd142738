//! Decisions of the leader in text.

use super::number::NumberText;
use super::words::plain;
#[cfg(feature = "solver")]
use crate::certificate::Scope;
use crate::game::{Decision, Game};
#[cfg(feature = "solver")]
use crate::leader::Outcome;
#[cfg(feature = "solver")]
use std::borrow::Cow;

/// The decision that an outcome is about or found best.
#[cfg(feature = "solver")]
pub(super) fn chosen<'a>(game: &'a Game, outcome: &Outcome) -> Option<Cow<'a, Decision>> {
    match &outcome.accepted.claim.scope {
        Scope::Point(values) => Some(Cow::Owned(Decision { name: None, values: values.clone() })),
        Scope::All if outcome.point.is_some() => {
            outcome.point.clone().map(|values| Cow::Owned(Decision { name: None, values }))
        }
        Scope::All | Scope::Decision(_) => {
            game.finite_decisions()?.get(outcome.decision).map(Cow::Borrowed)
        }
    }
}

/// Name and parameters of a decision: `low`, `toll = 1`, or both.
pub(super) fn decision(game: &Game, decision: &Decision, numbers: &NumberText) -> String {
    let parameters = parameters(game, decision, numbers);
    match (&decision.name, parameters.is_empty()) {
        (Some(name), true) => plain(name),
        (Some(name), false) => format!("{} ({parameters})", plain(name)),
        (None, true) => "the only one: the game has no leader".into(),
        (None, false) => parameters,
    }
}

/// `a = 1, b = 1/3 = 0.333...`.
pub(super) fn parameters(game: &Game, decision: &Decision, numbers: &NumberText) -> String {
    let named = game.leader.parameters.iter().zip(&decision.values);
    let words: Vec<String> =
        named.map(|(name, value)| format!("{} = {}", plain(name), numbers.exact(value))).collect();
    words.join(", ")
}
