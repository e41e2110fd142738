//! What another solver says about one decision and what the followers play, judged without a solver
//! (docs/verify.md).
//!
//! A [`Claim`] is an array, a policy `pi_t(a|s)` or an occupation measure `d_t(s,a)`, with numbers
//! that are said to belong to it. [`verify`] reads the array as the exact numbers it holds, brings
//! it to a policy where it is one up to a tolerance, evaluates that policy in exact arithmetic or
//! with outward rounding, and compares. Everything that is wrong with an array is an error that
//! says where.

mod decision;
mod document;
mod error;
mod evaluation;
mod npy;
mod npz;
mod number;
mod place;
mod play;
mod populations;
mod shape;
mod statement;
mod verify;

pub use decision::{Chosen, DecisionError, GivenDecision, choose, choose_given, decisions_of};
pub use error::{ClaimError, DocumentError};
pub use evaluation::Evaluation;
pub use npy::ArrayError;
pub use place::{Index, Shape};
pub use play::{Adjustment, Play};
pub use shape::{Horizon, HorizonConvention, ShapeError};
pub use statement::{Claim, PlayKind, Quantity, read_array};
pub use verify::{Check, Options, Subject, Verdict, Verification, default_tolerance, verify};
