//! Bundles that compare two models: accepted when the drift is what the rule yields or more,
//! refused for their reason otherwise.

use crate::models::model_with_delta;
use smfg::certificate::{DriftBound, DriftClaim, Scope, StatedError, write_bundle, write_drift};
use smfg::check::{check_bundle, check_models};
use smfg::drift::Radii;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;

fn text(claim: &DriftClaim) -> String {
    let drift = write_drift(Vec::new(), claim).expect("memory");
    String::from_utf8(write_bundle(Vec::new(), &[&drift]).expect("memory")).expect("text")
}

fn bound(scope: Scope, kappa: Rational, omega: Rational) -> DriftBound {
    DriftBound { scope, kappa, omega }
}

/// The model prefers the second action by 1/10 under `risky`; in truth followers are indifferent.
fn against(model: &Game, truth: &Game) -> DriftClaim {
    let bounds = vec![
        bound(Scope::Decision(0), ratio(0, 1), ratio(0, 1)),
        bound(Scope::Decision(1), ratio(1, 10), ratio(0, 1)),
        bound(Scope::All, ratio(1, 10), ratio(0, 1)),
        bound(Scope::Point(vec![ratio(1, 1)]), ratio(1, 9), ratio(1, 1)),
    ];
    DriftClaim { game_hash: model.hash(), error: StatedError::Against(truth.hash()), bounds }
}

/// Rewards within 1/10, transitions within 1, the leader within 1/3: 2/10 and 1/3.
fn radii(model: &Game) -> DriftClaim {
    let radii = Radii { reward: ratio(1, 10), transition: ratio(1, 1), leader: ratio(1, 3) };
    DriftClaim {
        game_hash: model.hash(),
        error: StatedError::Radii(radii),
        bounds: vec![bound(Scope::All, ratio(1, 5), ratio(1, 3))],
    }
}

#[test]
fn true_statements_are_accepted() {
    let (model, truth) = (model_with_delta("tie", "1/10"), model_with_delta("tie", "0"));
    let claim = against(&model, &truth);
    let accepted =
        check_models(&model, Some(&truth), None, text(&claim).as_bytes()).expect("valid");
    assert_eq!((accepted.drifts.as_slice(), accepted.certificates.len()), (&[claim][..], 0));
    let claim = radii(&model);
    let accepted = check_models(&model, None, None, text(&claim).as_bytes()).expect("valid");
    assert_eq!(accepted.drifts.as_slice(), std::slice::from_ref(&claim));
    // A second game that nothing is said about does no harm, and the older entry reads them too.
    assert!(check_models(&model, Some(&truth), None, text(&claim).as_bytes()).is_ok());
    assert!(check_bundle(&model, text(&claim).as_bytes()).is_ok());
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let (model, truth) = (model_with_delta("tie", "1/10"), model_with_delta("tie", "0"));
    let (compared, stated) = (text(&against(&model, &truth)), text(&radii(&model)));
    let (hash, own) = (truth.hash(), model.hash());
    let cases: [(&str, &str, &str, &str); 21] = [
        (
            &compared,
            "decision 1 1/10",
            "decision 1 99/1000",
            "rule drift: kappa 99/1000 is not shown: the rule yields 1/10",
        ),
        (&compared, "drift all 1/10", "drift all 0", "rule drift: kappa 0 is not shown"),
        (&compared, "point 1 1/9", "point 1 1/11", "rule drift: kappa 1/11 is not shown"),
        (
            &compared,
            "point 1 1/9",
            "point 3 1/9",
            "the point of the scope is no decision of the leader",
        ),
        (&compared, "decision 0 0", "decision 2 0", "the scope names decision 2, the game has 2"),
        (&compared, "decision 0 0", "decision 1 0", "rule drift: kappa 0 is not shown"),
        (
            &compared,
            &hash,
            "sha256:00",
            "compares the game with the game sha256:00, the second game given is sha256:",
        ),
        (
            &compared,
            "decision 0 0 0",
            "decision 0 0",
            "expected `all`, `decision K` or `point NUMBER ...`",
        ),
        (&compared, "decision 0 0 0", "decision x 0 0", "found `x`, expected a position"),
        (&compared, "smfg-drift 1", "smfg-drift 2", "found `smfg-drift 2`"),
        (&compared, "\nend\n", "\n", "stops before its `end` line"),
        (&compared, "\nend\n", "\nend\nend\n", "found `end`, expected `smfg-certificate 1`"),
        (
            &stated,
            "drift all 1/5",
            "drift all 1/6",
            "rule drift: kappa 1/6 is not shown: the rule yields 1/5",
        ),
        (&stated, "1/5 1/3", "1/5 1/4", "rule drift: omega 1/4 is not shown: the rule yields 1/3"),
        (&stated, "errors 1/10 1 1/3", "errors 1/5 1 1/3", "the rule yields 2/5"),
        (&stated, "errors 1/10 1 1/3", "errors 1/10 1 1/2", "the rule yields 1/2"),
        (
            &stated,
            "errors 1/10 1 1/3",
            "errors -1/10 1 1/3",
            "a radius of the model's error is negative",
        ),
        (&stated, "errors 1/10 1 1/3", "errors 1/10 1", "found 2 numbers, expected three"),
        (&stated, "errors 1/10 1 1/3\n", "", "expected `errors ...`"),
        (&stated, "drift all 1/5 1/3\n", "", "found `end`, expected `drift ...`"),
        (&stated, &own, "sha256:00", "is about the game sha256:00"),
    ];
    for (base, old, new, reason) in cases {
        assert!(base.contains(old), "`{old}` does not occur");
        let edited = base.replacen(old, new, 1);
        let refused =
            check_models(&model, Some(&truth), None, edited.as_bytes()).expect_err(&edited);
        assert!(refused.to_string().contains(reason), "`{old}` -> `{new}`: {refused}");
    }
    // Weaker statements are true as well.
    for (old, new) in [("decision 1 1/10", "decision 1 1/2"), ("drift all 1/10 0", "drift all 7 8")]
    {
        assert!(
            check_models(&model, Some(&truth), None, compared.replacen(old, new, 1).as_bytes())
                .is_ok()
        );
    }
    assert!(
        check_models(
            &model,
            None,
            None,
            stated.replacen("errors 1/10", "errors 1/11", 1).as_bytes()
        )
        .is_ok()
    );
}

#[test]
fn the_second_game_must_be_there_and_fit() {
    let (model, truth) = (model_with_delta("tie", "1/10"), model_with_delta("tie", "0"));
    let claim = against(&model, &truth);
    let refused =
        check_models(&model, None, None, text(&claim).as_bytes()).expect_err("no second game");
    assert!(refused.to_string().contains("which is not given: `--against FILE`"), "{refused}");
    let refused =
        check_models(&model, Some(&model_with_delta("tie", "1/5")), None, text(&claim).as_bytes())
            .expect_err("another second game");
    assert!(refused.to_string().contains("the second game given is"), "{refused}");
    // The other way round kappa is the same, but it is another statement.
    let refused =
        check_models(&truth, Some(&model), None, text(&claim).as_bytes()).expect_err("exchanged");
    assert!(refused.to_string().contains("is about the game"), "{refused}");
    let corner = crate::models::model("adoption");
    let claim = DriftClaim { error: StatedError::Against(corner.hash()), ..claim };
    let refused = check_models(&model, Some(&corner), None, text(&claim).as_bytes())
        .expect_err("another shape");
    assert!(
        refused.to_string().contains("the two games cannot be compared: their states differ"),
        "{refused}"
    );
}

/// Random words in place of others: what is accepted holds, by closed forms of both games.
#[test]
fn accepted_alterations_are_true() {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    let (model, truth) = (model_with_delta("tie", "1/10"), model_with_delta("tie", "0"));
    let bases = [text(&against(&model, &truth)), text(&radii(&model))];
    let words = [
        "0", "1", "2", "1/10", "1/9", "1/11", "1/5", "1/3", "-1", "all", "decision", "point",
        "end", "drift", "errors", "99/1000",
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut below = |n: usize| rng.next_u32() as usize % n;
    let (mut accepted_count, mut refused_count) = (0, 0);
    for round in 0..4000 {
        let mut lines: Vec<Vec<String>> = bases[round % 2]
            .lines()
            .map(|line| line.split(' ').map(String::from).collect())
            .collect();
        for _ in 0..1 + below(2) {
            let line = 2 + below(lines.len() - 2);
            let word = below(lines[line].len());
            lines[line][word] = words[below(words.len())].into();
        }
        let altered: String = lines.iter().map(|words| words.join(" ") + "\n").collect();
        let Ok(accepted) = check_models(&model, Some(&truth), None, altered.as_bytes()) else {
            refused_count += 1;
            continue;
        };
        accepted_count += 1;
        for claim in &accepted.drifts {
            for DriftBound { scope, kappa, omega } in &claim.bounds {
                let risky = match scope {
                    Scope::All => true,
                    Scope::Decision(index) => *index == 1,
                    Scope::Point(values) => values[0] == ratio(1, 1),
                };
                // Against the truth: (1 - x)/10 under `risky`, nothing under `safe`. Within radii:
                // one action gains, the other loses.
                let (least_kappa, least_omega) = match &claim.error {
                    StatedError::Against(_) => {
                        (if risky { ratio(1, 10) } else { ratio(0, 1) }, ratio(0, 1))
                    }
                    StatedError::Radii(radii) => {
                        (&radii.reward * ratio(2, 1), radii.leader.clone())
                    }
                };
                assert!(*kappa >= least_kappa && *omega >= least_omega, "{altered}");
            }
        }
    }
    assert!(
        accepted_count > 100 && refused_count > 1000,
        "{accepted_count} accepted, {refused_count} refused"
    );
}
