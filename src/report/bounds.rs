//! Between which numbers the rewards of a game lie, over all decisions and populations.

use crate::exact::{Integer, Numerators, Rational, Scaled, ratio};
use crate::game::{Column, Columns, DecisionSet, Game, Monomial, Stage, Variable, combine, power};
use std::sync::Arc;

/// Bounds of the entries of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryBounds {
    pub(super) lower: Rational,
    pub(super) upper: Rational,
    /// No entry depends on the decision or the population: the bounds are the extreme entries.
    pub(super) constant: bool,
}

type Interval = (Rational, Rational);

/// Bounds of the entries of `table` at all stages; `None` for a game without stages.
pub(super) fn entry_bounds(game: &Game, table: impl Fn(&Stage) -> &Columns) -> Option<EntryBounds> {
    let parameters = parameter_bounds(game);
    let mut found: Option<EntryBounds> = None;
    for columns in game.stages.iter().map(table).filter(|columns| !columns.is_empty()) {
        let (lower, upper, constant) = stage_bounds(game, &parameters, columns);
        found = Some(match found {
            None => EntryBounds { lower, upper, constant },
            Some(all) => EntryBounds { lower: all.lower.min(lower), upper: all.upper.max(upper), constant: all.constant && constant },
        });
    }
    found
}

/// Least and greatest value of each parameter of the leader.
pub(super) fn parameter_bounds(game: &Game) -> Vec<Interval> {
    match &game.leader.decisions {
        DecisionSet::Finite(decisions) => (0..game.leader.parameters.len())
            .map(|k| {
                let values = || decisions.iter().filter_map(|decision| decision.values.get(k));
                (values().min().cloned().unwrap_or(Rational::ZERO), values().max().cloned().unwrap_or(Rational::ZERO))
            })
            .collect(),
        DecisionSet::Polyhedral { polytope, .. } => polytope.lower.iter().cloned().zip(polytope.upper.iter().cloned()).collect(),
    }
}

/// With `monomial_j` between `mid_j - radius_j` and `mid_j + radius_j`, entries `sum_j monomial_j c_j` lie between
/// `sum_j (mid_j c_j - radius_j |c_j|)` and `sum_j (mid_j c_j + radius_j |c_j|)`.
fn stage_bounds(game: &Game, parameters: &[Interval], columns: &Columns) -> (Rational, Rational, bool) {
    if let Some(constants) = columns.as_constants() {
        let (lower, upper) = extremes(&constants);
        return (lower, upper, true);
    }
    let half = ratio(1, 2);
    let mut middle: Vec<(Rational, Column)> = Vec::new();
    let mut spread: Vec<(Rational, Column)> = Vec::new();
    for (monomial, column) in columns.columns() {
        let (least, greatest) = monomial_bounds(game, parameters, monomial);
        middle.push(((&least + &greatest) * &half, column.as_ref().clone()));
        let radius = (greatest - least) * &half;
        if !radius.is_zero() {
            spread.push((radius, Column { support: column.support.clone(), coefficients: Arc::new(magnitudes(&column.coefficients)) }));
        }
    }
    let side = |sign: &Rational| {
        let spread = spread.iter().map(|(radius, column)| (radius * sign, column));
        let parts: Vec<(Rational, &Column)> = middle.iter().map(|(factor, column)| (factor.clone(), column)).chain(spread).collect();
        extremes(&combine(columns.len(), &parts))
    };
    (side(&Rational::NEG_ONE).0, side(&Rational::ONE).1, false)
}

fn monomial_bounds(game: &Game, parameters: &[Interval], monomial: &Monomial) -> Interval {
    let one = (Rational::ONE, Rational::ONE);
    monomial.factors().iter().fold(one, |product, (variable, exponent)| {
        let bounds = match variable {
            Variable::Parameter(k) => parameters.get(*k as usize).cloned(),
            Variable::Aggregate(k) => game
                .aggregates
                .get(*k as usize)
                .and_then(|aggregate| game.stages.get(aggregate.stage).map(|stage| aggregate.range(&stage.pairs))),
        };
        times(&product, &power_bounds(&bounds.unwrap_or((Rational::ZERO, Rational::ZERO)), *exponent))
    })
}

fn power_bounds((lower, upper): &Interval, exponent: u32) -> Interval {
    let (low, high) = (power(lower, exponent), power(upper, exponent));
    if exponent % 2 == 1 {
        (low, high)
    } else if *lower <= Rational::ZERO && *upper >= Rational::ZERO {
        (Rational::ZERO, low.max(high))
    } else {
        (low.clone().min(high.clone()), low.max(high))
    }
}

fn times(a: &Interval, b: &Interval) -> Interval {
    let products = [&a.0 * &b.0, &a.0 * &b.1, &a.1 * &b.0, &a.1 * &b.1];
    let least = products.iter().min().cloned().unwrap_or(Rational::ZERO);
    let greatest = products.iter().max().cloned().unwrap_or(Rational::ZERO);
    (least, greatest)
}

fn magnitudes(values: &Scaled) -> Scaled {
    let magnitude = |value: Integer| if value < Integer::ZERO { -value } else { value };
    let numerators = (0..values.len()).map(|index| magnitude(values.numerators().get(index))).collect();
    Scaled::from_integers(numerators, values.denominator().clone())
}

/// Least and greatest entry.
fn extremes(values: &Scaled) -> Interval {
    let over = |numerator: Option<Integer>| Rational::from_parts(numerator.unwrap_or(Integer::ZERO), values.denominator().clone());
    match values.numerators() {
        Numerators::Small(small) => (over(small.iter().min().map(|&n| n.into())), over(small.iter().max().map(|&n| n.into()))),
        Numerators::Big(big) => (over(big.iter().min().cloned()), over(big.iter().max().cloned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        let interval = |a, b| (ratio(a, 1), ratio(b, 1));
        assert_eq!(power_bounds(&interval(-2, 1), 2), interval(0, 4));
        assert_eq!(power_bounds(&interval(-3, -2), 2), interval(4, 9));
        assert_eq!(power_bounds(&interval(-2, 1), 3), interval(-8, 1));
        assert_eq!(times(&interval(-2, 1), &interval(3, 4)), interval(-8, 4));
        assert_eq!(extremes(&Scaled::from_rationals(&[ratio(1, 2), ratio(-1, 3)])), (ratio(-1, 3), ratio(1, 2)));
    }
}
