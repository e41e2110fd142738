//! The decisions of a polytope that lie on a grid, one by one.

use super::settings::SolveError;
use crate::exact::{Integer, Rational};
use crate::game::{Decision, Game};

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
    let Some(space) = game.leader.space() else { return Ok(Vec::new()) };
    let mut points: Vec<Vec<Rational>> = vec![Vec::new()];
    let ends = space.polytope().lower.iter().zip(&space.polytope().upper);
    for (parameter, (lower, upper)) in ends.enumerate() {
        let multiples = |step: &Rational| {
            let multiple = |k: Integer| step * Rational::from(k);
            (multiple((lower / step).ceil()), multiple((upper / step).floor()), step.clone())
        };
        let values = space.values_of(parameter).or_else(|| step.map(multiples));
        let (first, last, step) = values.ok_or(SolveError::RequirementsOfContinuum)?;
        let count = (((last - &first) / &step).floor() + Integer::ONE).max(Integer::ZERO);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if points.len().checked_mul(count).is_none_or(|all| all > MOST_POINTS) {
            return Err(SolveError::RequirementsOfContinuum);
        }
        let values = (0..count).map(|k| &first + Rational::from(k) * &step);
        let values: Vec<[Rational; 1]> = values.map(|value| [value]).collect();
        let longer = |point: Vec<Rational>| {
            let with = |value: &[Rational; 1]| [point.as_slice(), value].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        points = points.into_iter().flat_map(longer).collect();
    }
    points.retain(|point| game.leader.admits(point).is_ok());
    match points.len() {
        0 => Err(SolveError::NoDecision),
        count if count > MOST_DECISIONS => Err(SolveError::RequirementsOfContinuum),
        _ => Ok(points.into_iter().map(|values| Decision { name: None, values }).collect()),
    }
}
