//! The checker: accepts a certificate or says which step fails.
//!
//! It uses exact numbers, the game and the grammar of certificates, and nothing else of this
//! library: no solver, no floating point. A certificate is read in a stream; memory holds the game
//! at one decision and one step. The rules and why they are sound: docs/certificate.md.

mod bundle;
mod conclusion;
pub mod cover;
mod curve;
mod deviation;
mod drift;
mod equilibria;
pub mod existence;
pub mod fixed_flow;
pub mod flow;
pub mod induction;
mod interval_flow;
mod lifted;
pub mod limit;
pub mod monotone;
pub mod multiplier;
pub mod rules;
mod situation;
mod support;
mod tree;
mod verdict;

pub use bundle::{AcceptedBundle, BundleRejection, check_bundle, check_further, check_models};
pub use conclusion::{Bounds, Price, Unfounded, greatest_exploitability, price};
pub use equilibria::{AcceptedEquilibria, check_equilibria};
pub use verdict::{Accepted, Fault, Rejection};

use crate::certificate::{
    Claim, CoverStep, LiftedStep, MultiplierStep, Reader, Scope, Selection, Step, SupportStep,
    TreeStep,
};
use crate::exact::Rational;
use crate::game::{Decision, Game, Point};
use cover::Upper;
use situation::Situation;
use smfg_kernel::Place;
use std::borrow::Cow;
use std::io::BufRead;

/// What the steps have shown about one decision, for `sigma J0`.
#[derive(Debug, Clone, Default)]
struct Shown {
    /// Greatest bound from below on every eps-equilibrium.
    bound: Option<Rational>,
    /// Least value that some eps-equilibrium does not exceed.
    witness: Option<Rational>,
}

/// Reads the game file anew, with other values of constants; the message says why it cannot.
pub type Reload<'a> = &'a dyn Fn(&[(String, Rational)]) -> Result<Game, String>;

/// Checks `certificate` against `game`.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub fn check(game: &Game, certificate: impl BufRead) -> Result<Accepted, Rejection> {
    let (mut reader, claim) = Reader::start(certificate, game.stages.len(), game.states.len())?;
    check_about(game, None, &mut reader, claim, None)
}

/// [`check`] where `hash` is the one that the claim has to name, known already.
///
/// # Errors
/// As [`check`].
pub fn check_hashed(
    game: &Game,
    hash: &str,
    certificate: impl BufRead,
) -> Result<Accepted, Rejection> {
    let (mut reader, claim) = Reader::start(certificate, game.stages.len(), game.states.len())?;
    check_about(game, Some(hash), &mut reader, claim, None)
}

/// Checks `certificate` against `game`, or against the game that `reload` makes with the constants
/// that it changes.
///
/// # Errors
/// [`Rejection`] names the line, the rule and the reason.
pub fn check_with(
    game: &Game,
    certificate: impl BufRead,
    reload: Option<Reload<'_>>,
) -> Result<Accepted, Rejection> {
    let (mut reader, claim) = Reader::start(certificate, game.stages.len(), game.states.len())?;
    check_about(game, None, &mut reader, claim, reload)
}

/// Checks what follows a header; `hash` is the one that a claim about `game` has to name, where it
/// is known.
fn check_about(
    game: &Game,
    hash: Option<&str>,
    reader: &mut Reader<'_>,
    claim: Claim,
    reload: Option<Reload<'_>>,
) -> Result<Accepted, Rejection> {
    let changes = reader.changes().to_vec();
    let Some((name, value)) = changes.first() else {
        return check_steps(game, hash, reader, claim);
    };
    let reload =
        reload.ok_or_else(|| Rejection::Changed { name: name.clone(), value: value.clone() })?;
    let changed = reload(&changes).map_err(Rejection::Unchangeable)?;
    let outer = reader.reshape((changed.stages.len(), changed.states.len()));
    let accepted = check_steps(&changed, None, reader, claim);
    reader.reshape(outer);
    accepted.map(|accepted| Accepted { changes, ..accepted })
}

/// Checks the steps that follow a header against the claim in it. The claim names the hash of the
/// game with the claim's expression in place of the leader's reward: what names in the expression
/// mean is part of the claim.
fn check_steps(
    game: &Game,
    expected: Option<&str>,
    reader: &mut Reader<'_>,
    claim: Claim,
) -> Result<Accepted, Rejection> {
    if claim.epsilon < Rational::ZERO {
        return Err(Rejection::NegativeEpsilon);
    }
    let objective = claim.of.as_deref().map(|of| game.with_objective(of)).transpose()?;
    let game = objective.as_ref().unwrap_or(game);
    let expected = expected.map_or_else(|| game.hash(), str::to_string);
    if claim.game_hash != expected {
        return Err(Rejection::OtherGame { found: claim.game_hash, expected });
    }
    if !reader.curve().is_empty() {
        return curve::check_curve(game, reader, claim);
    }
    if claim.scope == Scope::All && game.finite_decisions().is_none() {
        return check_polytope(game, reader, claim);
    }
    let decisions = decisions(game, &claim.scope)?;
    let mut shown = vec![Shown::default(); decisions.len()];
    let mut pending = reader.step()?;
    while let Some(step) = pending.take() {
        let line = reader.line();
        let fail = |rule, fault| Rejection::Step { line, rule, fault };
        let Step::Decision(index) = step else { return Err(fail(step.rule(), Fault::NoDecision)) };
        let (Some(decision), Some(shown)) = (decisions.get(index), shown.get_mut(index)) else {
            return Err(fail("decision", Fault::OutsideScope { index }));
        };
        if !in_scope(&claim, index) {
            return Err(fail("decision", Fault::OutsideScope { index }));
        }
        let place = match &claim.scope {
            Scope::Point(values) => Place::Point(values.clone()),
            _ => Place::Decision(index as u32),
        };
        let situation = Situation::new(game.at(&decision.values), &claim).in_place(game, place);
        pending = check_decision(reader, situation, shown)?;
    }
    conclude(&claim, &shown)?;
    let sides = |shown: &Shown| match claim.selection {
        Selection::Pessimistic => (shown.bound.clone(), shown.witness.clone()),
        Selection::Optimistic => {
            (shown.witness.clone().map(|v| -v), shown.bound.clone().map(|v| -v))
        }
    };
    let decisions = shown.iter().map(sides).collect();
    Ok(Accepted { decisions, ..Accepted::of(claim) })
}

/// Leader rule for a polytope of decisions, statement (V): decisions whose inner bounds reach
/// `lower`, covers whose pieces stay below `upper`.
fn check_polytope(
    game: &Game,
    reader: &mut Reader<'_>,
    claim: Claim,
) -> Result<Accepted, Rejection> {
    let (mut lower, mut limit): (Option<Rational>, Option<Rational>) = (None, None);
    let mut upper: Option<Upper> = None;
    let mut pending = reader.step()?;
    while let Some(step) = pending.take() {
        let line = reader.line();
        match step {
            Step::At(values) => {
                game.leader.admits(&values)?;
                let mut shown = Shown::default();
                let situation = Situation::new(game.at(&values), &claim);
                let situation = situation.in_place(game, Place::Point(values.clone()));
                pending = check_decision(reader, situation, &mut shown)?;
                let own = match claim.selection {
                    Selection::Pessimistic => shown.bound,
                    Selection::Optimistic => shown.witness.map(|value| -value),
                };
                lower = lower.max(own);
            }
            Step::Cover(CoverStep::Open) => {
                let bound = cover::check_cover(reader, game, &claim, &|reader, piece| {
                    check_joined(reader, game, &claim, piece)
                })?;
                upper = Some(bound.sharper(upper));
                pending = reader.step()?;
            }
            Step::Limit { from, through, policy } => {
                no_functions(game).map_err(|fault| Rejection::Step {
                    line,
                    rule: "limit",
                    fault,
                })?;
                let value = limit::check_limit(game, &claim, &from, &through, &policy)
                    .map_err(|fault| Rejection::Step { line, rule: "limit", fault })?;
                limit = limit.max(Some(value));
                pending = reader.step()?;
            }
            Step::Multiplier(MultiplierStep::Open(bits)) => {
                no_functions(game).map_err(|fault| Rejection::Step {
                    line,
                    rule: "multiplier",
                    fault,
                })?;
                let bound = multiplier::check_tree(reader, game, &claim, bits)?;
                upper = Some(Upper { bound, reached: true }.sharper(upper));
                pending = reader.step()?;
            }
            Step::Decision(_) => return Err(Rejection::NotFinite),
            other => {
                return Err(Rejection::Step { line, rule: other.rule(), fault: Fault::NoDecision });
            }
        }
    }
    if lower.as_ref().is_none_or(|shown| *shown < claim.lower) {
        return Err(Rejection::LowerNotShown { claimed: claim.lower, shown: lower });
    }
    if upper.as_ref().is_none_or(|shown| shown.bound > claim.upper) {
        return Err(Rejection::UpperNotShown {
            claimed: claim.upper,
            shown: upper.map(|upper| upper.bound),
        });
    }
    let missed = upper == Some(Upper { bound: claim.upper.clone(), reached: false })
        && limit.as_ref() == Some(&claim.upper);
    let attained = if claim.lower == claim.upper { Some(true) } else { missed.then_some(false) };
    Ok(Accepted { attained, ..Accepted::of(claim) })
}

/// Refuses games with functions, for rules about polynomials.
fn no_functions(game: &Game) -> Result<(), Fault> {
    if game.functions.is_empty() { Ok(()) } else { Err(Fault::Functions) }
}

/// The steps about the game joined with the leader on a piece, up to their end: an upper bound of
/// her reward over all decisions of the piece and their equilibria.
fn check_joined(
    reader: &mut Reader<'_>,
    game: &Game,
    claim: &Claim,
    piece: &[Point],
) -> Result<Rational, Rejection> {
    let line = reader.line();
    let fail = |fault| Rejection::Step { line, rule: "cover-joined", fault };
    let joined = game.joined(piece).map_err(|error| fail(Fault::Joined(error.to_string())))?;
    let best = Claim { selection: Selection::Optimistic, ..claim.clone() };
    let mut shown = Shown::default();
    let outer = reader.reshape((joined.stages.len(), joined.states.len()));
    let end = check_decision(reader, Situation::new(joined.at(&[]), &best), &mut shown)?;
    reader.reshape(outer);
    match (end, shown.bound) {
        (Some(Step::Cover(CoverStep::End)), Some(bound)) => Ok(-bound),
        _ => Err(fail(Fault::Joined("no bound is shown".into()))),
    }
}

/// The decisions that positions in the certificate refer to.
fn decisions<'g>(game: &'g Game, scope: &Scope) -> Result<Cow<'g, [Decision]>, Rejection> {
    if let Scope::Point(values) = scope {
        game.leader.admits(values)?;
        return Ok(Cow::Owned(vec![Decision { name: None, values: values.clone() }]));
    }
    let decisions = game.finite_decisions().ok_or(Rejection::NotFinite)?;
    let count = decisions.len();
    match *scope {
        Scope::Decision(index) if index >= count => Err(Rejection::UnknownScope { index, count }),
        _ => Ok(Cow::Borrowed(decisions)),
    }
}

fn in_scope(claim: &Claim, index: usize) -> bool {
    match claim.scope {
        Scope::All => true,
        Scope::Decision(only) => index == only,
        Scope::Point(_) => index == 0,
    }
}

/// Checks the steps of one decision; returns the step that ends them.
fn check_decision(
    reader: &mut Reader<'_>,
    mut situation: Situation<'_>,
    shown: &mut Shown,
) -> Result<Option<Step>, Rejection> {
    while let Some(step) = reader.step()? {
        let line = reader.line();
        let rule = step.rule();
        let fail = |fault| Rejection::Step { line, rule, fault };
        match &step {
            Step::Decision(_)
            | Step::At(_)
            | Step::Limit { .. }
            | Step::Cover(CoverStep::Open | CoverStep::End)
            | Step::Multiplier(MultiplierStep::Open(_)) => {
                return Ok(Some(step));
            }
            Step::Cover(_) | Step::Multiplier(_) => return Err(fail(Fault::OutsideTree)),
            Step::DynamicProgramming { value, multiplier, arithmetic } => {
                let computed = situation
                    .free()
                    .and_then(|free| free.dynamic_programming(multiplier, *arithmetic))
                    .map_err(fail)?;
                keep_bound(shown, situation.sigma() * value, computed).map_err(fail)?;
            }
            Step::RangeBound { value } => {
                keep_bound(shown, situation.sigma() * value, situation.range().0.clone())
                    .map_err(fail)?
            }
            Step::Witness { value, arithmetic, parts } => {
                let computed = situation
                    .free()
                    .and_then(|free| free.witness(*arithmetic, parts))
                    .map_err(fail)?;
                keep_witness(shown, situation.sigma() * value, computed).map_err(fail)?;
            }
            Step::Vertex { .. } => return Err(fail(Fault::Elsewhere { curve: false })),
            Step::PopulationWitness { value, parts } => {
                let computed = situation.population_witness(parts).map_err(fail)?;
                keep_witness(shown, situation.sigma() * value, computed).map_err(fail)?;
            }
            Step::EnclosedWitness { value, bits, parts } => {
                let computed = situation.enclosed_witness(parts, *bits).map_err(fail)?;
                keep_witness(shown, situation.sigma() * value, computed).map_err(fail)?;
            }
            Step::Tree(TreeStep::Open { value, arithmetic }) => {
                let value = situation.sigma() * value;
                tree::check_tree(reader, &mut situation, &value, *arithmetic)?;
                keep_bound(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Support(SupportStep::Open { value }) => {
                let value = situation.sigma() * value;
                support::check_support_tree(reader, &mut situation, &value)?;
                keep_bound(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Lifted(LiftedStep::Open { value, bits, ceiling }) => {
                // A ceiling is a bound for the other sign; some equilibrium exists, and lies below
                // it.
                let value = situation.sigma() * value;
                let claimed = if *ceiling { -value.clone() } else { value.clone() };
                let sigma = (*situation.sigma() > Rational::ZERO) != *ceiling;
                let reduced = situation.reduced().map_err(fail)?;
                lifted::check_tree(reader, &reduced, situation.epsilon(), sigma, &claimed, *bits)?;
                let keep = if *ceiling { keep_witness } else { keep_bound };
                keep(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Monotone(step) => {
                situation.monotone(step).map_err(fail)?;
                let value = situation.sigma() * &step.value;
                let keep = if step.ceiling { keep_witness } else { keep_bound };
                keep(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Tube(step) => {
                situation.tube(step).map_err(fail)?;
                let value = situation.sigma() * &step.value;
                let keep = if step.ceiling { keep_witness } else { keep_bound };
                keep(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Existence(step) => {
                situation.existence(step).map_err(fail)?;
                let value = situation.sigma() * &step.value;
                keep_witness(shown, value.clone(), value).map_err(fail)?;
            }
            Step::Tree(_) | Step::Support(_) | Step::Lifted(_) => {
                return Err(fail(Fault::OutsideTree));
            }
            Step::RangeWitness { value } => {
                keep_witness(shown, situation.sigma() * value, situation.range().1.clone())
                    .map_err(fail)?
            }
        }
    }
    Ok(None)
}

fn keep_bound(shown: &mut Shown, claimed: Rational, computed: Rational) -> Result<(), Fault> {
    if claimed > computed {
        return Err(Fault::Overstated { claimed, computed });
    }
    if shown.bound.as_ref().is_none_or(|known| claimed > *known) {
        shown.bound = Some(claimed);
    }
    Ok(())
}

fn keep_witness(shown: &mut Shown, claimed: Rational, computed: Rational) -> Result<(), Fault> {
    if claimed < computed {
        return Err(Fault::Overstated { claimed, computed });
    }
    if shown.witness.as_ref().is_none_or(|known| claimed < *known) {
        shown.witness = Some(claimed);
    }
    Ok(())
}

/// Leader rule for a finite list of decisions, statement (F).
///
/// Pessimistic: the value is the greatest inner value, so one bound reaches `lower` and every
/// decision has a witness at most `upper`. Optimistic: one witness reaches `lower` and every
/// decision has a bound at most `upper`.
fn conclude(claim: &Claim, shown: &[Shown]) -> Result<(), Rejection> {
    let mut lower: Option<Rational> = None;
    let mut upper: Option<Rational> = None;
    for (index, shown) in shown.iter().enumerate().filter(|(index, _)| in_scope(claim, *index)) {
        let (from_below, from_above) = match claim.selection {
            Selection::Pessimistic => (shown.bound.clone(), shown.witness.clone()),
            Selection::Optimistic => {
                (shown.witness.clone().map(|v| -v), shown.bound.clone().map(|v| -v))
            }
        };
        lower = lower.max(from_below);
        let from_above = from_above.ok_or(Rejection::NotCovered { index })?;
        upper = Some(upper.map_or(from_above.clone(), |upper| upper.max(from_above)));
    }
    if lower.as_ref().is_none_or(|shown| *shown < claim.lower) {
        return Err(Rejection::LowerNotShown { claimed: claim.lower.clone(), shown: lower });
    }
    if upper.as_ref().is_none_or(|shown| *shown > claim.upper) {
        return Err(Rejection::UpperNotShown { claimed: claim.upper.clone(), shown: upper });
    }
    Ok(())
}
