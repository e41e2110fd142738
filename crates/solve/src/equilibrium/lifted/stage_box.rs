//! What a stage's masses may be: bounds of each mass and of each state's mass, which sum to 1, and
//! what a row says about them.
//!
//! In binary64, the search's side of statement (Z) of docs/certificate.md.

use std::ops::Range;

/// Slopes smaller than this are not used: what they divide would mean little.
const FLAT: f64 = 1e-4;

/// No masses are within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Void;

/// `a'd >= side`.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) coefficients: Vec<f64>,
    pub(super) side: f64,
}

/// Bounds of the masses of one stage.
#[derive(Debug)]
pub(super) struct StageBox {
    /// Pairs of each state.
    pairs: Vec<Range<usize>>,
    /// Per pair.
    low: Vec<f64>,
    high: Vec<f64>,
    /// Per state.
    pub(super) mass_low: Vec<f64>,
    pub(super) mass_high: Vec<f64>,
    order: Vec<usize>,
    pieces: Vec<(f64, f64)>,
    /// By how much each bound is left wider: more than what the checker loses by rounding, so that
    /// it never finds less.
    slack: f64,
}

impl StageBox {
    pub(super) fn new(pairs: Vec<Range<usize>>, slack: f64) -> Self {
        let (states, count) = (pairs.len(), pairs.last().map_or(0, |range| range.end));
        StageBox {
            pairs,
            low: vec![0.0; count],
            high: vec![1.0; count],
            mass_low: vec![0.0; states],
            mass_high: vec![1.0; states],
            order: Vec::new(),
            pieces: Vec::new(),
            slack,
        }
    }

    /// Bounds of the mass of a state.
    pub(super) fn set_mass(&mut self, state: usize, low: f64, high: f64) {
        self.mass_low[state] = self.mass_low[state].max(low - self.slack);
        self.mass_high[state] = self.mass_high[state].min(high + self.slack);
    }

    /// The least value of `c'd`: mass goes where it is cheapest, first as far as it must, then as
    /// far as it may until it is 1.
    pub(super) fn least(&mut self, c: impl Fn(usize) -> f64) -> Result<f64, Void> {
        let (mut value, mut total) = (0.0, 0.0);
        self.pieces.clear();
        for (state, range) in self.pairs.iter().enumerate() {
            let (mass_low, mass_high) = (self.mass_low[state], self.mass_high[state]);
            self.order.clear();
            self.order.extend(range.clone());
            self.order.sort_unstable_by(|&i, &j| c(i).total_cmp(&c(j)));
            let mut used = 0.0;
            for i in range.clone() {
                used += self.low[i];
                value += c(i) * self.low[i];
            }
            if used > mass_high + self.slack {
                return Err(Void);
            }
            let mut must = (mass_low - used).max(0.0);
            let mut may = (mass_high - used.max(mass_low)).max(0.0);
            total += used.max(mass_low);
            for &i in &self.order {
                let room = (self.high[i] - self.low[i]).max(0.0);
                let taken = room.min(must);
                must -= taken;
                value += c(i) * taken;
                let piece = (room - taken).min(may);
                if piece > 0.0 {
                    may -= piece;
                    self.pieces.push((c(i), piece));
                }
            }
            if must > self.slack {
                return Err(Void);
            }
        }
        let mut rest = 1.0 - total;
        if rest < -self.slack {
            return Err(Void);
        }
        self.pieces.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for &(cost, piece) in &self.pieces {
            let taken = piece.min(rest.max(0.0));
            value += cost * taken;
            rest -= taken;
        }
        if rest > self.slack { Err(Void) } else { Ok(value) }
    }

    /// Least and greatest value of a linear form.
    pub(super) fn range(&mut self, c: impl Fn(usize) -> f64) -> Result<(f64, f64), Void> {
        let low = self.least(&c)?;
        Ok((low, -self.least(|i| -c(i))?))
    }

    /// Narrows the bounds to what a row allows.
    ///
    /// With `s > 0` a row says `s e'd >= min (s e - a)'d + side` for any form `e`; `s` is a slope
    /// by which `a'd` changes as mass moves.
    pub(super) fn apply(&mut self, row: &Row) -> Result<(), Void> {
        let (a, side) = (&row.coefficients, row.side - self.slack);
        if self.least(|i| a[i])? >= side {
            return Ok(());
        }
        if -self.least(|i| -a[i])? < side - self.slack {
            return Err(Void);
        }
        let ends = |range: Range<usize>| {
            range.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), i| (l.min(a[i]), h.max(a[i])))
        };
        let (least, greatest) = ends(0..a.len());
        for i in 0..a.len() {
            if self.high[i] - self.low[i] < self.slack {
                continue;
            }
            let s = a[i] - least;
            if s > FLAT {
                let bound = (self.least(|j| if j == i { s - a[j] } else { -a[j] })? + side) / s;
                self.low[i] = self.low[i].max(bound);
            }
            let s = greatest - a[i];
            if s > FLAT {
                let bound = -(self.least(|j| if j == i { -s - a[j] } else { -a[j] })? + side) / s;
                self.high[i] = self.high[i].min(bound);
            }
        }
        for state in 0..self.pairs.len() {
            if self.mass_high[state] - self.mass_low[state] < self.slack {
                continue;
            }
            let own = self.pairs[state].clone();
            let (own_least, own_greatest) = ends(own.clone());
            let (before, after) = (ends(0..own.start), ends(own.end..a.len()));
            let (other_least, other_greatest) = (before.0.min(after.0), before.1.max(after.1));
            for s in [own_greatest - other_least, own_least - other_greatest] {
                if s > FLAT && s.is_finite() {
                    let bound =
                        (self.least(|j| if own.contains(&j) { s - a[j] } else { -a[j] })? + side)
                            / s;
                    self.mass_low[state] = self.mass_low[state].max(bound);
                }
            }
            for s in [other_greatest - own_least, other_least - own_greatest] {
                if s > FLAT && s.is_finite() {
                    let bound =
                        -(self.least(|j| if own.contains(&j) { -s - a[j] } else { -a[j] })? + side)
                            / s;
                    self.mass_high[state] = self.mass_high[state].min(bound);
                }
            }
        }
        Ok(())
    }
}
