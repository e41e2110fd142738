//! Random games of class C1 against SCIP (tests/oracle/games/README.md).
//!
//! Each file of values has, for every decision, eps and sense, SCIP's dual bound and the leader's
//! reward at its best point, with that point's exploitability recomputed in double precision.
use smfg::certificate::Selection;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::{Class, Game, classify};
use smfg::leader::{Settings, Status, solve};
use std::path::Path;

/// How far feasibility tolerances may have moved SCIP's values.
fn slip() -> Rational {
    ratio(2, 10_000)
}

/// Compares every row of a game; the number of rows, and of those whose point SCIP found is an
/// eps-equilibrium in double precision.
fn compare(name: &str, wrong: &mut Vec<String>) -> (usize, usize) {
    let game =
        Game::load(Path::new(&format!("tests/oracle/games/{name}.json"))).expect("a shipped game");
    assert_eq!(classify(&game).class, Class::C1, "{name}");
    let text = std::fs::read_to_string(format!("tests/oracle/games/{name}.values.json"))
        .expect("its values");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    let decisions = game.finite_decisions().expect("a finite leader");
    let mut witnesses = 0;
    for row in &rows {
        let number = |key: &str| {
            parse_rational(&row[key].as_str().map_or_else(|| row[key].to_string(), str::to_string))
                .expect("a number")
        };
        let (bound, value, epsilon) = (number("bound"), number("value"), number("epsilon"));
        let selection =
            if row["sense"] == "max" { Selection::Optimistic } else { Selection::Pessimistic };
        let decision = decisions
            .iter()
            .position(|decision| decision.name.as_deref() == row["decision"].as_str());
        let settings = Settings {
            selection,
            decision: Some(decision.expect("a decision of the game")),
            ..Settings::new(epsilon.clone())
        };
        let outcome = solve(&game, &settings).expect("class C1");
        let (lower, upper) = (&outcome.accepted.claim.lower, &outcome.accepted.claim.upper);
        let context = || format!("{name}: [{lower}, {upper}], {:?}, {row}", outcome.status);
        let size = [Rational::ONE, lower.clone(), -lower.clone()]
            .into_iter()
            .max()
            .expect("three numbers");
        if upper - lower > ratio(1, 1_000_000) * size || outcome.status == Status::Limit {
            wrong.push(format!("not within the gap: {}", context()));
        }
        if outcome.statistics.refused_steps > 0 {
            wrong.push(format!("the checker refused steps: {}", context()));
        }
        let (least, greatest) = if bound <= value { (&bound, &value) } else { (&value, &bound) };
        if *lower > greatest + slip() || *upper < least - slip() {
            wrong.push(format!("outside SCIP's interval: {}", context()));
        }
        if number("exploitability") <= epsilon {
            witnesses += 1;
            let tolerance = ratio(1, 1_000_000_000);
            let beaten = if selection == Selection::Pessimistic {
                *lower > value + tolerance
            } else {
                *upper < value - tolerance
            };
            if beaten {
                wrong.push(format!("an eps-equilibrium lies beyond the bound: {}", context()));
            }
        }
    }
    (rows.len(), witnesses)
}

fn compare_all(names: &[&str], known_witnesses: usize) {
    let mut wrong = Vec::new();
    let (mut rows, mut witnesses) = (0, 0);
    for name in names {
        let start = std::time::Instant::now();
        let (own_rows, own_witnesses) = compare(name, &mut wrong);
        eprintln!("{name}: {:.1} s", start.elapsed().as_secs_f64());
        rows += own_rows;
        witnesses += own_witnesses;
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((rows, witnesses), (names.len() * 8, known_witnesses));
}

#[test]
fn crowd_seeking() {
    compare_all(
        &["crowd-3x3x2-K1-100", "crowd-3x3x2-K1-101", "crowd-4x4x3-K2-100", "crowd-4x4x3-K2-101"],
        14,
    );
}

#[test]
fn monotone() {
    compare_all(
        &[
            "monotone-3x3x2-K1-100",
            "monotone-3x3x2-K1-101",
            "monotone-4x4x3-K2-100",
            "monotone-4x4x3-K2-101",
        ],
        8,
    );
}

#[test]
fn general() {
    compare_all(
        &[
            "general-3x3x2-K1-100",
            "general-3x3x2-K1-101",
            "general-4x4x3-K2-100",
            "general-4x4x3-K2-101",
        ],
        0,
    );
}

#[test]
fn coupled_through_a_later_stage() {
    compare_all(&["pcoup-3x3x2-K1-101", "pcoup-5x5x4-K2-100"], 0);
}
