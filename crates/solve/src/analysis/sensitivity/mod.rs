//! What a leader risks whose model is not the truth, and what she can do about it.
//!
//! Let the model and the truth be two games whose exploitabilities and leader's rewards differ by
//! at most `kappa(u)` and `omega(u)` for every policy of the followers at a decision `u`
//! ([`crate::drift`]). With `V` the worst case in the model and `V'` in the truth,
//!
//! ```text
//! V'_{eps + 2 kappa}(u) - omega  <=  V_{eps + kappa}(u)  <=  V'_eps(u) + omega       (statement (10), docs/theory.md)
//! ```
//!
//! so `V_{eps + kappa}(u) - omega` is guaranteed in the truth: the *relaxed game* is solved, not
//! the model at face value. The decision that is optimal in the model, the *naive* one, may lose an
//! amount that does not vanish with the error.

mod analyse;
mod assess;
mod conclusions;
mod outcome;
mod profile;
mod relaxed;
mod robust;

pub use analyse::{SensitivityError, sensitivity};
pub use outcome::{Assessment, Sensitivity, Truth};
pub use profile::{Profile, ProfilePoint, profile};
pub use relaxed::{MOST_SEPARATE, Relaxed};
pub use robust::{Robust, robust};
