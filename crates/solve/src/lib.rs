//! The search: linear programmes, worst equilibria, the leader, and questions about several games.
//! Nothing here is trusted; what it finds is stated in certificates.

use smfg_check::{certificate, check};
use smfg_game::{claim, drift, exact, follower, game};

pub mod analysis;
pub mod equilibrium;
pub mod leader;
pub mod lp;
