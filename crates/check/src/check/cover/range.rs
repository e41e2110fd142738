//! Between what the leader's reward lies for every decision of a piece and every population.

use crate::exact::Rational;
use crate::game::{
    Columns, Game, Interval, Point, RANGE_BITS, Variable, column_ranges, extremes, function_ranges,
    polynomial_range, with_functions,
};

/// Interval bounds of the leader's reward over the convex hull of `points` and all populations.
#[must_use]
pub fn leader_range_on(game: &Game, points: &[Point]) -> Interval {
    let form = |variable: Variable| -> Interval {
        let range = match variable {
            Variable::Parameter(j) => {
                let values = || points.iter().filter_map(|point| point.get(j as usize));
                values().min().cloned().zip(values().max().cloned())
            }
            Variable::Aggregate(k) => {
                let aggregate = game.aggregates.get(k as usize);
                aggregate.and_then(|aggregate| {
                    Some(aggregate.range(&game.stages.get(aggregate.stage)?.pairs))
                })
            }
            Variable::Function(_) => None,
        };
        range.unwrap_or((Rational::ZERO, Rational::ZERO))
    };
    let functions = function_ranges(&game.functions, &form, RANGE_BITS);
    let of = |variable: Variable| with_functions(&form, &functions, variable);
    let (mut least, mut greatest) = polynomial_range(&game.payoff, &of);
    // The mass of a stage is 1.
    let mut add = |columns: &Columns| {
        let (low, high) = column_ranges(columns, &of);
        least += extremes(&low).0;
        greatest += extremes(&high).1;
    };
    game.stages.iter().for_each(|stage| add(&stage.leader_reward));
    (least, greatest)
}
