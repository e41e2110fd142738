//! Drift: no policy changes its exploitability or the leader's reward by more than kappa and omega,
//! and they are not much too large.
//!
//! Policies are evaluated forwards in exact arithmetic by [`crate::enumeration`], which shares
//! nothing with the module under test.

mod ratio_to_search;

use crate::dice::Dice;
use crate::evaluation::{Play, evaluate};
use crate::models::{model, model_with_delta};
use crate::random_tiny::{mean_field_free, random_tiny};
use crate::tiny::{Cell, Form, Tiny};
use smfg::drift::{Drift, ModelError, Radii};
use smfg::exact::{Polytope, Rational, ratio};
use smfg::game::{DecisionSet, Game, Grid};

fn magnitude(value: Rational) -> Rational {
    if value < Rational::ZERO { -value } else { value }
}

/// A random policy, pure or mixed.
fn random_play(dice: &mut Dice, game: &Tiny) -> Play {
    let row = |dice: &mut Dice, cells: &[Cell]| {
        if dice.once_in(2) {
            vec![(dice.pick(cells).action, ratio(1, 1))]
        } else {
            let law = dice.law(cells.len());
            cells.iter().zip(law).map(|(cell, p)| (cell.action, p)).collect()
        }
    };
    game.stages.iter().map(|rows| rows.iter().map(|cells| row(dice, cells)).collect()).collect()
}

/// A number between `-radius` and `radius`, often an end.
fn within(dice: &mut Dice, radius: &Rational) -> Rational {
    radius
        * dice.pick(&[
            ratio(-1, 1),
            ratio(-1, 2),
            ratio(0, 1),
            ratio(1, 3),
            ratio(1, 1),
            ratio(1, 1),
        ])
}

/// `(1 - share) P + share Q` with a law `Q` of its own per pair: rows move by at most `2 share`.
fn mixed_rows(dice: &mut Dice, truth: &mut Tiny, share: &Rational) {
    let states = truth.states();
    let (last, rest) = (truth.stages.len() - 1, Rational::ONE - share);
    for cell in truth.stages[..last].iter_mut().flatten().flatten() {
        let law = dice.law(states);
        let mut next: Vec<(usize, Form)> =
            cell.next.iter().map(|(state, form)| (*state, form.scaled(&rest))).collect();
        for (state, p) in law.into_iter().enumerate().filter(|(_, p)| !p.is_zero()) {
            match next.iter_mut().find(|(known, _)| *known == state) {
                Some((_, form)) => *form = form.clone().and(share * p, &[], &[]),
                None => next.push((state, Form::constant(share * p))),
            }
        }
        next.sort_by_key(|(state, _)| *state);
        cell.next = next;
    }
}

/// A truth within the radii of `model`.
fn perturbed(dice: &mut Dice, model: &Tiny, radii: &Radii) -> Tiny {
    let mut truth = model.clone();
    for cell in truth.stages.iter_mut().flatten().flatten() {
        cell.reward = cell.reward.clone().and(within(dice, &radii.reward), &[], &[]);
        cell.leader = cell.leader.clone().and(within(dice, &radii.leader), &[], &[]);
    }
    mixed_rows(dice, &mut truth, &(&radii.transition * ratio(1, 2)));
    truth
}

/// The largest change over some random policies.
fn observed(
    dice: &mut Dice,
    model: &Tiny,
    truth: &Tiny,
    decision: usize,
    policies: usize,
) -> Drift {
    let mut seen = Drift { kappa: Rational::ZERO, omega: Rational::ZERO };
    for _ in 0..policies {
        let play = random_play(dice, model);
        let (a, b) = (evaluate(model, decision, &play), evaluate(truth, decision, &play));
        let change = |x: Rational, y: Rational| magnitude(y - x);
        seen = seen.or(Drift {
            kappa: change(a.exploitability, b.exploitability),
            omega: change(a.leader_reward, b.leader_reward),
        });
    }
    seen
}

fn assert_covers(bound: &Drift, seen: &Drift, context: &str) {
    assert!(
        seen.kappa <= bound.kappa,
        "{context}: exploitability moves by {}, kappa is {}",
        seen.kappa,
        bound.kappa
    );
    assert!(
        seen.omega <= bound.omega,
        "{context}: the leader's reward moves by {}, omega is {}",
        seen.omega,
        bound.omega
    );
}

/// The same game with the box of the leader's parameters instead of her list.
fn with_box(game: &Game) -> Game {
    let count = game.leader.parameters.len();
    let polytope = Polytope {
        lower: vec![ratio(0, 1); count],
        upper: vec![ratio(1, 1); count],
        constraints: Vec::new(),
    };
    let mut game = game.clone();
    game.leader.decisions =
        DecisionSet::Polyhedral { polytope, grids: vec![Grid::Continuous; count] };
    game
}

#[test]
fn no_policy_drifts_further() {
    let mut dice = Dice::new(11);
    let (mut moved, mut depending) = (0, 0);
    for seed in 0..300 {
        let model = if seed % 3 == 0 { mean_field_free(seed) } else { random_tiny(seed, true) };
        let radius = |dice: &mut Dice| {
            dice.pick(&[ratio(0, 1), ratio(1, 1000), ratio(1, 10), ratio(1, 2)]).clone()
        };
        let radii = Radii {
            reward: radius(&mut dice),
            transition: radius(&mut dice),
            leader: radius(&mut dice),
        };
        let mut truth = perturbed(&mut dice, &model, &radii);
        let game = model.game();
        let within_radii = truth.game();
        for decision in 0..model.decisions.len() {
            let context = format!("seed {seed}, decision {decision}, {radii:?}");
            let values = &model.decisions[decision];
            let seen = observed(&mut dice, &model, &truth, decision, 6);
            let by_radii = ModelError::Radii(&radii).at(&game, values).expect("radii");
            assert_covers(&by_radii, &seen, &context);
            let by_truth =
                ModelError::Against(&within_radii).at(&game, values).expect("the same shape");
            assert_covers(&by_truth, &seen, &format!("{context}, against"));
            moved += usize::from(!seen.kappa.is_zero());
        }
        // A truth with other slopes, another law at the start, and other payoffs.
        if truth.aggregates.len() > 1 {
            truth.aggregates.swap(0, 1);
            truth.initial = dice.law(truth.states());
            for cell in truth.stages.iter_mut().flatten().flatten() {
                cell.leader = cell.leader.clone().and(
                    ratio(dice.below(5) as i64 - 2, 3),
                    &[],
                    &[dice.below(2)],
                );
                cell.reward = cell.reward.clone().and(
                    ratio(dice.below(5) as i64 - 2, 4),
                    &[],
                    &[dice.below(2), 0],
                );
            }
            truth.payoff =
                truth.payoff.clone().and(ratio(1, 3), &[], &[0, 1]).and(ratio(-1, 2), &[], &[1]);
            // Transitions must not see later stages after the exchange.
            let fits = |t: usize, form: &Form| {
                form.0
                    .iter()
                    .flat_map(|term| &term.aggregates)
                    .all(|&k| truth.aggregates[k].stage <= t)
            };
            let fits = truth.stages.iter().enumerate().all(|(t, rows)| {
                rows.iter().flatten().flat_map(|cell| &cell.next).all(|n| fits(t, &n.1))
            });
            if fits {
                let other = truth.game();
                for decision in 0..model.decisions.len() {
                    let seen = observed(&mut dice, &model, &truth, decision, 6);
                    let bound = ModelError::Against(&other)
                        .at(&game, &model.decisions[decision])
                        .expect("the same shape");
                    assert_covers(
                        &bound,
                        &seen,
                        &format!("seed {seed}, decision {decision}, other slopes"),
                    );
                    depending += 1;
                }
            }
        }
        // One bound for all decisions: of the list, and of the box that holds it.
        let error = ModelError::Radii(&radii);
        let (listed, boxed) = (
            error.everywhere(&game).expect("radii"),
            error.everywhere(&with_box(&game)).expect("radii"),
        );
        let against = ModelError::Against(&with_box(&within_radii))
            .everywhere(&with_box(&game))
            .expect("the same shape");
        let truth = within_radii;
        for (decision, values) in model.decisions.iter().enumerate() {
            let own = error.at(&game, values).expect("radii");
            assert_covers(&listed, &own, &format!("seed {seed}, list"));
            assert_covers(&boxed, &own, &format!("seed {seed}, box"));
            let own = ModelError::Against(&truth).at(&game, values).expect("the same shape");
            assert_covers(
                &against,
                &own,
                &format!("seed {seed}, decision {decision}, box against"),
            );
        }
    }
    eprintln!("exploitability moved in {moved} cases, {depending} with other slopes");
    assert!(
        moved > 150 && depending > 60,
        "{moved} cases with a change, {depending} with other slopes"
    );
}

/// Hand calculation: see the comments.
#[test]
fn known_drifts() {
    let (truth, model) = (model("tie"), model_with_delta("tie", "1/10"));
    // Under `risky` exploitability is (1 - x)/10 in the model and 0 in the truth; `safe` is the
    // same in both.
    let risky = ModelError::Against(&truth).at(&model, &[ratio(1, 1)]).expect("the same shape");
    assert_eq!(risky, Drift { kappa: ratio(1, 10), omega: ratio(0, 1) });
    let safe = ModelError::Against(&truth).at(&model, &[ratio(0, 1)]).expect("the same shape");
    assert_eq!(safe, Drift { kappa: ratio(0, 1), omega: ratio(0, 1) });
    // One reward up by 1/10 and the other down: 2/10. The leader's reward is earned by all of the
    // mass: 1/3.
    let radii = Radii { reward: ratio(1, 10), transition: ratio(1, 1), leader: ratio(1, 3) };
    let stated = ModelError::Radii(&radii).everywhere(&truth).expect("radii");
    assert_eq!(stated, Drift { kappa: ratio(1, 5), omega: ratio(1, 3) });
}

/// Two stages, two states: transitions that may move by `t` in total send `t/2` of the mass to the
/// better state or the worse one.
#[test]
fn transitions_act_on_differences_of_values() {
    let text = r#"
        format = "smfg-game/1"
        name = "two states"
        stages = 2
        states = ["a", "b"]
        actions = ["one", "two"]
        initial = { a = 1 }
        [[reward]]
        stage = 1
        state = "b"
        value = 7
        [[reward]]
        value = 1000
        [[transition]]
        to = { a = "1/2", b = "1/2" }
        [[leader.reward]]
        stage = 1
        state = "b"
        value = 3
    "#;
    let game = Game::parse_toml(text).expect("a game");
    let radii = Radii { transition: ratio(1, 10), ..Radii::zero() };
    // The best response gains 7/20, the action played loses 7/20; the leader's reward moves by
    // 3/20. What every state earns does not matter.
    let drift = ModelError::Radii(&radii).at(&game, &[]).expect("radii");
    assert_eq!(drift, Drift { kappa: ratio(7, 10), omega: ratio(3, 20) });
}

#[test]
fn games_of_another_shape_are_refused() {
    let base = std::fs::read_to_string("models/tie.toml").expect("a model");
    let game = Game::parse_toml(&base).expect("a game");
    for (old, new, what) in [
        (
            "stages = 1",
            "stages = 1\n[[available]]\nactions = [\"first\"]\n",
            "their available actions differ",
        ),
        ("[\"first\", \"second\"]", "[\"second\", \"first\"]", "their actions differ"),
        ("risk = 1 }", "risk = 2 }", "the leader's decisions differ"),
        ("states = [\"follower\"]\n", "states = [\"fellow\"]\n", "their states differ"),
    ] {
        let text = base
            .replace(old, new)
            .replace(if what.contains("states") { "follower =" } else { "\u{0}" }, "fellow =");
        let text = if what.contains("available") {
            // The table stands behind the header.
            base.replace(
                "[define]",
                "[[available]]\nactions = [\"first\", \"second\"]\n[[available]]\nstate = \"follower\"\nactions = [\"second\"]\n[define]",
            )
        } else {
            text
        };
        let other = Game::parse_toml(&text).unwrap_or_else(|error| panic!("{what}: {error}"));
        let error = ModelError::Against(&other).everywhere(&game).expect_err(what);
        assert!(error.to_string().contains(what), "{what}: {error}");
    }
}
