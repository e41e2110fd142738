//! `normalise = true`: rows of doubles that sum to 1 up to rounding, as they come from programs.

use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::{Columns, Game};

/// A game of two states whose first row is given; the numbers are the decimals that they spell.
fn text(row: &str, normalise: &str) -> String {
    format!(
        r#"{{"format": "smfg-game/1", "name": "rounded", "stages": 2, "states": ["a", "b"],
        "actions": ["l"], "initial": "a",
        "tables": {{{normalise} "transition": [{{"time_invariant": true,
            "dense": [[{row}], [[0, 1]]]}}]}}}}"#
    )
}

fn probabilities(game: &Game) -> Vec<Rational> {
    let transition = game.stages[0].transition.as_ref().expect("two stages");
    let columns: &Columns = &transition.probability;
    (0..columns.len()).map(|entry| columns.get(entry).as_constant().expect("a number")).collect()
}

#[test]
fn the_largest_entry_is_given_what_is_missing() {
    // 0.1 + 0.2 + 0.7 in binary64, spelled: a sum of 0.9999999999999999.
    let row = "[0.30000000000000004, 0.6999999999999999]";
    let error = Game::parse_json(&text(row, "")).expect_err("no probabilities").to_string();
    assert!(error.contains("expected a sum that is identically 1"), "{error}");
    let game = Game::parse_json(&text(row, "\"normalise\": true,")).expect("a game");
    let first = parse_rational("0.30000000000000004").expect("a number");
    assert_eq!(probabilities(&game), [first.clone(), Rational::ONE - first, ratio(1, 1)]);
    // What is missing: 1 - 0.30000000000000004 - 0.6999999999999999 = 6e-17.
    assert_eq!(game.vocabulary.normalised, Some(ratio(6, 100_000_000_000_000_000)));
    // Exact rows stay, and the game is the same.
    let exact = Game::parse_json(&text("[0.25, 0.75]", "\"normalise\": true,")).expect("a game");
    assert_eq!(exact.vocabulary.normalised, Some(Rational::ZERO));
    let plain = Game::parse_json(&text("[0.25, 0.75]", "")).expect("a game");
    assert_eq!(plain.hash(), exact.hash());
    assert_eq!(plain.vocabulary.normalised, None);
}

#[test]
fn what_is_no_rounding_is_refused() {
    for row in ["[0.3, 0.69]", "[0.3, 0.700000002]"] {
        let text = text(row, "\"normalise\": true,");
        let error = Game::parse_json(&text).expect_err(row).to_string();
        assert!(error.contains("expected a sum that is identically 1"), "{row}: {error}");
    }
    let error = Game::parse_json(&text("[0.5, 0.5]", "\"normalise\": 1,")).expect_err("a flag");
    assert!(error.to_string().contains("expected true or false"), "{error}");
    let error = Game::parse_json(&text("[0.5, 0.5]", "\"normalize\": true,")).expect_err("a key");
    assert!(error.to_string().contains("did you mean \"normalise\"?"), "{error}");
}

/// Coefficients of the population sum to 0 in a row, up to rounding.
#[test]
fn coefficients_of_the_population_are_mended_too() {
    let text = r#"{"format": "smfg-game/1", "name": "rounded", "stages": 2, "states": ["a", "b"],
        "actions": ["l"], "initial": {"a": 0.5, "b": 0.5},
        "tables": {"normalise": true, "transition": [
            {"time_invariant": true, "dense": [[[0.5, 0.5]], [[0, 1]]]},
            {"times": "mu[a, l]@0", "time_invariant": true,
             "dense": [[[0.1, -0.10000000000000002]], [[0, 0]]]}]},
        "available": []}"#;
    // mu[a, l]@0 is the initial mass 1/2, a number: the row is 0.55 and 0.45 - 1e-17.
    let game = Game::parse_json(text).expect("a game");
    assert_eq!(game.vocabulary.normalised, Some(ratio(1, 100_000_000_000_000_000)));
}
