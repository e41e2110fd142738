//! Conclusions about all populations of one game at one decision: the optimum, and what equilibria
//! are worth beside it.

use super::facts::{Facts, one_decision};
use super::unfounded::Unfounded;
use super::within;
use crate::certificate::{PriceKind, Scope, Selection, Sense};
use crate::exact::Rational;
use crate::game::{Instance, Variable, column_ranges, extremes};
use smfg_claims::{Interval, Price, price};

/// A number that the exploitability of no population exceeds: a follower gains at most the range of
/// the rewards of each stage.
#[must_use]
pub fn greatest_exploitability(instance: &Instance) -> Rational {
    let ranges = instance.ranges();
    let range = |variable: Variable| ranges.of(variable);
    instance.stages.iter().fold(Rational::ZERO, |sum, stage| {
        let (lower, upper) = column_ranges(&stage.reward, &range);
        sum + extremes(&upper).1 - extremes(&lower).0
    })
}

/// Whether both numbers are known to be at least 0, or at most 0: then the better one is a multiple
/// of at least 1 of the other, or both are 0.
fn one_sign(optimum: &Interval, equilibrium: &Interval) -> bool {
    let zero = Rational::ZERO;
    (optimum.0 >= zero && equilibrium.0 >= zero) || (optimum.1 <= zero && equilibrium.1 <= zero)
}

/// The selection of the best equilibrium.
fn best(sense: Sense) -> Selection {
    match sense {
        Sense::Reward => Selection::Optimistic,
        Sense::Cost => Selection::Pessimistic,
    }
}

/// The selection of the worst equilibrium.
fn worst(sense: Sense) -> Selection {
    match sense {
        Sense::Reward => Selection::Pessimistic,
        Sense::Cost => Selection::Optimistic,
    }
}

/// Rule `optimum`: every population is an eps-equilibrium from the greatest exploitability on.
pub(super) fn optimum(
    facts: &Facts<'_>,
    sense: Sense,
    scope: &Scope,
    claimed: (&Rational, &Rational),
) -> Result<(), Unfounded> {
    let decision = one_decision(facts.game, scope)?;
    let most = greatest_exploitability(&facts.game.at(&decision));
    within(claimed, facts.bounds(Some(&decision), best(sense), &most, Some(&most)))
}

/// Rule `price`: the ratio of what the optimum and an equilibrium are enclosed by.
pub(super) fn price_follows(
    facts: &Facts<'_>,
    (kind, sense): (PriceKind, Sense),
    scope: &Scope,
    epsilon: &Rational,
    claimed: Option<&(Rational, Option<Rational>)>,
) -> Result<(), Unfounded> {
    let decision = one_decision(facts.game, scope)?;
    let most = greatest_exploitability(&facts.game.at(&decision));
    let enclosed = |selection, epsilon: &Rational, what| {
        let (lower, upper) = facts.bounds(Some(&decision), selection, epsilon, Some(&most));
        lower.zip(upper).ok_or(Unfounded::NotEnclosed { what })
    };
    let optimum = enclosed(best(sense), &most, "the optimum over all populations")?;
    let selection = if kind == PriceKind::Anarchy { worst(sense) } else { best(sense) };
    let equilibrium = enclosed(selection, epsilon, "the equilibrium")?;
    match (claimed, price(&optimum, &equilibrium, sense == Sense::Cost)) {
        // The optimum is at least as good as any equilibrium.
        (Some((lower, None)), _) if *lower <= Rational::ONE && one_sign(&optimum, &equilibrium) => {
            Ok(())
        }
        (_, Price::Meaningless) => Err(Unfounded::Meaningless),
        (None, Price::Infinite) | (Some((_, None)), Price::Infinite) => Ok(()),
        (None, Price::Between(..)) => Err(Unfounded::Finite),
        (Some((_, Some(claimed))), Price::Infinite) => {
            Err(Unfounded::Upper { claimed: claimed.clone(), shown: None })
        }
        (Some((lower, upper)), Price::Between(least, greatest)) => {
            if *lower > least {
                return Err(Unfounded::Lower { claimed: lower.clone(), shown: Some(least) });
            }
            match (upper, greatest) {
                (None, _) => Ok(()),
                (Some(upper), Some(greatest)) if greatest <= *upper => Ok(()),
                (Some(upper), shown) => Err(Unfounded::Upper { claimed: upper.clone(), shown }),
            }
        }
    }
}
