//! The least value of a linear form over all flows, in fixed point on machine integers.
//!
//! The form is given as a combination whose factors may have long numerators. Coefficients and
//! values are rounded down to multiples of `2^-bits`; since masses are not negative the result is
//! not above the least value. Where a number does not fit there is no result, and unbounded
//! integers have to do.

use crate::exact::{Integer, Natural, Numerators, Rational, Rounding, Scaled, divide};
use crate::game::{Column, LinearForm, Numbers, Pairs, Successors};
use std::sync::Arc;

/// Bits by which a factor is finer than what the result is rounded to, beyond those of the
/// numerators that it multiplies.
const GUARD_BITS: u32 = 4;

/// A decision process whose transitions are ready for machine integers.
#[derive(Debug)]
pub struct FixedFlow {
    bits: u32,
    initial: (Vec<i64>, Natural),
    stages: Vec<FixedStage>,
}

#[derive(Debug)]
struct FixedStage {
    pairs: Arc<Pairs>,
    /// Successors, numerators of their probabilities, and the denominator.
    transition: Option<(Arc<Successors>, Arc<Scaled>, i128)>,
}

fn small(scaled: &Scaled) -> Option<&[i64]> {
    match scaled.numerators() {
        Numerators::Small(numerators) => Some(numerators),
        _ => None,
    }
}

impl FixedFlow {
    /// `None` when the probabilities have numerators that do not fit.
    pub fn new(numbers: &Numbers, bits: u32) -> Option<Self> {
        let mut stages = Vec::with_capacity(numbers.stages.len());
        for stage in &numbers.stages {
            let transition = match &stage.transition {
                None => None,
                Some((successors, probability)) => {
                    small(probability)?;
                    Some((
                        Arc::clone(successors),
                        Arc::clone(probability),
                        i128::try_from(probability.denominator()).ok()?,
                    ))
                }
            };
            stages.push(FixedStage { pairs: Arc::clone(&stage.pairs), transition });
        }
        let initial = (small(&numbers.initial)?.to_vec(), numbers.initial.denominator().clone());
        Some(FixedFlow { bits, initial, stages })
    }

    /// A number not above `sum factor * form` on any flow, and above the least value less (stages
    /// times forms) times some `2^-bits`.
    pub(super) fn least(&self, parts: &[(Rational, &LinearForm)]) -> Option<Rational> {
        let of_stage = |t: usize| {
            parts.iter().map(|(factor, form)| Some((factor.clone(), form.stages.get(t)?))).collect()
        };
        self.least_by_stage(&of_stage)
    }

    /// [`FixedFlow::least`] of a form whose weights on the pairs of a stage are a combination of
    /// columns.
    pub(super) fn least_by_stage<'c>(
        &self,
        of_stage: &dyn Fn(usize) -> Option<Vec<(Rational, &'c Column)>>,
    ) -> Option<Rational> {
        let values = self.values_by_stage(self.bits, of_stage)?;
        let mut sum = Integer::ZERO;
        for (mass, value) in self.initial.0.iter().zip(values.first()?) {
            sum += Integer::from(*mass) * Integer::from(*value);
        }
        Some(Rational::from_parts(
            sum,
            self.initial.1.clone() * (Natural::ONE << self.bits as usize),
        ))
    }

    /// The values of that induction at every stage and state, in units of `2^-bits`.
    pub fn values_by_stage<'c>(
        &self,
        bits: u32,
        of_stage: &dyn Fn(usize) -> Option<Vec<(Rational, &'c Column)>>,
    ) -> Option<Vec<Vec<i128>>> {
        let mut all: Vec<Vec<i128>> = Vec::with_capacity(self.stages.len());
        for (t, stage) in self.stages.iter().enumerate().rev() {
            let mut form = vec![0i128; stage.pairs.len()];
            for (factor, column) in of_stage(t)?.iter().filter(|(factor, _)| !factor.is_zero()) {
                add(&mut form, bits, factor, column)?;
            }
            let next = all.last().map_or(&[][..], Vec::as_slice);
            let mut values = Vec::with_capacity(stage.pairs.states());
            for state in 0..stage.pairs.states() {
                let mut least: Option<i128> = None;
                for pair in stage.pairs.of_state(state) {
                    let mut value = *form.get(pair)?;
                    if let Some((successors, probability, denominator)) = &stage.transition {
                        let numerators = small(probability)?;
                        let mut sum = 0i128;
                        for entry in successors.of_pair(pair) {
                            let product = i128::from(*numerators.get(entry)?)
                                .checked_mul(*next.get(successors.state(entry))?)?;
                            sum = sum.checked_add(product)?;
                        }
                        value = value.checked_add(sum.div_euclid(*denominator))?;
                    }
                    least = Some(least.map_or(value, |known| known.min(value)));
                }
                values.push(least?);
            }
            all.push(values);
        }
        all.reverse();
        Some(all)
    }
}

/// Adds `factor * column` in units of `2^-bits`, rounded down.
fn add(form: &mut [i128], bits: u32, factor: &Rational, column: &Column) -> Option<()> {
    let numerators = small(&column.coefficients)?;
    let longest = numerators.iter().fold(0u64, |all, numerator| all | numerator.unsigned_abs());
    if longest == 0 {
        return Some(());
    }
    let guard = GUARD_BITS + (u64::BITS - longest.leading_zeros());
    let scaled = factor.numerator() * Integer::from(Natural::ONE << (bits + guard) as usize);
    let denominator = Integer::from(factor.denominator() * column.coefficients.denominator());
    let end = |rounding| i128::try_from(&divide(&scaled, &denominator, rounding)).ok();
    let (low, high) = (end(Rounding::Down)?, end(Rounding::Up)?);
    for (index, &numerator) in numerators.iter().enumerate() {
        let product = i128::from(numerator).checked_mul(if numerator >= 0 { low } else { high })?;
        let sum = form.get_mut(column.position(index))?;
        *sum = sum.checked_add(product >> guard)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::induction::{Choice, Form, value};
    use super::*;
    use crate::certificate::Arithmetic;
    use crate::exact::ratio;
    use crate::game::Quadratic;
    use smfg_game::generate::{Interaction, MdpParameters, MeanFieldFamily, MeanFieldParameters};

    #[test]
    fn not_above_the_least_value_and_close_to_it() {
        for seed in 0..20 {
            let base = MdpParameters {
                stages: 4,
                states: 5,
                actions: 3,
                successors: 3,
                decisions: 2,
                seed,
            };
            let family = MeanFieldFamily::new(MeanFieldParameters {
                base,
                interaction: Interaction::General,
                aggregates: 2,
            });
            let game = family.expect("sizes in range").game().expect("a game");
            let game = Quadratic::new(
                &game.at(&game.finite_decisions().expect("a finite leader")[0].values),
            )
            .expect("class C1");
            let fixed =
                FixedFlow::new(&game.numbers(&game.leader), 60).expect("short probabilities");
            // Numbers of 52 bits, as multipliers are, of both signs.
            let digits =
                |n: u64| (seed * 31 + n * 17 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12;
            let factor = |n: u64| ratio(digits(n) as i64 - (1 << 51), 1 << 51);
            let mut parts = vec![
                (factor(0), &game.leader),
                (factor(1), &game.reward),
                (ratio(-1, 3), &game.reward),
            ];
            parts.extend(
                game.coordinates.iter().enumerate().map(|(k, form)| (factor(2 + k as u64), form)),
            );
            let form = Form { leader: Rational::ONE, reward: Rational::ZERO };
            let exact = value(
                &game.numbers(&game.combine(&parts)),
                &form,
                Choice::Least,
                Arithmetic::Exact,
                Rounding::Down,
            );
            let (exact, found) = (exact.expect("a value"), fixed.least(&parts).expect("a number"));
            assert!(found <= exact, "seed {seed}");
            assert!(
                &exact - &found < ratio(1, 1_000_000_000_000_000),
                "seed {seed}: {}",
                exact - found
            );
        }
    }
}
