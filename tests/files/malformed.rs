//! Malformed game files: each gives a clear error, in bounded time, and never a game.
//!
//! tests/malformed/expected.toml has a part of the message for each file of the folder.

use smfg::game::Game;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Far beyond what any of the files needs.
const LONGEST: Duration = Duration::from_secs(20);

fn expected() -> BTreeMap<String, String> {
    let text = fs::read_to_string("tests/malformed/expected.toml").expect("the list");
    toml::from_str(&text).expect("a table of texts")
}

/// The error of a file; `None` when it loads.
fn error_of(path: &Path) -> Option<String> {
    let (send, receive) = mpsc::channel();
    let owned = path.to_path_buf();
    std::thread::spawn(move || {
        send.send(Game::load(&owned).err().map(|errors| errors.to_string()))
    });
    receive.recv_timeout(LONGEST).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

#[test]
fn every_file_gives_its_error() {
    let expected = expected();
    assert!(expected.len() >= 100);
    let mut wrong = Vec::new();
    for (name, fragment) in &expected {
        let path = Path::new("tests/malformed").join(name);
        match error_of(&path) {
            None => wrong.push(format!("{name}: loads")),
            Some(message) => {
                if !message.contains(fragment.as_str()) {
                    wrong.push(format!("{name}: `{message}` does not contain `{fragment}`"));
                }
                if !message.contains(name.as_str()) {
                    wrong.push(format!("{name}: `{message}` does not name the file"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_listed() {
    let expected = expected();
    for entry in fs::read_dir("tests/malformed").expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        assert!(
            name == "expected.toml" || expected.contains_key(&name),
            "{name} is not in expected.toml"
        );
    }
}

/// Several independent errors are reported together.
#[test]
fn errors_come_together() {
    let text = fs::read_to_string("models/audit.toml").expect("a shipped model");
    let broken = text.replacen(
        "[[reward]]",
        "[[reward]]\nvalue = \"nonsense\"\n[[reward]]\nstate = \"nowhere\"\nvalue = 1\n[[reward]]",
        1,
    );
    let message = Game::parse_toml(&broken).expect_err("two errors").to_string();
    assert!(message.contains("nonsense") && message.contains("nowhere"), "{message}");
}

#[test]
fn byte_order_mark_and_carriage_returns_are_no_errors() {
    let text = fs::read_to_string("models/tie.toml").expect("a shipped model");
    let plain = Game::parse_toml(&text).expect("a game").hash();
    assert_eq!(Game::parse_toml(&text.replace('\n', "\r\n")).expect("the same game").hash(), plain);
    assert_eq!(Game::parse_toml(&format!("\u{feff}{text}")).expect("the same game").hash(), plain);
}
