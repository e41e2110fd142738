//! The decisions of a polytope that lie on a grid, one by one.

use super::settings::SolveError;
use crate::exact::{Integer, Rational};
use crate::game::{Decision, DecisionSet, Game, Grid};

/// Most points of the grid that are looked at, constraints considered or not.
const MOST_POINTS: usize = 100_000;
/// Most decisions that are judged.
const MOST_DECISIONS: usize = 2_000;

/// The decisions whose parameters are on their grids, multiples of `step` where they have none, in
/// the order of their parameters.
///
/// # Errors
/// [`SolveError::RequirementsOfContinuum`] where a parameter has no grid, or there are too many
/// points; [`SolveError::NoDecision`] where no point satisfies the constraints.
pub(super) fn grid_points(
    game: &Game,
    step: Option<&Rational>,
) -> Result<Vec<Decision>, SolveError> {
    let DecisionSet::Polyhedral { polytope, grids } = &game.leader.decisions else {
        return Ok(Vec::new());
    };
    let mut points: Vec<Vec<Rational>> = vec![Vec::new()];
    let ends = polytope.lower.iter().zip(&polytope.upper);
    for ((lower, upper), grid) in ends.zip(grids) {
        let (origin, step) = match (grid, step) {
            (Grid::Integer, _) => (Rational::ZERO, Rational::ONE),
            (Grid::Step(step), _) => (lower.clone(), step.clone()),
            (Grid::Continuous, Some(step)) => (Rational::ZERO, step.clone()),
            (Grid::Continuous, None) => return Err(SolveError::RequirementsOfContinuum),
        };
        let first = ((lower - &origin) / &step).ceil();
        let last = ((upper - &origin) / &step).floor();
        let count = usize::try_from(&last - &first + Integer::ONE).unwrap_or(0);
        let all = points.len().checked_mul(count).filter(|&all| all <= MOST_POINTS);
        let too_many = last >= first && count == 0;
        let (Some(_), false) = (all, too_many) else {
            return Err(SolveError::RequirementsOfContinuum);
        };
        let value = |k: usize| &origin + Rational::from(&first + Integer::from(k)) * &step;
        points = points
            .into_iter()
            .flat_map(|point| {
                (0..count).map(move |k| (point.clone(), k)).collect::<Vec<(Vec<Rational>, usize)>>()
            })
            .map(|(mut point, k)| {
                point.push(value(k));
                point
            })
            .collect();
    }
    points.retain(|point| game.leader.admits(point).is_ok());
    match points.len() {
        0 => Err(SolveError::NoDecision),
        count if count > MOST_DECISIONS => Err(SolveError::RequirementsOfContinuum),
        _ => Ok(points.into_iter().map(|values| Decision { name: None, values }).collect()),
    }
}
