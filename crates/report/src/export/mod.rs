//! The inner problem of a decision as a mathematical programme for other solvers.
//!
//! For a decision `u`, an eps and a selection the programme has a variable per mass `d` of a state
//! and action at a stage, per value `v` of a state at a stage, and per aggregate `m` of the
//! population (docs/export.md):
//!
//! ```text
//! min or max  J0
//! m_k      =  sum of the weights of aggregate k times d
//! d        is a flow: its masses are those of the initial law, then those that transitions bring
//! v_t(s)  >=  r_t(s, a; m) + sum over s' of P_t(s' | s, a; m) v_{t+1}(s')
//! eps     >=  initial law times v_0 - sum of r d
//! ```
//!
//! A feasible `d` is an eps-equilibrium, and every eps-equilibrium is feasible with `v` the optimal
//! values. Products of more than two variables get variables of their own, so that every row is
//! quadratic at most. Numbers are written as the nearest of binary64.

mod inner;
mod lp;
mod nl;
mod programme;

pub use inner::{ExportError, Question, inner_problem};
pub use lp::write_lp;
pub use nl::write_nl;
pub use programme::{Programme, Relation, Row, Variable};
