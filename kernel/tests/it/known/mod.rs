//! Games with closed forms: each value is proved exactly by hand, and the next stronger one is
//! refused with the same steps.

mod cases;
mod decisions;
mod dual;
mod dynamics;
mod existence;
mod lead;
mod missed;
mod parts;
mod patterns;
mod populations;

use crate::text::n;
use smfg_kernel::{Listing, Scope, Theorem, claim};
use std::sync::Arc;

/// Requires that theorems claim `lower <= V <= upper` over all decisions, for an epsilon.
fn claims(
    listing: &Arc<Listing>,
    epsilon: &str,
    pessimistic: bool,
    theorems: &[Theorem],
    lower: &str,
    upper: &str,
) {
    let claim = claim(listing, &Scope::All, &n(epsilon), pessimistic, theorems);
    let claim = claim.expect("theorems for both sides");
    assert_eq!((claim.lower(), claim.upper()), (&n(lower), &n(upper)));
    assert_eq!((claim.epsilon(), claim.pessimistic()), (&n(epsilon), pessimistic));
    assert_eq!(claim.listing(), listing.hash());
}
