//! Equilibria that exist are found and used: published and small games whose worst or best
//! equilibrium is pure, or plays simple fractions, or has little to spare.

use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, range};

/// A file of `tests/data/field`, epsilon, and what the ends of the range are, from the source, by
/// hand or by enumeration in exact arithmetic, with the digits that are known.
const ROWS: [(&str, &str, &str, Option<&str>); 8] = [
    // Nobody plays x in the first population: then the second is indifferent.
    ("two_actions_cubic", "0", "0", Some("1")),
    ("two_actions_dynamics", "0", "0", Some("1")),
    // The indifference x^2 = x/3 at x = 1/3, by hand.
    ("square_third", "0", "0", Some("2/9")),
    // McKelvey and McLennan (1997): nine equilibria; the first player earns 9/4 to 9.
    ("mckelvey_mclennan_2x2x2", "0", "9/4", Some("9")),
    // One equilibrium, the root of a polynomial, to twelve digits.
    ("congestion_power_four", "0", "34.84049483559", Some("34.84049483559")),
    // A pure equilibrium with exploitability 0 serves at every epsilon.
    ("three_players_tiny_epsilon", "1/1000000000", "-3", None),
    // Eight extreme equilibria, by enumeration of vertices.
    ("degenerate_3x5", "0", "-12/7", Some("0")),
    // -(x^2 + y^2) with x + y = 1 and every mixture an equilibrium.
    ("indifferent_concave", "0", "-1", Some("-1/2")),
];

/// Digits of the values that are not rational.
const KNOWN: u64 = 10_000_000_000;

#[test]
fn ranges_of_games_from_the_field() {
    for (file, epsilon, least, greatest) in ROWS {
        let game = Game::load(format!("tests/data/field/{file}.toml")).expect(file);
        let epsilon = parse_rational(epsilon).expect("an epsilon");
        let gap = ratio(1, 1_000_000);
        let settings = Settings { gap: gap.clone(), ..Settings::new(epsilon.clone()) };
        let found = range(&game, &settings).expect(file);
        for (outcome, value) in [(&found.least, Some(least)), (&found.greatest, greatest)] {
            let Some(value) = value else { continue };
            let value = parse_rational(value).expect("a value");
            let claim = &outcome.accepted.claim;
            let scale = value.clone().max(-value.clone()).max(Rational::ONE);
            // At the tiny epsilon the end may lie a little beyond the equilibrium.
            let slack = ratio(1, KNOWN) + &epsilon * ratio(100, 1);
            assert!(claim.lower <= &value + &slack, "{file}: {} above {value}", claim.lower);
            assert!(claim.upper >= &value - &slack, "{file}: {} below {value}", claim.upper);
            let width = &claim.upper - &claim.lower;
            assert!(width <= &gap * &scale, "{file}: the interval is {width} wide");
        }
    }
}

/// The greatest value of a concave reward lies between the vertices, at weights of one half: a
/// witness and a bound of simple fractions meet there.
#[test]
fn a_mixture_of_simple_fractions_is_exact() {
    let game = Game::load("tests/data/field/indifferent_concave.toml").expect("a game");
    let found = range(&game, &Settings::new(Rational::ZERO)).expect("a range");
    let claim = &found.greatest.accepted.claim;
    assert_eq!((&claim.lower, &claim.upper), (&-ratio(1, 2), &-ratio(1, 2)));
}
