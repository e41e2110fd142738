//! The answer of `info`, and its text.

use super::bounds::{EntryBounds, entry_bounds, parameter_bounds};
use super::number::NumberText;
use super::structure;
use super::table::{MOST_ROWS, write_field, write_normalised, write_table};
use super::tables::write_tables;
use super::words::{formula, plain};
use crate::game::{DecisionSet, Game, Grid, classify};
use std::io::{self, Write};

/// What `info` prints.
#[derive(Debug, Clone)]
pub struct InfoReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// Whether `solve` of this program takes the game, and why not.
    pub solvable: Result<(), String>,
    /// Whether to print the tables.
    pub expand: bool,
}

/// Longest formula in the summary, in characters.
const LONGEST_FORMULA: usize = 200;

impl InfoReport<'_> {
    /// Writes a description for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let game = self.game;
        let numbers = NumberText::default();
        write_field(out, "game", &game.name)?;
        let description: Vec<&str> = game.description.split_whitespace().collect();
        write_field(out, "description", &description.join(" "))?;
        write_field(out, "source", &game.source)?;
        write_field(out, "hash", &game.hash())?;
        let classification = classify(game);
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_normalised(out, game, &numbers)?;
        structure::write(out, &structure::of_decisions(game))?;
        let solve = self.solvable.as_ref().map_or_else(|reason| reason.clone(), |()| "yes".into());
        write_field(out, "solve", &solve)?;
        let sizes = [
            ("stages", game.stages.len()),
            ("states", game.states.len()),
            ("actions", game.actions.len()),
        ];
        let more = [
            ("pairs", game.pairs()),
            ("transitions", game.transition_entries()),
            ("aggregates", game.aggregates.len()),
        ];
        let functions = Some(("functions", game.functions.len())).filter(|own| own.1 > 0);
        for own in &game.vocabulary.populations {
            let (states, actions) = (own.states.len(), own.actions.len());
            let mass = numbers.exact(&own.mass);
            let text = format!("{}: mass {mass}, states {states}, actions {actions}", own.name);
            write_field(out, "population", &text)?;
        }
        for (label, size) in sizes.into_iter().chain(more).chain(functions) {
            write_field(out, label, &size.to_string())?;
        }
        write_field(
            out,
            "rewards",
            &bounds_text(entry_bounds(game, |stage| &stage.reward), &numbers),
        )?;
        write_field(
            out,
            "leader rewards",
            &bounds_text(entry_bounds(game, |stage| &stage.leader_reward), &numbers),
        )?;
        let payoff = formula(game, &game.payoff);
        let terms = || format!("a polynomial of {} terms", game.payoff.len());
        write_field(
            out,
            "leader payoff",
            &if payoff.len() > LONGEST_FORMULA { terms() } else { payoff },
        )?;
        self.write_leader(out, &numbers)?;
        numbers.write_note(out)?;
        if self.expand { write_tables(out, game) } else { Ok(()) }
    }

    fn write_leader(&self, out: &mut dyn Write, numbers: &NumberText) -> io::Result<()> {
        let game = self.game;
        match &game.leader.decisions {
            DecisionSet::Finite(decisions)
                if decisions.iter().all(|decision| decision.name.is_none())
                    && game.leader.parameters.is_empty() =>
            {
                write_field(out, "leader", "none")
            }
            DecisionSet::Finite(decisions) => {
                write_field(
                    out,
                    "leader",
                    &format!("chooses one of {} decisions", decisions.len()),
                )?;
                let mut rows = vec![vec!["decision".to_string()]];
                rows[0].extend(game.leader.parameters.iter().map(|name| plain(name)));
                for decision in decisions.iter().take(MOST_ROWS) {
                    let mut row = vec![decision.name.as_deref().map_or_else(|| "-".into(), plain)];
                    row.extend(decision.values.iter().map(|value| numbers.fraction(value)));
                    rows.push(row);
                }
                write_table(out, &rows)?;
                match decisions.len().saturating_sub(MOST_ROWS) {
                    0 => Ok(()),
                    more => writeln!(out, "  ... and {more} more"),
                }
            }
            DecisionSet::Polyhedral { polytope, grids } => {
                let (dimension, constraints) = (polytope.dimension(), polytope.constraints.len());
                write_field(
                    out,
                    "leader",
                    &format!(
                        "chooses a point of a polytope: dimension {dimension}, {constraints} constraints besides bounds"
                    ),
                )?;
                let mut rows =
                    vec![["parameter", "at least", "at most", "values"].map(String::from).to_vec()];
                let bounds = parameter_bounds(game);
                for ((name, (lower, upper)), grid) in
                    game.leader.parameters.iter().zip(&bounds).zip(grids).take(MOST_ROWS)
                {
                    let values = match grid {
                        Grid::Continuous => "continuous".into(),
                        Grid::Integer => "integer".into(),
                        Grid::Step(step) => format!("steps of {}", numbers.fraction(step)),
                    };
                    rows.push(vec![
                        plain(name),
                        numbers.fraction(lower),
                        numbers.fraction(upper),
                        values,
                    ]);
                }
                write_table(out, &rows)?;
                match bounds.len().saturating_sub(MOST_ROWS) {
                    0 => Ok(()),
                    more => writeln!(out, "  ... and {more} more"),
                }
            }
        }
    }
}

fn bounds_text(bounds: Option<EntryBounds>, numbers: &NumberText) -> String {
    match bounds {
        None => String::new(),
        Some(EntryBounds { lower, upper, constant: true }) => {
            format!(
                "constant; least entry {}, greatest {}",
                numbers.exact(&lower),
                numbers.exact(&upper)
            )
        }
        Some(EntryBounds { lower, upper, constant: false }) => {
            format!(
                "formulas; entries between {} and {}",
                numbers.exact(&lower),
                numbers.exact(&upper)
            )
        }
    }
}
