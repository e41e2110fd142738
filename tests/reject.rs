//! Hand-made invalid certificates are refused, each for the reason written beside it.

use serde::Deserialize;
use smfg::check::check;
use smfg::game::Game;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Corpus {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    /// The certificate itself, or
    whole: Option<String>,
    /// replacements in the valid one.
    #[serde(default)]
    edits: Vec<(String, String)>,
    /// Part of the message.
    reason: String,
}

fn game() -> Game {
    Game::load(Path::new("tests/reject/game.toml")).expect("the game of the corpus")
}

fn valid(game: &Game) -> String {
    fs::read_to_string("tests/reject/valid.cert").expect("the valid certificate").replace("@GAME@", &game.hash())
}

#[test]
fn the_unedited_certificate_is_valid() {
    let game = game();
    let accepted = check(&game, valid(&game).as_bytes()).expect("valid");
    assert_eq!(accepted.claim.lower, accepted.claim.upper);
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let game = game();
    let text = fs::read_to_string("tests/reject/cases.toml").expect("the corpus");
    let corpus: Corpus = toml::from_str(&text).expect("a list of cases");
    assert!(corpus.case.len() >= 50);
    let mut wrong = Vec::new();
    for case in corpus.case {
        let mut certificate = case.whole.clone().unwrap_or_else(|| valid(&game));
        for (old, new) in &case.edits {
            let old = old.replace("@GAME@", &game.hash());
            assert!(certificate.contains(&old), "{}: `{old}` does not occur", case.name);
            certificate = certificate.replacen(&old, new, 1);
        }
        match check(&game, certificate.as_bytes()) {
            Ok(_) => wrong.push(format!("{}: accepted", case.name)),
            Err(rejection) => {
                let message = rejection.to_string();
                if !message.contains(&case.reason) {
                    wrong.push(format!("{}: refused with `{message}`, expected `{}`", case.name, case.reason));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_continuum_of_decisions_is_not_covered_by_a_list() {
    let game = Game::load(Path::new("models/moral_hazard.toml")).expect("a shipped model");
    let certificate = valid(&game).replace("play 1 0", "play 1");
    let rejection = check(&game, certificate.as_bytes()).expect_err("no rule for a continuum");
    assert!(rejection.to_string().contains("the leader of this game has a continuum"), "{rejection}");
}

#[test]
fn rules_of_class_c0_do_not_apply_to_other_classes() {
    let game = Game::load(Path::new("models/adoption.toml")).expect("a shipped model");
    let certificate = format!(
        "smfg-certificate 1\ngame {}\nepsilon 0\nselection pessimistic\nscope all\nclaim 0 9\ndecision 0\nrange-bound 0\nend\n",
        game.hash()
    );
    let rejection = check(&game, certificate.as_bytes()).expect_err("the rewards depend on the population");
    assert!(rejection.to_string().contains("rule decision: the rule does not apply"), "{rejection}");
}
