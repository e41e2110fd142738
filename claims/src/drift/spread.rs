//! How much values of states can differ, whatever is played and whatever the population is:
//! statement (10.2) of docs/theory.md.

use super::induction::shortened;
use super::rows::contraction;
use crate::interval::{Box, Interval, hull};
use crate::table::{Part, Side, Table};
use smfg_kernel::Rational;
use std::ops::Range;

/// Per stage `t = 0..=N`, a bound of `max over s of V_t(s) - min over s of V_t(s)` for the values
/// `V` of every policy in a game with this reward at every frozen population.
pub(super) fn spreads(side: &Side, reward: &dyn Fn(&Part) -> &Table, ends: &Box) -> Vec<Rational> {
    let states = side.initial.len();
    let mut values: Vec<Interval> = vec![(Rational::ZERO, Rational::ZERO); states];
    let mut spreads = vec![Rational::ZERO];
    for stage in side.stages.iter().rev() {
        let rewards = ends.table(reward(stage));
        let next = spreads.last().cloned().unwrap_or(Rational::ZERO);
        let carried = if next.is_zero() { next } else { next * contraction(stage, ends) };
        let range = hull(&rewards);
        let by_contraction = &range.1 - &range.0 + carried;
        let rows = stage.transition.as_ref().map(|(successors, p)| (successors, ends.table(p)));
        let value = |pair: usize| {
            let (mut least, mut greatest) = rewards[pair].clone();
            if let Some((successors, p)) = &rows {
                let row = || successors.of_pair(pair);
                let state = |entry: usize| successors.state(entry);
                least -= expectation(row(), p, &|entry| -&values[state(entry)].0);
                greatest += expectation(row(), p, &|entry| values[state(entry)].1.clone());
            }
            (least, greatest)
        };
        let of_state = |state: usize| {
            let pairs: Vec<Interval> = stage.of_state(state).map(value).collect();
            let (least, greatest) = hull(&pairs);
            (shortened(least, false), shortened(greatest, true))
        };
        values = (0..states).map(of_state).collect();
        let (least, greatest) = hull(&values);
        spreads.push(shortened((greatest - least).min(by_contraction), true));
    }
    spreads.reverse();
    spreads
}

/// The greatest `sum p value` over laws whose entries lie in intervals: mass goes where the value is
/// greatest.
fn expectation(
    row: Range<usize>,
    ranges: &[Interval],
    value: &dyn Fn(usize) -> Rational,
) -> Rational {
    let mut entries: Vec<(Rational, Rational, Rational)> = row
        .map(|entry| {
            let (low, high) = &ranges[entry];
            (value(entry), low.clone().max(Rational::ZERO), high.clone().min(Rational::ONE))
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
