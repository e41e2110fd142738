//! `smfg completions` and `smfg man`: what shells and `man` know of the command line.

use super::arguments::Arguments;
use super::watch::Watch;
use super::{Answer, Failure};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Folder for the pages, one per command
    folder: PathBuf,
}

/// Prints the completions of a shell.
pub(super) fn completions(
    arguments: &CompletionsArguments,
    watch: &Watch,
) -> Result<Answer, Failure> {
    let mut text = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "smfg", &mut text);
    watch.print(|out| out.write_all(&text))?;
    Ok(Answer::Proved)
}

/// Writes manual pages.
pub(super) fn manual(arguments: &ManArguments) -> Result<Answer, Failure> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|source| Failure::Write { path: folder.clone(), source })?;
    Ok(Answer::Proved)
}
