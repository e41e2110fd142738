//! Leaders with a polytope of decisions: values from outside the program, grids of decisions, and
//! altered certificates.

use crate::altered::altered;
use crate::models::model;
use crate::polytopes::random_game;
use crate::solved::solved;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use smfg::certificate::Selection;
use smfg::check::check;
use smfg::equilibrium::Control;
use smfg::exact::{Rational, parse_rational, ratio};
use smfg::game::Game;
use smfg::leader::{Settings, Status};
use std::time::Duration;

fn settings(epsilon: Rational, selection: Selection) -> Settings<'static> {
    let control = Control::default().within(Duration::from_secs(60));
    Settings {
        selection,
        control: control.clone(),
        race_control: control,
        ..Settings::new(epsilon)
    }
}

fn number(value: &Value) -> Rational {
    parse_rational(value.as_str().expect("a fraction in quotes")).expect("a fraction")
}

/// Every row of tests/oracle/leader_values.json is solved to the gap, and the value lies within the
/// bounds, up to the tolerance of the row.
#[test]
fn values_of_the_reference() {
    let text = std::fs::read_to_string("tests/oracle/leader_values.json").expect("the values");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let mut compared = 0;
    for (row, threads) in rows.iter().flat_map(|row| [(row, 1), (row, 3)]) {
        let name = row["model"].as_str().expect("a name");
        let epsilon = number(&row["epsilon"]);
        let selection = if row["selection"] == "optimistic" {
            Selection::Optimistic
        } else {
            Selection::Pessimistic
        };
        let outcome =
            solved(&model(name), &Settings { threads, ..settings(epsilon.clone(), selection) });
        let (value, slip) = (number(&row["value"]), number(&row["tolerance"]));
        let claim = &outcome.accepted.claim;
        let context = format!(
            "{name} at {epsilon}, {threads} threads: {} <= {value} <= {}",
            claim.lower, claim.upper
        );
        assert!(&claim.lower - &slip <= value && value <= &claim.upper + &slip, "{context}");
        assert_ne!(outcome.status, Status::Limit, "{context}");
        compared += 1;
    }
    assert!(compared >= 2 * 42, "only {compared} rows were compared");
}

/// Searches count their work: the same question has the same certificate in every run, whatever the
/// number of threads.
#[test]
fn the_same_question_has_the_same_certificate() {
    for (name, epsilon) in [
        ("inspection_stages", ratio(1, 20)),
        ("moral_hazard", ratio(1, 100)),
        ("adoption_continuous", ratio(1, 20)),
        ("audit", ratio(1, 20)),
        ("opinion_continuous", ratio(0, 1)),
        ("network_tolls", ratio(1, 20)),
    ] {
        let game = model(name);
        let with = |threads| {
            let settings = Settings {
                threads,
                gap: ratio(1, 1000),
                ..settings(epsilon.clone(), Selection::Pessimistic)
            };
            solved(&game, &settings)
        };
        let first = with(1);
        assert_ne!(first.status, Status::Limit, "{name}");
        for threads in [1, 2, 4] {
            let again = with(threads);
            assert!(first.certificate == again.certificate, "{name}, {threads} threads");
        }
    }
}

/// The epidemic whose followers' transitions see the population: V(1/20) = .191421 at a tax of 3/5,
/// rounded (by hand).
#[test]
fn an_epidemic_with_a_tax() {
    let gap = ratio(1, 10_000);
    let outcome = solved(
        &model("epidemic"),
        &Settings { gap, ..settings(ratio(1, 20), Selection::Pessimistic) },
    );
    let (lower, upper) = (&outcome.accepted.claim.lower, &outcome.accepted.claim.upper);
    assert!(
        *lower >= ratio(191_421 - 192, 1_000_000) && *upper <= ratio(191_422 + 192, 1_000_000),
        "{lower} to {upper}"
    );
    assert!(
        *lower <= ratio(191_422, 1_000_000) && *upper >= ratio(191_420, 1_000_000),
        "{lower} to {upper}"
    );
}

/// Ten thousand and more decisions of two integers are not looked at one by one.
#[test]
fn integers_are_not_enumerated() {
    let outcome = solved(&model("staffing"), &settings(ratio(1, 200), Selection::Pessimistic));
    assert_eq!(outcome.accepted.claim.lower, ratio(-151, 300));
    assert_ne!(outcome.status, Status::Limit);
    assert!(
        outcome.statistics.decisions_solved < 2000,
        "{} of 10201",
        outcome.statistics.decisions_solved
    );
}

/// Grid points of the unit box (or of 0..8 for integers).
fn grid(parameters: usize, steps: usize, integer: bool) -> Vec<Vec<Rational>> {
    let scale = if integer { 1 } else { steps as u64 };
    (0..(steps + 1).pow(parameters as u32))
        .map(|index| {
            (0..parameters)
                .map(|j| ratio((index / (steps + 1).pow(j as u32) % (steps + 1)) as i64, scale))
                .collect()
        })
        .collect()
}

/// A dense grid of decisions, each solved by itself, never beats the upper bound, and never what
/// was found by more than the gap.
#[test]
fn no_decision_of_a_grid_is_better() {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    for case in 0..24 {
        let (parameters, population, integer) = (1 + case % 2, case % 3 == 2, case % 4 == 3);
        let game = Game::parse_toml(&random_game(&mut rng, parameters, population, integer))
            .expect("a game");
        let gap = ratio(1, 1000);
        for (epsilon, selection) in [
            (ratio(1, 10), Selection::Pessimistic),
            (ratio(1, 50), Selection::Pessimistic),
            (ratio(1, 10), Selection::Optimistic),
        ] {
            let outcome = solved(
                &game,
                &Settings { gap: gap.clone(), ..settings(epsilon.clone(), selection) },
            );
            let claim = &outcome.accepted.claim;
            let mut best: Option<Rational> = None;
            for point in grid(parameters, 8, integer) {
                let own = solved(
                    &game,
                    &Settings { point: Some(point), ..settings(epsilon.clone(), selection) },
                );
                assert!(
                    own.accepted.claim.lower <= claim.upper,
                    "case {case}: a decision beats the bound"
                );
                best = best.max(Some(own.accepted.claim.lower));
            }
            let best = best.expect("decisions");
            let reach = &claim.lower
                + &gap
                    * if claim.lower < Rational::NEG_ONE {
                        -claim.lower.clone()
                    } else {
                        claim.lower.clone().max(Rational::ONE)
                    };
            if outcome.status != Status::Limit {
                assert!(
                    best <= reach,
                    "case {case}, {selection:?} at {epsilon}: {best} is found by a grid, {} by solve",
                    claim.lower
                );
            }
        }
    }
}

/// Altered certificates are refused, or accepted with a claim that agrees with the bounds known
/// before.
#[test]
fn altered_covers_claim_nothing_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut refused, mut accepted) = (0, 0);
    for case in 0..12 {
        let integer = case % 4 == 3;
        let game = Game::parse_toml(&random_game(&mut rng, 1 + case % 2, case % 3 == 2, integer))
            .expect("a game");
        for (epsilon, selection) in
            [(ratio(1, 10), Selection::Pessimistic), (ratio(1, 30), Selection::Optimistic)]
        {
            let outcome = solved(
                &game,
                &Settings { gap: ratio(1, 1000), ..settings(epsilon.clone(), selection) },
            );
            let truth = &outcome.accepted.claim;
            let text = String::from_utf8(outcome.certificate.clone()).expect("text");
            for _ in 0..100 {
                let Ok(found) = check(&game, altered(&mut rng, &text).as_bytes()) else {
                    refused += 1;
                    continue;
                };
                accepted += 1;
                let claim = found.claim;
                // Changed questions have other answers: only those about the same eps and
                // selection, over all decisions, are compared.
                if claim.epsilon == truth.epsilon
                    && claim.selection == truth.selection
                    && claim.scope == truth.scope
                {
                    assert!(
                        claim.lower <= truth.upper && truth.lower <= claim.upper,
                        "case {case}: {} to {} is false",
                        claim.lower,
                        claim.upper
                    );
                }
            }
        }
    }
    assert!(refused > 1000 && refused + accepted == 2400, "{refused} refused, {accepted} accepted");
}

/// Covers by hand that must be refused, with the reason: moral hazard, where working is an
/// equilibrium from wage 1/4 on.
#[test]
fn forged_covers_are_refused() {
    let game = model("moral_hazard");
    let head = |upper: &str| {
        format!(
            "smfg-certificate 1\ngame {}\nepsilon 0\nselection pessimistic\nscope all\nclaim 0 {upper}\nat 1\nrange-bound 0\ncover\ncover-policy\nplay 0\ncover-policy\nplay 1\n",
            game.hash()
        )
    };
    let refused = |upper: &str, body: &str| {
        let text = format!("{}{body}\nend\n", head(upper));
        check(&game, text.as_bytes()).expect_err("false").to_string()
    };
    // Nobody works at any wage: not true above 1/4.
    assert!(
        refused("0", "cover-response 0:1 0:1").contains("the exploitability of the witness is 1")
    );
    // Half of the wages only: a piece is missing.
    assert!(refused("0", "cover-cut 0 1\ncover-response 1:1 1:1").contains("not complete"));
    assert!(refused("0", "cover-cut 0 0\ncover-response 1:1 1:1").contains("does not fit"));
    assert!(refused("0", "cover-outside").contains("does not lie beyond"));
    assert!(refused("0", "cover-response 0:2,1:-1 1:1").contains("weights"));
    assert!(refused("0", "cover-response 0:1").contains("does not fit"));
    assert!(refused("0", "cover-response 7:1 7:1").contains("does not fit"));
    assert!(refused("0", "cover-multiplier -1 1:1 1:1").contains("negative"));
    assert!(refused("0", "cover-decisions").contains("continuum"));
    assert!(refused("0", "cover-joined\ncover-end").contains("no bound"));
    assert!(refused("0", "cover-end").contains("does not fit"));
    // True steps, stronger claim: the range shows 5/4.
    assert!(
        refused("1", "cover-range").contains("the upper bound 1 is not shown: the steps show 5/4")
    );
    let fine = format!("{}cover-range\nend\n", head("5/4"));
    assert!(check(&game, fine.as_bytes()).is_ok());
}

/// The reported decision is one, and its own value reaches the lower bound.
#[test]
fn the_decision_reaches_the_lower_bound() {
    let game = model("inspection");
    let outcome = solved(&game, &settings(ratio(1, 50), Selection::Pessimistic));
    let point = outcome.point.clone().expect("a point");
    game.leader.admits(&point).expect("a decision");
    let alone = solved(
        &game,
        &Settings { point: Some(point), ..settings(ratio(1, 50), Selection::Pessimistic) },
    );
    assert_eq!(alone.accepted.claim.lower, outcome.accepted.claim.lower);
}

/// V_eps = (1 - sqrt eps)^2 at a wage of 1/4 + sqrt eps: where eps is a square, wage and value are
/// fractions, and these are reported.
#[test]
fn decisions_of_short_numbers() {
    let game = model("moral_hazard");
    for (epsilon, wage, value) in [
        (ratio(1, 100), ratio(7, 20), ratio(81, 100)),
        (ratio(1, 25), ratio(9, 20), ratio(16, 25)),
        (ratio(9, 100), ratio(11, 20), ratio(49, 100)),
    ] {
        let outcome = solved(&game, &settings(epsilon.clone(), Selection::Pessimistic));
        assert_ne!(outcome.status, Status::Limit, "{epsilon}");
        assert_eq!(outcome.point, Some(vec![wage]), "{epsilon}");
        assert_eq!(outcome.accepted.claim.lower, value, "{epsilon}");
    }
}

/// The best multiple is reported, and bounds are about all decisions: at eps = 1/100 and wages `w`
/// in thirds the best is 1/3, where a share `1/100 / (w - 1/4)` may shirk.
#[test]
fn decisions_on_a_grid() {
    let game = model("moral_hazard");
    let asked = settings(ratio(1, 100), Selection::Pessimistic);
    let outcome = solved(&game, &Settings { decision_grid: Some(ratio(1, 3)), ..asked.clone() });
    assert_eq!(outcome.point, Some(vec![ratio(1, 3)]));
    let worth = (ratio(1, 1) - ratio(12, 100)) * (ratio(5, 4) - ratio(1, 3));
    assert_eq!(outcome.accepted.claim.lower, worth);
    assert!(outcome.accepted.claim.upper >= ratio(81, 100));
    assert_eq!(outcome.status, Status::Limit);
    let outcome = solved(&game, &Settings { decision_grid: Some(ratio(1, 100)), ..asked });
    assert_eq!(outcome.point, Some(vec![ratio(7, 20)]));
    assert_ne!(outcome.status, Status::Limit);
}

/// Five tolls on five links: the leader's costs depend on the flows alone, and tolls reach the best
/// of all flows, -371/576 (by hand: marginal costs are equal on the links used).
#[test]
fn the_best_of_all_populations_bounds_all_decisions() {
    let outcome =
        solved(&model("leaders/five_tolls"), &settings(ratio(0, 1), Selection::Pessimistic));
    assert_ne!(outcome.status, Status::Limit);
    assert_eq!(outcome.accepted.claim.upper, ratio(-371, 576));
}

/// A toll on each of `count` roads, which have as many drivers each; who drives earns `worth` less
/// the toll, and less the share of drivers on the road where that counts.
fn toll_roads(count: usize, most: u32, worth: u32, crowded: bool) -> Game {
    let list = |item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(", ");
    let states = list(&|k| format!("\"s{k}\""));
    let initial = list(&|k| format!("s{k} = \"1/{count}\""));
    let tolls = list(&|k| format!("{{ name = \"toll{k}\", lower = 0, upper = {most} }}"));
    let mut text = format!(
        "format = \"smfg-game/1\"\nname = \"roads\"\nstages = 1\nstates = [{states}]\n\
         actions = [\"stay\", \"drive\"]\ninitial = {{ {initial} }}\n\
         [leader]\nvariables = [{tolls}]\n"
    );
    for k in 0..count {
        let others = if crowded { format!(" - {count} * mu[s{k}, drive]") } else { String::new() };
        text += &format!(
            "[[reward]]\nstate = \"s{k}\"\naction = \"drive\"\nvalue = \"{worth} - toll{k}{others}\"\n\
             [[leader.reward]]\nstate = \"s{k}\"\naction = \"drive\"\nvalue = \"toll{k}\"\n"
        );
    }
    Game::parse_toml(&text).expect("a game")
}

/// Drivers stay where the toll is what driving is worth, or more: she gets nearly 1, which is also
/// all that she could get.
#[test]
fn many_tolls_in_class_c0() {
    let game = toll_roads(12, 1, 1, false);
    let outcome = solved(&game, &settings(Rational::ZERO, Selection::Pessimistic));
    let claim = &outcome.accepted.claim;
    assert_eq!(claim.upper, Rational::ONE);
    assert!(claim.lower >= ratio(99, 100), "{}", claim.lower);
    smfg::elaborate::prove(&game, outcome.certificate.as_slice()).expect("a proof");
}

/// With congestion `min(1, 2 - toll)` drive, so that a toll of 1 is best and earns 1.
#[test]
fn many_tolls_in_class_c1() {
    let game = toll_roads(10, 2, 2, true);
    let limited = Control::default().within(Duration::from_secs(30));
    let asked = settings(Rational::ZERO, Selection::Pessimistic);
    let outcome = solved(&game, &Settings { control: limited, ..asked });
    let claim = &outcome.accepted.claim;
    assert!(claim.lower >= ratio(99, 100) && claim.lower <= Rational::ONE, "{}", claim.lower);
    assert!(claim.upper >= Rational::ONE && claim.upper <= ratio(2, 1), "{}", claim.upper);
    smfg::elaborate::prove(&game, outcome.certificate.as_slice()).expect("a proof");
    // Neither accepts more than the range of the whole box shows.
    let text = String::from_utf8(outcome.certificate.clone()).expect("text");
    let sharper = &claim.upper - ratio(1, 1_000_000);
    let (own, forged) =
        (format!("{} {}", claim.lower, claim.upper), format!("{} {sharper}", claim.lower));
    let forged = text.replace(&format!("claim {own}"), &format!("claim {forged}"));
    assert_ne!(text, forged);
    assert!(check(&game, forged.as_bytes()).is_err());
    assert!(smfg::elaborate::prove(&game, forged.as_bytes()).is_err());
}
