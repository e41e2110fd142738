//! Answers for people and for programs, and games in the formats of others: text, JSON, tables,
//! pictures and pages; imports of finite games, exports of programmes.
//!
//! Nothing here is trusted: what is printed was accepted before.

use smfg_check::{certificate, check};
use smfg_game::{claim, drift, exact, follower, game};
#[cfg(feature = "solver")]
use smfg_solve::{analysis, equilibrium, leader};

pub mod export;
pub mod import;
pub mod report;
