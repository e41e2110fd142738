//! Reading certificates, step by step: no more than one step is in memory.

use super::conclusion::parse_conclusion;
use super::curve::{CurvePoint, MOST_POINTS, parse_point};
use super::drift::{parse_bound, parse_errors};
use super::existence::{ExistenceStep, parse_existence};
use super::lifted::{Block, parse_block_line, parse_head};
use super::monotone::{MonotoneHead, MonotoneStep, parse_monotone};
use super::token::{parse_arithmetic, parse_index, parse_number, parse_stage, short};
use super::tube::parse_tube;
use super::{
    Arithmetic, BUNDLE, CONCLUSION, Claim, ConclusionClaim, CoverStep, DRIFT, DriftClaim,
    LiftedStep, MultiplierStep, Part, Scope, Selection, StatedError, Step, SupportStep, TreeStep,
    VERSION,
};
use crate::exact::Rational;
use crate::game::{Policy, StagePolicy};
use std::io::{BufRead, Read};

/// Name of the format of a certificate.
const CERTIFICATE: &str = "smfg-certificate";
/// Longest accepted line. The longest honest lines are policies, a few characters per state.
const LONGEST_LINE: u64 = 1 << 28;
/// Most policies in one witness.
const MOST_PARTS: usize = 4096;
/// Most constants that a certificate changes.
const MOST_CHANGES: usize = 64;

/// Why a text is not a certificate.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text could not be read.
    #[error("line {line}: {source}")]
    Io {
        /// Line number from 1.
        line: usize,
        /// The cause.
        source: std::io::Error,
    },
    /// A line is not what the grammar expects.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line number from 1.
        line: usize,
        /// What was found and expected.
        message: String,
    },
    /// The text stops before `end`.
    #[error("line {line}: the certificate stops before its `end` line")]
    Truncated {
        /// Number of the last line.
        line: usize,
    },
    /// Another version of the format.
    #[error("line {line}: found `{found}`, expected `{expected} {VERSION}`")]
    Version {
        /// Line number from 1.
        line: usize,
        /// The line, shortened.
        found: String,
        /// The name of the format.
        expected: &'static str,
    },
}

/// What comes next in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// The header of a certificate, whose steps follow.
    Certificate(Claim),
    /// A statement about two models, read to its end.
    Drift(DriftClaim),
    /// Conclusions, read to their end.
    Conclusion(ConclusionClaim),
}

/// Reads a certificate from a stream.
pub struct Reader<'a> {
    input: Box<dyn BufRead + 'a>,
    line: usize,
    /// Stages and states of the game, which fix the number of lines and words of a policy.
    shape: (usize, usize),
    /// The `end` line has been read.
    done: bool,
    /// Further certificates may follow the `end` line.
    bundled: bool,
    /// Constants of the game file with other values, from the header.
    changes: Vec<(String, Rational)>,
    /// The points of a claim about a curve, from the header.
    curve: Vec<CurvePoint>,
}

impl<'a> Reader<'a> {
    /// Reads the header of a certificate for a game of `stages` stages and `states` states.
    ///
    /// # Errors
    /// [`ReadError`] when the header does not follow the grammar.
    pub fn start(
        input: impl BufRead + 'a,
        stages: usize,
        states: usize,
    ) -> Result<(Self, Claim), ReadError> {
        let mut reader = Reader {
            input: Box::new(input),
            line: 0,
            shape: (stages, states),
            done: false,
            bundled: false,
            changes: Vec::new(),
            curve: Vec::new(),
        };
        reader.version(CERTIFICATE)?;
        let claim = reader.header()?;
        Ok((reader, claim))
    }

    /// Reads the first line of a bundle, whose certificates follow one after another.
    ///
    /// # Errors
    /// [`ReadError`] when it is no bundle of this version.
    pub fn start_bundle(
        input: impl BufRead + 'a,
        stages: usize,
        states: usize,
    ) -> Result<Self, ReadError> {
        let mut reader = Reader {
            input: Box::new(input),
            line: 0,
            shape: (stages, states),
            done: true,
            bundled: true,
            changes: Vec::new(),
            curve: Vec::new(),
        };
        reader.version(BUNDLE)?;
        Ok(reader)
    }

    /// The next element of a bundle; `None` at the end of the text.
    ///
    /// # Errors
    /// [`ReadError`] when it does not follow the grammar, or steps of the last certificate have not
    /// been read.
    pub fn next_element(&mut self) -> Result<Option<Element>, ReadError> {
        if !self.done {
            return Err(self.syntax("the certificate before was not read to its `end` line".into()));
        }
        let rest = self
            .input
            .fill_buf()
            .map_err(|source| ReadError::Io { line: self.line + 1, source })?;
        if rest.is_empty() || !self.bundled {
            return Ok(None);
        }
        let first = self.next_line()?;
        if first == format!("{DRIFT} {VERSION}") {
            return self.drift().map(|claim| Some(Element::Drift(claim)));
        }
        if first == format!("{CONCLUSION} {VERSION}") {
            return self.conclusion().map(|claim| Some(Element::Conclusion(claim)));
        }
        self.expect_version(&first, CERTIFICATE)?;
        self.done = false;
        self.header().map(|claim| Some(Element::Certificate(claim)))
    }

    /// The lines of a statement about two models after the first.
    fn drift(&mut self) -> Result<DriftClaim, ReadError> {
        let game_hash = self.field("game", |rest| Ok(rest.to_string()))?;
        let line = self.next_line()?;
        let error = match line.strip_prefix("against ") {
            Some(hash) => StatedError::Against(hash.to_string()),
            None => self.field_of(&line, "errors", parse_errors)?,
        };
        let mut bounds = Vec::new();
        loop {
            let line = self.next_line()?;
            if line == "end" && !bounds.is_empty() {
                return Ok(DriftClaim { game_hash, error, bounds });
            }
            bounds.push(self.field_of(&line, "drift", parse_bound)?);
        }
    }

    /// The lines of conclusions after the first.
    fn conclusion(&mut self) -> Result<ConclusionClaim, ReadError> {
        let game_hash = self.field("game", |rest| Ok(rest.to_string()))?;
        let mut line = self.next_line()?;
        let error = match (line.strip_prefix("against "), line.strip_prefix("errors ")) {
            (Some(hash), _) => Some(StatedError::Against(hash.to_string())),
            (None, Some(radii)) => Some(self.said(parse_errors(radii))?),
            (None, None) => None,
        };
        if error.is_some() {
            line = self.next_line()?;
        }
        let of = line.strip_prefix("of ").map(str::to_string);
        if of.is_some() {
            line = self.next_line()?;
        }
        let mut conclusions = Vec::new();
        while line != "end" || conclusions.is_empty() {
            conclusions.push(self.said(parse_conclusion(&line))?);
            line = self.next_line()?;
        }
        Ok(ConclusionClaim { game_hash, error, of, conclusions })
    }

    fn version(&mut self, name: &'static str) -> Result<(), ReadError> {
        let first = self.next_line()?;
        self.expect_version(&first, name)
    }

    fn expect_version(&self, first: &str, name: &'static str) -> Result<(), ReadError> {
        if first == format!("{name} {VERSION}") {
            return Ok(());
        }
        Err(ReadError::Version { line: self.line, found: short(first), expected: name })
    }

    /// The lines of a header after the first.
    fn header(&mut self) -> Result<Claim, ReadError> {
        (self.changes, self.curve) = (Vec::new(), Vec::new());
        let mut line = self.next_line()?;
        while let Some(change) = line.strip_prefix("with ") {
            if self.changes.len() == MOST_CHANGES {
                return Err(self.syntax(format!(
                    "found another `with` line, expected at most {MOST_CHANGES}"
                )));
            }
            let change = self.said(parse_change(change))?;
            if self.changes.iter().any(|(name, _)| *name == change.0) {
                return Err(self.syntax(format!(
                    "found another value of `{}`, expected each constant once",
                    short(&change.0)
                )));
            }
            self.changes.push(change);
            line = self.next_line()?;
        }
        let game_hash = self.field_of(&line, "game", |rest| Ok(rest.to_string()))?;
        let epsilon = self.field("epsilon", parse_number)?;
        let selection = self.field("selection", |rest| match rest {
            "pessimistic" => Ok(Selection::Pessimistic),
            "optimistic" => Ok(Selection::Optimistic),
            other => {
                Err(format!("found `{}`, expected `pessimistic` or `optimistic`", short(other)))
            }
        })?;
        let scope = self.field("scope", parse_scope)?;
        let mut line = self.next_line()?;
        let of = line.strip_prefix("of ").map(str::to_string);
        if of.is_some() {
            line = self.next_line()?;
        }
        if let Some(count) = line.strip_prefix("curve ") {
            let count = self.said(parse_index(count))?;
            if count == 0 || count > MOST_POINTS {
                return Err(self.syntax(format!(
                    "found a curve of {count} points, expected 1 to {MOST_POINTS}"
                )));
            }
            for _ in 0..count {
                let point = self.field("value", parse_point)?;
                self.curve.push(point);
            }
        }
        if let Some(first) = self.curve.first() {
            let CurvePoint { lower, upper, .. } = first.clone();
            return Ok(Claim { game_hash, epsilon, selection, scope, of, lower, upper });
        }
        let (lower, upper) = self.field_of(&line, "claim", |rest| {
            let (lower, upper) =
                rest.split_once(' ').ok_or("expected two numbers: lower and upper")?;
            Ok((parse_number(lower)?, parse_number(upper)?))
        })?;
        Ok(Claim { game_hash, epsilon, selection, scope, of, lower, upper })
    }

    /// Number of the line read last, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The constants of the game file that the last header changes, with their values there.
    #[must_use]
    pub fn changes(&self) -> &[(String, Rational)] {
        &self.changes
    }

    /// The points between which the last header claims bounds of the value; none when its claim is
    /// about one epsilon.
    #[must_use]
    pub fn curve(&self) -> &[CurvePoint] {
        &self.curve
    }

    /// The next step; `None` after the `end` line, behind which nothing may stand.
    ///
    /// # Errors
    /// [`ReadError`] when the next lines do not follow the grammar.
    pub fn step(&mut self) -> Result<Option<Step>, ReadError> {
        if self.done {
            return Ok(None);
        }
        let line = self.next_line()?;
        let mut words = line.split(' ');
        let rule = words.next().unwrap_or("");
        let rest: Vec<&str> = words.collect();
        let step = match (rule, rest.as_slice()) {
            ("decision", [index]) => Step::Decision(self.said(parse_index(index))?),
            ("dynamic-programming", [value, multiplier, arithmetic]) => Step::DynamicProgramming {
                value: self.said(parse_number(value))?,
                multiplier: self.said(parse_number(multiplier))?,
                arithmetic: self.said(parse_arithmetic(arithmetic))?,
            },
            ("range-bound", [value]) => Step::RangeBound { value: self.said(parse_number(value))? },
            ("range-witness", [value]) => {
                Step::RangeWitness { value: self.said(parse_number(value))? }
            }
            ("witness", [value, arithmetic, count]) => Step::Witness {
                value: self.said(parse_number(value))?,
                arithmetic: self.said(parse_arithmetic(arithmetic))?,
                parts: {
                    let count = self.said(parse_index(count))?;
                    self.parts(count)?
                },
            },
            ("vertex", [loss, value, arithmetic]) => Step::Vertex {
                loss: self.said(parse_number(loss))?,
                value: self.said(parse_number(value))?,
                arithmetic: self.said(parse_arithmetic(arithmetic))?,
                policy: self.policy()?,
            },
            ("population-witness", [value, count]) => Step::PopulationWitness {
                value: self.said(parse_number(value))?,
                parts: {
                    let count = self.said(parse_index(count))?;
                    self.parts(count)?
                },
            },
            ("end", []) if self.bundled => {
                self.done = true;
                return Ok(None);
            }
            ("enclosed-witness", [value, arithmetic]) => {
                let Arithmetic::Rounded(bits) = self.said(parse_arithmetic(arithmetic))? else {
                    return Err(self.syntax("found `exact`, expected `rounded:BITS`".into()));
                };
                let value = self.said(parse_number(value))?;
                Step::EnclosedWitness {
                    value,
                    bits,
                    parts: vec![Part { weight: Rational::ONE, policy: self.policy()? }],
                }
            }
            ("end", []) => {
                self.done = true;
                let mut rest = Vec::new();
                let more = self
                    .input
                    .by_ref()
                    .take(1)
                    .read_to_end(&mut rest)
                    .map_err(|source| ReadError::Io { line: self.line, source })?;
                if more > 0 {
                    return Err(
                        self.syntax("found text after `end`, expected the end of the file".into())
                    );
                }
                return Ok(None);
            }
            ("deviation", []) => Step::Tree(TreeStep::Deviation(self.policy()?)),
            ("cover-policy", []) => Step::Cover(CoverStep::Policy(self.policy()?)),
            ("at", values) => Step::At(self.said(parse_numbers(values))?),
            ("limit", words) => {
                let (from, through) = self.said(parse_segment(words))?;
                Step::Limit { from, through, policy: self.policy()? }
            }
            ("monotone" | "monotone-ceiling", words) => {
                let MonotoneHead { value, multiplier, tangents } =
                    self.said(parse_monotone(words))?;
                let (ceiling, policy) = (rule == "monotone-ceiling", self.policy()?);
                Step::Monotone(MonotoneStep { value, ceiling, multiplier, tangents, policy })
            }
            ("tube" | "tube-ceiling", words) => {
                Step::Tube(self.said(parse_tube(words, rule == "tube-ceiling"))?)
            }
            (ExistenceStep::RULE, words) => Step::Existence(self.said(parse_existence(words))?),
            (rule, rest) if rule.starts_with("cover") => match CoverStep::parse(rule, rest) {
                Some(step) => Step::Cover(self.said(step)?),
                None => return Err(self.unknown(&line)),
            },
            (rule, rest) if rule.starts_with("multiplier") => {
                match MultiplierStep::parse(rule, rest) {
                    Some(step) => Step::Multiplier(self.said(step)?),
                    None => return Err(self.unknown(&line)),
                }
            }
            (rule, rest) => match (
                TreeStep::parse(rule, rest),
                SupportStep::parse(rule, rest),
                parse_head(rule, rest),
            ) {
                (Some(step), _, _) => Step::Tree(self.said(step)?),
                (None, Some(step), _) => Step::Support(self.said(step)?),
                (None, None, Some(step)) => {
                    let step = self.said(step)?;
                    Step::Lifted(self.lifted(step)?)
                }
                (None, None, None) => return Err(self.unknown(&line)),
            },
        };
        Ok(Some(step))
    }

    fn unknown(&self, line: &str) -> ReadError {
        let found = short(line);
        self.syntax(format!(
            "found `{found}`, expected a rule of docs/certificate.md with its words, or `end`"
        ))
    }

    /// Reads policies of a game with this many stages and states from here on; the answer is what
    /// it was before.
    pub fn reshape(&mut self, shape: (usize, usize)) -> (usize, usize) {
        std::mem::replace(&mut self.shape, shape)
    }

    fn parts(&mut self, count: usize) -> Result<Vec<Part>, ReadError> {
        if count == 0 || count > MOST_PARTS {
            return Err(self.syntax(format!("found {count} parts, expected 1 to {MOST_PARTS}")));
        }
        let mut parts = Vec::new();
        for _ in 0..count {
            let weight = self.field("part", parse_number)?;
            parts.push(Part { weight, policy: self.policy()? });
        }
        Ok(parts)
    }

    /// The lines that follow the first one of a step of a lifted tree.
    fn lifted(&mut self, mut step: LiftedStep) -> Result<LiftedStep, ReadError> {
        match &mut step {
            LiftedStep::Policy(stages) => {
                for stage in self.policy()?.stages {
                    match stage {
                        StagePolicy::Pure(actions) => stages.push(actions),
                        StagePolicy::Mixed(_) => {
                            return Err(self.syntax(
                                "found probabilities, expected one action per state".into(),
                            ));
                        }
                    }
                }
            }
            LiftedStep::Tighten { multipliers, .. } | LiftedStep::Leaf(multipliers) => loop {
                let line = self.next_line()?;
                let parsed = parse_block_line(&line, self.shape, multipliers);
                if let Block::End = self.said(parsed)? {
                    break;
                }
            },
            LiftedStep::Open { .. }
            | LiftedStep::Split { .. }
            | LiftedStep::Narrow
            | LiftedStep::Confine(_)
            | LiftedStep::Void => {}
        }
        Ok(step)
    }

    /// A `play` line per stage.
    fn policy(&mut self) -> Result<Policy, ReadError> {
        let (stages, states) = self.shape;
        let mut policy = Policy { stages: Vec::new() };
        for _ in 0..stages {
            policy.stages.push(self.field("play", |rest| parse_stage(rest.split(' '), states))?);
        }
        Ok(policy)
    }

    fn field<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ReadError> {
        let line = self.next_line()?;
        self.field_of(&line, name, parse)
    }

    fn field_of<T>(
        &self,
        line: &str,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ReadError> {
        match line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')) {
            Some(rest) => self.said(parse(rest)),
            None => Err(self.syntax(format!("found `{}`, expected `{name} ...`", short(line)))),
        }
    }

    fn said<T>(&self, result: Result<T, String>) -> Result<T, ReadError> {
        result.map_err(|message| self.syntax(message))
    }

    fn syntax(&self, message: String) -> ReadError {
        ReadError::Syntax { line: self.line, message }
    }

    fn next_line(&mut self) -> Result<String, ReadError> {
        let mut line = String::new();
        let read = self
            .input
            .by_ref()
            .take(LONGEST_LINE)
            .read_line(&mut line)
            .map_err(|source| ReadError::Io { line: self.line + 1, source })?;
        if read == 0 || !line.ends_with('\n') {
            return Err(ReadError::Truncated { line: self.line });
        }
        self.line += 1;
        line.truncate(line.len() - 1);
        Ok(line)
    }
}

fn parse_numbers(words: &[&str]) -> Result<Vec<Rational>, String> {
    words.iter().map(|word| parse_number(word)).collect()
}

/// `NUMBER ... through NUMBER ...`.
fn parse_segment(words: &[&str]) -> Result<(Vec<Rational>, Vec<Rational>), String> {
    let at = words
        .iter()
        .position(|word| *word == "through")
        .ok_or("expected two decisions with `through` in between")?;
    Ok((parse_numbers(&words[..at])?, parse_numbers(&words[at + 1..])?))
}

/// `NAME VALUE`.
fn parse_change(rest: &str) -> Result<(String, Rational), String> {
    let (name, value) = rest.rsplit_once(' ').ok_or("expected a name and a number")?;
    Ok((name.to_string(), parse_number(value)?))
}

fn parse_scope(rest: &str) -> Result<Scope, String> {
    let mut words = rest.split(' ');
    match (words.next(), words.next()) {
        (Some("all"), None) => Ok(Scope::All),
        (Some("decision"), Some(index)) if words.next().is_none() => {
            parse_index(index).map(Scope::Decision)
        }
        (Some("point"), Some(_)) => {
            rest.split(' ').skip(1).map(parse_number).collect::<Result<_, _>>().map(Scope::Point)
        }
        _ => Err(format!(
            "found `{}`, expected `all`, `decision K` or `point NUMBER ...`",
            short(rest)
        )),
    }
}
