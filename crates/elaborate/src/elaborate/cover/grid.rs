//! Pieces with few decisions, which are taken one by one.

use super::facets::facets;
use super::slack::slack;
use super::{Cover, Piece};
use crate::certificate::{CoverStep, Reader, Step};
use crate::check::cover::MOST_GRID_POINTS;
use crate::check::{Fault, Rejection};
use crate::elaborate::family::number;
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::{Grid, Point};
use smfg_kernel::{Combination, Monomial, Name, Polynomial, Variable};

/// The part of a box of free parameters that is open.
struct Grids {
    /// Per free parameter its values on the grid within the piece.
    values: Vec<Vec<Rational>>,
    /// Per free parameter the last value of the grid below these.
    below: Vec<Rational>,
    /// The barycentric coordinates of the piece.
    facets: Vec<Polynomial>,
    /// The decisions in their order, the next one last.
    decisions: Vec<Point>,
}

impl Cover<'_> {
    /// Closes the region on top by a step for each of its decisions.
    pub(super) fn decisions(
        &self,
        reader: &mut Reader<'_>,
        proof: &mut Proof,
        piece: &Piece<'_>,
    ) -> Result<(), Rejection> {
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: "cover-decisions", fault };
        let grids = self.grids(piece).ok_or_else(|| fail(Fault::NotFew))?;
        let facets = if self.space.dimension() == 0 { &[] } else { grids.facets.as_slice() };
        if !facets.is_empty() {
            proof.unfold(facets).map_err(|refusal| fail(refusal.into()))?;
        }
        let mut grids = grids;
        self.along(reader, proof, &mut grids, &mut Vec::new())
    }

    fn grids(&self, piece: &Piece<'_>) -> Option<Grids> {
        let mut decisions = self.space.decisions_in(&piece.points, MOST_GRID_POINTS)?;
        decisions.reverse();
        let (mut values, mut below) = (Vec::new(), Vec::new());
        for &j in self.space.free() {
            let (origin, step) = match &self.space.grids()[j] {
                Grid::Continuous => return None,
                Grid::Integer => (Rational::ZERO, Rational::ONE),
                Grid::Step(step) => (self.space.polytope().lower[j].clone(), step.clone()),
            };
            let ends = || piece.points.iter().map(|point| &point[j]);
            let first = ((ends().min()? - &origin) / &step).ceil();
            let last = ((ends().max()? - &origin) / &step).floor();
            let mut own = Vec::new();
            let mut value = &origin + &step * Rational::from(first);
            below.push(&value - &step);
            let end = &origin + &step * Rational::from(last);
            while value <= end {
                own.push(value.clone());
                value += &step;
            }
            values.push(own);
        }
        let facets = facets(&self.space, &piece.points)?;
        Some(Grids { values, below, facets, decisions })
    }

    /// Divides the region on top by the values of the next free parameter.
    fn along(
        &self,
        reader: &mut Reader<'_>,
        proof: &mut Proof,
        grids: &mut Grids,
        fixed: &mut Vec<Rational>,
    ) -> Result<(), Rejection> {
        let place = fixed.len();
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: "cover-decisions", fault };
        let refuse = |refusal: smfg_kernel::Refusal| fail(refusal.into());
        let Some(&j) = self.space.free().get(place) else {
            return self.point(reader, proof, grids, fixed);
        };
        let own = grids.values[place].clone();
        let parameter = j as u32;
        proof.grid(parameter, grids.below[place].clone()).map_err(refuse)?;
        proof.close_empty().map_err(refuse)?;
        for value in own {
            proof.grid(parameter, value.clone()).map_err(refuse)?;
            fixed.push(value);
            self.along(reader, proof, grids, fixed)?;
            fixed.pop();
        }
        proof.close_empty().map_err(refuse)
    }

    /// Closes the region on top, a point of the grid.
    fn point(
        &self,
        reader: &mut Reader<'_>,
        proof: &mut Proof,
        grids: &mut Grids,
        fixed: &[Rational],
    ) -> Result<(), Rejection> {
        let point = self.space.point(fixed);
        if grids.decisions.last() != Some(&point) {
            let line = reader.line();
            let fail = |fault| Rejection::Step { line, rule: "cover-decisions", fault };
            return self.no_decision(proof, grids, &point).map_err(fail);
        }
        grids.decisions.pop();
        let step = reader.step()?;
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: "cover-decision", fault };
        let single = super::bernstein::Basis::new(1);
        let piece = Piece { basis: &single, points: vec![point] };
        match step {
            Some(Step::Cover(CoverStep::Decision(mix))) => {
                self.response(proof, &piece, std::slice::from_ref(&mix)).map_err(fail)
            }
            Some(Step::Cover(CoverStep::Joined)) => self.joined(reader, proof, &piece),
            _ => Err(fail(Fault::Shape)),
        }
    }

    /// Closes a point outside the piece, the polytope, or the grid of a parameter that others
    /// determine.
    fn no_decision(&self, proof: &mut Proof, grids: &Grids, point: &Point) -> Result<(), Fault> {
        for (k, facet) in grids.facets.iter().enumerate() {
            if at(facet, point) < Rational::ZERO {
                let rows = vec![(Name::Row(k as u32), number(Rational::ONE))];
                return Ok(proof.close(&Combination { rows, ..Combination::default() })?);
            }
        }
        let single = super::bernstein::Basis::new(1);
        let nothing = single.constant(Rational::NEG_ONE);
        if let Some(rows) = slack(&single, &self.space, std::slice::from_ref(point), &nothing) {
            let mut combination = Combination::default();
            rows.add_to(&mut combination);
            return Ok(proof.close(&combination)?);
        }
        self.off_grid(proof, point)
    }

    fn off_grid(&self, proof: &mut Proof, point: &Point) -> Result<(), Fault> {
        for (j, grid) in self.space.grids().iter().enumerate() {
            let (origin, step) = match grid {
                Grid::Continuous => continue,
                Grid::Integer => (Rational::ZERO, Rational::ONE),
                Grid::Step(step) => (self.space.polytope().lower[j].clone(), step.clone()),
            };
            let place = (&point[j] - &origin) / &step;
            if place.is_int() {
                continue;
            }
            let parameter = Variable::Parameter(j as u32);
            proof.grid(j as u32, origin + step * Rational::from(place.floor()))?;
            for name in [Name::Upper(parameter), Name::Lower(parameter)] {
                let rows = vec![(name, number(Rational::ONE))];
                proof.close(&Combination { rows, ..Combination::default() })?;
            }
            return Ok(());
        }
        Err(Fault::NotOutside)
    }
}

/// The value of an affine form at a point.
fn at(form: &Polynomial, point: &Point) -> Rational {
    form.terms().fold(Rational::ZERO, |sum, (monomial, value)| match Monomial::factors(monomial) {
        [(Variable::Parameter(j), 1)] => sum + value * &point[*j as usize],
        _ => sum + value,
    })
}
