//! Why a command could not do its work.

use super::watch::Reason;
use crate::game::GameErrors;
use std::io::{self, Write};
use std::path::PathBuf;

/// Bad input, I/O, or something that is not supported.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0}")]
    Game(#[from] GameErrors),
    #[cfg(feature = "solver")]
    #[error("{0}")]
    Solve(#[from] crate::leader::SolveError),
    #[cfg(feature = "solver")]
    #[error("{0}")]
    Sensitivity(#[from] crate::analysis::sensitivity::SensitivityError),
    #[cfg(not(feature = "solver"))]
    #[error(
        "this build has no solver: it offers `check`, `verify --no-solve`, `info`, `generate` and `import`; build with the feature `solver` to solve"
    )]
    NoSolver,
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[cfg(feature = "solver")]
    #[error("--checkpoint {}: {reason}", path.display())]
    Checkpoint { path: PathBuf, reason: String },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{option} {}: that is {other} of the same call", path.display())]
    Taken { option: &'static str, path: PathBuf, other: String },
    #[error(
        "{option} {}: it exists, and smfg did not write it for this game; --force replaces it",
        path.display()
    )]
    Exists { option: &'static str, path: PathBuf },
    #[error("{} while {doing}", reason.words())]
    Left { doing: String, reason: Reason },
    #[error("no thread for the command: {0}")]
    Thread(io::Error),
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    #[error("{}, {source}", path.display())]
    Nfg { path: PathBuf, source: crate::import::NfgError },
    #[error("{}: {source}", path.display())]
    Finite { path: PathBuf, source: crate::import::FiniteGameError },
    #[error("{0}")]
    Instance(#[from] crate::generate::MdpError),
    #[error("{0}")]
    MeanField(#[from] crate::generate::MeanFieldError),
    #[error("{0}")]
    Grid(#[from] crate::generate::GridError),
    #[error("{0}")]
    Claim(#[from] crate::claim::ClaimError),
    #[cfg(feature = "solver")]
    #[error("--{0}")]
    Decision(#[from] crate::claim::DecisionError),
    #[cfg(feature = "solver")]
    #[error("{0}")]
    DecisionNeeded(#[from] super::decision::Needed),
    #[error("{option} \"{given}\": {source}")]
    Objective { option: &'static str, given: String, source: crate::game::ObjectiveError },
    #[cfg(feature = "solver")]
    #[error("{0}")]
    Sweep(#[from] crate::analysis::sweep::SweepError),
    #[error("{0}")]
    Export(crate::export::ExportError),
    #[error("--decision: {0}")]
    ExportDecision(crate::claim::DecisionError),
    #[error("the programme is that of one decision: expected --decision with {expected}")]
    ExportDecisionNeeded { expected: String },
    #[error("the index of the collection cannot be read: {0}")]
    Index(serde_json::Error),
    #[error("the collection has no instance `{name}`{}; `smfg models` lists them", if near.is_empty() { String::new() } else { format!(" (near: {near})") })]
    NoModel { name: String, near: String },
    #[error("the game of `{name}` cannot be made: {source}")]
    Model { name: String, source: crate::collection::CollectionError },
    #[error("--write {}: the game file of this instance ends in .{extension}", path.display())]
    ModelExtension { path: PathBuf, extension: &'static str },
    #[error("{0}")]
    Points(#[from] super::shards::PlanError),
    #[cfg(feature = "solver")]
    #[error("--out: an interval of epsilon needs the number of its points, --points N")]
    PointsNeeded,
    #[cfg(feature = "solver")]
    #[error("{0}")]
    Map(crate::analysis::map::MapError),
    #[cfg(feature = "solver")]
    #[error(
        "--of: given {found} times, expected two statistics, such as --of \"mu[a]@0\" --of \"mu[b]@1\""
    )]
    TwoStatistics { found: usize },
    #[cfg(feature = "solver")]
    #[error("--checkpoint: not for games with [[leader.require]], whose decisions are judged anew")]
    RequiredCheckpoint,
    #[cfg(feature = "solver")]
    #[error("--epsilon: found an interval, expected one number beside --parameter")]
    OneEpsilon,
    #[cfg(feature = "solver")]
    #[error("equilibria: {0}")]
    Support(#[from] crate::equilibrium::support::SupportError),
    #[cfg(feature = "solver")]
    #[error("the certificate of the equilibria was refused, nothing is proved: {0}")]
    Refused(crate::check::Rejection),
    #[cfg(feature = "solver")]
    #[error("equilibria are listed for a decision of a finite list; this leader has a continuum")]
    Continuum,
    #[cfg(feature = "solver")]
    #[error("{0}")]
    Page(#[from] crate::report::page::PageError),
    #[cfg(feature = "solver")]
    #[error(
        "{} is about the game \"{name}\" with the hash {hash}, which none of --game has",
        path.display()
    )]
    OtherGame { path: PathBuf, name: String, hash: String },
    #[error("the certificate is valid, and its claim is not elaborated for the kernel: {0}")]
    NotElaborated(crate::check::Rejection),
    #[error("the certificate is valid, and no log is written: {0}")]
    NoLog(&'static str),
    #[error("the kernel refuses the game: {0}")]
    NoListing(smfg_kernel::Refusal),
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// Exit status.
    pub(super) fn status(&self) -> u8 {
        match self {
            Failure::Interrupted | Failure::Left { reason: Reason::Interrupt, .. } => 130,
            Failure::Left { .. } => 1,
            _ => 2,
        }
    }

    /// Prints the failure to standard error, further lines aligned with the first.
    pub(super) fn print(&self) {
        let text = self.to_string().replace('\n', "\n       ");
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "error: {text}");
    }
}
