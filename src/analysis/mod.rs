//! Questions that take many solves: the value as a function of something.

pub mod frontier;
pub mod sweep;
