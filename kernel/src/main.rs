//! `smfg-kernel LISTING LOG`: accepts the claims of a log about a listing, or refuses.
//!
//! Exit status 0: every line was accepted. 1: a line was refused. 2: a file cannot be read.

use smfg_kernel::{Failure, check_log, read_listing};
use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, failure) = match arguments.as_slice() {
        [listing, log] => match check(listing, log) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(named) => named,
        },
        _ => {
            eprintln!("usage: smfg-kernel LISTING LOG");
            return ExitCode::from(2);
        }
    };
    eprintln!("{name}: {failure}");
    ExitCode::from(if matches!(failure, Failure::Input(_)) { 2 } else { 1 })
}

/// Checks a log; the failure comes with the name of the file.
fn check(listing_file: &str, log_file: &str) -> Result<(), (String, Failure)> {
    let open = |name: &str| match opened(name) {
        Ok(file) => Ok(BufReader::new(file)),
        Err(error) => Err((name.to_string(), Failure::Input(error))),
    };
    let listing =
        read_listing(open(listing_file)?).map_err(|failure| (listing_file.to_string(), failure))?;
    check_log(&Arc::new(listing), open(log_file)?, |claim| println!("{claim}"))
        .map_err(|failure| (log_file.to_string(), failure))?;
    println!("accepted");
    Ok(())
}

/// Opens a file. A named pipe that nobody writes into, or a device without an end, would keep the
/// program for ever; what the shell has opened already is read.
fn opened(name: &str) -> std::io::Result<File> {
    let passed = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin"];
    if !passed.iter().any(|place| name.starts_with(place)) && !std::fs::metadata(name)?.is_file() {
        let reason = "it is a folder, a pipe or a device, expected a file";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, reason));
    }
    File::open(name)
}
