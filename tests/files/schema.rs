//! The shipped JSON schema accepts the shipped games and refuses malformed structure.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use smfg::game::Game;
use std::fs;
use std::path::{Path, PathBuf};

/// The shipped schema.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let text = fs::read_to_string("schema/smfg-game-1.schema.json").expect("the schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema).expect("a document");
        let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
        Validator { schemas, index }
    }

    /// Why a game does not follow the schema.
    fn problem(&self, game: &Value) -> Option<String> {
        self.schemas.validate(game, self.index).err().map(|error| error.to_string())
    }
}

fn games_in(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut games: Vec<PathBuf> = entries
        .filter(|path| {
            path.extension().is_some_and(|e| e == extension)
                // The index of the collection, and what it is made of.
                && !path.file_stem().is_some_and(|name| name == "index" || name == "sources")
                && !path.to_string_lossy().ends_with(".values.json")
        })
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
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json_of(value))).collect())
        }
    }
}

fn assert_valid(validator: &Validator, path: &Path, game: &Value) {
    if let Some(problem) = validator.problem(game) {
        panic!("{}: {problem}", path.display());
    }
}

#[test]
fn shipped_games_follow_the_schema() {
    let validator = Validator::new();
    let models = games_in("models", "toml");
    assert!(models.len() >= 10);
    for path in models {
        let table: toml::Table =
            toml::from_str(&fs::read_to_string(&path).expect("text")).expect("TOML");
        assert_valid(&validator, &path, &json_of(toml::Value::Table(table)));
    }
    let games = games_in("tests/oracle/free", "json");
    assert!(games.len() >= 5);
    for path in games {
        assert_valid(
            &validator,
            &path,
            &serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("JSON"),
        );
    }
}

#[test]
fn generated_games_follow_the_schema() {
    use smfg::generate::{
        Interaction, MdpFamily, MdpParameters, MeanFieldFamily, MeanFieldParameters,
    };
    let parameters =
        MdpParameters { stages: 3, states: 4, actions: 2, successors: 2, decisions: 3, seed: 1 };
    let mut text = Vec::new();
    MdpFamily::new(parameters).expect("sensible sizes").write_json(&mut text).expect("memory");
    assert_valid(
        &Validator::new(),
        Path::new("generated"),
        &serde_json::from_slice(&text).expect("JSON"),
    );
    let mean_field =
        MeanFieldParameters { base: parameters, interaction: Interaction::Dynamics, aggregates: 2 };
    let mut text = Vec::new();
    MeanFieldFamily::new(mean_field)
        .expect("sensible sizes")
        .write_json(&mut text)
        .expect("memory");
    assert_valid(
        &Validator::new(),
        Path::new("generated"),
        &serde_json::from_slice(&text).expect("JSON"),
    );
}

fn base() -> Value {
    json!({
        "format": "smfg-game/1", "name": "base", "stages": 2, "states": ["a", {"name": "b", "load": "1/2"}], "actions": ["x", "y"],
        "initial": {"a": "k / 2"}, "define": {"k": 2}, "available": [{"state": "a", "actions": ["x"]}],
        "reward": [{"stage": ["0..0", 1], "action": "y", "value": "s.load * u"}],
        "transition": [{"state": "b", "to": {"a": "1/2", "b": "rest"}}],
        "leader": {"decisions": [{"name": "d", "u": 0.5}], "payoff": [{"stage": 1, "value": "crowd"}]},
        "tables": {
            "aggregates": [{"name": "crowd", "stage": 1, "denominator": 2, "sparse": [[1, 0, 1]]}],
            "reward": [
                {"times": "u", "denominator": 4, "dense": [[[1, null], [3, -1]], [[0, 0], ["2", 0]]]},
                {"time_invariant": true, "sparse": [[0, 0, "1/3"]]}
            ],
            "transition": [{"dense": [[[[0, 1], [null, null]], [[1, 0], [1, 0]]]]}],
            "leader_reward": [{"time_invariant": true, "dense": [[1, 0], [0.5, "1/3"]]}]
        }
    })
}

fn with_leader(leader: Value) -> Value {
    let mut game = base();
    game["leader"] = leader;
    for key in ["reward", "tables"] {
        game.as_object_mut().expect("an object").remove(key);
    }
    game["transition"] = json!([{"to": "a"}]);
    game
}

fn loads(game: &Value) -> bool {
    Game::parse_json(&game.to_string()).is_ok()
}

#[test]
fn every_kind_of_leader_is_accepted() {
    let validator = Validator::new();
    let process = json!({"states": ["calm", "alert"], "actions": ["stay", "go"], "initial": "calm", "transition": [{"to": {"calm": "k / 4", "alert": "rest"}}]});
    for leader in [
        json!({}),
        json!({"variables": [{"name": "my wage", "lower": 0, "upper": "k + 1", "step": "1/3"}], "constraints": ["\"my wage\" <= k"]}),
        json!({"variables": [{"name": "n", "lower": 0, "upper": 9, "integer": true}], "reward": [{"state": ["a", "b"], "value": "n"}]}),
        json!({"mixed": {"actions": ["audit", "rest"], "per_stage": true}, "payoff": [{"stage": "0..1", "value": "p[audit]"}]}),
        json!({"process": process, "payoff": [{"value": "nu[alert, go]@1"}]}),
    ] {
        let game = with_leader(leader);
        assert_valid(&validator, Path::new("leader"), &game);
        Game::parse_json(&game.to_string()).unwrap_or_else(|errors| panic!("{game}: {errors}"));
    }
}

/// What the schema refuses the library refuses.
#[test]
fn malformed_structure_is_refused() {
    let validator = Validator::new();
    assert_valid(&validator, Path::new("base"), &base());
    Game::parse_json(&base().to_string()).unwrap_or_else(|errors| panic!("{errors}"));
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 37] = [
        ("another format", |g| g["format"] = json!("smfg-game/2")),
        ("no name", |g| {
            g.as_object_mut().expect("an object").remove("name");
        }),
        ("unknown key", |g| g["rewards"] = json!([])),
        ("stages zero", |g| g["stages"] = json!(0)),
        ("stages a fraction", |g| g["stages"] = json!(1.5)),
        ("no states", |g| g["states"] = json!([])),
        ("an empty name", |g| g["actions"] = json!(["x", "y", ""])),
        ("a control character in a name", |g| g["actions"] = json!(["x", "y", "z\tz"])),
        ("attribute a list", |g| g["states"] = json!(["a", {"name": "b", "load": [1]}])),
        ("attribute that is no identifier", |g| {
            g["states"] = json!(["a", {"name": "b", "load": 1, "my load": 1}])
        }),
        ("initial a list", |g| g["initial"] = json!([1])),
        ("a definition named like a word", |g| g["define"] = json!({"k": 2, "mu": 1})),
        ("available a name", |g| g["available"] = json!([{"state": "a", "actions": "x"}])),
        ("rule without value", |g| g["reward"] = json!([{"action": "y"}])),
        ("rule with a slip", |g| g["reward"] = json!([{"sate": "a", "value": 1}])),
        ("value a boolean", |g| g["reward"] = json!([{"value": true}])),
        ("value null", |g| g["reward"] = json!([{"value": null}])),
        ("stage range malformed", |g| g["reward"] = json!([{"stage": "0.1", "value": 1}])),
        ("stage a text", |g| g["reward"] = json!([{"stage": "0", "value": 1}])),
        ("selector empty", |g| g["reward"] = json!([{"state": [], "value": 1}])),
        ("transition without to", |g| g["transition"] = json!([{"state": "a"}])),
        ("transition to nothing", |g| g["transition"] = json!([{"to": {}}])),
        ("decision without name", |g| g["leader"] = json!({"decisions": [{"u": 1}]})),
        ("no decisions", |g| g["leader"] = json!({"decisions": []})),
        ("variable without bound", |g| {
            g["leader"] = json!({"variables": [{"name": "u", "lower": 0}]})
        }),
        (
            "grid twice",
            |g| g["leader"] = json!({"variables": [{"name": "u", "lower": 0, "upper": 1, "integer": true, "step": 1}]}),
        ),
        ("two kinds of leader", |g| g["leader"]["mixed"] = json!({"actions": ["audit"]})),
        ("constraints alone", |g| g["leader"]["constraints"] = json!(["u <= 1"])),
        ("process with attributes", |g| {
            g["leader"] = json!({"process": {"states": [{"name": "c", "x": 1}], "actions": ["go"], "initial": "c", "transition": [{"to": "c"}]}});
        }),
        ("payoff of a state", |g| g["leader"]["payoff"] = json!([{"state": "a", "value": 1}])),
        ("table dense and sparse", |g| g["tables"]["reward"][1]["dense"] = json!([[0, 0], [0, 0]])),
        ("table without array", |g| g["tables"]["reward"][1] = json!({"times": "u"})),
        ("stage axis though time-invariant", |g| {
            g["tables"]["reward"][0]["time_invariant"] = json!(true)
        }),
        ("no stage axis", |g| g["tables"]["leader_reward"][0]["time_invariant"] = json!(false)),
        ("sparse entry too short", |g| g["tables"]["reward"][1]["sparse"] = json!([[0, "1/3"]])),
        ("sparse index a fraction", |g| {
            g["tables"]["reward"][1]["sparse"] = json!([[0.5, 0, "1/3"]])
        }),
        ("denominator zero", |g| g["tables"]["aggregates"][0]["denominator"] = json!(0)),
    ];
    for (name, edit) in edits {
        let mut game = base();
        edit(&mut game);
        assert!(validator.problem(&game).is_some(), "the schema accepts: {name}");
        assert!(!loads(&game), "the library accepts: {name}");
    }
}
