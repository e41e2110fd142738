//! Values over the decisions that meet requirements, against enumeration and a closed form.
//!
//! In a game of class C0 with linear expressions the ends of the range of an expression over the
//! eps-equilibria of a decision are values of the same game with the expression in place of the
//! leader's reward, which [`crate::oracle`] knows by enumeration: a decision is feasible when its
//! end keeps the bound.

use crate::dice::Dice;
use crate::evaluation::{evaluate, play_of};
use crate::oracle::Oracle;
use crate::proved::assert_bundle;
use crate::random_tiny::mean_field_free;
use crate::tiny::{Form, Tiny};
use smfg::certificate::Selection;
use smfg::check::check_bundle;
use smfg::exact::{Rational, ratio};
use smfg::game::{Game, Limit, Requirement, Vocabulary};
use smfg::leader::{
    Precision, RequiredOutcome, Settings, SolveError, Status, solve, solve_required,
};
use std::sync::Arc;

const GAMES: u64 = 200;

/// Some pairs of a game with small weights, as an expression and as the leader's reward of a game.
fn expression(tiny: &Tiny, dice: &mut Dice) -> (String, Tiny) {
    let mut measured = tiny.clone();
    measured.payoff = Form::default();
    let mut terms = vec!["0".to_string()];
    for (t, rows) in measured.stages.iter_mut().enumerate() {
        for (s, row) in rows.iter_mut().enumerate() {
            for cell in row.iter_mut() {
                let weight = dice.below(5) as i64 - 2;
                cell.leader = Form::constant(ratio(weight, 1));
                if weight != 0 {
                    terms.push(format!("({weight}) * mu[s{s}, a{}]@{t}", cell.action));
                }
            }
        }
    }
    (terms.join(" + "), measured)
}

fn with_requirement(game: &Game, value: &str, limit: Limit) -> Game {
    let requirements = vec![Requirement { value: value.to_string(), limit }];
    let vocabulary = Vocabulary { requirements, ..game.vocabulary.as_ref().clone() };
    Game { vocabulary: Arc::new(vocabulary), ..game.clone() }
}

/// A bound among the ends, so that some are met exactly, or near one, or beyond all.
fn bound(ends: &[Rational], dice: &mut Dice) -> Rational {
    let end = dice.pick(ends).clone();
    match dice.below(4) {
        0 | 1 => end,
        2 => end + ratio(dice.below(3) as i64 - 1, 1000),
        _ => end - ratio(5, 1),
    }
}

fn settings(epsilon: &Rational, selection: Selection) -> Settings<'static> {
    Settings { selection, precision: Precision::Exact, ..Settings::new(epsilon.clone()) }
}

#[test]
fn pessimistic_values_are_those_of_enumeration() {
    let (mut none, mut some) = (0, 0);
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let mut dice = Dice::new(seed ^ 0xb0_0d);
        let (value, measured) = expression(&tiny, &mut dice);
        let (rewards, measures) = (Oracle::new(&tiny), Oracle::new(&measured));
        let epsilon = rewards.greatest_exploitability() * ratio(dice.below(4) as i64, 7);
        let most = dice.once_in(2);
        let end = if most { Selection::Optimistic } else { Selection::Pessimistic };
        let ends = measures.inner(&epsilon, end);
        let bound = bound(&ends, &mut dice);
        let limit = if most { Limit::AtMost(bound.clone()) } else { Limit::AtLeast(bound.clone()) };
        let game = with_requirement(&tiny.game(), &value, limit);
        let feasible: Vec<bool> =
            ends.iter().map(|end| if most { *end <= bound } else { *end >= bound }).collect();
        let inner = rewards.inner(&epsilon, Selection::Pessimistic);
        let expected = inner.iter().zip(&feasible).filter(|(_, met)| **met).map(|(v, _)| v).max();
        let at = format!("seed {seed}, eps {epsilon}, {value} against {bound}");
        let found = solve_required(&game, &settings(&epsilon, Selection::Pessimistic))
            .unwrap_or_else(|error| panic!("{at}: {error}"));
        let verdicts: Vec<Option<bool>> = found.decisions.iter().map(|own| own.feasible).collect();
        assert_eq!(verdicts, feasible.iter().map(|met| Some(*met)).collect::<Vec<_>>(), "{at}");
        assert_eq!(found.lower.as_ref(), expected, "{at}");
        assert_eq!(found.upper.as_ref(), expected, "{at}");
        assert_eq!(found.infeasible(), expected.is_none(), "{at}");
        assert_eq!(found.status, Status::Exact, "{at}");
        let count = feasible.len() + feasible.iter().filter(|met| **met).count();
        assert_eq!(check_bundle(&game, &found.certificate[..]).expect(&at).len(), count, "{at}");
        none += u32::from(expected.is_none());
        some += u32::from(feasible.contains(&true) && feasible.contains(&false));
        if seed % 20 == 0 {
            assert_bundle(&game, None, &found.certificate);
        }
    }
    assert!(none >= 20 && some >= 15, "{none} {some}");
}

#[test]
fn optimistic_bounds_are_kept_by_the_equilibrium_chosen() {
    let mut reached = 0;
    for seed in 0..GAMES / 2 {
        let tiny = mean_field_free(seed);
        let mut dice = Dice::new(seed ^ 0xfeed);
        let (value, measured) = expression(&tiny, &mut dice);
        let (rewards, measures) = (Oracle::new(&tiny), Oracle::new(&measured));
        let epsilon = rewards.greatest_exploitability() * ratio(dice.below(4) as i64, 7);
        let least = measures.inner(&epsilon, Selection::Pessimistic);
        let bound = bound(&least, &mut dice);
        let game = with_requirement(&tiny.game(), &value, Limit::AtMost(bound.clone()));
        let found = solve_required(&game, &settings(&epsilon, Selection::Optimistic))
            .expect("a solvable game");
        let inner = rewards.inner(&epsilon, Selection::Optimistic);
        for own in &found.decisions {
            let at = format!("seed {seed}, decision {}", own.index);
            // Some equilibrium meets the only requirement exactly when the least value does.
            assert_eq!(own.feasible, Some(least[own.index] <= bound), "{at}");
            let Some((lower, upper)) = &own.value else { continue };
            assert_eq!(*upper, inner[own.index], "{at}");
            let outcome = own.outcome.as_ref().expect("a search");
            let policy = outcome.equilibrium.as_ref().and_then(|own| own.policy.as_ref());
            let play = play_of(policy.expect("a policy"));
            let earned = evaluate(&tiny, own.index, &play);
            assert!(earned.exploitability <= epsilon, "{at}");
            assert_eq!(Some(&earned.leader_reward), lower.as_ref(), "{at}");
            assert!(evaluate(&measured, own.index, &play).leader_reward <= bound, "{at}");
            reached += u32::from(lower.as_ref() == Some(upper));
        }
    }
    assert!(reached >= 50, "{reached}");
}

/// models/adoption.toml with requirements, at eps = 0. The share of adopters is 0, 1/2 or 1 without
/// subsidy, 0 or 1 with one half, and 1 with 13/20.
fn adoption(requirements: &str, selection: Selection) -> RequiredOutcome {
    let text = std::fs::read_to_string("models/adoption.toml").expect("a model") + requirements;
    let game = Game::parse_toml(&text).expect("a game");
    let found = solve_required(&game, &settings(&Rational::ZERO, selection)).expect("an answer");
    assert_bundle(&game, None, &found.certificate);
    found
}

const HALF: &str = "[[leader.require]]\nvalue = \"mu[*, adopt]@0\"\nat_least = \"1/2\"\n";
const BUDGET: &str = "[[leader.require]]\nvalue = \"subsidy * mu[*, adopt]@0\"\nat_most = 0.6\n";

#[test]
fn a_budget_and_a_target() {
    let verdicts = |found: &RequiredOutcome| -> Vec<Option<bool>> {
        found.decisions.iter().map(|own| own.feasible).collect()
    };
    let found = adoption(HALF, Selection::Pessimistic);
    assert_eq!(verdicts(&found), [Some(false), Some(false), Some(true)]);
    assert_eq!((found.lower, found.upper), (Some(ratio(17, 20)), Some(ratio(17, 20))));
    let found = adoption(BUDGET, Selection::Pessimistic);
    assert_eq!(verdicts(&found), [Some(true), Some(true), Some(false)]);
    assert_eq!((found.lower, found.upper), (Some(Rational::ZERO), Some(Rational::ZERO)));
    let found = adoption(&format!("{HALF}{BUDGET}"), Selection::Pessimistic);
    assert_eq!(verdicts(&found), [Some(false); 3]);
    assert!(found.infeasible() && found.lower.is_none() && found.best.is_none());
    let found = adoption(&format!("{HALF}{BUDGET}"), Selection::Optimistic);
    assert_eq!(verdicts(&found), [Some(true), Some(true), Some(false)]);
    assert_eq!((found.lower, found.upper), (Some(ratio(3, 2)), Some(ratio(3, 2))));
}

#[test]
fn other_questions_refuse_requirements() {
    let text = std::fs::read_to_string("models/adoption.toml").expect("a model") + HALF;
    let game = Game::parse_toml(&text).expect("a game");
    let asked = settings(&Rational::ZERO, Selection::Pessimistic);
    let refused = solve(&game, &asked).expect_err("requirements");
    assert!(matches!(refused, SolveError::Requirements), "{refused}");
    let one = Settings { decision: Some(2), ..asked.clone() };
    assert_eq!(solve(&game, &one).expect("one decision").accepted.claim.lower, ratio(17, 20));
    let text = std::fs::read_to_string("models/adoption_continuous.toml").expect("a model") + HALF;
    let game = Game::parse_toml(&text).expect("a game");
    let refused = solve_required(&game, &asked).expect_err("a continuum");
    assert!(matches!(refused, SolveError::RequirementsOfContinuum), "{refused}");
    // Above one half all adopt: 3/2 less the subsidy, which is a multiple of 1/20.
    let grid = Settings { decision_grid: Some(ratio(1, 20)), ..asked };
    let found = solve_required(&game, &grid).expect("a grid");
    assert_eq!((found.lower, found.upper), (Some(ratio(19, 20)), Some(ratio(19, 20))));
    let best = &found.decisions[found.best.expect("a decision")];
    assert_eq!(best.decision.values, [ratio(11, 20)]);
    assert_bundle(&game, None, &found.certificate);
}
