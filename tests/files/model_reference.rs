//! The pages in docs/ and what refers to them: examples load, references lead somewhere.

use smfg::game::{Class, Game, classify};
use std::fs;
use std::path::{Path, PathBuf};

/// Fenced blocks of a page in one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).expect("the page");
    let fence = format!("\n```{language}\n");
    let parts = text.split(&fence).skip(1);
    parts.filter_map(|part| part.split("\n```").next()).map(str::to_string).collect()
}

#[test]
fn complete_examples_load() {
    let whole: Vec<String> = blocks("docs/model.md", "toml")
        .into_iter()
        .filter(|block| block.starts_with("format"))
        .collect();
    let [commuters] = whole.as_slice() else { panic!("one complete TOML game") };
    let game = Game::parse_toml(commuters).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((classify(&game).class, game.pairs()), (Class::C3, 10));
    let json = blocks("docs/model.md", "json");
    let [roads] = json.as_slice() else { panic!("one JSON game") };
    let game = Game::parse_json(roads).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((classify(&game).class, game.transition_entries()), (Class::C1, 5));
}

/// Fragments, put into a game that has the names they use, load too.
#[test]
fn fragments_load() {
    let fragments: Vec<String> = blocks("docs/model.md", "toml")
        .into_iter()
        .filter(|block| !block.starts_with("format"))
        .collect();
    let games: Vec<String> = fragments
        .iter()
        .filter(|text| !text.starts_with("state"))
        .map(|fragment| {
            let leader = if fragment.contains("p[audit]") { "leader.mixed = { actions = [\"audit\", \"rest\"] }\n" } else { "" };
            if fragment.contains("[[population]]") {
                return format!(
                    "format = \"smfg-game/1\"\nname = \"fragment\"\nstages = 1\n{fragment}"
                );
            }
            format!(
                "format = \"smfg-game/1\"\nname = \"fragment\"\nstages = 10\nstates = [\"home\", \"office\", \"broken\", \"ill\"]\n\
             actions = [\"bus\", \"car\", \"repair\", \"replace\"]\ninitial = \"home\"\n{leader}\
             {}{fragment}",
                if fragment.contains("[[transition]]") { "" } else { "transition = [{ to = \"home\" }]\n" },
            )
        })
        .collect();
    assert!(games.len() >= 6);
    for game in games {
        Game::parse_toml(&game).unwrap_or_else(|errors| panic!("{errors}\n{game}"));
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// `docs/page.md, equations (1) to (4)`, `table 1` and `section` in comments exist on that page.
#[test]
fn references_lead_somewhere() {
    let mut sources = Vec::new();
    for folder in ["src", "crates", "kernel/src", "claims/src"] {
        files(Path::new(folder), &mut sources);
    }
    sources.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let mut found = 0;
    for source in sources {
        // Comment signs and line ends within a reference do not matter.
        let text = fs::read_to_string(&source)
            .expect("text")
            .replace("//!", " ")
            .replace("///", " ")
            .replace("//", " ");
        let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
        for reference in text.split("docs/").skip(1) {
            let Some((page, words)) = reference.split_once(".md") else { continue };
            let path = format!("docs/{page}.md");
            let page = fs::read_to_string(&path)
                .unwrap_or_else(|_| panic!("{}: {path}", source.display()));
            let words: String =
                words.chars().take_while(|c| !".:;".contains(*c)).take(60).collect();
            found += 1;
            if words.starts_with(", equation") || words.starts_with(", statements") {
                for label in words.split('(').skip(1).filter_map(|part| part.split(')').next()) {
                    assert!(
                        page.contains(&format!("({label})")),
                        "{}: {path} has no ({label})",
                        source.display()
                    );
                }
            } else if let Some(number) = words.strip_prefix(", table ") {
                let number: String = number.chars().take_while(char::is_ascii_digit).collect();
                assert!(
                    page.contains(&format!("**Table {number}.**")),
                    "{}: {path} has no table {number}",
                    source.display()
                );
            } else if let Some(section) = words.strip_prefix(", section \"") {
                let section = section.split('"').next().unwrap_or_default();
                assert!(
                    page.contains(&format!("\n## {section}\n")),
                    "{}: {path} has no section {section}",
                    source.display()
                );
            }
        }
    }
    assert!(found >= 10);
}

/// Equations (1) to (4) are numbered on docs/model.md once each, at the end of a line.
#[test]
fn equations_are_numbered_once() {
    let text = fs::read_to_string("docs/model.md").expect("the page");
    for number in 1..=4 {
        let lines = text
            .lines()
            .filter(|line| line.starts_with("    ") && line.ends_with(&format!(" ({number})")))
            .count();
        assert_eq!(lines, 1, "({number})");
    }
}
