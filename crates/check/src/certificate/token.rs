//! Words of a certificate line: numbers, arithmetic, and the rows of a policy.
//!
//! A policy line has a token per state: an action's position (`2`), positions with probabilities
//! (`0:1/3,2:2/3`), either followed by `*k` when k successive states share it.

use super::Arithmetic;
use crate::exact::{Rational, format_rational, parse_rational};
use crate::game::StagePolicy;
use std::fmt::Write as _;

/// Most fractional bits of rounded arithmetic that a checker follows: each operation of an induction
/// takes time quadratic in them.
pub const MOST_BITS: u32 = 1 << 12;
/// Most characters of a number: exact values have fewer, and fractions of a million digits would
/// take seconds for each operation.
const LONGEST_NUMBER: usize = 1 << 18;

pub(super) fn parse_number(word: &str) -> Result<Rational, String> {
    if word.len() > LONGEST_NUMBER {
        return Err(format!(
            "found a number of {} characters, expected at most {LONGEST_NUMBER}",
            word.len()
        ));
    }
    parse_rational(word).map_err(|error| error.to_string())
}

pub(super) fn parse_index(word: &str) -> Result<usize, String> {
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    digits
        .then(|| word.parse().ok())
        .flatten()
        .ok_or_else(|| format!("found `{}`, expected a position 0, 1, ...", short(word)))
}

pub(super) fn parse_arithmetic(word: &str) -> Result<Arithmetic, String> {
    if word == "exact" {
        return Ok(Arithmetic::Exact);
    }
    word.strip_prefix("rounded:")
        .and_then(|bits| parse_index(bits).ok())
        .and_then(|bits| u32::try_from(bits).ok())
        .filter(|&bits| bits <= MOST_BITS)
        .map(Arithmetic::Rounded)
        .ok_or_else(|| {
            format!(
                "found `{}`, expected `exact` or `rounded:BITS` with at most {MOST_BITS} bits",
                short(word)
            )
        })
}

pub(super) fn short(word: &str) -> String {
    if word.chars().count() > 40 {
        word.chars().take(37).chain("...".chars()).collect()
    } else {
        word.to_string()
    }
}

fn parse_choice(word: &str) -> Result<Vec<(u32, Rational)>, String> {
    word.split(',')
        .map(|entry| {
            let (action, probability) = entry
                .split_once(':')
                .ok_or_else(|| format!("found `{}`, expected ACTION:PROBABILITY", short(entry)))?;
            let action = u32::try_from(parse_index(action)?)
                .map_err(|_| format!("found action {action}"))?;
            Ok((action, parse_number(probability)?))
        })
        .collect()
}

/// Reads the tokens of one stage, which must describe exactly `states` states.
pub(super) fn parse_stage<'a>(
    words: impl Iterator<Item = &'a str>,
    states: usize,
) -> Result<StagePolicy, String> {
    let mut pure: Vec<u32> = Vec::new();
    let mut mixed: Option<Vec<Vec<(u32, Rational)>>> = None;
    let mut count = 0usize;
    for word in words {
        let (choice, repeat) = match word.split_once('*') {
            Some((choice, repeat)) => (choice, parse_index(repeat)?),
            None => (word, 1),
        };
        count = count
            .checked_add(repeat)
            .filter(|&c| c <= states)
            .ok_or_else(|| format!("found more than {states} states in a policy line"))?;
        if choice.contains(':') {
            let row = parse_choice(choice)?;
            let rows = mixed
                .get_or_insert_with(|| pure.iter().map(|&a| vec![(a, Rational::ONE)]).collect());
            rows.extend(std::iter::repeat_n(row, repeat));
        } else {
            let action = u32::try_from(parse_index(choice)?)
                .map_err(|_| format!("found action {choice}"))?;
            match &mut mixed {
                Some(rows) => {
                    rows.extend(std::iter::repeat_n(vec![(action, Rational::ONE)], repeat))
                }
                None => pure.extend(std::iter::repeat_n(action, repeat)),
            }
        }
    }
    if count != states {
        return Err(format!("found {count} states in a policy line, expected {states}"));
    }
    Ok(match mixed {
        Some(rows) => StagePolicy::Mixed(rows),
        None => StagePolicy::Pure(pure),
    })
}

/// The line of one stage, without its end.
pub(super) fn format_stage(stage: &StagePolicy) -> String {
    match stage {
        StagePolicy::Pure(actions) => run_lengths(actions, |action, line| {
            let _ = write!(line, "{action}");
        }),
        StagePolicy::Mixed(rows) => run_lengths(rows, |row, line| match row.as_slice() {
            [(action, probability)] if probability.is_one() => {
                let _ = write!(line, "{action}");
            }
            row => {
                for (index, (action, probability)) in row.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    let _ = write!(line, "{comma}{action}:{}", format_rational(probability));
                }
            }
        }),
    }
}

fn run_lengths<T: PartialEq>(items: &[T], format: impl Fn(&T, &mut String)) -> String {
    let mut line = String::new();
    for run in items.chunk_by(|a, b| a == b) {
        if !line.is_empty() {
            line.push(' ');
        }
        format(&run[0], &mut line);
        if run.len() > 1 {
            let _ = write!(line, "*{}", run.len());
        }
    }
    line
}
