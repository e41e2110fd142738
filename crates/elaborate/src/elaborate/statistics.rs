//! The statistics of a game in its fewest ones, as the kernel knows them.

use super::family::number;
use crate::check::Fault;
use crate::elaborate::proof::Proof;
use crate::exact::Rational;
use crate::game::{Interval, LinearForm, extremes};
use smfg_kernel::{Column, Combination, Monomial, Name, Polynomial, Row, Sense, Variable};
use std::collections::BTreeMap;

/// Multiples of rows, links and declared forms, whose sum is `form'd - X`, which is 0.
pub(super) type Rows = BTreeMap<Name, Rational>;

/// A coordinate: a statistic of the listing, or a declared form.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: Variable,
    pub(super) rows: Rows,
}

/// `sign * (variable - value) >= 0`.
pub(super) fn beyond(variable: Variable, sign: &Rational, value: &Rational) -> Row {
    let mut polynomial = Polynomial::constant(-value * sign);
    polynomial.add_term(Monomial::new(vec![(variable, 1)]), sign.clone());
    Row::of(Sense::AtLeast, polynomial)
}

/// A declared form and its row.
pub(super) fn declared(variable: Variable) -> Result<(Variable, Name), Fault> {
    match variable {
        Variable::Form(k) => Ok((variable, Name::Form(k))),
        _ => Err(Fault::Shape),
    }
}

/// Adds `factor * rows`.
pub(super) fn add_rows(sum: &mut Rows, rows: &Rows, factor: &Rational) {
    for (name, value) in rows {
        *sum.entry(*name).or_insert(Rational::ZERO) += factor * value;
    }
}

/// Names the statistics `forms`, which are the `rows` of sums of the listing's: one that is a sum of
/// several is declared, and takes the place of the first of them.
pub(super) fn name_statistics(
    forms: &[LinearForm],
    rows: &[Vec<(u32, Rational)>],
    proof: &mut Proof,
) -> Result<Vec<Named>, Fault> {
    let mut all = Vec::with_capacity(rows.len());
    for (form, row) in forms.iter().zip(rows) {
        let links = row.iter().map(|(j, weight)| (Name::Link(*j), weight.clone()));
        let mut links: Rows = links.collect();
        let &[(first, _), ..] = row.as_slice() else { return Err(Fault::Shape) };
        if row.len() == 1 {
            all.push(Named { name: Variable::Statistic(first), rows: links });
            continue;
        }
        let mut sum = Polynomial::zero();
        for (j, weight) in row {
            let name = Monomial::new(vec![(Variable::Statistic(*j), 1)]);
            sum.add_term(name, weight.clone());
        }
        let (name, own) = declared(proof.declare(Row::of(Sense::Equal, sum))?)?;
        links.insert(own, Rational::ONE);
        let named = Named { name, rows: links };
        bound(&named, form, proof)?;
        proof.substitute(Variable::Statistic(first), own)?;
        all.push(named);
    }
    Ok(all)
}

/// Gives a declared form its ends: sums of the extreme weights of each stage, whose mass is 1.
pub(super) fn bound(named: &Named, form: &LinearForm, proof: &mut Proof) -> Result<(), Fault> {
    for sign in [Rational::ONE, Rational::NEG_ONE] {
        let mut sum = Rows::new();
        add_rows(&mut sum, &named.rows, &-&sign);
        let mut end = Rational::ZERO;
        for (t, column) in form.stages.iter().enumerate() {
            let (low, high) = stage_range(column);
            let extreme = if sign > Rational::ZERO { low } else { high };
            sum.insert(Name::Mass(t as u32), -(&extreme * &sign));
            end += extreme;
        }
        let combination = Combination { rows: multipliers(sum), ..Combination::default() };
        proof.derive(beyond(named.name, &sign, &end), &combination)?;
    }
    Ok(())
}

/// Multiples of rows as multipliers.
pub(super) fn multipliers(rows: Rows) -> Vec<(Name, Polynomial)> {
    let nonzero = rows.into_iter().filter(|(_, value)| !value.is_zero());
    nonzero.map(|(name, value)| (name, number(value))).collect()
}

/// Least and greatest weight on the pairs of a stage.
fn stage_range(column: &Column) -> Interval {
    let (low, high) = extremes(&column.coefficients);
    match column.support {
        None => (low, high),
        Some(_) => (low.min(Rational::ZERO), high.max(Rational::ZERO)),
    }
}
