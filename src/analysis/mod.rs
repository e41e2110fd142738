//! Analyses: questions about a game whose answers take several solves, each with its own proof.

pub mod frontier;
pub mod sensitivity;
pub mod sweep;
pub mod verification;
