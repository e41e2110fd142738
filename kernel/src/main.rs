//! `smfg-kernel LISTING LOG [WORK]`: accepts the claims of a log about a listing, or refuses.
//!
//! Exit status 0: every line was accepted. 1: a line was refused. 2: a file cannot be read.

use smfg_kernel::{Failure, check_log, limit_work, read_listing};
use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;

/// Operations on machine words, some minutes of them, that a log may cost unless stated otherwise.
const WORK: u64 = 1 << 37;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (names, work) = arguments.split_at(arguments.len().min(2));
    let work = work.first().map_or(Ok(WORK), |work| work.parse());
    let ([listing, log], Ok(work)) = (names, work) else {
        eprintln!("usage: smfg-kernel LISTING LOG [WORK]");
        return ExitCode::from(2);
    };
    limit_work(work);
    let open = |name: &String| opened(name).map_err(Failure::Input);
    let (name, result) = match open(listing).and_then(read_listing) {
        Ok(read) => {
            let check = |file| check_log(&Arc::new(read), file, |claim| println!("{claim}"));
            (log, open(log).and_then(check))
        }
        Err(failure) => (listing, Err(failure)),
    };
    match result {
        Ok(()) => {
            println!("accepted");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{name}: {failure}");
            ExitCode::from(if matches!(failure, Failure::Input(_)) { 2 } else { 1 })
        }
    }
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
