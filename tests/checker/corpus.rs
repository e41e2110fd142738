//! Hand-made invalid texts: edits of a valid one, each with the reason for which it is refused
//! (tests/reject).

use serde::Deserialize;
use smfg::game::Game;
use std::fs;

#[derive(Deserialize)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    /// The text itself, or
    whole: Option<String>,
    /// replacements in the valid one; `@GAME@` stands for the hash of the game, `@EOF@` for the
    /// end of the text.
    #[serde(default)]
    edits: Vec<(String, String)>,
    /// Part of the message.
    reason: String,
    /// Certificates accepted before.
    #[serde(default)]
    accepted: usize,
}

impl Case {
    fn text(&self, valid: &str, game: &Game) -> String {
        let mut text = self.whole.clone().unwrap_or_else(|| format!("{valid}@EOF@"));
        for (old, new) in &self.edits {
            let named = |name: &String| old.replace("@GAME@", name);
            let found = names(game).iter().map(named).find(|old| text.contains(old));
            let found = found.unwrap_or_else(|| panic!("{}: `{old}` does not occur", self.name));
            text = text.replacen(&found, new, 1);
        }
        named(&text.replace("@EOF@", ""), game)
    }
}

/// The hash of the game with an expression in place of the leader's reward.
fn hash_of(game: &Game, of: &str) -> Option<String> {
    game.with_objective(of).ok().map(|objective| objective.hash())
}

/// The hashes that headers name: of the game, and with the expressions of the valid bundle.
fn names(game: &Game) -> Vec<String> {
    let bundle = fs::read_to_string("tests/reject/valid.bundle").expect("a valid text");
    let expressions = bundle.lines().filter_map(|line| line.strip_prefix("of "));
    let with = expressions.filter_map(|of| hash_of(game, of));
    std::iter::once(game.hash()).chain(with).collect()
}

/// The text with the hash, in each header that names the game, of the game with the header's
/// expression in place of the leader's reward.
fn named(text: &str, game: &Game) -> String {
    let (names, hash_of) = (names(game), |of: &str| hash_of(game, of));
    let lines: Vec<&str> = text.split('\n').collect();
    let header = |from: usize| {
        let end = |line: &&&str| line.starts_with("claim") || line.starts_with("curve");
        lines[from..].iter().take_while(move |line| !end(line))
    };
    let named = lines.iter().enumerate().map(|(number, line)| {
        let ours = line.strip_prefix("game ").is_some_and(|name| names.iter().any(|n| n == name));
        if !ours {
            return line.to_string();
        }
        let of = header(number).find_map(|line| line.strip_prefix("of "));
        format!("game {}", of.and_then(hash_of).unwrap_or_else(|| game.hash()))
    });
    named.collect::<Vec<_>>().join("\n")
}

/// The game that the texts are about.
pub fn game() -> Game {
    Game::load("tests/reject/game.toml").expect("the game of the corpus")
}

/// The valid text of a file.
pub fn valid(file: &str, game: &Game) -> String {
    let text = fs::read_to_string(format!("tests/reject/{file}")).expect("a valid text");
    named(&text.replace("@GAME@", &game.hash()), game)
}

/// Every case of a list of at least `least` is refused for its reason. `refusal` gives the message
/// with which a text is refused, and how many certificates were accepted before.
pub fn assert_refused(
    list: &str,
    least: usize,
    valid: &str,
    refusal: impl Fn(&[u8]) -> Option<(String, usize)>,
) {
    let game = game();
    let text = fs::read_to_string(format!("tests/reject/{list}")).expect("the corpus");
    let corpus: Corpus = toml::from_str(&text).expect("a list of cases");
    assert!(corpus.case.len() >= least, "{} cases", corpus.case.len());
    let mut wrong = Vec::new();
    for case in corpus.case {
        match refusal(case.text(valid, &game).as_bytes()) {
            None => wrong.push(format!("{}: accepted", case.name)),
            Some((message, accepted)) => {
                if !message.contains(&case.reason) || accepted != case.accepted {
                    wrong.push(format!(
                        "{}: refused with `{message}` after {accepted}, expected `{}` after {}",
                        case.name, case.reason, case.accepted
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
