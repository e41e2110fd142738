//! Claims about curves: the valid one is accepted, hand-made invalid ones are refused for the
//! reason written beside them.
//!
//! The game of the corpus, tests/reject/game.toml: under `free` the worst best response gives the
//! leader 0, under `paid` every policy gives 1.

use crate::corpus::{assert_refused, game, valid};
use smfg::check::check;
use smfg::exact::ratio;

#[test]
fn the_unedited_certificate_is_valid() {
    let game = game();
    let accepted = check(&game, valid("valid.curve", &game).as_bytes()).expect("valid");
    assert_eq!(accepted.curve.len(), 3);
    assert_eq!((accepted.claim.lower, accepted.claim.upper), (ratio(1, 1), ratio(1, 1)));
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let game = game();
    assert_refused("curves.toml", 20, &valid("valid.curve", &game), |text| {
        Some((check(&game, text).err()?.to_string(), 0))
    });
}
