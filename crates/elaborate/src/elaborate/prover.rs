//! Proofs about one decision of a game, or one place of its decision set.

use super::log::{Recorded, Sink};
use crate::certificate::{Claim, Selection};
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use smfg_kernel::{Claimed, Listing, Place, Polynomial, Refusal, Statement};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Where proofs are written, if anywhere, and how many were begun.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    pub(crate) sink: Option<Sink>,
    begun: Rc<Cell<u32>>,
}

impl Journal {
    pub(crate) fn new(sink: Option<Sink>) -> Self {
        Journal { sink, begun: Rc::default() }
    }

    /// The name of the proof that was begun last.
    pub(crate) fn last(&self) -> String {
        format!("t{}", self.begun.get())
    }
}

/// What the proofs of a certificate have in common.
#[derive(Clone)]
pub(crate) struct Prover {
    journal: Journal,
    listing: Arc<Listing>,
    epsilon: Rational,
    pessimistic: bool,
    place: Place,
}

impl Prover {
    pub(crate) fn new(
        journal: &Journal,
        listing: &Arc<Listing>,
        claim: &Claim,
        place: Place,
    ) -> Self {
        Prover {
            journal: journal.clone(),
            listing: Arc::clone(listing),
            epsilon: claim.epsilon.clone(),
            pessimistic: claim.selection == Selection::Pessimistic,
            place,
        }
    }

    /// Proofs about the equilibria at epsilon 0.
    pub(crate) fn exact(listing: &Arc<Listing>, place: Place) -> Self {
        let (listing, epsilon) = (Arc::clone(listing), Rational::ZERO);
        Prover { journal: Journal::default(), listing, epsilon, pessimistic: true, place }
    }

    /// The game.
    pub(crate) fn listing(&self) -> &Arc<Listing> {
        &self.listing
    }

    /// The name in the log of the proof that was begun last.
    pub(crate) fn name(&self) -> String {
        self.journal.last()
    }

    /// Largest loss of an equilibrium.
    pub(crate) fn epsilon(&self) -> &Rational {
        &self.epsilon
    }

    /// `sigma`: 1 for the pessimistic selection, -1 for the optimistic one.
    pub(crate) fn sigma(&self) -> Rational {
        if self.pessimistic { Rational::ONE } else { Rational::NEG_ONE }
    }

    /// Begins a proof that no eps-equilibrium has `sigma J0 < sigma value`.
    pub(crate) fn bound(&self, value: &Rational) -> Result<Proof, Refusal> {
        self.open(Claimed::Bound(Polynomial::constant(value.clone())), None)
    }

    /// Begins a proof that no eps-equilibrium has `sigma J0 < sigma value`, a polynomial in the
    /// parameters.
    pub(crate) fn bound_by(&self, value: Polynomial) -> Result<Proof, Refusal> {
        self.open(Claimed::Bound(value), None)
    }

    /// Begins a proof that some eps-equilibrium has `sigma J0 <= sigma value`.
    pub(crate) fn reached(&self, value: &Rational) -> Result<Proof, Refusal> {
        self.open(Claimed::Reached(Polynomial::constant(value.clone())), None)
    }

    /// Begins a proof that some eps-equilibrium has `sigma J0 < sigma value`.
    pub(crate) fn below(&self, value: &Rational) -> Result<Proof, Refusal> {
        self.open(Claimed::Below(Polynomial::constant(value.clone())), None)
    }

    /// Begins a proof, about the equilibria of a pattern where one is given.
    pub(crate) fn open(
        &self,
        claimed: Claimed,
        pattern: Option<Vec<(u32, u32)>>,
    ) -> Result<Proof, Refusal> {
        let statement = Statement {
            claimed,
            pessimistic: self.pessimistic,
            epsilon: self.epsilon.clone(),
            place: self.place.clone(),
            pattern,
        };
        let begun = &self.journal.begun;
        begun.set(begun.get() + 1);
        let (name, sink) = (self.journal.last(), self.journal.sink.clone());
        Ok(Recorded::open(Arc::clone(&self.listing), &name, statement, sink)?.into())
    }
}
