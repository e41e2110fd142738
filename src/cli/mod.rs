//! The program: arguments, files, progress, exit status.
//!
//! Data go to standard output, progress and errors to standard error. Status 0: answered and
//! proved; 1: answered, but not proved to the gap, or invalid; 2: bad input, I/O, or not supported;
//! 130: left at the second Ctrl-C.

mod arguments;
mod check;
#[cfg(feature = "solver")]
mod decision;
#[cfg(feature = "solver")]
mod effort_arguments;
#[cfg(feature = "solver")]
mod equilibria;
mod failure;
mod files;
#[cfg(feature = "solver")]
mod frontier;
mod generate;
mod help;
mod info;
mod interrupt;
mod progress;
#[cfg(feature = "solver")]
mod range;
#[cfg(feature = "solver")]
mod range_arguments;
#[cfg(feature = "solver")]
mod robust;
#[cfg(feature = "solver")]
mod sensitivity;
#[cfg(feature = "solver")]
mod sensitivity_arguments;
#[cfg(feature = "solver")]
mod solve;
#[cfg(feature = "solver")]
mod solve_arguments;
#[cfg(feature = "solver")]
mod sweep;
#[cfg(feature = "solver")]
mod sweep_arguments;
mod verify;
mod verify_arguments;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// What a command that did its work says by its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Answered and proved, or valid.
    Proved,
    /// Answered, but not proved to the gap, or invalid.
    Unproved,
}

/// Runs the program on the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    let result = match Arguments::parse().command {
        #[cfg(feature = "solver")]
        Command::Solve(arguments) => solve::run(&arguments),
        #[cfg(feature = "solver")]
        Command::Range(arguments) => range::run(&arguments),
        #[cfg(feature = "solver")]
        Command::Equilibria(arguments) => equilibria::run(&arguments),
        #[cfg(feature = "solver")]
        Command::Sensitivity(arguments) => sensitivity::run(&arguments),
        #[cfg(feature = "solver")]
        Command::Sweep(arguments) => sweep::run(&arguments),
        #[cfg(feature = "solver")]
        Command::Frontier(arguments) => frontier::run(&arguments),
        #[cfg(not(feature = "solver"))]
        Command::Unknown(words) => Err(arguments::unknown(&words)),
        Command::Check(arguments) => check::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments.family),
    };
    match result {
        Ok(Answer::Proved) => ExitCode::SUCCESS,
        Ok(Answer::Unproved) => ExitCode::from(1),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.status())
        }
    }
}

/// Writes to standard output. A reader that has seen enough and closed the pipe is no failure.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still buffered has no reader either.
            let _ = out.into_parts();
            Ok(())
        }
        other => other.map_err(Failure::Output),
    }
}
