//! How much values of states can differ, whatever is played and whatever the population is:
//! statement (10.2) of docs/theory.md.

use super::induction::shortened;
use super::kernel::contraction;
use super::pairing::Side;
use crate::exact::{Rational, Rounding, Scaled};
use crate::game::{Columns, InstanceStage, Interval, Variable, column_ranges, extremes};
use std::ops::Range;

/// Per stage `t = 0..=N`, a bound of `max over s of V_t(s) - min over s of V_t(s)` for the values
/// `V` of every policy in a game with this reward at every frozen population.
pub(super) fn spreads(
    side: &Side,
    reward: &dyn Fn(&InstanceStage) -> &Columns,
    of: &dyn Fn(Variable) -> Interval,
) -> Vec<Rational> {
    let states = side.initial.len();
    let mut values: Vec<Interval> = vec![(Rational::ZERO, Rational::ZERO); states];
    let mut spreads = vec![Rational::ZERO];
    for stage in side.stages.iter().rev() {
        let (low, high) = column_ranges(reward(stage), of);
        let next = spreads.last().cloned().unwrap_or(Rational::ZERO);
        let carried = if next.is_zero() { next } else { next * contraction(stage, of) };
        let by_contraction = extremes(&high).1 - extremes(&low).0 + carried;
        let rows = stage
            .transition
            .as_ref()
            .map(|(successors, probability)| (successors, column_ranges(probability, of)));
        let value = |pair: usize| {
            let (mut least, mut greatest) = (low.get(pair), high.get(pair));
            if let Some((successors, (p, q))) = &rows {
                let row = || successors.of_pair(pair);
                let state = |entry: usize| successors.state(entry);
                least += expectation(row(), p, q, &|entry| -values[state(entry)].0.clone())
                    * Rational::NEG_ONE;
                greatest += expectation(row(), p, q, &|entry| values[state(entry)].1.clone());
            }
            (least, greatest)
        };
        let of_state = |state: usize| {
            let pairs = || stage.pairs.of_state(state).map(value);
            let least = pairs().map(|value| value.0).min().unwrap_or(Rational::ZERO);
            let greatest = pairs().map(|value| value.1).max().unwrap_or(Rational::ZERO);
            (shortened(least, Rounding::Down), shortened(greatest, Rounding::Up))
        };
        values = (0..states).map(of_state).collect();
        let least = values.iter().map(|value| &value.0).min().cloned().unwrap_or(Rational::ZERO);
        let greatest = values.iter().map(|value| &value.1).max().cloned().unwrap_or(Rational::ZERO);
        spreads.push(shortened((greatest - least).min(by_contraction), Rounding::Up));
    }
    spreads.reverse();
    spreads
}

/// The greatest `sum p value` over laws with `low <= p <= high`, entry by entry: mass goes where
/// the value is greatest.
fn expectation(
    row: Range<usize>,
    low: &Scaled,
    high: &Scaled,
    value: &dyn Fn(usize) -> Rational,
) -> Rational {
    let mut entries: Vec<(Rational, Rational, Rational)> = row
        .map(|entry| {
            (value(entry), low.get(entry).max(Rational::ZERO), high.get(entry).min(Rational::ONE))
        })
        .collect();
    entries.sort_by(|a, b| b.0.cmp(&a.0));
    let mut rest = entries.iter().fold(Rational::ONE, |rest, entry| rest - &entry.1);
    let mut sum = Rational::ZERO;
    for (value, least, most) in &entries {
        let more = (most - least).min(rest.clone()).max(Rational::ZERO);
        sum += value * (least + &more);
        rest -= more;
    }
    sum
}
