//! Reading texts: lines, words, and the listing as `write.rs` prints it (docs/kernel.md).
//!
//! A line is read whole, up to [`MOST_LINE`] bytes, before any of its numbers is used. Whatever is
//! built from a line is as long as the line: no count in a text reserves memory.

use crate::error::Refusal;
use crate::listing::{
    Column, Columns, Decisions, Grid, Listing, Stage, Statistic, Successors, Transition,
};
use crate::number::{Integer, Natural, Rational, Scaled, parse, shortened};
use crate::polynomial::{Monomial, Polynomial, Variable};
use crate::work::{Meter, spend};
use sha2::{Digest, Sha256};
use std::io::{BufRead, Read};
use std::iter::Peekable;
use std::str::SplitAsciiWhitespace;
use std::sync::Arc;

/// Most bytes of a line.
pub const MOST_LINE: usize = 1 << 28;

/// Why a text was not accepted.
#[derive(Debug)]
pub enum Failure {
    /// It could not be read.
    Input(std::io::Error),
    /// A line was refused.
    Refused {
        /// Its number, counted from 1.
        line: usize,
        /// Its first word.
        word: String,
        /// Why.
        reason: Refusal,
    },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Input(error) => write!(f, "cannot be read: {error}"),
            Failure::Refused { line, word, reason } => write!(f, "line {line}, `{word}`: {reason}"),
        }
    }
}

impl std::error::Error for Failure {}

/// The lines of a text, one at a time, and the hash of what has been read.
pub(crate) struct Lines<R> {
    meter: Option<Meter>,
    source: R,
    number: usize,
    line: Vec<u8>,
    digest: Sha256,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(source: R) -> Self {
        Lines { meter: None, source, number: 0, line: Vec::new(), digest: Sha256::new() }
    }

    /// The same lines, whose work is counted.
    pub(crate) fn metered(source: R, entries: u64) -> Self {
        Lines { meter: Some(Meter::new(entries)), ..Self::new(source) }
    }

    /// Hands every line to `read`, which has to take all of its words.
    pub(crate) fn each(
        &mut self,
        mut read: impl FnMut(&mut Words) -> Result<(), Refusal>,
    ) -> Result<(), Failure> {
        loop {
            self.line.clear();
            self.number += 1;
            let mut limited = self.source.by_ref().take(MOST_LINE as u64 + 1);
            limited.read_until(b'\n', &mut self.line).map_err(Failure::Input)?;
            self.digest.update(&self.line);
            if let Some(meter) = &self.meter {
                meter.line(self.line.len());
            }
            if self.line.is_empty() {
                return Ok(());
            }
            let result = match (self.line.pop(), std::str::from_utf8(&self.line)) {
                (Some(b'\n'), Ok(line)) => {
                    let mut words = Words::new(line);
                    read(&mut words).and_then(|()| words.end()).and_then(|()| spend(0))
                }
                _ => Err(text("a line that is not UTF-8, has no end, or is too long")),
            };
            result.map_err(|reason| self.refused(reason))?;
        }
    }

    /// A refusal of the line that was read last.
    pub(crate) fn refused(&self, reason: Refusal) -> Failure {
        let line = String::from_utf8_lossy(&self.line[..self.line.len().min(80)]).into_owned();
        let word = shortened(line.split_ascii_whitespace().next().unwrap_or_default());
        Failure::Refused { line: self.number, word, reason }
    }
}

pub(crate) fn text(reason: impl Into<String>) -> Refusal {
    Refusal::Text(reason.into())
}

fn unknown(what: &str, word: &str) -> Refusal {
    text(format!("`{}` is no {what}", shortened(word)))
}

/// A natural number below 2^32, in decimal digits.
pub(crate) fn index(word: &str) -> Result<u32, Refusal> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| digits).ok_or_else(|| unknown("index", word))
}

/// Two indices with a comma between them.
pub(crate) fn pair(word: &str) -> Result<(u32, u32), Refusal> {
    let (first, second) = word.split_once(',').ok_or_else(|| unknown("pair of indices", word))?;
    Ok((index(first)?, index(second)?))
}

/// A variable such as `u0`, as `write::variable` prints it.
pub(crate) fn variable(word: &str) -> Result<Variable, Refusal> {
    if word == "l" {
        return Ok(Variable::Multiplier);
    }
    let (kind, number) = word.split_at_checked(1).ok_or_else(|| unknown("variable", word))?;
    let number = index(number)?;
    match kind {
        "u" => Ok(Variable::Parameter(number)),
        "x" => Ok(Variable::Statistic(number)),
        "f" => Ok(Variable::Form(number)),
        "a" => Ok(Variable::Share(number)),
        "c" => Ok(Variable::Choice(number)),
        _ => Err(unknown("variable", word)),
    }
}

/// A monomial such as `u0*x3^2`, as `write::monomial` prints it.
pub(crate) fn monomial(word: &str) -> Result<Monomial, Refusal> {
    if word == "1" {
        return Ok(Monomial::one());
    }
    let factor = |factor: &str| match factor.split_once('^') {
        None => Ok((variable(factor)?, 1)),
        Some((name, exponent)) => Ok((variable(name)?, index(exponent)?)),
    };
    Ok(Monomial::new(word.split('*').map(factor).collect::<Result<_, _>>()?))
}

/// A polynomial such as `1/2+-3*u0*x3^2`, as `write::polynomial` prints it.
pub(crate) fn polynomial(word: &str) -> Result<Polynomial, Refusal> {
    let mut sum = Polynomial::zero();
    for term in word.split('+') {
        match term.split_once('*') {
            None => sum.add_term(Monomial::one(), parse(term)?),
            Some((value, name)) => sum.add_term(monomial(name)?, parse(value)?),
        }
    }
    Ok(sum)
}

/// The words of a line.
pub(crate) struct Words<'a>(Peekable<SplitAsciiWhitespace<'a>>);

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str) -> Self {
        Words(line.split_ascii_whitespace().peekable())
    }

    pub(crate) fn next(&mut self) -> Result<&'a str, Refusal> {
        self.0.next().ok_or_else(|| text("the line ends too early"))
    }

    /// The next word, which stays.
    pub(crate) fn peek(&mut self) -> Option<&'a str> {
        self.0.peek().copied()
    }

    /// The next word if it is a number or begins like one.
    fn numeral(&mut self) -> Option<&'a str> {
        self.0.next_if(|word| word.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
    }

    /// Whether the next word is this one, which is taken then.
    pub(crate) fn takes(&mut self, word: &str) -> bool {
        self.0.next_if_eq(&word).is_some()
    }

    pub(crate) fn expect(&mut self, word: &str) -> Result<(), Refusal> {
        match self.takes(word) {
            true => Ok(()),
            false => Err(text(format!("`{word}` is missing"))),
        }
    }

    pub(crate) fn end(&mut self) -> Result<(), Refusal> {
        self.peek().map_or(Ok(()), |word| Err(text(format!("`{}` is too much", shortened(word)))))
    }

    pub(crate) fn index(&mut self) -> Result<u32, Refusal> {
        index(self.next()?)
    }

    pub(crate) fn number(&mut self) -> Result<Rational, Refusal> {
        parse(self.next()?)
    }

    /// All numbers that follow, read by `read`.
    pub(crate) fn all<T>(
        &mut self,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        std::iter::from_fn(|| self.numeral()).map(read).collect()
    }

    /// ` / `, a denominator and the numerators.
    fn scaled(&mut self) -> Result<Scaled, Refusal> {
        self.expect("/")?;
        let denominator: Natural = match self.number()?.into_parts() {
            (value, one) if one.is_one() && value > Integer::ZERO => value.into_parts().1,
            _ => return Err(text("a denominator is a positive integer")),
        };
        // Machine integers are read without a detour, until one number is longer.
        let (mut small, mut big) = (Vec::new(), Vec::new());
        while let Some(word) = self.numeral() {
            match word.parse::<i64>() {
                Ok(value) if big.is_empty() => small.push(value),
                _ => {
                    big.extend(small.drain(..).map(Integer::from));
                    match parse(word)?.into_parts() {
                        (value, one) if one.is_one() => big.push(value),
                        _ => return Err(unknown("integer", word)),
                    }
                }
            }
        }
        Ok(match u64::try_from(&denominator) {
            Ok(denominator) if big.is_empty() => Scaled::from_small(small, denominator),
            _ => {
                big.extend(small.into_iter().map(Integer::from));
                Scaled::from_integers(big, denominator)
            }
        })
    }

    /// `at`, the number of entries and these, where there is a support; then the coefficients.
    pub(crate) fn column(&mut self) -> Result<Column, Refusal> {
        let mut support = None;
        if self.takes("at") {
            let count = self.index()?;
            let entries = self.all(index)?;
            if entries.len() != count as usize {
                return Err(text("not as many entries as stated"));
            }
            support = Some(entries);
        }
        Ok(Column { support, coefficients: Arc::new(self.scaled()?) })
    }
}

/// Reads the text of a listing. It has to be the text that `write.rs` prints, byte by byte, which
/// is found by comparing hashes: so no line may be doubled, dropped or out of order, and the hash
/// of the file is the hash of the listing.
///
/// # Errors
/// [`Failure`] when the source cannot be read, or is something else.
pub fn read_listing(source: impl BufRead) -> Result<Listing, Failure> {
    let mut lines = Lines::new(source);
    let mut parts = Parts::default();
    lines.each(|words| parts.line(words))?;
    let written = parts.listing().map_err(|reason| lines.refused(reason))?;
    let read = crate::write::digest_text(std::mem::take(&mut lines.digest));
    if written.hash() != read {
        return Err(lines.refused(text("not the text that is written of this listing")));
    }
    Ok(written)
}

/// What has been read of a listing.
#[derive(Default)]
struct Parts {
    sizes: Vec<u32>,
    initial: Option<Scaled>,
    list: Vec<Vec<Rational>>,
    ends: Vec<(Rational, Rational)>,
    grids: Vec<Grid>,
    rows: Option<Vec<(bool, Polynomial)>>,
    statistics: Vec<Statistic>,
    stages: Vec<Stage>,
    payoff: Polynomial,
}

impl Parts {
    fn line(&mut self, words: &mut Words) -> Result<(), Refusal> {
        let word = words.next()?;
        match word {
            "smfg-listing" => words.expect("1")?,
            "sizes" => self.sizes = words.all(index)?,
            "initial" => self.initial = Some(words.scaled()?),
            "list" => drop(words.index()?),
            "decision" => self.list.push(words.all(parse)?),
            "polytope" => {
                words.index()?;
                self.rows = Some(Vec::new());
            }
            "parameter" => {
                self.ends.push((words.number()?, words.number()?));
                self.grids.push(match words.peek() {
                    None => Grid::Continuous,
                    Some(_) => Grid::Points { origin: words.number()?, step: words.number()? },
                });
            }
            "row" => {
                let equal = words.takes("=") || !words.takes(">");
                let row = (equal, polynomial(words.next()?)?);
                self.rows.get_or_insert_default().push(row);
            }
            "statistic" => {
                let statistic = Statistic { stage: words.index()?, weights: words.column()? };
                self.statistics.push(statistic);
            }
            "stage" => self.stages.push(Stage {
                first: Arc::new(starts(words)?),
                reward: Columns::new(),
                leader_reward: Columns::new(),
                transition: None,
            }),
            "payoff" => self.payoff = polynomial(words.next()?)?,
            "end" => {}
            _ => {
                let stage = self.stages.last_mut().ok_or_else(|| unknown("line", word))?;
                stage_line(stage, word, words)?;
            }
        }
        Ok(())
    }

    fn listing(self) -> Result<Listing, Refusal> {
        let &[states, parameters, _, _] = self.sizes.as_slice() else {
            return Err(text("four sizes are needed"));
        };
        let (ends, grids) = (self.ends, self.grids);
        let decisions = match self.rows {
            Some(rows) => Decisions::Polytope { ends, grids, rows },
            None => Decisions::List(self.list),
        };
        let initial = self.initial.ok_or_else(|| text("there is no initial law"))?;
        let (states, parameters) = (states as usize, parameters as usize);
        let (statistics, stages, payoff) = (self.statistics, self.stages, self.payoff);
        Listing::new(states, parameters, initial, decisions, statistics, stages, payoff)
    }
}

/// 0, then the numbers of the line: where the entries of each element begin.
fn starts(words: &mut Words) -> Result<Vec<u32>, Refusal> {
    let mut first = vec![0];
    first.extend(words.all(index)?);
    Ok(first)
}

/// A line about a stage.
fn stage_line(stage: &mut Stage, word: &str, words: &mut Words) -> Result<(), Refusal> {
    if word == "successors" {
        let successors = Successors { first: starts(words)?, state: Vec::new() };
        let successors = Arc::new(successors);
        stage.transition = Some(Transition { successors, probability: Columns::new() });
        return Ok(());
    }
    let mut transition = stage.transition.as_mut();
    if let ("to", Some(transition)) = (word, &mut transition) {
        let first = transition.successors.first.clone();
        transition.successors = Arc::new(Successors { first, state: words.all(index)? });
        return Ok(());
    }
    let columns = match (word, transition) {
        ("reward", _) => &mut stage.reward,
        ("leader", _) => &mut stage.leader_reward,
        ("probability", Some(transition)) => &mut transition.probability,
        _ => return Err(unknown("line", word)),
    };
    columns.push((monomial(words.next()?)?, Arc::new(words.column()?)));
    Ok(())
}
