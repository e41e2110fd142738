//! Certified values of finite Stackelberg mean-field games.

pub mod certificate;
pub mod check;
pub mod exact;
pub mod game;
pub mod follower;
pub mod generate;

#[cfg(feature = "solver")]
pub mod equilibrium;
#[cfg(feature = "solver")]
pub mod leader;
#[cfg(feature = "solver")]
pub mod lp;
