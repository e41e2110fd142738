//! Responses and multipliers that bound a piece.

use super::book::{LAST_LEVEL, Weights};
use super::pieces::{Bounded, Cover, Leaf};
use crate::certificate::Selection;
use crate::equilibrium::Control;
use crate::exact::{Rational, to_approx};

/// Roundings that a judgement in binary64 may be off.
const TOLERANCE_APPROX: f64 = 1e-11;

impl Cover<'_> {
    /// Takes a rule when it holds and is better.
    pub(super) fn keep_rule(&self, simplex: &[usize], rule: Vec<Weights>, bounded: &mut Bounded) {
        let Some((exploitability_approx, leader_approx)) =
            self.book.most_approx(self.space, simplex, &rule)
        else {
            return;
        };
        let epsilon_approx = to_approx(self.epsilon);
        let close = exploitability_approx <= epsilon_approx + TOLERANCE_APPROX;
        if leader_approx >= bounded.own_approx || !close {
            return;
        }
        // Doubtful in binary64: asked exactly.
        let doubtful = exploitability_approx > epsilon_approx - TOLERANCE_APPROX;
        if doubtful && self.book.response_exactly(self.space, simplex, &rule).is_none() {
            return;
        }
        *bounded = Bounded { own_approx: leader_approx, leaf: Leaf::Response(rule) };
    }

    /// The worst equilibria of the vertices at an eps so small that mixing them is an
    /// eps-equilibrium everywhere.
    pub(super) fn affine_rule(
        &mut self,
        simplex: &[usize],
        control: &Control,
    ) -> Option<Vec<Weights>> {
        self.margin_rule(simplex, control, &|simplex, k| simplex[k])
    }

    /// What the best mixture is made of: what is worst at the vertices for several eps, and what
    /// the larger piece used. `None` where mixtures are no good.
    pub(super) fn policies_to_mix(
        &mut self,
        simplex: &[usize],
        inherited: Option<&[Weights]>,
        control: &Control,
    ) -> Option<Vec<usize>> {
        if self.selection != Selection::Pessimistic || !self.book.linear || self.epsilon.is_zero() {
            return None;
        }
        // All are asked for before one that is missing ends it.
        let mut answers = Vec::new();
        for &vertex in simplex {
            answers.extend(
                [0, LAST_LEVEL - 2, LAST_LEVEL]
                    .map(|level| self.book.answer(vertex, level, control)),
            );
        }
        let mut policies: Vec<usize> =
            inherited.into_iter().flatten().flatten().map(|(policy, _)| *policy).collect();
        for answer in answers {
            policies.extend(answer?.mix?.iter().map(|(policy, _)| *policy));
        }
        policies.sort_unstable();
        policies.dedup();
        Some(policies)
    }

    /// What is worst at one vertex, everywhere.
    pub(super) fn constant_rules(
        &mut self,
        simplex: &[usize],
        control: &Control,
    ) -> Vec<Vec<Weights>> {
        (0..simplex.len())
            .filter_map(|only| self.margin_rule(simplex, control, &|simplex, _| simplex[only]))
            .collect()
    }

    fn margin_rule(
        &mut self,
        simplex: &[usize],
        control: &Control,
        from: &dyn Fn(&[usize], usize) -> usize,
    ) -> Option<Vec<Weights>> {
        let epsilon_approx = to_approx(self.epsilon);
        let mut level = 0;
        for _ in 0..4 {
            // All are asked for before one that is missing ends it.
            let answers: Vec<_> = (0..simplex.len())
                .map(|k| self.book.answer(from(simplex, k), level, control))
                .collect();
            let rule: Vec<Weights> =
                answers.into_iter().map(|answer| answer?.mix).collect::<Option<_>>()?;
            let (exploitability_approx, _) = self.book.most_approx(self.space, simplex, &rule)?;
            let excess = exploitability_approx - epsilon_approx;
            if excess <= if level == 0 { 1e-12 } else { 0.0 } {
                return Some(rule);
            }
            let needed = 1.05 * excess + to_approx(&self.book.margin(level));
            level = self.book.level_for(needed)?.max(level + 1);
            if level > LAST_LEVEL {
                return None;
            }
        }
        None
    }

    /// The best equilibria bounded by a multiplier of the equilibrium row, where that is better.
    pub(super) fn relax(&mut self, simplex: &[usize], bounded: &mut Bounded, control: &Control) {
        let mut rule = Vec::with_capacity(simplex.len());
        for &vertex in simplex {
            // What is optimal for a follower, near enough.
            let Some(policy) = self.book.best_response(vertex, control) else { return };
            rule.push(vec![(policy, Rational::ONE)]);
        }
        let mut tried: Option<(f64, Rational)> = None;
        for exponent in -2..9i32 {
            let multiplier = Rational::try_from(2f64.powi(exponent)).unwrap_or(Rational::ONE);
            let Some(bound_approx) =
                self.book.relaxed_approx(self.space, simplex, &multiplier, &rule)
            else {
                return;
            };
            // Convex in the multiplier.
            if tried.as_ref().is_some_and(|(best, _)| bound_approx > *best) {
                break;
            }
            tried = Some((bound_approx, multiplier));
        }
        if let Some((bound_approx, multiplier)) = tried
            && bound_approx < bounded.own_approx
        {
            *bounded =
                Bounded { own_approx: bound_approx, leaf: Leaf::Multiplier(multiplier, rule) };
        }
    }
}
