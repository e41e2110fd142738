//! Rows of probabilities that sum to 1 up to rounding: the largest entry is given what is missing.
//!
//! A row of doubles rarely sums to 1 exactly, and what is no probability is refused. A file can ask
//! to have such rows mended (`normalise = true` in `"tables"`); by how much at most is kept with
//! the game, and said in answers.

use crate::exact::{Integer, Numerators, Rational, Scaled};
use crate::game::{Column, ColumnExt, Columns};
use std::sync::Arc;

/// Sums that are off by at most one part in this many are taken for rounding.
const ROUNDING: u64 = 1_000_000_000;

/// The rows of the pairs that are not `taken` by rules, mended: coefficients of 1 sum to 1, those
/// of every other monomial to 0. `first` has the first entry of every pair and the number of
/// entries; `most` grows to the largest change.
pub(super) fn normalised(
    first: &[u32],
    taken: &[bool],
    columns: Columns,
    most: &mut Rational,
) -> Columns {
    let len = columns.len();
    let mended = columns.columns().iter().map(|(monomial, column)| {
        let target = if monomial.is_one() { Integer::ONE } else { Integer::ZERO };
        let changes = changes(first, taken, column, &target);
        if changes.is_empty() {
            return (monomial.clone(), Arc::clone(column));
        }
        let coefficients = &column.coefficients;
        let denominator = coefficients.denominator();
        let numerators = coefficients.numerators();
        let mut values: Vec<Integer> =
            (0..numerators.len()).map(|index| numerators.get(index)).collect();
        for (index, missing) in changes {
            let size = Rational::from_parts(missing.clone(), denominator.clone());
            let size = if size < Rational::ZERO { -size } else { size };
            if size > *most {
                most.clone_from(&size);
            }
            if let Some(value) = values.get_mut(index) {
                *value += missing;
            }
        }
        let numbers = Scaled::from_integers(values, denominator.clone());
        let column = match &column.support {
            None => Column::dense(numbers),
            Some(support) => Column::sparse(len, support.clone(), numbers),
        };
        (monomial.clone(), Arc::new(column))
    });
    Columns::new(len, mended.collect())
}

/// Per row that is off by rounding the position of its largest coefficient, and what is missing
/// there, over the denominator of the column.
fn changes(
    first: &[u32],
    taken: &[bool],
    column: &Column,
    target: &Integer,
) -> Vec<(usize, Integer)> {
    let numerators = column.coefficients.numerators();
    let whole = Integer::from(column.coefficients.denominator().clone());
    let target = target * &whole;
    let count = numerators.len();
    let mut changes = Vec::new();
    let mut index = 0;
    for (pair, ends) in first.windows(2).enumerate() {
        let end = ends.last().map_or(0, |&end| end as usize);
        let start = index;
        while index < count && column.position(index) < end {
            index += 1;
        }
        if start == index || taken.get(pair) == Some(&true) {
            continue;
        }
        let sum = (start..index).fold(Integer::ZERO, |sum, at| sum + numerators.get(at));
        let missing = &target - sum;
        if !missing.is_zero() && size(&missing) * Integer::from(ROUNDING) <= whole {
            let largest = (start..index).max_by_key(|&at| size_at(numerators, at));
            changes.extend(largest.map(|at| (at, missing)));
        }
    }
    changes
}

fn size_at(numerators: &Numerators, index: usize) -> Integer {
    size(&numerators.get(index))
}

fn size(value: &Integer) -> Integer {
    if *value < Integer::ZERO { -value.clone() } else { value.clone() }
}
