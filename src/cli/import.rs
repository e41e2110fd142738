//! `smfg import`: games of other formats.

use super::arguments::ImportArguments;
use super::files::write_atomically;
use super::outputs::Outputs;
use super::watch::Watch;
use super::{Answer, Failure};
use crate::game::read_file;
use crate::import::{LARGEST_NFG, NfgError, NfgErrorKind, read_nfg};

/// Writes the game file of a finite game.
pub(super) fn run(arguments: &ImportArguments, watch: &Watch) -> Result<Answer, Failure> {
    let path = &arguments.file;
    let output = arguments.output.as_ref();
    let outputs = Outputs::plan(&[path], &[("--output", output)], arguments.force)?;
    let unread = |source| Failure::Read { path: path.clone(), source };
    let refused = |source| Failure::Nfg { path: path.clone(), source };
    let bytes = read_file(path, LARGEST_NFG)
        .map_err(unread)?
        .map_err(|bytes| refused(NfgError { line: 1, kind: NfgErrorKind::TooLong { bytes } }))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        refused(NfgError { line, kind: NfgErrorKind::NoText })
    })?;
    let game = read_nfg(text).map_err(refused)?;
    let json = game.to_json().map_err(|source| Failure::Finite { path: path.clone(), source })?;
    match output {
        Some(output) => {
            outputs.about(&[])?;
            write_atomically(output, |out| out.write_all(json.as_bytes()))
                .map_err(|source| Failure::Write { path: output.clone(), source })?;
        }
        None => watch.print(|out| out.write_all(json.as_bytes()))?,
    }
    Ok(Answer::Proved)
}
