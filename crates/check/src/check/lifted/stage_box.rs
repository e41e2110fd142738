//! What a stage's masses may be: bounds of each mass and of each state's mass, which sum to 1, and
//! what a row says about them.
//!
//! Masses and coefficients are integers over `2^bits`, their products over `2^(2 bits)`. Bounds are
//! rounded outwards.

use std::ops::Range;

/// No masses are within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Void;

/// `a'd >= side`.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) coefficients: Vec<i64>,
    /// Over `2^(2 bits)`.
    pub(super) side: i128,
}

/// The nearest number of 64 bits: masses are between 0 and 1, so that more says no more.
fn saturated(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// Bounds of the masses of one stage.
#[derive(Debug)]
pub(super) struct StageBox {
    one: i64,
    /// Pairs of each state.
    pairs: Vec<Range<usize>>,
    /// Per pair.
    low: Vec<i64>,
    high: Vec<i64>,
    /// Per state.
    mass_low: Vec<i64>,
    mass_high: Vec<i64>,
    order: Vec<(i128, usize)>,
    pieces: Vec<(i128, i64)>,
}

impl StageBox {
    /// Every mass between 0 and 1.
    pub(super) fn new(pairs: Vec<Range<usize>>, bits: u32) -> Self {
        let (states, count, one) =
            (pairs.len(), pairs.last().map_or(0, |range| range.end), 1i64 << bits);
        StageBox {
            one,
            pairs,
            low: vec![0; count],
            high: vec![one; count],
            mass_low: vec![0; states],
            mass_high: vec![one; states],
            order: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Bounds of the mass of a state.
    pub(super) fn mass(&self, state: usize) -> (i64, i64) {
        (self.mass_low[state], self.mass_high[state])
    }

    /// Adds bounds of the mass of a state.
    pub(super) fn set_mass(&mut self, state: usize, low: i64, high: i64) {
        self.mass_low[state] = self.mass_low[state].max(low);
        self.mass_high[state] = self.mass_high[state].min(high);
    }

    /// The least value of `c'd` over the masses within the bounds, over `2^(2 bits)`.
    ///
    /// A linear programme over a laminar family: mass goes where it is cheapest, first as far as
    /// the bounds demand, then until the sum is 1.
    pub(super) fn least(&mut self, c: impl Fn(usize) -> i128) -> Result<i128, Void> {
        let (mut value, mut total) = (0i128, 0i64);
        self.pieces.clear();
        for (state, range) in self.pairs.iter().enumerate() {
            let (mass_low, mass_high) = (self.mass_low[state], self.mass_high[state]);
            self.order.clear();
            self.order.extend(range.clone().map(|i| (c(i), i)));
            self.order.sort_unstable();
            let mut used = 0i64;
            for i in range.clone() {
                if self.low[i] > self.high[i] {
                    return Err(Void);
                }
                used = used.saturating_add(self.low[i]);
            }
            let least = used.max(mass_low);
            total = total.saturating_add(least);
            if least > mass_high || total > self.one {
                return Err(Void);
            }
            // From here on all masses together are at most 1, so that no product is out of range.
            value += range.clone().map(|i| c(i) * i128::from(self.low[i])).sum::<i128>();
            let mut must = least - used;
            let mut may = mass_high - least;
            for &(cost, i) in &self.order {
                let room = self.high[i] - self.low[i];
                let taken = room.min(must);
                must -= taken;
                value += cost * i128::from(taken);
                let piece = (room - taken).min(may);
                if piece > 0 {
                    may -= piece;
                    self.pieces.push((cost, piece));
                }
            }
            if must > 0 {
                return Err(Void);
            }
        }
        let mut rest = self.one - total;
        self.pieces.sort_unstable();
        for &(cost, piece) in &self.pieces {
            let taken = piece.min(rest);
            value += cost * i128::from(taken);
            rest -= taken;
        }
        if rest > 0 { Err(Void) } else { Ok(value) }
    }

    /// The greatest value of `c'd`, over `2^(2 bits)`.
    pub(super) fn greatest(&mut self, c: impl Fn(usize) -> i128) -> Result<i128, Void> {
        Ok(-self.least(|i| -c(i))?)
    }

    /// Narrows the bounds to what a row allows.
    ///
    /// For any form `e` and any `s > 0` a row says `s e'd >= min (s e - a)'d + side`; the slopes
    /// `s` are those by which `a'd` can change as mass moves between pairs.
    pub(super) fn apply(&mut self, row: &Row) -> Result<(), Void> {
        let a: Vec<i128> = row.coefficients.iter().map(|&a| i128::from(a)).collect();
        if self.least(|i| a[i])? >= row.side {
            return Ok(());
        }
        if self.greatest(|i| a[i])? < row.side {
            return Err(Void);
        }
        let ends = |range: Range<usize>| {
            range.fold(None, |known: Option<(i128, i128)>, i| {
                Some(known.map_or((a[i], a[i]), |(l, h)| (l.min(a[i]), h.max(a[i]))))
            })
        };
        let Some((least, greatest)) = ends(0..a.len()) else { return Ok(()) };
        for i in 0..a.len() {
            if self.low[i] >= self.high[i] {
                continue;
            }
            let s = a[i] - least;
            if s > 0 {
                let bound = (self.least(|j| if j == i { s - a[j] } else { -a[j] })? + row.side)
                    .div_euclid(s);
                self.low[i] = self.low[i].max(saturated(bound));
            }
            let s = greatest - a[i];
            if s > 0 {
                let bound = -(self.least(|j| if j == i { -s - a[j] } else { -a[j] })? + row.side)
                    .div_euclid(s);
                self.high[i] = self.high[i].min(saturated(bound));
            }
        }
        for state in 0..self.pairs.len() {
            let own = self.pairs[state].clone();
            let Some((own_least, own_greatest)) = ends(own.clone()) else { continue };
            let others = match (ends(0..own.start), ends(own.end..a.len())) {
                (Some(before), Some(after)) => Some((before.0.min(after.0), before.1.max(after.1))),
                (before, after) => before.or(after),
            };
            let Some((other_least, other_greatest)) = others else { continue };
            if self.mass_low[state] >= self.mass_high[state] {
                continue;
            }
            for s in [own_greatest - other_least, own_least - other_greatest] {
                if s > 0 {
                    let bound = (self
                        .least(|j| if own.contains(&j) { s - a[j] } else { -a[j] })?
                        + row.side)
                        .div_euclid(s);
                    self.mass_low[state] = self.mass_low[state].max(saturated(bound));
                }
            }
            for s in [other_greatest - own_least, other_least - own_greatest] {
                if s > 0 {
                    let bound = -(self
                        .least(|j| if own.contains(&j) { -s - a[j] } else { -a[j] })?
                        + row.side)
                        .div_euclid(s);
                    self.mass_high[state] = self.mass_high[state].min(saturated(bound));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BITS: u32 = 20;
    const ONE: i64 = 1 << BITS;

    /// A small generator of pseudo-random numbers.
    fn next(seed: &mut u64) -> i64 {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as i64
    }

    /// Bounds around `masses`, wide or not.
    fn around(masses: &[i64], seed: &mut u64) -> StageBox {
        let mut stage = StageBox::new(vec![0..2, 2..5, 5..6], BITS);
        for (i, mass) in masses.iter().enumerate() {
            stage.low[i] = (mass - next(seed) % ONE).max(0);
            stage.high[i] = (mass + next(seed) % ONE).min(ONE);
        }
        for (state, range) in stage.pairs.clone().into_iter().enumerate() {
            let mass: i64 = masses[range].iter().sum();
            stage.set_mass(state, mass - next(seed) % (ONE / 4), mass + next(seed) % (ONE / 4));
        }
        stage
    }

    fn masses(seed: &mut u64) -> Vec<i64> {
        let mut rest = ONE;
        let mut masses: Vec<i64> = (0..5)
            .map(|_| {
                let mass = next(seed) % (rest / 2 + 1);
                rest -= mass;
                mass
            })
            .collect();
        masses.push(rest);
        masses
    }

    #[test]
    fn no_masses_within_the_bounds_are_lost() {
        let mut seed = 7;
        let mut narrowed = 0;
        for _ in 0..3000 {
            let d = masses(&mut seed);
            let mut stage = around(&d, &mut seed);
            for _ in 0..3 {
                let a: Vec<i64> = (0..6).map(|_| next(&mut seed) % (2 * ONE) - ONE).collect();
                let at: i128 = a.iter().zip(&d).map(|(a, d)| i128::from(*a) * i128::from(*d)).sum();
                assert!(stage.least(|i| i128::from(a[i])).expect("not void") <= at);
                assert!(stage.greatest(|i| i128::from(a[i])).expect("not void") >= at);
                let before = (
                    stage.low.clone(),
                    stage.high.clone(),
                    stage.mass_low.clone(),
                    stage.mass_high.clone(),
                );
                // A row that the masses satisfy, often just so.
                stage
                    .apply(&Row { coefficients: a, side: at - i128::from(next(&mut seed) % 4) })
                    .expect("not void");
                narrowed += usize::from(
                    before
                        != (
                            stage.low.clone(),
                            stage.high.clone(),
                            stage.mass_low.clone(),
                            stage.mass_high.clone(),
                        ),
                );
                for (i, mass) in d.iter().enumerate() {
                    assert!(stage.low[i] <= *mass && *mass <= stage.high[i]);
                }
                for (state, range) in stage.pairs.clone().into_iter().enumerate() {
                    let mass: i64 = d[range].iter().sum();
                    assert!(stage.mass_low[state] <= mass && mass <= stage.mass_high[state]);
                }
            }
        }
        assert!(narrowed > 3000, "{narrowed}");
    }

    #[test]
    fn the_least_value_is_attained_at_a_vertex() {
        // Two states of two pairs: masses a, b | c, d with a + b in [1/4, 1/2], d at least 1/8.
        let mut stage = StageBox::new(vec![0..2, 2..4], BITS);
        stage.set_mass(0, ONE / 4, ONE / 2);
        stage.low[3] = ONE / 8;
        let costs = [3, 1, 2, 5];
        // b = 1/2, c = 3/8, d = 1/8: 1/2 + 3/4 + 5/8.
        assert_eq!(stage.least(|i| costs[i]), Ok(i128::from(ONE) * 15 / 8));
        // a = 1/4, d = 3/4: 3/4 + 15/4.
        assert_eq!(stage.greatest(|i| costs[i]), Ok(i128::from(ONE) * 9 / 2));
    }

    #[test]
    fn rows_that_cannot_hold_leave_nothing() {
        let mut stage = StageBox::new(vec![0..1, 1..2], BITS);
        stage.set_mass(0, ONE / 2, ONE);
        let row = |side: i128| Row {
            coefficients: vec![ONE, 2 * ONE],
            side: side * i128::from(ONE) * i128::from(ONE) / 2,
        };
        assert!(stage.apply(&row(3)).is_ok());
        assert!(matches!(stage.apply(&row(4)), Err(Void)));
    }
}
