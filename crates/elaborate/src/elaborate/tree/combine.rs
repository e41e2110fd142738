//! A combination of rule (T) as multipliers of the kernel's rows.
//!
//! With `A = sum alpha_j` and `s_i = omega sigma e_i - A w_i`, the remainder
//!
//! ```text
//! goal - omega (objective) - A (budget) - sum alpha_j (deviation_j)
//! ```
//!
//! is a quadratic function of the coordinates and of the masses. Products of statistics with other
//! coordinates' forms become products of coordinates; squares with `s_i > 0` are subtracted around
//! their tangent points, with `s_i < 0` the products of the distances from the ends of `l_i`. What is
//! left is affine, and becomes a form of the masses, whose least value over all flows gives the
//! multipliers of the flow equations.

use super::coordinates::flow;
use super::line::Line;
use super::{Root, Tree};
use crate::certificate::{Combination, End, Indexed};
use crate::check::Fault;
use crate::elaborate::family::{constants, scaled};
use crate::elaborate::statistics::beyond;
use crate::exact::{Rational, Scaled, ratio};
use crate::game::LinearForm;
use dashu_base::BitTest;
use smfg_kernel::{Monomial, Name, Polynomial, Row, Sense, Square, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Binary digits of multipliers, their sign not counted.
const MULTIPLIER_BITS: i64 = 56;

/// What is shown.
pub(super) enum Target<'a> {
    /// That the box holds nothing.
    Nothing,
    /// An end of the form of a square.
    End(usize, End, &'a Rational),
}

/// A factor and the values, per stage, that it multiplies.
type Product = (Rational, Arc<Vec<Scaled>>);

/// The multipliers while they are added up.
#[derive(Default)]
struct Sum {
    rows: BTreeMap<Name, Polynomial>,
    squares: Vec<Square>,
    /// Products of a statistic with the values of conversions, by statistic.
    values: BTreeMap<Variable, Vec<Product>>,
    loose: Vec<(Rational, LinearForm)>,
}

impl Sum {
    fn add(&mut self, name: Name, value: &Polynomial, factor: &Rational) {
        let row = self.rows.entry(name).or_default();
        *row = std::mem::take(row).plus(value, factor);
    }
}

fn one() -> Polynomial {
    Polynomial::constant(Rational::ONE)
}

/// The nearest number with few binary digits, if it has many itself.
fn short(value: &Rational, bits: i64) -> Rational {
    let length = |n: usize| n as i64;
    let (top, bottom) = (value.numerator().bit_len(), value.denominator().bit_len());
    if length(top) <= bits && length(bottom) <= bits {
        return value.clone();
    }
    rounded(value, bits - (length(top) - length(bottom)))
}

/// The nearest multiple of `2^-bits`.
pub(super) fn rounded(value: &Rational, bits: i64) -> Rational {
    let unit = Rational::from(crate::exact::Integer::ONE << bits.unsigned_abs() as usize);
    let unit = if bits < 0 { Rational::ONE / unit } else { unit };
    Rational::from((value * &unit).round()) / unit
}

impl Tree<'_> {
    /// The goal and the multipliers that show it on a box; `exact`, or with short numbers.
    pub(super) fn combination(
        &self,
        root: &Root,
        proof: &Combination,
        region: &[(Rational, Rational)],
        target: &Target<'_>,
        exact: bool,
    ) -> Result<(Row, smfg_kernel::Combination), Fault> {
        let mut sum = Sum::default();
        let weight = &proof.objective * &self.sigma;
        let alphas = self.weights(proof, exact)?;
        let total = alphas.iter().fold(Rational::ZERO, |sum, (alpha, _)| sum + alpha);
        let mut affine = Line::zero(self.game.coordinates.len());
        affine.add(&root.leader.affine, &weight);
        affine.add(&root.follower.affine, &-&total);
        if !proof.objective.is_zero() {
            sum.add(Name::Objective, &one(), &proof.objective);
            for (name, value) in &root.payoff {
                sum.add(*name, &one(), &(-&weight * value));
            }
        }
        if !total.is_zero() {
            sum.add(Name::Budget, &one(), &total);
        }
        for (alpha, j) in &alphas {
            affine.add(&root.earned[*j], alpha);
            if let Some(row) = root.rows.get(*j) {
                sum.add(*row, &one(), alpha);
            }
        }
        self.add_products(root, &weight, &total, &mut sum);
        self.add_rest(root, &weight, &total, &mut sum, &mut affine);
        self.add_squares(root, proof, (&weight, &total), region, &mut sum, &mut affine)?;
        let goal = self.add_target(root, target, &mut sum, &mut affine)?;
        let mut parts = vec![(weight, &self.game.leader), (-total, &self.game.reward)];
        for (j, coefficient) in affine.terms() {
            let coefficient =
                if exact { coefficient.clone() } else { short(coefficient, MULTIPLIER_BITS) };
            for (name, value) in &root.coordinates.conversions[j].rows {
                sum.add(*name, &one(), &(-&coefficient * value));
            }
            parts.push((coefficient, &self.game.coordinates[j]));
        }
        let loose = std::mem::take(&mut sum.loose);
        parts.extend(loose.iter().map(|(factor, form)| (factor.clone(), form)));
        let values = self.least.values(&parts, exact)?;
        let mut families = flow(&values);
        for (name, parts) in &sum.values {
            let monomial = Monomial::new(vec![(*name, 1)]);
            for (t, column) in products(parts).into_iter().enumerate() {
                families.entry(t as u32).or_default().push((monomial.clone(), column));
            }
        }
        let mut combination = smfg_kernel::Combination {
            rows: sum.rows.into_iter().filter(|(_, value)| !value.is_zero()).collect(),
            flow: families,
            squares: sum.squares,
            ..smfg_kernel::Combination::default()
        };
        if root.rows.is_empty() && !alphas.is_empty() {
            let parts: Vec<_> =
                alphas.iter().map(|(alpha, j)| (alpha.clone(), &self.deviations[*j])).collect();
            combination.bellman = constants(super::deviation::Deviation::mixed(&parts));
        }
        Ok((goal, combination))
    }

    /// The weights of the deviations, in units that leave their sum a short number.
    fn weights(&self, proof: &Combination, exact: bool) -> Result<Vec<(Rational, usize)>, Fault> {
        let count = self.deviations.len();
        let unknown = |index| Fault::Unknown { what: "deviation", index, count };
        let mut weights = Vec::with_capacity(proof.deviations.len());
        for (j, alpha) in &proof.deviations {
            if *j >= count {
                return Err(unknown(*j));
            }
            weights.push((alpha.clone(), *j));
        }
        if !exact {
            let total = weights.iter().fold(Rational::ZERO, |sum, (alpha, _)| sum + alpha);
            let (top, bottom) = (total.numerator().bit_len(), total.denominator().bit_len());
            let bits = MULTIPLIER_BITS - (top as i64 - bottom as i64);
            for (alpha, _) in &mut weights {
                *alpha = rounded(alpha, bits);
            }
        }
        Ok(weights)
    }

    /// `x_k g_k` and `x_k f_k` in place of `x_k` times forms of the masses.
    fn add_products(&self, root: &Root, weight: &Rational, total: &Rational, sum: &mut Sum) {
        let count = self.game.statistics;
        for k in 0..count {
            let Some(name) = root.coordinates.names[k] else { continue };
            for (factor, j) in [(-total.clone(), count + k), (weight.clone(), 2 * count + k)] {
                if factor.is_zero() || self.game.coordinates[j].is_zero() {
                    continue;
                }
                let conversion = &root.coordinates.conversions[j];
                let statistic = Polynomial::variable(name);
                for (row, value) in &conversion.rows {
                    sum.add(*row, &statistic, &(&factor * value));
                }
                if let Some(values) = &conversion.values {
                    // A conversion has its flow equations times minus the values.
                    let entry = sum.values.entry(name).or_default();
                    entry.push((-factor.clone(), Arc::clone(values)));
                }
                if let Some(loose) = &conversion.loose {
                    let size = factor.clone().max(-factor) * &root.magnitudes[k];
                    sum.loose.push((-size, loose.clone()));
                }
            }
        }
    }

    /// What the squares leave of both quadratic forms: a product of two coordinates is at least an
    /// affine function of them, by the product of their distances from two ends.
    fn add_rest(
        &self,
        root: &Root,
        weight: &Rational,
        total: &Rational,
        sum: &mut Sum,
        affine: &mut Line,
    ) {
        let negative = -total.clone();
        for (factor, rest) in [(weight, &root.leader.rest), (&negative, &root.follower.rest)] {
            for (a, b, value) in rest {
                let value = value * factor;
                if value.is_zero() {
                    continue;
                }
                let (Some(first), Some(second)) =
                    (root.coordinates.names[*a], root.coordinates.names[*b])
                else {
                    continue;
                };
                // e x y >= e (l y + m x - l m) for e > 0, and -e (h - y)(x - l) >= 0 for e < 0.
                let (low, _) = &root.ranges[a];
                let (other, size) = match value > Rational::ZERO {
                    true => (&root.ranges[b].0, value.clone()),
                    false => (&root.ranges[b].1, -value.clone()),
                };
                let sign = if value > Rational::ZERO { Rational::ONE } else { Rational::NEG_ONE };
                let distance = beyond(second, &sign, other).constant;
                sum.add(Name::Lower(first), &distance, &size);
                affine.coefficients[*b] += &value * low;
                affine.coefficients[*a] += &value * other;
                affine.constant -= &value * low * other;
            }
        }
    }

    fn add_squares(
        &self,
        root: &Root,
        proof: &Combination,
        (weight, total): (&Rational, &Rational),
        region: &[(Rational, Rational)],
        sum: &mut Sum,
        affine: &mut Line,
    ) -> Result<(), Fault> {
        for (i, square) in self.squares.iter().enumerate() {
            let curvature = weight * &square.leader - total * &square.follower;
            if curvature.is_zero() {
                continue;
            }
            let line = &root.lines[i];
            if curvature > Rational::ZERO {
                let given = find(&proof.tangents, i).cloned();
                let middle = || (&region[i].0 + &region[i].1) * ratio(1, 2);
                let point = given.unwrap_or_else(middle);
                affine.add(line, &(&point * &curvature * ratio(2, 1)));
                affine.constant -= &curvature * &point * &point;
                let root = line.polynomial(&root.coordinates.names);
                let root = root.plus(&Polynomial::constant(point), &Rational::NEG_ONE);
                let weight = Polynomial::constant(curvature);
                sum.squares.push(Square { weight, root, pair: None });
                continue;
            }
            let (low, high) = &region[i];
            let size = -curvature.clone();
            let (name, form) = root.roots[i].ok_or(Fault::Shape)?;
            let above = beyond(name, &Rational::NEG_ONE, high).constant;
            sum.add(Name::Lower(name), &above, &size);
            affine.add(line, &(&curvature * (low + high)));
            affine.constant -= &curvature * low * high;
            if let Some(form) = form {
                // l^2 becomes L^2 before the product of distances, and L becomes l after it.
                let both = line.polynomial(&root.coordinates.names);
                let both = both.plus(&Polynomial::variable(name), &Rational::ONE);
                sum.add(form, &both, &curvature);
                sum.add(form, &one(), &-(&curvature * (low + high)));
            }
        }
        for (i, kappa) in &proof.ranges {
            let count = self.squares.len();
            let unknown = || Fault::Unknown { what: "square", index: *i, count };
            let (low, high) = region.get(*i).ok_or_else(unknown)?;
            let (name, form) = root.roots[*i].ok_or(Fault::Shape)?;
            let (row, size, end) = match *kappa > Rational::ZERO {
                true => (Name::Lower(name), kappa.clone(), low),
                false => (Name::Upper(name), -kappa.clone(), high),
            };
            sum.add(row, &one(), &size);
            affine.add(&root.lines[*i], &-kappa.clone());
            affine.constant += kappa * end;
            if let Some(form) = form {
                sum.add(form, &one(), kappa);
            }
        }
        Ok(())
    }

    fn add_target(
        &self,
        root: &Root,
        target: &Target<'_>,
        sum: &mut Sum,
        affine: &mut Line,
    ) -> Result<Row, Fault> {
        let Target::End(i, end, value) = target else {
            return Ok(Row::of(Sense::AtLeast, Polynomial::zero()));
        };
        let (name, form) = root.roots[*i].ok_or(Fault::Shape)?;
        let sign = if *end == End::Lower { Rational::ONE } else { Rational::NEG_ONE };
        affine.add(&root.lines[*i], &sign);
        affine.constant -= &sign * *value;
        if let Some(form) = form {
            sum.add(form, &one(), &-&sign);
        }
        Ok(beyond(name, &sign, value))
    }
}

fn find(list: &[Indexed], index: usize) -> Option<&Rational> {
    list.iter().find(|(own, _)| *own == index).map(|(_, value)| value)
}

/// `sum factor * values`, by stage.
fn products(parts: &[Product]) -> Vec<Arc<smfg_kernel::Column>> {
    let stages = parts.first().map_or(0, |(_, values)| values.len());
    let of_stage = |t: usize| {
        let coefficients = match parts {
            [(factor, values)] => scaled(&values[t], factor),
            _ => {
                let len = parts.first().map_or(0, |(_, values)| values[t].len());
                let entry = |i: usize| {
                    let terms = parts.iter().map(|(factor, values)| factor * values[t].get(i));
                    terms.fold(Rational::ZERO, |sum, term| sum + term)
                };
                Scaled::from_rationals(&(0..len).map(entry).collect::<Vec<_>>())
            }
        };
        Arc::new(smfg_kernel::Column { support: None, coefficients: Arc::new(coefficients) })
    };
    (0..stages).map(of_stage).collect()
}
