//! Pieces that are closed by bounds of the game joined with its leader.

use super::facets::facets;
use super::{Cover, Piece};
use crate::certificate::{Claim, CoverStep, Reader, Selection, Step};
use crate::check::{Fault, Rejection};
use crate::elaborate::joined::View;
use crate::elaborate::proof::Proof;
use crate::elaborate::prover::{Journal, Prover};
use crate::elaborate::{Site, listing};
use crate::exact::Rational;
use smfg_kernel::{Place, Polynomial};
use std::sync::Arc;

impl Cover<'_> {
    /// Closes the region on top by the steps of a joined game, up to their end.
    pub(super) fn joined(
        &self,
        reader: &mut Reader<'_>,
        proof: &mut Proof,
        piece: &Piece<'_>,
    ) -> Result<(), Rejection> {
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: "cover-joined", fault };
        let joined = self
            .game
            .joined(&piece.points)
            .map_err(|error| fail(Fault::Joined(error.to_string())))?;
        let site = self.site(&joined).map_err(fail)?;
        self.all_equilibria(proof).map_err(fail)?;
        let outer = reader.reshape((joined.stages.len(), joined.states.len()));
        let step = reader.step()?;
        let own = reader.line();
        match &step {
            Some(Step::RangeBound { .. }) => {
                let wrong = |fault| Rejection::Step { line: own, rule: "range-bound", fault };
                self.range(proof, piece).map_err(wrong)?;
            }
            Some(step) => {
                let view = self.unfolded(proof, piece, &joined).map_err(fail)?;
                proof.see(Some(view));
                site.bound_in(reader, proof, step)?;
                proof.see(None);
            }
            None => return Err(fail(Fault::Joined("no bound is shown".into()))),
        }
        let end = reader.step()?;
        reader.reshape(outer);
        match end {
            Some(Step::Cover(CoverStep::End)) => Ok(()),
            _ => Err(fail(Fault::Joined("steps are left".into()))),
        }
    }

    /// The joined game as a decision that steps are about.
    fn site(&self, joined: &crate::game::Game) -> Result<Site, Fault> {
        let listing = Arc::new(listing(joined)?);
        let best = Claim { selection: Selection::Optimistic, ..self.claim.clone() };
        let prover = Prover::new(&Journal::default(), &listing, &best, Place::Decision(0));
        Ok(Site { instance: joined.at(&[]), prover })
    }

    /// The view of the joined game, after the simplex has been unfolded.
    fn unfolded(
        &self,
        proof: &mut Proof,
        piece: &Piece<'_>,
        joined: &crate::game::Game,
    ) -> Result<View, Fault> {
        let points = &piece.points;
        let first = proof.counts().0;
        let (shares, rows) = match points.len() {
            1 => (vec![Polynomial::constant(Rational::ONE)], None),
            _ => {
                let facets = facets(&self.space, points).ok_or(Fault::Shape)?;
                proof.unfold(&facets)?;
                (facets, Some(first as u32))
            }
        };
        let count = proof.counts().0;
        View::new(self.game, joined, points, shares, rows, count).ok_or(Fault::Shape)
    }
}
