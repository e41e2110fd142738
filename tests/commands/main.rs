//! The program as users call it.

mod basics;
mod export;
mod folder;
mod games;
mod import;
mod limits;
mod malformed;
mod models;
mod populations;
mod program;
mod verify;

#[cfg(feature = "solver")]
mod checkpoint;
#[cfg(feature = "solver")]
mod map;
#[cfg(feature = "solver")]
mod outputs;
#[cfg(feature = "solver")]
mod range;
#[cfg(feature = "solver")]
mod report;
#[cfg(feature = "solver")]
mod sensitivity;
#[cfg(all(feature = "solver", unix))]
mod sensitivity_page;
#[cfg(feature = "solver")]
mod shards;
#[cfg(feature = "solver")]
mod solve;
#[cfg(feature = "solver")]
mod sweep;
