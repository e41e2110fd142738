//! `smfg sweep` and `smfg frontier` as users call them, and `smfg check` on what they write.

use crate::folder::Folder;
use crate::program::{answer, run};
use std::fs;

const WAGES: &str = "models/moral_hazard_grid.toml";

#[test]
fn help_has_examples() {
    for command in ["sweep", "frontier"] {
        let (status, out, _) = run(&[command, "--help"]);
        assert!(status == 0 && out.contains(&format!("Examples:\n  smfg {command} ")), "{out}");
    }
}

#[test]
fn a_curve_with_its_files() {
    let folder = Folder::new();
    let (certificate, csv, plot) =
        (folder.file("w.cert"), folder.file("w.csv"), folder.file("w.svg"));
    let files = ["--certificate", &certificate, "--csv", &csv, "--plot", &plot, "--points", "101"];
    let result = answer(&[&["sweep", WAGES, "--epsilon", "0:1/4"][..], &files].concat());
    assert_eq!(
        (&result["format"], &result["kind"], &result["status"]),
        (&"smfg-sweep/1".into(), &"piecewise_linear".into(), &"exact".into())
    );
    assert_eq!(result["evaluated"].as_array().expect("points").len(), 101);
    // (1 - sqrt eps)^2 at eps = 1/100 and 4/100.
    let point = |index: usize| result["evaluated"][index].clone();
    assert_eq!(
        (&point(4)["epsilon"], &point(4)["lower"], &point(4)["upper"]),
        (&"1/100".into(), &"81/100".into(), &"81/100".into())
    );
    assert_eq!((&point(16)["epsilon"], &point(16)["lower"]), (&"1/25".into(), &"16/25".into()));
    let table = fs::read_to_string(&csv).expect("a table");
    assert!(
        table.starts_with("epsilon,lower,upper,lower_decimal,upper_decimal,decision\n0,")
            && table.lines().count() == 102,
        "{table}"
    );
    assert!(table.contains("\n1/100,81/100,81/100,0.81,0.81,\n"), "{table}");
    assert!(fs::read_to_string(&plot).expect("a picture").starts_with("<svg"));
    let (status, out, _) = run(&["check", WAGES, &certificate]);
    assert!(
        status == 0 && out.starts_with("valid") && out.contains("known exactly up to epsilon 1/4"),
        "{out}"
    );
    let checked = answer(&["check", WAGES, &certificate]);
    assert_eq!(
        checked["claim"]["curve"].as_array().expect("points").len(),
        result["points"].as_array().expect("points").len()
    );
}

#[test]
fn text_shows_breakpoints_and_decisions() {
    let (status, out, _) = run(&["sweep", WAGES, "--epsilon", "0:1/4", "--quiet"]);
    assert_eq!(status, 0, "{out}");
    assert!(
        out.contains("piecewise linear") && out.contains("exact") && out.contains("wage=7/20"),
        "{out}"
    );
}

#[test]
fn a_staircase_and_its_bundle() {
    let folder = Folder::new();
    let certificate = folder.file("corner.cert");
    let result = answer(&[
        "sweep",
        "models/corner.toml",
        "--epsilon",
        "0.09:0.11",
        "--width",
        "1/20",
        "--certificate",
        &certificate,
    ]);
    assert_eq!(
        (&result["kind"], &result["jumps"].as_array().expect("jumps").len()),
        (&"staircase".into(), &1)
    );
    let (status, out, _) = run(&["check", "models/corner.toml", &certificate]);
    assert!(status == 0 && out.starts_with("valid"), "{out}");
}

/// V = max(0, 1 - cost): the constant is the leader's cost.
const COST: &str = r#"
format = "smfg-game/1"
name = "cost"
stages = 1
states = ["one"]
actions = ["only"]
initial = { one = 1 }
[define]
cost = "1/2"
twice = "2 * cost"
share = "mu[*, only]@0"
[leader]
decisions = [{ name = "act", on = 1 }, { name = "rest", on = 0 }]
[[leader.payoff]]
value = "on * (1 - twice / 2)"
"#;

#[test]
fn constants_of_the_game_file() {
    let folder = Folder::new();
    let (game, certificate) = (folder.file("cost.toml"), folder.file("cost.cert"));
    fs::write(&game, COST).expect("written");
    let result =
        answer(&["sweep", &game, "--parameter", "cost=0:2:5", "--certificate", &certificate]);
    let values: Vec<&str> = result["points"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| point["lower"].as_str().expect("text"))
        .collect();
    assert_eq!(values, ["1", "1/2", "0", "0", "0"]);
    let (status, out, _) = run(&["check", &game, &certificate]);
    assert!(status == 0 && out.contains("with cost = 1/2, the pessimistic value"), "{out}");
    // Another value of the constant is another game.
    let text = fs::read_to_string(&certificate).expect("the bundle");
    fs::write(&certificate, text.replacen("with cost 1/2", "with cost 1/3", 1)).expect("written");
    let (status, out, _) = run(&["check", &game, &certificate]);
    assert!(
        status == 1
            && out.contains("certificate 2 of the bundle")
            && out.contains("is about the game sha256"),
        "{out}"
    );
    fs::write(&certificate, text.replacen("with cost 1/2", "with costs 1/2", 1)).expect("written");
    let (status, out, _) = run(&["check", &game, &certificate]);
    assert!(status == 1 && out.contains("did you mean \"cost\""), "{out}");
    for name in ["share", "wage"] {
        let (status, _, err) = run(&["sweep", &game, "--parameter", &format!("{name}=0:1:2")]);
        assert!(status == 2 && err.contains("names a constant"), "{err}");
    }
}

#[test]
fn a_trade_off_with_its_files() {
    let folder = Folder::new();
    let (certificate, csv, plot) =
        (folder.file("p.cert"), folder.file("p.csv"), folder.file("p.svg"));
    let files = ["--certificate", &certificate, "--csv", &csv, "--plot", &plot];
    let game = "models/pigou_latency.toml";
    let result =
        answer(
            &[
                &[
                    "frontier",
                    game,
                    "--decision",
                    "toll=0",
                    "--epsilon",
                    "0:1/4",
                    "--width",
                    "1/20",
                ][..],
                &files,
            ]
            .concat(),
        );
    assert_eq!(result["format"], "smfg-frontier/1");
    assert_eq!(
        (&result["optimum"]["lower"], &result["optimum"]["upper"]),
        (&"-3/4".into(), &"-3/4".into())
    );
    assert_eq!(
        (&result["price_of_anarchy"]["lower"], &result["price_of_anarchy"]["upper"]),
        (&"4/3".into(), &"4/3".into())
    );
    assert!(fs::read_to_string(&csv).expect("a table").starts_with("side,epsilon,lower,"));
    assert!(fs::read_to_string(&plot).expect("a picture").contains("exploitability at most"));
    let (status, out, _) = run(&["check", game, &certificate]);
    assert!(status == 0 && out.starts_with("valid"), "{out}");
    for sentence in [
        "proved          the greatest value of the leader's reward in `Pigou's two links, total latency` under decision `toll 0` over all populations is -3/4 = -0.75\n",
        "proved          the price of anarchy of the leader's reward in `Pigou's two links, total latency` under decision `toll 0` at epsilon 0 is 4/3 = 1.33333333333333...\n",
    ] {
        assert!(out.contains(sentence), "{out}");
    }
    // As a cost: total latency x^2 + 1 - x.
    let cost = ["--objective", "x^2 + 1 - x", "--cost"];
    let result = answer(&[&["frontier", game, "--decision", "toll=0"][..], &cost].concat());
    assert_eq!(
        (&result["optimum"]["lower"], &result["price_of_anarchy"]["upper"]),
        (&"3/4".into(), &"4/3".into())
    );
}

#[test]
fn bad_questions() {
    for (arguments, expected) in [
        (&["sweep", WAGES, "--epsilon", "1/4:0"][..], "expected A:B with A at most B"),
        (&["sweep", WAGES, "--epsilon", "-1:0"], "at least 0"),
        (&["sweep", "models/corner.toml", "--parameter", "delta=0:1"], "expected NAME=A:B:N"),
        (
            &["sweep", "models/corner.toml", "--parameter", "delta=0:1:2", "--epsilon", "0:1"],
            "expected one number beside --parameter",
        ),
        (&["frontier", WAGES], "expected --decision"),
        (&["frontier", WAGES, "--decision", "wage=2/5", "--objective", "mu["], "--objective"),
    ] {
        let (status, out, err) = run(arguments);
        assert!(
            status == 2 && out.is_empty() && err.contains(expected),
            "{arguments:?}: {status} {out} {err}"
        );
    }
}
