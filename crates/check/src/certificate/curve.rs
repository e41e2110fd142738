//! Claims about the value as a function of epsilon: bounds at some points, which hold on the lines
//! between them.

use super::token::parse_number;
use super::write::Writer;
use super::{Claim, Step};
use crate::exact::{Rational, format_rational};
use std::fmt;
use std::io::{self, Write};

/// Most points of a curve.
pub const MOST_POINTS: usize = 1 << 20;

/// Bounds of the value at one epsilon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurvePoint {
    /// Where.
    pub epsilon: Rational,
    /// Lower bound of the value.
    pub lower: Rational,
    /// Upper bound of the value.
    pub upper: Rational,
}

impl fmt::Display for CurvePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            format_rational(&self.epsilon),
            format_rational(&self.lower),
            format_rational(&self.upper)
        )
    }
}

/// `EPSILON LOWER UPPER`.
pub(super) fn parse_point(rest: &str) -> Result<CurvePoint, String> {
    let numbers: Vec<Rational> = rest.split(' ').map(parse_number).collect::<Result<_, _>>()?;
    let [epsilon, lower, upper] = <[Rational; 3]>::try_from(numbers).map_err(|found| {
        format!("found {} numbers, expected epsilon, lower and upper", found.len())
    })?;
    Ok(CurvePoint { epsilon, lower, upper })
}

/// Writes a certificate of a curve, whose first point is what `claim` says.
///
/// # Errors
/// Those of `out`; an expression that is not one line.
pub fn write_curve<'a, W: Write>(
    out: W,
    claim: &Claim,
    curve: &[CurvePoint],
    steps: impl IntoIterator<Item = &'a Step>,
) -> io::Result<W> {
    let mut writer = Writer::start_curve(out, claim, curve)?;
    steps.into_iter().try_for_each(|step| writer.step(step))?;
    writer.end()
}
