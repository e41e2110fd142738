//! Steps of a tree over complementarity at eps = 0, statement (S) of docs/certificate.md.

use super::token::{parse_index, parse_number, short};
use crate::exact::{Rational, format_rational};
use std::fmt;

/// A pair of a state and an action at a stage, written `STAGE,STATE,ACTION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairAt {
    /// The stage.
    pub stage: usize,
    /// The state.
    pub state: usize,
    /// The action.
    pub action: usize,
}

impl fmt::Display for PairAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.stage, self.state, self.action)
    }
}

/// Multipliers that prove one inequality at one node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Multipliers {
    /// Weight `omega >= 0` of `sigma J0 - sigma value`.
    pub objective: Rational,
    /// Multiplier of the loss `z` of each pair used: at least 0 unless the pair is assumed to be
    /// optimal.
    pub losses: Vec<(PairAt, Rational)>,
}

/// One step of a tree over complementarity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupportStep {
    /// Opens a tree.
    Open {
        /// The bound of J0 that it shows.
        value: Rational,
    },
    /// Two children: nobody uses the pair; the pair is optimal.
    Branch(PairAt),
    /// Closes a node.
    Leaf(Multipliers),
    /// All equilibria of the node are in a pattern, named by its position; for certificates of sets
    /// of equilibria.
    Within(usize),
}

impl SupportStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            SupportStep::Open { .. } => "support-tree",
            SupportStep::Branch(_) => "support-branch",
            SupportStep::Leaf(_) => "support-leaf",
            SupportStep::Within(_) => "support-within",
        }
    }

    /// The line of the step without its end.
    pub(super) fn line(&self) -> String {
        match self {
            SupportStep::Open { value } => format!("support-tree {}", format_rational(value)),
            SupportStep::Branch(pair) => format!("support-branch {pair}"),
            SupportStep::Within(index) => format!("support-within {index}"),
            SupportStep::Leaf(proof) => format!("support-leaf {}", format_multipliers(proof)),
        }
    }

    /// The step of a line whose first word is `rule`; `None` when it is no step of such a tree.
    pub(super) fn parse(rule: &str, rest: &[&str]) -> Option<Result<SupportStep, String>> {
        Some(match (rule, rest) {
            ("support-tree", [value]) => {
                parse_number(value).map(|value| SupportStep::Open { value })
            }
            ("support-branch", [pair]) => parse_pair(pair).map(SupportStep::Branch),
            ("support-within", [index]) => parse_index(index).map(SupportStep::Within),
            ("support-leaf", words) => parse_multipliers(words).map(SupportStep::Leaf),
            _ => return None,
        })
    }
}

pub(super) fn parse_pair(word: &str) -> Result<PairAt, String> {
    let mut parts = word.split(',');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(stage), Some(state), Some(action), None) => Ok(PairAt {
            stage: parse_index(stage)?,
            state: parse_index(state)?,
            action: parse_index(action)?,
        }),
        _ => Err(format!("found `{}`, expected STAGE,STATE,ACTION", short(word))),
    }
}

/// `omega pair:multiplier ...`
pub(super) fn format_multipliers(proof: &Multipliers) -> String {
    let mut line = format_rational(&proof.objective);
    for (pair, multiplier) in &proof.losses {
        line.push_str(&format!(" {pair}:{}", format_rational(multiplier)));
    }
    line
}

pub(super) fn parse_multipliers(words: &[&str]) -> Result<Multipliers, String> {
    let [objective, losses @ ..] = words else {
        return Err("found nothing, expected a weight and multipliers".into());
    };
    let loss = |word: &&str| {
        let (pair, multiplier) = word.split_once(':').ok_or_else(|| {
            format!("found `{}`, expected STAGE,STATE,ACTION:NUMBER", short(word))
        })?;
        Ok::<_, String>((parse_pair(pair)?, parse_number(multiplier)?))
    };
    Ok(Multipliers {
        objective: parse_number(objective)?,
        losses: losses.iter().map(loss).collect::<Result<_, _>>()?,
    })
}
