//! Writing certificates, step by step.

use super::lifted::format_step;
use super::token::format_stage;
use super::{Arithmetic, Claim, CoverStep, CurvePoint, Part, Scope, Step, TreeStep, VERSION};
use crate::exact::{Rational, format_rational};
use crate::game::Policy;
use std::io::{self, Write};

/// Writes a certificate in a stream: header, steps, end.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Starts a certificate.
    ///
    /// # Errors
    /// Those of `out`; an expression that is not one line.
    pub fn start(out: W, claim: &Claim) -> io::Result<Self> {
        Self::start_curve(out, claim, &[])
    }

    /// Starts a certificate about a curve, or about one epsilon where `curve` has no points.
    ///
    /// # Errors
    /// Those of `out`; an expression that is not one line.
    pub fn start_curve(mut out: W, claim: &Claim, curve: &[CurvePoint]) -> io::Result<Self> {
        writeln!(out, "smfg-certificate {VERSION}")?;
        writeln!(out, "game {}", claim.game_hash)?;
        writeln!(out, "epsilon {}", format_rational(&claim.epsilon))?;
        writeln!(out, "selection {}", claim.selection)?;
        writeln!(out, "scope {}", scope_words(&claim.scope))?;
        if let Some(of) = &claim.of {
            write_expression(&mut out, of)?;
        }
        if curve.is_empty() {
            writeln!(
                out,
                "claim {} {}",
                format_rational(&claim.lower),
                format_rational(&claim.upper)
            )?;
        } else {
            writeln!(out, "curve {}", curve.len())?;
            curve.iter().try_for_each(|point| writeln!(out, "value {point}"))?;
        }
        Ok(Writer { out })
    }

    /// Writes one step.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, step: &Step) -> io::Result<()> {
        let out = &mut self.out;
        match step {
            Step::Decision(index) => writeln!(out, "decision {index}"),
            Step::At(values) => writeln!(out, "at {}", numbers(values)),
            Step::Limit { from, through, policy } => {
                writeln!(out, "limit {} through {}", numbers(from), numbers(through))?;
                write_policy(out, policy)
            }
            Step::Cover(step) => {
                writeln!(out, "{}", step.line())?;
                match step {
                    CoverStep::Policy(policy) => write_policy(out, policy),
                    _ => Ok(()),
                }
            }
            Step::Multiplier(step) => writeln!(out, "{}", step.line()),
            Step::DynamicProgramming { value, multiplier, arithmetic } => {
                writeln!(
                    out,
                    "dynamic-programming {} {} {arithmetic}",
                    format_rational(value),
                    format_rational(multiplier)
                )
            }
            Step::RangeBound { value } => writeln!(out, "range-bound {}", format_rational(value)),
            Step::Witness { value, arithmetic, parts } => {
                writeln!(out, "witness {} {arithmetic} {}", format_rational(value), parts.len())?;
                parts.iter().try_for_each(|part| write_part(out, part))
            }
            Step::Vertex { loss, value, arithmetic, policy } => {
                writeln!(
                    out,
                    "vertex {} {} {arithmetic}",
                    format_rational(loss),
                    format_rational(value)
                )?;
                write_policy(out, policy)
            }
            Step::PopulationWitness { value, parts } => {
                writeln!(out, "population-witness {} {}", format_rational(value), parts.len())?;
                parts.iter().try_for_each(|part| write_part(out, part))
            }
            Step::EnclosedWitness { value, bits, parts } => {
                writeln!(
                    out,
                    "enclosed-witness {} {}",
                    format_rational(value),
                    Arithmetic::Rounded(*bits)
                )?;
                parts.iter().try_for_each(|part| write_policy(out, &part.policy))
            }
            Step::Tree(step) => {
                writeln!(out, "{}", step.line())?;
                match step {
                    TreeStep::Deviation(policy) => write_policy(out, policy),
                    _ => Ok(()),
                }
            }
            Step::Support(step) => writeln!(out, "{}", step.line()),
            Step::Lifted(step) => out.write_all(format_step(step).as_bytes()),
            Step::Monotone(step) => {
                writeln!(out, "{}", step.line())?;
                write_policy(out, &step.policy)
            }
            Step::Tube(step) => writeln!(out, "{}", step.line()),
            Step::Existence(step) => writeln!(out, "{}", step.line()),
            Step::RangeWitness { value } => {
                writeln!(out, "range-witness {}", format_rational(value))
            }
        }
    }

    /// Ends the certificate and gives back the output.
    ///
    /// # Errors
    /// Those of the output.
    pub fn end(mut self) -> io::Result<W> {
        writeln!(self.out, "end")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The line of an expression.
pub(super) fn write_expression(out: &mut impl Write, of: &str) -> io::Result<()> {
    if of.contains('\n') {
        let message = "an expression of several lines cannot be written into a certificate";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    writeln!(out, "of {of}")
}

/// Numbers with a space in between.
fn numbers(values: &[Rational]) -> String {
    let words: Vec<String> = values.iter().map(format_rational).collect();
    words.join(" ")
}

/// A scope in words.
pub(super) fn scope_words(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".into(),
        Scope::Decision(index) => format!("decision {index}"),
        Scope::Point(values) => format!("point {}", numbers(values)),
    }
}

fn write_part(out: &mut impl Write, part: &Part) -> io::Result<()> {
    writeln!(out, "part {}", format_rational(&part.weight))?;
    write_policy(out, &part.policy)
}

/// A `play` line per stage.
fn write_policy(out: &mut impl Write, policy: &Policy) -> io::Result<()> {
    policy.stages.iter().try_for_each(|stage| writeln!(out, "play {}", format_stage(stage)))
}

/// Writes a whole certificate.
///
/// # Errors
/// Those of `out`.
pub fn write_certificate<'a, W: Write>(
    out: W,
    claim: &Claim,
    steps: impl IntoIterator<Item = &'a Step>,
) -> io::Result<W> {
    let mut writer = Writer::start(out, claim)?;
    for step in steps {
        writer.step(step)?;
    }
    writer.end()
}
