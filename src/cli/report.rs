//! `smfg report`: results as one HTML page.

use super::check::{Checked, examined};
use super::limit_arguments::LimitArguments;
use super::outputs::{ForceArguments, Outputs};
use super::progress::Indicator;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::game::open_file;
use crate::report::page::{Page, PageGame, PageResult, Recheck, page};
use clap::Args;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file that is read.
const LARGEST: u64 = 1 << 30;

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// JSON results (--format json) of solve, range, equilibria, sweep, frontier, sensitivity,
    /// verify or map, or certificates
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Game file that the results are about; several times for several games
    #[arg(long, short, value_name = "GAME", required = true)]
    game: Vec<PathBuf>,
    /// File for the page, instead of standard output
    #[arg(long, short, value_name = "FILE.html")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArguments,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// No progress on standard error
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Reads, rechecks, and writes the page.
pub(super) fn run(
    arguments: &'static ReportArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let inputs: Vec<&Path> =
        arguments.results.iter().chain(&arguments.game).map(PathBuf::as_path).collect();
    let outputs =
        Outputs::plan(&inputs, &[("--output", arguments.output.as_ref())], arguments.force)?;
    let (made, games) = {
        let indicator = Indicator::start(arguments.quiet, "reading");
        let mut games = Vec::new();
        for path in &arguments.game {
            watch.doing(format!("reading {}", path.display()));
            games.push(PageGame::read(path)?);
        }
        outputs.about(&games.iter().map(|game| &game.game).collect::<Vec<_>>())?;
        let mut results = Vec::new();
        for path in &arguments.results {
            watch.doing(format!("checking what {} says", path.display()));
            indicator.say(format!("checking what {} says", path.display()));
            results.push(result(path, &games)?);
        }
        (page(&results)?, games.len())
    };
    debug_assert!(games > 0, "--game is required");
    let Page { html, confirmed } = made;
    match &arguments.output {
        Some(path) => {
            outputs.write(watch, Some(path), |out| out.write_all(html.as_bytes()));
        }
        None => watch.print(|out| out.write_all(html.as_bytes()))?,
    }
    Ok(outputs.completed(if confirmed { Answer::Proved } else { Answer::Unproved }))
}

/// One result with its game and the check of its certificate.
fn result<'a>(path: &Path, games: &'a [PageGame]) -> Result<PageResult<'a>, Failure> {
    let unreadable = |source| Failure::Read { path: path.to_path_buf(), source };
    let bytes = contents(path).map_err(unreadable)?;
    let file = path.display().to_string();
    if bytes.starts_with(b"smfg-") {
        let (game, recheck) = checked_by_any(path, &bytes, games)?;
        return Ok(PageResult { file, document: None, game, recheck: Some(recheck) });
    }
    let document: Value = serde_json::from_slice(&bytes)
        .map_err(|_| crate::report::page::PageError::NoResult(file.clone()))?;
    let hash = document["game"]["hash"].as_str().unwrap_or_default().to_string();
    let game = games.iter().find(|game| game.hash == hash).ok_or_else(|| Failure::OtherGame {
        path: path.to_path_buf(),
        name: document["game"]["name"].as_str().unwrap_or("?").chars().take(200).collect(),
        hash: hash.chars().take(100).collect(),
    })?;
    let recheck = document["certificate"]["path"]
        .as_str()
        .and_then(|named| beside(path, Path::new(named)))
        .map(|certificate| {
            let unreadable = |source| Failure::Read { path: certificate.clone(), source };
            let bytes = contents(&certificate).map_err(unreadable)?;
            checked(&certificate, &bytes, game, games)
        })
        .transpose()?;
    Ok(PageResult { file, document: Some(document), game, recheck })
}

/// Where a certificate is that a result names: there, or in the folder of the result.
fn beside(result: &Path, named: &Path) -> Option<PathBuf> {
    let folder = result.parent().unwrap_or(Path::new(""));
    let places = [Some(named.to_path_buf()), named.file_name().map(|name| folder.join(name))];
    places.into_iter().flatten().find(|place| place.is_file())
}

fn contents(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The check of a certificate by itself: by the first game for which it is valid.
fn checked_by_any<'a>(
    path: &Path,
    bytes: &[u8],
    games: &'a [PageGame],
) -> Result<(&'a PageGame, Recheck), Failure> {
    let mut refused = None;
    for game in games {
        let recheck = checked(path, bytes, game, games)?;
        if recheck.verdict["valid"].as_bool() == Some(true) {
            return Ok((game, recheck));
        }
        refused.get_or_insert((game, recheck));
    }
    refused.ok_or_else(|| Failure::OtherGame {
        path: path.to_path_buf(),
        name: "?".into(),
        hash: String::new(),
    })
}

/// What the checker says of a certificate about `game`; a bundle may compare it with another one.
fn checked(
    path: &Path,
    bytes: &[u8],
    game: &PageGame,
    games: &[PageGame],
) -> Result<Recheck, Failure> {
    let unreadable = |source| Failure::Read { path: path.to_path_buf(), source };
    let other = games.iter().find(|other| other.hash != game.hash).map(|other| &other.game);
    let question = Checked { game: &game.game, file: Path::new(&game.file), other };
    let verdict = examined(&question, bytes).map_err(unreadable)?;
    let verdict = serde_json::from_slice(&verdict).map_err(|error| unreadable(error.into()))?;
    let digest = Sha256::digest(bytes);
    let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Recheck { path: path.display().to_string(), sha256, bytes: bytes.len(), verdict })
}
