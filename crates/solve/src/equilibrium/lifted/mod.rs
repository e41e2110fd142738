//! The inner problem of games of any class by branch and bound over boxes of the population's
//! statistics.
//!
//! Each box has a linear relaxation whose flow equations are multiplied by the coordinates of the
//! box (statement (M) of docs/theory.md); its duals become multipliers of the certificate, and a
//! bound counts only as far as the checker's own formula yields it.

mod approximate;
mod bound;
mod fictitious;
mod inner;
mod layout;
mod least;
mod local;
mod mixed;
mod model;
mod node;
mod population;
mod pure;
mod regret;
mod relaxation;
mod search;
mod simple;
mod stage_box;
mod state;
mod tree;
mod witness;

pub use inner::LiftedProblem;
pub(crate) use population::Play;
pub use search::{LiftedSearch, LiftedStatistics};
