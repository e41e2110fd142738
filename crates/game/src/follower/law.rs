//! Rows of a policy as whole numbers over one denominator.

use super::FollowerError;
use crate::exact::{Integer, Natural, Rational, least_common_multiple};
use crate::game::StagePolicy;
use dashu_base::Gcd;

/// What a follower does in one state: probabilities `numerator / denominator` of some actions, not
/// negative and summing to 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    actions: Vec<u32>,
    numerators: Vec<Integer>,
    denominator: Natural,
}

impl Law {
    /// One action for sure.
    #[must_use]
    pub fn certain(action: u32) -> Self {
        Law { actions: vec![action], numerators: vec![Integer::ONE], denominator: Natural::ONE }
    }

    /// Probabilities proportional to `weights`. `None` when one is negative or none is positive.
    #[must_use]
    pub fn proportional(actions: Vec<u32>, mut weights: Vec<Integer>) -> Option<Self> {
        let sum = weights.iter().fold(Integer::ZERO, |sum, weight| sum + weight);
        if sum.is_zero()
            || actions.len() != weights.len()
            || weights.iter().any(|weight| *weight < Integer::ZERO)
        {
            return None;
        }
        let mut denominator = sum.into_parts().1;
        // After two weights it mostly is 1 already.
        let mut common = denominator.clone();
        for weight in weights.iter().filter(|weight| !weight.is_zero()) {
            if common.is_one() {
                break;
            }
            common = common.gcd(weight.clone().into_parts().1);
        }
        if !common.is_one() {
            denominator /= &common;
            for weight in &mut weights {
                *weight = &*weight / &common;
            }
        }
        Some(Law { actions, numerators: weights, denominator })
    }

    /// `None` when a probability is negative or they do not sum to 1.
    #[must_use]
    pub fn of(row: &[(u32, Rational)]) -> Option<Self> {
        let denominator = row
            .iter()
            .fold(Natural::ONE, |common, (_, p)| least_common_multiple(&common, p.denominator()));
        let numerators: Vec<Integer> =
            row.iter().map(|(_, p)| p.numerator() * (&denominator / p.denominator())).collect();
        let sum = numerators.iter().fold(Integer::ZERO, |sum, numerator| sum + numerator);
        let is_law = sum == Integer::from(denominator.clone())
            && numerators.iter().all(|numerator| *numerator >= Integer::ZERO);
        is_law.then(|| Law {
            actions: row.iter().map(|(action, _)| *action).collect(),
            numerators,
            denominator,
        })
    }

    /// Actions, in the order of [`Law::numerators`].
    #[must_use]
    pub fn actions(&self) -> &[u32] {
        &self.actions
    }

    /// Probabilities times [`Law::denominator`].
    #[must_use]
    pub fn numerators(&self) -> &[Integer] {
        &self.numerators
    }

    /// A common denominator of the probabilities.
    #[must_use]
    pub fn denominator(&self) -> &Natural {
        &self.denominator
    }

    /// Actions with their probabilities.
    #[must_use]
    pub fn row(&self) -> Vec<(u32, Rational)> {
        let probability =
            |numerator: &Integer| Rational::from_parts(numerator.clone(), self.denominator.clone());
        self.actions.iter().copied().zip(self.numerators.iter().map(probability)).collect()
    }
}

/// The rows of a policy, `[stage][state]`.
///
/// # Errors
/// [`FollowerError::NotALaw`] where probabilities are negative or do not sum to 1.
pub fn laws(policy: &[StagePolicy]) -> Result<Vec<Vec<Law>>, FollowerError> {
    let of_stage = |(stage, play): (usize, &StagePolicy)| match play {
        StagePolicy::Pure(actions) => {
            Ok(actions.iter().map(|&action| Law::certain(action)).collect())
        }
        StagePolicy::Mixed(rows) => {
            let law = |(state, row): (usize, &Vec<(u32, Rational)>)| {
                Law::of(row).ok_or(FollowerError::NotALaw { stage, state })
            };
            rows.iter().enumerate().map(law).collect()
        }
    };
    policy.iter().enumerate().map(of_stage).collect()
}
