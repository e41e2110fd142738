//! Game files (docs/model.md): TOML and JSON documents to the normal form of a game.
//!
//! 1. The text becomes a [document](document): a tree that keeps positions and the digits of
//!    numbers.
//! 2. Names, selectors and formulas are read from it; every mismatch is reported with what was
//!    expected, and every key that nobody asked for.
//! 3. Formulas are evaluated once per class of places that cannot differ, and summed into one
//!    column per monomial.
//! 4. Aggregates are put into canonical order, and the probabilities are proved to be
//!    probabilities.
//!
//! Errors that do not depend on each other are reported together.

mod availability;
mod build;
mod document;
mod domains;
mod enclosure;
mod errors;
mod evaluate;
mod fields;
mod from_json;
mod from_toml;
mod gather;
mod header;
mod layout;
mod leader;
mod least;
mod names;
mod normalise;
mod numbers;
mod open;
mod outline;
mod populations;
mod probabilities;
mod problem;
mod process;
mod report;
mod rewards;
mod rules;
mod segments;
mod selector;
mod signs;
mod simplices;
mod tables;
mod transitions;
mod variables;
mod words;

pub(in crate::game) use domains::prove_domains;
pub use errors::{GameError, GameErrors, Position};
pub(in crate::game) use least::Shape;
pub use names::Kind;
pub use open::{open_file, read_file};
pub use outline::Outline;
pub use probabilities::Where;
pub use problem::{DocumentError, ModelError, Problem, ValueError};
pub use tables::TableError;

use super::Game;
use crate::exact::Rational;
use report::Report;
use std::path::Path;

/// Largest JSON file.
const LARGEST_JSON: u64 = 4 << 30;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Toml,
    Json,
}

impl Game {
    /// Reads a game file; the extension, `.toml` or `.json`, says which of the two it is.
    ///
    /// # Errors
    /// [`GameErrors`] with everything that is wrong with the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Game, GameErrors> {
        Game::load_with(path, &[])
    }

    /// Reads a game file with other values of some constants, which are names under `[define]`
    /// whose values are numbers.
    ///
    /// # Errors
    /// [`GameErrors`] with everything that is wrong with the file, or a name that is no constant of
    /// it.
    pub fn load_with(
        path: impl AsRef<Path>,
        changes: &[(String, Rational)],
    ) -> Result<Game, GameErrors> {
        let path = path.as_ref();
        read(path, changes).map_err(|errors| errors.in_file(&path.display().to_string()))
    }

    /// The game that TOML text describes.
    ///
    /// ```
    /// let game = smfg_game::game::Game::parse_toml(r#"
    ///     format = "smfg-game/1"
    ///     name = "technology adoption"
    ///     stages = 1
    ///     states = ["firm"]
    ///     actions = ["wait", "adopt"]
    ///     initial = { firm = 1 }
    ///     [leader]
    ///     decisions = [{ name = "none", subsidy = 0 }, { name = "enough", subsidy = "13/20" }]
    ///     [[reward]]
    ///     action = "adopt"
    ///     value = "mu[*, adopt] - 1/2 + subsidy"
    /// "#).expect("a game");
    /// assert_eq!(game.leader.parameters, ["subsidy"]);
    /// assert_eq!(game.aggregates.len(), 1);
    /// ```
    ///
    /// # Errors
    /// [`GameErrors`] with everything that is wrong with it.
    pub fn parse_toml(text: &str) -> Result<Game, GameErrors> {
        toml(text, &[])
    }

    /// The game that JSON text describes; the only form that may carry `"tables"`.
    ///
    /// # Errors
    /// [`GameErrors`] with everything that is wrong with it.
    pub fn parse_json(text: &str) -> Result<Game, GameErrors> {
        json(text, &[])
    }
}

fn toml(text: &str, changes: &[(String, Rational)]) -> Result<Game, GameErrors> {
    let document = from_toml::document(without_mark(text))?;
    let mut report = Report::new();
    let game = build::build(&mut report, &document, None, changes);
    report.finish(game)
}

fn json(text: &str, changes: &[(String, Rational)]) -> Result<Game, GameErrors> {
    let text = without_mark(text);
    let document = from_json::document(text)?;
    let mut report = Report::new();
    let game = build::build(&mut report, &document.node, document.tables.then_some(text), changes);
    report.finish(game)
}

/// Text without the byte order mark that some editors put before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn read(path: &Path, changes: &[(String, Rational)]) -> Result<Game, GameErrors> {
    let (format, text) = text_of(path)?;
    match format {
        Format::Toml => toml(&text, changes),
        Format::Json => json(&text, changes),
    }
}

/// The text of a game file, and which of the two formats its extension names.
fn text_of(path: &Path) -> Result<(Format, String), GameErrors> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let (format, most) = match extension.to_ascii_lowercase().as_str() {
        "toml" => (Format::Toml, from_toml::LARGEST_TOML),
        "json" => (Format::Json, LARGEST_JSON),
        _ => {
            return Err(GameErrors::one(DocumentError::Extension {
                found: document::quoted(extension),
            }));
        }
    };
    let unreadable = |error: std::io::Error| {
        GameErrors::one(DocumentError::Unreadable { message: error.to_string() })
    };
    let bytes = read_file(path, most).map_err(unreadable)?.map_err(|bytes| {
        let format = if format == Format::Toml { "TOML" } else { "JSON" };
        GameErrors::one(DocumentError::TooLarge { bytes, most, format })
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        GameErrors::one(DocumentError::NotText { offset: error.utf8_error().valid_up_to() })
    })?;
    Ok((format, text))
}
