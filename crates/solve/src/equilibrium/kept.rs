//! The state of a search as words of text, for a later call that goes on with it.
//!
//! Numbers of binary64 are spelled by their bits and exact numbers as fractions, so that a state is
//! read as it was written, on every machine. Nothing that is read is believed: positions are
//! compared with what they point into, equilibria are computed again in exact numbers, and what a
//! search shows in the end is checked as always; where the checker refuses it, the search begins
//! again.

use super::{Proof, Proved};
use crate::certificate::{
    AffineForm, Claim, DeviationTerm, Ends, LiftedMultipliers, LiftedStep, Multipliers, PairAt,
    Pattern, Reader, Scope, Selection, Step, write_certificate,
};
use crate::exact::{Rational, format_rational, parse_rational};
use crate::game::{Policy, StagePolicy};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::SplitAsciiWhitespace;

/// Stands for the end of a line in texts of several lines.
const END_OF_LINE: &str = ";";
/// Largest position or count that is read.
const MOST_COUNT: usize = 1 << 40;
/// Longest spelling of a fraction that is read.
const MOST_DIGITS: usize = 1 << 20;

/// Words that are still to be read.
#[derive(Debug)]
pub struct Words<'a> {
    words: SplitAsciiWhitespace<'a>,
}

impl<'a> Words<'a> {
    /// The words of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Words { words: text.split_ascii_whitespace() }
    }

    /// The next word.
    pub fn word(&mut self) -> Option<&'a str> {
        self.words.next()
    }

    /// Whether the next word is this one.
    pub fn is(&mut self, word: &str) -> bool {
        self.word() == Some(word)
    }
}

/// What is spelled in words and read from them.
pub trait Kept: Sized {
    /// Appends the words.
    fn put(&self, out: &mut String);
    /// Reads what [`put`](Self::put) wrote; `None` when the words mean something else.
    fn take(words: &mut Words<'_>) -> Option<Self>;
}

/// Appends one word.
pub fn put_word(out: &mut String, word: impl std::fmt::Display) {
    // Writing to a text has no errors.
    let _ = write!(out, "{word} ");
}

/// Spells a structure field by field.
macro_rules! kept {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl $crate::equilibrium::kept::Kept for $type {
            fn put(&self, out: &mut String) {
                $($crate::equilibrium::kept::Kept::put(&self.$field, out);)*
            }
            fn take(words: &mut $crate::equilibrium::kept::Words<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::equilibrium::kept::Kept::take(words)?),* })
            }
        }
    };
}
pub(crate) use kept;

macro_rules! spelled {
    ($($type:ty),*) => {$(
        impl Kept for $type {
            fn put(&self, out: &mut String) {
                put_word(out, self);
            }
            fn take(words: &mut Words<'_>) -> Option<Self> {
                words.word()?.parse().ok()
            }
        }
    )*};
}
spelled!(u64, u32, i64, i32);

impl Kept for usize {
    fn put(&self, out: &mut String) {
        put_word(out, self);
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        // Positions and counts that no memory holds would overflow where they are added to.
        words.word()?.parse().ok().filter(|&count| count <= MOST_COUNT)
    }
}

impl Kept for bool {
    fn put(&self, out: &mut String) {
        put_word(out, u8::from(*self));
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        match words.word()? {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        }
    }
}

impl Kept for f64 {
    fn put(&self, out: &mut String) {
        put_word(out, format_args!("{:x}", self.to_bits()));
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        let value = f64::from_bits(u64::from_str_radix(words.word()?, 16).ok()?);
        // No search has numbers that are none.
        (!value.is_nan()).then_some(value)
    }
}

impl Kept for Rational {
    fn put(&self, out: &mut String) {
        put_word(out, format_rational(self));
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        let word = words.word().filter(|word| word.len() <= MOST_DIGITS)?;
        parse_rational(word).ok()
    }
}

impl<T: Kept> Kept for Option<T> {
    fn put(&self, out: &mut String) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        if bool::take(words)? { Some(Some(T::take(words)?)) } else { Some(None) }
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn put(&self, out: &mut String) {
        self.len().put(out);
        self.iter().for_each(|entry| entry.put(out));
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        // A stated length allocates nothing: every entry has a word of its own.
        let length = usize::take(words)?;
        let mut entries = Vec::new();
        for _ in 0..length {
            entries.push(T::take(words)?);
        }
        Some(entries)
    }
}

impl<T: Kept + Ord> Kept for BTreeSet<T> {
    fn put(&self, out: &mut String) {
        self.len().put(out);
        self.iter().for_each(|entry| entry.put(out));
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(Vec::take(words)?.into_iter().collect())
    }
}

macro_rules! tuples {
    ($(($($name:ident: $position:tt),*)),*) => {$(
        impl<$($name: Kept),*> Kept for ($($name,)*) {
            fn put(&self, out: &mut String) {
                $(self.$position.put(out);)*
            }
            fn take(words: &mut Words<'_>) -> Option<Self> {
                Some(($($name::take(words)?,)*))
            }
        }
    )*};
}
tuples!((A: 0, B: 1), (A: 0, B: 1, C: 2), (A: 0, B: 1, C: 2, D: 3));

impl Kept for StagePolicy {
    fn put(&self, out: &mut String) {
        match self {
            StagePolicy::Pure(actions) => {
                put_word(out, "pure");
                actions.put(out);
            }
            StagePolicy::Mixed(rows) => {
                put_word(out, "mixed");
                rows.put(out);
            }
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        match words.word()? {
            "pure" => Some(StagePolicy::Pure(Kept::take(words)?)),
            "mixed" => Some(StagePolicy::Mixed(Kept::take(words)?)),
            _ => None,
        }
    }
}

kept!(Policy { stages });
kept!(PairAt { stage, state, action });
kept!(Multipliers { objective, losses });
kept!(Pattern { pairs, vertices, ranges });
kept!(AffineForm { constant, linear });
kept!(DeviationTerm { policy, weight, reference });
kept!(LiftedMultipliers { objective, deviations, links, flow, products });
kept!(Ends { statistic, low, high });

/// What narrows a box; the other steps of a tree are no part of a state.
impl Kept for LiftedStep {
    fn put(&self, out: &mut String) {
        match self {
            LiftedStep::Tighten { statistic, upper, bound, multipliers } => {
                put_word(out, "tighten");
                (*statistic, *upper, *bound).put(out);
                multipliers.put(out);
            }
            LiftedStep::Confine(ends) => {
                put_word(out, "confine");
                ends.put(out);
            }
            _ => put_word(out, "narrow"),
        }
    }
    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match words.word()? {
            "tighten" => LiftedStep::Tighten {
                statistic: Kept::take(words)?,
                upper: Kept::take(words)?,
                bound: Kept::take(words)?,
                multipliers: Kept::take(words)?,
            },
            "confine" => LiftedStep::Confine(Kept::take(words)?),
            "narrow" => LiftedStep::Narrow,
            _ => return None,
        })
    }
}

/// Appends a text of one or more lines of plain words.
pub fn put_lines(out: &mut String, text: &str) {
    let words = || text.lines().map(|line| line.split_ascii_whitespace().count() + 1).sum();
    let count: usize = words();
    count.put(out);
    for line in text.lines() {
        line.split_ascii_whitespace().for_each(|word| put_word(out, word));
        put_word(out, END_OF_LINE);
    }
}

/// Reads what [`put_lines`] wrote.
pub fn take_lines(words: &mut Words<'_>) -> Option<String> {
    let mut text = String::new();
    let mut first = true;
    for _ in 0..usize::take(words)? {
        match words.word()? {
            END_OF_LINE => {
                text.push('\n');
                first = true;
            }
            word => {
                if !std::mem::take(&mut first) {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
    Some(text)
}

/// Appends the steps of a proof, as a certificate spells them.
pub fn put_steps(out: &mut String, steps: &[Step]) {
    let claim = Claim {
        game_hash: "0".repeat(64),
        epsilon: Rational::ZERO,
        selection: Selection::Pessimistic,
        scope: Scope::All,
        of: None,
        lower: Rational::ZERO,
        upper: Rational::ZERO,
    };
    let text = write_certificate(Vec::new(), &claim, steps).unwrap_or_default();
    put_lines(out, &String::from_utf8(text).unwrap_or_default());
}

/// Reads what [`put_steps`] wrote, of a game with so many stages and states.
pub fn take_steps(words: &mut Words<'_>, shape: (usize, usize)) -> Option<Vec<Step>> {
    let text = take_lines(words)?;
    steps_of(text.as_bytes(), shape)
}

/// The steps of a certificate.
pub fn steps_of(certificate: &[u8], (stages, states): (usize, usize)) -> Option<Vec<Step>> {
    let (mut reader, _) = Reader::start(certificate, stages, states).ok()?;
    let mut steps = Vec::new();
    while let Some(step) = reader.step().ok()? {
        steps.push(step);
    }
    Some(steps)
}

/// Appends bound and witness.
pub fn put_proved(out: &mut String, proved: &Proved) {
    for proof in [&proved.bound, &proved.witness] {
        proof.value.put(out);
        put_steps(out, &proof.steps);
    }
}

/// Reads what [`put_proved`] wrote, of a game with so many stages and states.
pub fn take_proved(words: &mut Words<'_>, shape: (usize, usize)) -> Option<Proved> {
    let mut proof = || {
        let (value, steps) = (Rational::take(words)?, take_steps(words, shape)?);
        (!steps.is_empty()).then_some(Proof { value, steps })
    };
    Some(Proved { bound: proof()?, witness: proof()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    fn again<T: Kept>(value: &T) -> Option<T> {
        let mut text = String::new();
        value.put(&mut text);
        let mut words = Words::new(&text);
        T::take(&mut words).filter(|_| words.word().is_none())
    }

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for value in [0.0, -0.0, 0.1, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -1e300] {
            assert_eq!(again(&value).map(f64::to_bits), Some(value.to_bits()));
        }
        assert_eq!(again(&ratio(-22, 7)), Some(ratio(-22, 7)));
        let nested = vec![(1usize, Some(vec![true])), (2, None)];
        assert_eq!(again(&nested), Some(nested));
    }

    #[test]
    fn other_words_mean_nothing() {
        for text in ["", "3 1 2", "99999999999999999999 1", "-1", "x"] {
            assert_eq!(Vec::<usize>::take(&mut Words::new(text)), None, "{text}");
        }
        assert_eq!(f64::take(&mut Words::new("7ff8000000000000")), None);
        // A great length is no reason to reserve memory.
        assert_eq!(Vec::<f64>::take(&mut Words::new("18446744073709551615 0")), None);
    }

    #[test]
    fn steps_are_those_of_certificates() {
        let steps = vec![
            Step::RangeBound { value: ratio(1, 3) },
            Step::RangeWitness { value: ratio(5, 1) },
        ];
        let mut text = String::new();
        put_steps(&mut text, &steps);
        assert_eq!(take_steps(&mut Words::new(&text), (1, 1)), Some(steps));
    }
}
