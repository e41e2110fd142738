//! `smfg check`: whether a certificate proves what it claims.

use super::arguments::{CheckArguments, Format};
use super::files::write_atomically;
use super::progress::Indicator;
use super::{Answer, Failure, print};
use crate::certificate::{BUNDLE, Claim, EQUILIBRIA, ReadError, Reader};
use crate::check::{
    Accepted, AcceptedBundle, AcceptedEquilibria, BundleRejection, Rejection, Reload,
    check_equilibria, check_models, check_with,
};
use crate::elaborate::{log::Sink, prove_logged};
use crate::exact::Rational;
use crate::game::Game;
use crate::report::{BundleReport, CheckReport, EquilibriaCheckReport};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// Most lines of a certificate up to its claim.
const HEADER_LINES: usize = 7;
/// Longest header: two numbers of the greatest length, and room for the rest.
const LONGEST_HEADER: u64 = 1 << 23;

/// What the file holds, and what the checker says of it.
enum Verdict {
    /// One certificate; its claim, where it can be read.
    Single(Option<Claim>, Result<Accepted, Rejection>),
    /// A set of equilibria.
    Equilibria(Result<AcceptedEquilibria, Rejection>),
    /// Several.
    Bundle(Result<AcceptedBundle, BundleRejection>),
}

/// Checks and prints the verdict.
pub(super) fn run(arguments: &CheckArguments) -> Result<Answer, Failure> {
    let unreadable = |source| Failure::Read { path: arguments.certificate.clone(), source };
    let (game, other, verdict) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = Game::load(&arguments.game)?;
        let other = arguments.against.as_deref().map(Game::load).transpose()?;
        let file = BufReader::with_capacity(
            1 << 16,
            File::open(&arguments.certificate).map_err(unreadable)?,
        );
        indicator.say(format!("checking {}", arguments.certificate.display()));
        let reload = |changes: &[(String, Rational)]| {
            Game::load_with(&arguments.game, changes).map_err(|errors| errors.to_string())
        };
        let verdict = examine(&game, other.as_ref(), file, &reload).map_err(unreadable)?;
        (game, other, verdict)
    };
    let format = arguments.output.format;
    let valid = match &verdict {
        Verdict::Single(claim, verdict) => {
            let report =
                CheckReport { game: &game, claim: claim.as_ref(), verdict: verdict.as_ref() };
            print(|out| {
                if format == Format::Json { report.write_json(out) } else { report.write_text(out) }
            })?;
            if let (Some(log), Ok(_)) = (&arguments.log, verdict) {
                written_log(&game, arguments, log)?;
            }
            verdict.is_ok()
        }
        Verdict::Equilibria(verdict) => {
            let report = EquilibriaCheckReport { game: &game, verdict: verdict.as_ref() };
            print(|out| {
                if format == Format::Json { report.write_json(out) } else { report.write_text(out) }
            })?;
            verdict.is_ok()
        }
        Verdict::Bundle(verdict) => {
            let hash = other.as_ref().map(Game::hash);
            let report = BundleReport {
                game: &game,
                other: other.as_ref().zip(hash.as_deref()),
                verdict: verdict.as_ref(),
            };
            print(|out| {
                if format == Format::Json { report.write_json(out) } else { report.write_text(out) }
            })?;
            verdict.is_ok()
        }
    };
    Ok(if valid { Answer::Proved } else { Answer::Unproved })
}

/// Has the kernel prove what a certificate claims, and writes the log of the proof.
fn written_log(game: &Game, arguments: &CheckArguments, path: &Path) -> Result<(), Failure> {
    let unreadable = |source| Failure::Read { path: arguments.certificate.clone(), source };
    let certificate = BufReader::new(File::open(&arguments.certificate).map_err(unreadable)?);
    let text = Rc::new(RefCell::new(String::new()));
    let lines = Rc::clone(&text);
    let sink: Sink = Rc::new(RefCell::new(move |line: &str| lines.borrow_mut().push_str(line)));
    let claim = prove_logged(game, certificate, sink).map_err(Failure::NotElaborated)?;
    let text = text.borrow();
    write_atomically(path, |out| out.write_all(text.as_bytes()))?;
    eprintln!(
        "log             {} ({} bytes), for the listing {}; smfg-kernel {} accepted",
        path.display(),
        text.len(),
        claim.listing(),
        smfg_kernel::VERSION
    );
    Ok(())
}

/// The verdict; an error when the file cannot be read.
fn examine(
    game: &Game,
    other: Option<&Game>,
    mut input: impl BufRead,
    reload: Reload<'_>,
) -> io::Result<Verdict> {
    // The header is read twice, from memory: for the report, and by the checker, which trusts
    // nobody's reading.
    let mut header = Vec::new();
    let mut start = input.by_ref().take(LONGEST_HEADER);
    start.read_until(b'\n', &mut header)?;
    if header.starts_with(BUNDLE.as_bytes()) {
        let verdict = check_models(game, other, Some(reload), header.as_slice().chain(input));
        return match verdict {
            Err(BundleRejection { rejection, .. }) if failed(&rejection) => Err(cause(rejection)),
            verdict => Ok(Verdict::Bundle(verdict)),
        };
    }
    if header.starts_with(EQUILIBRIA.as_bytes()) {
        return match check_equilibria(game, header.as_slice().chain(input)) {
            Err(rejection) if failed(&rejection) => Err(cause(rejection)),
            verdict => Ok(Verdict::Equilibria(verdict)),
        };
    }
    for _ in 1..HEADER_LINES {
        start.read_until(b'\n', &mut header)?;
    }
    let claim = Reader::start(header.as_slice(), game.stages.len(), game.states.len())
        .ok()
        .map(|(_, claim)| claim);
    match check_with(game, header.as_slice().chain(input), Some(reload)) {
        Err(rejection) if failed(&rejection) => Err(cause(rejection)),
        verdict => Ok(Verdict::Single(claim, verdict)),
    }
}

/// Whether the file could not be read, which says nothing about it; bytes that are no text make a
/// certificate invalid.
fn failed(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::Unreadable(ReadError::Io { source, .. }) if source.kind() != io::ErrorKind::InvalidData)
}

fn cause(rejection: Rejection) -> io::Error {
    match rejection {
        Rejection::Unreadable(ReadError::Io { source, .. }) => source,
        other => io::Error::other(other.to_string()),
    }
}
