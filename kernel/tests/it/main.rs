//! Tests of the kernel through its public interface.

mod attacks;
mod functions;
mod game;
mod known;
mod listings;
mod lowest;
mod meaning;
mod models;
mod numbers;
mod random;
mod state;
mod tables;
mod text;
mod tubes;
