//! Between which numbers the rewards of a game lie, over all decisions and populations.

use crate::exact::Rational;
use crate::game::{Columns, DecisionSet, Game, Interval, Stage, Variable, column_ranges, extremes};

/// Bounds of the entries of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryBounds {
    pub(super) lower: Rational,
    pub(super) upper: Rational,
    /// No entry depends on the decision or the population: the bounds are the extreme entries.
    pub(super) constant: bool,
}

/// Bounds of the entries of `table` at all stages; `None` for a game without stages.
pub(super) fn entry_bounds(game: &Game, table: impl Fn(&Stage) -> &Columns) -> Option<EntryBounds> {
    let parameters = parameter_bounds(game);
    let mut found: Option<EntryBounds> = None;
    for columns in game.stages.iter().map(table).filter(|columns| !columns.is_empty()) {
        let (lower, upper, constant) = stage_bounds(game, &parameters, columns);
        found = Some(match found {
            None => EntryBounds { lower, upper, constant },
            Some(all) => EntryBounds {
                lower: all.lower.min(lower),
                upper: all.upper.max(upper),
                constant: all.constant && constant,
            },
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
                (
                    values().min().cloned().unwrap_or(Rational::ZERO),
                    values().max().cloned().unwrap_or(Rational::ZERO),
                )
            })
            .collect(),
        DecisionSet::Polyhedral { polytope, .. } => {
            polytope.lower.iter().cloned().zip(polytope.upper.iter().cloned()).collect()
        }
    }
}

/// Least and greatest entry of a stage, and whether they depend on nothing.
fn stage_bounds(
    game: &Game,
    parameters: &[Interval],
    columns: &Columns,
) -> (Rational, Rational, bool) {
    let of = |variable: Variable| {
        let bounds = match variable {
            Variable::Parameter(k) => parameters.get(k as usize).cloned(),
            Variable::Aggregate(k) => game.aggregates.get(k as usize).and_then(|aggregate| {
                game.stages.get(aggregate.stage).map(|stage| aggregate.range(&stage.pairs))
            }),
            Variable::Function(k) => {
                game.functions.get(k as usize).map(|function| function.values.clone())
            }
        };
        bounds.unwrap_or((Rational::ZERO, Rational::ZERO))
    };
    let (lower, upper) = column_ranges(columns, &of);
    (extremes(&lower).0, extremes(&upper).1, columns.as_constants().is_some())
}
