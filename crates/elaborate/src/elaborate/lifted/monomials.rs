//! Monomials in the coordinates `lambda_k` of a box, numbered, and polynomials as lists of numbered
//! terms, in binary64.

use crate::game::{Monomial, Variable};
use std::collections::BTreeMap;

/// Number of the monomial 1.
pub(super) const ONE: u32 = 0;

/// `sum coefficient * monomial`, numbers increasing.
pub(super) type Terms = Vec<(u32, f64)>;

/// The numbered monomials; 1 has number 0 and `lambda_k` number `k + 1`.
#[derive(Debug)]
pub(super) struct Monomials {
    list: Vec<Monomial>,
    /// `(k, exponent)` of each.
    factors: Vec<Vec<(usize, u32)>>,
    numbers: BTreeMap<Monomial, u32>,
    products: Vec<Vec<u32>>,
    /// Whether polynomials of one coordinate and degree two are minimised exactly: not where the
    /// kernel adds others to them.
    pub(super) parabolas: bool,
}

impl Monomials {
    pub(super) fn new(statistics: usize) -> Self {
        let mut monomials = Monomials {
            list: Vec::new(),
            factors: Vec::new(),
            numbers: BTreeMap::new(),
            products: Vec::new(),
            parabolas: true,
        };
        monomials.number(Monomial::one());
        for k in 0..statistics {
            monomials.number(Monomial::of(Variable::Aggregate(k as u32)));
        }
        monomials
    }

    /// The number of `lambda_k`.
    pub(super) fn coordinate(k: usize) -> u32 {
        k as u32 + 1
    }

    pub(super) fn number(&mut self, monomial: Monomial) -> u32 {
        if let Some(&known) = self.numbers.get(&monomial) {
            return known;
        }
        let number = self.list.len() as u32;
        let factor = |&(variable, exponent)| match variable {
            Variable::Aggregate(k) | Variable::Parameter(k) | Variable::Function(k) => {
                (k as usize, exponent)
            }
        };
        self.factors.push(monomial.factors().iter().map(factor).collect());
        self.list.push(monomial.clone());
        self.numbers.insert(monomial, number);
        number
    }

    /// The coordinates in a monomial, with their exponents.
    pub(super) fn factors(&self, number: u32) -> &[(usize, u32)] {
        &self.factors[number as usize]
    }

    /// The number of a product.
    pub(super) fn product(&mut self, a: u32, b: u32) -> u32 {
        let (low, high) = (a.min(b) as usize, a.max(b) as usize);
        if low == ONE as usize {
            return a.max(b);
        }
        if self.products.len() <= low {
            self.products.resize(low + 1, Vec::new());
        }
        if let Some(&known) = self.products[low].get(high).filter(|&&known| known != u32::MAX) {
            return known;
        }
        let number = self.number(self.list[low].times(&self.list[high]));
        if self.products[low].len() <= high {
            self.products[low].resize(high + 1, u32::MAX);
        }
        self.products[low][high] = number;
        number
    }

    /// The value of a polynomial at a point.
    pub(super) fn value(&self, terms: &[(u32, f64)], point: &[f64]) -> f64 {
        let monomial = |number: u32| -> f64 {
            self.factors(number).iter().map(|&(k, e)| point[k].powi(e as i32)).product()
        };
        terms.iter().map(|&(number, value)| value * monomial(number)).sum()
    }
}

/// A polynomial that grows term by term.
#[derive(Debug, Default)]
pub(super) struct Sum {
    values: Vec<f64>,
    marked: Vec<bool>,
    touched: Vec<u32>,
}

impl Sum {
    pub(super) fn add(&mut self, number: u32, value: f64) {
        let at = number as usize;
        if self.values.len() <= at {
            self.values.resize(at + 1, 0.0);
            self.marked.resize(at + 1, false);
        }
        if !self.marked[at] {
            self.marked[at] = true;
            self.touched.push(number);
        }
        self.values[at] += value;
    }

    /// Adds `factor * terms`.
    pub(super) fn add_terms(&mut self, factor: f64, terms: &[(u32, f64)]) {
        terms.iter().for_each(|&(number, value)| self.add(number, factor * value));
    }

    /// Adds `factor * a * b`.
    pub(super) fn add_product(
        &mut self,
        monomials: &mut Monomials,
        factor: f64,
        a: &[(u32, f64)],
        b: &[(u32, f64)],
    ) {
        for &(i, x) in a {
            for &(j, y) in b {
                self.add(monomials.product(i, j), factor * x * y);
            }
        }
    }

    /// The terms; the sum is empty afterwards.
    pub(super) fn take(&mut self, into: &mut Terms) {
        into.clear();
        self.touched.sort_unstable();
        for number in self.touched.drain(..) {
            into.push((number, self.values[number as usize]));
            self.values[number as usize] = 0.0;
            self.marked[number as usize] = false;
        }
    }
}
