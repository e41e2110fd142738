//! Polynomials on a simplex by their Bernstein coefficients.
//!
//! With `alpha` the barycentric coordinates of a point, a polynomial of degree `D` is
//! `sum_I b_I multinomial(D, I) alpha^I` over the lists `I` of powers with sum `D`. It lies between
//! the least and the greatest `b_I`, and so does what the kernel compares.

use crate::exact::{Natural, Rational, Scaled};
use crate::game::combine;
use smfg_kernel::{Column, Columns, Monomial, Variable};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest degree, as in the kernel.
const MOST_DEGREE: usize = 64;
/// Most coefficients of one polynomial.
const MOST_COEFFICIENTS: usize = 1 << 12;

/// A polynomial: `at[I]` in the order of [`Level::powers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) degree: usize,
    pub(super) at: Vec<Rational>,
}

/// A vector of polynomials: `at[I]` holds the coefficient of each entry.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    pub(super) degree: usize,
    pub(super) at: Vec<Scaled>,
}

/// The powers of one degree.
pub(super) struct Level {
    /// Lists with this sum, in decreasing order: of degree 1, one per vertex in their order.
    pub(super) powers: Vec<Vec<u32>>,
    places: BTreeMap<Vec<u32>, usize>,
    multinomial: Vec<Rational>,
}

/// Polynomials in a number of barycentric coordinates.
pub(super) struct Basis {
    pub(super) count: usize,
    levels: Vec<OnceCell<Option<Level>>>,
}

impl Basis {
    pub(super) fn new(count: usize) -> Self {
        Basis { count, levels: (0..=MOST_DEGREE).map(|_| OnceCell::new()).collect() }
    }

    /// The powers of a degree; `None` when there are too many.
    pub(super) fn level(&self, degree: usize) -> Option<&Level> {
        self.levels.get(degree)?.get_or_init(|| Level::new(self.count, degree)).as_ref()
    }

    pub(super) fn constant(&self, value: Rational) -> Form {
        Form { degree: 0, at: vec![value] }
    }

    /// The affine function with these values at the vertices; a constant where they are equal.
    pub(super) fn affine(&self, values: Vec<Rational>) -> Form {
        match values.first() {
            Some(first) if values.iter().all(|value| value == first) => {
                self.constant(first.clone())
            }
            _ => Form { degree: 1, at: values },
        }
    }

    pub(super) fn times(&self, a: &Form, b: &Form) -> Option<Form> {
        if a.degree == 0 || b.degree == 0 {
            let (factor, other) = if a.degree == 0 { (&a.at[0], b) } else { (&b.at[0], a) };
            let at = other.at.iter().map(|value| value * factor).collect();
            return Some(Form { degree: other.degree, at });
        }
        let degree = a.degree + b.degree;
        let (left, right, level) =
            (self.level(a.degree)?, self.level(b.degree)?, self.level(degree)?);
        let mut at = vec![Rational::ZERO; level.powers.len()];
        for (i, x) in a.at.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
            let x = x * &left.multinomial[i];
            for (j, y) in b.at.iter().enumerate().filter(|(_, y)| !y.is_zero()) {
                at[level.place_of(&left.powers[i], &right.powers[j])] +=
                    &x * (y * &right.multinomial[j]);
            }
        }
        at.iter_mut().zip(&level.multinomial).for_each(|(value, whole)| *value = &*value / whole);
        Some(Form { degree, at })
    }

    /// The same polynomial with coefficients of a degree that is not less.
    pub(super) fn elevated(&self, form: &Form, degree: usize) -> Option<Form> {
        let rest = degree.checked_sub(form.degree)?;
        if rest == 0 {
            return Some(form.clone());
        }
        let ones = Form { degree: rest, at: vec![Rational::ONE; self.level(rest)?.powers.len()] };
        if form.degree == 0 {
            return self.times(form, &ones);
        }
        self.times(form, &ones)
    }

    /// `a + factor * b`.
    pub(super) fn plus(&self, a: &Form, factor: &Rational, b: &Form) -> Option<Form> {
        let degree = a.degree.max(b.degree);
        let (mut sum, b) = (self.elevated(a, degree)?, self.elevated(b, degree)?);
        sum.at.iter_mut().zip(&b.at).for_each(|(own, other)| *own += factor * other);
        Some(sum)
    }

    /// `sum_j forms_j * columns_j`, a vector of `len` polynomials.
    pub(super) fn vector(
        &self,
        len: usize,
        parts: &[(Form, &crate::game::Column)],
    ) -> Option<Vector> {
        let degree = parts.iter().map(|part| part.0.degree).max().unwrap_or(0);
        let forms: Vec<Form> =
            parts.iter().map(|part| self.elevated(&part.0, degree)).collect::<Option<_>>()?;
        let at = (0..self.level(degree)?.powers.len())
            .map(|index| {
                let terms: Vec<(Rational, &crate::game::Column)> = forms
                    .iter()
                    .zip(parts)
                    .map(|(form, part)| (form.at[index].clone(), part.1))
                    .collect();
                combine(len, &terms)
            })
            .collect();
        Some(Vector { degree, at })
    }

    /// The vector of some polynomials.
    pub(super) fn gathered(&self, forms: &[Form]) -> Option<Vector> {
        let degree = forms.iter().map(|form| form.degree).max().unwrap_or(0);
        let forms: Vec<Form> =
            forms.iter().map(|form| self.elevated(form, degree)).collect::<Option<_>>()?;
        let at = (0..self.level(degree)?.powers.len())
            .map(|index| {
                let values: Vec<Rational> =
                    forms.iter().map(|form| form.at[index].clone()).collect();
                Scaled::from_rationals(&values)
            })
            .collect();
        Some(Vector { degree, at })
    }

    /// A vector as the kernel takes it.
    pub(super) fn columns(&self, vector: &Vector) -> Option<Columns> {
        let level = self.level(vector.degree)?;
        let column = |(index, values): (usize, &Scaled)| {
            let values = super::super::family::scaled(values, &level.multinomial[index]);
            let column = Column { support: None, coefficients: Arc::new(values) };
            (level.monomial(index), Arc::new(column))
        };
        Some(vector.at.iter().enumerate().filter(|(_, v)| !v.is_zero()).map(column).collect())
    }
}

impl Level {
    fn new(count: usize, degree: usize) -> Option<Self> {
        let mut lists: Vec<(Vec<u32>, u32)> = vec![(Vec::new(), degree as u32)];
        for part in 0..count {
            let mut longer = Vec::new();
            for (list, rest) in lists {
                let least = if part + 1 == count { rest } else { 0 };
                for value in (least..=rest).rev() {
                    let mut next = list.clone();
                    next.push(value);
                    longer.push((next, rest - value));
                }
            }
            if longer.len() > MOST_COEFFICIENTS {
                return None;
            }
            lists = longer;
        }
        let powers: Vec<Vec<u32>> = lists.into_iter().map(|(list, _)| list).collect();
        let places = powers.iter().cloned().enumerate().map(|(k, list)| (list, k)).collect();
        let multinomial = powers.iter().map(|list| multinomial(list)).collect();
        Some(Level { powers, places, multinomial })
    }

    fn place_of(&self, a: &[u32], b: &[u32]) -> usize {
        let sum: Vec<u32> = a.iter().zip(b).map(|(x, y)| x + y).collect();
        self.places.get(&sum).copied().unwrap_or_default()
    }

    fn monomial(&self, index: usize) -> Monomial {
        let powers = self.powers[index].iter().enumerate();
        Monomial::new(powers.map(|(k, &power)| (Variable::Share(k as u32), power)).collect())
    }
}

/// `(sum of the powers)! / product of the powers'!`.
fn multinomial(powers: &[u32]) -> Rational {
    let (mut result, mut total) = (Natural::ONE, 0u32);
    for &power in powers {
        for step in 1..=power {
            total += 1;
            result = result * Natural::from(total) / Natural::from(step);
        }
    }
    Rational::from(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    /// `(a0 + 2 a1) (3 a0 + a1) = 3 a0^2 + 7 a0 a1 + 2 a1^2`.
    #[test]
    fn products() {
        let basis = Basis::new(2);
        let a = basis.affine(vec![ratio(1, 1), ratio(2, 1)]);
        let b = basis.affine(vec![ratio(3, 1), ratio(1, 1)]);
        let product = basis.times(&a, &b).expect("small");
        assert_eq!(product.at, [ratio(3, 1), ratio(7, 2), ratio(2, 1)]);
        let same = basis.elevated(&a, 2).expect("small");
        assert_eq!(same.at, [ratio(1, 1), ratio(3, 2), ratio(2, 1)]);
    }
}
