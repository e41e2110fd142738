//! From an answer that an earlier call left to what it proves, which is checked again.

use super::solve::{Asked, Found, scope};
use crate::certificate::{Claim, LiftedStep, Reader, Selection, Step, SupportStep, TreeStep};
use crate::equilibrium::{Proof, Proved};
use crate::exact::Rational;
use crate::leader::Statistics;

/// What a certificate shows of each of these decisions; `None` when it is about something else.
pub(super) fn reread(asked: &Asked<'_>, certificate: &[u8], indices: &[usize]) -> Option<Found> {
    let Asked { game, settings, .. } = asked;
    let (mut reader, claim) =
        Reader::start(certificate, game.stages.len(), game.states.len()).ok()?;
    if !is_asked_for(&claim, asked) {
        return None;
    }
    let mut proved: Vec<(usize, Vec<Step>)> = Vec::new();
    while let Some(step) = reader.step().ok()? {
        match step {
            Step::Decision(index) => proved.push((index, Vec::new())),
            step => proved.last_mut()?.1.push(step),
        }
    }
    let proved: Vec<(usize, Proved)> = proved
        .into_iter()
        .map(|(index, steps)| Some((index, sides(steps, settings.selection)?)))
        .collect::<Option<_>>()?;
    let found: Vec<usize> = proved.iter().map(|(index, _)| *index).collect();
    let statistics = Statistics { decisions_solved: found.len(), ..Statistics::default() };
    (found == indices).then_some(Found { proved, sharp: Vec::new(), statistics })
}

/// Whether a claim is about what is asked.
pub(super) fn is_asked_for(claim: &Claim, asked: &Asked<'_>) -> bool {
    let Asked { hash, settings, .. } = asked;
    claim.game_hash == *hash
        && claim.epsilon == settings.epsilon
        && claim.selection == settings.selection
        && claim.scope == scope(settings)
        && claim.of == settings.objective
}

/// The steps of a decision as bound and witness.
pub(super) fn sides(steps: Vec<Step>, selection: Selection) -> Option<Proved> {
    let witness = steps.iter().position(opens_witness)?;
    let mut bound = steps;
    let witness = bound.split_off(witness);
    Some(Proved { bound: proof(bound, selection)?, witness: proof(witness, selection)? })
}

/// Whether a step opens what an eps-equilibrium reaches.
fn opens_witness(step: &Step) -> bool {
    matches!(
        step,
        Step::Witness { .. }
            | Step::PopulationWitness { .. }
            | Step::EnclosedWitness { .. }
            | Step::RangeWitness { .. }
            | Step::Existence(_)
            | Step::Lifted(LiftedStep::Open { ceiling: true, .. })
    ) || matches!(step, Step::Monotone(step) if step.ceiling)
        || matches!(step, Step::Tube(step) if step.ceiling)
}

/// Steps with the value that the first of them states.
pub(super) fn proof(steps: Vec<Step>, selection: Selection) -> Option<Proof> {
    let stated = stated(steps.first()?)?;
    let value = match selection {
        Selection::Pessimistic => stated,
        Selection::Optimistic => -stated,
    };
    Some(Proof { value, steps })
}

/// The value of J0 that the first step of a proof states.
fn stated(step: &Step) -> Option<Rational> {
    match step {
        Step::DynamicProgramming { value, .. }
        | Step::RangeBound { value }
        | Step::Witness { value, .. }
        | Step::PopulationWitness { value, .. }
        | Step::EnclosedWitness { value, .. }
        | Step::RangeWitness { value }
        | Step::Tree(TreeStep::Open { value, .. })
        | Step::Support(SupportStep::Open { value })
        | Step::Lifted(LiftedStep::Open { value, .. }) => Some(value.clone()),
        Step::Monotone(step) => Some(step.value.clone()),
        Step::Tube(step) => Some(step.value.clone()),
        Step::Existence(step) => Some(step.value.clone()),
        _ => None,
    }
}
