//! `smfg import`: games of other formats.

use super::arguments::ImportArguments;
use super::files::write_atomically;
use super::{Answer, Failure, print};
use crate::import::{NfgError, NfgErrorKind, read_nfg};
use std::fs;

/// Writes the game file of a finite game.
pub(super) fn run(arguments: &ImportArguments) -> Result<Answer, Failure> {
    let path = &arguments.file;
    let bytes = fs::read(path).map_err(|source| Failure::Read { path: path.clone(), source })?;
    let refused = |source| Failure::Nfg { path: path.clone(), source };
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        refused(NfgError { line, kind: NfgErrorKind::NoText })
    })?;
    let game = read_nfg(text).map_err(refused)?;
    let json = game.to_json().map_err(|source| Failure::Finite { path: path.clone(), source })?;
    match &arguments.output {
        Some(output) => write_atomically(output, |out| out.write_all(json.as_bytes()))?,
        None => print(|out| out.write_all(json.as_bytes()))?,
    }
    Ok(Answer::Proved)
}
