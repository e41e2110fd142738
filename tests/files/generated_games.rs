//! Both outputs of a generated instance, in memory and as a game file, describe the same game.

use smfg::game::{Columns, DecisionSet, Game, Polynomial, Stage};
use smfg::generate::{MdpFamily, MdpParameters};

/// Entries one by one: a column may be stored in two ways.
fn polynomials(columns: &Columns) -> Vec<Polynomial> {
    (0..columns.len()).map(|index| columns.get(index)).collect()
}

fn assert_same(one: &Game, other: &Game) {
    assert_eq!(
        (&one.name, &one.description, &one.source),
        (&other.name, &other.description, &other.source)
    );
    assert_eq!((&one.states, &one.actions), (&other.states, &other.actions));
    assert_eq!(one.initial, other.initial);
    assert_eq!(one.leader.parameters, other.leader.parameters);
    match (&one.leader.decisions, &other.leader.decisions) {
        (DecisionSet::Finite(one), DecisionSet::Finite(other)) => assert_eq!(one, other),
        _ => panic!("a generated leader has a finite list of decisions"),
    }
    assert_eq!(one.aggregates, other.aggregates);
    assert_eq!(one.payoff, other.payoff);
    assert_eq!(one.stages.len(), other.stages.len());
    for (t, (one, other)) in one.stages.iter().zip(&other.stages).enumerate() {
        assert_eq!(one.pairs, other.pairs, "stage {t}");
        assert_eq!(polynomials(&one.reward), polynomials(&other.reward), "stage {t}");
        assert_eq!(polynomials(&one.leader_reward), polynomials(&other.leader_reward), "stage {t}");
        let transition = |stage: &Stage| {
            stage.transition.as_ref().map(|x| (x.successors.clone(), polynomials(&x.probability)))
        };
        assert_eq!(transition(one), transition(other), "stage {t}");
    }
    assert_eq!(one.hash(), other.hash());
}

#[test]
fn memory_and_file_describe_the_same_game() {
    let base =
        MdpParameters { stages: 3, states: 6, actions: 2, successors: 3, decisions: 3, seed: 1 };
    for parameters in [
        base,
        MdpParameters { decisions: 1, ..base },
        MdpParameters { stages: 1, states: 1, actions: 1, successors: 1, ..base },
        MdpParameters { stages: 1, decisions: 1, ..base },
        MdpParameters { states: 1, successors: 1, ..base },
        MdpParameters { successors: 6, seed: u64::MAX, ..base },
        MdpParameters { stages: 4, states: 90, actions: 5, successors: 5, decisions: 2, seed: 8 },
    ] {
        let family = MdpFamily::new(parameters).expect("an instance");
        let mut text = Vec::new();
        family.write_json(&mut text).expect("memory takes everything");
        let text = String::from_utf8(text).expect("ASCII");
        let read =
            Game::parse_json(&text).unwrap_or_else(|errors| panic!("{}: {errors}", family.name()));
        assert_same(&family.game(), &read);
    }
}
