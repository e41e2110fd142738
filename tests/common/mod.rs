//! Tiny games for the tests, and what can be said about them without the library.
//!
//! [`tiny`] describes a game in plain tables and turns it into the library's normal form,
//! [`random`] makes such games from a seed, and [`oracle`] answers questions about them by
//! enumeration, with its own evaluation. [`polytopes`] makes games whose leader chooses from a box,
//! [`trees`] writes and alters certificates of trees of boxes.

// Every test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod oracle;
pub mod polytopes;
pub mod random;
pub mod tiny;
#[cfg(feature = "solver")]
pub mod trees;

use smfg::certificate::Selection;

/// Both selections.
pub const SELECTIONS: [Selection; 2] = [Selection::Pessimistic, Selection::Optimistic];
