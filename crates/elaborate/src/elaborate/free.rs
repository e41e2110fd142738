//! Class C0: bounds by a multiplier, equilibria by duality (docs/certificate.md, (D) and (W)).

use super::Site;
use super::family::{at_start, choices, constants, number, scaled};
use crate::certificate::{Arithmetic, Part};
use crate::check::Fault;
use crate::check::induction::{Choice, Form, tables};
use crate::check::rules::is_mixture;
use crate::elaborate::proof::Proof;
use crate::exact::{Rational, Rounding, Scaled};
use crate::game::{Numbers, Policy};
use smfg_kernel::{Claimed, Combination, Monomial, Name, Row, Sense, Theorem, Variable};

pub(crate) const FOLLOWERS: Form = Form { leader: Rational::ZERO, reward: Rational::ONE };

impl Site {
    /// `sigma J0 >= sigma value` by the multiplier `lambda` of the budget. With `W` the least values
    /// of `sigma c - lambda r` and `a` a floor of the followers' values,
    ///
    /// ```text
    /// sigma (J0 - value) = lambda (eps - loss) + lambda mu0'(v_0 - a_0) + sum_i m_i d_i + rest,
    /// m_i = sigma c_i - lambda r_i + P_i W_{t+1} - W_t(s) >= 0,
    /// rest = mu0'W_0 + lambda (mu0'a_0 - eps) + sigma (h - value).
    /// ```
    pub(crate) fn multiplier_bound(
        &self,
        value: &Rational,
        lambda: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Theorem, Fault> {
        let numbers = self.instance.mean_field_free()?;
        let mut proof = self.prover.bound(value)?;
        let mut combination = self.least(&mut proof, &numbers, lambda, arithmetic)?;
        if !lambda.is_zero() {
            combination.rows.push((Name::Budget, number(lambda.clone())));
        }
        proof.close(&combination)?;
        Ok(proof.finish()?)
    }

    /// `sigma J0 >= sigma value - lambda (loss - from)` at every equilibrium, as above without the
    /// budget: a line in epsilon, which the loss is at most.
    pub(crate) fn line(
        &self,
        value: &Rational,
        lambda: &Rational,
        from: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Theorem, Fault> {
        if *lambda < Rational::ZERO {
            return Err(Fault::NegativeMultiplier);
        }
        let numbers = self.instance.mean_field_free()?;
        let sigma = self.prover.sigma();
        let at_zero = &sigma * value + lambda * from;
        let mut row = Row::of(Sense::AtLeast, number(-at_zero));
        (row.reward, row.loss) = (sigma, lambda.clone());
        let mut proof = self.prover.open(Claimed::Form(row), None)?;
        let combination = self.least(&mut proof, &numbers, lambda, arithmetic)?;
        proof.close(&combination)?;
        Ok(proof.finish()?)
    }

    /// The objective and what makes `sigma J0 + lambda loss` at least its least value: the flow
    /// equations times `-W`, and the floor of the followers' values.
    fn least(
        &self,
        proof: &mut Proof,
        numbers: &Numbers,
        lambda: &Rational,
        arithmetic: Arithmetic,
    ) -> Result<Combination, Fault> {
        let form = Form { leader: self.prover.sigma(), reward: -lambda };
        let least = self.tables(numbers, &form, Choice::Least, arithmetic, Rounding::Down)?;
        let mut combination = Combination {
            rows: self.payoff_links(),
            flow: constants(least.iter().map(|values| scaled(values, &Rational::NEG_ONE))),
            ..Combination::default()
        };
        combination.rows.push((Name::Objective, number(Rational::ONE)));
        if !lambda.is_zero() {
            self.floor(proof, numbers, arithmetic)?;
            let weights = at_start(&Monomial::one(), &numbers.initial, lambda);
            combination.bounds.push((0, weights));
        }
        Ok(combination)
    }

    /// Some equilibrium has `sigma J0 <= sigma value`: a mixture of policies.
    ///
    /// For pure policies by duality: the values `y` of the dual programme are at most
    /// `sum_k w_k (a_k + lambda (v - b_k))`, `a_k` what the leader gets from policy `k` at most and
    /// `b_k` what a follower earns at least. Otherwise by the masses of the mixture.
    pub(crate) fn mixture(
        &self,
        value: &Rational,
        arithmetic: Arithmetic,
        parts: &[Part],
    ) -> Result<Theorem, Fault> {
        let numbers = self.instance.mean_field_free()?;
        let pure: Option<Vec<Vec<Vec<u32>>>> =
            parts.iter().map(|part| choices(&numbers, &part.policy)).collect();
        let Some(pure) = pure.filter(|_| self.is_blind()) else {
            return self.population(value, parts);
        };
        if !is_mixture(parts) {
            return Err(Fault::Weights);
        }
        let mut proof = self.prover.reached(value)?;
        proof.scale()?;
        let far = Monomial::new(vec![(Variable::Multiplier, 1)]);
        let above =
            self.tables(&numbers, &FOLLOWERS, Choice::Greatest, arithmetic, Rounding::Up)?;
        proof.ceiling(constants(above))?;
        let mut combination = super::family::objective();
        combination.bounds.push((0, at_start(&far, &numbers.initial, &Rational::ONE)));
        for (k, (part, choices)) in parts.iter().zip(&pure).enumerate() {
            self.follow(&mut proof, &numbers, arithmetic, &part.policy, choices)?;
            let weights = at_start(&Monomial::one(), &numbers.initial, &part.weight);
            combination.bounds.push((k as u32 + 1, weights));
        }
        proof.close(&combination)?;
        Ok(proof.finish()?)
    }

    /// The bound of the dual values by a pure policy.
    fn follow(
        &self,
        proof: &mut Proof,
        numbers: &Numbers,
        arithmetic: Arithmetic,
        policy: &Policy,
        choices: &[Vec<u32>],
    ) -> Result<(), Fault> {
        let leader = Form { leader: self.prover.sigma(), reward: Rational::ZERO };
        let play = Choice::Policy(policy);
        let given = self.tables(numbers, &leader, play, arithmetic, Rounding::Up)?;
        let earned = self.tables(numbers, &FOLLOWERS, play, arithmetic, Rounding::Down)?;
        Ok(proof.follow(constants(given), constants(earned), choices)?)
    }

    /// The floor of the followers' values by an optimal policy.
    fn floor(
        &self,
        proof: &mut Proof,
        numbers: &Numbers,
        arithmetic: Arithmetic,
    ) -> Result<(), Fault> {
        let below =
            self.tables(numbers, &FOLLOWERS, Choice::Greatest, arithmetic, Rounding::Down)?;
        let best = best_pairs(numbers, &below);
        Ok(proof.floor(constants(below), &best)?)
    }

    fn tables(
        &self,
        numbers: &Numbers,
        form: &Form,
        choice: Choice<'_>,
        arithmetic: Arithmetic,
        rounding: Rounding,
    ) -> Result<Vec<Scaled>, Fault> {
        tables(numbers, form, choice, arithmetic, rounding).ok_or(Fault::NotAPolicy)
    }

    /// Whether nothing at all sees the population, so that duality applies.
    fn is_blind(&self) -> bool {
        let columns = |columns: &crate::game::Columns| columns.population_degree() == 0;
        self.instance.payoff.population_degree() == 0
            && self.instance.stages.iter().all(|stage| {
                columns(&stage.reward)
                    && columns(&stage.leader_reward)
                    && stage.transition.as_ref().is_none_or(|(_, p)| columns(p))
            })
    }

    /// Multipliers of the links that turn a payoff `sum h_k x_k` into masses: `-sigma h_k`.
    fn payoff_links(&self) -> Vec<(Name, smfg_kernel::Polynomial)> {
        let sigma = self.prover.sigma();
        let terms = self.instance.payoff.terms();
        terms
            .filter_map(|(monomial, value)| match monomial.factors() {
                [(crate::game::Variable::Aggregate(k), 1)] => {
                    Some((Name::Link(*k), number(-&sigma * value)))
                }
                _ => None,
            })
            .collect()
    }
}

/// What a pair earns when states are worth `values`.
pub(crate) fn worth(numbers: &Numbers, t: usize, pair: usize, values: &[Scaled]) -> Rational {
    let stage = &numbers.stages[t];
    let mut sum = stage.reward.get(pair);
    if let (Some((successors, p)), Some(next)) = (&stage.transition, values.get(t + 1)) {
        for entry in successors.of_pair(pair) {
            sum += p.get(entry) * next.get(successors.state(entry));
        }
    }
    sum
}

/// Per stage and state the pair that earns most when successors are worth `next` values.
pub(crate) fn best_pairs(numbers: &Numbers, values: &[Scaled]) -> Vec<Vec<u32>> {
    let stage_choices = |t: usize| {
        let stage = &numbers.stages[t];
        let best = |state: usize| {
            let pairs = stage.pairs.of_state(state);
            pairs.max_by_key(|&pair| worth(numbers, t, pair, values)).unwrap_or_default() as u32
        };
        (0..stage.pairs.states()).map(best).collect()
    };
    (0..numbers.stages.len()).map(stage_choices).collect()
}
