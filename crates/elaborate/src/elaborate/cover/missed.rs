//! Covers that show that no decision reaches a bound (docs/certificate.md, (N)): every piece has an
//! equilibrium below it.
//!
//! Where a first response gives the leader the bound at some vertices, the piece is divided by
//! `s = ` the sum of the barycentric coordinates of the others. At `s > 0` the first response is
//! below, by a multiple of `s`; at `s = 0` a second one is, whatever it is elsewhere.

use super::bernstein::Form;
use super::population::Data;
use super::slack::{Slack, slack};
use super::{Cover, Piece};
use crate::certificate::{CoverStep, Mix};
use crate::check::Fault;
use crate::elaborate::proof::Proof;
use crate::exact::{Natural, Rational, ratio};
use smfg_kernel::{Monomial, Polynomial, Row, Sense, Variable};

/// Largest multiplier of `-s >= 0` that is tried, as a power of 2.
const LARGEST_BITS: usize = 40;

impl Cover<'_> {
    /// Closes the region on top, of decisions that are to have an equilibrium below the bound.
    pub(super) fn missed(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        step: &CoverStep,
    ) -> Result<(), Fault> {
        match step {
            CoverStep::Outside => self.outside(proof, piece),
            CoverStep::Response(rule) => match self.well_below(proof, piece, rule) {
                Err(fault) => self.outside(proof, piece).map_err(|_| fault),
                shown => shown,
            },
            CoverStep::Below(first, second) => self.below(proof, piece, first, second),
            other => Err(Fault::NotElaborated(other.rule())),
        }
    }

    /// One response that is below the bound everywhere: by half of what it is at the vertices.
    fn well_below(&self, proof: &mut Proof, piece: &Piece<'_>, rule: &[Mix]) -> Result<(), Fault> {
        let shown = |rest: &Form| self.shown(piece, rest);
        let below = |rest: &Form| {
            let least = self.corners(piece, rest)?.into_iter().min()?;
            let margin = piece.basis.constant(least * ratio(1, 2));
            if margin.at[0] <= Rational::ZERO {
                return None;
            }
            self.shown(piece, &piece.basis.plus(rest, &Rational::NEG_ONE, &margin)?)
        };
        self.respond(proof, piece, rule, (&shown, &below))
    }

    fn shown(&self, piece: &Piece<'_>, rest: &Form) -> Option<(Slack, Rational)> {
        Some((slack(piece.basis, &self.space, &piece.points, rest)?, Rational::ZERO))
    }

    /// The values of a form at the vertices.
    fn corners(&self, piece: &Piece<'_>, form: &Form) -> Option<Vec<Rational>> {
        let level = piece.basis.level(form.degree)?;
        let corner = |vertex: usize| {
            let own = |powers: &Vec<u32>| powers[vertex] as usize == form.degree;
            level.powers.iter().position(own).map(|index| form.at[index].clone())
        };
        (0..piece.points.len()).map(corner).collect()
    }

    fn below(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        first: &[Mix],
        second: &[Mix],
    ) -> Result<(), Fault> {
        let (basis, points) = (piece.basis, piece.points.as_slice());
        let population = self.policies.population(basis, points, first).ok_or(Fault::Shape)?;
        let data = Data::new(self.game, basis, points).at(&population);
        let left = self.left(&data, &population).ok_or(Fault::Shape)?;
        let gaps = self.corners(piece, &left).ok_or(Fault::Shape)?;
        let away: Vec<usize> = (0..gaps.len()).filter(|&v| !gaps[v].is_zero()).collect();
        if away.len() == gaps.len() {
            return self.well_below(proof, piece, first);
        }
        if away.is_empty() {
            return self.well_below(proof, piece, second);
        }
        let mut row = Polynomial::zero();
        for &vertex in &away {
            let name = Monomial::new(vec![(Variable::Share(vertex as u32), 1)]);
            row.add_term(name, Rational::NEG_ONE);
        }
        proof.divide(&Row::of(Sense::AtLeast, row))?;
        let is_away = |v: usize| if away.contains(&v) { Rational::ONE } else { Rational::ZERO };
        let others = basis.affine((0..gaps.len()).map(is_away).collect());
        // At s > 0.
        let shown = |rest: &Form| self.shown(piece, rest);
        let least = away.iter().map(|&v| gaps[v].clone()).min().unwrap_or_default();
        let by_others = |rest: &Form| {
            let less = basis.plus(rest, &-&least, &others)?;
            Some((self.shown(piece, &less)?.0, least.clone()))
        };
        self.respond(proof, piece, first, (&shown, &by_others))?;
        // At s = 0.
        let on_face = |rest: &Form| {
            let factor = |bits: usize| Rational::from(Natural::ONE << bits);
            let tried = std::iter::once(Rational::ZERO).chain((0..LARGEST_BITS).map(factor));
            let mut found = tried.filter_map(|factor| {
                let more = basis.plus(rest, &factor, &others)?;
                Some((self.shown(piece, &more)?.0, factor))
            });
            found.next()
        };
        let below = |rest: &Form| {
            let corners = self.corners(piece, rest)?;
            let own = (0..corners.len()).filter(|v| !away.contains(v));
            let least = own.map(|v| corners[v].clone()).min()?;
            let margin = basis.constant(least * ratio(1, 2));
            if margin.at[0] <= Rational::ZERO {
                return None;
            }
            on_face(&basis.plus(rest, &Rational::NEG_ONE, &margin)?)
        };
        let mut own = second.iter();
        let fill = second.first().ok_or(Fault::Shape)?;
        let rule: Vec<Mix> = (0..gaps.len())
            .map(|v| if away.contains(&v) { Some(fill) } else { own.next() })
            .map(|mix| mix.cloned().ok_or(Fault::Shape))
            .collect::<Result<_, Fault>>()?;
        self.respond(proof, piece, &rule, (&on_face, &below))
    }
}
