//! Names and formulas of a game in text.

use super::json::Exact;
use super::number::NumberText;
use crate::certificate::{Claim, DriftBound, DriftClaim, Scope, StatedError};
use crate::check::Accepted;
use crate::drift::Radii;
use crate::exact::Rational;
use crate::game::{FunctionKind, Game, MOST_NESTED, Monomial, Polynomial, Variable};

/// `text` on one line, control characters escaped: names come from files.
pub fn plain(text: &str) -> String {
    let escape = |c: char| {
        if c.is_control() { c.escape_default().collect::<String>() } else { c.to_string() }
    };
    text.chars().map(escape).collect()
}

/// Name of an action, or its position where the game has none.
pub(super) fn action_name(game: &Game, action: usize) -> &str {
    game.actions.get(action).map_or("?", String::as_str)
}

/// Name of a state.
pub(super) fn state_name(game: &Game, state: usize) -> &str {
    game.states.get(state).map_or("?", String::as_str)
}

/// A polynomial as a formula: parameters by name, aggregates as `m0`, `m1`, ...
pub(super) fn formula(game: &Game, polynomial: &Polynomial) -> String {
    nested(game, polynomial, 0)
}

fn nested(game: &Game, polynomial: &Polynomial, depth: usize) -> String {
    if polynomial.is_zero() {
        return "0".into();
    }
    let mut text = String::new();
    for (monomial, coefficient) in polynomial.terms() {
        let negative = *coefficient < Rational::ZERO;
        let magnitude = if negative { -coefficient.clone() } else { coefficient.clone() };
        match (text.is_empty(), negative) {
            (true, true) => text.push('-'),
            (true, false) => {}
            (false, true) => text.push_str(" - "),
            (false, false) => text.push_str(" + "),
        }
        if monomial.is_one() {
            text.push_str(&magnitude.to_string());
        } else {
            if !magnitude.is_one() {
                text.push_str(&format!("{magnitude} * "));
            }
            text.push_str(&product(game, monomial, depth));
        }
    }
    text
}

/// `log(1/2 * m0 + 1)`, not written out where it is deep within others.
fn function(game: &Game, k: usize, depth: usize) -> String {
    let Some(function) = game.functions.get(k) else { return format!("f{k}") };
    let argument = match depth >= MOST_NESTED {
        true => "...".to_string(),
        false => nested(game, &function.argument, depth + 1),
    };
    match function.kind {
        FunctionKind::Inverse => format!("(1 / ({argument}))"),
        FunctionKind::Root(degree) if degree != 2 => format!("({argument})^(1/{degree})"),
        kind => format!("{kind}({argument})"),
    }
}

fn product(game: &Game, monomial: &Monomial, depth: usize) -> String {
    let factor = |(variable, exponent): &(Variable, u32)| {
        let name = match variable {
            Variable::Parameter(k) => game
                .leader
                .parameters
                .get(*k as usize)
                .map_or_else(|| format!("u{k}"), |name| plain(name)),
            Variable::Aggregate(k) => format!("m{k}"),
            Variable::Function(k) => function(game, *k as usize, depth),
        };
        if *exponent == 1 { name } else { format!("{name}^{exponent}") }
    };
    monomial.factors().iter().map(factor).collect::<Vec<_>>().join(" * ")
}

/// The decision to which a claim is restricted.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(untagged)]
pub(super) enum OneDecision<'a> {
    /// One of a list.
    Listed {
        /// Position in the game file, from 0.
        decision: usize,
        /// Its name.
        name: Option<&'a str>,
    },
    /// A point of the decision set.
    Point {
        /// Parameters and their values.
        #[serde(serialize_with = "as_table")]
        point: Vec<(&'a str, Exact<'a>)>,
    },
}

fn as_table<S: serde::Serializer>(
    entries: &[(&str, Exact<'_>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(name, value)| (name, value)))
}

/// The decision to which a claim is restricted, if it is.
pub(super) fn scope_of<'a>(game: &'a Game, scope: &'a Scope) -> Option<OneDecision<'a>> {
    match scope {
        Scope::All => None,
        Scope::Decision(decision) => {
            let name = game
                .finite_decisions()
                .and_then(|all| all.get(*decision))
                .and_then(|d| d.name.as_deref());
            Some(OneDecision::Listed { decision: *decision, name })
        }
        Scope::Point(values) => {
            let point = game
                .leader
                .parameters
                .iter()
                .map(String::as_str)
                .zip(values.iter().map(Exact))
                .collect();
            Some(OneDecision::Point { point })
        }
    }
}

/// Under which decision, for the middle of a sentence.
pub(super) fn under(game: &Game, scope: &Scope, numbers: &NumberText) -> String {
    match scope_of(game, scope) {
        None => String::new(),
        Some(OneDecision::Listed { name: Some(name), .. }) => {
            format!(" under decision `{}`", plain(name))
        }
        Some(OneDecision::Listed { decision, name: None }) => format!(" under decision {decision}"),
        Some(OneDecision::Point { point }) => {
            let words: Vec<String> = point
                .into_iter()
                .map(|(name, value)| format!("{} = {}", plain(name), numbers.fraction(value.0)))
                .collect();
            format!(" under decision {}", words.join(", "))
        }
    }
}

/// Radii of errors, for the middle of a sentence.
pub(super) fn radii(radii: &Radii, numbers: &NumberText) -> String {
    let [reward, transition, leader] =
        [&radii.reward, &radii.transition, &radii.leader].map(|radius| numbers.fraction(radius));
    format!(
        "errors of at most {reward} in rewards, {transition} in transitions and {leader} in the leader's data"
    )
}

/// `is 1/2 = 0.5`, or the bounds.
pub(super) fn is(lower: &Rational, upper: &Rational, numbers: &NumberText) -> String {
    if lower == upper {
        return format!("is {}", numbers.exact(lower));
    }
    format!("is at least {} and at most {}", numbers.exact(lower), numbers.exact(upper))
}

/// What a statement about two models says, a sentence per bound.
pub(super) fn drift(game: &Game, claim: &DriftClaim, numbers: &NumberText) -> Vec<String> {
    let truth = match &claim.error {
        StatedError::Against(_) => "in the second game".to_string(),
        StatedError::Radii(error) => format!("in any game with {}", radii(error, numbers)),
    };
    let sentence = |bound: &DriftBound| {
        let (kappa, omega) = (numbers.exact(&bound.kappa), numbers.exact(&bound.omega));
        let under = under(game, &bound.scope, numbers);
        let name = plain(&game.name);
        format!(
            "for every policy{under} in `{name}` and {truth}, exploitabilities differ by at most {kappa} and leader's rewards by at most {omega}"
        )
    };
    claim.bounds.iter().map(sentence).collect()
}

/// What a claim says, as a sentence without its end: `the pessimistic value at epsilon = 0 of ...
/// is 1/2 = 0.5`.
pub(super) fn claim(game: &Game, claim: &Claim, numbers: &NumberText) -> String {
    let under = under(game, &claim.scope, numbers);
    let bounds = is(&claim.lower, &claim.upper, numbers);
    let Claim { selection, epsilon, .. } = claim;
    let of = claim.of.as_ref().map_or_else(String::new, |of| format!("`{}` in ", plain(of)));
    format!(
        "the {selection} value of {of}`{}`{under} at epsilon {} {bounds}",
        plain(&game.name),
        numbers.exact(epsilon)
    )
}

/// What a certificate proves, as a sentence without its end.
pub(super) fn accepted(game: &Game, accepted: &Accepted, numbers: &NumberText) -> String {
    let changes: Vec<String> = accepted
        .changes
        .iter()
        .map(|(name, value)| format!("{} = {}", plain(name), numbers.fraction(value)))
        .collect();
    let with =
        if changes.is_empty() { String::new() } else { format!("with {}, ", changes.join(", ")) };
    let first = claim(game, &accepted.claim, numbers);
    let missed = if accepted.attained == Some(false) {
        ", the supremum, which no decision reaches"
    } else {
        ""
    };
    match accepted.curve.last() {
        None => format!("{with}{first}{missed}"),
        Some(last) => {
            let exact = accepted.curve.iter().all(|point| point.lower == point.upper);
            let known = if exact { "known exactly" } else { "enclosed" };
            format!(
                "{with}{first}, and {known} up to epsilon {} by {} points",
                numbers.exact(&last.epsilon),
                accepted.curve.len()
            )
        }
    }
}
