//! Upper bounds over all decisions of a piece and all their equilibria, by the search for one
//! decision in the game joined with the leader.

use crate::certificate::{Part, Selection, Step};
use crate::equilibrium::{Control, InnerProblem, box_search};
use crate::exact::Rational;
use crate::game::{Game, Point};

/// A bound, and the decision at which the search found most.
pub(super) struct JoinedBound {
    /// Upper bound of the leader's reward.
    pub(super) bound: Rational,
    pub(super) steps: Vec<Step>,
    pub(super) decision: Option<Point>,
    pub(super) lp_solves: usize,
}

/// The best that the leader can get on the convex hull of `points`; the search stops below
/// `enough_approx`.
pub(super) fn joined_bound(
    game: &Game,
    points: &[Point],
    epsilon: &Rational,
    gap: &Rational,
    enough_approx: f64,
    control: &Control,
) -> Option<JoinedBound> {
    let joined = game.joined(points).ok()?;
    let instance = joined.at(&[]);
    let problem =
        InnerProblem { instance: &instance, selection: Selection::Optimistic, epsilon, gap };
    let mut search = box_search(&problem, control).ok()?;
    while !search.done() && !control.stopped() && -search.interval_approx().0 > enough_approx {
        search.advance(control);
    }
    let proved = search.proved();
    let decision = proved.mixture().map(|parts| decision(&joined, points, parts));
    Some(JoinedBound {
        bound: -proved.bound.value.clone(),
        steps: proved.bound.steps.clone(),
        decision,
        lp_solves: search.counts().lp_solves,
    })
}

/// What the extra state of the joined game plays at stage 0, as a decision.
fn decision(joined: &Game, points: &[Point], parts: &[Part]) -> Point {
    let state = joined.states.len() - 1;
    let mut sum = vec![Rational::ZERO; points[0].len()];
    for part in parts {
        for (action, point) in points.iter().enumerate() {
            let share = part
                .policy
                .stages
                .first()
                .map_or(Rational::ZERO, |stage| stage.probability(state, action));
            if !share.is_zero() {
                sum.iter_mut()
                    .zip(point)
                    .for_each(|(sum, value)| *sum += &part.weight * &share * value);
            }
        }
    }
    sum
}
