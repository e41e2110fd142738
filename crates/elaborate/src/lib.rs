//! From certificates to theorems of the kernel. Nothing here is trusted: the kernel refuses what
//! does not follow.

use smfg_check::{certificate, check};
use smfg_game::{drift, exact, game};

pub mod elaborate;
