//! The game at the decision that steps are about, in the forms that their rules need, made when first asked for.

use super::flow::aggregates;
use super::induction::{Choice, Form, value};
use super::interval_flow::enclosed_witness;
use super::rules::{Free, is_mixture, is_policy};
use super::verdict::Fault;
use crate::certificate::{Arithmetic, Claim, Part, Selection};
use crate::exact::{Rational, Rounding};
use crate::game::{Affine, Instance, Interval, Quadratic, Reduced};

/// A game at one decision.
pub(super) struct Situation<'a> {
    instance: Instance,
    epsilon: &'a Rational,
    sigma: Rational,
    free: Option<Free<'a>>,
    quadratic: Option<Quadratic>,
    affine: Option<Affine>,
    range: Option<Interval>,
}

impl<'a> Situation<'a> {
    pub(super) fn new(instance: Instance, claim: &'a Claim) -> Self {
        let sigma = match claim.selection {
            Selection::Pessimistic => Rational::ONE,
            Selection::Optimistic => Rational::NEG_ONE,
        };
        Situation { instance, epsilon: &claim.epsilon, sigma, free: None, quadratic: None, affine: None, range: None }
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
    pub(super) fn reduced(&self) -> Reduced {
        self.instance.reduced()
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

    /// Rules `range-bound` and `range-witness`, statement (R): between what `sigma J0` lies for every population.
    pub(super) fn range(&mut self) -> &Interval {
        let (instance, sigma) = (&self.instance, &self.sigma);
        self.range.get_or_insert_with(|| {
            let (least, greatest) = instance.reduced().leader_range();
            if *sigma > Rational::ZERO { (least, greatest) } else { (-greatest, -least) }
        })
    }

    /// Rule `population-witness`, statement (P): the aggregates of the mixture forwards, then everything by backward induction
    /// at that population. The leader reward `sigma J0` that it reaches.
    pub(super) fn population_witness(&self, parts: &[Part]) -> Result<Rational, Fault> {
        if !is_mixture(parts) {
            return Err(Fault::Weights);
        }
        let moving = self.instance.stages.iter().any(|stage| stage.transition.as_ref().is_some_and(|(_, p)| p.as_constants().is_none()));
        if moving && parts.len() > 1 {
            return Err(Fault::Mixture { parts: parts.len() });
        }
        let mut population = vec![Rational::ZERO; self.instance.aggregates.len()];
        for part in parts {
            if !is_policy(part) {
                return Err(Fault::NotAPolicy);
            }
            let own = aggregates(&self.instance, &part.policy).ok_or(Fault::NotAPolicy)?;
            population.iter_mut().zip(own).for_each(|(sum, value)| *sum += &part.weight * value);
        }
        let numbers = self.instance.at_population(&population);
        let exact = |form: &Form, choice| value(&numbers, form, choice, Arithmetic::Exact, Rounding::Down).ok_or(Fault::NotAPolicy);
        let reward = Form { leader: Rational::ZERO, reward: Rational::ONE };
        let leader = Form { leader: self.sigma.clone(), reward: Rational::ZERO };
        let mut exploitability = exact(&reward, Choice::Greatest)?;
        let mut reached = &self.sigma * &numbers.leader_constant;
        for part in parts {
            exploitability -= &part.weight * exact(&reward, Choice::Policy(&part.policy))?;
            reached += &part.weight * exact(&leader, Choice::Policy(&part.policy))?;
        }
        if exploitability > *self.epsilon { Err(Fault::NotAnEquilibrium { exploitability }) } else { Ok(reached) }
    }
}
