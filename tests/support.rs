//! Equilibria at eps = 0, exactly: values derived by hand, and certificates that the checker accepts.
#![cfg(feature = "solver")]

use smfg::certificate::{Claim, Scope, Selection, Step, write_certificate};
use smfg::check::{Accepted, Rejection, check};
use smfg::equilibrium::Control;
use smfg::equilibrium::support::{Limits, SupportOutcome, solve_support};
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
    let steps = opening.iter().chain(&outcome.proved.bound.steps).chain(&outcome.proved.witness.steps);
    String::from_utf8(write_certificate(Vec::new(), &claim, steps).expect("text")).expect("text")
}

fn accepted(game: &Game, text: &str) -> Result<Accepted, Rejection> {
    check(game, text.as_bytes())
}

/// Solves, and has the checker accept the value.
fn assert_value(game: &Game, decision: usize, selection: Selection, expected: &Rational) {
    let outcome = solved(game, decision, selection);
    let text = certificate(game, decision, selection, Rational::ZERO, expected, &outcome);
    accepted(game, &text).unwrap_or_else(|error| panic!("{}, decision {decision}, {selection}: {error}\n{text}", game.name));
}

#[test]
fn known_values() {
    let adoption = game(ADOPTION);
    // subsidy 0: adopters 0, 1/2, 1; subsidy 1/2: 0 and 1; subsidy 13/20: 1.
    for (decision, worst, best) in [(0, ratio(0, 1), ratio(3, 2)), (1, ratio(0, 1), ratio(1, 1)), (2, ratio(17, 20), ratio(17, 20))] {
        assert_value(&adoption, decision, Selection::Pessimistic, &worst);
        assert_value(&adoption, decision, Selection::Optimistic, &best);
    }
    for selection in [Selection::Pessimistic, Selection::Optimistic] {
        assert_value(&game(ROCK_PAPER_SCISSORS), 0, selection, &ratio(26, 77));
        assert_value(&game(LEFT_RIGHT), 0, selection, &ratio(2, 3));
    }
}
