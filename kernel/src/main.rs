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
    let open = |name: &str| match File::open(name) {
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
