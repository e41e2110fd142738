//! Coordinates of a quadratic game that are affine functions of others on all flows: stage masses
//! that sum to one, and the like.
//!
//! Values of the coordinates under a few policies suggest every dependence there can be; exact
//! inductions confirm it, or find a policy that breaks it, which joins the sample.

use super::forms::form_values;
use super::induction::{Objective, best_response};
use crate::exact::Rational;
use crate::game::{LinearForm, Numbers, Policy, Quadratic};

/// `sum_j coefficients_j coordinate_j = constant` on all flows; the coefficient of `solved` is 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependence {
    /// A coordinate that occurs in no other dependence.
    pub solved: usize,
    /// One coefficient per coordinate.
    pub coefficients: Vec<Rational>,
    /// What the combination is worth.
    pub constant: Rational,
}

/// The affine hull of the values that the coordinates take on all flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffineHull {
    /// The dependences that cut it out.
    pub dependences: Vec<Dependence>,
    /// A basis of the differences of its points, a vector of coordinates each: the tangent space.
    pub tangents: Vec<Vec<Rational>>,
}

/// The affine hull of the coordinates of `game`, from the policies `start` on; policies that do not
/// fit the game are left out.
///
/// `None` when `keep_going`, asked once per stage of an induction, answers no.
#[must_use]
pub fn affine_hull(
    game: &Quadratic,
    start: &[Policy],
    keep_going: &dyn Fn() -> bool,
) -> Option<AffineHull> {
    let sampler = Sampler { game, numbers: game.numbers(&game.combine(&[])), keep_going };
    let mut sample: Vec<Vec<Rational>> =
        start.iter().filter_map(|policy| sampler.values(policy)).collect();
    if sample.is_empty() {
        let (_, policy) = sampler.greatest(&game.combine(&[]))?;
        sample.push(sampler.values(&policy)?);
    }
    let origin = sample.swap_remove(0);
    let count = game.coordinates.len();
    let mut rows = Echelon::default();
    sample.iter().for_each(|point| rows.add(point, &origin));
    // A dependence that holds on all flows is not changed by further points, so that none is
    // confirmed twice.
    let mut confirmed = vec![false; count];
    while let Some(next) = (0..count).find(|&j| !confirmed[j] && !rows.has_pivot(j)) {
        match sampler.breaking(&rows.dependence(next, &origin))? {
            None => confirmed[next] = true,
            Some(point) => rows.add(&point, &origin),
        }
    }
    let dependences =
        (0..count).filter(|&j| confirmed[j]).map(|j| rows.dependence(j, &origin)).collect();
    Some(AffineHull { dependences, tangents: rows.0.into_iter().map(|(_, row)| row).collect() })
}

/// Exact values of the coordinates under policies.
struct Sampler<'a> {
    game: &'a Quadratic,
    numbers: Numbers,
    keep_going: &'a dyn Fn() -> bool,
}

impl Sampler<'_> {
    fn values(&self, policy: &Policy) -> Option<Vec<Rational>> {
        let forms: Vec<&LinearForm> = self.game.coordinates.iter().collect();
        form_values(&self.numbers, &forms, policy, self.keep_going).ok()
    }

    /// The greatest value of a form over all flows, and a policy that attains it.
    fn greatest(&self, form: &LinearForm) -> Option<(Rational, Policy)> {
        let response = best_response(
            &self.game.numbers(form),
            &Objective::leader(Rational::ONE),
            None,
            self.keep_going,
        )
        .ok()?;
        Some((response.value, response.policy))
    }

    /// Coordinates under a policy that breaks the dependence, if one does; the outer `None` means
    /// stopped.
    fn breaking(&self, dependence: &Dependence) -> Option<Option<Vec<Rational>>> {
        for sign in [Rational::ONE, Rational::NEG_ONE] {
            let parts: Vec<(Rational, &LinearForm)> = dependence
                .coefficients
                .iter()
                .map(|coefficient| coefficient * &sign)
                .zip(&self.game.coordinates)
                .collect();
            let (greatest, policy) = self.greatest(&self.game.combine(&parts))?;
            if greatest != &sign * &dependence.constant {
                return self.values(&policy).map(Some);
            }
        }
        Some(None)
    }
}

/// Differences of points in reduced echelon form, each with its pivot.
#[derive(Debug, Default)]
struct Echelon(Vec<(usize, Vec<Rational>)>);

impl Echelon {
    fn has_pivot(&self, coordinate: usize) -> bool {
        self.0.iter().any(|(pivot, _)| *pivot == coordinate)
    }

    fn add(&mut self, point: &[Rational], origin: &[Rational]) {
        let mut row: Vec<Rational> = point.iter().zip(origin).map(|(a, b)| a - b).collect();
        for (pivot, known) in &self.0 {
            let factor = row[*pivot].clone();
            subtract(&mut row, known, &factor);
        }
        let Some(pivot) = row.iter().position(|value| !value.is_zero()) else { return };
        let lead = row[pivot].clone();
        row.iter_mut().for_each(|value| *value = &*value / &lead);
        for (_, known) in &mut self.0 {
            let factor = known[pivot].clone();
            subtract(known, &row, &factor);
        }
        self.0.push((pivot, row));
    }

    /// The dependence that holds on the sample and is solved for a coordinate without pivot.
    fn dependence(&self, solved: usize, origin: &[Rational]) -> Dependence {
        let mut coefficients = vec![Rational::ZERO; origin.len()];
        coefficients[solved] = Rational::ONE;
        // Along every difference of the sample, x_solved moves by what the pivots move times their
        // rows.
        for (pivot, row) in &self.0 {
            coefficients[*pivot] = -row[solved].clone();
        }
        let constant =
            coefficients.iter().zip(origin).fold(Rational::ZERO, |sum, (a, b)| sum + a * b);
        Dependence { solved, coefficients, constant }
    }
}

/// `row -= factor * other`.
fn subtract(row: &mut [Rational], other: &[Rational], factor: &Rational) {
    if !factor.is_zero() {
        row.iter_mut().zip(other).for_each(|(value, known)| *value -= factor * known);
    }
}
