//! Several populations as users meet them. The values of tests/populations/two_fleets.toml follow from
//! the two costs that it states.

use crate::program::{json as parsed, run};
use serde_json::{Value, json};

const FLEETS: &str = "tests/populations/two_fleets.toml";

fn answer(status: i32, arguments: &[&str]) -> Value {
    let (found, out, err) = run(&[arguments, &["--format", "json", "--quiet"]].concat());
    assert_eq!(found, status, "{out}{err}");
    parsed(&out)
}

/// One eps for everybody lets the few trucks deviate; one per population does not.
#[test]
fn a_claim_by_population_catches_the_few() {
    let mean = "tests/populations/two_fleets_mean.json";
    let result = answer(0, &["verify", FLEETS, mean, "--no-solve"]);
    assert_eq!(result["exploitability"], "3/10000000");
    let of =
        |row: &Value| (row["name"].clone(), row["mass"].clone(), row["exploitability"].clone());
    let rows: Vec<_> = result["populations"].as_array().expect("two").iter().map(of).collect();
    assert_eq!(rows[0], (json!("trucks"), json!("1/1000000"), json!("3/10")));
    assert_eq!(rows[1], (json!("cars"), json!("999999/1000000"), json!("0")));
    assert_eq!(result["populations"][1]["flow"], json!([["999999/1000000"]]));
    let each = "tests/populations/two_fleets_each.json";
    let result = answer(1, &["verify", FLEETS, each, "--no-solve"]);
    let checks = result["checks"].as_array().expect("two checks");
    let of = |row: &Value| (row["population"].clone(), row["actual"].clone(), row["holds"].clone());
    assert_eq!(of(&checks[0]), (json!("trucks"), json!("3/10"), json!(false)));
    assert_eq!(of(&checks[1]), (json!("cars"), json!("0"), json!(true)));
    let (_, out, _) = run(&["verify", FLEETS, each, "--no-solve", "--quiet"]);
    assert!(out.contains("exploitability of trucks"), "{out}");
    let fixed = answer(1, &["verify", FLEETS, each, "--no-solve", "--precision", "80"]);
    assert_eq!(fixed["checks"][0]["holds"], false);
}

#[cfg(feature = "solver")]
#[test]
fn answers_have_the_exploitability_of_each_population() {
    // At eps = 0 half of everybody is on the narrow road, and no truck.
    let narrow = "mu[*, narrow]@0";
    let result = answer(0, &["range", FLEETS, "--of", narrow]);
    assert_eq!(result["least"]["lower"], "1/2");
    assert_eq!(result["greatest"]["upper"], "1/2");
    let rows = &result["least"]["equilibrium"]["populations"];
    assert_eq!(rows[0]["exploitability"], "0");
    assert_eq!(rows[1]["exploitability"], "0");
    let result = answer(0, &["solve", FLEETS]);
    assert_eq!(result["value"]["lower"], "1/1000000");
    assert_eq!(result["equilibrium"]["populations"][0]["flow"], json!([["1/1000000"]]));
    // At eps = 10^-6 all trucks may deviate: 3/10 of it is what that takes.
    let result = answer(0, &["solve", FLEETS, "--epsilon", "1/1000000"]);
    assert_eq!(result["value"]["lower"], "0");
    let (status, _, err) = run(&["solve", FLEETS, "--epsilon", "trucks=1/100,cars=0"]);
    assert_eq!(status, 2);
    assert!(err.contains("expected one number for everybody"), "{err}");
}

#[test]
fn info_names_the_populations() {
    let result = answer(0, &["info", FLEETS]);
    assert_eq!(
        result["populations"][0],
        json!({"name": "trucks", "mass": "1/1000000", "states": 1, "actions": 2})
    );
    assert_eq!(result["sizes"]["pairs"], 4);
}

#[test]
fn claims_that_do_not_fit() {
    let folder = crate::folder::Folder::new();
    for (claim, expected) in [
        (r#""policy": {"trucks": [[[1, 0]]]}"#, "nothing is said of the population \"cars\""),
        (r#""policy": {"bus": [[[1, 0]]]}"#, "no population is named \"bus\", expected one of"),
        (
            r#""policy": {"trucks": [[[1, 0, 0]]], "cars": [[[1, 0]]]}"#,
            "policy, trucks: the array has the shape (1, 1, 3), expected (1, 1, 2)",
        ),
        (r#""policy": {"trucks": 1, "cars": [[[1, 0]]]}"#, "policy, trucks: found 1, expected"),
        (
            r#""policy": [[[1, 0, 0, 0], [0, 0, 1, 0]]], "exploitability": {"bus": 0}"#,
            "exploitability: no population is named \"bus\"",
        ),
        (
            r#""policy": [[[1, 0, 0, 0], [0, 0, 1, 0]]], "exploitability": {"cars": "x"}"#,
            "exploitability, cars: found \"x\", expected a finite number",
        ),
        (r#""policy": [[[0, 0, 1, 0], [0, 0, 1, 0]]]"#, "the action is not available there"),
    ] {
        let path = folder.file("claim.json");
        let text = format!("{{\"format\": \"smfg-claim/1\", {claim}}}");
        std::fs::write(&path, text).expect("a file");
        let (status, out, err) = run(&["verify", FLEETS, &path, "--no-solve", "--quiet"]);
        assert_eq!(status, 2, "{out}");
        assert!(err.contains(expected), "{claim}: {err}");
    }
}
