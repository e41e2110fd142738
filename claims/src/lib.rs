//! What follows from several theorems of the kernel together.
//!
//! * [`curve`]: the value as a function of epsilon, from lines and vertices of single decisions;
//! * [`drift`]: by how much losses and the leader's reward can differ between a model and a truth;
//! * [`Facts`]: what claims, curves and drifts together say of guarantees, losses, the optimum over
//!   all populations, and prices.
//!
//! Like the kernel it is trusted, for these statements and no others. A [`Curve`] and a [`Drift`]
//! are made here alone; everything else is computed from them and from the kernel's claims.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod curve;
mod drift;
mod facts;
mod interval;
mod price;
mod table;

pub use curve::{Curve, CurvePoint, Uncovered, curve};
pub use drift::{Difference, Drift, Error, Radii, drift};
pub use facts::{Facts, Selection, greatest_loss};
pub use interval::Interval;
pub use price::{Price, price};

use smfg_kernel::{Decisions, Listing, Place, Rational, Scope};

/// The decision of a place with one.
pub(crate) fn decision_of(listing: &Listing, place: &Place) -> Option<Vec<Rational>> {
    match (place, &listing.decisions) {
        (Place::Decision(k), Decisions::List(list)) => list.get(*k as usize).cloned(),
        (Place::Point(values), _) => Some(values.clone()),
        _ => None,
    }
}

/// The decisions of a scope: one, or `None` for all of them. A list of one decision is that
/// decision.
pub(crate) fn scope_of(listing: &Listing, scope: &Scope) -> Option<Vec<Rational>> {
    match (scope, &listing.decisions) {
        (Scope::All, Decisions::List(list)) if list.len() == 1 => list.first().cloned(),
        (Scope::All, _) => None,
        (Scope::Decision(k), _) => decision_of(listing, &Place::Decision(*k)),
        (Scope::Point(values), _) => Some(values.clone()),
    }
}
