//! Distances between rows of transition probabilities.
//!
//! Rows are compared by `sum over s' of |p - q|`, which lies between 0 and 2. For an enclosure
//! `[low, high]` of `p - q`, entry by entry, the sum is at most that of the larger magnitudes, and,
//! since the entries of `p - q` sum to 0, at most twice what the positive or what the negative
//! parts can be.

use crate::exact::Rational;
use crate::game::{
    Columns, InstanceStage, Interval, Polynomial, Successors, Variable, column_ranges,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// Pairs up to which rows are compared one by one.
const MOST_COMPARED: usize = 200;

/// The largest distance.
pub(super) fn two() -> Rational {
    Rational::from(2u8)
}

/// Bound of `sum |x|` for a row whose entries sum to 0 and lie in these intervals.
fn balanced_norm(entries: impl Iterator<Item = Interval>) -> Rational {
    let (mut positive, mut negative, mut larger) = (Rational::ZERO, Rational::ZERO, Rational::ZERO);
    for (low, high) in entries {
        let (up, down) = (high.max(Rational::ZERO), (-low).max(Rational::ZERO));
        larger += up.clone().max(down.clone());
        positive += up;
        negative += down;
    }
    (positive.min(negative) * two()).min(larger)
}

/// Per pair, bound of `sum over s' of |P' - P|` over everything that `of` says.
pub(super) fn errors(
    model: &InstanceStage,
    truth: &InstanceStage,
    of: &dyn Fn(Variable) -> Interval,
) -> Vec<Rational> {
    let pairs = model.pairs.len();
    let (Some((first, p)), Some((second, q))) = (&model.transition, &truth.transition) else {
        return vec![Rational::ZERO; pairs];
    };
    let (rows, difference) = if first == second {
        ((0..pairs).map(|pair| first.of_pair(pair)).collect(), q.minus(p))
    } else {
        aligned(pairs, (first, p), (second, q))
    };
    let (low, high) = column_ranges(&difference, of);
    rows.into_iter()
        .map(|row| balanced_norm(row.map(|entry| (low.get(entry), high.get(entry)))).min(two()))
        .collect()
}

/// `P' - P` on all successors that one of them has.
fn aligned(
    pairs: usize,
    model: (&Successors, &Columns),
    truth: (&Successors, &Columns),
) -> (Vec<Range<usize>>, Columns) {
    let (mut rows, mut entries) = (Vec::with_capacity(pairs), Vec::new());
    for pair in 0..pairs {
        let mut row: BTreeMap<usize, Polynomial> = BTreeMap::new();
        for ((successors, probability), sign) in
            [(truth, Rational::ONE), (model, Rational::NEG_ONE)]
        {
            for entry in successors.of_pair(pair) {
                let sum = row.remove(&successors.state(entry)).unwrap_or_default();
                row.insert(successors.state(entry), sum.plus(&probability.get(entry), &sign));
            }
        }
        let start = entries.len();
        entries.extend(row.into_values());
        rows.push(start..entries.len());
    }
    (rows, Columns::from_polynomials(&entries))
}

/// Adds to `sums`, per pair, `reach * sum over s' of sup |dP/dm_k|`.
pub(super) fn add_slopes(
    stage: &InstanceStage,
    k: u32,
    reach: &Rational,
    of: &dyn Fn(Variable) -> Interval,
    sums: &mut [Rational],
) {
    let Some((successors, probability)) = &stage.transition else { return };
    let slope = probability.derivative(k);
    if slope.columns().is_empty() {
        return;
    }
    let (low, high) = column_ranges(&slope, of);
    // Rows sum to 1 at populations, and not necessarily for all values of the aggregates: slopes
    // need not be balanced.
    let largest = |entry: usize| high.get(entry).max(-low.get(entry));
    for (pair, sum) in sums.iter_mut().enumerate() {
        *sum += reach
            * successors.of_pair(pair).map(largest).fold(Rational::ZERO, |sum, slope| sum + slope);
    }
}

/// By what factor at most one step brings two laws of the same policy nearer: the largest distance
/// of two rows of different states, halved.
pub(super) fn contraction(stage: &InstanceStage, of: &dyn Fn(Variable) -> Interval) -> Rational {
    let Some((successors, probability)) = &stage.transition else { return Rational::ONE };
    let low = column_ranges(probability, of).0;
    let row = |pair: usize| {
        let mut row: BTreeMap<usize, Rational> = BTreeMap::new();
        for entry in successors.of_pair(pair) {
            let probability = low.get(entry).max(Rational::ZERO);
            *row.entry(successors.state(entry)).or_insert(Rational::ZERO) += probability;
        }
        row
    };
    let overlap = |a: &BTreeMap<usize, Rational>, b: &BTreeMap<usize, Rational>| {
        a.iter()
            .filter_map(|(state, p)| b.get(state).map(|q| p.min(q)))
            .fold(Rational::ZERO, |sum, p| sum + p)
    };
    let pairs = stage.pairs.len();
    let least = if pairs <= MOST_COMPARED {
        let rows: Vec<_> = (0..pairs).map(row).collect();
        let states = 0..stage.pairs.states();
        let different =
            states.clone().flat_map(|s| (s + 1..stage.pairs.states()).map(move |other| (s, other)));
        different
            .flat_map(|(s, other)| {
                stage
                    .pairs
                    .of_state(s)
                    .flat_map(move |i| stage.pairs.of_state(other).map(move |j| (i, j)))
            })
            .map(|(i, j)| overlap(&rows[i], &rows[j]))
            .min()
            .unwrap_or(Rational::ONE)
    } else {
        // What all rows have in common.
        let mut common = row(0);
        for pair in 1..pairs {
            let own = row(pair);
            common = common
                .into_iter()
                .filter_map(|(state, p)| own.get(&state).map(|q| (state, p.min(q.clone()))))
                .collect();
        }
        common.into_values().fold(Rational::ZERO, |sum, p| sum + p)
    };
    (Rational::ONE - least).max(Rational::ZERO)
}
