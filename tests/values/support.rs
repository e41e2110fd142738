//! Equilibria at eps = 0, exactly: values derived by hand, and certificates that the checker
//! accepts.
use smfg::certificate::{Claim, Scope, Selection, Step, write_certificate};
use smfg::check::{Accepted, AcceptedEquilibria, Rejection, check, check_equilibria};
use smfg::equilibrium::Control;
use smfg::equilibrium::support::{
    EquilibriumPolytope, EquilibriumSet, Limits, SupportError, SupportOutcome, equilibria,
    solve_support,
};
use smfg::exact::{Rational, ratio};
use smfg::game::Game;

const ADOPTION: &str = r#"
format = "smfg-game/1"
name = "technology adoption"
stages = 1
states = ["firm"]
actions = ["wait", "adopt"]
initial = { firm = 1 }
[leader]
decisions = [{ name = "none", subsidy = 0 }, { name = "half", subsidy = 0.5 }, { name = "enough", subsidy = "13/20" }]
[[reward]]
action = "adopt"
value = "mu[*, adopt] - 1/2 + subsidy"
[[leader.payoff]]
value = "(3/2 - subsidy) * mu[*, adopt]@0"
"#;

const ROCK_PAPER_SCISSORS: &str = r#"
format = "smfg-game/1"
name = "rock paper scissors"
stages = 2
states = ["start", "rock", "paper", "scissors"]
actions = ["rock", "paper", "scissors"]
initial = { start = 1 }
[[available]]
stage = 1
actions = ["rock"]
[[available]]
stage = 0
state = ["rock", "paper", "scissors"]
actions = ["rock"]
[[transition]]
to = "start"
[[transition]]
action = "rock"
to = "rock"
[[transition]]
action = "paper"
to = "paper"
[[transition]]
action = "scissors"
to = "scissors"
[[reward]]
stage = 1
state = "rock"
value = "2 * mu[scissors] - mu[paper]"
[[reward]]
stage = 1
state = "paper"
value = "4 * mu[rock] - 2 * mu[scissors]"
[[reward]]
stage = 1
state = "scissors"
value = "6 * mu[paper] - 3 * mu[rock]"
[[leader.payoff]]
value = "mu[rock]@1"
"#;

const LEFT_RIGHT: &str = r#"
format = "smfg-game/1"
name = "left right"
stages = 2
states = ["start", "left", "right"]
actions = ["left", "right"]
initial = { start = 1 }
[[transition]]
to = "start"
[[transition]]
action = "left"
to = "left"
[[transition]]
action = "right"
to = "right"
[[reward]]
stage = 1
state = "left"
value = "-mu[left]"
[[reward]]
stage = 1
state = "right"
value = "-2 * mu[right]"
[[leader.payoff]]
value = "mu[left]@1"
"#;

const PIGOU: &str = r#"
format = "smfg-game/1"
name = "pigou"
stages = 1
states = ["driver"]
actions = ["congestible", "constant"]
initial = { driver = 1 }
[leader]
decisions = [{ name = "free", toll = 0 }, { name = "toll", toll = "1/2" }]
[[reward]]
action = "congestible"
value = "-mu[*, congestible] - toll"
[[reward]]
action = "constant"
value = "-1"
[[leader.reward]]
action = "congestible"
value = "-mu[*, congestible]"
[[leader.reward]]
action = "constant"
value = "-1"
"#;

const BRAESS: &str = r#"
format = "smfg-game/1"
name = "braess"
stages = 3
states = ["o", "v", "w", "done"]
actions = ["first", "second"]
initial = { o = 1 }
[leader]
decisions = [{ name = "0", theta = 0 }, { name = "1/2", theta = "1/2" }]
[[available]]
state = ["w", "done"]
actions = ["first"]
[[transition]]
to = "done"
[[transition]]
state = "o"
stage = 0
action = "first"
to = "v"
[[transition]]
state = "o"
stage = 0
action = "second"
to = "w"
[[transition]]
state = "v"
stage = 1
action = "second"
to = "w"
[[transition]]
state = "w"
stage = 1
to = "w"
[[reward]]
stage = 0
state = "o"
action = "first"
value = "-mu[o, first]"
[[reward]]
stage = 0
state = "o"
action = "second"
value = "-1"
[[reward]]
stage = 1
state = "v"
action = "first"
value = "-1"
[[reward]]
stage = 1
state = "v"
action = "second"
value = "-theta"
[[reward]]
stage = 2
state = "w"
value = "-mu[w]"
[[leader.reward]]
stage = 0
state = "o"
action = "first"
value = "-mu[o, first]"
[[leader.reward]]
stage = 0
state = "o"
action = "second"
value = "-1"
[[leader.reward]]
stage = 1
state = "v"
action = "first"
value = "-1"
[[leader.reward]]
stage = 2
state = "w"
value = "-mu[w]"
"#;

fn game(text: &str) -> Game {
    Game::parse_toml(text).expect("a game")
}

fn solved(game: &Game, decision: usize, selection: Selection) -> SupportOutcome {
    let decisions = game.finite_decisions().expect("a finite leader");
    let instance = game.at(&decisions[decision].values);
    solve_support(&instance, selection, &Control::default(), &Limits::default()).expect("an answer")
}

fn certificate(
    game: &Game,
    decision: usize,
    selection: Selection,
    epsilon: Rational,
    value: &Rational,
    outcome: &SupportOutcome,
) -> String {
    let claim = Claim {
        game_hash: game.hash(),
        epsilon,
        selection,
        scope: Scope::Decision(decision),
        of: None,
        lower: value.clone(),
        upper: value.clone(),
    };
    let opening = [Step::Decision(decision)];
    let steps =
        opening.iter().chain(&outcome.proved.bound.steps).chain(&outcome.proved.witness.steps);
    String::from_utf8(write_certificate(Vec::new(), &claim, steps).expect("text")).expect("text")
}

fn accepted(game: &Game, text: &str) -> Result<Accepted, Rejection> {
    check(game, text.as_bytes())
}

/// Solves, and has the checker accept the value.
fn assert_value(game: &Game, decision: usize, selection: Selection, expected: &Rational) {
    let outcome = solved(game, decision, selection);
    let text = certificate(game, decision, selection, Rational::ZERO, expected, &outcome);
    accepted(game, &text).unwrap_or_else(|error| {
        panic!("{}, decision {decision}, {selection}: {error}\n{text}", game.name)
    });
}

#[test]
fn known_values() {
    let adoption = game(ADOPTION);
    // subsidy 0: adopters 0, 1/2, 1; subsidy 1/2: 0 and 1; subsidy 13/20: 1.
    for (decision, worst, best) in [
        (0, ratio(0, 1), ratio(3, 2)),
        (1, ratio(0, 1), ratio(1, 1)),
        (2, ratio(17, 20), ratio(17, 20)),
    ] {
        assert_value(&adoption, decision, Selection::Pessimistic, &worst);
        assert_value(&adoption, decision, Selection::Optimistic, &best);
    }
    for selection in [Selection::Pessimistic, Selection::Optimistic] {
        assert_value(&game(ROCK_PAPER_SCISSORS), 0, selection, &ratio(26, 77));
        assert_value(&game(LEFT_RIGHT), 0, selection, &ratio(2, 3));
        // Total latency, which is quadratic, and what the followers earn up to tolls.
        assert_value(&game(PIGOU), 0, selection, &ratio(-1, 1));
        assert_value(&game(PIGOU), 1, selection, &ratio(-3, 4));
        assert_value(&game(BRAESS), 0, selection, &ratio(-2, 1));
        assert_value(&game(BRAESS), 1, selection, &ratio(-3, 2));
    }
}

#[test]
fn the_rule_is_for_epsilon_zero() {
    let adoption = game(ADOPTION);
    let outcome = solved(&adoption, 2, Selection::Pessimistic);
    let text =
        certificate(&adoption, 2, Selection::Pessimistic, ratio(1, 100), &ratio(17, 20), &outcome);
    let error = accepted(&adoption, &text).expect_err("at eps = 1/100 a few firms may wait");
    assert!(error.to_string().contains("epsilon = 0"), "{error}");
}

fn set(game: &Game, decision: usize) -> (EquilibriumSet, AcceptedEquilibria) {
    let decisions = game.finite_decisions().expect("a finite leader");
    let set =
        equilibria(&game.at(&decisions[decision].values), &Control::default(), &Limits::default())
            .expect("an answer");
    let text = set.certificate(game, decision).expect("text");
    let accepted = check_equilibria(game, text.as_slice());
    (
        set,
        accepted.unwrap_or_else(|error| {
            panic!("{}: {error}\n{}", game.name, String::from_utf8_lossy(&text))
        }),
    )
}

#[test]
fn known_sets() {
    let adoption = game(ADOPTION);
    let adopters = |decision: usize| -> Vec<Rational> {
        let (set, accepted) = set(&adoption, decision);
        assert_eq!(
            (set.components, set.isolated),
            (set.polytopes.len(), set.polytopes.len()),
            "isolated points"
        );
        assert_eq!(accepted.unique(), set.polytopes.len() == 1);
        let adopt = |polytope: &EquilibriumPolytope| match polytope
            .support
            .iter()
            .position(|pair| pair.action == 1)
        {
            Some(position) => polytope.vertices[0].masses[position].clone(),
            None => Rational::ZERO,
        };
        let mut adopters: Vec<Rational> = set.polytopes.iter().map(adopt).collect();
        adopters.sort();
        adopters
    };
    assert_eq!(adopters(0), [ratio(0, 1), ratio(1, 2), ratio(1, 1)]);
    assert_eq!(adopters(1), [ratio(0, 1), ratio(1, 1)]);
    assert_eq!(adopters(2), [ratio(1, 1)]);
    // Two routes are optimal and unused at the only flow: several patterns hold it.
    let (route, accepted) = set(&game(BRAESS), 0);
    assert!(accepted.unique() && route.isolated == 1);
    let (unique, accepted) = set(&game(ROCK_PAPER_SCISSORS), 0);
    assert!(accepted.unique() && unique.isolated == 1);
    let instance = game(ROCK_PAPER_SCISSORS).at(&[]);
    let evaluation =
        smfg::follower::evaluate(&instance, &unique.polytopes[0].vertices[0].policy, &|| true)
            .expect("a policy");
    assert_eq!((evaluation.exploitability, evaluation.follower_value), (ratio(0, 1), ratio(6, 11)));
    let masses: Vec<Rational> = (1..4).map(|state| evaluation.flow.states[1].get(state)).collect();
    assert_eq!(masses, [ratio(26, 77), ratio(20, 77), ratio(31, 77)]);
}

/// Everything is an equilibrium when rewards are zero: one polytope, the triangle.
#[test]
fn a_continuum() {
    let text = "format = \"smfg-game/1\"\nname = \"zero\"\nstages = 1\nstates = [\"s\"]\nactions = [\"a\", \"b\", \"c\"]\ninitial = { s = 1 }\n";
    let (set, accepted) = set(&game(text), 0);
    assert_eq!((set.polytopes.len(), set.components, set.isolated), (1, 1, 0));
    assert_eq!(set.polytopes[0].vertices.len(), 3);
    assert!(!accepted.unique());
}

#[test]
fn refusals() {
    let game = game(ROCK_PAPER_SCISSORS);
    let limits = Limits { pairs: 5, ..Limits::default() };
    let error = equilibria(&game.at(&[]), &Control::default(), &limits).expect_err("six pairs");
    assert_eq!(error, SupportError::Pairs { found: 6, limit: 5 });
    let limits = Limits { nodes: 1, ..Limits::default() };
    let error = equilibria(&game.at(&[]), &Control::default(), &limits).expect_err("more nodes");
    assert_eq!(error, SupportError::Nodes { limit: 1 });
}
