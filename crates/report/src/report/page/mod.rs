//! Results as one self-contained HTML page: no scripts, no other files.
//!
//! Numbers come from results, and from what the checker says of their certificates when the page is
//! made. The template escapes every text; markup is made by [`mathml`], which escapes every name,
//! and by the drawing library.

mod certificate;
mod figures;
mod game;
mod mathml;
mod numbers;
mod result;

pub use certificate::Recheck;

use crate::game::{Game, Outline};
use certificate::CertificateView;
use game::GameView;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use result::ResultView;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

const TEMPLATE: &str = include_str!("page.html");
const GAME: &str = include_str!("game.html");
const STYLE: &str = include_str!("page.css");

/// A game and its file.
#[derive(Debug)]
pub struct PageGame {
    /// The game.
    pub game: Game,
    /// Its hash.
    pub hash: String,
    /// What its file says.
    pub outline: Outline,
    /// Path of the file.
    pub file: String,
}

impl PageGame {
    /// Reads a game file.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(path: &Path) -> Result<Self, crate::game::GameErrors> {
        let game = Game::load(path)?;
        let outline = Outline::read(path)?;
        Ok(PageGame { hash: game.hash(), game, outline, file: path.display().to_string() })
    }
}

/// One result of a page.
#[derive(Debug)]
pub struct PageResult<'a> {
    /// Path of the result.
    pub file: String,
    /// The JSON of the result; `None` for a certificate by itself.
    pub document: Option<Value>,
    /// What the result is about.
    pub game: &'a PageGame,
    /// The check of its certificate, where there is one.
    pub recheck: Option<Recheck>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A file that is no result.
    #[error(
        "{0} is no result: expected the JSON of solve, range, equilibria, sweep, frontier, sensitivity, verify or map, or a certificate"
    )]
    NoResult(String),
    /// The template.
    #[error("the page could not be made: {0}")]
    Template(#[from] minijinja::Error),
}

/// A page, and whether all of its answers were confirmed by valid certificates.
#[derive(Debug)]
pub struct Page {
    /// The HTML document.
    pub html: String,
    /// Every result has a certificate, which is valid and states its answer.
    pub confirmed: bool,
}

/// What the template prints of one result.
#[derive(Serialize)]
struct Section {
    file: String,
    game_file: String,
    result: Option<ResultView>,
    certificate: Option<CertificateView>,
    confirmed: bool,
}

/// The page of some results, with the games that they are about in front.
///
/// # Errors
/// [`PageError`].
pub fn page(results: &[PageResult<'_>]) -> Result<Page, PageError> {
    let mut sections = Vec::new();
    for shown in results {
        let result = shown
            .document
            .as_ref()
            .map(|document| {
                ResultView::new(document, &shown.game.game)
                    .ok_or_else(|| PageError::NoResult(shown.file.clone()))
            })
            .transpose()?;
        let stated = result.as_ref().map_or(&[][..], |result| result.stated.as_slice());
        let certificate =
            shown.recheck.as_ref().map(|recheck| CertificateView::new(recheck, stated));
        sections.push(Section {
            file: shown.file.clone(),
            game_file: shown.game.file.clone(),
            confirmed: certificate.as_ref().is_some_and(CertificateView::confirms),
            result,
            certificate,
        });
    }
    let mut games: Vec<GameView> = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for shown in results {
        if !known.contains(&shown.game.hash.as_str()) {
            known.push(&shown.game.hash);
            let PageGame { game, outline, file, .. } = shown.game;
            games.push(GameView::new(game, outline, file));
        }
    }
    let confirmed = sections.iter().all(|section| section.confirmed);
    let mut environment = Environment::new();
    environment.add_template("page.html", TEMPLATE)?;
    environment.add_template("game.html", GAME)?;
    let title = results.first().map_or("", |shown| shown.game.game.name.as_str());
    let html = environment.get_template("page.html")?.render(context! {
        title,
        games => minijinja::Value::from(Serde(&games)),
        sections => minijinja::Value::from(Serde(&sections)),
        style => minijinja::Value::from_safe_string(STYLE.into()),
        version => env!("CARGO_PKG_VERSION"),
    })?;
    Ok(Page { html, confirmed })
}
