//! The program: arguments, files, progress, exit status.
//!
//! Data go to standard output, progress and errors to standard error. Status 0: answered and
//! proved; 1: answered, but not proved to the gap, or invalid; 2: bad input, I/O, or not supported;
//! 130: left at the second Ctrl-C.

mod arguments;
mod check;
#[cfg(feature = "solver")]
mod checkpoint;
#[cfg(feature = "solver")]
mod decision;
#[cfg(feature = "solver")]
mod effort_arguments;
#[cfg(feature = "solver")]
mod equilibria;
mod export;
mod failure;
#[cfg(feature = "solver")]
mod frontier;
mod gather;
mod generate;
mod help;
mod import;
mod info;
mod interrupt;
mod limit_arguments;
mod load;
#[cfg(feature = "solver")]
mod map;
pub mod memory;
mod models;
mod outputs;
#[cfg(feature = "solver")]
mod pace;
mod pages;
mod progress;
#[cfg(feature = "solver")]
mod range;
#[cfg(feature = "solver")]
mod range_arguments;
#[cfg(feature = "solver")]
mod report;
#[cfg(feature = "solver")]
mod required;
#[cfg(feature = "solver")]
mod robust;
#[cfg(feature = "solver")]
mod sensitivity;
#[cfg(feature = "solver")]
mod sensitivity_arguments;
mod shards;
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
mod watch;

use crate::report::print_every_digit;
use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;
use watch::Watch;

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
    ExitCode::from(run_with(std::env::args_os()))
}

/// Runs the program on `arguments`, the first of which is its name, and returns its exit status.
/// Like the program, it ends the process after help and after arguments that mean nothing.
#[must_use]
pub fn run_with(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    // Both live as long as the process: the command works in a thread of its own.
    let arguments: &'static Arguments = Box::leak(Box::new(Arguments::parse_from(arguments)));
    let command = &arguments.command;
    let (limits, output) = command.limits();
    let quiet = output.quiet;
    print_every_digit(output.exact);
    let watch: &'static Watch = Box::leak(Box::new(Watch::start(limits, quiet)));
    interrupt::install(watch, quiet);
    match watch.run(move || dispatch(command, watch)) {
        Ok(Answer::Proved) => 0,
        Ok(Answer::Unproved) => 1,
        Err(failure) => {
            failure.print();
            failure.status()
        }
    }
}

fn dispatch(command: &'static Command, watch: &'static Watch) -> Result<Answer, Failure> {
    match command {
        #[cfg(feature = "solver")]
        Command::Solve(arguments) => solve::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Range(arguments) => range::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Equilibria(arguments) => equilibria::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Sensitivity(arguments) => sensitivity::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Sweep(arguments) => sweep::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Frontier(arguments) => frontier::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Map(arguments) => map::run(arguments, watch),
        #[cfg(not(feature = "solver"))]
        Command::Unknown(words) => Err(arguments::unknown(words)),
        Command::Gather(arguments) => gather::run(arguments, watch),
        Command::Check(arguments) => check::run(arguments, watch),
        Command::Verify(arguments) => verify::run(arguments, watch),
        #[cfg(feature = "solver")]
        Command::Report(arguments) => report::run(arguments, watch),
        Command::Info(arguments) => info::run(arguments, watch),
        Command::Generate(arguments) => generate::run(&arguments.family, watch),
        Command::Export(arguments) => export::run(arguments, watch),
        Command::Models(arguments) => models::run(arguments, watch),
        Command::Import(arguments) => import::run(arguments, watch),
        Command::Completions(arguments) => pages::completions(arguments, watch),
        Command::Man(arguments) => pages::manual(arguments),
    }
}
