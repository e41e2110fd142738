//! Functions of statistics that lower the rewards of those who are counted in them.
//!
//! At a stage `t`, a function `w = f(p)` of `p = base + sum beta_k x_k`, statistics of that stage,
//! enters as
//!
//! ```text
//! r_i = .. - h G_i + gamma w,     G = sum beta_k M_k,     h = c w + e p w,
//! ```
//!
//! so that `sum_i (r_i - ..) d_i = gamma w - h (p - base)`. The game is monotone in it when `h`
//! rises with `p`. Of logarithms the argument may also be `max(p, c)`, which games have as
//! `(p + c + |p - c|) / 2`.

use super::structure::{NotMonotone, Sparse, entries, subtract, weights};
use crate::exact::{Rational, ratio};
use crate::game::{Column, Function, FunctionKind, Instance, Polynomial, Variable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A function of statistics in the rewards of a stage.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Its number.
    pub function: u32,
    /// What it does.
    pub kind: FunctionKind,
    /// The argument at statistics 0.
    pub base: Rational,
    /// `beta`.
    pub form: Sparse,
    /// `G` by pair.
    pub gradient: Sparse,
    /// `c` and `e`.
    pub cost: (Rational, Rational),
    /// `gamma`.
    pub constant: Rational,
    /// What the argument is at least, where it is `max(p, c)`.
    pub floor: Option<Floor>,
    /// Ends of the argument where all followers of the stage are in one state and play one action:
    /// those that the kernel knows, which does not know how many there are of each population.
    pub ends: (Rational, Rational),
}

/// The argument `max(p, c) = p + half (|D| - D)` with `2 half D = p - c`.
#[derive(Debug, Clone)]
pub struct Floor {
    /// `c`.
    pub level: Rational,
    /// The number of the function `|D|`.
    pub function: u32,
    /// Whether its argument is `-D`.
    pub reversed: bool,
    /// What it is multiplied with, positive.
    pub half: Rational,
}

impl Curve {
    /// The least argument.
    pub(super) fn least(&self) -> &Rational {
        let floor = self.floor.as_ref().map(|floor| &floor.level);
        floor.filter(|level| **level > self.ends.0).unwrap_or(&self.ends.0)
    }

    /// Ends of the argument of the function, `max(p, c)` where there is a floor, as the kernel has
    /// them: the ends of `p` and of `|D|` by themselves.
    pub(super) fn arguments(&self) -> (Rational, Rational) {
        let Some(Floor { level, .. }) = &self.floor else { return self.ends.clone() };
        let (low, high) = &self.ends;
        let half = ratio(1, 2);
        let size = |end: &Rational| (end - level).max(level - end);
        let nearest =
            if low <= level && level <= high { Rational::ZERO } else { size(low).min(size(high)) };
        let farthest = size(low).max(size(high));
        ((low + level + nearest) * &half, (high + level + farthest) * half)
    }
}

/// Columns of the monomials with one function: of the function alone, and of it times statistics.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) alone: Option<Arc<Column>>,
    pub(super) times: Vec<(u32, Arc<Column>)>,
}

/// The curves of a stage.
pub(super) fn curves(
    instance: &Instance,
    t: usize,
    parts: &BTreeMap<u32, Parts>,
) -> Result<Vec<Curve>, NotMonotone> {
    parts.iter().map(|(function, parts)| curve(instance, t, *function, parts)).collect()
}

fn curve(instance: &Instance, t: usize, number: u32, parts: &Parts) -> Result<Curve, NotMonotone> {
    let function = instance.functions.get(number as usize).ok_or(NotMonotone::Reward)?;
    let (base, form, floor) = argument(instance, t, function).ok_or(NotMonotone::Reward)?;
    let stage = &instance.stages[t];
    let pairs = stage.pairs.len();
    let mut gradient = Sparse::new();
    for (k, beta) in &form {
        subtract(&mut gradient, &-beta, &weights(&instance.aggregates[*k as usize], stage));
    }
    let (mut alone, mut constant, mut product) = (Rational::ZERO, Rational::ZERO, Rational::ZERO);
    if let Some(column) = &parts.alone {
        (alone, constant) =
            multiple(&entries(column), &gradient, pairs).ok_or(NotMonotone::Form)?;
    }
    for (k, column) in &parts.times {
        // x w = (p - base) w / beta.
        let (factor, rest) =
            multiple(&entries(column), &gradient, pairs).ok_or(NotMonotone::Form)?;
        let beta = form.get(k).filter(|_| form.len() == 1 && rest.is_zero());
        let beta = beta.ok_or(NotMonotone::Form)?;
        alone -= &factor * &base / beta;
        product += factor / beta;
    }
    let rises = match function.kind {
        FunctionKind::Log | FunctionKind::Exp => alone >= Rational::ZERO && product.is_zero(),
        FunctionKind::Inverse => alone <= Rational::ZERO && product.is_zero(),
        FunctionKind::Root(_) => alone >= Rational::ZERO && product >= Rational::ZERO,
        FunctionKind::Abs => return Err(NotMonotone::Reward),
    };
    if !rises {
        return Err(NotMonotone::Indefinite);
    }
    let at = |pair: u32| &base + gradient.get(&pair).cloned().unwrap_or(Rational::ZERO);
    let least = (0..pairs as u32).map(at).min().unwrap_or(Rational::ZERO);
    let ends = (least, (0..pairs as u32).map(at).max().unwrap_or(Rational::ZERO));
    if floor.is_some() && function.kind != FunctionKind::Log {
        return Err(NotMonotone::Reward);
    }
    Ok(Curve {
        function: number,
        kind: function.kind,
        base,
        form,
        gradient,
        cost: (alone, product),
        constant,
        floor,
        ends,
    })
}

/// The constant and the coefficients of an argument, and what it is at least.
fn argument(
    instance: &Instance,
    t: usize,
    function: &Function,
) -> Option<(Rational, Sparse, Option<Floor>)> {
    let inner = function.argument.terms().find_map(|(monomial, value)| match monomial.factors() {
        [(Variable::Function(inner), 1)] => Some((*inner, value.clone())),
        _ => None,
    });
    let Some((inner, half)) = inner else {
        let (base, form) = affine(instance, t, &function.argument)?;
        return Some((base, form, None));
    };
    let absolute = instance.functions.get(inner as usize)?;
    if absolute.kind != FunctionKind::Abs || half <= Rational::ZERO {
        return None;
    }
    let own = Polynomial::variable(Variable::Function(inner));
    let (alone, weights) = affine(instance, t, &function.argument.clone().plus(&own, &-&half))?;
    let (offset, slopes) = affine(instance, t, &absolute.argument)?;
    // One of alone +- half D is p, the other one is c.
    [false, true].into_iter().find_map(|reversed| {
        let factor = if reversed { -&half } else { half.clone() };
        let mut rest = weights.clone();
        subtract(&mut rest, &factor, &slopes);
        let level = &alone - &factor * &offset;
        if !rest.is_empty() || level <= Rational::ZERO {
            return None;
        }
        let mut form = weights.clone();
        subtract(&mut form, &-&factor, &slopes);
        let floor = Floor { level, function: inner, reversed, half: half.clone() };
        Some((&alone + &factor * &offset, form, Some(floor)))
    })
}

/// The constant and the coefficients of an argument that is affine in statistics of stage `t`.
fn affine(instance: &Instance, t: usize, argument: &Polynomial) -> Option<(Rational, Sparse)> {
    let (mut base, mut form) = (Rational::ZERO, Sparse::new());
    for (monomial, value) in argument.terms() {
        match monomial.factors() {
            [] => base = value.clone(),
            [(Variable::Aggregate(k), 1)] if instance.aggregates.get(*k as usize)?.stage == t => {
                form.insert(*k, value.clone());
            }
            _ => return None,
        }
    }
    (!form.is_empty()).then_some((base, form))
}

/// `(c, gamma)` with `column = -c gradient + gamma`.
fn multiple(column: &Sparse, gradient: &Sparse, pairs: usize) -> Option<(Rational, Rational)> {
    let at = |own: &Sparse, pair: u32| own.get(&pair).cloned().unwrap_or(Rational::ZERO);
    let scaled = |factor: &Rational| -> Sparse {
        let values = gradient.iter().map(|(pair, value)| (*pair, -(value * factor)));
        values.filter(|(_, value)| !value.is_zero()).collect()
    };
    let (first, slope) = gradient.iter().next()?;
    let other = (0..pairs as u32).find(|&pair| at(gradient, pair) != *slope);
    let Some(other) = other else {
        // The same for all pairs.
        let value = at(column, 0);
        let same = (0..pairs as u32).all(|pair| at(column, pair) == value);
        return same.then_some((Rational::ZERO, value));
    };
    let rise = slope - at(gradient, other);
    let factor = (at(column, other) - at(column, *first)) / rise;
    let constant = at(column, *first) + &factor * slope;
    let fits = if constant.is_zero() {
        *column == scaled(&factor)
    } else {
        (0..pairs as u32).all(|pair| at(column, pair) == &constant - &factor * at(gradient, pair))
    };
    fits.then_some((factor, constant))
}
