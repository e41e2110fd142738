//! Convex quadratic functions over the convex hull of points that come one at a time: an active-set
//! method in rationals.
//!
//! A point is given by its linear cost and its coordinates; the function is `cost + b'x + x'Qx`
//! with `Q` positive semidefinite. The weights of the points found so far are optimal among
//! themselves after each [`ActiveSet::add`] (simplicial decomposition; B. von Hohenbalken,
//! Simplicial decomposition in nonlinear programming algorithms, Mathematical Programming 13,
//! 1977).

use crate::exact::{Rational, ratio};

/// A quadratic function `constant + b'x + x'Qx`.
#[derive(Debug, Clone)]
pub(super) struct Quadric {
    pub(super) constant: Rational,
    pub(super) linear: Vec<Rational>,
    /// Symmetric.
    pub(super) matrix: Vec<Vec<Rational>>,
}

pub(super) fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).fold(Rational::ZERO, |sum, (a, b)| sum + a * b)
}

impl Quadric {
    pub(super) fn value(&self, x: &[Rational]) -> Rational {
        &self.constant + dot(&self.linear, x) + dot(x, &self.times(x))
    }

    /// `b + 2 Q x`.
    pub(super) fn gradient(&self, x: &[Rational]) -> Vec<Rational> {
        self.times(x)
            .iter()
            .zip(&self.linear)
            .map(|(product, linear)| linear + product * ratio(2, 1))
            .collect()
    }

    fn times(&self, x: &[Rational]) -> Vec<Rational> {
        self.matrix.iter().map(|row| dot(row, x)).collect()
    }

    /// `Q = sum weight form form'` with positive weights; `None` when `Q` is not positive
    /// semidefinite.
    pub(super) fn squares(&self) -> Option<Vec<(Rational, Vec<Rational>)>> {
        let mut left = self.matrix.clone();
        let mut squares = Vec::new();
        for pivot in 0..left.len() {
            let weight = left[pivot][pivot].clone();
            if weight < Rational::ZERO
                || (weight.is_zero() && left[pivot].iter().any(|entry| !entry.is_zero()))
            {
                return None;
            }
            if weight.is_zero() {
                continue;
            }
            let form: Vec<Rational> = left[pivot].iter().map(|entry| entry / &weight).collect();
            for (row, factor) in left.iter_mut().zip(&form) {
                let scale = &weight * factor;
                row.iter_mut().zip(&form).for_each(|(entry, other)| *entry -= &scale * other);
            }
            squares.push((weight, form));
        }
        Some(squares)
    }
}

/// A point with its weight.
#[derive(Debug, Clone)]
pub(super) struct Active<P> {
    pub(super) cost: Rational,
    pub(super) x: Vec<Rational>,
    pub(super) weight: Rational,
    pub(super) origin: P,
}

/// Points with weights that are positive, sum to one, and are optimal among mixtures of these
/// points.
#[derive(Debug)]
pub(super) struct ActiveSet<P> {
    pub(super) points: Vec<Active<P>>,
}

impl<P> ActiveSet<P> {
    pub(super) fn new(cost: Rational, x: Vec<Rational>, origin: P) -> Self {
        ActiveSet { points: vec![Active { cost, x, weight: Rational::ONE, origin }] }
    }

    /// Cost and coordinates of the mixture.
    pub(super) fn mixture(&self) -> (Rational, Vec<Rational>) {
        let count = self.points.first().map_or(0, |point| point.x.len());
        let cost =
            self.points.iter().fold(Rational::ZERO, |sum, point| sum + &point.weight * &point.cost);
        let x = (0..count)
            .map(|j| {
                self.points
                    .iter()
                    .fold(Rational::ZERO, |sum, point| sum + &point.weight * &point.x[j])
            })
            .collect();
        (cost, x)
    }

    /// Adds a point and finds the optimal weights again. `None` when the new point gives no
    /// descent: it was not an improvement.
    pub(super) fn add(
        &mut self,
        quadric: &Quadric,
        cost: Rational,
        x: Vec<Rational>,
        origin: P,
    ) -> Option<()> {
        self.points.push(Active { cost, x, weight: Rational::ZERO, origin });
        let mut first = true;
        loop {
            let (direction, bounded) = self.direction(quadric)?;
            let blocking = self
                .points
                .iter()
                .zip(&direction)
                .filter(|(_, step)| **step < Rational::ZERO)
                .map(|(point, step)| -(&point.weight / step))
                .min();
            let length = match (blocking, bounded) {
                (Some(most), true) => most.min(Rational::ONE),
                (Some(most), false) => most,
                (None, true) => Rational::ONE,
                (None, false) => return None,
            };
            if first && length.is_zero() {
                return None;
            }
            first = false;
            self.points
                .iter_mut()
                .zip(&direction)
                .for_each(|(point, step)| point.weight += &length * step);
            let full = bounded && length.is_one();
            self.points.retain(|point| point.weight > Rational::ZERO);
            if full {
                return Some(());
            }
        }
    }

    /// The way to the optimum of the affine hull (a step of length one), or along which the
    /// function falls for ever.
    fn direction(&self, quadric: &Quadric) -> Option<(Vec<Rational>, bool)> {
        let count = self.points.len();
        let (_, x) = self.mixture();
        let gradient = quadric.gradient(&x);
        let images: Vec<Vec<Rational>> =
            self.points.iter().map(|point| quadric.times(&point.x)).collect();
        let mut rows: Vec<Vec<Rational>> = Vec::with_capacity(count + 1);
        for point in &self.points {
            let mut row: Vec<Rational> =
                images.iter().map(|image| dot(&point.x, image) * ratio(2, 1)).collect();
            row.push(Rational::ONE);
            row.push(-(&point.cost + dot(&gradient, &point.x)));
            rows.push(row);
        }
        let mut last = vec![Rational::ONE; count];
        last.extend([Rational::ZERO, Rational::ZERO]);
        rows.push(last);
        let right: Vec<Rational> = rows.iter().map(|row| row[count + 1].clone()).collect();
        match solve(rows) {
            Solution::Point(mut point) => {
                point.truncate(count);
                Some((point, true))
            }
            Solution::None(kernel) => {
                // The system is symmetric: a vector of its kernel that sees the right side is a way
                // down without end.
                let mut way = kernel.into_iter().find(|vector| !dot(vector, &right).is_zero())?;
                if dot(&way, &right) < Rational::ZERO {
                    way.iter_mut().for_each(|entry| *entry = -std::mem::take(entry));
                }
                way.truncate(count);
                Some((way, false))
            }
        }
    }
}

/// What a system of linear equations has.
enum Solution {
    /// A solution.
    Point(Vec<Rational>),
    /// No solution; a basis of the kernel.
    None(Vec<Vec<Rational>>),
}

/// Solves a square system whose rows end with the right side.
fn solve(mut rows: Vec<Vec<Rational>>) -> Solution {
    let size = rows.len();
    let mut pivots: Vec<usize> = Vec::new();
    for column in 0..size {
        let rank = pivots.len();
        let Some(found) = (rank..size).find(|&row| !rows[row][column].is_zero()) else { continue };
        rows.swap(rank, found);
        let scale = rows[rank][column].clone();
        rows[rank].iter_mut().for_each(|entry| *entry /= &scale);
        let pivot = rows[rank].clone();
        for (index, row) in rows.iter_mut().enumerate() {
            if index != rank && !row[column].is_zero() {
                let factor = row[column].clone();
                row.iter_mut().zip(&pivot).for_each(|(entry, own)| *entry -= &factor * own);
            }
        }
        pivots.push(column);
    }
    if rows[pivots.len()..].iter().all(|row| row[size].is_zero()) {
        let mut point = vec![Rational::ZERO; size];
        pivots.iter().zip(&rows).for_each(|(&column, row)| point[column] = row[size].clone());
        return Solution::Point(point);
    }
    let kernel = (0..size).filter(|column| !pivots.contains(column)).map(|free| {
        let mut vector = vec![Rational::ZERO; size];
        vector[free] = Rational::ONE;
        pivots.iter().zip(&rows).for_each(|(&column, row)| vector[column] = -row[free].clone());
        vector
    });
    Solution::None(kernel.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(entries: &[i64]) -> Vec<Rational> {
        entries.iter().map(|&entry| ratio(entry, 1)).collect()
    }

    /// The nearest point to (2, 2) of the triangle (0, 0), (3, 0), (0, 3) is (3/2, 3/2), at squared
    /// distance 1/2.
    #[test]
    fn nearest_point_of_a_triangle() {
        let quadric = Quadric {
            constant: ratio(8, 1),
            linear: numbers(&[-4, -4]),
            matrix: vec![numbers(&[1, 0]), numbers(&[0, 1])],
        };
        let corners = [numbers(&[0, 0]), numbers(&[3, 0]), numbers(&[0, 3])];
        let mut set = ActiveSet::new(Rational::ZERO, corners[0].clone(), 0);
        for (k, corner) in corners.iter().enumerate().skip(1) {
            set.add(&quadric, Rational::ZERO, corner.clone(), k).expect("a descent");
        }
        let (_, x) = set.mixture();
        assert_eq!((x.clone(), quadric.value(&x)), (vec![ratio(3, 2), ratio(3, 2)], ratio(1, 2)));
    }

    /// With no curvature along the first coordinate the cost decides: the function falls up to the
    /// boundary.
    #[test]
    fn flat_directions_are_followed_to_the_boundary() {
        let quadric = Quadric {
            constant: Rational::ZERO,
            linear: numbers(&[-1, 0]),
            matrix: vec![numbers(&[0, 0]), numbers(&[0, 1])],
        };
        let mut set = ActiveSet::new(Rational::ZERO, numbers(&[0, 0]), ());
        set.add(&quadric, Rational::ZERO, numbers(&[5, 0]), ()).expect("a descent");
        assert_eq!(set.mixture().1, numbers(&[5, 0]));
        assert_eq!(set.points.len(), 1);
    }

    #[test]
    fn squares_of_a_form() {
        let of = |matrix: Vec<Vec<Rational>>| {
            Quadric { constant: Rational::ZERO, linear: numbers(&[0, 0]), matrix }.squares()
        };
        let squares = of(vec![numbers(&[4, 2]), numbers(&[2, 1])]).expect("positive semidefinite");
        assert_eq!(squares, [(ratio(4, 1), vec![ratio(1, 1), ratio(1, 2)])]);
        assert!(of(vec![numbers(&[0, 1]), numbers(&[1, 0])]).is_none());
    }
}
