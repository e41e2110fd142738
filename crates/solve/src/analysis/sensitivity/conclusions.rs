//! What is concluded of decisions: the numbers that answers print.

use super::outcome::{Assessment, Sensitivity};
use super::relaxed::Relaxed;
use crate::certificate::{Conclusion, Scope};
use crate::exact::Rational;

impl Assessment {
    /// What the decision guarantees in every truth.
    pub(super) fn concluded_guarantee(&self, epsilon: &Rational) -> Conclusion {
        Conclusion::Guarantee {
            scope: self.scope.clone(),
            epsilon: epsilon.clone(),
            value: self.guarantee().0,
        }
    }

    /// The ends of statement (10), where the truth is given.
    fn concluded_sandwich(&self, epsilon: &Rational) -> Option<Conclusion> {
        let (below, above) = self.ends()?;
        let (kappa, omega) = (self.drift.kappa.clone(), self.drift.omega.clone());
        Some(Conclusion::Sandwich {
            scope: self.scope.clone(),
            epsilon: epsilon.clone(),
            kappa,
            omega,
            below,
            above,
        })
    }
}

impl Sensitivity {
    /// Per decision what it guarantees and, where the truth is given, what it loses and the ends of
    /// statement (10).
    pub(super) fn concluded(&self) -> Vec<Conclusion> {
        let epsilon = &self.naive.accepted.claim.epsilon;
        let of = |assessment: &Assessment| {
            let loss = self.loss(assessment).map(|(lower, upper)| Conclusion::Loss {
                scope: assessment.scope.clone(),
                epsilon: epsilon.clone(),
                lower,
                upper,
            });
            let sandwich = assessment.concluded_sandwich(epsilon);
            std::iter::once(assessment.concluded_guarantee(epsilon))
                .chain(loss)
                .chain(sandwich)
                .collect::<Vec<_>>()
        };
        self.relaxed.decisions.iter().flat_map(of).collect()
    }
}

impl Relaxed {
    /// What each decision guarantees.
    pub(super) fn concluded_guarantees(&self, epsilon: &Rational) -> Vec<Conclusion> {
        self.decisions.iter().map(|assessment| assessment.concluded_guarantee(epsilon)).collect()
    }

    /// What each decision guarantees, and the value of the relaxed game, of each and over the
    /// decisions in question.
    pub(super) fn concluded(&self, question: &Scope, epsilon: &Rational) -> Vec<Conclusion> {
        let relaxed = |scope: &Scope, (lower, upper)| Conclusion::Relaxed {
            scope: scope.clone(),
            epsilon: epsilon.clone(),
            lower,
            upper,
        };
        let singly = self
            .decisions
            .iter()
            .map(|assessment| relaxed(&assessment.scope, assessment.guarantee()));
        let together = (*question == Scope::All).then(|| relaxed(question, self.value()));
        self.concluded_guarantees(epsilon).into_iter().chain(singly).chain(together).collect()
    }
}
