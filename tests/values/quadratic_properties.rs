//! What holds in every game of class C1, on random ones: monotone in eps, unchanged when rewards
//! are shifted or scaled, never beaten by an eps-equilibrium of a grid, and the equilibrium that is
//! printed is one.

use crate::selections::SELECTIONS;
use smfg::certificate::Selection;
use smfg::exact::{Rational, ratio};
use smfg::follower::{Evaluation, evaluate};
use smfg::game::{Class, Columns, Game, Monomial, Policy, Polynomial, StagePolicy, classify};
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};
use smfg::leader::{Outcome, Settings, Status, solve};

/// A random game, and into how many steps a probability is divided on its grid.
struct Sample {
    game: Game,
    name: String,
    steps: u64,
}

/// Two actions everywhere, so that a policy is a probability per stage and state.
fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for interaction in [Interaction::Monotone, Interaction::Crowd, Interaction::General] {
        for (stages, states, aggregates, steps) in
            [(1, 3, 2, 12), (2, 2, 1, 6), (2, 2, 2, 6), (3, 2, 1, 3)]
        {
            for seed in 1..=2 {
                let base = MdpParameters {
                    stages,
                    states,
                    actions: 2,
                    successors: states.min(2),
                    decisions: 2,
                    seed,
                };
                let family =
                    MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates })
                        .expect("an instance");
                let game = family.game().expect("a game");
                if classify(&game).class == Class::C1 {
                    samples.push(Sample { game, name: family.name(), steps });
                }
            }
        }
    }
    assert!(samples.len() >= 20, "{} games", samples.len());
    samples
}

fn epsilons() -> [Rational; 4] {
    [ratio(0, 1), ratio(1, 32), ratio(1, 8), ratio(1, 2)]
}

fn answer(game: &Game, epsilon: &Rational, selection: Selection) -> Outcome {
    let outcome =
        solve(game, &Settings { selection, ..Settings::new(epsilon.clone()) }).expect("class C1");
    assert_ne!(outcome.status, Status::Limit, "{}, eps {epsilon}, {selection}", game.name);
    assert_eq!(outcome.statistics.refused_steps, 0, "{}, eps {epsilon}, {selection}", game.name);
    outcome
}

/// Lower and upper bound of the value.
fn interval(outcome: &Outcome) -> (Rational, Rational) {
    (outcome.accepted.claim.lower.clone(), outcome.accepted.claim.upper.clone())
}

#[test]
fn more_equilibria_are_worse_for_the_pessimist() {
    let mut falls = 0;
    for Sample { game, name, .. } in samples() {
        for selection in SELECTIONS {
            let all: Vec<(Rational, Rational)> = epsilons()
                .iter()
                .map(|epsilon| interval(&answer(&game, epsilon, selection)))
                .collect();
            for (fewer, more) in all.iter().zip(all.iter().skip(1)) {
                let ordered = if selection == Selection::Pessimistic {
                    more.0 <= fewer.1
                } else {
                    fewer.0 <= more.1
                };
                assert!(ordered, "{name}, {selection}: {all:?}");
                falls += usize::from(fewer.1 < more.0 || more.1 < fewer.0);
            }
        }
    }
    assert!(falls >= 30, "the value moved {falls} times only");
}

/// Every follower reward times `factor` plus `shift`.
fn with_rewards(game: &Game, factor: &Rational, shift: &Rational) -> Game {
    let mut other = game.clone();
    for stage in &mut other.stages {
        let entries: Vec<Polynomial> = (0..stage.reward.len())
            .map(|pair| {
                let mut entry = Polynomial::zero().plus(&stage.reward.get(pair), factor);
                entry.add_term(Monomial::one(), shift.clone());
                entry
            })
            .collect();
        stage.reward = Columns::from_polynomials(&entries);
    }
    other
}

#[test]
fn shifted_and_scaled_rewards() {
    for Sample { game, name, .. } in samples() {
        for (factor, shift) in
            [(ratio(1, 1), ratio(7, 3)), (ratio(5, 2), ratio(0, 1)), (ratio(3, 7), ratio(-11, 4))]
        {
            let other = with_rewards(&game, &factor, &shift);
            assert_ne!(other.hash(), game.hash());
            for epsilon in [ratio(0, 1), ratio(1, 8)] {
                for selection in SELECTIONS {
                    let (one, two) = (
                        answer(&game, &epsilon, selection),
                        answer(&other, &(&epsilon * &factor), selection),
                    );
                    let context = || {
                        format!("{name}, eps {epsilon}, {selection}, rewards * {factor} + {shift}")
                    };
                    let ((lower, upper), (other_lower, other_upper)) =
                        (interval(&one), interval(&two));
                    assert!(
                        lower <= other_upper && other_lower <= upper,
                        "{}: [{lower}, {upper}], [{other_lower}, {other_upper}]",
                        context()
                    );
                }
            }
        }
    }
}

/// Every policy whose probabilities are multiples of `1/steps`: up to the distance of the grid,
/// every mixture of pure policies.
fn grid(game: &Game, steps: u64) -> Vec<Policy> {
    let rows: usize = game.stages.iter().map(|stage| stage.pairs.states()).sum();
    let count = (steps + 1).pow(u32::try_from(rows).expect("few states"));
    let policy = |mut number: u64| {
        let mut stages = Vec::new();
        for stage in &game.stages {
            let mut states = Vec::new();
            for state in 0..stage.pairs.states() {
                let actions: Vec<u32> = stage
                    .pairs
                    .of_state(state)
                    .map(|pair| stage.pairs.action(pair) as u32)
                    .collect();
                let second = ratio((number % (steps + 1)) as i64, steps);
                number /= steps + 1;
                states.push(vec![(actions[0], Rational::ONE - &second), (actions[1], second)]);
            }
            stages.push(StagePolicy::Mixed(states));
        }
        Policy { stages }
    };
    (0..count).map(policy).collect()
}

#[test]
fn no_equilibrium_of_a_grid_is_beyond_a_bound() {
    let mut tested = 0;
    for Sample { game, name, steps } in samples() {
        let policies = grid(&game, steps);
        let outcomes: Vec<(Rational, Selection, Outcome)> = epsilons()
            .into_iter()
            .flat_map(|epsilon| {
                SELECTIONS.map(|selection| {
                    (epsilon.clone(), selection, answer(&game, &epsilon, selection))
                })
            })
            .collect();
        for (index, decision) in
            game.finite_decisions().expect("a finite leader").iter().enumerate()
        {
            let instance = game.at(&decision.values);
            for policy in &policies {
                let Evaluation { exploitability, leader_reward, .. } =
                    evaluate(&instance, policy, &|| true).expect("a policy of the game");
                for (epsilon, selection, outcome) in
                    outcomes.iter().filter(|(epsilon, _, _)| exploitability <= *epsilon)
                {
                    tested += 1;
                    let (lower, upper) = &outcome.accepted.decisions[index];
                    let beyond = match selection {
                        Selection::Pessimistic => {
                            lower.as_ref().is_some_and(|lower| leader_reward < *lower)
                        }
                        Selection::Optimistic => {
                            upper.as_ref().is_some_and(|upper| leader_reward > *upper)
                        }
                    };
                    assert!(
                        !beyond,
                        "{name}, decision {index}, eps {epsilon}, {selection}: {leader_reward} at exploitability {exploitability}, bounds {lower:?}, {upper:?}: {policy:?}"
                    );
                }
            }
        }
    }
    eprintln!("{tested} comparisons");
    assert!(tested >= 20_000, "{tested} comparisons");
}

#[test]
fn the_equilibrium_that_is_printed() {
    let (mut printed, mut all) = (0, 0);
    for Sample { game, name, .. } in samples() {
        for epsilon in epsilons() {
            for selection in SELECTIONS {
                let outcome = answer(&game, &epsilon, selection);
                let context = format!("{name}, eps {epsilon}, {selection}");
                let equilibrium = outcome
                    .equilibrium
                    .as_ref()
                    .unwrap_or_else(|| panic!("{context}: no equilibrium"));
                all += 1;
                let Some(policy) = &equilibrium.policy else { continue };
                printed += 1;
                let decision = &game.finite_decisions().expect("a finite leader")[outcome.decision];
                let found = evaluate(&game.at(&decision.values), policy, &|| true)
                    .expect("a policy of the game");
                assert!(
                    found.exploitability <= epsilon,
                    "{context}: exploitability {}",
                    found.exploitability
                );
                let (lower, upper) = &outcome.accepted.decisions[outcome.decision];
                let reached = &found.leader_reward;
                let (lower, upper) =
                    (lower.as_ref().expect("a bound"), upper.as_ref().expect("a bound"));
                assert!(
                    lower <= reached && reached <= upper,
                    "{context}: {lower} <= {reached} <= {upper}"
                );
            }
        }
    }
    eprintln!("{printed} of {all} equilibria have a policy");
    assert!(printed * 10 >= all * 9, "{printed} of {all} equilibria have a policy");
}
