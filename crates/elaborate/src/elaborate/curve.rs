//! The value as a function of epsilon (docs/certificate.md, (G)): lines of bounds and vertices of
//! single decisions become theorems, from which the crate `smfg-claims` concludes.

use super::prover::Journal;
use super::{Site, decisions};
use crate::certificate::{Claim, Part, Reader, Scope, Step};
use crate::check::{Fault, Rejection};
use crate::exact::Rational;
use crate::game::{Decision, Game};
use smfg_claims::{Curve, Uncovered};
use smfg_kernel::{Listing, Place, Theorem};
use std::sync::Arc;

/// Elaborates the steps of a claim about a curve, to their end.
pub(super) fn elaborate(
    reader: &mut Reader<'_>,
    game: &Game,
    (journal, listing): (&Journal, &Arc<Listing>),
    claim: &Claim,
) -> Result<Curve, Rejection> {
    let points: Vec<smfg_claims::CurvePoint> = reader
        .curve()
        .iter()
        .map(|point| smfg_claims::CurvePoint {
            epsilon: point.epsilon.clone(),
            lower: point.lower.clone(),
            upper: point.upper.clone(),
        })
        .collect();
    let last = points.last().map(|point| point.epsilon.clone());
    let Some(last) = last.filter(|_| points[0].epsilon == claim.epsilon) else {
        return Err(Rejection::CurvePoints);
    };
    if claim.scope == Scope::All && game.finite_decisions().is_none() {
        return Err(Rejection::NotFinite);
    }
    let list = decisions(game, &claim.scope)?;
    let mut theorems = Vec::new();
    let mut current: Option<(&Decision, Place)> = None;
    while let Some(step) = reader.step()? {
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: step.rule(), fault };
        if let Step::Decision(index) = step {
            let outside = || fail(Fault::OutsideScope { index });
            let decision = list.get(index).ok_or_else(outside)?;
            let place = match &claim.scope {
                Scope::Decision(only) if *only != index => return Err(outside()),
                Scope::Point(values) => Place::Point(values.clone()),
                _ => Place::Decision(index as u32),
            };
            current = Some((decision, place));
            continue;
        }
        let Some((decision, place)) = &current else { return Err(fail(Fault::NoDecision)) };
        let at = |epsilon: &Rational| {
            let own = Claim { epsilon: epsilon.clone(), ..claim.clone() };
            Site::new(game, journal, listing, &own, decision, place.clone())
        };
        theorems.push(theorem(&step, &at, (&claim.epsilon, &last)).map_err(fail)?);
    }
    let scope = super::scope(&claim.scope);
    let pessimistic = claim.selection == crate::certificate::Selection::Pessimistic;
    smfg_claims::curve(listing, &scope, pessimistic, points, &theorems).map_err(|missing| {
        match missing {
            Uncovered::Points => Rejection::CurvePoints,
            Uncovered::Scope => Rejection::NotFinite,
            Uncovered::Decision(index) => Rejection::NotCovered { index },
            Uncovered::Piece { from, to, upper } => Rejection::PieceNotShown { from, to, upper },
        }
    })
}

/// What a step shows of a decision: a line, whose value is stated at the first epsilon, up to the
/// last one, or an equilibrium with a loss.
fn theorem(
    step: &Step,
    at: &dyn Fn(&Rational) -> Site,
    (first, last): (&Rational, &Rational),
) -> Result<Theorem, Fault> {
    match step {
        Step::DynamicProgramming { value, multiplier, arithmetic } => {
            at(last).line(value, multiplier, first, *arithmetic)
        }
        Step::RangeBound { value } => at(last).range_bound(value),
        Step::Vertex { loss, value, arithmetic, policy } => {
            let part = Part { weight: Rational::ONE, policy: policy.clone() };
            at(loss).mixture(value, *arithmetic, &[part])
        }
        _ => Err(Fault::Elsewhere { curve: true }),
    }
}
