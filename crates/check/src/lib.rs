//! Certificates: their text and the checker that accepts or refuses them.

use smfg_game::{drift, exact, game};

pub mod certificate;
pub mod check;
