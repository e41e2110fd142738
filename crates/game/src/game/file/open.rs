//! Opening files that a stranger may have sent.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Where a shell passes open files on, such as the pipe of `<(zcat game.cert.gz)`.
const PASSED: [&str; 3] = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"];

/// Opens a file for reading. A pipe that nobody writes into, or a device without an end, would keep
/// the program for ever: only regular files are opened, and what the shell has opened already.
///
/// # Errors
/// What the system says, or that it is no regular file.
pub fn open_file(path: &Path) -> io::Result<File> {
    let passed = PASSED.iter().any(|place| path.as_os_str().to_string_lossy().starts_with(place));
    let refused = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    // Asked before opening, which waits for somebody who writes into a pipe.
    let found = fs::metadata(path)?;
    if found.is_dir() {
        return refused("it is a directory, expected a file");
    }
    if !found.is_file() && !passed {
        return refused("it is a pipe or a device, expected a file");
    }
    File::open(path)
}

/// Reads at most `most` bytes of a file; `Err` holds the number of bytes of a longer one.
///
/// # Errors
/// What the system says.
pub fn read_file(path: &Path, most: u64) -> io::Result<Result<Vec<u8>, u64>> {
    let file = open_file(path)?;
    let size = file.metadata()?.len();
    if size > most {
        return Ok(Err(size));
    }
    // A file may grow, and some tell a size of 0.
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(if size > most { Err(size) } else { Ok(bytes) })
}
