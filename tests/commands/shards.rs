//! `smfg sweep --out DIR --shard I/N` and `smfg gather DIR`: many calls, one sweep, nobody trusted.

use crate::folder::Folder;
use crate::program::{answer, json, run};
use serde_json::Value;
use std::fs;

const WAGES: &str = "models/moral_hazard_grid.toml";
/// Values at eps = 0, 1/100 and 1/25, by hand: models/README.md.
const KNOWN: [(usize, &str); 3] = [(0, "19/20"), (1, "81/100"), (4, "16/25")];

/// Five values of epsilon from 0 to 1/25.
fn sweep(folder: &str, shard: &str) -> Value {
    let points = ["sweep", WAGES, "--epsilon", "0:1/25", "--points", "5"];
    answer(&[&points[..], &["--out", folder, "--shard", shard, "--quiet"]].concat())
}

/// Status and answer of `gather`.
fn gather(folder: &str) -> (i32, Value) {
    let (status, out, err) = run(&["gather", folder, "--format", "json", "--quiet"]);
    assert_eq!(err, "", "{out}");
    (status, json(&out))
}

fn done(result: &Value) -> Vec<(u64, &str)> {
    let points = result["points"].as_array().expect("points");
    let of = |point: &'_ Value| point["point"].as_u64().expect("a position");
    points.iter().map(|point| (of(point), point["done"].as_str().expect("a word"))).collect()
}

fn reason(result: &Value, point: usize) -> &str {
    assert_eq!(result["refused"], serde_json::json!([point]), "{result}");
    result["points"][point]["reason"].as_str().expect("a reason")
}

#[test]
fn two_shares_make_a_sweep() {
    let folder = Folder::new();
    let points = folder.file("points");
    assert_eq!(done(&sweep(&points, "1/2")), [(0, "solved"), (2, "solved"), (4, "solved")]);
    let (status, half) = gather(&points);
    assert_eq!((status, &half["missing"], &half["complete"]), (1, &json("[1, 3]"), &false.into()));

    assert_eq!(done(&sweep(&points, "2/2")), [(1, "solved"), (3, "solved")]);
    let (status, all) = gather(&points);
    assert_eq!((status, &all["missing"], &all["complete"]), (0, &json("[]"), &true.into()));
    for (point, value) in KNOWN {
        let row = &all["points"][point];
        assert_eq!((&row["lower"], &row["upper"]), (&value.into(), &value.into()), "{row}");
    }
    // What is proved is left as it is.
    assert_eq!(done(&sweep(&points, "2/2")), [(1, "skipped"), (3, "skipped")]);

    let (bundle, table) = (folder.file("all.cert"), folder.file("all.csv"));
    let files = ["--game", WAGES, "--certificate", &bundle, "--csv", &table];
    let (status, out, _) = run(&[&["gather", &points][..], &files].concat());
    assert!(status == 0 && out.contains("5 points") && out.contains("81/100"), "{out}");
    let (status, out, _) = run(&["check", WAGES, &bundle]);
    assert!(status == 0 && out.matches("proved").count() == 5, "{out}");
    assert_eq!(fs::read_to_string(&table).expect("a table").lines().count(), 6);
}

#[test]
fn false_certificates_and_answers_are_caught() {
    let folder = Folder::new();
    let points = folder.file("points");
    sweep(&points, "1/1");
    let file = |point: usize, kind: &str| format!("{points}/point-{point:05}.{kind}");
    let read = |path: &str| fs::read_to_string(path).expect("a file");
    let put = |path: &str, text: &str| fs::write(path, text).expect("written");
    let replaced = |path: &str, from: &str, to: &str| {
        let text = read(path);
        assert!(text.contains(from), "{from} is not in {text}");
        put(path, &text.replace(from, to));
    };
    // Point 1 is worth 81/100, point 2 less. Whatever is false of it is found, and nothing else.
    let (answer_file, certificate) = (file(1, "json"), file(1, "cert"));
    let (honest_answer, honest_certificate) = (read(&answer_file), read(&certificate));
    let restore = || {
        put(&answer_file, &honest_answer);
        put(&certificate, &honest_certificate);
    };
    let caught = |expected: &str| {
        let (status, result) = gather(&points);
        assert_eq!(status, 1);
        let reason = reason(&result, 1);
        assert!(reason.contains(expected), "{reason}");
        restore();
    };

    replaced(&certificate, "81/100", "82/100");
    replaced(&answer_file, "81/100", "41/50");
    caught("the certificate is refused");

    put(&certificate, &read(&file(2, "cert")));
    put(&answer_file, &read(&file(2, "json")));
    caught("another epsilon");

    replaced(&answer_file, "\"upper\": \"81/100\"", "\"upper\": \"82/100\"");
    caught("/value/upper");
    replaced(&answer_file, "\"epsilon\": \"1/100\"", "\"epsilon\": \"1/99\"");
    caught("/epsilon");
    replaced(&answer_file, "\"wage\": \"7/20\"", "\"wage\": \"2/5\"");
    caught("/decision");
    replaced(&answer_file, "\"exact\"", "\"limit\"");
    caught("/status");
    replaced(&answer_file, "\"leader_reward\": \"81/100\"", "\"leader_reward\": \"9/10\"");
    caught("leader's reward");
    replaced(&answer_file, "[\"1/10\", \"9/10\"]", "[\"1/5\", \"4/5\"]");
    caught("no equilibrium");
    put(&answer_file, "{");
    caught("cannot be read");

    fs::remove_file(&certificate).expect("removed");
    let (status, result) = gather(&points);
    assert_eq!((status, &result["missing"], &result["refused"]), (1, &json("[1]"), &json("[]")));
    // A worker that comes later does the point again.
    assert_eq!(done(&sweep(&points, "2/5")), [(1, "solved")]);
    assert_eq!(gather(&points).0, 0);
}

#[test]
fn another_game_or_question_is_refused() {
    let folder = Folder::new();
    let points = folder.file("points");
    sweep(&points, "1/5");
    let other = ["sweep", WAGES, "--epsilon", "0:1/25", "--points", "4", "--out", &points];
    let (status, out, err) = run(&other);
    assert!(status == 2 && err.contains("other points") && out.is_empty(), "{err}");
    let (status, _, err) = run(&["gather", &points, "--game", "models/tie.toml"]);
    assert!(status == 2 && err.contains("hash"), "{err}");
    // A worker who changes the game in the folder changes its hash.
    let game = format!("{points}/game.toml");
    let text = fs::read_to_string(&game).expect("the game");
    fs::write(&game, text.replace("1/4", "1/5")).expect("written");
    let (status, _, err) = run(&["gather", &points]);
    assert!(status == 2 && err.contains("hash"), "{err}");
    let (status, _, err) = run(&["gather", &folder.file("nothing")]);
    assert!(status == 2 && err.contains("plan.json"), "{err}");
}

#[test]
fn a_constant_in_shares() {
    let folder = Folder::new();
    let points = folder.file("points");
    for shard in ["1/2", "2/2"] {
        answer(&[
            "sweep",
            "models/epidemic_menu.toml",
            "--parameter",
            "beta=4/5:1:2",
            "--epsilon",
            "1/100",
            "--gap",
            "1/1000",
            "--out",
            &points,
            "--shard",
            shard,
            "--quiet",
        ]);
    }
    let (status, result) = gather(&points);
    assert_eq!(status, 0, "{result}");
    // The value at beta = 4/5, from the closed form in models/README.md.
    let row = &result["points"][0];
    let bound = |key: &str| row[key].as_f64().expect("a number");
    assert!(bound("lower_decimal") <= 0.199_546 && bound("upper_decimal") >= 0.199_544, "{row}");
    assert_ne!(row["game_hash"], result["points"][1]["game_hash"]);
}

/// The recipe for Slurm, with a stand-in for `sbatch`: a node goes down, its share is missing, and
/// is submitted again.
#[cfg(unix)]
#[test]
fn slurm_arrays() {
    use std::path::Path;
    use std::process::Command;

    let folder = Folder::new();
    let points = folder.file("points");
    let program = Path::new(env!("CARGO_BIN_EXE_smfg")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let submit = |arguments: &[&str], lost: &str| {
        let status = Command::new("sh")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("PATH", format!("{}:{path}", program.display()))
            .env("LOST_TASKS", lost)
            .arg("tests/data/sbatch")
            .args(arguments)
            .args(["examples/slurm/sweep.sbatch", WAGES, &points])
            .status();
        assert!(status.expect("a shell").success());
    };
    submit(&[], "2");
    let (status, result) = gather(&points);
    assert_eq!((status, &result["missing"]), (1, &json("[1]")));
    submit(&["--array=2"], "");
    let (status, result) = gather(&points);
    assert_eq!((status, &result["proved"]), (0, &5.into()));
}
