//! Decisions of short numbers that guarantee as much as the best one within the gap, and decisions
//! that are multiples of a number.

use super::pieces::Cover;
use crate::equilibrium::Control;
use crate::exact::{Rational, ratio, to_approx};
use crate::game::{Grid, Point};

/// Distances in which shorter numbers are looked for, as shares `2^-k` of the range of a parameter.
const DISTANCES: std::ops::Range<usize> = 2..36;
/// Share of the work so far that this may take, and what it may always take.
const SHARE: u64 = 4;
const LEAST: u64 = 50_000_000;
/// Share of the gap that is left for roundings of proofs.
const OF_THE_GAP: f64 = 0.9;
/// Parameters that are rounded both ways.
const MOST_ROUNDED: usize = 8;
/// Most improvements by one step of the multiples.
const MOST_STEPS: usize = 200;

impl Cover<'_> {
    /// Takes a decision of shorter numbers in place of the best one, when it guarantees as much
    /// within the gap below `upper_approx`, or nearly as much where the gap is open.
    pub(super) fn shorten(&mut self, upper_approx: f64, control: &Control) {
        let control = &control.within_work((self.work / SHARE).max(LEAST));
        let Some((best_approx, point)) = self.best.clone() else { return };
        let allowed = OF_THE_GAP * to_approx(self.gap) * best_approx.abs().max(1.0);
        let closed = upper_approx - best_approx <= allowed;
        let needed_approx =
            if closed { upper_approx - allowed } else { best_approx - 0.1 * allowed };
        // A search must not end before it shows as much.
        self.book.enough_approx = needed_approx;
        let all: Vec<usize> = (0..self.space.free().len()).collect();
        let mut known = self.shorter(&point, &all, needed_approx, control);
        // One parameter may allow for more than all together.
        for index in all {
            let point = known.as_ref().map_or(&point, |(_, point)| point).clone();
            let found = self.shorter(&point, &[index], needed_approx, control);
            known = found.or(known);
        }
        if let Some(found) = known {
            self.best = Some(found);
        }
    }

    /// The first point with simple fractions in place of some free parameters, the farthest away
    /// first, that guarantees what is needed.
    fn shorter(
        &mut self,
        point: &Point,
        indices: &[usize],
        needed_approx: f64,
        control: &Control,
    ) -> Option<(f64, Point)> {
        let mut last = point.clone();
        for k in DISTANCES {
            let candidate = self.simplified(point, indices, k);
            if candidate == *point || digits(&candidate) >= digits(point) {
                continue;
            }
            if candidate == last || !self.space.admits(&candidate) {
                continue;
            }
            if control.stopped() {
                return None;
            }
            last = candidate.clone();
            let position = self.book.position(&candidate);
            if let Some(answer) = self.book.answer(position, 0, control)
                && answer.lower_approx >= needed_approx
            {
                return Some((answer.lower_approx, candidate));
            }
        }
        None
    }

    /// The simplest fractions within `2^-k` of the range, in place of some free parameters.
    fn simplified(&self, point: &Point, indices: &[usize], k: usize) -> Point {
        let polytope = self.space.polytope();
        let mut free: Vec<Rational> = self.space.free().iter().map(|&j| point[j].clone()).collect();
        for &index in indices {
            let j = self.space.free()[index];
            if self.space.grids()[j] != Grid::Continuous {
                continue;
            }
            let (lower, upper) = (&polytope.lower[j], &polytope.upper[j]);
            let distance = (upper - lower) * ratio(1, 1 << k);
            let value = &free[index];
            let simple = Rational::simplest_in(value - &distance, value + &distance);
            free[index] = simple.clamp(lower.clone(), upper.clone());
        }
        self.space.point(&free)
    }

    /// Takes the best decision found among those whose free parameters are multiples of `unit`.
    pub(super) fn round_to_multiples(&mut self, unit: &Rational, control: &Control) {
        let Some((_, point)) = self.best.take() else { return };
        self.book.enough_approx = f64::NEG_INFINITY;
        let free: Vec<Rational> = self.space.free().iter().map(|&j| point[j].clone()).collect();
        let continuous: Vec<usize> = (0..free.len())
            .filter(|&k| self.space.grids()[self.space.free()[k]] == Grid::Continuous)
            .collect();
        let (few, many) = continuous.split_at(continuous.len().min(MOST_ROUNDED));
        for bits in 0..1usize << few.len() {
            let mut candidate = free.clone();
            for (place, &k) in few.iter().enumerate() {
                let value = &free[k] / unit;
                let up = bits >> place & 1 == 1;
                candidate[k] = unit * Rational::from(if up { value.ceil() } else { value.floor() });
            }
            for &k in many {
                candidate[k] = unit * Rational::from((&free[k] / unit).round());
            }
            self.try_point(self.space.point(&candidate), control);
        }
        for _ in 0..MOST_STEPS {
            let Some((before, start)) = self.best.clone() else { return };
            let start: Vec<Rational> =
                self.space.free().iter().map(|&j| start[j].clone()).collect();
            for &k in &continuous {
                for step in [unit.clone(), -unit.clone()] {
                    let mut candidate = start.clone();
                    candidate[k] += step;
                    self.try_point(self.space.point(&candidate), control);
                }
            }
            if self.lower_approx() <= before || control.stopped() {
                return;
            }
        }
    }
}

/// Digits of all numbers of a point.
fn digits(point: &Point) -> usize {
    let of = |value: &Rational| value.to_string().chars().filter(char::is_ascii_digit).count();
    point.iter().map(of).sum()
}
