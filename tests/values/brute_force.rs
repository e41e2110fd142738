//! The answers of `solve` against enumeration.
//!
//! For a fixed decision of a game of class C0 whose leader's reward is linear, `J0 = c'd + k`, the
//! eps-equilibria are `{ d in D : r'd >= V* - eps }` with `D` the polytope of flows. The vertices
//! of `D` are the flows of the deterministic policies, and a linear form on `D` with one more
//! inequality is least at a vertex of the cut polytope: a vertex of `D`, or a point where the
//! inequality is tight on an edge of `D`, which joins two vertices. So the least (greatest)
//! leader's reward is reached by a deterministic policy or by a mixture of two with exploitability
//! at most eps, and the enumeration of [`crate::oracle`] is complete. It evaluates policies
//! forwards with rationals of its own and uses neither the inductions of the library nor its
//! checker.

use crate::dice::Dice;
use crate::evaluation::{evaluate, play_of};
use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::selections::SELECTIONS;
use crate::tiny::Tiny;
use smfg::certificate::{Arithmetic, Selection};
use smfg::equilibrium::dynamic_programming::{ApproxCache, Effort, Search, certify};
use smfg::equilibrium::{Control, Problem};
use smfg::exact::{Rational, ratio};
use smfg::leader::{Enclosed, Outcome, Precision, Settings, Status, solve};

const GAMES: u64 = 400;

/// Zero, small, exactly what some deterministic policy can be exploited by, large, and beyond every
/// exploitability.
fn epsilons(seed: u64, oracle: &Oracle) -> Vec<Rational> {
    let mut dice = Dice::new(seed ^ 0x5eed);
    let greatest = oracle.greatest_exploitability();
    let outcomes = dice.pick(&oracle.outcomes);
    let of_a_policy = &outcomes.follower_value - &dice.pick(&outcomes.points).0;
    let base = if greatest.is_zero() { Rational::ONE } else { greatest.clone() };
    let mut all = vec![
        Rational::ZERO,
        &base * ratio(1, 37),
        of_a_policy,
        &base * ratio(3, 5),
        greatest + Rational::ONE,
    ];
    all.sort();
    all.dedup();
    all
}

fn settings(epsilon: &Rational, selection: Selection, precision: Precision) -> Settings<'static> {
    Settings { selection, precision, ..Settings::new(epsilon.clone()) }
}

/// Every reported interval contains the oracle's value of its decision.
fn intervals_contain(outcome: &Outcome, inner: &[Rational], at: &str) {
    assert_eq!(outcome.accepted.decisions.len(), inner.len(), "{at}");
    for ((lower, upper), value) in outcome.accepted.decisions.iter().zip(inner) {
        assert!(lower.as_ref().is_none_or(|lower| lower <= value), "{at}: {lower:?} > {value}");
        assert!(upper.as_ref().is_none_or(|upper| upper >= value), "{at}: {upper:?} < {value}");
    }
}

#[test]
fn exact_answers_are_the_oracles() {
    let mut solved = 0;
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        for epsilon in epsilons(seed, &oracle) {
            for selection in SELECTIONS {
                let at = format!("seed {seed}, eps {epsilon}, {selection}");
                let inner = oracle.inner(&epsilon, selection);
                let value = inner.iter().max().expect("a decision");
                let mut settings = settings(&epsilon, selection, Precision::Exact);
                settings.threads = 1 + (seed % 2) as usize;
                let outcome =
                    solve(&game, &settings).unwrap_or_else(|error| panic!("{at}: {error}"));
                let claim = &outcome.accepted.claim;
                assert_eq!((&claim.lower, &claim.upper), (value, value), "{at}");
                assert_eq!(outcome.status, Status::Exact, "{at}");
                assert_eq!(&inner[outcome.decision], value, "{at}: decision {}", outcome.decision);
                assert_eq!(outcome.statistics.refused_steps, 0, "{at}");
                intervals_contain(&outcome, &inner, &at);
                equilibrium_is_one(&tiny, &outcome, &epsilon, value, &at);
                solved += 1;
            }
        }
    }
    assert!(solved >= 3000, "{solved}");
}

/// The reported policy is an eps-equilibrium of the reported decision with the reported leader's
/// reward, which is the value.
fn equilibrium_is_one(
    tiny: &Tiny,
    outcome: &Outcome,
    epsilon: &Rational,
    value: &Rational,
    at: &str,
) {
    let equilibrium =
        outcome.equilibrium.as_ref().unwrap_or_else(|| panic!("{at}: no equilibrium"));
    let policy = equilibrium.policy.as_ref().unwrap_or_else(|| panic!("{at}: no policy"));
    let evaluated = evaluate(tiny, outcome.decision, &play_of(policy));
    assert!(evaluated.exploitability <= *epsilon, "{at}: {}", evaluated.exploitability);
    assert_eq!(evaluated.leader_reward, *value, "{at}");
    assert_eq!(equilibrium.exploitability, Enclosed::Exact(evaluated.exploitability), "{at}");
    assert_eq!(equilibrium.leader_reward, Enclosed::Exact(evaluated.leader_reward), "{at}");
}

/// The largest absolute value of the rewards of a game over one path, and 1: the size to which
/// rounding is relative.
fn scale(oracle: &Oracle) -> Rational {
    let magnitude = |x: &Rational| if *x < Rational::ZERO { -x.clone() } else { x.clone() };
    let points = oracle.outcomes.iter().flat_map(|outcomes| &outcomes.points);
    points.flat_map(|(r, c)| [magnitude(r), magnitude(c)]).fold(Rational::ONE, Ord::max)
}

#[test]
fn one_decision_at_a_time() {
    for seed in 0..60 {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        let epsilon = oracle.greatest_exploitability() * ratio(1, 9);
        for selection in SELECTIONS {
            for (decision, value) in oracle.inner(&epsilon, selection).iter().enumerate() {
                let mut settings = settings(&epsilon, selection, Precision::Exact);
                settings.decision = Some(decision);
                let outcome = solve(&game, &settings).expect("a solvable game");
                assert_eq!(
                    (&outcome.accepted.claim.lower, &outcome.accepted.claim.upper),
                    (value, value),
                    "seed {seed}"
                );
                assert_eq!(outcome.decision, decision);
            }
        }
    }
}

#[test]
fn rounded_answers_enclose_the_oracles() {
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        let scale = scale(&oracle);
        for epsilon in epsilons(seed, &oracle) {
            for selection in SELECTIONS {
                let at = format!("seed {seed}, eps {epsilon}, {selection}");
                let inner = oracle.inner(&epsilon, selection);
                let value = inner.iter().max().expect("a decision");
                let outcome = solve(&game, &settings(&epsilon, selection, Precision::Bits(64)))
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
                let claim = &outcome.accepted.claim;
                assert!(
                    claim.lower <= *value && *value <= claim.upper,
                    "{at}: {claim:?}, value {value}"
                );
                assert_eq!(outcome.statistics.refused_steps, 0, "{at}");
                intervals_contain(&outcome, &inner, &at);
                if epsilon > Rational::ZERO {
                    let width = &claim.upper - &claim.lower;
                    assert!(
                        width <= &scale * ratio(1, 1_000_000_000),
                        "{at}: width {width}, value {value}, {claim:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn quick_proofs_enclose() {
    let mut tight = 0;
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        for epsilon in epsilons(seed, &oracle) {
            for selection in SELECTIONS {
                for (decision, value) in oracle.inner(&epsilon, selection).iter().enumerate() {
                    let values =
                        &game.finite_decisions().expect("a finite leader")[decision].values;
                    let numbers = game.at(values).mean_field_free().expect("class C0");
                    let problem = Problem { numbers: &numbers, epsilon: &epsilon, selection };
                    let value = problem.sigma() * value;
                    let mut search = Search::new(&problem, &ApproxCache::default());
                    for steps in 0..4 {
                        for arithmetic in
                            [Arithmetic::Exact, Arithmetic::Rounded(8), Arithmetic::Rounded(64)]
                        {
                            let proved = certify(
                                &problem,
                                &search,
                                arithmetic,
                                Effort::Quick,
                                &Control::default(),
                            );
                            let at = format!(
                                "seed {seed}, eps {epsilon}, {selection}, decision {decision}, {steps} steps, {arithmetic}"
                            );
                            assert!(
                                proved.bound.value <= value,
                                "{at}: {} > {value}",
                                proved.bound.value
                            );
                            assert!(
                                proved.witness.value >= value,
                                "{at}: {} < {value}",
                                proved.witness.value
                            );
                            tight += usize::from(proved.bound.value == proved.witness.value);
                        }
                        search.step(&|| true);
                    }
                }
            }
        }
    }
    assert!(tight > 0);
}
