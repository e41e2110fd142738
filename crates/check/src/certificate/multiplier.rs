//! Steps of a tree over decisions, multipliers and best responses, statement (A) of
//! docs/certificate.md.
//!
//! Numbers of a tree are integers over `2^BITS`, the fixed point of its arithmetic.

use super::token::{parse_index, short};
use std::fmt::Write as _;

/// An amount attached to a position, over `2^BITS`.
pub type Amount = (usize, i64);

/// One step of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MultiplierStep {
    /// Opens the tree, with this many fractional bits; all decisions and all multipliers are in the
    /// first region.
    Open(u32),
    /// Two parts: multipliers at most, and at least, this one.
    Split(i64),
    /// A part per action that can be optimal at a stage in a state, where it is optimal.
    Action(usize, usize),
    /// Two parts: a free parameter at most, and at least, this value.
    Coordinate(usize, i64),
    /// Closes a region: a rule of the followers, and multipliers of the facts of the region at
    /// either end of the multipliers.
    Leaf {
        /// Probability per pair that is played against the best response; the rest of a state plays
        /// the best response from there on.
        rule: Vec<Amount>,
        /// Multipliers at the least and at the greatest multiplier, by the number of the fact.
        facts: [Vec<Amount>; 2],
    },
}

impl MultiplierStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            MultiplierStep::Open(_) => "multiplier-tree",
            MultiplierStep::Split(_) => "multiplier-split",
            MultiplierStep::Action(..) => "multiplier-action",
            MultiplierStep::Coordinate(..) => "multiplier-coordinate",
            MultiplierStep::Leaf { .. } => "multiplier-leaf",
        }
    }

    /// The line of the step without its end.
    pub(super) fn line(&self) -> String {
        let rule = self.rule();
        match self {
            MultiplierStep::Open(bits) => format!("{rule} {bits}"),
            MultiplierStep::Split(at) => format!("{rule} {at}"),
            MultiplierStep::Action(stage, state) => format!("{rule} {stage} {state}"),
            MultiplierStep::Coordinate(index, at) => format!("{rule} {index} {at}"),
            MultiplierStep::Leaf { rule: played, facts: [low, high] } => {
                format!("{rule} {} {} {}", list(played), list(low), list(high))
            }
        }
    }

    /// The step of a line whose first word is `rule`; `None` when it is no step of such a tree.
    pub(super) fn parse(rule: &str, rest: &[&str]) -> Option<Result<MultiplierStep, String>> {
        Some(match (rule, rest) {
            ("multiplier-tree", [bits]) => parse_index(bits)
                .and_then(|bits| u32::try_from(bits).map_err(|_| format!("found {bits} bits")))
                .map(MultiplierStep::Open),
            ("multiplier-split", [at]) => parse_amount(at).map(MultiplierStep::Split),
            ("multiplier-action", [stage, state]) => parse_index(stage)
                .and_then(|stage| Ok(MultiplierStep::Action(stage, parse_index(state)?))),
            ("multiplier-coordinate", [index, at]) => parse_index(index)
                .and_then(|index| Ok(MultiplierStep::Coordinate(index, parse_amount(at)?))),
            ("multiplier-leaf", [played, low, high]) => parse_list(played).and_then(|rule| {
                Ok(MultiplierStep::Leaf { rule, facts: [parse_list(low)?, parse_list(high)?] })
            }),
            _ => return None,
        })
    }
}

/// `3:17,7:-2`, or `-` when there is nothing.
fn list(entries: &[Amount]) -> String {
    let mut text = String::new();
    for (index, amount) in entries {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{index}:{amount}");
    }
    if text.is_empty() { "-".into() } else { text }
}

fn parse_list(word: &str) -> Result<Vec<Amount>, String> {
    if word == "-" {
        return Ok(Vec::new());
    }
    let entry = |entry: &str| {
        let (index, amount) = entry
            .split_once(':')
            .ok_or_else(|| format!("found `{}`, expected POSITION:INTEGER", short(entry)))?;
        Ok((parse_index(index)?, parse_amount(amount)?))
    };
    word.split(',').map(entry).collect()
}

fn parse_amount(word: &str) -> Result<i64, String> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| word.parse().ok())
        .flatten()
        .ok_or_else(|| format!("found `{}`, expected an integer of 64 bits", short(word)))
}
