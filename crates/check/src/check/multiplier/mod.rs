//! Leader rule (A) of docs/certificate.md: a tree over decisions, the multiplier of the equilibrium
//! row, and which actions are best responses.

mod leaf;
mod model;
mod region;

pub use super::lifted::numbers::Enclosure;
pub use leaf::{FACTS, judge};
pub use model::{Form, MOST_BITS, Model, Pair};
pub use region::{ROUNDS, Region, Site};

use super::verdict::{Fault, Rejection};
use crate::certificate::{Claim, MultiplierStep, Reader, Selection, Step};
use crate::exact::{Integer, Natural, Rational};
use crate::game::Game;

/// Most sites that open regions may have together.
const MOST_OPEN: usize = 1 << 24;

/// Checks a tree that has just been opened, to its last leaf: an upper bound of `sup_u` of the
/// leader's reward at the worst equilibrium.
pub(super) fn check_tree(
    reader: &mut Reader<'_>,
    game: &Game,
    claim: &Claim,
    bits: u32,
) -> Result<Rational, Rejection> {
    let opening = reader.line();
    let at_opening = |fault| Rejection::Step { line: opening, rule: "multiplier-tree", fault };
    if claim.selection != Selection::Pessimistic {
        return Err(at_opening(Fault::NotPessimistic));
    }
    let space = game.leader.space().ok_or_else(|| at_opening(Fault::Shape))?;
    let model = Model::new(game, &space, &claim.epsilon, bits).map_err(at_opening)?;
    let mut open = vec![Region::all(&model)];
    let mut upper: Option<i64> = None;
    while let Some(region) = open.pop() {
        let step = reader.step()?;
        let line = reader.line();
        let rule = step.as_ref().map_or("end", Step::rule);
        let fail = |fault| Rejection::Step { line, rule, fault };
        let Some(Step::Multiplier(step)) = step else {
            return Err(fail(Fault::OpenTree { open: open.len() + 1 }));
        };
        match &step {
            MultiplierStep::Leaf { rule, facts: [low, high] } => {
                let sites = region.sites(&model).map_err(fail)?;
                let bound = judge(&model, &region, &sites, rule, [low, high]).map_err(fail)?;
                upper = upper.max(Some(bound));
            }
            cut => {
                // The first part is the next one to be read.
                let parts = parts(&model, &region, cut).map_err(fail)?;
                open.extend(parts.into_iter().rev());
                if open.len().saturating_mul(model.sites().len()) > MOST_OPEN {
                    return Err(fail(Fault::TooLarge));
                }
            }
        }
    }
    let upper = upper.ok_or_else(|| at_opening(Fault::Shape))?;
    Ok(number(upper, bits))
}

/// `amount / 2^bits`
#[must_use]
pub fn number(amount: i64, bits: u32) -> Rational {
    Rational::from_parts(Integer::from(amount), Natural::ONE << bits as usize)
}

/// The parts that may have decisions; where that is none, the first one as it is, so that there is
/// something to read.
///
/// # Errors
/// [`Fault::TooLarge`] when numbers do not fit.
pub fn narrowed(model: &Model, parts: Vec<Region>) -> Result<Vec<Region>, Fault> {
    let first = parts.first().cloned();
    let mut left = Vec::with_capacity(parts.len());
    for part in parts {
        left.extend(part.narrowed(model)?);
    }
    if left.is_empty() {
        left.extend(first);
    }
    Ok(left)
}

/// The parts into which a step divides a region, in their order; those without decisions are left
/// out.
///
/// # Errors
/// [`Fault`] when the step divides nothing.
pub fn parts(model: &Model, region: &Region, step: &MultiplierStep) -> Result<Vec<Region>, Fault> {
    match *step {
        MultiplierStep::Split(at) => Ok(region.split(at).into()),
        MultiplierStep::Coordinate(index, at) => {
            let halves = region.cut(index, at).ok_or(Fault::Unknown {
                what: "free parameter",
                index,
                count: model.dimension(),
            })?;
            narrowed(model, halves.into())
        }
        MultiplierStep::Action(stage, state) => {
            let site = stage
                .checked_mul(model.states())
                .and_then(|first| first.checked_add(state))
                .filter(|_| state < model.states());
            let site = site.filter(|&site| site < model.sites().len()).ok_or(Fault::Shape)?;
            if region.chosen[site].is_some() {
                return Err(Fault::Assumed);
            }
            let known = region.sites(model)?;
            narrowed(
                model,
                known[site].active.iter().map(|&pair| region.with(site, pair)).collect(),
            )
        }
        MultiplierStep::Open(_) | MultiplierStep::Leaf { .. } => Err(Fault::Shape),
    }
}
