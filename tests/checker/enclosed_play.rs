//! Evaluations with outward rounding against exact ones, in games of all classes and with policies
//! of awkward fractions.

use crate::models::model;
use smfg::exact::{Rational, ratio};
use smfg::follower::{EnclosedPlay, Enclosure, FollowerError, enclose_play, evaluate, laws};
use smfg::game::{DecisionSet, Game, Instance, Policy, StagePolicy};
use smfg::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};

fn games() -> Vec<Game> {
    let mut games: Vec<Game> = [
        "sir_contacts",
        "epidemic_stages",
        "susceptible_infected_6",
        "network_tolls",
        "rock_paper_scissors",
        "braess",
        "opinion",
    ]
    .map(model)
    .into();
    for (seed, interaction) in
        [Interaction::Monotone, Interaction::Crowd, Interaction::General, Interaction::Dynamics]
            .into_iter()
            .enumerate()
    {
        let base = MdpParameters {
            stages: 4,
            states: 5,
            actions: 3,
            successors: 3,
            decisions: 2,
            seed: seed as u64,
        };
        let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates: 2 })
            .expect("an instance");
        games.push(family.game().expect("a game"));
    }
    games
}

/// Fractions that no power of two carries, different in every row; `seed` decides.
fn awkward(game: &Game, seed: u64) -> Policy {
    let stage = |t: usize, stage: &smfg::game::Stage| {
        let row = |state: usize| {
            let weight =
                |pair: usize| (seed * 7 + t as u64 * 13 + pair as u64 * 5 + state as u64) % 11;
            let mut weights: Vec<(u32, i64)> = stage
                .pairs
                .of_state(state)
                .map(|pair| (stage.pairs.action(pair) as u32, weight(pair) as i64))
                .collect();
            weights[0].1 += 1;
            let sum = weights.iter().map(|(_, weight)| weight).sum::<i64>().unsigned_abs();
            weights
                .into_iter()
                .filter(|(_, weight)| *weight > 0)
                .map(|(action, weight)| (action, ratio(weight, sum)))
                .collect()
        };
        StagePolicy::Mixed((0..stage.pairs.states()).map(row).collect())
    };
    Policy { stages: game.stages.iter().enumerate().map(|(t, data)| stage(t, data)).collect() }
}

fn enclosed(
    instance: &Instance,
    policy: &[StagePolicy],
    bits: u32,
    keep_going: bool,
) -> Result<EnclosedPlay, FollowerError> {
    enclose_play(instance, &laws(policy)?, bits, &|| keep_going)
}

fn parts(found: &Enclosure) -> [&(Rational, Rational); 4] {
    [&found.exploitability, &found.leader_reward, &found.follower_value, &found.follower_reward]
}

#[test]
fn enclosures_hold_the_exact_numbers_and_shrink() {
    for game in games() {
        let leader = match &game.leader.decisions {
            DecisionSet::Finite(decisions) => decisions.last().expect("a decision").values.clone(),
            DecisionSet::Polyhedral { polytope, .. } => polytope.lower.clone(),
        };
        let instance = game.at(&leader);
        for seed in 0..4 {
            let policy = awkward(&game, seed);
            let exact = evaluate(&instance, &policy, &|| true).expect("a policy");
            let values = [
                &exact.exploitability,
                &exact.leader_reward,
                &exact.follower_value,
                &exact.follower_reward,
            ];
            for (bits, width) in [
                (8, None),
                (30, None),
                (60, Some(ratio(1, 1 << 40))),
                (200, Some(ratio(1, 1 << 62))),
            ] {
                let found = enclosed(&instance, &policy.stages, bits, true).expect("a policy");
                for ((lower, upper), value) in parts(&found.enclosure).into_iter().zip(values) {
                    assert!(
                        lower <= value && value <= upper,
                        "{}, {bits} bits: {value} is not in [{lower}, {upper}]",
                        game.name
                    );
                    if let Some(width) = &width {
                        assert!(
                            &(upper - lower) <= width,
                            "{}, {bits} bits: [{lower}, {upper}] is wide",
                            game.name
                        );
                    }
                }
                for (masses, exact) in found.masses.iter().zip(&exact.flow.occupation) {
                    for ((low, high), mass) in masses.iter().zip(exact.iter()) {
                        let scaled =
                            mass * Rational::from(smfg::exact::Integer::ONE << bits as usize);
                        assert!(
                            Rational::from(low.clone()) <= scaled
                                && scaled <= Rational::from(high.clone()),
                            "{}",
                            game.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_strict_equilibrium_has_exploitability_0_whatever_the_rounding() {
    // Everybody adopts: adopting earns 1/2 and waiting 0.
    let game = model("adoption");
    let instance = game.at(&[ratio(0, 1)]);
    let policy = [StagePolicy::Mixed(vec![vec![(1, ratio(1, 1))]])];
    let found = enclosed(&instance, &policy, 4, true).expect("a policy");
    assert_eq!(found.enclosure.exploitability, (ratio(0, 1), ratio(0, 1)));
}

#[test]
fn policies_that_do_not_fit_are_refused() {
    let game = model("adoption");
    let instance = game.at(&[ratio(0, 1)]);
    for row in
        [vec![(0, ratio(1, 2))], vec![(0, ratio(3, 2)), (1, ratio(-1, 2))], vec![(7, ratio(1, 1))]]
    {
        assert!(enclosed(&instance, &[StagePolicy::Mixed(vec![row])], 60, true).is_err());
    }
    assert!(enclosed(&instance, &[], 60, true).is_err());
    let policy = [StagePolicy::Mixed(vec![vec![(1, ratio(1, 1))]])];
    assert!(enclosed(&instance, &policy, 60, false).is_err());
}
