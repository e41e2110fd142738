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
use dashu_base::BitTest;

/// A point near the statistics of a witness, and the value of the form there.
type Located = ((Rational, Rational), Rational);

/// Fractional bits of the enclosure of a witness.
const BITS: u32 = 96;
/// Bits of the numbers that name the place of a witness.
const PLACE_BITS: u32 = 40;
/// Most binary digits of a statistic that is stated exactly.
const MOST_BITS: usize = 160;

/// The game with each statistic in place of the leader's reward, at the decision in question.
#[derive(Debug)]
pub(super) struct Places {
    /// One per statistic.
    pub(super) statistics: [Instance; 2],
}

impl Places {
    /// Where the two statistics of the mixture `parts` are, and the value of the form of the finest
    /// cells from there: exactly, where they are short, and near.
    fn places(&self, parts: &[Part]) -> Vec<Located> {
        let [x, y] = &self.statistics;
        let (Some(x), Some(y)) = (statistic(x, parts), statistic(y, parts)) else {
            return Vec::new();
        };
        let near = |place: &Place| from_short_dyadic(to_approx(&place.value), PLACE_BITS);
        let mut found = Vec::new();
        if let (Some(x), Some(y)) = (near(&x), near(&y)) {
            // (1/1000)^2, as a cell has half a unit of the form on each side of its centre.
            found.push(((x, y), ratio(1, 1_000_000)));
        }
        let short = |place: &Place| place.exact && bits(&place.value) <= MOST_BITS;
        if short(&x) && short(&y) {
            found.insert(0, ((x.value, y.value), Rational::ZERO));
        }
        found
    }
}

/// A statistic, or a number near it.
struct Place {
    value: Rational,
    exact: bool,
}

fn bits(value: &Rational) -> usize {
    value.numerator().bit_len() + value.denominator().bit_len()
}

fn statistic(instance: &Instance, parts: &[Part]) -> Option<Place> {
    Some(match parts {
        [only] if has_long_flows(instance) => {
            let rows = laws(&only.policy.stages).ok()?;
            let play = enclose_play(instance, &rows, BITS, &|| true).ok()?;
            let (lower, upper) = play.enclosure.leader_reward;
            Place { exact: lower == upper, value: (lower + upper) / Rational::from(2) }
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
                Variable::Parameter(_) | Variable::Function(_) => None,
            };
            let value = instance.payoff.substitute(&value).as_constant()?;
            Place { exact: true, value }
        }
    })
}

/// A certificate that the witness of `certificate` has its statistics at some point, or within a
/// thousandth of a cell of one; `scale` is that of the finest cells.
pub(super) fn located(
    game: &Game,
    question: &MapQuestion,
    places: &Places,
    scale: &(Rational, Rational),
    certificate: &[u8],
) -> Option<MapClaim> {
    let (mut reader, claim) =
        Reader::start(certificate, game.stages.len(), game.states.len()).ok()?;
    let mut witness = None;
    while let Some(step) = reader.step().ok()? {
        if mixture(&step).is_some() {
            witness = Some(step);
        }
    }
    let witness = witness?;
    let places = places.places(mixture(&witness)?);
    places
        .into_iter()
        .find_map(|place| stated(game, question, (place, scale), (&claim, witness.clone())))
}

/// A certificate that `witness` has its statistics where the form is at most `upper`, if the
/// checker accepts it.
fn stated(
    game: &Game,
    question: &MapQuestion,
    ((centre, upper), scale): (Located, &(Rational, Rational)),
    (claim, witness): (&Claim, Step),
) -> Option<MapClaim> {
    let of = Ellipse::expression(&question.of, &centre, scale);
    let posed = game.with_objective(&of).ok()?;
    let (index, values) = match &claim.scope {
        Scope::Point(values) => (0, values.clone()),
        Scope::Decision(index) => (*index, decision(game, *index)?),
        Scope::All => (0, decision(game, 0)?),
    };
    let bound = range_of(&posed.at(&values), Selection::Pessimistic).bound;
    let witness = restated(witness, &upper);
    let claim = Claim {
        game_hash: posed.hash(),
        selection: Selection::Pessimistic,
        of: Some(of),
        lower: bound.value,
        upper,
        ..claim.clone()
    };
    let decided = Step::Decision(index);
    let steps = std::iter::once(&decided).chain(&bound.steps).chain(std::iter::once(&witness));
    let certificate = write_certificate(Vec::new(), &claim, steps).ok()?;
    let accepted = check_hashed(game, &claim.game_hash, certificate.as_slice()).ok()?;
    let claim = accepted.claim;
    let (lower, upper) = (claim.lower.clone(), claim.upper.clone());
    let ellipse = Some(Ellipse { centre, scale: scale.clone(), lower, upper });
    Some(MapClaim { claim, ellipse, certificate })
}

fn decision(game: &Game, index: usize) -> Option<Vec<Rational>> {
    game.finite_decisions()?.get(index).map(|decision| decision.values.clone())
}

fn mixture(step: &Step) -> Option<&[Part]> {
    match step {
        Step::Witness { parts, .. }
        | Step::PopulationWitness { parts, .. }
        | Step::EnclosedWitness { parts, .. } => Some(parts),
        _ => None,
    }
}

/// A witness, stating that a quadratic form reaches `value`.
fn restated(step: Step, value: &Rational) -> Step {
    let value = value.clone();
    match step {
        // The rule of the first one is about linear expressions.
        Step::Witness { parts, .. } | Step::PopulationWitness { parts, .. } => {
            Step::PopulationWitness { value, parts }
        }
        Step::EnclosedWitness { bits, parts, .. } => Step::EnclosedWitness { value, bits, parts },
        other => other,
    }
}
