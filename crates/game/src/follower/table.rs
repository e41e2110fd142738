//! Rewards and probabilities of a stage at an enclosed population, in fixed point.

use super::evaluation::Bounds;
use crate::exact::{Integer, Mantissa, Natural, Rational, Rounding, Scaled, divide};
use crate::game::{Columns, Successors, Variable, monomial_range};
use std::ops::Range;
use std::sync::Arc;

/// Fixed point with a number of fractional bits.
pub(super) struct Grid<M> {
    bits: u32,
    /// `2^bits`, the number 1.
    pub(super) unit: M,
    /// The integer 1.
    pub(super) one: M,
    /// The integer -1.
    pub(super) minus_one: M,
}

impl<M: Mantissa> Grid<M> {
    pub(super) fn new(bits: u32) -> Option<Self> {
        Some(Grid {
            bits,
            unit: M::from_integer(&(Integer::ONE << bits as usize))?,
            one: M::from_integer(&Integer::ONE)?,
            minus_one: M::from_integer(&Integer::NEG_ONE)?,
        })
    }

    /// The least interval of the grid around `bounds`.
    pub(super) fn outward(&self, bounds: &Bounds) -> Option<(M, M)> {
        let side = |value: &Rational, rounding| {
            let scaled = value.numerator() << self.bits as usize;
            M::from_integer(&divide(&scaled, &Integer::from(value.denominator().clone()), rounding))
        };
        Some((side(&bounds.0, Rounding::Down)?, side(&bounds.1, Rounding::Up)?))
    }

    /// The number that a mantissa stands for.
    pub(super) fn rational(&self, mantissa: &M) -> Rational {
        Rational::from_parts(mantissa.to_integer(), Natural::ONE << self.bits as usize)
    }

    /// `sum masses * numbers`; masses are not negative.
    pub(super) fn products(&self, masses: &[(M, M)], numbers: &[(M, M)]) -> Option<Bounds> {
        let (mut low, mut high) = (M::zero(), M::zero());
        for (mass, number) in masses.iter().zip(numbers) {
            low.add_product(lower_factor(mass, &number.0), &number.0)?;
            high.add_product(upper_factor(mass, &number.1), &number.1)?;
        }
        let square = Natural::ONE << (2 * self.bits as usize);
        Some((
            Rational::from_parts(low.to_integer(), square.clone()),
            Rational::from_parts(high.to_integer(), square),
        ))
    }
}

/// Which end of a nonnegative interval makes its product with `number` least.
fn lower_factor<'a, M: Mantissa>(factor: &'a (M, M), number: &M) -> &'a M {
    if *number >= M::zero() { &factor.0 } else { &factor.1 }
}

/// Which end makes it greatest.
fn upper_factor<'a, M: Mantissa>(factor: &'a (M, M), number: &M) -> &'a M {
    if *number >= M::zero() { &factor.1 } else { &factor.0 }
}

/// A number per entry.
pub(super) enum Table<M> {
    /// Independent of the population: as they are, and their denominator.
    Exact(Arc<Scaled>, M),
    /// Intervals in fixed point.
    Between(Vec<(M, M)>),
}

impl<M: Mantissa> Table<M> {
    /// The entries of `columns` with their variables in intervals.
    pub(super) fn of(
        columns: &Columns,
        of: &dyn Fn(Variable) -> Bounds,
        grid: &Grid<M>,
    ) -> Option<Self> {
        if let Some(constants) = columns.as_constants() {
            let divisor = M::from_integer(&Integer::from(constants.denominator().clone()))?;
            return Some(Table::Exact(constants, divisor));
        }
        let mut sums = vec![(M::zero(), M::zero()); columns.len()];
        for (monomial, column) in columns.columns() {
            let range = grid.outward(&monomial_range(monomial, of))?;
            let divisor =
                M::from_integer(&Integer::from(column.coefficients.denominator().clone()))?;
            let numerators = column.coefficients.numerators();
            for index in (0..numerators.len()).filter(|&index| !numerators.is_zero_at(index)) {
                let numerator = M::from_integer(&numerators.get(index))?;
                let (least, greatest) = if numerator >= M::zero() {
                    (&range.0, &range.1)
                } else {
                    (&range.1, &range.0)
                };
                let entry =
                    column.support.as_ref().map_or(index, |support| support[index] as usize);
                let sum = sums.get_mut(entry)?;
                sum.0.add_product(&grid.one, &numerator.scale(least, &divisor, Rounding::Down)?)?;
                sum.1
                    .add_product(&grid.one, &numerator.scale(greatest, &divisor, Rounding::Up)?)?;
            }
        }
        Some(Table::Between(sums))
    }

    /// A probability lies between 0 and 1 whatever rounding says.
    pub(super) fn between_zero_and_one(self, grid: &Grid<M>) -> Self {
        match self {
            exact @ Table::Exact(..) => exact,
            Table::Between(entries) => Table::Between(
                entries
                    .into_iter()
                    .map(|(low, high)| {
                        (low.max(M::zero()), high.max(M::zero()).min(grid.unit.clone()))
                    })
                    .collect(),
            ),
        }
    }

    /// Entry `index` in fixed point.
    pub(super) fn get(&self, index: usize, grid: &Grid<M>) -> Option<(M, M)> {
        match self {
            Table::Exact(entries, divisor) => {
                let mut numerator = M::zero();
                numerator.add_product_at(entries.numerators(), index, &grid.one)?;
                Some((
                    numerator.scale(&grid.unit, divisor, Rounding::Down)?,
                    numerator.scale(&grid.unit, divisor, Rounding::Up)?,
                ))
            }
            Table::Between(entries) => entries.get(index).cloned(),
        }
    }

    /// `sum masses * entries`.
    pub(super) fn weighted(&self, masses: &[(M, M)], grid: &Grid<M>) -> Option<Bounds> {
        let entries = match self {
            Table::Between(entries) => return grid.products(masses, entries),
            Table::Exact(entries, _) => entries,
        };
        let (mut low, mut high) = (M::zero(), M::zero());
        for (index, mass) in masses.iter().enumerate().filter(|(_, mass)| mass.1 != M::zero()) {
            let mut numerator = M::zero();
            numerator.add_product_at(entries.numerators(), index, &grid.one)?;
            low.add_product(lower_factor(mass, &numerator), &numerator)?;
            high.add_product(upper_factor(mass, &numerator), &numerator)?;
        }
        let scale = entries.denominator() << grid.bits as usize;
        Some((
            Rational::from_parts(low.to_integer(), scale.clone()),
            Rational::from_parts(high.to_integer(), scale),
        ))
    }

    /// `sum over entries of probability * value`.
    pub(super) fn expected<'a>(
        &self,
        entries: Range<usize>,
        value: &dyn Fn(usize) -> &'a (M, M),
        grid: &Grid<M>,
    ) -> Option<(M, M)>
    where
        M: 'a,
    {
        let (mut low, mut high) = (M::zero(), M::zero());
        let divisor = match self {
            Table::Exact(probabilities, divisor) => {
                for entry in entries {
                    let (least, greatest) = value(entry);
                    low.add_product_at(probabilities.numerators(), entry, least)?;
                    high.add_product_at(probabilities.numerators(), entry, greatest)?;
                }
                divisor
            }
            Table::Between(probabilities) => {
                for entry in entries {
                    let (probability, (least, greatest)) =
                        (probabilities.get(entry)?, value(entry));
                    low.add_product(lower_factor(probability, least), least)?;
                    high.add_product(upper_factor(probability, greatest), greatest)?;
                }
                &grid.unit
            }
        };
        Some((
            low.scale(&grid.one, divisor, Rounding::Down)?,
            high.scale(&grid.one, divisor, Rounding::Up)?,
        ))
    }

    /// Masses of the next stage, given those of the pairs.
    pub(super) fn advance(
        &self,
        own: &[(M, M)],
        successors: &Successors,
        states: usize,
        grid: &Grid<M>,
    ) -> Option<Vec<(M, M)>> {
        let mut arrived = vec![(M::zero(), M::zero()); states];
        for (pair, mass) in own.iter().enumerate().filter(|(_, mass)| mass.1 != M::zero()) {
            for entry in successors.of_pair(pair) {
                let arrival = arrived.get_mut(successors.state(entry))?;
                match self {
                    Table::Exact(probabilities, _) => {
                        arrival.0.add_product_at(probabilities.numerators(), entry, &mass.0)?;
                        arrival.1.add_product_at(probabilities.numerators(), entry, &mass.1)?;
                    }
                    Table::Between(probabilities) => {
                        let probability = probabilities.get(entry)?;
                        arrival.0.add_product(&mass.0, &probability.0)?;
                        arrival.1.add_product(&mass.1, &probability.1)?;
                    }
                }
            }
        }
        let divisor = match self {
            Table::Exact(_, divisor) => divisor,
            Table::Between(_) => &grid.unit,
        };
        let settle = |(low, high): (M, M)| {
            let high = high.scale(&grid.one, divisor, Rounding::Up)?.min(grid.unit.clone());
            Some((low.scale(&grid.one, divisor, Rounding::Down)?, high))
        };
        arrived.into_iter().map(settle).collect()
    }
}
