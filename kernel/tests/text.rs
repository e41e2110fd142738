//! Listings and logs as texts: what is written is what is read.

use smfg_kernel::{Failure, check_log, listing_text, read_listing};
use std::sync::Arc;

/// Game `adoption` (models/adoption.toml): waiting earns 0, adopting `x - 1/2 + u`, where `x` is
/// the mass that adopts; `J0 = (3/2 - u) x`.
const ADOPTION: &str = "smfg-listing-1 1 1 1 1 1 list 3 1 0 1 2/5 1 13/20 1 0 + 1 1 1 1 1
1 2 0 2 3 1 + 1 1 1 2 -1
u0 + 1 1 1 1 1
x0 + 1 1 1 1 1
0 - -1*u0*x0+3/2*x0
";

#[test]
fn x() {
    let _ = ADOPTION;
}
