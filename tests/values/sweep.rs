//! The value as a function of epsilon: exact curves against parametric enumeration, staircases
//! against known values.
//!
//! In class C0 every decision has finitely many deterministic policies. Each gives a point (loss of
//! the followers, leader's reward); the worst eps-equilibrium lies on the lower convex boundary of
//! these points (brute_force.rs says why). Breakpoints of the value are then among the losses
//! of the points and the crossings of lines through two points of one decision with those of
//! another: all of them are tried, and those at which the value is not straight are the
//! breakpoints.

use crate::enumeration::Outcomes;
use crate::models::model;
use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::selections::SELECTIONS;
use smfg::analysis::sweep::{Resolution, curve, has_curve, staircase};
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::exact::{Rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, solve};

fn settings(selection: Selection) -> Settings<'static> {
    Settings { selection, ..Settings::new(Rational::ZERO) }
}

/// Lower boundary of `(loss, sigma J0)` by gift wrapping: from loss 0 always the steepest descent.
fn boundary(outcomes: &Outcomes, sigma: &Rational) -> Vec<(Rational, Rational)> {
    let points: Vec<(Rational, Rational)> =
        outcomes.points.iter().map(|(r, c)| (&outcomes.follower_value - r, sigma * c)).collect();
    let start = points
        .iter()
        .filter(|point| point.0.is_zero())
        .min_by(|a, b| a.1.cmp(&b.1))
        .expect("a best response")
        .clone();
    let mut boundary = vec![start];
    loop {
        let last = boundary.last().expect("a point");
        let slope = |point: &(Rational, Rational)| (&point.1 - &last.1) / (&point.0 - &last.0);
        let next = points
            .iter()
            .filter(|point| point.0 > last.0 && point.1 < last.1)
            .min_by(|a, b| slope(a).cmp(&slope(b)).then(b.0.cmp(&a.0)));
        match next {
            Some(point) => boundary.push(point.clone()),
            None => return boundary,
        }
    }
}

/// The breakpoints of the value inside an interval, with its values there and at the ends.
fn breakpoints(
    all: &[Outcomes],
    selection: Selection,
    from: &Rational,
    to: &Rational,
) -> Vec<(Rational, Rational)> {
    let sigma = if selection == Selection::Pessimistic { Rational::ONE } else { Rational::NEG_ONE };
    let boundaries: Vec<Vec<(Rational, Rational)>> =
        all.iter().map(|outcomes| boundary(outcomes, &sigma)).collect();
    let mut lines: Vec<(Rational, Rational)> = Vec::new();
    let mut candidates = vec![from.clone(), to.clone()];
    for boundary in &boundaries {
        candidates.extend(boundary.iter().map(|point| point.0.clone()));
        lines.push((Rational::ZERO, boundary.last().expect("a point").1.clone()));
        for pair in boundary.windows(2) {
            let slope = (&pair[1].1 - &pair[0].1) / (&pair[1].0 - &pair[0].0);
            lines.push((slope.clone(), &pair[0].1 - &slope * &pair[0].0));
        }
    }
    for (i, one) in lines.iter().enumerate() {
        candidates.extend(
            lines[..i]
                .iter()
                .filter(|two| two.0 != one.0)
                .map(|two| (&two.1 - &one.1) / (&one.0 - &two.0)),
        );
    }
    candidates.retain(|epsilon| epsilon >= from && epsilon <= to);
    candidates.sort();
    candidates.dedup();
    let value = |epsilon: &Rational| {
        all.iter().map(|outcomes| outcomes.value(epsilon, selection)).max().expect("a decision")
    };
    let points: Vec<(Rational, Rational)> =
        candidates.into_iter().map(|epsilon| (epsilon.clone(), value(&epsilon))).collect();
    let mut kept: Vec<(Rational, Rational)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let straight = kept.last().zip(points.get(index + 1)).is_some_and(|(before, after)| {
            (&point.1 - &before.1) * (&after.0 - &point.0)
                == (&after.1 - &point.1) * (&point.0 - &before.0)
        });
        if !straight {
            kept.push(point.clone());
        }
    }
    kept
}

fn same_curve(
    game: &Game,
    all: &[Outcomes],
    selection: Selection,
    from: &Rational,
    to: &Rational,
    at: &str,
) -> usize {
    let outcome = curve(game, &settings(selection), from, to).expect("class C0");
    assert!(outcome.exact(), "{at}");
    let expected = breakpoints(all, selection, from, to);
    let mut found: Vec<(Rational, Rational)> = outcome
        .accepted
        .curve
        .iter()
        .map(|point| (point.epsilon.clone(), point.lower.clone()))
        .collect();
    // Where the leader changes her decision the value may go on straight.
    found.retain(|point| expected.contains(point) || !between(&expected, point));
    assert_eq!(found, expected, "{at}");
    // The decision of each piece guarantees the value there.
    for (pair, &decision) in outcome.accepted.curve.windows(2).zip(&outcome.decisions) {
        let middle = (&pair[0].epsilon + &pair[1].epsilon) * ratio(1, 2);
        assert_eq!(
            outcome.at(&middle).expect("inside").0.lower,
            all[decision].value(&middle, selection),
            "{at}, eps {middle}"
        );
    }
    assert_eq!(
        check(game, outcome.certificate.as_slice()).expect("valid"),
        outcome.accepted,
        "{at}"
    );
    expected.len()
}

/// Whether a point lies on the straight line between its neighbours in a list.
fn between(points: &[(Rational, Rational)], point: &(Rational, Rational)) -> bool {
    points.windows(2).any(|pair| {
        pair[0].0 < point.0
            && point.0 < pair[1].0
            && (&point.1 - &pair[0].1) * (&pair[1].0 - &pair[0].0)
                == (&pair[1].1 - &pair[0].1) * (&point.0 - &pair[0].0)
    })
}

#[test]
fn random_curves_are_those_of_all_policies() {
    let (mut bent, mut longest) = (0, 0);
    for seed in 0..250 {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        if !has_curve(&game, &settings(Selection::Pessimistic)) {
            continue;
        }
        let greatest = oracle.greatest_exploitability() + ratio(1, 3);
        for selection in SELECTIONS {
            for (from, to) in [
                (Rational::ZERO, greatest.clone()),
                (&greatest * ratio(1, 7), &greatest * ratio(3, 5)),
            ] {
                let count = same_curve(
                    &game,
                    &oracle.outcomes,
                    selection,
                    &from,
                    &to,
                    &format!("seed {seed}, {selection}, from {from} to {to}"),
                );
                bent += usize::from(count > 2);
                longest = longest.max(count);
            }
        }
    }
    assert!(
        bent > 200 && longest >= 6,
        "{bent} curves have breakpoints, the longest {longest} points"
    );
}

/// At a wage w above 1/4 the policies are `work`, loss 0 and reward 5/4 - w, and `shirk`, loss w -
/// 1/4 and reward 0.
#[test]
fn moral_hazard_on_the_wage_grid() {
    let game = model("moral_hazard_grid");
    let wages = [ratio(1, 4), ratio(3, 10), ratio(7, 20), ratio(2, 5), ratio(9, 20), ratio(11, 20)];
    let outcomes = |wage: &Rational| {
        let work = (wage - ratio(1, 4), ratio(5, 4) - wage);
        Outcomes {
            follower_value: work.0.clone(),
            points: vec![(Rational::ZERO, Rational::ZERO), work],
        }
    };
    let all: Vec<Outcomes> = wages.iter().map(outcomes).collect();
    let (zero, quarter) = (Rational::ZERO, ratio(1, 4));
    let count = same_curve(&game, &all, Selection::Pessimistic, &zero, &quarter, "the wage grid");
    assert!(count >= 6, "{count}");
    let outcome =
        curve(&game, &settings(Selection::Pessimistic), &zero, &quarter).expect("class C0");
    // (1 - sqrt eps)^2 at the epsilons whose best wage is listed.
    for (epsilon, value) in [
        (ratio(1, 100), ratio(81, 100)),
        (ratio(1, 25), ratio(64, 100)),
        (ratio(9, 100), ratio(49, 100)),
    ] {
        let (point, _) = outcome.at(&epsilon).expect("inside");
        assert_eq!((point.lower, point.upper), (value.clone(), value), "eps {epsilon}");
    }
}

/// Reference table: at eps < 1/10 the worst equilibrium of `risky` is near x = 0, from 1/10 on also
/// x = 1.
#[test]
fn the_jump_of_corner_is_located() {
    let game = model("corner");
    let (from, to) = (ratio(1, 20), ratio(3, 20));
    let outcome =
        staircase(&game, &settings(Selection::Pessimistic), (&from, &to), &Resolution::default())
            .expect("class C1");
    assert!(outcome.complete);
    let [jump] = outcome.jumps.as_slice() else { panic!("{:?}", outcome.jumps) };
    let tenth = ratio(1, 10);
    assert!(
        jump.from < tenth && tenth <= jump.to && &jump.to - &jump.from <= ratio(1, 1_000_000),
        "{jump:?}"
    );
    // From -x with x near 1/10 to -1/2.
    assert!(jump.least > ratio(39, 100) && jump.most < ratio(41, 100), "{jump:?}");
    for (certificate, point) in outcome.certificates.iter().zip(&outcome.points) {
        let claim = check(&game, certificate.as_slice()).expect("valid").claim;
        assert!(
            claim.epsilon == point.epsilon
                && claim.lower <= point.lower
                && point.upper <= claim.upper
        );
    }
}

#[test]
fn staircases_enclose_exact_curves_and_point_solves() {
    for seed in 0..12 {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        let to = oracle.greatest_exploitability() + ratio(1, 5);
        for selection in SELECTIONS {
            let resolution = Resolution { most_points: 12, ..Resolution::default() };
            let outcome =
                staircase(&game, &settings(selection), (&Rational::ZERO, &to), &resolution)
                    .expect("class C0");
            for (index, pair) in outcome.points.windows(2).enumerate() {
                let middle = (&pair[0].epsilon * ratio(2, 1) + &pair[1].epsilon) * ratio(1, 3);
                let value = oracle.value(&middle, selection);
                let (lower, upper) = outcome.between(index).expect("an interval");
                assert!(
                    *lower <= value && value <= *upper,
                    "seed {seed}, eps {middle}: {lower} {value} {upper}"
                );
            }
            let lower: Vec<&Rational> = outcome.points.iter().map(|point| &point.lower).collect();
            let ordered = |pair: &[&Rational]| {
                if selection == Selection::Pessimistic {
                    pair[0] >= pair[1]
                } else {
                    pair[0] <= pair[1]
                }
            };
            assert!(lower.windows(2).all(ordered), "seed {seed}: {lower:?}");
        }
    }
}

#[test]
fn points_of_a_curve_are_those_of_single_solves() {
    let game = model("queue_tolls");
    let to = ratio(1, 2);
    let outcome =
        curve(&game, &settings(Selection::Pessimistic), &Rational::ZERO, &to).expect("class C0");
    for k in 0..=7 {
        let epsilon = &to * ratio(k, 7);
        let single = solve(&game, &Settings::new(epsilon.clone())).expect("solved").accepted.claim;
        let (point, _) = outcome.at(&epsilon).expect("inside");
        assert_eq!((point.lower, point.upper), (single.lower, single.upper), "eps {epsilon}");
    }
}

/// Losses 0, 1/2 and 1 with rewards 1, 1/2 - 1e-18 and 0: binary64 cannot tell the vertex in the
/// middle from the chord, which the checker refuses.
#[test]
fn vertices_that_binary64_cannot_see_are_found() {
    let text = r#"
        format = "smfg-game/1"
        name = "three losses"
        stages = 1
        states = ["only"]
        actions = [{ name = "best", loss = 0, gain = 1 }, { name = "middle", loss = "1/2", gain = "0.499999999999999999" }, { name = "worst", loss = 1, gain = 0 }]
        initial = { only = 1 }
        [leader]
        decisions = [{ name = "only" }]
        [[reward]]
        value = "-a.loss"
        [[leader.reward]]
        value = "a.gain"
    "#;
    let game = Game::parse_toml(text).expect("a game");
    let middle = ratio(1, 2) - ratio(1, 1_000_000_000_000_000_000);
    let outcomes = Outcomes {
        follower_value: Rational::ZERO,
        points: vec![
            (Rational::ZERO, Rational::ONE),
            (ratio(-1, 2), middle),
            (Rational::NEG_ONE, Rational::ZERO),
        ],
    };
    let count = same_curve(
        &game,
        &[outcomes],
        Selection::Pessimistic,
        &Rational::ZERO,
        &Rational::ONE,
        "three losses",
    );
    assert_eq!(count, 3);
    let outcome = curve(&game, &settings(Selection::Pessimistic), &Rational::ZERO, &Rational::ONE)
        .expect("class C0");
    assert!(outcome.inductions > 2, "binary64 found it after all");
}
