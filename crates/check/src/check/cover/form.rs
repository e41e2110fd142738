//! Quantities on a simplex of decisions: an affine function, given by its values at the vertices,
//! and an interval for the rest.
//!
//! With `alpha` the barycentric coordinates of a point, `x(alpha)` lies in `sum_v alpha_v at_v +
//! [low, high]`. Products of two such quantities are again one: `(sum alpha_v x_v)(sum alpha_v y_v)
//! = sum alpha_v x_v y_v - sum_{v<w} alpha_v alpha_w (x_v - x_w)(y_v - y_w)`, and `sum_{v<w}
//! alpha_v alpha_w <= (n - 1)/(2 n)` for `n` vertices. The rest is of second order in the size of
//! the simplex.

use super::scalar::Scalar;
use crate::exact::ratio;

/// `sum_v alpha_v at_v + [low, high]`
#[derive(Debug, Clone)]
pub(super) struct Form<N> {
    pub(super) at: Vec<N>,
    pub(super) low: N,
    pub(super) high: N,
}

/// Zero.
pub(super) fn zero<N: Scalar>() -> N {
    N::of(&crate::exact::Rational::ZERO)
}

/// Least and greatest of some numbers; zeros for none.
pub(super) fn extremes<N: Scalar>(values: &[N]) -> (N, N) {
    let mut range: Option<(N, N)> = None;
    for value in values {
        range = Some(match range {
            None => (value.clone(), value.clone()),
            Some((low, high)) => (low.smaller(value.clone()), high.larger(value.clone())),
        });
    }
    range.unwrap_or_else(|| (zero(), zero()))
}

impl<N: Scalar> Form<N> {
    pub(super) fn exact(at: Vec<N>) -> Self {
        Form { at, low: zero(), high: zero() }
    }

    pub(super) fn constant(value: &N, vertices: usize) -> Self {
        Form::exact(vec![value.clone(); vertices])
    }

    /// `self += factor * other`
    pub(super) fn add(&mut self, factor: &N, other: &Form<N>) {
        for (own, value) in self.at.iter_mut().zip(&other.at) {
            *own = own.plus(&factor.times(value));
        }
        if other.is_affine() {
            return;
        }
        let (a, b) = (factor.times(&other.low), factor.times(&other.high));
        self.low = self.low.plus(&a.clone().smaller(b.clone()));
        self.high = self.high.plus(&a.larger(b));
    }

    fn is_affine(&self) -> bool {
        self.low.is_nothing() && self.high.is_nothing()
    }

    pub(super) fn times(&self, other: &Form<N>) -> Form<N> {
        let mut sum = Products::new(self.at.len());
        sum.add(self, other);
        sum.form()
    }

    /// Long numbers made short, the interval that much wider.
    pub(super) fn shorten(&mut self) {
        let mut slack: N = zero();
        for value in &mut self.at {
            if let Some((near, distance)) = value.shortened() {
                *value = near;
                slack = slack.larger(distance);
            }
        }
        for (side, outwards) in [(&mut self.low, false), (&mut self.high, true)] {
            if let Some((near, distance)) = side.shortened() {
                *side = if outwards { near.plus(&distance) } else { near.minus(&distance) };
            }
        }
        if !slack.is_nothing() {
            self.low = self.low.minus(&slack);
            self.high = self.high.plus(&slack);
        }
    }
}

/// A sum of products of forms, whose second-order parts are added before they are bounded.
pub(super) struct Products<N> {
    at: Vec<N>,
    /// `(x_v - x_w)(y_v - y_w)` summed, for `v < w`.
    cross: Vec<N>,
    low: N,
    high: N,
}

impl<N: Scalar> Products<N> {
    pub(super) fn new(vertices: usize) -> Self {
        Products {
            at: vec![zero(); vertices],
            cross: vec![zero(); vertices * vertices.saturating_sub(1) / 2],
            low: zero(),
            high: zero(),
        }
    }

    /// Adds `a * b`.
    pub(super) fn add(&mut self, a: &Form<N>, b: &Form<N>) {
        for (own, (x, y)) in self.at.iter_mut().zip(a.at.iter().zip(&b.at)) {
            if !x.is_nothing() && !y.is_nothing() {
                *own = own.plus(&x.times(y));
            }
        }
        let mut position = 0;
        for (v, (x, y)) in a.at.iter().zip(&b.at).enumerate() {
            for (other_x, other_y) in a.at.iter().zip(&b.at).skip(v + 1) {
                if !x.is_same(other_x) && !y.is_same(other_y) {
                    self.cross[position] =
                        self.cross[position].plus(&x.minus(other_x).times(&y.minus(other_y)));
                }
                position += 1;
            }
        }
        // (A + p)(B + q) = AB + A q + p B + p q with A, B affine and p, q in their intervals.
        let range_a = || extremes(&a.at);
        let range_b = || extremes(&b.at);
        match (a.is_affine(), b.is_affine()) {
            (true, true) => {}
            (true, false) => self.widen(&range_a(), &(b.low.clone(), b.high.clone())),
            (false, true) => self.widen(&range_b(), &(a.low.clone(), a.high.clone())),
            (false, false) => {
                let (p, q) = ((a.low.clone(), a.high.clone()), (b.low.clone(), b.high.clone()));
                self.widen(&range_a(), &q);
                self.widen(&range_b(), &p);
                self.widen(&p, &q);
            }
        }
    }

    fn widen(&mut self, a: &(N, N), b: &(N, N)) {
        let products = [a.0.times(&b.0), a.0.times(&b.1), a.1.times(&b.0), a.1.times(&b.1)];
        let (low, high) = extremes(&products);
        self.low = self.low.plus(&low);
        self.high = self.high.plus(&high);
    }

    /// The sum.
    pub(super) fn form(self) -> Form<N> {
        let vertices = self.at.len() as u64;
        let share = N::of(&ratio(vertices.saturating_sub(1) as i64, 2 * vertices.max(1)));
        let (least, greatest) = extremes(&self.cross);
        let low = self.low.minus(&share.times(&zero::<N>().larger(greatest)));
        let high = self.high.minus(&share.times(&zero::<N>().smaller(least)));
        Form { at: self.at, low, high }
    }
}
