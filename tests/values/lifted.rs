//! Games of any class through boxes of statistics: known values, enumeration on tiny games,
//! alterations of certificates.

use crate::dice::below;
use crate::evaluation::{evaluate, play_of};
use crate::selections::SELECTIONS;
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use crate::tree_certificates::{alter, certificate, eighth, ends, solve_lifted, strengthen};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::equilibrium::lifted::LiftedProblem;
use smfg::equilibrium::{Control, InnerSearch, Proved};
use smfg::exact::{Rational, ratio, to_approx};
use smfg::game::Game;
use std::path::Path;

const GAP: f64 = 1e-6;

fn sigma(selection: Selection) -> f64 {
    if selection == Selection::Pessimistic { 1.0 } else { -1.0 }
}

/// Both proved ends lie within `tolerance` of the value of J0.
fn assert_value(
    proved: &Proved,
    selection: Selection,
    expected: f64,
    tolerance: f64,
    context: &str,
) {
    for end in [&proved.bound.value, &proved.witness.value] {
        let value = sigma(selection) * to_approx(end);
        assert!((value - expected).abs() <= tolerance, "{context}: {value}, expected {expected}");
    }
}

/// `models/epidemic.toml` with one tax.
fn epidemic() -> Game {
    let text = std::fs::read_to_string("models/epidemic.toml").expect("a shipped model");
    let start = text.find("variables = [").expect("a continuous leader");
    let end = start + text[start..].find('\n').expect("a line");
    let text = format!(
        "{}decisions = [{{ name = \"tax\", tax = \"3/5\" }}]{}",
        &text[..start],
        &text[end..]
    );
    Game::parse_toml(&text).expect("a game")
}

/// At tax 3/5 the value is 1/5 - 5/16 (sqrt(4/25 + 16/5 eps) - 2/5)^2 (the model's own page).
#[test]
fn epidemic_with_a_fixed_tax() {
    let game = epidemic();
    for (epsilon, p, q) in [(0.05, 1, 20), (0.01, 1, 100), (0.0, 0, 1)] {
        let (proved, _) = solve_lifted(&game, 0, &ratio(p, q), Selection::Pessimistic, GAP);
        let root = f64::sqrt(4.0 / 25.0 + 16.0 / 5.0 * epsilon) - 2.0 / 5.0;
        assert_value(
            &proved,
            Selection::Pessimistic,
            0.2 - 5.0 / 16.0 * root * root,
            2e-6,
            &format!("eps = {p}/{q}"),
        );
    }
}

/// What SCIP 10 found for the non-convex programme; its points may exceed eps by 5e-8, which moves
/// values by up to 1e-5.
#[test]
fn a_game_solved_by_another_solver() {
    let game = Game::load(Path::new("tests/data/pcoup-3x3x2-K1-100.json")).expect("a game");
    let table = [
        (0, 8, Selection::Pessimistic, 0.386_523_311),
        (0, 8, Selection::Optimistic, 1.204_647_248),
        (0, 64, Selection::Pessimistic, 0.586_293_804),
        (0, 64, Selection::Optimistic, 1.042_758_345),
        (1, 8, Selection::Pessimistic, 0.599_642_019),
        (1, 8, Selection::Optimistic, 1.057_718_031),
        (1, 64, Selection::Pessimistic, 0.751_538_212),
        (1, 64, Selection::Optimistic, 0.871_443_429),
    ];
    for (decision, q, selection, expected) in table {
        let (proved, _) = solve_lifted(&game, decision, &ratio(1, q), selection, GAP);
        assert_value(
            &proved,
            selection,
            expected,
            1e-5,
            &format!("decision {decision}, eps = 1/{q}, {selection}"),
        );
    }
}

/// Two stages, two states, two actions; transitions and rewards depend on the mass that plays
/// action 1 at stage 0, rewards with squares.
fn tiny(rng: &mut ChaCha8Rng) -> Tiny {
    let aggregates = vec![
        TinyAggregate { stage: 0, weights: vec![(0, 1, ratio(1, 1)), (1, 1, ratio(1, 2))] },
        TinyAggregate { stage: 1, weights: vec![(0, 0, ratio(1, 1))] },
    ];
    let reward = |rng: &mut ChaCha8Rng| {
        let form = Form::constant(eighth(rng, -8, 8)).and(eighth(rng, -8, 8), &[], &[0]).and(
            eighth(rng, -8, 8),
            &[],
            &[1],
        );
        if below(rng, 3) == 0 { form.and(eighth(rng, -8, 8), &[], &[0, 0]) } else { form }
    };
    let mut stages = Vec::new();
    for t in 0..2 {
        let mut rows = Vec::new();
        for _ in 0..2 {
            let row = (0..2).map(|action| {
                let base = eighth(rng, 2, 4);
                let slope = eighth(rng, -2, 4);
                let to_first = Form::constant(base.clone()).and(slope.clone(), &[], &[0]);
                let to_second = Form::constant(ratio(1, 1) - base).and(-slope, &[], &[0]);
                let next = if t == 0 { vec![(0, to_first), (1, to_second)] } else { Vec::new() };
                Cell { action, reward: reward(rng), leader: reward(rng), next }
            });
            rows.push(row.collect());
        }
        stages.push(rows);
    }
    Tiny {
        actions: 2,
        initial: vec![ratio(3, 8), ratio(5, 8)],
        stages,
        aggregates,
        payoff: Form::default(),
        decisions: vec![Vec::new()],
    }
}

/// Every policy with probabilities in multiples of 1/6 is an inner approximation of the equilibria.
#[test]
fn enumerated_policies_do_not_beat_the_bounds() {
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let steps = 6;
    for round in 0..12 {
        let tiny = tiny(&mut rng);
        let game = tiny.game();
        let mut evaluated = Vec::new();
        for code in 0..(steps + 1u64).pow(4) {
            let share = |place: u32| {
                let p = ratio((code / (steps + 1).pow(place) % (steps + 1)) as i64, steps);
                vec![(0, ratio(1, 1) - &p), (1, p)]
            };
            let play = vec![vec![share(0), share(1)], vec![share(2), share(3)]];
            let evaluation = evaluate(&tiny, 0, &play);
            evaluated.push((evaluation.exploitability, evaluation.leader_reward));
        }
        for epsilon in [ratio(1, 4), ratio(1, 32)] {
            for selection in SELECTIONS {
                let (proved, _) = solve_lifted(&game, 0, &epsilon, selection, GAP);
                let sign = if selection == Selection::Pessimistic {
                    Rational::ONE
                } else {
                    Rational::NEG_ONE
                };
                for (_, leader) in
                    evaluated.iter().filter(|(exploitability, _)| *exploitability <= epsilon)
                {
                    assert!(
                        &sign * leader >= proved.bound.value,
                        "round {round}: {leader} beats {}",
                        proved.bound.value
                    );
                }
                let width = to_approx(&(&proved.witness.value - &proved.bound.value));
                assert!(
                    width <= 2.0 * GAP * to_approx(&proved.bound.value).abs().max(1.0),
                    "round {round}: width {width}"
                );
                let parts = proved.mixture().expect("a policy");
                let witness = evaluate(&tiny, 0, &play_of(&parts[0].policy));
                assert!(
                    witness.exploitability <= epsilon
                        && &sign * witness.leader_reward <= proved.witness.value
                );
            }
        }
    }
}

/// Boxes after which a search at eps = 0, which need not end, is left.
const MOST_BOXES: usize = 40;
/// Alterations of each certificate.
const PER_CERTIFICATE: usize = 120;

/// What is proved after some boxes, with the certificate that `check` has accepted.
fn proved_early(game: &Game, epsilon: &Rational, selection: Selection) -> (Proved, String) {
    let instance = game.at(&game.finite_decisions().expect("a finite leader")[0].values);
    let mut search =
        LiftedProblem::new(&instance, selection, epsilon, GAP).expect("numbers in range");
    let control = Control::default();
    for _ in 0..MOST_BOXES {
        if search.done() {
            break;
        }
        search.advance(&control);
    }
    let proved = search.proved();
    let text = certificate(game, 0, epsilon, selection, &proved);
    check(game, text.as_bytes()).unwrap_or_else(|rejection| panic!("{}: {rejection}", game.name));
    (proved, text)
}

/// How many of the alterations of a certificate are refused and accepted; an accepted one with a
/// claim beyond `truth` fails the test.
///
/// Only what follows the lines of the claim about game, eps, selection and scope is altered.
fn altered(
    rng: &mut ChaCha8Rng,
    game: &Game,
    text: &str,
    truth: &(Rational, Rational),
) -> (usize, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..PER_CERTIFICATE {
        let mut altered: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
        let at = 5 + below(rng, lines.len() - 5);
        let old = lines[at];
        alter(rng, &mut altered, at);
        if below(rng, 4) == 0 {
            strengthen(rng, &mut altered);
        }
        let Ok(verdict) = check(game, (altered.join("\n") + "\n").as_bytes()) else {
            refused += 1;
            continue;
        };
        accepted += 1;
        let (lower, upper) = (verdict.claim.lower, verdict.claim.upper);
        let (least, greatest) = truth;
        assert!(
            lower <= *greatest && upper >= *least,
            "accepted {lower} to {upper}, the value is in {least} to {greatest}:\n{old}"
        );
    }
    (refused, accepted)
}

/// A certificate with a line changed, or with stronger claims besides, is refused, or what it then
/// claims is still true.
#[test]
fn altered_trees_claim_nothing_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let (mut refused, mut accepted) = (0, 0);
    for round in 0..24 {
        let game = tiny(&mut rng).game();
        let epsilon = [ratio(1, 16), ratio(1, 64), Rational::ZERO][round % 3].clone();
        let selection = SELECTIONS[round / 3 % 2];
        let (proved, text) = proved_early(&game, &epsilon, selection);
        let (no, yes) = altered(&mut rng, &game, &text, &ends(&proved, selection));
        refused += no;
        accepted += yes;
    }
    println!("{refused} refused, {accepted} accepted");
    assert!(
        refused + accepted == 24 * PER_CERTIFICATE && refused > 1_500 && accepted > 20,
        "{refused} refused, {accepted} accepted"
    );
}

/// Values in closed form: the ends are not the program's own.
#[test]
fn altered_trees_against_closed_forms() {
    let mut rng = ChaCha8Rng::seed_from_u64(22);
    let game = epidemic();
    let (mut refused, mut accepted) = (0, 0);
    // 1/5 - 5/16 (sqrt(4/25 + 16/5 eps) - 2/5)^2, twelve digits, and 1/5 for the best equilibrium.
    let fifth = || (ratio(1, 5), ratio(1, 5));
    let rows = [
        (
            ratio(1, 20),
            Selection::Pessimistic,
            (ratio(191_421_356_237, 1_000_000_000_000), ratio(191_421_356_238, 1_000_000_000_000)),
        ),
        (
            ratio(1, 100),
            Selection::Pessimistic,
            (ratio(199_544_511_501, 1_000_000_000_000), ratio(199_544_511_502, 1_000_000_000_000)),
        ),
        (ratio(1, 100), Selection::Optimistic, fifth()),
        (Rational::ZERO, Selection::Pessimistic, fifth()),
        (Rational::ZERO, Selection::Optimistic, fifth()),
    ];
    for (epsilon, selection, truth) in rows {
        let (_, text) = proved_early(&game, &epsilon, selection);
        let (no, yes) = altered(&mut rng, &game, &text, &truth);
        refused += no;
        accepted += yes;
    }
    println!("{refused} refused, {accepted} accepted");
    assert!(
        refused > 300 && accepted > 0,
        "{refused} refused, {accepted} accepted: the alterations are not what they should be"
    );
}
