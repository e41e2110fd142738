//! The step of monotone games, statement (O) of docs/certificate.md.

use super::token::{parse_number, short};
use super::tree::{Indexed, list, parse_list};
use crate::exact::{Rational, format_rational};
use crate::game::Policy;

/// A multiplier of the budget, points of tangents and a deviation, which together show a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonotoneStep {
    /// The bound of J0; where `ceiling`, the value that some eps-equilibrium reaches.
    pub value: Rational,
    /// Whether the bound is one for the other sign, and so a witness.
    pub ceiling: bool,
    /// Multiplier of the budget, at least 0.
    pub multiplier: Rational,
    /// By position of a statistic, the point at which the tangent is taken; 0 where none is given.
    pub tangents: Vec<Indexed>,
    /// The policy of the deviation.
    pub policy: Policy,
}

impl MonotoneStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        if self.ceiling { "monotone-ceiling" } else { "monotone" }
    }

    /// The line of the step without its end; the policy follows on lines of its own.
    pub(super) fn line(&self) -> String {
        let (value, multiplier) = (format_rational(&self.value), format_rational(&self.multiplier));
        format!("{} {value} {multiplier} {}", self.rule(), list(&self.tangents))
    }
}

/// What the line of a step says before its policy.
pub(super) struct MonotoneHead {
    pub(super) value: Rational,
    pub(super) multiplier: Rational,
    pub(super) tangents: Vec<Indexed>,
}

/// Reads the words after the name of the step.
pub(super) fn parse_monotone(words: &[&str]) -> Result<MonotoneHead, String> {
    let [value, multiplier, tangents] = words else {
        let found = short(&words.join(" "));
        return Err(format!("found `{found}`, expected a value, a multiplier and tangents"));
    };
    Ok(MonotoneHead {
        value: parse_number(value)?,
        multiplier: parse_number(multiplier)?,
        tangents: parse_list(tangents)?,
    })
}
