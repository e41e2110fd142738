//! Several populations: the file means the game over the disjoint union of their states, written
//! out by hand here; what is wrong with it is said with its place.

use smfg::exact::ratio;
use smfg::game::Game;

/// Two populations of two stages that meet on a road.
pub const FLEETS: &str = r#"
format = "smfg-game/1"
name = "fleets"
stages = 2
[define]
crowd = "mu[*, go]"
[[population]]
name = "trucks"
mass = "1/4"
states = [{ name = "depot", load = 3 }, { name = "road", load = 1 }]
actions = ["stay", { name = "go", cost = 2 }]
initial = "depot"
[[population]]
name = "cars"
mass = "3/4"
states = ["home"]
actions = [{ name = "go", cost = 1 }, "rest"]
initial = "home"
[[available]]
state = "road"
actions = ["stay"]
[[reward]]
action = "go"
value = "-a.cost * crowd"
[[reward]]
population = "trucks"
value = "s.load * mu[cars.home, go] - mean(trucks: s.load)"
[[reward]]
population = "cars"
stage = 1
action = "rest"
value = "mu[trucks.*, go] + mu[road]"
[[transition]]
population = "cars"
to = "home"
[[transition]]
population = "trucks"
to = "depot"
[[transition]]
state = "depot"
action = "go"
to = { road = "1/2 + mu[cars.*, go] / 2", depot = "rest" }
[[leader.payoff]]
stage = 1
value = "mu[trucks.road] + mean(cars: t)"
"#;

/// The same game without populations.
const UNION: &str = r#"
format = "smfg-game/1"
name = "the union"
stages = 2
states = [
    { name = "trucks.depot", load = 3 }, { name = "trucks.road", load = 1 },
    { name = "cars.home", load = 0 },
]
actions = [
    { name = "trucks.stay", goes = 0 }, { name = "trucks.go", goes = 1 },
    { name = "cars.go", goes = 1 }, { name = "cars.rest", goes = 0 },
]
initial = { "trucks.depot" = "1/4", "cars.home" = "3/4" }
[define]
crowd = "mean(a.goes)"
[[available]]
state = "trucks.depot"
actions = ["trucks.stay", "trucks.go"]
[[available]]
state = "trucks.road"
actions = ["trucks.stay"]
[[available]]
state = "cars.home"
actions = ["cars.go", "cars.rest"]
[[reward]]
action = "trucks.go"
value = "-2 * crowd"
[[reward]]
action = "cars.go"
value = "-crowd"
[[reward]]
state = "trucks.depot"
value = '3 * mu["cars.home", "cars.go"] - 4 * mean(s.load)'
[[reward]]
state = "trucks.road"
value = 'mu["cars.home", "cars.go"] - 4 * mean(s.load)'
[[reward]]
stage = 1
action = "cars.rest"
value = 'mu[*, "trucks.go"] + mu["trucks.road"]'
[[transition]]
state = "cars.home"
to = "cars.home"
[[transition]]
state = ["trucks.depot", "trucks.road"]
to = "trucks.depot"
[[transition]]
state = "trucks.depot"
action = "trucks.go"
to = { "trucks.road" = '1/2 + mu["cars.home", "cars.go"] / 2', "trucks.depot" = "rest" }
[[leader.payoff]]
stage = 1
value = 'mu["trucks.road"] + t'
"#;

#[test]
fn populations_are_the_game_over_the_union_of_their_states() {
    let [fleets, union] = [FLEETS, UNION].map(|text| Game::parse_toml(text).expect("a game"));
    assert_eq!(fleets.states, union.states);
    assert_eq!(fleets.initial, union.initial);
    assert_eq!(fleets.hash(), union.hash());
    // The masses of a population are known at every stage.
    let game = fleets.with_objective("mu[trucks.*]@1 + 2 * mu[cars.*]@1").expect("a number");
    assert_eq!(game.payoff.as_constant(), Some(ratio(7, 4)));
}

#[test]
fn one_population_is_the_plain_game() {
    let head = "format = \"smfg-game/1\"\nname = \"one\"\nstages = 2\n";
    let who = "states = [\"a\", { name = \"b\", x = 2 }]\nactions = [\"l\", \"r\"]\n\
               initial = { a = \"1/3\", b = \"2/3\" }\n";
    let rules = "[[reward]]\nstate = \"b\"\nvalue = \"s.x * mu[a, l]\"\n\
                 [[transition]]\nto = { a = \"mu[b]\", b = \"rest\" }\n";
    let plain = Game::parse_toml(&format!("{head}{who}{rules}")).expect("a game");
    let named = format!("{head}[[population]]\nname = \"all\"\nmass = 1\n{who}{rules}");
    let named = Game::parse_toml(&named).expect("a game");
    assert_eq!(named.hash(), plain.hash());
    let long = rules.replace("mu[a, l]", "mu[all.a, all.l]").replace("mu[b]", "mu[all.b]");
    let long = long.replace("state =", "population = \"all\"\nstate =");
    let long = format!("{head}[[population]]\nname = \"all\"\nmass = 1\n{who}{long}");
    assert_eq!(Game::parse_toml(&long).expect("a game").hash(), plain.hash());
}

/// The mass of each population bounds what its members do: 1 - 2 mu[cars.out] is a probability
/// where the cars are half of everybody, and none where they are more.
#[test]
fn probabilities_are_proved_with_the_masses_of_populations() {
    let text = |cars: &str, rest: &str| {
        format!(
            "format = \"smfg-game/1\"\nname = \"two\"\nstages = 3\n\
             [[population]]\nname = \"cars\"\nmass = \"{cars}\"\nstates = [\"in\", \"out\"]\n\
             actions = [\"go\"]\ninitial = \"in\"\n\
             [[population]]\nname = \"bikes\"\nmass = \"{rest}\"\nstates = [\"in\"]\n\
             actions = [\"go\"]\ninitial = \"in\"\n\
             [[transition]]\npopulation = \"bikes\"\nto = \"in\"\n\
             [[transition]]\npopulation = \"cars\"\n\
             to = {{ out = \"1 - 2 * mu[cars.out]\", in = \"rest\" }}\n"
        )
    };
    Game::parse_toml(&text("1/2", "1/2")).expect("probabilities");
    let error = Game::parse_toml(&text("3/5", "2/5")).expect_err("negative").to_string();
    assert!(error.contains("found the probability -1/5 of \"cars.out\""), "{error}");
    assert!(error.contains("all of population \"cars\" are in state \"cars.out\""), "{error}");
}

#[test]
fn tables_leave_followers_in_their_population() {
    let text = |to: usize| {
        format!(
            r#"{{"format": "smfg-game/1", "name": "t", "stages": 2, "population": [
                {{"name": "one", "mass": "1/2", "states": ["x"], "actions": ["l"], "initial": "x"}},
                {{"name": "two", "mass": "1/2", "states": ["x"], "actions": ["l"], "initial": "x"}}],
                "tables": {{"transition": [{{"sparse": [[0, 0, 0, 0, 1], [0, 1, 1, {to}, 1]]}}]}}}}"#
        )
    };
    Game::parse_json(&text(1)).expect("a game");
    let error = Game::parse_json(&text(0)).expect_err("another population").to_string();
    assert!(error.contains("\"one.x\", expected a state of the same population"), "{error}");
}
