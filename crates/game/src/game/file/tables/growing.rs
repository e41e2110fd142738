//! A vector of rationals over one common denominator, built number by number.

use crate::exact::{Integer, Natural, Numerators, Rational, Scaled, least_common_multiple};
use crate::game::file::gather::affordable;
use crate::game::file::problem::ModelError;

/// Numbers whose common denominator is found at once, so that changes of denominator are rare.
const CHUNK: usize = 1 << 14;

/// The numbers so far: those over the common denominator, then those still waiting for one.
pub(super) struct Growing {
    denominator: Natural,
    numerators: Numerators,
    waiting: Vec<Rational>,
    /// Whether all numbers are integers.
    pub integers: bool,
}

impl Growing {
    pub(super) fn new() -> Self {
        Growing {
            denominator: Natural::ONE,
            numerators: Numerators::Small(Vec::new()),
            waiting: Vec::new(),
            integers: true,
        }
    }

    pub(super) fn push_integer(&mut self, value: i64) -> Result<(), ModelError> {
        if self.waiting.is_empty()
            && self.denominator.is_one()
            && let Numerators::Small(values) = &mut self.numerators
        {
            values.push(value);
            return Ok(());
        }
        self.push(Rational::from(value))
    }

    pub(super) fn push(&mut self, value: Rational) -> Result<(), ModelError> {
        self.integers &= value.denominator().is_one();
        self.waiting.push(value);
        if self.waiting.len() >= CHUNK { self.settle() } else { Ok(()) }
    }

    /// Gives the waiting numbers the common denominator.
    fn settle(&mut self) -> Result<(), ModelError> {
        let waiting = std::mem::take(&mut self.waiting);
        let mut denominator = self.denominator.clone();
        for value in &waiting {
            denominator = least_common_multiple(&denominator, value.denominator());
            affordable(&denominator, self.numerators.len() + waiting.len())?;
        }
        let factor = Integer::from(&denominator / &self.denominator);
        if !factor.is_one() {
            self.scale(&factor);
        }
        for value in &waiting {
            let numerator = value.numerator() * (&denominator / value.denominator());
            match (&mut self.numerators, i64::try_from(&numerator)) {
                (Numerators::Small(values), Ok(numerator)) => values.push(numerator),
                (Numerators::Big(values), _) => values.push(numerator),
                (Numerators::Small(values), Err(_)) => {
                    let mut big: Vec<Integer> =
                        values.iter().map(|&value| Integer::from(value)).collect();
                    big.push(numerator);
                    self.numerators = Numerators::Big(big);
                }
            }
        }
        self.denominator = denominator;
        Ok(())
    }

    fn scale(&mut self, factor: &Integer) {
        let small = match (&self.numerators, i64::try_from(factor)) {
            (Numerators::Small(values), Ok(factor)) => {
                values.iter().map(|value| value.checked_mul(factor)).collect::<Option<Vec<i64>>>()
            }
            _ => None,
        };
        self.numerators = match small {
            Some(values) => Numerators::Small(values),
            None => Numerators::Big(
                (0..self.numerators.len())
                    .map(|index| self.numerators.get(index) * factor)
                    .collect(),
            ),
        };
    }

    /// The numbers in the order given by `order`, all divided by `divisor`.
    pub(super) fn finish(
        mut self,
        order: Option<&[u32]>,
        divisor: Option<&Natural>,
    ) -> Result<Scaled, ModelError> {
        self.settle()?;
        let denominator =
            divisor.map_or(self.denominator.clone(), |divisor| &self.denominator * divisor);
        affordable(&denominator, self.numerators.len())?;
        if let Some(order) = order {
            self.numerators = match &self.numerators {
                Numerators::Small(values) => Numerators::Small(
                    order.iter().filter_map(|&at| values.get(at as usize).copied()).collect(),
                ),
                Numerators::Big(values) => Numerators::Big(
                    order.iter().filter_map(|&at| values.get(at as usize).cloned()).collect(),
                ),
            };
        }
        Ok(match (self.numerators, u64::try_from(&denominator)) {
            (Numerators::Small(values), Ok(denominator)) => Scaled::from_small(values, denominator),
            (Numerators::Big(values), _) => Scaled::from_integers(values, denominator),
            (Numerators::Small(values), Err(_)) => {
                Scaled::from_integers(values.into_iter().map(Integer::from).collect(), denominator)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn any_mixture_of_numbers() {
        let values: Vec<Rational> =
            (1..40_000i64).map(|k| ratio(k % 7 - 3, 1 + k.unsigned_abs() % 12)).collect();
        let mut growing = Growing::new();
        growing.push_integer(5).expect("small");
        for value in &values {
            growing.push(value.clone()).expect("small");
        }
        growing.push_integer(-2).expect("small");
        let all: Vec<Rational> =
            std::iter::once(ratio(5, 1)).chain(values).chain([ratio(-2, 1)]).collect();
        assert!(!growing.integers);
        assert_eq!(growing.finish(None, None).expect("small"), Scaled::from_rationals(&all));
    }

    /// Denominators with nothing in common make the common one grow with every number.
    #[test]
    fn hostile_denominators_are_refused() {
        let mut growing = Growing::new();
        // Two chunks that pass: the second multiplies long numerators by a long factor.
        for most in [50, 100] {
            for k in 0..CHUNK as u64 {
                growing.push(ratio(1, 2 * (k % most) + 1)).expect("short");
            }
        }
        assert!(u64::try_from(&growing.denominator).is_err());
        // Numbers of 60 bits, most of whose divisors are their own.
        let outcome = (0..CHUNK as u64).try_for_each(|k| growing.push(ratio(1, (1 << 60) + k)));
        assert!(matches!(outcome, Err(ModelError::DenominatorTooLarge { .. })));
    }

    #[test]
    fn a_common_divisor_and_an_order() {
        let mut growing = Growing::new();
        for value in [4, 6, -8] {
            growing.push_integer(value).expect("small");
        }
        let scaled = growing.finish(Some(&[2, 0, 1]), Some(&Natural::from(8u8))).expect("small");
        assert_eq!(scaled, Scaled::from_rationals(&[ratio(-1, 1), ratio(1, 2), ratio(3, 4)]));
    }
}
