//! Rows of probabilities, from rules and tables, as successors and columns of one stage.

use super::evaluate::{Context, Stopped};
use super::gather::{Gather, compact, total};
use super::normalise::normalised;
use super::problem::ModelError;
use super::report::At;
use super::tables::StageTable;
use crate::exact::{Integer, Numerators, Scaled};
use crate::game::ColumnExt;
use crate::game::{Column, Columns, Polynomial, Successors};
use std::sync::Arc;

/// Most transition entries, stages with equal ones counting once.
pub(super) const MOST_ENTRIES: usize = 200_000_000;

/// Pairs with the same successors.
pub(super) struct Row {
    pub pairs: Vec<u32>,
    /// Increasing states, no probability identically zero.
    pub successors: Vec<(u32, Polynomial)>,
}

/// Lays out the rows of rules, and those of the table for the pairs that are not `taken` by rules.
pub(super) fn layout(
    context: &mut Context<'_, '_>,
    rows: Vec<Row>,
    table: &StageTable<'_>,
    taken: &[bool],
    stage: usize,
    most: usize,
) -> Result<(Successors, Columns), Stopped> {
    let open = |pair: u32| taken.get(pair as usize) == Some(&false);
    let mut first = vec![0u32; taken.len() + 1];
    let mut count = |pair: u32, entries: u32| {
        if let Some(slot) = first.get_mut(pair as usize + 1) {
            *slot += entries;
        }
    };
    let mut entries = 0usize;
    for row in &rows {
        entries = entries.saturating_add(row.pairs.len().saturating_mul(row.successors.len()));
        row.pairs.iter().for_each(|&pair| count(pair, row.successors.len() as u32));
    }
    for &(pair, _) in table.entries.iter().filter(|(pair, _)| open(*pair)) {
        entries += 1;
        count(pair, 1);
    }
    if entries > most {
        return Err(
            context.stop(&At::document(), ModelError::TooManyEntries { most: MOST_ENTRIES })
        );
    }
    let mut before = 0u32;
    for slot in &mut first {
        before += *slot;
        *slot = before;
    }
    let start = |pair: u32| first.get(pair as usize).copied().unwrap_or(0);
    let mut state = vec![0u32; entries];
    let mut set = |entry: u32, successor: u32| {
        if let Some(slot) = state.get_mut(entry as usize) {
            *slot = successor;
        }
    };
    let mut gather = Gather::new(entries);
    for row in rows {
        for (offset, (successor, probability)) in (0..).zip(&row.successors) {
            let targets: Vec<u32> = row.pairs.iter().map(|&pair| start(pair) + offset).collect();
            targets.iter().for_each(|&entry| set(entry, *successor));
            gather
                .add(probability, &targets)
                .map_err(|problem| context.stop(&At::document(), problem))?;
        }
    }
    let mut positions = Vec::with_capacity(table.entries.len());
    let mut last = (u32::MAX, 0);
    for &(pair, successor) in &table.entries {
        last = if last.0 == pair { (pair, last.1 + 1) } else { (pair, 0) };
        let position = open(pair).then(|| start(pair) + last.1);
        positions.push(position);
        if let Some(entry) = position {
            set(entry, successor);
        }
    }
    let ruled = gather.finish().map_err(|problem| context.stop(&At::document(), problem))?;
    if table.entries.is_empty() {
        return Ok((Successors::new(first, state), ruled));
    }
    let tabled = table.columns(context, stage, entries, &positions)?;
    let sum = total(entries, &std::iter::once(&ruled).chain(&tabled).collect::<Vec<&Columns>>());
    let sum = match &mut context.normalised {
        Some(most) => normalised(&first, taken, sum, most),
        None => sum,
    };
    Ok(without_zeros(first, state, sum))
}

/// Parts of a table may cancel: what is identically zero is no successor.
fn without_zeros(first: Vec<u32>, state: Vec<u32>, columns: Columns) -> (Successors, Columns) {
    let mut used = vec![false; state.len()];
    for (_, column) in columns.columns() {
        let numerators = column.coefficients.numerators();
        for index in (0..numerators.len()).filter(|&index| !numerators.is_zero_at(index)) {
            if let Some(flag) = used.get_mut(position(column, index)) {
                *flag = true;
            }
        }
    }
    if used.iter().all(|flag| *flag) {
        return (Successors::new(first, state), columns);
    }
    // Number of used entries before each entry.
    let mut rank = vec![0u32; used.len() + 1];
    let mut before = 0u32;
    for (slot, flag) in rank.iter_mut().skip(1).zip(&used) {
        before += u32::from(*flag);
        *slot = before;
    }
    let ranked = |entry: usize| rank.get(entry).copied().unwrap_or(before);
    let first = first.into_iter().map(|entry| ranked(entry as usize)).collect();
    let state =
        state.into_iter().zip(&used).filter(|(_, flag)| **flag).map(|(state, _)| state).collect();
    let kept = columns.columns().iter().filter_map(|(monomial, column)| {
        let numerators = column.coefficients.numerators();
        let nonzero: Vec<usize> =
            (0..numerators.len()).filter(|&index| !numerators.is_zero_at(index)).collect();
        let support = nonzero.iter().map(|&index| ranked(position(column, index))).collect();
        let denominator = column.coefficients.denominator().clone();
        let numbers = match (numerators, u64::try_from(&denominator)) {
            (Numerators::Small(values), Ok(denominator)) => Scaled::from_small(
                nonzero.iter().filter_map(|&index| values.get(index).copied()).collect(),
                denominator,
            ),
            _ => Scaled::from_integers(
                nonzero.iter().map(|&index| numerators.get(index)).collect::<Vec<Integer>>(),
                denominator,
            ),
        };
        let column = compact(before as usize, Column::sparse(before as usize, support, numbers))?;
        Some((monomial.clone(), Arc::new(column)))
    });
    (Successors::new(first, state), Columns::new(before as usize, kept.collect()))
}

/// The entry at which coefficient `index` of a column stands.
fn position(column: &Column, index: usize) -> usize {
    column
        .support
        .as_ref()
        .map_or(index, |support| support.get(index).map_or(usize::MAX, |&entry| entry as usize))
}
