//! `verify --format json`: one object, `smfg-verification/1`.

use super::json::{Exact, List, write_document};
use super::populations::PopulationRows;
use super::shared_json::{ChosenDecision, GameName, Number};
use super::verify::VerifyReport;
use crate::claim::{Adjustment, Check, Horizon, Verdict};
use crate::exact::Rational;
use crate::game::{Game, classify};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a, C: Serialize> {
    format: &'static str,
    command: &'static str,
    game: GameName<'a>,
    class: String,
    decision: ChosenDecision<'a>,
    submitted: &'static str,
    exploitability: Number<'a>,
    leader_reward: Number<'a>,
    follower_value: Number<'a>,
    follower_reward: Number<'a>,
    /// Only where the file names populations.
    #[serde(skip_serializing_if = "Option::is_none")]
    populations: Option<PopulationRows<'a>>,
    normalised_by: Exact<'a>,
    normalisation: Normalisation<'a>,
    horizon: &'static str,
    /// Fractional bits of the arithmetic, `null` when it was exact.
    bits: Option<u32>,
    tolerance: Exact<'a>,
    checks: C,
    holds: bool,
    #[cfg(feature = "solver")]
    #[serde(flatten)]
    certified: super::verify_certified::Certified<'a>,
    #[cfg(not(feature = "solver"))]
    range: Option<()>,
    #[cfg(not(feature = "solver"))]
    loss: Option<()>,
}

/// What was changed to have laws.
#[derive(Serialize)]
struct Normalisation<'a> {
    rows: usize,
    negative: usize,
    filled: usize,
    /// Stage, state and action of the largest change.
    place: Option<&'a [usize]>,
}

#[derive(Serialize)]
struct CheckNote<'a> {
    quantity: &'static str,
    /// Only of a number claimed of one population.
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'a str>,
    claimed: Exact<'a>,
    actual: Option<Number<'a>>,
    /// `null` when it is not decided.
    holds: Option<bool>,
    tolerance: Exact<'a>,
}

impl VerifyReport<'_> {
    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_json_of(&self.game.hash(), out)
    }

    /// The same for a caller who knows the hash of the game, which takes time to compute.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json_of(&self, hash: &str, out: &mut dyn Write) -> io::Result<()> {
        let (game, judged) = (self.game, self.verification);
        let zero = Rational::ZERO;
        let Adjustment { largest, place, rows, negative, filled } = &judged.play.adjustment;
        let checks = self.checks();
        let evaluation = &judged.evaluation;
        let document = Document {
            format: "smfg-verification/1",
            command: "verify",
            game: GameName::of(game, hash),
            class: classify(game).class.to_string(),
            decision: ChosenDecision { game, decision: Cow::Owned(judged.decision.decision(game)) },
            submitted: judged.kind.key(),
            exploitability: Number(&evaluation.exploitability),
            leader_reward: Number(&evaluation.leader_reward),
            follower_value: Number(&evaluation.follower_value),
            follower_reward: Number(&evaluation.follower_reward),
            populations: (!judged.populations.is_empty())
                .then_some(PopulationRows { game, plays: &judged.populations }),
            normalised_by: Exact(if *rows == 0 { &zero } else { largest }),
            normalisation: Normalisation {
                rows: *rows,
                negative: *negative,
                filled: *filled,
                place: place.as_ref().map(|index| index.0.as_slice()),
            },
            horizon: match judged.play.horizon {
                Horizon::AsGiven => "as_given",
                Horizon::Dropped => "dropped",
                Horizon::Completed => "completed",
            },
            bits: evaluation.bits,
            tolerance: Exact(&judged.tolerance),
            checks: List(|| checks.iter().map(|check| note(game, check))),
            holds: self.holds(),
            #[cfg(feature = "solver")]
            certified: super::verify_certified::Certified::new(
                judged,
                self.comparison,
                self.certificate_path.as_deref(),
            ),
            #[cfg(not(feature = "solver"))]
            range: None,
            #[cfg(not(feature = "solver"))]
            loss: None,
        };
        write_document(out, &document)
    }
}

fn note<'a>(game: &'a Game, check: &'a Check) -> CheckNote<'a> {
    let population = check.population.and_then(|own| game.vocabulary.populations.get(own));
    CheckNote {
        quantity: check.subject.key(),
        population: population.map(|own| own.name.as_str()),
        claimed: Exact(&check.claimed),
        actual: check.actual.as_ref().map(Number),
        holds: match check.verdict {
            Verdict::Holds => Some(true),
            Verdict::Fails => Some(false),
            Verdict::Undecided => None,
        },
        tolerance: Exact(&check.tolerance),
    }
}
