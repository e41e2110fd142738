//! The coordinates of a quadratic game as the kernel knows them.
//!
//! A statistic is one of the listing's, or a declared form of several; the forms `g_k` and `f_k`
//! are declared, unless a dependence says that they are affine functions of other coordinates on
//! all flows. Then flow equations show it, and it is used with a polynomial as multiplier.

use super::least::Least;
use super::line::Line;
use crate::check::Fault;
use crate::elaborate::family::scaled;
use crate::elaborate::proof::Proof;
use crate::elaborate::statistics::{
    Named, Rows, add_rows, beyond, bound, declared, multipliers, name_statistics,
};
use crate::exact::{Rational, Scaled};
use crate::game::{self, LinearForm, Quadratic};
use smfg_kernel::{Combination, Family, Monomial, Row, Sense, Variable};
use std::sync::Arc;

/// Multiples of rows whose sum is `form'd - line(X)`, which is 0: of links and declared forms, and
/// of flow equations by minus some values.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversion {
    pub(super) rows: Rows,
    pub(super) values: Option<Arc<Vec<Scaled>>>,
    /// What is left of masses that no flow reaches, in absolute value.
    pub(super) loose: Option<LinearForm>,
}

/// The coordinates.
pub(super) struct Coordinates<'a> {
    game: &'a Quadratic,
    /// The names of the coordinates that have one.
    pub(super) names: Vec<Option<Variable>>,
    /// Each coordinate in those that are left.
    pub(super) lines: Vec<Line>,
    pub(super) conversions: Vec<Conversion>,
}

/// A linear form of the masses as the kernel takes it.
fn masses(form: &LinearForm) -> Family {
    let stages = form.stages.iter().enumerate();
    stages
        .filter(|(_, column)| !column.coefficients.is_zero())
        .map(|(t, column)| (t as u32, vec![(Monomial::one(), Arc::new(column.clone()))]))
        .collect()
}

impl<'a> Coordinates<'a> {
    /// Names the coordinates of `game`, whose statistics are the `rows` of sums of the listing's.
    pub(super) fn new(
        game: &'a Quadratic,
        rows: &[Vec<(u32, Rational)>],
        least: &Least<'_>,
        dependences: &[(Rational, Vec<Rational>)],
        proof: &mut Proof,
    ) -> Result<Self, Fault> {
        let count = game.coordinates.len();
        let mut own = Coordinates {
            game,
            names: vec![None; count],
            lines: (0..count).map(|j| Line::coordinate(count, j)).collect(),
            conversions: vec![Conversion::default(); count],
        };
        let solved = own.solve(dependences);
        let statistics = name_statistics(&game.coordinates[..game.statistics], rows, proof)?;
        for (k, Named { name, rows }) in statistics.into_iter().enumerate() {
            own.names[k] = Some(name);
            own.conversions[k].rows = rows;
        }
        for j in game.statistics..count {
            if game.coordinates[j].is_zero() {
                own.lines[j] = Line::zero(count);
            } else if !solved.contains(&j) {
                own.declare(j, proof)?;
            }
        }
        for &j in &solved {
            if j < game.statistics {
                own.pin(j, least, proof)?;
            } else {
                own.convert(j, least)?;
            }
        }
        Ok(own)
    }

    /// `sum coefficients_j X_j` in the coordinates that are left.
    pub(super) fn rewritten(&self, coefficients: &[Rational]) -> Line {
        let mut result = Line::zero(self.lines.len());
        for (line, coefficient) in self.lines.iter().zip(coefficients) {
            result.add(line, coefficient);
        }
        result
    }

    /// An affine function in the coordinates that are left.
    pub(super) fn insert(&self, line: &Line) -> Line {
        let mut result = self.rewritten(&line.coefficients);
        result.constant += &line.constant;
        result
    }

    /// A polynomial of degree two in the coordinates that are left.
    pub(super) fn insert_polynomial(
        &self,
        polynomial: &game::Polynomial,
    ) -> Result<game::Polynomial, Fault> {
        let mut result = game::Polynomial::zero();
        for (monomial, coefficient) in polynomial.terms() {
            let mut product = game::Polynomial::constant(coefficient.clone());
            for &(variable, exponent) in monomial.factors() {
                let game::Variable::Aggregate(j) = variable else { return Err(Fault::Shape) };
                let line = self.lines[j as usize].game_polynomial();
                for _ in 0..exponent {
                    product = product.times(&line).map_err(|_| Fault::Shape)?;
                }
            }
            result = result.plus(&product, &Rational::ONE);
        }
        Ok(result)
    }

    /// Solves each dependence for its last coordinate; the coordinates that were solved for.
    fn solve(&mut self, dependences: &[(Rational, Vec<Rational>)]) -> Vec<usize> {
        let count = self.lines.len();
        let mut solved: Vec<usize> = Vec::new();
        for (constant, coefficients) in dependences {
            let mut equation = Line::zero(count);
            equation.constant -= constant;
            for (line, coefficient) in self.lines.iter().zip(coefficients) {
                equation.add(line, coefficient);
            }
            let Some((j, lead)) = equation.terms().last() else { continue };
            let factor = Rational::NEG_ONE / lead;
            let mut line = Line::coordinate(count, j);
            line.add(&equation, &factor);
            for own in &mut self.lines {
                let coefficient = std::mem::replace(&mut own.coefficients[j], Rational::ZERO);
                own.add(&line, &coefficient);
            }
            solved.push(j);
        }
        solved
    }

    /// Declares a form of the masses.
    fn declare(&mut self, j: usize, proof: &mut Proof) -> Result<(), Fault> {
        let form = &self.game.coordinates[j];
        let (name, row) = declared(proof.declare_masses(masses(form))?)?;
        let named = Named { name, rows: Rows::from([(row, Rational::ONE)]) };
        bound(&named, form, proof)?;
        self.names[j] = Some(name);
        self.conversions[j].rows = named.rows;
        Ok(())
    }

    /// A form that is an affine function of other coordinates on all flows.
    fn convert(&mut self, j: usize, least: &Least<'_>) -> Result<(), Fault> {
        let mut parts = vec![(Rational::ONE, &self.game.coordinates[j])];
        let mut rows = Rows::new();
        for (l, coefficient) in self.lines[j].terms() {
            parts.push((-coefficient.clone(), &self.game.coordinates[l]));
            add_rows(&mut rows, &self.conversions[l].rows, coefficient);
        }
        let rest = self.game.combine(&parts);
        let conversion = &mut self.conversions[j];
        conversion.rows = rows;
        if !rest.is_zero() {
            let (values, loose) = least.constant(&rest).ok_or(Fault::Shape)?;
            conversion.values = Some(Arc::new(values));
            conversion.loose = loose;
        }
        Ok(())
    }

    /// A statistic that is an affine function of others on all flows: what the function leaves of it
    /// is a form with one value, and takes its place.
    fn pin(&mut self, j: usize, least: &Least<'_>, proof: &mut Proof) -> Result<(), Fault> {
        let Some(name) = self.names[j] else { return Err(Fault::Shape) };
        let mut rest = Line::coordinate(self.lines.len(), j);
        rest.add(&self.lines[j], &Rational::NEG_ONE);
        let constant = -std::mem::replace(&mut rest.constant, Rational::ZERO);
        let own = proof.declare(Row::of(Sense::Equal, rest.polynomial(&self.names)))?;
        let (value, form) = declared(own)?;
        for sign in [Rational::ONE, Rational::NEG_ONE] {
            let mut rows = Rows::from([(form, -&sign)]);
            let mut parts = Vec::new();
            for (l, coefficient) in rest.terms() {
                parts.push((coefficient * &sign, &self.game.coordinates[l]));
                add_rows(&mut rows, &self.conversions[l].rows, &-(coefficient * &sign));
            }
            let flow = flow(&least.values(&parts, true)?);
            let combination =
                Combination { rows: multipliers(rows), flow, ..Combination::default() };
            proof.derive(beyond(value, &sign, &constant), &combination)?;
        }
        Ok(proof.substitute(name, form)?)
    }
}

/// Flow equations times minus some values.
pub(super) fn flow(values: &[Scaled]) -> Family {
    crate::elaborate::family::constants(values.iter().map(|row| scaled(row, &Rational::NEG_ONE)))
}
