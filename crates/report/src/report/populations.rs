//! An equilibrium or a submitted play from the view of each population.

use super::json::{Exact, List};
use super::number::NumberText;
use super::shared_json::Number;
use super::table::write_table;
use super::verify::enclosed;
use crate::follower::Subplay;
use crate::game::Game;
use crate::game::expression::Subpopulation;
use serde::{Serialize, Serializer};
use std::io::{self, Write};
#[cfg(feature = "solver")]
use {
    super::decision::chosen,
    crate::follower::{Enclosed, enclose_subplays, laws, subplays},
    crate::leader::{Equilibrium, Outcome, has_long_flows},
};

/// Fractional bits where exact fractions would be too long.
#[cfg(feature = "solver")]
const BITS: u32 = 128;

/// The equilibrium of an outcome from the view of each population; `None` where it is known as a
/// mixture of policies only, or the game names no populations.
#[cfg(feature = "solver")]
pub(super) fn of_equilibrium(
    game: &Game,
    outcome: &Outcome,
    equilibrium: &Equilibrium,
) -> Option<Vec<Subplay>> {
    let populations = &game.vocabulary.populations;
    let policy = equilibrium.policy.as_ref().filter(|_| !populations.is_empty())?;
    let instance = game.at(&chosen(game, outcome)?.values);
    let is_short = matches!(equilibrium.exploitability, Enclosed::Exact(_))
        && instance.functions.is_empty()
        && !has_long_flows(&instance);
    if is_short {
        return subplays(&instance, populations, policy, &|| true).ok();
    }
    let laws = laws(&policy.stages).ok()?;
    enclose_subplays(&instance, populations, &laws, BITS, &|| true).ok()
}

/// Writes a table of populations, their masses and their exploitability per member.
pub(super) fn write(
    out: &mut dyn Write,
    game: &Game,
    plays: &[Subplay],
    numbers: &NumberText,
) -> io::Result<()> {
    if plays.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<Vec<String>> =
        vec![["population", "mass", "exploitability per member"].map(String::from).to_vec()];
    for (own, play) in game.vocabulary.populations.iter().zip(plays) {
        let mass = numbers.fraction(&own.mass);
        rows.push(vec![own.name.clone(), mass, enclosed(&play.regret, numbers)]);
    }
    write_table(out, &rows)
}

/// A list of `{"name", "mass", "exploitability", "states", "flow"}`, the flow as masses
/// `[stage][state]` in the order of these states.
pub(super) struct PopulationRows<'a> {
    pub(super) game: &'a Game,
    pub(super) plays: &'a [Subplay],
}

impl Serialize for PopulationRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PopulationRows { game, plays } = *self;
        let populations = game.vocabulary.populations.iter();
        let row = move |(own, play)| PopulationRow { game, own, play };
        List(|| populations.clone().zip(plays).map(row)).serialize(serializer)
    }
}

struct PopulationRow<'a> {
    game: &'a Game,
    own: &'a Subpopulation,
    play: &'a Subplay,
}

impl Serialize for PopulationRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let PopulationRow { game, own, play } = *self;
        let states = game.states.get(own.states.clone()).unwrap_or_default();
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("name", &own.name)?;
        map.serialize_entry("mass", &Exact(&own.mass))?;
        map.serialize_entry("exploitability", &Number(&play.regret))?;
        map.serialize_entry("states", &List(|| states.iter().map(|name| own.own(name))))?;
        let flow = List(|| play.flow.iter().map(|stage| List(|| stage.iter().map(Number))));
        map.serialize_entry("flow", &flow)?;
        map.end()
    }
}
