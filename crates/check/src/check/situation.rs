//! The game at the decision that steps are about, in the forms that their rules need, made when
//! first asked for.

use super::existence;
use super::fixed_flow::FixedFlow;
use super::flow::{Flow, flow};
use super::induction::{Choice, Form, value};
use super::interval_flow::enclosed_witness;
use super::monotone::written_out;
use super::rules::{Free, is_mixture, is_policy};
use super::verdict::Fault;
use crate::certificate::{
    Arithmetic, Claim, ExistenceStep, MonotoneStep, Part, Selection, TubeStep,
};
use crate::exact::ScaledExt;
use crate::exact::{Rational, Rounding, Scaled};
use crate::game::{
    Affine, Game, Instance, Interval, Numbers, Quadratic, Reduced, StageNumbers, Variable, listing,
};
use smfg_kernel::{Claimed, Place, Polynomial, Statement};
use std::sync::Arc;

/// Fractional bits of the followers' value against which a witness is tried first.
const WITNESS_BITS: u32 = 60;

/// A game at one decision.
pub(super) struct Situation<'a> {
    instance: Instance,
    epsilon: &'a Rational,
    sigma: Rational,
    free: Option<Free<'a>>,
    quadratic: Option<Quadratic>,
    affine: Option<Affine>,
    range: Option<Interval>,
    /// The game and what the kernel calls the decision.
    place: Option<(&'a Game, Place)>,
}

impl<'a> Situation<'a> {
    pub(super) fn new(instance: Instance, claim: &'a Claim) -> Self {
        let sigma = match claim.selection {
            Selection::Pessimistic => Rational::ONE,
            Selection::Optimistic => Rational::NEG_ONE,
        };
        Situation {
            instance,
            epsilon: &claim.epsilon,
            sigma,
            free: None,
            quadratic: None,
            affine: None,
            range: None,
            place: None,
        }
    }

    /// The same, at a decision that the kernel knows by `place`.
    pub(super) fn in_place(self, game: &'a Game, place: Place) -> Self {
        Situation { place: Some((game, place)), ..self }
    }

    /// Rules `monotone` and `monotone-ceiling`, statement (O): a theorem of the kernel.
    pub(super) fn monotone(&self, step: &MonotoneStep) -> Result<(), Fault> {
        let sign = if step.ceiling { -&self.sigma } else { self.sigma.clone() };
        let mut proof = self.bound(step.rule(), &step.value, step.ceiling)?;
        let closing = written_out(&self.instance, self.epsilon, &sign, step)?;
        for end in &closing.ends {
            end.state(&mut proof)?;
        }
        proof.ceiling(closing.ceiling)?;
        proof.floor(closing.floor, &closing.choices)?;
        for bend in &closing.bends {
            bend.state(&mut proof)?;
        }
        proof.close(&closing.combination)?;
        proof.finish()?;
        Ok(())
    }

    /// Rules `tube` and `tube-ceiling`, statement (Y): a theorem of the kernel.
    pub(super) fn tube(&self, step: &TubeStep) -> Result<(), Fault> {
        let mut proof = self.bound(step.rule(), &step.value, step.ceiling)?;
        proof.tube(&step.tube)?;
        proof.finish()?;
        Ok(())
    }

    /// Rule `exists-in`, statement (X): a theorem of the kernel.
    pub(super) fn existence(&self, step: &ExistenceStep) -> Result<(), Fault> {
        let mut proof = self.proof(ExistenceStep::RULE, &step.value, true)?;
        let parts = existence::written_out(&self.instance, &self.sigma, step)?;
        proof.exists_in(&step.ends, &step.matrix)?;
        for part in parts {
            let rows = part.rows();
            proof.ceiling(part.ceiling)?;
            proof.floor(part.floor, &part.choices)?;
            for loss in part.losses {
                proof.derive(loss.goal, &loss.combination)?;
            }
            if !rows.is_empty() {
                proof.regret(&rows)?;
            }
            proof.close(&part.combination)?;
        }
        proof.finish()?;
        Ok(())
    }

    /// Begins a proof of the kernel that no eps-equilibrium has `sigma J0 < sigma value`; or, of a
    /// `ceiling`, that none has more, and there is one.
    fn bound(
        &self,
        rule: &'static str,
        value: &Rational,
        ceiling: bool,
    ) -> Result<smfg_kernel::Proof, Fault> {
        let mut proof = self.proof(rule, value, ceiling)?;
        if ceiling {
            proof.exists()?;
        }
        Ok(proof)
    }

    /// Opens a proof that no eps-equilibrium has `sigma J0 < sigma value`; or that some has
    /// `sigma J0 <= sigma value`, which is `reached`.
    fn proof(
        &self,
        rule: &'static str,
        value: &Rational,
        reached: bool,
    ) -> Result<smfg_kernel::Proof, Fault> {
        let (game, place) = self.place.clone().ok_or(Fault::NotElaborated(rule))?;
        let listing = Arc::new(listing(game)?);
        let value = Polynomial::constant(value.clone());
        let statement = Statement {
            claimed: if reached { Claimed::Reached(value) } else { Claimed::Bound(value) },
            pessimistic: self.sigma > Rational::ZERO,
            epsilon: self.epsilon.clone(),
            place,
            pattern: None,
        };
        Ok(smfg_kernel::Proof::open(listing, statement)?)
    }

    /// 1 or -1: rules speak of `sigma J0`.
    pub(super) fn sigma(&self) -> &Rational {
        &self.sigma
    }

    /// Largest exploitability.
    pub(super) fn epsilon(&self) -> &'a Rational {
        self.epsilon
    }

    /// The game without a population, for the rules of class C0.
    pub(super) fn free(&mut self) -> Result<&mut Free<'a>, Fault> {
        match &mut self.free {
            Some(free) => Ok(free),
            none => {
                let numbers = self.instance.mean_field_free()?;
                Ok(none.insert(Free::new(numbers, self.epsilon, self.sigma.clone())))
            }
        }
    }

    /// Rule `enclosed-witness`, statement (I).
    pub(super) fn enclosed_witness(&self, parts: &[Part], bits: u32) -> Result<Rational, Fault> {
        enclosed_witness(&self.instance, parts, bits, &self.sigma, self.epsilon)
    }

    /// The game in its fewest statistics, for lifted trees.
    pub(super) fn reduced(&self) -> Result<Reduced, Fault> {
        self.no_functions()?;
        Ok(self.instance.reduced())
    }

    /// Refuses games with functions, for rules about polynomials.
    fn no_functions(&self) -> Result<(), Fault> {
        if self.instance.functions.is_empty() { Ok(()) } else { Err(Fault::Functions) }
    }

    /// The quadratic form of the game, for trees.
    pub(super) fn quadratic(&mut self) -> Result<&Quadratic, Fault> {
        match &mut self.quadratic {
            Some(quadratic) => Ok(quadratic),
            none => Ok(none.insert(Quadratic::new(&self.instance)?)),
        }
    }

    /// The entries of the game, for trees over complementarity.
    pub(super) fn affine(&mut self) -> Result<&Affine, Fault> {
        match &mut self.affine {
            Some(affine) => Ok(affine),
            none => Ok(none.insert(Affine::new(&self.instance)?)),
        }
    }

    /// Rules `range-bound` and `range-witness`, statement (R): between what `sigma J0` lies for
    /// every population.
    pub(super) fn range(&mut self) -> &Interval {
        let (instance, sigma) = (&self.instance, &self.sigma);
        self.range.get_or_insert_with(|| {
            let (least, greatest) = instance.leader_range();
            if *sigma > Rational::ZERO { (least, greatest) } else { (-greatest, -least) }
        })
    }

    /// Rule `population-witness`, statement (P): the flow of the mixture forwards, and the
    /// followers' value at its population by backward induction. The leader reward `sigma J0` that
    /// it reaches.
    pub(super) fn population_witness(&self, parts: &[Part]) -> Result<Rational, Fault> {
        self.no_functions()?;
        if !is_mixture(parts) {
            return Err(Fault::Weights);
        }
        let moving = self.instance.stages.iter().any(|stage| {
            stage.transition.as_ref().is_some_and(|(_, p)| p.as_constants().is_none())
        });
        if moving && parts.len() > 1 {
            return Err(Fault::Mixture { parts: parts.len() });
        }
        let mut flows: Vec<Flow> = Vec::with_capacity(parts.len());
        let mut population = vec![Rational::ZERO; self.instance.aggregates.len()];
        for part in parts {
            if !is_policy(part) {
                return Err(Fault::NotAPolicy);
            }
            let own = flow(&self.instance, &part.policy)?;
            population
                .iter_mut()
                .zip(&own.aggregates)
                .for_each(|(sum, value)| *sum += &part.weight * value);
            flows.push(own);
        }
        let numbers = self.instance.at_population(&population);
        let (mut earned, mut reached) = (Rational::ZERO, numbers.leader_constant.clone());
        for (part, flow) in parts.iter().zip(&flows) {
            let total = |of: &dyn Fn(&StageNumbers) -> &Scaled| {
                numbers
                    .stages
                    .iter()
                    .zip(&flow.occupation)
                    .fold(Rational::ZERO, |sum, (stage, masses)| sum + masses.dot(of(stage)))
            };
            earned += &part.weight * total(&|stage| &stage.reward);
            reached += &part.weight * total(&|stage| &stage.leader);
        }
        let most = self.epsilon + &earned;
        // Rounded upwards the followers' value mostly tells.
        if self.value_above(&numbers, &population).is_none_or(|above| above > most) {
            let reward = Form { leader: Rational::ZERO, reward: Rational::ONE };
            let exact =
                value(&numbers, &reward, Choice::Greatest, Arithmetic::Exact, Rounding::Down)
                    .ok_or(Fault::NotAPolicy)?;
            if exact > most {
                return Err(Fault::NotAnEquilibrium { exploitability: exact - earned });
            }
        }
        Ok(&self.sigma * reached)
    }

    /// A number not below the followers' value at a population, of which `numbers` are the numbers;
    /// `None` where they are too long for machine integers.
    fn value_above(&self, numbers: &Numbers, population: &[Rational]) -> Option<Rational> {
        let at = |variable: Variable| match variable {
            Variable::Aggregate(k) => population.get(k as usize).cloned(),
            Variable::Parameter(_) | Variable::Function(_) => None,
        };
        let of_stage = |t: usize| {
            let columns = self.instance.stages.get(t)?.reward.columns().iter();
            let terms = columns.map(|(monomial, column)| {
                let (factor, rest) = monomial.substitute(&at);
                rest.is_one().then_some((-factor, column.as_ref()))
            });
            terms.collect::<Option<Vec<_>>>()
        };
        Some(-FixedFlow::new(numbers, WITNESS_BITS)?.least_by_stage(&of_stage)?)
    }
}
