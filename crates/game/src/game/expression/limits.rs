//! What a formula may ask for. Every limit is far above what models need and low enough that a slip
//! in a formula is reported at once instead of filling memory.

use super::error::ExpressionErrorKind;
use crate::exact::Rational;
use dashu_base::BitTest;

/// Most characters of a formula.
pub const LONGEST_FORMULA: usize = 100_000;
/// Deepest nesting of parentheses.
pub const MOST_NESTING: usize = 200;
/// Largest exponent and largest degree of a polynomial.
pub const MOST_DEGREE: u32 = 64;
/// Most binary digits of the numerator and denominator of one number together: 20,000 decimal
/// digits each way.
pub const MOST_BITS: usize = 1 << 17;
/// Most binary digits of all coefficients of one polynomial: 8 MiB.
pub const MOST_SIZE: usize = 1 << 26;
/// Most weights of all aggregates together: about half a gigabyte.
pub const MOST_WEIGHTS: usize = 1 << 23;
/// Most operations of one evaluation, counted by [`Work`]: a few seconds.
const MOST_WORK: u64 = 1 << 24;

/// Binary digits of numerator and denominator together.
pub(super) fn bits(value: &Rational) -> usize {
    value.numerator().bit_len() + value.denominator().bit_len()
}

/// `value`, when it has not too many digits.
pub(super) fn checked(value: Rational) -> Result<Rational, ExpressionErrorKind> {
    if bits(&value) > MOST_BITS { Err(ExpressionErrorKind::NumberTooLong) } else { Ok(value) }
}

/// What is left of the operations that one evaluation may take.
#[derive(Debug)]
pub(super) struct Work(u64);

impl Work {
    pub(super) fn new() -> Self {
        Work(MOST_WORK)
    }

    /// Allows more for each of so many members of the population, over which an average is taken.
    pub(super) fn allow_members(&mut self, members: usize) {
        const PER_MEMBER: u64 = 256;
        self.0 = self.0.saturating_add((members as u64).saturating_mul(PER_MEMBER));
    }

    /// Accounts for `operations` of constant cost.
    pub(super) fn spend(&mut self, operations: usize) -> Result<(), ExpressionErrorKind> {
        self.0 = self.0.checked_sub(operations as u64).ok_or(ExpressionErrorKind::TooMuchWork)?;
        Ok(())
    }

    /// Accounts for one operation on two numbers with so many digits together; reduction to lowest
    /// terms takes time quadratic in them.
    pub(super) fn spend_on(&mut self, digits: usize) -> Result<(), ExpressionErrorKind> {
        let words = digits / 64;
        self.spend(1 + words + words * words / 512)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn signs_have_no_digits() {
        for (p, q, count) in [(0, 1, 1), (1, 1, 2), (4, 1, 4), (7, 8, 7)] {
            assert_eq!((bits(&ratio(p, q)), bits(&ratio(-p, q))), (count, count));
        }
    }
}
