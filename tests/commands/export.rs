//! `smfg export`: programmes are whole. That their optima are right is shown with other solvers, in
//! python/tests/test_export.py.

use crate::folder::Folder;
use crate::program::run;

const GAMES: [(&str, &str); 4] = [
    ("models/maintenance.toml", "none"),
    ("models/braess.toml", "toll 1/4"),
    ("models/equilibria/mckelvey_mclennan_2x2x2.toml", ""),
    ("models/epidemic.toml", "tax=3/5"),
];

fn exported(game: &str, decision: &str, format: &str) -> String {
    let mut arguments = vec!["export", game, "--format", format, "--epsilon", "1/50"];
    if !decision.is_empty() {
        arguments.extend(["--decision", decision]);
    }
    let (status, out, err) = run(&arguments);
    assert_eq!((status, err.as_str()), (0, ""), "{game}");
    out
}

#[test]
fn lp_has_every_part() {
    for (game, decision) in GAMES {
        let text = exported(game, decision, "lp");
        for part in ["Minimize\n", "Subject To\n", " budget:", " leader:", "Bounds\n", "End\n"] {
            assert!(text.contains(part), "{game} has no {part}");
        }
        assert!(text.lines().all(|line| line.len() < 500), "{game}: long lines");
    }
}

/// The counts in the header of a `.nl` file are those of its segments.
#[test]
fn nl_counts_are_right() {
    for (game, decision) in GAMES {
        let text = exported(game, decision, "nl");
        let lines: Vec<&str> = text.lines().collect();
        let number = |line: usize, field: usize| -> usize {
            let words: Vec<&str> = lines[line].split_whitespace().collect();
            words[field].parse().unwrap_or_else(|_| panic!("{}", lines[line]))
        };
        let (variables, rows, entries) = (number(1, 0), number(1, 1), number(7, 0));
        let count = |start: char| lines.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(count('C'), rows, "{game}");
        let listed: usize = lines
            .iter()
            .filter_map(|line| line.strip_prefix('J'))
            .filter_map(|rest| rest.split_whitespace().nth(1)?.parse::<usize>().ok())
            .sum();
        assert_eq!(listed, entries, "{game}");
        let bounds = lines.iter().position(|line| *line == "b").expect("bounds");
        let columns = format!("k{}", variables - 1);
        assert_eq!(lines[bounds + 1 + variables], columns, "{game}");
    }
}

#[test]
fn mistakes_and_files() {
    let folder = Folder::new();
    let (status, _, err) = run(&["export", "models/braess.toml", "--format", "lp"]);
    assert!(status == 2 && err.contains("--decision"), "{err}");
    let (status, _, err) = run(&["export", "models/braess.toml", "--format", "mps"]);
    assert!(status == 2 && err.contains("lp"), "{err}");
    let path = folder.file("tie.lp");
    let tie = ["export", "models/tie.toml", "--decision", "risky", "--format", "lp"];
    let (status, out, _) = run(&[&tie[..], &["--output", &path]].concat());
    assert!(status == 0 && out.is_empty());
    assert!(std::fs::read_to_string(&path).expect("a file").contains("Minimize"));
}
