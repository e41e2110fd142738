//! The answer of `check`.
//!
//! JSON: `{"valid", "claim", "reason"}`. `claim` is what the certificate says, whether proved or
//! not: `lower`, `upper`, `epsilon`, `selection`, `game_hash`, `scope` when it is about one
//! decision only, `of` when an expression stands in place of the leader's reward, and `attained`
//! where it is proved that the upper bound is a supremum that some decision, or none, reaches; null
//! when it cannot be read. A bundle gives `{"valid", "claims", "reason"}` with the claims that are
//! proved, `drifts` when it compares two models, and `conclusions` when it draws some.

use super::conclusions::{self, ConclusionRow};
use super::json::{Exact, write_document};
use super::number::{NumberText, shorten_digits};
use super::table::write_field;
use super::words::{self, scope_of};
use crate::certificate::{Claim, ConclusionClaim, CurvePoint, DriftBound, DriftClaim, StatedError};
use crate::check::{Accepted, AcceptedBundle, BundleRejection, Rejection};
use crate::game::Game;
use serde::Serialize;
use std::io::{self, Write};

/// Longest reason that text shows, in characters: it may quote the certificate.
const LONGEST_REASON: usize = 400;

/// What `check` prints.
#[derive(Debug, Clone, Copy)]
pub struct CheckReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// What the certificate says, where it could be read.
    pub claim: Option<&'a Claim>,
    /// The verdict.
    pub verdict: Result<&'a Accepted, &'a Rejection>,
}

#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    claim: Option<ClaimRows<'a>>,
    reason: Option<String>,
}

/// Says that a check ended before it decided, and why.
///
/// # Errors
/// Those of `out`.
pub fn write_undecided(out: &mut dyn Write, reason: &str, json: bool) -> io::Result<()> {
    let reason = format!("not decided: {reason}");
    if json {
        let document = serde_json::json!({ "valid": null, "claim": null, "reason": reason });
        return write_document(out, &document);
    }
    writeln!(out, "undecided")?;
    write_field(out, "reason", &reason)
}

#[derive(Serialize)]
struct BundleDocument<'a> {
    valid: bool,
    claims: Vec<ClaimRows<'a>>,
    /// Only where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drifts: Vec<DriftRows<'a>>,
    /// Only where there are some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conclusions: Vec<ConclusionRow<'a>>,
    reason: Option<String>,
}

/// What is proved of two models.
#[derive(Serialize)]
struct DriftRows<'a> {
    game_hash: &'a str,
    /// Hash of the truth; null when radii are given.
    against: Option<&'a str>,
    /// Radii for rewards, transitions and the leader; null when the truth is given.
    errors: Option<[Exact<'a>; 3]>,
    bounds: Vec<DriftRow<'a>>,
}

#[derive(Serialize)]
struct DriftRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<words::OneDecision<'a>>,
    kappa: Exact<'a>,
    omega: Exact<'a>,
}

impl<'a> DriftRows<'a> {
    fn new(game: &'a Game, claim: &'a DriftClaim) -> Self {
        let (against, errors) = match &claim.error {
            StatedError::Against(hash) => (Some(hash.as_str()), None),
            StatedError::Radii(radii) => {
                (None, Some([Exact(&radii.reward), Exact(&radii.transition), Exact(&radii.leader)]))
            }
        };
        let row = |bound: &'a DriftBound| DriftRow {
            scope: scope_of(game, &bound.scope),
            kappa: Exact(&bound.kappa),
            omega: Exact(&bound.omega),
        };
        DriftRows {
            game_hash: &claim.game_hash,
            against,
            errors,
            bounds: claim.bounds.iter().map(row).collect(),
        }
    }
}

#[derive(Serialize)]
struct ClaimRows<'a> {
    lower: Exact<'a>,
    upper: Exact<'a>,
    epsilon: Exact<'a>,
    selection: String,
    game_hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<words::OneDecision<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'a str>,
    /// Points of a curve, of which the bounds above are the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    curve: Vec<CurveRow<'a>>,
    /// Of a leader with a polytope of decisions, where it is shown: whether the upper bound is the
    /// supremum and some decision, or none, reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    attained: Option<bool>,
    /// Constants with values other than in the game file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    with: Vec<(&'a str, Exact<'a>)>,
}

#[derive(Serialize)]
struct CurveRow<'a> {
    epsilon: Exact<'a>,
    lower: Exact<'a>,
    upper: Exact<'a>,
}

impl<'a> ClaimRows<'a> {
    fn proved(game: &'a Game, accepted: &'a Accepted) -> Self {
        let point = |point: &'a CurvePoint| CurveRow {
            epsilon: Exact(&point.epsilon),
            lower: Exact(&point.lower),
            upper: Exact(&point.upper),
        };
        let with =
            accepted.changes.iter().map(|(name, value)| (name.as_str(), Exact(value))).collect();
        let curve = accepted.curve.iter().map(point).collect();
        ClaimRows {
            curve,
            with,
            attained: accepted.attained,
            ..ClaimRows::new(game, &accepted.claim)
        }
    }

    fn new(game: &'a Game, claim: &'a Claim) -> Self {
        ClaimRows {
            curve: Vec::new(),
            with: Vec::new(),
            attained: None,
            lower: Exact(&claim.lower),
            upper: Exact(&claim.upper),
            epsilon: Exact(&claim.epsilon),
            selection: claim.selection.to_string(),
            game_hash: &claim.game_hash,
            scope: scope_of(game, &claim.scope),
            of: claim.of.as_deref(),
        }
    }
}

impl CheckReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let claim = match self.verdict {
            Ok(accepted) => Some(ClaimRows::proved(self.game, accepted)),
            Err(_) => self.claim.map(|claim| ClaimRows::new(self.game, claim)),
        };
        let reason = self.verdict.err().map(ToString::to_string);
        write_document(out, &Document { valid: self.verdict.is_ok(), claim, reason })
    }

    /// Writes the verdict in words.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        match self.verdict {
            Ok(accepted) => {
                writeln!(out, "valid")?;
                write_field(out, "proved", &words::accepted(self.game, accepted, &numbers))?;
                write_field(out, "game hash", &accepted.claim.game_hash)?;
            }
            Err(rejection) => {
                writeln!(out, "invalid")?;
                write_refusal(
                    out,
                    self.game,
                    &rejection.to_string(),
                    rejection,
                    self.claim,
                    &numbers,
                )?;
            }
        }
        numbers.write_note(out)
    }
}

/// What `check` prints about a bundle.
#[derive(Debug, Clone, Copy)]
pub struct BundleReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// A second game, which some of the claims may be about, with its hash.
    pub other: Option<(&'a Game, &'a str)>,
    /// The verdict.
    pub verdict: Result<&'a AcceptedBundle, &'a BundleRejection>,
}

impl<'a> BundleReport<'a> {
    /// The certificates, the statements and the conclusions that were accepted.
    fn accepted(&self) -> (&'a [Accepted], &'a [DriftClaim], &'a [ConclusionClaim]) {
        match self.verdict {
            Ok(accepted) => (&accepted.certificates, &accepted.drifts, &accepted.conclusions),
            Err(refused) => (&refused.accepted, &refused.drifts, &refused.conclusions),
        }
    }

    /// The game that a claim is about.
    fn game_of(&self, accepted: &Accepted) -> &'a Game {
        match self.other {
            Some((other, _)) if accepted.second => other,
            _ => self.game,
        }
    }

    /// The game whose hash a refused claim names.
    fn named_by(&self, claim: &Claim) -> &'a Game {
        match self.other {
            Some((other, hash)) if claim.game_hash == hash => other,
            _ => self.game,
        }
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let (certificates, drifts, conclusions) = self.accepted();
        let claims = certificates
            .iter()
            .map(|accepted| ClaimRows::proved(self.game_of(accepted), accepted))
            .collect();
        let drifts = drifts.iter().map(|claim| DriftRows::new(self.game, claim)).collect();
        let conclusions =
            conclusions.iter().flat_map(|claim| conclusions::rows(self.game, claim)).collect();
        let reason = self.verdict.err().map(ToString::to_string);
        write_document(
            out,
            &BundleDocument { valid: self.verdict.is_ok(), claims, drifts, conclusions, reason },
        )
    }

    /// Writes the verdict in words.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let numbers = NumberText::default();
        let (certificates, drifts, conclusions) = self.accepted();
        writeln!(out, "{}", if self.verdict.is_ok() { "valid" } else { "invalid" })?;
        for claim in drifts {
            for sentence in words::drift(self.game, claim, &numbers) {
                write_field(out, "proved", &sentence)?;
            }
        }
        for accepted in certificates {
            let second = if accepted.second { "in the second game, " } else { "" };
            let sentence = words::accepted(self.game_of(accepted), accepted, &numbers);
            write_field(out, "proved", &format!("{second}{sentence}"))?;
        }
        for claim in conclusions {
            for sentence in conclusions::sentences(self.game, claim, &numbers) {
                write_field(out, "proved", &sentence)?;
            }
        }
        match self.verdict {
            Ok(_) => write_field(
                out,
                "game hash",
                certificates.first().map_or("", |first| &first.claim.game_hash),
            )?,
            Err(refused) => {
                let game = refused.claim.as_ref().map_or(self.game, |claim| self.named_by(claim));
                write_refusal(
                    out,
                    game,
                    &refused.to_string(),
                    &refused.rejection,
                    refused.claim.as_ref(),
                    &numbers,
                )?;
            }
        }
        numbers.write_note(out)
    }
}

/// Why a claim is not proved, in fields.
fn write_refusal(
    out: &mut dyn Write,
    game: &Game,
    reason: &str,
    rejection: &Rejection,
    claim: Option<&Claim>,
    numbers: &NumberText,
) -> io::Result<()> {
    let reason: String = shorten_digits(reason).chars().take(LONGEST_REASON).collect();
    write_field(out, "reason", &reason)?;
    if let Some(claim) = claim.filter(|_| !matches!(rejection, Rejection::OtherGame { .. })) {
        write_field(out, "not proved", &words::claim(game, claim, numbers))?;
    }
    write_field(out, "game", &game.name)
}
