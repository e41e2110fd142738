//! First equilibria by fictitious play: the flow moves towards the flow of a best response, by the
//! step that leaves the least exploitability.

use super::model::Model;
use super::population::{Play, Population};
use crate::equilibrium::Control;

/// Most moves.
const MOST_MOVES: usize = 400;
/// Steps `2^-k` up to this `k` are compared at each move.
const HALVINGS: i32 = 12;

/// A population of exploitability at most `allowed` on the path of fictitious play from `start`.
pub(super) fn fictitious_play(
    model: &Model,
    start: Population,
    allowed: f64,
    control: &Control,
) -> Option<Population> {
    let mut current = start;
    for round in 0..MOST_MOVES {
        if current.exploitability <= allowed {
            return Some(current);
        }
        if control.stopped() {
            return None;
        }
        let response = response_flow(model, &current);
        let moved = |step: f64| {
            let mixed = |(d, e): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
                d.iter().zip(e).map(|(d, e)| d + step * (e - d)).collect()
            };
            let flow: Vec<Vec<f64>> = current.flow.iter().zip(&response).map(mixed).collect();
            model.population(model.play_of_flow(&flow, &current.response))
        };
        let best = (1..=HALVINGS)
            .map(|k| moved(0.5f64.powi(k)))
            .min_by(|a, b| a.exploitability.total_cmp(&b.exploitability))?;
        // Where no step helps, the steps of fictitious play itself leave the place.
        current = if best.exploitability < current.exploitability {
            best
        } else {
            moved(1.0 / (round as f64 + 2.0))
        };
    }
    None
}

/// The flow of the best response at the frozen statistics of a population.
fn response_flow(model: &Model, population: &Population) -> Play {
    let frozen = model.frozen(&population.x);
    let mut masses = model.initial.clone();
    let mut flow = Vec::with_capacity(model.shapes.len());
    for (t, shape) in model.shapes.iter().enumerate() {
        let mut row = vec![0.0; shape.pairs.len()];
        let mut next = vec![0.0; masses.len()];
        for (&pair, &mass) in population.response[t].iter().zip(&masses) {
            row[pair] = mass;
            let Some(successors) = &shape.successors else { continue };
            for entry in successors.of_pair(pair) {
                next[successors.state(entry)] += mass * frozen.probability[t][entry];
            }
        }
        flow.push(row);
        masses = next;
    }
    flow
}
