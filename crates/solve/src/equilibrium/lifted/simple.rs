//! Equilibria with short numbers, at eps = 0: small games have few pure policies, and what binary64
//! finds near a mixed equilibrium is often a policy of simple fractions.

use super::model::Model;
use super::population::Population;
use super::pure::Pure;
use crate::exact::{Rational, from_approx};
use crate::game::{Policy, StagePolicy};

/// Most pure policies that are all looked at, and most pairs met in doing so.
const MOST_POLICIES: f64 = 4096.0;
const MOST_PAIRS: f64 = 1e6;

/// Every pure policy of a game that has few of them: a pair per `[stage][state]`.
pub(super) fn pure_policies(model: &Model) -> Option<impl Iterator<Item = Pure> + use<>> {
    let choices: Vec<Vec<std::ops::Range<usize>>> = model
        .shapes
        .iter()
        .map(|shape| (0..shape.pairs.states()).map(|s| shape.pairs.of_state(s)).collect())
        .collect();
    let count: f64 = choices.iter().flatten().map(|pairs| pairs.len() as f64).product();
    let pairs: usize = model.shapes.iter().map(|shape| shape.pairs.len()).sum();
    if count > MOST_POLICIES || count * pairs as f64 > MOST_PAIRS {
        return None;
    }
    let policy = move |mut index: usize| {
        let mut pick = |pairs: &std::ops::Range<usize>| {
            let pair = pairs.start + index % pairs.len();
            index /= pairs.len();
            pair
        };
        choices.iter().map(|stage| stage.iter().map(&mut pick).collect()).collect()
    };
    Some((0..count as usize).map(policy))
}

/// The policy whose probabilities are the simplest fractions within `tolerance` of a population's;
/// in every state the largest one is what the others leave. `None` when they leave nothing.
pub(super) fn simplest(model: &Model, population: &Population, tolerance: f64) -> Option<Policy> {
    let mut stages = Vec::with_capacity(model.shapes.len());
    for (shape, play) in model.shapes.iter().zip(&population.play) {
        let mut rows = Vec::with_capacity(shape.pairs.states());
        for state in 0..shape.pairs.states() {
            let pairs = shape.pairs.of_state(state);
            let largest = pairs.clone().max_by(|a, b| play[*a].total_cmp(&play[*b]))?;
            let mut rest = Rational::ONE;
            let mut row = Vec::new();
            for pair in pairs.filter(|pair| *pair != largest && play[*pair] > tolerance) {
                let (least, most) = (play[pair] - tolerance, play[pair] + tolerance);
                let share = Rational::simplest_in(from_approx(least)?, from_approx(most)?);
                rest -= &share;
                row.push((shape.pairs.action(pair) as u32, share));
            }
            if rest <= Rational::ZERO {
                return None;
            }
            row.push((shape.pairs.action(largest) as u32, rest));
            row.sort_by_key(|(action, _)| *action);
            rows.push(row);
        }
        stages.push(StagePolicy::Mixed(rows));
    }
    Some(Policy { stages })
}
