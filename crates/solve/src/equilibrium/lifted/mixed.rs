//! Mixed equilibria at eps = 0, whose numbers are irrational: a box in which there is one.
//!
//! At an equilibrium with statistics `x` let `y` be the masses of second actions at the sites where
//! two actions are used. With the flow `d(x, y)` at frozen `x`, which is affine in `y`, and the
//! differences `g(x)` of what these actions earn,
//!
//! ```text
//! F(x, y) = M d(x, y) - x = 0,        g(x) = 0,
//! ```
//!
//! which Newton's method solves. Near `x` the responses jump where `g` changes its sign. Each `g_j`
//! gets a coordinate of its own, `s(j)`, and with `B` the columns `dF/dy` and the derivatives in the
//! other coordinates, rows of `B^-1` make a map that points inwards: those of other coordinates do
//! not see `y`, and those of `s(j)` have the sign of `g_j`. Widths of the box are chosen so that on
//! every face its own coordinate decides (statement (X) of docs/certificate.md).

use super::approximate::Approximate;
use crate::certificate::{ExistenceStep, Step};
use crate::check::existence::written_out;
use crate::equilibrium::Proof;
use crate::exact::{Integer, Natural, Rational, from_approx, to_approx};
use crate::game::Instance;

/// Probabilities less than this count as 0: one after the other.
const UNUSED: [f64; 3] = [1e-6, 1e-4, 1e-2];
/// Newton steps, and the residual that ends them.
const MOST_STEPS: usize = 40;
const SMALL: f64 = 1e-13;
/// Halves of widths of boxes, as shares of the ranges of the statistics, by powers of two.
const HALVES: [i32; 3] = [-26, -22, -18];
/// Most operations that a proof may take, so that it is found within a moment.
const MOST_WORK: usize = 30_000;
/// Most ways to give the differences coordinates of their own that are compared.
const MOST_CHOICES: usize = 5000;
/// Terms of the series for the widths.
const TERMS: usize = 60;
/// Widths of statistics that nothing moves, where the largest one is 1.
const LEAST_WIDTH: f64 = 1e-3;
/// Fractional bits of ends and of values.
const BITS: usize = 52;

/// A square matrix, or one with columns as long as each other.
type Matrix = Vec<Vec<f64>>;

/// A solution of the equations with its derivatives.
struct Solution {
    x: Vec<f64>,
    /// By stage and pair.
    flow: Vec<Vec<f64>>,
    /// `dF/dx` and `dF/dy` by row.
    by_statistics: Matrix,
    by_masses: Matrix,
    /// `dg/dx`.
    differences: Matrix,
    /// `d(sigma J0)/dy`.
    reward: Vec<f64>,
    /// What a row of a difference is multiplied by, so that a site that nobody reaches is neutral.
    shares: Matrix,
}

/// An equilibrium near a population with these masses: its proof for the sign `sigma`, and its
/// masses.
pub(super) fn enclosed_equilibrium(
    instance: &Instance,
    sigma: &Rational,
    flow: &[Vec<f64>],
) -> Option<(Proof, Vec<Vec<f64>>)> {
    if !instance.functions.is_empty() || work(instance) > MOST_WORK {
        return None;
    }
    let game = Approximate::new(instance);
    UNUSED.iter().find_map(|&unused| {
        let solution = solve(&game, flow, unused, to_approx(sigma))?;
        Some((shown(instance, sigma, &solution)?, solution.flow))
    })
}

/// Operations of a proof: two faces for each statistic, a slope in each statistic for every number
/// of the game there.
fn work(instance: &Instance) -> usize {
    let count = instance.aggregates.len();
    let numbers = instance.stages.iter().map(|stage| {
        let entries = stage.transition.as_ref().map_or(0, |(_, p)| p.len());
        stage.pairs.len() + entries
    });
    numbers.sum::<usize>().saturating_mul(count).saturating_mul(2 * count + 1)
}

/// The proof of a solution.
fn shown(instance: &Instance, sigma: &Rational, solution: &Solution) -> Option<Proof> {
    let (own, widths) = coordinates(solution)?;
    HALVES.iter().find_map(|&half| {
        let mut step = step(instance, solution, (&own, &widths), 2f64.powi(half))?;
        let parts = written_out(instance, sigma, &step).ok()?;
        let (reward, faces) = parts.split_first()?;
        if faces.iter().any(|face| face.rest > Rational::ZERO) {
            return None;
        }
        let value = short_above(&reward.rest);
        step.value = sigma * &value;
        Some(Proof { value, steps: vec![Step::Existence(step)] })
    })
}

/// Newton's method from the masses of a population.
fn solve(game: &Approximate, flow: &[Vec<f64>], unused: f64, sigma: f64) -> Option<Solution> {
    let (support, mut y) = game.support(flow, unused)?;
    let mut x = game.statistics(flow);
    let (count, mixed) = (x.len(), y.len());
    if mixed == 0 || mixed > count {
        return None;
    }
    let residual = |x: &[f64], y: &[f64]| -> Vec<f64> {
        let (image, _) = game.image(x, &support, y);
        let mut rest: Vec<f64> = image.iter().zip(x).map(|(m, x)| m - x).collect();
        rest.extend(game.differences(x, &support));
        rest
    };
    for _ in 0..MOST_STEPS {
        let rest = residual(&x, &y);
        if rest.iter().all(|value| value.abs() <= SMALL) {
            break;
        }
        let derivative = |place: usize| -> Vec<f64> {
            let shifted = |by: f64| {
                let (mut x, mut y) = (x.clone(), y.clone());
                if place < count {
                    x[place] += by
                } else {
                    y[place - count] += by
                }
                residual(&x, &y)
            };
            // `F` is affine in the masses.
            let by = if place < count { 2f64.powi(-17) } else { 2f64.powi(-3) };
            let (more, less) = (shifted(by), shifted(-by));
            more.iter().zip(&less).map(|(a, b)| (a - b) / (2.0 * by)).collect()
        };
        let columns: Matrix = (0..count + mixed).map(derivative).collect();
        let rows: Matrix =
            (0..count + mixed).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
        let change = times(&inverse(rows)?, &rest);
        x.iter_mut().zip(&change).for_each(|(x, change)| *x -= change);
        y.iter_mut().zip(&change[count..]).for_each(|(y, change)| *y -= change);
        if x.iter().chain(&y).any(|value| !value.is_finite()) {
            return None;
        }
    }
    let solved = residual(&x, &y).iter().all(|value| value.abs() <= 1e3 * SMALL);
    let (_, flow) = game.image(&x, &support, &y);
    if !solved || !game.is_inside(&support, &flow) {
        return None;
    }
    let by_masses = |place: usize| -> (Vec<f64>, f64, Vec<f64>) {
        let shifted = |by: f64| {
            let mut y = y.clone();
            y[place] += by;
            let (image, flow) = game.image(&x, &support, &y);
            let reward = sigma * game.reward(&x, &flow);
            (image, reward, game.site_masses(&support, &flow))
        };
        let (more, less) = (shifted(0.125), shifted(-0.125));
        let column = |a: &[f64], b: &[f64]| -> Vec<f64> {
            a.iter().zip(b).map(|(a, b)| 4.0 * (a - b)).collect()
        };
        (column(&more.0, &less.0), 4.0 * (more.1 - less.1), column(&more.2, &less.2))
    };
    let by_masses: Vec<_> = (0..mixed).map(by_masses).collect();
    let masses = game.site_masses(&support, &flow);
    let by_statistics = |k: usize| -> (Vec<f64>, Vec<f64>) {
        let shifted = |by: f64| {
            let mut x = x.clone();
            x[k] += by;
            let (mut image, _) = game.image(&x, &support, &y);
            image[k] -= x[k];
            (image, game.differences(&x, &support))
        };
        let by = 2f64.powi(-17);
        let (more, less) = (shifted(by), shifted(-by));
        let column = |a: &[f64], b: &[f64]| -> Vec<f64> {
            a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * by)).collect()
        };
        (column(&more.0, &less.0), column(&more.1, &less.1))
    };
    let by_statistics: Vec<_> = (0..count).map(by_statistics).collect();
    let row = |i: usize| by_statistics.iter().map(|column| column.0[i]).collect();
    let difference = |j: usize| by_statistics.iter().map(|column| column.1[j]).collect();
    // `y_j - p_j m_j` has the sign of `g_j` whatever mass the site has.
    let share = |j: usize| {
        let one = |l: usize| if l == j { 1.0 } else { 0.0 };
        let at = |l: usize| one(l) - y[j] / masses[j] * by_masses[l].2[j];
        (0..mixed).map(at).collect()
    };
    Some(Solution {
        by_statistics: (0..count).map(row).collect(),
        by_masses: (0..count).map(|i| by_masses.iter().map(|c| c.0[i]).collect()).collect(),
        differences: (0..mixed).map(difference).collect(),
        reward: by_masses.iter().map(|column| column.1).collect(),
        shares: (0..mixed).map(share).collect(),
        flow,
        x,
    })
}

/// The coordinate of each difference, and widths by which every coordinate decides on its faces.
fn coordinates(solution: &Solution) -> Option<(Vec<usize>, Vec<f64>)> {
    let (count, mixed) = (solution.x.len(), solution.differences.len());
    let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..mixed {
        let longer = |own: &Vec<usize>| -> Vec<Vec<usize>> {
            let free = (0..count).filter(|k| !own.contains(k));
            free.map(|k| own.iter().copied().chain([k]).collect()).collect()
        };
        choices = choices.iter().flat_map(longer).take(MOST_CHOICES).collect();
    }
    let best = choices.into_iter().filter_map(|own| {
        let weights = influence(solution, &own)?;
        let (rate, widths) = widths(&weights)?;
        Some((rate, own, widths))
    });
    let (rate, own, widths) = best.min_by(|a, b| a.0.total_cmp(&b.0))?;
    (rate < 1.0).then_some((own, widths))
}

/// What moves of other coordinates do on the faces of each, in units of its own.
fn influence(solution: &Solution, own: &[usize]) -> Option<Matrix> {
    let count = solution.x.len();
    let inverse = inverse(basis(solution, own))?;
    let mut weights = vec![vec![0.0; count]; count];
    for (j, &k) in own.iter().enumerate() {
        let slope = solution.differences[j][k].abs();
        for l in (0..count).filter(|&l| l != k) {
            weights[k][l] = solution.differences[j][l].abs() / slope;
        }
    }
    for (place, k) in (0..count).filter(|k| !own.contains(k)).enumerate() {
        let row = &inverse[own.len() + place];
        for &l in own {
            let column = solution.by_statistics.iter().map(|row| row[l]);
            weights[k][l] = row.iter().zip(column).map(|(a, b)| a * b).sum::<f64>().abs();
        }
    }
    weights.iter().flatten().all(|value| value.is_finite()).then_some(weights)
}

/// `dF/dy`, then the derivatives in the coordinates that no difference has.
fn basis(solution: &Solution, own: &[usize]) -> Matrix {
    let rows = solution.by_masses.iter().zip(&solution.by_statistics);
    let rest = |row: &Vec<f64>| -> Vec<f64> {
        (0..row.len()).filter(|k| !own.contains(k)).map(|k| row[k]).collect()
    };
    rows.map(|(masses, row)| masses.iter().copied().chain(rest(row)).collect()).collect()
}

/// Widths `w` with `sum weights_kl w_l` at most `rate w_k`, the least rate found: those of the
/// eigenvector of the largest eigenvalue, nearly.
fn widths(weights: &Matrix) -> Option<(f64, Vec<f64>)> {
    let mut widths = vec![1.0; weights.len()];
    let mut best: Option<(f64, Vec<f64>)> = None;
    for _ in 0..TERMS {
        let moved = times(weights, &widths);
        let rate = moved.iter().zip(&widths).map(|(a, b)| a / b).fold(0.0, f64::max);
        if best.as_ref().is_none_or(|(known, _)| rate < *known) {
            best = Some((rate, widths.clone()));
        }
        let largest = moved.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        // Mixed with the last ones, so that no width becomes 0 and nothing alternates.
        let next =
            moved.iter().zip(&widths).map(|(a, b)| (0.5 * (a / largest + b)).max(LEAST_WIDTH));
        widths = next.collect();
    }
    best
}

/// The step whose box has these widths times `half`.
fn step(
    instance: &Instance,
    solution: &Solution,
    (own, widths): (&[usize], &[f64]),
    half: f64,
) -> Option<ExistenceStep> {
    let (count, mixed) = (solution.x.len(), own.len());
    let ranges: Vec<(Rational, Rational)> = instance
        .aggregates
        .iter()
        .map(|aggregate| aggregate.range(&instance.stages[aggregate.stage].pairs))
        .collect();
    let share =
        widths.iter().zip(&ranges).map(|(width, (low, high))| width / to_approx(&(high - low)));
    let unit = half / share.fold(f64::MIN_POSITIVE, f64::max);
    let mut ends = Vec::with_capacity(count);
    for ((x, width), (low, high)) in solution.x.iter().zip(widths).zip(ranges) {
        let end = |value: f64| short(&from_approx(value)?);
        ends.push((end(x - unit * width)?.max(low), end(x + unit * width)?.min(high)));
    }
    let inverse = inverse(basis(solution, own))?;
    let mut matrix = vec![Vec::new(); count];
    for (j, &k) in own.iter().enumerate() {
        let sign = -solution.differences[j][k].signum();
        let row = combined(&solution.shares[j], &inverse[..mixed]);
        matrix[k] = exact(&row.iter().map(|value| sign * value).collect::<Vec<f64>>())?;
    }
    for (place, k) in (0..count).filter(|k| !own.contains(k)).enumerate() {
        let row: Vec<f64> = inverse[mixed + place].iter().map(|value| -value).collect();
        matrix[k] = exact(&row)?;
    }
    let links: Vec<f64> =
        combined(&solution.reward, &inverse[..mixed]).iter().map(|value| -value).collect();
    Some(ExistenceStep { value: Rational::ZERO, ends, matrix, links: exact(&links)? })
}

/// `sum_j factor_j row_j`.
fn combined(factors: &[f64], rows: &[Vec<f64>]) -> Vec<f64> {
    let length = rows.first().map_or(0, Vec::len);
    let column = |i: usize| factors.iter().zip(rows).map(|(factor, row)| factor * row[i]).sum();
    (0..length).map(column).collect()
}

fn exact(values: &[f64]) -> Option<Vec<Rational>> {
    values.iter().map(|value| from_approx(*value)).collect()
}

fn short(value: &Rational) -> Option<Rational> {
    let unit = Natural::ONE << BITS;
    Some(Rational::from_parts((value * Rational::from(unit.clone())).floor(), unit))
}

/// A short number that is not smaller.
fn short_above(value: &Rational) -> Rational {
    let unit = Natural::ONE << BITS;
    let next = (value * Rational::from(unit.clone())).floor() + Integer::ONE;
    Rational::from_parts(next, unit)
}

fn times(matrix: &Matrix, vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

/// The inverse, by elimination with the largest pivots; `None` where it is singular or nearly so.
fn inverse(mut rows: Matrix) -> Option<Matrix> {
    let count = rows.len();
    for (i, row) in rows.iter_mut().enumerate() {
        row.extend((0..count).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for column in 0..count {
        let pivot = (column..count)
            .max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        let size = rows[column][column];
        if !size.is_finite() || size.abs() < 1e-12 {
            return None;
        }
        rows[column].iter_mut().for_each(|value| *value /= size);
        let own = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
            let factor = row[column];
            if factor != 0.0 {
                row.iter_mut().zip(&own).for_each(|(value, own)| *value -= factor * own);
            }
        }
    }
    Some(rows.into_iter().map(|row| row[count..].to_vec()).collect())
}
