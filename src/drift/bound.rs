//! Kappa and omega: statement (10) of docs/theory.md, summed up.

use super::Drift;
use super::flows::Parting;
use super::induction::{Choice, Fixed, extreme, fixed};
use super::pairing::{Pairing, Side};
use super::radii::Radii;
use super::slopes::changes;
use super::spread::spreads;
use crate::exact::{Rational, Rounding, ratio};
use crate::game::{Columns, InstanceStage, Interval, Variable, column_ranges, polynomial_range};

/// Per stage and pair, from below and from above.
type Gains = (Vec<Vec<Rational>>, Vec<Vec<Rational>>);

/// Which of the two rewards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Followers,
    Leader,
}

fn table(whose: Whose) -> impl Fn(&InstanceStage) -> &Columns {
    move |stage| if whose == Whose::Followers { &stage.reward } else { &stage.leader_reward }
}

/// The drift at the decisions whose parameters lie in the intervals; with radii when there is no
/// truth.
pub(super) fn bound(pairing: &Pairing, radii: Option<&Radii>, parameters: &[Interval]) -> Drift {
    let ranges = pairing.ranges();
    let none = (Rational::ZERO, Rational::ZERO);
    let of = |variable: Variable| match variable {
        Variable::Parameter(k) => parameters.get(k as usize).unwrap_or(&none).clone(),
        Variable::Aggregate(k) => ranges.get(k as usize).unwrap_or(&none).clone(),
    };
    let case =
        Case { pairing, radii, of: &of, parting: Parting::new(pairing, radii, &ranges, &of) };
    Drift { kappa: case.kappa(), omega: case.omega() }
}

struct Case<'a> {
    pairing: &'a Pairing,
    radii: Option<&'a Radii>,
    of: &'a dyn Fn(Variable) -> Interval,
    parting: Parting,
}

impl Case<'_> {
    /// `Expl' - Expl = (V*' - V*) - (earned' - earned)`, both differences enclosed.
    fn kappa(&self) -> Rational {
        let choice = |stage: &InstanceStage| {
            (0..stage.pairs.states()).any(|state| stage.pairs.of_state(state).len() > 1)
        };
        if !self.pairing.model.stages.iter().any(choice) {
            // There is one policy, and it is a best response.
            return Rational::ZERO;
        }
        let earned = self.sum(Whose::Followers);
        let best = match self.best_exactly() {
            Some((low, high)) => (earned.0.clone().max(low), earned.1.clone().min(high)),
            None => earned.clone(),
        };
        (&best.1 - &earned.0).max(&earned.1 - &best.0).max(Rational::ZERO)
    }

    fn omega(&self) -> Rational {
        let (mut low, mut high) = self.sum(Whose::Leader);
        let (model, of) = (&self.pairing.model, self.of);
        if let Some(truth) = &self.pairing.truth {
            let change =
                polynomial_range(&truth.payoff.clone().plus(&model.payoff, &Rational::NEG_ONE), of);
            low += change.0;
            high += change.1;
        }
        for (k, reach) in
            self.parting.reach.iter().enumerate().filter(|(_, reach)| !reach.is_zero())
        {
            let (least, greatest) = polynomial_range(&model.payoff.derivative(k as u32), of);
            let change = reach * greatest.max(-least);
            low -= &change;
            high += change;
        }
        high.max(-low).max(Rational::ZERO)
    }

    /// Between which numbers the change of what a policy earns lies, at frozen populations `m'` and
    /// `m`, for every policy.
    ///
    /// For the followers the change is taken up to a number that is the same for all policies.
    fn sum(&self, whose: Whose) -> Interval {
        let (low, high) = self.gains(whose);
        let initial = self.parting.flow.first().cloned().unwrap_or(Rational::ZERO);
        let apart =
            if initial.is_zero() { initial } else { initial * self.spread(whose, 0) * ratio(1, 2) };
        let (least, greatest) =
            match self.pairing.truth.as_ref().and_then(|truth| Some((truth, fixed(truth)?))) {
                Some((truth, stages)) => (
                    extreme(&truth.initial, &stages, &low, Choice::Least, Rounding::Down),
                    extreme(&truth.initial, &stages, &high, Choice::Greatest, Rounding::Up),
                ),
                None => {
                    let stages =
                        |gains: &[Vec<Rational>],
                         pick: &dyn Fn(&[Rational]) -> Option<Rational>| {
                            gains
                                .iter()
                                .filter_map(|gains| pick(gains))
                                .fold(Rational::ZERO, |sum, value| sum + value)
                        };
                    (
                        stages(&low, &|gains| gains.iter().min().cloned()),
                        stages(&high, &|gains| gains.iter().max().cloned()),
                    )
                }
            };
        (least - &apart, greatest + apart)
    }

    fn spread(&self, whose: Whose, t: usize) -> Rational {
        spreads(&self.pairing.model, &table(whose), self.of)
            .get(t)
            .cloned()
            .unwrap_or(Rational::ZERO)
    }

    /// Bounds of `r'(m') - r(m) + (P'(m') - P(m)) V` per stage and pair, for the values `V` of any
    /// policy in the model.
    fn gains(&self, whose: Whose) -> Gains {
        let model = &self.pairing.model;
        let reward = table(whose);
        let parted = self.parting.kernel.iter().flatten().any(|distance| !distance.is_zero());
        let spreads = if parted { spreads(model, &reward, self.of) } else { Vec::new() };
        let (mut low, mut high) =
            (Vec::with_capacity(model.stages.len()), Vec::with_capacity(model.stages.len()));
        let mut chosen = false;
        for (t, stage) in model.stages.iter().enumerate() {
            chosen |= (0..stage.pairs.states()).any(|state| stage.pairs.of_state(state).len() > 1);
            let (mut below, mut above) = self.errors(whose, t);
            let slopes =
                changes(reward(stage), &self.parting.reach, self.of, whose == Whose::Followers);
            for (pair, slope) in slopes.iter().enumerate() {
                below[pair] -= slope;
                above[pair] += slope;
            }
            // Before anybody has a choice all policies have the same masses, and lose or gain
            // alike.
            if whose == Whose::Followers && !chosen && self.pairing.truth.is_none() {
                below.iter_mut().chain(&mut above).for_each(|gain| *gain = Rational::ZERO);
            }
            let spread = spreads.get(t + 1).cloned().unwrap_or(Rational::ZERO) * ratio(1, 2);
            if !spread.is_zero() {
                for (pair, distance) in self.parting.kernel[t].iter().enumerate() {
                    let change = distance * &spread;
                    below[pair] -= &change;
                    above[pair] += change;
                }
            }
            low.push(below);
            high.push(above);
        }
        (low, high)
    }

    /// Bounds of `r' - r` at one population, per pair of stage `t`.
    fn errors(&self, whose: Whose, t: usize) -> (Vec<Rational>, Vec<Rational>) {
        let stage = &self.pairing.model.stages[t];
        let truth = self.pairing.truth.as_ref().and_then(|truth| truth.stages.get(t));
        if let Some(truth) = truth {
            let reward = table(whose);
            let (low, high) = column_ranges(&reward(truth).minus(reward(stage)), self.of);
            return (low.iter().collect(), high.iter().collect());
        }
        let radius = self.radii.map_or(Rational::ZERO, |radii| match whose {
            Whose::Followers => radii.reward.clone(),
            Whose::Leader => radii.leader.clone(),
        });
        let pairs = stage.pairs.len();
        (vec![-radius.clone(); pairs], vec![radius; pairs])
    }

    /// `V*' - V*` when both games are numbers: no rewards or transitions of followers depend on
    /// anything.
    fn best_exactly(&self) -> Option<Interval> {
        let values = |side: &Side| {
            let stages: Fixed = fixed(side)?;
            let rewards: Vec<Vec<Rational>> = side
                .stages
                .iter()
                .map(|stage| Some(stage.reward.as_constants()?.iter().collect()))
                .collect::<Option<_>>()?;
            let value =
                |rounding| extreme(&side.initial, &stages, &rewards, Choice::Greatest, rounding);
            Some((value(Rounding::Down), value(Rounding::Up)))
        };
        let (truth, model) = (values(self.pairing.truth.as_ref()?)?, values(&self.pairing.model)?);
        Some((truth.0 - model.1, truth.1 - model.0))
    }
}
