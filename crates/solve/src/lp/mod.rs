//! Linear programmes in floating point that stay loaded ([`LpEngine`]).
//!
//! Nothing that an engine returns is believed: it is advice for [`crate::equilibrium`], which
//! proves what it can.

mod dense;
mod engine;
#[cfg(test)]
pub(crate) mod fault;
mod programme;
mod resident;

pub use engine::{LpEngine, Pricing};
pub use programme::{LpBasis, LpPoint, LpRows, LpStatus};
