//! What a leader with a wrong model loses, what she can count on, and the sandwich of values, on
//! reference instances and random pairs of games.

use crate::dice::Dice;
use crate::models::{model, model_with_delta};
use crate::oracle::Oracle;
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use smfg::analysis::sensitivity::{Sensitivity, robust, sensitivity};
use smfg::certificate::Selection;
use smfg::check::check_models;
use smfg::drift::{ModelError, Radii};
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, Status};

fn name(game: &Game, position: usize) -> &str {
    game.finite_decisions().expect("a list")[position].name.as_deref().expect("a name")
}

fn both(value: Rational) -> Option<(Rational, Rational)> {
    Some((value.clone(), value))
}

/// Everything that the bundle of an answer proves, and that nothing in it is left out.
fn assert_proved(found: &Sensitivity, game: &Game, truth: Option<&Game>, context: &str) {
    let accepted = check_models(game, truth, None, found.certificate.as_slice())
        .unwrap_or_else(|refused| panic!("{context}: {refused}"));
    assert_eq!(accepted.drifts.len(), 1, "{context}");
    assert_eq!(accepted.drifts[0].bounds, found.relaxed.drifts, "{context}");
    let claims: Vec<_> = accepted.certificates.iter().map(|accepted| &accepted.claim).collect();
    let stated =
        |claim| assert!(claims.contains(&claim), "{context}: {claim:?} is not in the bundle");
    stated(&found.naive.accepted.claim);
    for decision in &found.relaxed.decisions {
        let drift = &found.relaxed.drifts;
        assert!(
            drift
                .iter()
                .any(|b| (&b.kappa, &b.omega) == (&decision.drift.kappa, &decision.drift.omega)),
            "{context}"
        );
        stated(&decision.relaxed.accepted.claim);
        assert_eq!(
            decision.relaxed.accepted.claim.epsilon,
            &found.naive.accepted.claim.epsilon + &decision.drift.kappa,
            "{context}"
        );
        if let Some(truth) = &decision.truth {
            stated(&truth.at_epsilon.accepted.claim);
            stated(&truth.relaxed_twice.accepted.claim);
        }
    }
    found.true_value.iter().for_each(|value| stated(&value.accepted.claim));
}

/// Reference values: the truth is `delta = 0`, the model is perturbed.
#[test]
fn the_naive_loss_does_not_vanish() {
    for (game, epsilon, promised) in
        [("tie", ratio(0, 1), Some(ratio(1, 1))), ("corner", ratio(1, 10), None)]
    {
        let truth = model_with_delta(game, "0");
        for (delta, size) in [("1/10", 10), ("1/100", 100), ("1/1000", 1000)] {
            let context = format!("{game}, {delta}");
            let perturbed = model_with_delta(game, delta);
            let found = sensitivity(
                &perturbed,
                &ModelError::Against(&truth),
                &Settings::new(epsilon.clone()),
            )
            .expect("an answer");
            assert_proved(&found, &perturbed, Some(&truth), &context);
            let (naive, relaxed) = (found.naive_decision(), found.relaxed_decision());
            assert_eq!(name(&perturbed, found.naive_position), "risky", "{context}");
            assert_eq!(name(&perturbed, found.relaxed.best), "safe", "{context}");
            assert_eq!(naive.drift.kappa, ratio(1, size), "{context}");
            assert_eq!(found.loss(naive), both(ratio(1, 2)), "{context}");
            assert_eq!(found.loss(relaxed), both(ratio(0, 1)), "{context}");
            assert_eq!(
                relaxed.guarantee().0,
                relaxed.true_value().expect("a truth").0,
                "{context}: the guarantee is the true value"
            );
            let value = &found.naive.accepted.claim;
            match &promised {
                Some(promised) => {
                    assert_eq!((&value.lower, &value.upper), (promised, promised), "{context}")
                }
                // The smaller root of x (11/10 + delta - x) = 1/10 is below 1/10.
                None => assert!(
                    value.lower > ratio(-1, 10) && value.upper < ratio(-9, 100),
                    "{context}"
                ),
            }
            assert!(
                found.relaxed.decisions.iter().all(|decision| decision.sandwich() == Some(true)),
                "{context}"
            );
        }
    }
}

/// With radii alone: `safe` is as good as it says, `risky` may be worth nothing.
#[test]
fn radii_suffice_for_the_decision() {
    let game = model_with_delta("tie", "1/100");
    let radii = Radii { reward: ratio(1, 100), ..Radii::zero() };
    let found = sensitivity(&game, &ModelError::Radii(&radii), &Settings::new(ratio(0, 1)))
        .expect("an answer");
    assert_proved(&found, &game, None, "radii");
    assert_eq!(
        (name(&game, found.naive_position), name(&game, found.relaxed.best)),
        ("risky", "safe")
    );
    assert_eq!(
        (found.naive_decision().guarantee().0, found.relaxed_decision().guarantee().0),
        (ratio(0, 1), ratio(1, 2))
    );
    assert!(found.true_value.is_none() && found.loss(found.naive_decision()).is_none());
    let answer = robust(&game, &radii, &Settings::new(ratio(0, 1))).expect("an answer");
    assert_eq!(name(&game, answer.relaxed.best), "safe");
    assert_eq!(answer.relaxed.value(), (ratio(1, 2), ratio(1, 2)));
    // A leader's error comes off the guarantee.
    let radii = Radii { leader: ratio(1, 8), ..radii };
    let answer = robust(&game, &radii, &Settings::new(ratio(0, 1))).expect("an answer");
    assert_eq!(
        (answer.relaxed.value(), answer.status()),
        ((ratio(3, 8), ratio(3, 8)), Status::Exact)
    );
    let accepted = check_models(&game, None, None, answer.certificate.as_slice()).expect("valid");
    assert_eq!((accepted.drifts.len(), accepted.certificates.len()), (1, 2));
}

/// Moral hazard with a wage of a continuum: a reward error `d` has kappa 2d, and the guarantee is
/// (1 - sqrt(eps + 2d))^2.
#[test]
fn a_polytope_has_one_drift() {
    let game = model("moral_hazard");
    let radii = Radii { reward: ratio(3, 200), ..Radii::zero() };
    let settings = Settings { gap: ratio(1, 1000), ..Settings::new(ratio(1, 100)) };
    let found = sensitivity(&game, &ModelError::Radii(&radii), &settings).expect("an answer");
    assert_proved(&found, &game, None, "moral hazard");
    // eps + kappa = 1/100 + 3/100.
    let (lower, upper) = found.relaxed.value();
    assert!(
        lower <= ratio(64, 100) && ratio(64, 100) <= upper && &upper - &lower <= ratio(1, 500),
        "{lower} {upper}"
    );
    let naive = &found.naive.accepted.claim;
    assert!(naive.lower <= ratio(81, 100) && ratio(81, 100) <= naive.upper);
    assert!(found.naive_decision().guarantee().0 < lower, "the naive wage guarantees less");
    let answer = robust(&game, &radii, &settings).expect("an answer");
    assert!(
        answer.relaxed.value().0 <= ratio(64, 100) && ratio(64, 100) <= answer.relaxed.value().1
    );
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    C0,
    C1,
    C3,
}

/// A small game: one or two stages, two states, two actions, one or two decisions.
fn small(dice: &mut Dice, kind: Kind) -> Tiny {
    let stages = if kind == Kind::C3 { 2 } else { 1 + dice.below(2) };
    // Searches in games with moving transitions take longer.
    let decisions = if kind == Kind::C3 { 1 } else { 1 + dice.below(2) };
    let number = |dice: &mut Dice| ratio(dice.below(9) as i64 - 4, 4);
    let population = kind != Kind::C0;
    // The mass on the second action at stage 0.
    let aggregates = if population {
        vec![TinyAggregate { stage: 0, weights: vec![(0, 1, ratio(1, 1)), (1, 1, ratio(1, 1))] }]
    } else {
        vec![]
    };
    let rows = (0..stages)
        .map(|t| {
            let cell = |dice: &mut Dice, action: usize| {
                let mut reward = Form::constant(number(dice)).and(number(dice), &[0], &[]);
                if population && dice.once_in(2) {
                    reward = reward.and(number(dice), &[], &[0]);
                }
                let leader = Form::constant(number(dice)).and(number(dice), &[0], &[]);
                let next = if t + 1 == stages {
                    Vec::new()
                } else {
                    let p = ratio(1 + dice.below(3) as i64, 5);
                    let slope = if kind == Kind::C3 {
                        ratio(dice.below(3) as i64 - 1, 5)
                    } else {
                        ratio(0, 1)
                    };
                    let stay = Form::constant(Rational::ONE - &p).and(
                        -slope.clone(),
                        &[],
                        &[0][..usize::from(population)],
                    );
                    let go = Form::constant(p).and(slope, &[], &[0][..usize::from(population)]);
                    vec![(0, stay), (1, go)]
                };
                Cell { action, reward, leader, next }
            };
            (0..2).map(|_| (0..2).map(|action| cell(dice, action)).collect()).collect()
        })
        .collect();
    Tiny {
        actions: 2,
        initial: dice.law(2),
        stages: rows,
        aggregates,
        payoff: Form::default(),
        decisions: (0..decisions).map(|k| vec![ratio(k as i64, 1)]).collect(),
    }
}

/// Other numbers near those of `model`; ties of its followers are broken.
fn neighbour(dice: &mut Dice, model: &Tiny, size: &Rational) -> Tiny {
    let mut truth = model.clone();
    let numbers = |dice: &mut Dice| size * ratio(dice.below(5) as i64 - 2, 2);
    for cell in truth.stages.iter_mut().flatten().flatten() {
        cell.reward = cell.reward.clone().and(numbers(dice), &[], &[]);
        if dice.once_in(3) {
            cell.leader = cell.leader.clone().and(numbers(dice), &[], &[]);
        }
        if dice.once_in(3)
            && let [(_, stay), (_, go)] = cell.next.as_mut_slice()
        {
            let shift = numbers(dice) * ratio(1, 10);
            *stay = stay.clone().and(-shift.clone(), &[], &[]);
            *go = go.clone().and(shift, &[], &[]);
        }
    }
    truth
}

/// `V_{eps + 2 kappa}(u) - omega <= V'_{eps + kappa}(u) <= V_eps(u) + omega` with certified bounds,
/// on 205 pairs.
#[test]
fn the_sandwich_holds_on_random_pairs() {
    let mut dice = Dice::new(2210);
    for (kind, pairs, gap) in [(Kind::C0, 90, 1000), (Kind::C1, 85, 1000), (Kind::C3, 30, 50)] {
        let settings = |epsilon| Settings { gap: ratio(1, gap), ..Settings::new(epsilon) };
        let start = std::time::Instant::now();
        let (mut broken_at_face_value, mut tight, mut limits, mut decisions) = (0, 0, 0, 0);
        for pair in 0..pairs {
            let context = format!("{kind:?}, pair {pair}");
            let size = dice.pick(&[ratio(1, 10), ratio(1, 50), ratio(1, 4)]).clone();
            let truth = small(&mut dice, kind);
            let model = neighbour(&mut dice, &truth, &size);
            let epsilon = dice.pick(&[ratio(0, 1), ratio(1, 20), ratio(1, 5)]).clone();
            let (game, real) = (model.game(), truth.game());
            let found = sensitivity(&game, &ModelError::Against(&real), &settings(epsilon.clone()))
                .expect("an answer");
            if pair % 5 == 0 {
                assert_proved(&found, &game, Some(&real), &context);
            }
            limits += usize::from(found.status() == Status::Limit);
            let best = &found.true_value.as_ref().expect("a truth").accepted.claim;
            assert!(
                found.relaxed_decision().guarantee().0 <= best.upper,
                "{context}: more is guaranteed than anybody can reach"
            );
            let oracles = (kind == Kind::C0).then(|| (Oracle::new(&model), Oracle::new(&truth)));
            for (index, decision) in found.relaxed.decisions.iter().enumerate() {
                decisions += 1;
                assert_eq!(
                    decision.sandwich(),
                    Some(true),
                    "{context}, decision {index}: {:?}",
                    decision.drift
                );
                let values = decision.truth.as_ref().expect("a truth");
                let (middle, omega) = (&decision.relaxed.accepted.claim, &decision.drift.omega);
                tight += usize::from(
                    values.at_epsilon.accepted.claim.lower.clone() + omega <= middle.upper,
                );
                if let Some((of_model, of_truth)) = &oracles {
                    // By enumeration: the same numbers, and the same order.
                    let worst = |oracle: &Oracle, epsilon: &Rational| {
                        oracle.inner(epsilon, Selection::Pessimistic)[index].clone()
                    };
                    let kappa = &decision.drift.kappa;
                    let (once, twice) = (&epsilon + kappa, &epsilon + kappa + kappa);
                    let relaxed = worst(of_model, &once);
                    assert!(
                        middle.lower <= relaxed && relaxed <= middle.upper,
                        "{context}, decision {index}"
                    );
                    assert!(
                        worst(of_truth, &twice) - omega <= relaxed,
                        "{context}, decision {index}"
                    );
                    let true_value = worst(of_truth, &epsilon);
                    assert!(relaxed <= &true_value + omega, "{context}, decision {index}");
                    broken_at_face_value +=
                        usize::from(worst(of_model, &epsilon) > true_value + omega);
                }
            }
        }
        eprintln!(
            "{kind:?}: {pairs} pairs, {decisions} decisions, upper side attained {tight} times, {limits} not proved to the gap, {:.1?}",
            start.elapsed()
        );
        if kind == Kind::C0 {
            eprintln!("without relaxing, the model promises too much {broken_at_face_value} times");
            assert!(broken_at_face_value >= 5, "the pairs are too tame: {broken_at_face_value}");
        }
        assert!(limits * 10 <= pairs, "{kind:?}: {limits} of {pairs} not proved to the gap");
    }
}
