//! Exact values of the forms under pure policies, and whether a combination of forms is constant on
//! all flows.

use crate::exact::Rational;
use crate::follower::{Objective, best_response, form_values};
use crate::game::{LinearForm, Numbers, Policy, Quadratic, Variable};

/// The value of the followers' form `r0` and of every coordinate under a policy.
#[derive(Debug, Clone)]
pub(super) struct ExactValues {
    pub(super) leader: Rational,
    pub(super) reward: Rational,
    pub(super) coordinates: Vec<Rational>,
}

/// The exact side of a search.
#[derive(Debug)]
pub(super) struct ExactGame {
    pub(super) game: Quadratic,
    numbers: Numbers,
    sigma: Rational,
}

impl ExactGame {
    pub(super) fn new(game: Quadratic, sigma: Rational) -> Self {
        let numbers = game.numbers(&game.combine(&[(Rational::ONE, &game.leader)]));
        ExactGame { game, numbers, sigma }
    }

    /// `sigma J0` at values of the forms.
    pub(super) fn objective(&self, leader: &Rational, coordinates: &[Rational]) -> Rational {
        let value = |variable: Variable| match variable {
            Variable::Aggregate(j) => coordinates.get(j as usize).cloned(),
            Variable::Parameter(_) | Variable::Function(_) => None,
        };
        let form = self.game.leader_form.substitute(&value).as_constant().unwrap_or(Rational::ZERO);
        &self.sigma * (leader + form)
    }

    /// `sigma` times a number.
    pub(super) fn signed(&self, value: &Rational) -> Rational {
        &self.sigma * value
    }

    /// What a population earns that has these values of `r0` and of the coordinates.
    pub(super) fn earned(&self, reward: &Rational, coordinates: &[Rational]) -> Rational {
        let count = self.game.statistics;
        (0..count).fold(reward.clone(), |sum, k| sum + &coordinates[k] * &coordinates[count + k])
    }

    /// Values of a mixture; weights sum to one.
    pub(super) fn mixed(parts: &[(Rational, &ExactValues)]) -> ExactValues {
        let sum = |of: &dyn Fn(&ExactValues) -> Rational| {
            parts.iter().fold(Rational::ZERO, |sum, (w, values)| sum + w * of(values))
        };
        let count = parts.first().map_or(0, |(_, values)| values.coordinates.len());
        ExactValues {
            leader: sum(&|values| values.leader.clone()),
            reward: sum(&|values| values.reward.clone()),
            coordinates: (0..count).map(|j| sum(&|values| values.coordinates[j].clone())).collect(),
        }
    }

    /// How much better than the population with these values a best response does, and that
    /// response.
    pub(super) fn exploitability(&self, values: &ExactValues) -> Option<(Rational, Policy)> {
        let (value, response) =
            self.greatest(&self.reward_at(&values.coordinates[..self.game.statistics]))?;
        Some((value - self.earned(&values.reward, &values.coordinates), response))
    }

    /// Values under `policy`; `None` when it does not fit the game.
    pub(super) fn values(&self, policy: &Policy) -> Option<ExactValues> {
        let forms: Vec<&LinearForm> = [&self.game.leader, &self.game.reward]
            .into_iter()
            .chain(&self.game.coordinates)
            .collect();
        let mut values = form_values(&self.numbers, &forms, policy, &|| true).ok()?.into_iter();
        Some(ExactValues {
            leader: values.next()?,
            reward: values.next()?,
            coordinates: values.collect(),
        })
    }

    /// The greatest value of a form over all flows, and a policy that attains it.
    pub(super) fn greatest(&self, form: &LinearForm) -> Option<(Rational, Policy)> {
        let response = best_response(
            &self.game.numbers(form),
            &Objective::leader(Rational::ONE),
            None,
            &|| true,
        )
        .ok()?;
        Some((response.value, response.policy))
    }

    /// The followers' reward per pair against the statistics `x`.
    pub(super) fn reward_at(&self, x: &[Rational]) -> LinearForm {
        let count = self.game.statistics;
        let slopes = x.iter().cloned().zip(&self.game.coordinates[count..2 * count]);
        let parts: Vec<(Rational, &LinearForm)> =
            std::iter::once((Rational::ONE, &self.game.reward)).chain(slopes).collect();
        self.game.combine(&parts)
    }
}
