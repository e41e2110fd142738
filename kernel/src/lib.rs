//! The kernel of `smfg`: a small logic whose theorems are the bounds that the program prints.
//!
//! A [`Listing`] is a finite mean-field game with a leader, without names. A [`Proof`] of a
//! [`Statement`] about it is a stack of regions; its methods are the steps of the logic, and
//! [`Proof::finish`] gives the [`Theorem`] when every region is closed. [`claim`] draws the
//! conclusion about the game's value. Nothing else makes a `Theorem` or a `Claim`: what searches,
//! elaborators and readers of certificates do can only fail to prove something.
//!
//! The kernel never searches: values are given, and it compares integers. It rounds, outwards, in
//! functions and tubes alone. Numbers in brackets are the statements of docs/kernel.md. Every step
//! may be refused, with a [`Refusal`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// Version of the kernel.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

mod combine;
mod enclose;
mod error;
mod frame;
mod function;
mod listing;
mod log;
mod number;
mod place;
mod polynomial;
mod proof;
mod proper;
mod row;
mod steps;
mod sum;
mod text;
mod theorem;
mod tube;
mod tube_data;
mod tube_link;
mod witness;

pub use enclose::enclose;
pub use error::{Refusal, counted, limit_work};
pub use frame::Ends;
pub use function::{Function, Span};
pub use listing::{
    Column, Columns, Data, Decisions, Grid, Listing, Stage, Statistic, Successors, Transition,
};
pub use log::check_log;
pub use number::parse as parse_number;
pub use number::{Integer, Natural, Numerators, Rational, Scaled, least_common_multiple};
pub use polynomial::{Monomial, Polynomial, Variable};
pub use proof::Proof;
pub use row::{Combination, Family, Name, Row, Sense, Side, Square};
pub use text::{
    Failure, Output, Text, Words, listing_text, monomial as monomial_text,
    polynomial as polynomial_text, read_listing, text_of, value_of, variable as variable_text,
};
pub use theorem::{Claim, Claimed, Place, Scope, Statement, Theorem, claim};
pub use tube::{Cell, Round, TUBE_WORK, Tables, Tube};

/// What every module of the logic uses.
mod prelude {
    pub(crate) use crate::error::{
        Done, Refusal, allotted, allow, begin_text, charge, limit, require, show,
    };
    pub(crate) use crate::frame::{Ends, Frame};
    pub(crate) use crate::function::Function;
    pub(crate) use crate::listing::*;
    pub(crate) use crate::number::*;
    pub(crate) use crate::polynomial::*;
    pub(crate) use crate::proof::{Bound, Kind, Proof, Region};
    pub(crate) use crate::row::*;
    pub(crate) use crate::sum::*;
    pub(crate) use crate::text::{Failure, Text, Words, read_all, text_of};
    pub(crate) use crate::theorem::*;
    pub(crate) use crate::tube::{Round, Tube};
    pub(crate) use std::collections::{BTreeMap, BTreeSet};
    pub(crate) use std::ops::Range;
    pub(crate) use std::sync::Arc;
}
