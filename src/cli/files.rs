//! Files that appear complete or not at all.

use super::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Fails when `path` cannot be written, so that nobody learns it after hours of work.
pub(super) fn probe(path: &Path) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    match place(path).map_err(failed)? {
        Place::Special => Ok(()),
        Place::Regular { temporary, .. } => {
            OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(failed)?;
            fs::remove_file(&temporary).map_err(failed)
        }
    }
}

/// Writes a file under a temporary name in the same directory, then renames it.
pub(super) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    match place(path).map_err(failed)? {
        Place::Special => {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            let mut out = BufWriter::new(file);
            write(&mut out).and_then(|()| out.flush()).map_err(failed)
        }
        Place::Regular { target, temporary } => {
            let file =
                OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(failed)?;
            let written = fill(file, write).and_then(|()| fs::rename(&temporary, &target));
            written.map_err(|source| {
                // The first error is the one to tell.
                let _ = fs::remove_file(&temporary);
                failed(source)
            })
        }
    }
}

fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    out.flush()?;
    out.get_ref().sync_all()
}

enum Place {
    /// A device or a pipe, which must not be replaced by a file.
    Special,
    /// A file, there already or not.
    Regular { target: PathBuf, temporary: PathBuf },
}

fn place(path: &Path) -> io::Result<Place> {
    let target = match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a directory, expected the name of a file",
            ));
        }
        Ok(found) if !found.is_file() => return Ok(Place::Special),
        // Through links to the file itself.
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_path_buf(),
    };
    let Some(name) = target.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected the name of a file"));
    };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(hidden);
    Ok(Place::Regular { target, temporary })
}
