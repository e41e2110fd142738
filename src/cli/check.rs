//! `smfg check`: whether a certificate proves what it claims.

use super::arguments::{CheckArguments, Format};
use super::load::loaded;
use super::outputs::Outputs;
use super::progress::Indicator;
use super::watch::{Reason, Watch, Words};
use super::{Answer, Failure};
use crate::certificate::{BUNDLE, Claim, EQUILIBRIA, ReadError, Reader};
use crate::check::{
    Accepted, AcceptedBundle, AcceptedEquilibria, BundleRejection, Rejection, Reload,
    check_equilibria, check_models, check_with,
};
use crate::elaborate::{log::Sink, prove_bundle_logged, prove_logged};
use crate::exact::Rational;
use crate::game::{Game, open_file};
use crate::report::{BundleReport, CheckReport, EquilibriaCheckReport, write_undecided};
use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most lines of a certificate up to its claim.
const HEADER_LINES: usize = 7;
/// Longest first line, which names a format.
const LONGEST_FIRST: u64 = 1 << 12;
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
pub(super) fn run(
    arguments: &'static CheckArguments,
    watch: &'static Watch,
) -> Result<Answer, Failure> {
    let unreadable = |source| Failure::Read { path: arguments.certificate.clone(), source };
    let inputs = [Some(&arguments.game), Some(&arguments.certificate), arguments.against.as_ref()];
    let inputs: Vec<_> = inputs.into_iter().flatten().map(PathBuf::as_path).collect();
    let outputs = Outputs::plan(&inputs, &[("--log", arguments.log.as_ref())], arguments.force)?;
    let (game, other, verdict) = {
        let indicator = Indicator::start(
            arguments.output.quiet,
            format!("reading {}", arguments.game.display()),
        );
        let game = loaded(&arguments.game, watch)?;
        outputs.about(&[game])?;
        let other = arguments.against.as_deref().map(|path| loaded(path, watch)).transpose()?;
        let file = BufReader::with_capacity(
            1 << 16,
            open_file(&arguments.certificate).map_err(unreadable)?,
        );
        indicator.say(format!("checking {}", arguments.certificate.display()));
        watch.doing(format!("checking {}", arguments.certificate.display()));
        watch.keep(|reason| undecided(arguments, reason));
        let reload = reload(&arguments.game);
        let verdict = examine(game, other, file, &reload).map_err(unreadable)?;
        (game, other, verdict)
    };
    let valid = print_verdict(game, other, &verdict, arguments.output.format, watch)?;
    if valid && arguments.log.is_some() {
        written_log((game, other), &verdict, arguments, &outputs, watch)?;
    }
    Ok(outputs.completed(if valid { Answer::Proved } else { Answer::Unproved }))
}

/// What is said of a certificate whose check does not end.
fn undecided(arguments: &CheckArguments, reason: Reason) -> Option<Words> {
    let mut text = Vec::new();
    let json = arguments.output.format == Format::Json;
    write_undecided(&mut text, reason.words(), json).ok()?;
    Some(Words { text, file: None })
}

/// Prints the verdict; whether it is that all is valid.
fn print_verdict(
    game: &Game,
    other: Option<&Game>,
    verdict: &Verdict,
    format: Format,
    watch: &Watch,
) -> Result<bool, Failure> {
    watch.print(|out| write_verdict(game, other, verdict, format, out))?;
    Ok(match verdict {
        Verdict::Single(_, verdict) => verdict.is_ok(),
        Verdict::Equilibria(verdict) => verdict.is_ok(),
        Verdict::Bundle(verdict) => verdict.is_ok(),
    })
}

fn write_verdict(
    game: &Game,
    other: Option<&Game>,
    verdict: &Verdict,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let json = format == Format::Json;
    match verdict {
        Verdict::Single(claim, verdict) => {
            let report = CheckReport { game, claim: claim.as_ref(), verdict: verdict.as_ref() };
            if json { report.write_json(out) } else { report.write_text(out) }
        }
        Verdict::Equilibria(verdict) => {
            let report = EquilibriaCheckReport { game, verdict: verdict.as_ref() };
            if json { report.write_json(out) } else { report.write_text(out) }
        }
        Verdict::Bundle(verdict) => {
            let hash = other.map(Game::hash);
            let other = other.zip(hash.as_deref());
            let report = BundleReport { game, other, verdict: verdict.as_ref() };
            if json { report.write_json(out) } else { report.write_text(out) }
        }
    }
}

/// Has the kernel prove what a valid certificate or bundle claims, and writes the log of the proof.
fn written_log(
    (game, other): (&Game, Option<&Game>),
    verdict: &Verdict,
    arguments: &CheckArguments,
    outputs: &Outputs,
    watch: &Watch,
) -> Result<(), Failure> {
    watch.doing("having the kernel prove the claim; the verdict stands");
    let unreadable = |source| Failure::Read { path: arguments.certificate.clone(), source };
    let certificate = BufReader::new(open_file(&arguments.certificate).map_err(unreadable)?);
    let text = Rc::new(RefCell::new(String::new()));
    let lines = Rc::clone(&text);
    let sink: Sink = Rc::new(RefCell::new(move |line: &str| lines.borrow_mut().push_str(line)));
    let listing = match verdict {
        Verdict::Single(_, Ok(accepted)) if !accepted.curve.is_empty() => {
            return Err(Failure::NoLog(
                "it speaks of an interval of epsilon, a log of single ones",
            ));
        }
        Verdict::Single(..) => {
            let claim = prove_logged(game, certificate, sink);
            claim.map_err(Failure::NotElaborated)?.listing().to_string()
        }
        Verdict::Bundle(_) => {
            let reload = reload(&arguments.game);
            let proved = prove_bundle_logged(game, other, Some(&reload), certificate, sink)
                .map_err(|unproved| Failure::NotElaborated(unproved.rejection))?;
            let several = "it speaks of several listings, or of intervals of epsilon, a log of one";
            proved.listing().ok_or(Failure::NoLog(several))?.to_string()
        }
        Verdict::Equilibria(_) => {
            return Err(Failure::NoLog("it is a list of equilibria, a log claims values"));
        }
    };
    let text = text.borrow();
    if outputs.write(watch, arguments.log.as_ref(), |out| out.write_all(text.as_bytes())) {
        let _ = writeln!(
            io::stderr(),
            "log             {} ({} bytes), for the listing {listing}; smfg-kernel {} accepted",
            arguments.log.as_deref().unwrap_or_else(|| "".as_ref()).display(),
            text.len(),
            smfg_kernel::VERSION
        );
    }
    Ok(())
}

/// Reads a game file with other values of its constants.
fn reload(path: &Path) -> impl Fn(&[(String, Rational)]) -> Result<Game, String> {
    move |changes| Game::load_with(path, changes).map_err(|errors| errors.to_string())
}

/// A certificate in memory, and what it is about.
#[cfg(feature = "solver")]
pub(super) struct Checked<'a> {
    /// The game.
    pub(super) game: &'a Game,
    /// Its file, for certificates that change constants of it.
    pub(super) file: &'a Path,
    /// A second game, for bundles that compare two.
    pub(super) other: Option<&'a Game>,
}

/// The verdict on `certificate` as `smfg check --format json` prints it.
///
/// # Errors
/// When the file cannot be read.
#[cfg(feature = "solver")]
pub(super) fn examined(of: &Checked<'_>, certificate: &[u8]) -> io::Result<Vec<u8>> {
    let reload = reload(of.file);
    let verdict = examine(of.game, of.other, certificate, &reload)?;
    let mut text = Vec::new();
    write_verdict(of.game, of.other, &verdict, Format::Json, &mut text)?;
    Ok(text)
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
    start.by_ref().take(LONGEST_FIRST).read_until(b'\n', &mut header)?;
    if !header.ends_with(b"\n") {
        // No format has such a first line: nothing else has to be read.
        return Ok(Verdict::Single(None, check_with(game, header.as_slice(), Some(reload))));
    }
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
