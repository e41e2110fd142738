//! Equilibria at eps = 0 of random tiny games against enumeration (tests/population_game).
#![cfg(feature = "solver")]

mod common;
mod population_game;

use population_game::{enumerate, random};
use smfg::certificate::{Claim, Scope, Selection, Step, write_certificate};
use smfg::check::check;
use smfg::equilibrium::Control;
use smfg::equilibrium::support::{Limits, solve_support};
use smfg::exact::Rational;

/// Games compared.
const GAMES: usize = 300;
/// Most deterministic policies of a game: the enumeration grows like 4 to this power.
const MOST_POLICIES: usize = 8;

#[test]
fn least_and_greatest_reward() {
    let (mut compared, mut several, mut continua) = (0, 0, 0);
    for seed in 0.. {
        let tiny = random(seed);
        let Some(truth) = enumerate(&tiny, MOST_POLICIES) else { continue };
        let game = tiny.game();
        let instance = game.at(&[]);
        for (selection, expected) in [(Selection::Pessimistic, &truth.range.0), (Selection::Optimistic, &truth.range.1)] {
            let outcome = solve_support(&instance, selection, &Control::default(), &Limits::default()).expect("an answer");
            let claim = Claim {
                game_hash: game.hash(),
                epsilon: Rational::ZERO,
                selection,
                scope: Scope::Decision(0),
                of: None,
                lower: expected.clone(),
                upper: expected.clone(),
            };
            let opening = [Step::Decision(0)];
            let steps = opening.iter().chain(&outcome.proved.bound.steps).chain(&outcome.proved.witness.steps);
            let text = write_certificate(Vec::new(), &claim, steps).expect("text");
            if let Err(error) = check(&game, text.as_slice()) {
                panic!("seed {seed}, {selection}, expected {expected}: {error}\n{}", String::from_utf8_lossy(&text));
            }
        }
        compared += 1;
        several += usize::from(truth.components.len() > 1);
        continua += usize::from(truth.components.iter().any(|component| component.len() > 1));
        if compared == GAMES {
            break;
        }
    }
    eprintln!("{compared} games, {several} with several components, {continua} with continua");
    assert!(several >= 50 && continua >= 50, "{several} games with several components, {continua} with continua");
}
