//! `smfg range`, `--decision` at a point, and `smfg check` on bundles, as users call them.

use crate::folder::Folder;
use crate::program::{answer, keys, run};
use serde_json::{Value, json};
use std::sync::Arc;

const WAGES: &str = "models/moral_hazard_grid.toml";
const WAGE: &str = "models/moral_hazard.toml";

#[test]
fn help_has_examples() {
    let (status, out, _) = run(&["range", "--help"]);
    assert_eq!(status, 0);
    assert!(out.contains("Examples:\n  smfg range ") && out.contains("mu[infected]@3"), "{out}");
}

#[test]
fn json_has_the_keys_of_the_interface() {
    // At wage 2/5 the regret of shirking is 3/20, so a share of 1/15 may shirk.
    let result = answer(&["range", WAGES, "--decision", "wage=2/5", "--epsilon", "1/100"]);
    let expected = [
        "format",
        "command",
        "game",
        "epsilon",
        "class",
        "decision",
        "of",
        "least",
        "greatest",
        "status",
        "certificate",
        "statistics",
        "termination",
    ];
    assert_eq!(keys(&result), expected);
    assert_eq!(
        keys(&result["least"]),
        ["lower", "upper", "lower_decimal", "upper_decimal", "status", "equilibrium"]
    );
    assert_eq!(result["format"], "smfg-range/1");
    assert_eq!(
        (&result["epsilon"], &result["status"], &result["of"]),
        (&"1/100".into(), &"exact".into(), &Value::Null)
    );
    assert_eq!(
        (&result["least"]["lower"], &result["least"]["upper"]),
        (&"119/150".into(), &"119/150".into())
    );
    assert_eq!(
        (&result["greatest"]["lower"], &result["greatest"]["upper"]),
        (&"17/20".into(), &"17/20".into())
    );
    assert_eq!(result["greatest"]["upper_decimal"].to_string(), "0.85");
    assert_eq!(result["least"]["equilibrium"]["policy"], json!([[["1/15", "14/15"]]]));
    assert_eq!(result["least"]["equilibrium"]["leader_reward"], "119/150");
    assert_eq!(result["decision"], json!({"name": "wage=2/5", "parameters": {"wage": "2/5"}}));
    assert_eq!(keys(&result["certificate"]), ["checked", "path", "bytes"]);
}

#[test]
fn an_expression_and_its_bundle() {
    let folder = Folder::new();
    let file = &folder.file("work.cert");
    let question = [
        "range",
        WAGES,
        "--decision",
        "wage=2/5",
        "--epsilon",
        "0.01",
        "--of",
        "2 * mu[*, work]@0 - wage",
    ];
    let result = answer(&[&question[..], &["--certificate", file]].concat());
    assert_eq!(
        (&result["least"]["lower"], &result["greatest"]["upper"]),
        (&"22/15".into(), &"8/5".into())
    );
    assert_eq!(result["of"], "2 * mu[*, work]@0 - wage");
    assert_eq!(result["least"]["equilibrium"]["value"], "22/15");
    assert_eq!(result["certificate"]["path"], *file);
    let text = std::fs::read_to_string(file).expect("written");
    assert!(text.starts_with("smfg-bundle 1\nsmfg-certificate 1\n"), "{text}");
    assert_eq!(result["certificate"]["bytes"].as_u64(), Some(text.len() as u64));

    let verdict = answer(&["check", WAGES, file]);
    assert_eq!(keys(&verdict), ["valid", "claims", "reason"]);
    assert_eq!((&verdict["valid"], &verdict["reason"]), (&Value::Bool(true), &Value::Null));
    let claims = verdict["claims"].as_array().expect("a list");
    assert_eq!(claims.len(), 2);
    assert_eq!(
        keys(&claims[0]),
        ["lower", "upper", "epsilon", "selection", "game_hash", "scope", "of"]
    );
    assert_eq!(
        (&claims[1]["selection"], &claims[1]["lower"]),
        (&"optimistic".into(), &"8/5".into())
    );
    let (status, out, _) = run(&["check", WAGES, file]);
    assert_eq!(status, 0);
    let sentence = "proved          the optimistic value of `2 * mu[*, work]@0 - wage` in `moral hazard, wage list` under decision `wage=2/5` \
                    at epsilon 1/100 = 0.01 is 8/5 = 1.6\n";
    assert!(
        out.starts_with("valid\nproved          the pessimistic value of `2 *")
            && out.contains(sentence),
        "{out}"
    );

    // The second certificate claims too much: the first stays proved.
    std::fs::write(file, text.replace("claim 8/5 8/5", "claim 17/10 17/10")).expect("written");
    let (status, out, err) = run(&["check", WAGES, file, "--format", "json"]);
    assert_eq!((status, err.as_str()), (1, ""));
    let verdict: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (&verdict["valid"], verdict["claims"].as_array().map(Vec::len)),
        (&Value::Bool(false), Some(1))
    );
    assert!(
        verdict["reason"].as_str().is_some_and(
            |reason| reason.starts_with("certificate 2 of the bundle: the lower bound 17/10")
        ),
        "{out}"
    );
    let (status, out, _) = run(&["check", WAGES, file]);
    assert_eq!(status, 1);
    assert!(
        out.starts_with("invalid\nproved ")
            && out.contains("\nreason          certificate 2 of the bundle: "),
        "{out}"
    );
    assert!(out.contains("\nnot proved      the optimistic value of"), "{out}");
    assert_eq!(run(&["check", "models/tie.toml", file]).0, 1);
}

#[test]
fn a_point_of_an_interval() {
    for given in ["wage=7/20", "wage = 0.35"] {
        let result = answer(&["range", WAGE, "--decision", given, "--epsilon", "1/100"]);
        assert_eq!(
            (&result["least"]["lower"], &result["greatest"]["lower"]),
            (&"81/100".into(), &"9/10".into())
        );
        assert_eq!(result["decision"], json!({"name": null, "parameters": {"wage": "7/20"}}));
        let result = answer(&["solve", WAGE, "--decision", given, "--epsilon", "1/100"]);
        assert_eq!(
            (&result["value"]["lower"], &result["value"]["upper"]),
            (&"81/100".into(), &"81/100".into())
        );
        assert_eq!(result["scope"], json!({"point": {"wage": "7/20"}}));
        assert_eq!(result["decision"]["parameters"]["wage"], "7/20");
        assert_eq!(result["decisions"], json!([]));
    }
    let (status, out, _) = run(&["solve", WAGE, "--decision", "wage=7/20", "--epsilon", "1/100"]);
    assert_eq!(status, 0);
    assert!(out.contains("decision        wage = 7/20 = 0.35, the only one considered\n"), "{out}");
    // Names with brackets, in any order.
    let result = answer(&[
        "range",
        "models/inspection.toml",
        "--decision",
        "p[rest]@0=2/5, p[inspect]@0=3/5",
        "--epsilon",
        "1/50",
    ]);
    assert_eq!(
        (&result["least"]["lower"], &result["greatest"]["lower"]),
        (&"-7/10".into(), &"-3/5".into())
    );
}

#[test]
fn text_names_both_ends() {
    let (status, out, err) =
        run(&["range", "models/tie.toml", "--decision", "risky", "--of", "mu[*, second]@0"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = "decision        risky (risk = 1)\nrange of        mu[*, second]@0\nleast           0\ngreatest        1\nstatus          exact\n";
    assert!(out.contains(expected), "{out}");
    assert!(
        out.contains("equilibrium     with the least value\n")
            && out.contains("equilibrium     with the greatest value\n"),
        "{out}"
    );
}

#[test]
fn refusals_say_what_is_expected() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["range", WAGES],
            "the answer is about one decision: expected --decision with one of wage=1/4, wage=3/10,",
        ),
        (
            &["range", WAGE],
            "the answer is about one decision: expected --decision with a number per parameter: wage=...",
        ),
        (
            &["range", WAGES, "--decision", "wage=1/3"],
            "no such decision, expected one of wage=1/4,",
        ),
        (
            &["range", WAGE, "--decision", "wage=3/2"],
            "wage = 3/2, expected a number between 0 and 5/4",
        ),
        (&["range", WAGE, "--decision", "toll=1"], "no such decision, expected wage=..."),
        (&["range", WAGE, "--decision", "wage=1,wage=1"], "no such decision, expected wage=..."),
        (&["range", WAGE, "--decision", "wage=x"], "--decision wage=x: found `x`"),
        (
            &["solve", WAGE, "--decision", "wage=-1"],
            "wage = -1, expected a number between 0 and 5/4",
        ),
        (
            &["range", "models/inspection.toml", "--decision", "p[inspect]@0=1/2"],
            "found no value for p[rest]@0",
        ),
        (
            &["range", "models/inspection.toml", "--decision", "p[inspect]@0=1/2,p[rest]@0=1/3"],
            "constraint 1 does not hold: 5/6 is not = 1",
        ),
        (
            &["range", WAGES, "--decision", "wage=2/5", "--of", "mu[*, work]"],
            "--of \"mu[*, work]\": column 1: the current stage is not",
        ),
        (
            &["range", WAGES, "--decision", "wage=2/5", "--of", "1 +\n mu[x]@0"],
            "--of \"1 +  mu[x]@0\": column 9: no state is named `x`",
        ),
        (
            &["range", WAGES, "--decision", "wage=2/5", "--of", "a.effort"],
            "column 1: `a.effort` needs an action",
        ),
        (
            &["range", WAGES, "--decision", "wage=2/5", "--epsilon", "-1"],
            "expected a number at least 0",
        ),
    ];
    for (arguments, message) in cases {
        let (status, out, err) = run(arguments);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("error: ") && err.contains(message), "{arguments:?}: {err}");
    }
}

#[test]
fn an_expression_over_lines_is_one_line_of_the_certificate() {
    let folder = Folder::new();
    let file = &folder.file("work.cert");
    let of = "mu[*, work]@0\n  - 1";
    let result = answer(&[
        "range",
        WAGES,
        "--decision",
        "wage=2/5",
        "--epsilon",
        "1/100",
        "--of",
        of,
        "--certificate",
        file,
    ]);
    assert_eq!(result["least"]["lower"], "-1/15");
    assert_eq!(run(&["check", WAGES, file]).0, 0);
}

#[test]
fn a_time_limit_gives_bounds_and_status_1() {
    let arguments = [
        "range",
        "models/queue_tolls.toml",
        "--decision",
        "free",
        "--epsilon",
        "1/4",
        "--time-limit",
        "0",
    ];
    let name = std::fs::read_to_string("models/queue_tolls.toml").expect("a model");
    let name = name
        .split("decisions = [")
        .nth(1)
        .and_then(|rest| rest.split("name = \"").nth(1))
        .and_then(|rest| rest.split('"').next());
    let arguments =
        arguments.map(|word| if word == "free" { name.expect("a decision") } else { word });
    let folder = Folder::new();
    let file = &folder.file("loose.cert");
    let (status, out, _) = run(&[&arguments[..], &["--certificate", file]].concat());
    assert_eq!(status, 1, "{out}");
    assert!(
        out.contains("status          limit (time limit)") && out.contains("least           in ["),
        "{out}"
    );
    assert_eq!(run(&["check", "models/queue_tolls.toml", file]).0, 0);
}

#[test]
fn logs_of_bundles_are_accepted_by_the_kernel_alone() {
    let folder = Folder::new();
    let (bundle, log) = (folder.file("bundle"), folder.file("log"));
    let wages = ["--decision", "wage=2/5", "--epsilon", "1/100"];
    let question = [&["range", WAGES, "--certificate", &bundle][..], &wages].concat();
    assert_eq!(run(&question).0, 0);
    let (status, _, said) = run(&["check", WAGES, &bundle, "--log", &log]);
    assert_eq!(status, 0, "{said}");
    let (_, listing, _) = run(&["info", WAGES, "--listing"]);
    let listing = Arc::new(smfg_kernel::read_listing(listing.as_bytes()).unwrap());
    let mut claims = Vec::new();
    let text = std::fs::read(&log).unwrap();
    smfg_kernel::check_log(&listing, text.as_slice(), |claim| {
        claims.push((claim.pessimistic(), claim.lower().to_string(), claim.upper().to_string()));
    })
    .unwrap();
    // Shirking costs 3/20, so that a share of 1/15 may shirk: 17/20 less 1/15 of it.
    let end = |least, value: &str| (least, value.to_string(), value.to_string());
    assert_eq!(claims, [end(true, "119/150"), end(false, "17/20")]);
}

#[test]
fn what_has_no_log_is_said() {
    let folder = Folder::new();
    let (bundle, log) = (folder.file("bundle"), folder.file("log"));
    assert_eq!(run(&["sweep", WAGES, "--epsilon", "0:1/10", "--certificate", &bundle]).0, 0);
    let (status, verdict, said) = run(&["check", WAGES, &bundle, "--log", &log]);
    assert_eq!(status, 2);
    assert!(verdict.contains("valid"), "{verdict}");
    assert!(said.contains("no log is written"), "{said}");
    assert!(!std::path::Path::new(&log).exists());
}
