//! Benchmark instances, deterministic by seed.
//!
//! An instance is a function of its parameters alone: the random numbers are the words of ChaCha8 with
//! a key and stream numbers written down in [`MdpFamily`], mapped to ranges by integer arithmetic. No floating
//! point and no platform enters, so a seed means the same game on every machine. Each family gives its instances
//! in two ways that describe the same game: in memory, and as a game file written in a stream.

mod data;
mod game;
mod json;
mod mdp;
mod words;

pub use mdp::{MOST_DECISIONS, MOST_ENTRIES, MdpError, MdpFamily, MdpParameters};
