//! What a member of each population could gain, against the populations by themselves.
//!
//! Two games whose followers do not react to each other are two populations of one game: what a
//! member could gain there is the exploitability in the game of her own, which
//! [`crate::evaluation`] finds by enumeration.

use crate::dice::Dice;
use crate::evaluation::{Play, evaluate};
use crate::random_tiny::mean_field_free;
use crate::tiny::{Cell, Form, Tiny};
use smfg::exact::{Rational, ratio};
use smfg::follower::{Enclosed, enclose_subplays, laws, subplays};
use smfg::game::expression::Subpopulation;
use smfg::game::{Policy, StagePolicy};

/// The game at its first decision, with constants for formulas.
fn frozen(tiny: &Tiny) -> Tiny {
    let u = &tiny.decisions[0];
    let number = |form: &Form| Form::constant(form.at(u, &vec![Rational::ZERO; 9]));
    let cell = |own: &Cell| Cell {
        action: own.action,
        reward: number(&own.reward),
        leader: Form::constant(Rational::ZERO),
        next: own.next.iter().map(|(s, p)| (*s, number(p))).collect(),
    };
    let stages = tiny
        .stages
        .iter()
        .map(|rows| rows.iter().map(|row| row.iter().map(cell).collect()).collect())
        .collect();
    Tiny {
        stages,
        aggregates: Vec::new(),
        payoff: Form::default(),
        decisions: vec![Vec::new()],
        ..tiny.clone()
    }
}

/// One game of two that do not react to each other, with `mass` in the first.
fn union(one: &Tiny, other: &Tiny, mass: &Rational) -> Tiny {
    let (states, actions) = (one.states(), one.actions);
    let moved = |own: &Cell| Cell {
        action: own.action + actions,
        next: own.next.iter().map(|(s, p)| (*s + states, p.clone())).collect(),
        ..own.clone()
    };
    let rows = |(first, second): (&Vec<Vec<Cell>>, &Vec<Vec<Cell>>)| {
        let second = second.iter().map(|row| row.iter().map(moved).collect());
        first.iter().cloned().chain(second).collect()
    };
    let initial = one.initial.iter().map(|share| share * mass);
    let rest = other.initial.iter().map(|share| share * (Rational::ONE - mass));
    Tiny {
        actions: actions + other.actions,
        initial: initial.chain(rest).collect(),
        stages: one.stages.iter().zip(&other.stages).map(rows).collect(),
        ..one.clone()
    }
}

/// Some probabilities in every state.
fn play(tiny: &Tiny, dice: &mut Dice) -> Play {
    let mut row = |row: &Vec<Cell>| {
        let law = dice.law(row.len());
        row.iter().map(|cell| cell.action).zip(law).collect()
    };
    tiny.stages.iter().map(|rows| rows.iter().map(&mut row).collect()).collect()
}

fn policy(one: &Play, other: &Play, actions: usize) -> Policy {
    let row = |shift: usize| {
        move |row: &Vec<(usize, Rational)>| {
            row.iter().map(|(a, p)| ((a + shift) as u32, p.clone())).collect::<Vec<_>>()
        }
    };
    let stage = |(first, second): (&Vec<_>, &Vec<_>)| {
        let rows = first.iter().map(row(0)).chain(second.iter().map(row(actions)));
        StagePolicy::Mixed(rows.collect())
    };
    Policy { stages: one.iter().zip(other).map(stage).collect() }
}

#[test]
fn populations_that_do_not_meet_gain_what_they_gain_alone() {
    let mut compared = 0;
    for seed in 0..300 {
        let [one, other] = [seed, seed + 1000].map(|seed| frozen(&mean_field_free(seed)));
        if one.stages.len() != other.stages.len() {
            continue;
        }
        let mut dice = Dice::new(seed);
        let mass = ratio(1 + dice.below(9) as i64, [10, 1_000_000][dice.below(2)]);
        let game = union(&one, &other, &mass).game();
        let part = |mass: Rational, states, actions| Subpopulation {
            name: String::new(),
            mass,
            states,
            actions,
            prefixed: false,
        };
        let (states, actions) = (one.states(), one.actions);
        let parts = [
            part(mass.clone(), 0..states, 0..actions),
            part(Rational::ONE - &mass, states..game.states.len(), actions..game.actions.len()),
        ];
        let plays = [play(&one, &mut dice), play(&other, &mut dice)];
        let policy = policy(&plays[0], &plays[1], actions);
        let instance = game.at(&[]);
        let found = subplays(&instance, &parts, &policy, &|| true).expect("a policy");
        let rows = laws(&policy.stages).expect("laws");
        let rounded = enclose_subplays(&instance, &parts, &rows, 100, &|| true).expect("a policy");
        for (position, (tiny, play)) in [&one, &other].into_iter().zip(&plays).enumerate() {
            let own = evaluate(tiny, 0, play);
            let at = format!("seed {seed}, population {position}");
            assert_eq!(found[position].regret, Enclosed::Exact(own.exploitability.clone()), "{at}");
            let regret = &rounded[position].regret;
            assert!(*regret.lower() <= own.exploitability, "{at}");
            assert!(*regret.upper() >= own.exploitability, "{at}");
            let share = &parts[position].mass;
            for (flow, masses) in found[position].flow.iter().zip(&own.masses) {
                let masses = masses.iter().map(|mass| Enclosed::Exact(mass * share));
                assert_eq!(*flow, masses.collect::<Vec<_>>(), "{at}");
            }
        }
        compared += 1;
    }
    assert!(compared >= 60, "{compared}");
}
