//! Whatever bytes a claim or an array file holds, reading them gives a value or an error: no panic,
//! no overflow, no allocation by announcement.

use proptest::prelude::*;
use smfg::claim::{Claim, Options, read_array, verify};
use smfg::game::Game;
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static ARRAYS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files(&["npy", "npz"]));
static CLAIMS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| files(&["json"]));

/// The claim files that are short enough to be changed in every place.
fn files(extensions: &[&str]) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir("tests/claims")
        .expect("the claim files")
        .map(|entry| entry.expect("an entry").path());
    let wanted = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|own| extensions.iter().any(|extension| own == *extension))
    };
    let mut paths: Vec<_> = entries.filter(wanted).collect();
    paths.sort();
    let bytes = paths.into_iter().map(|path| std::fs::read(path).expect("a file"));
    bytes.filter(|bytes| bytes.len() < 4096 && !bytes.is_empty()).collect()
}

/// One change of a file.
#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Cut(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || any::<prop::sample::Index>();
    prop_oneof![
        2 => (place(), any::<u8>()).prop_map(|(place, byte)| Change::Set(place, byte)),
        4 => (place(), prop::sample::select(b"0123456789".to_vec())).prop_map(|(place, byte)| Change::Set(place, byte)),
        2 => (place(), prop::collection::vec(prop::sample::select(b"0123456789-+eE.,:[]{}()\"'<>fiuLNa \\\xff\0".to_vec()), 1..6))
            .prop_map(|(place, bytes)| Change::Insert(place, bytes)),
        1 => (place(), 1..20usize).prop_map(|(place, length)| Change::Remove(place, length)),
        1 => (place(), 1..40usize).prop_map(|(place, length)| Change::Repeat(place, length)),
        1 => place().prop_map(Change::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, changes: Vec<Change>) {
    for change in changes {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        match change {
            Change::Set(place, byte) => bytes[place.index(length)] = byte,
            Change::Insert(place, more) => {
                let at = place.index(length);
                bytes.splice(at..at, more);
            }
            Change::Remove(place, count) => {
                let at = place.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Change::Repeat(place, count) => {
                let at = place.index(length);
                let part = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Cut(place) => bytes.truncate(place.index(length)),
        }
    }
}

static GAME: LazyLock<Game> =
    LazyLock::new(|| Game::load("tests/claims/road.toml").expect("a game"));
/// Changed claims that were still claims, and changed arrays that were still arrays: the tests are
/// about these too.
static READ: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40000, failure_persistence: None, ..ProptestConfig::default() })]

    fn arrays(which in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let mut bytes = ARRAYS[which.index(ARRAYS.len())].clone();
        apply(&mut bytes, changes);
        match read_array(Cursor::new(&bytes), &["policy", "occupation"], &GAME) {
            Err(error) => prop_assert!(!error.to_string().is_empty()),
            Ok((_, array)) => {
                READ[1].fetch_add(1, Ordering::Relaxed);
                prop_assert_eq!(array.shape().iter().product::<usize>(), array.len());
            }
        }
    }

    fn claims(which in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let mut bytes = CLAIMS[which.index(CLAIMS.len())].clone();
        apply(&mut bytes, changes);
        match Claim::parse(&bytes, Path::new("tests/claims"), &GAME) {
            Err(error) => prop_assert!(!error.to_string().is_empty()),
            Ok(claim) => {
                READ[0].fetch_add(1, Ordering::Relaxed);
                // Whatever was read is judged, or refused with a reason.
                if let Err(error) = verify(&GAME, &claim, &Options::default(), &|| true) {
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0..4usize) {
        let prefix: &[u8] = [b"".as_slice(), b"\x93NUMPY\x01\x00\x76\x00", b"PK\x03\x04", b"{\"format\": \"smfg-claim/1\", "][start];
        let bytes = [prefix, &bytes].concat();
        let _ = read_array(Cursor::new(&bytes), &[], &GAME);
        let _ = Claim::parse(&bytes, Path::new(""), &GAME);
    }
}

#[test]
fn changed_files_are_read_or_refused() {
    arrays();
    claims();
    let read = [0, 1].map(|kind| READ[kind].load(Ordering::Relaxed));
    assert!(read.iter().all(|&count| count > 500), "only {read:?} files were read");
}
