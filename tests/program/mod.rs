//! The program as users call it.

// Every test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

use assert_cmd::Command;
use serde_json::Value;

/// Status, standard output, standard error.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_smfg"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit status"), text(output.stdout), text(output.stderr))
}

/// The JSON that a command prints when it answers with status 0 and nothing on standard error.
pub fn answer(arguments: &[&str]) -> Value {
    let (status, out, err) = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!((status, err.as_str()), (0, ""), "{arguments:?}: {out}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error} in {out}"))
}

/// The keys of an object, in order.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
