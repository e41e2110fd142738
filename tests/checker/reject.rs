//! Hand-made invalid certificates are refused, each for the reason written beside it.

use crate::corpus::{assert_refused, game, valid};
use crate::models::model;
use smfg::check::check;

#[test]
fn the_unedited_certificate_is_valid() {
    let game = game();
    let accepted = check(&game, valid("valid.cert", &game).as_bytes()).expect("valid");
    assert_eq!(accepted.claim.lower, accepted.claim.upper);
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let game = game();
    assert_refused("cases.toml", 50, &valid("valid.cert", &game), |text| {
        Some((check(&game, text).err()?.to_string(), 0))
    });
}

#[test]
fn a_continuum_of_decisions_is_not_covered_by_a_list() {
    let game = model("moral_hazard");
    let certificate = valid("valid.cert", &game).replace("play 1 0", "play 1");
    let rejection = check(&game, certificate.as_bytes()).expect_err("no rule for a continuum");
    assert!(
        rejection.to_string().contains("the leader of this game has a continuum"),
        "{rejection}"
    );
}

#[test]
fn rules_of_class_c0_do_not_apply_to_other_classes() {
    let game = model("adoption");
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
    let game = model("epidemic_menu");
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
