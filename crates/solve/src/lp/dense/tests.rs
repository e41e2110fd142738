//! Compared with HiGHS on random programmes, small whole numbers with many ties, while they are
//! edited; and programmes with known answers.

use super::DenseSimplex;
use crate::lp::programme::{LpRows, LpStatus};
use crate::lp::resident::ResidentHighs;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const INFINITY: f64 = f64::INFINITY;

/// Bounds of a kind, around small whole numbers.
fn bounds() -> impl Strategy<Value = (f64, f64)> {
    (0..6, -3..4, 0..4).prop_map(|(kind, low, width)| {
        let (low, high) = (f64::from(low), f64::from(low + width));
        match kind {
            0 => (-INFINITY, INFINITY),
            1 => (-INFINITY, high),
            2 | 3 => (low, INFINITY),
            4 => (low, low),
            _ => (low, high),
        }
    })
}

fn entries(count: usize) -> impl Strategy<Value = Vec<(usize, f64)>> {
    let entry = prop_oneof![2 => Just(0), 3 => -3..4];
    prop::collection::vec(entry, count).prop_map(|values| {
        values
            .into_iter()
            .enumerate()
            .map(|(at, value)| (at, f64::from(value)))
            .filter(|(_, value)| *value != 0.0)
            .collect()
    })
}

/// A change of a programme with `columns` columns.
#[derive(Debug, Clone)]
enum Edit {
    Cost(usize, f64),
    ColumnBounds(usize, (f64, f64)),
    RowBounds(usize, (f64, f64)),
    Coefficient(usize, usize, f64),
    Row((f64, f64), Vec<(usize, f64)>),
    Column(f64, (f64, f64), Vec<(usize, f64)>),
    Forget,
    /// The basis is set to what it is: the equations are set up anew.
    Basis,
}

const COLUMNS: usize = 7;
const ROWS: usize = 6;

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (0..COLUMNS, -3..4).prop_map(|(column, cost)| Edit::Cost(column, f64::from(cost))),
        3 => (0..COLUMNS, bounds()).prop_map(|(column, bounds)| Edit::ColumnBounds(column, bounds)),
        2 => (0..ROWS, bounds()).prop_map(|(row, bounds)| Edit::RowBounds(row, bounds)),
        2 => (0..ROWS, 0..COLUMNS, -3..4).prop_map(|(row, column, value)| Edit::Coefficient(row, column, f64::from(value))),
        2 => (bounds(), entries(COLUMNS)).prop_map(|(bounds, row)| Edit::Row(bounds, row)),
        2 => (-3..4, bounds(), entries(ROWS)).prop_map(|(cost, bounds, column)| Edit::Column(f64::from(cost), bounds, column)),
        1 => Just(Edit::Forget),
        1 => Just(Edit::Basis),
    ]
}

fn programme() -> impl Strategy<Value = LpRows> {
    let columns = prop::collection::vec((-3..4, bounds()), COLUMNS);
    let rows = prop::collection::vec((bounds(), entries(COLUMNS)), ROWS);
    (columns, rows).prop_map(|(columns, rows)| {
        let mut lp = LpRows::default();
        for (cost, bounds) in columns {
            lp.add_column(f64::from(cost), bounds);
        }
        for (bounds, row) in rows {
            lp.add_row(bounds, &row);
        }
        lp
    })
}

fn unzipped(entries: &[(usize, f64)]) -> (Vec<usize>, Vec<f64>) {
    entries.iter().copied().unzip()
}

fn apply(edit: &Edit, dense: &mut DenseSimplex) {
    match edit {
        Edit::Cost(column, cost) => dense.set_cost(*column, *cost),
        Edit::ColumnBounds(column, bounds) => dense.set_column_bounds(*column, *bounds),
        Edit::RowBounds(row, bounds) => dense.set_row_bounds(*row, *bounds),
        Edit::Coefficient(row, column, value) => dense.set_coefficient(*row, *column, *value),
        Edit::Row(bounds, row) => {
            let (columns, values) = unzipped(row);
            dense.add_row(*bounds, &columns, &values);
        }
        Edit::Column(cost, bounds, column) => {
            let (rows, values) = unzipped(column);
            dense.add_column(*cost, *bounds, &rows, &values);
        }
        Edit::Forget => dense.forget_basis(),
        Edit::Basis => {
            let basis = dense.basis();
            assert!(dense.set_basis(&basis));
        }
    }
}

/// Cost of a point, or `None` if it is outside of bounds by more than 1e-7.
fn cost(lp: &LpRows, point: &[f64]) -> Option<f64> {
    let inside = |value: f64, (low, high): (f64, f64)| value >= low - 1e-7 && value <= high + 1e-7;
    let columns =
        point.iter().zip(&lp.column_bounds).all(|(&value, &bounds)| inside(value, bounds));
    let activity =
        |row: usize| lp.entries(row).map(|(column, value)| value * point[column]).sum::<f64>();
    let rows = (0..lp.rows()).all(|row| inside(activity(row), lp.row_bounds[row]));
    (columns && rows).then(|| point.iter().zip(&lp.cost).map(|(value, cost)| value * cost).sum())
}

/// What duals prove: the least of `c'x` over all columns and activities within their bounds.
fn dual_bound(lp: &LpRows, cost: &[f64], duals: &[f64]) -> f64 {
    let least = |price: f64, (low, high): (f64, f64)| match price {
        _ if price > 1e-7 => price * low,
        _ if price < -1e-7 => price * high,
        _ => 0.0,
    };
    let mut prices = cost.to_vec();
    for (row, dual) in duals.iter().enumerate() {
        lp.entries(row).for_each(|(column, value)| prices[column] -= value * dual);
    }
    let rows: f64 =
        duals.iter().zip(&lp.row_bounds).map(|(&dual, &bounds)| least(dual, bounds)).sum();
    rows + prices
        .iter()
        .zip(&lp.column_bounds)
        .map(|(&price, &bounds)| least(price, bounds))
        .sum::<f64>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..ProptestConfig::default() })]

    /// After every edit: the status is that of HiGHS, points and duals have the same value, and
    /// rays prove.
    #[test]
    fn agrees_with_highs(lp in programme(), edits in prop::collection::vec(edit(), 0..12)) {
        let mut dense = DenseSimplex::of(&lp);
        for edit in std::iter::once(None).chain(edits.iter().map(Some)) {
            edit.into_iter().for_each(|edit| apply(edit, &mut dense));
            let lp = dense.programme();
            let mut highs = ResidentHighs::new();
            prop_assert!(highs.load(&lp));
            let expected = highs.solve();
            match dense.solve(None) {
                LpStatus::Optimal => {
                    prop_assert_eq!(expected, LpStatus::Optimal);
                    let point = dense.point().expect("a point");
                    let value = cost(&lp, &point.columns_approx).expect("a feasible point");
                    let reference = cost(&lp, &highs.point().expect("a point").columns_approx).expect("a feasible point");
                    prop_assert!((value - reference).abs() < 1e-6, "{} instead of {}", value, reference);
                    let bound = dual_bound(&lp, &lp.cost, &point.row_duals_approx);
                    prop_assert!((bound - value).abs() < 1e-6, "duals prove {} of {}", bound, value);
                }
                LpStatus::Infeasible => {
                    prop_assert!(expected != LpStatus::Optimal, "HiGHS has a point");
                    let ray = dense.farkas().expect("a ray");
                    prop_assert!(dual_bound(&lp, &vec![0.0; lp.cost.len()], &ray) > 0.0);
                }
                other => {
                    prop_assert_eq!(other, LpStatus::Failed);
                    // Unbounded programmes are left to HiGHS, which does not recognise every one of
                    // them; nothing else here is difficult.
                    prop_assert!(matches!(expected, LpStatus::Unbounded | LpStatus::Failed), "HiGHS says {:?}", expected);
                }
            }
        }
    }
}

/// E. M. L. Beale's programme, on which the textbook rule goes round in circles: -1/20 at (1/25, 0,
/// 1, 0).
#[test]
fn ties_do_not_cycle() {
    let mut lp = LpRows::default();
    for cost in [-0.75, 150.0, -0.02, 6.0] {
        lp.add_column(cost, (0.0, INFINITY));
    }
    lp.add_row((-INFINITY, 0.0), &[(0, 0.25), (1, -60.0), (2, -0.04), (3, 9.0)]);
    lp.add_row((-INFINITY, 0.0), &[(0, 0.5), (1, -90.0), (2, -0.02), (3, 3.0)]);
    lp.add_row((-INFINITY, 1.0), &[(2, 1.0)]);
    let mut dense = DenseSimplex::of(&lp);
    assert_eq!(dense.solve(None), LpStatus::Optimal);
    let point = dense.point().expect("a point").columns_approx;
    for (value, expected) in point.iter().zip([0.04, 0.0, 1.0, 0.0]) {
        assert!((value - expected).abs() < 1e-12);
    }
}

/// Ten sources, ten sinks, equal supplies, costs `|i - j|`: every basis is degenerate, and shipping
/// straight ahead costs nothing.
#[test]
fn degenerate_transport() {
    let mut lp = LpRows::default();
    for i in 0..10i32 {
        for j in 0..10i32 {
            lp.add_column(f64::from((i - j).abs()), (0.0, INFINITY));
        }
    }
    for i in 0..10 {
        lp.add_row((1.0, 1.0), &(0..10).map(|j| (10 * i + j, 1.0)).collect::<Vec<_>>());
        lp.add_row((1.0, 1.0), &(0..10).map(|j| (10 * j + i, 1.0)).collect::<Vec<_>>());
    }
    let mut dense = DenseSimplex::of(&lp);
    assert_eq!(dense.solve(None), LpStatus::Optimal);
    let point = dense.point().expect("a point").columns_approx;
    for (at, value) in point.iter().enumerate() {
        let expected = if at % 11 == 0 { 1.0 } else { 0.0 };
        assert!((value - expected).abs() < 1e-9);
    }
}

/// Coefficients that are no numbers give no answer, and a deadline that has passed is kept.
#[test]
fn no_answer() {
    let mut lp = LpRows::default();
    let x = lp.add_column(-1.0, (0.0, INFINITY));
    lp.add_row((-INFINITY, 1.0), &[(x, f64::NAN)]);
    assert_eq!(DenseSimplex::of(&lp).solve(None), LpStatus::Failed);
    let mut lp = LpRows::default();
    let x = lp.add_column(-1.0, (0.0, INFINITY));
    lp.add_row((-INFINITY, 1.0), &[(x, 1.0)]);
    let mut dense = DenseSimplex::of(&lp);
    assert_eq!(dense.solve(None), LpStatus::Optimal);
    assert!(dense.point().is_some());
    dense.set_cost(x, 1.0);
    assert_eq!(dense.solve(Some(std::time::Instant::now())), LpStatus::TimeLimit);
    assert!(dense.point().is_none());
}
