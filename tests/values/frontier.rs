//! Trade-offs between exploitability and a social objective against values known from the theory of
//! congestion games.
//!
//! Pigou's network has price of anarchy 4/3 for affine latencies, and so has Braess's (T.
//! Roughgarden, E. Tardos, How bad is selfish routing?, Journal of the ACM 49(2), 2002); the
//! numbers are those of the reference table of models/README.md.

use crate::enumeration::Outcomes;
use crate::models::model;
use crate::random_tiny::mean_field_free;
use smfg::analysis::frontier::{FrontierOutcome, Price, frontier, greatest_exploitability};
use smfg::analysis::sweep::Resolution;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::exact::{Rational, ratio};
use smfg::leader::Settings;

fn at(name: &str) -> Settings<'static> {
    let decision = model(name.split_once('/').expect("model/decision").0)
        .finite_decisions()
        .expect("a list")
        .iter()
        .position(|decision| decision.name.as_deref() == name.split_once('/').map(|parts| parts.1));
    Settings { decision: Some(decision.expect("a decision")), ..Settings::new(Rational::ZERO) }
}

fn ends(name: &str, from: Rational, to: Rational) -> FrontierOutcome {
    let game = model(name.split_once('/').expect("model/decision").0);
    let resolution = Resolution { width: ratio(1, 20), ..Resolution::default() };
    let outcome = frontier(&game, &at(name), (&from, &to), &resolution, false).expect("solved");
    for certificate in outcome.certificates() {
        check(&game, certificate).expect("valid");
    }
    outcome
}

fn exactly(numerator: i64, denominator: u64) -> Price {
    let price = ratio(numerator, denominator);
    Price::Between(price.clone(), Some(price))
}

fn optimum(outcome: &FrontierOutcome) -> (Rational, Rational) {
    (outcome.optimum.lower.clone(), outcome.optimum.upper.clone())
}

fn exact_pair(numerator: i64, denominator: u64) -> (Rational, Rational) {
    (ratio(numerator, denominator), ratio(numerator, denominator))
}

#[test]
fn pigou_without_toll() {
    let outcome = ends("pigou_latency/toll 0", Rational::ZERO, Rational::ZERO);
    assert_eq!(optimum(&outcome), exact_pair(-3, 4));
    assert_eq!(
        (outcome.price_of_anarchy(), outcome.price_of_stability()),
        (exactly(4, 3), exactly(4, 3))
    );
}

#[test]
fn braess_without_toll() {
    let outcome = ends("braess/toll 0", Rational::ZERO, Rational::ZERO);
    assert_eq!(optimum(&outcome), exact_pair(-3, 2));
    assert_eq!(
        (outcome.price_of_anarchy(), outcome.price_of_stability()),
        (exactly(4, 3), exactly(4, 3))
    );
}

/// Untolled total latency 3/4, optimum 11/16.
#[test]
fn three_links_without_tolls() {
    let outcome = ends("links_optimum/none", Rational::ZERO, Rational::ZERO);
    assert_eq!(optimum(&outcome), exact_pair(-11, 16));
    assert_eq!(outcome.price_of_anarchy(), exactly(12, 11));
}

/// Without subsidy nobody or all adopt: 0 or 3/2, and 3/2 is the optimum. With 13/20 all adopt.
#[test]
fn adoption_at_both_ends() {
    let none = ends("adoption/none", Rational::ZERO, ratio(1, 8));
    assert_eq!(optimum(&none), exact_pair(3, 2));
    assert_eq!(
        (none.price_of_anarchy(), none.price_of_stability()),
        (Price::Infinite, exactly(1, 1))
    );
    for point in none.worst().points() {
        assert!(
            point.lower == Rational::ZERO && point.upper == Rational::ZERO,
            "nobody adopts: {point}"
        );
    }
    assert!(none.best().points().iter().all(|point| point.lower == ratio(3, 2)));
    let enough = ends("adoption/enough", Rational::ZERO, Rational::ZERO);
    assert_eq!(
        (enough.price_of_anarchy(), enough.price_of_stability()),
        (exactly(1, 1), exactly(1, 1))
    );
}

/// Without toll, eps-equilibria of Pigou's network have (1 - x)(1 - x) <= eps with x the flow on
/// the congestible link: at eps <= 1/4 the best total latency is x^2 + 1 - x at x = 1 - sqrt(eps).
#[test]
fn pigou_trade_off() {
    let outcome = ends("pigou_latency/toll 0", Rational::ZERO, ratio(1, 4));
    for k in [1u64, 2, 3, 4] {
        // sqrt(eps) = k/10
        let (root, epsilon) = (ratio(k as i64, 10), ratio((k * k) as i64, 100));
        let x = Rational::ONE - &root;
        let value = &x - Rational::ONE - &x * &x;
        let best = outcome.best().at(&epsilon).expect("inside");
        assert!(best.lower <= value && value <= best.upper, "eps {epsilon}: {best}");
        let worst = outcome.worst().at(&epsilon).expect("inside");
        assert!(
            worst.lower <= ratio(-1, 1) && worst.upper >= ratio(-1, 1),
            "eps {epsilon}: {worst}"
        );
    }
}

/// In class C0 both sides are the curves of all policies, and the optimum is the best policy.
#[test]
fn random_games_against_all_policies() {
    for seed in 0..40 {
        let tiny = mean_field_free(seed);
        let game = tiny.game();
        let outcomes = Outcomes::new(&tiny, 0);
        let bound = greatest_exploitability(&game.at(&tiny.decisions[0]));
        assert!(bound >= outcomes.greatest_exploitability(), "seed {seed}");
        let to = &bound * ratio(1, 2) + ratio(1, 7);
        let settings = Settings { decision: Some(0), ..Settings::new(Rational::ZERO) };
        for cost in [false, true] {
            let outcome =
                frontier(&game, &settings, (&Rational::ZERO, &to), &Resolution::default(), cost)
                    .expect("solved");
            let values = || outcomes.points.iter().map(|point| point.1.clone());
            let best = if cost { values().min() } else { values().max() }.expect("a policy");
            assert_eq!(optimum(&outcome), (best.clone(), best), "seed {seed}");
            for epsilon in [Rational::ZERO, &to * ratio(1, 3), to.clone()] {
                let (least, greatest) = (
                    outcome.least.at(&epsilon).expect("inside"),
                    outcome.greatest.at(&epsilon).expect("inside"),
                );
                let (low, high) = (
                    outcomes.value(&epsilon, Selection::Pessimistic),
                    outcomes.value(&epsilon, Selection::Optimistic),
                );
                assert_eq!(
                    (least.lower, least.upper, greatest.lower, greatest.upper),
                    (low.clone(), low, high.clone(), high),
                    "seed {seed}"
                );
            }
        }
    }
}
