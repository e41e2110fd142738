//! Generated mean-field games load, are of the class that their interaction says, and monotone ones
//! are monotone.

use smfg::exact::{Rational, ratio};
use smfg::game::{Class, Game, Monomial, Variable, classify};
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};

const INTERACTIONS: [Interaction; 4] =
    [Interaction::Monotone, Interaction::Crowd, Interaction::General, Interaction::Dynamics];

fn family(interaction: Interaction, aggregates: usize, base: MdpParameters) -> MeanFieldFamily {
    MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates })
        .expect("an instance")
}

fn load(family: &MeanFieldFamily) -> Game {
    family.game().unwrap_or_else(|errors| panic!("{}: {errors}", family.name()))
}

#[test]
fn they_load_and_have_their_class() {
    for interaction in INTERACTIONS {
        for (stages, states, actions, successors, aggregates) in [
            (2, 2, 2, 1, 1),
            (2, 2, 2, 2, 5),
            (3, 3, 2, 2, 1),
            (5, 5, 4, 3, 2),
            (9, 8, 3, 8, 4),
            (20, 30, 3, 4, 3),
        ] {
            for seed in [0, 1, u64::MAX] {
                let decisions = 1 + aggregates % 3;
                let family = family(
                    interaction,
                    aggregates,
                    MdpParameters { stages, states, actions, successors, decisions, seed },
                );
                let game = load(&family);
                let class = classify(&game).class;
                let expected =
                    if interaction == Interaction::Dynamics { Class::C3 } else { Class::C1 };
                // A general game of few pairs may have drawn zeros only; the others depend by
                // construction.
                let exempt = interaction == Interaction::General && stages * states * actions <= 8;
                assert!(
                    class == expected || (exempt && class == Class::C0),
                    "{}: {class}",
                    family.name()
                );
                assert_eq!(
                    (game.pairs(), game.stages.len()),
                    (stages * states * actions, stages),
                    "{}",
                    family.name()
                );
                assert_eq!(
                    game.finite_decisions().map(<[_]>::len),
                    Some(decisions),
                    "{}",
                    family.name()
                );
            }
        }
    }
}

#[test]
fn one_stage_is_enough_with_fixed_transitions() {
    for interaction in [Interaction::Monotone, Interaction::Crowd] {
        let game = load(&family(
            interaction,
            1,
            MdpParameters {
                stages: 1,
                states: 1,
                actions: 2,
                successors: 1,
                decisions: 1,
                seed: 3,
            },
        ));
        assert_eq!(classify(&game).class, Class::C1);
    }
}

#[test]
fn large_ones_load() {
    let base =
        MdpParameters { stages: 10, states: 500, actions: 4, successors: 4, decisions: 2, seed: 1 };
    for interaction in [Interaction::Monotone, Interaction::Crowd, Interaction::General] {
        let game = load(&family(interaction, 4, base));
        assert_eq!((classify(&game).class, game.pairs()), (Class::C1, 20_000));
    }
}

/// The matrix Q of `r(d) = r0 + Q d` over all pairs of all stages, symmetrised: `(Q + Q')`. Built
/// entry by entry from the definition.
fn interaction_matrix(game: &Game) -> Vec<Vec<Rational>> {
    let offsets: Vec<usize> = game
        .stages
        .iter()
        .scan(0, |next, stage| {
            let own = *next;
            *next += stage.pairs.len();
            Some(own)
        })
        .collect();
    let count = game.pairs();
    let mut matrix = vec![vec![Rational::ZERO; count]; count];
    for (t, stage) in game.stages.iter().enumerate() {
        for pair in 0..stage.pairs.len() {
            let reward = stage.reward.get(pair);
            for (k, aggregate) in game.aggregates.iter().enumerate() {
                let variable = Monomial::of(Variable::Aggregate(k as u32));
                let Some((_, coefficient)) =
                    reward.terms().find(|(monomial, _)| **monomial == variable)
                else {
                    continue;
                };
                for (state, action, weight) in &aggregate.weights {
                    let other = game.stages[aggregate.stage]
                        .pairs
                        .find(*state as usize, *action as usize)
                        .expect("an available pair");
                    let (row, column) = (offsets[t] + pair, offsets[aggregate.stage] + other);
                    let entry = coefficient * weight;
                    matrix[row][column] += &entry;
                    matrix[column][row] += &entry;
                }
            }
        }
    }
    matrix
}

/// Whether `x'Ax >= 0` for every x, by elimination in exact arithmetic.
fn positive_semidefinite(mut matrix: Vec<Vec<Rational>>) -> bool {
    let count = matrix.len();
    for k in 0..count {
        let pivot = matrix[k][k].clone();
        if pivot < Rational::ZERO
            || (pivot.is_zero() && (k + 1..count).any(|j| !matrix[k][j].is_zero()))
        {
            return false;
        }
        if pivot.is_zero() {
            continue;
        }
        let pivot_row = matrix[k].clone();
        for row in matrix.iter_mut().skip(k + 1).filter(|row| !row[k].is_zero()) {
            let factor = &row[k] / &pivot;
            for (entry, above) in row.iter_mut().zip(&pivot_row).skip(k) {
                *entry -= &factor * above;
            }
        }
    }
    true
}

fn negated(matrix: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
    matrix.iter().map(|row| row.iter().map(|entry| -entry.clone()).collect()).collect()
}

#[test]
fn the_exact_test_of_semidefiniteness_can_fail() {
    let matrix = |rows: [[i64; 2]; 2]| {
        rows.iter().map(|row| row.iter().map(|&x| ratio(x, 1)).collect()).collect()
    };
    assert!(positive_semidefinite(matrix([[1, 1], [1, 1]])));
    assert!(positive_semidefinite(matrix([[0, 0], [0, 3]])));
    assert!(!positive_semidefinite(matrix([[1, 2], [2, 1]])));
    assert!(!positive_semidefinite(matrix([[0, 1], [1, 5]])));
}

/// Monotone: `(d - e)'Q(d - e) <= 0` for all flows d, e; here even for all vectors. Crowd-seeking
/// is the opposite.
#[test]
fn monotone_games_are_monotone_and_crowds_are_the_opposite() {
    for (interaction, seed) in [
        (Interaction::Monotone, 1),
        (Interaction::Monotone, 2),
        (Interaction::Crowd, 1),
        (Interaction::Crowd, 2),
    ] {
        let base =
            MdpParameters { stages: 5, states: 4, actions: 3, successors: 2, decisions: 2, seed };
        let matrix = interaction_matrix(&load(&family(interaction, 3, base)));
        let (costs, pays) =
            (positive_semidefinite(negated(&matrix)), positive_semidefinite(matrix));
        assert_eq!(
            (costs, pays),
            (interaction == Interaction::Monotone, interaction == Interaction::Crowd),
            "{interaction}, seed {seed}"
        );
    }
    let base =
        MdpParameters { stages: 5, states: 4, actions: 3, successors: 2, decisions: 2, seed: 1 };
    let matrix = interaction_matrix(&load(&family(Interaction::General, 3, base)));
    assert!(!positive_semidefinite(negated(&matrix)) && !positive_semidefinite(matrix));
}
