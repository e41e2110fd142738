//! Why a command could not do its work.

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
    #[cfg(feature = "solver")]
    #[error("--plot: {0}")]
    SensitivityPlot(crate::report::plot::PlotError),
    #[cfg(not(feature = "solver"))]
    #[error(
        "this build has no solver: it offers `check`, `verify --no-solve`, `info` and `generate`; build with the feature `solver` to solve"
    )]
    NoSolver,
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    #[error("{0}")]
    Instance(#[from] crate::generate::MdpError),
    #[error("{0}")]
    MeanField(#[from] crate::generate::MeanFieldError),
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
    #[cfg(feature = "solver")]
    #[error("--epsilon: found an interval, expected one number beside --parameter")]
    OneEpsilon,
    #[cfg(feature = "solver")]
    #[error("the picture: {0}")]
    Plot(#[from] crate::report::plot::PlotError),
    #[cfg(feature = "solver")]
    #[error("equilibria: {0}")]
    Support(#[from] crate::equilibrium::support::SupportError),
    #[cfg(feature = "solver")]
    #[error("the certificate of the equilibria was refused, nothing is proved: {0}")]
    Refused(crate::check::Rejection),
    #[cfg(feature = "solver")]
    #[error("equilibria are listed for a decision of a finite list; this leader has a continuum")]
    Continuum,
    #[error("the certificate is valid, and its claim is not elaborated for the kernel: {0}")]
    NotElaborated(crate::check::Rejection),
    #[error("the kernel refuses the game: {0}")]
    NoListing(smfg_kernel::Refusal),
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// Exit status.
    pub(super) fn status(&self) -> u8 {
        if matches!(self, Failure::Interrupted) { 130 } else { 2 }
    }

    /// Prints the failure to standard error, further lines aligned with the first.
    pub(super) fn print(&self) {
        let text = self.to_string().replace('\n', "\n       ");
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "error: {text}");
    }
}
