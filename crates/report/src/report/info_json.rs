//! `info --format json`: one object, `smfg-info/1`.
//!
//! Keys: `format`, `command`, `game` (`name`, `hash`, `description`, `source`), `class`, `reason`,
//! `structures` (the kinds of interaction in class C1: `kind`, `reason`, `nonconvex_directions`,
//! `potential`, number of `decisions`; empty when not decided), `solve` (`supported`, `reason`),
//! `sizes` (`stages`, `states`, `actions`, `pairs`, `transition_entries`, `aggregates`),
//! `populations` (where the file names some: `name`, `mass`, numbers of `states` and `actions`),
//! `reward` and `leader_reward` (bounds of the entries over all decisions and populations; `constant` says
//! that they are extreme entries), `payoff` (a formula), `leader` (`kind`: `none`, `finite` or
//! `polyhedral`; `parameters` with bounds; `decisions`; number of `constraints`). With `--expand`
//! also `aggregates` and `tables`, an entry per available (stage, state, action). Formulas name
//! aggregates `m0`, `m1`, ...

use super::bounds::{EntryBounds, entry_bounds, parameter_bounds};
use super::info::InfoReport;
use super::json::{Bounds, Entries, Exact, List, write_document};
use super::structure::{StructureNote, of_decisions};
use super::tables::{TableRow, weights};
use super::words::formula;
use crate::exact::Rational;
use crate::game::{Columns, DecisionSet, Game, Grid, Stage, classify};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

impl InfoReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let game = self.game;
        let classification = classify(game);
        let bounds = |table: fn(&Stage) -> &Columns| entry_bounds(game, table);
        let (reward, leader_reward) =
            (bounds(|stage| &stage.reward), bounds(|stage| &stage.leader_reward));
        let parameters = parameter_bounds(game);
        let document = Document {
            format: "smfg-info/1",
            command: "info",
            game: GameWords {
                name: &game.name,
                hash: game.hash(),
                description: &game.description,
                source: &game.source,
                normalised_by: game.vocabulary.normalised.as_ref().map(Exact),
            },
            class: classification.class.to_string(),
            reason: classification.reason,
            structures: of_decisions(game)
                .iter()
                .map(|(own, decisions)| StructureNote::new(own, Some(*decisions)))
                .collect(),
            solve: Support {
                supported: self.solvable.is_ok(),
                reason: self.solvable.as_ref().err(),
            },
            sizes: Sizes {
                stages: game.stages.len(),
                states: game.states.len(),
                actions: game.actions.len(),
                pairs: game.pairs(),
                transition_entries: game.transition_entries(),
                aggregates: game.aggregates.len(),
            },
            populations: game
                .vocabulary
                .populations
                .iter()
                .map(|own| PopulationNote {
                    name: &own.name,
                    mass: Exact(&own.mass),
                    states: own.states.len(),
                    actions: own.actions.len(),
                })
                .collect(),
            reward: reward.as_ref().map(TableBounds::new),
            leader_reward: leader_reward.as_ref().map(TableBounds::new),
            payoff: formula(game, &game.payoff),
            leader: LeaderRows { game, parameters: &parameters },
            aggregates: self.expand.then_some(List(|| {
                game.aggregates.iter().map(|aggregate| AggregateRow { game, aggregate })
            })),
            tables: self.expand.then_some(List(|| TableRow::all(game))),
        };
        write_document(out, &document)
    }
}

#[derive(Serialize)]
struct Document<'a, A: Serialize, T: Serialize> {
    format: &'static str,
    command: &'static str,
    game: GameWords<'a>,
    class: String,
    reason: String,
    structures: Vec<StructureNote>,
    solve: Support<'a>,
    sizes: Sizes,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    populations: Vec<PopulationNote<'a>>,
    reward: Option<TableBounds<'a>>,
    leader_reward: Option<TableBounds<'a>>,
    payoff: String,
    leader: LeaderRows<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregates: Option<A>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tables: Option<T>,
}

#[derive(Serialize)]
struct PopulationNote<'a> {
    name: &'a str,
    mass: Exact<'a>,
    states: usize,
    actions: usize,
}

#[derive(Serialize)]
struct GameWords<'a> {
    name: &'a str,
    hash: String,
    description: &'a str,
    source: &'a str,
    /// Only where the file asked to have rows of probabilities mended: the largest change.
    #[serde(skip_serializing_if = "Option::is_none")]
    normalised_by: Option<Exact<'a>>,
}

#[derive(Serialize)]
struct Support<'a> {
    supported: bool,
    reason: Option<&'a String>,
}

#[derive(Serialize)]
struct Sizes {
    stages: usize,
    states: usize,
    actions: usize,
    pairs: usize,
    transition_entries: usize,
    aggregates: usize,
}

#[derive(Serialize)]
struct TableBounds<'a> {
    #[serde(flatten)]
    bounds: Bounds<'a>,
    constant: bool,
}

impl<'a> TableBounds<'a> {
    fn new(bounds: &'a EntryBounds) -> Self {
        TableBounds { bounds: Bounds::new(&bounds.lower, &bounds.upper), constant: bounds.constant }
    }
}

struct LeaderRows<'a> {
    game: &'a Game,
    parameters: &'a [(Rational, Rational)],
}

#[derive(Serialize)]
struct ParameterRow<'a> {
    name: &'a str,
    lower: Exact<'a>,
    upper: Exact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integer: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Exact<'a>>,
}

impl Serialize for LeaderRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let leader = &self.game.leader;
        let grids = match &leader.decisions {
            DecisionSet::Polyhedral { grids, .. } => grids.as_slice(),
            DecisionSet::Finite(_) => &[],
        };
        let rows = || {
            leader.parameters.iter().zip(self.parameters).enumerate().map(
                |(k, (name, (lower, upper)))| ParameterRow {
                    name,
                    lower: Exact(lower),
                    upper: Exact(upper),
                    integer: grids.get(k).map(|grid| *grid == Grid::Integer),
                    step: grids.get(k).and_then(|grid| {
                        if let Grid::Step(step) = grid { Some(Exact(step)) } else { None }
                    }),
                },
            )
        };
        let mut map = serializer.serialize_map(None)?;
        match &leader.decisions {
            DecisionSet::Finite(decisions) => {
                let none = leader.parameters.is_empty()
                    && decisions.iter().all(|decision| decision.name.is_none());
                map.serialize_entry("kind", if none { "none" } else { "finite" })?;
                map.serialize_entry("parameters", &List(rows))?;
                let named = |values| leader.parameters.iter().zip(values);
                let list = List(|| {
                    decisions.iter().map(|decision| {
                        let parameters =
                            Entries(move || named(decision.values.iter().map(Exact as fn(_) -> _)));
                        DecisionRow { name: decision.name.as_deref(), parameters }
                    })
                });
                map.serialize_entry("decisions", &list)?;
            }
            DecisionSet::Polyhedral { polytope, .. } => {
                map.serialize_entry("kind", "polyhedral")?;
                map.serialize_entry("parameters", &List(rows))?;
                map.serialize_entry("constraints", &polytope.constraints.len())?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct DecisionRow<'a, P: Serialize> {
    name: Option<&'a str>,
    parameters: P,
}

struct AggregateRow<'a> {
    game: &'a Game,
    aggregate: &'a crate::game::Aggregate,
}

impl Serialize for AggregateRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("stage", &self.aggregate.stage)?;
        map.serialize_entry(
            "weights",
            &List(|| {
                weights(self.game, self.aggregate)
                    .map(|(state, action, w)| (state, action, Exact(w)))
            }),
        )?;
        map.end()
    }
}
