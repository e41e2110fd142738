//! Lower bounds of a polynomial over the unit cube.
//!
//! Exact up to rounding for quadratics in one or two coordinates; else through an affine minorant
//! ([`minorant`]).

use super::super::verdict::Fault;
use super::monomials::{Monomials, ONE, Terms};
use super::numbers::narrow;
use crate::certificate::REFERENCE_BITS;

/// Coefficients below `2^-DUST_BITS` count as their least contribution.
const DUST_BITS: u32 = 36;
/// 1 in a reference point.
const UNIT: i128 = 1 << REFERENCE_BITS;
/// Fractional bits of the stationary point of a convex quadratic in two coordinates.
const POINT_BITS: u32 = 30;

/// `constant + sum slope lambda_k`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) constant: i64,
    pub(super) slopes: Vec<(usize, i64)>,
}

impl Affine {
    fn add_constant(&mut self, value: i128) -> Result<(), Fault> {
        self.constant = self.constant.checked_add(narrow(value)?).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    fn add_slope(&mut self, k: usize, value: i128) -> Result<(), Fault> {
        let value = narrow(value)?;
        match self.slopes.iter_mut().find(|(own, _)| *own == k) {
            Some((_, slope)) => *slope = slope.checked_add(value).ok_or(Fault::TooLarge)?,
            None => self.slopes.push((k, value)),
        }
        Ok(())
    }

    /// Its least value over the cube.
    fn least(&self) -> Result<i64, Fault> {
        let falling = self.slopes.iter().map(|&(_, slope)| i128::from(slope.min(0))).sum::<i128>();
        narrow(i128::from(self.constant) + falling)
    }
}

/// An affine function that the polynomial does not fall below on the cube, close to it near
/// `reference`.
///
/// Term by term: a power is replaced by its tangent or by `lambda^n <= lambda`; a product of
/// factors in [0, 1] is at most each of them, at least 0, and at least their sum less their number
/// plus 1. All roundings are downwards.
pub(super) fn minorant(
    terms: &[(u32, i64)],
    monomials: &Monomials,
    reference: &[u32],
) -> Result<Affine, Fault> {
    let mut affine = Affine::default();
    let at = |k: usize| reference.get(k).map_or(UNIT / 2, |&t| i128::from(t).min(UNIT));
    for &(number, coefficient) in terms {
        let coefficient = i128::from(coefficient);
        let mut factors = monomials.exponents(number);
        let (first, second) = (factors.next(), factors.next());
        drop(factors);
        match (first, second) {
            (None, _) => affine.add_constant(coefficient)?,
            (Some((k, 1)), None) => affine.add_slope(k, coefficient)?,
            (Some((k, exponent)), None) if coefficient >= 0 => {
                add_tangent(&mut affine, coefficient, k, exponent, at(k))?
            }
            (Some((k, _)), None) => affine.add_slope(k, coefficient)?,
            (Some((first, _)), Some(_)) if coefficient < 0 => {
                let lowest = monomials
                    .exponents(number)
                    .fold(first, |best, (k, _)| if at(k) < at(best) { k } else { best });
                affine.add_slope(lowest, coefficient)?;
            }
            (Some(_), Some(_)) => {
                let count = monomials.exponents(number).count() as i128;
                let sum: i128 = monomials
                    .exponents(number)
                    .map(|(k, exponent)| power(at(k), exponent, false))
                    .sum();
                if sum > (count - 1) * UNIT {
                    for (k, exponent) in monomials.exponents(number) {
                        add_tangent(&mut affine, coefficient, k, exponent, at(k))?;
                    }
                    affine.add_constant(coefficient * (1 - count))?;
                }
            }
        }
    }
    Ok(affine)
}

/// `coefficient * lambda^n >= coefficient * (n t^(n-1) lambda - (n-1) t^n)`, `coefficient >= 0`.
fn add_tangent(
    affine: &mut Affine,
    coefficient: i128,
    k: usize,
    exponent: u32,
    t: i128,
) -> Result<(), Fault> {
    if exponent == 1 {
        return affine.add_slope(k, coefficient);
    }
    if exponent == 2 {
        affine.add_slope(k, (coefficient * 2 * t) >> REFERENCE_BITS)?;
        return affine.add_constant((-coefficient * t * t) >> (2 * REFERENCE_BITS));
    }
    let n = i128::from(exponent);
    affine.add_slope(k, (coefficient * n * power(t, exponent - 1, false)) >> REFERENCE_BITS)?;
    affine.add_constant((-coefficient * (n - 1) * power(t, exponent, true)) >> REFERENCE_BITS)
}

/// `t^n` over [`UNIT`], rounded up or down.
fn power(t: i128, exponent: u32, up: bool) -> i128 {
    (0..exponent).fold(UNIT, |product, _| {
        if up { -((-product * t) >> REFERENCE_BITS) } else { (product * t) >> REFERENCE_BITS }
    })
}

/// A number that the polynomial does not fall below on the cube.
pub(super) fn least(terms: &Terms, monomials: &Monomials, bits: u32) -> Result<i64, Fault> {
    let terms = &without_separable(&without_dust(terms, bits)?, monomials)?;
    let mut involved: Vec<usize> = Vec::new();
    let mut degree = 0;
    for &(number, _) in terms {
        let mut own = 0u32;
        for (k, exponent) in monomials.exponents(number) {
            own = own.saturating_add(exponent);
            if !involved.contains(&k) {
                involved.push(k);
            }
        }
        degree = degree.max(own);
    }
    // In an order that does not depend on how monomials are numbered.
    involved.sort_unstable();
    if degree <= 1 {
        return minorant(terms, monomials, &[])?.least();
    }
    if degree == 2 {
        match *involved.as_slice() {
            [x] => return least_of_one(Quadratic::of(terms, monomials, x, x).x),
            [x, y] => return least_of_two(&Quadratic::of(terms, monomials, x, y)),
            _ => {}
        }
    }
    let reference = candidate(terms, monomials, &involved, bits);
    let through = minorant(terms, monomials, &reference)?.least()?;
    let vertex: Vec<u32> = reference
        .iter()
        .map(|&t| if i128::from(t) * 2 >= UNIT { UNIT as u32 } else { 0 })
        .collect();
    Ok(through.max(minorant(terms, monomials, &vertex)?.least()?))
}

/// The polynomial without terms below `2^-DUST_BITS`, which would only hide what it depends on: a
/// monomial lies between 0 and 1.
fn without_dust(terms: &Terms, bits: u32) -> Result<Terms, Fault> {
    let dust = 1i64 << bits.saturating_sub(DUST_BITS);
    let small = |&(number, coefficient): &(u32, i64)| number != ONE && coefficient.abs() < dust;
    let lost = terms
        .iter()
        .filter(|term| small(term))
        .map(|&(_, coefficient)| i128::from(coefficient.min(0)))
        .sum::<i128>();
    let constant = terms.iter().find(|term| term.0 == ONE).map_or(0, |term| i128::from(term.1));
    let mut kept: Terms = vec![(ONE, narrow(constant + lost)?)];
    kept.extend(terms.iter().filter(|term| term.0 != ONE && !small(term)));
    Ok(kept)
}

/// The polynomial with every coordinate that occurs only linearly, and alone, put where its term is
/// least.
fn without_separable(terms: &Terms, monomials: &Monomials) -> Result<Terms, Fault> {
    let linear = |number: u32| {
        let mut factors = monomials.exponents(number);
        match (factors.next(), factors.next()) {
            (Some((k, 1)), None) => Some(k),
            _ => None,
        }
    };
    let bound: Vec<usize> = terms
        .iter()
        .filter(|&&(number, _)| linear(number).is_none())
        .flat_map(|&(number, _)| monomials.exponents(number).map(|(k, _)| k))
        .collect();
    let alone = |number: u32| linear(number).is_some_and(|k| !bound.contains(&k));
    let mut constant: i128 = 0;
    let mut kept = Terms::new();
    for &(number, coefficient) in terms {
        if alone(number) {
            constant += i128::from(coefficient.min(0));
        } else if number == ONE {
            constant += i128::from(coefficient);
        } else {
            kept.push((number, coefficient));
        }
    }
    kept.insert(0, (ONE, narrow(constant)?));
    Ok(kept)
}

/// `constant + b lambda + a lambda^2`.
#[derive(Debug, Clone, Copy, Default)]
struct Parabola {
    constant: i128,
    b: i128,
    a: i128,
}

/// A quadratic in `x` and `y`; its constant is in `x`.
#[derive(Debug, Clone, Copy, Default)]
struct Quadratic {
    x: Parabola,
    y: Parabola,
    xy: i128,
}

impl Quadratic {
    fn of(terms: &Terms, monomials: &Monomials, x: usize, y: usize) -> Self {
        let mut quadratic = Quadratic::default();
        for &(number, coefficient) in terms {
            let coefficient = i128::from(coefficient);
            if number == ONE {
                quadratic.x.constant = coefficient;
                continue;
            }
            let mut factors = monomials.exponents(number);
            let place = match (factors.next(), factors.next()) {
                (Some((k, 1)), None) if k == x => &mut quadratic.x.b,
                (Some((k, _)), None) if k == x => &mut quadratic.x.a,
                (Some((k, 1)), None) if k == y => &mut quadratic.y.b,
                (Some((k, _)), None) if k == y => &mut quadratic.y.a,
                _ => &mut quadratic.xy,
            };
            *place = coefficient;
        }
        quadratic
    }
}

fn least_of_one(parabola: Parabola) -> Result<i64, Fault> {
    let Parabola { constant, b, a } = parabola;
    let mut least = constant.min(constant + b + a);
    if a > 0 && b < 0 && -b < 2 * a {
        // constant - b^2 / (4 a), rounded down.
        let square = b.checked_mul(b).ok_or(Fault::TooLarge)?;
        least = least.min(constant - (square + 4 * a - 1) / (4 * a));
    }
    narrow(least)
}

fn least_of_two(q: &Quadratic) -> Result<i64, Fault> {
    let (x, y) = (q.x, q.y);
    let edges = [
        Parabola { constant: x.constant, b: y.b, a: y.a },
        Parabola { constant: x.constant + x.b + x.a, b: y.b + q.xy, a: y.a },
        Parabola { constant: x.constant, b: x.b, a: x.a },
        Parabola { constant: x.constant + y.b + y.a, b: x.b + q.xy, a: x.a },
    ];
    let mut least = i64::MAX;
    for edge in edges {
        least = least.min(least_of_one(edge)?);
    }
    // Inside, only a convex quadratic can be lower than on the edges.
    let square = |n: i128| n.checked_mul(n).ok_or(Fault::TooLarge);
    let determinant = (4 * x.a).checked_mul(y.a).ok_or(Fault::TooLarge)? - square(q.xy)?;
    if x.a > 0 && y.a > 0 && determinant > 0 {
        least = least.min(inside(q)?);
    }
    Ok(least)
}

/// The least value of a convex quadratic over the square, from its tangent at about the stationary
/// point; `i64::MAX` when that point lies outside, where the edges decide.
fn inside(q: &Quadratic) -> Result<i64, Fault> {
    let (x, y) = (q.x, q.y);
    // The stationary point, from coefficients shortened to 40 bits; being off only weakens the
    // bound.
    let largest = [x.b, y.b, x.a, y.a, q.xy].iter().map(|n| n.unsigned_abs()).max().unwrap_or(0);
    let shift = (128 - largest.leading_zeros()).saturating_sub(40);
    let short = |n: i128| n >> shift;
    let determinant = 4 * short(x.a) * short(y.a) - short(q.xy) * short(q.xy);
    let (px, py) = if determinant > 0 {
        let over = |n: i128| (n << POINT_BITS) / determinant;
        (
            over(short(q.xy) * short(y.b) - 2 * short(y.a) * short(x.b)),
            over(short(q.xy) * short(x.b) - 2 * short(x.a) * short(y.b)),
        )
    } else {
        (1 << (POINT_BITS - 1), 1 << (POINT_BITS - 1))
    };
    let one = 1i128 << POINT_BITS;
    let value = |a: i128, b: i128| a.checked_mul(b).ok_or(Fault::TooLarge);
    let exact = value(4 * x.a, y.a)? - value(q.xy, q.xy)?;
    let outside = |n: i128| n <= 0 || n >= exact;
    if outside(value(q.xy, y.b)? - value(2 * y.a, x.b)?)
        || outside(value(q.xy, x.b)? - value(2 * x.a, y.b)?)
    {
        return Ok(i64::MAX);
    }
    let (px, py) = (px.clamp(0, one), py.clamp(0, one));
    // Gradient over 2^(bits + POINT_BITS).
    let gradient_x = value(x.b, one)? + value(2 * x.a, px)? + value(q.xy, py)?;
    let gradient_y = value(y.b, one)? + value(2 * y.a, py)? + value(q.xy, px)?;
    // q >= q(p) + g (z - p) on the square: its least value over z.
    let quadratic_part = {
        let square = |a: i128, p: i128, r: i128| {
            Ok::<i128, Fault>((value(value(a, p)? >> POINT_BITS, r)?) >> POINT_BITS)
        };
        square(x.a, px, px)? + square(y.a, py, py)? + square(q.xy, px, py)?
    };
    // Every floor is downwards.
    let at = x.constant
        + (value(x.b, px)? >> POINT_BITS)
        + (value(y.b, py)? >> POINT_BITS)
        + quadratic_part;
    let fall = |g: i128, p: i128| {
        let room = if g > 0 { p } else { one - p };
        Ok::<i128, Fault>(value((g.abs() >> POINT_BITS) + 1, room)? >> POINT_BITS)
    };
    narrow(at - fall(gradient_x, px)? - fall(gradient_y, py)? - 2)
}

/// A point at which the polynomial is low: the best of a coarse grid, improved one coordinate at a
/// time.
fn candidate(terms: &Terms, monomials: &Monomials, involved: &[usize], bits: u32) -> Vec<u32> {
    let size = involved.iter().copied().max().map_or(0, |k| k + 1);
    let mut point = vec![(UNIT / 2) as u32; size];
    let steps: &[u32] = &[
        0,
        1 << (REFERENCE_BITS - 2),
        1 << (REFERENCE_BITS - 1),
        3 << (REFERENCE_BITS - 2),
        1 << REFERENCE_BITS,
    ];
    let value = |point: &[u32]| -> i128 {
        let term = |&(number, coefficient): &(u32, i64)| {
            monomials.exponents(number).fold(i128::from(coefficient), |product, (k, exponent)| {
                (0..exponent)
                    .fold(product, |product, _| (product * i128::from(point[k])) >> REFERENCE_BITS)
            })
        };
        terms.iter().map(term).sum()
    };
    let mut best = value(&point);
    // Differences below 2^-24 do not count, so that whoever rounds otherwise finds the same point.
    let tolerance = 1i128 << bits.saturating_sub(24);
    for _ in 0..2 {
        for &k in involved {
            for &step in steps {
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
    point
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Monomial, Variable};

    /// Bounds lie below every value on a grid, and for two coordinates not far below the least.
    #[test]
    fn bounds_are_below_and_close() {
        let mut monomials = Monomials::new(3).expect("small");
        let of = |monomials: &mut Monomials, exponents: &[usize]| {
            let product = exponents.iter().fold(Monomial::one(), |m, &k| {
                m.times(&Monomial::of(Variable::Aggregate(k as u32)))
            });
            monomials.number(product).expect("small")
        };
        let shapes: Vec<Vec<usize>> = vec![
            vec![],
            vec![0],
            vec![1],
            vec![0, 0],
            vec![1, 1],
            vec![0, 1],
            vec![2],
            vec![2, 2],
            vec![0, 0, 1],
        ];
        let numbers: Vec<u32> = shapes.iter().map(|shape| of(&mut monomials, shape)).collect();
        let mut state = 12345u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as i64 % 2001) - 1000
        };
        for round in 0..2000 {
            let count = [6, 4, 8, 9][round % 4];
            let scale = 1i64 << 30;
            let terms: Terms =
                numbers[..count].iter().map(|&number| (number, next() * scale)).collect();
            let bound = least(&terms, &monomials, 40).expect("fits");
            let grid = 16i64;
            let mut lowest = i64::MAX;
            for x in 0..=grid {
                for y in 0..=grid {
                    for z in if count > 6 { 0..=grid } else { 0..=0 } {
                        let point = [x, y, z];
                        let value: i64 = shapes[..count]
                            .iter()
                            .zip(&terms)
                            .map(|(shape, &(_, c))| {
                                shape.iter().fold(c / scale * 4096, |p, &k| p * point[k])
                                    / grid.pow(shape.len() as u32)
                            })
                            .sum();
                        lowest = lowest.min(value);
                    }
                }
            }
            let bound = bound / (scale / 4096);
            assert!(bound <= lowest + 16, "{terms:?}: {bound} above {lowest}");
            if count <= 6 {
                assert!(lowest - bound < 4096 * 40, "{terms:?}: {bound} far below {lowest}");
            }
        }
    }
}
