//! `smfg solve` as users call it, and `smfg check` on what it writes.

use crate::folder::Folder;
use crate::games::long_game;
use crate::program::{json, keys, run, smfg};

const WAGES: &str = "models/moral_hazard_grid.toml";

#[test]
fn json_has_the_keys_of_the_interface() {
    let (status, out, err) =
        run(&["solve", WAGES, "--epsilon", "1/100", "--format", "json", "--threads", "1"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let result = json(&out);
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
        "certificate",
        "statistics",
        "termination",
    ];
    assert_eq!(keys(&result), expected);
    assert_eq!(keys(&result["game"]), ["name", "hash"]);
    assert_eq!(keys(&result["value"]), ["lower", "upper", "lower_decimal", "upper_decimal"]);
    assert_eq!(keys(&result["decision"]), ["name", "parameters"]);
    assert_eq!(
        keys(&result["equilibrium"]),
        ["policy", "exploitability", "leader_reward", "mixture"]
    );
    assert_eq!(keys(&result["decisions"][0]), ["name", "lower", "upper"]);
    assert_eq!(keys(&result["certificate"]), ["checked", "path", "bytes"]);
    for key in ["nodes", "lp_solves", "seconds", "check_seconds"] {
        assert!(result["statistics"][key].is_number(), "{key}");
    }
    assert_eq!(result["format"], "smfg-result/1");
    assert_eq!((&result["status"], &result["termination"]), (&"exact".into(), &"gap".into()));
    assert_eq!(
        (&result["value"]["lower"], &result["value"]["upper"]),
        (&"81/100".into(), &"81/100".into())
    );
    assert_eq!(result["value"]["lower_decimal"].to_string(), "0.81");
    assert_eq!(result["value"]["upper_decimal"].to_string(), "0.81");
    assert_eq!(result["decision"]["parameters"]["wage"], "7/20");
    // At wage 7/20 the regret of shirking is 1/10: a mass of 1/10 makes an exploitability of
    // 1/100.
    assert_eq!(result["equilibrium"]["policy"], serde_json::json!([[["1/10", "9/10"]]]));
    assert_eq!(result["equilibrium"]["exploitability"], "1/100");
    assert_eq!(result["equilibrium"]["leader_reward"], "81/100");
    assert_eq!(result["equilibrium"]["mixture"][0]["policy"], serde_json::json!([["work"]]));
    assert_eq!(result["decisions"].as_array().map(Vec::len), Some(6));
    assert_eq!(result["certificate"]["checked"], true);
}

#[test]
fn known_values_in_text() {
    let (status, out, err) = run(&["solve", "models/tie.toml"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.contains(
            "value           1/2 = 0.5\nstatus          exact\ndecision        safe (risk = 0)\n"
        ),
        "{out}"
    );
    let (_, out, _) = run(&["solve", "models/tie.toml", "--selection", "optimistic"]);
    assert!(out.contains("value           1\n"), "{out}");
    let (status, out, _) = run(&["solve", WAGES, "--epsilon", "0.04"]);
    assert_eq!(status, 0);
    assert!(out.contains("value           16/25 = 0.64\n"), "{out}");
    assert!(out.contains("certificate     checked ("), "{out}");
}

#[test]
fn followers_that_depend_on_one_another() {
    // Whether the subsidy is enough decides between no adoption and full adoption: 3/2 - 13/20.
    let (status, out, err) = run(&["solve", "models/adoption.toml"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.contains("value           17/20 = 0.85\nstatus          exact\ndecision        enough"),
        "{out}"
    );
    let (status, out, _) =
        run(&["solve", "models/adoption.toml", "--selection", "optimistic", "--format", "json"]);
    assert_eq!(status, 0);
    assert_eq!(
        (&json(&out)["value"]["lower"], &json(&out)["value"]["upper"]),
        (&"3/2".into(), &"3/2".into())
    );
}

#[test]
fn one_decision_by_name_or_parameters() {
    for given in ["wage=2/5", "wage=0.4"] {
        let (status, out, err) =
            run(&["solve", WAGES, "--epsilon", "1/100", "--decision", given, "--format", "json"]);
        assert_eq!((status, err.as_str()), (0, ""), "{given}");
        let result = json(&out);
        assert_eq!(result["value"]["lower"], "119/150", "{given}");
        assert_eq!(result["decisions"].as_array().map(Vec::len), Some(1));
        assert_eq!(result["scope"], serde_json::json!({"decision": 3, "name": "wage=2/5"}));
    }
    for given in ["nobody", "wage=1/3", "wage=x", "toll=1", ""] {
        let (status, out, err) = run(&["solve", WAGES, "--decision", given]);
        assert_eq!((status, out.as_str()), (2, ""), "{given}");
        assert!(err.starts_with("error: --decision"), "{err}");
    }
}

#[test]
fn refusals() {
    let cases: &[&[&str]] = &[
        &["solve", "models/no_such_file.toml"],
        &["solve", WAGES, "--epsilon", "abc"],
        &["solve", WAGES, "--epsilon", "-1/2"],
        &["solve", WAGES, "--epsilon", "1/0"],
        &["solve", WAGES, "--gap", "-1"],
        &["solve", WAGES, "--time-limit", "-1"],
        &["solve", WAGES, "--time-limit", "nan"],
        &["solve", WAGES, "--threads", "0"],
        &["solve", WAGES, "--precision", "0"],
        &["solve", WAGES, "--precision", "1000000"],
        &["solve", WAGES, "--selection", "realistic"],
        &["solve", WAGES, "--certificate", "no_such_folder/wage.cert"],
        &["solve", WAGES, "--certificate", "models"],
    ];
    for arguments in cases {
        let (status, out, err) = run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("error: "), "{arguments:?}: {err}");
    }
    let (_, _, err) = run(&["solve", WAGES, "--epsilon", "abc"]);
    assert!(err.contains("expected an integer, a decimal or a fraction p/q"), "{err}");
}

#[test]
fn certificates_are_written_checked_and_tamper_evident() {
    let folder = Folder::new();
    let file = folder.file("wage.cert");
    let (status, out, _) =
        run(&["solve", WAGES, "--epsilon", "1/100", "--certificate", &file, "--format", "json"]);
    assert_eq!(status, 0);
    let text = std::fs::read_to_string(&file).expect("written");
    let result = json(&out);
    assert_eq!(result["certificate"]["path"], file);
    assert_eq!(result["certificate"]["bytes"], text.len());
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "no temporary file stays"
    );
    assert_eq!(run(&["check", WAGES, &file]).0, 0);

    std::fs::write(&file, text.replace("claim 81/100 81/100", "claim 81/100 80/100"))
        .expect("written");
    let (status, out, _) = run(&["check", WAGES, &file]);
    assert_eq!(status, 1);
    assert!(out.starts_with("invalid\n"), "{out}");
    std::fs::write(&file, text.replace("epsilon 1/100", "epsilon 1/200")).expect("written");
    assert_eq!(run(&["check", WAGES, &file]).0, 1);
}

#[test]
fn limits_leave_valid_bounds() {
    let folder = Folder::new();
    let game = long_game(&folder, 400, 8);
    let file = folder.file("long.cert");
    let arguments = [
        "solve",
        &game,
        "--epsilon",
        "1/3",
        "--time-limit",
        "0.001",
        "--format",
        "json",
        "--certificate",
        &file,
    ];
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err.as_str()), (1, ""));
    let result = json(&out);
    assert_eq!(
        (&result["status"], &result["termination"]),
        (&"limit".into(), &"time_limit".into())
    );
    let decimal = |key: &str| result["value"][key].to_string().parse::<f64>().expect("a number");
    assert!(decimal("lower_decimal") < decimal("upper_decimal"));
    assert_eq!(run(&["check", &game, &file]).0, 0);
    let (status, out, _) = run(&["solve", &game, "--time-limit", "0"]);
    assert_eq!(status, 1);
    assert!(out.contains("status          limit (time limit)"), "{out}");
}

#[test]
fn generated_games_are_solved_and_checked() {
    let folder = Folder::new();
    let (game, file) = (folder.file("game.json"), folder.file("game.cert"));
    let sizes = [
        "--stages",
        "8",
        "--states",
        "40",
        "--actions",
        "3",
        "--successors",
        "4",
        "--decisions",
        "4",
        "--seed",
        "3",
    ];
    assert_eq!(run(&[&["generate", "mdp", "--output", &game], &sizes[..]].concat()).0, 0);
    let (status, out, err) =
        run(&["solve", &game, "--epsilon", "1/10", "--certificate", &file, "--format", "json"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let result = json(&out);
    assert_eq!(result["status"], "exact");
    let policy = &result["equilibrium"]["policy"];
    assert_eq!(policy.as_array().map(Vec::len), Some(8));
    assert_eq!(
        (policy[7].as_array().map(Vec::len), policy[7][39].as_array().map(Vec::len)),
        (Some(40), Some(3))
    );
    assert_eq!(run(&["check", &game, &file]).0, 0);
    let (status, text, _) = run(&["solve", &game, "--epsilon", "1/10"]);
    assert_eq!(status, 0);
    assert!(text.contains("more states reached"), "{text}");
}

#[test]
fn quiet_says_nothing_on_standard_error() {
    let folder = Folder::new();
    let game = long_game(&folder, 40, 3);
    let (status, _, err) = run(&["solve", &game, "--epsilon", "1/10", "--quiet"]);
    assert_eq!((status, err.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn an_interrupted_solve_prints_valid_bounds() {
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    // Exact rationals of this length take far longer than this test.
    let game = long_game(&folder, 3000, 7);
    let mut child =
        smfg(&["solve", &game, "--epsilon", "1/3", "--precision", "exact", "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(child.try_wait().expect("a child").is_none(), "the solve is still at work");
    let sent =
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it ends");
    let result = json(&String::from_utf8(output.stdout).expect("UTF-8"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        (&result["status"], &result["termination"]),
        (&"limit".into(), &"interrupted".into())
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted: "));
}
