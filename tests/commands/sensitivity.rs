//! `smfg sensitivity`, `smfg solve --robust` and `smfg check --against`, as users call them.

use crate::folder::Folder;
use crate::program::{answer, keys, run};
use serde_json::{Value, json};

/// A folder with `tie` whose model is off by 1/10.
fn perturbed() -> (Folder, String) {
    let folder = Folder::new();
    let text = std::fs::read_to_string("models/tie.toml").expect("a model");
    let file = folder.file("model.toml");
    std::fs::write(&file, text.replace("\ndelta = 0\n", "\ndelta = \"1/10\"\n")).expect("written");
    (folder, file)
}

const TIE: &str = "models/tie.toml";

#[test]
fn json_against_a_second_game() {
    let (folder, model) = perturbed();
    let file = &folder.file("both.cert");
    let result = answer(&["sensitivity", &model, "--against", TIE, "--certificate", file]);
    let expected = [
        "format",
        "command",
        "game",
        "against",
        "errors",
        "epsilon",
        "class",
        "true_value",
        "naive",
        "relaxed",
        "decisions",
        "status",
        "certificate",
        "statistics",
        "termination",
    ];
    assert_eq!(keys(&result), expected);
    assert_eq!(
        (&result["format"], &result["errors"], &result["status"]),
        (&json!("smfg-sensitivity/1"), &Value::Null, &json!("exact"))
    );
    let (naive, relaxed) = (&result["naive"], &result["relaxed"]);
    assert_eq!(
        keys(naive),
        [
            "decision",
            "promised",
            "kappa",
            "omega",
            "relaxed_epsilon",
            "relaxed_value",
            "guarantee",
            "true_value",
            "true_relaxed_value",
            "loss",
            "sandwich"
        ]
    );
    assert_eq!(
        (&naive["decision"]["name"], &relaxed["decision"]["name"]),
        (&json!("risky"), &json!("safe"))
    );
    assert_eq!(
        (&naive["promised"]["lower"], &naive["kappa"], &naive["omega"]),
        (&json!("1"), &json!("1/10"), &json!("0"))
    );
    assert_eq!((&naive["loss"]["lower"], &naive["loss"]["upper"]), (&json!("1/2"), &json!("1/2")));
    assert_eq!((&relaxed["loss"]["upper"], &relaxed["guarantee"]), (&json!("0"), &json!("1/2")));
    assert_eq!((&relaxed["promised"], &relaxed["sandwich"]), (&Value::Null, &json!(true)));
    assert_eq!(result["decisions"].as_array().map(Vec::len), Some(2));
    assert_eq!(result["true_value"]["upper"], "1/2");

    // The bundle: the drift, eight certificates about two games, and what follows from them.
    let verdict = answer(&["check", &model, file, "--against", TIE]);
    assert_eq!(keys(&verdict), ["valid", "claims", "drifts", "conclusions", "reason"]);
    let concluded = |rule: &str| -> Vec<Value> {
        let all = verdict["conclusions"].as_array().expect("a list");
        all.iter().filter(|conclusion| conclusion["rule"] == rule).cloned().collect()
    };
    let risky = &concluded("loss")[1];
    assert_eq!(keys(risky), ["rule", "game_hash", "scope", "epsilon", "lower", "upper", "against"]);
    assert_eq!(
        (&risky["scope"]["name"], &risky["lower"], &risky["upper"]),
        (&json!("risky"), &json!("1/2"), &json!("1/2"))
    );
    assert_eq!(
        (&concluded("guarantee")[0]["lower"], &concluded("guarantee")[1]["lower"]),
        (&json!("1/2"), &json!("0"))
    );
    assert_eq!(
        concluded("sandwich")[1]["sandwich"],
        json!({"kappa": "1/10", "omega": "0", "below": ["0", "0"], "above": ["0", "0"]})
    );
    assert_eq!(
        (&verdict["valid"], verdict["claims"].as_array().map(Vec::len)),
        (&json!(true), Some(8))
    );
    assert_eq!(
        verdict["drifts"][0]["bounds"][1],
        json!({"scope": {"decision": 1, "name": "risky"}, "kappa": "1/10", "omega": "0"})
    );
    let hashes: std::collections::BTreeSet<&str> = verdict["claims"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|claim| claim["game_hash"].as_str())
        .collect();
    assert_eq!(hashes.len(), 2, "{hashes:?}");
    let (status, out, _) = run(&["check", &model, file]);
    assert_eq!(status, 1);
    assert!(out.contains("which is not given: `--against FILE`"), "{out}");
    let text = std::fs::read_to_string(file).expect("written");
    std::fs::write(file, text.replacen("drift decision 1 1/10 0", "drift decision 1 1/11 0", 1))
        .expect("written");
    let (status, out, _) = run(&["check", &model, file, "--against", TIE]);
    assert_eq!(status, 1);
    assert!(out.starts_with("invalid\nreason          certificate 1 of the bundle: rule drift: kappa 1/11 is not shown"), "{out}");
}

#[test]
fn radii_a_picture_and_its_certificates() {
    let folder = Folder::new();
    let (file, picture) = (&folder.file("tie.cert"), &folder.file("tie.svg"));
    let question = ["sensitivity", TIE, "--reward-error", "1/100", "--leader-error", "0.1"];
    let result = answer(&[&question[..], &["--plot", picture, "--certificate", file]].concat());
    assert_eq!(result["errors"], json!({"reward": "1/100", "transition": "0", "leader": "1/10"}));
    assert_eq!(
        (&result["against"], &result["true_value"], &result["naive"]["loss"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&result["relaxed"]["kappa"], &result["relaxed"]["guarantee"]),
        (&json!("1/50"), &json!("2/5"))
    );
    let svg = std::fs::read_to_string(picture).expect("written");
    assert!(svg.starts_with("<svg") && svg.contains("guaranteed by the relaxed decision"), "{svg}");
    // Nine sizes of the error with a drift and two certificates each join the drift and three
    // certificates of the answer.
    let verdict = answer(&["check", TIE, file]);
    let count = |key: &str| verdict[key].as_array().map(Vec::len);
    assert_eq!(
        (&verdict["valid"], count("drifts"), count("claims")),
        (&json!(true), Some(10), Some(3 + 18))
    );
    // Two guarantees each.
    assert_eq!(count("conclusions"), Some(20));
}

#[test]
fn robust_has_the_keys_of_solve_and_more() {
    let result = answer(&["solve", TIE, "--robust", "reward=1/100,leader=1/10"]);
    let expected = [
        "format",
        "command",
        "game",
        "epsilon",
        "selection",
        "class",
        "status",
        "value",
        "decision",
        "equilibrium",
        "decisions",
        "robust",
        "certificate",
        "statistics",
        "termination",
    ];
    assert_eq!(keys(&result), expected);
    assert_eq!(
        (&result["format"], &result["value"]["lower"], &result["value"]["upper"]),
        (&json!("smfg-result/1"), &json!("2/5"), &json!("2/5"))
    );
    assert_eq!(result["decision"]["name"], "safe");
    assert_eq!(
        keys(&result["robust"]),
        ["errors", "kappa", "omega", "relaxed_epsilon", "relaxed_value"]
    );
    assert_eq!(
        (&result["robust"]["relaxed_epsilon"], &result["robust"]["omega"]),
        (&json!("1/50"), &json!("1/10"))
    );
    let (status, out, _) = run(&["solve", TIE, "--robust", "reward=1/100"]);
    assert_eq!(status, 0);
    assert!(
        out.contains("guarantee       1/2 = 0.5\n")
            && out.contains("decision        safe (risk = 0)\n"),
        "{out}"
    );
}

#[test]
fn refusals_say_what_is_expected() {
    let cases: &[(&[&str], &str)] = &[
        (&["sensitivity", TIE], "--against"),
        (&["sensitivity", TIE, "--reward-error", "-1"], "expected a number at least 0"),
        (&["sensitivity", TIE, "--reward-error", "1", "--against", TIE], "cannot be used with"),
        (
            &["sensitivity", TIE, "--against", "models/adoption.toml"],
            "the two games cannot be compared: their states differ",
        ),
        (&["solve", TIE, "--robust", "rewards=1"], "found `rewards=1`, expected reward=D"),
        (
            &["solve", TIE, "--robust", "reward=1", "--selection", "optimistic"],
            "cannot be used with",
        ),
    ];
    for (arguments, message) in cases {
        let (status, out, err) = run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("error: ") && err.contains(message), "{arguments:?}: {err}");
    }
    let (status, out, _) = run(&["sensitivity", "--help"]);
    assert!(status == 0 && out.contains("Examples:\n  smfg sensitivity "), "{out}");
}
