//! Polynomials over the unit cube in binary64: the kernel's lower bound, squares that make it better,
//! and slopes of affine minorants.

use super::monomials::{Monomials, ONE, Sum, Terms};

/// Coefficients smaller than this share of the largest one count as zero.
const DUST: f64 = 1e-18;
/// Sweeps of the search for a point where a polynomial is least, and points of a sweep.
const SWEEPS: usize = 12;
const POINTS: usize = 8;
/// Coordinates whose ends are all tried as first points.
const MOST_STARTS: usize = 4;
/// Shares of mixed derivatives that squares take with them.
const CROSSED: [f64; 3] = [1.0, 0.0, 0.5];

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

    pub(super) fn terms(&self) -> Terms {
        let slopes = self.slopes.iter().map(|&(k, slope)| (Monomials::coordinate(k), slope));
        std::iter::once((ONE, self.constant)).chain(slopes).collect()
    }
}

/// `weight * root^2`.
#[derive(Debug, Clone)]
pub(super) struct CubeSquare {
    pub(super) weight: f64,
    pub(super) root: Affine,
}

/// Slopes of an affine function that lies below the polynomial but for a constant, close to it near
/// `reference`: a power has the slope of its tangent, or 1; a product of factors in [0, 1] is at
/// most each of them, at least 0, and at least their sum less their number plus 1.
pub(super) fn minorant_slopes(
    terms: &[(u32, f64)],
    monomials: &Monomials,
    reference: &[f64],
) -> Vec<(usize, f64)> {
    let mut affine = Affine::default();
    let tangent = |k: usize, e: u32| f64::from(e) * reference[k].powi(e as i32 - 1);
    for &(number, coefficient) in terms {
        match *monomials.factors(number) {
            [] => {}
            [(k, exponent)] if coefficient >= 0.0 => {
                affine.add_slope(k, coefficient * tangent(k, exponent));
            }
            [(k, _)] => affine.add_slope(k, coefficient),
            ref factors if coefficient < 0.0 => {
                let lower = |a: usize, b: usize| if reference[b] < reference[a] { b } else { a };
                if let Some(k) = factors.iter().map(|factor| factor.0).reduce(lower) {
                    affine.add_slope(k, coefficient);
                }
            }
            ref factors => {
                let sum: f64 = factors.iter().map(|&(k, e)| reference[k].powi(e as i32)).sum();
                if sum > factors.len() as f64 - 1.0 {
                    for &(k, exponent) in factors {
                        affine.add_slope(k, coefficient * tangent(k, exponent));
                    }
                }
            }
        }
    }
    affine.slopes
}

/// The constant of a polynomial, and its other terms in blocks that share no coordinate.
fn blocks(terms: &[(u32, f64)], monomials: &Monomials) -> (f64, Vec<Terms>) {
    let dust = DUST * terms.iter().fold(0.0, |most: f64, term| most.max(term.1.abs()));
    let mut constant = 0.0;
    let mut blocks: Vec<(Vec<usize>, Terms)> = Vec::new();
    for &(number, value) in terms {
        let factors = monomials.factors(number);
        if factors.is_empty() {
            constant += value;
            continue;
        }
        if value.abs() <= dust {
            constant += value.min(0.0);
            continue;
        }
        let mut own = (factors.iter().map(|factor| factor.0).collect::<Vec<_>>(), Terms::new());
        own.1.push((number, value));
        let mut kept = Vec::with_capacity(blocks.len() + 1);
        for block in blocks {
            if block.0.iter().any(|k| own.0.contains(k)) {
                own.0.extend(block.0);
                own.1.extend(block.1);
            } else {
                kept.push(block);
            }
        }
        kept.push(own);
        blocks = kept;
    }
    (constant, blocks.into_iter().map(|block| block.1).collect())
}

/// A number that the polynomial does not fall below on the cube: the kernel's bound.
pub(super) fn lowest(terms: &[(u32, f64)], monomials: &Monomials) -> f64 {
    let simple = |number: u32| matches!(monomials.factors(number), [] | [(_, 1)]);
    if terms.iter().all(|term| simple(term.0)) {
        let part =
            |&(number, value): &(u32, f64)| if number == ONE { value } else { value.min(0.0) };
        return terms.iter().map(part).sum();
    }
    let (constant, blocks) = blocks(terms, monomials);
    constant + blocks.iter().map(|block| lowest_of_block(block, monomials)).sum::<f64>()
}

/// The greatest exponent of each coordinate of a block, coordinates increasing.
fn degrees(block: &[(u32, f64)], monomials: &Monomials) -> Vec<(usize, u32)> {
    let mut degrees: Vec<(usize, u32)> = Vec::new();
    for &(number, _) in block {
        for &(k, exponent) in monomials.factors(number) {
            match degrees.binary_search_by_key(&k, |degree| degree.0) {
                Ok(place) => degrees[place].1 = degrees[place].1.max(exponent),
                Err(place) => degrees.insert(place, (k, exponent)),
            }
        }
    }
    degrees
}

fn lowest_of_block(block: &[(u32, f64)], monomials: &Monomials) -> f64 {
    let degrees = degrees(block, monomials);
    if let ([(_, 1 | 2)], true) = (degrees.as_slice(), monomials.parabolas) {
        let of = |e: u32| -> f64 {
            let own = block.iter().filter(|term| monomials.factors(term.0)[0].1 == e);
            own.map(|term| term.1).sum()
        };
        return least_parabola(of(2), of(1)).0;
    }
    let size: usize = degrees.iter().map(|degree| degree.1 as usize + 1).product();
    let mut values = vec![0.0; size];
    for &(number, value) in block {
        let mut place = 0;
        for &(k, degree) in &degrees {
            let own = monomials.factors(number).iter().find(|factor| factor.0 == k);
            place = place * (degree as usize + 1) + own.map_or(0, |factor| factor.1 as usize);
        }
        values[place] += value;
    }
    let mut stride = size;
    for &(_, degree) in &degrees {
        let span = stride;
        stride /= degree as usize + 1;
        for start in (0..size).step_by(span) {
            for offset in start..start + stride {
                bernstein(&mut values, offset, stride, degree as usize);
            }
        }
    }
    values.into_iter().fold(f64::INFINITY, f64::min)
}

/// Power to Bernstein coefficients along one coordinate of degree `degree`.
fn bernstein(values: &mut [f64], offset: usize, stride: usize, degree: usize) {
    let mut ways = 1.0;
    for j in 0..=degree {
        values[offset + j * stride] /= ways;
        ways = ways * (degree - j) as f64 / (j + 1) as f64;
    }
    for round in 1..=degree {
        for i in (round..=degree).rev() {
            values[offset + i * stride] += values[offset + (i - 1) * stride];
        }
    }
}

/// The least value of `a y^2 + b y` on `0 <= y <= 1`, and where.
fn least_parabola(a: f64, b: f64) -> (f64, f64) {
    if b < 0.0 && -b < 2.0 * a {
        return (-b * b / (4.0 * a), -b / (2.0 * a));
    }
    if a + b < 0.0 { (a + b, 1.0) } else { (0.0, 0.0) }
}

/// Squares whose removal raises the lower bound to `wanted`, or as far as they can; none where
/// nothing is gained. Each is offered to `keep`, which rounds it.
pub(super) fn squares(
    terms: &Terms,
    monomials: &mut Monomials,
    wanted: f64,
    keep: &dyn Fn(CubeSquare) -> CubeSquare,
) -> (Vec<CubeSquare>, f64) {
    let mut best = (Vec::new(), lowest(terms, monomials));
    if best.1 >= wanted {
        return best;
    }
    let (_, blocks) = blocks(terms, monomials);
    let curved = |block: &Terms| {
        let several = degrees(block, monomials).len() > 1 || !monomials.parabolas;
        several && block.iter().any(|term| !matches!(monomials.factors(term.0), [(_, 1)]))
    };
    let blocks: Vec<Terms> = blocks.into_iter().filter(curved).collect();
    for crossed in CROSSED {
        let found = blocks.iter().flat_map(|block| squares_of_block(block, monomials, crossed));
        let found: Vec<CubeSquare> = found.map(keep).filter(|square| square.weight > 0.0).collect();
        if found.is_empty() {
            continue;
        }
        let bound = lowest(&without(terms, monomials, &found), monomials);
        if bound > best.1 {
            best = (found, bound);
        }
        if best.1 >= wanted {
            break;
        }
    }
    best
}

/// The polynomial less some squares.
pub(super) fn without(terms: &Terms, monomials: &mut Monomials, squares: &[CubeSquare]) -> Terms {
    let (mut sum, mut result) = (Sum::default(), Terms::new());
    sum.add_terms(1.0, terms);
    for square in squares {
        let root = square.root.terms();
        sum.add_product(monomials, -square.weight, &root, &root);
    }
    sum.take(&mut result);
    result
}

/// The convex part of a block at a point where it is least, as squares: its second derivatives are
/// eliminated one coordinate after the other, mixed ones to a share.
fn squares_of_block(block: &Terms, monomials: &Monomials, crossed: f64) -> Vec<CubeSquare> {
    let coordinates: Vec<usize> =
        degrees(block, monomials).into_iter().map(|degree| degree.0).collect();
    let size = coordinates.last().map_or(0, |last| last + 1);
    let point = low_point(block, monomials, &coordinates, size);
    let count = coordinates.len();
    let mut second = vec![vec![0.0; count]; count];
    for (a, &k) in coordinates.iter().enumerate() {
        for (b, &j) in coordinates.iter().enumerate() {
            second[a][b] = block
                .iter()
                .map(|&(number, value)| value * curvature(monomials.factors(number), k, j, &point))
                .sum();
        }
    }
    let largest = second.iter().flatten().fold(0.0, |most: f64, h| most.max(h.abs()));
    let mut result = Vec::new();
    let mut left: Vec<usize> = (0..count).collect();
    while let Some(place) = (0..left.len())
        .filter(|&place| second[left[place]][left[place]] > 1e-9 * largest)
        .max_by(|&a, &b| second[left[a]][left[a]].total_cmp(&second[left[b]][left[b]]))
    {
        let a = left.swap_remove(place);
        let pivot = second[a][a];
        let mut root = Affine::default();
        for b in 0..count {
            let slope = if b == a { 1.0 } else { crossed * second[a][b] / pivot };
            if slope != 0.0 {
                root.constant -= slope * point[coordinates[b]];
                root.slopes.push((coordinates[b], slope));
            }
        }
        result.push(CubeSquare { weight: pivot / 2.0, root });
        let row: Vec<f64> =
            (0..count).map(|b| if b == a { 1.0 } else { crossed * second[a][b] / pivot }).collect();
        for b in 0..count {
            for c in 0..count {
                second[b][c] -= pivot * row[b] * row[c];
            }
        }
    }
    result
}

/// The second derivative of a monomial by two coordinates.
fn curvature(factors: &[(usize, u32)], k: usize, j: usize, point: &[f64]) -> f64 {
    let mut value = 1.0;
    for wanted in [k, j] {
        if !factors.iter().any(|factor| factor.0 == wanted) {
            return 0.0;
        }
    }
    for &(own, exponent) in factors {
        let e = f64::from(exponent);
        let (taken, factor) = match (own == k, own == j) {
            (true, true) => (2, e * (e - 1.0)),
            (false, false) => (0, 1.0),
            _ => (1, e),
        };
        if factor == 0.0 {
            return 0.0;
        }
        value *= factor * point[own].powi(exponent as i32 - taken);
    }
    value
}

/// A point where a block is low: the lowest that is found from the middle and the corners.
fn low_point(block: &Terms, monomials: &Monomials, coordinates: &[usize], size: usize) -> Vec<f64> {
    let corners = if coordinates.len() <= MOST_STARTS { 1 << coordinates.len() } else { 0 };
    let mut best: Option<(f64, Vec<f64>)> = None;
    for start in 0..=corners {
        let mut point = vec![0.5; size];
        if start < corners {
            for (place, &k) in coordinates.iter().enumerate() {
                point[k] = f64::from(u8::from(start >> place & 1 == 1));
            }
        }
        let value = descend(block, monomials, coordinates, &mut point);
        if best.as_ref().is_none_or(|best| value < best.0) {
            best = Some((value, point));
        }
    }
    best.map_or_else(|| vec![0.5; size], |best| best.1)
}

/// The coefficients of a block along one coordinate through a point, by exponent.
fn along(block: &Terms, monomials: &Monomials, k: usize, point: &[f64]) -> Vec<f64> {
    let mut line = vec![0.0; 3];
    for &(number, value) in block {
        let (mut exponent, mut product) = (0, value);
        for &(j, e) in monomials.factors(number) {
            if j == k {
                exponent = e as usize;
            } else {
                product *= point[j].powi(e as i32);
            }
        }
        if line.len() <= exponent {
            line.resize(exponent + 1, 0.0);
        }
        line[exponent] += product;
    }
    line
}

/// Moves a point down, one coordinate after the other.
fn descend(block: &Terms, monomials: &Monomials, coordinates: &[usize], point: &mut [f64]) -> f64 {
    let mut best = monomials.value(block, point);
    for _ in 0..SWEEPS {
        let before = best;
        for &k in coordinates {
            let line = along(block, monomials, k, point);
            let at = |t: f64| line.iter().rev().fold(0.0, |sum, value| sum * t + value);
            let mut chosen = (at(point[k]), point[k]);
            let mut offer = |t: f64| {
                if at(t) < chosen.0 {
                    chosen = (at(t), t);
                }
            };
            // Exact where the degree is at most two; otherwise a grid and the parabola through
            // three points.
            if line.len() > 3 {
                (0..=POINTS).for_each(|i| offer(i as f64 / POINTS as f64));
            }
            let (low, middle, high) = (at(0.0), at(0.5), at(1.0));
            let a = 2.0 * (low + high) - 4.0 * middle;
            offer(least_parabola(a, high - low - a).1);
            (best, point[k]) = chosen;
        }
        if before - best <= 1e-12 * before.abs().max(1.0) {
            break;
        }
    }
    best
}
