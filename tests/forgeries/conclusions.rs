//! Conclusions of bundles: accepted where they follow, refused for their reason where they do not,
//! and never false after alterations.
//!
//! Expected values are those of models/README.md: closed forms of `tie`, `corner` and
//! `pigou_latency`, and 4/3 for Braess's network without toll.
use crate::dice::below;
use crate::models::{model, model_with_delta};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use smfg::analysis::frontier::{FrontierOutcome, frontier, greatest_exploitability};
use smfg::analysis::sensitivity::{robust, sensitivity};
use smfg::analysis::sweep::Resolution;
use smfg::certificate::{
    Conclusion, ConclusionClaim, DriftBound, DriftClaim, PriceKind, Scope, Selection, Sense,
    StatedError, write_bundle, write_conclusions, write_drift,
};
use smfg::check::{AcceptedBundle, check_models};
use smfg::drift::{ModelError, Radii};
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, solve};

fn zero() -> Rational {
    Rational::ZERO
}

fn text(bundle: Vec<u8>) -> String {
    String::from_utf8(bundle).expect("text")
}

/// The bundle of `sensitivity` about a model with an error and the truth.
fn compared(name: &str, delta: &str, epsilon: Rational) -> (Game, Game, String) {
    let (game, truth) = (model_with_delta(name, delta), model_with_delta(name, "0"));
    let found = sensitivity(&game, &ModelError::Against(&truth), &Settings::new(epsilon))
        .expect("an answer");
    (game, truth, text(found.certificate))
}

fn followed(name: &str, to: Rational) -> (Game, FrontierOutcome) {
    let game = model(name);
    let settings = Settings { decision: Some(0), ..Settings::new(zero()) };
    let resolution = Resolution { width: ratio(1, 5), ..Resolution::default() };
    let outcome = frontier(&game, &settings, (&zero(), &to), &resolution, false).expect("solved");
    (game, outcome)
}

fn whole(outcome: &FrontierOutcome) -> String {
    text(write_bundle(Vec::new(), &outcome.elements()).expect("memory"))
}

/// The elements of a bundle, each with its first line.
fn elements(bundle: &str) -> Vec<String> {
    let mut elements: Vec<String> = Vec::new();
    for line in bundle.lines().skip(1) {
        if line.starts_with("smfg-") {
            elements.push(String::new());
        }
        let element = elements.last_mut().expect("an element");
        element.push_str(line);
        element.push('\n');
    }
    elements
}

fn joined(elements: &[String]) -> String {
    format!("smfg-bundle 1\n{}", elements.concat())
}

fn conclusions(accepted: &AcceptedBundle) -> Vec<Conclusion> {
    accepted.conclusions.iter().flat_map(|claim| claim.conclusions.clone()).collect()
}

#[test]
fn tie_and_corner() {
    // `safe` is worth 1/2 or -1/2 and loses nothing, `risky` the least that it can, and loses 1/2.
    for (name, epsilon, safe, risky) in
        [("tie", zero(), ratio(1, 2), zero()), ("corner", ratio(1, 10), ratio(-1, 2), ratio(-1, 1))]
    {
        let (game, truth, bundle) = compared(name, "1/1000", epsilon.clone());
        let accepted = check_models(&game, Some(&truth), None, bundle.as_bytes()).expect("valid");
        let found = conclusions(&accepted);
        for (index, value, loss) in [(0, &safe, zero()), (1, &risky, ratio(1, 2))] {
            let (scope, epsilon) = (Scope::Decision(index), epsilon.clone());
            let guarantee = Conclusion::Guarantee {
                scope: scope.clone(),
                epsilon: epsilon.clone(),
                value: value.clone(),
            };
            assert!(found.contains(&guarantee), "{name}: {guarantee:?}");
            let loss = Conclusion::Loss { scope, epsilon, lower: loss.clone(), upper: loss };
            assert!(found.contains(&loss), "{name}: {loss:?}");
        }
        assert_eq!(found.len(), 6, "{name}: two guarantees, losses and sandwiches");
    }
}

#[test]
fn the_relaxed_game() {
    let game = model_with_delta("tie", "1/100");
    let radii = Radii { reward: ratio(1, 100), leader: ratio(1, 8), ..Radii::zero() };
    let found = robust(&game, &radii, &Settings::new(zero())).expect("an answer");
    let accepted = check_models(&game, None, None, found.certificate.as_slice()).expect("valid");
    let relaxed = |scope, value: Rational| Conclusion::Relaxed {
        scope,
        epsilon: zero(),
        lower: value.clone(),
        upper: value,
    };
    let guarantee = |index, value| Conclusion::Guarantee {
        scope: Scope::Decision(index),
        epsilon: zero(),
        value,
    };
    let (safe, risky) = (ratio(3, 8), ratio(-1, 8));
    assert_eq!(
        conclusions(&accepted),
        [
            guarantee(0, safe.clone()),
            guarantee(1, risky.clone()),
            relaxed(Scope::Decision(0), safe.clone()),
            relaxed(Scope::Decision(1), risky),
            relaxed(Scope::All, safe)
        ]
    );
    // The leader's error comes off, kappa raises epsilon, and all decisions count.
    let bundle = text(found.certificate);
    for (old, new, reason) in [
        (
            "guarantee decision 0 0 3/8",
            "guarantee decision 0 0 1/2",
            "the lower bound 1/2 does not follow: the elements before it show 3/8",
        ),
        (
            "drift decision 0 1/50 1/8",
            "drift decision 0 1/25 1/8",
            "the lower bound 3/8 does not follow: the elements before it show none",
        ),
        (
            "relaxed decision 1 0 -1/8 -1/8",
            "relaxed all 0 -1/8 -1/8",
            "the upper bound -1/8 does not follow: the elements before it show 3/8",
        ),
        (
            "relaxed all 0 3/8",
            "relaxed all 0 4/8",
            "the lower bound 1/2 does not follow: the elements before it show 3/8",
        ),
        (
            "guarantee decision 0 0 3/8",
            "loss decision 0 0 0 1",
            "the conclusion is about a second game: it needs a line `against`",
        ),
        (
            "guarantee decision 0 0 3/8",
            "sandwich decision 0 0 1 1 0 1 0 1",
            "it needs a line `against`",
        ),
    ] {
        assert!(bundle.contains(old), "`{old}` does not occur in\n{bundle}");
        let refused = check_models(&game, None, None, bundle.replacen(old, new, 1).as_bytes())
            .map(drop)
            .expect_err(new);
        assert!(refused.to_string().contains(reason), "{new}: {refused}");
    }
}

/// One drift for a continuum of wages: the guarantee of the best is (1 - sqrt(1/100 + 3/100))^2.
#[test]
fn one_drift_for_a_polytope() {
    let game = model("moral_hazard");
    let radii = Radii { reward: ratio(3, 200), ..Radii::zero() };
    let settings = Settings { gap: ratio(1, 1000), ..Settings::new(ratio(1, 100)) };
    let found = robust(&game, &radii, &settings).expect("an answer");
    let accepted = check_models(&game, None, None, found.certificate.as_slice()).expect("valid");
    let all =
        conclusions(&accepted).into_iter().find(|conclusion| *conclusion.scope() == Scope::All);
    let Some(Conclusion::Relaxed { lower, upper, .. }) = all else { panic!("{all:?}") };
    assert!(
        lower <= ratio(16, 25) && ratio(16, 25) <= upper && &upper - &lower <= ratio(1, 500),
        "{lower} {upper}"
    );
    let bundle = text(found.certificate);
    let stronger = bundle.replace(
        &format!("relaxed all 1/100 {lower} {upper}"),
        &format!("relaxed all 1/100 {lower} {lower}"),
    );
    assert_ne!(stronger, bundle);
    assert!(
        check_models(&game, None, None, stronger.as_bytes())
            .expect_err("stronger")
            .to_string()
            .contains("rule relaxed: the upper bound")
    );
}

#[test]
fn prices_of_congestion_games() {
    for (name, optimum) in [("pigou_latency", ratio(-3, 4)), ("braess", ratio(-3, 2))] {
        let (game, outcome) = followed(name, zero());
        let accepted = check_models(&game, None, None, whole(&outcome).as_bytes()).expect("valid");
        let (scope, price) = (Scope::Decision(0), ratio(4, 3));
        let of = |kind| Conclusion::Price {
            kind,
            sense: Sense::Reward,
            scope: scope.clone(),
            epsilon: zero(),
            ratio: Some((price.clone(), Some(price.clone()))),
        };
        let best = Conclusion::Optimum {
            sense: Sense::Reward,
            scope: scope.clone(),
            lower: optimum.clone(),
            upper: optimum,
        };
        assert_eq!(
            conclusions(&accepted),
            [best, of(PriceKind::Anarchy), of(PriceKind::Stability)],
            "{name}"
        );
    }
    // Nobody adopts in the worst equilibrium: worth nothing beside an optimum of 3/2.
    let game = model("adoption");
    let settings = Settings { decision: Some(0), ..Settings::new(zero()) };
    let outcome = frontier(&game, &settings, (&zero(), &zero()), &Resolution::default(), false)
        .expect("solved");
    let bundle = whole(&outcome);
    assert!(bundle.contains("price anarchy reward decision 0 0 infinite\n"), "{bundle}");
    assert!(check_models(&game, None, None, bundle.as_bytes()).is_ok());
    // Weaker, and stronger.
    for (of, edited, reason) in [
        ("anarchy reward decision 0 0 infinite", "anarchy reward decision 0 0 7 -", ""),
        (
            "anarchy reward decision 0 0 infinite",
            "anarchy reward decision 0 0 7 8",
            "the upper bound 8 does not follow",
        ),
        (
            "stability reward decision 0 0 1 1",
            "stability reward decision 0 0 infinite",
            "is not shown to be infinite",
        ),
        ("stability reward decision 0 0 1 1", "stability reward decision 0 0 1 -", ""),
    ] {
        assert!(bundle.contains(of), "{bundle}");
        match check_models(&game, None, None, bundle.replace(of, edited).as_bytes()) {
            Ok(_) => assert_eq!(reason, "", "{edited} is accepted"),
            Err(refused) => assert!(
                !reason.is_empty() && refused.to_string().contains(reason),
                "{edited}: {refused}"
            ),
        }
    }
}

#[test]
fn every_edit_is_refused_for_its_reason() {
    let (game, truth, bundle) = compared("tie", "1/10", zero());
    let mut cases: Vec<(String, &str)> = Vec::new();
    let edits = [
        (
            "guarantee decision 0 0 1/2",
            "guarantee decision 0 0 1001/2000",
            "conclusion 1: rule guarantee: the lower bound 1001/2000 does not follow",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee decision 1 0 1/1000",
            "the lower bound 1/1000 does not follow: the elements before it show 0",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee decision 0 0 501/1000",
            "the elements before it show 1/2",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee decision 1 1/1000 0",
            "the elements before it show none",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee decision 2 0 0",
            "the scope names decision 2, the game has 2",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee point 3 0 0",
            "the point of the scope is no decision of the leader",
        ),
        (
            "guarantee decision 1 0 0",
            "guarantee all 0 0",
            "the conclusion is about one decision, and the scope has several",
        ),
        ("guarantee decision 1 0 0", "guarantee decision 1 -1 0", "epsilon is negative"),
        (
            "guarantee decision 1 0 0",
            "guarantee decision 1 0",
            "expected `all`, `decision K` or `point NUMBER ...`, then 2 numbers",
        ),
        (
            "guarantee decision 1 0 0",
            "warrant decision 1 0 0",
            "found `warrant decision 1 0 0`, expected `guarantee`",
        ),
        (
            "loss decision 1 0 1/2 1/2",
            "loss decision 1 0 501/1000 1/2",
            "rule loss: the lower bound 501/1000 does not follow",
        ),
        (
            "loss decision 1 0 1/2 1/2",
            "loss decision 1 0 1/2 499/1000",
            "rule loss: the upper bound 499/1000 does not follow",
        ),
        (
            "loss decision 1 0 1/2 1/2",
            "loss decision 0 0 1/2 1/2",
            "the lower bound 1/2 does not follow: the elements before it show 0",
        ),
        (
            "loss decision 1 0 1/2 1/2",
            "loss decision 1 1 0 1",
            "rule loss: the upper bound 1 does not follow: the elements before it show none",
        ),
        (
            "sandwich decision 1 0 1/10 0",
            "sandwich decision 1 0 1/11 0",
            "no drift of at most kappa 1/11 and omega 0 at this decision",
        ),
        (
            "sandwich decision 1 0 1/10 0 0 0 0 0",
            "sandwich decision 1 0 1/10 0 1/100 1 0 0",
            "rule sandwich: the lower bound 1/100",
        ),
        (
            "sandwich decision 1 0 1/10 0 0 0 0 0",
            "sandwich decision 1 0 1/10 0 0 0 0 -1/100",
            "rule sandwich: the upper bound -1/100",
        ),
        (
            "sandwich decision 1 0 1/10 0 0 0 0 0",
            "relaxed all 0 1/2 1/3",
            "rule relaxed: the upper bound 1/3 does not follow: the elements before it show 1/2",
        ),
        (
            "sandwich decision 1 0 1/10 0 0 0 0 0",
            "optimum reward decision 1 0 1",
            "it stands under no line `errors` or `against`",
        ),
        (
            "sandwich decision 1 0 1/10 0 0 0 0 0",
            "price stability cost decision 1 0 1 1",
            "it stands under no line `errors` or `against`",
        ),
    ];
    for (old, new, reason) in edits {
        assert!(bundle.contains(old), "`{old}` does not occur in\n{bundle}");
        cases.push((bundle.replacen(old, new, 1), reason));
    }
    let parts = elements(&bundle);
    let (drift, last) = (parts[0].clone(), parts.last().expect("conclusions").clone());
    assert!(drift.starts_with("smfg-drift 1\n") && last.starts_with("smfg-conclusion 1\n"));
    // Without the drift, with the drift behind, without certificates, and before them.
    let none = "no drift with this error that covers the decision, stands before it";
    cases.push((joined(&parts[1..]), none));
    cases.push((joined(&[&parts[1..], std::slice::from_ref(&drift)].concat()), none));
    let missing = "the lower bound 1/2 does not follow: the elements before it show none";
    cases.push((joined(&[drift.clone(), last.clone()]), missing));
    cases.push((
        joined(&[&[drift.clone(), last.clone()], &parts[1..parts.len() - 1]].concat()),
        missing,
    ));
    // Certificates about one of the games say nothing about the other.
    let without = |game: &Game| -> Vec<String> {
        let about = format!("smfg-certificate 1\ngame {}\n", game.hash());
        parts.iter().filter(|part| !part.starts_with(&about)).cloned().collect()
    };
    cases.push((joined(&without(&game)), missing));
    cases.push((joined(&without(&truth)), "conclusion 2: rule loss: the upper bound 0 does not follow: the elements before it show none"));
    // A drift of one decision says nothing about another, and one of another error nothing at all.
    let only = drift
        .lines()
        .filter(|line| !line.starts_with("drift decision 1"))
        .fold(String::new(), |all, line| all + line + "\n");
    cases.push((joined(&[&[only], &parts[1..]].concat()), none));
    let against = format!("against {}\n", truth.hash());
    let with = |header: &str| {
        joined(&[&parts[..parts.len() - 1], &[last.replace(&against, header)]].concat())
    };
    cases.push((with("errors 0 0 0\n"), none));
    cases.push((with("against sha256:00\n"), none));
    cases.push((with(""), "it needs a line `errors` or `against`, and no `of`"));
    cases.push((
        with(&format!("{against}of risk\n")),
        "it needs a line `errors` or `against`, and no `of`",
    ));
    cases.push((
        joined(&[&parts[..parts.len() - 1], &[last.replace(&game.hash(), &truth.hash())]].concat()),
        "is about the game sha256",
    ));
    cases.push((
        joined(&[&parts[..], &["smfg-conclusion 1\n".into()]].concat()),
        "stops before its `end` line",
    ));
    let empty = format!("smfg-conclusion 1\ngame {}\nend\n", game.hash());
    cases.push((joined(&[&parts[..], &[empty]].concat()), "found `end`, expected `guarantee`"));
    for (altered, reason) in cases {
        let refused = check_models(&game, Some(&truth), None, altered.as_bytes())
            .map(drop)
            .expect_err(reason);
        assert!(refused.to_string().contains(reason), "expected `{reason}`, found `{refused}`");
        crate::proved::assert_bundle(&game, Some(&truth), altered.as_bytes());
    }
    // Weaker conclusions follow too, and a point is the decision with its values.
    for (old, new) in [
        ("guarantee decision 0 0 1/2", "guarantee decision 0 0 -7"),
        ("guarantee decision 0 0 1/2", "guarantee point 0 0 1/2"),
        ("loss decision 1 0 1/2 1/2", "loss point 1 0 -1 2"),
        ("sandwich decision 1 0 1/10 0 0 0 0 0", "relaxed all 0 1/2 1/2"),
    ] {
        let weaker = bundle.replacen(old, new, 1);
        check_models(&game, Some(&truth), None, weaker.as_bytes()).expect(new);
        crate::proved::assert_bundle(&game, Some(&truth), weaker.as_bytes());
    }
}

/// What is concluded of populations needs a certificate at an epsilon that no exploitability
/// exceeds.
#[test]
fn the_optimum_needs_all_populations() {
    let game = model("pigou_latency");
    let decision = game.finite_decisions().expect("a list")[0].clone();
    // Rewards -x and -1 for 0 <= x <= 1.
    let most = greatest_exploitability(&game.at(&decision.values));
    assert_eq!(most, ratio(1, 1));
    let concluded = |epsilon: Rational, selection, objective: Option<&str>, of: Option<&str>| {
        let settings = Settings {
            decision: Some(0),
            selection,
            objective: objective.map(String::from),
            gap: ratio(1, 1000),
            ..Settings::new(epsilon)
        };
        let outcome = solve(&game, &settings).expect("solved");
        let line = Conclusion::Optimum {
            sense: Sense::Reward,
            scope: Scope::Decision(0),
            lower: ratio(-4, 5),
            upper: ratio(-7, 10),
        };
        let claim = ConclusionClaim {
            game_hash: game.hash(),
            error: None,
            of: of.map(String::from),
            conclusions: vec![line],
        };
        let element = write_conclusions(Vec::new(), &claim).expect("memory");
        let bundle = write_bundle(Vec::new(), &[&outcome.certificate, &element]).expect("memory");
        check_models(&game, None, None, bundle.as_slice()).map_err(|refused| refused.to_string())
    };
    let same = "-(x^2 + 1 - x)";
    for epsilon in [most.clone(), &most + ratio(1, 3)] {
        concluded(epsilon, Selection::Optimistic, None, None).expect("all populations");
    }
    concluded(most.clone(), Selection::Optimistic, Some(same), Some(same)).expect("an expression");
    let below = concluded(&most - ratio(1, 1_000_000), Selection::Optimistic, None, None)
        .expect_err("just below");
    assert!(
        below.contains("conclusion 1: rule optimum: the upper bound -7/10 does not follow: the elements before it show none"),
        "{below}"
    );
    for (selection, objective, of) in [
        (Selection::Pessimistic, None, None),
        (Selection::Optimistic, Some(same), None),
        (Selection::Optimistic, None, Some(same)),
        (Selection::Optimistic, Some("x - 3/4"), Some(same)),
    ] {
        let refused =
            concluded(most.clone(), selection, objective, of).expect_err("another certificate");
        assert!(refused.contains("the elements before it show none"), "{refused}");
    }
}

/// A certificate about an expression says nothing about the leader.
#[test]
fn guarantees_are_about_the_leader() {
    let game = model_with_delta("tie", "1/10");
    let error = StatedError::Radii(Radii::zero());
    let bounds = vec![DriftBound { scope: Scope::All, kappa: zero(), omega: zero() }];
    let drift = write_drift(
        Vec::new(),
        &DriftClaim { game_hash: game.hash(), error: error.clone(), bounds },
    )
    .expect("memory");
    let line =
        Conclusion::Guarantee { scope: Scope::Decision(0), epsilon: zero(), value: ratio(1, 2) };
    let claim = ConclusionClaim {
        game_hash: game.hash(),
        error: Some(error),
        of: None,
        conclusions: vec![line],
    };
    let element = write_conclusions(Vec::new(), &claim).expect("memory");
    for (objective, selection, follows) in [
        (None, Selection::Pessimistic, true),
        (Some("1 + risk"), Selection::Pessimistic, false),
        (None, Selection::Optimistic, false),
    ] {
        let settings = Settings {
            decision: Some(0),
            selection,
            objective: objective.map(String::from),
            ..Settings::new(zero())
        };
        let outcome = solve(&game, &settings).expect("solved");
        let bundle =
            write_bundle(Vec::new(), &[&drift, &outcome.certificate, &element]).expect("memory");
        let verdict = check_models(&game, None, None, bundle.as_slice());
        assert_eq!(verdict.is_ok(), follows, "{objective:?}, {selection}");
    }
}

/// With a decision named there is nothing to compare it with, and no loss.
#[test]
fn one_decision_loses_nothing_that_is_known() {
    let (game, truth) = (model_with_delta("tie", "1/10"), model_with_delta("tie", "0"));
    let settings = Settings { decision: Some(1), ..Settings::new(zero()) };
    let found = sensitivity(&game, &ModelError::Against(&truth), &settings).expect("an answer");
    assert_eq!(found.loss(found.naive_decision()), None);
    let accepted =
        check_models(&game, Some(&truth), None, found.certificate.as_slice()).expect("valid");
    assert!(!conclusions(&accepted).iter().any(|conclusion| conclusion.rule() == "loss"));
}

// What is true, in closed form.

/// Whether a worst case is at least or at most a number.
struct Worst {
    at_least: Box<dyn Fn(&Rational) -> bool>,
    at_most: Box<dyn Fn(&Rational) -> bool>,
}

fn exactly(value: Rational) -> Worst {
    let other = value.clone();
    Worst {
        at_least: Box::new(move |number| value >= *number),
        at_most: Box::new(move |number| other <= *number),
    }
}

/// `tie`: under `risky` the mass on the first action may be eps / delta.
fn tie(delta: &Rational, risky: bool, epsilon: &Rational) -> Worst {
    exactly(match (risky, delta <= epsilon) {
        (false, _) => ratio(1, 2),
        (true, true) => zero(),
        (true, false) => Rational::ONE - epsilon / delta,
    })
}

/// `corner`: under `risky` minus the greatest x with x (11/10 + delta - x) <= eps, a number that
/// may be irrational.
fn corner(delta: &Rational, risky: bool, epsilon: &Rational) -> Worst {
    if !risky {
        return exactly(ratio(-1, 2));
    }
    let top = ratio(11, 10) + delta;
    if *epsilon >= &top - Rational::ONE {
        return exactly(ratio(-1, 1));
    }
    let (epsilon, other) = (epsilon.clone(), epsilon.clone());
    let (a, b) = (top.clone(), top);
    Worst {
        // The greatest x is at most y.
        at_least: Box::new(move |number| {
            let y = -number.clone();
            y >= Rational::ONE || (y >= Rational::ZERO && &y * (&a - &y) >= epsilon)
        }),
        at_most: Box::new(move |number| {
            let y = -number.clone();
            y <= Rational::ZERO || (y <= Rational::ONE && &y * (&b - &y) <= other)
        }),
    }
}

/// A model and the worst of its truths.
struct Closed {
    of: fn(&Rational, bool, &Rational) -> Worst,
    /// Of the model.
    delta: Rational,
    /// Of the truth; of the one that is worst for the leader where errors are stated.
    truth: Rational,
    /// By how much her reward may be lower there.
    leader: Rational,
}

fn assert_compared(conclusion: &Conclusion, drifts: &[DriftClaim], closed: &Closed, context: &str) {
    let of = closed.of;
    let risky = |scope: &Scope| match scope {
        Scope::All => None,
        Scope::Decision(index) => Some(*index == 1),
        Scope::Point(values) => Some(values[0] == Rational::ONE),
    };
    let truth = |scope: &Scope, epsilon: &Rational| {
        of(&closed.truth, risky(scope).expect("one decision"), epsilon)
    };
    match conclusion {
        Conclusion::Guarantee { scope, epsilon, value } => {
            assert!(
                (truth(scope, epsilon).at_least)(&(value + &closed.leader)),
                "{conclusion:?} in {context}"
            );
        }
        Conclusion::Loss { scope, epsilon, lower, upper } => {
            // What `safe` is worth is a number; the loss is the positive part of its difference to
            // `risky`, one way or the other.
            let safe = if (of(&zero(), false, epsilon).at_least)(&zero()) {
                ratio(1, 2)
            } else {
                ratio(-1, 2)
            };
            let other = of(&zero(), true, epsilon);
            let (enough, little) = if risky(scope).expect("one decision") {
                ((other.at_most)(&(&safe - lower)), (other.at_least)(&(&safe - upper)))
            } else {
                ((other.at_least)(&(&safe + lower)), (other.at_most)(&(&safe + upper)))
            };
            assert!(*lower <= zero() || enough, "{conclusion:?} in {context}");
            assert!(*upper >= zero() && little, "{conclusion:?} in {context}");
        }
        Conclusion::Sandwich { scope, epsilon, kappa, omega, below, above } => {
            let (twice, once) = (truth(scope, &(epsilon + kappa + kappa)), truth(scope, epsilon));
            assert!(
                (twice.at_least)(&(&below.0 + omega)) && (twice.at_most)(&(&below.1 + omega)),
                "{conclusion:?} in {context}"
            );
            assert!(
                (once.at_least)(&(&above.0 - omega)) && (once.at_most)(&(&above.1 - omega)),
                "{conclusion:?} in {context}"
            );
        }
        Conclusion::Relaxed { scope, epsilon, lower, upper } => {
            let wanted = risky(scope);
            let bounds = drifts.iter().flat_map(|drift| &drift.bounds);
            let values: Vec<(Worst, &Rational)> = bounds
                .flat_map(|bound| {
                    let covered = [false, true]
                        .into_iter()
                        .filter(move |one| risky(&bound.scope).is_none_or(|own| own == *one));
                    covered
                        .filter(move |one| wanted.is_none_or(|wanted| wanted == *one))
                        .map(move |one| (one, bound))
                })
                .map(|(one, bound)| {
                    (of(&closed.delta, one, &(epsilon + &bound.kappa)), &bound.omega)
                })
                .collect();
            assert!(
                values.iter().any(|(worst, omega)| (worst.at_least)(&(lower + *omega))),
                "{conclusion:?} in {context}"
            );
            assert!(
                values.iter().all(|(worst, omega)| (worst.at_most)(&(upper + *omega))),
                "{conclusion:?} in {context}"
            );
        }
        Conclusion::Optimum { .. } | Conclusion::Price { .. } => {
            panic!("{conclusion:?} in {context}")
        }
    }
}

/// Pigou's network without toll: the optimum is -3/4, the worst equilibrium -1, the best 1 - s +
/// s^2 times -1 with s = min(1/2, sqrt eps).
fn assert_pigou(conclusion: &Conclusion, context: &str) {
    let false_claim = || format!("{conclusion:?} in {context}");
    match conclusion {
        Conclusion::Optimum { sense: Sense::Reward, scope: Scope::Decision(0), lower, upper } => {
            assert!(*lower <= ratio(-3, 4) && ratio(-3, 4) <= *upper, "{}", false_claim());
        }
        Conclusion::Price {
            kind,
            sense: Sense::Reward,
            scope: Scope::Decision(0),
            epsilon,
            ratio: Some((lower, upper)),
        } => {
            let at_most = |number: &Rational| match kind {
                PriceKind::Anarchy => ratio(4, 3) <= *number,
                // 4/3 (1 - s + eps) <= number, that is s >= t.
                PriceKind::Stability if *epsilon < ratio(1, 4) => {
                    let t = Rational::ONE + epsilon - number * ratio(3, 4);
                    t <= zero() || *epsilon >= &t * &t
                }
                PriceKind::Stability => Rational::ONE <= *number,
            };
            let at_least = |number: &Rational| match kind {
                PriceKind::Anarchy => ratio(4, 3) >= *number,
                PriceKind::Stability if *epsilon < ratio(1, 4) => {
                    let t = Rational::ONE + epsilon - number * ratio(3, 4);
                    t >= zero() && *epsilon <= &t * &t
                }
                PriceKind::Stability => Rational::ONE >= *number,
            };
            assert!(at_least(lower) && upper.as_ref().is_none_or(at_most), "{}", false_claim());
        }
        _ => panic!("{}", false_claim()),
    }
}

fn other_word(rng: &mut ChaCha8Rng, word: &str, words: &[&str]) -> String {
    let Ok(number) = parse_rational(word) else { return words[below(rng, words.len())].into() };
    let small = ratio(1, 1 + u64::from(rng.next_u32() % 2000));
    match below(rng, 9) {
        0 => (number + small).to_string(),
        1 => (number - small).to_string(),
        2 => (-number).to_string(),
        3 => (number * ratio(1_000_001, 1_000_000)).to_string(),
        4 => (number * ratio(999_999, 1_000_000)).to_string(),
        5 => "0".into(),
        6 => "1".into(),
        7 => words[below(rng, words.len())].into(),
        _ => format!("{}/{}", below(rng, 10), 1 + below(rng, 10)),
    }
}

/// Another word, another line, or another order of elements; the conclusions change most.
fn alter(rng: &mut ChaCha8Rng, bundle: &str, words: &[&str]) -> String {
    let mut parts = elements(bundle);
    let last = parts.len() - 1;
    match below(rng, 12) {
        0 => drop(parts.remove(below(rng, last))),
        1 => {
            let (i, j) = (below(rng, last + 1), below(rng, last + 1));
            parts.swap(i, j);
        }
        2 => {
            let lines: Vec<&str> = parts[0].lines().collect();
            let line = lines[below(rng, lines.len())];
            let changed = line.split(' ').map(|word| {
                if below(rng, 3) == 0 { other_word(rng, word, words) } else { word.into() }
            });
            let changed: Vec<String> = changed.collect();
            parts[0] = parts[0].replacen(line, &changed.join(" "), 1);
        }
        _ => {
            let mut lines: Vec<Vec<String>> = parts[last]
                .lines()
                .map(|line| line.split(' ').map(String::from).collect())
                .collect();
            let line = 2 + below(rng, lines.len() - 3);
            for _ in 0..1 + below(rng, 2) {
                let word = below(rng, lines[line].len());
                lines[line][word] = other_word(rng, &lines[line][word], words);
            }
            parts[last] = lines.iter().map(|words| words.join(" ") + "\n").collect();
        }
    }
    joined(&parts)
}

#[test]
fn no_alteration_makes_a_false_conclusion_acceptable() {
    let mut rng = ChaCha8Rng::seed_from_u64(4711);
    let (mut accepted_count, mut refused_count) = (0, 0);
    let words = [
        "0",
        "1",
        "all",
        "decision",
        "point",
        "guarantee",
        "loss",
        "relaxed",
        "sandwich",
        "1/2",
        "1/10",
        "-1",
        "optimum",
    ];
    let mut cases = Vec::new();
    for (name, delta, epsilon, of) in [
        ("tie", ratio(1, 10), zero(), tie as fn(&Rational, bool, &Rational) -> Worst),
        ("tie", ratio(1, 10), ratio(1, 20), tie),
        ("corner", ratio(1, 1000), ratio(1, 10), corner),
        ("corner", ratio(1, 100), ratio(1, 20), corner),
    ] {
        let (game, truth, bundle) = compared(name, &delta.to_string(), epsilon.clone());
        let error = StatedError::Against(truth.hash());
        cases.push((
            game,
            Some(truth),
            bundle,
            error,
            epsilon,
            Closed { of, delta, truth: zero(), leader: zero() },
        ));
    }
    // Errors of rewards by 1/100 may move delta by 1/50.
    for epsilon in [zero(), ratio(1, 25)] {
        let game = model_with_delta("tie", "1/10");
        let radii = Radii { reward: ratio(1, 100), leader: ratio(1, 8), ..Radii::zero() };
        let found = robust(&game, &radii, &Settings::new(epsilon.clone())).expect("an answer");
        let closed =
            Closed { of: tie, delta: ratio(1, 10), truth: ratio(2, 25), leader: ratio(1, 8) };
        cases.push((
            game,
            None,
            text(found.certificate),
            StatedError::Radii(radii),
            epsilon,
            closed,
        ));
    }
    for (game, truth, bundle, error, epsilon, closed) in cases {
        // A line about the relaxed game joins those that are written.
        let bundle =
            bundle.replacen("\nguarantee", &format!("\nrelaxed all {epsilon} -2 2\nguarantee"), 1);
        for round in 0..2000 {
            let altered =
                if round == 0 { bundle.clone() } else { alter(&mut rng, &bundle, &words) };
            if round % 16 == 0 {
                crate::proved::assert_bundle(&game, truth.as_ref(), altered.as_bytes());
            }
            let (proved, drifts) =
                match check_models(&game, truth.as_ref(), None, altered.as_bytes()) {
                    Ok(accepted) => {
                        accepted_count += 1;
                        (accepted.conclusions, accepted.drifts)
                    }
                    Err(refused) => {
                        assert!(round > 0, "{refused}");
                        refused_count += 1;
                        (refused.conclusions, refused.drifts)
                    }
                };
            for claim in &proved {
                assert_eq!(claim.error.as_ref(), Some(&error));
                claim
                    .conclusions
                    .iter()
                    .for_each(|conclusion| assert_compared(conclusion, &drifts, &closed, &altered));
            }
        }
    }
    let words = [
        "0",
        "1",
        "all",
        "decision",
        "anarchy",
        "stability",
        "reward",
        "cost",
        "optimum",
        "price",
        "infinite",
        "-",
        "4/3",
        "-3/4",
        "1/4",
    ];
    let (game, outcome) = followed("pigou_latency", ratio(1, 4));
    let bundle = whole(&outcome);
    let last = elements(&bundle).pop().expect("conclusions");
    // The prices at another epsilon of the interval.
    let further = last.replace("end\n", "price stability reward decision 0 1/8 0 2\nprice anarchy reward decision 0 1/16 0 2\nend\n");
    let bundle = bundle.replace(&last, &further);
    for round in 0..2000 {
        let altered = if round == 0 { bundle.clone() } else { alter(&mut rng, &bundle, &words) };
        if round % 16 == 0 {
            crate::proved::assert_bundle(&game, None, altered.as_bytes());
        }
        let proved = match check_models(&game, None, None, altered.as_bytes()) {
            Ok(accepted) => {
                accepted_count += 1;
                accepted.conclusions
            }
            Err(refused) => {
                assert!(round > 0, "{refused}");
                refused_count += 1;
                refused.conclusions
            }
        };
        proved
            .iter()
            .flat_map(|claim| &claim.conclusions)
            .for_each(|conclusion| assert_pigou(conclusion, &altered));
    }
    eprintln!("{refused_count} refused, {accepted_count} accepted with true conclusions");
    assert!(
        refused_count >= 4000 && accepted_count >= 500,
        "{refused_count} refused, {accepted_count} accepted"
    );
}
