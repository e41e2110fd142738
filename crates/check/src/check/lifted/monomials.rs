//! Monomials in the coordinates `lambda_k` of a box, numbered, and polynomials as lists of numbered
//! terms.
//!
//! On the box every monomial lies between 0 and 1. So a coefficient rounded down gives a polynomial
//! that is nowhere greater.

use super::super::verdict::Fault;
use super::numbers::narrow;
use crate::game::{Monomial, Variable};
use std::collections::BTreeMap;

/// Most monomials of one game; beyond it the rule refuses.
const MOST_MONOMIALS: usize = 1 << 14;
/// Number of the monomial 1.
pub(super) const ONE: u32 = 0;

/// `sum coefficient * monomial`, coefficients over `2^bits`.
pub(super) type Terms = Vec<(u32, i64)>;

/// The numbered monomials; 1 has number 0 and `lambda_k` number `k + 1`.
#[derive(Debug)]
pub(super) struct Monomials {
    list: Vec<Monomial>,
    numbers: BTreeMap<Monomial, u32>,
    products: Vec<Vec<u32>>,
}

impl Monomials {
    pub(super) fn new(statistics: usize) -> Result<Self, Fault> {
        let mut monomials =
            Monomials { list: Vec::new(), numbers: BTreeMap::new(), products: Vec::new() };
        monomials.number(Monomial::one())?;
        for k in 0..statistics {
            monomials.number(Monomial::of(Variable::Aggregate(k as u32)))?;
        }
        Ok(monomials)
    }

    /// The number of `lambda_k`.
    pub(super) fn coordinate(k: usize) -> u32 {
        k as u32 + 1
    }

    pub(super) fn number(&mut self, monomial: Monomial) -> Result<u32, Fault> {
        if let Some(&known) = self.numbers.get(&monomial) {
            return Ok(known);
        }
        if self.list.len() >= MOST_MONOMIALS {
            return Err(Fault::TooLarge);
        }
        let number = self.list.len() as u32;
        self.list.push(monomial.clone());
        self.numbers.insert(monomial, number);
        Ok(number)
    }

    /// The coordinates in a monomial, with their exponents.
    pub(super) fn exponents(&self, number: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.list[number as usize].factors().iter().map(|&(variable, exponent)| match variable {
            // Trees are about games without functions.
            Variable::Aggregate(k) | Variable::Parameter(k) | Variable::Function(k) => {
                (k as usize, exponent)
            }
        })
    }

    /// The number of a product.
    pub(super) fn product(&mut self, a: u32, b: u32) -> Result<u32, Fault> {
        if a == ONE {
            return Ok(b);
        }
        if b == ONE {
            return Ok(a);
        }
        let (a, b) = (a.min(b) as usize, a.max(b) as usize);
        if self.products.len() <= a {
            self.products.resize(a + 1, Vec::new());
        }
        if let Some(&known) = self.products[a].get(b).filter(|&&known| known != u32::MAX) {
            return Ok(known);
        }
        let product = self.list[a].times(&self.list[b]);
        let number = self.number(product)?;
        if self.products[a].len() <= b {
            self.products[a].resize(b + 1, u32::MAX);
        }
        self.products[a][b] = number;
        Ok(number)
    }
}

/// A polynomial that grows term by term, coefficients over `2^(2 bits)`.
#[derive(Debug, Default)]
pub(super) struct Sum {
    values: Vec<i128>,
    marked: Vec<bool>,
    touched: Vec<u32>,
}

impl Sum {
    pub(super) fn clear(&mut self) {
        for &number in &self.touched {
            self.values[number as usize] = 0;
            self.marked[number as usize] = false;
        }
        self.touched.clear();
    }

    pub(super) fn add(&mut self, number: u32, value: i128) -> Result<(), Fault> {
        let at = number as usize;
        if self.values.len() <= at {
            self.values.resize(at + 1, 0);
            self.marked.resize(at + 1, false);
        }
        if !self.marked[at] {
            self.marked[at] = true;
            self.touched.push(number);
        }
        self.values[at] = self.values[at].checked_add(value).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    /// The polynomial with coefficients rounded down to `2^-bits`, monomials in increasing order.
    pub(super) fn rounded(&mut self, bits: u32, into: &mut Terms) -> Result<(), Fault> {
        into.clear();
        self.touched.sort_unstable();
        for &number in &self.touched {
            let value = narrow(self.values[number as usize] >> bits)?;
            if value != 0 {
                into.push((number, value));
            }
        }
        Ok(())
    }
}
