//! Bundles: every element becomes theorems of the kernel, and what stands between them is concluded
//! from these by the crate `smfg-claims` (docs/certificate.md, (K) and (H)).

use super::prover::Journal;
use super::{Shown, listing, log, prove_claim};
use crate::certificate::{
    Claim, Conclusion, ConclusionClaim, DriftBound, DriftClaim, Element, PriceKind, Reader, Scope,
    Sense, StatedError,
};
use crate::check::{Rejection, Reload, Unfounded};
use crate::drift::ModelError;
use crate::exact::Rational;
use crate::game::Game;
use smfg_claims::{Curve, Drift, Facts, Interval, Price, Selection, greatest_loss, price};
use smfg_kernel::{Decisions, Listing};
use std::io::BufRead;

/// What a bundle proves.
#[derive(Debug, Clone, Default)]
pub struct ProvedBundle {
    /// What its certificates show at single epsilons, in order.
    pub claims: Vec<smfg_kernel::Claim>,
    /// What they show over intervals of epsilons, in order.
    pub curves: Vec<Curve>,
    /// How the model and the truth differ, with the error as it is stated.
    pub drifts: Vec<(StatedError, Drift)>,
    /// What follows.
    pub conclusions: Vec<ConclusionClaim>,
}

impl ProvedBundle {
    /// The hash of the listing that everything is about, if it is one and epsilons are single.
    #[must_use]
    pub fn listing(&self) -> Option<&str> {
        let first = self.claims.first()?.listing();
        let one = self.claims.iter().all(|claim| claim.listing() == first);
        (one && self.curves.is_empty() && self.drifts.is_empty()).then_some(first)
    }
}

/// Why a bundle is not proved.
#[derive(Debug, thiserror::Error)]
#[error("element {element} of the bundle: {rejection}")]
pub struct Unproved {
    /// Position of the element that fails, from 1; 0 when the text is no bundle.
    pub element: usize,
    /// Why it fails; lines are those of the bundle.
    pub rejection: Rejection,
}

/// Proves every element of a bundle about `game` and, where it is compared with one, `other`, as
/// [`crate::check::check_models`] checks them.
///
/// # Errors
/// [`Unproved`] names the first element that fails.
pub fn prove_bundle(
    game: &Game,
    other: Option<&Game>,
    reload: Option<Reload<'_>>,
    bundle: impl BufRead,
) -> Result<ProvedBundle, Unproved> {
    prove_in((game, other), reload, bundle, Journal::default())
}

/// [`prove_bundle`], with the lines of the kernel's log handed to `sink`. The program `smfg-kernel`
/// accepts them where all certificates are about one listing, at single epsilons
/// ([`ProvedBundle::listing`]).
///
/// # Errors
/// As [`prove_bundle`].
pub fn prove_bundle_logged(
    game: &Game,
    other: Option<&Game>,
    reload: Option<Reload<'_>>,
    bundle: impl BufRead,
    sink: log::Sink,
) -> Result<ProvedBundle, Unproved> {
    prove_in((game, other), reload, bundle, Journal::new(Some(sink)))
}

fn prove_in(
    (game, other): (&Game, Option<&Game>),
    reload: Option<Reload<'_>>,
    bundle: impl BufRead,
    journal: Journal,
) -> Result<ProvedBundle, Unproved> {
    let fail = |element: usize| move |rejection: Rejection| Unproved { element, rejection };
    let mut reader = Reader::start_bundle(bundle, game.stages.len(), game.states.len())
        .map_err(|error| fail(0)(error.into()))?;
    let (hash, other) = (game.hash(), other.map(|o| (o, o.hash())));
    let games = Games { game, hash, other, reload, journal };
    let mut proved = ProvedBundle::default();
    for element in 1.. {
        let refused = fail(element);
        match reader.next_element().map_err(|error| refused(error.into()))? {
            Some(Element::Certificate(claim)) => {
                match games.certificate(&mut reader, claim).map_err(refused)? {
                    Shown::Claim(claim) => proved.claims.push(claim),
                    Shown::Curve(curve) => proved.curves.push(curve),
                }
            }
            Some(Element::Drift(claim)) => {
                proved.drifts.extend(games.drifts(&claim).map_err(refused)?);
            }
            Some(Element::Conclusion(claim)) => {
                games.conclusions(&proved, &claim).map_err(refused)?;
                proved.conclusions.push(claim);
            }
            None if element == 1 => return Err(fail(0)(Rejection::EmptyBundle)),
            None => break,
        }
    }
    Ok(proved)
}

/// The games that a bundle is about.
struct Games<'g> {
    game: &'g Game,
    hash: String,
    other: Option<(&'g Game, String)>,
    reload: Option<Reload<'g>>,
    journal: Journal,
}

impl Games<'_> {
    /// Whether a claim names a game, with its expression in place of the leader's reward.
    fn is_about((game, hash): (&Game, &str), claim: &Claim) -> bool {
        match &claim.of {
            None => claim.game_hash == hash,
            Some(of) => game.with_objective(of).is_ok_and(|own| own.hash() == claim.game_hash),
        }
    }

    fn certificate(&self, reader: &mut Reader<'_>, claim: Claim) -> Result<Shown, Rejection> {
        if claim.epsilon < Rational::ZERO {
            return Err(Rejection::NegativeEpsilon);
        }
        if let Some((name, value)) = reader.changes().first().cloned() {
            let reload = self.reload.ok_or(Rejection::Changed { name, value })?;
            let changed = reload(reader.changes()).map_err(Rejection::Unchangeable)?;
            reader.reshape((changed.stages.len(), changed.states.len()));
            return prove_claim(reader, &changed, claim, &self.journal);
        }
        let second = self.other.as_ref().filter(|(other, hash)| {
            !Self::is_about((self.game, &self.hash), &claim)
                && Self::is_about((other, hash), &claim)
        });
        let about = second.map_or(self.game, |(other, _)| other);
        reader.reshape((about.stages.len(), about.states.len()));
        prove_claim(reader, about, claim, &self.journal)
    }

    fn drifts(&self, claim: &DriftClaim) -> Result<Vec<(StatedError, Drift)>, Rejection> {
        if claim.game_hash != self.hash {
            let (found, expected) = (claim.game_hash.clone(), self.hash.clone());
            return Err(Rejection::OtherGame { found, expected });
        }
        let error = match (&claim.error, &self.other) {
            (StatedError::Radii(radii), _) => {
                let numbers = [&radii.reward, &radii.transition, &radii.leader];
                if numbers.into_iter().any(|radius| *radius < Rational::ZERO) {
                    return Err(Rejection::NegativeRadius);
                }
                ModelError::Radii(radii)
            }
            (StatedError::Against(found), Some((truth, expected))) if found == expected => {
                ModelError::Against(truth)
            }
            (StatedError::Against(found), Some((_, expected))) => {
                let (found, expected) = (found.clone(), expected.clone());
                return Err(Rejection::OtherTruth { found, expected });
            }
            (StatedError::Against(found), None) => {
                return Err(Rejection::NoTruth { found: found.clone() });
            }
        };
        let drift = |bound: &DriftBound| -> Result<(StatedError, Drift), Rejection> {
            // Is the scope one of the model?
            match (&bound.scope, self.game.finite_decisions()) {
                (Scope::Decision(index), list) => {
                    let (index, count) = (*index, list.map_or(0, <[_]>::len));
                    if index >= count {
                        return Err(Rejection::UnknownScope { index, count });
                    }
                }
                (Scope::Point(values), _) => self.game.leader.admits(values)?,
                (Scope::All, _) => {}
            }
            let computed = error.shown(self.game, &super::scope(&bound.scope))?;
            let (kappa, omega) = (computed.kappa().clone(), computed.omega().clone());
            match computed.weakened(&bound.kappa, &bound.omega) {
                Some(drift) => Ok((claim.error.clone(), drift)),
                None => {
                    let large = bound.kappa < kappa;
                    let (what, claimed, computed) = match large {
                        true => ("kappa", bound.kappa.clone(), kappa),
                        false => ("omega", bound.omega.clone(), omega),
                    };
                    Err(Rejection::DriftNotShown { what, claimed, computed })
                }
            }
        };
        claim.bounds.iter().map(drift).collect()
    }

    fn conclusions(&self, proved: &ProvedBundle, claim: &ConclusionClaim) -> Result<(), Rejection> {
        // What is said of two models is said of the leader's reward.
        let of = claim.of.as_deref().filter(|_| claim.error.is_none());
        let objective = of.map(|of| self.game.with_objective(of)).transpose()?;
        let game = objective.as_ref().unwrap_or(self.game);
        let expected = if objective.is_some() { game.hash() } else { self.hash.clone() };
        if claim.game_hash != expected {
            return Err(Rejection::OtherGame { found: claim.game_hash.clone(), expected });
        }
        let model = listing::listing(game).map_err(Rejection::NoListing)?;
        let truth = match (&claim.error, &self.other) {
            (Some(StatedError::Against(hash)), Some((other, own))) if hash == own => {
                Some(listing::listing(other).map_err(Rejection::NoListing)?)
            }
            _ => None,
        };
        let stated = proved.drifts.iter().filter(|(error, _)| Some(error) == claim.error.as_ref());
        let drifts: Vec<Drift> = stated.map(|(_, drift)| drift.clone()).collect();
        let facts = Facts {
            model: &model,
            truth: truth.as_ref(),
            claims: &proved.claims,
            curves: &proved.curves,
            drifts: &drifts,
        };
        for (index, conclusion) in claim.conclusions.iter().enumerate() {
            let fail = |reason| Rejection::Conclusion { index, rule: conclusion.rule(), reason };
            if conclusion.epsilon().is_some_and(|epsilon| *epsilon < Rational::ZERO) {
                return Err(fail(Unfounded::NegativeEpsilon));
            }
            follows(&facts, claim, conclusion).map_err(fail)?;
        }
        Ok(())
    }
}

/// Whether a conclusion follows from facts.
fn follows(
    facts: &Facts<'_>,
    claim: &ConclusionClaim,
    conclusion: &Conclusion,
) -> Result<(), Unfounded> {
    let about_one_game =
        matches!(conclusion, Conclusion::Optimum { .. } | Conclusion::Price { .. });
    match (about_one_game, &claim.error, &claim.of) {
        (true, Some(_), _) => return Err(Unfounded::WithError),
        (false, None, _) | (false, _, Some(_)) => return Err(Unfounded::WithoutError),
        _ => {}
    }
    let one = |scope: &Scope| decision_of(facts.model, scope)?.ok_or(Unfounded::Several);
    match conclusion {
        Conclusion::Guarantee { scope, epsilon, value } => {
            let decision = one(scope)?;
            covered(facts, &decision)?;
            let shown = facts.guarantee(&decision, epsilon);
            match shown.as_ref().is_some_and(|shown| shown >= value) {
                true => Ok(()),
                false => Err(Unfounded::Lower { claimed: value.clone(), shown }),
            }
        }
        Conclusion::Relaxed { scope, epsilon, lower, upper } => {
            let all = decision_of(facts.model, scope)?.is_none();
            let shown = facts.relaxed(&super::scope(scope), epsilon);
            within((lower, upper), shown.ok_or(Unfounded::NoDrift { all })?)
        }
        Conclusion::Loss { scope, epsilon, lower, upper } => {
            let decision = one(scope)?;
            covered(facts, &decision)?;
            let shown = facts.loss(&decision, epsilon).ok_or(Unfounded::NoTruth)?;
            within((lower, upper), shown)
        }
        Conclusion::Sandwich { scope, epsilon, kappa, omega, below, above } => {
            let decision = one(scope)?;
            let larger = || Unfounded::LargerDrift { kappa: kappa.clone(), omega: omega.clone() };
            let shown = facts.sandwich(&decision, epsilon, kappa, omega).ok_or_else(larger)?;
            within((&below.0, &below.1), shown.0)?;
            within((&above.0, &above.1), shown.1)
        }
        Conclusion::Optimum { sense, scope, lower, upper } => {
            within((lower, upper), facts.optimum(&one(scope)?, *sense == Sense::Cost))
        }
        Conclusion::Price { kind, sense, scope, epsilon, ratio } => {
            price_follows(facts, (*kind, *sense), &one(scope)?, epsilon, ratio.as_ref())
        }
    }
}

/// Requires a drift that counts for a decision.
fn covered(facts: &Facts<'_>, decision: &[Rational]) -> Result<(), Unfounded> {
    let scope = smfg_kernel::Scope::Point(decision.to_vec());
    match facts.relaxed(&scope, &Rational::ZERO) {
        Some(_) => Ok(()),
        None => Err(Unfounded::NoDrift { all: false }),
    }
}

/// The ratio of what the optimum and an equilibrium are enclosed by.
fn price_follows(
    facts: &Facts<'_>,
    (kind, sense): (PriceKind, Sense),
    decision: &[Rational],
    epsilon: &Rational,
    claimed: Option<&(Rational, Option<Rational>)>,
) -> Result<(), Unfounded> {
    let cost = sense == Sense::Cost;
    let most = greatest_loss(facts.model, decision);
    let enclosed = |shown: (Option<Rational>, Option<Rational>), what| {
        shown.0.zip(shown.1).ok_or(Unfounded::NotEnclosed { what })
    };
    let optimum = enclosed(facts.optimum(decision, cost), "the optimum over all populations")?;
    let least = (kind == PriceKind::Anarchy) != cost;
    let selection = if least { Selection::Pessimistic } else { Selection::Optimistic };
    let shown = facts.bounds(facts.model, Some(decision), selection, epsilon, Some(&most));
    let equilibrium = enclosed(shown, "the equilibrium")?;
    match (claimed, price(&optimum, &equilibrium, cost)) {
        // The optimum is at least as good as any equilibrium.
        (Some((lower, None)), _) if *lower <= Rational::ONE && one_sign(&optimum, &equilibrium) => {
            Ok(())
        }
        (_, Price::Meaningless) => Err(Unfounded::Meaningless),
        (None | Some((_, None)), Price::Infinite) => Ok(()),
        (None, Price::Between(..)) => Err(Unfounded::Finite),
        (Some((_, Some(claimed))), Price::Infinite) => {
            Err(Unfounded::Upper { claimed: claimed.clone(), shown: None })
        }
        (Some((lower, upper)), Price::Between(least, greatest)) => {
            if *lower > least {
                return Err(Unfounded::Lower { claimed: lower.clone(), shown: Some(least) });
            }
            match (upper, greatest) {
                (None, _) => Ok(()),
                (Some(upper), Some(greatest)) if greatest <= *upper => Ok(()),
                (Some(upper), shown) => Err(Unfounded::Upper { claimed: upper.clone(), shown }),
            }
        }
    }
}

/// Whether both numbers are known to be at least 0, or at most 0.
fn one_sign(optimum: &Interval, equilibrium: &Interval) -> bool {
    let zero = Rational::ZERO;
    (optimum.0 >= zero && equilibrium.0 >= zero) || (optimum.1 <= zero && equilibrium.1 <= zero)
}

/// The decision of a scope, or `None` for all of several.
fn decision_of(listing: &Listing, scope: &Scope) -> Result<Option<Vec<Rational>>, Unfounded> {
    let list = match &listing.decisions {
        Decisions::List(list) => list.as_slice(),
        Decisions::Polytope { .. } => &[],
    };
    match scope {
        Scope::All => Ok(list.first().filter(|_| list.len() == 1).cloned()),
        Scope::Decision(index) => list.get(*index).cloned().map(Some).ok_or_else(|| {
            let count = list.len();
            Unfounded::Scope(format!(
                "the scope names decision {index}, the game has {count} in its list"
            ))
        }),
        Scope::Point(values) if listing.is_decision(values) => Ok(Some(values.clone())),
        Scope::Point(_) => {
            Err(Unfounded::Scope("the point of the scope is no decision of the leader".to_string()))
        }
    }
}

/// Whether both bounds that are claimed are at most as strong as those that are shown.
fn within(
    claimed: (&Rational, &Rational),
    (lower, upper): (Option<Rational>, Option<Rational>),
) -> Result<(), Unfounded> {
    if lower.as_ref().is_none_or(|lower| lower < claimed.0) {
        return Err(Unfounded::Lower { claimed: claimed.0.clone(), shown: lower });
    }
    if upper.as_ref().is_none_or(|upper| upper > claimed.1) {
        return Err(Unfounded::Upper { claimed: claimed.1.clone(), shown: upper });
    }
    Ok(())
}
