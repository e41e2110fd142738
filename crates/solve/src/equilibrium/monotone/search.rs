//! The search: interior points until bound and witness meet.

use super::bracket::Bracket;
use super::build::Numbers;
use super::interior::{Bound, Found, Interior, State, Target};
use super::model::{Model, Table};
use crate::certificate::{Indexed, MonotoneStep, Part, Step};
use crate::check::monotone::{Closing, Monotone, Multipliers, NotMonotone, closing};
use crate::exact::{Rational, from_approx, from_short_dyadic, to_approx};
use crate::game::{Instance, Policy};

/// Binary digits of the points of tangents.
const POINT_BITS: u32 = 48;
/// Of the multiplier, after its whole part.
const MULTIPLIER_BITS: u32 = 44;
/// Of a stated value, relative to 1.
const VALUE_BITS: u32 = 60;
/// Of an enclosed witness.
const WITNESS_BITS: u32 = 80;
/// How much of the wanted gap bound and witness may leave in binary64.
const SHARE: f64 = 0.3;
/// Fixed `delta` at eps = 0, one after the other: the bound loses about `delta`.
const LADDER: [f64; 3] = [1e-5, 1e-6, 1e-7];
/// A margin for the errors of binary64 in an exploitability, relative to the rewards.
const MARGIN: f64 = 1e-12;

/// One side of the question: bounds of `sign J0` from below.
pub(super) struct Side {
    pub(super) sign: Rational,
    pub(super) numbers: Numbers,
}

/// A value of `sign J0` and a step that shows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) value: Rational,
    pub(super) step: Step,
}

/// The game and the question.
pub(super) struct Question<'a> {
    pub(super) instance: &'a Instance,
    pub(super) game: &'a Monotone,
    pub(super) epsilon: &'a Rational,
    /// Wanted distance of bound and witness relative to `max(1, |value|)`.
    pub(super) gap: f64,
}

impl Question<'_> {
    pub(super) fn side(&self, sign: &Rational) -> Result<Side, NotMonotone> {
        let numbers = Numbers::new(self.instance, self.game, to_approx(sign));
        let numbers = numbers.ok_or(NotMonotone::Transition)?;
        Ok(Side { sign: sign.clone(), numbers })
    }

    /// The budget in the units of the numbers.
    fn budget(&self, side: &Side) -> f64 {
        to_approx(self.epsilon) / side.numbers.reward_scale
    }

    /// For eps > 0: a bound and a witness.
    pub(super) fn positive(
        &self,
        side: &Side,
        stopped: &dyn Fn() -> bool,
    ) -> (Option<Shown>, Option<Shown>) {
        let numbers = &side.numbers;
        let model = &numbers.model;
        let epsilon = self.budget(side);
        let best = model.minimiser(&model.costs());
        let unbound = Bound {
            value: Model::dot(&model.costs(), &best),
            delta: f64::INFINITY,
            flow: best.clone(),
            deviation: best.clone(),
        };
        if model.exploitability(&best) <= epsilon - MARGIN {
            // The budget does not bind: the best of all flows is an equilibrium.
            return (self.bound(side, &unbound, false), self.witness(side, &best));
        }
        let target = Target {
            epsilon,
            delta: 0.2 * epsilon.sqrt(),
            fixed: false,
            gap: SHARE * self.gap / numbers.leader_scale,
        };
        let mut found = Interior::new(model, target, stopped).run();
        if found.slack && found.bound.as_ref().is_none_or(|b| b.value < unbound.value) {
            found.bound = Some(unbound);
        }
        if !found.closed(target.gap) {
            Bracket::new(model, target, &found).run(&mut found, stopped);
        }
        let witness = match found.witness.take() {
            Some(witness) => self.witness(side, &witness.flow),
            None => None,
        };
        let witness = witness.or_else(|| self.mixed(side, &found, stopped));
        let bound = found.bound.as_ref().and_then(|bound| self.bound(side, bound, false));
        (bound, witness)
    }

    /// A flow that is nearly an eps-equilibrium, mixed with one that nearly is an equilibrium.
    fn mixed(&self, side: &Side, found: &Found, stopped: &dyn Fn() -> bool) -> Option<Shown> {
        let model = &side.numbers.model;
        let epsilon = self.budget(side);
        let near = found.near.as_ref()?;
        let target = Target { epsilon: 0.0, delta: 1e-3, fixed: true, gap: 1e-4 * epsilon / 1e-3 };
        let inner = Interior::new(model, target, stopped).run().near?;
        let room = 0.5 * (epsilon - inner.exploitability);
        if room <= 0.0 {
            return None;
        }
        let excess = (near.exploitability - epsilon).max(0.0) + 10.0 * MARGIN;
        let share = (excess / (excess + room)).clamp(0.0, 1.0);
        let flow: Table = near
            .flow
            .iter()
            .zip(&inner.flow)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (1.0 - share) * a + share * b).collect())
            .collect();
        self.witness(side, &flow)
    }

    /// For eps = 0: the best bound of `sign J0` from below, as a witness of the other sign where
    /// `ceiling` says so. `middle` is where a run for other costs, or for another multiplier, was
    /// half way, as soon as there was one.
    pub(super) fn zero(
        &self,
        side: &Side,
        ceiling: bool,
        middle: &mut Option<State>,
        stopped: &dyn Fn() -> bool,
    ) -> Option<Shown> {
        let mut best: Option<(f64, Bound)> = None;
        let wanted = SHARE * self.gap / side.numbers.leader_scale;
        for delta in LADDER {
            let target = Target { epsilon: 0.0, delta, fixed: true, gap: wanted };
            let mut run = Interior::new(&side.numbers.model, target, stopped);
            if let Some(middle) = middle.as_ref() {
                run.start_at(middle);
            }
            let mut found = run.run();
            *middle = middle.take().or(found.middle.take());
            let (Some(bound), Some(near)) = (found.bound, found.near) else { break };
            let rise = best.as_ref().map_or(f64::INFINITY, |(value, _)| bound.value - value);
            let apart = near.value - bound.value;
            if rise > 0.0 {
                best = Some((bound.value, bound));
            }
            if rise < wanted || apart.abs() < wanted || stopped() {
                break;
            }
        }
        self.bound(side, &best?.1, ceiling)
    }

    /// The step of a bound, and the value that it shows, by the rule itself.
    fn bound(&self, side: &Side, bound: &Bound, ceiling: bool) -> Option<Shown> {
        let numbers = &side.numbers;
        let multiplier = numbers.leader_scale / (numbers.reward_scale * bound.delta);
        let multiplier = from_short_dyadic(multiplier, MULTIPLIER_BITS)?;
        let policy = numbers.policy(self.instance, &bound.deviation);
        let tangents = self.tangents(&numbers.masses(self.instance, &bound.flow));
        let given = Multipliers { budget: &multiplier, tangents: &tangents, policy: &policy };
        let Closing { value, .. } =
            closing(self.instance, self.game, self.epsilon, &side.sign, given)?;
        let value = short_below(&value);
        let stated = &side.sign * &value;
        let step = MonotoneStep { value: stated, ceiling, multiplier, tangents, policy };
        // A ceiling is a witness for the other sign.
        let value = if ceiling { -value } else { value };
        Some(Shown { value, step: Step::Monotone(step) })
    }

    /// The statistics on which rewards depend, at a flow.
    fn tangents(&self, masses: &Table) -> Vec<Indexed> {
        let mut tangents = Vec::new();
        for stage in &self.game.stages {
            for (k, _) in &stage.responses {
                let aggregate = &self.instance.aggregates[*k as usize];
                let pairs = &self.instance.stages[aggregate.stage].pairs;
                let terms = aggregate.weights.iter().filter_map(|(state, action, weight)| {
                    let pair = pairs.find(*state as usize, *action as usize)?;
                    Some(to_approx(weight) * masses[aggregate.stage][pair])
                });
                let value = from_short_dyadic(terms.sum(), POINT_BITS);
                if let Some(value) = value.filter(|value| !value.is_zero()) {
                    tangents.push((*k as usize, value));
                }
            }
        }
        let aggregates = self.instance.aggregates.len();
        for (curve, masses) in self
            .game
            .stages
            .iter()
            .zip(masses)
            .flat_map(|(stage, masses)| stage.curves.iter().map(move |curve| (curve, masses)))
        {
            let terms =
                curve.gradient.iter().map(|(pair, g)| to_approx(g) * masses[*pair as usize]);
            if let Some(mass) = from_short_dyadic(terms.sum(), POINT_BITS) {
                tangents.push((aggregates + curve.function as usize, &curve.base + mass));
            }
        }
        tangents.sort_by_key(|entry| entry.0);
        tangents
    }

    /// The step of a flow that is an eps-equilibrium, also after its policy is rounded.
    fn witness(&self, side: &Side, flow: &Table) -> Option<Shown> {
        let numbers = &side.numbers;
        let policy: Policy = numbers.policy(self.instance, flow);
        let flow = numbers.flow(self.instance, &policy);
        if numbers.model.exploitability(&flow) > self.budget(side) - MARGIN {
            return None;
        }
        let cost = Model::dot(&numbers.model.costs(), &flow) * numbers.leader_scale;
        let value = cost + numbers.constant;
        let slack = MARGIN * (numbers.leader_scale + value.abs());
        let value = -short_below(&-from_approx(value + slack)?);
        let parts = vec![Part { weight: Rational::ONE, policy }];
        let stated = &side.sign * &value;
        // Values of functions are not rational.
        let step = if self.instance.functions.is_empty() {
            Step::PopulationWitness { value: stated, parts }
        } else {
            Step::EnclosedWitness { value: stated, bits: WITNESS_BITS, parts }
        };
        Some(Shown { value, step })
    }
}

/// A short number just below.
fn short_below(value: &Rational) -> Rational {
    let unit = Rational::from(crate::exact::Integer::ONE << VALUE_BITS as usize);
    Rational::from((value * &unit).floor()) / unit
}
