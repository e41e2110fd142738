//! A play that was evaluated: what it is worth, its policy and its flow.

use crate::answers;
use crate::errors::{Failure, Kind};
use crate::game::Known;
use crate::task;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use smfg::analysis::verification::Comparison;
use smfg::claim::Verification;
use smfg::exact::{Rational, to_approx};
use smfg::follower::{enclose_play, flow};
use smfg::game::{Game, Policy};
use smfg::report::VerifyReport;
use std::sync::Arc;

/// Fractional bits of a flow that is wanted in binary64.
const FLOW_BITS: u32 = 60;

/// `[stage][state]` rows of an action and its number.
type Rows = Vec<Vec<Vec<(usize, String)>>>;

/// An evaluated play.
#[pyclass(frozen, module = "smfg._native")]
pub struct Evaluated {
    game: Arc<Game>,
    judged: Arc<Verification>,
    comparison: Option<Comparison>,
    hash: String,
}

impl Evaluated {
    /// `judged` about a game, and what is certified about it.
    pub fn new(known: &Known, judged: Verification, comparison: Option<Comparison>) -> Self {
        Evaluated {
            game: Arc::clone(&known.game),
            judged: Arc::new(judged),
            comparison,
            hash: known.hash().into(),
        }
    }
}

#[pymethods]
impl Evaluated {
    /// What `smfg verify --format json` prints.
    fn answer(&self, py: Python<'_>) -> PyResult<String> {
        let comparison = self.comparison.as_ref();
        let report = VerifyReport {
            game: &self.game,
            verification: &self.judged,
            comparison,
            certificate_path: None,
        };
        answers::text(|out| report.write_json_of(&self.hash, out))
            .map_err(|failure| failure.raise(py))
    }

    /// A bundle of the certificates of range and value; `None` when nothing was solved.
    fn certificate<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.comparison.as_ref().map(|comparison| PyBytes::new(py, &comparison.certificate))
    }

    /// For an occupation measure: lower and upper bound of its distance from the flow of its
    /// policy.
    fn deviation(&self) -> Option<(String, String)> {
        self.judged
            .evaluation
            .deviation
            .as_ref()
            .map(|number| (number.lower().to_string(), number.upper().to_string()))
    }

    /// Stages, states and actions.
    fn shape(&self) -> (usize, usize, usize) {
        (self.game.stages.len(), self.game.states.len(), self.game.actions.len())
    }

    /// `[stage][state]` rows of `(action, probability)`, normalised exactly.
    fn policy(&self) -> Rows {
        rows(&self.game, self.judged.play.policy())
    }

    /// `[stage][state]` rows of `(action, mass)`, exact, zeros left out.
    fn flow(&self, py: Python<'_>) -> PyResult<Rows> {
        let (game, judged) = (Arc::clone(&self.game), Arc::clone(&self.judged));
        task::run(py, None, move |_| {
            let instance = game.at(&judged.decision.decision(&game).values);
            let found = flow(&instance, judged.play.policy())
                .map_err(|error| Failure::new(Kind::Claim, error))?;
            let stages = game.stages.iter().zip(&found.occupation).map(|(stage, masses)| {
                let row = |state: usize| {
                    let pairs = stage
                        .pairs
                        .of_state(state)
                        .filter(|&pair| !masses.numerators().is_zero_at(pair));
                    pairs
                        .map(|pair| (stage.pairs.action(pair), masses.get(pair).to_string()))
                        .collect()
                };
                (0..stage.pairs.states()).map(row).collect()
            });
            Ok(stages.collect())
        })
    }

    /// Bytes of a binary64 array `[stage][state][action]` of masses: middles of enclosures in fixed
    /// point.
    fn flow_approx<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let (game, judged) = (Arc::clone(&self.game), Arc::clone(&self.judged));
        let found = task::run(py, None, move |shared| {
            let instance = game.at(&judged.decision.decision(&game).values);
            let play =
                enclose_play(&instance, &judged.play.laws, FLOW_BITS, &|| shared.keep_going())
                    .map_err(|error| Failure::new(Kind::Claim, error))?;
            let (states, actions) = (game.states.len(), game.actions.len());
            let mut entries = vec![0.0f64; game.stages.len() * states * actions];
            let unit_approx = 0.5f64.powi(FLOW_BITS as i32);
            for (t, (stage, masses)) in game.stages.iter().zip(&play.masses).enumerate() {
                for state in 0..states {
                    for pair in stage.pairs.of_state(state) {
                        let (low, high) = &masses[pair];
                        let middle_approx =
                            to_approx(&Rational::from(low + high)) / 2.0 * unit_approx;
                        entries[(t * states + state) * actions + stage.pairs.action(pair)] =
                            middle_approx;
                    }
                }
            }
            Ok(entries.iter().flat_map(|entry| entry.to_le_bytes()).collect::<Vec<u8>>())
        })?;
        Ok(PyBytes::new(py, &found))
    }
}

fn rows(game: &Game, policy: &Policy) -> Rows {
    let stages = game.stages.iter().zip(&policy.stages).map(|(stage, play)| {
        let row = |state: usize| {
            let actions = stage.pairs.of_state(state).map(|pair| stage.pairs.action(pair));
            let shares = actions
                .map(|action| (action, play.probability(state, action)))
                .filter(|(_, share)| !share.is_zero());
            shares.map(|(action, share)| (action, share.to_string())).collect()
        };
        (0..stage.pairs.states()).map(row).collect()
    });
    stages.collect()
}
