//! Small linear programmes that are edited and solved again, as the searches do: the dense simplex
//! method beside HiGHS.

mod support;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use smfg::lp::{LpEngine, LpStatus, Pricing};
use std::time::{Duration, Instant};
use support::{head, middle, row, time, two_digits};

/// Edits of one programme, each followed by a run.
const RUNS: usize = 40;
/// Columns whose cost, and rows whose side, an edit changes.
const CHANGES: usize = 3;
/// Time for the repetitions of one row of the table.
const BUDGET: Duration = Duration::from_secs(3);

/// A number from `low` to `high`.
fn uniform(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * f64::from(rng.next_u32()) / f64::from(u32::MAX)
}

fn below(rng: &mut ChaCha8Rng, count: usize) -> usize {
    rng.next_u32() as usize % count
}

/// Seconds and pivots per run, and the sum of all values, over the edits of one programme, which
/// come from the seed.
fn runs(columns: usize, rows: usize, coefficients: usize) -> (f64, f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(support::SEED);
    let mut engine = LpEngine::new();
    engine.set_small(coefficients);
    engine.set_pricing(Pricing::Devex);
    let mut cost: Vec<f64> = (0..columns).map(|_| uniform(&mut rng, -1.0, 1.0)).collect();
    for &cost in &cost {
        engine.add_column(cost, (0.0, 1.0), &[], &[]);
    }
    // A fifth of the entries; x = 1/2 is feasible and stays so.
    let mut halves = Vec::new();
    for _ in 0..rows {
        let (mut places, mut values) = (Vec::new(), Vec::new());
        for column in 0..columns {
            if below(&mut rng, 5) == 0 {
                places.push(column);
                values.push(uniform(&mut rng, -1.0, 1.0));
            }
        }
        let half = values.iter().sum::<f64>() / 2.0;
        engine.add_row((f64::NEG_INFINITY, half + uniform(&mut rng, 0.0, 0.5)), &places, &values);
        halves.push(half);
    }
    let (mut seconds, mut pivots, mut sum) = (0.0, 0, 0.0);
    for run in 0..=RUNS {
        let begin = Instant::now();
        assert_eq!(engine.solve(), LpStatus::Optimal);
        let point = engine.point().expect("a point");
        // The first run has no basis to start from.
        if run > 0 {
            seconds += begin.elapsed().as_secs_f64();
            pivots += engine.iterations();
        }
        sum += point.columns_approx.iter().zip(&cost).map(|(x, c)| x * c).sum::<f64>();
        for _ in 0..CHANGES {
            let (column, row) = (below(&mut rng, columns), below(&mut rng, rows));
            cost[column] = uniform(&mut rng, -1.0, 1.0);
            engine.set_cost(column, cost[column]);
            engine.set_row_bounds(
                row,
                (f64::NEG_INFINITY, halves[row] + uniform(&mut rng, 0.0, 0.5)),
            );
        }
    }
    (seconds / RUNS as f64, pivots as f64 / RUNS as f64, sum)
}

fn main() {
    head(&["rows", "columns", "dense", "pivots", "HiGHS", "iterations", "HiGHS / dense"]);
    for (rows, columns) in [
        (12, 14),
        (30, 30),
        (60, 60),
        (100, 60),
        (150, 200),
        (300, 200),
        (400, 400),
        (500, 500),
        (700, 900),
    ] {
        let (mut dense, mut highs, mut pivots) = (Vec::new(), Vec::new(), (0.0, 0.0));
        let start = Instant::now();
        // In turns, so that a slow moment of the machine hits both.
        while dense.len() < 3 || (start.elapsed() < BUDGET && dense.len() < 101) {
            let (own, other) = (runs(columns, rows, usize::MAX), runs(columns, rows, 0));
            assert!((own.2 - other.2).abs() < 1e-6 * RUNS as f64, "{} and {}", own.2, other.2);
            dense.push(own.0);
            highs.push(other.0);
            pivots = (own.1, other.1);
        }
        let (dense, highs) = (middle(dense), middle(highs));
        row(&[
            rows.to_string(),
            columns.to_string(),
            time(dense),
            two_digits(pivots.0),
            time(highs),
            two_digits(pivots.1),
            two_digits(highs / dense),
        ]);
    }
}
