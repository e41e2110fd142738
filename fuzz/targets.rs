//! What is fuzzed: each function takes the bytes of a file that a stranger may have sent, or a part
//! of one behind a head that is right, and must return: true when the input got beyond the first
//! thing that its reader looks at, which for a text is its first line.
//! `tests/files/fuzz_corpus.rs` runs them on everything in `corpus`.

use smfg::certificate::{BUNDLE, EQUILIBRIA, ReadError};
use smfg::check::{Rejection, check_equilibria, check_hashed, check_models};
use smfg::claim::{Claim, Options, PlayKind, read_array, verify};
use smfg::elaborate::{prove, prove_equilibria};
use smfg::exact::ratio;
use smfg::game::expression::{Entity, Evaluator, Expression, Place, Symbols};
use smfg::game::{Game, GameErrors, Pairs, Problem, classify, listing};
use smfg::import::read_nfg;
use smfg_kernel::{Failure, Listing, check_log, limit_work, read_listing};
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The name of a target, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Name of a target, which is that of its folder in `corpus`, and what it does.
#[allow(dead_code, reason = "a program for one target names no other")]
pub const TARGETS: [Target; 12] = [
    ("games_toml", games_toml),
    ("games_json", games_json),
    ("rules", rules),
    ("expressions", expressions),
    ("claims", claims),
    ("arrays", arrays),
    ("certificates", certificates),
    ("proofs", proofs),
    ("listings", listings),
    ("logs", logs),
    ("steps", steps),
    ("nfg", nfg),
];

/// Games that claims and certificates are about; the first byte of an input chooses.
static GAMES: LazyLock<Vec<Game>> = LazyLock::new(|| {
    let texts = [
        include_str!("../models/tie.toml"),
        include_str!("../models/adoption.toml"),
        include_str!("../models/epidemic.toml"),
        include_str!("../models/moral_hazard.toml"),
        include_str!("../models/rock_paper_scissors.toml"),
        include_str!("listings/functions.toml"),
        include_str!("../models/susceptible_infected_11.toml"),
    ];
    let game = |text: &&str| Game::parse_toml(text).unwrap_or_else(|errors| panic!("{errors}"));
    texts.iter().map(game).collect()
});

static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| GAMES.iter().map(Game::hash).collect());

/// The listings of these games, read as the kernel reads them: targets of the kernel need no more.
static LISTINGS: LazyLock<Vec<Arc<Listing>>> = LazyLock::new(|| {
    let texts = [
        include_str!("listings/tie.listing"),
        include_str!("listings/adoption.listing"),
        include_str!("listings/epidemic.listing"),
        include_str!("listings/moral_hazard.listing"),
        include_str!("listings/rock_paper_scissors.listing"),
        include_str!("listings/functions.listing"),
        include_str!("listings/susceptible_infected_11.listing"),
    ];
    let read = |text: &&str| read_listing(text.as_bytes()).map(Arc::new);
    texts.iter().map(|text| read(text).unwrap_or_else(|failure| panic!("{failure}"))).collect()
});

/// Operations of the kernel per input: tubes may take half a minute.
const WORK: u64 = 1 << 28;

/// The number below `count` that the first byte chooses, a digit in the corpus, and the other
/// bytes.
fn chosen(data: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(first.wrapping_sub(b'0')) % count, rest))
}

/// Whatever is asked of a game that was read.
fn describe(game: &Game) {
    let _ = (classify(game), game.hash());
    if let Ok(listing) = listing(game) {
        let mut text = String::new();
        smfg_kernel::listing_text(&listing, &mut |part| text.push_str(part));
        // What is printed is read again as the same.
        match read_listing(text.as_bytes()) {
            Ok(again) => assert_eq!(again.hash(), listing.hash()),
            Err(failure) => panic!("{failure} in {text}"),
        }
    }
}

/// Whether a document was read, be there a game in it or not.
fn game(result: Result<Game, GameErrors>) -> bool {
    match result {
        Ok(game) => {
            describe(&game);
            true
        }
        Err(errors) => {
            drop(errors.to_string());
            !matches!(errors.errors(), [error] if matches!(error.problem, Problem::Document(_)))
        }
    }
}

/// A game file in TOML; deep when it is TOML.
pub fn games_toml(data: &[u8]) -> bool {
    std::str::from_utf8(data).is_ok_and(|text| game(Game::parse_toml(text)))
}

/// A game file in JSON; deep when it is JSON with the keys of a game.
pub fn games_json(data: &[u8]) -> bool {
    std::str::from_utf8(data).is_ok_and(|text| game(Game::parse_json(text)))
}

/// A game file in TOML behind a head that is right; deep when it is TOML.
pub fn rules(data: &[u8]) -> bool {
    const HEAD: &str = "format = \"smfg-game/1\"\nname = \"n\"\nstages = 2\n\
        states = [{ name = \"x\", w = 1 }, { name = \"y\", w = 2 }]\n\
        actions = [{ name = \"a\", e = 0 }, { name = \"b\", e = 1 }]\ninitial = { x = 1 }\n";
    let Ok(text) = std::str::from_utf8(data) else { return false };
    game(Game::parse_toml(&[HEAD, text].concat()))
}

/// What the formulas of [`expressions`] can name.
static SYMBOLS: LazyLock<Symbols> = LazyLock::new(|| {
    let entity = |(name, value): (&str, i64)| Entity {
        name: name.into(),
        attributes: [("w".to_string(), ratio(value, 3))].into(),
    };
    let pairs = Arc::new(Pairs::all(2, 2));
    Symbols {
        states: [("x", 1), ("y", 2)].map(entity).into(),
        actions: [("a", 1), ("b", -2)].map(entity).into(),
        pairs: vec![Arc::clone(&pairs), pairs],
        initial: vec![ratio(1, 4), ratio(3, 4)],
        parameters: vec!["u".into(), "v".into()],
        defines: vec![("q".into(), Expression::parse("2 * u + mean(s.w)@0").expect("a formula"))],
        ..Symbols::default()
    }
});

/// A formula; deep when it is one, so that it is evaluated.
pub fn expressions(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            drop(error.to_string());
            return false;
        }
    };
    let mut evaluator = Evaluator::new(&SYMBOLS).expect("definitions that are right");
    let place = Place { stage: Some(1), state: Some(0), action: Some(1) };
    if let Err(error) = evaluator.evaluate(&expression, place) {
        drop(error.to_string());
    }
    true
}

fn judge(game: &Game, claim: &Claim) {
    if let Err(error) = verify(game, claim, &Options::default(), &|| true) {
        drop(error.to_string());
    }
}

/// A claim in JSON; deep when it has the keys of a claim.
pub fn claims(data: &[u8]) -> bool {
    let Some((game, text)) = chosen(data, GAMES.len()) else { return false };
    // Arrays in files are a target of their own: no folder has this name.
    match Claim::parse(text, Path::new("/nonexistent/"), &GAMES[game]) {
        Ok(claim) => judge(&GAMES[game], &claim),
        Err(error) => {
            let message = error.to_string();
            return !message.starts_with("no JSON") && !message.contains("UTF-8");
        }
    }
    true
}

/// An array file; deep when its header was read.
pub fn arrays(data: &[u8]) -> bool {
    let Some((game, bytes)) = chosen(data, GAMES.len()) else { return false };
    match read_array(Cursor::new(bytes), &["policy", "occupation"], &GAMES[game]) {
        Ok((_, array)) => judge(&GAMES[game], &Claim::of(PlayKind::Policy, array)),
        Err(error) => {
            let message = error.to_string();
            return !message.contains("magic") && !message.contains("header");
        }
    }
    true
}

/// The line of a certificate behind which nothing was read, where a checker says so.
fn line_of(error: &ReadError) -> usize {
    match error {
        ReadError::Io { line, .. }
        | ReadError::Syntax { line, .. }
        | ReadError::Truncated { line }
        | ReadError::Version { line, .. } => *line,
    }
}

fn beyond<T>(verdict: Result<T, Rejection>, first: usize) -> bool {
    match verdict {
        Ok(_) => true,
        Err(rejection) => {
            drop(rejection.to_string());
            !matches!(&rejection, Rejection::Unreadable(error) if line_of(error) <= first)
        }
    }
}

/// A certificate or a bundle of them; deep behind its first line.
pub fn certificates(data: &[u8]) -> bool {
    let Some((number, text)) = chosen(data, GAMES.len()) else { return false };
    let game = &GAMES[number];
    limit_work(WORK);
    if text.starts_with(BUNDLE.as_bytes()) {
        return match check_models(game, Some(&GAMES[0]), None, text) {
            Ok(_) => true,
            Err(rejection) => {
                drop(rejection.to_string());
                !rejection.accepted.is_empty() || beyond::<()>(Err(rejection.rejection), 1)
            }
        };
    }
    if text.starts_with(EQUILIBRIA.as_bytes()) {
        let verdict = check_equilibria(game, text);
        let accepted = verdict.is_ok();
        if accepted && let Err(rejection) = prove_equilibria(game, text) {
            drop(rejection.to_string());
        }
        return beyond(verdict, 1);
    }
    check_and_prove(number, text, 1)
}

/// Checks a certificate, and has the kernel prove it when it is accepted.
fn check_and_prove(number: usize, text: &[u8], first: usize) -> bool {
    limit_work(WORK);
    let verdict = check_hashed(&GAMES[number], &HASHES[number], text);
    if verdict.is_ok()
        && let Err(rejection) = prove(&GAMES[number], text)
    {
        drop(rejection.to_string());
    }
    beyond(verdict, first)
}

/// The steps of a certificate behind a header that is right, which the first two bytes choose;
/// deep behind the first step.
pub fn proofs(data: &[u8]) -> bool {
    let Some((number, rest)) = chosen(data, GAMES.len()) else { return false };
    let Some((kind, text)) = chosen(rest, 4) else { return false };
    let epsilon = ["0", "1/10"][kind % 2];
    let selection = ["pessimistic", "optimistic"][kind / 2];
    let mut certificate = format!(
        "smfg-certificate 1\ngame {}\nepsilon {epsilon}\nselection {selection}\nscope all\n\
         claim -9 9\ndecision 0\n",
        HASHES[number]
    )
    .into_bytes();
    certificate.extend_from_slice(text);
    check_and_prove(number, &certificate, 8)
}

/// A listing; deep behind its first line.
pub fn listings(data: &[u8]) -> bool {
    match read_listing(data) {
        Ok(listing) => {
            drop(listing.hash());
            true
        }
        Err(failure) => behind(&failure, 1),
    }
}

/// Whether the kernel got behind a line.
fn behind(failure: &Failure, first: usize) -> bool {
    drop(failure.to_string());
    matches!(failure, Failure::Refused(line, ..) if *line > first)
}

fn log_of(number: usize, text: &[u8], first: usize) -> bool {
    limit_work(WORK);
    match check_log(&LISTINGS[number], text, |claim| drop(claim.to_string())) {
        Ok(()) => true,
        Err(failure) => behind(&failure, first),
    }
}

/// A log of the kernel; deep behind its first line.
pub fn logs(data: &[u8]) -> bool {
    let Some((number, text)) = chosen(data, LISTINGS.len()) else { return false };
    log_of(number, text, 1)
}

/// The steps of a log in a proof that the first two bytes choose; deep behind the first step.
pub fn steps(data: &[u8]) -> bool {
    const STATEMENTS: [&str; 8] = [
        "prove a bound -9 + 0 all -\n",
        "prove a bound 9 - 1/10 decision 0 -\n",
        "prove a reached 9 + 0 decision 0 -\n",
        "prove a reached 9 + 1/10 all -\nplay 1 0 1 1 - 2 1 1 0\n",
        "prove a below 9 + 1/10 all -\n",
        "prove a form constant 1*x0 . + 0 all -\n",
        "prove a patterns 2 1 0 0 1 0 1 + 0 all -\n",
        "prove a reached 9 - 1/10 decision 0 -\nscale\nsimplices\n",
    ];
    let Some((number, rest)) = chosen(data, LISTINGS.len()) else { return false };
    let Some((kind, text)) = chosen(rest, STATEMENTS.len()) else { return false };
    let head = STATEMENTS[kind];
    let mut log = head.as_bytes().to_vec();
    log.extend_from_slice(text);
    log_of(number, &log, head.lines().count() + 1)
}

/// A game in Gambit's normal form; deep when it is there, or refused for more than its words.
pub fn nfg(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    match read_nfg(text) {
        Ok(finite) => {
            // The game file that it becomes is read.
            if let Ok(file) = finite.to_json()
                && let Err(errors) = Game::parse_json(&file)
            {
                panic!("{errors}");
            }
            true
        }
        Err(error) => {
            let message = error.to_string();
            text.starts_with("NFG 1 ") && !message.contains("title")
        }
    }
}
