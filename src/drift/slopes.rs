//! What a change of the aggregates does to rewards at a stage.

use crate::exact::{Rational, ratio};
use crate::game::{Columns, Interval, Variable, column_ranges};

/// Per pair, bound of the change of a reward when aggregate `k` moves by at most `reach[k]`. When
/// `centred`, up to a change that is the same for all pairs of the stage.
///
/// The change of pair `i` is `sum_k (m'_k - m_k)` times the mean of the derivative on the way from
/// `m` to `m'`. A multiple of `m'_k - m_k` that is common to all pairs may be left out where only
/// differences of pairs count: the middle of the range of all derivatives.
pub(super) fn changes(
    reward: &Columns,
    reach: &[Rational],
    of: &dyn Fn(Variable) -> Interval,
    centred: bool,
) -> Vec<Rational> {
    let mut sums = vec![Rational::ZERO; reward.len()];
    for (k, reach) in reach.iter().enumerate().filter(|(_, reach)| !reach.is_zero()) {
        let slope = reward.derivative(k as u32);
        if slope.columns().is_empty() {
            continue;
        }
        let (low, high) = column_ranges(&slope, of);
        let middle = match (low.iter().min(), high.iter().max()) {
            (Some(least), Some(greatest)) if centred => (least + greatest) * ratio(1, 2),
            _ => Rational::ZERO,
        };
        for (pair, sum) in sums.iter_mut().enumerate() {
            *sum += reach * (high.get(pair) - &middle).max(&middle - low.get(pair));
        }
    }
    sums
}
