//! From the cells of a tube to a policy near a path through them, in binary64.

use crate::equilibrium::lifted::Play;
use smfg_kernel::{Cell, Round, Tables};
use std::collections::BTreeMap;

/// What the numbers of tables are over.
const UNIT: f64 = (1u64 << 44) as f64;
/// Halvings of the price of the mass that follows.
const HALVINGS: usize = 60;
/// Which columns paths end in, in the order of what these pay.
const RANKS: [usize; 4] = [0, 1, 2, 4];
/// Largest price.
const MOST_PRICE: f64 = 1e6;

/// Paths of cells through all stages: from those of the last one that pay the leader least, or pay
/// her a little more; `mixed` where several stages pay.
pub(super) fn paths(tables: &Tables, stages: usize, mixed: bool) -> Vec<Vec<(i64, i64)>> {
    let Ok(last) = tables.cells(stages - 1) else { return Vec::new() };
    let worth = |cell: &Cell| match mixed {
        true => i128::from(cell.mixed) + i128::from(cell.due),
        false => i128::from(cell.spent.saturating_add(cell.needed)),
    };
    // The best cell of each column.
    let mut ends: BTreeMap<i64, Cell> = BTreeMap::new();
    for cell in last {
        let known = ends.entry(cell.column).or_insert(cell);
        if worth(&cell) < worth(known) {
            *known = cell;
        }
    }
    let mut ends: Vec<Cell> = ends.into_values().collect();
    ends.sort_by_key(|cell| if mixed { worth(cell) } else { cell.payoff });
    RANKS.iter().filter_map(|rank| path(tables, stages, ends.get(*rank)?)).collect()
}

/// The path to a cell of the last stage that spends the least.
fn path(tables: &Tables, stages: usize, end: &Cell) -> Option<Vec<(i64, i64)>> {
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

/// What a policy is made of at one stage, for a mass of state 1.
struct Stage {
    /// Pairs of state 0 come first.
    first: usize,
    reward: Vec<f64>,
    probability: Vec<f64>,
    mass: f64,
}

impl Stage {
    /// The pairs that both states play who gain `ahead` in state 1, and `price` besides.
    fn best(&self, ahead: f64) -> [usize; 2] {
        let earned = |i: usize| self.reward[i] + ahead * self.probability[i];
        let of = |range: std::ops::Range<usize>| {
            range.max_by(|&a, &b| earned(a).total_cmp(&earned(b))).unwrap_or_default()
        };
        [of(0..self.first), of(self.first..self.reward.len())]
    }

    /// The mass that follows.
    fn reached(&self, pairs: [usize; 2]) -> f64 {
        (1.0 - self.mass) * self.probability[pairs[0]] + self.mass * self.probability[pairs[1]]
    }

    /// Two choices of pairs and the share of the second: best where the values of the next stage
    /// are between `ahead`, if that leads into `target`; else as near to that as leads to its end.
    fn choice(&self, ahead: (f64, f64), target: (f64, f64)) -> ([usize; 2], [usize; 2], f64) {
        let (mut below, mut above) = (self.best(ahead.0), self.best(ahead.1));
        let (mut from, mut to) = (self.reached(below), self.reached(above));
        if from > to {
            (below, above, from, to) = (above, below, to, from);
        }
        let aimed = (0.5 * (target.0 + target.1)).clamp(from, to).clamp(target.0, target.1);
        if aimed < from || aimed > to {
            let middle = 0.5 * (ahead.0 + ahead.1);
            let (mut low, mut high) = (middle - MOST_PRICE, middle + MOST_PRICE);
            for _ in 0..HALVINGS {
                let half = 0.5 * (low + high);
                if self.reached(self.best(half)) < aimed {
                    low = half;
                } else {
                    high = half;
                }
            }
            (below, above) = (self.best(low), self.best(high));
            (from, to) = (self.reached(below), self.reached(above));
        }
        let share = if to > from { ((aimed - from) / (to - from)).clamp(0.0, 1.0) } else { 1.0 };
        (below, above, share)
    }
}

/// A policy whose masses follow the cells of a path at the least regret that the values of the path
/// tell of. `first` says per stage how many pairs state 0 has.
pub(super) fn play(
    tables: &Tables,
    round: &Round,
    (path, first): (&[(i64, i64)], &[usize]),
    mut mass: f64,
) -> Play {
    let ends = |index: i64, level: u32| {
        let width = 0.5f64.powi(level as i32);
        (index as f64 * width, (index as f64 + 1.0) * width)
    };
    let mut play = Play::new();
    for (t, &first) in first.iter().enumerate() {
        let curves: Vec<[&[i64]; 3]> = tables.curves(t).collect();
        let numbers = |kind: usize| curves.iter().map(|own| value(own[kind], mass)).collect();
        let stage = Stage { first, reward: numbers(0), probability: numbers(1), mass };
        let next = path.get(t + 1).zip(round.levels.get(t + 1));
        let (target, ahead) = next.map_or(((0.0, 1.0), (0.0, 0.0)), |(cell, level)| {
            (ends(cell.0, level.0), ends(cell.1, level.1))
        });
        let (below, above, share) = stage.choice(ahead, target);
        let mut row = vec![0.0; curves.len()];
        for state in [0, 1] {
            row[below[state]] += 1.0 - share;
            row[above[state]] += share;
        }
        mass = (1.0 - share) * stage.reached(below) + share * stage.reached(above);
        play.push(row);
    }
    play
}
