//! Where the equilibrium of a witness lies, and a certificate that says so.

use super::cell::Ellipse;
use super::{MapClaim, MapQuestion};
use crate::certificate::{Claim, Part, Reader, Scope, Selection, Step, write_certificate};
use crate::check::check_hashed;
use crate::equilibrium::range_of;
use crate::exact::{Rational, from_short_dyadic, ratio, to_approx};
use crate::follower::{enclose_play, flow, laws};
use crate::game::{Game, Instance, Variable};
use crate::leader::has_long_flows;

/// Fractional bits of the enclosure of a witness.
const BITS: u32 = 96;
/// Bits of the numbers that name the place of a witness.
const PLACE_BITS: u32 = 40;

/// The game with each statistic in place of the leader's reward, at the decision in question.
#[derive(Debug)]
pub(super) struct Places {
    /// One per statistic.
    pub(super) statistics: [Instance; 2],
}

impl Places {
    /// The two statistics of the mixture `parts`, near enough to be proved.
    fn place(&self, parts: &[Part]) -> Option<(Rational, Rational)> {
        let [x, y] = &self.statistics;
        Some((statistic(x, parts)?, statistic(y, parts)?))
    }
}

fn statistic(instance: &Instance, parts: &[Part]) -> Option<Rational> {
    let value = match parts {
        [only] if has_long_flows(instance) => {
            let rows = laws(&only.policy.stages).ok()?;
            let play = enclose_play(instance, &rows, BITS, &|| true).ok()?;
            let (lower, upper) = play.enclosure.leader_reward;
            (lower + upper) / Rational::from(2)
        }
        _ => {
            let mut sum = vec![Rational::ZERO; instance.aggregates.len()];
            for part in parts {
                let flow = flow(instance, &part.policy).ok()?;
                let entries = sum.iter_mut().zip(flow.aggregates);
                entries.for_each(|(sum, value)| *sum += &part.weight * value);
            }
            let value = |variable: Variable| match variable {
                Variable::Aggregate(k) => sum.get(k as usize).cloned(),
                Variable::Parameter(_) => None,
            };
            instance.payoff.substitute(&value).as_constant()?
        }
    };
    from_short_dyadic(to_approx(&value), PLACE_BITS)
}

/// A certificate that the witness of `certificate` has its statistics within a thousandth of a cell
/// of some point; `scale` is that of the finest cells.
pub(super) fn located(
    game: &Game,
    question: &MapQuestion,
    places: &Places,
    scale: &(Rational, Rational),
    certificate: &[u8],
) -> Option<MapClaim> {
    let (mut reader, claim) =
        Reader::start(certificate, game.stages.len(), game.states.len()).ok()?;
    // (1/1000)^2, as a cell has half a unit of the form on each side of its centre.
    let upper = ratio(1, 1_000_000);
    let mut witness = None;
    while let Some(step) = reader.step().ok()? {
        witness = restated(step, &upper).or(witness);
    }
    let (witness, parts) = witness?;
    let centre = places.place(&parts)?;
    let of = Ellipse::expression(&question.of, &centre, scale);
    let posed = game.with_objective(&of).ok()?;
    let (index, values) = match &claim.scope {
        Scope::Point(values) => (0, values.clone()),
        Scope::Decision(index) => (*index, decision(game, *index)?),
        Scope::All => (0, decision(game, 0)?),
    };
    let bound = range_of(&posed.at(&values), Selection::Pessimistic).bound;
    let claim = Claim {
        game_hash: posed.hash(),
        selection: Selection::Pessimistic,
        of: Some(of),
        lower: bound.value,
        upper,
        ..claim
    };
    let decided = Step::Decision(index);
    let steps = std::iter::once(&decided).chain(&bound.steps).chain(std::iter::once(&witness));
    let certificate = write_certificate(Vec::new(), &claim, steps).ok()?;
    let accepted = check_hashed(game, &claim.game_hash, certificate.as_slice()).ok()?;
    let claim = accepted.claim;
    let ellipse = Ellipse {
        centre,
        scale: scale.clone(),
        lower: claim.lower.clone(),
        upper: claim.upper.clone(),
    };
    Some(MapClaim { claim, ellipse: Some(ellipse), certificate })
}

fn decision(game: &Game, index: usize) -> Option<Vec<Rational>> {
    game.finite_decisions()?.get(index).map(|decision| decision.values.clone())
}

/// The witness that `step` is, stating that a quadratic form reaches `value`, and its mixture.
fn restated(step: Step, value: &Rational) -> Option<(Step, Vec<Part>)> {
    let value = value.clone();
    match step {
        // The rule of the first one is about linear expressions.
        Step::Witness { parts, .. } | Step::PopulationWitness { parts, .. } => {
            Some((Step::PopulationWitness { value, parts: parts.clone() }, parts))
        }
        Step::EnclosedWitness { bits, parts, .. } => {
            Some((Step::EnclosedWitness { value, bits, parts: parts.clone() }, parts))
        }
        _ => None,
    }
}
