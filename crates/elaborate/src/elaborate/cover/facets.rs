//! The barycentric coordinates of a simplex as affine forms of the free parameters.

use crate::exact::Rational;
use crate::game::{Point, Space};
use smfg_kernel::{Monomial, Polynomial, Variable};

/// One form per vertex, which is 1 there and 0 at the others; `None` when the points are no simplex
/// of full dimension.
pub(super) fn facets(space: &Space<'_>, points: &[Point]) -> Option<Vec<Polynomial>> {
    let size = space.dimension() + 1;
    if points.len() != size {
        return None;
    }
    // Rows `1, free coordinates | identity`: the inverse holds a form per column.
    let row = |(k, point): (usize, &Point)| -> Option<Vec<Rational>> {
        let mut row = vec![Rational::ONE];
        for &j in space.free() {
            row.push(point.get(j)?.clone());
        }
        row.extend((0..size).map(|j| if j == k { Rational::ONE } else { Rational::ZERO }));
        Some(row)
    };
    let mut rows: Vec<Vec<Rational>> = points.iter().enumerate().map(row).collect::<Option<_>>()?;
    for column in 0..size {
        let pivot = (column..size).find(|&k| !rows[k][column].is_zero())?;
        rows.swap(column, pivot);
        let lead = rows[column][column].clone();
        rows[column].iter_mut().for_each(|entry| *entry = &*entry / &lead);
        let known = rows[column].clone();
        for (k, row) in rows.iter_mut().enumerate() {
            let factor = row[column].clone();
            if k != column && !factor.is_zero() {
                row.iter_mut().zip(&known).for_each(|(entry, own)| *entry -= &factor * own);
            }
        }
    }
    let form = |vertex: usize| {
        let mut form = Polynomial::constant(rows[0][size + vertex].clone());
        for (k, &j) in space.free().iter().enumerate() {
            let name = Monomial::new(vec![(Variable::Parameter(j as u32), 1)]);
            form.add_term(name, rows[k + 1][size + vertex].clone());
        }
        form
    };
    Some((0..size).map(form).collect())
}
