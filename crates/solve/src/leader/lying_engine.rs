//! Whatever the engine behind the boxes of classes C1 to C3 answers, `solve` prints no wrong bound.
//!
//! Known values: tests/oracle/mfg_values.json, closed forms and what other programs found.

use super::{Covering, Outcome, Settings, solve};
use crate::certificate::Selection;
use crate::check::check;
use crate::equilibrium::Control;
use crate::exact::{Rational, parse_rational};
use crate::game::Game;
use crate::lp::fault::{Lie, lying, lying_for};
use crate::lp::{LpBasis, LpPoint, LpStatus};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Models of the classes C1 and C3, and how many rows of each are tried.
const MODELS: [(&str, usize); 7] = [
    ("adoption", 6),
    ("braess", 6),
    ("corner", 8),
    ("left_right", 8),
    ("rock_paper_scissors", 4),
    ("epidemic_menu", 8),
    ("susceptible_infected_6", 6),
];
/// Every answer is a lie, or every third one.
const PERIODS: [usize; 2] = [1, 3];
/// For a solve whose gap never closes.
const LIMIT: Duration = Duration::from_millis(60);
/// The same for covers, in runs of the engine: how many of them end with a tree must not depend on
/// the machine.
const COVER_RUNS: usize = 400;
/// For the part of a cover that asks no engine.
const COVER_LIMIT: Duration = Duration::from_secs(20);

const HONEST: Lie = Lie { status: None, point: None, ray: None, basis: None };

fn status(lie: fn(LpStatus) -> LpStatus) -> Lie {
    Lie { status: Some(lie), ..HONEST }
}

fn point(lie: fn(LpPoint) -> Option<LpPoint>) -> Lie {
    Lie { point: Some(lie), ..HONEST }
}

fn every(numbers: &mut [f64], change: impl Fn(f64) -> f64) {
    numbers.iter_mut().for_each(|x| *x = change(*x));
}

fn duals(mut point: LpPoint, change: impl Fn(f64) -> f64) -> Option<LpPoint> {
    every(&mut point.row_duals_approx, &change);
    every(&mut point.reduced_costs_approx, &change);
    Some(point)
}

fn primal(mut point: LpPoint, change: impl Fn(f64) -> f64) -> Option<LpPoint> {
    every(&mut point.columns_approx, &change);
    every(&mut point.rows_approx, &change);
    Some(point)
}

fn lies() -> Vec<(&'static str, Lie)> {
    let invented = |_: Option<Vec<f64>>, rows: usize| {
        Some((0..rows).map(|i| if i % 2 == 0 { 1.0 } else { -2.0 }).collect())
    };
    let turned = |basis: LpBasis| {
        let reversed = |status: &[i32]| status.iter().rev().copied().collect();
        LpBasis::new(reversed(basis.columns()), reversed(basis.rows()))
    };
    vec![
        ("infeasible, no ray", status(|_| LpStatus::Infeasible)),
        (
            "infeasible, invented ray",
            Lie { status: Some(|_| LpStatus::Infeasible), ray: Some(invented), ..HONEST },
        ),
        (
            "infeasible, ray of NaN",
            Lie {
                status: Some(|_| LpStatus::Infeasible),
                ray: Some(|_, rows| Some(vec![f64::NAN; rows])),
                ..HONEST
            },
        ),
        (
            "infeasible, huge ray",
            Lie {
                status: Some(|_| LpStatus::Infeasible),
                ray: Some(|_, rows| Some(vec![1e200; rows])),
                ..HONEST
            },
        ),
        (
            "ray turned round",
            Lie { ray: Some(|ray, _| ray.map(|ray| ray.iter().map(|y| -y).collect())), ..HONEST },
        ),
        ("always optimal", status(|_| LpStatus::Optimal)),
        ("unbounded", status(|_| LpStatus::Unbounded)),
        ("out of time", status(|_| LpStatus::TimeLimit)),
        ("failed", status(|_| LpStatus::Failed)),
        ("no point", point(|_| None)),
        ("duals of NaN", point(|p| duals(p, |_| f64::NAN))),
        ("infinite duals", point(|p| duals(p, |_| f64::INFINITY))),
        ("huge duals", point(|p| duals(p, |y| y * 1e250))),
        ("duals raised", point(|p| duals(p, |y| y + 0.5))),
        ("duals negated", point(|p| duals(p, |y| -y))),
        ("duals doubled", point(|p| duals(p, |y| 2.0 * y))),
        ("no duals", point(|p| duals(p, |_| 0.0))),
        ("point of NaN", point(|p| primal(p, |_| f64::NAN))),
        ("infinite point", point(|p| primal(p, |_| f64::INFINITY))),
        ("point of nobody", point(|p| primal(p, |_| 0.0))),
        ("negative point", point(|p| primal(p, |x| -x))),
        ("objective raised", point(|p| primal(p, |x| x + 10.0))),
        ("objective lowered", point(|p| primal(p, |x| x - 10.0))),
        (
            "point turned round",
            point(|mut p| {
                p.columns_approx.reverse();
                p.rows_approx.reverse();
                Some(p)
            }),
        ),
        ("basis turned round", Lie { basis: Some(turned), ..HONEST }),
        (
            "basis of other size",
            Lie { basis: Some(|_| LpBasis::new(vec![1], vec![1; 7])), ..HONEST },
        ),
        (
            "basis of nonsense",
            Lie {
                basis: Some(|b| LpBasis::new(vec![1; b.columns().len()], vec![1; b.rows().len()])),
                ..HONEST
            },
        ),
    ]
}

/// A file of the package, two folders above this crate.
fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

struct Row {
    decision: Option<String>,
    epsilon: Rational,
    selection: Selection,
    /// Ends of an enclosure of the value, with the slip of the solver that found it.
    lower: Rational,
    upper: Rational,
}

fn rows(model: &str, most: usize) -> Vec<Row> {
    let text = std::fs::read_to_string(shipped("tests/oracle/mfg_values.json"))
        .expect("the values are shipped");
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    let number = |value: &serde_json::Value| {
        value.as_str().map(|text| parse_rational(text).expect("a number"))
    };
    let row = |known: &serde_json::Value| {
        let slip = number(&known["slip"]).unwrap_or(Rational::ZERO);
        let exact = number(&known["exact"]);
        Row {
            decision: known["decision"].as_str().map(str::to_string),
            epsilon: number(&known["epsilon"]).expect("an eps"),
            selection: if known["sense"] == "max" {
                Selection::Optimistic
            } else {
                Selection::Pessimistic
            },
            lower: exact.clone().or_else(|| number(&known["lower"])).expect("a lower end") - &slip,
            upper: exact.or_else(|| number(&known["upper"])).expect("an upper end") + slip,
        }
    };
    let all: Vec<Row> = values
        .iter()
        .filter(|known| known["model"] == model && known["of"].is_null())
        .map(row)
        .collect();
    // Spread over decisions, eps and senses.
    let step = all.len().div_ceil(most).max(1);
    all.into_iter()
        .enumerate()
        .filter(|(i, _)| i % step == (i / step) % step)
        .map(|(_, row)| row)
        .collect()
}

fn solved(game: &Game, row: &Row) -> Outcome {
    let decisions = game.finite_decisions().expect("a finite leader");
    let index = row.decision.as_ref().map_or(0, |name| {
        decisions
            .iter()
            .position(|decision| decision.name.as_ref() == Some(name))
            .expect("a decision of the model")
    });
    let control = Control::default().within(LIMIT);
    let settings = Settings {
        selection: row.selection,
        decision: Some(index),
        control: control.clone(),
        race_control: control,
        ..Settings::new(row.epsilon.clone())
    };
    solve(game, &settings).expect("an answer")
}

#[test]
fn no_lie_of_the_engine_becomes_a_bound() {
    let (mut tried, mut told) = (0, 0);
    let mut idle = lies().iter().map(|(name, _)| *name).collect::<Vec<_>>();
    for (model, most) in MODELS {
        let game = Game::load(shipped(&format!("models/{model}.toml"))).expect("a shipped model");
        let rows = rows(model, most);
        assert!(rows.len() >= 3, "{model}: only {} rows", rows.len());
        for row in &rows {
            for (name, lie) in lies() {
                for period in PERIODS {
                    let (outcome, lies) = lying(lie, period, || solved(&game, row));
                    tried += 1;
                    told += lies;
                    if lies > 0 {
                        idle.retain(|idle| *idle != name);
                    }
                    let claim = &outcome.accepted.claim;
                    assert!(
                        claim.lower <= row.upper && row.lower <= claim.upper,
                        "{model}, {:?}, eps {}, {}, {name}: [{}, {}] and [{}, {}] are apart",
                        row.decision,
                        row.epsilon,
                        row.selection,
                        claim.lower,
                        claim.upper,
                        row.lower,
                        row.upper
                    );
                    let again = check(&game, outcome.certificate.as_slice())
                        .expect("accepted a second time");
                    assert_eq!(again.claim, *claim, "{model}, {name}");
                }
            }
        }
    }
    assert!(idle.is_empty(), "never told: {idle:?}");
    assert!(tried >= 1_500 && told >= 20_000, "{told} lies in {tried} solves");
}

/// The same rows without lies end far tighter: the lies, and not the limit, are what the other test
/// is about.
#[test]
fn lies_cost_tightness() {
    let game = Game::load(shipped("models/left_right.toml")).expect("a shipped model");
    let row = rows("left_right", 100)
        .into_iter()
        .find(|row| row.epsilon > Rational::ZERO)
        .expect("a row");
    let width = |outcome: &Outcome| &outcome.accepted.claim.upper - &outcome.accepted.claim.lower;
    let (spoilt, _) = lying(point(|p| duals(p, |_| 0.0)), 1, || solved(&game, &row));
    assert!(width(&solved(&game, &row)) < width(&spoilt));
}

/// Leaders with a polytope of decisions, whose values are closed forms
/// (`tests/oracle/leader_values.json`): responses come from an engine that lies, and so do the
/// bounds of joined games and of single decisions.
#[test]
fn no_lie_becomes_a_bound_of_a_polytope() {
    let known = [
        ("moral_hazard", "1/100", Selection::Pessimistic, "81/100"),
        ("inspection", "1/50", Selection::Pessimistic, "-7/10"),
        ("adoption_continuous", "1/10", Selection::Pessimistic, "81/100"),
        ("pigou_revenue_continuous", "9/125", Selection::Pessimistic, "24/125"),
        ("opinion_continuous", "0", Selection::Optimistic, "3/2"),
    ];
    let (mut tried, mut told) = (0, 0);
    for (model, epsilon, selection, value) in known {
        let game = Game::load(shipped(&format!("models/{model}.toml"))).expect("a shipped model");
        let value = parse_rational(value).expect("a number");
        for (name, lie) in lies() {
            for period in PERIODS {
                let control = Control::default().within(COVER_LIMIT);
                let settings = Settings {
                    selection,
                    control: control.clone(),
                    race_control: control.clone(),
                    ..Settings::new(parse_rational(epsilon).expect("a number"))
                };
                let (outcome, lies) = lying_for(
                    lie,
                    period,
                    COVER_RUNS,
                    move || control.interrupt(),
                    || solve(&game, &settings).expect("an answer"),
                );
                tried += 1;
                told += lies;
                let claim = &outcome.accepted.claim;
                assert!(
                    claim.lower <= value && value <= claim.upper,
                    "{model}, {name}: [{}, {}] without {value}",
                    claim.lower,
                    claim.upper
                );
                assert_eq!(
                    check(&game, outcome.certificate.as_slice())
                        .expect("accepted a second time")
                        .claim,
                    *claim,
                    "{model}, {name}"
                );
            }
        }
    }
    assert!(
        tried == 2 * known.len() * lies().len() && told >= 2_000,
        "{told} lies in {tried} solves"
    );
}

/// The same for trees of best responses, whose rules and multipliers are read off the duals of an
/// engine that lies.
#[test]
fn no_lie_becomes_a_bound_of_a_tree() {
    let known = [
        ("moral_hazard", "1/100", "81/100"),
        ("moral_hazard", "9/100", "49/100"),
        ("inspection", "1/50", "-7/10"),
    ];
    let (mut tried, mut told, mut trees) = (0, 0, 0);
    for (model, epsilon, value) in known {
        let game = Game::load(shipped(&format!("models/{model}.toml"))).expect("a shipped model");
        let value = parse_rational(value).expect("a number");
        for (name, lie) in lies() {
            for period in PERIODS {
                let control = Control::default().within(COVER_LIMIT);
                let settings = Settings {
                    covering: Covering::BestResponses,
                    control: control.clone(),
                    race_control: control.clone(),
                    ..Settings::new(parse_rational(epsilon).expect("a number"))
                };
                let (outcome, lies) = lying_for(
                    lie,
                    period,
                    COVER_RUNS,
                    move || control.interrupt(),
                    || solve(&game, &settings).expect("an answer"),
                );
                tried += 1;
                told += lies;
                trees += usize::from(
                    String::from_utf8_lossy(&outcome.certificate).contains("multiplier-leaf"),
                );
                let claim = &outcome.accepted.claim;
                assert!(
                    claim.lower <= value && value <= claim.upper,
                    "{model}, {name}: [{}, {}] without {value}",
                    claim.lower,
                    claim.upper
                );
                assert_eq!(
                    check(&game, outcome.certificate.as_slice())
                        .expect("accepted a second time")
                        .claim,
                    *claim,
                    "{model}, {name}"
                );
            }
        }
    }
    println!("{told} lies in {tried} solves, {trees} trees");
    assert!(
        tried == 2 * known.len() * lies().len() && told >= 500 && trees >= tried / 4,
        "{told} lies in {tried} solves, {trees} trees"
    );
}
