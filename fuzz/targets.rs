//! What is fuzzed: each function takes the bytes of a file that a stranger may have sent, and must
//! return. `tests/files/fuzz_corpus.rs` runs them on everything in `corpus`.

use smfg::certificate::{BUNDLE, EQUILIBRIA};
use smfg::check::{check, check_equilibria, check_models};
use smfg::claim::{Claim, Options, PlayKind, read_array, verify};
use smfg::game::{Game, classify, listing};
use smfg_kernel::{Listing, check_log, read_listing};
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The name of a target, and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Name of a target, which is that of its folder in `corpus`, and what it does.
pub const TARGETS: [Target; 7] = [
    ("games_toml", games_toml),
    ("games_json", games_json),
    ("claims", claims),
    ("arrays", arrays),
    ("certificates", certificates),
    ("listings", listings),
    ("logs", logs),
];

/// Games that claims and certificates are about; the first byte of an input chooses.
static GAMES: LazyLock<Vec<Game>> = LazyLock::new(|| {
    let texts = [
        include_str!("../models/tie.toml"),
        include_str!("../models/adoption.toml"),
        include_str!("../models/epidemic.toml"),
        include_str!("../models/moral_hazard.toml"),
        include_str!("../models/rock_paper_scissors.toml"),
    ];
    let game = |text: &&str| Game::parse_toml(text).unwrap_or_else(|errors| panic!("{errors}"));
    texts.iter().map(game).collect()
});

static LISTINGS: LazyLock<Vec<Arc<Listing>>> = LazyLock::new(|| {
    let listed = |game: &Game| listing(game).map(Arc::new);
    GAMES.iter().map(|game| listed(game).unwrap_or_else(|error| panic!("{error}"))).collect()
});

/// The number of the game that the first byte chooses, a digit in the corpus, and the other bytes.
fn chosen(data: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(first.wrapping_sub(b'0')) % GAMES.len(), rest))
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

fn games_toml(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match Game::parse_toml(text) {
            Ok(game) => describe(&game),
            Err(errors) => drop(errors.to_string()),
        }
    }
}

fn games_json(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match Game::parse_json(text) {
            Ok(game) => describe(&game),
            Err(errors) => drop(errors.to_string()),
        }
    }
}

fn judge(game: &Game, claim: &Claim) {
    if let Err(error) = verify(game, claim, &Options::default(), &|| true) {
        drop(error.to_string());
    }
}

fn claims(data: &[u8]) {
    let Some((game, text)) = chosen(data) else { return };
    // Arrays in files are a target of their own: no folder has this name.
    match Claim::parse(text, Path::new("/nonexistent/"), &GAMES[game]) {
        Ok(claim) => judge(&GAMES[game], &claim),
        Err(error) => drop(error.to_string()),
    }
}

fn arrays(data: &[u8]) {
    let Some((game, bytes)) = chosen(data) else { return };
    match read_array(Cursor::new(bytes), &["policy", "occupation"], &GAMES[game]) {
        Ok((_, array)) => judge(&GAMES[game], &Claim::of(PlayKind::Policy, array)),
        Err(error) => drop(error.to_string()),
    }
}

fn certificates(data: &[u8]) {
    let Some((game, text)) = chosen(data) else { return };
    let game = &GAMES[game];
    let verdict = if text.starts_with(BUNDLE.as_bytes()) {
        let other = &GAMES[0];
        check_models(game, Some(other), None, text).map(drop).map_err(|error| error.to_string())
    } else if text.starts_with(EQUILIBRIA.as_bytes()) {
        check_equilibria(game, text).map(drop).map_err(|error| error.to_string())
    } else {
        check(game, text).map(drop).map_err(|error| error.to_string())
    };
    drop(verdict);
}

fn listings(data: &[u8]) {
    match read_listing(data) {
        Ok(listing) => drop(listing.hash()),
        Err(failure) => drop(failure.to_string()),
    }
}

fn logs(data: &[u8]) {
    let Some((game, text)) = chosen(data) else { return };
    if let Err(failure) = check_log(&LISTINGS[game], text, |claim| drop(claim.to_string())) {
        drop(failure.to_string());
    }
}
