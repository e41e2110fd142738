//! Local search over pure policies, for equilibria that can be shown exactly at eps = 0.
//!
//! From a pure policy, one action at a time is exchanged for a best response to the population, the
//! exchange being chosen that leaves the least exploitability; a policy is not visited twice, so
//! that the search also climbs. It ends at a policy that nobody wants to leave.

use super::model::Model;
use super::population::Population;
use std::collections::BTreeSet;

/// Most exchanges of one search.
const MOST_EXCHANGES: usize = 120;
/// Most exchanges compared at a step: those of the largest masses.
const MOST_COMPARED: usize = 64;
/// Exploitability, in units of the game's scale, that counts as none in binary64.
pub(super) const NONE: f64 = 1e-13;

/// A pure policy, a pair per `[stage][state]`.
pub(super) type Pure = Vec<Vec<usize>>;

/// A pure equilibrium, as far as binary64 tells, near the pure policy `start`.
pub(super) fn pure_equilibrium(
    model: &Model,
    start: Pure,
    seen: &mut BTreeSet<Pure>,
) -> Option<(Pure, Population)> {
    let mut policy = start;
    for _ in 0..MOST_EXCHANGES {
        let current = model.population(model.pure(&policy));
        if current.exploitability <= NONE * model.scale {
            // Where nobody is the best response is as good, and shows more.
            let reached = |t: usize, s: usize| {
                model.shapes[t].pairs.of_state(s).any(|pair| current.flow[t][pair] > 0.0)
            };
            for (t, row) in policy.iter_mut().enumerate() {
                for (s, pair) in row.iter_mut().enumerate().filter(|(s, _)| !reached(t, *s)) {
                    *pair = current.response[t][s];
                }
            }
            return Some((policy, current));
        }
        seen.insert(policy.clone());
        let mut exchanges: Vec<(f64, usize, usize)> = Vec::new();
        for (t, row) in policy.iter().enumerate() {
            for (s, &pair) in row.iter().enumerate() {
                if current.response[t][s] != pair && current.flow[t][pair] > 0.0 {
                    exchanges.push((current.flow[t][pair], t, s));
                }
            }
        }
        exchanges.sort_by(|a, b| b.0.total_cmp(&a.0));
        exchanges.truncate(MOST_COMPARED);
        let mut best: Option<(f64, Pure)> = None;
        for (_, t, s) in exchanges {
            let mut next = policy.clone();
            next[t][s] = current.response[t][s];
            if seen.contains(&next) {
                continue;
            }
            let exploitability = model.population(model.pure(&next)).exploitability;
            if best.as_ref().is_none_or(|(least, _)| exploitability < *least) {
                best = Some((exploitability, next));
            }
        }
        policy = best?.1;
    }
    None
}

/// The most played pair in every state.
pub(super) fn nearest_pure(model: &Model, population: &Population) -> Pure {
    let most = |t: usize, s: usize| {
        let pairs = model.shapes[t].pairs.of_state(s);
        pairs
            .reduce(|a, b| if population.play[t][b] > population.play[t][a] { b } else { a })
            .unwrap_or(0)
    };
    (0..model.shapes.len())
        .map(|t| (0..model.shapes[t].pairs.states()).map(|s| most(t, s)).collect())
        .collect()
}
