//! Least value of a linear form over a bounded polyhedron, exactly.
//!
//! Small and dense: the decision sets of leaders have a few dozen coordinates. The method is the
//! two-phase simplex algorithm on rationals with Bland's rule (R. G. Bland, *New finite pivoting
//! rules for the simplex method*, Mathematics of Operations Research 2, 1977), which cannot cycle.

use super::Rational;

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

/// A simplex tableau: `rows` of `[coefficients | right side]`, one basic column each.
struct Tableau {
    rows: Vec<Vec<Rational>>,
    basic: Vec<usize>,
    columns: usize,
}

impl Tableau {
    fn pivot(&mut self, row: usize, column: usize, cost: &mut [Rational]) {
        let inverse = Rational::ONE / &self.rows[row][column];
        for entry in &mut self.rows[row] {
            *entry *= &inverse;
        }
        let pivot_row = self.rows[row].clone();
        let eliminate = |target: &mut [Rational]| {
            if target[column].is_zero() {
                return;
            }
            let factor = target[column].clone();
            for (entry, pivot) in target.iter_mut().zip(&pivot_row) {
                if !pivot.is_zero() {
                    *entry -= &factor * pivot;
                }
            }
        };
        for (index, other) in self.rows.iter_mut().enumerate() {
            if index != row {
                eliminate(other);
            }
        }
        eliminate(cost);
        self.basic[row] = column;
    }

    /// Minimises the form whose reduced costs are `cost`, entering only columns below `limit`.
    fn minimise(&mut self, cost: &mut [Rational], limit: usize) {
        while let Some(column) = (0..limit).find(|&j| cost[j] < Rational::ZERO) {
            let mut best: Option<(Rational, usize)> = None;
            for (index, row) in self.rows.iter().enumerate() {
                if row[column] > Rational::ZERO {
                    let step = &row[self.columns] / &row[column];
                    let better = match &best {
                        None => true,
                        Some((least, at)) => {
                            step < *least || (step == *least && self.basic[index] < self.basic[*at])
                        }
                    };
                    if better {
                        best = Some((step, index));
                    }
                }
            }
            // All coordinates are bounded, so some row limits the step.
            let Some((_, row)) = best else { return };
            self.pivot(row, column, cost);
        }
    }
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
        // Coordinates y = x - lower >= 0; rows: upper bounds as <=, then the constraints.
        let mut system: Vec<(Vec<Rational>, Relation, Rational)> = Vec::new();
        for j in 0..n {
            let mut row = vec![Rational::ZERO; n];
            row[j] = Rational::ONE;
            system.push((row, Relation::AtMost, &self.upper[j] - &self.lower[j]));
        }
        for c in &self.constraints {
            let shifted = &c.right_side - dot(&c.coefficients, &self.lower);
            system.push((c.coefficients.clone(), c.relation, shifted));
        }
        let (mut tableau, artificial) = start(system, n);
        // Phase 1: the sum of the artificial columns.
        let mut cost = vec![Rational::ZERO; tableau.columns + 1];
        for entry in &mut cost[artificial..tableau.columns] {
            *entry = Rational::ONE;
        }
        for (row, &basic) in tableau.rows.iter().zip(&tableau.basic) {
            if basic >= artificial {
                for (entry, value) in cost.iter_mut().zip(row) {
                    *entry -= value;
                }
            }
        }
        let columns = tableau.columns;
        tableau.minimise(&mut cost, columns);
        if !cost[columns].is_zero() {
            return Err(PolytopeError::Empty);
        }
        // Artificial columns that stayed basic at zero leave, or their row is redundant.
        let mut row = 0;
        while row < tableau.rows.len() {
            if tableau.basic[row] >= artificial {
                match (0..artificial).find(|&j| !tableau.rows[row][j].is_zero()) {
                    Some(column) => tableau.pivot(row, column, &mut cost),
                    None => {
                        tableau.rows.swap_remove(row);
                        tableau.basic.swap_remove(row);
                        continue;
                    }
                }
            }
            row += 1;
        }
        // Phase 2.
        let mut cost = vec![Rational::ZERO; columns + 1];
        cost[..n].clone_from_slice(objective);
        for (row, &basic) in tableau.rows.iter().zip(&tableau.basic) {
            if !cost[basic].is_zero() {
                let factor = cost[basic].clone();
                for (entry, value) in cost.iter_mut().zip(row) {
                    *entry -= &factor * value;
                }
            }
        }
        tableau.minimise(&mut cost, artificial);
        let mut point = self.lower.clone();
        for (row, &basic) in tableau.rows.iter().zip(&tableau.basic) {
            if basic < n {
                point[basic] += &row[columns];
            }
        }
        Ok((dot(objective, &point), point))
    }
}

fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).fold(Rational::ZERO, |sum, (x, y)| sum + x * y)
}

/// The first tableau: right sides made non-negative, slack columns, then artificial columns from
/// the returned index on.
fn start(system: Vec<(Vec<Rational>, Relation, Rational)>, n: usize) -> (Tableau, usize) {
    let system: Vec<_> = system
        .into_iter()
        .map(|(row, relation, right)| {
            if right < Rational::ZERO {
                let flipped = match relation {
                    Relation::AtMost => Relation::AtLeast,
                    Relation::Equal => Relation::Equal,
                    Relation::AtLeast => Relation::AtMost,
                };
                (row.into_iter().map(|a| -a).collect(), flipped, -right)
            } else {
                (row, relation, right)
            }
        })
        .collect::<Vec<(Vec<Rational>, Relation, Rational)>>();
    let slacks = system.iter().filter(|(_, relation, _)| *relation != Relation::Equal).count();
    let artificials =
        system.iter().filter(|(_, relation, _)| *relation != Relation::AtMost).count();
    let artificial = n + slacks;
    let columns = artificial + artificials;
    let mut tableau = Tableau { rows: Vec::new(), basic: Vec::new(), columns };
    let (mut next_slack, mut next_artificial) = (n, artificial);
    for (coefficients, relation, right) in system {
        let mut row = coefficients;
        row.resize(columns + 1, Rational::ZERO);
        row[columns] = right;
        match relation {
            Relation::AtMost => {
                row[next_slack] = Rational::ONE;
                tableau.basic.push(next_slack);
                next_slack += 1;
            }
            Relation::AtLeast => {
                row[next_slack] = Rational::NEG_ONE;
                next_slack += 1;
                row[next_artificial] = Rational::ONE;
                tableau.basic.push(next_artificial);
                next_artificial += 1;
            }
            Relation::Equal => {
                row[next_artificial] = Rational::ONE;
                tableau.basic.push(next_artificial);
                next_artificial += 1;
            }
        }
        tableau.rows.push(row);
    }
    (tableau, artificial)
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
