//! Floors of the followers' values: what a policy earns at least, affine in the statistics.

use super::cube::{Affine, lowest, minorant_slopes};
use super::data::BoxGame;
use super::dyadic::{Short, below, nearest, slope_bits};
use super::monomials::{Sum, Terms};

/// Statistics up to which floors have squares: with more, the kernel's bounds would be expensive.
const MOST_SQUARED: usize = 4;

/// A floor of the values of all states.
#[derive(Debug)]
pub(super) struct Floor {
    /// Per stage and state.
    pub(super) values: Vec<Vec<Short>>,
    /// The expected value at the start.
    pub(super) start: Short,
}

impl BoxGame {
    /// What `policy` earns at least, by backward induction: squares of coordinates, slopes of
    /// affine minorants at `reference`, constants as large as the kernel's bound allows.
    pub(super) fn floor(&mut self, policy: &[Vec<u32>], reference: &[f64]) -> Floor {
        let bits = self.bits;
        let (mut sum, mut terms) = (Sum::default(), Terms::new());
        let mut values: Vec<Vec<Short>> = Vec::with_capacity(policy.len());
        let mut next: Vec<Terms> = Vec::new();
        for (t, actions) in policy.iter().enumerate().rev() {
            let mut here = Vec::with_capacity(actions.len());
            let mut shorts = Vec::with_capacity(actions.len());
            for &pair in actions {
                let stage = &self.stages[t];
                sum.add_terms(1.0, stage.reward.of(pair as usize));
                if let Some((successors, table)) = &stage.transition {
                    for entry in successors.of_pair(pair as usize) {
                        let value = &next[successors.state[entry] as usize];
                        sum.add_product(&mut self.monomials, 1.0, value, table.of(entry));
                    }
                }
                sum.take(&mut terms);
                let short = self.below(&terms, reference, bits);
                here.push(short.on(&self.region, &mut self.monomials));
                shorts.push(short);
            }
            values.push(shorts);
            next = here;
        }
        values.reverse();
        let mut start = Short::default();
        for (value, mass) in values.first().into_iter().flatten().zip(&self.initial) {
            start.add(&value.times(*mass));
        }
        Floor { values, start }
    }

    /// A function that the kernel finds below a polynomial: its squares of coordinates, and an
    /// affine function near the rest of it at `reference`.
    fn below(&mut self, terms: &Terms, reference: &[f64], bits: i32) -> Short {
        let mut short = Short::default();
        let mut rest = Terms::with_capacity(terms.len());
        for &(number, value) in terms {
            match *self.monomials.factors(number) {
                [(k, 2)] if value > 0.0 && self.region.len() <= MOST_SQUARED => {
                    short.add(&Short::of_product((k, k, value), &self.region, bits));
                }
                _ => rest.push((number, value)),
            }
        }
        for (k, slope) in minorant_slopes(&rest, &self.monomials, reference) {
            let width = self.region[k].1 - self.region[k].0;
            if width > 0.0 {
                let linear = vec![(k, nearest(slope / width, slope_bits(bits, width)))];
                short.add(&Short { linear, ..Short::default() });
            }
        }
        short.linear.retain(|term| term.1 != 0.0);
        short.quadratic.retain(|term| term.2 != 0.0);
        let constant = short.constant;
        let (mut sum, mut rest) = (Sum::default(), Terms::new());
        sum.add_terms(1.0, terms);
        sum.add_terms(-1.0, &short.on(&self.region, &mut self.monomials));
        sum.take(&mut rest);
        let margin = self.unit() / 8.0;
        short.constant = constant + below(lowest(&rest, &self.monomials) - margin, bits);
        short
    }

    /// A form that is at least 0 on the box, about the given one.
    pub(super) fn nonnegative(&mut self, form: &Affine, stated: &[(f64, f64)]) -> Short {
        let mut short = Short::of_affine(form, stated, self.bits);
        let least = lowest(&short.on(&self.region, &mut self.monomials), &self.monomials);
        if least < 0.0 && !short.is_zero() {
            short.constant -= below(least - self.unit() / 8.0, self.bits);
        }
        short
    }
}
