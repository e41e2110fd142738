//! Ranges over the eps-equilibria of one decision, against closed forms, enumeration and values of
//! another program.

use crate::dice::Dice;
use crate::models::model;
use crate::small_games::{game_of, outcomes_of, random_numbers};
use smfg::certificate::{Scope, Selection};
use smfg::check::{check, check_bundle};
use smfg::equilibrium::Control;
use smfg::exact::{Rational, Scaled, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{RangeOutcome, Settings, SolveError, Status, Termination, range, solve};
use std::sync::Arc;
use std::time::Instant;

/// Both ends, exact; the bundle is checked once more.
fn exact_range(game: &Game, settings: &Settings<'_>) -> (Rational, Rational) {
    let found = range(game, settings).expect("an answer");
    assert_eq!((found.status(), found.termination()), (Status::Exact, Termination::Gap));
    assert_eq!(found.statistics().refused_steps, 0);
    assert_bundle(game, &found);
    (found.least.accepted.claim.lower, found.greatest.accepted.claim.upper)
}

fn assert_bundle(game: &Game, found: &RangeOutcome) {
    let accepted = check_bundle(game, found.certificate.as_slice()).expect("valid");
    assert_eq!(accepted, [found.least.accepted.clone(), found.greatest.accepted.clone()]);
    assert_eq!(accepted[0].claim.selection, Selection::Pessimistic);
    assert_eq!(accepted[1].claim.selection, Selection::Optimistic);
}

fn at(epsilon: Rational, point: &[Rational], objective: Option<&str>) -> Settings<'static> {
    Settings {
        point: Some(point.to_vec()),
        objective: objective.map(str::to_string),
        ..Settings::new(epsilon)
    }
}

#[test]
fn any_wage_of_an_interval() {
    // At wage w > 1/4 a share of eps / (w - 1/4) may shirk; the leader gets 5/4 - w from each who
    // works.
    let game = model("moral_hazard");
    for (wage, epsilon) in [
        (ratio(7, 20), ratio(1, 100)),
        (ratio(1, 3), ratio(1, 1000)),
        (ratio(5, 4), ratio(1, 2)),
        (ratio(3, 4), ratio(0, 1)),
    ] {
        let idle = &epsilon / (&wage - ratio(1, 4));
        let margin = ratio(5, 4) - &wage;
        let expected = ((Rational::ONE - &idle) * &margin, margin);
        assert_eq!(
            exact_range(&game, &at(epsilon.clone(), std::slice::from_ref(&wage), None)),
            expected,
            "wage {wage}"
        );
        let workers = exact_range(
            &game,
            &at(epsilon.clone(), std::slice::from_ref(&wage), Some("mu[*, work]@0")),
        );
        assert_eq!(workers, (Rational::ONE - &idle, Rational::ONE), "wage {wage}");
        // Parameters of the leader and averages of attributes: wages paid, times two, less one.
        let paid = exact_range(
            &game,
            &at(epsilon, std::slice::from_ref(&wage), Some("2 * wage * mean(a.effort)@0 - 1")),
        );
        let wages = |share: Rational| ratio(2, 1) * &wage * share - Rational::ONE;
        assert_eq!(paid, (wages(Rational::ONE - idle), wages(Rational::ONE)), "wage {wage}");
    }
    // Below 1/4 nobody works, and a share of eps / (1/4 - w) may.
    let (least, greatest) = exact_range(&game, &at(ratio(1, 100), &[ratio(1, 20)], None));
    assert_eq!((least, greatest), (ratio(0, 1), ratio(1, 20) * ratio(6, 5)));
}

#[test]
fn the_value_at_a_point() {
    let game = model("moral_hazard");
    let outcome = solve(&game, &at(ratio(1, 100), &[ratio(7, 20)], None)).expect("an answer");
    let claim = &outcome.accepted.claim;
    assert_eq!(
        (&claim.lower, &claim.upper, outcome.status),
        (&ratio(81, 100), &ratio(81, 100), Status::Exact)
    );
    assert_eq!(claim.scope, Scope::Point(vec![ratio(7, 20)]));
    assert_eq!(check(&game, outcome.certificate.as_slice()).expect("valid"), outcome.accepted);
}

#[test]
fn a_mixing_leader() {
    // With inspection probability q > 1/2 a share of eps / (2q - 1) may violate; the leader loses
    // it, and q for inspecting.
    let game = model("inspection");
    let (q, epsilon) = (ratio(3, 5), ratio(1, 50));
    let point = [q.clone(), Rational::ONE - &q];
    let violate = &epsilon / ratio(1, 5);
    assert_eq!(
        exact_range(&game, &at(epsilon.clone(), &point, None)),
        (-&violate - &q, -q.clone())
    );
    let objective = "3 * p[inspect]@0 + mu[firm, violate]@0";
    assert_eq!(
        exact_range(&game, &at(epsilon, &point, Some(objective))),
        (ratio(9, 5), ratio(9, 5) + violate)
    );
}

#[test]
fn points_outside_the_decision_set() {
    let settings = |point: &[Rational]| at(ratio(0, 1), point, None);
    let refused = |game: &Game, point: &[Rational]| match range(game, &settings(point)) {
        Err(SolveError::Point(why)) => why.to_string(),
        other => panic!("{other:?}"),
    };
    let wages = model("moral_hazard");
    assert_eq!(refused(&wages, &[ratio(2, 1)]), "wage = 2, expected a number between 0 and 5/4");
    assert_eq!(refused(&wages, &[]), "found 0 numbers, expected 1, one per parameter");
    let mixed = refused(&model("inspection"), &[ratio(1, 2), ratio(1, 3)]);
    assert_eq!(mixed, "constraint 1 does not hold: 5/6 is not = 1");
    assert_eq!(
        refused(&model("tie"), &[ratio(1, 2)]),
        "no decision of the list has these parameters"
    );
    let grid = Game::parse_toml(
        r#"
        format = "smfg-game/1"
        name = "grid"
        stages = 1
        states = ["one"]
        actions = ["first", "second"]
        initial = { one = 1 }
        [leader]
        variables = [
            { name = "price", lower = "1/3", upper = 2, step = "1/2" },
            { name = "count", lower = 0, upper = 5, integer = true },
        ]
        constraints = ["price + count <= 3"]
        [[reward]]
        action = "second"
        value = "price - count"
        [[leader.reward]]
        action = "second"
        value = 1
        "#,
    )
    .expect("a game");
    assert_eq!(
        refused(&grid, &[ratio(1, 2), ratio(1, 1)]),
        "price = 1/2, expected 1/3 plus a multiple of 1/2"
    );
    assert_eq!(refused(&grid, &[ratio(5, 6), ratio(1, 2)]), "count = 1/2, expected an integer");
    assert_eq!(
        refused(&grid, &[ratio(4, 3), ratio(2, 1)]),
        "constraint 1 does not hold: 10/3 is not <= 3"
    );
    // At 5/6 and 1 the second action loses 1/6; at eps = 1/12 half of the population may take it.
    let inside = at(ratio(1, 12), &[ratio(5, 6), ratio(1, 1)], None);
    assert_eq!(exact_range(&grid, &inside), (ratio(0, 1), ratio(1, 2)));
}

#[test]
fn the_objective_is_the_payoff_of_a_game_file() {
    // The same expression as the only `[[leader.payoff]]` of the file gives the same normal form.
    let text = |payoff: &str| {
        format!(
            r#"
            format = "smfg-game/1"
            name = "commuters"
            stages = 3
            states = [{{ name = "home", rent = 1 }}, {{ name = "far left", rent = "1/2" }}]
            actions = [{{ name = "stay", miles = 0 }}, {{ name = "move", miles = 3 }}]
            initial = {{ home = "1/3", "far left" = "2/3" }}
            [define]
            weight = "1/7 * toll"
            movers = "mu[*, move]@1"
            [leader]
            decisions = [{{ name = "low", toll = 1 }}, {{ name = "high", toll = 2 }}]
            [[reward]]
            action = "move"
            value = "mu[home] + toll"
            [[transition]]
            action = "stay"
            state = "home"
            to = "home"
            [[transition]]
            action = "stay"
            state = "far left"
            to = {{ "far left" = 1 }}
            [[transition]]
            action = "move"
            to = {{ home = "1/2", "far left" = "rest" }}
            [leader.{payoff}
            "#
        )
    };
    let game = Game::parse_toml(
        &text("dummy]")
            .replace("[leader.dummy]", "[[leader.reward]]\nvalue = \"s.rent * mu[home, move]\""),
    )
    .expect("a game");
    for expression in [
        "0",
        "toll",
        "mu[home]@0",
        "mu[home]@2",
        "mu[\"far left\", move]@1 - 1/2",
        "weight * movers^2 + mean(s.rent * a.miles)@2",
        "mu[home]@1 * mu[home]@2 + mu[home]@1",
        "mean(toll * s.rent)@1 * movers",
        "2 * (mu[*, move]@0 + mu[*, stay]@0)",
    ] {
        let with = game.with_objective(expression).expect("an objective");
        let quoted = expression.replace('"', "\\\"");
        let file = text("dummy]")
            .replace("[leader.dummy]", &format!("[[leader.payoff]]\nvalue = \"{quoted}\""));
        assert_eq!(with.hash(), Game::parse_toml(&file).expect("a game").hash(), "{expression}");
        // And again from the game that has another objective already.
        assert_eq!(
            with.with_objective("movers").expect("an objective").hash(),
            game.with_objective("movers").expect("one").hash()
        );
    }
    let mut wrong = Vec::new();
    for (expression, message) in [
        ("mu[home]", "column 1: the current stage is not defined here: write mu[...]@stage"),
        ("1 + t", "column 5: the current stage is not defined here, so `t` has no value"),
        ("mu[home]@3", "column 1: found stage 3, expected a stage between 0 and 2"),
        ("2 * s.rent", "column 5: `s.rent` needs a state"),
        ("mu[hme]@1", "column 4: no state is named `hme`"),
        ("1 / movers", "`1 / ((mu[home, move] + mu[far left, move])@1)` has no value"),
        ("mu[home]@1 +", "column 13: found the end of the formula"),
        ("", "column 1: found the end of the formula"),
        ("p[audit]@0", "column 1: `p[...]` is the probability of a leader's action"),
    ] {
        let error = game.with_objective(expression).expect_err("no objective").to_string();
        if !error.starts_with(message) {
            wrong.push(format!("`{expression}`: {error}, expected {message}"));
        }
        let settings = Settings {
            decision: Some(0),
            objective: Some(expression.into()),
            ..Settings::new(ratio(0, 1))
        };
        assert!(matches!(range(&game, &settings), Err(SolveError::Objective(_))), "`{expression}`");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Random sums of masses: the leader's rewards of the enumeration are written down here, those of
/// `range` come from the expression.
#[test]
fn random_expressions_against_enumeration() {
    let mut dice = Dice::new(31);
    let mut moved = 0;
    for game_number in 0..120 {
        let numbers = random_numbers(&mut dice);
        let game = game_of(&numbers);
        let mut wanted = numbers.clone();
        let constant = ratio(dice.below(7) as i64 - 3, 2);
        let mut expression = format!("{constant}");
        wanted.leader_constant = constant;
        for (t, stage) in wanted.stages.iter_mut().enumerate() {
            let mut weights = vec![Rational::ZERO; stage.pairs.len()];
            for state in 0..stage.pairs.states() {
                // A weight of the state, and one of each pair.
                let own = ratio(dice.below(5) as i64 - 2, 3);
                expression += &format!(" + ({own}) * mu[s{state}]@{t}");
                for pair in stage.pairs.of_state(state) {
                    let weight = ratio(dice.below(9) as i64 - 4, 5);
                    expression +=
                        &format!(" - mu[s{state}, a{}]@{t} * ({weight})", stage.pairs.action(pair));
                    weights[pair] = &own - weight;
                }
            }
            stage.leader = Arc::new(Scaled::from_rationals(&weights));
        }
        let outcomes = outcomes_of(&wanted);
        for epsilon in [ratio(0, 1), ratio(1, 10), ratio(2, 1)] {
            let settings =
                Settings { objective: Some(expression.clone()), ..Settings::new(epsilon.clone()) };
            let (least, greatest) = exact_range(&game, &settings);
            assert_eq!(
                least,
                outcomes.value(&epsilon, Selection::Pessimistic),
                "game {game_number}, eps {epsilon}: {expression}"
            );
            assert_eq!(
                greatest,
                outcomes.value(&epsilon, Selection::Optimistic),
                "game {game_number}, eps {epsilon}: {expression}"
            );
            moved += usize::from(least != greatest);
        }
    }
    assert!(moved > 100, "only {moved} ranges have a width");
}

#[test]
fn every_decision_agrees_with_an_independent_program() {
    let text =
        std::fs::read_to_string("tests/oracle/c0_values.json").expect("the values are shipped");
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    let mut compared = 0;
    for known in &values {
        let string = |key: &str| known[key].as_str().expect("a string");
        let number = |text: &str| parse_rational(text).expect("a number");
        if !["tie", "audit", "moral_hazard_grid", "inspection_grid", "maintenance"]
            .contains(&string("model"))
            || string("selection") != "pessimistic"
        {
            continue;
        }
        let same = |other: &&serde_json::Value| {
            other["model"] == known["model"]
                && other["epsilon"] == known["epsilon"]
                && other["selection"] == "optimistic"
        };
        let Some(best) = values.iter().find(same) else { continue };
        let game = model(string("model"));
        for (decision, described) in
            game.finite_decisions().expect("a finite leader").iter().enumerate()
        {
            let name = described.name.as_deref().expect("a name");
            let end = |list: &serde_json::Value| {
                number(list["per_decision"][name].as_str().expect("a value"))
            };
            let settings =
                Settings { decision: Some(decision), ..Settings::new(number(string("epsilon"))) };
            let found = range(&game, &settings).expect("an answer");
            assert_eq!(found.status(), Status::Exact);
            let ends = (&found.least.accepted.claim.lower, &found.greatest.accepted.claim.lower);
            assert_eq!(
                ends,
                (&end(known), &end(best)),
                "{}, eps {}, {name}",
                game.name,
                string("epsilon")
            );
            compared += 1;
        }
    }
    assert!(compared >= 60, "only {compared} ranges compared");
}

#[test]
fn a_decision_is_needed() {
    for (name, count) in [("tie", Some(2)), ("moral_hazard", None)] {
        match range(&model(name), &Settings::new(ratio(0, 1))) {
            Err(SolveError::DecisionNeeded { count: found }) => assert_eq!(found, count),
            other => panic!("{other:?}"),
        }
    }
    let settings = Settings { decision: Some(2), ..Settings::new(ratio(0, 1)) };
    assert!(matches!(
        range(&model("tie"), &settings),
        Err(SolveError::Decision { index: 2, count: 2 })
    ));
}

#[test]
fn no_time_at_all_still_gives_valid_bounds() {
    let game = model("queue_tolls");
    let control = Control::new(Some(Instant::now()), Arc::default());
    let settings = Settings {
        decision: Some(1),
        control: control.clone(),
        race_control: control,
        ..Settings::new(ratio(1, 4))
    };
    let found = range(&game, &settings).expect("an answer");
    assert_eq!((found.status(), found.termination()), (Status::Limit, Termination::TimeLimit));
    assert_bundle(&game, &found);
    let exact = range(&game, &Settings { decision: Some(1), ..Settings::new(ratio(1, 4)) })
        .expect("an answer");
    for (loose, tight) in [(&found.least, &exact.least), (&found.greatest, &exact.greatest)] {
        let (loose, tight) = (&loose.accepted.claim, &tight.accepted.claim);
        assert!(loose.lower <= tight.lower && tight.upper <= loose.upper);
    }
}

#[test]
fn a_mass_that_the_followers_react_to() {
    // Whoever is left loses the mass x there, whoever is right twice the mass there. The
    // eps-equilibria are the x between (5 - sqrt(1 + 12 eps)) / 6 and (1 + sqrt(1 + 3 eps)) / 3.
    let game = Game::parse_toml(
        r#"
        format = "smfg-game/1"
        name = "left or right"
        stages = 2
        states = ["start", "left", "right"]
        actions = ["go left", "go right"]
        initial = { start = 1 }
        [[available]]
        state = ["left", "right"]
        actions = ["go left"]
        [[reward]]
        stage = 1
        state = "left"
        value = "-mu[left]"
        [[reward]]
        stage = 1
        state = "right"
        value = "-2 * (1 - mu[left])"
        [[transition]]
        action = "go left"
        to = "left"
        [[transition]]
        action = "go right"
        to = "right"
        "#,
    )
    .expect("a game");
    for epsilon in [ratio(1, 100), ratio(1, 10)] {
        let settings =
            Settings { objective: Some("mu[left]@1".into()), ..Settings::new(epsilon.clone()) };
        let found = range(&game, &settings).expect("class C1");
        assert_ne!(found.status(), Status::Limit, "eps {epsilon}");
        assert_bundle(&game, &found);
        let square = |value: Rational| &value * &value;
        let (least, greatest) = (&found.least.accepted.claim, &found.greatest.accepted.claim);
        let left = |x: &Rational| square(ratio(5, 1) - ratio(6, 1) * x);
        let right = |x: &Rational| square(ratio(3, 1) * x - ratio(1, 1));
        let (wanted_left, wanted_right) =
            (ratio(12, 1) * &epsilon + ratio(1, 1), ratio(3, 1) * &epsilon + ratio(1, 1));
        assert!(
            left(&least.lower) >= wanted_left && wanted_left >= left(&least.upper),
            "eps {epsilon}: {} {}",
            least.lower,
            least.upper
        );
        assert!(
            right(&greatest.lower) <= wanted_right && wanted_right <= right(&greatest.upper),
            "eps {epsilon}"
        );
        assert!(
            &least.upper - &least.lower <= ratio(1, 1_000_000)
                && &greatest.upper - &greatest.lower <= ratio(1, 1_000_000)
        );
    }
}
