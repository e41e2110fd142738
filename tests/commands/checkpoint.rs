//! `--checkpoint`: what is found outlives a kill, a limit and a full disk, and is never believed.

use crate::folder::Folder;
use crate::program::{json, run, smfg};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Games by their interaction, aggregates, stages, states, actions and seed, and an epsilon: for
/// boxes in class C1, boxes in class C3, and the list of all equilibria.
const BOXES: [&str; 7] = ["general", "4", "6", "8", "3", "1", "1/200"];
const LIFTED: [&str; 7] = ["dynamics", "3", "3", "4", "3", "2", "1/50"];
const AFFINE: [&str; 7] = ["general", "2", "3", "4", "2", "3", "0"];
const CORNER: &str = "models/corner.toml";

fn generated(folder: &Folder, game: [&str; 7]) -> String {
    let file = folder.file("game.json");
    let [interaction, sizes @ .., _] = game;
    let names = ["--aggregates", "--stages", "--states", "--actions", "--seed"];
    let mut call = vec!["generate", "mean-field", "--interaction", interaction];
    names.iter().zip(sizes).for_each(|(name, size)| call.extend([*name, size]));
    call.extend(["--output", &file]);
    let (status, _, err) = run(&call);
    assert_eq!(status, 0, "{err}");
    file
}

/// Starts a call and kills it once its checkpoint is there.
fn killed(arguments: &[&str], checkpoint: &str) {
    let mut child = smfg(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let start = Instant::now();
    // A call that is faster than its first checkpoint leaves one in the end.
    while !Path::new(checkpoint).exists() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait().expect("it has ended");
}

/// The numbers of an answer: the bounds of each value, as text.
fn value(out: &str) -> Value {
    json(out)["value"].clone()
}

fn number(value: &Value) -> f64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
    match text.split_once('/') {
        Some((p, q)) => p.parse::<f64>().expect("a number") / q.parse::<f64>().expect("a number"),
        None => text.parse().expect("a number"),
    }
}

fn ends(out: &str) -> (f64, f64) {
    let found = value(out);
    let side = |name: &str| {
        let side = &found[name];
        number(side.get("exact").filter(|exact| !exact.is_null()).unwrap_or(side))
    };
    (side("lower"), side("upper"))
}

/// A call that is killed and goes on has the answer of one that is not, to the gap.
fn goes_on(game: [&str; 7]) {
    let folder = Folder::new();
    let (file, epsilon) = (folder.file("checkpoint"), game[6]);
    let game = generated(&folder, game);
    let call = ["solve", &game, "--epsilon", epsilon, "--gap", "1/10000", "--format", "json"];
    let (status, plain, _) = run(&call);
    let kept = [&call[..], &["--checkpoint", &file]].concat();
    for _ in 0..2 {
        let _ = fs::remove_file(&file);
        killed(&kept, &file);
        let (again, out, err) = run(&kept);
        assert_eq!(again, status, "{err}");
        assert!(err.contains("going on after"), "{err}");
        let (one, other) = (ends(&plain), ends(&out));
        let width = 2e-4 * one.0.abs().max(one.1.abs()).max(1.0);
        assert!(one.0 <= other.1 && other.0 <= one.1, "{one:?} {other:?}");
        assert!((one.0 - other.0).abs() <= width && (one.1 - other.1).abs() <= width);
    }
    // The answer is kept, too.
    let (again, out, err) = run(&kept);
    assert_eq!(again, status, "{err}");
    assert!(err.contains("1 answer, which is checked again"), "{err}");
    assert!(value(&out).is_object() && ends(&out).0 <= ends(&plain).1);
}

#[test]
fn boxes_of_class_c1_go_on() {
    goes_on(BOXES);
}

#[test]
fn boxes_of_class_c3_go_on() {
    goes_on(LIFTED);
}

/// An answer without times, counts of work and sizes.
fn claimed(out: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(entries) => {
                for work in ["statistics", "certificate", "vertices_found", "inductions", "nodes"] {
                    entries.remove(work);
                }
                entries.values_mut().for_each(strip);
            }
            Value::Array(entries) => entries.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut answer = json(out);
    strip(&mut answer);
    answer
}

#[test]
fn exact_answers_are_the_same_after_a_kill() {
    let folder = Folder::new();
    let game = generated(&folder, AFFINE);
    let calls: [&[&str]; 6] = [
        &["solve", "models/moral_hazard.toml", "--epsilon", "1/100"],
        &["solve", "models/tie.toml", "--epsilon", "1/10"],
        &["sweep", CORNER, "--epsilon", "0:1/5", "--width", "1/4", "--jump-precision", "1/8"],
        &["sweep", CORNER, "--parameter", "delta=0:1/10:3", "--epsilon", "1/10"],
        &["range", CORNER, "--decision", "risky", "--epsilon", "1/20"],
        &["equilibria", &game],
    ];
    for call in calls {
        let file = folder.file("checkpoint");
        let _ = fs::remove_file(&file);
        let call = [call, &["--format", "json", "--threads", "1"]].concat();
        let call = if call[0] == "equilibria" { &call[..call.len() - 2] } else { &call[..] };
        let kept = [call, &["--checkpoint", &file]].concat();
        let (status, plain, err) = run(call);
        assert!(status < 2, "{call:?}: {err}");
        killed(&kept, &file);
        let (again, out, err) = run(&kept);
        assert_eq!((again, claimed(&out)), (status, claimed(&plain)), "{call:?}: {err}");
        // The same once more, from the answer.
        let (again, out, err) = run(&kept);
        assert_eq!((again, claimed(&out)), (status, claimed(&plain)), "{call:?}: {err}");
        assert!(err.contains("going on after"), "{call:?}: {err}");
    }
}

#[test]
fn another_call_is_refused() {
    let folder = Folder::new();
    let file = folder.file("checkpoint");
    let call = |game, epsilon| ["solve", game, "--epsilon", epsilon, "--checkpoint", &file];
    assert_eq!(run(&call("models/tie.toml", "1/10")).0, 0);
    for (other, difference) in [
        (call("models/tie.toml", "1/5"), "found `epsilon 1/10`, expected `epsilon 1/5`"),
        (call(CORNER, "1/10"), "found `game sha256:"),
    ] {
        let before = fs::read(&file).expect("a checkpoint");
        let (status, out, err) = run(&other);
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("it is of another call") && err.contains(difference), "{err}");
        assert_eq!(fs::read(&file).expect("a checkpoint"), before);
    }
    let text = fs::read_to_string(&file).expect("a checkpoint");
    for (from, to, reason) in [
        ("smfg-checkpoint 1", "smfg-checkpoint 2", "this version reads"),
        ("program ", "program 9", "found `program 9"),
        ("seconds ", "seconds 1", "it is damaged"),
        ("smfg-checkpoint 1", "smfg-certificate 1", "it is no checkpoint"),
    ] {
        fs::write(&file, text.replacen(from, to, 1)).expect("written");
        let (status, out, err) = run(&call("models/tie.toml", "1/10"));
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(reason), "{err}");
    }
    // What cannot be used is replaced when asked to.
    let forced = [&call("models/tie.toml", "1/10")[..], &["--force"]].concat();
    assert_eq!(run(&forced).0, 0);
    assert_eq!(run(&call("models/tie.toml", "1/10")).0, 0);
}

/// The text of a checkpoint with another body and the sum that belongs to it.
fn forged(text: &str, change: impl Fn(&str) -> String) -> String {
    let (body, _) = text.rsplit_once("sum ").expect("a sum");
    let body = change(body);
    let sum: String =
        Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{body}sum {sum}\n")
}

#[test]
fn forged_checkpoints_cost_time_only() {
    for game in [BOXES, LIFTED] {
        let folder = Folder::new();
        let (file, epsilon) = (folder.file("checkpoint"), game[6]);
        let game = generated(&folder, game);
        let call = ["solve", &game, "--epsilon", epsilon, "--gap", "1/1000", "--format", "json"];
        let (_, plain, _) = run(&call);
        let kept = [&call[..], &["--checkpoint", &file]].concat();
        // Some limit ends the search in its midst, on a machine of any speed.
        let opened = ["0.1", "0.2", "0.4", "0.8", "1.6", "3.2"].iter().find_map(|limit| {
            let _ = fs::remove_file(&file);
            run(&[&kept[..], &["--time-limit", limit]].concat());
            fs::read_to_string(&file).ok().filter(|text| text.contains("\nopen "))
        });
        let text = opened.expect("a state");
        // Great and small numbers in place of others, and a count.
        let numbers: Vec<usize> = text
            .split(' ')
            .enumerate()
            .filter(|(_, word)| word.len() >= 15 && u64::from_str_radix(word, 16).is_ok())
            .map(|(at, _)| at)
            .collect();
        for step in 1..6 {
            let at = numbers[numbers.len() * step / 6];
            for word in ["7fe0000000000000", "c1e0000000000000", "3"] {
                let changed = forged(&text, |body| {
                    let words = body.split(' ').enumerate();
                    let one = |(i, own): (usize, &str)| {
                        if i == at { word.to_string() } else { own.to_string() }
                    };
                    words.map(one).collect::<Vec<_>>().join(" ")
                });
                fs::write(&file, changed).expect("written");
                let (status, out, err) = run(&kept);
                assert_eq!(status, 0, "word {at}, `{word}`: {err}");
                let (one, other) = (ends(&plain), ends(&out));
                assert!(one.0 <= other.1 && other.0 <= one.1, "word {at}, `{word}`");
            }
        }
    }
}

#[test]
#[cfg(unix)]
fn the_answer_stands_where_nothing_can_be_written() {
    let folder = Folder::new();
    let game = generated(&folder, LIFTED);
    let file = folder.file("checkpoint");
    // Files of at most so many blocks, as on a disk that is nearly full.
    for blocks in [0, 1, 8] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let program = env!("CARGO_BIN_EXE_smfg");
        let call = ["solve", &game, "--epsilon", "1/50", "--gap", "1/1000"];
        let output = std::process::Command::new("sh")
            .args(["-c", &script, program])
            .args(call)
            .args(["--checkpoint", &file])
            .output()
            .expect("a shell");
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.contains("value"), "{blocks}: {out} {err}");
        let written = output.status.code() == Some(0);
        assert!(written || (output.status.code() == Some(1) && err.contains("cannot write")));
        assert_eq!(written, Path::new(&file).exists(), "{blocks}: {err}");
    }
}
