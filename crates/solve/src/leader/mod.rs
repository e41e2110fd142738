//! The outer problem: the leader's best decision against the worst (or best) eps-equilibrium.
//!
//! `solve` races the decisions of a finite leader, or covers those of a leader with a polytope by
//! simplices, proves the outcome, has the checker accept the proof, and returns what the checker
//! accepted.

mod checkpoint;
mod contest;
mod equilibrium;
mod grid_points;
#[cfg(test)]
mod lying_engine;
mod outcome;
mod outer;
mod passes;
mod polytope;
mod race;
mod range;
mod required;
mod reread;
mod rounds;
mod settings;
mod solve;

pub use crate::follower::{Enclosed, Precision};
pub use checkpoint::{Keeper, Left, Reached};
pub use outcome::{Equilibrium, Existence, Outcome, Statistics, Status, Termination};
pub(crate) use passes::{Answered, in_passes};
pub use range::{RangeOutcome, range};
pub use required::{Judged, RequiredOutcome, solve_required};
pub use settings::{Accepted, Covering, Observer, Progress, Settings, SolveError};
pub(crate) use solve::width;
pub use solve::{
    admitted, has_long_flows, mean_field_free, scope, solve, status, without_requirements,
};
