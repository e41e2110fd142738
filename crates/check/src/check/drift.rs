//! Rule `drift`, statement (K): the bounds are recomputed from the games.

use super::verdict::Rejection;
use crate::certificate::{DriftBound, DriftClaim, Scope, StatedError};
use crate::drift::{Drift, ModelError};
use crate::exact::Rational;
use crate::game::Game;

/// Checks a statement about `model` and, where it names a truth, `other`; each game comes with its
/// hash.
pub(super) fn check_drift(
    (model, hash): (&Game, &str),
    other: Option<&(&Game, String)>,
    claim: &DriftClaim,
) -> Result<(), Rejection> {
    if claim.game_hash != hash {
        return Err(Rejection::OtherGame { found: claim.game_hash.clone(), expected: hash.into() });
    }
    let error = match &claim.error {
        StatedError::Radii(radii)
            if [&radii.reward, &radii.transition, &radii.leader]
                .iter()
                .any(|radius| **radius < Rational::ZERO) =>
        {
            return Err(Rejection::NegativeRadius);
        }
        StatedError::Radii(radii) => ModelError::Radii(radii),
        StatedError::Against(found) => match other {
            Some((truth, expected)) if found == expected => ModelError::Against(truth),
            Some((_, expected)) => {
                return Err(Rejection::OtherTruth {
                    found: found.clone(),
                    expected: expected.clone(),
                });
            }
            None => return Err(Rejection::NoTruth { found: found.clone() }),
        },
    };
    claim.bounds.iter().try_for_each(|bound| {
        let computed = computed(model, &error, &bound.scope)?;
        shown(bound, &computed)
    })
}

fn computed(model: &Game, error: &ModelError<'_>, scope: &Scope) -> Result<Drift, Rejection> {
    let drift = match scope {
        Scope::All => error.everywhere(model)?,
        Scope::Decision(_) | Scope::Point(_) => {
            let decisions = super::decisions(model, scope)?;
            let index = if let Scope::Decision(index) = scope { *index } else { 0 };
            let decision = decisions
                .get(index)
                .ok_or(Rejection::UnknownScope { index, count: decisions.len() })?;
            error.at(model, &decision.values)?
        }
    };
    Ok(drift)
}

fn shown(bound: &DriftBound, computed: &Drift) -> Result<(), Rejection> {
    for (what, claimed, computed) in
        [("kappa", &bound.kappa, &computed.kappa), ("omega", &bound.omega, &computed.omega)]
    {
        if claimed < computed {
            return Err(Rejection::DriftNotShown {
                what,
                claimed: claimed.clone(),
                computed: computed.clone(),
            });
        }
    }
    Ok(())
}
