//! Steps of a cover of the leader's decision set, statement (V) of docs/certificate.md.

use super::token::{parse_index, parse_number, short};
use crate::exact::{Rational, format_rational, ratio};
use crate::game::Policy;

/// A mixture of policies of a cover, by their positions: `(policy, weight)`.
pub type Mix = Vec<(usize, Rational)>;

/// One step of a cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverStep {
    /// Opens the cover; the first simplex is the current piece.
    Open,
    /// A policy that mixtures refer to.
    Policy(Policy),
    /// Divides the piece at a point of the edge between two of its vertices, this share of the way
    /// from the first to the second one: first the part without the first of them.
    Cut(usize, usize, Rational),
    /// Closes a piece without decisions: it does not meet the polytope of the decision set.
    Outside,
    /// Closes a piece: the followers mix like this at each vertex, and in between accordingly.
    Response(Vec<Mix>),
    /// Closes a piece on which the bound is not reached: a response as in [`CoverStep::Response`],
    /// and another one, worse for the leader, where the first gives her the most, a mixture per
    /// vertex of that face.
    Below(Vec<Mix>, Vec<Mix>),
    /// Closes a piece: a multiplier of the equilibrium row, and what followers can earn at least,
    /// as a rule.
    Multiplier(Rational, Vec<Mix>),
    /// Closes a piece with few decisions, each of which follows as a [`CoverStep::Decision`], or as
    /// a [`CoverStep::Joined`] of this point alone.
    Decisions,
    /// What the followers do at one decision.
    Decision(Mix),
    /// Closes a piece by the range of the leader's reward on it.
    Range,
    /// Closes a piece by bounds of the game joined with the leader there, which follow up to
    /// [`CoverStep::End`].
    Joined,
    /// Ends the steps of a joined game.
    End,
}

impl CoverStep {
    /// Name of the step, as in docs/certificate.md.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            CoverStep::Open => "cover",
            CoverStep::Policy(_) => "cover-policy",
            CoverStep::Cut(..) => "cover-cut",
            CoverStep::Below(..) => "cover-below",
            CoverStep::Outside => "cover-outside",
            CoverStep::Response(_) => "cover-response",
            CoverStep::Multiplier(..) => "cover-multiplier",
            CoverStep::Decisions => "cover-decisions",
            CoverStep::Decision(_) => "cover-decision",
            CoverStep::Range => "cover-range",
            CoverStep::Joined => "cover-joined",
            CoverStep::End => "cover-end",
        }
    }

    /// The line of the step without its end; policies follow in lines of their own.
    pub(super) fn line(&self) -> String {
        let rule = self.rule();
        match self {
            CoverStep::Cut(i, j, share) if *share == ratio(1, 2) => format!("{rule} {i} {j}"),
            CoverStep::Cut(i, j, share) => format!("{rule} {i} {j} {}", format_rational(share)),
            CoverStep::Response(mixes) => format!("{rule} {}", format_mixes(mixes)),
            CoverStep::Below(first, second) => {
                format!("{rule} {} below {}", format_mixes(first), format_mixes(second))
            }
            CoverStep::Multiplier(multiplier, mixes) => {
                format!("{rule} {} {}", format_rational(multiplier), format_mixes(mixes))
            }
            CoverStep::Decision(mix) => format!("{rule} {}", format_mix(mix)),
            _ => rule.to_string(),
        }
    }

    /// The step of a line whose first word is `rule`, apart from policies; `None` when it is no
    /// step of a cover.
    pub(super) fn parse(rule: &str, rest: &[&str]) -> Option<Result<CoverStep, String>> {
        Some(match (rule, rest) {
            ("cover", []) => Ok(CoverStep::Open),
            ("cover-cut", [i, j]) => {
                parse_index(i).and_then(|i| Ok(CoverStep::Cut(i, parse_index(j)?, ratio(1, 2))))
            }
            ("cover-cut", [i, j, share]) => parse_index(i)
                .and_then(|i| Ok(CoverStep::Cut(i, parse_index(j)?, parse_number(share)?))),
            ("cover-outside", []) => Ok(CoverStep::Outside),
            ("cover-response", words) => parse_mixes(words).map(CoverStep::Response),
            ("cover-below", words) => {
                let split = words
                    .iter()
                    .position(|word| *word == "below")
                    .ok_or("expected two rules with `below` in between".to_string());
                split.and_then(|at| {
                    Ok(CoverStep::Below(parse_mixes(&words[..at])?, parse_mixes(&words[at + 1..])?))
                })
            }
            ("cover-multiplier", [multiplier, words @ ..]) => parse_number(multiplier)
                .and_then(|multiplier| Ok(CoverStep::Multiplier(multiplier, parse_mixes(words)?))),
            ("cover-decisions", []) => Ok(CoverStep::Decisions),
            ("cover-decision", [mix]) => parse_mix(mix).map(CoverStep::Decision),
            ("cover-range", []) => Ok(CoverStep::Range),
            ("cover-joined", []) => Ok(CoverStep::Joined),
            ("cover-end", []) => Ok(CoverStep::End),
            _ => return None,
        })
    }
}

/// Mixtures, one per vertex.
fn format_mixes(mixes: &[Mix]) -> String {
    let words: Vec<String> = mixes.iter().map(|mix| format_mix(mix)).collect();
    words.join(" ")
}

fn parse_mixes(words: &[&str]) -> Result<Vec<Mix>, String> {
    words.iter().map(|word| parse_mix(word)).collect()
}

/// `policy:weight,policy:weight`
fn format_mix(mix: &[(usize, Rational)]) -> String {
    let words: Vec<String> = mix
        .iter()
        .map(|(policy, weight)| format!("{policy}:{}", format_rational(weight)))
        .collect();
    words.join(",")
}

fn parse_mix(word: &str) -> Result<Mix, String> {
    let part = |part: &str| {
        let (policy, weight) = part
            .split_once(':')
            .ok_or_else(|| format!("found `{}`, expected POLICY:WEIGHT", short(part)))?;
        Ok((parse_index(policy)?, parse_number(weight)?))
    };
    word.split(',').map(part).collect()
}
