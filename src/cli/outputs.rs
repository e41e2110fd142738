//! The files that a call writes: after its answer is printed, and never in place of what they
//! should not replace.

use super::files::{Place, place, probe, write_atomically};
use super::watch::Watch;
use super::{Answer, Failure};
use crate::game::Game;
use clap::Args;
use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes at the start and at the end of a file in which it says what it is.
const SIGNED: u64 = 1 << 16;
/// How files that name the hash of a game begin, when this program wrote them.
const OWN: [&[u8]; 3] = [b"smfg-", b"<svg", b"<!DOCTYPE html>"];
/// Last line of a picture, before the hash of its game.
#[cfg(feature = "solver")]
const PICTURE: &str = "<!-- smfg, game ";

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ForceArguments {
    /// Replace files that smfg did not write for the same game
    #[arg(long)]
    pub(super) force: bool,
}

/// The files that one call may write.
#[derive(Debug)]
pub(super) struct Outputs {
    /// Existing files of this program whose game is not known yet.
    unconfirmed: Vec<(&'static str, PathBuf)>,
    failed: Cell<bool>,
}

impl Outputs {
    /// Plans to write `outputs`, by their options, in a call that reads `inputs`.
    ///
    /// # Errors
    /// [`Failure`] for an output that is one of the inputs, another output, standard output, or a
    /// file that exists and was not written by this program, unless it is empty or `force` is
    /// given; and for one that cannot be written.
    pub(super) fn plan(
        inputs: &[&Path],
        outputs: &[(&'static str, Option<&PathBuf>)],
        force: ForceArguments,
    ) -> Result<Outputs, Failure> {
        let mut taken: Vec<(String, Identity)> = Vec::new();
        for input in inputs {
            taken.extend(identity(input).map(|id| (input.display().to_string(), id)));
        }
        taken.extend(standard_output().map(|id| ("standard output".into(), id)));
        let mut unconfirmed = Vec::new();
        for (option, path) in outputs {
            let Some(path) = path else { continue };
            let failed = |source| Failure::Write { path: (*path).clone(), source };
            let Place::Regular(target) = place(path).map_err(failed)? else { continue };
            if let Some(own) = identity(&target) {
                if let Some((other, _)) = taken.iter().find(|(_, other)| other.same(&own)) {
                    let (option, other) = (*option, other.clone());
                    return Err(Failure::Taken { option, path: (*path).clone(), other });
                }
                taken.push(((*option).to_string(), own));
            }
            match signature(&target) {
                _ if force.force => {}
                Signature::None => {}
                Signature::Own => unconfirmed.push((*option, (*path).clone())),
                Signature::Foreign => {
                    return Err(Failure::Exists { option, path: (*path).clone() });
                }
            }
            probe(path).map_err(failed)?;
        }
        Ok(Outputs { unconfirmed, failed: Cell::new(false) })
    }

    /// Says which games the call is about, before it does what takes long.
    ///
    /// # Errors
    /// [`Failure::Exists`] when an existing file is about none of them.
    pub(super) fn about(&self, games: &[&Game]) -> Result<(), Failure> {
        if self.unconfirmed.is_empty() {
            return Ok(());
        }
        let hashes: Vec<String> = games.iter().map(|game| game.hash()).collect();
        for (option, path) in &self.unconfirmed {
            let text = signed_part(path).unwrap_or_default();
            let named = |hash: &String| text.windows(hash.len()).any(|w| w == hash.as_bytes());
            if !hashes.iter().any(named) {
                return Err(Failure::Exists { option, path: path.clone() });
            }
        }
        Ok(())
    }

    /// Writes a file that was planned, if it was asked for; a failure is printed, and the answer
    /// stands. Whether a file was written.
    pub(super) fn write(
        &self,
        watch: &Watch,
        path: Option<&PathBuf>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> bool {
        let Some(path) = path else { return false };
        watch.doing(format!("writing {}; the answer stands", path.display()));
        let written = write_atomically(path, write);
        if let Err(source) = written {
            Failure::Write { path: path.clone(), source }.print();
            self.failed.set(true);
            return false;
        }
        true
    }

    /// Says that a file could not be written.
    #[cfg(feature = "solver")]
    pub(super) fn fail(&self) {
        self.failed.set(true);
    }

    /// `answer`, which is not all that was asked for when a file is missing.
    pub(super) fn completed(&self, answer: Answer) -> Answer {
        if self.failed.get() { Answer::Unproved } else { answer }
    }
}

/// A picture as it is written, with the game that it is about.
#[cfg(feature = "solver")]
pub(super) fn signed_picture(picture: &str, game: &Game) -> String {
    format!("{}\n{PICTURE}{} -->\n", picture.trim_end(), game.hash())
}

/// What tells one file from another, whatever its names.
#[derive(Debug)]
struct Identity {
    name: PathBuf,
    #[cfg(unix)]
    node: Option<(u64, u64)>,
}

impl Identity {
    fn same(&self, other: &Identity) -> bool {
        #[cfg(unix)]
        if self.node.is_some() && self.node == other.node {
            return true;
        }
        self.name == other.name
    }
}

/// Of a file that is there, or of the place where it would be; `None` for pipes and devices.
fn identity(path: &Path) -> Option<Identity> {
    let Ok(Place::Regular(target)) = place(path) else { return None };
    #[cfg(unix)]
    let node = fs::metadata(&target).ok().as_ref().map(node);
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
    let name = folder.join(target.file_name()?);
    Some(Identity {
        name,
        #[cfg(unix)]
        node,
    })
}

#[cfg(unix)]
fn node(found: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

/// The file that standard output goes to, if it is one.
fn standard_output() -> Option<Identity> {
    #[cfg(unix)]
    {
        let found = fs::metadata("/dev/stdout").ok().filter(fs::Metadata::is_file)?;
        Some(Identity { name: PathBuf::new(), node: Some(node(&found)) })
    }
    #[cfg(not(unix))]
    None
}

/// Whose file it is.
enum Signature {
    /// There is none, or nothing in it.
    None,
    /// This program's, for a game that it names.
    Own,
    /// Somebody's.
    Foreign,
}

fn signature(target: &Path) -> Signature {
    match signed_part(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Signature::None,
        Ok(text) if text.is_empty() => Signature::None,
        Ok(text) if OWN.iter().any(|start| text.starts_with(start)) => Signature::Own,
        _ => Signature::Foreign,
    }
}

/// Start and end of a file.
fn signed_part(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut text = Vec::new();
    Read::by_ref(&mut file).take(SIGNED).read_to_end(&mut text)?;
    let length = file.metadata()?.len();
    if length > SIGNED {
        file.seek(SeekFrom::Start(length.saturating_sub(SIGNED).max(SIGNED)))?;
        file.take(SIGNED).read_to_end(&mut text)?;
    }
    Ok(text)
}
