//! What a stage's masses may be: bounds of each mass and of each state's mass, which sum to 1, and
//! what a row says about them; with each bound what it rests on.

use super::facts::{Facts, Parts, Source};
use std::ops::Range;

/// Slopes smaller than this are not used: what they divide would mean little.
const FLAT: f64 = 1e-4;
/// Bounds that move by less stay.
const STILL: f64 = 1e-10;

/// No masses are within the bounds: a combination that is negative.
#[derive(Debug)]
pub(super) struct Void(pub(super) Parts);

/// `a'd >= side`.
#[derive(Debug)]
pub(super) struct MassRow {
    pub(super) coefficients: Vec<f64>,
    pub(super) side: f64,
    pub(super) parts: Parts,
}

/// A bound with what it rests on; nothing where it is plain.
type Bound = (f64, Option<Source>);

/// Bounds of the masses of one stage.
#[derive(Debug)]
pub(super) struct StageBox {
    /// Pairs of each state.
    pairs: Vec<Range<usize>>,
    /// Per pair.
    low: Vec<Bound>,
    high: Vec<Bound>,
    /// Per state.
    pub(super) mass_low: Vec<Bound>,
    pub(super) mass_high: Vec<Bound>,
    order: Vec<usize>,
    pieces: Vec<(f64, f64, usize)>,
}

fn used(bounds: &[Bound], range: impl Iterator<Item = usize>, parts: &mut Parts) {
    parts.extend(range.filter_map(|i| Some((bounds[i].1?, 1.0))));
}

impl StageBox {
    /// Every mass between 0 and 1.
    pub(super) fn new(pairs: Vec<Range<usize>>) -> Self {
        let (states, count) = (pairs.len(), pairs.last().map_or(0, |range| range.end));
        StageBox {
            pairs,
            low: vec![(0.0, None); count],
            high: vec![(1.0, None); count],
            mass_low: vec![(0.0, None); states],
            mass_high: vec![(1.0, None); states],
            order: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// The least value of `c'd` over the masses within the bounds, and what it rests on.
    ///
    /// A linear programme over a laminar family: mass goes where it is cheapest, first as far as
    /// the bounds demand, then until the sum is 1. The price `pi` of mass and the prices `rho_s` of
    /// the states' masses where it ends give
    ///
    /// ```text
    /// c'd = pi + sum_s (rho_s - pi) mass_s + sum_i (c_i - rho_s) d_i.
    /// ```
    pub(super) fn least(&mut self, c: impl Fn(usize) -> f64) -> Result<(f64, Parts), Void> {
        let states = self.pairs.len();
        let mut total = 0.0;
        self.pieces.clear();
        // Per state: the last price paid because it had to be, or at all; the least one left.
        let mut forced = vec![f64::NEG_INFINITY; states];
        let mut room_left = vec![0.0; states];
        for (state, range) in self.pairs.iter().enumerate() {
            let mut own = 0.0;
            for i in range.clone() {
                if self.low[i].0 > self.high[i].0 + STILL {
                    let mut parts = Parts::new();
                    used(&self.low, i..=i, &mut parts);
                    used(&self.high, i..=i, &mut parts);
                    return Err(Void(parts));
                }
                own += self.low[i].0;
            }
            let least = own.max(self.mass_low[state].0);
            if least > self.mass_high[state].0 + STILL {
                let mut parts = self.least_mass(state, own);
                used(&self.mass_high, state..=state, &mut parts);
                return Err(Void(parts));
            }
            total += least;
            self.order.clear();
            self.order.extend(range.clone());
            self.order.sort_unstable_by(|&a, &b| c(a).total_cmp(&c(b)));
            let (mut must, mut may) = (least - own, (self.mass_high[state].0 - least).max(0.0));
            room_left[state] = may;
            for &i in &self.order {
                let room = (self.high[i].0 - self.low[i].0).max(0.0);
                let taken = room.min(must);
                if taken > 0.0 {
                    must -= taken;
                    forced[state] = c(i);
                }
                let piece = (room - taken).min(may);
                if piece > 0.0 {
                    may -= piece;
                    self.pieces.push((c(i), piece, state));
                }
            }
            if must > STILL {
                let mut parts = Parts::new();
                used(&self.high, range.clone(), &mut parts);
                used(&self.mass_low, state..=state, &mut parts);
                return Err(Void(parts));
            }
        }
        if total > 1.0 + STILL {
            let mut parts = Parts::new();
            for state in 0..states {
                let own = self.pairs[state].clone().map(|i| self.low[i].0).sum();
                parts.extend(self.least_mass(state, own));
            }
            return Err(Void(parts));
        }
        let price = self.fill(1.0 - total, &mut forced, &mut room_left)?;
        Ok(self.dual(c, price, &forced, &room_left))
    }

    /// What the least mass of a state rests on, `own` being the sum of the least masses of its pairs.
    fn least_mass(&self, state: usize, own: f64) -> Parts {
        let mut parts = Parts::new();
        if own >= self.mass_low[state].0 {
            used(&self.low, self.pairs[state].clone(), &mut parts);
        } else {
            used(&self.mass_low, state..=state, &mut parts);
        }
        parts
    }

    /// Fills the cheapest pieces first; the price at which the sum is 1. `last` becomes the price
    /// last paid in each state.
    fn fill(
        &mut self,
        mut rest: f64,
        last: &mut [f64],
        room_left: &mut [f64],
    ) -> Result<f64, Void> {
        self.pieces.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut price = None;
        for &(cost, piece, state) in &self.pieces {
            if rest <= 0.0 {
                price.get_or_insert(cost);
                break;
            }
            let taken = piece.min(rest);
            rest -= taken;
            room_left[state] -= taken;
            last[state] = last[state].max(cost);
            if taken < piece {
                price = Some(cost);
                break;
            }
        }
        if rest > STILL {
            let mut parts = Parts::new();
            for (state, range) in self.pairs.iter().enumerate() {
                let own: f64 = range.clone().map(|i| self.high[i].0).sum();
                if own <= self.mass_high[state].0 {
                    used(&self.high, range.clone(), &mut parts);
                } else {
                    used(&self.mass_high, state..=state, &mut parts);
                }
            }
            return Err(Void(parts));
        }
        let highest = last.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Ok(price.unwrap_or(if highest.is_finite() { highest } else { 0.0 }))
    }

    /// The bound of given prices.
    fn dual(
        &self,
        c: impl Fn(usize) -> f64,
        price: f64,
        last: &[f64],
        room_left: &[f64],
    ) -> (f64, Parts) {
        let (mut value, mut parts) = (price, Parts::new());
        let mut rest_on = |bound: Bound, weight: f64| {
            value += weight * bound.0;
            if let Some(source) = bound.1.filter(|_| weight != 0.0) {
                parts.push((source, weight.abs()));
            }
        };
        for (state, range) in self.pairs.iter().enumerate() {
            let full = room_left[state] <= 0.0;
            let cheapest = || {
                let open = |i: &usize| self.high[*i].0 > self.low[*i].0;
                range.clone().filter(open).map(&c).fold(f64::INFINITY, f64::min)
            };
            let own = if last[state] > price {
                last[state]
            } else if full {
                if last[state].is_finite() { last[state] } else { cheapest().min(price) }
            } else {
                price
            };
            if own > price {
                rest_on(self.mass_low[state], own - price);
            } else if own < price {
                rest_on(self.mass_high[state], own - price);
            }
            for i in range.clone() {
                let slack = c(i) - own;
                rest_on(if slack >= 0.0 { self.low[i] } else { self.high[i] }, slack);
            }
        }
        (value, parts)
    }

    /// Narrows the bounds to what a row allows.
    ///
    /// For any form `e` and any `s > 0` a row says `s e'd >= min (s e - a)'d + side`; the slopes
    /// `s` are those by which `a'd` can change as mass moves between pairs.
    pub(super) fn apply(&mut self, row: &MassRow, facts: &mut Facts) -> Result<(), Void> {
        let a = &row.coefficients;
        if self.least(|i| a[i])?.0 >= row.side {
            return Ok(());
        }
        let (most, mut parts) = self.least(|i| -a[i])?;
        if -most < row.side - STILL {
            parts.extend(row.parts.iter().copied());
            return Err(Void(parts));
        }
        let ends = |range: Range<usize>| {
            range.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), i| (l.min(a[i]), h.max(a[i])))
        };
        let (least, greatest) = ends(0..a.len());
        for (i, &value) in a.iter().enumerate() {
            if self.low[i].0 >= self.high[i].0 {
                continue;
            }
            let s = value - least;
            if let Some(bound) = self.moved(row, s, |j| f64::from(j == i), facts, self.low[i].0)? {
                self.low[i] = bound;
            }
            let s = greatest - value;
            let known = -self.high[i].0;
            if let Some(bound) = self.moved(row, s, |j| -f64::from(j == i), facts, known)? {
                self.high[i] = (-bound.0, bound.1);
            }
        }
        for state in 0..self.pairs.len() {
            let own = self.pairs[state].clone();
            let (own_least, own_greatest) = ends(own.clone());
            let (before, after) = (ends(0..own.start), ends(own.end..a.len()));
            let (other_least, other_greatest) = (before.0.min(after.0), before.1.max(after.1));
            if self.mass_low[state].0 >= self.mass_high[state].0 || !other_least.is_finite() {
                continue;
            }
            for s in [own_greatest - other_least, own_least - other_greatest] {
                let form = |j: usize| f64::from(own.contains(&j));
                let known = self.mass_low[state].0;
                if let Some(bound) = self.moved(row, s, form, facts, known)? {
                    self.mass_low[state] = bound;
                }
            }
            for s in [other_greatest - own_least, other_least - own_greatest] {
                let form = |j: usize| -f64::from(own.contains(&j));
                let known = -self.mass_high[state].0;
                if let Some(bound) = self.moved(row, s, form, facts, known)? {
                    self.mass_high[state] = (-bound.0, bound.1);
                }
            }
        }
        Ok(())
    }

    /// What a row says `e'd` is at least, where this is more than what is known.
    fn moved(
        &mut self,
        row: &MassRow,
        s: f64,
        e: impl Fn(usize) -> f64,
        facts: &mut Facts,
        known: f64,
    ) -> Result<Option<Bound>, Void> {
        if s <= FLAT {
            return Ok(None);
        }
        let (value, mut parts) = self.least(|j| s * e(j) - row.coefficients[j])?;
        let bound = (value + row.side) / s;
        if bound <= known + STILL {
            return Ok(None);
        }
        parts.extend(row.parts.iter().copied());
        parts.iter_mut().for_each(|part| part.1 /= s);
        Ok(Some((bound, Some(facts.add(parts)))))
    }
}
