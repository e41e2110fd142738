//! `smfg import`: finite games in Gambit's normal-form format.

use crate::folder::Folder;
use crate::program::{json, run};
#[cfg(feature = "solver")]
use serde_json::Value;

/// A game file made from a text in the format `.nfg`.
fn imported(folder: &Folder, nfg: &str) -> String {
    let (source, game) = (folder.file("game.nfg"), folder.file("game.json"));
    std::fs::write(&source, nfg).expect("written");
    let (status, out, err) = run(&["import", &source, "--output", &game]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""), "{nfg}");
    game
}

/// The equilibria of an imported game, one line per vertex: the players' strategies with their
/// probabilities, sorted.
#[cfg(feature = "solver")]
fn equilibria(nfg: &str, players: u64) -> Vec<String> {
    let folder = Folder::new();
    let (status, out, err) =
        run(&["equilibria", &imported(&folder, nfg), "--format", "json", "--quiet"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let mut found = Vec::new();
    for polytope in json(&out)["polytopes"].as_array().expect("polytopes") {
        let support = polytope["support"].as_array().expect("a support");
        for vertex in polytope["vertices"].as_array().expect("vertices") {
            let masses = vertex["masses"].as_array().expect("masses").iter();
            let played = support.iter().zip(masses).filter(|(_, mass)| *mass != "0");
            let words: Vec<String> = played
                .map(|(pair, mass)| {
                    let mass = smfg::exact::parse_rational(mass.as_str().expect("a text"));
                    let probability =
                        mass.expect("a number") * smfg::exact::Rational::from(players);
                    let name = |value: &Value| value.as_str().expect("a name").to_string();
                    format!("{}:{}={probability}", name(&pair[1]), name(&pair[2]))
                })
                .collect();
            found.push(words.join(" "));
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(feature = "solver")]
const PENNIES: &str = r#"NFG 1 R "Matching pennies" { "Even" "Odd" } { { "H" "T" } { "H" "T" } }
""
1 -1 -1 1 -1 1 1 -1"#;

/// Battle of the sexes, by outcomes; one of them is outcome 0, in which nobody gets anything.
#[cfg(feature = "solver")]
const SEXES: &str = r#"NFG 1 R "Battle of the sexes" { "Ann" "Bob" }
{ { "opera" "match" }
{ "opera" "match" } }
"a comment"
{
{ "both to the opera" 3, 2 }
{ "both to the match" 2, 3 }
}
1 0 0 2"#;

#[cfg(feature = "solver")]
#[test]
fn known_equilibria() {
    assert_eq!(equilibria(PENNIES, 2), ["Even:H=1/2 Even:T=1/2 Odd:H=1/2 Odd:T=1/2"]);
    // Mixed: Ann goes to the opera with probability 3/5 (Bob is indifferent: 2 x = 3 (1 - x)).
    assert_eq!(
        equilibria(SEXES, 2),
        [
            "Ann:match=1 Bob:match=1",
            "Ann:opera=1 Bob:opera=1",
            "Ann:opera=3/5 Ann:match=2/5 Bob:opera=2/5 Bob:match=3/5",
        ]
    );
    // Decimals, fractions, numbers of strategies, names that are missing.
    let dilemma = r#"NFG 1 D "Prisoners" { "" "" } { 2 2 }
        -1.0 -1  0 -3/2  -1.5 .0  -1.25 -5/4"#;
    assert_eq!(equilibria(dilemma, 2), ["player 1:2=1 player 2:2=1"]);
    let scissors = r#"NFG 1 R "Rock, paper, scissors" { "P" "Q" }
        { { "rock" "paper" "scissors" } { "rock" "paper" "scissors" } }
        0 0 1 -1 -1 1  -1 1 0 0 1 -1  1 -1 -1 1 0 0"#;
    assert_eq!(
        equilibria(scissors, 2),
        ["P:rock=1/3 P:paper=1/3 P:scissors=1/3 Q:rock=1/3 Q:paper=1/3 Q:scissors=1/3"]
    );
}

/// The players' payoffs and their sum over all equilibria of the battle of the sexes: 3 and 2 in the
/// pure ones, 6/5 each in the mixed one.
#[cfg(feature = "solver")]
#[test]
fn payoffs_have_names() {
    let folder = Folder::new();
    let game = imported(&folder, SEXES);
    let number = |value: &Value| {
        smfg::exact::parse_rational(value.as_str().expect("a text")).expect("a number")
    };
    for name in ["Ann", "Bob"] {
        let of = format!("\"payoff of {name}\"");
        let found = json(&run(&["range", &game, "--of", &of, "--format", "json", "--quiet"]).1);
        for (end, value) in [("least", smfg::exact::ratio(6, 5)), ("greatest", 3.into())] {
            let (lower, upper) = (number(&found[end]["lower"]), number(&found[end]["upper"]));
            assert!(lower <= value && value <= upper, "{name}, {end}: {lower} to {upper}");
        }
    }
    let sum = crate::program::answer(&["range", &game, "--quiet"]);
    let ends = (&sum["least"]["lower"], &sum["greatest"]["upper"]);
    assert_eq!(ends, (&"12/5".into(), &"5".into()));
}

const THREE: &str = r#"NFG 1 R "McKelvey and McLennan" { "one" "two" "three" } { 2 2 2 } ""
9 8 12  0 0 0  0 0 0  9 8 2  0 0 0  3 4 6  3 4 6  0 0 0"#;

/// Exploitability is the mean of the players' regrets: by hand for the profile (1, 1, 2), in which
/// everybody gets 0; player one would get 3 with her second strategy, two 4 with his second, three
/// 12 with the first.
#[test]
fn exploitability_is_the_mean_regret() {
    let folder = Folder::new();
    let game = imported(&folder, THREE);
    let claim = folder.file("claim.json");
    let text = r#"{"format": "smfg-claim/1", "policy": [[[1, 0], [1, 0], [0, 1]]]}"#;
    std::fs::write(&claim, text).expect("written");
    let (_, out, err) =
        run(&["verify", &game, &claim, "--no-solve", "--format", "json", "--quiet"]);
    assert_eq!(err, "");
    assert_eq!(json(&out)["exploitability"], "19/3");
    // The profile (1, 1, 1) is an equilibrium, with the payoffs 9 + 8 + 12.
    let text = text.replace("[0, 1]", "[1, 0]");
    std::fs::write(&claim, text).expect("written");
    let (_, out, _) = run(&["verify", &game, &claim, "--no-solve", "--format", "json", "--quiet"]);
    assert_eq!(json(&out)["exploitability"], "0");
    assert_eq!(json(&out)["leader_reward"], "29");
}

/// The game of three players is the one that others wrote by hand, but for what the leader earns.
#[test]
fn three_players_give_the_game_of_the_literature() {
    let folder = Folder::new();
    let game = imported(&folder, THREE);
    let info = json(&run(&["info", &game, "--format", "json", "--expand"]).1);
    assert_eq!(info["class"], "C2");
    // 27 mu[two, 1] mu[three, 2] + 81 mu[two, 2] mu[three, 1], from payoffs 3 and 9 times 3 * 3.
    let reward = info["tables"][1]["reward"].as_str().expect("a formula");
    assert_eq!(reward, "27 * m2 * m5 + 81 * m3 * m4");
}

/// Twelve players with two strategies each: formulas of 300,000 characters.
#[test]
fn formulas_too_long_for_a_game_file() {
    let folder = Folder::new();
    let file = folder.file("twelve.nfg");
    let (names, payoffs) = (names(12), "1 ".repeat(12 << 12));
    let text = format!("NFG 1 R \"t\" {{ {names} }}\n{{ {} }} {payoffs}", "2 ".repeat(12));
    std::fs::write(&file, text).expect("written");
    let (status, out, err) = run(&["import", &file]);
    assert_eq!((status, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("from 1 is a formula of more than 100000 characters"), "{err}");
}

/// Nothing is read that has no end.
#[cfg(unix)]
#[test]
fn pipes_and_devices_are_no_games() {
    let (status, out, err) = run(&["import", "/dev/zero"]);
    assert_eq!((status, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("pipe or a device, expected a file"), "{err}");
}

/// So many different names in quotation marks.
fn names(count: usize) -> String {
    (0..count).map(|k| format!("\"p{k}\" ")).collect()
}

#[test]
fn malformed_files_have_one_error_with_its_line() {
    let folder = Folder::new();
    let head = "NFG 1 R \"g\"\n{ \"A\" \"B\" }\n{ 2 2 }\n";
    let outcomes = format!("{head}{{ {{ \"\" 1, 2 }} }}\n");
    let cases: [(String, &str); 21] = [
        (String::new(), "line 1: found the end of the file, expected `NFG`"),
        ("EFG 2 R \"tree\"".into(), "line 1: found `EFG`, expected `NFG`"),
        ("NFG 2 R".into(), "line 1: found `2`, expected the version of the format, `1`"),
        ("NFG 1 X".into(), "line 1: found `X`, expected `R` or `D`"),
        ("NFG 1 R title".into(), "line 1: found `title`, expected the title"),
        ("NFG 1 R \"title".into(), "line 1: found a text without closing quotation mark"),
        ("NFG 1 R \"t\"\n{ }\n{ }".into(), "line 2: found no players"),
        (
            "NFG 1 R \"t\"\n{ \"A\" \"A\" }\n{ 1 1 } 0 0".into(),
            "line 2: player \"A\" is there twice",
        ),
        (
            "NFG 1 R \"t\" { \"A\" }\n\n{ 0 }".into(),
            "line 3: found `0`, expected a number of strategies",
        ),
        ("NFG 1 R \"t\" { \"A\" }\n{ { } }".into(), "player A: found no strategies"),
        (
            "NFG 1 R \"t\" { \"A\" }\n{ { \"x\" \"x\" } } 1 2".into(),
            "strategy \"x\" is there twice",
        ),
        (
            "NFG 1 R \"t\" { \"A\" \"B\" }\n{ 2 }".into(),
            "line 2: found `}`, expected the strategies of B",
        ),
        ("NFG 1 R \"t\" { \"A\" \"B\" }\n{ 500 500 }".into(), "more than 20000 profiles"),
        // Few digits for very many names: refused before they are made.
        (
            format!("NFG 1 R \"t\" {{ {} }}\n{{ {} }}", names(60), "20000 ".repeat(60)),
            "more than 20000 profiles",
        ),
        (
            format!("NFG 1 R \"t\" {{ {} }}\n{{ {} }}", names(66), "1 ".repeat(66)),
            "more than 65 players",
        ),
        (format!("{head}1 2 3 4\n5 6 7"), "line 5: found the end of the file, expected a payoff"),
        (format!("{head}1 2 3 4\n5 6 7 x8"), "line 5: a payoff: found `x8`"),
        (
            format!("{head}1 2 3 4 5 6 7 8\n9"),
            "line 5: found `9`, expected the end, after 4 profiles",
        ),
        (format!("{outcomes}1 1 1\n2"), "line 6: found outcome 2, expected a number from 0 to 1"),
        (
            format!("{outcomes}1 1 1"),
            "line 5: found the end of the file, expected 4 numbers of outcomes",
        ),
        (format!("{head}{{ {{ \"\" 1 }} }} 0 0 0 0"), "line 4: found `}`, expected a payoff"),
    ];
    for (text, message) in cases {
        let file = folder.file("broken.nfg");
        std::fs::write(&file, &text).expect("written");
        let (status, out, err) = run(&["import", &file]);
        assert_eq!((status, out.as_str()), (2, ""), "{text}");
        assert!(err.starts_with(&format!("error: {file}, ")) && err.contains(message), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    std::fs::write(folder.file("broken.nfg"), b"NFG\n\xff").expect("written");
    let (status, _, err) = run(&["import", &folder.file("broken.nfg")]);
    assert!(status == 2 && err.contains("line 2: found bytes that are no text"), "{err}");
    assert_eq!(run(&["import", &folder.file("missing.nfg")]).0, 2);
}

/// Completions and pages name every command.
#[test]
fn completions_and_pages() {
    for shell in ["bash", "zsh", "fish"] {
        let (status, out, err) = run(&["completions", shell]);
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("import") && out.contains("generate"), "{shell}");
    }
    assert_eq!(run(&["completions", "unknown"]).0, 2);
    let folder = Folder::new();
    let pages = folder.file("man");
    assert_eq!(run(&["man", &pages]), (0, String::new(), String::new()));
    let page = std::fs::read_to_string(folder.file("man/smfg-check.1")).expect("a page");
    assert!(page.contains("certificate"), "{page}");
}
