//! Games that say the same in other words have the same values: names in another order, an action
//! twice, a state in two halves, rewards in another unit, formulas multiplied out.
//!
//! Three games whose values are known in closed form, one per class, each in several versions.

use smfg::certificate::Selection;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, ratio, to_approx};
use smfg::game::Game;
use smfg::leader::{Settings, Status, range, solve};
use std::time::Duration;

/// Accepted distance of bounds; the search is asked for less.
const CLOSE: (i64, u64) = (1, 100_000);

fn game(text: &str) -> Game {
    Game::parse_toml(text).unwrap_or_else(|errors| panic!("{errors} in {text}"))
}

/// Proved bounds enclose `expected` closely.
fn close(bounds: (&Rational, &Rational), expected: &Rational, version: &str) {
    let (lower, upper) = bounds;
    assert!(lower <= expected && expected <= upper, "{version}: {lower}, {upper}");
    assert!(upper - lower <= ratio(CLOSE.0, CLOSE.1), "{version}: {lower}, {upper}");
}

// Adoption (C1): an adopter earns the share x of adopters less 1/2, plus a subsidy. With 13/20 all
// adopt, and the leader keeps 3/2 - 13/20 = 17/20. With less than 1/2 nobody may adopt, but if all
// do, a subsidy of 0 leaves 3/2.

const ADOPTION: &str = r#"
format = "smfg-game/1"
name = "adoption"
stages = 1
states = ["firm"]
actions = ["wait", "adopt"]
initial = { firm = 1 }
[leader]
decisions = [{ name = "none", subsidy = 0 }, { name = "enough", subsidy = "13/20" }]
[[reward]]
action = "adopt"
value = "mu[*, adopt] - 1/2 + subsidy"
[[leader.payoff]]
value = "(3/2 - subsidy) * mu[*, adopt]@0"
"#;

fn adoption_versions() -> Vec<(&'static str, String)> {
    let base = ADOPTION.to_string();
    let renamed = base
        .replace("[\"wait\", \"adopt\"]", "[\"a\", \"z\"]")
        .replace("\"adopt\"", "\"a\"")
        .replace("*, adopt", "*, a")
        .replace("firm", "x9");
    let reordered = base.replace("[\"wait\", \"adopt\"]", "[\"adopt\", \"wait\"]").replace(
        "{ name = \"none\", subsidy = 0 }, { name = \"enough\", subsidy = \"13/20\" }",
        "{ name = \"enough\", subsidy = 0.65 }, { name = \"none\", subsidy = 0 }",
    );
    let doubled = base
        .replace("[\"wait\", \"adopt\"]", "[\"wait\", \"adopt\", \"embrace\"]")
        .replace("action = \"adopt\"", "action = [\"adopt\", \"embrace\"]")
        .replace("mu[*, adopt] -", "mu[*, adopt] + mu[*, embrace] -")
        .replace("mu[*, adopt]@0", "(mu[*, adopt]@0 + mu[*, embrace]@0)");
    let halves = base
        .replace("[\"firm\"]", "[\"small\", \"large\"]")
        .replace("{ firm = 1 }", "{ small = \"1/3\", large = \"2/3\" }");
    let unit = base.replace(
        "value = \"mu[*, adopt] - 1/2 + subsidy\"",
        "value = \"7/3 * (mu[*, adopt] - 1/2 + subsidy)\"",
    );
    let parts = base.replace(
        "value = \"mu[*, adopt] - 1/2 + subsidy\"",
        "value = \"mu[*, adopt]\"\n[[reward]]\naction = \"adopt\"\nvalue = \"subsidy - 1/2\"",
    );
    // What everybody earns, whatever they do, changes nothing.
    let common = format!("{base}\n[[reward]]\nvalue = \"3 * subsidy - 1/7\"\n");
    vec![
        ("base", base),
        ("renamed", renamed),
        ("reordered", reordered),
        ("doubled action", doubled),
        ("split state", halves),
        ("another unit", unit),
        ("reward in parts", parts),
        ("common reward", common),
    ]
}

#[test]
fn adoption_in_other_words() {
    for (version, text) in adoption_versions() {
        for (selection, expected) in
            [(Selection::Pessimistic, ratio(17, 20)), (Selection::Optimistic, ratio(3, 2))]
        {
            let settings = Settings { selection, ..Settings::new(Rational::ZERO) };
            let outcome = solve(&game(&text), &settings).expect(version);
            let claim = outcome.accepted.claim;
            assert_eq!(outcome.status, Status::Exact, "{version}");
            assert_eq!((claim.lower, claim.upper), (expected.clone(), expected), "{version}");
        }
    }
}

#[test]
fn the_unit_of_rewards_is_the_unit_of_epsilon() {
    let value = |factor: &str, epsilon: Rational| {
        let text = ADOPTION.replace(
            "mu[*, adopt] - 1/2 + subsidy",
            &format!("{factor} * (mu[*, adopt] - 1/2 + subsidy)"),
        );
        let found = solve(&game(&text), &Settings::new(epsilon)).expect("class C1");
        (found.accepted.claim.lower, found.accepted.claim.upper)
    };
    // Those who wait, 1 - x of them, forgo x - 1/2 + 13/20: (1 - x)(x + 3/20) <= 1/100 near x = 1
    // is x >= (17 + sqrt(513)) / 40 = .991..., of which the leader keeps 17/20.
    let (lower, upper) = value("1", ratio(1, 100));
    let (scaled_lower, scaled_upper) = value("7", ratio(7, 100));
    let expected = 0.85 * (17.0 + 513.0_f64.sqrt()) / 40.0;
    for (lower, upper) in [(lower, upper), (scaled_lower, scaled_upper)] {
        let (lower, upper) = (to_approx(&lower), to_approx(&upper));
        assert!(lower <= expected + 1e-9 && expected <= upper + 1e-9, "{lower} {upper}");
        assert!(upper - lower < 1e-5, "{lower} {upper}");
    }
}

// A cubic road (C2): the second road costs x^3, the first 1/8: x = 1/2.

fn road(cost: &str) -> String {
    format!(
        r#"
format = "smfg-game/1"
name = "road"
stages = 1
states = ["driver"]
actions = ["long", "short"]
initial = {{ driver = 1 }}
[[reward]]
action = "long"
value = "-1/8"
[[reward]]
action = "short"
value = "{cost}"
[[leader.payoff]]
value = "mu[*, short]@0"
"#
    )
}

#[test]
fn powers_multiplied_out() {
    for cost in [
        "-mu[*, short]^3",
        "-mu[*, short] * mu[*, short] * mu[*, short]",
        "-mu[*, short]^2 * mu[*, short]",
        "-mu[*, short] * (1 - mu[*, long])^2",
        "-mu[driver, short]^3",
    ] {
        let found = range(&game(&road(cost)), &Settings::new(Rational::ZERO)).expect(cost);
        let (least, greatest) = (found.least.accepted.claim, found.greatest.accepted.claim);
        close((&least.lower, &least.upper), &ratio(1, 2), cost);
        close((&greatest.lower, &greatest.upper), &ratio(1, 2), cost);
    }
}

/// The cube of the other road's share: its bounds are not close after two seconds, and must be true
/// all the same.
#[test]
fn a_power_of_the_rest() {
    let text = road("-(1 - mu[*, long])^3");
    let control = Control::default().within(Duration::from_secs(2));
    let settings =
        Settings { race_control: control.clone(), control, ..Settings::new(Rational::ZERO) };
    let found = range(&game(&text), &settings).expect("class C2");
    for claim in [found.least.accepted.claim, found.greatest.accepted.claim] {
        assert!(claim.lower <= ratio(1, 2) && ratio(1, 2) <= claim.upper);
    }
}

// An epidemic (C3): going out earns 1 - 1/2 and infects with probability 4/5 x, which costs 1. In
// equilibrium 4/5 x = 1/2, x = 5/8, and 4/5 x^2 = 5/16 are infected.

const EPIDEMIC: &str = r#"
format = "smfg-game/1"
name = "epidemic"
stages = 2
states = ["susceptible", "infected"]
actions = ["out", "home"]
initial = { susceptible = 1 }
[[reward]]
stage = 0
state = "susceptible"
action = "out"
value = "1/2"
[[reward]]
stage = 1
state = "infected"
value = "-1"
[[transition]]
to = "susceptible"
[[transition]]
state = "susceptible"
action = "out"
to = { infected = "4/5 * mu[susceptible, out]", susceptible = "rest" }
[[leader.payoff]]
value = "mu[infected]@1"
"#;

#[test]
fn an_epidemic_in_other_words() {
    let reordered = EPIDEMIC
        .replace("[\"susceptible\", \"infected\"]", "[\"infected\", \"susceptible\"]")
        .replace("[\"out\", \"home\"]", "[\"home\", \"out\"]");
    let defined = EPIDEMIC
        .replace("[[reward]]\nstage = 0", "[define]\nrisk = \"2/5 + 0.4\"\n[[reward]]\nstage = 0")
        .replace("4/5 * mu", "risk * mu");
    let rest = EPIDEMIC
        .replace("susceptible = \"rest\"", "susceptible = \"1 - 2/5 * 2 * mu[susceptible, out]\"");
    let unit = EPIDEMIC.replace("\"1/2\"", "\"3/2\"").replace("\"-1\"", "\"-3\"");
    for (version, text) in [
        ("base", EPIDEMIC.to_string()),
        ("reordered", reordered),
        ("a constant", defined),
        ("no rest", rest),
        ("another unit", unit),
    ] {
        let found = range(&game(&text), &Settings::new(Rational::ZERO)).expect(version);
        let (least, greatest) = (found.least.accepted.claim, found.greatest.accepted.claim);
        close((&least.lower, &least.upper), &ratio(5, 16), version);
        close((&greatest.lower, &greatest.upper), &ratio(5, 16), version);
    }
}
