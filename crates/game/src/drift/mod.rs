//! Drift: by how much exploitability and the leader's reward can differ between a model and the
//! truth.
//!
//! Two games with the same stages, states, actions and decisions; one policy `pi` of the followers,
//! played in both. With `d` and `m` its flow and aggregates in the model, `d'` and `m'` in the
//! truth, this module computes, exactly, numbers with
//!
//! ```text
//! |Expl'(pi) - Expl(pi)| <= kappa,      |J0'(d') - J0(d)| <= omega      for every policy pi,
//! ```
//!
//! at one decision or for all decisions at once, from stated radii of the errors or from both
//! games: statement (10) of docs/theory.md. The numbers are those of the crate `smfg-claims`, which
//! knows games as listings; names are compared here.

mod comparable;
mod radii;

pub use comparable::Incomparable;
pub use radii::{Radii, RadiiError};

use crate::exact::Rational;
use crate::game::{Game, listing};
use smfg_claims::{Error, drift};
use smfg_kernel::{Refusal, Scope};

/// How the truth may differ from the model.
#[derive(Debug, Clone, Copy)]
pub enum ModelError<'g> {
    /// By at most these radii; the initial law is the same.
    Radii(&'g Radii),
    /// The truth is this game.
    Against(&'g Game),
}

/// What a model error does to a policy of the followers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Bound of the change of its exploitability.
    pub kappa: Rational,
    /// Bound of the change of the leader's reward.
    pub omega: Rational,
}

impl Drift {
    /// The larger of both, number by number.
    #[must_use]
    pub fn or(self, other: Drift) -> Drift {
        Drift { kappa: self.kappa.max(other.kappa), omega: self.omega.max(other.omega) }
    }
}

/// Why there is no drift.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDrift {
    /// The truth is a game of another shape.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// Functions that are no polynomials.
    #[error("errors of models are bounded for games without functions such as logarithms")]
    Functions,
    /// One of the games is none to the kernel.
    #[error("the kernel refuses the game: {0}")]
    Refused(#[from] Refusal),
}

impl ModelError<'_> {
    /// The drift at the decision with these parameters.
    ///
    /// # Errors
    /// [`NoDrift`] when the truth is a game of another shape.
    pub fn at(&self, model: &Game, decision: &[Rational]) -> Result<Drift, NoDrift> {
        self.over(model, &Scope::Point(decision.to_vec()))
    }

    /// A drift that no decision exceeds: the largest of a finite list, or one bound for a polytope.
    ///
    /// # Errors
    /// [`NoDrift`] when the truth is a game of another shape.
    pub fn everywhere(&self, model: &Game) -> Result<Drift, NoDrift> {
        self.over(model, &Scope::All)
    }

    fn over(&self, model: &Game, scope: &Scope) -> Result<Drift, NoDrift> {
        let found = self.shown(model, scope)?;
        Ok(Drift { kappa: found.kappa().clone(), omega: found.omega().clone() })
    }

    /// The drift over a scope, which is one of the model, as a conclusion about both listings.
    ///
    /// # Errors
    /// [`NoDrift`] when the truth is a game of another shape, or one of them has functions.
    pub fn shown(&self, model: &Game, scope: &Scope) -> Result<smfg_claims::Drift, NoDrift> {
        let truth = if let ModelError::Against(truth) = self { truth } else { model };
        if !model.functions.is_empty() || !truth.functions.is_empty() {
            return Err(NoDrift::Functions);
        }
        let listed = listing(model)?;
        let found = match self {
            ModelError::Radii(radii) => {
                let radii = smfg_claims::Radii {
                    reward: radii.reward.clone(),
                    transition: radii.transition.clone(),
                    leader: radii.leader.clone(),
                };
                drift(&listed, Error::Radii(&radii), scope)
            }
            ModelError::Against(truth) => {
                comparable::comparable(model, truth)?;
                drift(&listed, Error::Against(&listing(truth)?), scope)
            }
        };
        Ok(found.map_err(|_| Refusal::Step("the games differ in shape".to_string()))?)
    }
}
