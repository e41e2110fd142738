//! Steps of rule (M), a tree of boxes of the population's statistics: shape and spelling.
//!
//! All numbers of a tree are integers over `2^BITS`, the fixed point of its arithmetic. A *form* is
//! affine in the coordinates `lambda_k = (x_k - l_k) / (u_k - l_k)` of the current box, spelled
//! `CONSTANT{,K:COEFFICIENT}`.

use super::Arithmetic;
use super::token::{parse_arithmetic, parse_index, parse_number, short};
use crate::exact::{Rational, format_rational};
use std::fmt::Write as _;

/// Most fractional bits of a tree: products of two numbers must fit 128 bits.
pub const MOST_TREE_BITS: u32 = 56;
/// Fractional bits of a reference point.
pub const REFERENCE_BITS: u32 = 16;

/// Affine in the coordinates of a box: a constant and a coefficient per statistic, statistics
/// increasing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AffineForm {
    /// The constant.
    pub constant: i64,
    /// `(k, coefficient)`.
    pub linear: Vec<(usize, i64)>,
}

impl AffineForm {
    /// Whether it is the zero form.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.constant == 0 && self.linear.iter().all(|&(_, c)| c == 0)
    }
}

/// A multiplier of one deviation row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationTerm {
    /// Position of the policy among those of the tree.
    pub policy: usize,
    /// The multiplier, not negative on the box.
    pub weight: AffineForm,
    /// Where products are linearised, per statistic, in units of `2^-REFERENCE_BITS`.
    pub reference: Vec<u32>,
}

/// LiftedMultipliers that prove a leaf or a tightening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiftedMultipliers {
    /// Multiplier of `sigma J0 - sigma VALUE`, at least 0.
    pub objective: i64,
    /// Deviation rows.
    pub deviations: Vec<DeviationTerm>,
    /// Links `x_k = M_k d`: `(k, multiplier)`.
    pub links: Vec<(usize, AffineForm)>,
    /// Flow equations, `[stage][state]`.
    pub flow: Vec<Vec<AffineForm>>,
    /// Stage masses times two coordinates: `(stage, k, j, coefficient)` with `k <= j`.
    pub products: Vec<(usize, usize, usize, i64)>,
}

/// Ends of one statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The statistic.
    pub statistic: usize,
    /// Its lower end.
    pub low: i64,
    /// Its upper end.
    pub high: i64,
}

/// A line, or a few, of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiftedStep {
    /// Opens a tree.
    Open {
        /// The bound of `J0` that it shows.
        value: Rational,
        /// Fractional bits of all numbers of the tree.
        bits: u32,
        /// Whether it is shown from the other side: no equilibrium has `sigma J0` above `sigma
        /// value`.
        ceiling: bool,
    },
    /// A policy that later multipliers name by its position: an action per `[stage][state]`.
    Policy(Vec<Vec<u32>>),
    /// The current box is cut in two at a value of a statistic; the lower part comes first.
    Split {
        /// The statistic.
        statistic: usize,
        /// Where.
        point: i64,
    },
    /// The ends shown since the last change of the box become its ends.
    Narrow,
    /// No equilibrium of interest in the current box lies beyond `bound`.
    Tighten {
        /// The statistic.
        statistic: usize,
        /// Whether its upper end moves, else its lower end.
        upper: bool,
        /// The new end.
        bound: i64,
        /// The proof.
        multipliers: LiftedMultipliers,
    },
    /// The bound holds on the current box.
    Leaf(LiftedMultipliers),
    /// By one round of regrets no equilibrium of interest in the current box lies outside these
    /// ends, which become its own.
    Confine(Vec<Ends>),
    /// By one round of regrets no equilibrium of interest is in the current box.
    Void,
}

impl LiftedStep {
    /// Name of the line, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            LiftedStep::Open { ceiling: false, .. } => "lifted-tree",
            LiftedStep::Open { ceiling: true, .. } => "lifted-ceiling",
            LiftedStep::Policy(_) => "lifted-policy",
            LiftedStep::Split { .. } => "lifted-split",
            LiftedStep::Narrow => "lifted-narrow",
            LiftedStep::Tighten { .. } => "lifted-tighten",
            LiftedStep::Leaf(_) => "lifted-leaf",
            LiftedStep::Confine(_) => "lifted-confine",
            LiftedStep::Void => "lifted-void",
        }
    }
}

fn parse_integer(word: &str) -> Result<i64, String> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| word.parse().ok())
        .flatten()
        .ok_or_else(|| format!("found `{}`, expected an integer of 64 bits", short(word)))
}

fn parse_form(word: &str) -> Result<AffineForm, String> {
    let mut entries = word.split(',');
    let constant = parse_integer(entries.next().unwrap_or(""))?;
    let mut linear: Vec<(usize, i64)> = Vec::new();
    for entry in entries {
        let (k, coefficient) = entry
            .split_once(':')
            .ok_or_else(|| format!("found `{}`, expected K:COEFFICIENT", short(entry)))?;
        let k = parse_index(k)?;
        if linear.last().is_some_and(|&(last, _)| last >= k) {
            return Err(format!(
                "found statistic {k} after {}, expected increasing order",
                linear.last().map_or(0, |last| last.0)
            ));
        }
        linear.push((k, parse_integer(coefficient)?));
    }
    Ok(AffineForm { constant, linear })
}

fn parse_end(word: &str) -> Result<Ends, String> {
    let mut parts = word.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(k), Some(low), Some(high)) => Ok(Ends {
            statistic: parse_index(k)?,
            low: parse_integer(low)?,
            high: parse_integer(high)?,
        }),
        _ => Err(format!("found `{}`, expected K:LOW:HIGH", short(word))),
    }
}

fn format_form(form: &AffineForm, out: &mut String) {
    let _ = write!(out, "{}", form.constant);
    for &(k, coefficient) in form.linear.iter().filter(|&&(_, c)| c != 0) {
        let _ = write!(out, ",{k}:{coefficient}");
    }
}

/// What a line of a multiplier block says.
pub(super) enum Block {
    /// The block goes on.
    More,
    /// `qed`.
    End,
}

/// Reads one line of a multiplier block of a game of `stages` stages and `states` states.
pub(super) fn parse_block_line(
    line: &str,
    (stages, states): (usize, usize),
    block: &mut LiftedMultipliers,
) -> Result<Block, String> {
    let mut words = line.split(' ');
    match words.next() {
        Some("qed") if words.next().is_none() => return Ok(Block::End),
        Some("deviation") => {
            let policy = parse_index(words.next().unwrap_or(""))?;
            let weight = parse_form(words.next().unwrap_or(""))?;
            let reference = words
                .map(|word| {
                    parse_index(word).and_then(|t| {
                        u32::try_from(t).map_err(|_| format!("found {t}, expected less than 2^32"))
                    })
                })
                .collect::<Result<_, _>>()?;
            block.deviations.push(DeviationTerm { policy, weight, reference });
        }
        Some("link") => {
            let k = parse_index(words.next().unwrap_or(""))?;
            block.links.push((k, parse_form(words.next().unwrap_or(""))?));
            if words.next().is_some() {
                return Err("expected `link K FORM`".into());
            }
        }
        Some("flow") => {
            let row: Vec<AffineForm> = words.map(parse_form).collect::<Result<_, _>>()?;
            if row.len() != states || block.flow.len() >= stages {
                return Err(format!(
                    "expected {stages} lines `flow` of {states} forms, one per state"
                ));
            }
            block.flow.push(row);
        }
        Some("product") => {
            let index: Vec<usize> =
                words.by_ref().take(3).map(parse_index).collect::<Result<_, _>>()?;
            let coefficient = parse_integer(words.next().unwrap_or(""))?;
            match (index.as_slice(), words.next()) {
                ([t, k, j], None) if k <= j => block.products.push((*t, *k, *j, coefficient)),
                _ => return Err("expected `product STAGE K J COEFFICIENT` with K at most J".into()),
            }
        }
        _ => return Err(format!("found `{}`, expected a multiplier or `qed`", short(line))),
    }
    Ok(Block::More)
}

/// Reads the first line of a step of a tree, its words after the name; multiplier blocks follow on
/// their own lines.
pub(super) fn parse_head(rule: &str, words: &[&str]) -> Option<Result<LiftedStep, String>> {
    match (rule, words) {
        ("lifted-tree" | "lifted-ceiling", [value, arithmetic]) => Some((|| {
            let Arithmetic::Rounded(bits) = parse_arithmetic(arithmetic)? else {
                return Err("expected the arithmetic `rounded:BITS`".into());
            };
            Ok(LiftedStep::Open {
                value: parse_number(value)?,
                bits,
                ceiling: rule == "lifted-ceiling",
            })
        })()),
        ("lifted-narrow", []) => Some(Ok(LiftedStep::Narrow)),
        ("lifted-void", []) => Some(Ok(LiftedStep::Void)),
        ("lifted-confine", ends) => Some(
            ends.iter()
                .map(|word| parse_end(word))
                .collect::<Result<_, _>>()
                .map(LiftedStep::Confine),
        ),
        ("lifted-policy", []) => Some(Ok(LiftedStep::Policy(Vec::new()))),
        ("lifted-split", [k, point]) => Some(parse_index(k).and_then(|statistic| {
            parse_integer(point).map(|point| LiftedStep::Split { statistic, point })
        })),
        ("lifted-tighten", [k, end @ ("lower" | "upper"), bound, objective]) => Some((|| {
            let multipliers = LiftedMultipliers {
                objective: parse_integer(objective)?,
                ..LiftedMultipliers::default()
            };
            Ok(LiftedStep::Tighten {
                statistic: parse_index(k)?,
                upper: *end == "upper",
                bound: parse_integer(bound)?,
                multipliers,
            })
        })()),
        ("lifted-leaf", [objective]) => Some(parse_integer(objective).map(|objective| {
            LiftedStep::Leaf(LiftedMultipliers { objective, ..LiftedMultipliers::default() })
        })),
        _ => None,
    }
}

/// The lines of a step, each with its end.
pub(super) fn format_step(step: &LiftedStep) -> String {
    let mut out = String::new();
    match step {
        LiftedStep::Open { value, bits, .. } => {
            let _ = writeln!(
                out,
                "{} {} {}",
                step.rule(),
                format_rational(value),
                Arithmetic::Rounded(*bits)
            );
        }
        LiftedStep::Policy(stages) => {
            out.push_str("lifted-policy\n");
            for stage in stages {
                let stage = crate::game::StagePolicy::Pure(stage.clone());
                let _ = writeln!(out, "play {}", super::token::format_stage(&stage));
            }
        }
        LiftedStep::Split { statistic, point } => {
            let _ = writeln!(out, "lifted-split {statistic} {point}");
        }
        LiftedStep::Narrow => out.push_str("lifted-narrow\n"),
        LiftedStep::Void => out.push_str("lifted-void\n"),
        LiftedStep::Confine(ends) => {
            out.push_str("lifted-confine");
            for Ends { statistic, low, high } in ends {
                let _ = write!(out, " {statistic}:{low}:{high}");
            }
            out.push('\n');
        }
        LiftedStep::Tighten { statistic, upper, bound, multipliers } => {
            let end = if *upper { "upper" } else { "lower" };
            let _ =
                writeln!(out, "lifted-tighten {statistic} {end} {bound} {}", multipliers.objective);
            format_block(multipliers, &mut out);
        }
        LiftedStep::Leaf(multipliers) => {
            let _ = writeln!(out, "lifted-leaf {}", multipliers.objective);
            format_block(multipliers, &mut out);
        }
    }
    out
}

fn format_block(block: &LiftedMultipliers, out: &mut String) {
    for term in &block.deviations {
        let _ = write!(out, "deviation {} ", term.policy);
        format_form(&term.weight, out);
        for t in &term.reference {
            let _ = write!(out, " {t}");
        }
        out.push('\n');
    }
    for (k, form) in &block.links {
        let _ = write!(out, "link {k} ");
        format_form(form, out);
        out.push('\n');
    }
    for row in &block.flow {
        out.push_str("flow");
        for form in row {
            out.push(' ');
            format_form(form, out);
        }
        out.push('\n');
    }
    for (t, k, j, coefficient) in &block.products {
        let _ = writeln!(out, "product {t} {k} {j} {coefficient}");
    }
    out.push_str("qed\n");
}
