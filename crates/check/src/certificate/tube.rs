//! The step of tubes of regret, statement (Y) of docs/certificate.md.

use super::token::{parse_number, short};
use crate::exact::{Rational, format_rational};
use smfg_kernel::{Tube, text_of, value_of};

/// The rounds of a tube, which together show a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TubeStep {
    /// The bound of J0; where `ceiling`, the value that some eps-equilibrium reaches.
    pub value: Rational,
    /// Whether the bound is one for the other sign, and so a witness.
    pub ceiling: bool,
    /// The rounds, in the kernel's words.
    pub tube: Tube,
}

impl TubeStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        if self.ceiling { "tube-ceiling" } else { "tube" }
    }

    /// The line of the step without its end.
    pub(super) fn line(&self) -> String {
        format!("{} {} {}", self.rule(), format_rational(&self.value), text_of(&self.tube))
    }
}

/// Reads the words after the name of the step.
pub(super) fn parse_tube(words: &[&str], ceiling: bool) -> Result<TubeStep, String> {
    let [value, tube @ ..] = words else {
        return Err("found nothing, expected a value and a tube".to_string());
    };
    let text = tube.join(" ") + "\n";
    let tube = value_of(text.as_bytes())
        .map_err(|_| format!("found `{}`, expected a tube", short(&text)))?;
    Ok(TubeStep { value: parse_number(value)?, ceiling, tube })
}
