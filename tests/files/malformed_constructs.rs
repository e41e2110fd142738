//! Wrong uses of functions, populations, requirements and normalised tables: each gives one error
//! that says where it is and what was expected.

use crate::populations::FLEETS;
use smfg::game::{Game, GameErrors};

/// A change of a game file, and a part of what is said about it.
type Slip = (&'static str, &'static str, &'static str);

/// Functions, requirements and a leader.
const CROWD: &str = r#"
format = "smfg-game/1"
name = "crowd"
stages = 2
states = [{ name = "in", x = 2 }, "out"]
actions = ["l", "r"]
initial = "in"
[define]
slope = "2/3"
[leader]
decisions = [{ name = "low", toll = 0 }, { name = "high", toll = 1 }]
[[leader.require]]
value = "mu[out]@1 + toll * mu[*, l]@0"
at_most = "3/4"
[[reward]]
stage = 0
action = "l"
value = "-log(1 + mu[*, l]) - toll"
[[transition]]
to = { out = "mu[*, l] / 2", in = "rest" }
"#;

const FUNCTIONS: [Slip; 24] = [
    ("log(1 + mu[*, l])", "log(mu[*, l])", "such as `log(1/1000000 + (mu["),
    (
        "log(1 + mu[*, l])",
        "log(mu[*, l] - 2)",
        "its argument is -2 there, expected one that is positive",
    ),
    ("log(1 + mu[*, l])", "sqrt(mu[*, l] - 1/2)", "not negative at every decision and population"),
    ("log(1 + mu[*, l])", "(mu[*, l] - 1/2)^(3/2)", "has no value when"),
    ("log(1 + mu[*, l])", "1 / mu[*, l]", "has no value"),
    ("log(1 + mu[*, l])", "mu[*, l]^-1", "has no value"),
    ("log(1 + mu[*, l])", "1 / (toll - 1/2 + mu[*, l])", "has no value at decision"),
    ("log(1 + mu[*, l])", "log(0)", "log(0) has no value: expected a positive number"),
    ("log(1 + mu[*, l])", "sqrt(-1)", "sqrt(-1) has no value"),
    ("log(1 + mu[*, l])", "ln(1 + mu[*, l])", "the natural logarithm is written `log`"),
    ("log(1 + mu[*, l])", "log2(1 + mu[*, l])", "write log(x) / log(2)"),
    ("log(1 + mu[*, l])", "softmax(mu[*, l])", "write exp(x) / (exp(x) + exp(y))"),
    ("log(1 + mu[*, l])", "tanh(mu[*, l])", "write 1 - 2 / (1 + exp(2 * x))"),
    ("log(1 + mu[*, l])", "floor(mu[*, l])", "`floor` jumps"),
    ("log(1 + mu[*, l])", "round(2 * mu[*, l])", "`round` jumps"),
    ("log(1 + mu[*, l])", "(mu[*, l] > 1/2)", "`>` jumps"),
    ("log(1 + mu[*, l])", "log(1, mu[*, l])", "`log` takes one value, found 2"),
    ("log(1 + mu[*, l])", "max(mu[*, l])", "`max` takes two values or more, found 1"),
    ("log(1 + mu[*, l])", "log()", "expected a number, a name or `(`"),
    ("log(1 + mu[*, l])", "log 1 + mu[*, l]", "expected an operator"),
    ("log(1 + mu[*, l])", "log(1 + mu[*, l]", "expected"),
    (
        "log(1 + mu[*, l])",
        "mu[*, l]^(1/65)",
        "expected a fraction with a denominator of at most 64",
    ),
    ("log(1 + mu[*, l])", "exp(100000 * mu[*, l])", "expected an argument of size at most 2^14"),
    ("log(1 + mu[*, l])", "mean(log(mu[*, l]))", "cannot be used inside mean(...)"),
];

const REQUIREMENTS: [Slip; 11] = [
    ("at_most = \"3/4\"\n", "", "found no bound, expected at_most or at_least, or both"),
    ("at_most = \"3/4\"", "at_most = \"x\"", "expected a number or a formula of defined constants"),
    ("at_most = \"3/4\"", "at_most = \"toll\"", "expected a number or a formula of defined"),
    ("at_most = \"3/4\"", "at_most = true", "expected a number or a text such as \"1/3\""),
    ("at_most = \"3/4\"", "at_mos = \"3/4\"\nat_least = 0", "did you mean \"at_most\"?"),
    ("at_most = \"3/4\"", "at_most = 1\nstage = 1", "found the unknown key \"stage\""),
    ("value = \"mu[out]@1 + toll * mu[*, l]@0\"\n", "", "the key \"value\" is missing"),
    ("mu[out]@1 +", "mu[out] +", "the current stage is not defined here: write mu[...]@stage"),
    ("mu[out]@1 +", "mu[out]@2 +", "expected a stage between 0 and 1"),
    ("mu[out]@1 +", "mu[outt]@1 +", "no state is named `outt`; did you mean `out`?"),
    ("mu[out]@1 +", "log(mu[out]@1) +", "`log(mu[out]@1)` has no value"),
];

const POPULATIONS: [Slip; 24] = [
    ("mass = \"3/4\"", "mass = \"1/2\"", "masses sum to 3/4, expected a sum of exactly 1"),
    ("mass = \"1/4\"", "mass = 0", "found the mass 0, expected a positive number"),
    ("mass = \"1/4\"", "mass = \"-1/4\"", "found the mass -1/4, expected a positive number"),
    ("mass = \"1/4\"\n", "", "the key \"mass\" is missing"),
    ("name = \"cars\"", "name = \"trucks\"", "the population \"trucks\" twice"),
    ("name = \"cars\"", "name = \"my cars\"", "expected letters, digits and _"),
    ("name = \"cars\"", "name = \"mu\"", "fixed meaning in formulas"),
    ("name = \"cars\"", "name = 3", "expected the name of the population"),
    ("stages = 2", "stages = 2\nstates = [\"x\"]", "found \"states\" beside [[population]]"),
    ("stages = 2", "stages = 2\ninitial = \"x\"", "found \"initial\" beside [[population]]"),
    ("population = \"cars\"\nto", "population = \"car\"\nto", "did you mean \"cars\"?"),
    (
        "population = \"cars\"\nto = \"home\"",
        "population = \"cars\"\nto = \"depot\"",
        "no state of \"cars\" is named \"depot\"",
    ),
    (
        "state = \"depot\"\naction = \"go\"",
        "state = \"depo\"\naction = \"go\"",
        "no state of \"trucks\", \"cars\" is named \"depo\" (did you mean \"depot\"?)",
    ),
    (
        "state = \"depot\"\naction = \"go\"",
        "population = \"cars\"\nstate = \"depot\"",
        "no state of \"cars\" is named \"depot\"",
    ),
    ("state = \"depot\"\naction = \"go\"", "state = \"depot\"\naction = \"rest\"", "matches no"),
    ("mu[trucks.road]", "mu[truck.road]", "no population is named `truck`; did you mean"),
    (
        "mu[trucks.road]",
        "mu[trucks.rode]",
        "no state is named `trucks.rode`; expected one of `depot`, `road`",
    ),
    ("mu[trucks.road]", "mu[trucks.]", "expected a name or `*`"),
    ("mu[trucks.road]", "mu[trucks.road, cars.fly]", "no action is named `cars.fly`"),
    ("mean(cars: t)", "mean(car: t)", "no population is named `car`"),
    ("mean(cars: t)", "mean(cars + 1: t)", "expected an operator"),
    ("mean(cars: t)", "mean(: t)", "found `:`"),
    ("mean(cars: t)", "mean(cars: s.load)", "the state `cars.home` has no attribute `load`"),
    ("initial = \"home\"", "initial = \"depot\"", "no state is named \"depot\""),
];

fn refused(file: &str, (from, to, expected): Slip) -> String {
    assert!(file.contains(from), "{from}");
    let text = file.replacen(from, to, 1);
    one(Game::parse_toml(&text).expect_err(to), to, expected)
}

/// The only error, which says what is expected.
fn one(errors: GameErrors, what: &str, expected: &str) -> String {
    let message = errors.to_string();
    assert!(message.contains(expected), "{what}: `{message}` does not contain `{expected}`");
    assert_eq!(errors.errors().len(), 1, "{what}: {message}");
    message
}

#[test]
fn each_slip_is_one_error() {
    for slip in FUNCTIONS {
        let message = refused(CROWD, slip);
        assert!(message.contains("[[reward]] rule 1, value"), "{message}");
    }
    for slip in REQUIREMENTS {
        let message = refused(CROWD, slip);
        assert!(message.contains("[[leader.require]] rule 1"), "{message}");
    }
    for slip in POPULATIONS {
        refused(FLEETS, slip);
    }
}

#[test]
fn games_without_populations_have_no_names_of_them() {
    let slip = ("mu[out]@1 +", "mu[in.out]@1 +", "no population is named `in`; the game has no");
    refused(CROWD, slip);
    let slip = ("[[transition]]", "[[transition]]\npopulation = \"in\"", "no population is named");
    refused(CROWD, slip);
}

#[test]
fn tables_that_are_not_normalised() {
    let text = |tables: &str| {
        format!(
            r#"{{"format": "smfg-game/1", "name": "t", "stages": 2, "states": ["a"],
            "actions": ["l"], "initial": "a", "tables": {{{tables}}}}}"#
        )
    };
    let row = |number: &str| {
        format!(r#""transition": [{{"time_invariant": true, "dense": [[[{number}]]]}}]"#)
    };
    for (tables, expected) in [
        (
            format!("\"normalise\": 1, {}", row("1")),
            "tables.normalise, column 71: found the number 1",
        ),
        (format!("\"normalise\": \"yes\", {}", row("1")), "expected true or false"),
        (format!("\"normalize\": true, {}", row("1")), "did you mean \"normalise\"?"),
        (format!("\"normalise\": true, {}", row("0.99")), "found probabilities that sum to 99/100"),
        (format!("\"normalise\": false, {}", row("0.9999999999")), "found probabilities that sum"),
    ] {
        let errors = Game::parse_json(&text(&tables)).expect_err(expected);
        one(errors, &tables, expected);
    }
}
