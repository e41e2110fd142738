//! The inner problem: the worst (or best) eps-equilibrium of one decision of the leader.
//!
//! Everything is said for `sigma J0`, `sigma = 1` for the pessimistic and `-1` for the optimistic
//! selection: the problem is always `min sigma J0` over the eps-equilibria. This half of the
//! library is not trusted: it may use floating point, and what it returns are proof steps that
//! [`crate::check`] accepts or refuses.

mod arithmetic;
mod control;
pub mod dynamic_programming;
mod exact_zero;
mod inner;
pub(crate) mod kept;
pub mod lifted;
pub mod monotone;
mod optimum;
pub mod population;
mod proved;
mod quadratic_programme;
mod range;
pub mod support;
pub mod tube;

pub use arithmetic::suitable_arithmetic;
pub use control::Control;
pub(crate) use inner::resumed_search;
pub use inner::{Counts, InnerProblem, InnerSearch, box_search, inner_search};
pub(crate) use optimum::exact_optimum;
pub use proved::{Problem, Proof, Proved, range_of, range_proofs};
