//! Certificates of any kind, checked from memory.

use crate::answers::text;
use crate::errors::Failure;
use smfg::certificate::{BUNDLE, EQUILIBRIA, Reader};
use smfg::check::{check, check_equilibria, check_models};
use smfg::game::Game;
use smfg::report::{BundleReport, CheckReport, EquilibriaCheckReport};

/// The verdict as the JSON that `smfg check` prints.
pub fn check_any(game: &Game, certificate: &[u8]) -> Result<String, Failure> {
    if certificate.starts_with(BUNDLE.as_bytes()) {
        let verdict = check_models(game, None, None, certificate);
        return text(|out| {
            BundleReport { game, other: None, verdict: verdict.as_ref() }.write_json(out)
        });
    }
    if certificate.starts_with(EQUILIBRIA.as_bytes()) {
        let verdict = check_equilibria(game, certificate);
        return text(|out| {
            EquilibriaCheckReport { game, verdict: verdict.as_ref() }.write_json(out)
        });
    }
    // Read once for the report, and once by the checker, which trusts nobody's reading.
    let claim = Reader::start(certificate, game.stages.len(), game.states.len())
        .ok()
        .map(|(_, claim)| claim);
    let verdict = check(game, certificate);
    text(|out| {
        CheckReport { game, claim: claim.as_ref(), verdict: verdict.as_ref() }.write_json(out)
    })
}
