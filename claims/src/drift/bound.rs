//! Kappa and omega: statement (10) of docs/theory.md, summed up.

use super::flows::Parting;
use super::induction::{extreme, fixed};
use super::spread::spreads;
use super::{Pairing, Radii, half};
use crate::interval::{Box, Interval, hull};
use crate::table::{Part, Side, Table, polynomial_derivative};
use smfg_kernel::Rational;

/// Per stage and pair, an interval.
type Gains = Vec<Vec<Interval>>;

/// Which of the two rewards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Followers,
    Leader,
}

fn reward_of(whose: Whose) -> impl Fn(&Part) -> &Table {
    move |stage| if whose == Whose::Followers { &stage.reward } else { &stage.leader }
}

/// Kappa and omega at the decisions whose parameters lie in the intervals; with radii when there is
/// no truth.
pub(super) fn bound(
    pairing: &Pairing,
    radii: Option<&Radii>,
    parameters: Vec<Interval>,
) -> (Rational, Rational) {
    let ends = pairing.ends(parameters);
    let parting = Parting::new(pairing, radii, &ends);
    let case = Case { pairing, radii, ends, parting };
    (case.kappa(), case.omega())
}

struct Case<'a> {
    pairing: &'a Pairing,
    radii: Option<&'a Radii>,
    ends: Box,
    parting: Parting,
}

/// Whether some state has several pairs.
fn has_choice(stage: &Part) -> bool {
    (0..stage.states()).any(|state| stage.of_state(state).len() > 1)
}

impl Case<'_> {
    /// `loss' - loss = (V*' - V*) - (earned' - earned)`, both differences enclosed.
    fn kappa(&self) -> Rational {
        if !self.pairing.model.stages.iter().any(has_choice) {
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
        let model = &self.pairing.model;
        if let Some(truth) = &self.pairing.truth {
            let change = truth.payoff.clone().plus(&model.payoff, &Rational::NEG_ONE);
            let change = self.ends.polynomial(&change);
            low += change.0;
            high += change.1;
        }
        for (k, reach) in self.parting.reach.iter().enumerate().filter(|(_, r)| !r.is_zero()) {
            let slope = polynomial_derivative(&model.payoff, k as u32);
            let (least, greatest) = self.ends.polynomial(&slope);
            let change = reach * greatest.max(-least);
            low -= &change;
            high += change;
        }
        high.max(-low).max(Rational::ZERO)
    }

    /// Between which numbers the change of what a policy earns lies, at frozen populations `x'` and
    /// `x`, for every policy. For the followers the change is taken up to a number that is the same
    /// for all policies.
    fn sum(&self, whose: Whose) -> Interval {
        let gains = self.gains(whose);
        let initial = self.parting.flow.first().cloned().unwrap_or(Rational::ZERO);
        let apart = match initial.is_zero() {
            true => initial,
            false => initial * self.spread(whose, 0) * half(),
        };
        let side = |high: bool| -> Vec<Vec<Rational>> {
            let pick = |gain: &Interval| if high { gain.1.clone() } else { gain.0.clone() };
            gains.iter().map(|stage| stage.iter().map(pick).collect()).collect()
        };
        let truth = self.pairing.truth.as_ref();
        let (least, greatest) = match truth.and_then(|truth| Some((truth, fixed(truth)?))) {
            Some((truth, transitions)) => (
                extreme(truth, &transitions, &side(false), true, false),
                extreme(truth, &transitions, &side(true), false, true),
            ),
            None => {
                let zero = (Rational::ZERO, Rational::ZERO);
                gains
                    .iter()
                    .map(|stage| hull(stage))
                    .fold(zero, |sum, range| (sum.0 + range.0, sum.1 + range.1))
            }
        };
        (least - &apart, greatest + apart)
    }

    fn spread(&self, whose: Whose, t: usize) -> Rational {
        let spreads = spreads(&self.pairing.model, &reward_of(whose), &self.ends);
        spreads.get(t).cloned().unwrap_or(Rational::ZERO)
    }

    /// Bounds of `r'(x') - r(x) + (P'(x') - P(x)) V` per stage and pair, for the values `V` of any
    /// policy in the model.
    fn gains(&self, whose: Whose) -> Gains {
        let model = &self.pairing.model;
        let reward = reward_of(whose);
        let parted = self.parting.rows.iter().flatten().any(|distance| !distance.is_zero());
        let spreads = if parted { spreads(model, &reward, &self.ends) } else { Vec::new() };
        let (mut gains, mut chosen) = (Gains::new(), false);
        for (t, stage) in model.stages.iter().enumerate() {
            chosen |= has_choice(stage);
            let mut ranges = self.errors(whose, t);
            let mut widen = |pair: usize, by: &Rational| {
                ranges[pair].0 -= by;
                ranges[pair].1 += by;
            };
            let slopes = self.slopes(reward(stage), whose == Whose::Followers);
            slopes.iter().enumerate().for_each(|(pair, slope)| widen(pair, slope));
            let spread = spreads.get(t + 1).cloned().unwrap_or(Rational::ZERO) * half();
            // Before anybody has a choice all policies have the same masses, and lose or gain
            // alike.
            if whose == Whose::Followers && !chosen && self.pairing.truth.is_none() {
                ranges = vec![(Rational::ZERO, Rational::ZERO); stage.pairs()];
            }
            for (pair, distance) in self.parting.rows[t].iter().enumerate() {
                let change = distance * &spread;
                ranges[pair].0 -= &change;
                ranges[pair].1 += change;
            }
            gains.push(ranges);
        }
        gains
    }

    /// Per pair, bound of the change of a reward when statistics move by at most their reach. When
    /// `centred`, up to a change that is the same for all pairs of the stage.
    ///
    /// The change of pair `i` is `sum_k (x'_k - x_k)` times the mean of the derivative on the way. A
    /// multiple of `x'_k - x_k` that is common to all pairs may be left out where only differences
    /// of pairs count: the middle of the range of all derivatives.
    fn slopes(&self, reward: &Table, centred: bool) -> Vec<Rational> {
        let mut sums = vec![Rational::ZERO; reward.len];
        for (k, reach) in self.parting.reach.iter().enumerate().filter(|(_, r)| !r.is_zero()) {
            let slope = reward.derivative(k as u32);
            if slope.columns.is_empty() {
                continue;
            }
            let ranges = self.ends.table(&slope);
            let (least, greatest) = hull(&ranges);
            let middle = if centred { (least + greatest) * half() } else { Rational::ZERO };
            for (sum, (low, high)) in sums.iter_mut().zip(&ranges) {
                *sum += reach * (high - &middle).max(&middle - low);
            }
        }
        sums
    }

    /// Bounds of `r' - r` at one population, per pair of stage `t`.
    fn errors(&self, whose: Whose, t: usize) -> Vec<Interval> {
        let stage = &self.pairing.model.stages[t];
        if let Some(truth) = &self.pairing.truth {
            let reward = reward_of(whose);
            return self.ends.table(&reward(&truth.stages[t]).minus(reward(stage)));
        }
        let radius = self.radii.map_or(Rational::ZERO, |radii| match whose {
            Whose::Followers => radii.reward.clone(),
            Whose::Leader => radii.leader.clone(),
        });
        vec![(-&radius, radius); stage.pairs()]
    }

    /// `V*' - V*` when both games are numbers: no rewards or transitions of followers depend on
    /// anything.
    fn best_exactly(&self) -> Option<Interval> {
        let values = |side: &Side| {
            let transitions = fixed(side)?;
            let rewards: Vec<Vec<Rational>> =
                side.stages.iter().map(|stage| stage.reward.numbers()).collect::<Option<_>>()?;
            let value = |up| extreme(side, &transitions, &rewards, false, up);
            Some((value(false), value(true)))
        };
        let (truth, model) = (values(self.pairing.truth.as_ref()?)?, values(&self.pairing.model)?);
        Some((truth.0 - model.1, truth.1 - model.0))
    }
}
