//! Games solved, with the certificate checked a second time.

use smfg::check::check;
use smfg::game::Game;
use smfg::leader::{Outcome, Settings, solve};

/// What `solve` answers; the checker accepts its certificate with the same result.
pub fn solved(game: &Game, settings: &Settings<'_>) -> Outcome {
    let outcome = solve(game, settings).expect("solved");
    let accepted =
        check(game, outcome.certificate.as_slice()).expect("what solve returns is accepted");
    assert_eq!(accepted, outcome.accepted);
    outcome
}
