//! What a text may cost.
//!
//! A short line can ask for much: a product of two long polynomials, a row that was stated once and
//! is used a million times, numbers that double. Operations are counted while a log is read, long
//! numbers as many, and every line allows some for each of its bytes and for each entry of the
//! listing. What a line does not use is left for those after it; a log that wants more is refused.
//! So the time of a check is at most in proportion to `bytes + lines * entries`, whatever a log
//! multiplies with what.
//!
//! The count belongs to the thread: polynomials and sums do not know for whom they are computed.
//! Outside of [`Meter`] nothing is refused.

use crate::error::Refusal;
use crate::number::Rational;
use dashu_base::BitTest;
use std::cell::Cell;

/// Operations that every log may take.
const FIRST: u64 = 1 << 24;
/// Operations for each byte of a line.
const PER_BYTE: u64 = 1 << 8;
/// Operations for each entry of the listing, at each line.
const PER_ENTRY: u64 = 1 << 6;

thread_local! {
    static USED: Cell<u64> = const { Cell::new(0) };
    static ALLOWED: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// Counts the work of one log, from here to its end.
pub(crate) struct Meter {
    entries: u64,
}

impl Meter {
    /// Begins to count for a log about a listing with so many entries.
    pub(crate) fn new(entries: u64) -> Self {
        USED.set(0);
        ALLOWED.set(FIRST);
        Meter { entries }
    }

    /// Allows what a line of so many bytes may take.
    pub(crate) fn line(&self, bytes: usize) {
        let more = PER_BYTE.saturating_mul(bytes as u64);
        let listed = PER_ENTRY.saturating_mul(self.entries);
        ALLOWED.set(ALLOWED.get().saturating_add(more).saturating_add(listed));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        ALLOWED.set(u64::MAX);
    }
}

/// Counts operations.
pub(crate) fn note(operations: usize) {
    USED.set(USED.get().saturating_add(operations as u64));
}

/// Counts operations.
///
/// # Errors
/// [`Refusal::Limit`] when there were more than allowed.
pub(crate) fn spend(operations: usize) -> Result<(), Refusal> {
    note(operations);
    if USED.get() <= ALLOWED.get() {
        return Ok(());
    }
    Err(Refusal::Limit("more operations than a log of this length may take".to_string()))
}

/// Operations of a sum or product with this number: reduction to lowest terms takes time quadratic
/// in the digits.
pub(crate) fn weight(value: &Rational) -> usize {
    let words = (value.numerator().bit_len() + value.denominator().bit_len()) / 64;
    1 + words + words * words / 16
}
