//! The program, run.

use serde_json::Value;
use std::process::Command;

/// The program with arguments, in the folder of the package.
pub fn smfg(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smfg"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

/// Status, standard output, standard error.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = smfg(arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit status"), text(output.stdout), text(output.stderr))
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// The JSON that a command prints when it answers with status 0 and nothing on standard error.
#[cfg(feature = "solver")]
pub fn answer(arguments: &[&str]) -> Value {
    let (status, out, err) = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!((status, err.as_str()), (0, ""), "{arguments:?}: {out}");
    json(&out)
}

/// The keys of an object, in order.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
