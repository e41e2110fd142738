//! Arguments as Python gives them.

use crate::errors::{Failure, Kind};
use smfg::certificate::{MOST_BITS, Selection};
use smfg::claim::{Chosen, GivenDecision, HorizonConvention, choose_given, decisions_of};
use smfg::exact::{Rational, parse_rational};
use smfg::follower::Precision;
use smfg::game::Game;
use std::time::Duration;

/// Parameters of a decision by name, values as texts.
pub type Parameters = Vec<(String, String)>;

/// The number that `text` spells; `name` says which argument it is.
pub fn number(name: &str, text: &str) -> Result<Rational, Failure> {
    parse_rational(text).map_err(|error| Failure::new(Kind::Argument, format!("{name}: {error}")))
}

/// An accepted distance of bounds.
pub fn gap(text: &str) -> Result<Rational, Failure> {
    let gap = number("gap", text)?;
    if gap < Rational::ZERO {
        return Err(Failure::new(Kind::Argument, format!("gap: found {gap}, expected at least 0")));
    }
    Ok(gap)
}

/// A decision by name (or `a=1,b=2`), or by its parameters.
pub fn given(
    text: Option<String>,
    parameters: Option<Parameters>,
) -> Result<Option<GivenDecision>, Failure> {
    let Some(parameters) = parameters else { return Ok(text.map(GivenDecision::Text)) };
    let values: Result<Vec<(String, Rational)>, Failure> = parameters
        .into_iter()
        .map(|(name, value)| Ok((name.clone(), number(&format!("decision, {name}"), &value)?)))
        .collect();
    Ok(Some(GivenDecision::Parameters(values?)))
}

/// Position or point of a decision, as settings say it; without one, all decisions.
pub fn chosen(
    game: &Game,
    given: Option<&GivenDecision>,
) -> Result<(Option<usize>, Option<Vec<Rational>>), Failure> {
    let Some(given) = given else { return Ok((None, None)) };
    Ok(match choose_given(game, given).map_err(|error| Failure::new(Kind::Decision, error))? {
        Chosen::Listed(index) => (Some(index), None),
        Chosen::Point(values) => (None, Some(values)),
    })
}

/// An error unless a decision is given or there is only one.
pub fn one_decision(game: &Game, given: Option<&GivenDecision>) -> Result<(), Failure> {
    if given.is_none() && game.finite_decisions().is_none_or(|decisions| decisions.len() > 1) {
        return Err(Failure::new(
            Kind::Decision,
            format!("the answer is about one decision: expected {}", decisions_of(game)),
        ));
    }
    Ok(())
}

/// An expression in place of the leader's reward, on one line, which certificates need.
pub fn objective(game: &Game, of: Option<&str>) -> Result<Option<String>, Failure> {
    let objective = of.map(|of| of.replace(char::is_control, " "));
    if let Some(of) = &objective {
        game.with_objective(of)
            .map_err(|error| Failure::new(Kind::Expression, format!("{of}: {error}")))?;
    }
    Ok(objective)
}

/// Seconds as a time limit.
pub fn time_limit(seconds: Option<f64>) -> Result<Option<Duration>, Failure> {
    let wrong = |seconds: f64| {
        Failure::new(
            Kind::Argument,
            format!("time_limit: found {seconds}, expected seconds, at least 0"),
        )
    };
    seconds
        .map(|seconds| Duration::try_from_secs_f64(seconds).map_err(|_| wrong(seconds)))
        .transpose()
}

/// Threads asked for, or all processors.
pub fn threads(asked: Option<usize>) -> Result<usize, Failure> {
    match asked {
        Some(0) => Err(Failure::new(Kind::Argument, "threads: found 0, expected at least 1")),
        Some(threads) => Ok(threads),
        None => Ok(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)),
    }
}

/// Arithmetic: `auto`, `exact`, or a number of fractional bits.
pub fn precision(name: &str) -> Result<Precision, Failure> {
    match (name, name.parse::<u32>()) {
        ("auto", _) => Ok(Precision::Auto),
        ("exact", _) => Ok(Precision::Exact),
        (_, Ok(bits)) if (1..=MOST_BITS).contains(&bits) => Ok(Precision::Bits(bits)),
        _ => Err(Failure::new(
            Kind::Argument,
            format!(
                "precision: found {name}, expected auto, exact or a number of bits from 1 to {MOST_BITS}"
            ),
        )),
    }
}

/// Which equilibrium the followers are taken to play.
pub fn selection(name: &str) -> Result<Selection, Failure> {
    match name {
        "pessimistic" => Ok(Selection::Pessimistic),
        "optimistic" => Ok(Selection::Optimistic),
        _ => Err(Failure::new(
            Kind::Argument,
            format!("selection: found {name:?}, expected pessimistic or optimistic"),
        )),
    }
}

/// What the first axis of an array counts.
pub fn horizon(name: &str) -> Result<HorizonConvention, Failure> {
    match name {
        "decisions" => Ok(HorizonConvention::Decisions),
        "last-index" => Ok(HorizonConvention::LastIndex),
        _ => Err(Failure::new(
            Kind::Argument,
            format!("horizon_convention: found {name:?}, expected decisions or last-index"),
        )),
    }
}
