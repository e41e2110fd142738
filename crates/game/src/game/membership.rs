//! Whether the leader may choose a point, exactly.

use super::model::{DecisionSet, Grid, Leader};
use crate::exact::{LinearConstraint, Polytope, Rational, Relation};

/// Why a point is none of the leader's decisions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADecision {
    /// A number per parameter is needed.
    #[error("found {found} numbers, expected {expected}, one per parameter")]
    Dimension {
        /// Numbers given.
        found: usize,
        /// Parameters.
        expected: usize,
    },
    /// The leader chooses from a list.
    #[error("no decision of the list has these parameters")]
    Unlisted,
    /// Outside the bounds of a parameter.
    #[error("{parameter} = {value}, expected a number between {lower} and {upper}")]
    Bounds {
        /// Name of the parameter.
        parameter: String,
        /// Its value.
        value: Rational,
        /// Least value.
        lower: Rational,
        /// Greatest value.
        upper: Rational,
    },
    /// No integer where one is needed.
    #[error("{parameter} = {value}, expected an integer")]
    NotInteger {
        /// Name of the parameter.
        parameter: String,
        /// Its value.
        value: Rational,
    },
    /// Between two points of a grid.
    #[error("{parameter} = {value}, expected {lower} plus a multiple of {step}")]
    OffGrid {
        /// Name of the parameter.
        parameter: String,
        /// Its value.
        value: Rational,
        /// Where the grid begins.
        lower: Rational,
        /// Distance of its points.
        step: Rational,
    },
    /// A constraint does not hold.
    #[error("constraint {number} does not hold: {left} is not {relation} {right}")]
    Constraint {
        /// Position of the constraint, from 1.
        number: usize,
        /// Its left side at the point, constants on the right.
        left: Rational,
        /// `<=`, `=` or `>=`.
        relation: &'static str,
        /// Its right side.
        right: Rational,
    },
}

impl Leader {
    /// Whether `point`, a number per parameter, is one of her decisions.
    ///
    /// # Errors
    /// [`NotADecision`] names the first bound, grid or constraint that does not hold.
    pub fn admits(&self, point: &[Rational]) -> Result<(), NotADecision> {
        if point.len() != self.parameters.len() {
            return Err(NotADecision::Dimension {
                found: point.len(),
                expected: self.parameters.len(),
            });
        }
        match &self.decisions {
            DecisionSet::Finite(decisions) => {
                let listed = decisions.iter().any(|decision| decision.values == point);
                listed.then_some(()).ok_or(NotADecision::Unlisted)
            }
            DecisionSet::Polyhedral { polytope, grids } => {
                let expected = polytope.dimension();
                if point.len() != expected || grids.len() != expected {
                    return Err(NotADecision::Dimension { found: point.len(), expected });
                }
                self.in_box(polytope, grids, point)?;
                polytope
                    .constraints
                    .iter()
                    .zip(1..)
                    .try_for_each(|(constraint, number)| holds(constraint, number, point))
            }
        }
    }

    fn in_box(
        &self,
        polytope: &Polytope,
        grids: &[Grid],
        point: &[Rational],
    ) -> Result<(), NotADecision> {
        let bounds = polytope.lower.iter().zip(&polytope.upper);
        for (((parameter, value), (lower, upper)), grid) in
            self.parameters.iter().zip(point).zip(bounds).zip(grids)
        {
            let (parameter, value, lower) = (parameter.clone(), value.clone(), lower.clone());
            if value < lower || value > *upper {
                return Err(NotADecision::Bounds { parameter, value, lower, upper: upper.clone() });
            }
            match grid {
                Grid::Continuous => {}
                Grid::Integer if value.is_int() => {}
                Grid::Integer => return Err(NotADecision::NotInteger { parameter, value }),
                Grid::Step(step) if ((&value - &lower) / step).is_int() => {}
                Grid::Step(step) => {
                    return Err(NotADecision::OffGrid {
                        parameter,
                        value,
                        lower,
                        step: step.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

fn holds(
    constraint: &LinearConstraint,
    number: usize,
    point: &[Rational],
) -> Result<(), NotADecision> {
    let left =
        constraint.coefficients.iter().zip(point).fold(Rational::ZERO, |sum, (a, x)| sum + a * x);
    let right = constraint.right_side.clone();
    let (fine, relation) = match constraint.relation {
        Relation::AtMost => (left <= right, "<="),
        Relation::Equal => (left == right, "="),
        Relation::AtLeast => (left >= right, ">="),
    };
    if fine { Ok(()) } else { Err(NotADecision::Constraint { number, left, relation, right }) }
}
