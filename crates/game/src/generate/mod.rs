//! Benchmark instances, deterministic by seed.
//!
//! An instance is a function of its parameters alone: the random numbers are the words of ChaCha8
//! with a key and stream numbers written down in [`MdpFamily`] and [`MeanFieldFamily`], mapped to
//! ranges by integer arithmetic. No floating point and no platform enters, so a seed means the same
//! game on every machine. Instances are written as game files, in a stream; those of the family
//! `mdp` can also be had in memory without that detour.

mod data;
mod game;
mod grid;
mod json;
mod mdp;
mod mean_field;
mod words;

pub use grid::{GridError, GridFamily, GridParameters};
pub use mdp::{MOST_DECISIONS, MOST_ENTRIES, MdpError, MdpFamily, MdpParameters};
pub use mean_field::{
    Interaction, MOST_AGGREGATES, MeanFieldError, MeanFieldFamily, MeanFieldParameters,
};
