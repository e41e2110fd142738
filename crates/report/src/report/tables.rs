//! The tables of a game, entry by entry: what its formulas amount to.

use super::json::Entries;
use super::words::{action_name, formula, plain, state_name};
use crate::exact::Rational;
use crate::game::{Aggregate, Game, Stage};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// The data of an available state and action at a stage.
pub(super) struct TableRow<'a> {
    game: &'a Game,
    t: usize,
    stage: &'a Stage,
    state: usize,
    pair: usize,
}

impl<'a> TableRow<'a> {
    /// All of them, stage by stage, state by state.
    pub(super) fn all(game: &'a Game) -> impl Iterator<Item = TableRow<'a>> {
        game.stages.iter().enumerate().flat_map(move |(t, stage)| {
            let states = 0..stage.pairs.states();
            states.flat_map(move |state| {
                stage.pairs.of_state(state).map(move |pair| TableRow {
                    game,
                    t,
                    stage,
                    state,
                    pair,
                })
            })
        })
    }

    fn action(&self) -> &'a str {
        action_name(self.game, self.stage.pairs.action(self.pair))
    }

    fn reward(&self) -> String {
        formula(self.game, &self.stage.reward.get(self.pair))
    }

    fn leader_reward(&self) -> String {
        formula(self.game, &self.stage.leader_reward.get(self.pair))
    }

    /// Successor states with their probabilities; `None` at the last stage.
    fn successors(&self) -> Option<impl Iterator<Item = (&'a str, String)> + 'a> {
        let (game, transition) = (self.game, self.stage.transition.as_ref()?);
        let probability = |entry| formula(game, &transition.probability.get(entry));
        let entries = transition.successors.of_pair(self.pair);
        Some(entries.map(move |entry| {
            (state_name(game, transition.successors.state(entry)), probability(entry))
        }))
    }
}

impl Serialize for TableRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("stage", &self.t)?;
        map.serialize_entry("state", state_name(self.game, self.state))?;
        map.serialize_entry("action", self.action())?;
        map.serialize_entry("reward", &self.reward())?;
        map.serialize_entry("leader_reward", &self.leader_reward())?;
        let to = self
            .stage
            .transition
            .is_some()
            .then_some(Entries(|| self.successors().into_iter().flatten()));
        map.serialize_entry("to", &to)?;
        map.end()
    }
}

/// `(state, action, weight)` of an aggregate, by name.
pub(super) fn weights<'a>(
    game: &'a Game,
    aggregate: &'a Aggregate,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Rational)> {
    aggregate.weights.iter().map(|(state, action, w)| {
        (state_name(game, *state as usize), action_name(game, *action as usize), w)
    })
}

/// Writes all tables as text: initial law, aggregates, then a line per stage, state and action.
pub(super) fn write_tables(out: &mut dyn Write, game: &Game) -> io::Result<()> {
    writeln!(out, "\ninitial")?;
    for (state, mass) in game.initial.iter().enumerate().filter(|(_, mass)| !mass.is_zero()) {
        writeln!(out, "  {} {mass}", plain(state_name(game, state)))?;
    }
    if !game.aggregates.is_empty() {
        writeln!(out, "\naggregates of the occupation measure d")?;
    }
    for (k, aggregate) in game.aggregates.iter().enumerate() {
        write!(out, "  m{k} =")?;
        for (index, (state, action, weight)) in weights(game, aggregate).enumerate() {
            let plus = if index == 0 { "" } else { " +" };
            let factor = if weight.is_one() { String::new() } else { format!("({weight}) ") };
            write!(
                out,
                "{plus} {factor}d{}({}, {})",
                aggregate.stage,
                plain(state),
                plain(action)
            )?;
        }
        writeln!(out)?;
    }
    let width =
        |names: &[String]| names.iter().map(|name| plain(name).chars().count()).max().unwrap_or(0);
    let (states, actions) = (width(&game.states), width(&game.actions));
    let mut stage = None;
    for row in TableRow::all(game) {
        if stage != Some(row.t) {
            stage = Some(row.t);
            writeln!(out, "\nstage {}", row.t)?;
        }
        let (state, action) = (plain(state_name(game, row.state)), plain(row.action()));
        write!(
            out,
            "  {state:<states$}  {action:<actions$}  reward {}; leader {}",
            row.reward(),
            row.leader_reward()
        )?;
        for (index, (next, probability)) in row.successors().into_iter().flatten().enumerate() {
            let separator = if index == 0 { "; to" } else { "," };
            write!(out, "{separator} {} {probability}", plain(next))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
