//! The kernel of `smfg`: a small logic whose theorems are the bounds that the program prints.
//!
//! A [`Listing`] is a finite mean-field game with a leader, without names. A [`Proof`] of a
//! [`Statement`] about it is a stack of regions; its methods are the steps of the logic, and
//! [`Proof::finish`] gives the [`Theorem`] when every region is closed. [`claim`] draws the
//! conclusion about the game's value. Nothing else makes a `Theorem` or a `Claim`: what searches,
//! elaborators and readers of certificates do can only fail to prove something.
//!
//! The kernel never searches and never rounds: values are given, and it compares integers. Numbers
//! in brackets are the statements of docs/kernel.md.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// Version of the kernel.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

mod dual;
mod error;
mod listing;
mod log;
mod number;
mod place;
mod polynomial;
mod proof;
mod proper;
mod read;
mod row;
mod steps;
mod sum;
mod theorem;
mod values;
mod witness;
mod work;
mod write;

pub use error::Refusal;
pub use listing::{
    Column, Columns, Data, Decisions, Grid, Listing, Stage, Statistic, Successors, Transition,
};
pub use log::check_log;
pub use number::{
    Integer, Natural, Numerators, Rational, Scaled, least_common_multiple, parse as parse_number,
};
pub use polynomial::{Ends, Frame, Monomial, Polynomial, Variable};
pub use proof::Proof;
pub use read::{Failure, read_listing};
pub use row::{Combination, Family, Name, Row, Sense, Side, Square};
pub use theorem::{Claim, Claimed, Place, Scope, Statement, Theorem, claim};
pub use write::{
    column as write_column, listing_text, monomial as monomial_text, polynomial as polynomial_text,
    variable as variable_text,
};
