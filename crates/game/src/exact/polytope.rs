//! Least value of a linear form over a bounded polyhedron, exactly.
//!
//! Small and dense: the decision sets of leaders have a few dozen coordinates. The dual simplex
//! method finds a feasible vertex and the primal one an optimal vertex, both on a [`Dictionary`].

use super::Rational;
use super::dictionary::{Dictionary, DictionaryStatus};

/// How the two sides of a constraint compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Left side at most the right side.
    AtMost,
    /// Both sides equal.
    Equal,
    /// Left side at least the right side.
    AtLeast,
}

/// `sum_j coefficients[j] x_j  relation  right_side`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinearConstraint {
    /// One coefficient per coordinate.
    pub coefficients: Vec<Rational>,
    /// The comparison.
    pub relation: Relation,
    /// The constant.
    pub right_side: Rational,
}

/// `{ x : lower <= x <= upper, constraints }`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polytope {
    /// Least value of each coordinate.
    pub lower: Vec<Rational>,
    /// Largest value of each coordinate.
    pub upper: Vec<Rational>,
    /// Further linear constraints.
    pub constraints: Vec<LinearConstraint>,
}

/// Why a linear form has no least value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolytopeError {
    /// No point satisfies all constraints.
    #[error("no point satisfies all bounds and constraints")]
    Empty,
}

impl Polytope {
    /// Number of coordinates.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.lower.len()
    }

    /// Whether `point` satisfies every bound and constraint.
    #[must_use]
    pub fn contains(&self, point: &[Rational]) -> bool {
        point.len() == self.dimension()
            && point.iter().zip(&self.lower).all(|(x, l)| x >= l)
            && point.iter().zip(&self.upper).all(|(x, u)| x <= u)
            && self.constraints.iter().all(|c| {
                let value = c
                    .coefficients
                    .iter()
                    .zip(point)
                    .fold(Rational::ZERO, |sum, (a, x)| sum + a * x);
                match c.relation {
                    Relation::AtMost => value <= c.right_side,
                    Relation::Equal => value == c.right_side,
                    Relation::AtLeast => value >= c.right_side,
                }
            })
    }

    /// `min { objective'x : x in the polytope }` and a vertex that attains it.
    ///
    /// # Errors
    /// [`PolytopeError::Empty`] when the polytope has no point.
    pub fn least_value(
        &self,
        objective: &[Rational],
    ) -> Result<(Rational, Vec<Rational>), PolytopeError> {
        let n = self.dimension();
        if (0..n).any(|j| self.lower[j] > self.upper[j]) {
            return Err(PolytopeError::Empty);
        }
        if self.constraints.is_empty() {
            let point: Vec<Rational> = (0..n)
                .map(|j| {
                    if objective[j] < Rational::ZERO {
                        self.upper[j].clone()
                    } else {
                        self.lower[j].clone()
                    }
                })
                .collect();
            return Ok((dot(objective, &point), point));
        }
        // Columns are y = x - lower >= 0. Every inequality is a row slack >= 0, upper bounds first;
        // the slack of an equation is fixed at zero.
        let mut rows = Vec::with_capacity(n + self.constraints.len());
        for j in 0..n {
            let mut row = vec![Rational::ZERO; n + 1];
            row[j] = Rational::NEG_ONE;
            row[n] = &self.upper[j] - &self.lower[j];
            rows.push(row);
        }
        for constraint in &self.constraints {
            let shifted = &constraint.right_side - dot(&constraint.coefficients, &self.lower);
            let row = constraint.coefficients.iter().map(|a| -a).chain([shifted]);
            rows.push(match constraint.relation {
                Relation::AtMost | Relation::Equal => row.collect(),
                Relation::AtLeast => row.map(|entry| -entry).collect(),
            });
        }
        let slacks = (n..n + rows.len()).collect();
        let nothing = vec![Rational::ZERO; n + 1];
        let mut dictionary = Dictionary::new(slacks, (0..n).collect(), rows, nothing);
        for (index, constraint) in self.constraints.iter().enumerate() {
            if constraint.relation == Relation::Equal {
                dictionary.fix(2 * n + index);
            }
        }
        // Without costs every basis is dual feasible, so the dual method finds a feasible one.
        if dictionary.dual_simplex(None, &|| true) != DictionaryStatus::Optimal {
            return Err(PolytopeError::Empty);
        }
        let mut costs = objective.to_vec();
        costs.resize(2 * n + self.constraints.len(), Rational::ZERO);
        dictionary.set_objective(&costs, &Rational::ZERO);
        // All coordinates are bounded, so an optimum exists.
        dictionary.primal_simplex(&|| true);
        let point: Vec<Rational> =
            self.lower.iter().zip(dictionary.point()).map(|(lower, y)| lower + y).collect();
        Ok((dot(objective, &point), point))
    }
}

fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).fold(Rational::ZERO, |sum, (x, y)| sum + x * y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn polytope(n: usize, constraints: &[(&[i64], Relation, i64)]) -> Polytope {
        Polytope {
            lower: vec![Rational::ZERO; n],
            upper: vec![Rational::ONE; n],
            constraints: constraints
                .iter()
                .map(|(row, relation, right)| LinearConstraint {
                    coefficients: row.iter().map(|&a| ratio(a, 1)).collect(),
                    relation: *relation,
                    right_side: ratio(*right, 1),
                })
                .collect(),
        }
    }

    #[test]
    fn simplex_of_probabilities() {
        let simplex = polytope(3, &[(&[1, 1, 1], Relation::Equal, 1)]);
        let (value, point) =
            simplex.least_value(&[ratio(2, 1), ratio(-1, 3), ratio(5, 1)]).expect("not empty");
        assert_eq!(value, ratio(-1, 3));
        assert_eq!(point, [ratio(0, 1), ratio(1, 1), ratio(0, 1)]);
        assert!(simplex.contains(&point));
    }

    #[test]
    fn vertex_between_two_constraints() {
        // min -x - y over x + 2y <= 1, 2x + y <= 1: both tight at (1/3, 1/3).
        let set = polytope(2, &[(&[1, 2], Relation::AtMost, 1), (&[2, 1], Relation::AtMost, 1)]);
        let (value, point) = set.least_value(&[ratio(-1, 1), ratio(-1, 1)]).expect("not empty");
        assert_eq!((value, point), (ratio(-2, 3), vec![ratio(1, 3), ratio(1, 3)]));
    }

    #[test]
    fn empty_and_redundant() {
        assert_eq!(
            polytope(2, &[(&[1, 1], Relation::AtLeast, 3)])
                .least_value(&[ratio(0, 1), ratio(0, 1)]),
            Err(PolytopeError::Empty)
        );
        let twice = polytope(2, &[(&[1, 1], Relation::Equal, 1), (&[2, 2], Relation::Equal, 2)]);
        assert_eq!(
            twice.least_value(&[ratio(1, 1), ratio(2, 1)]).expect("not empty").0,
            ratio(1, 1)
        );
    }
}
