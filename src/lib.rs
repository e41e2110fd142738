//! Certified values of finite Stackelberg mean-field games.

pub mod exact;
pub mod game;
