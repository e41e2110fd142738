//! Linear programmes in exact rational arithmetic: a dense dictionary and the simplex methods on
//! it.
//!
//! ```text
//! x_basic = b + T x_nonbasic,     minimise  w0 + w'x_nonbasic,     x >= 0,  and x_j = 0 for fixed j
//! ```
//!
//! Meant for a few hundred rows: searches fix variables at zero and re-optimise with a handful of
//! dual pivots. Ties are broken by the smallest variable once pivots stop making progress (R. G.
//! Bland, *New finite pivoting rules for the simplex method*, Mathematics of Operations Research 2,
//! 1977), so that no method cycles.

use super::Rational;

/// Pivots without progress after which Bland's rule takes over.
const PATIENCE: usize = 20;

/// A linear programme and a basis of it.
#[derive(Debug, Clone)]
pub struct Dictionary {
    /// The variable of each row.
    basic: Vec<usize>,
    /// The variable of each column.
    nonbasic: Vec<usize>,
    /// One row per basic variable: a coefficient per column, then the constant.
    rows: Vec<Vec<Rational>>,
    /// Costs of the columns, then the constant of the objective.
    cost: Vec<Rational>,
    /// Per variable, whether it must be zero.
    fixed: Vec<bool>,
}

/// How an exact simplex method ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DictionaryStatus {
    /// The basis is optimal.
    Optimal,
    /// The given row shows that there is no feasible point.
    Infeasible(usize),
    /// The objective reached the cut-off; the costs prove it.
    Cutoff,
    /// The objective has no lower bound.
    Unbounded,
    /// Asked to stop.
    Stopped,
}

impl Dictionary {
    /// The programme in which row `i` defines variable `basic[i]` and column `j` is variable
    /// `nonbasic[j]`; every variable occurs once.
    #[must_use]
    pub fn new(
        basic: Vec<usize>,
        nonbasic: Vec<usize>,
        rows: Vec<Vec<Rational>>,
        cost: Vec<Rational>,
    ) -> Self {
        let variables = basic.len() + nonbasic.len();
        Dictionary { basic, nonbasic, rows, cost, fixed: vec![false; variables] }
    }

    /// The variable of each row.
    #[must_use]
    pub fn basic(&self) -> &[usize] {
        &self.basic
    }

    /// The variable of each column.
    #[must_use]
    pub fn nonbasic(&self) -> &[usize] {
        &self.nonbasic
    }

    /// Coefficients and constant of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[Rational] {
        &self.rows[row]
    }

    /// Reduced costs, then the value of the objective.
    #[must_use]
    pub fn cost(&self) -> &[Rational] {
        &self.cost
    }

    /// The value of the objective at the basis.
    #[must_use]
    pub fn value(&self) -> &Rational {
        &self.cost[self.nonbasic.len()]
    }

    /// Whether a variable must be zero.
    #[must_use]
    pub fn is_fixed(&self, variable: usize) -> bool {
        self.fixed[variable]
    }

    /// Requires a variable to be zero.
    pub fn fix(&mut self, variable: usize) {
        self.fixed[variable] = true;
    }

    /// The value of each variable at the basis.
    #[must_use]
    pub fn point(&self) -> Vec<Rational> {
        let mut point = vec![Rational::ZERO; self.fixed.len()];
        let last = self.nonbasic.len();
        for (variable, row) in self.basic.iter().zip(&self.rows) {
            point[*variable] = row[last].clone();
        }
        point
    }

    /// The objective as a cost per variable and a constant.
    #[must_use]
    pub fn objective(&self) -> (Vec<Rational>, Rational) {
        let mut costs = vec![Rational::ZERO; self.fixed.len()];
        self.nonbasic
            .iter()
            .zip(&self.cost)
            .for_each(|(variable, cost)| costs[*variable] = cost.clone());
        (costs, self.value().clone())
    }

    /// Replaces the objective by `sum costs_j x_j + constant` over all variables.
    pub fn set_objective(&mut self, costs: &[Rational], constant: &Rational) {
        let mut cost: Vec<Rational> =
            self.nonbasic.iter().map(|&variable| costs[variable].clone()).collect();
        cost.push(constant.clone());
        for (variable, row) in self.basic.iter().zip(&self.rows) {
            let factor = &costs[*variable];
            if !factor.is_zero() {
                add_multiple(&mut cost, factor, row);
            }
        }
        self.cost = cost;
    }

    /// Exchanges the variables of a row and a column, whose coefficient must not be zero.
    pub fn pivot(&mut self, row: usize, column: usize) {
        // x_r = ... + p x_c  becomes  x_c = (x_r - ...) / p.
        let inverse = Rational::ONE / &self.rows[row][column];
        let mut pivot_row = std::mem::take(&mut self.rows[row]);
        let negative = -inverse.clone();
        for entry in &mut pivot_row {
            if !entry.is_zero() {
                *entry *= &negative;
            }
        }
        pivot_row[column] = inverse;
        let substitute = |target: &mut Vec<Rational>| {
            let factor = std::mem::replace(&mut target[column], Rational::ZERO);
            if !factor.is_zero() {
                add_multiple(target, &factor, &pivot_row);
            }
        };
        for (_, other) in self.rows.iter_mut().enumerate().filter(|(index, _)| *index != row) {
            substitute(other);
        }
        substitute(&mut self.cost);
        self.rows[row] = pivot_row;
        std::mem::swap(&mut self.basic[row], &mut self.nonbasic[column]);
    }

    /// Dual simplex method from a basis whose costs are not negative on columns that are not fixed.
    ///
    /// Stops with [`DictionaryStatus::Cutoff`] once the objective is at least `cutoff`.
    pub fn dual_simplex(
        &mut self,
        cutoff: Option<&Rational>,
        keep_going: &dyn Fn() -> bool,
    ) -> DictionaryStatus {
        let last = self.nonbasic.len();
        let mut idle = 0;
        loop {
            if cutoff.is_some_and(|cutoff| self.value() >= cutoff) {
                return DictionaryStatus::Cutoff;
            }
            if !keep_going() {
                return DictionaryStatus::Stopped;
            }
            let Some(row) = self.leaving(idle > PATIENCE) else { return DictionaryStatus::Optimal };
            // A value below zero must grow, a fixed one above zero must fall.
            let falls = self.rows[row][last] > Rational::ZERO;
            let mut best: Option<(Rational, usize)> = None;
            for column in 0..last {
                let coefficient = &self.rows[row][column];
                if coefficient.is_zero()
                    || self.fixed[self.nonbasic[column]]
                    || (*coefficient < Rational::ZERO) != falls
                {
                    continue;
                }
                let ratio = &self.cost[column] / coefficient;
                let ratio = if falls { -ratio } else { ratio };
                let better = best.as_ref().is_none_or(|(least, at)| {
                    ratio < *least
                        || (ratio == *least && self.nonbasic[column] < self.nonbasic[*at])
                });
                if better {
                    best = Some((ratio, column));
                }
            }
            let Some((ratio, column)) = best else { return DictionaryStatus::Infeasible(row) };
            idle = if ratio.is_zero() { idle + 1 } else { 0 };
            self.pivot(row, column);
        }
    }

    /// The row that leaves: the one farthest from its bound, or the first variable's.
    fn leaving(&self, bland: bool) -> Option<usize> {
        let last = self.nonbasic.len();
        let mut best: Option<(Rational, usize)> = None;
        for (row, entries) in self.rows.iter().enumerate() {
            let value = &entries[last];
            let violated =
                *value < Rational::ZERO || (self.fixed[self.basic[row]] && *value > Rational::ZERO);
            if !violated {
                continue;
            }
            let size = if *value < Rational::ZERO { -value.clone() } else { value.clone() };
            let better = best.as_ref().is_none_or(|(largest, at)| {
                if bland { self.basic[row] < self.basic[*at] } else { size > *largest }
            });
            if better {
                best = Some((size, row));
            }
        }
        best.map(|(_, row)| row)
    }

    /// Primal simplex method from a feasible basis.
    pub fn primal_simplex(&mut self, keep_going: &dyn Fn() -> bool) -> DictionaryStatus {
        let last = self.nonbasic.len();
        loop {
            if !keep_going() {
                return DictionaryStatus::Stopped;
            }
            // Bland's rule throughout: objectives of this kind are solved from bases nearby.
            let entering = (0..last)
                .filter(|&column| {
                    self.cost[column] < Rational::ZERO && !self.fixed[self.nonbasic[column]]
                })
                .min_by_key(|&column| self.nonbasic[column]);
            let Some(column) = entering else { return DictionaryStatus::Optimal };
            let mut best: Option<(Rational, usize)> = None;
            for (row, entries) in self.rows.iter().enumerate() {
                let coefficient = &entries[column];
                // A fixed basic variable stands at zero and may move neither way.
                let limits = *coefficient < Rational::ZERO
                    || (self.fixed[self.basic[row]] && !coefficient.is_zero());
                if !limits {
                    continue;
                }
                let step = &entries[last] / coefficient;
                let step = if *coefficient < Rational::ZERO { -step } else { step };
                let better = best.as_ref().is_none_or(|(least, at)| {
                    step < *least || (step == *least && self.basic[row] < self.basic[*at])
                });
                if better {
                    best = Some((step, row));
                }
            }
            let Some((_, row)) = best else { return DictionaryStatus::Unbounded };
            self.pivot(row, column);
        }
    }
}

fn add_multiple(target: &mut [Rational], factor: &Rational, row: &[Rational]) {
    for (entry, value) in target.iter_mut().zip(row) {
        if !value.is_zero() {
            *entry += factor * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn numbers(values: &[i64]) -> Vec<Rational> {
        values.iter().map(|&value| ratio(value, 1)).collect()
    }

    /// min x + 2y, slack = x + y - 3 >= 0: x = 3; with x fixed y = 3; with both fixed nothing.
    #[test]
    fn fixing_variables() {
        let mut dictionary =
            Dictionary::new(vec![2], vec![0, 1], vec![numbers(&[1, 1, -3])], numbers(&[1, 2, 0]));
        assert_eq!(dictionary.dual_simplex(None, &|| true), DictionaryStatus::Optimal);
        assert_eq!((dictionary.value(), dictionary.point()), (&ratio(3, 1), numbers(&[3, 0, 0])));
        dictionary.fix(0);
        assert_eq!(dictionary.dual_simplex(Some(&ratio(5, 1)), &|| true), DictionaryStatus::Cutoff);
        assert_eq!(dictionary.dual_simplex(None, &|| true), DictionaryStatus::Optimal);
        assert_eq!((dictionary.value(), dictionary.point()), (&ratio(6, 1), numbers(&[0, 3, 0])));
        dictionary.fix(1);
        assert!(matches!(dictionary.dual_simplex(None, &|| true), DictionaryStatus::Infeasible(_)));
    }

    /// max x + y over x + 2y <= 1, 2x + y <= 1: 2/3 at (1/3, 1/3).
    #[test]
    fn primal() {
        let rows = vec![numbers(&[-1, -2, 1]), numbers(&[-2, -1, 1])];
        let mut dictionary = Dictionary::new(vec![2, 3], vec![0, 1], rows, numbers(&[0, 0, 0]));
        dictionary.set_objective(&numbers(&[-1, -1, 0, 0]), &Rational::ZERO);
        assert_eq!(dictionary.primal_simplex(&|| true), DictionaryStatus::Optimal);
        assert_eq!(dictionary.value(), &ratio(-2, 3));
        assert_eq!(dictionary.point()[..2], [ratio(1, 3), ratio(1, 3)]);
        dictionary.set_objective(&numbers(&[-1, 0, 0, 0]), &Rational::ZERO);
        assert_eq!(dictionary.primal_simplex(&|| true), DictionaryStatus::Optimal);
        assert_eq!(dictionary.value(), &ratio(-1, 2));
    }
}
