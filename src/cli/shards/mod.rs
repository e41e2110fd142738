//! A sweep that several calls do, each a share of its points, and what they leave in a folder.
//!
//! | file | holds |
//! |---|---|
//! | `plan.json` | the question: game, points, selection, gap |
//! | `game.toml` or `game.json` | the game file, byte by byte |
//! | `point-00000.json` | the answer of `solve` at the first point |
//! | `point-00000.cert` | its certificate |
//!
//! Every file appears complete or not at all. A worker writes the certificate of a point before its
//! answer, so that an answer without a certificate is nobody's honest work.

mod examine;
mod plan;
#[cfg(feature = "solver")]
mod worker;

pub(super) use examine::{Source, examine};
pub(super) use plan::{Over, Plan, PlanError};
#[cfg(feature = "solver")]
pub(super) use worker::run;

use std::path::{Path, PathBuf};

/// The share of one call: the `index`-th of `count`, from 1.
#[cfg(feature = "solver")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    /// Which, from 1.
    pub(super) index: usize,
    /// Of how many.
    pub(super) count: usize,
}

#[cfg(feature = "solver")]
impl Shard {
    /// All points.
    pub(super) const WHOLE: Shard = Shard { index: 1, count: 1 };

    /// The positions of its points, of `points`: every `count`-th, because neighbours take about as
    /// long as each other.
    pub(super) fn positions(self, points: usize) -> impl Iterator<Item = usize> {
        (self.index - 1..points).step_by(self.count)
    }
}

/// Reads `I/N`.
#[cfg(feature = "solver")]
pub(super) fn parse_shard(text: &str) -> Result<Shard, String> {
    let expected = "expected I/N with 1 <= I <= N, such as 3/16";
    let (index, count) = text.split_once('/').ok_or(expected)?;
    let number = |word: &str| word.trim().parse::<usize>().map_err(|_| expected);
    let (index, count) = (number(index)?, number(count)?);
    if (1..=count).contains(&index) { Ok(Shard { index, count }) } else { Err(expected.into()) }
}

/// The file of the answer at a point.
pub(super) fn answer_file(folder: &Path, point: usize) -> PathBuf {
    folder.join(format!("point-{point:05}.json"))
}

/// The file of the certificate of a point.
pub(super) fn certificate_file(folder: &Path, point: usize) -> PathBuf {
    folder.join(format!("point-{point:05}.cert"))
}

#[cfg(all(test, feature = "solver"))]
mod tests {
    use super::*;

    #[test]
    fn shards_have_every_point_once() {
        for (count, points) in [(1, 5), (3, 10), (4, 3), (7, 0)] {
            let share = |index| Shard { index, count }.positions(points);
            let mut all: Vec<usize> = (1..=count).flat_map(share).collect();
            all.sort_unstable();
            assert_eq!(all, (0..points).collect::<Vec<_>>());
        }
    }

    #[test]
    fn words_for_shards() {
        assert_eq!(parse_shard("3/16"), Ok(Shard { index: 3, count: 16 }));
        for wrong in ["", "3", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b"] {
            assert!(parse_shard(wrong).is_err(), "{wrong}");
        }
    }
}
