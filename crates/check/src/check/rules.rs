//! The rules of docs/certificate.md about mean-field-free games, one function each.
//!
//! Everything is said for `sigma J0` with `sigma = 1` (pessimistic) or `-1` (optimistic): rules of
//! bounds return a number below `sigma J0` on every eps-equilibrium, rules of witnesses a number
//! that some eps-equilibrium does not exceed.

use super::induction::{Choice, Form, value};
use super::verdict::Fault;
use crate::certificate::{Arithmetic, Part};
use crate::exact::{Rational, Rounding};
use crate::game::{Numbers, Policy, StagePolicy};

/// A mean-field-free game at one decision, with what its rules share.
pub(super) struct Free<'a> {
    numbers: Numbers,
    epsilon: &'a Rational,
    sigma: Rational,
    /// Followers' values `mu0'V*_0` already computed, by arithmetic and side.
    follower_values: Vec<((Arithmetic, Rounding), Rational)>,
}

impl<'a> Free<'a> {
    pub(super) fn new(numbers: Numbers, epsilon: &'a Rational, sigma: Rational) -> Self {
        Free { numbers, epsilon, sigma, follower_values: Vec::new() }
    }

    /// `mu0'V*_0`, exact or on the given side.
    fn follower_value(
        &mut self,
        arithmetic: Arithmetic,
        rounding: Rounding,
    ) -> Result<Rational, Fault> {
        let key =
            (arithmetic, if arithmetic == Arithmetic::Exact { Rounding::Down } else { rounding });
        if let Some((_, known)) = self.follower_values.iter().find(|(k, _)| *k == key) {
            return Ok(known.clone());
        }
        let form = Form { leader: Rational::ZERO, reward: Rational::ONE };
        let computed = value(&self.numbers, &form, Choice::Greatest, arithmetic, rounding)
            .ok_or(Fault::Shape)?;
        self.follower_values.push((key, computed.clone()));
        Ok(computed)
    }

    /// Rule `dynamic-programming`, statement (D): for every multiplier `lambda >= 0`,
    /// `sigma J0 >= min over flows of (sigma c - lambda r)'d + lambda (V* - eps) + sigma constant`.
    pub(super) fn dynamic_programming(
        &mut self,
        multiplier: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Rational, Fault> {
        let form = self.lagrangian(multiplier)?;
        let least = value(&self.numbers, &form, Choice::Least, arithmetic, Rounding::Down)
            .ok_or(Fault::Shape)?;
        Ok(least + self.equilibrium_term(multiplier, arithmetic)?)
    }

    fn lagrangian(&self, multiplier: &Rational) -> Result<Form, Fault> {
        if *multiplier < Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        Ok(Form { leader: self.sigma.clone(), reward: -multiplier.clone() })
    }

    /// `lambda (V* - eps) + sigma constant`, from below.
    fn equilibrium_term(
        &mut self,
        multiplier: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Rational, Fault> {
        let constant = &self.sigma * &self.numbers.leader_constant;
        if multiplier.is_zero() {
            return Ok(constant);
        }
        let follower = self.follower_value(arithmetic, Rounding::Down)?;
        Ok(multiplier * (follower - self.epsilon) + constant)
    }

    /// Rule `witness`, statement (W): a mixture of flows is a flow; its exploitability is
    /// `V* - sum weight r'd` and its leader reward `sum weight c'd + constant`.
    pub(super) fn witness(
        &mut self,
        arithmetic: Arithmetic,
        parts: &[Part],
    ) -> Result<Rational, Fault> {
        if !is_mixture(parts) {
            return Err(Fault::Weights);
        }
        let mut exploitability = self.follower_value(arithmetic, Rounding::Up)?;
        let mut leader = &self.sigma * &self.numbers.leader_constant;
        for part in parts {
            let (earned, given) = self.earned(arithmetic, part)?;
            exploitability -= &part.weight * earned;
            leader += &part.weight * given;
        }
        if exploitability > *self.epsilon {
            return Err(Fault::NotAnEquilibrium { exploitability });
        }
        Ok(leader)
    }

    /// `r'd` of a policy from below and `sigma c'd` from above.
    fn earned(&self, arithmetic: Arithmetic, part: &Part) -> Result<(Rational, Rational), Fault> {
        if !is_policy(part) {
            return Err(Fault::NotAPolicy);
        }
        let choice = Choice::Policy(&part.policy);
        let reward_form = Form { leader: Rational::ZERO, reward: Rational::ONE };
        let leader_form = Form { leader: self.sigma.clone(), reward: Rational::ZERO };
        let earned = value(&self.numbers, &reward_form, choice, arithmetic, Rounding::Down)
            .ok_or(Fault::NotAPolicy)?;
        Ok((
            earned,
            value(&self.numbers, &leader_form, choice, arithmetic, Rounding::Up)
                .ok_or(Fault::NotAPolicy)?,
        ))
    }

    /// Rule `vertex`, statement (G): what a follower loses by a policy, `V* - r'd`, and the `sigma
    /// J0` that it reaches, both from above.
    pub(super) fn vertex(
        &mut self,
        arithmetic: Arithmetic,
        policy: &Policy,
    ) -> Result<(Rational, Rational), Fault> {
        let part = Part { weight: Rational::ONE, policy: policy.clone() };
        let (earned, given) = self.earned(arithmetic, &part)?;
        let loss = self.follower_value(arithmetic, Rounding::Up)? - earned;
        Ok((loss, given + &self.sigma * &self.numbers.leader_constant))
    }
}

/// Weights are positive and sum to 1.
pub fn is_mixture(parts: &[Part]) -> bool {
    let total = parts.iter().fold(Rational::ZERO, |sum, part| sum + &part.weight);
    total.is_one() && parts.iter().all(|part| part.weight > Rational::ZERO)
}

/// Every row of a mixed stage is a probability law.
pub fn is_policy(part: &Part) -> bool {
    part.policy.stages.iter().all(|stage| match stage {
        StagePolicy::Pure(_) => true,
        StagePolicy::Mixed(rows) => rows.iter().all(|row| {
            row.iter().all(|(_, p)| *p >= Rational::ZERO)
                && row.iter().fold(Rational::ZERO, |sum, (_, p)| sum + p).is_one()
        }),
    })
}
