//! Affine functions of the coordinates of a quadratic game.

use crate::exact::Rational;
use crate::game::{self, LinearForm, Quadratic};
use smfg_kernel::{Monomial, Polynomial, Variable};

/// `constant + sum_j coefficients_j X_j`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) constant: Rational,
    pub(super) coefficients: Vec<Rational>,
}

impl Line {
    pub(super) fn zero(coordinates: usize) -> Self {
        Line { constant: Rational::ZERO, coefficients: vec![Rational::ZERO; coordinates] }
    }

    /// The coordinate `j`.
    pub(super) fn coordinate(coordinates: usize, j: usize) -> Self {
        let mut line = Line::zero(coordinates);
        line.coefficients[j] = Rational::ONE;
        line
    }

    /// Adds `factor * other`.
    pub(super) fn add(&mut self, other: &Line, factor: &Rational) {
        if factor.is_zero() {
            return;
        }
        if !other.constant.is_zero() {
            self.constant += factor * &other.constant;
        }
        for (own, coefficient) in self.coefficients.iter_mut().zip(&other.coefficients) {
            if !coefficient.is_zero() {
                *own += factor * coefficient;
            }
        }
    }

    /// The coordinates with a coefficient, and the coefficient.
    pub(super) fn terms(&self) -> impl Iterator<Item = (usize, &Rational)> {
        self.coefficients.iter().enumerate().filter(|(_, coefficient)| !coefficient.is_zero())
    }

    /// The same affine function in the kernel's names of the coordinates.
    pub(super) fn polynomial(&self, names: &[Option<Variable>]) -> Polynomial {
        let mut result = Polynomial::constant(self.constant.clone());
        for (j, coefficient) in self.terms() {
            if let Some(name) = names[j] {
                result.add_term(Monomial::new(vec![(name, 1)]), coefficient.clone());
            }
        }
        result
    }

    /// The same affine function in the game's names of the coordinates.
    pub(super) fn game_polynomial(&self) -> game::Polynomial {
        let mut result = game::Polynomial::constant(self.constant.clone());
        for (j, coefficient) in self.terms() {
            let name = game::Variable::Aggregate(j as u32);
            result.add_term(game::Monomial::of(name), coefficient.clone());
        }
        result
    }

    /// The line without its constant as a combination of linear forms on pairs.
    pub(super) fn parts<'a>(&self, game: &'a Quadratic) -> Vec<(Rational, &'a LinearForm)> {
        self.terms().map(|(j, value)| (value.clone(), &game.coordinates[j])).collect()
    }
}
