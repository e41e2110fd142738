//! What is wrong with a game file, and where.

use super::problem::Problem;
use std::fmt;

/// Most errors that are printed; the rest are counted.
const MOST_PRINTED: usize = 20;
/// Most errors that are kept.
const MOST_KEPT: usize = 1_000;

/// Where in a game file an error lies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// Line, counted from 1; known in TOML, and in JSON for syntax and for tables.
    pub line: Option<usize>,
    /// The key or rule, such as `[[reward]] rule 3, value`; rules and list entries are counted from
    /// 1. May be empty.
    pub place: String,
    /// Column, counted from 1: within the formula when the error is about a formula, within the
    /// line otherwise.
    pub column: Option<usize>,
}

/// One thing that is wrong with a game file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameError {
    /// Where.
    pub position: Position,
    /// What was found, and what was expected.
    pub problem: Problem,
}

impl fmt::Display for GameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if let Some(line) = self.position.line {
            parts.push(format!("line {line}"));
        }
        if !self.position.place.is_empty() {
            parts.push(self.position.place.clone());
        }
        if let Some(column) = self.position.column {
            let within =
                if matches!(self.problem, Problem::Formula(_)) { " of the formula" } else { "" };
            parts.push(format!("column {column}{within}"));
        }
        if !parts.is_empty() {
            write!(f, "{}: ", parts.join(", "))?;
        }
        write!(f, "{}", self.problem)
    }
}

impl std::error::Error for GameError {}

/// Everything that is wrong with a game file, as far as it could be found at once. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GameErrors {
    file: Option<String>,
    errors: Vec<GameError>,
    omitted: usize,
}

impl GameErrors {
    pub(super) fn new(errors: Vec<GameError>) -> Self {
        GameErrors { file: None, errors, omitted: 0 }
    }

    pub(super) fn one(problem: impl Into<Problem>) -> Self {
        Self::new(vec![GameError { position: Position::default(), problem: problem.into() }])
    }

    /// Keeps one more error, or counts it.
    pub(super) fn push(&mut self, error: GameError) {
        if self.errors.len() < MOST_KEPT {
            self.errors.push(error);
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn none(&self) -> bool {
        self.errors.is_empty()
    }

    pub(super) fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_string());
        self
    }

    /// The file, when the game was read from one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The errors, in the order in which they were found.
    #[must_use]
    pub fn errors(&self) -> &[GameError] {
        &self.errors
    }
}

impl fmt::Display for GameErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().take(MOST_PRINTED).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match &self.file {
                Some(file) => write!(f, "{file}: {error}")?,
                None => write!(f, "{error}")?,
            }
        }
        let more = self.errors.len().saturating_sub(MOST_PRINTED) + self.omitted;
        if more > 0 {
            write!(f, "\nand {more} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for GameErrors {}
