//! Games whose rewards are affine in the population, against values that other programs found
//! (tests/oracle/mfg_values.py).
//!
//! Every row of tests/oracle/mfg_values.json about a game of class C1 is the least or greatest
//! reward over the eps-equilibria of one decision: a fraction, or an enclosure with the slip of the
//! solver that found it.
use crate::models::model;
use smfg::certificate::Selection;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::{Class, Game, classify};
use smfg::leader::{Outcome, Settings, Status, solve};
use std::collections::BTreeMap;
use std::time::Duration;

struct Row {
    text: String,
    model: String,
    decision: Option<String>,
    epsilon: Rational,
    selection: Selection,
    exact: Option<Rational>,
    lower: Rational,
    upper: Rational,
    slip: Rational,
    /// What an equilibrium reaches exactly, where the row names it.
    attained: Option<Rational>,
    of: Option<String>,
}

fn number(value: &serde_json::Value) -> Option<Rational> {
    value.as_str().map(|text| parse_rational(text).expect("a number"))
}

fn row(known: &serde_json::Value) -> Row {
    let string = |key: &str| known[key].as_str().map(str::to_string);
    Row {
        text: known.to_string(),
        model: string("model").expect("a model"),
        decision: string("decision"),
        epsilon: number(&known["epsilon"]).expect("an eps"),
        selection: if known["sense"] == "max" {
            Selection::Optimistic
        } else {
            Selection::Pessimistic
        },
        exact: number(&known["exact"]),
        lower: number(&known["lower"]).expect("a lower end"),
        upper: number(&known["upper"]).expect("an upper end"),
        slip: number(&known["slip"]).unwrap_or(Rational::ZERO),
        attained: number(&known["attained"]),
        of: string("of"),
    }
}

fn rows() -> Vec<Row> {
    let text =
        std::fs::read_to_string("tests/oracle/mfg_values.json").expect("the values are shipped");
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
    values.iter().map(row).collect()
}

fn solved(game: &Game, row: &Row) -> Outcome {
    let decisions = game.finite_decisions().expect("a finite leader");
    let index = row.decision.as_ref().map_or(0, |name| {
        decisions
            .iter()
            .position(|decision| decision.name.as_ref() == Some(name))
            .unwrap_or_else(|| panic!("no decision: {}", row.text))
    });
    // A row that takes longer fails by its gap, and the others are still compared.
    let control =
        Control::default().within(Duration::from_secs(if is_large(row) { 3 } else { 10 }));
    let settings = Settings {
        selection: row.selection,
        decision: Some(index),
        objective: row.of.clone(),
        gap: ratio(1, 1_000_000),
        control: control.clone(),
        race_control: control,
        ..Settings::new(row.epsilon.clone())
    };
    solve(game, &settings).unwrap_or_else(|error| panic!("{error}: {}", row.text))
}

/// What contradicts the row, if anything.
fn contradiction(row: &Row, outcome: &Outcome) -> Option<String> {
    let (lower, upper) = (&outcome.accepted.claim.lower, &outcome.accepted.claim.upper);
    let mut wrong = Vec::new();
    let size =
        [Rational::ONE, lower.clone(), -lower.clone()].into_iter().max().expect("three numbers");
    if !is_large(row)
        && (upper - lower > ratio(1, 1_000_000) * size || outcome.status == Status::Limit)
    {
        wrong.push("not within the gap");
    }
    if outcome.statistics.refused_steps > 0 {
        wrong.push("the checker refused steps");
    }
    // Both enclosures hold the value, so they meet.
    if *lower > &row.upper + &row.slip || *upper < &row.lower - &row.slip {
        wrong.push("outside the enclosure");
    }
    if let Some(exact) = &row.exact {
        if lower > exact || exact > upper {
            wrong.push("the value is not in the interval");
        }
        if row.epsilon.is_zero()
            && !is_large(row)
            && (outcome.status != Status::Exact || lower != exact)
        {
            wrong.push("not exact");
        }
    }
    // An exact equilibrium reaches this, so that no bound can be on the other side of it.
    if let Some(attained) = &row.attained {
        let beaten = if row.selection == Selection::Pessimistic {
            lower > attained
        } else {
            upper < attained
        };
        if beaten {
            wrong.push("an equilibrium lies beyond the bound");
        }
    }
    let described =
        || format!("{}: [{lower}, {upper}], {:?}: {}", wrong.join(", "), outcome.status, row.text);
    if wrong.is_empty() { None } else { Some(described()) }
}

/// The two larger models take seconds or more at eps = 0, and not every row is exact, or within the
/// gap, by then. What their intervals say must be true all the same.
fn is_large(row: &Row) -> bool {
    row.epsilon.is_zero() && ["adoption_waves", "network_tolls"].contains(&row.model.as_str())
}

/// Most decisions of the larger models are left out at eps = 0, so that the run stays short.
fn left_out(row: &Row) -> bool {
    let decision = row.decision.as_deref().unwrap_or("");
    is_large(row) && !["none", "early 1/2", "everywhere", "free"].contains(&decision)
}

#[test]
fn every_row_of_class_c1() {
    let mut games: BTreeMap<String, Game> = BTreeMap::new();
    let (mut compared, mut exact, mut wrong) = (0, 0, Vec::new());
    for row in rows() {
        let game = games.entry(row.model.clone()).or_insert_with(|| model(&row.model));
        if classify(game).class != Class::C1 || (left_out(&row)) {
            continue;
        }
        let start = std::time::Instant::now();
        let outcome = solved(game, &row);
        let seconds = start.elapsed().as_secs_f64();
        if seconds > 1.0 {
            eprintln!("{seconds:.1} s: {}", row.text);
        }
        wrong.extend(contradiction(&row, &outcome));
        compared += 1;
        exact += usize::from(row.epsilon.is_zero() && row.exact.is_some() && !is_large(&row));
    }
    assert!(wrong.is_empty(), "{} of {compared} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= 300 && exact >= 94, "{compared} rows compared, {exact} of them exact");
}
