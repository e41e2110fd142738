//! Questions about a game that are answered by solving it more than once, or by comparing solutions.

pub mod verification;
