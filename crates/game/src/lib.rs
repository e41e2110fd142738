//! Games as they are written and as they are meant: numbers, game files, followers, claims of
//! policies, drifts between two games, and generated games.

pub mod claim;
pub mod drift;
pub mod exact;
pub mod follower;
pub mod game;
pub mod generate;
