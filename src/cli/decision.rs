//! `--decision`: one decision of the leader, by name or by its parameters.

use crate::exact::{NumberError, Rational, parse_rational};
use crate::game::{Decision, Game, NotADecision};

/// Most decisions or parameters that a message lists.
const MOST_LISTED: usize = 12;

/// Why `--decision` names none.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecisionError {
    #[error("--decision {given}: {source}")]
    Number { given: String, source: NumberError },
    #[error("--decision {given}: no such decision, expected {expected}")]
    Unknown { given: String, expected: String },
    #[error("--decision {given}: {count} decisions have these parameters ({names}), expected values that single out one")]
    Ambiguous { given: String, count: usize, names: String },
    #[error("--decision {given}: found no value for {missing}, expected {expected}")]
    Incomplete { given: String, missing: String, expected: String },
    #[error("--decision {given}: {source}")]
    NotAdmitted { given: String, source: NotADecision },
    #[error("the answer is about one decision: expected --decision with {expected}")]
    Needed { expected: String },
}

/// One decision.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// Of a list, by position.
    Listed(usize),
    /// A point of the decision set of a leader with variables.
    Point(Vec<Rational>),
}

/// The decision that `given` names, or whose parameters it gives: `low`, `toll=1,fine=1/2`.
pub(super) fn choose(game: &Game, given: &str) -> Result<Chosen, DecisionError> {
    match game.finite_decisions() {
        Some(decisions) => find(game, decisions, given).map(Chosen::Listed),
        None => point(game, given).map(Chosen::Point),
    }
}

/// That a game has several decisions, and which.
pub(super) fn needed(game: &Game) -> DecisionError {
    let expected = match game.finite_decisions() {
        Some(decisions) => expected(game, decisions),
        None => format!("a number per parameter: {}", assignments(game)),
    };
    DecisionError::Needed { expected }
}

fn find(game: &Game, decisions: &[Decision], given: &str) -> Result<usize, DecisionError> {
    if let Some(index) = decisions.iter().position(|decision| decision.name.as_deref() == Some(given)) {
        return Ok(index);
    }
    let unknown = || DecisionError::Unknown { given: given.into(), expected: expected(game, decisions) };
    let wanted = parse(game, given, unknown)?;
    let fits = |decision: &Decision| wanted.iter().all(|(parameter, value)| decision.values.get(*parameter) == Some(value));
    let found: Vec<usize> = (0..decisions.len()).filter(|&index| fits(&decisions[index])).collect();
    match found.as_slice() {
        [] => Err(unknown()),
        [only] => Ok(*only),
        // Decisions with the same parameters are the same game.
        [first, rest @ ..] if rest.iter().all(|&index| decisions[index].values == decisions[*first].values) => Ok(*first),
        several => {
            Err(DecisionError::Ambiguous { given: given.into(), count: several.len(), names: names(decisions, several.iter().copied()) })
        }
    }
}

/// A number for every parameter, and together a decision.
fn point(game: &Game, given: &str) -> Result<Vec<Rational>, DecisionError> {
    let unknown = || DecisionError::Unknown { given: given.into(), expected: assignments(game) };
    let mut values: Vec<Option<Rational>> = vec![None; game.leader.parameters.len()];
    for (parameter, value) in parse(game, given, unknown)? {
        if values[parameter].replace(value).is_some() {
            return Err(unknown());
        }
    }
    let missing: Vec<&str> = game.leader.parameters.iter().zip(&values).filter(|(_, v)| v.is_none()).map(|(n, _)| n.as_str()).collect();
    if !missing.is_empty() {
        let missing = listed(&missing, missing.len());
        return Err(DecisionError::Incomplete { given: given.into(), missing, expected: assignments(game) });
    }
    let values: Vec<Rational> = values.into_iter().flatten().collect();
    game.leader.admits(&values).map_err(|source| DecisionError::NotAdmitted { given: given.into(), source })?;
    Ok(values)
}

/// Assignments `name=value` separated by commas. Names may contain commas and `=`, as in `nu[idle,audit]@0`: the longest name that
/// fits is meant.
fn parse(game: &Game, given: &str, unknown: impl Fn() -> DecisionError) -> Result<Vec<(usize, Rational)>, DecisionError> {
    let mut wanted = Vec::new();
    let mut rest = given;
    loop {
        let text = rest.trim_start();
        let value_of = |name: &String| text.strip_prefix(name.as_str())?.trim_start().strip_prefix('=');
        let named = game.leader.parameters.iter().enumerate().filter_map(|(k, name)| Some((name.len(), k, value_of(name)?)));
        let (_, parameter, value) = named.max_by_key(|(length, ..)| *length).ok_or_else(&unknown)?;
        let (value, more) = value.split_once(',').map_or((value, None), |(value, more)| (value, Some(more)));
        let value = parse_rational(value.trim()).map_err(|source| DecisionError::Number { given: given.into(), source })?;
        wanted.push((parameter, value));
        match more {
            Some(more) => rest = more,
            None => return Ok(wanted),
        }
    }
}

fn expected(game: &Game, decisions: &[Decision]) -> String {
    if decisions.iter().all(|decision| decision.name.is_none()) {
        return "no --decision: the game has no leader".into();
    }
    let names = names(decisions, 0..decisions.len());
    if game.leader.parameters.is_empty() {
        format!("one of {names}")
    } else {
        format!("one of {names}, or {} of one of them", assignments(game))
    }
}

/// `a=...,b=...`.
fn assignments(game: &Game) -> String {
    let names: Vec<String> = game.leader.parameters.iter().map(|name| format!("{name}=...")).take(MOST_LISTED).collect();
    let more = game.leader.parameters.len() - names.len();
    if more == 0 { names.join(",") } else { format!("{} and {more} more", names.join(",")) }
}

fn names(decisions: &[Decision], indices: impl ExactSizeIterator<Item = usize>) -> String {
    let count = indices.len();
    let names: Vec<&str> = indices.take(MOST_LISTED).filter_map(|index| decisions.get(index)?.name.as_deref()).collect();
    listed(&names, count)
}

/// The first few of `count` names.
fn listed(names: &[&str], count: usize) -> String {
    let shown = names[..names.len().min(MOST_LISTED)].join(", ");
    let more = count.saturating_sub(MOST_LISTED);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
