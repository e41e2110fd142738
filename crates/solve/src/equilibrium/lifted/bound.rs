//! What a combination of facts proves on a box: statement (M) of docs/certificate.md in binary64.

use super::least::{Affine, least, minorant};
use super::model::{BoxData, Model, ONE, Terms};
use crate::certificate::{AffineForm, LiftedMultipliers};

/// Dense sums of terms, reused from pair to pair.
#[derive(Debug, Default)]
pub(super) struct Sum {
    values: Vec<f64>,
    marked: Vec<bool>,
    touched: Vec<usize>,
}

impl Sum {
    pub(super) fn add(&mut self, number: usize, value: f64) {
        if self.values.len() <= number {
            self.values.resize(number + 1, 0.0);
            self.marked.resize(number + 1, false);
        }
        if !self.marked[number] {
            self.marked[number] = true;
            self.touched.push(number);
        }
        self.values[number] += value;
    }

    /// The terms; the sum is empty afterwards.
    pub(super) fn take(&mut self, into: &mut Terms) {
        into.clear();
        self.touched.sort_unstable();
        for number in self.touched.drain(..) {
            into.push((number, self.values[number]));
            self.values[number] = 0.0;
            self.marked[number] = false;
        }
    }
}

impl Model {
    fn form(&self, form: &AffineForm) -> Terms {
        let mut terms: Terms = Vec::with_capacity(1 + form.linear.len());
        if form.constant != 0 {
            terms.push((ONE, self.real(form.constant)));
        }
        terms.extend(
            form.linear.iter().filter(|(_, c)| *c != 0).map(|&(k, c)| (k + 1, self.real(c))),
        );
        terms
    }

    /// An affine function that what `policy` earns does not fall below on the box; products are
    /// linearised at `reference`.
    pub(super) fn deviation_floor(
        &mut self,
        data: &BoxData,
        policy: &[Vec<usize>],
        reference: &[u32],
    ) -> Affine {
        let mut next: Vec<Affine> = Vec::new();
        let (mut sum, mut terms) = (Sum::default(), Terms::new());
        for (t, actions) in policy.iter().enumerate().rev() {
            let mut values = Vec::with_capacity(actions.len());
            for &pair in actions {
                data.stages[t].reward[pair].iter().for_each(|&(m, c)| sum.add(m, c));
                if let Some(successors) = &self.shapes[t].successors {
                    for entry in successors.of_pair(pair) {
                        let value = &next[successors.state(entry)];
                        for &(m, p) in &data.stages[t].probability[entry] {
                            sum.add(m, p * value.constant);
                            for &(k, slope) in &value.slopes {
                                sum.add(self.monomials.product(k + 1, m), p * slope);
                            }
                        }
                    }
                }
                sum.take(&mut terms);
                values.push(minorant(&terms, &self.monomials, reference));
            }
            next = values;
        }
        let mut result =
            Affine { constant: 0.0, slopes: (0..self.statistics).map(|k| (k, 0.0)).collect() };
        for (affine, mass) in next.iter().zip(&self.initial) {
            result.constant += mass * affine.constant;
            affine.slopes.iter().for_each(|&(k, slope)| result.slopes[k].1 += mass * slope);
        }
        result
    }

    /// The least value over the box of the combination with VALUE = 0, without a target: what the
    /// checker computes, up to rounding.
    ///
    /// `policies` are pairs per `[stage][state]`; `target` adds `sign * x_k`.
    pub(super) fn combination(
        &mut self,
        data: &BoxData,
        policies: &[Vec<Vec<usize>>],
        multipliers: &LiftedMultipliers,
        target: Option<(usize, f64)>,
    ) -> f64 {
        let flow: Vec<Vec<Terms>> = multipliers
            .flow
            .iter()
            .map(|row| row.iter().map(|form| self.form(form)).collect())
            .collect();
        let mut links: Vec<Terms> = vec![Terms::new(); self.statistics];
        for (k, form) in &multipliers.links {
            links[*k] = self.form(form);
        }
        let omega = self.real(multipliers.objective);
        let mut constant = Sum::default();
        let mut weights: Terms = Vec::new();
        for term in &multipliers.deviations {
            let weight = self.form(&term.weight);
            let floor = self.deviation_floor(data, &policies[term.policy], &term.reference);
            for &(a, alpha) in &weight {
                constant.add(a, alpha * (floor.constant - self.epsilon));
                for &(k, slope) in &floor.slopes {
                    constant.add(self.monomials.product(k + 1, a), alpha * slope);
                }
                match weights.iter_mut().find(|(own, _)| *own == a) {
                    Some((_, sum)) => *sum += alpha,
                    None => weights.push((a, alpha)),
                }
            }
        }
        data.payoff.iter().for_each(|&(m, c)| constant.add(m, omega * c));
        if let Some(first) = flow.first() {
            for (terms, mass) in first.iter().zip(&self.initial) {
                terms.iter().for_each(|&(m, c)| constant.add(m, mass * c));
            }
        }
        for (k, terms) in links.iter().enumerate() {
            for &(m, rho) in terms {
                constant.add(m, -rho * data.low[k]);
                constant.add(self.monomials.product(k + 1, m), -rho * data.width[k]);
            }
        }
        if let Some((k, sign)) = target {
            constant.add(ONE, sign * data.low[k]);
            constant.add(k + 1, sign * data.width[k]);
        }
        let mut products: Vec<Terms> = vec![Terms::new(); self.shapes.len()];
        for &(t, k, j, coefficient) in &multipliers.products {
            let number = self.monomials.product(k + 1, j + 1);
            products[t].push((number, self.real(coefficient)));
            constant.add(number, self.real(coefficient));
        }
        let mut total = 0.0;
        let (mut sum, mut terms) = (Sum::default(), Terms::new());
        for (t, products) in products.iter().enumerate() {
            let mut least_pair = f64::INFINITY;
            for pair in 0..self.shapes[t].pairs.len() {
                let state = self.shapes[t].state[pair];
                let stage = &data.stages[t];
                stage.leader[pair].iter().for_each(|&(m, c)| sum.add(m, omega * c));
                for &(a, alpha) in &weights {
                    for &(m, c) in &stage.reward[pair] {
                        sum.add(self.monomials.product(a, m), -alpha * c);
                    }
                }
                if let Some(row) = flow.get(t) {
                    row[state].iter().for_each(|&(m, c)| sum.add(m, -c));
                }
                if let (Some(successors), Some(row)) = (&self.shapes[t].successors, flow.get(t + 1))
                {
                    for entry in successors.of_pair(pair) {
                        for &(a, c) in &row[successors.state(entry)] {
                            for &(m, p) in &stage.probability[entry] {
                                sum.add(self.monomials.product(a, m), c * p);
                            }
                        }
                    }
                }
                for &(k, weight) in &self.shapes[t].weights[pair] {
                    links[k].iter().for_each(|&(m, rho)| sum.add(m, weight * rho));
                }
                products.iter().for_each(|&(m, c)| sum.add(m, -c));
                sum.take(&mut terms);
                least_pair = least_pair.min(least(&terms, &self.monomials));
            }
            total += least_pair;
        }
        constant.take(&mut terms);
        total + least(&terms, &self.monomials)
    }
}
