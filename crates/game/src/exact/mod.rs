//! Exact numbers: integers, rationals, vectors over one denominator, and the
//! machine-sized or unbounded mantissas on which backward induction runs.
//!
//! A plain name in this library is exact; `_approx` means binary64, and the only
//! file of the trusted half in which binary64 appears is `round`.

mod dictionary;
pub mod functions;
mod mantissa;
mod number;
mod polytope;
mod round;
mod scaled;

pub use dictionary::{Dictionary, DictionaryStatus};
pub use mantissa::{Mantissa, Rounding, divide};
pub use number::{NumberError, format_rational, parse_rational};
pub use polytope::{LinearConstraint, Polytope, PolytopeError, Relation};
pub use round::{decimal, entries_to_approx, from_approx, from_short_dyadic, to_approx, truncated};
pub use scaled::ScaledExt;
pub use smfg_kernel::{Integer, Natural, Numerators, Rational, Scaled, least_common_multiple};

/// `numerator / denominator` as a rational in lowest terms.
#[must_use]
pub fn ratio(numerator: i64, denominator: u64) -> Rational {
    Rational::from_parts(Integer::from(numerator), Natural::from(denominator.max(1)))
}
