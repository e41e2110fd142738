//! Multipliers and values as the kernel takes them.

use crate::exact::{Rational, Scaled};
use crate::game::{Numbers, Policy, StagePolicy};
use smfg_kernel::{Column, Combination, Family, Monomial, Name, Polynomial};
use std::sync::Arc;

/// Numbers per stage, times a monomial.
pub(crate) fn family(monomial: &Monomial, stages: impl IntoIterator<Item = Scaled>) -> Family {
    let column = |values: Scaled| {
        vec![(monomial.clone(), Arc::new(Column { support: None, coefficients: Arc::new(values) }))]
    };
    stages.into_iter().enumerate().map(|(t, values)| (t as u32, column(values))).collect()
}

/// Numbers per stage.
pub(crate) fn constants(stages: impl IntoIterator<Item = Scaled>) -> Family {
    family(&Monomial::one(), stages)
}

/// Numbers at the first stage.
pub(crate) fn at_start(monomial: &Monomial, values: &Scaled, factor: &Rational) -> Family {
    family(monomial, [scaled(values, factor)])
}

/// `factor * values`.
pub(crate) fn scaled(values: &Scaled, factor: &Rational) -> Scaled {
    if factor.is_one() {
        return values.clone();
    }
    let numerators = values.numerators();
    let products = (0..values.len()).map(|i| numerators.get(i) * factor.numerator()).collect();
    Scaled::from_integers(products, values.denominator() * factor.denominator())
}

/// A number as a multiplier.
pub(crate) fn number(value: Rational) -> Polynomial {
    Polynomial::constant(value)
}

/// The objective alone, with multiplier 1.
pub(crate) fn objective() -> Combination {
    Combination { rows: vec![(Name::Objective, number(Rational::ONE))], ..Combination::default() }
}

/// The pair that a pure policy plays, by stage and state; `None` when it is not pure or plays what
/// is not available.
pub(crate) fn choices(numbers: &Numbers, policy: &Policy) -> Option<Vec<Vec<u32>>> {
    if policy.stages.len() != numbers.stages.len() {
        return None;
    }
    let stages = policy.stages.iter().zip(&numbers.stages);
    stages
        .map(|(play, stage)| match play {
            StagePolicy::Pure(actions) if actions.len() == stage.pairs.states() => actions
                .iter()
                .enumerate()
                .map(|(s, &a)| stage.pairs.find(s, a as usize).map(|pair| pair as u32))
                .collect(),
            _ => None,
        })
        .collect()
}

/// `factor` times a family.
pub(crate) fn times(family: &Family, factor: &Rational) -> Family {
    let scaled_column = |column: &Arc<Column>| {
        let coefficients = Arc::new(scaled(&column.coefficients, factor));
        Arc::new(Column { support: column.support.clone(), coefficients })
    };
    let of_stage = |columns: &smfg_kernel::Columns| {
        columns.iter().map(|(name, column)| (name.clone(), scaled_column(column))).collect()
    };
    family.iter().map(|(t, columns)| (*t, of_stage(columns))).collect()
}
