//! Texts of games: imported, built from payoffs, drawn at random; and the program itself.

use crate::arguments::number;
use crate::errors::{Failure, Kind};
use crate::task;
use pyo3::prelude::*;
use smfg::generate::{
    GridFamily, GridParameters, Interaction, MdpFamily, MdpParameters, MeanFieldFamily,
    MeanFieldParameters,
};
use smfg::import::{FiniteGame, Player, read_nfg};
use std::ffi::OsString;

/// The game file of a game in Gambit's normal-form format; `file` is what it is called in errors.
#[pyfunction]
pub fn import_nfg(py: Python<'_>, text: String, file: String) -> PyResult<String> {
    task::run(py, None, move |_| {
        let named = |error: String| Failure::new(Kind::Game, format!("{file}{error}"));
        let game = read_nfg(&text).map_err(|error| named(format!(", {error}")))?;
        game.to_json().map_err(|error| named(format!(": {error}")))
    })
}

/// The game file of a finite game: players with their strategies, payoffs `[profile][player]` of
/// which the first player's strategy changes fastest.
#[pyfunction]
pub fn finite_game(
    py: Python<'_>,
    title: String,
    players: Vec<(String, Vec<String>)>,
    payoffs: Vec<Vec<String>>,
) -> PyResult<String> {
    task::run(py, None, move |_| {
        let rows: Result<Vec<Vec<_>>, Failure> = payoffs
            .iter()
            .map(|row| row.iter().map(|payoff| number("payoffs", payoff)).collect())
            .collect();
        let players =
            players.into_iter().map(|(name, strategies)| Player { name, strategies }).collect();
        FiniteGame::new(title, players, rows?)
            .and_then(|game| game.to_json())
            .map_err(|error| Failure::new(Kind::Game, error))
    })
}

/// A random game: stages, states, actions, successors, decisions; for a mean-field game also its
/// interaction and aggregates.
#[pyfunction]
pub fn generate(
    py: Python<'_>,
    sizes: (usize, usize, usize, usize, usize),
    seed: u64,
    mean_field: Option<(String, usize)>,
) -> PyResult<String> {
    task::run(py, None, move |_| {
        let (stages, states, actions, successors, decisions) = sizes;
        let base = MdpParameters { stages, states, actions, successors, decisions, seed };
        let refused = |error: String| Failure::new(Kind::Argument, error);
        let Some((interaction, aggregates)) = mean_field else {
            let family = MdpFamily::new(base).map_err(|error| refused(error.to_string()))?;
            return crate::answers::text(|out| family.write_json(out));
        };
        let interaction = match interaction.as_str() {
            "monotone" => Interaction::Monotone,
            "crowd" => Interaction::Crowd,
            "general" => Interaction::General,
            "dynamics" => Interaction::Dynamics,
            other => {
                return Err(refused(format!(
                    "interaction: found {other:?}, expected monotone, crowd, general or dynamics"
                )));
            }
        };
        let family = MeanFieldFamily::new(MeanFieldParameters { base, interaction, aggregates })
            .map_err(|error| refused(error.to_string()))?;
        crate::answers::text(|out| family.write_json(out))
    })
}

/// A crowd on a grid: rows, columns, stages; what a follower loses per mass in her place; the
/// probability of a random move; the seed.
#[pyfunction]
pub fn generate_grid(
    py: Python<'_>,
    sizes: (usize, usize, usize),
    congestion: String,
    slip: String,
    seed: u64,
) -> PyResult<String> {
    task::run(py, None, move |_| {
        let (rows, columns, stages) = sizes;
        let congestion = number("congestion", &congestion)?;
        let slip = number("slip", &slip)?;
        let parameters = GridParameters { rows, columns, stages, congestion, slip, seed };
        let family = GridFamily::new(parameters)
            .map_err(|error| Failure::new(Kind::Argument, error.to_string()))?;
        crate::answers::text(|out| family.write_json(out))
    })
}

/// Runs the program and returns its exit status; it may end the process.
#[pyfunction]
pub fn run_program(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| smfg::cli::run_with(arguments))
}
