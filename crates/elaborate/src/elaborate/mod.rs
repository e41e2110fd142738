//! From short certificates to theorems of the kernel.
//!
//! A certificate names what a search has found: multipliers, policies, trees of boxes. Elaboration
//! computes what the kernel wants to be given besides, such as values of the followers and
//! multipliers of the flow equations, and calls the kernel. Nothing here is trusted: a mistake
//! costs a refusal.

mod bundle;
mod cover;
mod curve;
mod enclosed;
mod existence;
mod family;
mod free;
mod grid;
mod joined;
mod lifted;
mod limit;
pub mod log;
mod monotone;
mod play;
mod proof;
mod prover;
mod range;
mod responses;
mod statistics;
mod support;
mod tree;
mod tube;

pub(crate) use crate::game::listing;
pub use bundle::{ProvedBundle, Unproved, prove_bundle, prove_bundle_logged};
pub use support::{ProvedEquilibria, ProvedPattern, prove_equilibria};

use crate::certificate::{
    Claim, CoverStep, LiftedStep, MultiplierStep, Reader, Scope, Selection, Step, SupportStep,
    TreeStep,
};
use crate::check::{Fault, Rejection};
use crate::game::{Decision, Game, Instance};
use prover::{Journal, Prover};
use smfg_kernel::{Listing, Place, Theorem};
use std::borrow::Cow;
use std::io::BufRead;
use std::sync::Arc;

/// A decision that steps are about: the game there, and what proofs about it have in common.
pub(crate) struct Site {
    /// The game at the decision.
    pub(crate) instance: Instance,
    /// Proofs about the decision.
    pub(crate) prover: Prover,
}

impl Site {
    /// Closes the region on top of a proof, of equilibria, by a step that states a bound.
    ///
    /// # Errors
    /// [`Rejection`] names the line, the rule and the reason.
    pub(crate) fn bound_in(
        &self,
        reader: &mut Reader<'_>,
        proof: &mut proof::Proof,
        step: &Step,
    ) -> Result<(), Rejection> {
        let (line, rule) = (reader.line(), step.rule());
        match step {
            Step::Tree(TreeStep::Open { arithmetic, .. }) => {
                self.tree_in(reader, *arithmetic, proof)
            }
            Step::Lifted(LiftedStep::Open { value, bits, ceiling: false }) => {
                self.lifted_in(reader, value, *bits, proof)
            }
            _ => Err(Rejection::Step { line, rule, fault: Fault::NotElaborated(rule) }),
        }
    }

    /// The steps of `claim` at one decision; `place` names it to the kernel.
    pub(crate) fn new(
        game: &Game,
        journal: &Journal,
        listing: &Arc<Listing>,
        claim: &Claim,
        decision: &Decision,
        place: Place,
    ) -> Self {
        let instance = game.at(&decision.values);
        Site { instance, prover: Prover::new(journal, listing, claim, place) }
    }
}

/// What was proved, with the names in the log.
#[derive(Default)]
pub(crate) struct Theorems {
    proved: Vec<Theorem>,
    names: Vec<String>,
}

impl Theorems {
    pub(crate) fn push(&mut self, theorem: Theorem, name: String) {
        self.proved.push(theorem);
        self.names.push(name);
    }
}

/// Elaborates a certificate about one epsilon; what the kernel concludes of the value.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub fn prove(game: &Game, certificate: impl BufRead) -> Result<smfg_kernel::Claim, Rejection> {
    prove_in(game, certificate, &Journal::default())
}

/// [`prove`], with the lines of the kernel's log handed to `sink`: what the program `smfg-kernel`
/// accepts with the listing of the game, of the certificate's expression where it has one.
///
/// # Errors
/// As [`prove`].
pub fn prove_logged(
    game: &Game,
    certificate: impl BufRead,
    sink: log::Sink,
) -> Result<smfg_kernel::Claim, Rejection> {
    prove_in(game, certificate, &Journal::new(Some(sink)))
}

fn prove_in(
    game: &Game,
    certificate: impl BufRead,
    journal: &Journal,
) -> Result<smfg_kernel::Claim, Rejection> {
    let (mut reader, claim) = Reader::start(certificate, game.stages.len(), game.states.len())?;
    if !reader.curve().is_empty() {
        let (line, rule) = (reader.line(), "curve");
        return Err(Rejection::Step { line, rule, fault: Fault::NotElaborated(rule) });
    }
    match prove_claim(&mut reader, game, claim, journal)? {
        Shown::Claim(shown) => Ok(shown),
        Shown::Curve(_) => Err(Rejection::CurvePoints),
    }
}

/// Elaborates a certificate about an interval of epsilons; what follows from its theorems.
///
/// # Errors
/// As [`prove`].
pub fn prove_curve(
    game: &Game,
    certificate: impl BufRead,
) -> Result<smfg_claims::Curve, Rejection> {
    let (mut reader, claim) = Reader::start(certificate, game.stages.len(), game.states.len())?;
    match prove_claim(&mut reader, game, claim, &Journal::default())? {
        Shown::Curve(curve) => Ok(curve),
        Shown::Claim(_) => Err(Rejection::CurvePoints),
    }
}

/// What a certificate shows.
pub(crate) enum Shown {
    /// Bounds of the value at one epsilon.
    Claim(smfg_kernel::Claim),
    /// Bounds of it over an interval of epsilons.
    Curve(smfg_claims::Curve),
}

/// Elaborates the steps that follow a header.
fn prove_claim(
    reader: &mut Reader<'_>,
    game: &Game,
    claim: Claim,
    journal: &Journal,
) -> Result<Shown, Rejection> {
    let objective = claim.of.as_deref().map(|of| game.with_objective(of)).transpose()?;
    let game = objective.as_ref().unwrap_or(game);
    let expected = game.hash();
    if claim.game_hash != expected {
        return Err(Rejection::OtherGame { found: claim.game_hash, expected });
    }
    let listing = Arc::new(listing::listing(game).map_err(Rejection::NoListing)?);
    if !reader.curve().is_empty() {
        return curve::elaborate(reader, game, (journal, &listing), &claim).map(Shown::Curve);
    }
    let mut theorems = Theorems::default();
    let decisions = decisions(game, &claim.scope)?;
    let mut pending = reader.step()?;
    while let Some(step) = pending.take() {
        let (line, rule) = (reader.line(), step.rule());
        let fail = |fault| Rejection::Step { line, rule, fault };
        if let Step::Cover(CoverStep::Open) = &step {
            // Near a limit there may be no decision that reaches it.
            let limit = |theorem: &Theorem| {
                let place = &theorem.statement().place;
                matches!(place, Place::Segment { .. })
            };
            let strictly = theorems.proved.iter().any(limit);
            let shown = cover::elaborate(reader, game, (journal, &listing), &claim, strictly)?;
            shown.into_iter().for_each(|(theorem, name)| theorems.push(theorem, name));
            pending = reader.step()?;
            continue;
        }
        if let Step::Multiplier(MultiplierStep::Open(bits)) = &step {
            let theorem = responses::elaborate(reader, game, (journal, &listing), &claim, *bits)?;
            theorems.push(theorem, journal.last());
            pending = reader.step()?;
            continue;
        }
        if let Step::Limit { from, through, policy } = &step {
            let theorem =
                limit::elaborate(game, (journal, &listing), &claim, from, through, policy);
            theorems.push(theorem.map_err(fail)?, journal.last());
            pending = reader.step()?;
            continue;
        }
        let (decision, place) = match (&step, &claim.scope) {
            (Step::Decision(index), scope) => {
                let decision = decisions.get(*index).cloned();
                let decision = decision.ok_or(fail(Fault::OutsideScope { index: *index }))?;
                let place = match scope {
                    Scope::Point(values) => Place::Point(values.clone()),
                    _ => Place::Decision(*index as u32),
                };
                (decision, place)
            }
            (Step::At(values), _) => {
                game.leader.admits(values)?;
                let decision = Decision { name: None, values: values.clone() };
                (decision, Place::Point(values.clone()))
            }
            _ => return Err(fail(Fault::NotElaborated(rule))),
        };
        let mut site = Site::new(game, journal, &listing, &claim, &decision, place);
        pending = elaborate_decision(reader, &mut site, &mut theorems)?;
    }
    conclude(&listing, &claim, &theorems, journal).map(Shown::Claim)
}

/// What the theorems show of the value, at least as much as is claimed.
fn conclude(
    listing: &Arc<Listing>,
    claim: &Claim,
    theorems: &Theorems,
    journal: &Journal,
) -> Result<smfg_kernel::Claim, Rejection> {
    let scope = scope(&claim.scope);
    let pessimistic = claim.selection == Selection::Pessimistic;
    let shown = smfg_kernel::claim(listing, &scope, &claim.epsilon, pessimistic, &theorems.proved);
    let lower = shown.as_ref().map(|shown| shown.lower().clone());
    let upper = shown.as_ref().map(|shown| shown.upper().clone());
    match shown {
        Some(shown) if *shown.lower() >= claim.lower && *shown.upper() <= claim.upper => {
            if let Some(sink) = &journal.sink {
                let names: Vec<&str> = theorems.names.iter().map(String::as_str).collect();
                (*sink.borrow_mut())(&format!("{}\n", log::claim(&shown, &names)));
            }
            Ok(shown)
        }
        Some(shown) if *shown.upper() > claim.upper => {
            Err(Rejection::UpperNotShown { claimed: claim.upper.clone(), shown: upper })
        }
        _ => Err(Rejection::LowerNotShown { claimed: claim.lower.clone(), shown: lower }),
    }
}

/// A scope as the kernel names it.
pub(crate) fn scope(scope: &Scope) -> smfg_kernel::Scope {
    match scope {
        Scope::All => smfg_kernel::Scope::All,
        Scope::Decision(index) => smfg_kernel::Scope::Decision(*index as u32),
        Scope::Point(values) => smfg_kernel::Scope::Point(values.clone()),
    }
}

/// The decisions that positions in the certificate refer to.
fn decisions<'g>(game: &'g Game, scope: &Scope) -> Result<Cow<'g, [Decision]>, Rejection> {
    match scope {
        Scope::Point(values) => {
            game.leader.admits(values)?;
            Ok(Cow::Owned(vec![Decision { name: None, values: values.clone() }]))
        }
        _ => Ok(Cow::Borrowed(game.finite_decisions().unwrap_or_default())),
    }
}

/// Whether a step can be about a game with functions that are no polynomials.
fn handles_functions(step: &Step) -> bool {
    matches!(
        step,
        Step::Decision(_)
            | Step::At(_)
            | Step::Cover(_)
            | Step::RangeBound { .. }
            | Step::RangeWitness { .. }
            | Step::Monotone(_)
            | Step::EnclosedWitness { .. }
    )
}

/// Elaborates the steps about one decision; the theorems that they show are added, and the step
/// that ends them is returned.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub(crate) fn elaborate_decision(
    reader: &mut Reader<'_>,
    site: &mut Site,
    theorems: &mut Theorems,
) -> Result<Option<Step>, Rejection> {
    while let Some(step) = reader.step()? {
        let (line, rule) = (reader.line(), step.rule());
        let fail = |fault: Fault| Rejection::Step { line, rule, fault };
        if !site.instance.functions.is_empty() && !handles_functions(&step) {
            return Err(fail(Fault::Functions));
        }
        let theorem = match &step {
            Step::Decision(_)
            | Step::At(_)
            | Step::Limit { .. }
            | Step::Cover(CoverStep::Open | CoverStep::End)
            | Step::Multiplier(MultiplierStep::Open(_)) => return Ok(Some(step)),
            Step::Lifted(LiftedStep::Open { value, bits, ceiling }) => {
                theorems
                    .push(site.lifted_tree(reader, value, *bits, *ceiling)?, site.prover.name());
                continue;
            }
            Step::RangeBound { value } => site.range_bound(value),
            Step::RangeWitness { value } => site.range_witness(value),
            Step::DynamicProgramming { value, multiplier, arithmetic } => {
                site.multiplier_bound(value, multiplier, *arithmetic)
            }
            Step::Witness { value, arithmetic, parts } => site.mixture(value, *arithmetic, parts),
            Step::PopulationWitness { value, parts } => site.population(value, parts),
            Step::Monotone(step) => site.monotone(step),
            Step::Tube(step) => site.tube(step),
            Step::Existence(step) => site.existence(step),
            Step::EnclosedWitness { value, bits, parts } => site.enclosed(value, *bits, parts),
            Step::Tree(TreeStep::Open { value, arithmetic }) => {
                theorems.push(site.tree(reader, value, *arithmetic)?, site.prover.name());
                continue;
            }
            Step::Support(SupportStep::Open { value }) => {
                theorems.push(site.support_tree(reader, value)?, site.prover.name());
                continue;
            }
            other => Err(Fault::NotElaborated(other.rule())),
        };
        theorems.push(theorem.map_err(fail)?, site.prover.name());
    }
    Ok(None)
}
