//! Linear programmes: in floating point ones that stay loaded ([`LpEngine`]), and in exact rational
//! arithmetic small dense ones ([`Dictionary`]).
//!
//! Nothing that an engine returns is believed: it is advice for [`crate::equilibrium`], which
//! proves what it can.

mod dense;
mod dictionary;
mod engine;
#[cfg(test)]
pub(crate) mod fault;
mod programme;
mod resident;

pub use dictionary::{Dictionary, DictionaryStatus};
pub use engine::{LpEngine, Pricing};
pub use programme::{LpBasis, LpPoint, LpRows, LpStatus};
