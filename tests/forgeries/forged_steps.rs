//! Certificates forged to prove something false: random steps of every rule, with values as strong
//! as the rule allows or a little stronger.
//!
//! Altered certificates (mutations.rs) stay near honest ones. Here multipliers, duals,
//! mixtures and arithmetic are drawn at random, with repeated and zero entries in the rows of
//! policies, few or no fractional bits, repeated blocks and steps. For each step the strongest
//! value that the checker grants is found by bisection, and it must be true of the game as
//! enumeration knows it.

use crate::dice::Dice;
use crate::oracle::Oracle;
use crate::random_tiny::mean_field_free;
use crate::selections::SELECTIONS;
use crate::tiny::Tiny;
use smfg::certificate::{Arithmetic, Claim, Part, Scope, Selection, Step, write_certificate};
use smfg::check::{Accepted, Fault, Rejection, check};
use smfg::exact::{Integer, Rational, ratio};
use smfg::game::{Game, Policy, StagePolicy};

/// A game, the truth about it, and what the forger aims at.
struct Target {
    tiny: Tiny,
    game: Game,
    oracle: Oracle,
    epsilon: Rational,
    selection: Selection,
}

impl Target {
    fn new(seed: u64, dice: &mut Dice) -> Self {
        let tiny = mean_field_free(seed);
        let (game, oracle) = (tiny.game(), Oracle::new(&tiny));
        let epsilon = oracle.greatest_exploitability()
            * dice.pick(&[ratio(0, 1), ratio(1, 50), ratio(1, 2), ratio(2, 1)]);
        Target { tiny, game, oracle, epsilon, selection: *dice.pick(&SELECTIONS) }
    }

    fn sigma(&self) -> Rational {
        if self.selection == Selection::Pessimistic { Rational::ONE } else { Rational::NEG_ONE }
    }

    /// Checks a certificate whose claim is weak enough for the range of the rewards to show it.
    fn check(&self, steps: &[Step]) -> Result<Accepted, Rejection> {
        self.check_claim(steps, &-self.far(), &self.far())
    }

    fn check_claim(
        &self,
        steps: &[Step],
        lower: &Rational,
        upper: &Rational,
    ) -> Result<Accepted, Rejection> {
        let claim = Claim {
            game_hash: self.game.hash(),
            epsilon: self.epsilon.clone(),
            selection: self.selection,
            scope: Scope::All,
            of: None,
            lower: lower.clone(),
            upper: upper.clone(),
        };
        let text = write_certificate(Vec::new(), &claim, steps).expect("memory does not fail");
        check(&self.game, text.as_slice())
    }

    /// Further than any reward of a tiny game.
    fn far(&self) -> Rational {
        Rational::from(Integer::from(10).pow(30))
    }

    /// Weak true steps about every decision, so that a certificate is about the step under trial
    /// only.
    fn background(&self) -> Vec<Step> {
        let far = self.far() * self.sigma();
        (0..self.tiny.decisions.len())
            .flat_map(|index| {
                [
                    Step::Decision(index),
                    Step::RangeBound { value: -&far },
                    Step::RangeWitness { value: far.clone() },
                ]
            })
            .collect()
    }
}

/// A number near 0, or any size and sign.
fn number(dice: &mut Dice) -> Rational {
    let small = ratio(dice.below(41) as i64 - 20, 1 + dice.below(6) as u64);
    match dice.below(6) {
        0 => Rational::ZERO,
        1 => small * ratio(1_000_003, 1),
        2 => small * Rational::from(Integer::from(2).pow(140)),
        _ => small,
    }
}

fn arithmetic(dice: &mut Dice) -> Arithmetic {
    if dice.once_in(3) {
        Arithmetic::Exact
    } else {
        Arithmetic::Rounded(*dice.pick(&[0, 0, 1, 2, 5, 30, 64, 130]))
    }
}

fn positive(value: Rational) -> Rational {
    if value < Rational::ZERO { -value } else { value }
}

/// A row with repeated actions and zeros, in any order.
fn row(dice: &mut Dice, actions: &[usize]) -> Vec<(u32, Rational)> {
    let length = 1 + dice.below(4);
    dice.law(length).into_iter().map(|p| (*dice.pick(actions) as u32, p)).collect()
}

fn policy(dice: &mut Dice, tiny: &Tiny) -> Policy {
    let stages = tiny.stages.iter().map(|rows| {
        let available: Vec<Vec<usize>> =
            rows.iter().map(|row| row.iter().map(|cell| cell.action).collect()).collect();
        if dice.once_in(2) {
            StagePolicy::Pure(available.iter().map(|actions| *dice.pick(actions) as u32).collect())
        } else {
            StagePolicy::Mixed(available.iter().map(|actions| row(dice, actions)).collect())
        }
    });
    Policy { stages: stages.collect() }
}

/// A random step with any value.
fn step(dice: &mut Dice, tiny: &Tiny) -> Step {
    let (value, multiplier) = (Rational::ZERO, positive(number(dice)));
    match dice.below(7) {
        0 => Step::RangeBound { value },
        1 => Step::RangeWitness { value },
        2 | 3 => Step::DynamicProgramming { value, multiplier, arithmetic: arithmetic(dice) },
        _ => {
            let count = 1 + dice.below(3);
            let weights = loop {
                let law = dice.law(count);
                if law.iter().all(|weight| !weight.is_zero()) {
                    break law;
                }
            };
            let parts = weights
                .into_iter()
                .map(|weight| Part { weight, policy: policy(dice, tiny) })
                .collect();
            Step::Witness { value, arithmetic: arithmetic(dice), parts }
        }
    }
}

fn with_value(step: &Step, claimed: &Rational) -> Step {
    let mut step = step.clone();
    match &mut step {
        // The steps forged here are those of class C0.
        Step::Decision(_)
        | Step::At(_)
        | Step::Limit { .. }
        | Step::Cover(_)
        | Step::Tree(_)
        | Step::Support(_)
        | Step::Lifted(_)
        | Step::Vertex { .. }
        | Step::Multiplier(_)
        | Step::Monotone(_)
        | Step::Tube(_)
        | Step::Existence(_)
        | Step::EnclosedWitness { .. } => {}
        Step::DynamicProgramming { value, .. }
        | Step::RangeBound { value }
        | Step::Witness { value, .. }
        | Step::PopulationWitness { value, .. }
        | Step::RangeWitness { value } => *value = claimed.clone(),
    }
    step
}

fn is_bound(step: &Step) -> bool {
    matches!(step, Step::DynamicProgramming { .. } | Step::RangeBound { .. })
}

/// Whether the step holds with this value about this decision, in the eyes of the checker.
fn granted(
    target: &Target,
    decision: usize,
    step: &Step,
    value: &Rational,
) -> Result<Accepted, Rejection> {
    let mut steps = target.background();
    steps.extend([Step::Decision(decision), with_value(step, value)]);
    target.check(&steps)
}

/// The strongest value that the rule yields, as the checker itself says when it refuses a stronger
/// one.
fn strongest(target: &Target, decision: usize, step: &Step) -> Option<Rational> {
    // For sigma J0 a bound is stronger the larger, a witness the smaller it is.
    let far = Rational::from(Integer::from(10).pow(200)) * target.sigma();
    let too_strong = if is_bound(step) { far } else { -far };
    match granted(target, decision, step, &too_strong) {
        Err(Rejection::Step { fault: Fault::Overstated { computed, .. }, .. }) => {
            Some(computed * target.sigma())
        }
        Err(Rejection::Step { fault: Fault::NotAnEquilibrium { .. }, .. }) => None,
        other => panic!("{step:?}: {other:?}"),
    }
}

#[test]
fn the_strongest_value_of_every_step_is_true() {
    let (mut bounds, mut witnesses, mut no_equilibria, mut tight) = (0, 0, 0, 0);
    for seed in 0..250 {
        let mut dice = Dice::new(seed ^ 0xf0e9);
        let target = Target::new(seed, &mut dice);
        let sigma = target.sigma();
        let inner = target.oracle.inner(&target.epsilon, target.selection);
        for _ in 0..30 {
            let decision = dice.below(inner.len());
            let step = step(&mut dice, &target.tiny);
            let Some(value) = strongest(&target, decision, &step) else {
                no_equilibria += 1;
                continue;
            };
            let at = format!(
                "seed {seed}, eps {}, {}, decision {decision}, {step:?}: {value}",
                target.epsilon, target.selection
            );
            let (truth, value) = (&sigma * &inner[decision], sigma.clone() * value);
            if is_bound(&step) {
                assert!(value <= truth, "{at} above the truth {}", inner[decision]);
                bounds += 1;
            } else {
                assert!(value >= truth, "{at} below the truth {}", inner[decision]);
                witnesses += 1;
            }
            tight += usize::from(value == truth);
            // The checker grants exactly what it computed, and nothing beyond.
            let strongest = &sigma * &value;
            let accepted = granted(&target, decision, &step, &strongest)
                .unwrap_or_else(|rejection| panic!("{at}: {rejection}"));
            for ((lower, upper), truth) in accepted.decisions.iter().zip(&inner) {
                assert!(
                    lower.as_ref().is_none_or(|lower| lower <= truth)
                        && upper.as_ref().is_none_or(|upper| truth <= upper),
                    "{at}"
                );
            }
            let beyond = if is_bound(&step) {
                &value + ratio(1, u64::MAX)
            } else {
                &value - ratio(1, u64::MAX)
            };
            assert!(
                granted(&target, decision, &step, &(sigma.clone() * beyond)).is_err(),
                "{at}: a stronger value is granted"
            );
        }
    }
    assert!(
        bounds > 2000 && witnesses > 1000 && no_equilibria > 300 && tight > 200,
        "{bounds} {witnesses} {no_equilibria} {tight}"
    );
}

#[test]
fn witnesses_that_are_no_equilibria_are_refused() {
    // A witness is accepted only if the oracle, too, finds the mixture's exploitability at most
    // eps.
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..250 {
        let mut dice = Dice::new(seed ^ 0xbeef);
        let target = Target::new(seed, &mut dice);
        for _ in 0..12 {
            let decision = dice.below(target.tiny.decisions.len());
            let step = step(&mut dice, &target.tiny);
            let Step::Witness { parts, arithmetic, .. } = &step else { continue };
            let earned = parts.iter().map(|part| {
                let play = crate::evaluation::play_of(&part.policy);
                let evaluated = crate::evaluation::evaluate(&target.tiny, decision, &play);
                (&part.weight * &evaluated.follower_reward, &part.weight * &evaluated.leader_reward)
            });
            let (reward, leader) = earned
                .fold((Rational::ZERO, Rational::ZERO), |(r, c), (part_r, part_c)| {
                    (r + part_r, c + part_c)
                });
            let exploitability = &target.oracle.outcomes[decision].follower_value - reward;
            let at = format!(
                "seed {seed}, {step:?}, exploitability {exploitability}, eps {}",
                target.epsilon
            );
            match strongest(&target, decision, &step) {
                Some(value) => {
                    assert!(exploitability <= target.epsilon, "{at}");
                    // Rounded towards the safe side; exact when exact.
                    let (value, leader) = (value * target.sigma(), leader * target.sigma());
                    assert!(value >= leader, "{at}: {value} is stronger than {leader}");
                    assert!(*arithmetic != Arithmetic::Exact || value == leader, "{at}");
                    accepted += 1;
                }
                None => {
                    assert!(
                        *arithmetic != Arithmetic::Exact || exploitability > target.epsilon,
                        "{at}"
                    );
                    refused += 1;
                }
            }
        }
    }
    assert!(accepted > 300 && refused > 300, "{accepted} {refused}");
}

#[test]
fn no_combination_of_true_steps_shows_a_false_claim() {
    // Whole certificates of random granted steps in random order, blocks and steps repeated, with
    // claims beyond the truth.
    let mut refused = 0;
    for seed in 0..250 {
        let mut dice = Dice::new(seed ^ 0xca5e);
        let target = Target::new(seed, &mut dice);
        let value = target.oracle.value(&target.epsilon, target.selection);
        let mut steps = if dice.once_in(2) { target.background() } else { Vec::new() };
        for _ in 0..10 {
            let decision = dice.below(target.tiny.decisions.len());
            steps.push(Step::Decision(decision));
            for _ in 0..dice.below(4) {
                let step = step(&mut dice, &target.tiny);
                if let Some(value) = strongest(&target, decision, &step) {
                    let step = with_value(&step, &value);
                    steps.extend(std::iter::repeat_n(step, 1 + dice.below(2)));
                }
            }
        }
        let beyond = ratio(1, 1_000_000_007);
        for (lower, upper) in [
            (&value + &beyond, target.far()),
            (-target.far(), &value - &beyond),
            (&value + &beyond, &value - &beyond),
        ] {
            let found = target.check_claim(&steps, &lower, &upper);
            assert!(found.is_err(), "seed {seed}: {lower} <= {value} <= {upper} is accepted");
            refused += 1;
        }
        if let Ok(accepted) = target.check(&steps) {
            let inner = target.oracle.inner(&target.epsilon, target.selection);
            for ((lower, upper), truth) in accepted.decisions.iter().zip(&inner) {
                let holds = lower.as_ref().is_none_or(|lower| lower <= truth)
                    && upper.as_ref().is_none_or(|upper| truth <= upper);
                assert!(holds, "seed {seed}: {lower:?} <= {truth} <= {upper:?}");
            }
        }
    }
    assert_eq!(refused, 750);
}
