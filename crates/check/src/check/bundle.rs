//! Bundles: each element is checked for itself, in a stream.

use super::Reload;
use super::conclusion::check_conclusions;
use super::drift::check_drift;
use super::verdict::{Accepted, Rejection};
use crate::certificate::{Claim, ConclusionClaim, DriftClaim, Element, Reader};
use crate::game::Game;
use std::io::BufRead;

/// Why a bundle is not accepted.
#[derive(Debug, thiserror::Error)]
#[error("{}{rejection}", place(*.certificate))]
pub struct BundleRejection {
    /// Position of the certificate or statement that fails, from 1; 0 when the text is no bundle.
    pub certificate: usize,
    /// What it claims, where its header can be read.
    pub claim: Option<Claim>,
    /// Why it fails; lines are those of the bundle.
    pub rejection: Rejection,
    /// The certificates before it, which were accepted.
    pub accepted: Vec<Accepted>,
    /// The statements about two models before it, which were accepted.
    pub drifts: Vec<DriftClaim>,
    /// The conclusions before it, which were accepted.
    pub conclusions: Vec<ConclusionClaim>,
}

fn place(certificate: usize) -> String {
    if certificate == 0 {
        String::new()
    } else {
        format!("certificate {certificate} of the bundle: ")
    }
}

/// An accepted bundle.
#[derive(Debug, Clone, Default)]
pub struct AcceptedBundle {
    /// What its certificates prove, in order.
    pub certificates: Vec<Accepted>,
    /// What it says of two models.
    pub drifts: Vec<DriftClaim>,
    /// What follows.
    pub conclusions: Vec<ConclusionClaim>,
}

/// Whether a claim names the hash of a game, with its expression in place of the leader's reward.
fn is_about((game, hash): (&Game, &str), claim: &Claim) -> bool {
    match &claim.of {
        None => claim.game_hash == hash,
        Some(of) => {
            game.with_objective(of).is_ok_and(|objective| objective.hash() == claim.game_hash)
        }
    }
}

/// Checks every certificate of `bundle` against `game`: all claims are proved when this succeeds.
///
/// # Errors
/// [`BundleRejection`] names the first certificate that fails and has the claims of those before
/// it.
pub fn check_bundle(game: &Game, bundle: impl BufRead) -> Result<Vec<Accepted>, BundleRejection> {
    check_models(game, None, None, bundle).map(|accepted| accepted.certificates)
}

/// Checks a bundle about `game` and `other`: each certificate names its game by its hash, or is
/// about the game that `reload` makes with the constants that it changes.
///
/// # Errors
/// [`BundleRejection`] names the first element that fails and has the claims of those before it.
pub fn check_models(
    game: &Game,
    other: Option<&Game>,
    reload: Option<Reload<'_>>,
    bundle: impl BufRead,
) -> Result<AcceptedBundle, BundleRejection> {
    check_further(game, other, reload, AcceptedBundle::default(), bundle)
}

/// Checks the elements of `bundle` as if they followed those of another one, of which `accepted`
/// says what they prove about the same games.
///
/// # Errors
/// As [`check_models`]; positions are those in `bundle`.
pub fn check_further(
    game: &Game,
    other: Option<&Game>,
    reload: Option<Reload<'_>>,
    mut accepted: AcceptedBundle,
    bundle: impl BufRead,
) -> Result<AcceptedBundle, BundleRejection> {
    let refused =
        |position, claim, rejection: Rejection, accepted: AcceptedBundle| BundleRejection {
            certificate: position,
            claim,
            rejection,
            accepted: accepted.certificates,
            drifts: accepted.drifts,
            conclusions: accepted.conclusions,
        };
    let mut reader = match Reader::start_bundle(bundle, game.stages.len(), game.states.len()) {
        Ok(reader) => reader,
        Err(error) => return Err(refused(0, None, error.into(), accepted)),
    };
    let hash = game.hash();
    let other = other.map(|other| (other, other.hash()));
    let mut position = 0;
    loop {
        position += 1;
        match reader.next_element() {
            Ok(Some(Element::Certificate(claim))) => {
                // Changed constants are those of the first file, whatever the other game is.
                let second = reader.changes().is_empty()
                    && !is_about((game, &hash), &claim)
                    && other.as_ref().is_some_and(|(other, hash)| is_about((other, hash), &claim));
                let about = other.as_ref().map_or(game, |(other, _)| match second {
                    true => *other,
                    false => game,
                });
                reader.reshape((about.stages.len(), about.states.len()));
                match super::check_about(about, None, &mut reader, claim.clone(), reload) {
                    Ok(verdict) => accepted.certificates.push(Accepted { second, ..verdict }),
                    Err(rejection) => {
                        return Err(refused(position, Some(claim), rejection, accepted));
                    }
                }
            }
            Ok(Some(Element::Drift(claim))) => {
                match check_drift((game, &hash), other.as_ref(), &claim) {
                    Ok(()) => accepted.drifts.push(claim),
                    Err(rejection) => return Err(refused(position, None, rejection, accepted)),
                }
            }
            Ok(Some(Element::Conclusion(claim))) => {
                let truth = other.as_ref().map(|(other, hash)| (*other, hash.as_str()));
                match check_conclusions((game, &hash), truth, &accepted, &claim) {
                    Ok(()) => accepted.conclusions.push(claim),
                    Err(rejection) => return Err(refused(position, None, rejection, accepted)),
                }
            }
            Ok(None) if position == 1 => {
                return Err(refused(0, None, Rejection::EmptyBundle, accepted));
            }
            Ok(None) => return Ok(accepted),
            Err(error) => return Err(refused(position, None, error.into(), accepted)),
        }
    }
}
