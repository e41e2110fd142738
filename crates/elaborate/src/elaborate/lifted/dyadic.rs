//! Multipliers with short numbers: forms in the coordinates of a box become polynomials in the
//! statistics, their coefficients multiples of powers of two.
//!
//! Which multipliers are taken is free; what they show is computed from the rounded ones.

use super::cube::Affine;
use super::monomials::{Monomials, ONE, Sum, Terms};
use crate::exact::{Rational, Scaled, from_approx};
use smfg_kernel::{Column, Columns, Family, Monomial, Polynomial, Variable};
use std::sync::Arc;

/// Bits of the ends of boxes beyond their width.
const END_BITS: i32 = 28;

/// Slopes that contribute less over the box, in units of what is rounded to, are left out: they
/// would only hide what a polynomial depends on.
const LEAST_SLOPE: f64 = 16.0;

/// `constant + sum a_k x_k + sum a_kj x_k x_j`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Short {
    pub(super) constant: f64,
    pub(super) linear: Vec<(usize, f64)>,
    pub(super) quadratic: Vec<(usize, usize, f64)>,
}

/// The multiple of `2^-exponent` nearest to a number.
pub(super) fn nearest(value: f64, exponent: i32) -> f64 {
    let unit = 2f64.powi(exponent);
    (value * unit).round() / unit
}

/// The next multiple of `2^-exponent` that is not above.
pub(super) fn below(value: f64, exponent: i32) -> f64 {
    let unit = 2f64.powi(exponent);
    (value * unit).floor() / unit
}

/// Fractional bits of a slope along a coordinate of width `width`, so that what it contributes over
/// the width is rounded to `bits`.
pub(super) fn slope_bits(bits: i32, width: f64) -> i32 {
    (bits + width.log2().floor() as i32).clamp(0, 62)
}

/// Fractional bits of an end of a box of width `width`.
pub(super) fn end_bits(width: f64) -> i32 {
    (END_BITS - width.max(1e-12).log2().floor() as i32).clamp(1, 60)
}

/// The number, which is exact.
pub(super) fn rational(value: f64) -> Rational {
    from_approx(value).unwrap_or(Rational::ZERO)
}

impl Short {
    pub(super) fn constant(value: f64) -> Self {
        Short { constant: value, ..Short::default() }
    }

    /// About the affine form in the coordinates of `region`.
    pub(super) fn of_affine(form: &Affine, region: &[(f64, f64)], bits: i32) -> Self {
        let mut result = Short::default();
        let mut constant = form.constant;
        for &(k, value) in &form.slopes {
            let (low, high) = region[k];
            if high > low && value.abs() > LEAST_SLOPE * 2f64.powi(-bits) {
                let slope = nearest(value / (high - low), slope_bits(bits, high - low));
                constant -= slope * low;
                result.linear.push((k, slope));
            }
        }
        result.linear.retain(|term| term.1 != 0.0);
        result.constant = nearest(constant, bits);
        result
    }

    /// About `value lambda_k lambda_j`.
    pub(super) fn of_product(
        (k, j, value): (usize, usize, f64),
        region: &[(f64, f64)],
        bits: i32,
    ) -> Self {
        let ((low, high), (left, right)) = (region[k], region[j]);
        let (wide, broad) = (high - low, right - left);
        if wide <= 0.0 || broad <= 0.0 {
            return Short::default();
        }
        let curve = nearest(value / wide / broad, slope_bits(bits, wide * broad));
        // curve (x_k - low) (x_j - left), slopes rounded.
        let (a, b) = (-curve * left, -curve * low);
        let linear = if k == j {
            vec![(k, nearest(a + b, slope_bits(bits, wide)))]
        } else {
            vec![(k, nearest(a, slope_bits(bits, wide))), (j, nearest(b, slope_bits(bits, broad)))]
        };
        let at_corner: f64 = linear.iter().map(|&(i, slope)| slope * region[i].0).sum();
        let constant = nearest(-curve * low * left - at_corner, bits);
        Short { constant, linear, quadratic: vec![(k, j, curve)] }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.constant == 0.0 && self.linear.is_empty() && self.quadratic.is_empty()
    }

    /// The size of the numbers that are added up to its values on a box.
    pub(super) fn size(&self, region: &[(f64, f64)]) -> f64 {
        let most = |k: usize| region[k].0.abs().max(region[k].1.abs());
        let linear = self.linear.iter().map(|&(k, slope)| slope.abs() * most(k));
        let quadratic = self.quadratic.iter().map(|&(k, j, c)| c.abs() * most(k) * most(j));
        self.constant.abs() + linear.sum::<f64>() + quadratic.sum::<f64>()
    }

    /// This one times a number.
    pub(super) fn times(&self, factor: f64) -> Short {
        let linear = self.linear.iter().map(|&(k, slope)| (k, factor * slope)).collect();
        let quadratic = self.quadratic.iter().map(|&(k, j, c)| (k, j, factor * c)).collect();
        Short { constant: factor * self.constant, linear, quadratic }
    }

    /// Adds another one.
    pub(super) fn add(&mut self, other: &Short) {
        self.constant += other.constant;
        for &(k, slope) in &other.linear {
            match self.linear.iter_mut().find(|(own, _)| *own == k) {
                Some((_, sum)) => *sum += slope,
                None => self.linear.push((k, slope)),
            }
        }
        for &(k, j, curve) in &other.quadratic {
            match self.quadratic.iter_mut().find(|(a, b, _)| (*a, *b) == (k, j)) {
                Some((_, _, sum)) => *sum += curve,
                None => self.quadratic.push((k, j, curve)),
            }
        }
    }

    /// In the coordinates of a box.
    pub(super) fn on(&self, region: &[(f64, f64)], monomials: &mut Monomials) -> Terms {
        let mut constant = self.constant;
        let mut slopes: Vec<(usize, f64)> = self.linear.clone();
        for &(k, slope) in &self.linear {
            constant += slope * region[k].0;
        }
        let mut terms = Terms::new();
        for &(k, j, curve) in &self.quadratic {
            let ((low, high), (left, right)) = (region[k], region[j]);
            constant += curve * low * left;
            slopes.push((k, curve * left));
            slopes.push((j, curve * low));
            let number = monomials.product(Monomials::coordinate(k), Monomials::coordinate(j));
            terms.push((number, curve * (high - low) * (right - left)));
        }
        for (k, slope) in slopes {
            terms.push((Monomials::coordinate(k), slope * (region[k].1 - region[k].0)));
        }
        terms.push((ONE, constant));
        let (mut sum, mut result) = (Sum::default(), Terms::new());
        sum.add_terms(1.0, &terms);
        sum.take(&mut result);
        result
    }

    /// In the kernel's coordinates, times a factor.
    pub(super) fn polynomial(&self, names: &[Variable], factor: &Rational) -> Polynomial {
        let mut result = Polynomial::constant(rational(self.constant) * factor);
        for &(k, slope) in &self.linear {
            result.add_term(Monomial::new(vec![(names[k], 1)]), rational(slope) * factor);
        }
        for &(k, j, curve) in &self.quadratic {
            let monomial = Monomial::new(vec![(names[k], 1), (names[j], 1)]);
            result.add_term(monomial, rational(curve) * factor);
        }
        result
    }
}

/// Numbers that are multiples of `2^-exponent`, those that are not zero.
fn column(values: &[(u32, f64)], exponent: i32) -> Column {
    let unit = 2f64.powi(exponent);
    let small = exponent < 63 && values.iter().all(|term| (term.1 * unit).abs() < 9e18);
    let coefficients = if small {
        let numerators = values.iter().map(|term| (term.1 * unit) as i64).collect();
        Scaled::from_small(numerators, 1 << exponent)
    } else {
        Scaled::from_rationals(&values.iter().map(|term| rational(term.1)).collect::<Vec<_>>())
    };
    let support = values.iter().map(|term| term.0).collect();
    Column { support: Some(support), coefficients: Arc::new(coefficients) }
}

/// Forms of the entries of a stage, affine but for squares of coordinates, times a sign, as
/// columns; slopes along coordinates of these widths.
fn columns(
    forms: &[Short],
    sign: f64,
    names: &[Variable],
    region: &[(f64, f64)],
    bits: i32,
) -> Columns {
    let mut result = Columns::new();
    let entries = || forms.iter().enumerate();
    let constants: Vec<(u32, f64)> = entries()
        .filter(|(_, form)| form.constant != 0.0)
        .map(|(entry, form)| (entry as u32, sign * form.constant))
        .collect();
    if !constants.is_empty() {
        result.push((Monomial::one(), Arc::new(column(&constants, bits))));
    }
    for (k, name) in names.iter().enumerate() {
        let slope = |(entry, form): (usize, &Short)| {
            let own = form.linear.iter().find(|term| term.0 == k)?;
            Some((entry as u32, sign * own.1))
        };
        let slopes: Vec<(u32, f64)> = entries().filter_map(slope).collect();
        if !slopes.is_empty() {
            let exponent = slope_bits(bits, region[k].1 - region[k].0);
            let monomial = Monomial::new(vec![(*name, 1)]);
            result.push((monomial, Arc::new(column(&slopes, exponent))));
        }
        let curve = |(entry, form): (usize, &Short)| {
            let own = form.quadratic.iter().find(|term| (term.0, term.1) == (k, k))?;
            Some((entry as u32, sign * own.2))
        };
        let curves: Vec<(u32, f64)> = entries().filter_map(curve).collect();
        if !curves.is_empty() {
            let width = region[k].1 - region[k].0;
            let monomial = Monomial::new(vec![(*name, 2)]);
            result.push((monomial, Arc::new(column(&curves, slope_bits(bits, width * width)))));
        }
    }
    result
}

/// Affine forms per stage and state, times a sign, whose slopes were rounded for `region`.
pub(super) fn family(
    stages: &[Vec<Short>],
    sign: f64,
    names: &[Variable],
    region: &[(f64, f64)],
    bits: i32,
) -> Family {
    let stage =
        |(t, forms): (usize, &Vec<Short>)| (t as u32, columns(forms, sign, names, region, bits));
    stages.iter().enumerate().map(stage).filter(|(_, columns)| !columns.is_empty()).collect()
}
