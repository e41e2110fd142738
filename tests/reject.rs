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
    fs::read_to_string("tests/reject/valid.cert")
        .expect("the valid certificate")
        .replace("@GAME@", &game.hash())
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
                    wrong.push(format!(
                        "{}: refused with `{message}`, expected `{}`",
                        case.name, case.reason
                    ));
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
    assert!(
        rejection.to_string().contains("the leader of this game has a continuum"),
        "{rejection}"
    );
}

#[test]
fn rules_of_class_c0_do_not_apply_to_other_classes() {
    let game = Game::load(Path::new("models/adoption.toml")).expect("a shipped model");
    let check_step = |step: &str| {
        let claim = "epsilon 0\nselection pessimistic\nscope decision 0\nclaim -9 9";
        check(
            &game,
            format!("smfg-certificate 1\ngame {}\n{claim}\ndecision 0\n{step}\nrange-bound -9\nrange-witness 9\nend\n", game.hash())
                .as_bytes(),
        )
    };
    // Weak enough to be true, so that only the class can be the reason.
    for (rule, step) in [
        ("dynamic-programming", "dynamic-programming -9 0 exact"),
        ("dynamic-programming", "dynamic-programming -9 1/2 rounded:64"),
        ("witness", "witness 9 exact 1\npart 1\nplay 0"),
        ("witness", "witness 9 rounded:64 2\npart 1/2\nplay 0\npart 1/2\nplay 1"),
    ] {
        let rejection = check_step(step).expect_err("the rewards depend on the population");
        let message = rejection.to_string();
        assert!(
            message.contains(&format!("rule {rule}: the rule does not apply")),
            "{step}: {message}"
        );
    }
    // The same certificate with a rule of every class in that place.
    for step in ["range-bound 0", "range-witness 3/2", "population-witness 0 1\npart 1\nplay 0"] {
        assert!(check_step(step).is_ok(), "{step}: {:?}", check_step(step));
    }
}

#[test]
fn trees_do_not_apply_where_transitions_depend_on_the_population() {
    let game = Game::load(Path::new("models/epidemic_menu.toml")).expect("a shipped model");
    let header = format!(
        "smfg-certificate 1\ngame {}\nepsilon 0\nselection pessimistic\nscope decision 0\nclaim -99 99",
        game.hash()
    );
    let certificate = |steps: &str| {
        format!("{header}\ndecision 0\n{steps}range-bound -99\nrange-witness 99\nend\n")
    };
    assert!(check(&game, certificate("").as_bytes()).is_ok());
    for (rule, steps) in [
        ("tree", "tree -99 exact\nleaf 1 - - -\n"),
        ("support-tree", "support-tree -99\nsupport-leaf 1\n"),
    ] {
        let message = check(&game, certificate(steps).as_bytes())
            .expect_err("mean-field dynamics")
            .to_string();
        assert!(message.contains(&format!("rule {rule}: the rule does not apply")), "{message}");
    }
}
