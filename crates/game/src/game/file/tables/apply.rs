//! Tables as columns of one stage.

use super::{Part, TableError};
use crate::exact::{Numerators, Rational, Scaled};
use crate::game::ColumnExt;
use crate::game::expression::Place;
use crate::game::file::evaluate::{Context, Stopped};
use crate::game::file::gather::{compact, total};
use crate::game::{Column, Columns, Pairs, combine};
use std::ops::Range;
use std::sync::Arc;

impl Part {
    /// Whether the part is the same at every stage.
    pub(in crate::game::file) fn constant_over_stages(&self, context: &Context<'_, '_>) -> bool {
        self.time_invariant
            && self
                .times
                .as_ref()
                .is_none_or(|times| !context.evaluator.dependence(&times.expression).stage)
    }

    /// The numbers of a stage, when `per_stage` positions belong to one.
    fn of_stage(&self, stage: usize, per_stage: u64) -> Range<usize> {
        if self.time_invariant {
            return 0..self.keys.len();
        }
        let first = stage as u64 * per_stage;
        self.keys.partition_point(|&key| key < first)
            ..self.keys.partition_point(|&key| key < first + per_stage)
    }

    /// `times * numbers` over a vector of `len` entries, the i-th number standing at `support[i]`.
    fn columns(
        &self,
        context: &mut Context<'_, '_>,
        stage: usize,
        len: usize,
        support: Vec<u32>,
        numbers: Scaled,
    ) -> Result<Columns, Stopped> {
        let base = Column::sparse(len, support, numbers);
        let times = match &self.times {
            None => return Ok(one(len, base)),
            Some(times) => context
                .value(times, Place { stage: Some(stage), ..Place::default() })
                .ok_or(Stopped)?,
        };
        let columns = times.terms().filter_map(|(monomial, factor)| {
            let column = if factor.is_one() {
                base.clone()
            } else {
                Column::dense(combine(len, &[(factor.clone(), &base)]))
            };
            Some((monomial.clone(), Arc::new(compact(len, column)?)))
        });
        Ok(Columns::new(len, columns.collect()))
    }
}

fn one(len: usize, column: Column) -> Columns {
    let column =
        compact(len, column).map(|column| (crate::game::Monomial::one(), Arc::new(column)));
    Columns::new(len, column.into_iter().collect())
}

/// Some entries of a vector, over their own least denominator.
fn slice(numbers: &Scaled, chosen: Range<usize>) -> Scaled {
    match (numbers.numerators(), u64::try_from(numbers.denominator())) {
        (Numerators::Small(values), Ok(denominator)) => Scaled::from_small(
            values.get(chosen).map(<[i64]>::to_vec).unwrap_or_default(),
            denominator,
        ),
        (numerators, _) => Scaled::from_integers(
            chosen.map(|index| numerators.get(index)).collect(),
            numbers.denominator().clone(),
        ),
    }
}

/// The pair at position `key` of a stage.
fn pair_of(pairs: &Pairs, key: u64, actions: usize) -> Result<u32, (usize, usize)> {
    let (state, action) = ((key / actions as u64) as usize, (key % actions as u64) as usize);
    pairs.find(state, action).map(|pair| pair as u32).ok_or((state, action))
}

/// The sum of reward parts at a stage.
pub(in crate::game::file) fn reward_parts(
    context: &mut Context<'_, '_>,
    parts: &[&Part],
    stage: usize,
    pairs: &Pairs,
    actions: usize,
) -> Result<Columns, Stopped> {
    let per_stage = pairs.states() as u64 * actions as u64;
    let mut columns = Vec::with_capacity(parts.len());
    for part in parts {
        let chosen = part.of_stage(stage, per_stage);
        context.spend(chosen.len())?;
        let keys = part.keys.get(chosen.clone()).unwrap_or_default();
        let support: Result<Vec<u32>, (usize, usize)> =
            keys.iter().map(|key| pair_of(pairs, key % per_stage, actions)).collect();
        match support {
            Ok(support) => columns.push(part.columns(
                context,
                stage,
                pairs.len(),
                support,
                slice(&part.numbers, chosen),
            )?),
            Err((state, action)) => {
                return Err(
                    context.stop(&part.at, TableError::Unavailable { stage, state, action })
                );
            }
        }
    }
    Ok(total(pairs.len(), &columns.iter().collect::<Vec<&Columns>>()))
}

/// The transitions that tables give at a stage: per part its numbers in the order of `(pair, next
/// state)`.
pub(in crate::game::file) struct StageTable<'p> {
    parts: Vec<StagePart<'p>>,
    /// All `(pair, next state)`, increasing.
    pub entries: Vec<(u32, u32)>,
}

struct StagePart<'p> {
    part: &'p Part,
    chosen: Range<usize>,
    entries: Vec<(u32, u32)>,
}

/// Reads the transition parts at a stage.
pub(in crate::game::file) fn transition_parts<'p>(
    context: &mut Context<'_, '_>,
    parts: &'p [Part],
    stage: usize,
    pairs: &Pairs,
    actions: usize,
) -> Result<StageTable<'p>, Stopped> {
    let states = pairs.states() as u64;
    let per_stage = states * actions as u64 * states;
    let mut table = StageTable { parts: Vec::with_capacity(parts.len()), entries: Vec::new() };
    for part in parts {
        let chosen = part.of_stage(stage, per_stage);
        context.spend(chosen.len())?;
        let keys = part.keys.get(chosen.clone()).unwrap_or_default();
        let entry = |key: &u64| {
            Ok((pair_of(pairs, key % per_stage / states, actions)?, (key % states) as u32))
        };
        let entries: Result<Vec<(u32, u32)>, (usize, usize)> = keys.iter().map(entry).collect();
        match entries {
            Ok(entries) => table.parts.push(StagePart { part, chosen, entries }),
            Err((state, action)) => {
                return Err(
                    context.stop(&part.at, TableError::Unavailable { stage, state, action })
                );
            }
        }
    }
    table.entries = match table.parts.as_slice() {
        [only] => only.entries.clone(),
        several => {
            let mut all: Vec<(u32, u32)> =
                several.iter().flat_map(|part| part.entries.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
    };
    Ok(table)
}

impl StageTable<'_> {
    /// The probabilities over a vector of `len` entries, in which `(pair, next state)` number i of
    /// `self.entries` stands at `positions[i]`, or nowhere when a rule has overridden the pair.
    pub(in crate::game::file) fn columns(
        &self,
        context: &mut Context<'_, '_>,
        stage: usize,
        len: usize,
        positions: &[Option<u32>],
    ) -> Result<Vec<Columns>, Stopped> {
        let mut columns = Vec::with_capacity(self.parts.len());
        for StagePart { part, chosen, entries } in &self.parts {
            let mut support = Vec::with_capacity(entries.len());
            let mut kept = Vec::with_capacity(entries.len());
            let mut all = self.entries.iter().zip(positions);
            for (entry, index) in entries.iter().zip(chosen.clone()) {
                let position = all
                    .by_ref()
                    .find(|(candidate, _)| *candidate == entry)
                    .and_then(|(_, position)| *position);
                if let Some(position) = position {
                    support.push(position);
                    kept.push(index);
                }
            }
            let numbers = if kept.len() == entries.len() {
                slice(&part.numbers, chosen.clone())
            } else {
                pick(&part.numbers, &kept)
            };
            columns.push(part.columns(context, stage, len, support, numbers)?);
        }
        Ok(columns)
    }
}

fn pick(numbers: &Scaled, chosen: &[usize]) -> Scaled {
    match (numbers.numerators(), u64::try_from(numbers.denominator())) {
        (Numerators::Small(values), Ok(denominator)) => Scaled::from_small(
            chosen.iter().filter_map(|&index| values.get(index).copied()).collect(),
            denominator,
        ),
        _ => Scaled::from_rationals(
            &chosen.iter().map(|&index| numbers.get(index)).collect::<Vec<Rational>>(),
        ),
    }
}
