//! The four kernels, generic in the number.

use crate::data::{MATRIX_SIZE, Matrix, Move, PROBABILITY_BITS, Process, STATES};
use crate::numbers::{Integer, Rational};

/// Bits after the binary point of an outward-rounded mantissa.
pub const SCALE_BITS: usize = 64;

/// (a) `V_t(s) = max_a r(s, a) + sum_k p_k V_{t+1}(s_k)` in rationals.
pub fn rational_induction<Q: Rational>(process: &Process<Q>) -> Vec<Q> {
    let mut value = vec![Q::new(0, 1); STATES];
    for stage in process.iter().rev() {
        value = maxima(stage, |m| {
            let mut sum = m.reward.clone();
            for (state, probability) in &m.successors {
                sum.add_product(probability, &value[*state]);
            }
            sum
        });
    }
    value
}

/// (b) The same over a denominator that gains a factor `2^10` per stage. Rewards come
/// as numerators over their own denominator, weights as numerators over `2^10`.
pub fn integer_induction<Z: Integer>(process: &Process<Z>) -> Vec<Z> {
    let mut value = vec![Z::new(0); STATES];
    for (solved, stage) in process.iter().rev().enumerate() {
        value = maxima(stage, |m| {
            let mut sum = m.reward.shl(PROBABILITY_BITS * (solved + 1));
            for (state, weight) in &m.successors {
                sum.add_product(weight, &value[*state]);
            }
            sum
        });
    }
    value
}

/// (c) Lower bounds in units of `2^-64`: one division rounded down per action. Rewards
/// come as rounded mantissas. Upper bounds are the same kernel on negated numbers; see
/// [`rounded_bounds`].
fn rounded_lower<Z: Integer>(
    process: &Process<Z>,
    best: impl Fn(&[Move<Z>], &dyn Fn(&Move<Z>) -> Z) -> Z,
) -> Vec<Z> {
    let mut value = vec![Z::new(0); STATES];
    for stage in process.iter().rev() {
        value = stage
            .iter()
            .map(|actions| {
                best(actions, &|m| {
                    let mut sum = m.reward.shl(PROBABILITY_BITS);
                    for (state, weight) in &m.successors {
                        sum.add_product(weight, &value[*state]);
                    }
                    sum.floor_shr(PROBABILITY_BITS)
                })
            })
            .collect();
    }
    value
}

/// (c) Lower and upper bounds. `negated` holds the rewards `-r`, rounded down: with
/// `W = -V` the recursion is `W_t = min_a -r + sum p W_{t+1}`, so rounding it down bounds
/// `V` from above.
pub fn rounded_bounds<Z: Integer>(process: &Process<Z>, negated: &Process<Z>) -> Vec<(Z, Z)> {
    let lower = rounded_lower(process, |a, q| a.iter().map(q).max().expect("an action"));
    let upper = rounded_lower(negated, |a, q| a.iter().map(q).min().expect("an action"));
    lower.into_iter().zip(upper.iter().map(Z::neg)).collect()
}

fn maxima<N: PartialOrd>(stage: &[Vec<Move<N>>], value: impl Fn(&Move<N>) -> N) -> Vec<N> {
    let better = |best: N, other: N| if other > best { other } else { best };
    stage
        .iter()
        .map(|actions| {
            actions
                .iter()
                .map(&value)
                .reduce(better)
                .expect("an action")
        })
        .collect()
}

/// (d) Determinant by Gaussian elimination in rationals.
pub fn rational_elimination<Q: Rational>(matrix: &Matrix<Q>) -> Q {
    let mut rows = matrix.clone();
    let mut determinant = Q::new(1, 1);
    for k in 0..MATRIX_SIZE {
        let pivot = (k..MATRIX_SIZE)
            .find(|&i| !rows[i][k].is_zero())
            .expect("regular");
        if pivot != k {
            rows.swap(pivot, k);
            determinant.mul_assign(&Q::new(-1, 1));
        }
        determinant.mul_assign(&rows[k][k]);
        let (top, below) = rows.split_at_mut(k + 1);
        let pivot_row = &top[k];
        for row in below {
            let factor = row[k].div(&pivot_row[k]);
            for j in k + 1..MATRIX_SIZE {
                row[j].sub_product(&factor, &pivot_row[j]);
            }
        }
    }
    determinant
}

/// (e) The same determinant, of the numerators, by fraction-free (Bareiss) elimination.
pub fn integer_elimination<Z: Integer>(matrix: &Matrix<Z>) -> Z {
    let mut rows = matrix.clone();
    let zero = Z::new(0);
    let mut previous = Z::new(1);
    let mut odd = false;
    for k in 0..MATRIX_SIZE - 1 {
        let pivot = (k..MATRIX_SIZE)
            .find(|&i| rows[i][k] != zero)
            .expect("regular");
        if pivot != k {
            rows.swap(pivot, k);
            odd = !odd;
        }
        let (top, below) = rows.split_at_mut(k + 1);
        let pivot_row = &top[k];
        for row in below {
            for j in k + 1..MATRIX_SIZE {
                let minor = Z::cross(&pivot_row[k], &row[j], &row[k], &pivot_row[j]);
                row[j] = minor.div_exact(&previous);
            }
        }
        previous = rows[k][k].clone();
    }
    let last = &rows[MATRIX_SIZE - 1][MATRIX_SIZE - 1];
    if odd { last.neg() } else { last.clone() }
}
