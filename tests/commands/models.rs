//! `smfg models`: the collection is what its index says, and every certificate that is kept proves
//! its value.

use crate::folder::Folder;
use crate::program::{json, run};
use serde_json::Value;
use smfg::exact::{Rational, parse_rational};
use std::fs;
use std::path::Path;

fn asked(arguments: &[&str]) -> (i32, Value) {
    let (status, out, err) =
        run(&[&["models"], arguments, &["--format", "json", "--quiet"]].concat());
    assert_eq!(err, "", "{arguments:?}");
    (status, json(&out))
}

fn instances(arguments: &[&str]) -> Vec<Value> {
    let (status, result) = asked(arguments);
    assert_eq!(status, 0, "{arguments:?}");
    result["instances"].as_array().expect("instances").clone()
}

#[test]
fn every_game_is_what_the_index_says() {
    let (status, result) = asked(&["--validate"]);
    assert_eq!((status, &result["valid"]), (0, &true.into()), "{result}");
    assert!(result["instances"].as_u64().is_some_and(|count| count >= 100), "{result}");
}

/// All of them are checked by scripts/check-collection.
#[test]
fn certificates_of_small_games_prove_their_values() {
    let (status, result) = asked(&["--validate", "--certificates", "models", "--most-pairs", "9"]);
    assert_eq!((status, &result["valid"]), (0, &true.into()), "{result}");
    assert!(result["certificates"].as_u64().is_some_and(|count| count >= 30), "{result}");
}

#[test]
fn an_altered_certificate_is_found() {
    let folder = Folder::new();
    let place = folder.path().join("certificates");
    fs::create_dir(&place).expect("a folder");
    for entry in fs::read_dir("models/certificates").expect("certificates") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        if name.to_string_lossy().starts_with("adoption-") {
            fs::copy(&path, place.join(name)).expect("copied");
        }
    }
    let path = folder.path().to_str().expect("UTF-8");
    let check = || asked(&["adoption", "--validate", "--certificates", path]);
    assert_eq!(check().0, 0);
    let own = place.join("adoption-0-pessimistic.cert");
    let text = fs::read_to_string(&own).expect("a certificate");
    fs::write(&own, text.replace("17/20", "18/20")).expect("written");
    let (status, result) = check();
    let fault = result["faults"][0]["faults"][0].as_str().expect("a fault");
    assert!(status == 1 && fault.contains("adoption-0-pessimistic.cert"), "{result}");
    fs::remove_file(&own).expect("removed");
    assert_eq!(check().0, 1);
}

#[test]
fn both_forms_of_the_index_say_the_same() {
    let people: toml::Value =
        toml::from_str(&fs::read_to_string("models/index.toml").expect("the index")).expect("TOML");
    let programs = json(&fs::read_to_string("models/index.json").expect("the index"));
    assert_eq!(serde_json::to_value(people).expect("JSON"), programs);
}

/// Values that are known from elsewhere: closed forms, enumeration, other solvers, papers.
#[test]
fn certified_values_agree_with_what_is_known() {
    let mut compared = 0;
    for instance in instances(&[]) {
        for value in instance["values"].as_array().expect("values") {
            let number = |of: &Value, key: &str| -> Rational {
                parse_rational(of[key].as_str().expect("a number")).expect("a number")
            };
            let (lower, upper) = (number(value, "lower"), number(value, "upper"));
            assert!(lower <= upper, "{value}");
            let known = &value["known"];
            if !known.is_null() {
                compared += 1;
                let meets = lower <= number(known, "upper") && number(known, "lower") <= upper;
                assert!(meets, "{}: {value}", instance["id"]);
            }
        }
    }
    assert!(compared >= 150, "{compared}");
}

#[test]
fn lists_and_filters() {
    let open = instances(&["--status", "open"]);
    assert!(open.len() >= 15, "{}", open.len());
    assert!(open.iter().all(|instance| instance["status"] == "open"));
    let small = instances(&["--class", "c3", "--most-pairs", "20"]);
    assert!(!small.is_empty());
    assert!(small.iter().all(|instance| instance["class"] == "C3"));
    let (status, out, _) = run(&["models", "--containing", "braess"]);
    assert!(status == 0 && out.contains("braess_1968") && !out.contains("adoption"), "{out}");
    let (status, out, _) = run(&["models", "adoption"]);
    assert!(status == 0 && out.contains("17/20") && out.contains("closed form"), "{out}");
}

#[test]
fn games_are_fetched_by_name() {
    let folder = Folder::new();
    let path = folder.file("own.toml");
    let (status, _, err) = run(&["models", "braess", "--write", &path]);
    assert_eq!((status, err.as_str()), (0, ""));
    let shipped = fs::read_to_string("models/braess.toml").expect("a model");
    assert_eq!(fs::read_to_string(&path).expect("a game"), shipped);
    // A finite game and a random one are made.
    for name in ["stag_hunt", "crowd_4x4x3_1"] {
        let path = folder.file(&format!("{name}.json"));
        assert_eq!(run(&["models", name, "--write", &path]).0, 0);
        let hash = instances(&[name])[0]["hash"].as_str().expect("a hash").to_string();
        let (status, out, _) = run(&["info", &path]);
        assert!(status == 0 && out.contains(&hash), "{out}");
    }
    let (status, _, err) = run(&["models", "braess", "--write", &folder.file("braess.json")]);
    assert!(status == 2 && err.contains(".toml"), "{err}");
    let (status, _, err) = run(&["models", "brass"]);
    assert!(status == 2 && err.contains("no instance `brass`"), "{err}");
    assert!(!Path::new(&folder.file("braess.json")).exists());
}
