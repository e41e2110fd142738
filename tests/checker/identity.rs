//! A number is reported of the game that it is about: certificates whose hash and text once did
//! not determine this (tests/data/identity).

use smfg::check::{check_models, check_with};
use smfg::game::Game;
use std::path::Path;

fn load(file: &str) -> Game {
    Game::load(Path::new("tests/data/identity").join(file)).expect("a game")
}

fn text(file: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/data/identity").join(file)).expect("a file")
}

/// `of crowd` means twice the crowd in one file and five times in the other, whose games are the
/// same otherwise. The claim names the game with the objective, so the old text is refused, and a
/// claim that names one of them is not stated of the other.
#[test]
fn an_expression_that_means_different_things() {
    let (model, second) =
        (load("same_hash_against/model.toml"), load("same_hash_against/second.toml"));
    let old = text("same_hash_against/bundle.txt");
    assert!(check_models(&model, Some(&second), None, old.as_slice()).is_err());
    let objectives = [&model, &second].map(|game| game.with_objective("crowd").expect("crowd"));
    assert_ne!(objectives[0].hash(), objectives[1].hash());
    let about = |hash: &str| {
        let old = String::from_utf8(old.clone()).expect("text");
        old.replace(&model.hash(), hash)
    };
    // The greatest value of five times the crowd is 5, of twice the crowd 2.
    for (objective, is_second) in objectives.iter().zip([false, true]) {
        let bundle = about(&objective.hash());
        let verdict = check_models(&model, Some(&second), None, bundle.as_bytes());
        if let Ok(accepted) = verdict {
            assert!(accepted.certificates.iter().all(|claim| claim.second == is_second));
        }
    }
}

/// A constant has one value.
#[test]
fn a_constant_twice() {
    let game = load("with_twice/game.toml");
    let file = Path::new("tests/data/identity/with_twice/game.toml");
    let reload = |changes: &[(String, smfg::exact::Rational)]| {
        Game::load_with(file, changes).map_err(|errors| errors.to_string())
    };
    let verdict = check_with(&game, text("with_twice/cert.txt").as_slice(), Some(&reload));
    let reason = verdict.expect_err("two values of one constant").to_string();
    assert!(reason.contains("another value of `x`"), "{reason}");
}

/// A changed constant is one of the first file: the claim is not about the second game, although
/// the changed game has its hash.
#[test]
fn a_constant_of_the_first_file() {
    let (model, second) = (load("with_second/model.toml"), load("with_second/second.toml"));
    let file = Path::new("tests/data/identity/with_second/model.toml");
    let reload = |changes: &[(String, smfg::exact::Rational)]| {
        Game::load_with(file, changes).map_err(|errors| errors.to_string())
    };
    let bundle = text("with_second/bundle.txt");
    let accepted = check_models(&model, Some(&second), Some(&reload), bundle.as_slice())
        .expect("true of the first file with x = 2");
    assert!(!accepted.certificates[0].second);
    assert_eq!(accepted.certificates[0].changes.len(), 1);
}

/// Names of parameters made of other names stay apart: `nu[a,"b,c"]@0` and `nu["a,b",c]@0`.
#[test]
fn names_of_parameters() {
    let mut names = load("duplicate_parameter_names.toml").leader.parameters;
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
