//! Intervals in fixed point with outward rounding.

use crate::exact::{Integer, Natural, Rational, Rounding, divide};
use crate::game::{ColumnExt, Columns, Interval, Variable, monomial_range};

/// Fixed point with a number of fractional bits.
#[derive(Debug)]
pub(super) struct Grid {
    unit: Natural,
}

impl Grid {
    pub(super) fn new(bits: u32) -> Self {
        Grid { unit: Natural::ONE << bits as usize }
    }

    /// The next multiple of the unit that is not above.
    pub(super) fn below(&self, value: &Rational) -> Rational {
        self.side(value, Rounding::Down)
    }

    /// The next multiple of the unit that is not below.
    pub(super) fn above(&self, value: &Rational) -> Rational {
        self.side(value, Rounding::Up)
    }

    fn side(&self, value: &Rational, rounding: Rounding) -> Rational {
        let scaled = value.numerator() * Integer::from(self.unit.clone());
        let denominator = Integer::from(value.denominator().clone());
        Rational::from_parts(divide(&scaled, &denominator, rounding), self.unit.clone())
    }
}

/// The least product of a number of `interval` with `factor`.
pub(super) fn least(interval: &Interval, factor: &Rational) -> Rational {
    factor * if *factor >= Rational::ZERO { &interval.0 } else { &interval.1 }
}

/// The greatest product of a number of `interval` with `factor`.
pub(super) fn greatest(interval: &Interval, factor: &Rational) -> Rational {
    factor * if *factor >= Rational::ZERO { &interval.1 } else { &interval.0 }
}

/// Every entry of `columns`, its variables in intervals.
pub(super) fn entries(
    columns: &Columns,
    of: &dyn Fn(Variable) -> Interval,
    grid: &Grid,
) -> Vec<Interval> {
    let mut sums = vec![(Rational::ZERO, Rational::ZERO); columns.len()];
    for (monomial, column) in columns.columns() {
        let range = monomial_range(monomial, of);
        for (entry, coefficient) in column.entries() {
            sums[entry].0 += least(&range, &coefficient);
            sums[entry].1 += greatest(&range, &coefficient);
        }
    }
    sums.iter().map(|(low, high)| (grid.below(low), grid.above(high))).collect()
}
