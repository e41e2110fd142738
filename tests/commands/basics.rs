//! `smfg info`, `generate` and `check`, and what holds for every command: help, exit status, errors.

use crate::folder::Folder;
use crate::games::long_game;
use crate::program::{json, keys, run, smfg};
use serde_json::Value;

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
        &["import", "--help"],
        &["generate", "mdp", "--help"],
        &["generate", "mean-field", "--help"],
        &["generate", "grid", "--help"],
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
    let folder = Folder::new();
    let broken = folder.file("broken.toml");
    std::fs::write(&broken, "format = \"smfg-game/1\"\nstages = 0\nunknown = 1\n")
        .expect("written");
    let cases: &[&[&str]] = &[
        &["info", "models/no_such_file.toml"],
        &["info", "models"],
        &["info", &broken],
        &["check", WAGES, "no_such.cert"],
        &["check", WAGES, "models"],
        &["generate", "mdp", "--stages", "0"],
        &["generate", "mdp", "--stages", "-1"],
        &["generate", "mean-field", "--actions", "1"],
        &["generate", "mean-field", "--aggregates", "0"],
        &["generate", "grid", "--rows", "0"],
        &["generate", "grid", "--slip", "11/10"],
        &["generate", "grid", "--congestion", "-1"],
        &["generate", "mean-field", "--interaction", "dynamics", "--stages", "1"],
        &["generate", "mdp", "--output", "no_such_folder/game.json"],
    ];
    for arguments in cases {
        let (status, out, err) = run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("error: "), "{arguments:?}: {err}");
    }
    let (_, _, err) = run(&["info", &broken]);
    assert!(err.lines().count() > 1, "every error is printed: {err}");
}

#[test]
fn generate_is_deterministic() {
    let folder = Folder::new();
    let file = folder.file("game.json");
    let arguments =
        ["generate", "mdp", "--stages", "3", "--states", "4", "--actions", "2", "--seed", "5"];
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(json(&out)["format"], "smfg-game/1");
    let (status, nothing, _) = run(&[&arguments[..], &["--output", &file]].concat());
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
    let folder = Folder::new();
    let file = folder.file("game.json");
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
            "--force",
            "--output",
            &file,
        ];
        assert_eq!(
            run(&[&["generate", "mean-field", "--interaction", interaction], &sizes[..]].concat())
                .0,
            0
        );
        let (status, out, _) = run(&["info", &file, "--format", "json"]);
        assert_eq!(
            (status, &json(&out)["class"]),
            (0, &Value::from(class)),
            "{interaction}: {out}"
        );
    }
}

#[test]
fn a_certificate_that_does_not_parse_is_invalid() {
    let folder = Folder::new();
    let file = folder.file("bad.cert");
    for bytes in [&b""[..], b"hello\n", b"smfg-certificate 1\ngame x\nepsilon abc\n", b"\xff\xfe\n"]
    {
        std::fs::write(&file, bytes).expect("written");
        let (status, out, err) = run(&["check", WAGES, &file]);
        assert_eq!((status, err.as_str()), (1, ""), "{out}");
        assert!(out.starts_with("invalid\n") && out.contains("line "), "{out}");
        let (status, out, _) = run(&["check", WAGES, &file, "--format", "json"]);
        let verdict = json(&out);
        assert_eq!(status, 1);
        assert_eq!((&verdict["valid"], &verdict["claim"]), (&Value::Bool(false), &Value::Null));
        assert!(verdict["reason"].as_str().is_some_and(|reason| reason.contains("line ")));
    }
}

/// A certificate written by hand: the checker needs no solver.
#[test]
fn check_accepts_and_refuses() {
    let folder = Folder::new();
    let file = folder.file("tie.cert");
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
    let (status, out, err) = run(&["check", "models/tie.toml", &file, "--format", "json"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let verdict = json(&out);
    assert_eq!(keys(&verdict), ["valid", "claim", "reason"]);
    assert_eq!(keys(&verdict["claim"]), ["lower", "upper", "epsilon", "selection", "game_hash"]);
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(verdict["claim"]["upper"], "1/2");
    let (status, out, _) = run(&["check", "models/tie.toml", &file]);
    assert_eq!(status, 0);
    assert!(
        out.starts_with("valid\n")
            && out.contains("the pessimistic value of `tie` at epsilon 0 is 1/2 = 0.5"),
        "{out}"
    );

    std::fs::write(&file, certificate(&hash, "51/100")).expect("written");
    let (status, out, _) = run(&["check", "models/tie.toml", &file]);
    assert_eq!(status, 1);
    assert!(
        out.starts_with("invalid\n") && out.contains("the lower bound 51/100 is not shown"),
        "{out}"
    );

    std::fs::write(&file, certificate("sha256:0", "1/2")).expect("written");
    assert_eq!(run(&["check", "models/tie.toml", &file]).0, 1);
}

#[test]
fn a_closed_pipe_is_no_panic() {
    use std::process::Stdio;
    let mut child = smfg(&["generate", "mdp", "--states", "300", "--actions", "10"])
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

#[test]
fn long_games_are_read() {
    let folder = Folder::new();
    let game = long_game(&folder, 50, 3);
    let (status, out, err) = run(&["info", &game]);
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

/// A payoff of 1/(10^1500 + 1): its digits are printed where they are asked for, else it is
/// enclosed.
#[cfg(feature = "solver")]
#[test]
fn long_fractions_are_enclosed_or_spelled() {
    let folder = Folder::new();
    let fraction = format!("1/1{}1", "0".repeat(1499));
    let game = format!(
        "format = \"smfg-game/1\"\nname = \"tiny\"\nstages = 1\nstates = [\"s\"]\n\
         actions = [\"a\"]\ninitial = {{ s = 1 }}\n[[leader.reward]]\nvalue = \"{fraction}\"\n"
    );
    let file = folder.file("tiny.toml");
    std::fs::write(&file, game).expect("written");
    for command in ["solve", "range"] {
        let asked = [command, file.as_str(), "--quiet"];
        let (status, text, _) = run(&asked);
        assert!(status == 0 && text.len() < 3000, "{text}");
        assert!(text.contains("[9.99999999999999e-1501, 1e-1500]..."), "{text}");
        assert!(text.contains("--exact prints it"), "{text}");
        let (_, text, _) = run(&[&asked[..], &["--exact"]].concat());
        assert!(text.contains(&fraction) && !text.contains("--exact prints it"), "{text}");

        let value =
            |answer: &Value| answer[if command == "solve" { "value" } else { "least" }].clone();
        let json = [&asked[..], &["--format", "json"]].concat();
        let (_, text, _) = run(&json);
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer["status"], "exact");
        assert_eq!(value(&answer)["lower"], "9.99999999999999e-1501");
        assert_eq!(value(&answer)["upper"], "1e-1500");
        let (_, text, _) = run(&[&json[..], &["--exact"]].concat());
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value(&answer)["lower"], fraction.as_str());
        assert_eq!(value(&answer)["upper"], fraction.as_str());
    }
    let rewards = run(&["info", &file, "--format", "json"]).1;
    assert!(rewards.contains("\"lower\": \"9.99999999999999e-1501\""), "{rewards}");
}
