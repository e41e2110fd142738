//! Coordinates that are affine functions of others on all flows: stage masses that sum to one, and the like.
//!
//! Values of the coordinates under a few policies suggest every dependence there can be; exact inductions confirm
//! it, or find a policy that breaks it, which joins the sample.

use super::exact_policies::ExactGame;
use crate::exact::Rational;
use crate::game::{LinearForm, Policy};

/// `sum_j coefficients_j coordinate_j = constant` on all flows; the coefficient of `solved` is 1.
#[derive(Debug, Clone)]
pub(super) struct Dependence {
    pub(super) solved: usize,
    pub(super) coefficients: Vec<Rational>,
    pub(super) constant: Rational,
}

/// All dependences, each solved for a coordinate that occurs in no other.
pub(super) fn dependences(exact: &ExactGame, start: &[Policy]) -> Vec<Dependence> {
    let count = exact.game.coordinates.len();
    let mut sample: Vec<Vec<Rational>> = start.iter().filter_map(|policy| exact.values(policy)).map(|values| values.coordinates).collect();
    if sample.is_empty() {
        return Vec::new();
    }
    // Every round adds a policy off the affine hull of the sample, so that there are at most `count` rounds.
    for _ in 0..=count {
        let candidates = null_space(&sample, count);
        match candidates.iter().find_map(|candidate| breaking(exact, candidate)) {
            None => return candidates,
            Some(values) => sample.push(values),
        }
    }
    Vec::new()
}

/// Coordinates under a policy that breaks the dependence, if one does.
fn breaking(exact: &ExactGame, dependence: &Dependence) -> Option<Vec<Rational>> {
    for sign in [Rational::ONE, Rational::NEG_ONE] {
        let parts: Vec<(Rational, &LinearForm)> =
            dependence.coefficients.iter().map(|coefficient| coefficient * &sign).zip(&exact.game.coordinates).collect();
        let (greatest, policy) = exact.greatest(&exact.game.combine(&parts))?;
        if greatest != &sign * &dependence.constant {
            return exact.values(&policy).map(|values| values.coordinates);
        }
    }
    None
}

/// The dependences that hold on a sample: one per coordinate without pivot in the differences of the sample.
fn null_space(sample: &[Vec<Rational>], count: usize) -> Vec<Dependence> {
    let mut rows: Vec<(usize, Vec<Rational>)> = Vec::new();
    for point in &sample[1..] {
        let mut row: Vec<Rational> = point.iter().zip(&sample[0]).map(|(a, b)| a - b).collect();
        for (pivot, known) in &rows {
            let factor = row[*pivot].clone();
            subtract(&mut row, known, &factor);
        }
        let Some(pivot) = row.iter().position(|value| !value.is_zero()) else { continue };
        let lead = row[pivot].clone();
        row.iter_mut().for_each(|value| *value = &*value / &lead);
        for (_, known) in &mut rows {
            let factor = known[pivot].clone();
            subtract(known, &row, &factor);
        }
        rows.push((pivot, row));
    }
    let dependence = |solved: usize| {
        let mut coefficients = vec![Rational::ZERO; count];
        coefficients[solved] = Rational::ONE;
        // Along every difference of the sample, x_solved moves by what the pivots move times their rows.
        for (pivot, row) in &rows {
            coefficients[*pivot] = -row[solved].clone();
        }
        let constant = coefficients.iter().zip(&sample[0]).fold(Rational::ZERO, |sum, (a, b)| sum + a * b);
        Dependence { solved, coefficients, constant }
    };
    (0..count).filter(|j| !rows.iter().any(|(pivot, _)| pivot == j)).map(dependence).collect()
}

/// `row -= factor * other`.
fn subtract(row: &mut [Rational], other: &[Rational], factor: &Rational) {
    if !factor.is_zero() {
        row.iter_mut().zip(other).for_each(|(value, known)| *value -= factor * known);
    }
}
