//! Malformed game files in the hands of the program.

use crate::program::smfg;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

/// Far beyond what any of the files needs.
const LONGEST: Duration = Duration::from_secs(20);

/// The program answers with status 2 and an error on standard error, and does not panic.
#[test]
fn the_program_answers_with_status_two() {
    for entry in std::fs::read_dir("tests/malformed").expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        if name == "expected.toml" {
            continue;
        }
        let (send, receive) = mpsc::channel();
        let child = smfg(&["info", &format!("tests/malformed/{name}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        std::thread::spawn(move || send.send(child.wait_with_output()));
        let output = receive
            .recv_timeout(LONGEST)
            .unwrap_or_else(|problem| panic!("{name}: {problem}"))
            .expect("it ran");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(
            message.starts_with("error: ") && !message.contains("panicked"),
            "{name}: {message}"
        );
        assert!(output.stdout.is_empty(), "{name}: data on standard output");
    }
}
