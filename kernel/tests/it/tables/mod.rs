//! Tables: every side condition of every step, violated once, with the kind of the refusal.

mod combinations;
mod divisions;
mod rows;
mod statements;
mod values;
mod witnesses;

use crate::game::{Game, polytope};
use crate::state::{LEAST, at, bound, open, reached};
use crate::text::{fam, n, p};
use smfg_kernel::{Listing, Place, Proof, Refusal};
use std::sync::Arc;

/// What is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Accept,
    Step,
    Inequality,
    Limit,
}

/// Requires the outcomes of a table.
pub(crate) fn table(rows: Vec<(&str, Kind, Result<(), Refusal>)>) {
    let kind = |result: &Result<(), Refusal>| match result {
        Ok(()) => Some(Kind::Accept),
        Err(Refusal::Step(_)) => Some(Kind::Step),
        Err(Refusal::Inequality(_)) => Some(Kind::Inequality),
        Err(Refusal::Limit(_)) => Some(Kind::Limit),
        Err(_) => None,
    };
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(_, expected, result)| kind(result) != Some(*expected))
        .map(|(name, expected, result)| format!("{name}: {expected:?} expected, {result:?}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Two states, two pairs each at stage 0, two and one at stage 1; data free of the population, a
/// statistic per stage, one parameter in [0, 1] with `1 - u0 >= 0` as a row.
fn plain() -> Arc<Listing> {
    use crate::game::pair;
    let game = Game {
        states: 2,
        parameters: 1,
        initial: vec![n("1/2"), n("1/2")],
        decisions: polytope(&[("0", "1")], &["1-u0"]),
        statistics: Vec::new(),
        functions: Vec::new(),
        stages: vec![
            vec![
                pair(0, "0", "1", "0:1"),
                pair(0, "u0", "0", "0:1/2 1:1/2"),
                pair(1, "1", "0", "1:1"),
                pair(1, "0", "2", "0:1-u0 1:u0"),
            ],
            vec![pair(0, "1", "0", ""), pair(0, "u0", "1", ""), pair(1, "0", "u0", "")],
        ],
        payoff: p("u0"),
    };
    game.statistic(0, &[(0, "1")]).statistic(1, &[(2, "1")]).listing()
}

/// The kinds of regions, in the order of [`of_each_kind`].
const KINDS: [&str; 6] = ["decisions", "equilibria", "masses", "policy", "responses", "dual"];

/// A proof whose region on top is of each kind, about u0 = 1/2.
fn of_each_kind() -> Vec<Proof> {
    let listing = plain();
    let witness = || open(&listing, reached(LEAST, "0", &p("0"), at("1/2")));
    let make = |kind: &str| {
        let mut proof = witness();
        let result = match kind {
            "decisions" => Ok(()),
            "masses" => proof.play(fam("0.0=1/2 0.2=1/2 1.0=1/2 1.2=1/2")),
            "policy" => proof.play_policy(fam("0.0=1 0.2=1 1.0=1 1.2=1")),
            "equilibria" => proof.exists(),
            "responses" => {
                let ends = [(n("1/4"), n("1/2")), (n("1/4"), n("1/2"))];
                let unit = [vec![n("1"), n("0")], vec![n("0"), n("1")]];
                // The box of equilibria on top is closed by its statement.
                proof = open(&listing, reached(LEAST, "0", &p("100"), at("1/2")));
                proof
                    .exists_in(&ends, &unit)
                    .and_then(|()| proof.close(&crate::text::c("o=1 m0=2 m1=1")))
            }
            _ => proof.scale(),
        };
        assert_eq!(result, Ok(()), "{kind}");
        proof
    };
    KINDS.iter().map(|kind| make(kind)).collect()
}

/// A proof about equilibria at u0 = 1/2.
fn equilibria(epsilon: &str) -> Proof {
    open(&plain(), bound(LEAST, epsilon, &p("0"), at("1/2")))
}

/// A proof about equilibria at all decisions.
fn everywhere(epsilon: &str) -> Proof {
    open(&plain(), bound(LEAST, epsilon, &p("0"), Place::All))
}
