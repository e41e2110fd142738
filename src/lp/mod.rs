//! Linear programmes over occupation measures, and the back ends that solve them in floating point.
//!
//! For a mean-field-free game at one decision of the leader, with `sigma` = 1 (pessimistic) or -1
//! (optimistic):
//!
//! ```text
//! minimise    sum_t sum_{s,a} sigma c_t(s,a) d_t(s,a)
//! subject to  sum_a d_0(s,a)                                       = mu0(s)        y_0(s)
//!             sum_a d_{t+1}(s',a) - sum_{s,a} P_t(s'|s,a) d_t(s,a) = 0             y_{t+1}(s')
//!             sum_t sum_{s,a} r_t(s,a) d_t(s,a)                   >= V* - eps      lambda >= 0
//!             d >= 0
//! ```
//!
//! (`d <= 1` follows: the mass of each stage is 1.) **Signs of duals**, here and wherever they are
//! used: a dual is the growth of the least value per unit of its right side, so `lambda >= 0`, the
//! *reduced cost* of a pair is
//!
//! ```text
//! sigma c_t(s,a) - lambda r_t(s,a) - y_t(s) + sum_s' P_t(s'|s,a) y_{t+1}(s')  >= 0  at an optimum,
//! ```
//!
//! and the least value is `mu0'y_0 + lambda (V* - eps)`: statement (L) of docs/theory.md with
//! residuals 0.
//!
//! Nothing that a back end returns is believed: it is advice for [`crate::equilibrium::solve_lp`],
//! which proves what it can.

mod backward;
mod dense;
mod dictionary;
mod engine;
#[cfg(test)]
pub(crate) mod fault;
mod highs;
mod occupation;
mod programme;
mod resident;

pub use dictionary::{Dictionary, DictionaryStatus};
pub use engine::{LpEngine, Pricing};
pub use highs::HighsBackend;
pub use occupation::{Backend, LpFailure, LpSolution, LpStage, OccupationLp};
pub use programme::{LpBasis, LpPoint, LpRows, LpStatus};
