//! What must not change the answer, and how the answer must move with eps and selection.

use crate::dice::Dice;
use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::tiny::{Cell, Form, Tiny};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use smfg::certificate::Selection;
use smfg::exact::{Rational, ratio};
use smfg::leader::{Outcome, Precision, Settings, Status, solve};

/// A permutation of `0..count`.
fn permutation(dice: &mut Dice, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, dice.below(last + 1));
    }
    order
}

fn config() -> Config {
    Config {
        cases: 150,
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: None,
        ..Config::default()
    }
}

fn outcome(tiny: &Tiny, epsilon: &Rational, selection: Selection) -> Outcome {
    let settings =
        Settings { selection, precision: Precision::Exact, ..Settings::new(epsilon.clone()) };
    let outcome = solve(&tiny.game(), &settings).expect("an answer");
    assert_eq!(outcome.status, Status::Exact);
    outcome
}

fn value(tiny: &Tiny, epsilon: &Rational, selection: Selection) -> Rational {
    outcome(tiny, epsilon, selection).accepted.claim.lower
}

/// A random game with a random eps between 0 and a little more than any exploitability.
fn game_and_epsilon() -> impl Strategy<Value = (Tiny, Rational)> {
    (any::<u64>(), 0..=12i64).prop_map(|(seed, twelfths)| {
        let tiny = mean_field_free(seed);
        let epsilon = Oracle::new(&tiny).greatest_exploitability() * ratio(twelfths, 11);
        (tiny, epsilon)
    })
}

fn selection() -> impl Strategy<Value = Selection> {
    prop_oneof![Just(Selection::Pessimistic), Just(Selection::Optimistic)]
}

/// Both games have the same value.
fn unchanged(
    before: &Tiny,
    after: &Tiny,
    epsilon: &Rational,
    selection: Selection,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(value(before, epsilon, selection), value(after, epsilon, selection));
    Ok(())
}

fn with_constant(form: &Form, constant: &Rational) -> Form {
    form.clone().and(constant.clone(), &[], &[])
}

/// `action` again, under a new name, wherever it is available.
fn with_duplicate(tiny: &Tiny, action: usize) -> Tiny {
    let mut copy = tiny.clone();
    let new = copy.actions;
    copy.actions += 1;
    for row in copy.stages.iter_mut().flatten() {
        if let Some(cell) = row.iter().find(|cell| cell.action == action) {
            let twin = Cell { action: new, ..cell.clone() };
            row.push(twin);
        }
    }
    for aggregate in &mut copy.aggregates {
        let twins: Vec<_> = aggregate
            .weights
            .iter()
            .filter(|(_, a, _)| *a == action)
            .map(|(s, _, w)| (*s, new, w.clone()))
            .collect();
        aggregate.weights.extend(twins);
    }
    copy
}

/// `state` in two identical copies; its mass is divided at random, differently wherever it arrives.
fn with_split(tiny: &Tiny, state: usize, dice: &mut Dice) -> Tiny {
    let mut copy = tiny.clone();
    let new = copy.states();
    let share = |dice: &mut Dice| ratio(dice.below(5) as i64, 4);
    let kept = share(dice);
    copy.initial.push((Rational::ONE - &kept) * &copy.initial[state]);
    copy.initial[state] *= kept;
    for rows in &mut copy.stages {
        for cell in rows.iter_mut().flatten() {
            if let Some(at) = cell.next.iter().position(|(s, _)| *s == state) {
                let (kept, form) = (share(dice), cell.next[at].1.clone());
                cell.next[at].1 = form.scaled(&kept);
                cell.next.push((new, form.scaled(&(Rational::ONE - kept))));
            }
        }
        rows.push(rows[state].clone());
    }
    for aggregate in &mut copy.aggregates {
        let twins: Vec<_> = aggregate
            .weights
            .iter()
            .filter(|(s, _, _)| *s == state)
            .map(|(_, a, w)| (new, *a, w.clone()))
            .collect();
        aggregate.weights.extend(twins);
    }
    copy
}

/// States, actions and decisions in another order: entry `k` of the order is the old position of
/// the new `k`.
fn permuted(tiny: &Tiny, states: &[usize], actions: &[usize], decisions: &[usize]) -> Tiny {
    let inverse =
        |order: &[usize], old: usize| order.iter().position(|&o| o == old).expect("a permutation");
    let cell = |cell: &Cell| Cell {
        action: inverse(actions, cell.action),
        next: cell.next.iter().map(|(s, p)| (inverse(states, *s), p.clone())).collect(),
        ..cell.clone()
    };
    let row = |old: &Vec<Cell>| {
        let mut row: Vec<Cell> = old.iter().map(cell).collect();
        row.sort_by_key(|cell| cell.action);
        row
    };
    let mut copy = tiny.clone();
    copy.initial = states.iter().map(|&s| tiny.initial[s].clone()).collect();
    copy.stages =
        tiny.stages.iter().map(|rows| states.iter().map(|&s| row(&rows[s])).collect()).collect();
    copy.decisions = decisions.iter().map(|&k| tiny.decisions[k].clone()).collect();
    for aggregate in &mut copy.aggregates {
        for (s, a, _) in &mut aggregate.weights {
            (*s, *a) = (inverse(states, *s), inverse(actions, *a));
        }
    }
    copy
}

/// A stage in front in which nothing happens.
fn with_idle_stage(tiny: &Tiny) -> Tiny {
    let mut copy = tiny.clone();
    let stay = |s: usize| Cell {
        action: 0,
        reward: Form::default(),
        leader: Form::default(),
        next: vec![(s, Form::constant(Rational::ONE))],
    };
    copy.stages.insert(0, (0..tiny.states()).map(|s| vec![stay(s)]).collect());
    for aggregate in &mut copy.aggregates {
        aggregate.stage += 1;
    }
    copy
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn more_equilibria_are_worse_for_a_pessimist((tiny, epsilon) in game_and_epsilon(), more in 1..9i64) {
        let larger = &epsilon * ratio(1 + more, 1) + ratio(more, 100);
        prop_assert!(value(&tiny, &larger, Selection::Pessimistic) <= value(&tiny, &epsilon, Selection::Pessimistic));
        prop_assert!(value(&tiny, &larger, Selection::Optimistic) >= value(&tiny, &epsilon, Selection::Optimistic));
    }

    #[test]
    fn the_pessimist_expects_no_more_than_the_optimist((tiny, epsilon) in game_and_epsilon()) {
        prop_assert!(value(&tiny, &epsilon, Selection::Pessimistic) <= value(&tiny, &epsilon, Selection::Optimistic));
    }

    #[test]
    fn at_one_decision_the_inner_value_is_convex_in_epsilon((tiny, epsilon) in game_and_epsilon(), thirds in 1..3i64) {
        let mut tiny = tiny;
        tiny.decisions.truncate(1);
        let (left, right) = (epsilon, Oracle::new(&tiny).greatest_exploitability() + ratio(1, 7));
        let weight = ratio(thirds, 3);
        let between = &weight * &left + (Rational::ONE - &weight) * &right;
        let at = |epsilon: &Rational| value(&tiny, epsilon, Selection::Pessimistic);
        prop_assert!(at(&between) <= &weight * at(&left) + (Rational::ONE - &weight) * at(&right));
    }

    #[test]
    fn a_constant_for_the_followers((tiny, epsilon) in game_and_epsilon(), selection in selection(), n in -50..50i64, d in 1..9u64) {
        let mut copy = tiny.clone();
        copy.stages.iter_mut().flatten().flatten().for_each(|cell| cell.reward = with_constant(&cell.reward, &ratio(n, d)));
        unchanged(&tiny, &copy, &epsilon, selection)?;
    }

    #[test]
    fn a_constant_per_stage_for_the_followers((tiny, epsilon) in game_and_epsilon(), selection in selection(), seed: u64) {
        let mut dice = Dice::new(seed);
        let mut copy = tiny.clone();
        for rows in &mut copy.stages {
            let constant = ratio(dice.below(99) as i64 - 49, 7);
            rows.iter_mut().flatten().for_each(|cell| cell.reward = with_constant(&cell.reward, &constant));
        }
        unchanged(&tiny, &copy, &epsilon, selection)?;
    }

    #[test]
    fn the_followers_in_another_currency((tiny, epsilon) in game_and_epsilon(), selection in selection(), n in 1..100i64, d in 1..100u64) {
        let rate = ratio(n, d);
        let mut copy = tiny.clone();
        copy.stages.iter_mut().flatten().flatten().for_each(|cell| cell.reward = cell.reward.scaled(&rate));
        prop_assert_eq!(value(&tiny, &epsilon, selection), value(&copy, &(rate * &epsilon), selection));
    }

    #[test]
    fn the_leader_in_another_currency((tiny, epsilon) in game_and_epsilon(), selection in selection(), n in 1..100i64, d in 1..100u64, c in -9..9i64) {
        let (rate, constant) = (ratio(n, d), ratio(c, 4));
        let mut copy = tiny.clone();
        copy.stages.iter_mut().flatten().flatten().for_each(|cell| cell.leader = cell.leader.scaled(&rate));
        copy.payoff = with_constant(&copy.payoff.scaled(&rate), &constant);
        prop_assert_eq!(rate * value(&tiny, &epsilon, selection) + constant, value(&copy, &epsilon, selection));
    }

    #[test]
    fn an_action_under_two_names((tiny, epsilon) in game_and_epsilon(), selection in selection(), seed: u64) {
        let copy = with_duplicate(&tiny, Dice::new(seed).below(tiny.actions));
        unchanged(&tiny, &copy, &epsilon, selection)?;
    }

    #[test]
    fn a_state_in_two_copies((tiny, epsilon) in game_and_epsilon(), selection in selection(), seed: u64) {
        let mut dice = Dice::new(seed);
        let state = dice.below(tiny.states());
        unchanged(&tiny, &with_split(&tiny, state, &mut dice), &epsilon, selection)?;
    }

    #[test]
    fn another_order((tiny, epsilon) in game_and_epsilon(), selection in selection(), seed: u64) {
        let mut dice = Dice::new(seed);
        let (states, actions) = (permutation(&mut dice, tiny.states()), permutation(&mut dice, tiny.actions));
        let decisions = permutation(&mut dice, tiny.decisions.len());
        let copy = permuted(&tiny, &states, &actions, &decisions);
        unchanged(&tiny, &copy, &epsilon, selection)?;
        // The decision found in one order has the value of the game in the other, too.
        let found = outcome(&copy, &epsilon, selection).decision;
        let inner = Oracle::new(&tiny).inner(&epsilon, selection);
        prop_assert_eq!(Some(&inner[decisions[found]]), inner.iter().max());
    }

    #[test]
    fn a_decision_twice((tiny, epsilon) in game_and_epsilon(), selection in selection(), seed: u64) {
        let mut copy = tiny.clone();
        copy.decisions.push(Dice::new(seed).pick(&tiny.decisions).clone());
        unchanged(&tiny, &copy, &epsilon, selection)?;
    }

    #[test]
    fn one_more_decision_does_no_harm((tiny, epsilon) in game_and_epsilon(), selection in selection()) {
        let mut copy = tiny.clone();
        copy.decisions.pop();
        prop_assume!(!copy.decisions.is_empty());
        prop_assert!(value(&copy, &epsilon, selection) <= value(&tiny, &epsilon, selection));
    }

    #[test]
    fn an_idle_stage_in_front((tiny, epsilon) in game_and_epsilon(), selection in selection()) {
        unchanged(&tiny, &with_idle_stage(&tiny), &epsilon, selection)?;
    }

    #[test]
    fn weighted_by_followers_or_not((tiny, epsilon) in game_and_epsilon(), selection in selection(), n in -50..50i64) {
        // Masses of a stage sum to 1: a constant per unit of mass is the same constant as a payoff.
        let constant = ratio(n, 3);
        let (mut weighted, mut once) = (tiny.clone(), tiny.clone());
        weighted.stages[0].iter_mut().flatten().for_each(|cell| cell.leader = with_constant(&cell.leader, &constant));
        once.payoff = with_constant(&once.payoff, &constant);
        unchanged(&weighted, &once, &epsilon, selection)?;
    }
}
