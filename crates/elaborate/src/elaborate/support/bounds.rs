//! Ends of the statistics and bounds of the followers' values at a node.

use super::node::{Assumption, Entries, Node};
use crate::check::Fault;
use crate::elaborate::family::constants;
use crate::elaborate::proof::Proof;
use crate::elaborate::statistics::{Named, Rows, add_rows, beyond, multipliers};
use crate::exact::{Rational, Scaled};
use crate::game::Interval;
use smfg_kernel::Combination;

/// Ceilings and floors of the followers' values, and the pair of each floor.
struct Enclosure {
    low: Entries,
    high: Entries,
    choices: Vec<Vec<u32>>,
}

impl Node<'_> {
    /// Adds a ceiling and a floor of the followers' values to the region on top, in this order.
    pub(super) fn enclose(&self, statistics: &[Named], proof: &mut Proof) -> Result<(), Fault> {
        let mut ranges: Vec<Interval> = Vec::with_capacity(statistics.len());
        for (k, statistic) in statistics.iter().enumerate() {
            let mut ends = Vec::with_capacity(2);
            for sign in [Rational::ONE, Rational::NEG_ONE] {
                let values = self.least(&self.weights(k, &sign)).ok_or(Fault::Shape)?;
                let end = &sign * self.average(&values);
                let mut rows = Rows::new();
                add_rows(&mut rows, &statistic.rows, &-&sign);
                let combination = Combination {
                    rows: multipliers(rows),
                    flow: flow(&values),
                    ..Combination::default()
                };
                proof.derive(beyond(statistic.name, &sign, &end), &combination)?;
                ends.push(end);
            }
            let high = ends.pop().ok_or(Fault::Shape)?;
            ranges.push((ends.pop().ok_or(Fault::Shape)?, high));
        }
        let Enclosure { low, high, choices } = self.enclosure(&ranges)?;
        proof.ceiling(constants(high.iter().map(|row| Scaled::from_rationals(row))))?;
        Ok(proof.floor(constants(low.iter().map(|row| Scaled::from_rationals(row))), &choices)?)
    }

    /// `sign` times the weights of a statistic.
    fn weights(&self, k: usize, sign: &Rational) -> Entries {
        let weight = |weights: &Vec<(usize, Rational)>| {
            let own = weights.iter().find(|(own, _)| *own == k);
            own.map_or(Rational::ZERO, |(_, weight)| sign * weight)
        };
        self.game.stages.iter().map(|stage| stage.weights.iter().map(weight).collect()).collect()
    }

    /// `mu0'W_0`.
    pub(super) fn average(&self, values: &Entries) -> Rational {
        let first = self.game.initial.iter().zip(values.first().into_iter().flatten());
        first.fold(Rational::ZERO, |sum, (mass, value)| sum + mass * value)
    }

    /// Intervals backwards: above, the least that an optimal pair of a state earns at most, or the best
    /// of all pairs; below, the most that a pair earns for sure.
    fn enclosure(&self, ranges: &[Interval]) -> Result<Enclosure, Fault> {
        let states = self.game.initial.len();
        let (mut low, mut high) =
            (vec![vec![Rational::ZERO; states]], vec![vec![Rational::ZERO; states]]);
        let mut choices = Vec::with_capacity(self.game.stages.len());
        for (t, stage) in self.game.stages.iter().enumerate().rev() {
            let (mut lows, mut highs, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
            for state in 0..states {
                let range = |i: usize| {
                    let (mut least, mut most) = (stage.reward[i].clone(), stage.reward[i].clone());
                    for (k, slope) in &stage.slopes[i] {
                        let (a, b) = (slope * &ranges[*k].0, slope * &ranges[*k].1);
                        least += (&a).min(&b);
                        most += a.max(b);
                    }
                    for (next, p) in &stage.next[i] {
                        least += p * &low[low.len() - 1][*next];
                        most += p * &high[high.len() - 1][*next];
                    }
                    (i, least, most)
                };
                let pairs: Vec<_> = stage.pairs.of_state(state).map(range).collect();
                let best = pairs.iter().max_by(|a, b| a.1.cmp(&b.1)).ok_or(Fault::Shape)?;
                let optimal = pairs
                    .iter()
                    .filter(|(i, ..)| self.assumed[t][*i] == Assumption::Optimal)
                    .min_by(|a, b| a.2.cmp(&b.2));
                let above = optimal.or_else(|| pairs.iter().max_by(|a, b| a.2.cmp(&b.2)));
                lows.push(best.1.clone());
                chosen.push(best.0 as u32);
                highs.push(above.ok_or(Fault::Shape)?.2.clone());
            }
            low.push(lows);
            high.push(highs);
            choices.push(chosen);
        }
        let backwards = |mut rows: Entries| {
            rows.reverse();
            rows.pop();
            rows
        };
        choices.reverse();
        Ok(Enclosure { low: backwards(low), high: backwards(high), choices })
    }
}

/// Flow equations times minus some values.
pub(super) fn flow(values: &Entries) -> smfg_kernel::Family {
    let negative = |row: &Vec<Rational>| {
        Scaled::from_rationals(&row.iter().map(|value| -value).collect::<Vec<_>>())
    };
    constants(values.iter().map(negative))
}
