//! Conclusions of a bundle, in the words and in the JSON of `check`.
//!
//! JSON: a row per conclusion with `rule`, the decision in `scope`, `epsilon` unless it is about
//! all populations, and `lower` and `upper` of what is proved (null where there is none; both null
//! in an infinite price). Conclusions about a truth have its hash in `against` or the radii in
//! `errors`, those about populations have `sense`, and `of` where an expression stands in place of
//! the leader's reward. A sandwich has `kappa`, `omega`, and bounds of its two ends in `below` and
//! `above`.

use super::json::Exact;
use super::number::NumberText;
use super::words::{self, OneDecision, plain, scope_of};
use crate::certificate::{Conclusion, ConclusionClaim, PriceKind, Sense, StatedError};
use crate::exact::Rational;
use crate::game::Game;
use serde::Serialize;

/// A conclusion in JSON.
#[derive(Serialize)]
pub(super) struct ConclusionRow<'a> {
    rule: String,
    game_hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<OneDecision<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<Exact<'a>>,
    lower: Option<Exact<'a>>,
    upper: Option<Exact<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandwich: Option<SandwichRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<[Exact<'a>; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sense: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'a str>,
}

#[derive(Serialize)]
struct SandwichRow<'a> {
    kappa: Exact<'a>,
    omega: Exact<'a>,
    below: [Exact<'a>; 2],
    above: [Exact<'a>; 2],
}

/// The rows of one element.
pub(super) fn rows<'a>(
    game: &'a Game,
    claim: &'a ConclusionClaim,
) -> impl Iterator<Item = ConclusionRow<'a>> {
    claim.conclusions.iter().map(move |conclusion| row(game, claim, conclusion))
}

fn row<'a>(
    game: &'a Game,
    claim: &'a ConclusionClaim,
    conclusion: &'a Conclusion,
) -> ConclusionRow<'a> {
    let (against, errors) = match &claim.error {
        Some(StatedError::Against(hash)) => (Some(hash.as_str()), None),
        Some(StatedError::Radii(radii)) => {
            (None, Some([Exact(&radii.reward), Exact(&radii.transition), Exact(&radii.leader)]))
        }
        None => (None, None),
    };
    let (lower, upper) = match conclusion {
        Conclusion::Guarantee { value, .. } => (Some(value), None),
        Conclusion::Relaxed { lower, upper, .. }
        | Conclusion::Loss { lower, upper, .. }
        | Conclusion::Optimum { lower, upper, .. } => (Some(lower), Some(upper)),
        Conclusion::Price { ratio: Some((lower, upper)), .. } => (Some(lower), upper.as_ref()),
        Conclusion::Price { ratio: None, .. } | Conclusion::Sandwich { .. } => (None, None),
    };
    let pair = |bounds: &'a (Rational, Rational)| [Exact(&bounds.0), Exact(&bounds.1)];
    let (rule, sense) = match conclusion {
        Conclusion::Price { kind, sense, .. } => {
            (format!("price_of_{kind}"), Some(sense.to_string()))
        }
        Conclusion::Optimum { sense, .. } => ("optimum".into(), Some(sense.to_string())),
        other => (other.rule().into(), None),
    };
    let sandwich = match conclusion {
        Conclusion::Sandwich { kappa, omega, below, above, .. } => Some(SandwichRow {
            kappa: Exact(kappa),
            omega: Exact(omega),
            below: pair(below),
            above: pair(above),
        }),
        _ => None,
    };
    ConclusionRow {
        rule,
        game_hash: &claim.game_hash,
        scope: scope_of(game, conclusion.scope()),
        epsilon: conclusion.epsilon().map(Exact),
        lower: lower.map(Exact),
        upper: upper.map(Exact),
        sandwich,
        against,
        errors,
        sense,
        of: claim.of.as_deref(),
    }
}

/// What the conclusions of one element say, a sentence without its end for each.
pub(super) fn sentences(game: &Game, claim: &ConclusionClaim, numbers: &NumberText) -> Vec<String> {
    claim.conclusions.iter().map(|conclusion| sentence(game, claim, conclusion, numbers)).collect()
}

fn sentence(
    game: &Game,
    claim: &ConclusionClaim,
    conclusion: &Conclusion,
    numbers: &NumberText,
) -> String {
    let name = plain(&game.name);
    let truth = match &claim.error {
        Some(StatedError::Radii(radii)) => {
            format!("in any game that differs from `{name}` by {}", words::radii(radii, numbers))
        }
        _ => "in the second game".into(),
    };
    let under = words::under(game, conclusion.scope(), numbers);
    let is = |lower: &Rational, upper: &Rational| words::is(lower, upper, numbers);
    let exact = |value: &Rational| numbers.exact(value);
    let objective = |cost: &str| {
        let of = claim
            .of
            .as_ref()
            .map_or_else(|| "the leader's reward".into(), |of| format!("`{}`", plain(of)));
        format!("{cost}{of} in `{name}`{under}")
    };
    match conclusion {
        Conclusion::Guarantee { epsilon, value, .. } => {
            format!(
                "{truth}, every policy{under} with exploitability at most {} gives the leader at least {}",
                exact(epsilon),
                exact(value)
            )
        }
        Conclusion::Relaxed { epsilon, lower, upper, .. } => {
            let error = match &claim.error {
                Some(StatedError::Radii(radii)) => words::radii(radii, numbers),
                _ => "the second game".into(),
            };
            let (at, is) = (exact(epsilon), is(lower, upper));
            format!(
                "the relaxed value V(epsilon + kappa) - omega of `{name}`{under} at epsilon {at}, for {error}, {is}"
            )
        }
        Conclusion::Loss { epsilon, lower, upper, .. } => {
            let by = if lower == upper {
                exact(lower)
            } else {
                format!("at least {} and at most {}", exact(lower), exact(upper))
            };
            format!(
                "{truth}, the pessimistic value at epsilon {} exceeds that{under} by {by}",
                exact(epsilon)
            )
        }
        Conclusion::Sandwich { epsilon, kappa, omega, below, above, .. } => format!(
            "{truth}, the pessimistic value{under} at epsilon {} less {} {}, and that at epsilon {} plus {} {}; that of `{name}` at epsilon {} lies between",
            exact(&(epsilon + kappa + kappa)),
            exact(omega),
            is(&below.0, &below.1),
            exact(epsilon),
            exact(omega),
            is(&above.0, &above.1),
            exact(&(epsilon + kappa)),
        ),
        Conclusion::Optimum { sense, lower, upper, .. } => {
            let best = if *sense == Sense::Reward { "greatest" } else { "least" };
            format!(
                "the {best} value of {} over all populations {}",
                objective(""),
                is(lower, upper)
            )
        }
        Conclusion::Price { kind, sense, epsilon, ratio, .. } => {
            let kind = if *kind == PriceKind::Anarchy { "anarchy" } else { "stability" };
            let cost = if *sense == Sense::Cost { "the cost " } else { "" };
            let ratio = match ratio {
                None => "is infinite".into(),
                Some((lower, None)) => format!("is at least {}", exact(lower)),
                Some((lower, Some(upper))) => is(lower, upper),
            };
            format!(
                "the price of {kind} of {} at epsilon {} {ratio}",
                objective(cost),
                exact(epsilon)
            )
        }
    }
}
