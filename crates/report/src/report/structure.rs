//! The interaction between followers in games of class C1, where it can be told with little work.

use super::table::write_field;
use crate::exact::Rational;
use crate::follower::{Structure, structure};
use crate::game::{Class, Game, classify};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Most decisions that are looked at.
const MOST_DECISIONS: usize = 20;
/// Most pairs, times decisions.
const MOST_PAIRS: usize = 100_000;
/// Most statistics of the population.
const MOST_STATISTICS: usize = 64;

/// The kinds that occur, with the number of decisions of each; empty for other classes, other
/// leaders and large games.
pub(super) fn of_decisions(game: &Game) -> Vec<(Structure, usize)> {
    let decisions = game.finite_decisions().unwrap_or_default();
    let mut found: BTreeMap<Structure, usize> = BTreeMap::new();
    if decisions.len() > MOST_DECISIONS {
        return Vec::new();
    }
    for decision in decisions {
        match at(game, &decision.values, decisions.len()) {
            Some(own) => *found.entry(own).or_insert(0) += 1,
            None => return Vec::new(),
        }
    }
    found.into_iter().collect()
}

/// The kind at one decision.
#[cfg(feature = "solver")]
pub(super) fn at_decision(game: &Game, values: &[Rational]) -> Option<Structure> {
    at(game, values, 1)
}

fn at(game: &Game, values: &[Rational], decisions: usize) -> Option<Structure> {
    if classify(game).class != Class::C1 || game.pairs().saturating_mul(decisions) > MOST_PAIRS {
        return None;
    }
    structure(&game.at(values), MOST_STATISTICS, &|| true)
}

/// The line of a text report: one kind, or how many decisions have which.
pub(super) fn write(out: &mut dyn Write, found: &[(Structure, usize)]) -> io::Result<()> {
    match found {
        [] => Ok(()),
        [(only, _)] => write_field(out, "structure", &format!("{}: {}", only.kind, only.reason())),
        several => {
            let words: Vec<String> = several
                .iter()
                .map(|(own, decisions)| {
                    format!("{} at {} ({})", own.kind, decisions_of(*decisions), own.reason())
                })
                .collect();
            write_field(out, "structure", &words.join("; "))
        }
    }
}

fn decisions_of(count: usize) -> String {
    if count == 1 { "1 decision".into() } else { format!("{count} decisions") }
}

/// A kind in JSON.
#[derive(Debug, Serialize)]
pub(super) struct StructureNote {
    kind: String,
    reason: String,
    /// Directions in which exploitability is not convex.
    nonconvex_directions: usize,
    potential: bool,
    /// Number of decisions, where several are described.
    #[serde(skip_serializing_if = "Option::is_none")]
    decisions: Option<usize>,
}

impl StructureNote {
    pub(super) fn new(own: &Structure, decisions: Option<usize>) -> Self {
        StructureNote {
            kind: own.kind.to_string(),
            reason: own.reason(),
            nonconvex_directions: own.nonconvex,
            potential: own.symmetric,
            decisions,
        }
    }
}
