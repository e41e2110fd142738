//! From the cells of a tube to a policy near a path through them, in binary64.

use crate::equilibrium::lifted::Play;
use smfg_kernel::{Cell, Round, Tables};

/// What the numbers of tables are over.
const UNIT: f64 = (1u64 << 44) as f64;
/// Halvings of the price of the mass that follows.
const HALVINGS: usize = 60;
/// Largest price.
const MOST_PRICE: f64 = 1e6;

/// A path of cells through all stages, from the last one's that pays the leader least; `mixed` where
/// several stages pay.
pub(super) fn cells(
    tables: &Tables,
    stages: usize,
    mixed: bool,
) -> Option<Vec<(i64, i64)>> {
    let last = tables.cells(stages - 1).ok()?;
    let worth = |cell: &Cell| match mixed {
        true => (i128::from(cell.mixed) + i128::from(cell.due), 0),
        false => (cell.payoff, cell.spent.saturating_add(cell.needed)),
    };
    let end = last.into_iter().min_by_key(worth)?;
    let mut path = vec![(end.column, end.row)];
    for t in (0..stages - 1).rev() {
        path.push(tables.before(t, *path.last()?).ok()??);
    }
    path.reverse();
    Some(path)
}

/// The value of a polynomial.
pub(super) fn value(curve: &[i64], x: f64) -> f64 {
    curve.iter().rev().fold(0.0, |sum, &c| sum * x + c as f64 / UNIT)
}

/// A policy whose masses follow the cells of a path at the least regret that the values of the path
/// tell of. `first` says per stage how many pairs state 0 has.
pub(super) fn play(
    tables: &Tables,
    round: &Round,
    (path, first): (&[(i64, i64)], &[usize]),
    mut mass: f64,
) -> Play {
    let centre = |index: i64, level: u32| (index as f64 + 0.5) * 0.5f64.powi(level as i32);
    let mut play = Play::new();
    for (t, &first) in first.iter().enumerate() {
        let curves: Vec<[&[i64]; 3]> = tables.curves(t).collect();
        let next = path.get(t + 1).zip(round.levels.get(t + 1));
        let (target, ahead) = next.map_or((0.0, 0.0), |(cell, level)| {
            (centre(cell.0, level.0), centre(cell.1, level.1))
        });
        let probability: Vec<f64> = curves.iter().map(|own| value(own[1], mass)).collect();
        let earned: Vec<f64> = curves
            .iter()
            .zip(&probability)
            .map(|(own, p)| value(own[0], mass) + p * ahead)
            .collect();
        // Each state earns most where the probability of state 1 has a price.
        let best = |price: f64, range: std::ops::Range<usize>| {
            range.max_by(|&a, &b| {
                let of = |i: usize| earned[i] + price * probability[i];
                of(a).total_cmp(&of(b))
            })
        };
        let chosen = |price: f64| {
            let states = [best(price, 0..first), best(price, first..curves.len())];
            states.map(|pair| pair.unwrap_or_default())
        };
        let reached = |pair: [usize; 2]| {
            (1.0 - mass) * probability[pair[0]] + mass * probability[pair[1]]
        };
        let (mut low, mut high) = (-MOST_PRICE, MOST_PRICE);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if reached(chosen(middle)) < target {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (below, above) = (chosen(low), chosen(high));
        let (from, to) = (reached(below), reached(above));
        let share = if to > from { ((target - from) / (to - from)).clamp(0.0, 1.0) } else { 1.0 };
        let mut row = vec![0.0; curves.len()];
        for state in [0, 1] {
            row[below[state]] += 1.0 - share;
            row[above[state]] += share;
        }
        let own = |state: usize| (1.0 - share) * probability[below[state]] + share * probability[above[state]];
        mass = (1.0 - mass) * own(0) + mass * own(1);
        play.push(row);
    }
    play
}
