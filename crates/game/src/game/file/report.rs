//! Collects errors with their positions while a document is read.

use super::document::{Mark, Node};
use super::errors::{GameError, GameErrors, Position};
use super::problem::Problem;
use crate::game::expression::ExpressionError;

/// How many of the last errors a new one is compared with.
const RECENT: usize = 20;

/// A place in the document: words for people, and line and column where the format tells them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct At {
    place: String,
    mark: Mark,
}

impl At {
    /// The whole document.
    pub(super) fn document() -> Self {
        Self::default()
    }

    /// The value of `key` in the table that is here.
    pub(super) fn key(&self, key: &str, mark: Mark) -> Self {
        let shown = super::document::quoted(key);
        let place = if self.place.is_empty() {
            shown
        } else if self.place.contains(' ') {
            format!("{}, {shown}", self.place)
        } else {
            format!("{}.{shown}", self.place)
        };
        At { place, mark }
    }

    /// The same words at another line and column.
    pub(super) fn marked(&self, mark: Mark) -> Self {
        At { place: self.place.clone(), mark }
    }

    /// Entry `index`, counted from 0, of the list that is here.
    pub(super) fn entry(&self, index: usize, node: &Node) -> Self {
        At { place: format!("{} entry {}", self.place, index + 1), mark: node.mark }
    }

    /// Entry `index`, counted from 0, of a list whose entries have no known position.
    pub(super) fn item(&self, index: usize) -> Self {
        At { place: format!("{} entry {}", self.place, index + 1), mark: Mark::default() }
    }

    /// Rule `index`, counted from 0, of the array of tables `section`.
    pub(super) fn rule(section: &str, index: usize, node: &Node) -> Self {
        At { place: format!("[[{section}]] rule {}", index + 1), mark: node.mark }
    }

    /// The words.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    fn position(&self) -> Position {
        let known = |number: u32| (number > 0).then_some(number as usize);
        Position {
            line: known(self.mark.line),
            place: self.place.clone(),
            column: known(self.mark.column),
        }
    }
}

/// The errors found so far.
#[derive(Debug)]
pub(super) struct Report {
    errors: GameErrors,
}

impl Report {
    pub(super) fn new() -> Self {
        Report { errors: GameErrors::new(Vec::new()) }
    }

    /// Records a problem at a place.
    pub(super) fn push(&mut self, at: &At, problem: impl Into<Problem>) {
        self.record(GameError { position: at.position(), problem: problem.into() });
    }

    /// Records an error of the formula at a place.
    pub(super) fn formula(&mut self, at: &At, error: ExpressionError) {
        let mut position = at.position();
        position.column = (error.column > 0).then_some(error.column);
        self.record(GameError { position, problem: Problem::Formula(error.kind) });
    }

    /// Records an error, unless it has just been recorded: one slip in a rule shows at every place
    /// the rule applies to.
    pub(super) fn record(&mut self, error: GameError) {
        if !self.errors.errors().iter().rev().take(RECENT).any(|known| *known == error) {
            self.errors.push(error);
        }
    }

    /// Takes over the errors of another report.
    pub(super) fn absorb(&mut self, other: Report) {
        other.errors.errors().iter().for_each(|error| self.record(error.clone()));
    }

    /// The number of errors so far.
    pub(super) fn count(&self) -> usize {
        self.errors.errors().len()
    }

    /// Whether nothing is wrong so far.
    pub(super) fn clean(&self) -> bool {
        self.errors.none()
    }

    /// `value`, unless something is wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, GameErrors> {
        match value {
            Some(value) if self.errors.none() => Ok(value),
            _ => Err(self.errors),
        }
    }
}
