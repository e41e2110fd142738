//! Distances between rows of transition probabilities.
//!
//! Rows are compared by `sum over s' of |p - q|`, which lies between 0 and 2. For an enclosure of
//! `p - q`, entry by entry, the sum is at most that of the larger magnitudes, and, since the entries
//! of `p - q` sum to 0, at most twice what the positive or what the negative parts can be.

use super::two;
use crate::interval::{Box, Interval};
use crate::table::{Part, Table};
use smfg_kernel::Rational;
use std::collections::BTreeMap;

/// Pairs up to which rows are compared one by one.
const MOST_COMPARED: usize = 200;

/// Bound of `sum |x|` for a row whose entries sum to 0 and lie in these intervals.
fn balanced_norm(entries: &[Interval]) -> Rational {
    let (mut positive, mut negative, mut larger) = (Rational::ZERO, Rational::ZERO, Rational::ZERO);
    for (low, high) in entries {
        let (up, down) = (high.clone().max(Rational::ZERO), (-low).max(Rational::ZERO));
        larger += up.clone().max(down.clone());
        positive += up;
        negative += down;
    }
    (positive.min(negative) * two()).min(larger)
}

/// Per pair, bound of `sum over s' of |P' - P|`.
pub(super) fn errors(model: &Part, truth: &Part, ends: &Box) -> Vec<Rational> {
    let pairs = model.pairs();
    let (Some((first, p)), Some((second, q))) = (&model.transition, &truth.transition) else {
        return vec![Rational::ZERO; pairs];
    };
    // P' - P on all successors that one of them has, row by row.
    let mut bounds = vec![0];
    let mut parts: Vec<(usize, Rational, &Table, usize)> = Vec::new();
    for pair in 0..pairs {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        let start = bounds[pair];
        for (successors, table, sign) in [(second, q, Rational::ONE), (first, p, Rational::NEG_ONE)]
        {
            for entry in successors.of_pair(pair) {
                let next = start + places.len();
                let place = *places.entry(successors.state(entry)).or_insert(next);
                parts.push((place, sign.clone(), table, entry));
            }
        }
        bounds.push(start + places.len());
    }
    let difference = Table::gathered(bounds[pairs], &parts);
    let ranges = ends.table(&difference);
    bounds.windows(2).map(|row| balanced_norm(&ranges[row[0]..row[1]]).min(two())).collect()
}

/// Adds to `sums`, per pair, `reach * sum over s' of sup |dP/dx_k|`.
pub(super) fn add_slopes(
    stage: &Part,
    k: u32,
    reach: &Rational,
    ends: &Box,
    sums: &mut [Rational],
) {
    let Some((successors, probability)) = &stage.transition else { return };
    let slope = probability.derivative(k);
    if slope.columns.is_empty() {
        return;
    }
    // Rows sum to 1 at populations, and not necessarily for all values of the statistics: slopes
    // need not be balanced.
    let ranges = ends.table(&slope);
    let largest = |entry: usize| ranges[entry].1.clone().max(-&ranges[entry].0);
    for (pair, sum) in sums.iter_mut().enumerate() {
        let slopes = successors.of_pair(pair).map(largest);
        *sum += reach * slopes.fold(Rational::ZERO, |sum, slope| sum + slope);
    }
}

/// By what factor at most one step brings two laws of the same policy nearer: the largest distance
/// of two rows of different states, halved.
pub(super) fn contraction(stage: &Part, ends: &Box) -> Rational {
    let Some((successors, probability)) = &stage.transition else { return Rational::ONE };
    let ranges = ends.table(probability);
    let row = |pair: usize| {
        let mut row: BTreeMap<usize, Rational> = BTreeMap::new();
        for entry in successors.of_pair(pair) {
            let least = ranges[entry].0.clone().max(Rational::ZERO);
            *row.entry(successors.state(entry)).or_default() += least;
        }
        row
    };
    let overlap = |a: &BTreeMap<usize, Rational>, b: &BTreeMap<usize, Rational>| {
        let common = a.iter().filter_map(|(state, p)| b.get(state).map(|q| p.min(q)));
        common.fold(Rational::ZERO, |sum, p| sum + p)
    };
    let pairs = stage.pairs();
    let least = if pairs <= MOST_COMPARED {
        let rows: Vec<_> = (0..pairs).map(row).collect();
        let mut least = Rational::ONE;
        for s in 0..stage.states() {
            for other in s + 1..stage.states() {
                for i in stage.of_state(s) {
                    for j in stage.of_state(other) {
                        least = least.min(overlap(&rows[i], &rows[j]));
                    }
                }
            }
        }
        least
    } else {
        // What all rows have in common.
        let mut common = row(0);
        for pair in 1..pairs {
            let next = row(pair);
            common = common
                .into_iter()
                .filter_map(|(state, p)| next.get(&state).map(|q| (state, p.min(q.clone()))))
                .collect();
        }
        common.into_values().fold(Rational::ZERO, |sum, p| sum + p)
    };
    (Rational::ONE - least).max(Rational::ZERO)
}
