//! Rules on simplices of decisions: enclosures in fixed point, inductions at the vertices and
//! rationals agree.

use crate::dice::below;
use crate::polytopes::random_game;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use smfg::check::cover::{Judge, Policies, Refused, Tables, judge, relax};
use smfg::exact::{Rational, ratio};
use smfg::game::{Game, Point, Policy, StagePolicy};

/// A random simplex in the unit box, not necessarily with an interior.
fn simplex(rng: &mut ChaCha8Rng, parameters: usize) -> Vec<Point> {
    (0..=parameters)
        .map(|_| (0..parameters).map(|_| ratio(below(rng, 98) as i64, 97)).collect())
        .collect()
}

fn policy(rng: &mut ChaCha8Rng) -> Policy {
    let stages =
        (0..2).map(|_| StagePolicy::Pure((0..2).map(|_| below(rng, 2) as u32).collect())).collect();
    Policy { stages }
}

/// Weights over the first three policies.
fn mix(rng: &mut ChaCha8Rng) -> Vec<(usize, Rational)> {
    let weights: Vec<i64> = (0..3).map(|_| below(rng, 7) as i64 + 1).collect();
    let total = weights.iter().sum::<i64>() as u64;
    weights.into_iter().enumerate().map(|(policy, weight)| (policy, ratio(weight, total))).collect()
}

/// A game with everything that it takes to judge rules in it, once by [`Judge`] and once in
/// rationals.
struct Court {
    game: Game,
    exact: Tables<Rational>,
    policies: Policies<Rational>,
    known: Vec<Policy>,
}

impl Court {
    fn new(rng: &mut ChaCha8Rng, parameters: usize, population: bool) -> Self {
        let game =
            Game::parse_toml(&random_game(rng, parameters, population, false)).expect("a game");
        let exact = Tables::new(&game);
        let mut policies = Policies::default();
        let known: Vec<Policy> = (0..3).map(|_| policy(rng)).collect();
        known.iter().for_each(|policy| assert!(policies.push(&exact, policy).is_some()));
        Court { game, exact, policies, known }
    }

    fn judge(&self, epsilon: &Rational) -> Judge<'_> {
        let mut judge = Judge::new(&self.game, epsilon);
        self.known.iter().for_each(|policy| assert!(judge.push(policy).is_some()));
        judge
    }
}

/// What enclosures show is at least what rationals show, and hardly more; a rule is an
/// eps-equilibrium at its exploitability, however close, and at nothing less.
#[test]
fn enclosures_and_rationals_agree() {
    let mut rng = ChaCha8Rng::seed_from_u64(101);
    let (mut compared, mut above) = (0, 0);
    for case in 0..60 {
        let parameters = 1 + case % 3;
        let court = Court::new(&mut rng, parameters, case % 2 == 1);
        let space = court.game.leader.space().expect("a box");
        for _ in 0..10 {
            let points = simplex(&mut rng, parameters);
            let rule: Vec<_> = points.iter().map(|_| mix(&mut rng)).collect();
            let exact = judge(&court.exact, &points, &rule, &court.policies).expect("it fits");
            let loss = exact.exploitability.iter().max().expect("vertices").clone();
            let roomy = court
                .judge(&ratio(1000, 1))
                .response(&space, &points, &rule)
                .expect("an equilibrium")
                .expect("decisions");
            for (shown, truth) in roomy.iter().zip(&exact.leader) {
                assert!(
                    shown >= truth && shown - truth < ratio(1, 1 << 40),
                    "case {case}: {shown} for {truth}"
                );
                above += usize::from(shown > truth);
                compared += 1;
            }
            let tight = court
                .judge(&loss)
                .response(&space, &points, &rule)
                .expect("an equilibrium")
                .expect("decisions");
            assert!(
                tight
                    .iter()
                    .zip(&exact.leader)
                    .all(|(shown, truth)| shown >= truth && shown - truth < ratio(1, 1 << 40))
            );
            if loss > Rational::ZERO {
                let less = &loss - &loss * ratio(1, 1 << 62);
                let refused =
                    court.judge(&less).response(&space, &points, &rule).expect_err("it loses more");
                assert_eq!(refused, Refused::Exploitable(loss), "case {case}");
            }
        }
    }
    assert!(
        compared > 1000 && above > 100,
        "{above} of {compared} enclosures are wider than a point"
    );
}

/// The same for multipliers, at a positive eps and at 0.
#[test]
fn multipliers_agree() {
    let mut rng = ChaCha8Rng::seed_from_u64(103);
    for case in 0..40 {
        let parameters = 1 + case % 3;
        let court = Court::new(&mut rng, parameters, false);
        for _ in 0..10 {
            let points = simplex(&mut rng, parameters);
            let rule: Vec<_> = points.iter().map(|_| mix(&mut rng)).collect();
            let multiplier = ratio(below(&mut rng, 400) as i64, 7);
            for epsilon in [Rational::ZERO, ratio(1, 30)] {
                let shown =
                    court.judge(&epsilon).relaxed(&points, &multiplier, &rule).expect("it fits");
                let truth =
                    relax(&court.exact, &points, &epsilon, &multiplier, &rule, &court.policies)
                        .expect("it fits");
                assert!(
                    shown
                        .iter()
                        .zip(&truth)
                        .all(|(shown, truth)| shown >= truth && shown - truth < ratio(1, 1 << 30)),
                    "case {case}"
                );
            }
            assert!(court.judge(&ratio(1, 30)).relaxed(&points, &ratio(-1, 7), &rule).is_none());
        }
    }
}

/// One mixture everywhere: inductions at the vertices say the same as forms on the simplex.
#[test]
fn inductions_at_vertices_agree() {
    let mut rng = ChaCha8Rng::seed_from_u64(107);
    for case in 0..60 {
        let parameters = 1 + case % 3;
        let court = Court::new(&mut rng, parameters, case % 4 == 3);
        let points = simplex(&mut rng, parameters);
        let rule = vec![mix(&mut rng); points.len()];
        let shown = court.judge(&Rational::ZERO).exactly(&points, &rule).expect("it fits");
        assert_eq!(
            shown,
            judge(&court.exact, &points, &rule, &court.policies).expect("it fits"),
            "case {case}"
        );
        let (few, unknown) =
            (&rule[..rule.len() - 1], vec![vec![(3, Rational::ONE)]; points.len()]);
        assert!(court.judge(&Rational::ZERO).exactly(&points, few).is_none());
        assert!(court.judge(&Rational::ZERO).exactly(&points, &unknown).is_none());
    }
}
