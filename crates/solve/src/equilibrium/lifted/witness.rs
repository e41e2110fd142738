//! Policies found in binary64, made exact: short dyadic probabilities.

use super::model::Model;
use super::population::Population;
use crate::exact::{Integer, Natural, Rational};
use crate::game::{Policy, StagePolicy};

/// Fractional bits of a probability.
const BITS: u32 = 46;
/// Probabilities below this are not played.
const NEVER: f64 = 1e-11;

/// The policy of a population with probabilities that are multiples of `2^-BITS` and sum to 1.
pub(super) fn rounded(model: &Model, population: &Population) -> Policy {
    let unit = 1i64 << BITS;
    let mut stages = Vec::with_capacity(model.shapes.len());
    for (t, shape) in model.shapes.iter().enumerate() {
        let mut rows: Vec<Vec<(u32, Rational)>> = Vec::with_capacity(shape.pairs.states());
        for state in 0..shape.pairs.states() {
            let mut shares: Vec<(u32, i64)> = shape
                .pairs
                .of_state(state)
                .map(|pair| (shape.pairs.action(pair) as u32, population.play[t][pair]))
                .filter(|(_, share)| *share > NEVER)
                .map(|(action, share)| (action, (share * unit as f64).round() as i64))
                .collect();
            let total: i64 = shares.iter().map(|(_, share)| share).sum();
            if let Some(largest) = shares.iter_mut().max_by_key(|(_, share)| *share) {
                largest.1 += unit - total;
            }
            let exact = |(action, share)| {
                (
                    action,
                    Rational::from_parts(Integer::from(share), Natural::from(unit.unsigned_abs())),
                )
            };
            rows.push(shares.into_iter().map(exact).collect());
        }
        let pure: Option<Vec<u32>> = rows
            .iter()
            .map(|row| if let [(action, _)] = row.as_slice() { Some(*action) } else { None })
            .collect();
        stages.push(pure.map_or(StagePolicy::Mixed(rows), StagePolicy::Pure));
    }
    Policy { stages }
}
