//! `--decision`: one decision of a finite leader, by name or by its parameters.

use crate::exact::{NumberError, Rational, parse_rational};
use crate::game::{Decision, Game};

/// Most decisions that a message lists.
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
}

/// The position of the decision that `given` names, or whose parameters it gives: `low`, `toll=1,fine=1/2`.
pub(super) fn find(game: &Game, decisions: &[Decision], given: &str) -> Result<usize, DecisionError> {
    if let Some(index) = decisions.iter().position(|decision| decision.name.as_deref() == Some(given)) {
        return Ok(index);
    }
    let unknown = || DecisionError::Unknown { given: given.into(), expected: expected(game, decisions) };
    let mut wanted: Vec<(usize, Rational)> = Vec::new();
    for assignment in given.split(',') {
        let (name, value) = assignment.split_once('=').ok_or_else(unknown)?;
        let parameter = game.leader.parameters.iter().position(|parameter| parameter == name.trim()).ok_or_else(unknown)?;
        let value = parse_rational(value).map_err(|source| DecisionError::Number { given: given.into(), source })?;
        wanted.push((parameter, value));
    }
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

fn expected(game: &Game, decisions: &[Decision]) -> String {
    if decisions.iter().all(|decision| decision.name.is_none()) {
        return "no --decision: the game has no leader".into();
    }
    let parameters: Vec<String> = game.leader.parameters.iter().map(|name| format!("{name}=...")).collect();
    let names = names(decisions, 0..decisions.len());
    if parameters.is_empty() { format!("one of {names}") } else { format!("one of {names}, or {} of one of them", parameters.join(",")) }
}

fn names(decisions: &[Decision], indices: impl ExactSizeIterator<Item = usize>) -> String {
    let more = indices.len().saturating_sub(MOST_LISTED);
    let listed: Vec<&str> = indices.take(MOST_LISTED).filter_map(|index| decisions.get(index)?.name.as_deref()).collect();
    let listed = listed.join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}
