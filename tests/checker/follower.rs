//! Flows, best responses, evaluations and enclosures against enumeration, in games of every class.

use crate::dice::Dice;
use crate::enumeration::Outcomes;
use crate::evaluation::{Evaluated, Play, evaluate, play_of};
use crate::random_tiny::{mean_field_free, random_tiny};
use crate::tiny::{Cell, Form, Tiny, TinyAggregate};
use smfg::exact::{Rational, Rounding, Scaled, ratio};
use smfg::follower::{
    self, FollowerError, Objective, Stopped, best_response, earnings, enclose, enclose_earnings,
    flow, form_values, value_bound,
};
use smfg::game::ColumnExt;
use smfg::game::{Class, Column, Instance, LinearForm, Policy, StagePolicy, classify};

const GAMES: u64 = 200;

fn going() -> bool {
    true
}

fn instance(tiny: &Tiny, decision: usize) -> Instance {
    tiny.game().at(&tiny.decisions[decision])
}

/// A policy whose rows are laws over the available actions; pure now and then.
fn random_policy(dice: &mut Dice, tiny: &Tiny) -> Policy {
    let stage = |dice: &mut Dice, rows: &Vec<Vec<Cell>>| {
        if dice.once_in(2) {
            StagePolicy::Pure(rows.iter().map(|row| dice.pick(row).action as u32).collect())
        } else {
            let law = |dice: &mut Dice, row: &Vec<Cell>| {
                let law = dice.law(row.len());
                row.iter()
                    .zip(law)
                    .filter(|(_, p)| !p.is_zero())
                    .map(|(cell, p)| (cell.action as u32, p))
                    .collect()
            };
            StagePolicy::Mixed(rows.iter().map(|row| law(dice, row)).collect())
        }
    };
    Policy { stages: tiny.stages.iter().map(|rows| stage(dice, rows)).collect() }
}

fn assert_flow(found: &follower::Flow, expected: &Evaluated, at: &str) {
    let lists = |stages: &[Scaled]| {
        stages.iter().map(|stage| stage.iter().collect()).collect::<Vec<Vec<Rational>>>()
    };
    assert_eq!(lists(&found.states), expected.masses, "{at}");
    let pairs: Vec<Vec<Rational>> = expected.occupation.iter().map(|rows| rows.concat()).collect();
    assert_eq!(lists(&found.occupation), pairs, "{at}");
    assert_eq!(found.aggregates, expected.aggregates, "{at}");
}

/// `flow` and `evaluate` agree with the oracle on every field.
fn assert_evaluation(tiny: &Tiny, decision: usize, policy: &Policy, at: &str) -> Evaluated {
    let instance = instance(tiny, decision);
    let expected = evaluate(tiny, decision, &play_of(policy));
    assert_flow(&flow(&instance, policy).expect("a policy of the game"), &expected, at);
    let found = follower::evaluate(&instance, policy, &going).expect("a policy of the game");
    assert_flow(&found.flow, &expected, at);
    let numbers = (
        &found.follower_reward,
        &found.follower_value,
        &found.exploitability,
        &found.leader_reward,
    );
    let wanted = (
        &expected.follower_reward,
        &expected.follower_value,
        &expected.exploitability,
        &expected.leader_reward,
    );
    assert_eq!(numbers, wanted, "{at}");
    assert!(found.exploitability >= Rational::ZERO, "{at}");
    expected
}

#[test]
fn evaluations_are_the_oracles_in_every_class() {
    let mut classes = [0; 4];
    for seed in 0..GAMES {
        for tiny in [mean_field_free(seed), random_tiny(seed, true)] {
            classes[classify(&tiny.game()).class as usize] += 1;
            let mut dice = Dice::new(seed);
            for round in 0..4 {
                let policy = random_policy(&mut dice, &tiny);
                let decision = dice.below(tiny.decisions.len());
                assert_evaluation(&tiny, decision, &policy, &format!("seed {seed}, round {round}"));
            }
        }
    }
    assert!(classes.iter().all(|&count| count >= 20), "{classes:?}");
}

fn holds((lower, upper): &(Rational, Rational), value: &Rational, unit: &Rational, at: &str) {
    assert!(lower <= value && value <= upper, "{at}: {value} not in [{lower}, {upper}]");
    assert!(upper - lower <= *unit, "{at}: [{lower}, {upper}] is wide");
}

#[test]
fn enclosures_contain_the_oracles() {
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let mut dice = Dice::new(seed);
        for bits in [0, 1, 7, 30, 64, 100, 200] {
            let policy = random_policy(&mut dice, &tiny);
            let decision = dice.below(tiny.decisions.len());
            let numbers = instance(&tiny, decision).mean_field_free().expect("class C0");
            let expected = evaluate(&tiny, decision, &play_of(&policy));
            let at = format!("seed {seed}, {bits} bits");
            // Form, expectation and mixture are rounded once a stage, upwards and downwards.
            let width = ratio(6 * tiny.stages.len() as i64, 1)
                / Rational::from(smfg::exact::Natural::from(1u8) << bits as usize);
            let found = enclose(&numbers, &policy, bits, &going).expect("a policy of the game");
            holds(&found.follower_reward, &expected.follower_reward, &width, &at);
            holds(&found.follower_value, &expected.follower_value, &width, &at);
            holds(&found.exploitability, &expected.exploitability, &(&width * ratio(2, 1)), &at);
            holds(&found.leader_reward, &expected.leader_reward, &width, &at);
            assert!(found.exploitability.0 >= Rational::ZERO, "{at}");
            let (leader, reward) =
                enclose_earnings(&numbers, &policy, bits).expect("a policy of the game");
            assert_eq!((&leader, &reward), (&found.leader_reward, &found.follower_reward), "{at}");
            let exact = earnings(&numbers, &policy, &|| true).expect("a policy of the game");
            assert_eq!(exact, (expected.leader_reward, expected.follower_reward), "{at}");
        }
    }
}

/// A form with dense, sparse and empty columns; some weights leave machine integers.
fn random_form(dice: &mut Dice, pairs: &[usize]) -> LinearForm {
    let column = |dice: &mut Dice, pairs: usize| {
        let sparse = dice.once_in(2);
        let support: Vec<u32> = (0..pairs as u32).filter(|_| !sparse || dice.once_in(2)).collect();
        let unit = if dice.once_in(8) {
            ratio(1, 1) / Rational::from(smfg::exact::Natural::from(3u8).pow(60))
        } else {
            ratio(1, 60)
        };
        let weights: Vec<Rational> =
            support.iter().map(|_| ratio(dice.below(2001) as i64 - 1000, 1) * &unit).collect();
        Column::sparse(pairs, support, Scaled::from_rationals(&weights))
    };
    LinearForm { stages: pairs.iter().map(|&pairs| column(dice, pairs)).collect() }
}

#[test]
fn values_of_forms_are_sums_over_the_oracles_masses() {
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let mut dice = Dice::new(seed);
        for round in 0..6 {
            let policy = random_policy(&mut dice, &tiny);
            let decision = dice.below(tiny.decisions.len());
            let numbers = instance(&tiny, decision).mean_field_free().expect("class C0");
            let masses: Vec<Vec<Rational>> = evaluate(&tiny, decision, &play_of(&policy))
                .occupation
                .iter()
                .map(|rows| rows.concat())
                .collect();
            let pairs: Vec<usize> = masses.iter().map(Vec::len).collect();
            let forms: Vec<LinearForm> = (0..3).map(|_| random_form(&mut dice, &pairs)).collect();
            let found = form_values(&numbers, &forms.iter().collect::<Vec<_>>(), &policy, &|| true)
                .expect("a policy of the game");
            let expected = forms.iter().map(|form| {
                let entries = form.stages.iter().zip(&masses).flat_map(|(column, masses)| {
                    column.entries().map(|(pair, w)| w * &masses[pair])
                });
                entries.fold(Rational::ZERO, |sum, value| sum + value)
            });
            assert_eq!(found, expected.collect::<Vec<_>>(), "seed {seed}, round {round}");
        }
    }
}

#[test]
fn best_responses_are_the_oracles() {
    for seed in 0..GAMES {
        let tiny = mean_field_free(seed);
        let mut dice = Dice::new(seed);
        for decision in 0..tiny.decisions.len() {
            let numbers = instance(&tiny, decision).mean_field_free().expect("class C0");
            let outcomes = Outcomes::new(&tiny, decision);
            let constant = &numbers.leader_constant;
            for leader in [-2, -1, 0, 1, 3] {
                let objective = Objective {
                    leader: ratio(leader, 1),
                    reward: ratio(dice.below(7) as i64 - 1, 2),
                };
                // The induction knows no constants.
                let score = |(r, c): &(Rational, Rational)| {
                    &objective.leader * (c - constant) + &objective.reward * r
                };
                let best = outcomes.points.iter().map(score).max().expect("a policy");
                let at = format!("seed {seed}, decision {decision}, {objective:?}");
                let found = best_response(&numbers, &objective, None, &going).expect("not stopped");
                assert_eq!(found.value, best, "{at}");
                let earned = evaluate(&tiny, decision, &play_of(&found.policy));
                assert_eq!(score(&(earned.follower_reward, earned.leader_reward)), best, "{at}");
                ties_are_broken(&tiny, decision, &objective, &at);
                for bits in [0, 3, 40, 64, 130] {
                    let side = |rounding| {
                        value_bound(&numbers, &objective, bits, rounding, &going)
                            .expect("not stopped")
                    };
                    let width = ratio(4 * tiny.stages.len() as i64, 1)
                        / Rational::from(smfg::exact::Natural::from(1u8) << bits as usize);
                    holds(&(side(Rounding::Down), side(Rounding::Up)), &best, &width, &at);
                }
            }
        }
    }
}

/// Among the maximisers of `objective`, the response earns the leader as much (as little) as any.
fn ties_are_broken(tiny: &Tiny, decision: usize, objective: &Objective, at: &str) {
    let numbers = instance(tiny, decision).mean_field_free().expect("class C0");
    let outcomes = Outcomes::new(tiny, decision);
    let score = |r: &Rational, c: &Rational| &objective.leader * c + &objective.reward * r;
    let best = outcomes.points.iter().map(|(r, c)| score(r, c)).max().expect("a policy");
    for sign in [Rational::ONE, Rational::NEG_ONE] {
        let wanted = outcomes
            .points
            .iter()
            .filter(|(r, c)| score(r, c) == best)
            .map(|(_, c)| &sign * c)
            .max();
        let found =
            best_response(&numbers, objective, Some(&Objective::leader(sign.clone())), &going)
                .expect("not stopped");
        let earned = evaluate(tiny, decision, &play_of(&found.policy));
        assert_eq!(score(&earned.follower_reward, &earned.leader_reward), best, "{at}");
        assert_eq!(Some(sign * earned.leader_reward), wanted, "{at}: tie-break");
    }
}

/// One stage and one state: `(reward, leader)` of each action.
fn single(actions: &[(Form, Form)], decisions: Vec<Vec<Rational>>) -> Tiny {
    let cells = actions.iter().enumerate().map(|(action, (reward, leader))| Cell {
        action,
        reward: reward.clone(),
        leader: leader.clone(),
        next: Vec::new(),
    });
    Tiny {
        actions: actions.len(),
        initial: vec![ratio(1, 1)],
        stages: vec![vec![cells.collect()]],
        aggregates: Vec::new(),
        payoff: Form::default(),
        decisions,
    }
}

/// An action of the last stage whose rewards are numbers.
fn last_cell(action: usize, reward: Rational, leader: Rational) -> Cell {
    let (reward, leader) = (Form::constant(reward), Form::constant(leader));
    Cell { action, reward, leader, next: Vec::new() }
}

/// A single stage in which mass `x` adopts: `Expl(x) = (1-x) max(g,0) + x max(-g,0)`, `g = x - 1/2
/// + subsidy`.
fn adoption() -> Tiny {
    let adopt =
        Form::constant(ratio(-1, 2)).and(ratio(1, 1), &[0], &[]).and(ratio(1, 1), &[], &[0]);
    let mut tiny = single(
        &[(Form::default(), Form::default()), (adopt, Form::default())],
        vec![vec![ratio(0, 1)], vec![ratio(1, 2)], vec![ratio(13, 20)]],
    );
    tiny.aggregates = vec![TinyAggregate { stage: 0, weights: vec![(0, 1, ratio(1, 1))] }];
    tiny.payoff = Form::default().and(ratio(3, 2), &[], &[0]).and(ratio(-1, 1), &[0], &[0]);
    tiny
}

fn mixed(x: &Rational) -> StagePolicy {
    StagePolicy::Mixed(vec![vec![(0, Rational::ONE - x), (1, x.clone())]])
}

fn positive(x: &Rational) -> Rational {
    x.clone().max(Rational::ZERO)
}

#[test]
fn technology_adoption_by_hand() {
    let tiny = adoption();
    assert_eq!(classify(&tiny.game()).class, Class::C1);
    for (decision, subsidy) in [(0, ratio(0, 1)), (1, ratio(1, 2)), (2, ratio(13, 20))] {
        for x in [ratio(1, 10), ratio(1, 2), ratio(3, 4)] {
            let policy = Policy { stages: vec![mixed(&x)] };
            let found = follower::evaluate(&instance(&tiny, decision), &policy, &going)
                .expect("a policy of the game");
            let gain = &x - ratio(1, 2) + &subsidy;
            let exploitability = (Rational::ONE - &x) * positive(&gain) + &x * positive(&-&gain);
            assert_eq!(found.flow.aggregates, std::slice::from_ref(&x));
            assert_eq!(found.exploitability, exploitability, "subsidy {subsidy}, x = {x}");
            assert_eq!(found.leader_reward, (ratio(3, 2) - &subsidy) * &x);
            assert_evaluation(&tiny, decision, &policy, "adoption");
        }
    }
    // The three equilibria without subsidy.
    for x in [ratio(0, 1), ratio(1, 2), ratio(1, 1)] {
        let policy = Policy {
            stages: vec![StagePolicy::Mixed(vec![vec![(0, Rational::ONE - &x), (1, x)]])],
        };
        let found =
            follower::evaluate(&instance(&tiny, 0), &policy, &going).expect("a policy of the game");
        assert!(found.exploitability.is_zero());
    }
}

/// Two stages, states susceptible and infected, actions out and home; who goes out is infected with
/// probability `4/5 m`, m the mass that goes out.
fn epidemic() -> Tiny {
    let zero = Form::default;
    let sure = |state: usize| vec![(state, Form::constant(ratio(1, 1)))];
    let infected = Form::default().and(ratio(4, 5), &[], &[0]);
    let stays = Form::constant(ratio(1, 1)).and(ratio(-4, 5), &[], &[0]);
    let out = Cell {
        action: 0,
        reward: Form::constant(ratio(1, 1)).and(ratio(-1, 1), &[0], &[]),
        leader: Form::constant(ratio(4, 5)),
        next: vec![(0, stays), (1, infected)],
    };
    let first = vec![
        vec![out, Cell { action: 1, reward: zero(), leader: zero(), next: sure(0) }],
        vec![
            Cell { action: 0, reward: zero(), leader: Form::constant(ratio(4, 5)), next: sure(1) },
            Cell { action: 1, reward: zero(), leader: zero(), next: sure(1) },
        ],
    ];
    let last = vec![
        vec![last_cell(0, ratio(0, 1), ratio(0, 1)), last_cell(1, ratio(0, 1), ratio(0, 1))],
        vec![last_cell(0, ratio(-1, 1), ratio(0, 1)), last_cell(1, ratio(-1, 1), ratio(0, 1))],
    ];
    Tiny {
        actions: 2,
        initial: vec![ratio(1, 1), ratio(0, 1)],
        stages: vec![first, last],
        aggregates: vec![
            TinyAggregate { stage: 0, weights: vec![(0, 0, ratio(1, 1))] },
            TinyAggregate { stage: 1, weights: vec![(1, 0, ratio(1, 1)), (1, 1, ratio(1, 1))] },
        ],
        payoff: Form::default().and(ratio(-1, 1), &[], &[1]),
        decisions: vec![vec![ratio(0, 1)], vec![ratio(3, 5)], vec![ratio(1, 1)]],
    }
}

#[test]
fn two_stage_epidemic_by_hand() {
    let tiny = epidemic();
    assert_eq!(classify(&tiny.game()).class, Class::C3);
    for (decision, tax) in [(0, ratio(0, 1)), (1, ratio(3, 5)), (2, ratio(1, 1))] {
        for x in [ratio(1, 10), ratio(1, 2), ratio(3, 4), ratio(9, 10)] {
            let rows =
                vec![vec![(0, x.clone()), (1, Rational::ONE - &x)], vec![(1, Rational::ONE)]];
            let policy =
                Policy { stages: vec![StagePolicy::Mixed(rows), StagePolicy::Pure(vec![0, 1])] };
            let found = follower::evaluate(&instance(&tiny, decision), &policy, &going)
                .expect("a policy of the game");
            // Infected: 4/5 x^2. Going out gains g = 1 - tax - 4/5 x over staying home, which pays
            // 0.
            let infected = ratio(4, 5) * &x * &x;
            let gain = Rational::ONE - &tax - ratio(4, 5) * &x;
            assert_eq!(found.flow.aggregates, [x.clone(), infected.clone()]);
            assert_eq!(
                found.flow.states[1].iter().collect::<Vec<_>>(),
                [Rational::ONE - &infected, infected.clone()]
            );
            assert_eq!(found.follower_reward, &x * &gain);
            assert_eq!(found.follower_value, positive(&gain));
            assert_eq!(found.exploitability, positive(&gain) - &x * &gain);
            assert_eq!(found.leader_reward, ratio(4, 5) * &x - infected);
            assert_evaluation(&tiny, decision, &policy, "epidemic");
        }
    }
    // The equilibrium at tax 3/5, in which half of the population goes out: the leader's 1/5.
    let rows = vec![vec![(0, ratio(1, 2)), (1, ratio(1, 2))], vec![(0, Rational::ONE)]];
    let policy = Policy { stages: vec![StagePolicy::Mixed(rows), StagePolicy::Pure(vec![1, 0])] };
    let found =
        follower::evaluate(&instance(&tiny, 1), &policy, &going).expect("a policy of the game");
    assert_eq!((found.exploitability, found.leader_reward), (Rational::ZERO, ratio(1, 5)));
}

#[test]
fn policies_that_do_not_fit_are_refused_everywhere() {
    let mut tiny = epidemic();
    tiny.stages[0][1].remove(0);
    let third = ratio(1, 3);
    let row =
        |p: &Rational| vec![vec![(0, p.clone()), (1, third.clone())], vec![(1, Rational::ONE)]];
    let last = || StagePolicy::Pure(vec![0, 0]);
    let stages = |stages| Policy { stages };
    let cases = [
        (stages(vec![last()]), FollowerError::Stages { found: 1, expected: 2 }),
        (
            stages(vec![StagePolicy::Pure(vec![0]), last()]),
            FollowerError::States { stage: 0, found: 1, expected: 2 },
        ),
        (
            stages(vec![StagePolicy::Pure(vec![0, 0]), last()]),
            FollowerError::Unavailable { stage: 0, state: 1, action: 0 },
        ),
        (
            stages(vec![StagePolicy::Pure(vec![7, 1]), last()]),
            FollowerError::Unavailable { stage: 0, state: 0, action: 7 },
        ),
        (
            stages(vec![StagePolicy::Mixed(row(&third)), last()]),
            FollowerError::NotALaw { stage: 0, state: 0 },
        ),
        (
            stages(vec![
                StagePolicy::Mixed(vec![
                    vec![(0, ratio(4, 3)), (1, ratio(-1, 3))],
                    vec![(1, Rational::ONE)],
                ]),
                last(),
            ]),
            FollowerError::NotALaw { stage: 0, state: 0 },
        ),
        (
            stages(vec![StagePolicy::Mixed(vec![vec![], vec![(1, Rational::ONE)]]), last()]),
            FollowerError::NotALaw { stage: 0, state: 0 },
        ),
    ];
    let instance = instance(&tiny, 0);
    let numbers = instance.at_population(&[ratio(1, 2), ratio(0, 1)]);
    for (policy, error) in cases {
        assert_eq!(flow(&instance, &policy).expect_err("does not fit"), error);
        assert_eq!(
            follower::evaluate(&instance, &policy, &going).expect_err("does not fit"),
            error
        );
        assert_eq!(
            follower::occupation(&numbers, &policy, &|| true).expect_err("does not fit"),
            error
        );
        assert_eq!(earnings(&numbers, &policy, &|| true).expect_err("does not fit"), error);
        assert_eq!(form_values(&numbers, &[], &policy, &|| true).expect_err("does not fit"), error);
        assert_eq!(enclose(&numbers, &policy, 20, &going).expect_err("does not fit"), error);
    }
}

#[test]
fn inductions_stop_when_asked() {
    let tiny = epidemic();
    let numbers = instance(&tiny, 0).at_population(&[ratio(1, 2), ratio(0, 1)]);
    let objective = Objective::follower();
    assert_eq!(best_response(&numbers, &objective, None, &|| false), Err(Stopped));
    assert_eq!(value_bound(&numbers, &objective, 10, Rounding::Up, &|| false), Err(Stopped));
    // Once per stage: the second question is answered no.
    let asked = std::cell::Cell::new(0);
    let keep_going = || asked.replace(asked.get() + 1) < 1;
    assert_eq!(best_response(&numbers, &objective, None, &keep_going), Err(Stopped));
    assert_eq!(asked.get(), 2);
}

#[test]
fn a_transition_that_looks_ahead_is_refused() {
    let mut tiny = epidemic();
    // The transition of stage 0 now depends on the masses of stage 1.
    for (_, form) in &mut tiny.stages[0][0][0].next {
        for term in &mut form.0 {
            term.aggregates.iter_mut().for_each(|k| *k = 1);
        }
    }
    let policy =
        Policy { stages: vec![StagePolicy::Pure(vec![0, 0]), StagePolicy::Pure(vec![0, 0])] };
    let found = flow(&instance(&tiny, 0), &policy);
    assert_eq!(found, Err(FollowerError::Anticipating { stage: 0 }));
}

#[test]
fn duplicate_entries_and_zeros_of_a_row_add_up() {
    let tiny = adoption();
    let row = vec![(1, ratio(1, 4)), (0, ratio(1, 2)), (1, ratio(1, 4)), (0, ratio(0, 1))];
    let split = Policy { stages: vec![StagePolicy::Mixed(vec![row])] };
    let plain: Play = vec![vec![vec![(0, ratio(1, 2)), (1, ratio(1, 2))]]];
    let found = assert_evaluation(&tiny, 0, &split, "duplicates");
    assert_eq!(found, evaluate(&tiny, 0, &plain));
}
