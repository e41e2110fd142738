//! Files that appear complete or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Most links followed from a name to a file, as operating systems have it.
const MOST_LINKS: usize = 40;
/// Most leftovers of earlier calls with the same process number that are stepped over.
const MOST_LEFTOVERS: usize = 1000;

/// Where a name leads.
#[derive(Debug)]
pub(super) enum Place {
    /// A device or a pipe, which must not be replaced by a file.
    Special,
    /// A file, there already or not; links lead to it and stay.
    Regular(PathBuf),
}

/// Follows `path` to what would be written.
///
/// # Errors
/// A folder, no name, links in a circle, and what the system says.
pub(super) fn place(path: &Path) -> io::Result<Place> {
    let target = followed(path)?;
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a directory, expected the name of a file",
        )),
        Ok(found) if !found.is_file() => Ok(Place::Special),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ if target.file_name().is_none() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "expected the name of a file"))
        }
        _ => Ok(Place::Regular(target)),
    }
}

/// The name at the end of a chain of symbolic links, whether something is there or not.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&target) {
            Ok(next) => {
                // A relative link is relative to the folder that holds it.
                target.pop();
                target.push(next);
            }
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Fails when `path` cannot be written, so that nobody learns it after hours of work.
///
/// # Errors
/// What the system says.
pub(super) fn probe(path: &Path) -> io::Result<()> {
    match place(path)? {
        Place::Special => Ok(()),
        Place::Regular(target) => {
            let (_, temporary) = create_beside(&target)?;
            fs::remove_file(temporary)
        }
    }
}

/// Writes a file under a temporary name in the same folder, then renames it. A file that is there
/// already passes its permissions on.
///
/// # Errors
/// What the system says; the file is then as it was.
pub(super) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match place(path)? {
        Place::Special => {
            let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
            write(&mut out).and_then(|()| out.flush())
        }
        Place::Regular(target) => {
            let (file, temporary) = create_beside(&target)?;
            let written = fill(file, &target, write);
            written.and_then(|()| fs::rename(&temporary, &target)).inspect_err(|_| {
                // The first error is the one to tell.
                let _ = fs::remove_file(&temporary);
            })
        }
    }
}

fn fill(
    file: File,
    target: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    out.flush()?;
    if let Ok(old) = fs::metadata(target) {
        out.get_ref().set_permissions(old.permissions())?;
    }
    out.get_ref().sync_all()
}

/// A new file in the folder of `target`. Its name is short whatever that of the target is, and
/// what an earlier call left behind is stepped over.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    for attempt in 0..MOST_LEFTOVERS {
        let temporary = target.with_file_name(format!(".smfg-{process}-{attempt}.tmp"));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, temporary)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many leftovers named .smfg-*.tmp"))
}
