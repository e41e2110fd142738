//! `smfg verify` as users call it: verdicts, certified range and loss, exit status, JSON. Values
//! are those of the closed forms in tests/claims/road.toml and models/.

#[cfg(feature = "solver")]
use crate::folder::Folder;
use crate::program::{json as parsed, run};
use serde_json::{Value, json};

const ROAD: &str = "tests/claims/road.toml";

fn claim(name: &str) -> String {
    format!("tests/claims/{name}")
}

fn answer(status: i32, arguments: &[&str]) -> Value {
    let (found, out, err) = run(&[arguments, &["--format", "json", "--quiet"]].concat());
    assert_eq!(found, status, "{out}{err}");
    parsed(&out)
}

#[cfg(feature = "solver")]
fn bounds(value: &Value) -> (&str, &str) {
    (value["lower"].as_str().expect("a fraction"), value["upper"].as_str().expect("a fraction"))
}

#[cfg(feature = "solver")]
#[test]
fn a_right_claim() {
    let result = answer(0, &["verify", ROAD, &claim("right.json")]);
    assert_eq!(result["format"], "smfg-verification/1");
    assert_eq!((&result["exploitability"], &result["leader_reward"]), (&json!("0"), &json!("1/4")));
    assert_eq!((&result["follower_value"], &result["normalised_by"]), (&json!("-2"), &json!("0")));
    assert_eq!(result["holds"], true);
    let quantities: Vec<&str> = result["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|check| check["quantity"].as_str())
        .collect();
    assert_eq!(
        quantities,
        ["exploitability", "leader_reward", "follower_value", "follower_reward", "value"]
    );
    // The equilibrium is unique at each decision: 1/4 with the toll, 0 without.
    assert_eq!(bounds(&result["range"]["least"]), ("1/4", "1/4"));
    assert_eq!(bounds(&result["range"]["greatest"]), ("1/4", "1/4"));
    assert_eq!(bounds(&result["value"]), ("1/4", "1/4"));
    assert_eq!(bounds(&result["loss"]), ("0", "0"));
    assert_eq!((&result["equilibrium"], &result["place"]["worst"]), (&json!(true), &json!(true)));
}

#[cfg(feature = "solver")]
#[test]
fn the_loss_of_a_worse_decision() {
    let folder = Folder::new();
    let path = &folder.file("bundle.cert");
    let result = answer(0, &["verify", ROAD, &claim("worse_decision.json"), "--certificate", path]);
    assert_eq!(bounds(&result["loss"]), ("1/4", "1/4"));
    assert_eq!(result["decision"], json!({"name": "free", "parameters": {"toll": "0"}}));
    let (status, out, err) = run(&["check", ROAD, path, "--quiet"]);
    assert_eq!(status, 0, "{out}{err}");
    // Least, greatest, value.
    assert_eq!(out.matches("proved").count(), 3, "{out}");
}

#[cfg(feature = "solver")]
#[test]
fn claimed_values_against_certified_ones() {
    for (file, claimed) in [("value_too_high.json", "3/10"), ("value_too_low.json", "1/5")] {
        let result = answer(1, &["verify", ROAD, &claim(file)]);
        let check = &result["checks"][1];
        assert_eq!(
            (&check["quantity"], &check["claimed"], &check["holds"]),
            (&json!("value"), &json!(claimed), &json!(false))
        );
        assert_eq!(check["actual"], "1/4");
    }
    // Without solving nothing is said about it.
    let result = answer(0, &["verify", ROAD, &claim("value_too_high.json"), "--no-solve"]);
    assert_eq!(
        (&result["range"], &result["loss"], &result["value"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(result["checks"].as_array().map(Vec::len), Some(1));
}

#[test]
fn sentences_for_wrong_exploitabilities() {
    for (file, sentence) in [
        (
            "zero.json",
            "wrong: the policy is no exact equilibrium, its exploitability is 3/4 = 0.75",
        ),
        ("understated.json", "wrong, understated by 1/4 = 0.25: it is 3/4 = 0.75"),
        ("negative_claim.json", "wrong: no exploitability is negative; it is 0"),
    ] {
        let (status, out, _) = run(&["verify", ROAD, &claim(file), "--no-solve", "--quiet"]);
        assert_eq!(status, 1);
        assert!(out.contains(sentence), "{out}");
    }
}

#[cfg(feature = "solver")]
#[test]
fn eps_of_the_range() {
    // The claim's 1/2 is the eps, and 3/4 is not within it.
    let result = answer(1, &["verify", ROAD, &claim("understated.json")]);
    assert_eq!((&result["epsilon"], &result["equilibrium"]), (&json!("1/2"), &json!(false)));
    let result = answer(1, &["verify", ROAD, &claim("understated.json"), "--epsilon", "actual"]);
    assert_eq!((&result["epsilon"], &result["equilibrium"]), (&json!("3/4"), &json!(true)));
    let result = answer(1, &["verify", ROAD, &claim("understated.json"), "--epsilon", "0"]);
    assert_eq!((&result["epsilon"], &result["equilibrium"]), (&json!("0"), &json!(false)));
}

#[cfg(feature = "solver")]
#[test]
fn the_place_of_an_equilibrium() {
    // All three equilibria of the game: nobody, half, everybody adopts; the leader gets 3/2 per
    // adopter.
    let folder = Folder::new();
    for (share, worst, above) in
        [("0", json!(true), "0"), ("1/2", json!(false), "3/4"), ("1", json!(false), "3/2")]
    {
        let file = folder.file("claim.json");
        let stay = match share {
            "0" => "1",
            "1" => "0",
            half => half,
        };
        let text = json!({"format": "smfg-claim/1", "decision": "none", "policy": [[[stay, share]]], "exploitability": 0});
        std::fs::write(&file, text.to_string()).expect("written");
        let result = answer(0, &["verify", "models/adoption.toml", &file]);
        assert_eq!(
            (bounds(&result["range"]["least"]), bounds(&result["range"]["greatest"])),
            (("0", "0"), ("3/2", "3/2"))
        );
        assert_eq!(
            (&result["place"]["worst"], bounds(&result["place"]["above_least"])),
            (&worst, (above, above))
        );
        // The value of the game is 17/20; this decision guarantees nothing.
        assert_eq!(bounds(&result["loss"]), ("17/20", "17/20"));
    }
}

#[test]
fn arrays_alone_and_errors() {
    let result =
        answer(0, &["verify", ROAD, &claim("float32.npy"), "--decision", "free", "--no-solve"]);
    assert_eq!((&result["exploitability"], &result["checks"]), (&json!("0"), &json!([])));
    for (arguments, part) in [
        (vec![claim("float64.npy")], "expected a decision, one of free, priced"),
        (vec![claim("objects.npy")], "pickled Python objects"),
        (
            vec![claim("right.json"), "--decision".into(), "dear".into()],
            "decision dear: no such decision",
        ),
        (vec![claim("one_stage_more.json")], "--horizon-convention last-index drops stage 4"),
        (vec!["nowhere.json".into()], "cannot read nowhere.json"),
    ] {
        let arguments: Vec<&str> =
            ["verify", ROAD].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let (status, out, err) = run(&arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.starts_with("error: ") && err.contains(part), "{err}");
    }
}
