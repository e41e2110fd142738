//! Rules `guarantee`, `relaxed`, `loss`, `sandwich`, `optimum` and `price`, statement (H) of
//! docs/certificate.md: what follows from drifts and certificates that were accepted before.

mod drifted;
mod facts;
mod populations;
mod unfounded;

pub use populations::greatest_exploitability;
pub use smfg_claims::{Interval as Bounds, Price, price};
pub use unfounded::Unfounded;

use super::bundle::AcceptedBundle;
use super::verdict::Rejection;
use crate::certificate::{Conclusion, ConclusionClaim};
use crate::exact::Rational;
use crate::game::Game;
use drifted::Drifted;
use facts::Facts;

/// A game and its hash.
type Hashed<'a> = (&'a Game, &'a str);

/// Checks conclusions about `model`, and about `other` where a truth is given, from what is
/// accepted.
pub(super) fn check_conclusions(
    model: Hashed<'_>,
    other: Option<Hashed<'_>>,
    accepted: &AcceptedBundle,
    claim: &ConclusionClaim,
) -> Result<(), Rejection> {
    // What is said of two models is said of the leader's reward.
    let of = claim.of.as_deref().filter(|_| claim.error.is_none());
    let objective = of.map(|of| model.0.with_objective(of)).transpose()?;
    let expected = objective.map_or_else(|| model.1.to_string(), |objective| objective.hash());
    if claim.game_hash != expected {
        return Err(Rejection::OtherGame { found: claim.game_hash.clone(), expected });
    }
    let model = (model.0, expected.as_str());
    let facts = Facts::new(&accepted.certificates, model, claim.of.as_deref());
    let drifted = match (&claim.error, &claim.of) {
        (Some(error), None) => Some(Drifted::new(&facts, other, accepted, error)),
        _ => None,
    };
    for (index, conclusion) in claim.conclusions.iter().enumerate() {
        let fail = |reason| Rejection::Conclusion { index, rule: conclusion.rule(), reason };
        if conclusion.epsilon().is_some_and(|epsilon| *epsilon < Rational::ZERO) {
            return Err(fail(Unfounded::NegativeEpsilon));
        }
        follows(&facts, drifted.as_ref(), claim, conclusion).map_err(fail)?;
    }
    Ok(())
}

fn follows(
    facts: &Facts<'_>,
    drifted: Option<&Drifted<'_>>,
    claim: &ConclusionClaim,
    conclusion: &Conclusion,
) -> Result<(), Unfounded> {
    match conclusion {
        Conclusion::Optimum { .. } | Conclusion::Price { .. } if claim.error.is_some() => {
            Err(Unfounded::WithError)
        }
        Conclusion::Optimum { sense, scope, lower, upper } => {
            populations::optimum(facts, *sense, scope, (lower, upper))
        }
        Conclusion::Price { kind, sense, scope, epsilon, ratio } => {
            populations::price_follows(facts, (*kind, *sense), scope, epsilon, ratio.as_ref())
        }
        _ => drifted.ok_or(Unfounded::WithoutError)?.follows(conclusion),
    }
}

/// Whether both bounds that are claimed are at most as strong as those that are shown.
fn within(
    claimed: (&Rational, &Rational),
    shown: (Option<Rational>, Option<Rational>),
) -> Result<(), Unfounded> {
    let (lower, upper) = shown;
    if lower.as_ref().is_none_or(|lower| lower < claimed.0) {
        return Err(Unfounded::Lower { claimed: claimed.0.clone(), shown: lower });
    }
    if upper.as_ref().is_none_or(|upper| upper > claimed.1) {
        return Err(Unfounded::Upper { claimed: claimed.1.clone(), shown: upper });
    }
    Ok(())
}
