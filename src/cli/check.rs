//! `smfg check`: whether a certificate proves what it claims.

use super::arguments::{CheckArguments, Format};
use super::progress::Indicator;
use super::{Answer, Failure, print};
use crate::certificate::{Claim, ReadError, Reader};
use crate::check::{Accepted, Rejection, check};
use crate::game::Game;
use crate::report::CheckReport;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// Lines of a certificate up to its claim.
const HEADER_LINES: usize = 6;
/// Longest header: two numbers of the greatest length, and room for the rest.
const LONGEST_HEADER: u64 = 1 << 23;

/// Checks and prints the verdict.
pub(super) fn run(arguments: &CheckArguments) -> Result<Answer, Failure> {
    let unreadable = |source| Failure::Read { path: arguments.certificate.clone(), source };
    let (game, claim, verdict) = {
        let indicator = Indicator::start(arguments.output.quiet, format!("reading {}", arguments.game.display()));
        let game = Game::load(&arguments.game)?;
        let file = BufReader::with_capacity(1 << 16, File::open(&arguments.certificate).map_err(unreadable)?);
        indicator.say(format!("checking {}", arguments.certificate.display()));
        let (claim, verdict) = examine(&game, file).map_err(unreadable)?;
        (game, claim, verdict)
    };
    let report = CheckReport { game: &game, claim: claim.as_ref(), verdict: verdict.as_ref() };
    print(|out| match arguments.output.format {
        Format::Text => report.write_text(out),
        Format::Json => report.write_json(out),
    })?;
    Ok(if verdict.is_ok() { Answer::Proved } else { Answer::Unproved })
}

/// The claim, where it can be read, and the verdict; an error when the file cannot be read.
fn examine(game: &Game, mut input: impl BufRead) -> io::Result<(Option<Claim>, Result<Accepted, Rejection>)> {
    // The header is read twice, from memory: for the report, and by the checker, which trusts nobody's reading.
    let mut header = Vec::new();
    let mut start = input.by_ref().take(LONGEST_HEADER);
    for _ in 0..HEADER_LINES {
        start.read_until(b'\n', &mut header)?;
    }
    let claim = Reader::start(header.as_slice(), game.stages.len(), game.states.len()).ok().map(|(_, claim)| claim);
    match check(game, header.as_slice().chain(input)) {
        // Bytes that are not text make a certificate invalid; any other failure says nothing about it.
        Err(Rejection::Unreadable(ReadError::Io { source, .. })) if source.kind() != io::ErrorKind::InvalidData => Err(source),
        verdict => Ok((claim, verdict)),
    }
}
