//! The shipped JSON schema accepts the shipped games and refuses malformed structure.

use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn validator() -> Validator {
    let text = fs::read_to_string("schema/smfg-game-1.schema.json").expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

fn games_in(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut games: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|e| e == extension) && !path.to_string_lossy().ends_with(".values.json"))
        .collect();
    games.sort();
    games
}

/// TOML has no null and its dates do not occur in games.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json_of).collect()),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, value)| (key, json_of(value))).collect()),
    }
}

fn assert_valid(validator: &Validator, path: &Path, game: &Value) {
    let errors: Vec<String> = validator.iter_errors(game).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", path.display());
}

#[test]
fn shipped_games_follow_the_schema() {
    let validator = validator();
    let models = games_in("models", "toml");
    assert!(models.len() >= 10);
    for path in models {
        let table: toml::Table = toml::from_str(&fs::read_to_string(&path).expect("text")).expect("TOML");
        assert_valid(&validator, &path, &json_of(toml::Value::Table(table)));
    }
    let games = games_in("tests/oracle/free", "json");
    assert!(games.len() >= 5);
    for path in games {
        assert_valid(&validator, &path, &serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("JSON"));
    }
}

#[test]
fn generated_games_follow_the_schema() {
    use smfg::generate::{MdpFamily, MdpParameters};
    let parameters = MdpParameters { stages: 3, states: 4, actions: 2, successors: 2, decisions: 3, seed: 1 };
    let mut text = Vec::new();
    MdpFamily::new(parameters).expect("sensible sizes").write_json(&mut text).expect("memory");
    assert_valid(&validator(), Path::new("generated"), &serde_json::from_slice(&text).expect("JSON"));
}

fn base() -> Value {
    json!({
        "format": "smfg-game/1", "name": "base", "stages": 2, "states": ["a", {"name": "b", "load": "1/2"}], "actions": ["x", "y"],
        "initial": {"a": 1}, "define": {"k": 2}, "available": [{"state": "a", "actions": ["x"]}],
        "reward": [{"stage": "0..1", "action": "y", "value": "s.load * u"}], "transition": [{"to": {"a": "1/2", "b": "rest"}}],
        "leader": {"decisions": [{"name": "d", "u": 0.5}], "payoff": [{"stage": [0, "1"], "value": 1}]},
        "tables": {"reward": [{"times": "u", "denominator": 4, "dense": [[[1, 2], [3, null]], [[0, 0], [0, 0]]]}]}
    })
}

#[test]
fn malformed_structure_is_refused() {
    let validator = validator();
    assert!(validator.is_valid(&base()));
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 16] = [
        ("another format", |g| g["format"] = json!("smfg-game/2")),
        ("no name", |g| {
            g.as_object_mut().expect("an object").remove("name");
        }),
        ("unknown key", |g| g["rewards"] = json!([])),
        ("stages zero", |g| g["stages"] = json!(0)),
        ("stages a fraction", |g| g["stages"] = json!(1.5)),
        ("no states", |g| g["states"] = json!([])),
        ("attribute a list", |g| g["states"] = json!([{"name": "a", "load": [1]}])),
        ("initial a list", |g| g["initial"] = json!([1])),
        ("rule without value", |g| g["reward"] = json!([{"action": "y"}])),
        ("rule with a slip", |g| g["reward"] = json!([{"sate": "a", "value": 1}])),
        ("value a boolean", |g| g["reward"] = json!([{"value": true}])),
        ("stage range malformed", |g| g["reward"] = json!([{"stage": "2.5", "value": 1}])),
        ("transition without to", |g| g["transition"] = json!([{"state": "a"}])),
        ("decision without name", |g| g["leader"] = json!({"decisions": [{"u": 1}]})),
        ("variable without bound", |g| g["leader"] = json!({"variables": [{"name": "u", "lower": 0}]})),
        ("table dense and sparse", |g| g["tables"] = json!({"reward": [{"dense": [[[1]]], "sparse": [[0, 0, 0, 1]]}]})),
    ];
    for (name, edit) in edits {
        let mut game = base();
        edit(&mut game);
        assert!(!validator.is_valid(&game), "{name} is accepted");
    }
}
