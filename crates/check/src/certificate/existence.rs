//! The step of an equilibrium in a box, statement (X) of docs/certificate.md.

use super::token::parse_number;
use crate::exact::{Rational, format_rational};

/// A box of the statistics in which a map points inwards, so that an equilibrium is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistenceStep {
    /// What the leader gets there: `sigma J0 <= sigma value`.
    pub value: Rational,
    /// The ends of the box, one interval per statistic.
    pub ends: Vec<(Rational, Rational)>,
    /// The rows of the map `A (M d - x)`, square.
    pub matrix: Vec<Vec<Rational>>,
    /// Multipliers of `M d - x = 0`, one per statistic, in the bound of the leader's reward.
    pub links: Vec<Rational>,
}

impl ExistenceStep {
    /// Name of the step, as in docs/certificate.md.
    pub const RULE: &'static str = "exists-in";

    /// The line of the step without its end.
    pub(super) fn line(&self) -> String {
        let ends = self.ends.iter().flat_map(|(low, high)| [low, high]);
        let numbers = ends.chain(self.matrix.iter().flatten()).chain(&self.links);
        let words: Vec<String> =
            std::iter::once(&self.value).chain(numbers).map(format_rational).collect();
        format!("{} {}", Self::RULE, words.join(" "))
    }
}

/// Reads the words after the name of the step: a value, then `2 K + K^2 + K` numbers.
pub(super) fn parse_existence(words: &[&str]) -> Result<ExistenceStep, String> {
    let count = (1..words.len()).find(|k| 1 + k * (k + 3) >= words.len()).unwrap_or(0);
    if count == 0 || 1 + count * (count + 3) != words.len() {
        return Err(format!(
            "found {} numbers, expected 1 + K (K + 3): a value, then two ends, a row and a \
             multiplier for each of K statistics",
            words.len()
        ));
    }
    let numbers = words.iter().map(|word| parse_number(word));
    let mut numbers = numbers.collect::<Result<Vec<Rational>, String>>()?.into_iter();
    let mut take = |count: usize| -> Vec<Rational> { numbers.by_ref().take(count).collect() };
    let value = take(1).remove(0);
    let ends = (0..count).map(|_| take(2)).map(|mut both| (both.remove(0), both.remove(0)));
    let ends = ends.collect();
    let matrix = (0..count).map(|_| take(count)).collect();
    Ok(ExistenceStep { value, ends, matrix, links: take(count) })
}
