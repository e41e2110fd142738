//! Better decisions: corners, the middle, and what is near the best one.

use super::pieces::{Cover, FEW};
use super::slices::is_wide;
use crate::equilibrium::Control;
use crate::exact::{Rational, ratio};
use crate::game::{Grid, Point};

/// Most decisions that an ascent looks at, where inner problems cost next to nothing, and
/// elsewhere.
const LINEAR_ASCENT: usize = 1000;
const ASCENT: usize = 24;
/// Most work at a decision of an ascent with many free parameters.
const WIDE_WORK: u64 = 1 << 28;
/// Shortest steps of an ascent with many free parameters, as a part of their range.
const WIDE_STEPS: u64 = 1024;
/// Rounds of an ascent.
const HALVINGS: usize = 40;

impl Cover<'_> {
    /// A first decision, and better ones near it.
    pub(super) fn look_around(&mut self, control: &Control) {
        let half = ratio(1, 2);
        let polytope = self.space.polytope();
        let middle: Vec<Rational> = self
            .space
            .free()
            .iter()
            .map(|&j| (&polytope.lower[j] + &polytope.upper[j]) * &half)
            .collect();
        self.try_free(&middle, &self.at_one(control));
        let corners: Vec<Point> = self.space.corners().take(FEW).collect();
        for corner in corners {
            let position = self.book.position(&corner);
            self.try_decision(position, &self.at_one(control));
        }
        self.ascend(control);
    }

    /// What one decision may cost where an ascent is all that is done.
    fn at_one(&self, control: &Control) -> Control {
        let most = if is_wide(self.space) { WIDE_WORK } else { u64::MAX };
        control.within_work(most)
    }

    /// Whether a decision, or one of the grid near it, is better than the best one.
    pub(super) fn try_decision(&mut self, position: usize, control: &Control) {
        let point = self.book.point(position).clone();
        let point = if self.space.admits(&point) { point } else { self.nearest(&point) };
        self.try_point(point, control);
    }

    /// Whether a point is a decision, and better than the best one.
    pub(super) fn try_point(&mut self, point: Point, control: &Control) {
        if !self.space.admits(&point) {
            return;
        }
        let position = self.book.position(&point);
        if let Some(answer) = self.book.answer(position, 0, control)
            && answer.lower_approx > self.lower_approx()
        {
            self.book.enough_approx = answer.lower_approx;
            self.best = Some((answer.lower_approx, point));
        }
    }

    /// Looks at the decision with these free parameters, or one of the grid near it; the lower
    /// bound of its value.
    pub(super) fn try_free(&mut self, free: &[Rational], control: &Control) -> Option<f64> {
        let point = self.space.point(free);
        let point = if self.space.admits(&point) { point } else { self.nearest(&point) };
        let position = self.book.position(&point);
        self.try_decision(position, control);
        self.book.answer(position, 0, control).map(|answer| answer.lower_approx)
    }

    /// Better decisions near the best one: one free parameter changed at a time, then all by what
    /// helped, by steps that halve when none does. Where nothing but an ascent is done, it goes on
    /// until the steps are short.
    pub(super) fn ascend(&mut self, control: &Control) {
        let wide = is_wide(self.space);
        let most = if self.book.linear { LINEAR_ASCENT } else { ASCENT };
        let mut left = if wide { usize::MAX } else { most };
        let least = if wide { ratio(1, WIDE_STEPS) } else { Rational::ZERO };
        let polytope = self.space.polytope();
        let mut share = ratio(1, 4);
        for _ in 0..if wide { usize::MAX } else { HALVINGS } {
            if share < least {
                self.ascended = true;
                return;
            }
            let Some((before, start)) = self.best.clone() else { return };
            for (index, &j) in self.space.free().iter().enumerate() {
                let step = (&polytope.upper[j] - &polytope.lower[j]) * &share;
                for step in [step.clone(), -step] {
                    if left == 0 || control.stopped() {
                        return;
                    }
                    left -= 1;
                    self.try_step(index, step, &self.at_one(control));
                }
            }
            let Some((value, point)) = self.best.clone() else { return };
            if value <= before && point == start {
                share *= ratio(1, 2);
            } else if wide {
                self.try_beyond(&start, &point, &self.at_one(control));
            }
        }
    }

    /// The best decision with one free parameter, the `index`-th, changed by `step`.
    fn try_step(&mut self, index: usize, step: Rational, control: &Control) {
        let Some((_, point)) = self.best.clone() else { return };
        let polytope = self.space.polytope();
        let mut free: Vec<Rational> = self.space.free().iter().map(|&k| point[k].clone()).collect();
        let j = self.space.free()[index];
        free[index] =
            (&free[index] + step).clamp(polytope.lower[j].clone(), polytope.upper[j].clone());
        let candidate = self.book.position(&self.space.point(&free));
        self.try_decision(candidate, control);
    }

    /// The decision as far beyond `to` as that is from `from`.
    fn try_beyond(&mut self, from: &Point, to: &Point, control: &Control) {
        let polytope = self.space.polytope();
        let further = |&j: &usize| {
            let there = &to[j] + (&to[j] - &from[j]);
            there.clamp(polytope.lower[j].clone(), polytope.upper[j].clone())
        };
        let free: Vec<Rational> = self.space.free().iter().map(further).collect();
        self.try_free(&free, control);
    }

    /// Free parameters rounded to their grids.
    fn nearest(&self, point: &Point) -> Point {
        let polytope = self.space.polytope();
        let free: Vec<Rational> = self
            .space
            .free()
            .iter()
            .map(|&j| match &self.space.grids()[j] {
                Grid::Continuous => point[j].clone(),
                Grid::Integer => Rational::from(point[j].round()),
                Grid::Step(step) => {
                    &polytope.lower[j]
                        + step * Rational::from(((&point[j] - &polytope.lower[j]) / step).round())
                }
            })
            .collect();
        self.space.point(&free)
    }
}
