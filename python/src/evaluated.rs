//! A play that was evaluated: what it is worth, its policy and its flow.

use crate::errors::{Failure, Kind};
use crate::task;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Value, json};
use smfg::claim::{Horizon, Verdict, Verification};
use smfg::exact::{Rational, to_approx};
use smfg::follower::{Enclosed, enclose_play, flow};
use smfg::game::{Game, Policy};
use std::sync::Arc;

/// Fractional bits of a flow that is wanted in binary64.
const FLOW_BITS: u32 = 60;

/// An evaluated play.
#[pyclass(frozen, module = "smfg._native")]
pub struct Evaluated {
    game: Arc<Game>,
    judged: Arc<Verification>,
}

impl Evaluated {
    /// `judged` about `game`.
    pub fn new(game: Arc<Game>, judged: Verification) -> Self {
        Evaluated { game, judged: Arc::new(judged) }
    }
}

/// `[lower, upper]`.
fn bounds(number: &Enclosed) -> Value {
    json!([number.lower().to_string(), number.upper().to_string()])
}

fn verdict(verdict: Verdict) -> Value {
    match verdict {
        Verdict::Holds => Value::Bool(true),
        Verdict::Fails => Value::Bool(false),
        Verdict::Undecided => Value::Null,
    }
}

#[pymethods]
impl Evaluated {
    /// JSON: what the play is worth, what was adjusted, and the claimed numbers beside the actual ones.
    fn answer(&self) -> String {
        let judged = &self.judged;
        let decision = judged.decision.decision(&self.game);
        let parameters: serde_json::Map<String, Value> = self
            .game
            .leader
            .parameters
            .iter()
            .zip(&decision.values)
            .map(|(name, value)| (name.clone(), value.to_string().into()))
            .collect();
        let adjustment = &judged.play.adjustment;
        let checks: Vec<Value> = judged
            .checks
            .iter()
            .map(|check| {
                json!({
                    "quantity": check.subject.key(),
                    "claimed": check.claimed.to_string(),
                    "actual": bounds(&check.actual),
                    "tolerance": check.tolerance.to_string(),
                    "holds": verdict(check.verdict),
                })
            })
            .collect();
        json!({
            "decision": {"name": decision.name, "parameters": parameters},
            "kind": judged.kind.key(),
            "exploitability": bounds(&judged.evaluation.exploitability),
            "leader_reward": bounds(&judged.evaluation.leader_reward),
            "follower_value": bounds(&judged.evaluation.follower_value),
            "follower_reward": bounds(&judged.evaluation.follower_reward),
            "deviation": judged.evaluation.deviation.as_ref().map(bounds),
            "bits": judged.evaluation.bits,
            "adjustment": {
                "largest": adjustment.largest.to_string(),
                "place": adjustment.place.as_ref().map(|place| place.0.clone()),
                "rows": adjustment.rows,
                "negative": adjustment.negative,
                "filled": adjustment.filled,
            },
            "horizon": match judged.play.horizon {
                Horizon::AsGiven => "as_given",
                Horizon::Dropped => "dropped",
                Horizon::Completed => "completed",
            },
            "checks": checks,
            "tolerance": judged.tolerance.to_string(),
        })
        .to_string()
    }

    /// Stages, states and actions.
    fn shape(&self) -> (usize, usize, usize) {
        (self.game.stages.len(), self.game.states.len(), self.game.actions.len())
    }

    /// `[stage][state]` rows of `(action, probability)`, normalised exactly.
    fn policy(&self) -> Vec<Vec<Vec<(usize, String)>>> {
        rows(&self.game, &self.judged.play.policy)
    }

    /// `[stage][state]` rows of `(action, mass)`, exact, zeros left out.
    fn flow(&self, py: Python<'_>) -> PyResult<Vec<Vec<Vec<(usize, String)>>>> {
        let (game, judged) = (Arc::clone(&self.game), Arc::clone(&self.judged));
        task::run(py, None, move |_| {
            let instance = game.at(&judged.decision.decision(&game).values);
            let found = flow(&instance, &judged.play.policy).map_err(|error| Failure::new(Kind::Claim, error))?;
            let stages = game.stages.iter().zip(&found.occupation).map(|(stage, masses)| {
                let row = |state: usize| {
                    let pairs = stage.pairs.of_state(state).filter(|&pair| !masses.numerators().is_zero_at(pair));
                    pairs.map(|pair| (stage.pairs.action(pair), masses.get(pair).to_string())).collect()
                };
                (0..stage.pairs.states()).map(row).collect()
            });
            Ok(stages.collect())
        })
    }

    /// Bytes of a binary64 array `[stage][state][action]` of masses, each within 2^-50 of the exact one.
    fn flow_approx<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let (game, judged) = (Arc::clone(&self.game), Arc::clone(&self.judged));
        let found = task::run(py, None, move |shared| {
            let instance = game.at(&judged.decision.decision(&game).values);
            let play = enclose_play(&instance, &judged.play.policy.stages, FLOW_BITS, &|| shared.keep_going())
                .map_err(|error| Failure::new(Kind::Claim, error))?;
            let (states, actions) = (game.states.len(), game.actions.len());
            let mut entries = vec![0.0f64; game.stages.len() * states * actions];
            let unit_approx = 0.5f64.powi(FLOW_BITS as i32);
            for (t, (stage, masses)) in game.stages.iter().zip(&play.masses).enumerate() {
                for state in 0..states {
                    for pair in stage.pairs.of_state(state) {
                        let (low, high) = &masses[pair];
                        let middle_approx = to_approx(&Rational::from(low + high)) / 2.0 * unit_approx;
                        entries[(t * states + state) * actions + stage.pairs.action(pair)] = middle_approx;
                    }
                }
            }
            Ok(entries.iter().flat_map(|entry| entry.to_le_bytes()).collect::<Vec<u8>>())
        })?;
        Ok(PyBytes::new(py, &found))
    }
}

fn rows(game: &Game, policy: &Policy) -> Vec<Vec<Vec<(usize, String)>>> {
    let stages = game.stages.iter().zip(&policy.stages).map(|(stage, play)| {
        let row = |state: usize| {
            let actions = stage.pairs.of_state(state).map(|pair| stage.pairs.action(pair));
            let shares = actions.map(|action| (action, play.probability(state, action))).filter(|(_, share)| !share.is_zero());
            shares.map(|(action, share)| (action, share.to_string())).collect()
        };
        (0..stage.pairs.states()).map(row).collect()
    });
    stages.collect()
}
