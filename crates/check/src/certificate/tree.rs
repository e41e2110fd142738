//! Steps of a tree of population boxes, statement (T) of docs/certificate.md.

use super::Arithmetic;
use super::token::{parse_arithmetic, parse_index, parse_number, short};
use crate::exact::{Rational, format_rational};
use crate::game::Policy;
use std::fmt::Write as _;

/// A number attached to a position.
pub type Indexed = (usize, Rational);

/// Multipliers that prove one inequality on one box.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Combination {
    /// Weight `omega >= 0` of `sigma J0 - sigma value`.
    pub objective: Rational,
    /// Weight `alpha_j >= 0` of each deviation used.
    pub deviations: Vec<Indexed>,
    /// Point `t_i` at which the tangent of a square is taken; the middle of its range where none is
    /// given.
    pub tangents: Vec<Indexed>,
    /// Multiplier `kappa_i` of the range of a square's form: of its lower end when positive, of its
    /// upper end when negative.
    pub ranges: Vec<Indexed>,
}

/// Which end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The least value.
    Lower,
    /// The greatest value.
    Upper,
}

/// One step of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeStep {
    /// Opens the tree.
    Open {
        /// The bound of J0 that it shows.
        value: Rational,
        /// Arithmetic of the inductions.
        arithmetic: Arithmetic,
    },
    /// `sum coefficients_j form_j = constant` on all flows.
    Dependence {
        /// The constant.
        constant: Rational,
        /// One coefficient per coordinate form.
        coefficients: Vec<Rational>,
    },
    /// A square `(sum coefficients_j form_j)^2`.
    Square {
        /// Its weight in the followers' quadratic form.
        follower: Rational,
        /// Its weight in the leader's quadratic form.
        leader: Rational,
        /// One coefficient per coordinate form.
        coefficients: Vec<Rational>,
    },
    /// A policy against which populations are tested; numbered from 0 in the order of the text.
    Deviation(Policy),
    /// Two children: the form of the square at most, and at least, `point`.
    Split {
        /// The square.
        square: usize,
        /// Where.
        point: Rational,
    },
    /// A narrower range for the form of a square.
    Tighten {
        /// The square.
        square: usize,
        /// Which end.
        end: End,
        /// Its new value.
        value: Rational,
        /// Why.
        proof: Combination,
    },
    /// The box contains no eps-equilibrium with `sigma J0 < sigma value`.
    Leaf(Combination),
}

impl TreeStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            TreeStep::Open { .. } => "tree",
            TreeStep::Dependence { .. } => "dependence",
            TreeStep::Square { .. } => "square",
            TreeStep::Deviation(_) => "deviation",
            TreeStep::Split { .. } => "split",
            TreeStep::Tighten { .. } => "tighten",
            TreeStep::Leaf(_) => "leaf",
        }
    }

    /// The line of the step without its end; the policy of a deviation follows on lines of its own.
    pub(super) fn line(&self) -> String {
        match self {
            TreeStep::Open { value, arithmetic } => {
                format!("tree {} {arithmetic}", format_rational(value))
            }
            TreeStep::Dependence { constant, coefficients } => {
                format!("dependence {}{}", format_rational(constant), numbers(coefficients))
            }
            TreeStep::Square { follower, leader, coefficients } => {
                format!(
                    "square {} {}{}",
                    format_rational(follower),
                    format_rational(leader),
                    numbers(coefficients)
                )
            }
            TreeStep::Deviation(_) => "deviation".into(),
            TreeStep::Split { square, point } => {
                format!("split {square} {}", format_rational(point))
            }
            TreeStep::Tighten { square, end, value, proof } => {
                let end = match end {
                    End::Lower => "lower",
                    End::Upper => "upper",
                };
                format!("tighten {square} {end} {} {}", format_rational(value), combination(proof))
            }
            TreeStep::Leaf(proof) => format!("leaf {}", combination(proof)),
        }
    }

    /// The step of a line whose first word is `rule`; `None` when it is no step of a tree. A
    /// deviation is left to the reader.
    pub(super) fn parse(rule: &str, rest: &[&str]) -> Option<Result<TreeStep, String>> {
        Some(match (rule, rest) {
            ("tree", [value, arithmetic]) => parse_number(value).and_then(|value| {
                Ok(TreeStep::Open { value, arithmetic: parse_arithmetic(arithmetic)? })
            }),
            ("dependence", [constant, coefficients @ ..]) => {
                parse_number(constant).and_then(|constant| {
                    Ok(TreeStep::Dependence {
                        constant,
                        coefficients: parse_numbers(coefficients)?,
                    })
                })
            }
            ("square", [follower, leader, coefficients @ ..]) => {
                parse_number(follower).and_then(|follower| {
                    Ok(TreeStep::Square {
                        follower,
                        leader: parse_number(leader)?,
                        coefficients: parse_numbers(coefficients)?,
                    })
                })
            }
            ("split", [square, point]) => parse_index(square)
                .and_then(|square| Ok(TreeStep::Split { square, point: parse_number(point)? })),
            ("tighten", [square, end, value, proof @ ..]) => {
                parse_index(square).and_then(|square| {
                    let end = match *end {
                        "lower" => End::Lower,
                        "upper" => End::Upper,
                        other => {
                            return Err(format!(
                                "found `{}`, expected `lower` or `upper`",
                                short(other)
                            ));
                        }
                    };
                    Ok(TreeStep::Tighten {
                        square,
                        end,
                        value: parse_number(value)?,
                        proof: parse_combination(proof)?,
                    })
                })
            }
            ("leaf", proof) => parse_combination(proof).map(TreeStep::Leaf),
            _ => return None,
        })
    }
}

fn numbers(values: &[Rational]) -> String {
    values.iter().fold(String::new(), |mut line, value| {
        let _ = write!(line, " {}", format_rational(value));
        line
    })
}

fn parse_numbers(words: &[&str]) -> Result<Vec<Rational>, String> {
    words.iter().map(|word| parse_number(word)).collect()
}

fn combination(proof: &Combination) -> String {
    let Combination { objective, deviations, tangents, ranges } = proof;
    format!(
        "{} {} {} {}",
        format_rational(objective),
        list(deviations),
        list(tangents),
        list(ranges)
    )
}

fn parse_combination(words: &[&str]) -> Result<Combination, String> {
    let [objective, deviations, tangents, ranges] = words else {
        return Err(format!(
            "found {} words, expected a weight and the lists of deviations, tangents and ranges",
            words.len()
        ));
    };
    Ok(Combination {
        objective: parse_number(objective)?,
        deviations: parse_list(deviations)?,
        tangents: parse_list(tangents)?,
        ranges: parse_list(ranges)?,
    })
}

/// `3:1/2,7:2`, or `-` when there is nothing.
pub(super) fn list(entries: &[Indexed]) -> String {
    if entries.is_empty() {
        return "-".into();
    }
    let words: Vec<String> = entries
        .iter()
        .map(|(index, value)| format!("{index}:{}", format_rational(value)))
        .collect();
    words.join(",")
}

pub(super) fn parse_list(word: &str) -> Result<Vec<Indexed>, String> {
    if word == "-" {
        return Ok(Vec::new());
    }
    word.split(',')
        .map(|entry| {
            let (index, value) = entry
                .split_once(':')
                .ok_or_else(|| format!("found `{}`, expected POSITION:NUMBER", short(entry)))?;
            Ok((parse_index(index)?, parse_number(value)?))
        })
        .collect()
}
