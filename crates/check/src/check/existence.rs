//! A box of the statistics in which there is an equilibrium (docs/certificate.md, (X)).
//!
//! The step is written out as a proof, which the kernel accepts or refuses; nothing else is
//! trusted. The kernel asks for one part about the reward, and one for each face of the box. In a
//! small box the data are almost affine in the statistics `x`, so values are bounded by affine
//! functions that agree with them to first order, and a margin takes up the rest.

use super::verdict::Fault;
use crate::certificate::ExistenceStep;
use crate::exact::{Integer, Natural, Rational, ratio};
use crate::game::{Columns, Instance, Monomial, Polynomial, Variable, listing};
use smfg_kernel::{Combination, Family, Name, Row, Sense, Side};

/// Binary digits after the point of what is rounded.
const BITS: usize = 72;

/// The margin is the width of the box over two to this power.
const MARGIN: usize = 14;
/// It is no less than this power of one half, which takes up rounding.
const LEAST_MARGIN: usize = 62;

/// The steps that close one part.
#[derive(Debug, Clone)]
pub struct Part {
    /// Bounds of the followers' values from above.
    pub ceiling: Family,
    /// Bounds from below.
    pub floor: Family,
    /// The pairs that show them, by stage and state.
    pub choices: Vec<Vec<u32>>,
    /// What pairs lose at least, rows numbered from 0.
    pub losses: Vec<Loss>,
    /// The combination, whose bounds of values are the ceiling and the floor.
    pub combination: Combination,
    /// What is left: the part closes if it is at most 0, the first one if it is at most
    /// `sigma value`.
    pub rest: Rational,
}

/// A row `z_i - zeta_i >= 0`.
#[derive(Debug, Clone)]
pub struct Loss {
    /// The pair.
    pub pair: (u32, u32),
    /// The row.
    pub goal: Row,
    /// What it follows from.
    pub combination: Combination,
}

impl Part {
    /// The rows that the sum of losses rests on: stage, pair, number.
    #[must_use]
    pub fn rows(&self) -> Vec<(u32, u32, u32)> {
        (0..).zip(&self.losses).map(|(row, loss)| (loss.pair.0, loss.pair.1, row)).collect()
    }
}

/// The parts of the proof of a step, in the kernel's order.
///
/// # Errors
/// [`Fault`] where the step does not fit the game, or the game has functions.
pub fn written_out(
    instance: &Instance,
    sigma: &Rational,
    step: &ExistenceStep,
) -> Result<Vec<Part>, Fault> {
    let count = instance.aggregates.len();
    if !instance.functions.is_empty() {
        return Err(Fault::Functions);
    }
    let square = step.matrix.len() == count && step.matrix.iter().all(|row| row.len() == count);
    let proper = step.ends.len() == count && step.ends.iter().all(|(low, high)| low < high);
    if !square || !proper || step.links.len() != count {
        return Err(Fault::Shape);
    }
    let mut parts = vec![Region::whole(instance, &step.ends).reward(sigma, &step.links)?];
    for (k, row) in step.matrix.iter().enumerate() {
        for upper in [false, true] {
            let face = Region::face(instance, &step.ends, (k, upper));
            let sign = if upper { Rational::ONE } else { Rational::NEG_ONE };
            let weights: Vec<Rational> = row.iter().map(|value| value * &sign).collect();
            parts.push(face.map(&weights)?);
        }
    }
    Ok(parts)
}

/// `value + sum slope_k (x_k - centre_k)`.
#[derive(Debug, Clone)]
struct Affine {
    value: Rational,
    slopes: Vec<Rational>,
    /// Whether nothing was left out.
    exact: bool,
}

impl Affine {
    fn constant(value: Rational, count: usize) -> Self {
        Affine { value, slopes: vec![Rational::ZERO; count], exact: true }
    }

    /// `self + factor other`.
    fn plus(mut self, factor: &Rational, other: &Affine) -> Self {
        self.value += factor * &other.value;
        let slopes = self.slopes.iter_mut().zip(&other.slopes);
        slopes
            .filter(|(_, other)| !other.is_zero())
            .for_each(|(own, other)| *own += factor * other);
        self.exact &= other.exact;
        self
    }

    /// `self + first second`, to first order.
    fn plus_product(self, first: &Affine, second: &Affine) -> Self {
        let value = &self.value - &first.value * &second.value;
        let exact = self.exact && (first.is_constant() || second.is_constant());
        let sum = Affine { value, exact, ..self };
        sum.plus(&second.value, first).plus(&first.value, second)
    }

    fn is_constant(&self) -> bool {
        self.slopes.iter().all(Rational::is_zero)
    }

    fn raised(mut self, by: &Rational) -> Self {
        self.value += by;
        self
    }

    fn rounded(mut self) -> Self {
        for number in self.slopes.iter_mut().chain([&mut self.value]) {
            let short = rounded(number);
            self.exact &= short == *number;
            *number = short;
        }
        self
    }
}

fn rounded(value: &Rational) -> Rational {
    let scale = Natural::ONE << BITS;
    Rational::from_parts((value * Rational::from(scale.clone())).floor(), scale)
}

/// The data of a pair, to first order.
#[derive(Debug)]
struct Pair {
    reward: Affine,
    /// Successors with their probabilities.
    successors: Vec<(usize, Affine, Polynomial)>,
}

/// The statistics of a part, and the game there.
struct Region<'a> {
    instance: &'a Instance,
    centre: Vec<Rational>,
    half: Vec<Rational>,
    margin: Rational,
    /// By stage and pair.
    pairs: Vec<Vec<Pair>>,
}

/// Affine functions by stage and state.
type Values = Vec<Vec<Affine>>;

impl<'a> Region<'a> {
    fn whole(instance: &'a Instance, ends: &[(Rational, Rational)]) -> Self {
        let halves = ratio(1, 2);
        let centre = ends.iter().map(|(low, high)| (low + high) * &halves);
        let half: Vec<Rational> = ends.iter().map(|(low, high)| (high - low) * &halves).collect();
        Region::new(instance, centre.collect(), half)
    }

    fn face(instance: &'a Instance, ends: &[(Rational, Rational)], side: (usize, bool)) -> Self {
        let Region { mut centre, mut half, .. } = Region::whole(instance, ends);
        let (k, upper) = side;
        centre[k] = if upper { ends[k].1.clone() } else { ends[k].0.clone() };
        half[k] = Rational::ZERO;
        Region::new(instance, centre, half)
    }

    fn new(instance: &'a Instance, centre: Vec<Rational>, half: Vec<Rational>) -> Self {
        let widest = half.iter().max().cloned().unwrap_or(Rational::ZERO);
        let least = Rational::from_parts(Integer::ONE, Natural::ONE << LEAST_MARGIN);
        let margin = (widest / Rational::from(Natural::ONE << (MARGIN - 1))).max(least);
        let mut own = Region { instance, centre, half, margin, pairs: Vec::new() };
        own.pairs = instance.stages.iter().map(|stage| own.stage(stage)).collect();
        own
    }

    fn stage(&self, stage: &crate::game::InstanceStage) -> Vec<Pair> {
        let rewards = self.expanded_all(&stage.reward);
        let entries = stage.transition.as_ref().map(|(successors, p)| {
            let probabilities = self.expanded_all(p);
            (successors, p, probabilities)
        });
        let successors = |i: usize| match &entries {
            None => Vec::new(),
            Some((successors, p, probabilities)) => successors
                .of_pair(i)
                .map(|entry| (successors.state(entry), probabilities[entry].clone(), p.get(entry)))
                .collect(),
        };
        let pairs = rewards.into_iter().enumerate();
        pairs.map(|(i, reward)| Pair { reward, successors: successors(i) }).collect()
    }

    /// A polynomial to first order around the centre.
    fn expanded(&self, polynomial: &Polynomial) -> Affine {
        let at = |polynomial: &Polynomial| {
            let value = |variable: Variable| match variable {
                Variable::Aggregate(k) => self.centre.get(k as usize).cloned(),
                Variable::Parameter(_) | Variable::Function(_) => None,
            };
            polynomial.substitute(&value).as_constant().unwrap_or(Rational::ZERO)
        };
        let slopes = (0..self.centre.len()).map(|k| at(&polynomial.derivative(k as u32)));
        let exact = polynomial.degree() <= 1;
        Affine { value: at(polynomial), slopes: slopes.collect(), exact }
    }

    fn expanded_all(&self, columns: &Columns) -> Vec<Affine> {
        (0..columns.len()).map(|i| self.expanded(&columns.get(i))).collect()
    }

    /// The greatest value in the box.
    fn greatest(&self, affine: &Affine) -> Rational {
        let slopes = affine.slopes.iter().zip(&self.half);
        slopes
            .fold(affine.value.clone(), |sum, (slope, half)| sum + slope.clone().max(-slope) * half)
    }

    /// `own + sum P_i values'`, for a pair of stage `t`.
    fn worth(&self, own: Affine, (t, i): (usize, usize), values: &[Vec<Affine>]) -> Affine {
        let Some(next) = values.last() else { return own };
        let successors = self.pairs[t][i].successors.iter();
        successors.fold(own, |sum, (state, p, _)| sum.plus_product(p, &next[*state]))
    }

    /// An affine function that is nowhere below any of these: one of them, raised.
    fn above<'b>(&self, all: impl Iterator<Item = &'b Affine> + Clone) -> Option<Affine> {
        let raised = all.clone().map(|own| {
            let excess = |other| self.greatest(&Affine::clone(other).plus(&Rational::NEG_ONE, own));
            let most = all.clone().map(excess).max().unwrap_or(Rational::ZERO);
            own.clone().raised(&most.max(Rational::ZERO))
        });
        let least = raised.min_by(|a, b| a.value.cmp(&b.value))?.rounded();
        let exact = least.exact && all.clone().all(|own| own.exact);
        // Nothing has to be made up for at the ends of ranges, where masses are 0.
        Some(if exact { least } else { least.raised(&self.margin) })
    }

    /// The ceiling, the floor, and the pairs that show it.
    fn bounds(&self) -> Option<(Values, Values, Vec<Vec<u32>>)> {
        let (mut ceiling, mut floor, mut choices) = (Values::new(), Values::new(), Vec::new());
        for (t, stage) in self.instance.stages.iter().enumerate().rev() {
            let all = |values: &Values| -> Vec<Affine> {
                let pairs = self.pairs[t].iter().enumerate();
                pairs.map(|(i, own)| self.worth(own.reward.clone(), (t, i), values)).collect()
            };
            let (high, low) = (all(&ceiling), all(&floor));
            let (mut above, mut below, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
            for s in 0..self.instance.initial.len() {
                let pairs = stage.pairs.of_state(s);
                above.push(self.above(high[pairs.clone()].iter())?);
                let best = pairs.max_by(|&i, &j| low[i].value.cmp(&low[j].value))?;
                below.push(low[best].clone().raised(&-&self.margin).rounded());
                chosen.push(best as u32);
            }
            ceiling.push(above);
            floor.push(below);
            choices.push(chosen);
        }
        ceiling.reverse();
        floor.reverse();
        choices.reverse();
        Some((ceiling, floor, choices))
    }

    /// The part in which `sigma J0` is too large; multipliers of links keep what mixing changes out
    /// of it.
    fn reward(&self, sigma: &Rational, links: &[Rational]) -> Result<Part, Fault> {
        let leader = self.instance.stages.iter().map(|stage| {
            let rewards = self.expanded_all(&stage.leader_reward).into_iter();
            let zero = || Affine::constant(Rational::ZERO, self.centre.len());
            rewards.map(|reward| zero().plus(sigma, &reward)).collect()
        });
        let forms = self.with_forms(leader.collect(), links);
        let constant = Affine::constant(Rational::ZERO, self.centre.len());
        let constant = constant.plus(sigma, &self.expanded(&self.instance.payoff));
        let mut part = self.part(&forms, self.less(constant, links).raised(&self.margin))?;
        let named = (0u32..)
            .zip(links)
            .filter(|(_, value)| !value.is_zero())
            .map(|(k, value)| (Name::Link(k), smfg_kernel::Polynomial::constant(value.clone())));
        part.combination.rows.extend(named);
        part.combination.rows.sort_by_key(|row| row.0);
        Ok(part)
    }

    /// The part of a face, where `sum weight_l (M_l d - x_l) > 0`.
    fn map(&self, weights: &[Rational]) -> Result<Part, Fault> {
        let count = self.centre.len();
        let zeros = self
            .pairs
            .iter()
            .map(|pairs| pairs.iter().map(|_| Affine::constant(Rational::ZERO, count)).collect());
        let forms = self.with_forms(zeros.collect(), weights);
        let constant = self.less(Affine::constant(Rational::ZERO, count), weights);
        self.part(&forms, constant)
    }

    /// `forms + sum weight_k M_k`, by stage and pair.
    fn with_forms(&self, mut forms: Vec<Vec<Affine>>, weights: &[Rational]) -> Vec<Vec<Affine>> {
        for (aggregate, weight) in self.instance.aggregates.iter().zip(weights) {
            let pairs = &self.instance.stages[aggregate.stage].pairs;
            for (state, action, value) in &aggregate.weights {
                if let Some(pair) = pairs.find(*state as usize, *action as usize) {
                    forms[aggregate.stage][pair].value += weight * value;
                }
            }
        }
        forms
    }

    /// `constant - sum weight_k x_k`.
    fn less(&self, mut constant: Affine, weights: &[Rational]) -> Affine {
        for ((k, weight), centre) in weights.iter().enumerate().zip(&self.centre) {
            constant.value -= weight * centre;
            constant.slopes[k] -= weight;
        }
        constant
    }

    /// Shows that `constant + sum form_i d_i` is at most what is left, by best responses.
    fn part(&self, forms: &[Vec<Affine>], constant: Affine) -> Result<Part, Fault> {
        let (ceiling, floor, choices) = self.bounds().ok_or(Fault::Shape)?;
        let losses = self.least_losses(&ceiling, &floor);
        let mut most = Values::new();
        let mut missing: Vec<(usize, usize, Rational)> = Vec::new();
        for (t, stage) in self.instance.stages.iter().enumerate().rev() {
            let pairs = forms[t].iter().enumerate();
            let worths: Vec<Affine> =
                pairs.map(|(i, form)| self.worth(form.clone(), (t, i), &most)).collect();
            let mut above = Vec::new();
            for s in 0..self.instance.initial.len() {
                let used = stage.pairs.of_state(s).filter(|&i| losses[t][i].is_zero());
                let used: Vec<&Affine> = used.map(|i| &worths[i]).collect();
                let own = self.above(used.iter().copied()).ok_or(Fault::Shape)?;
                for i in stage.pairs.of_state(s).filter(|&i| !losses[t][i].is_zero()) {
                    let excess = worths[i].clone().plus(&Rational::NEG_ONE, &own);
                    let excess = self.greatest(&excess) + &self.margin;
                    if excess > Rational::ZERO {
                        missing.push((t, i, excess));
                    }
                }
                above.push(own);
            }
            most.push(above);
        }
        most.reverse();
        // A power of two, so that losses times it make up for what pairs that lose would add.
        let mut factor = Rational::ONE;
        for (t, i, excess) in &missing {
            while &factor * &losses[*t][*i] < *excess {
                factor *= Rational::from(2u32);
            }
        }
        let first = most.first().ok_or(Fault::Shape)?.iter().zip(self.instance.initial.iter());
        let rest = first.fold(constant, |sum, (value, mass)| sum.plus(&mass, value));
        let losses =
            missing.iter().map(|(t, i, _)| self.loss((*t, *i), &losses[*t][*i], &floor, &ceiling));
        let losses: Vec<Loss> = losses.collect();
        let mut rows = vec![(Name::Objective, Rational::ONE)];
        if !losses.is_empty() {
            rows.push((Name::Budget, factor.clone()));
            rows.push((Name::Row(losses.len() as u32), factor));
        }
        let constant = |(name, value)| (name, smfg_kernel::Polynomial::constant(value));
        let mut rows: Vec<_> = rows.into_iter().map(constant).collect();
        rows.sort_by_key(|row| row.0);
        Ok(Part {
            ceiling: self.family(&ceiling),
            floor: self.family(&floor),
            choices,
            losses,
            combination: Combination { rows, flow: self.family(&most), ..Combination::default() },
            rest: self.greatest(&rest),
        })
    }

    /// What pairs lose at least everywhere in the box, 0 where nothing is known.
    fn least_losses(&self, ceiling: &Values, floor: &Values) -> Vec<Vec<Rational>> {
        let stages = self.instance.stages.iter().enumerate().map(|(t, stage)| {
            let mut losses = vec![Rational::ZERO; self.pairs[t].len()];
            let next = ceiling.get(t + 1).map_or(&[][..], std::slice::from_ref);
            for (s, floor) in floor[t].iter().enumerate() {
                for i in stage.pairs.of_state(s) {
                    let own = self.worth(self.pairs[t][i].reward.clone(), (t, i), next);
                    let excess = own.plus(&Rational::NEG_ONE, floor);
                    let least = -self.greatest(&excess) - &self.margin;
                    losses[i] = rounded(&least).max(Rational::ZERO);
                }
            }
            losses
        });
        stages.collect()
    }

    /// The row `z_i - zeta_i >= 0`: the state's floor and the ceilings of successors.
    fn loss(
        &self,
        (t, i): (usize, usize),
        least: &Rational,
        floor: &Values,
        ceiling: &Values,
    ) -> Loss {
        let forms = self.centre.len();
        let stage = &self.instance.stages[t];
        let states = floor[t].len();
        let s = (0..states).find(|&s| stage.pairs.of_state(s).contains(&i)).unwrap_or(0);
        let minus = Rational::NEG_ONE;
        let constant = Polynomial::constant(-least).plus(&stage.reward.get(i), &minus);
        let mut goal = Row::of(Sense::AtLeast, listing::polynomial(&constant, forms));
        let one = smfg_kernel::Polynomial::constant(Rational::ONE);
        goal.value.push((Side::Follower, t as u32, s as u32, one));
        let mut later = vec![Polynomial::zero(); states];
        for (state, _, p) in &self.pairs[t][i].successors {
            let negative = listing::polynomial(&Polynomial::zero().plus(p, &minus), forms);
            goal.value.push((Side::Follower, t as u32 + 1, *state as u32, negative));
            later[*state] = std::mem::take(&mut later[*state]).plus(p, &Rational::ONE);
        }
        let mut own = vec![Polynomial::zero(); states];
        own[s] = Polynomial::constant(Rational::ONE);
        let at = |t: usize, own: &[Polynomial]| {
            Family::from([(t as u32, listing::columns(&Columns::from_polynomials(own), forms))])
        };
        let mut bounds = Vec::new();
        if t + 1 < ceiling.len() {
            bounds.push((0, at(t + 1, &later)));
        }
        bounds.push((1, at(t, &own)));
        let combination = Combination { bounds, ..Combination::default() };
        Loss { pair: (t as u32, i as u32), goal, combination }
    }

    fn family(&self, values: &Values) -> Family {
        let forms = self.centre.len();
        let stages = (0u32..).zip(values).map(|(t, own)| {
            let own: Vec<Polynomial> = own.iter().map(|value| self.polynomial(value)).collect();
            (t, listing::columns(&Columns::from_polynomials(&own), forms))
        });
        stages.collect()
    }

    /// An affine function of the statistics themselves.
    fn polynomial(&self, affine: &Affine) -> Polynomial {
        let mut result = Polynomial::zero();
        let mut constant = affine.value.clone();
        for ((k, slope), centre) in (0u32..).zip(&affine.slopes).zip(&self.centre) {
            constant -= slope * centre;
            result.add_term(Monomial::of(Variable::Aggregate(k)), slope.clone());
        }
        result.add_term(Monomial::one(), constant);
        result
    }
}
