//! Lower bounds of a polynomial over the unit cube, and affine minorants: the checker's formulas in
//! binary64.

use super::model::{Monomials, ONE, Terms};
use crate::certificate::REFERENCE_BITS;

/// `constant + sum slope lambda_k`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Affine {
    pub(super) constant: f64,
    pub(super) slopes: Vec<(usize, f64)>,
}

impl Affine {
    fn add_slope(&mut self, k: usize, value: f64) {
        match self.slopes.iter_mut().find(|(own, _)| *own == k) {
            Some((_, slope)) => *slope += value,
            None => self.slopes.push((k, value)),
        }
    }

    fn add_tangent(&mut self, coefficient: f64, k: usize, exponent: u32, t: f64) {
        if exponent == 1 {
            return self.add_slope(k, coefficient);
        }
        let n = f64::from(exponent);
        self.add_slope(k, coefficient * n * t.powi(exponent as i32 - 1));
        self.constant -= coefficient * (n - 1.0) * t.powi(exponent as i32);
    }

    fn least(&self) -> f64 {
        self.constant + self.slopes.iter().map(|(_, slope)| slope.min(0.0)).sum::<f64>()
    }

    pub(super) fn at(&self, point: &[f64]) -> f64 {
        self.constant + self.slopes.iter().map(|&(k, slope)| slope * point[k]).sum::<f64>()
    }
}

/// A coordinate of a reference point as the certificate spells it.
pub(super) fn reference_of(point: &[f64]) -> Vec<u32> {
    let unit = f64::from(1u32 << REFERENCE_BITS);
    point.iter().map(|t| (t.clamp(0.0, 1.0) * unit).round() as u32).collect()
}

/// An affine function below the polynomial on the cube, close to it near `reference`.
pub(super) fn minorant(terms: &Terms, monomials: &Monomials, reference: &[u32]) -> Affine {
    let unit = f64::from(1u32 << REFERENCE_BITS);
    let at = |k: usize| reference.get(k).map_or(0.5, |&t| f64::from(t) / unit);
    let mut affine = Affine::default();
    for &(number, coefficient) in terms {
        let mut factors = monomials.exponents(number);
        let (first, second) = (factors.next(), factors.next());
        drop(factors);
        match (first, second) {
            (None, _) => affine.constant += coefficient,
            (Some((k, 1)), None) => affine.add_slope(k, coefficient),
            (Some((k, exponent)), None) if coefficient >= 0.0 => {
                affine.add_tangent(coefficient, k, exponent, at(k))
            }
            (Some((k, _)), None) => affine.add_slope(k, coefficient),
            (Some((first, _)), Some(_)) if coefficient < 0.0 => {
                let lowest = monomials
                    .exponents(number)
                    .fold(first, |best, (k, _)| if at(k) < at(best) { k } else { best });
                affine.add_slope(lowest, coefficient);
            }
            (Some(_), Some(_)) => {
                let count = monomials.exponents(number).count() as f64;
                let sum: f64 = monomials
                    .exponents(number)
                    .map(|(k, exponent)| at(k).powi(exponent as i32))
                    .sum();
                if sum > count - 1.0 {
                    for (k, exponent) in monomials.exponents(number) {
                        affine.add_tangent(coefficient, k, exponent, at(k));
                    }
                    affine.constant += coefficient * (1.0 - count);
                }
            }
        }
    }
    affine
}

/// A number that the polynomial does not fall below on the cube.
pub(super) fn least(terms: &Terms, monomials: &Monomials) -> f64 {
    let dust = 2f64.powi(-36);
    let small = |&(number, coefficient): &(usize, f64)| number != ONE && coefficient.abs() < dust;
    let lost: f64 = terms.iter().filter(|term| small(term)).map(|term| term.1.min(0.0)).sum();
    let kept: Terms =
        terms.iter().filter(|term| !small(term)).copied().chain([(ONE, lost)]).collect();
    let terms = &without_separable(kept, monomials);
    let mut involved: Vec<usize> = Vec::new();
    let mut degree = 0;
    for &(number, _) in terms {
        degree = degree.max(monomials.degree(number));
        for (k, _) in monomials.exponents(number) {
            if !involved.contains(&k) {
                involved.push(k);
            }
        }
    }
    // In an order that does not depend on how monomials are numbered.
    involved.sort_unstable();
    if degree <= 1 {
        return minorant(terms, monomials, &[]).least();
    }
    if degree == 2 {
        match *involved.as_slice() {
            [x] => {
                let q = Quadratic::of(terms, monomials, x, x);
                return least_of_one(q.constant, q.bx, q.ax);
            }
            [x, y] => return Quadratic::of(terms, monomials, x, y).least(),
            _ => {}
        }
    }
    let reference = candidate(terms, monomials, &involved);
    let vertex: Vec<u32> = reference
        .iter()
        .map(|&t| if t * 2 >= 1 << REFERENCE_BITS { 1 << REFERENCE_BITS } else { 0 })
        .collect();
    minorant(terms, monomials, &reference).least().max(minorant(terms, monomials, &vertex).least())
}

/// The polynomial with every coordinate that occurs only linearly, and alone, put where its term is
/// least.
fn without_separable(terms: Terms, monomials: &Monomials) -> Terms {
    let linear = |number: usize| {
        let mut factors = monomials.exponents(number);
        match (factors.next(), factors.next()) {
            (Some((k, 1)), None) => Some(k),
            _ => None,
        }
    };
    let mut bound: Vec<usize> = Vec::new();
    for &(number, _) in terms.iter().filter(|term| linear(term.0).is_none()) {
        bound.extend(monomials.exponents(number).map(|(k, _)| k));
    }
    let alone = |number: usize| linear(number).is_some_and(|k| !bound.contains(&k));
    let lost: f64 = terms.iter().filter(|term| alone(term.0)).map(|term| term.1.min(0.0)).sum();
    terms.into_iter().filter(|term| !alone(term.0)).chain([(ONE, lost)]).collect()
}

/// `constant + bx x + by y + ax x^2 + ay y^2 + xy x y`.
#[derive(Debug, Clone, Copy, Default)]
struct Quadratic {
    constant: f64,
    bx: f64,
    by: f64,
    ax: f64,
    ay: f64,
    xy: f64,
}

impl Quadratic {
    fn of(terms: &Terms, monomials: &Monomials, x: usize, y: usize) -> Self {
        let mut q = Quadratic::default();
        for &(number, coefficient) in terms {
            if number == ONE {
                q.constant += coefficient;
                continue;
            }
            let mut factors = monomials.exponents(number);
            match (factors.next(), factors.next()) {
                (Some((k, 1)), None) if k == x => q.bx += coefficient,
                (Some((k, _)), None) if k == x => q.ax += coefficient,
                (Some((k, 1)), None) if k == y => q.by += coefficient,
                (Some((k, _)), None) if k == y => q.ay += coefficient,
                _ => q.xy += coefficient,
            }
        }
        q
    }

    fn least(&self) -> f64 {
        let q = self;
        let edges = [
            (q.constant, q.by, q.ay),
            (q.constant + q.bx + q.ax, q.by + q.xy, q.ay),
            (q.constant, q.bx, q.ax),
            (q.constant + q.by + q.ay, q.bx + q.xy, q.ax),
        ];
        let mut least =
            edges.iter().map(|&(c, b, a)| least_of_one(c, b, a)).fold(f64::INFINITY, f64::min);
        let determinant = 4.0 * q.ax * q.ay - q.xy * q.xy;
        if q.ax > 0.0 && q.ay > 0.0 && determinant > 0.0 {
            let x = (q.xy * q.by - 2.0 * q.ay * q.bx) / determinant;
            let y = (q.xy * q.bx - 2.0 * q.ax * q.by) / determinant;
            if x > 0.0 && x < 1.0 && y > 0.0 && y < 1.0 {
                least = least.min(
                    q.constant + q.bx * x + q.by * y + q.ax * x * x + q.ay * y * y + q.xy * x * y,
                );
            }
        }
        least
    }
}

fn least_of_one(constant: f64, b: f64, a: f64) -> f64 {
    let least = constant.min(constant + b + a);
    if a > 0.0 && b < 0.0 && -b < 2.0 * a { least.min(constant - b * b / (4.0 * a)) } else { least }
}

/// The point that the checker finds: the best of a coarse grid, one coordinate at a time.
fn candidate(terms: &Terms, monomials: &Monomials, involved: &[usize]) -> Vec<u32> {
    let size = involved.iter().copied().max().map_or(0, |k| k + 1);
    let mut point = vec![0.5; size];
    let value = |point: &[f64]| -> f64 {
        terms.iter().map(|&(m, c)| if c == 0.0 { 0.0 } else { c * monomials.value(m, point) }).sum()
    };
    let mut best = value(&point);
    let tolerance = 2f64.powi(-24);
    for _ in 0..2 {
        for &k in involved {
            for step in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let old = std::mem::replace(&mut point[k], step);
                let new = value(&point);
                if new < best - tolerance {
                    best = new;
                } else {
                    point[k] = old;
                }
            }
        }
    }
    reference_of(&point)
}
