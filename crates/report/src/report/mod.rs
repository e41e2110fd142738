//! Answers for people (text) and for programs (JSON).
//!
//! A report borrows what it prints and writes it to a stream. Exact numbers are strings `"p/q"` in
//! JSON, with decimals rounded outwards beside the bounds of a value; text shows short fractions,
//! and encloses long ones in decimals. [`print_every_digit`] sets whether that is so.

mod bounds;
#[cfg(feature = "solver")]
mod cells;
mod check;
mod check_equilibria;
mod conclusions;
mod decision;
#[cfg(feature = "solver")]
mod equilibria;
#[cfg(feature = "solver")]
mod frontier;
#[cfg(feature = "solver")]
mod function_table;
mod info;
mod info_json;
mod json;
#[cfg(all(feature = "solver", feature = "plot"))]
mod map;
mod number;
#[cfg(all(feature = "solver", feature = "page"))]
pub mod page;
#[cfg(feature = "plot")]
pub mod plot;
mod points;
#[cfg(feature = "solver")]
mod policy;
mod populations;
#[cfg(feature = "solver")]
mod range;
#[cfg(feature = "solver")]
mod range_json;
#[cfg(feature = "solver")]
mod required;
#[cfg(feature = "solver")]
mod robust;
#[cfg(feature = "solver")]
mod sensitivity;
#[cfg(feature = "solver")]
mod sensitivity_json;
#[cfg(all(feature = "solver", feature = "plot"))]
mod sensitivity_plot;
mod shared_json;
#[cfg(feature = "solver")]
mod solve;
#[cfg(feature = "solver")]
mod solve_json;
mod structure;
#[cfg(feature = "solver")]
mod sweep;
#[cfg(feature = "solver")]
mod sweep_json;
mod table;
mod tables;
mod verify;
#[cfg(feature = "solver")]
mod verify_certified;
mod verify_json;
#[cfg(feature = "solver")]
mod verify_range;
mod words;

/// How documents and tables are laid out, for what is no report here.
pub mod layout {
    pub use super::json::write_document;
    pub use super::table::{write_field, write_table};
    pub use super::words::plain;
}

pub use check::{BundleReport, CheckReport, write_undecided};
pub use check_equilibria::EquilibriaCheckReport;
#[cfg(feature = "solver")]
pub use equilibria::EquilibriaReport;
#[cfg(feature = "solver")]
pub use frontier::FrontierReport;
pub use info::InfoReport;
#[cfg(all(feature = "solver", feature = "plot"))]
pub use map::MapReport;
pub use number::{print_every_digit, printing};
pub use points::{GatherReport, PointState, ProvedPoint, ShardReport, WorkedPoint};
#[cfg(feature = "solver")]
pub use range::RangeReport;
#[cfg(feature = "solver")]
pub use required::RequiredReport;
#[cfg(feature = "solver")]
pub use robust::RobustReport;
#[cfg(feature = "solver")]
pub use sensitivity::SensitivityReport;
#[cfg(feature = "solver")]
pub use solve::SolveReport;
#[cfg(feature = "solver")]
pub use sweep::{Followed, ParameterPoint, SweepReport};
pub use verify::VerifyReport;
