//! The program as users call it: exit status, text, JSON keys, files, limits.

#![cfg(feature = "cli")]

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn smfg(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smfg"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

/// Status, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = smfg(arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit status"), text(output.stdout), text(output.stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

const WAGES: &str = "models/moral_hazard_grid.toml";

#[test]
fn help_teaches_with_examples() {
    let commands: &[&[&str]] = &[
        &["--help"],
        #[cfg(feature = "solver")]
        &["solve", "--help"],
        &["check", "--help"],
        &["info", "--help"],
        &["generate", "--help"],
        &["generate", "mdp", "--help"],
        &["generate", "mean-field", "--help"],
    ];
    for arguments in commands {
        let (status, out, err) = run(arguments);
        assert_eq!((status, err.as_str()), (0, ""), "{arguments:?}");
        assert!(out.contains("Examples:\n  smfg "), "{arguments:?}: {out}");
    }
    assert!(run(&["--help"]).1.contains("V_eps = sup over u"));
    assert_eq!(run(&["--version"]).0, 0);
    assert_eq!(run(&[]).0, 2);
    assert_eq!(run(&["unknown"]).0, 2);
}

#[test]
fn info_describes_every_class() {
    for (file, class) in [
        (WAGES, "C0"),
        ("models/adoption.toml", "C1"),
        ("models/epidemic.toml", "C3"),
        ("models/inspection.toml", "C0"),
    ] {
        let (status, out, err) = run(&["info", file, "--format", "json"]);
        assert_eq!((status, err.as_str()), (0, ""), "{file}");
        let info = json(&out);
        assert_eq!(info["format"], "smfg-info/1");
        assert_eq!(info["class"], class);
        assert!(info["game"]["hash"].as_str().is_some_and(|hash| hash.starts_with("sha256:")));
        assert!(info.get("tables").is_none());
        let (status, text, _) = run(&["info", file]);
        assert_eq!(status, 0);
        assert!(text.contains(&format!("class           {class}: ")), "{text}");
    }
}

#[test]
fn info_bounds_and_tables() {
    let info = json(&run(&["info", "models/epidemic.toml", "--format", "json", "--expand"]).1);
    assert_eq!(info["reward"]["lower"], "-1");
    assert_eq!(info["reward"]["upper"], "1");
    assert_eq!(info["reward"]["constant"], false);
    assert_eq!(info["leader_reward"]["upper"], "4/5");
    assert_eq!(info["leader_reward"]["upper_decimal"].to_string(), "0.8");
    assert_eq!(info["leader"]["parameters"][0]["name"], "tax");
    assert_eq!(info["sizes"]["pairs"], 8);
    assert_eq!(info["tables"].as_array().map(Vec::len), Some(8));
    assert_eq!(info["tables"][0]["reward"], "1 - tax");
    assert_eq!(info["tables"][0]["to"]["infected"], "4/5 * m0");
    assert_eq!(info["tables"][7]["to"], Value::Null);
    assert_eq!(info["aggregates"][0]["weights"][0], serde_json::json!(["susceptible", "out", "1"]));
    let (_, text, _) = run(&["info", "models/epidemic.toml", "--expand"]);
    assert!(
        text.contains("reward 1 - tax; leader 4/5; to susceptible 1 - 4/5 * m0, infected 4/5 * m0"),
        "{text}"
    );
}

#[test]
fn bad_input_is_status_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "format = \"smfg-game/1\"\nstages = 0\nunknown = 1\n")
        .expect("written");
    let cases: &[&[&str]] = &[
        &["info", "models/no_such_file.toml"],
        &["info", "models"],
        &["info", utf8(&broken)],
        &["check", WAGES, "no_such.cert"],
        &["check", WAGES, "models"],
        &["generate", "mdp", "--stages", "0"],
        &["generate", "mdp", "--stages", "-1"],
        &["generate", "mean-field", "--actions", "1"],
        &["generate", "mean-field", "--aggregates", "0"],
        &["generate", "mean-field", "--interaction", "dynamics", "--stages", "1"],
        &["generate", "mdp", "--output", "no_such_folder/game.json"],
    ];
    for arguments in cases {
        let (status, out, err) = run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("error: "), "{arguments:?}: {err}");
    }
    let (_, _, err) = run(&["info", utf8(&broken)]);
    assert!(err.lines().count() > 1, "every error is printed: {err}");
}

#[test]
fn generate_is_deterministic() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("game.json");
    let arguments =
        ["generate", "mdp", "--stages", "3", "--states", "4", "--actions", "2", "--seed", "5"];
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(json(&out)["format"], "smfg-game/1");
    let (status, nothing, _) = run(&[&arguments[..], &["--output", utf8(&file)]].concat());
    assert_eq!((status, nothing.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&file).expect("written"), out);
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "no temporary file stays"
    );
}

#[test]
fn generated_mean_field_games_say_their_class() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("game.json");
    for (interaction, class) in
        [("monotone", "C1"), ("crowd", "C1"), ("general", "C1"), ("dynamics", "C3")]
    {
        let sizes = [
            "--stages",
            "4",
            "--states",
            "4",
            "--actions",
            "3",
            "--aggregates",
            "2",
            "--decisions",
            "2",
            "--output",
            utf8(&file),
        ];
        assert_eq!(
            run(&[&["generate", "mean-field", "--interaction", interaction], &sizes[..]].concat())
                .0,
            0
        );
        let (status, out, _) = run(&["info", utf8(&file), "--format", "json"]);
        assert_eq!(
            (status, &json(&out)["class"]),
            (0, &Value::from(class)),
            "{interaction}: {out}"
        );
    }
}

#[test]
fn a_certificate_that_does_not_parse_is_invalid() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.cert");
    for bytes in [&b""[..], b"hello\n", b"smfg-certificate 1\ngame x\nepsilon abc\n", b"\xff\xfe\n"]
    {
        std::fs::write(&file, bytes).expect("written");
        let (status, out, err) = run(&["check", WAGES, utf8(&file)]);
        assert_eq!((status, err.as_str()), (1, ""), "{out}");
        assert!(out.starts_with("invalid\n") && out.contains("line "), "{out}");
        let (status, out, _) = run(&["check", WAGES, utf8(&file), "--format", "json"]);
        let verdict = json(&out);
        assert_eq!(status, 1);
        assert_eq!((&verdict["valid"], &verdict["claim"]), (&Value::Bool(false), &Value::Null));
        assert!(verdict["reason"].as_str().is_some_and(|reason| reason.contains("line ")));
    }
}

/// A certificate written by hand: the checker needs no solver.
#[test]
fn check_accepts_and_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tie.cert");
    let hash = json(&run(&["info", "models/tie.toml", "--format", "json"]).1)["game"]["hash"]
        .as_str()
        .expect("a hash")
        .to_string();
    let certificate = |hash: &str, lower: &str| {
        format!(
            "smfg-certificate 1\ngame {hash}\nepsilon 0\nselection pessimistic\nscope all\nclaim {lower} 1/2\n\
             decision 0\nrange-bound 1/2\nrange-witness 1/2\n\
             decision 1\nwitness 0 exact 1\npart 1\nplay 0\nend\n"
        )
    };
    std::fs::write(&file, certificate(&hash, "1/2")).expect("written");
    let (status, out, err) = run(&["check", "models/tie.toml", utf8(&file), "--format", "json"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let verdict = json(&out);
    assert_eq!(keys(&verdict), ["valid", "claim", "reason"]);
    assert_eq!(keys(&verdict["claim"]), ["lower", "upper", "epsilon", "selection", "game_hash"]);
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(verdict["claim"]["upper"], "1/2");
    let (status, out, _) = run(&["check", "models/tie.toml", utf8(&file)]);
    assert_eq!(status, 0);
    assert!(
        out.starts_with("valid\n")
            && out.contains("the pessimistic value of `tie` at epsilon 0 is 1/2 = 0.5"),
        "{out}"
    );

    std::fs::write(&file, certificate(&hash, "51/100")).expect("written");
    let (status, out, _) = run(&["check", "models/tie.toml", utf8(&file)]);
    assert_eq!(status, 1);
    assert!(
        out.starts_with("invalid\n") && out.contains("the lower bound 51/100 is not shown"),
        "{out}"
    );

    std::fs::write(&file, certificate("sha256:0", "1/2")).expect("written");
    assert_eq!(run(&["check", "models/tie.toml", utf8(&file)]).0, 1);
}

#[test]
fn a_closed_pipe_is_no_panic() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_smfg"))
        .args(["generate", "mdp", "--states", "300", "--actions", "10"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(not(feature = "solver"))]
#[test]
fn a_build_without_solver_says_so() {
    let (status, out, err) = run(&["solve", WAGES, "--epsilon", "1/100"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("error: this build has no solver"), "{err}");
    let info = json(&run(&["info", WAGES, "--format", "json"]).1);
    assert_eq!(info["solve"]["supported"], false);
    assert!(!run(&["--help"]).1.contains("\n  solve"));
}

/// A game of many stages whose rationals grow long; as TOML, so that it needs no tables.
fn long_game(folder: &Path, stages: usize, decisions: usize) -> PathBuf {
    use std::fmt::Write;
    let (states, actions) = (20, 3);
    let mut text = format!("format = \"smfg-game/1\"\nname = \"long\"\nstages = {stages}\n");
    let names = |letter: char, n: usize| {
        (0..n).map(|k| format!("\"{letter}{k}\"")).collect::<Vec<_>>().join(", ")
    };
    writeln!(
        text,
        "states = [{}]\nactions = [{}]\ninitial = {{ s0 = 1 }}\n[leader]",
        names('s', states),
        names('a', actions)
    )
    .expect("memory");
    let list: Vec<String> =
        (0..decisions).map(|k| format!("{{ name = \"d{k}\", price = \"{k}/7\" }}")).collect();
    writeln!(text, "decisions = [{}]", list.join(", ")).expect("memory");
    for state in 0..states {
        for action in 0..actions {
            let place = format!("state = \"s{state}\"\naction = \"a{action}\"");
            let (reward, leader) = ((state * 7 + action * 11) % 13, (state * 5 + action * 3) % 17);
            writeln!(text, "[[reward]]\n{place}\nvalue = \"{reward}/13 - price * {action}\"")
                .expect("memory");
            writeln!(text, "[[leader.reward]]\n{place}\nvalue = \"{leader}/17 + price\"")
                .expect("memory");
            let next = |k: usize| (state * 3 + action * 5 + k * 7 + 1) % states;
            let to = format!(
                "{{ s{} = \"331/1009\", s{} = \"257/1009\", s{} = \"rest\" }}",
                next(0),
                next(1),
                next(2)
            );
            writeln!(text, "[[transition]]\n{place}\nto = {to}").expect("memory");
        }
    }
    let path = folder.join("long.toml");
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn long_games_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let game = long_game(folder.path(), 50, 3);
    let (status, out, err) = run(&["info", utf8(&game)]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("pairs           3000"), "{out}");
}

/// On differences of (x, y, z), whose sum is 0, the masses times the rewards 2z - y, 4x - 2z, 6y -
/// 3x are x^2 - 4 y^2: one direction each way. A road whose cost grows with its traffic is
/// monotone, and the reward of one action has a potential.
#[test]
fn info_tells_the_interaction_in_class_c1() {
    for (file, kind, directions, potential) in
        [("rock_paper_scissors", "general", 1, false), ("pigou_latency", "monotone", 0, true)]
    {
        let path = format!("models/{file}.toml");
        let (status, out, err) = run(&["info", &path, "--format", "json"]);
        assert_eq!((status, err.as_str()), (0, ""));
        let structures = &json(&out)["structures"];
        assert_eq!(structures.as_array().map(Vec::len), Some(1), "{out}");
        assert_eq!(
            (&structures[0]["kind"], &structures[0]["nonconvex_directions"]),
            (&kind.into(), &directions.into())
        );
        assert_eq!(structures[0]["potential"], potential);
        let (_, text, _) = run(&["info", &path]);
        assert!(text.contains(&format!("structure       {kind}: ")), "{text}");
    }
}

#[cfg(feature = "solver")]
mod solve {
    use super::*;

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
        assert!(out.contains("value           1/2 = 0.5\nstatus          exact\ndecision        safe (risk = 0)\n"), "{out}");
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
            out.contains(
                "value           17/20 = 0.85\nstatus          exact\ndecision        enough"
            ),
            "{out}"
        );
        let (status, out, _) = run(&[
            "solve",
            "models/adoption.toml",
            "--selection",
            "optimistic",
            "--format",
            "json",
        ]);
        assert_eq!(status, 0);
        assert_eq!(
            (&json(&out)["value"]["lower"], &json(&out)["value"]["upper"]),
            (&"3/2".into(), &"3/2".into())
        );
    }

    #[test]
    fn one_decision_by_name_or_parameters() {
        for given in ["wage=2/5", "wage=0.4"] {
            let (status, out, err) = run(&[
                "solve",
                WAGES,
                "--epsilon",
                "1/100",
                "--decision",
                given,
                "--format",
                "json",
            ]);
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
        let many = std::env::temp_dir().join(format!("smfg-nine-{}.toml", std::process::id()));
        let variables: Vec<String> =
            (0..9).map(|j| format!("{{ name = \"u{j}\", lower = 0, upper = 1 }}")).collect();
        let head = "format = \"smfg-game/1\"\nname = \"nine\"\nstages = 1\nstates = [\"x\"]\nactions = [\"a\"]\ninitial = { x = 1 }\n";
        std::fs::write(&many, format!("{head}[leader]\nvariables = [{}]\n", variables.join(", ")))
            .expect("a file");
        let (status, out, err) = run(&["solve", many.to_str().expect("a path")]);
        std::fs::remove_file(&many).expect("removed");
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(
            err.starts_with("error: not supported: a leader with 9 free parameters, at most 8"),
            "{err}"
        );
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
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("wage.cert");
        let (status, out, _) = run(&[
            "solve",
            WAGES,
            "--epsilon",
            "1/100",
            "--certificate",
            utf8(&file),
            "--format",
            "json",
        ]);
        assert_eq!(status, 0);
        let text = std::fs::read_to_string(&file).expect("written");
        let result = json(&out);
        assert_eq!(result["certificate"]["path"], utf8(&file));
        assert_eq!(result["certificate"]["bytes"], text.len());
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            1,
            "no temporary file stays"
        );
        assert_eq!(run(&["check", WAGES, utf8(&file)]).0, 0);

        std::fs::write(&file, text.replace("claim 81/100 81/100", "claim 81/100 80/100"))
            .expect("written");
        let (status, out, _) = run(&["check", WAGES, utf8(&file)]);
        assert_eq!(status, 1);
        assert!(out.starts_with("invalid\n"), "{out}");
        std::fs::write(&file, text.replace("epsilon 1/100", "epsilon 1/200")).expect("written");
        assert_eq!(run(&["check", WAGES, utf8(&file)]).0, 1);
    }

    #[test]
    fn limits_leave_valid_bounds() {
        let folder = tempfile::tempdir().expect("a folder");
        let game = long_game(folder.path(), 400, 8);
        let file = folder.path().join("long.cert");
        let arguments = [
            "solve",
            utf8(&game),
            "--epsilon",
            "1/3",
            "--time-limit",
            "0.001",
            "--format",
            "json",
            "--certificate",
            utf8(&file),
        ];
        let (status, out, err) = run(&arguments);
        assert_eq!((status, err.as_str()), (1, ""));
        let result = json(&out);
        assert_eq!(
            (&result["status"], &result["termination"]),
            (&"limit".into(), &"time_limit".into())
        );
        let decimal =
            |key: &str| result["value"][key].to_string().parse::<f64>().expect("a number");
        assert!(decimal("lower_decimal") < decimal("upper_decimal"));
        assert_eq!(run(&["check", utf8(&game), utf8(&file)]).0, 0);
        let (status, out, _) = run(&["solve", utf8(&game), "--time-limit", "0"]);
        assert_eq!(status, 1);
        assert!(out.contains("status          limit (time limit)"), "{out}");
    }

    #[test]
    fn generated_games_are_solved_and_checked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (game, file) = (folder.path().join("game.json"), folder.path().join("game.cert"));
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
        assert_eq!(run(&[&["generate", "mdp", "--output", utf8(&game)], &sizes[..]].concat()).0, 0);
        let (status, out, err) = run(&[
            "solve",
            utf8(&game),
            "--epsilon",
            "1/10",
            "--certificate",
            utf8(&file),
            "--format",
            "json",
        ]);
        assert_eq!((status, err.as_str()), (0, ""));
        let result = json(&out);
        assert_eq!(result["status"], "exact");
        let policy = &result["equilibrium"]["policy"];
        assert_eq!(policy.as_array().map(Vec::len), Some(8));
        assert_eq!(
            (policy[7].as_array().map(Vec::len), policy[7][39].as_array().map(Vec::len)),
            (Some(40), Some(3))
        );
        assert_eq!(run(&["check", utf8(&game), utf8(&file)]).0, 0);
        let (status, text, _) = run(&["solve", utf8(&game), "--epsilon", "1/10"]);
        assert_eq!(status, 0);
        assert!(text.contains("more states reached"), "{text}");
    }

    #[test]
    fn quiet_says_nothing_on_standard_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let game = long_game(folder.path(), 40, 3);
        let (status, _, err) = run(&["solve", utf8(&game), "--epsilon", "1/10", "--quiet"]);
        assert_eq!((status, err.as_str()), (0, ""));
    }

    #[cfg(unix)]
    #[test]
    fn an_interrupted_solve_prints_valid_bounds() {
        use std::process::{Command, Stdio};
        let folder = tempfile::tempdir().expect("a folder");
        // Exact rationals of this length take far longer than this test.
        let game = long_game(folder.path(), 3000, 7);
        let mut child = Command::new(env!("CARGO_BIN_EXE_smfg"))
            .args([
                "solve",
                utf8(&game),
                "--epsilon",
                "1/3",
                "--precision",
                "exact",
                "--format",
                "json",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        assert!(child.try_wait().expect("a child").is_none(), "the solve is still at work");
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill runs");
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
}
