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
//! rises with `p`.

use super::structure::{NotMonotone, Sparse, entries, weights};
use crate::exact::Rational;
use crate::game::{Column, Function, FunctionKind, Instance, Variable};
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
    /// Ends of the argument where all followers of the stage are in one state and play one action:
    /// those that the kernel knows, which does not know how many there are of each population.
    pub ends: (Rational, Rational),
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
    let (base, form) = affine(instance, t, function).ok_or(NotMonotone::Reward)?;
    let stage = &instance.stages[t];
    let pairs = stage.pairs.len();
    let mut gradient = Sparse::new();
    for (k, beta) in &form {
        super::structure::subtract(
            &mut gradient,
            &-beta,
            &weights(&instance.aggregates[*k as usize], stage),
        );
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
    Ok(Curve {
        function: number,
        kind: function.kind,
        base,
        form,
        gradient,
        cost: (alone, product),
        constant,
        ends,
    })
}

/// The constant and the coefficients of an argument that is affine in statistics of stage `t`.
fn affine(instance: &Instance, t: usize, function: &Function) -> Option<(Rational, Sparse)> {
    let (mut base, mut form) = (Rational::ZERO, Sparse::new());
    for (monomial, value) in function.argument.terms() {
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
