//! Conclusions: what follows from the elements of a bundle that stand before them.
//!
//! The text has no steps: the checker derives each line from drifts and certificates that it has
//! accepted.

use super::drift::{error_line, parse_scope_words};
use super::token::{parse_number, short};
use super::{Scope, StatedError, VERSION};
use crate::exact::{Rational, format_rational};
use std::fmt;
use std::io::{self, Write};

/// Name of the format, the first word of its first line.
pub const CONCLUSION: &str = "smfg-conclusion";

/// Whether more or less of an objective is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// More is better.
    Reward,
    /// Less is better.
    Cost,
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Sense::Reward { "reward" } else { "cost" })
    }
}

/// Which equilibrium is compared with the optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceKind {
    /// The worst.
    Anarchy,
    /// The best.
    Stability,
}

impl fmt::Display for PriceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == PriceKind::Anarchy { "anarchy" } else { "stability" })
    }
}

/// One conclusion. `V` is the worst case of a decision in the model, `V'` that in the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// In every truth, every `epsilon`-equilibrium of the decision gives the leader at least
    /// `value`.
    Guarantee {
        /// The decision.
        scope: Scope,
        /// Largest exploitability in the truth.
        epsilon: Rational,
        /// What she is guaranteed.
        value: Rational,
    },
    /// The largest `V_{epsilon + kappa}(u) - omega` over the decisions `u` of the scope, and over
    /// the bounds of the drift that cover them.
    Relaxed {
        /// The decisions.
        scope: Scope,
        /// Largest exploitability in the truth.
        epsilon: Rational,
        /// Lower bound.
        lower: Rational,
        /// Upper bound.
        upper: Rational,
    },
    /// What the decision loses in the truth: the largest `V'_epsilon` over all decisions, less its
    /// own.
    Loss {
        /// The decision.
        scope: Scope,
        /// Largest exploitability.
        epsilon: Rational,
        /// Lower bound.
        lower: Rational,
        /// Upper bound.
        upper: Rational,
    },
    /// Both ends of statement (10) of docs/theory.md: `V'_{epsilon + 2 kappa} - omega` and
    /// `V'_epsilon + omega`.
    Sandwich {
        /// The decision.
        scope: Scope,
        /// Largest exploitability.
        epsilon: Rational,
        /// Bound of the change of exploitability.
        kappa: Rational,
        /// Bound of the change of the leader's reward.
        omega: Rational,
        /// Lower and upper bound of the first.
        below: (Rational, Rational),
        /// Lower and upper bound of the second.
        above: (Rational, Rational),
    },
    /// The best value of the objective over all populations.
    Optimum {
        /// What is better.
        sense: Sense,
        /// The decision.
        scope: Scope,
        /// Lower bound.
        lower: Rational,
        /// Upper bound.
        upper: Rational,
    },
    /// The worst or the best `epsilon`-equilibrium against the optimum.
    Price {
        /// Which equilibrium.
        kind: PriceKind,
        /// What is better.
        sense: Sense,
        /// The decision.
        scope: Scope,
        /// Largest exploitability.
        epsilon: Rational,
        /// A lower bound and, where there is one, an upper bound; `None` when the denominator is 0
        /// and the numerator is not.
        ratio: Option<(Rational, Option<Rational>)>,
    },
}

/// Conclusions about one game, under the same error of the model or for the same objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConclusionClaim {
    /// Canonical hash of the game, the model.
    pub game_hash: String,
    /// The error of the model, as in the statement of the drift that is used.
    pub error: Option<StatedError>,
    /// Expression in place of the leader's reward.
    pub of: Option<String>,
    /// The conclusions, at least one.
    pub conclusions: Vec<Conclusion>,
}

impl Conclusion {
    /// The first word of its line.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Conclusion::Guarantee { .. } => "guarantee",
            Conclusion::Relaxed { .. } => "relaxed",
            Conclusion::Loss { .. } => "loss",
            Conclusion::Sandwich { .. } => "sandwich",
            Conclusion::Optimum { .. } => "optimum",
            Conclusion::Price { .. } => "price",
        }
    }

    /// The decisions that it is about.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        match self {
            Conclusion::Guarantee { scope, .. }
            | Conclusion::Relaxed { scope, .. }
            | Conclusion::Loss { scope, .. }
            | Conclusion::Sandwich { scope, .. }
            | Conclusion::Optimum { scope, .. }
            | Conclusion::Price { scope, .. } => scope,
        }
    }

    /// Largest exploitability; `None` when it is about all populations.
    #[must_use]
    pub fn epsilon(&self) -> Option<&Rational> {
        match self {
            Conclusion::Guarantee { epsilon, .. }
            | Conclusion::Relaxed { epsilon, .. }
            | Conclusion::Loss { epsilon, .. }
            | Conclusion::Sandwich { epsilon, .. }
            | Conclusion::Price { epsilon, .. } => Some(epsilon),
            Conclusion::Optimum { .. } => None,
        }
    }

    /// Its line, without the end.
    fn line(&self) -> String {
        let scope = super::write::scope_words(self.scope());
        let rule = self.rule();
        let words = |numbers: &[&Rational]| {
            numbers.iter().map(|number| format_rational(number)).collect::<Vec<_>>().join(" ")
        };
        match self {
            Conclusion::Guarantee { epsilon, value, .. } => {
                format!("{rule} {scope} {}", words(&[epsilon, value]))
            }
            Conclusion::Relaxed { epsilon, lower, upper, .. }
            | Conclusion::Loss { epsilon, lower, upper, .. } => {
                format!("{rule} {scope} {}", words(&[epsilon, lower, upper]))
            }
            Conclusion::Sandwich { epsilon, kappa, omega, below, above, .. } => {
                format!(
                    "{rule} {scope} {}",
                    words(&[epsilon, kappa, omega, &below.0, &below.1, &above.0, &above.1])
                )
            }
            Conclusion::Optimum { sense, lower, upper, .. } => {
                format!("{rule} {sense} {scope} {}", words(&[lower, upper]))
            }
            Conclusion::Price { kind, sense, epsilon, ratio, .. } => {
                let ratio = match ratio {
                    None => "infinite".into(),
                    Some((lower, None)) => format!("{} -", format_rational(lower)),
                    Some((lower, Some(upper))) => words(&[lower, upper]),
                };
                format!("{rule} {kind} {sense} {scope} {} {ratio}", format_rational(epsilon))
            }
        }
    }
}

/// Writes conclusions.
///
/// # Errors
/// Those of `out`; an expression that is not one line.
pub fn write_conclusions<W: Write>(mut out: W, claim: &ConclusionClaim) -> io::Result<W> {
    writeln!(out, "{CONCLUSION} {VERSION}")?;
    writeln!(out, "game {}", claim.game_hash)?;
    if let Some(error) = &claim.error {
        writeln!(out, "{}", error_line(error))?;
    }
    if let Some(of) = &claim.of {
        super::write::write_expression(&mut out, of)?;
    }
    claim.conclusions.iter().try_for_each(|conclusion| writeln!(out, "{}", conclusion.line()))?;
    writeln!(out, "end")?;
    Ok(out)
}

/// A scope, and the numbers that follow it.
fn scope_and_numbers<const N: usize>(words: &[&str]) -> Result<(Scope, [Rational; N]), String> {
    let unknown = || {
        format!(
            "found `{}`, expected `all`, `decision K` or `point NUMBER ...`, then {N} numbers",
            short(&words.join(" "))
        )
    };
    let (scope, numbers) = words.split_last_chunk::<N>().ok_or_else(unknown)?;
    let scope = parse_scope_words(scope).ok_or_else(unknown)??;
    let numbers: Vec<Rational> =
        numbers.iter().map(|word| parse_number(word)).collect::<Result<_, _>>()?;
    Ok((scope, <[Rational; N]>::try_from(numbers).map_err(|_| unknown())?))
}

fn parse_sense(word: &str) -> Result<Sense, String> {
    match word {
        "reward" => Ok(Sense::Reward),
        "cost" => Ok(Sense::Cost),
        other => Err(format!("found `{}`, expected `reward` or `cost`", short(other))),
    }
}

fn parse_kind(word: &str) -> Result<PriceKind, String> {
    match word {
        "anarchy" => Ok(PriceKind::Anarchy),
        "stability" => Ok(PriceKind::Stability),
        other => Err(format!("found `{}`, expected `anarchy` or `stability`", short(other))),
    }
}

/// A line of conclusions.
pub(super) fn parse_conclusion(line: &str) -> Result<Conclusion, String> {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["guarantee", rest @ ..] => {
            let (scope, [epsilon, value]) = scope_and_numbers(rest)?;
            Ok(Conclusion::Guarantee { scope, epsilon, value })
        }
        ["relaxed", rest @ ..] => {
            let (scope, [epsilon, lower, upper]) = scope_and_numbers(rest)?;
            Ok(Conclusion::Relaxed { scope, epsilon, lower, upper })
        }
        ["loss", rest @ ..] => {
            let (scope, [epsilon, lower, upper]) = scope_and_numbers(rest)?;
            Ok(Conclusion::Loss { scope, epsilon, lower, upper })
        }
        ["sandwich", rest @ ..] => {
            let (scope, [epsilon, kappa, omega, a, b, c, d]) = scope_and_numbers(rest)?;
            Ok(Conclusion::Sandwich { scope, epsilon, kappa, omega, below: (a, b), above: (c, d) })
        }
        ["optimum", sense, rest @ ..] => {
            let sense = parse_sense(sense)?;
            let (scope, [lower, upper]) = scope_and_numbers(rest)?;
            Ok(Conclusion::Optimum { sense, scope, lower, upper })
        }
        ["price", kind, sense, rest @ ..] => {
            let (kind, sense) = (parse_kind(kind)?, parse_sense(sense)?);
            let (scope, epsilon, ratio) = match rest {
                [rest @ .., "infinite"] => {
                    let (scope, [epsilon]) = scope_and_numbers(rest)?;
                    (scope, epsilon, None)
                }
                [rest @ .., "-"] => {
                    let (scope, [epsilon, lower]) = scope_and_numbers(rest)?;
                    (scope, epsilon, Some((lower, None)))
                }
                rest => {
                    let (scope, [epsilon, lower, upper]) = scope_and_numbers(rest)?;
                    (scope, epsilon, Some((lower, Some(upper))))
                }
            };
            Ok(Conclusion::Price { kind, sense, scope, epsilon, ratio })
        }
        _ => Err(format!(
            "found `{}`, expected `guarantee`, `relaxed`, `loss`, `sandwich`, `optimum` or `price` with its words, or `end`",
            short(line)
        )),
    }
}
