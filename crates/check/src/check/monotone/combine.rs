//! The combination that closes all eps-equilibria with `s J0 < s q` at once.
//!
//! With the objective `s (q - J0) > 0`, the budget times `A`, Bellman rows times a flow `E` of mass
//! `A`, links and stage masses that turn products of statistics and masses into `A x'q x`, and
//! squares around a point, what is left is affine in `x`; links make it a form `f` of the masses,
//! whose least value over all flows is the bound:
//!
//! ```text
//! f_i = s c_i - A r0_i + sum_k lambda_k M_k(i),
//! lambda_k = s h_k + sum_i E_i R_k(i) - A beta_k + A ((q + q') x*)_k.
//! ```
//!
//! Functions of statistics add the slopes of lines below what they leave (`bend`).

use super::bend::{Bend, Played, argument, bound};
use super::curves::Curve;
use super::deviation::Deviation;
use super::structure::{Monotone, Sparse, weights};
use crate::certificate::Indexed;
use crate::exact::{Integer, Natural, Rational, Scaled, ratio};
use crate::game::{ColumnExt, Instance, Policy, RANGE_BITS, Ranges, column_ranges, extremes};
use dashu_base::BitTest;
use smfg_kernel::{Column, Combination, Family, Monomial, Name, Polynomial, Square, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Binary digits of multipliers, their sign not counted.
const DIGITS: i64 = 61;

/// What a step of the rule names.
#[derive(Debug, Clone, Copy)]
pub struct Multipliers<'a> {
    /// `A >= 0`, of the budget.
    pub budget: &'a Rational,
    /// Points `x*_k` at which tangents are taken; 0 where none is named. Functions come after the
    /// aggregates, with an argument each.
    pub tangents: &'a [Indexed],
    /// The deviation.
    pub policy: &'a Policy,
}

/// A proof in the words of the kernel.
#[derive(Debug, Clone)]
pub struct Closing {
    /// The largest `s q` that it shows.
    pub value: Rational,
    /// Bounds of the followers' values from above.
    pub ceiling: Family,
    /// Bounds from below.
    pub floor: Family,
    /// The pairs that show them, by stage and state.
    pub choices: Vec<Vec<u32>>,
    /// Ends of functions at this decision, before everything else.
    pub ends: Vec<Bend>,
    /// Rows about functions, numbered from 0.
    pub bends: Vec<Bend>,
    /// The combination, whose bounds of values are numbered from 0: the ceiling, the floor.
    pub combination: Combination,
}

fn constants(stages: Vec<Scaled>) -> Family {
    let column = |values| Arc::new(Column { support: None, coefficients: Arc::new(values) });
    let stages = stages.into_iter().enumerate();
    stages.map(|(t, values)| (t as u32, vec![(Monomial::one(), column(values))])).collect()
}

/// How many binary digits the whole part of a number has, at least 1.
fn length(value: &Rational) -> i64 {
    (value.clone().max(-value).ceil().bit_len() as i64).max(1)
}

/// Fractional bits that leave numbers up to `most` in machine words.
fn bits_for(most: &Rational) -> usize {
    (DIGITS - length(most)).max(1) as usize
}

struct Builder<'a> {
    instance: &'a Instance,
    game: &'a Monotone,
    sign: &'a Rational,
    given: Multipliers<'a>,
    constant: Rational,
    rows: BTreeMap<Name, Polynomial>,
    squares: Vec<Square>,
    bends: Vec<Bend>,
    ranges: Ranges,
    lambda: Sparse,
}

/// The combination for the sign `s` and a budget `epsilon`; `None` when the multipliers do not fit
/// the game.
#[must_use]
pub fn closing(
    instance: &Instance,
    game: &Monotone,
    epsilon: &Rational,
    sign: &Rational,
    given: Multipliers<'_>,
) -> Option<Closing> {
    if *given.budget < Rational::ZERO {
        return None;
    }
    let bits = bits_for(given.budget);
    let deviation = Deviation::new(instance, given.policy, given.budget, bits)?;
    let lambda = game.payoff.iter().map(|(k, value)| (*k, value * sign)).collect();
    let mut builder = Builder {
        instance,
        game,
        sign,
        given,
        constant: sign * &game.constant - given.budget * epsilon,
        rows: BTreeMap::new(),
        squares: Vec::new(),
        bends: Vec::new(),
        ranges: ranges(instance, game),
        lambda,
    };
    builder.rewards(&deviation);
    builder.quadratic();
    builder.curves(&deviation)?;
    builder.finish(&deviation)
}

/// Intervals of statistics as the kernel knows them.
fn ranges(instance: &Instance, game: &Monotone) -> Ranges {
    let mut ranges = instance.ranges();
    for curve in game.stages.iter().flat_map(|stage| &stage.curves) {
        let own = ranges.functions.get_mut(curve.function as usize);
        if let (Some(own), Ok(ends)) = (own, curve.kind.enclose(&curve.arguments(), RANGE_BITS)) {
            *own = ends;
        }
    }
    ranges
}

impl Builder<'_> {
    fn add(&mut self, name: Name, multiplier: &Polynomial, factor: &Rational) {
        let row = self.rows.entry(name).or_default();
        *row = std::mem::take(row).plus(multiplier, factor);
    }

    /// What Bellman rows and the masses of stages leave of the rewards.
    fn rewards(&mut self, deviation: &Deviation) {
        let budget = self.given.budget;
        for ((t, stage), masses) in self.game.stages.iter().enumerate().zip(&deviation.masses) {
            use crate::exact::ScaledExt;
            self.constant += masses.dot(&stage.reward);
            for (function, column) in &stage.blind {
                let (low, high) = &self.ranges.functions[*function as usize];
                let value = column.value(masses);
                self.constant += (&value * low).min(&value * high);
            }
            for (k, column) in &stage.responses {
                *self.lambda.entry(*k).or_insert(Rational::ZERO) += column.value(masses);
            }
            for (k, beta) in &stage.constants {
                let value = budget * beta;
                *self.lambda.entry(*k).or_insert(Rational::ZERO) -= &value;
                let statistic = Polynomial::variable(Variable::Statistic(*k));
                self.add(Name::Mass(t as u32), &statistic, &value);
            }
        }
    }

    /// Links times `A q x`, and squares of the distance from the point.
    fn quadratic(&mut self) {
        let (game, budget) = (self.game, self.given.budget);
        if budget.is_zero() {
            return;
        }
        let point: Sparse =
            self.given.tangents.iter().map(|(k, value)| (*k as u32, value.clone())).collect();
        for stage in &game.stages {
            for (l, k, value) in &stage.coupling {
                let statistic = Polynomial::variable(Variable::Statistic(*k));
                self.add(Name::Link(*l), &statistic, &(budget * value));
            }
            for square in &stage.squares {
                let weight = budget * &square.weight;
                let at = square.coefficients.iter().fold(Rational::ZERO, |sum, (k, c)| {
                    point.get(k).map_or(sum.clone(), |x| sum + c * x)
                });
                let mut root = Polynomial::constant(-&at);
                for (k, c) in &square.coefficients {
                    root.add_term(Monomial::new(vec![(Variable::Statistic(*k), 1)]), c.clone());
                    *self.lambda.entry(*k).or_insert(Rational::ZERO) +=
                        ratio(2, 1) * &weight * &at * c;
                }
                self.constant -= &weight * &at * &at;
                let weight = Polynomial::constant(weight);
                self.squares.push(Square { weight, root, pair: None });
            }
        }
    }

    /// Links and stage masses times functions, and rows about the functions; `None` where a curve
    /// has no bound.
    fn curves(&mut self, deviation: &Deviation) -> Option<()> {
        let (game, budget) = (self.game, self.given.budget.clone());
        if budget.is_zero() {
            return Some(());
        }
        let aggregates = self.instance.aggregates.len();
        let points: BTreeMap<usize, &Rational> =
            self.given.tangents.iter().map(|(k, value)| (*k, value)).collect();
        for ((t, stage), masses) in game.stages.iter().enumerate().zip(&deviation.masses) {
            if stage.curves.is_empty() {
                continue;
            }
            let total = masses.iter().fold(Rational::ZERO, |sum, mass| sum + mass);
            for curve in &stage.curves {
                let statistic = (aggregates + curve.function as usize) as u32;
                let entries = curve.gradient.iter();
                let gradient = entries.fold(Rational::ZERO, |sum, (pair, value)| {
                    sum + value * masses.get(*pair as usize)
                });
                let (budget, missing) = (budget.clone(), &budget - &total);
                let played = Played { budget, gradient, missing };
                let greatest = self.greatest(curve);
                let point = points.get(&(statistic as usize)).copied();
                let own = bound(curve, statistic, &played, &greatest, point)?;
                let argument = argument(curve);
                let w = Polynomial::variable(Variable::Statistic(statistic));
                let product = w.times(&argument).ok()?;
                let cost = Polynomial::zero().plus(&product, &curve.cost.1).plus(&w, &curve.cost.0);
                for (l, beta) in &curve.form {
                    self.add(Name::Link(*l), &cost, &(&played.budget * beta));
                    *self.lambda.entry(*l).or_insert(Rational::ZERO) += &own.slope * beta;
                }
                self.add(Name::Mass(t as u32), &w, &(&played.budget * &curve.constant));
                self.add(Name::Function(statistic), &own.equation, &Rational::ONE);
                for (bend, multiplier) in own.bends {
                    let name = Name::Row(self.bends.len() as u32);
                    self.add(name, &multiplier, &Rational::ONE);
                    self.bends.push(bend);
                }
                self.squares.extend(own.squares);
                self.constant += own.at + own.slope * &curve.base;
            }
        }
        Some(())
    }

    /// The greatest value of a function, as far as the kernel knows.
    fn greatest(&self, curve: &Curve) -> Rational {
        let place = curve.function as usize;
        let ends = [&self.instance.functions[place].values, &self.ranges.functions[place]];
        ends.map(|(_, high)| high.clone()).into_iter().max().unwrap_or_default()
    }

    /// The form of the masses, its least values, and bounds of the followers' values.
    fn finish(mut self, deviation: &Deviation) -> Option<Closing> {
        let one = Polynomial::constant(Rational::ONE);
        let lambda = std::mem::take(&mut self.lambda);
        for (k, value) in &lambda {
            self.add(Name::Link(*k), &one, &-value);
        }
        self.add(Name::Objective, &one, &Rational::ONE);
        let budget = self.given.budget.clone();
        if !budget.is_zero() {
            self.add(Name::Budget, &one, &budget);
        }
        let forms = self.forms(&lambda)?;
        let (least, flow) = self.least(&forms)?;
        let (ceiling, floor) = self.ends();
        let (above, below, lost) = kept(deviation, &ceiling, &floor);
        let states = self.instance.initial.len();
        let choices = self.instance.stages.iter().map(|stage| {
            (0..states).map(|s| stage.pairs.of_state(s).start as u32).collect::<Vec<u32>>()
        });
        let everywhere = |ends: &[Rational]| {
            let column = |end: &Rational| Scaled::from_rationals(&vec![end.clone(); states]);
            constants(ends.iter().map(column).collect())
        };
        let ends = self.function_ends();
        Some(Closing {
            value: self.constant + least - lost,
            ceiling: everywhere(&ceiling),
            floor: everywhere(&floor),
            choices: choices.collect(),
            ends,
            bends: self.bends,
            combination: Combination {
                rows: self.rows.into_iter().filter(|(_, value)| !value.is_zero()).collect(),
                flow,
                bellman: constants(deviation.masses.clone()),
                squares: self.squares,
                bounds: vec![(0, constants(above)), (1, constants(below))],
                ..Combination::default()
            },
        })
    }

    /// `f_i` per stage and pair.
    fn forms(&self, lambda: &Sparse) -> Option<Vec<Vec<Rational>>> {
        let mut forms: Vec<Vec<Rational>> = Vec::with_capacity(self.game.stages.len());
        for stage in &self.game.stages {
            let pairs = 0..stage.reward.len();
            let value = |i: usize| {
                self.sign * stage.leader.get(i) - self.given.budget * stage.reward.get(i)
            };
            let mut own: Vec<Rational> = pairs.map(value).collect();
            for (function, column) in &stage.blind {
                let (low, high) = &self.ranges.functions[*function as usize];
                for (i, value) in column.entries() {
                    let value = -(self.given.budget * value);
                    own[i] += (&value * low).min(&value * high);
                }
            }
            forms.push(own);
        }
        for (k, value) in lambda.iter().filter(|(_, value)| !value.is_zero()) {
            let aggregate = self.instance.aggregates.get(*k as usize)?;
            let stage = self.instance.stages.get(aggregate.stage)?;
            for (i, weight) in weights(aggregate, stage) {
                forms[aggregate.stage][i as usize] += value * weight;
            }
        }
        Some(forms)
    }

    /// A number that `mu0'U_0` reaches, for multiples `U` of a binary fraction with
    /// `U_t(s) <= min over the pairs of f_i + P_i U_{t+1}`, and multipliers `-U` of flow equations.
    fn least(&self, forms: &[Vec<Rational>]) -> Option<(Rational, Family)> {
        let size = |form: &Vec<Rational>| {
            form.iter().map(|f| f.clone().max(-f)).max().unwrap_or(Rational::ZERO)
        };
        let most: Rational = forms.iter().map(size).fold(Rational::ONE, |sum, size| sum + size);
        let bits = bits_for(&most);
        let (scale, unit) = (Integer::ONE << bits, Natural::ONE << bits);
        let states = self.instance.initial.len();
        let mut rows: Vec<Vec<Integer>> = Vec::with_capacity(forms.len());
        for (stage, form) in self.instance.stages.iter().zip(forms).rev() {
            let transition = match &stage.transition {
                Some((successors, probability)) => Some((successors, probability.as_constants()?)),
                None => None,
            };
            let worth = |i: usize| {
                let own = (&form[i] * Rational::from(scale.clone())).floor();
                let (Some((successors, p)), Some(next)) = (&transition, rows.last()) else {
                    return own;
                };
                let later = successors.of_pair(i).fold(Integer::ZERO, |sum, entry| {
                    sum + p.numerators().get(entry) * &next[successors.state(entry)]
                });
                own + Rational::from_parts(later, p.denominator().clone()).floor()
            };
            let least = |s: usize| stage.pairs.of_state(s).map(worth).min();
            rows.push((0..states).map(least).collect::<Option<Vec<Integer>>>()?);
        }
        rows.reverse();
        let first = rows.first()?.iter().zip(self.instance.initial.iter());
        let average = first.fold(Rational::ZERO, |sum, (value, mass)| {
            sum + mass * Rational::from_parts(value.clone(), unit.clone())
        });
        let negated = |row: Vec<Integer>| {
            Scaled::from_integers(row.into_iter().map(|value| -value).collect(), unit.clone())
        };
        Some((average, constants(rows.into_iter().map(negated).collect())))
    }

    /// What is known of functions at this decision, beyond what holds at all.
    fn function_ends(&self) -> Vec<Bend> {
        let forms = self.instance.aggregates.len();
        let functions = self.instance.functions.iter().zip(&self.ranges.functions).enumerate();
        let ends = functions.flat_map(|(k, (function, (low, high)))| {
            let known = &function.values;
            let narrower = [(true, low, *low > known.0), (false, high, *high < known.1)];
            narrower.into_iter().filter(|(.., new)| *new).map(move |(above, end, _)| Bend::Line {
                statistic: (forms + k) as u32,
                above,
                at: end.clone(),
                slope: Rational::ZERO,
            })
        });
        ends.collect()
    }

    /// Bounds of the followers' values, the same for all states of a stage: sums of the greatest
    /// and least rewards over the ranges of the statistics.
    fn ends(&self) -> (Vec<Rational>, Vec<Rational>) {
        let (mut ceiling, mut floor) = (Vec::new(), Vec::new());
        let (mut above, mut below) = (Rational::ZERO, Rational::ZERO);
        let ranges = &self.ranges;
        for own in self.instance.stages.iter().rev() {
            let (low, high) = column_ranges(&own.reward, &|variable| ranges.of(variable));
            above += Rational::from(extremes(&high).1.ceil());
            below += Rational::from(extremes(&low).0.floor());
            ceiling.push(above.clone());
            floor.push(below.clone());
        }
        ceiling.reverse();
        floor.reverse();
        (ceiling, floor)
    }
}

/// Multipliers of the bounds of values that take up what the deviation leaves, and what they cost.
fn kept(
    deviation: &Deviation,
    ceiling: &[Rational],
    floor: &[Rational],
) -> (Vec<Scaled>, Vec<Scaled>, Rational) {
    let (mut above, mut below, mut lost) = (Vec::new(), Vec::new(), Rational::ZERO);
    for ((missing, high), low) in deviation.missing.iter().zip(ceiling).zip(floor) {
        let part = |keep: &dyn Fn(&Rational) -> Rational| missing.iter().map(keep).collect();
        // kappa v, with kappa > 0 at least kappa times the floor, else kappa times the ceiling.
        let up: Vec<Rational> = part(&|kappa| (-kappa).max(Rational::ZERO));
        let down: Vec<Rational> = part(&|kappa| kappa.clone().max(Rational::ZERO));
        for value in &up {
            lost += value * high;
        }
        for value in &down {
            lost -= value * low;
        }
        above.push(Scaled::from_rationals(&up));
        below.push(Scaled::from_rationals(&down));
    }
    (above, below, lost)
}
