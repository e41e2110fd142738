//! The vertices of a polyhedron given by a feasible dictionary, by the double description method.
//!
//! The columns that are free are coordinates `y >= 0`, every other variable is affine in them: the
//! cone over the polyhedron is the orthant of `(y_0, y)` cut by one half-space per row. Rays are
//! kept with the set of half-spaces that they touch; two of them span an edge when no third touches
//! all that both do (T. S. Motzkin and others, *The double description method*, 1953).

use crate::exact::{Dictionary, LinearConstraint, Polytope, Rational, Relation};

/// A ray of a cone.
#[derive(Debug, Clone)]
struct Ray {
    entries: Vec<Rational>,
    /// Half-spaces whose border it lies on, one bit each.
    touches: Vec<u64>,
}

/// The vertices of the projection to the first `kept` variables, sorted; `None` when more than
/// `most` rays turn up on the way.
///
/// The dictionary must be feasible; the polyhedron must be bounded in the variables that are kept.
pub(super) fn projected_vertices(
    dictionary: &Dictionary,
    kept: usize,
    most: usize,
) -> Option<Vec<Vec<Rational>>> {
    let mut dictionary = dictionary.clone();
    let last = dictionary.nonbasic().len();
    // Fixed variables leave the basis, in which they stand at zero: no value changes.
    for row in 0..dictionary.basic().len() {
        if dictionary.is_fixed(dictionary.basic()[row]) {
            let free = (0..last).find(|&c| {
                !dictionary.is_fixed(dictionary.nonbasic()[c]) && !dictionary.row(row)[c].is_zero()
            });
            if let Some(column) = free {
                dictionary.pivot(row, column);
            }
        }
    }
    let columns: Vec<usize> =
        (0..last).filter(|&c| !dictionary.is_fixed(dictionary.nonbasic()[c])).collect();
    // The half-space of a row, constant first; rows that hold on the whole orthant cut nothing off.
    let half_space = |row: usize| -> Vec<Rational> {
        let entries = dictionary.row(row);
        std::iter::once(entries[last].clone())
            .chain(columns.iter().map(|&c| entries[c].clone()))
            .collect()
    };
    let cuts: Vec<Vec<Rational>> = (0..dictionary.basic().len())
        .filter(|&row| !dictionary.is_fixed(dictionary.basic()[row]))
        .map(half_space)
        .filter(|cut| cut.iter().any(|entry| *entry < Rational::ZERO))
        .collect();
    let dimension = columns.len() + 1;
    let words = (dimension + cuts.len()).div_ceil(64);
    let unit = |axis: usize| {
        let mut ray = Ray { entries: vec![Rational::ZERO; dimension], touches: vec![0; words] };
        ray.entries[axis] = Rational::ONE;
        (0..dimension).filter(|&other| other != axis).for_each(|other| touch(&mut ray, other));
        ray
    };
    let mut rays: Vec<Ray> = (0..dimension).map(unit).collect();
    for (index, cut) in cuts.iter().enumerate() {
        rays = intersect(rays, cut, dimension + index)?;
        if rays.len() > most {
            return None;
        }
    }
    let mut points: Vec<Vec<Rational>> = rays
        .iter()
        .filter(|ray| !ray.entries[0].is_zero())
        .map(|ray| {
            let values: Vec<Rational> =
                ray.entries[1..].iter().map(|entry| entry / &ray.entries[0]).collect();
            let mut point = vec![Rational::ZERO; kept];
            for (&column, value) in columns.iter().zip(&values) {
                if let Some(entry) = point.get_mut(dictionary.nonbasic()[column]) {
                    entry.clone_from(value);
                }
            }
            for (row, &variable) in dictionary.basic().iter().enumerate() {
                if let Some(entry) = point.get_mut(variable) {
                    let row = dictionary.row(row);
                    *entry = columns
                        .iter()
                        .zip(&values)
                        .fold(row[last].clone(), |sum, (&column, value)| {
                            sum + &row[column] * value
                        });
                }
            }
            point
        })
        .collect();
    points.sort();
    points.dedup();
    Some(extreme(points))
}

fn touch(ray: &mut Ray, index: usize) {
    ray.touches[index / 64] |= 1 << (index % 64);
}

/// The rays of the cone cut by `cut'y >= 0`, half-space number `index`; `None` when there are none.
fn intersect(rays: Vec<Ray>, cut: &[Rational], index: usize) -> Option<Vec<Ray>> {
    let heights: Vec<Rational> = rays
        .iter()
        .map(|ray| {
            ray.entries
                .iter()
                .zip(cut)
                .fold(Rational::ZERO, |sum, (a, b)| if a.is_zero() { sum } else { sum + a * b })
        })
        .collect();
    let mut next: Vec<Ray> = Vec::new();
    for (above, height) in rays.iter().zip(&heights).filter(|(_, height)| **height > Rational::ZERO)
    {
        for (below, depth) in
            rays.iter().zip(&heights).filter(|(_, height)| **height < Rational::ZERO)
        {
            let common: Vec<u64> =
                above.touches.iter().zip(&below.touches).map(|(a, b)| a & b).collect();
            let spanned = rays.iter().all(|other| {
                std::ptr::eq(other, above)
                    || std::ptr::eq(other, below)
                    || common.iter().zip(&other.touches).any(|(common, own)| common & !own != 0)
            });
            if spanned {
                let entries: Vec<Rational> = above
                    .entries
                    .iter()
                    .zip(&below.entries)
                    .map(|(a, b)| height * b - depth * a)
                    .collect();
                let total = entries.iter().fold(Rational::ZERO, |sum, entry| sum + entry);
                let mut ray = Ray {
                    entries: entries.iter().map(|entry| entry / &total).collect(),
                    touches: common,
                };
                touch(&mut ray, index);
                next.push(ray);
            }
        }
    }
    for (mut ray, height) in rays.into_iter().zip(heights) {
        if height >= Rational::ZERO {
            if height.is_zero() {
                touch(&mut ray, index);
            }
            next.push(ray);
        }
    }
    Some(next)
}

/// The points that are not mixtures of the others.
fn extreme(points: Vec<Vec<Rational>>) -> Vec<Vec<Rational>> {
    let mut kept = points;
    let mut index = 0;
    while index < kept.len() {
        let point = kept.remove(index);
        if !contains(&kept, &point) {
            kept.insert(index, point);
            index += 1;
        }
    }
    kept
}

/// Whether `point` is a mixture of `vertices`.
pub(super) fn contains(vertices: &[Vec<Rational>], point: &[Rational]) -> bool {
    meet(vertices, std::slice::from_ref(&point.to_vec()))
}

/// Whether the hulls of two lists of points have a point in common.
pub(super) fn meet(first: &[Vec<Rational>], second: &[Vec<Rational>]) -> bool {
    let (Some(point), false) = (first.first(), second.is_empty()) else { return false };
    let count = first.len() + second.len();
    let law = |range: std::ops::Range<usize>| LinearConstraint {
        coefficients: (0..count)
            .map(|j| if range.contains(&j) { Rational::ONE } else { Rational::ZERO })
            .collect(),
        relation: Relation::Equal,
        right_side: Rational::ONE,
    };
    let mut constraints = vec![law(0..first.len()), law(first.len()..count)];
    for coordinate in 0..point.len() {
        let coefficients: Vec<Rational> = first
            .iter()
            .map(|p| p[coordinate].clone())
            .chain(second.iter().map(|p| -p[coordinate].clone()))
            .collect();
        if coefficients.iter().any(|entry| !entry.is_zero()) {
            constraints.push(LinearConstraint {
                coefficients,
                relation: Relation::Equal,
                right_side: Rational::ZERO,
            });
        }
    }
    let polytope = Polytope {
        lower: vec![Rational::ZERO; count],
        upper: vec![Rational::ONE; count],
        constraints,
    };
    polytope.least_value(&vec![Rational::ZERO; count]).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    /// The unit square cut by x + y <= 3/2 has five vertices; its projection to x two.
    #[test]
    fn pentagon() {
        let row = |a: i64, b: i64, c: Rational| vec![ratio(a, 1), ratio(b, 1), c];
        let rows = vec![row(-1, 0, ratio(1, 1)), row(0, -1, ratio(1, 1)), row(-1, -1, ratio(3, 2))];
        let dictionary = Dictionary::new(vec![2, 3, 4], vec![0, 1], rows, vec![Rational::ZERO; 3]);
        let vertices = projected_vertices(&dictionary, 2, 100).expect("few");
        let expected =
            [(0, 0), (0, 2), (1, 2), (2, 0), (2, 1)].map(|(x, y)| vec![ratio(x, 2), ratio(y, 2)]);
        assert_eq!(vertices, expected);
        assert_eq!(
            projected_vertices(&dictionary, 1, 100).expect("few"),
            [vec![ratio(0, 1)], vec![ratio(1, 1)]]
        );
        assert_eq!(projected_vertices(&dictionary, 2, 3), None);
        assert!(
            contains(&vertices, &[ratio(3, 4), ratio(3, 4)])
                && !contains(&vertices, &[ratio(4, 5), ratio(3, 4)])
        );
    }
}
