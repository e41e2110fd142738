//! Certificates of any kind, checked from memory.

use crate::answers::text;
use crate::errors::Failure;
use smfg::certificate::{BUNDLE, EQUILIBRIA, Reader};
use smfg::check::{check_equilibria, check_models, check_with};
use smfg::exact::Rational;
use smfg::game::Game;
use smfg::report::{BundleReport, CheckReport, EquilibriaCheckReport};
use std::path::Path;

/// The verdict as the JSON that `smfg check` prints. `other` is the second game of a bundle about
/// two; the file `path` is the game's, for certificates with other values of its constants.
pub fn check_any(
    game: &Game,
    other: Option<&Game>,
    path: Option<&Path>,
    certificate: &[u8],
) -> Result<String, Failure> {
    let with_constants = |changes: &[(String, Rational)]| match path {
        Some(path) => Game::load_with(path, changes).map_err(|errors| errors.to_string()),
        None => Err("the text of the game is not known".into()),
    };
    if certificate.starts_with(BUNDLE.as_bytes()) {
        let verdict = check_models(game, other, Some(&with_constants), certificate);
        let hash = other.map(Game::hash);
        let other = other.zip(hash.as_deref());
        return text(|out| BundleReport { game, other, verdict: verdict.as_ref() }.write_json(out));
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
    let verdict = check_with(game, certificate, Some(&with_constants));
    text(|out| {
        CheckReport { game, claim: claim.as_ref(), verdict: verdict.as_ref() }.write_json(out)
    })
}
