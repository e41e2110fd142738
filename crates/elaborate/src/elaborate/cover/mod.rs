//! Covers of a polytope of decisions (docs/certificate.md, (V)).

mod bernstein;
mod facets;
mod grid;
mod joined;
mod missed;
mod population;
mod range;
mod response;
mod slack;

use super::prover::{Journal, Prover};
use crate::certificate::{Claim, CoverStep, Reader, Selection, Step};
use crate::check::cover::{MOST_DIMENSIONS, box_ends, cut};
use crate::check::{Fault, Rejection};
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Relation};
use crate::game::{Game, Point, Side, Space};
use bernstein::Basis;
use population::Policies;
use smfg_kernel::{Combination, Listing, Name, Place, Polynomial, Theorem, Variable};
use std::sync::Arc;

/// What all pieces share.
pub(super) struct Cover<'a> {
    game: &'a Game,
    claim: &'a Claim,
    space: Space<'a>,
    policies: Policies<'a>,
}

/// A simplex of decisions.
struct Piece<'a> {
    basis: &'a Basis,
    points: Vec<Point>,
}

/// Elaborates a cover that has just been opened, to its last piece: at all decisions some
/// equilibrium gives the leader no more than the claim's upper bound, or all do. With `strictly` also
/// that some equilibrium gives her less, where the pieces show it.
pub(super) fn elaborate(
    reader: &mut Reader<'_>,
    game: &Game,
    (journal, listing): (&Journal, &Arc<Listing>),
    claim: &Claim,
    strictly: bool,
) -> Result<Vec<(Theorem, String)>, Rejection> {
    let opening = reader.line();
    let at_opening = |fault| Rejection::Step { line: opening, rule: "cover", fault };
    let space = game.leader.space().ok_or_else(|| at_opening(Fault::Shape))?;
    let prover = Prover::new(journal, listing, claim, Place::All);
    let mut proof = match claim.selection {
        Selection::Pessimistic => prover.reached(&claim.upper),
        Selection::Optimistic => prover.bound(&claim.upper),
    }
    .map_err(|refusal| at_opening(refusal.into()))?;
    let name = journal.last();
    replace_determined(&mut proof, &space);
    let mut strict = match strictly && claim.selection == Selection::Pessimistic {
        true => Some(prover.below(&claim.upper).map_err(|refusal| at_opening(refusal.into()))?),
        false => None,
    };
    let strict_name = journal.last();
    if let Some(strict) = &mut strict {
        replace_determined(strict, &space);
    }
    let mut boxes = vec![Some(space.polytope().clone())];
    let grids = space.grids();
    let mut cover = Cover { game, claim, space, policies: Policies::new(game) };
    while let Some(ends) = boxes.pop() {
        let Some(ends) = ends else {
            proof.close_empty().map_err(|refusal| at_opening(refusal.into()))?;
            strict = kept(strict, |proof| proof.close_empty().is_ok());
            continue;
        };
        let part = Space::new(&ends, grids);
        let step = cover.step(reader, boxes.len() + 1)?;
        let line = reader.line();
        let rule = step.rule();
        let fail = |fault| Rejection::Step { line, rule, fault };
        match step {
            CoverStep::Split(parameter, at) => {
                let [below, above] =
                    part.beside(parameter, &at).ok_or_else(|| fail(Fault::Shape))?;
                let divided = proof.grid(parameter as u32, at.clone());
                divided.map_err(|refusal| fail(refusal.into()))?;
                strict = kept(strict, |proof| proof.grid(parameter as u32, at).is_ok());
                boxes.push(above);
                boxes.push(below);
            }
            CoverStep::Empty => {
                let side = cover.space.broken_on(&ends).ok_or_else(|| fail(Fault::NotOutside))?;
                cover.empty(&mut proof, side).map_err(fail)?;
                strict = kept(strict, |proof| cover.empty(proof, side).is_ok());
            }
            CoverStep::Range if part.dimension() > MOST_DIMENSIONS => {
                let points = box_ends(&ends).to_vec();
                let piece = Piece { basis: &Basis::new(1), points };
                cover.close(&mut proof, &piece, &step).map_err(fail)?;
                strict = None;
            }
            first => {
                strict = cover.pieces(reader, (&part, first), &mut proof, strict)?;
            }
        }
    }
    let mut shown = vec![(proof.finish().map_err(|refusal| at_opening(refusal.into()))?, name)];
    shown.extend(strict.and_then(|proof| Some((proof.finish().ok()?, strict_name))));
    Ok(shown)
}

/// A proof, if it takes a step.
fn kept(proof: Option<Proof>, step: impl FnOnce(&mut Proof) -> bool) -> Option<Proof> {
    let mut proof = proof?;
    step(&mut proof).then_some(proof)
}

/// Replaces the parameters that equations determine.
pub(super) fn replace_determined(proof: &mut Proof, space: &Space<'_>) {
    let polytope = space.polytope();
    for (k, constraint) in polytope.constraints.iter().enumerate() {
        if constraint.relation != Relation::Equal {
            continue;
        }
        // The last parameter that is not free and is not determined yet; the kernel refuses others.
        let _ = (0..polytope.dimension())
            .rev()
            .filter(|j| !space.free().contains(j) && polytope.lower[*j] != polytope.upper[*j])
            .find(|&j| {
                let name = Variable::Parameter(j as u32);
                proof.substitute(name, Name::Constraint(k as u32)).is_ok()
            });
    }
}

impl Cover<'_> {
    /// The next step that is about a box or a piece, `open` of which are left; takes in the
    /// policies before it.
    fn step(&mut self, reader: &mut Reader<'_>, open: usize) -> Result<CoverStep, Rejection> {
        loop {
            let step = reader.step()?;
            let fail = |rule, fault| Rejection::Step { line: reader.line(), rule, fault };
            match step {
                Some(Step::Cover(CoverStep::Policy(policy))) => {
                    let known = self.policies.push(&policy);
                    known.ok_or_else(|| fail("cover-policy", Fault::NotAPolicy))?;
                }
                Some(Step::Cover(step)) => return Ok(step),
                _ => return Err(fail("cover", Fault::OpenTree { open })),
            }
        }
    }

    /// Closes the region on top, a box that is not divided any more, piece by piece; `first` is the
    /// step of the first one. What `strict` shows is left as long as it takes the steps.
    fn pieces(
        &mut self,
        reader: &mut Reader<'_>,
        (part, first): (&Space<'_>, CoverStep),
        proof: &mut Proof,
        mut strict: Option<Proof>,
    ) -> Result<Option<Proof>, Rejection> {
        let basis = Basis::new(part.dimension() + 1);
        if part.dimension() > 0 {
            let (line, rule) = (reader.line(), first.rule());
            let fail = |fault| Rejection::Step { line, rule, fault };
            proof.simplices().map_err(|refusal| fail(refusal.into()))?;
            strict = kept(strict, |proof| proof.simplices().is_ok());
        }
        let mut open: Vec<Vec<Point>> = part.simplices().collect();
        open.reverse();
        let mut first = Some(first);
        while let Some(points) = open.pop() {
            let step = match first.take() {
                Some(step) => step,
                None => self.step(reader, open.len() + 1)?,
            };
            let line = reader.line();
            let rule = step.rule();
            let fail = |fault| Rejection::Step { line, rule, fault };
            if let CoverStep::Cut(i, j, share) = &step {
                let (with_first, with_second) =
                    cut(&points, *i, *j, share).ok_or_else(|| fail(Fault::Shape))?;
                let [i, j] = [*i as u32, *j as u32];
                proof.cut(i, j, share.clone()).map_err(|r| fail(r.into()))?;
                strict = kept(strict, |proof| proof.cut(i, j, share.clone()).is_ok());
                open.push(with_first);
                open.push(with_second);
                continue;
            }
            let piece = Piece { basis: &basis, points };
            // What is not shown strictly is shown all the same.
            strict = kept(strict, |proof| self.missed(proof, &piece, &step).is_ok());
            match &step {
                CoverStep::Decisions => self.decisions(reader, proof, &piece)?,
                CoverStep::Joined => self.joined(reader, proof, &piece)?,
                _ => self.close(proof, &piece, &step).map_err(fail)?,
            }
        }
        Ok(strict)
    }

    /// Closes the region on top, a box on which a side of the decision set fails.
    fn empty(&self, proof: &mut Proof, side: Side) -> Result<(), Fault> {
        let name = match side {
            Side::Lower(j) => Name::Lower(Variable::Parameter(j as u32)),
            Side::Upper(j) => Name::Upper(Variable::Parameter(j as u32)),
            Side::Constraint(k) => Name::Constraint(k as u32),
        };
        let rows = vec![(name, Polynomial::constant(Rational::ONE))];
        Ok(proof.close(&Combination { rows, ..Combination::default() })?)
    }

    /// Closes the region on top.
    fn close(&self, proof: &mut Proof, piece: &Piece<'_>, step: &CoverStep) -> Result<(), Fault> {
        match step {
            CoverStep::Outside => self.outside(proof, piece),
            CoverStep::Response(rule) | CoverStep::Below(rule, _) => {
                match self.response(proof, piece, rule) {
                    // Without decisions a response may be anything.
                    Err(fault) => self.outside(proof, piece).map_err(|_| fault),
                    shown => shown,
                }
            }
            CoverStep::Multiplier(multiplier, rule) => {
                self.all_equilibria(proof)?;
                self.multiplier(proof, piece, multiplier, rule)
            }
            CoverStep::Range => {
                self.all_equilibria(proof)?;
                self.range(proof, piece)
            }
            other => Err(Fault::NotElaborated(other.rule())),
        }
    }

    /// From decisions to all their equilibria above the bound: some equilibrium exists.
    fn all_equilibria(&self, proof: &mut Proof) -> Result<(), Fault> {
        if self.claim.selection == Selection::Pessimistic {
            proof.exists()?;
        }
        Ok(())
    }

    /// Closes the region on top, which has no decision.
    fn outside(&self, proof: &mut Proof, piece: &Piece<'_>) -> Result<(), Fault> {
        let nothing = piece.basis.constant(Rational::NEG_ONE);
        let rows = slack::slack(piece.basis, &self.space, &piece.points, &nothing);
        let mut combination = Combination::default();
        rows.ok_or(Fault::NotOutside)?.add_to(&mut combination);
        Ok(proof.close(&combination)?)
    }
}
