//! Sums the polynomials that rules contribute to the entries of a vector into one column per
//! monomial.
//!
//! The result has one storage per vector of polynomials, so that equal games are equal in memory:
//! entries that are zero are not stored, and a column is sparse exactly when that takes less
//! memory.

use super::problem::ModelError;
use crate::exact::{Integer, Natural, Numerators, Rational, Scaled, least_common_multiple};
use crate::game::ColumnExt;
use crate::game::{Column, Columns, Monomial, Polynomial, combine};
use dashu_base::BitTest;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most bits of a column: its common denominator times its length, which numbers with many
/// different denominators can make enormous.
const MOST_BITS: u64 = 8 << 30;
/// Most terms gathered for one vector before they are summed.
const MOST_TERMS: usize = 20_000_000;

/// Terms for one monomial: coefficient `i` belongs to `entries[ends[i - 1]..ends[i]]`.
#[derive(Default)]
struct Terms {
    coefficients: Vec<Rational>,
    ends: Vec<usize>,
    entries: Vec<u32>,
}

/// A vector of `len` polynomials under construction.
pub(super) struct Gather {
    len: usize,
    monomials: BTreeMap<Monomial, Terms>,
    terms: usize,
}

impl Gather {
    pub(super) fn new(len: usize) -> Self {
        Gather { len, monomials: BTreeMap::new(), terms: 0 }
    }

    /// Adds `polynomial` to each of `entries`.
    pub(super) fn add(
        &mut self,
        polynomial: &Polynomial,
        entries: &[u32],
    ) -> Result<(), ModelError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.terms += polynomial.len();
        if self.terms > MOST_TERMS {
            return Err(ModelError::TooManyTerms { most: MOST_TERMS });
        }
        for (monomial, coefficient) in polynomial.terms() {
            if !self.monomials.contains_key(monomial) {
                self.monomials.insert(monomial.clone(), Terms::default());
            }
            if let Some(terms) = self.monomials.get_mut(monomial) {
                terms.coefficients.push(coefficient.clone());
                terms.entries.extend_from_slice(entries);
                terms.ends.push(terms.entries.len());
            }
        }
        Ok(())
    }

    /// The sums.
    pub(super) fn finish(self) -> Result<Columns, ModelError> {
        let mut columns = Vec::with_capacity(self.monomials.len());
        for (monomial, terms) in self.monomials {
            if let Some(column) = terms.sum(self.len)? {
                columns.push((monomial, Arc::new(column)));
            }
        }
        Ok(Columns::new(self.len, columns))
    }
}

impl Terms {
    /// `(entry, coefficient)` per target.
    fn targets(&self) -> impl Iterator<Item = (&Rational, &[u32])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.coefficients
            .iter()
            .zip(starts.zip(&self.ends))
            .filter_map(|(c, (start, &end))| Some((c, self.entries.get(start..end)?)))
    }

    fn sum(self, len: usize) -> Result<Option<Column>, ModelError> {
        let mut denominator = Natural::ONE;
        for coefficient in &self.coefficients {
            denominator = least_common_multiple(&denominator, coefficient.denominator());
            affordable(&denominator, self.entries.len())?;
        }
        let scaled: Vec<Integer> = self
            .coefficients
            .iter()
            .map(|c| c.numerator() * (&denominator / c.denominator()))
            .collect();
        let small = u64::try_from(&denominator)
            .ok()
            .and_then(|denominator| self.sum_small(len, &scaled, denominator));
        Ok(match small {
            Some(column) => column,
            None => self.sum_big(&scaled, len, denominator),
        })
    }

    /// On machine integers; `None` as soon as something does not fit.
    fn sum_small(
        &self,
        len: usize,
        scaled: &[Integer],
        denominator: u64,
    ) -> Option<Option<Column>> {
        let scaled: Vec<i64> =
            scaled.iter().map(|n| i64::try_from(n).ok()).collect::<Option<_>>()?;
        if self.entries.len() >= len / 4 {
            let mut sums = vec![0i64; len];
            for ((_, entries), value) in self.targets().zip(&scaled) {
                for &entry in entries {
                    let sum = sums.get_mut(entry as usize)?;
                    *sum = sum.checked_add(*value)?;
                }
            }
            return Some(compact(len, Column::dense(Scaled::from_small(sums, denominator))));
        }
        let mut pairs: Vec<(u32, i64)> = Vec::with_capacity(self.entries.len());
        for ((_, entries), value) in self.targets().zip(&scaled) {
            pairs.extend(entries.iter().map(|&entry| (entry, *value)));
        }
        pairs.sort_unstable();
        let mut support: Vec<u32> = Vec::with_capacity(pairs.len());
        let mut sums: Vec<i64> = Vec::with_capacity(pairs.len());
        for (entry, value) in pairs {
            match sums.last_mut() {
                Some(sum) if support.last() == Some(&entry) => *sum = sum.checked_add(value)?,
                _ => {
                    support.push(entry);
                    sums.push(value);
                }
            }
        }
        Some(compact(len, Column::sparse(len, support, Scaled::from_small(sums, denominator))))
    }

    fn sum_big(&self, scaled: &[Integer], len: usize, denominator: Natural) -> Option<Column> {
        let mut sums: BTreeMap<u32, Integer> = BTreeMap::new();
        for ((_, entries), value) in self.targets().zip(scaled) {
            for &entry in entries {
                *sums.entry(entry).or_insert(Integer::ZERO) += value;
            }
        }
        let (support, sums): (Vec<u32>, Vec<Integer>) = sums.into_iter().unzip();
        compact(len, Column::sparse(len, support, Scaled::from_integers(sums, denominator)))
    }
}

/// Whether a column of `len` entries over `denominator` fits in memory.
pub(super) fn affordable(denominator: &Natural, len: usize) -> Result<(), ModelError> {
    let bits = denominator.bit_len() as u64;
    if bits > 64 && bits.saturating_mul(len as u64) > MOST_BITS {
        return Err(ModelError::DenominatorTooLarge { bits, entries: len });
    }
    Ok(())
}

/// The column without its zeros, in the smaller of the two storages; `None` when it is zero.
pub(super) fn compact(len: usize, column: Column) -> Option<Column> {
    let numerators = column.coefficients.numerators();
    let nonzero = (0..numerators.len()).filter(|&index| !numerators.is_zero_at(index)).count();
    if nonzero == 0 {
        return None;
    }
    // 12 bytes an entry sparse, 8 dense.
    let dense = nonzero * 3 > len * 2;
    if (dense && column.support.is_none())
        || (!dense && column.support.is_some() && nonzero == numerators.len())
    {
        return Some(column);
    }
    let denominator = column.coefficients.denominator().clone();
    let position = |index: usize| {
        column
            .support
            .as_ref()
            .map_or(index as u32, |support| support.get(index).copied().unwrap_or(0))
    };
    Some(match (numerators, u64::try_from(&denominator)) {
        (Numerators::Small(values), Ok(denominator)) => {
            let entries = values.iter().enumerate().map(|(index, &value)| (position(index), value));
            if dense {
                let mut all = vec![0i64; len];
                place(&mut all, entries);
                Column::dense(Scaled::from_small(all, denominator))
            } else {
                let (support, values) = entries.filter(|(_, value)| *value != 0).unzip();
                Column {
                    support: Some(support),
                    coefficients: Arc::new(Scaled::from_small(values, denominator)),
                }
            }
        }
        _ => {
            let entries =
                (0..numerators.len()).map(|index| (position(index), numerators.get(index)));
            if dense {
                let mut all = vec![Integer::ZERO; len];
                place(&mut all, entries);
                Column::dense(Scaled::from_integers(all, denominator))
            } else {
                let (support, values) = entries.filter(|(_, value)| !value.is_zero()).unzip();
                Column {
                    support: Some(support),
                    coefficients: Arc::new(Scaled::from_integers(values, denominator)),
                }
            }
        }
    })
}

fn place<T>(all: &mut [T], entries: impl Iterator<Item = (u32, T)>) {
    for (entry, value) in entries {
        if let Some(slot) = all.get_mut(entry as usize) {
            *slot = value;
        }
    }
}

/// The sum of vectors of one length, in the storage of [`Gather`].
pub(super) fn total(len: usize, parts: &[&Columns]) -> Columns {
    let mut grouped: BTreeMap<&Monomial, Vec<&Arc<Column>>> = BTreeMap::new();
    for (monomial, column) in parts.iter().flat_map(|part| part.columns()) {
        grouped.entry(monomial).or_default().push(column);
    }
    let mut columns = Vec::with_capacity(grouped.len());
    for (monomial, parts) in grouped {
        let column = match parts.as_slice() {
            [only] => Some(Arc::clone(only)),
            several => {
                let parts: Vec<(Rational, &Column)> =
                    several.iter().map(|column| (Rational::ONE, column.as_ref())).collect();
                compact(len, Column::dense(combine(len, &parts))).map(Arc::new)
            }
        };
        columns.extend(column.map(|column| (monomial.clone(), column)));
    }
    Columns::new(len, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use crate::game::Variable;

    fn constant(p: i64, q: u64) -> Polynomial {
        Polynomial::constant(ratio(p, q))
    }

    #[test]
    fn sums_do_not_depend_on_the_way() {
        let x = Polynomial::variable(Variable::Parameter(0));
        let mut one = Gather::new(20);
        one.add(&constant(1, 2), &[0, 5, 7]).expect("small");
        one.add(&constant(1, 3), &[5]).expect("small");
        one.add(&x, &(0..20).collect::<Vec<u32>>()).expect("small");
        let mut other = Gather::new(20);
        other.add(&x.plus(&constant(1, 2), &Rational::ONE), &[0, 7]).expect("small");
        other
            .add(
                &Polynomial::variable(Variable::Parameter(0)),
                &[1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
            )
            .expect("small");
        other.add(&constant(5, 6), &[5]).expect("small");
        let (one, other) = (one.finish().expect("small"), other.finish().expect("small"));
        assert_eq!(one, other);
        assert_eq!(
            one.get(5),
            Polynomial::variable(Variable::Parameter(0)).plus(&constant(5, 6), &Rational::ONE)
        );
    }

    #[test]
    fn cancelled_and_large() {
        let mut gather = Gather::new(3);
        gather.add(&constant(1, 2), &[0, 1, 2]).expect("small");
        gather.add(&constant(-1, 2), &[0, 1, 2]).expect("small");
        assert!(gather.finish().expect("small").columns().is_empty());
        let huge = Rational::from(Integer::from(3) << 80);
        let mut gather = Gather::new(3);
        gather.add(&Polynomial::constant(huge.clone()), &[1]).expect("small");
        gather.add(&constant(1, 7), &[1, 2]).expect("small");
        let columns = gather.finish().expect("small");
        assert_eq!(columns.get(1).as_constant(), Some(huge + ratio(1, 7)));
        assert_eq!(columns.get(2).as_constant(), Some(ratio(1, 7)));
    }

    #[test]
    fn totals_are_compact() {
        let part = |value: i64| {
            let mut gather = Gather::new(4);
            gather.add(&constant(value, 1), &[0, 1]).expect("small");
            gather.add(&constant(5, 1), &[3]).expect("small");
            gather.finish().expect("small")
        };
        let sum = total(4, &[&part(2), &part(-2)]);
        let mut expected = Gather::new(4);
        expected.add(&constant(10, 1), &[3]).expect("small");
        assert_eq!(sum, expected.finish().expect("small"));
    }
}
