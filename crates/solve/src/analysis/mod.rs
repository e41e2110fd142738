//! Analyses: questions about a game whose answers take several solves, each with its own proof.

mod conclude;
pub mod frontier;
pub mod map;
pub mod sensitivity;
pub mod sweep;
pub mod verification;
