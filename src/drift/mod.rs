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
//! games. Statement (10) of docs/theory.md has the derivation; the file names are its steps: how
//! far flows part (`flows`), what a frozen population makes of it (`spread`, `induction`), and the
//! sum (`bound`). No search: polynomials are enclosed by intervals, everything else is a formula.

mod bound;
mod flows;
mod induction;
mod kernel;
mod pairing;
mod radii;
mod slopes;
mod spread;

pub use pairing::Incomparable;
pub use radii::{Radii, RadiiError};

use crate::exact::Rational;
use crate::game::{DecisionSet, Game, Interval};
use pairing::Pairing;

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

impl ModelError<'_> {
    /// The drift at the decision with these parameters.
    ///
    /// # Errors
    /// [`Incomparable`] when the truth is a game of another shape.
    pub fn at(&self, model: &Game, decision: &[Rational]) -> Result<Drift, Incomparable> {
        let truth = self.truth(model)?;
        let pairing = Pairing::new(model.at(decision), truth.map(|truth| truth.at(decision)));
        Ok(bound::bound(&pairing, self.radii(), &[]))
    }

    /// A drift that no decision exceeds: the largest of a finite list, or one bound for a polytope.
    ///
    /// # Errors
    /// [`Incomparable`] when the truth is a game of another shape.
    pub fn everywhere(&self, model: &Game) -> Result<Drift, Incomparable> {
        let truth = self.truth(model)?;
        let none = Drift { kappa: Rational::ZERO, omega: Rational::ZERO };
        match &model.leader.decisions {
            DecisionSet::Finite(decisions) => decisions
                .iter()
                .try_fold(none, |all, decision| Ok(all.or(self.at(model, &decision.values)?))),
            DecisionSet::Polyhedral { polytope, .. } => {
                let parameters: Vec<Interval> =
                    polytope.lower.iter().cloned().zip(polytope.upper.iter().cloned()).collect();
                // Without values the parameters stay variables.
                let pairing = Pairing::new(model.at(&[]), truth.map(|truth| truth.at(&[])));
                Ok(bound::bound(&pairing, self.radii(), &parameters))
            }
        }
    }

    fn radii(&self) -> Option<&Radii> {
        match self {
            ModelError::Radii(radii) => Some(radii),
            ModelError::Against(_) => None,
        }
    }

    fn truth(&self, model: &Game) -> Result<Option<&Game>, Incomparable> {
        match self {
            ModelError::Radii(_) => Ok(None),
            ModelError::Against(truth) => pairing::comparable(model, truth).map(|()| Some(*truth)),
        }
    }
}
