//! Values known from outside the program: closed forms, and exact linear programmes by
//! tests/oracle/c0_values.py.
use crate::models::model;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::{Decision, DecisionSet, Game};
use smfg::leader::{Enclosed, Settings, Status, solve};
use std::path::Path;

fn decisions(game: &Game) -> &[Decision] {
    game.finite_decisions().expect("a finite leader")
}

/// Solves, checks certificate and equilibrium, and compares value and decision.
fn assert_value(
    game: &Game,
    epsilon: &Rational,
    selection: Selection,
    value: &Rational,
    best: &[&str],
) {
    let settings = Settings { selection, ..Settings::new(epsilon.clone()) };
    let outcome = solve(game, &settings).expect("an answer");
    let claim = &outcome.accepted.claim;
    let context = format!("{}, eps {epsilon}, {selection}", game.name);
    assert_eq!((&claim.lower, &claim.upper), (value, value), "{context}");
    assert_eq!(outcome.status, Status::Exact, "{context}");
    assert_eq!(outcome.statistics.refused_steps, 0, "{context}");
    let name = decisions(game)[outcome.decision].name.as_deref().unwrap_or("");
    assert!(
        best.is_empty() || best.contains(&name),
        "{context}: decision {name}, expected one of {best:?}"
    );
    assert_eq!(
        check(game, outcome.certificate.as_slice()).expect("valid"),
        outcome.accepted,
        "{context}"
    );
    let equilibrium = outcome.equilibrium.expect("a witness");
    assert_eq!(equilibrium.leader_reward, Enclosed::Exact(value.clone()), "{context}");
    let Enclosed::Exact(exploitability) = equilibrium.exploitability else {
        panic!("{context}: exploitability is not exact")
    };
    assert!(exploitability <= *epsilon, "{context}: exploitability {exploitability}");
    // The policy that is printed, evaluated for itself.
    let policy = equilibrium.policy.expect("a short mixture");
    let instance = game.at(&decisions(game)[outcome.decision].values);
    let evaluation =
        smfg::follower::evaluate(&instance, &policy, &|| true).expect("a policy of the game");
    assert_eq!(
        (evaluation.exploitability, &evaluation.leader_reward),
        (exploitability, value),
        "{context}"
    );
}

#[test]
fn tie_and_its_perturbation() {
    let game = model("tie");
    for epsilon in [ratio(0, 1), ratio(1, 10)] {
        assert_value(&game, &epsilon, Selection::Pessimistic, &ratio(1, 2), &["safe"]);
    }
    // r(second) raised by delta: risky becomes worth 1 at eps = 0, and the relaxed game (eps =
    // delta) restores safe.
    let text = std::fs::read_to_string("models/tie.toml").expect("a shipped model");
    let perturbed = text.replace("delta = 0", "delta = \"1/100\"");
    assert_ne!(text, perturbed, "the model has its constant `delta`");
    let game = Game::parse_toml(&perturbed).expect("the model with another constant");
    assert_value(&game, &ratio(0, 1), Selection::Pessimistic, &ratio(1, 1), &["risky"]);
    assert_value(&game, &ratio(1, 100), Selection::Pessimistic, &ratio(1, 2), &["safe"]);
}

#[test]
fn moral_hazard_with_four_wages() {
    // interface.md's game with decisions instead of an interval: (1 - sqrt eps)^2 at wage 1/4 +
    // sqrt eps.
    let mut game = model("moral_hazard");
    let wages = [ratio(1, 4), ratio(3, 10), ratio(7, 20), ratio(2, 5)];
    let decision = |wage: &Rational| Decision {
        name: Some(format!("wage={wage}")),
        values: vec![wage.clone()],
    };
    game.leader.decisions = DecisionSet::Finite(wages.iter().map(decision).collect());
    assert_value(&game, &ratio(1, 100), Selection::Pessimistic, &ratio(81, 100), &["wage=7/20"]);
}

#[test]
fn moral_hazard_on_its_grid() {
    let game = model("moral_hazard_grid");
    for (epsilon, value) in [
        (ratio(1, 100), ratio(81, 100)),
        (ratio(1, 25), ratio(16, 25)),
        (ratio(9, 100), ratio(49, 100)),
    ] {
        assert_value(&game, &epsilon, Selection::Pessimistic, &value, &[]);
    }
}

#[test]
fn inspection_on_its_grid() {
    // -1/2 - sqrt(2 eps) at q = (1 + sqrt(2 eps)) / 2
    let game = model("inspection_grid");
    for (epsilon, value) in [
        (ratio(1, 200), ratio(-6, 10)),
        (ratio(1, 50), ratio(-7, 10)),
        (ratio(2, 25), ratio(-9, 10)),
    ] {
        assert_value(&game, &epsilon, Selection::Pessimistic, &value, &[]);
    }
}

#[test]
fn audit_at_three_eighths() {
    // 15/8 - s/4 + 3 eps/4 with s = sqrt(26 eps) = 1/2
    let game = model("audit");
    let index = decisions(&game)
        .iter()
        .position(|d| d.name.as_deref() == Some("p1=3/8"))
        .expect("the decision");
    let settings = Settings { decision: Some(index), ..Settings::new(ratio(1, 104)) };
    let claim = solve(&game, &settings).expect("an answer").accepted.claim;
    assert_eq!((claim.lower, claim.upper), (ratio(731, 416), ratio(731, 416)));
    assert_value(&game, &ratio(1, 104), Selection::Pessimistic, &ratio(731, 416), &["p1=3/8"]);
}

/// Compares with a list of values computed by another program.
fn compare(list: &str, game_of: impl Fn(&str) -> Game) -> usize {
    let text = std::fs::read_to_string(list).expect("the values are shipped");
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    for known in &values {
        let string = |key: &str| known[key].as_str().expect("a string").to_string();
        let number = |value: &serde_json::Value| {
            parse_rational(value.as_str().expect("a string")).expect("a number")
        };
        let game = game_of(&string("model"));
        let selection = if string("selection") == "optimistic" {
            Selection::Optimistic
        } else {
            Selection::Pessimistic
        };
        let best: Vec<&str> = match &known["decision"] {
            serde_json::Value::Array(ties) => {
                ties.iter().filter_map(|name| name.as_str()).collect()
            }
            name => name.as_str().into_iter().collect(),
        };
        let epsilon = number(&known["epsilon"]);
        assert_value(&game, &epsilon, selection, &number(&known["value"]), &best);
        // The interval of every decision contains the value computed for it.
        let outcome =
            solve(&game, &Settings { selection, ..Settings::new(epsilon) }).expect("an answer");
        for (decision, (lower, upper)) in decisions(&game).iter().zip(&outcome.accepted.decisions) {
            let value = number(&known["per_decision"][decision.name.as_deref().expect("a name")]);
            let (lower, upper) =
                (lower.as_ref().expect("a bound"), upper.as_ref().expect("a bound"));
            assert!(
                *lower <= value && value <= *upper,
                "{}, {:?}: {lower} <= {value} <= {upper}",
                game.name,
                decision.name
            );
        }
    }
    values.len()
}

#[test]
fn all_models_agree_with_an_independent_program() {
    assert!(
        compare("tests/oracle/c0_values.json", |name| model(name.trim_end_matches(".toml"))) >= 40
    );
}

#[test]
fn random_games_agree_with_an_independent_program() {
    let load = |name: &str| {
        let name = name.trim_end_matches(".json");
        let name = name.rsplit('/').next().unwrap_or(name);
        Game::load(Path::new(&format!("tests/oracle/free/{name}.json"))).expect("a shipped game")
    };
    assert!(compare("tests/oracle/free_values.json", load) >= 30);
}
