//! Paths of Lemke and Howson (*Equilibrium points of bimatrix games*, SIAM Journal 12, 1964) in
//! binary64.

/// Most pivots of one path.
const MOST_PIVOTS: usize = 2_000;

/// A symmetric equilibrium of the symmetric game `matrix` on the path that drops `label`: what is
/// played, in increasing order, and its weights, which are off by a part in a billion or so.
pub(super) fn lemke_howson(matrix: &[Vec<f64>], label: usize) -> Option<Vec<(usize, f64)>> {
    let count = matrix.len();
    let least = matrix.iter().flatten().fold(f64::INFINITY, |least, &value| least.min(value));
    let greatest =
        matrix.iter().flatten().fold(f64::NEG_INFINITY, |greatest, &value| greatest.max(value));
    let shift = (greatest - least).max(1.0) - least;
    // w = 1 - C z, all of C positive: columns z, w, right side; slightly different right sides
    // avoid ties.
    let mut rows: Vec<Vec<f64>> = (0..count)
        .map(|i| {
            let mut row: Vec<f64> = matrix[i].iter().map(|value| value + shift).collect();
            row.extend((0..count).map(|j| f64::from(u8::from(i == j))));
            row.push(1.0 + 1e-9 * ((i * 7919 + 13) % 1009) as f64 / 1009.0);
            row
        })
        .collect();
    // Basic variable of each row: z_j is j, w_j is count + j.
    let mut basis: Vec<usize> = (count..2 * count).collect();
    let mut entering = label;
    for _ in 0..MOST_PIVOTS {
        let mut best: Option<(f64, usize)> = None;
        for (i, row) in rows.iter().enumerate() {
            if row[entering] > 1e-11 {
                let ratio = row[2 * count] / row[entering];
                if best.is_none_or(|(known, _)| ratio < known) {
                    best = Some((ratio, i));
                }
            }
        }
        let (_, pivot) = best?;
        let lead = rows[pivot][entering];
        rows[pivot].iter_mut().for_each(|value| *value /= lead);
        let own = rows[pivot].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = row[entering];
            if i != pivot && factor != 0.0 {
                row.iter_mut().zip(&own).for_each(|(value, known)| *value -= factor * known);
            }
        }
        let leaving = std::mem::replace(&mut basis[pivot], entering);
        if leaving % count == label {
            let played = basis.iter().zip(&rows).filter(|(variable, _)| **variable < count);
            let mut weights: Vec<(usize, f64)> =
                played.map(|(&variable, row)| (variable, row[2 * count].max(0.0))).collect();
            let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
            weights.iter_mut().for_each(|(_, weight)| *weight /= total);
            weights.sort_unstable_by_key(|(variable, _)| *variable);
            return (total > 0.0).then_some(weights);
        }
        entering = if leaving < count { leaving + count } else { leaving - count };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rock, paper, scissors: only the uniform mixture.
    #[test]
    fn path_ends_in_an_equilibrium() {
        let matrix = vec![vec![0.0, -1.0, 1.0], vec![1.0, 0.0, -1.0], vec![-1.0, 1.0, 0.0]];
        for label in 0..3 {
            let found = lemke_howson(&matrix, label).expect("an equilibrium");
            assert_eq!(found.iter().map(|(policy, _)| *policy).collect::<Vec<_>>(), [0, 1, 2]);
            assert!(found.iter().all(|(_, weight)| (weight - 1.0 / 3.0).abs() < 1e-8));
        }
    }
}
