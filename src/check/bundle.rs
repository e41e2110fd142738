//! Bundles: each certificate is checked for itself, in a stream.

use super::Reload;
use super::verdict::{Accepted, Rejection};
use crate::certificate::{Claim, Reader};
use crate::game::Game;
use std::io::BufRead;

/// Why a bundle is not accepted.
#[derive(Debug, thiserror::Error)]
#[error("{}{rejection}", place(*.certificate))]
pub struct BundleRejection {
    /// Position of the certificate that fails, from 1; 0 when the text is no bundle.
    pub certificate: usize,
    /// What it claims, where its header can be read.
    pub claim: Option<Claim>,
    /// Why it fails; lines are those of the bundle.
    pub rejection: Rejection,
    /// The certificates before it, which were accepted.
    pub accepted: Vec<Accepted>,
}

fn place(certificate: usize) -> String {
    if certificate == 0 { String::new() } else { format!("certificate {certificate} of the bundle: ") }
}

/// Checks every certificate of `bundle` against `game`: all claims are proved when this succeeds.
///
/// # Errors
/// [`BundleRejection`] names the first certificate that fails and has the claims of those before it.
pub fn check_bundle(game: &Game, bundle: impl BufRead) -> Result<Vec<Accepted>, BundleRejection> {
    check_bundle_with(game, bundle, None)
}

/// Checks every certificate of `bundle` against `game`, or against the game that `reload` makes with the constants that the certificate changes.
///
/// # Errors
/// [`BundleRejection`] names the first certificate that fails and has the claims of those before it.
pub fn check_bundle_with(game: &Game, bundle: impl BufRead, reload: Option<Reload<'_>>) -> Result<Vec<Accepted>, BundleRejection> {
    let mut accepted = Vec::new();
    let refused = |certificate, claim, rejection: Rejection, accepted| BundleRejection { certificate, claim, rejection, accepted };
    let mut reader = match Reader::start_bundle(bundle, game.stages.len(), game.states.len()) {
        Ok(reader) => reader,
        Err(error) => return Err(refused(0, None, error.into(), accepted)),
    };
    let hash = game.hash();
    loop {
        let certificate = accepted.len() + 1;
        let claim = match reader.next_certificate() {
            Ok(Some(claim)) => claim,
            Ok(None) if accepted.is_empty() => return Err(refused(0, None, Rejection::EmptyBundle, accepted)),
            Ok(None) => return Ok(accepted),
            Err(error) => return Err(refused(certificate, None, error.into(), accepted)),
        };
        match super::check_about(game, &hash, &mut reader, claim.clone(), reload) {
            Ok(verdict) => accepted.push(verdict),
            Err(rejection) => return Err(refused(certificate, Some(claim), rejection, accepted)),
        }
    }
}
