//! The family `grid`: congestion in every place of a grid, at every stage.

use super::json::write_list;
use super::mdp::MOST_ENTRIES;
use super::words::Words;
use crate::exact::{Rational, ratio};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// Rewards are multiples of one over this: fine enough that two ways round a block hardly ever earn
/// the same, which would leave a continuum of equilibria.
const REWARD_DENOMINATOR: u32 = 1 << 20;
/// Largest numerator of a follower's reward, a fifth, and of the leader's, one.
const LARGEST_FOLLOWER: u32 = REWARD_DENOMINATOR / 5;
const LARGEST_LEADER: u32 = REWARD_DENOMINATOR;
/// Tables of the random numbers.
const FOLLOWER: u64 = 1;
const LEADER: u64 = 3;
/// Names of the actions, and where they go, in rows and columns.
const MOVES: [(&str, isize, isize); 5] =
    [("stay", 0, 0), ("right", 0, 1), ("left", 0, -1), ("down", 1, 0), ("up", -1, 0)];

/// Sizes, data and seed of an instance of the family `grid`.
///
/// ```
/// use smfg_game::exact::ratio;
/// use smfg_game::generate::{GridFamily, GridParameters};
/// let parameters = GridParameters {
///     rows: 2, columns: 3, stages: 4, congestion: ratio(1, 1), slip: ratio(1, 10), seed: 7,
/// };
/// assert_eq!(GridFamily::new(parameters)?.name(), "grid-2x3x4-7");
/// # Ok::<(), smfg_game::generate::GridError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridParameters {
    /// Rows of places.
    pub rows: usize,
    /// Columns of places.
    pub columns: usize,
    /// Stages.
    pub stages: usize,
    /// What a follower loses per mass in her place, at least 0.
    pub congestion: Rational,
    /// Probability that the move is a random one, from 0 to 1.
    pub slip: Rational,
    /// Seed.
    pub seed: u64,
}

/// Why there is no grid with given parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// A size is zero.
    #[error("the number of {parameter} is 0, expected at least 1")]
    Zero {
        /// The parameter.
        parameter: &'static str,
    },
    /// A number is out of its range.
    #[error("{parameter} {value}, expected {expected}")]
    Range {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: Rational,
        /// What was expected.
        expected: &'static str,
    },
    /// More pairs than an instance may have.
    #[error("rows * columns * stages is above {most}, the most that a grid may have")]
    TooLarge {
        /// The most places times stages.
        most: u64,
    },
}

/// A crowd on a grid (class C1, monotone): every place at every stage is a statistic.
///
/// Places are `s0`, `s1`, ..., row by row; the initial law is uniform. A follower stays or moves to
/// one of four neighbours; beyond the edge she stays. With the probability `slip` one of the five
/// moves, each equally likely, takes the place of hers. She earns
///
/// ```text
/// k(stage, place, action) / 2^20 - congestion * mu[place],    k in -209715..=209715,
/// ```
///
/// and the leader `k / 2^20` with k in `-2^20..=2^20`, k uniform.
///
/// The random numbers are the words of ChaCha8, as in [`MdpFamily`](super::MdpFamily): stream
/// number `table * 2^32 + stage` with tables 1 for followers and 3 for the leader, pairs in the
/// order `[state][action]`; a word w gives `floor(w (2 m + 1) / 2^32) - m` in `-m..=m`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridFamily {
    parameters: GridParameters,
}

impl GridFamily {
    /// The instance with these parameters.
    ///
    /// # Errors
    /// [`GridError`] names the parameter and what was expected.
    pub fn new(parameters: GridParameters) -> Result<Self, GridError> {
        let GridParameters { rows, columns, stages, congestion, slip, .. } = &parameters;
        let sizes = [("rows", rows), ("columns", columns), ("stages", stages)];
        if let Some((parameter, _)) = sizes.iter().find(|(_, size)| **size == 0) {
            return Err(GridError::Zero { parameter });
        }
        let range = |parameter, value: &Rational, expected| {
            Err(GridError::Range { parameter, value: value.clone(), expected })
        };
        if *congestion < Rational::ZERO {
            return range("congestion", congestion, "at least 0");
        }
        if *slip < Rational::ZERO || *slip > Rational::ONE {
            return range("slip", slip, "a probability");
        }
        let most = MOST_ENTRIES / (MOVES.len() * MOVES.len()) as u64;
        let places = sizes.iter().fold(1u64, |n, (_, size)| n.saturating_mul(**size as u64));
        if places > most {
            return Err(GridError::TooLarge { most });
        }
        Ok(GridFamily { parameters })
    }

    /// Name of the game: family, sizes and seed.
    #[must_use]
    pub fn name(&self) -> String {
        let GridParameters { rows, columns, stages, seed, .. } = &self.parameters;
        format!("grid-{rows}x{columns}x{stages}-{seed}")
    }

    fn places(&self) -> usize {
        self.parameters.rows * self.parameters.columns
    }

    /// Where a move from a place ends.
    fn target(&self, place: usize, (_, down, right): (&str, isize, isize)) -> usize {
        let GridParameters { rows, columns, .. } = self.parameters;
        let row = (place / columns).checked_add_signed(down).filter(|row| *row < rows);
        let column = (place % columns).checked_add_signed(right).filter(|c| *c < columns);
        row.zip(column).map_or(place, |(row, column)| row * columns + column)
    }

    /// The law of the next place, by place.
    fn law(&self, place: usize, action: usize) -> BTreeMap<usize, Rational> {
        let slip = &self.parameters.slip;
        let mut law = BTreeMap::new();
        let random = slip * ratio(1, MOVES.len() as u64);
        for (index, step) in MOVES.into_iter().enumerate() {
            let meant = if index == action { Rational::ONE - slip } else { Rational::ZERO };
            *law.entry(self.target(place, step)).or_insert(Rational::ZERO) += meant + &random;
        }
        law.retain(|_, share| !share.is_zero());
        law
    }

    /// Writes the game as a JSON game file (`smfg-game/1`).
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        let GridParameters { rows, columns, stages, congestion, slip, seed } = &self.parameters;
        writeln!(out, "{{\n\"format\": \"smfg-game/1\",\n\"name\": \"{}\",", self.name())?;
        writeln!(
            out,
            "\"description\": \"{rows} x {columns} places; congestion {congestion}, slip {slip}, \
             seed {seed}.\","
        )?;
        write!(out, "\"stages\": {stages},\n\"states\": ")?;
        write_list(&mut out, ('[', ']'), 0..self.places(), |out, s| write!(out, "\"s{s}\""))?;
        write!(out, ",\n\"actions\": ")?;
        write_list(&mut out, ('[', ']'), MOVES.into_iter(), |out, (name, ..)| {
            write!(out, "\"{name}\"")
        })?;
        write!(out, ",\n\"initial\": ")?;
        write_list(&mut out, ('{', '}'), 0..self.places(), |out, s| {
            write!(out, "\"s{s}\": \"1/{}\"", self.places())
        })?;
        self.write_rules(&mut out)?;
        write!(out, ",\n\"tables\": {{\n\"reward\": ")?;
        self.write_rewards(&mut out, FOLLOWER, LARGEST_FOLLOWER)?;
        write!(out, ",\n\"leader_reward\": ")?;
        self.write_rewards(&mut out, LEADER, LARGEST_LEADER)?;
        writeln!(out, "\n}}\n}}")?;
        out.flush()
    }

    /// Congestion, and where moves end.
    fn write_rules(&self, out: &mut impl Write) -> io::Result<()> {
        let congestion = &self.parameters.congestion;
        write!(out, ",\n\"reward\": ")?;
        write_list(out, ('[', ']'), 0..self.places(), |out, s| {
            write!(out, "\n{{\"state\": \"s{s}\", \"value\": \"-({congestion}) * mu[s{s}]\"}}")
        })?;
        if self.parameters.stages == 1 {
            return Ok(());
        }
        write!(out, ",\n\"transition\": ")?;
        let pairs = (0..self.places())
            .flat_map(|place| (0..MOVES.len()).map(move |action| (place, action)));
        write_list(out, ('[', ']'), pairs, |out, (place, action)| {
            let (name, ..) = MOVES[action];
            write!(out, "\n{{\"state\": \"s{place}\", \"action\": \"{name}\", \"to\": ")?;
            write_list(
                out,
                ('{', '}'),
                self.law(place, action).into_iter(),
                |out, (next, share)| write!(out, "\"s{next}\": \"{share}\""),
            )?;
            write!(out, "}}")
        })
    }

    /// A dense table of rewards, `[stage][state][action]`.
    fn write_rewards(&self, out: &mut impl Write, table: u64, largest: u32) -> io::Result<()> {
        let GridParameters { stages, seed, .. } = self.parameters;
        write!(out, "[{{\"denominator\": {REWARD_DENOMINATOR}, \"dense\": ")?;
        write_list(out, ('[', ']'), 0..stages, |out, stage| {
            let mut words = Words::new(seed, (table << 32) + stage as u64);
            write_list(out, ('[', ']'), 0..self.places(), |out, _| {
                write_list(out, ('[', ']'), MOVES.into_iter(), |out, _| {
                    write!(out, "{}", words.symmetric(largest))
                })
            })
        })?;
        write!(out, "}}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: usize, columns: usize, slip: Rational) -> GridFamily {
        let (congestion, seed) = (ratio(1, 1), 1);
        GridFamily::new(GridParameters { rows, columns, stages: 2, congestion, slip, seed })
            .expect("a grid")
    }

    /// By hand: from the corner of a grid of two by two, two of the five moves leave it.
    #[test]
    fn laws() {
        let family = grid(2, 2, ratio(1, 10));
        let stay = BTreeMap::from([(0, ratio(48, 50)), (1, ratio(1, 50)), (2, ratio(1, 50))]);
        assert_eq!(family.law(0, 0), stay);
        let right = BTreeMap::from([(0, ratio(3, 50)), (1, ratio(46, 50)), (2, ratio(1, 50))]);
        assert_eq!(family.law(0, 1), right);
        assert_eq!(grid(1, 2, Rational::ZERO).law(0, 1), BTreeMap::from([(1, Rational::ONE)]));
    }

    #[test]
    fn the_file_is_a_game() {
        let mut text = Vec::new();
        grid(2, 3, ratio(1, 10)).write_json(&mut text).expect("memory takes everything");
        let text = String::from_utf8(text).expect("ASCII");
        let game = crate::game::Game::parse_json(&text).expect("a game");
        assert_eq!(game.pairs(), 2 * 6 * 5);
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let rewards = json["tables"]["reward"][0]["dense"].to_string();
        // The stream of the followers' first stage: table 1, stage 0.
        let mut words = Words::new(1, 1 << 32);
        let first = words.symmetric(LARGEST_FOLLOWER);
        assert!(rewards.starts_with(&format!("[[[{first},")), "{rewards}");
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let wrong = |rows, congestion, slip| {
            let parameters =
                GridParameters { rows, columns: 1, stages: 1, congestion, slip, seed: 0 };
            GridFamily::new(parameters).expect_err("no grid").to_string()
        };
        let (zero, one) = (Rational::ZERO, Rational::ONE);
        assert!(wrong(0, one.clone(), zero.clone()).contains("rows is 0"));
        assert!(wrong(1, -one.clone(), zero.clone()).contains("congestion -1"));
        assert!(wrong(1, one.clone(), ratio(3, 2)).contains("slip 3/2"));
        assert!(wrong(usize::MAX, one, zero).contains("above"));
    }
}
