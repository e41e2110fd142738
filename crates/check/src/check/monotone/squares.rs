//! A quadratic form as a sum of squares, by elimination in rationals.

use super::structure::{Sparse, subtract};
use crate::exact::{Rational, ratio};
use std::collections::BTreeMap;

/// `weight * (sum coefficients_k x_k)^2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) weight: Rational,
    pub(crate) coefficients: Sparse,
}

/// The squares whose sum is `sum value x_l x_k` over entries `(l, k, value)`; `None` where the form
/// is negative somewhere.
pub(super) fn squares(entries: &[(u32, u32, Rational)]) -> Option<Vec<Root>> {
    let mut rows: BTreeMap<u32, Sparse> = BTreeMap::new();
    for (l, k, value) in entries {
        // The symmetric part; a diagonal entry comes together from two halves.
        for (a, b) in [(l, k), (k, l)] {
            *rows.entry(*a).or_default().entry(*b).or_insert(Rational::ZERO) += value * ratio(1, 2);
        }
    }
    for row in rows.values_mut() {
        row.retain(|_, value| !value.is_zero());
    }
    let mut roots = Vec::new();
    while let Some((pivot, row)) = rows.pop_first() {
        let Some(lead) = row.get(&pivot).cloned() else {
            if row.is_empty() {
                continue;
            }
            return None;
        };
        if lead < Rational::ZERO {
            return None;
        }
        let coefficients: Sparse = row.iter().map(|(k, value)| (*k, value / &lead)).collect();
        for (k, value) in row.iter().filter(|(k, _)| **k != pivot) {
            if let Some(own) = rows.get_mut(k) {
                subtract(own, value, &coefficients);
            }
        }
        roots.push(Root { weight: lead, coefficients });
    }
    Some(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(roots: &[Root], point: &[i64]) -> Rational {
        roots.iter().fold(Rational::ZERO, |sum, root| {
            let terms = root.coefficients.iter();
            let line = terms
                .fold(Rational::ZERO, |sum, (k, c)| sum + c * Rational::from(point[*k as usize]));
            sum + &root.weight * &line * &line
        })
    }

    #[test]
    fn a_form_is_its_squares() {
        // x^2 + 4 x y + 7 y^2 - 2 y z + 3 z^2, written without symmetry, and a skew part.
        let n = |v: i64| Rational::from(v);
        let entries = [
            (0, 0, n(1)),
            (0, 1, n(4)),
            (1, 1, n(7)),
            (2, 1, n(-2)),
            (2, 2, n(3)),
            (0, 2, n(5)),
            (2, 0, n(-5)),
        ];
        let roots = squares(&entries).expect("positive definite");
        for (x, y, z) in [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 2, -3), (-2, 1, 5)] {
            let form = x * x + 4 * x * y + 7 * y * y - 2 * y * z + 3 * z * z;
            assert_eq!(value(&roots, &[x, y, z]), n(form));
        }
    }

    #[test]
    fn indefinite_and_skew_forms() {
        let n = |v: i64| Rational::from(v);
        assert_eq!(squares(&[(0, 1, n(2))]), None);
        assert_eq!(squares(&[(0, 0, n(1)), (1, 1, n(-1))]), None);
        assert_eq!(squares(&[(0, 0, n(1)), (0, 1, n(4)), (1, 1, n(3))]), None);
        assert_eq!(squares(&[(0, 1, n(2)), (1, 0, n(-2))]), Some(Vec::new()));
        // (x + y)^2 has one square.
        let one = squares(&[(0, 0, n(1)), (0, 1, n(2)), (1, 1, n(1))]).expect("a square");
        assert_eq!(one.len(), 1);
    }
}
