//! Listings and logs as texts: what is written is what is read.

use smfg_kernel::{Failure, check_log, listing_text, read_listing};
use std::sync::Arc;

/// Game `adoption` (models/adoption.toml): waiting earns 0, adopting `x - 1/2 + u`, where `x` is
/// the mass that adopts; `J0 = (3/2 - u) x`.
const ADOPTION: &str = "smfg-listing 1
sizes 1 1 1 1
initial / 1 1
list 3
decision 0
decision 2/5
decision 13/20
statistic 0 at 1 1 / 1 1
stage 2
reward 1 at 1 1 / 2 -1
reward u0 at 1 1 / 1 1
reward x0 at 1 1 / 1 1
payoff -1*u0*x0+3/2*x0
end
";

/// `sha256sum` of [`ADOPTION`].
const HASH: &str = "sha256:2498703c4ede6ec8f2dc40fe644643b1732954c8da11341fbd74cd6dadc6d660";

/// The example of docs/kernel.md: at epsilon 0 everyone adopts at decision 2.
const LOG: &str = "equilibria low + 0 decision 2 : 17/20
case 0,0
close o=1 k0=-17/20 m0=-17/20
close bellman 0 1 / 1 -1 1
end
reached best + 0 decision 2 : 17/20
exists
close o=1
end
claim + 0 17/20 17/20 decision 2 : low best
";

fn claims(listing: &str, log: &str) -> Result<Vec<String>, Failure> {
    let listing = Arc::new(read_listing(listing.as_bytes())?);
    let mut claims = Vec::new();
    check_log(&listing, log.as_bytes(), |claim| claims.push(claim.to_string()))?;
    Ok(claims)
}

#[test]
fn the_hash_of_the_file_is_the_hash_of_the_listing() {
    let listing = read_listing(ADOPTION.as_bytes()).unwrap();
    let mut text = String::new();
    listing_text(&listing, &mut |part| text.push_str(part));
    assert_eq!(text, ADOPTION);
    assert_eq!(listing.hash(), HASH);
}

#[test]
fn the_example_is_accepted() {
    let expected = format!("claim {HASH} + 0 17/20 17/20 decision 2");
    assert_eq!(claims(ADOPTION, LOG).unwrap(), [expected]);
}
