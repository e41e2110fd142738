//! Conclusions about a model and a truth: what is guaranteed, what is lost.

use super::facts::{Decision, Facts, decision_of, one_decision};
use super::unfounded::Unfounded;
use super::{Hashed, within};
use crate::certificate::{Conclusion, DriftBound, Scope, Selection, StatedError};
use crate::check::bundle::AcceptedBundle;
use crate::exact::Rational;

/// Lower and upper bound, as far as they are shown.
type Shown = (Option<Rational>, Option<Rational>);

/// The drifts of one error, and what is known of both games.
pub(super) struct Drifted<'a> {
    model: &'a Facts<'a>,
    truth: Option<Facts<'a>>,
    /// Bounds of the drift with the decisions that they cover.
    bounds: Vec<(Decision, &'a DriftBound)>,
}

impl<'a> Drifted<'a> {
    /// `other` is the second game, which is the truth when the error names its hash.
    pub(super) fn new(
        model: &'a Facts<'a>,
        other: Option<Hashed<'a>>,
        accepted: &'a AcceptedBundle,
        error: &StatedError,
    ) -> Self {
        let truth = match error {
            StatedError::Against(hash) => other.filter(|other| hash == other.1),
            StatedError::Radii(_) => None,
        };
        let stated = accepted
            .drifts
            .iter()
            .filter(|drift| drift.game_hash == model.hash && drift.error == *error)
            .flat_map(|drift| &drift.bounds);
        let place = |bound: &'a DriftBound| {
            decision_of(model.game, &bound.scope).ok().map(|decision| (decision, bound))
        };
        Drifted {
            model,
            truth: truth.map(|truth| Facts::new(&accepted.certificates, truth, None)),
            bounds: stated.filter_map(place).collect(),
        }
    }

    /// Whether a conclusion about the drift follows.
    pub(super) fn follows(&self, conclusion: &Conclusion) -> Result<(), Unfounded> {
        match conclusion {
            Conclusion::Guarantee { scope, epsilon, value } => {
                let shown = self.guaranteed(&one_decision(self.model.game, scope)?, epsilon)?;
                if shown.as_ref().is_none_or(|shown| shown < value) {
                    return Err(Unfounded::Lower { claimed: value.clone(), shown });
                }
                Ok(())
            }
            Conclusion::Relaxed { scope, epsilon, lower, upper } => {
                within((lower, upper), self.relaxed(scope, epsilon)?)
            }
            Conclusion::Loss { scope, epsilon, lower, upper } => {
                within((lower, upper), self.loss(scope, epsilon)?)
            }
            Conclusion::Sandwich { scope, epsilon, kappa, omega, below, above } => {
                let decision = one_decision(self.model.game, scope)?;
                if !self
                    .covering(&decision)?
                    .any(|bound| bound.kappa <= *kappa && bound.omega <= *omega)
                {
                    return Err(Unfounded::LargerDrift {
                        kappa: kappa.clone(),
                        omega: omega.clone(),
                    });
                }
                let truth = self.truth.as_ref().ok_or(Unfounded::NoTruth)?;
                let worst = |epsilon: &Rational| {
                    truth.bounds(Some(&decision), Selection::Pessimistic, epsilon, None)
                };
                let shifted = |(lower, upper): Shown, by: &Rational| {
                    (lower.map(|lower| lower + by), upper.map(|upper| upper + by))
                };
                within(
                    (&below.0, &below.1),
                    shifted(worst(&(epsilon + kappa + kappa)), &-omega.clone()),
                )?;
                within((&above.0, &above.1), shifted(worst(epsilon), omega))
            }
            Conclusion::Optimum { .. } | Conclusion::Price { .. } => Err(Unfounded::WithError),
        }
    }

    /// The bounds of the drift that count for a decision, at least one.
    fn covering<'s>(
        &'s self,
        decision: &'s [Rational],
    ) -> Result<impl Iterator<Item = &'a DriftBound> + 's, Unfounded> {
        let covers = move |own: &Decision| own.as_deref().is_none_or(|own| own == decision);
        if !self.bounds.iter().any(|(own, _)| covers(own)) {
            return Err(Unfounded::NoDrift { all: false });
        }
        Ok(self.bounds.iter().filter(move |(own, _)| covers(own)).map(|(_, bound)| *bound))
    }

    /// The model's worst case at `epsilon + kappa`, less omega, over the decisions given.
    fn worst(
        &self,
        decision: Option<&[Rational]>,
        epsilon: &Rational,
        bound: &DriftBound,
    ) -> Shown {
        let (lower, upper) =
            self.model.bounds(decision, Selection::Pessimistic, &(epsilon + &bound.kappa), None);
        (lower.map(|lower| lower - &bound.omega), upper.map(|upper| upper - &bound.omega))
    }

    /// The best of `V_{epsilon + kappa} - omega` that is shown for one decision.
    fn guaranteed(
        &self,
        decision: &[Rational],
        epsilon: &Rational,
    ) -> Result<Option<Rational>, Unfounded> {
        Ok(self
            .covering(decision)?
            .filter_map(|bound| self.worst(Some(decision), epsilon, bound).0)
            .max())
    }

    /// Bounds of the largest `V_{epsilon + kappa} - omega` over decisions and the bounds of the
    /// drift that cover them.
    fn relaxed(&self, scope: &Scope, epsilon: &Rational) -> Result<Shown, Unfounded> {
        if let Some(decision) = decision_of(self.model.game, scope)? {
            let lower = self.guaranteed(&decision, epsilon)?;
            let uppers: Option<Vec<Rational>> = self
                .covering(&decision)?
                .map(|bound| self.worst(Some(&decision), epsilon, bound).1)
                .collect();
            return Ok((lower, uppers.and_then(|uppers| uppers.into_iter().max())));
        }
        let listed: Vec<&[Rational]> = self
            .model
            .game
            .finite_decisions()
            .unwrap_or_default()
            .iter()
            .map(|decision| decision.values.as_slice())
            .collect();
        let everywhere = self.bounds.iter().any(|(own, _)| own.is_none());
        if !everywhere
            && (listed.is_empty() || listed.iter().any(|decision| self.covering(decision).is_err()))
        {
            return Err(Unfounded::NoDrift { all: true });
        }
        let (mut lower, mut upper): (Option<Rational>, Option<Rational>) = (None, None);
        for (own, bound) in &self.bounds {
            let worst = |decision: Option<&[Rational]>| self.worst(decision, epsilon, bound);
            let ((least, most), over_all) = (worst(own.as_deref()), worst(None).1);
            // Where the bound counts for every decision, the largest value is at least that of any,
            // and at most the greatest in the list.
            let (singly, in_list) = match own {
                Some(_) => (None, None),
                None => {
                    let in_list = listed
                        .iter()
                        .map(|decision| worst(Some(decision)).1)
                        .collect::<Option<Vec<_>>>();
                    (
                        self.model.decisions().filter_map(|decision| worst(Some(decision)).0).max(),
                        in_list.and_then(|all| all.into_iter().max()),
                    )
                }
            };
            lower = lower.max(least).max(singly);
            let Some(most) = [most, over_all, in_list].into_iter().flatten().min() else {
                return Ok((lower, None));
            };
            upper = upper.max(Some(most));
        }
        Ok((lower, upper))
    }

    /// Bounds of what a decision loses in the truth; nothing loses less than 0.
    fn loss(&self, scope: &Scope, epsilon: &Rational) -> Result<Shown, Unfounded> {
        let decision = one_decision(self.model.game, scope)?;
        self.covering(&decision).map(drop)?;
        let truth = self.truth.as_ref().ok_or(Unfounded::NoTruth)?;
        let all = decision_of(truth.game, &Scope::All)?;
        let best = truth.bounds(all.as_deref(), Selection::Pessimistic, epsilon, None);
        let own = truth.bounds(Some(&decision), Selection::Pessimistic, epsilon, None);
        let least = best
            .0
            .zip(own.1)
            .map_or(Rational::ZERO, |(best, own)| (best - own).max(Rational::ZERO));
        Ok((Some(least), best.1.zip(own.0).map(|(best, own)| best - own)))
    }
}
