//! Which actions are available: every one, restricted by each `[[available]]` rule that matches.

use super::names::Names;
use super::populations::Populations;
use super::problem::ModelError;
use super::report::{At, Report};
use super::rules::AvailableRule;
use super::segments::segments;
use crate::game::Pairs;
use std::collections::HashMap;
use std::sync::Arc;

/// The available pairs per stage, shared between stages with the same ones.
pub(super) fn pairs(
    report: &mut Report,
    rules: &[AvailableRule],
    stages: usize,
    states: &Names,
    actions: &Names,
    populations: &Populations,
) -> Option<Vec<Arc<Pairs>>> {
    let Some(segments) = segments(stages, (0..).zip(rules.iter().map(|rule| &rule.places.stages)))
    else {
        report.push(&At::document(), ModelError::TooMuchWork { what: "the [[available]] rules" });
        return None;
    };
    let mut shared: HashMap<Pairs, Arc<Pairs>> = HashMap::new();
    let mut all: Vec<Arc<Pairs>> = Vec::with_capacity(stages);
    let mut fine = true;
    for segment in segments {
        let here: Vec<&AvailableRule> =
            segment.rules.iter().filter_map(|&rule| rules.get(rule as usize)).collect();
        let pairs = if here.is_empty() && populations.parts().len() < 2 {
            Pairs::all(states.len(), actions.len())
        } else {
            restricted(&here, states.len(), actions.len(), populations)
        };
        for state in (0..states.len()).filter(|&state| pairs.of_state(state).is_empty()) {
            let problem = ModelError::NoAction {
                stage: segment.first,
                state: states.name(state).to_string(),
            };
            report.push(&At::document(), problem);
            fine = false;
        }
        let pairs = shared.entry(pairs).or_insert_with_key(|pairs| Arc::new(pairs.clone()));
        all.extend((segment.first..=segment.last).map(|_| Arc::clone(pairs)));
    }
    fine.then_some(all)
}

/// What the rules leave of the actions that a state's population has.
fn restricted(
    rules: &[&AvailableRule],
    states: usize,
    actions: usize,
    populations: &Populations,
) -> Pairs {
    let mut available = vec![populations.parts().len() < 2; states * actions];
    for population in populations.parts() {
        for state in population.states.clone() {
            let row = available.get_mut(state * actions..(state + 1) * actions);
            if let Some(own) = row.and_then(|row| row.get_mut(population.actions.clone())) {
                own.fill(true);
            }
        }
    }
    for rule in rules {
        for state in rule.places.states.positions(states) {
            let Some(row) = available.get_mut(state * actions..(state + 1) * actions) else {
                continue;
            };
            for (action, open) in row.iter_mut().enumerate() {
                *open &= rule.places.actions.contains(action);
            }
        }
    }
    let per_state: Vec<Vec<u32>> = available
        .chunks(actions.max(1))
        .map(|row| {
            row.iter()
                .enumerate()
                .filter(|(_, open)| **open)
                .map(|(action, _)| action as u32)
                .collect()
        })
        .collect();
    Pairs::new(&per_state)
}
