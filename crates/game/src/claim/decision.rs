//! One decision of the leader, by its name, by its parameters as text, or by its parameters one by
//! one.

use crate::exact::{NumberError, Rational, parse_rational};
use crate::game::{Decision, Game, NotADecision};

/// Most decisions or parameters that a message lists.
const MOST_LISTED: usize = 12;

/// Why a decision is none of the game's.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// A value that is no number.
    #[error("decision {given}: {source}")]
    Number {
        /// As it was given.
        given: String,
        /// What is wrong with the number.
        source: NumberError,
    },
    /// Neither a name nor parameters of a decision.
    #[error("decision {given}: no such decision, expected {expected}")]
    Unknown {
        /// As it was given.
        given: String,
        /// The decisions there are.
        expected: String,
    },
    /// Parameters of several decisions.
    #[error(
        "decision {given}: {count} decisions have these parameters ({names}), expected values that single out one"
    )]
    Ambiguous {
        /// As it was given.
        given: String,
        /// How many fit.
        count: usize,
        /// Their names.
        names: String,
    },
    /// Parameters without a value.
    #[error("decision {given}: found no value for {missing}, expected {expected}")]
    Incomplete {
        /// As it was given.
        given: String,
        /// Parameters without a value.
        missing: String,
        /// All parameters.
        expected: String,
    },
    /// A point outside the decision set.
    #[error("decision {given}: {source}")]
    NotAdmitted {
        /// As it was given.
        given: String,
        /// What it violates.
        source: NotADecision,
    },
}

/// A decision as users write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenDecision {
    /// `low`, or `toll=1,fine=1/2`.
    Text(String),
    /// Parameters and their values.
    Parameters(Vec<(String, Rational)>),
}

/// One decision of a game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Of a list, by position.
    Listed(usize),
    /// A point of the decision set of a leader with variables.
    Point(Vec<Rational>),
}

impl Chosen {
    /// Name and value per parameter of this decision of `game`.
    #[must_use]
    pub fn decision(&self, game: &Game) -> Decision {
        match self {
            Chosen::Listed(index) => {
                let listed =
                    game.finite_decisions().and_then(|decisions| decisions.get(*index)).cloned();
                listed.unwrap_or(Decision { name: None, values: Vec::new() })
            }
            Chosen::Point(values) => Decision { name: None, values: values.clone() },
        }
    }
}

/// The decision that `given` names, or whose parameters it gives: `low`, `toll=1,fine=1/2`.
///
/// # Errors
/// [`DecisionError`] says what the game has instead.
pub fn choose(game: &Game, given: &str) -> Result<Chosen, DecisionError> {
    if let Some(index) = game
        .finite_decisions()
        .and_then(|all| all.iter().position(|decision| decision.name.as_deref() == Some(given)))
    {
        return Ok(Chosen::Listed(index));
    }
    with_parameters(game, given, &parse(game, given)?)
}

/// The decision that `given` means.
///
/// # Errors
/// [`DecisionError`] says what the game has instead.
pub fn choose_given(game: &Game, given: &GivenDecision) -> Result<Chosen, DecisionError> {
    let parameters = match given {
        GivenDecision::Text(text) => return choose(game, text),
        GivenDecision::Parameters(parameters) => parameters,
    };
    let text = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(",");
    let position = |name: &String| game.leader.parameters.iter().position(|own| own == name);
    let wanted = parameters
        .iter()
        .map(|(name, value)| Some((position(name)?, value.clone())))
        .collect::<Option<Vec<_>>>();
    with_parameters(game, &text, &wanted.ok_or_else(|| unknown(game, &text))?)
}

/// The decisions a game has, for a message.
#[must_use]
pub fn decisions_of(game: &Game) -> String {
    match game.finite_decisions() {
        Some(decisions) => expected(game, decisions),
        None => format!("a number per parameter: {}", assignments(game)),
    }
}

fn unknown(game: &Game, given: &str) -> DecisionError {
    let expected = match game.finite_decisions() {
        Some(decisions) => expected(game, decisions),
        None => assignments(game),
    };
    DecisionError::Unknown { given: given.into(), expected }
}

fn with_parameters(
    game: &Game,
    given: &str,
    wanted: &[(usize, Rational)],
) -> Result<Chosen, DecisionError> {
    match game.finite_decisions() {
        Some(decisions) => listed_decision(game, decisions, given, wanted).map(Chosen::Listed),
        None => point(game, given, wanted).map(Chosen::Point),
    }
}

fn listed_decision(
    game: &Game,
    decisions: &[Decision],
    given: &str,
    wanted: &[(usize, Rational)],
) -> Result<usize, DecisionError> {
    let fits = |decision: &Decision| {
        wanted.iter().all(|(parameter, value)| decision.values.get(*parameter) == Some(value))
    };
    let found: Vec<usize> = (0..decisions.len()).filter(|&index| fits(&decisions[index])).collect();
    match found.as_slice() {
        [] => Err(unknown(game, given)),
        [only] => Ok(*only),
        // Decisions with the same parameters are the same game.
        [first, rest @ ..]
            if rest.iter().all(|&index| decisions[index].values == decisions[*first].values) =>
        {
            Ok(*first)
        }
        several => Err(DecisionError::Ambiguous {
            given: given.into(),
            count: several.len(),
            names: names(decisions, several.iter().copied()),
        }),
    }
}

/// A number for every parameter, and together a decision.
fn point(
    game: &Game,
    given: &str,
    wanted: &[(usize, Rational)],
) -> Result<Vec<Rational>, DecisionError> {
    let mut values: Vec<Option<&Rational>> = vec![None; game.leader.parameters.len()];
    for (parameter, value) in wanted {
        match values.get_mut(*parameter) {
            Some(own) if own.is_none() => *own = Some(value),
            _ => return Err(unknown(game, given)),
        }
    }
    let missing: Vec<&str> = game
        .leader
        .parameters
        .iter()
        .zip(&values)
        .filter(|(_, v)| v.is_none())
        .map(|(n, _)| n.as_str())
        .collect();
    if !missing.is_empty() {
        let missing = listed(&missing, missing.len());
        return Err(DecisionError::Incomplete {
            given: given.into(),
            missing,
            expected: assignments(game),
        });
    }
    let values: Vec<Rational> = values.into_iter().flatten().cloned().collect();
    game.leader
        .admits(&values)
        .map_err(|source| DecisionError::NotAdmitted { given: given.into(), source })?;
    Ok(values)
}

/// Assignments `name=value` separated by commas. Names may contain commas and `=`, as in
/// `nu[idle,audit]@0`: the longest name that fits is meant.
fn parse(game: &Game, given: &str) -> Result<Vec<(usize, Rational)>, DecisionError> {
    let mut wanted = Vec::new();
    let mut rest = given;
    loop {
        let text = rest.trim_start();
        let value_of =
            |name: &String| text.strip_prefix(name.as_str())?.trim_start().strip_prefix('=');
        let named = game
            .leader
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(k, name)| Some((name.len(), k, value_of(name)?)));
        let (_, parameter, value) =
            named.max_by_key(|(length, ..)| *length).ok_or_else(|| unknown(game, given))?;
        let (value, more) =
            value.split_once(',').map_or((value, None), |(value, more)| (value, Some(more)));
        let value = parse_rational(value.trim())
            .map_err(|source| DecisionError::Number { given: given.into(), source })?;
        wanted.push((parameter, value));
        match more {
            Some(more) => rest = more,
            None => return Ok(wanted),
        }
    }
}

fn expected(game: &Game, decisions: &[Decision]) -> String {
    if decisions.iter().all(|decision| decision.name.is_none()) {
        return "none to be given: the game has no leader".into();
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
    let names: Vec<String> =
        game.leader.parameters.iter().map(|name| format!("{name}=...")).take(MOST_LISTED).collect();
    let more = game.leader.parameters.len() - names.len();
    if more == 0 { names.join(",") } else { format!("{} and {more} more", names.join(",")) }
}

fn names(decisions: &[Decision], indices: impl ExactSizeIterator<Item = usize>) -> String {
    let count = indices.len();
    let names: Vec<&str> = indices
        .take(MOST_LISTED)
        .filter_map(|index| decisions.get(index)?.name.as_deref())
        .collect();
    listed(&names, count)
}

/// The first few of `count` names.
fn listed(names: &[&str], count: usize) -> String {
    let shown = names[..names.len().min(MOST_LISTED)].join(", ");
    let more = count.saturating_sub(MOST_LISTED);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
