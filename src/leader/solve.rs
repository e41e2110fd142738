//! From a game to an answer that the checker accepted.

use super::equilibrium::describe;
use super::outcome::{Outcome, Statistics, Status, Termination};
use super::race::{Contender, Engine, Race, best, interval, problem};
use super::settings::{Method, Precision, Settings, SolveError};
use crate::certificate::{Arithmetic, Claim, Scope, Step, write_certificate};
use crate::check::{Accepted, Rejection, check};
use crate::equilibrium::{Control, LpError, Problem, range_proofs, solve_lp_in, suitable_arithmetic};
use crate::exact::Rational;
use crate::game::{Class, Decision, Game, Numbers, classify};
use crate::lp::HighsBackend;
use std::time::Instant;

/// Certified bounds of the value of `game`.
///
/// Whatever the limits, the bounds returned were accepted by the checker.
///
/// # Errors
/// [`SolveError`] when the game is outside what this version solves, or the settings do not fit it.
pub fn solve(game: &Game, settings: &Settings<'_>) -> Result<Outcome, SolveError> {
    let start = Instant::now();
    let decisions = admitted(game, settings)?;
    let indices: Vec<usize> = match settings.decision {
        Some(only) => vec![only],
        None => (0..decisions.len()).collect(),
    };
    // `admitted` saw that no data depend on the population, so that the second case does not occur.
    let numbers = |index: usize| match game.at(&decisions[index].values).mean_field_free() {
        Ok(numbers) => numbers,
        Err(_) => Numbers::empty(),
    };
    let arithmetic = |numbers: &Numbers| match settings.precision {
        Precision::Auto => suitable_arithmetic(numbers, &settings.epsilon),
        Precision::Exact => Arithmetic::Exact,
        Precision::Bits(bits) => Arithmetic::Rounded(bits),
    };
    let backend = settings.backend.unwrap_or(&HighsBackend);
    // What the back end failed at is not reported: the proofs hold without its answer.
    let linear_programme =
        |problem: &Problem<'_>, control: &Control| match solve_lp_in(problem, backend, control, arithmetic(problem.numbers)) {
            Ok(outcome) => outcome.proved,
            Err(LpError::NegativeEpsilon) => range_proofs(problem),
        };
    let engine = match settings.method {
        Method::Auto | Method::DynamicProgramming => Engine::Stepwise,
        Method::LinearProgramme => Engine::OneShot(&linear_programme),
    };
    let mut race = Race::new(&indices, &numbers, &arithmetic, settings, engine);
    race.run();
    let mut contenders = race.contenders;
    contenders.sort_by_key(|contender| contender.index);
    let seconds_approx = start.elapsed().as_secs_f64();

    let mut statistics = Statistics {
        nodes: contenders.iter().filter(|c| c.examined()).count(),
        lp_solves: if settings.method == Method::LinearProgramme { contenders.iter().filter(|c| c.solved()).count() } else { 0 },
        inductions: contenders.iter().map(Contender::inductions).sum(),
        decisions_solved: contenders.iter().filter(|c| c.solved()).count(),
        seconds_approx,
        ..Statistics::default()
    };
    let checking = Instant::now();
    let (accepted, certificate) = accept(game, settings, &mut contenders, &numbers, &mut statistics)?;
    statistics.check_seconds_approx = checking.elapsed().as_secs_f64();

    let winner = best(&contenders, settings.selection).map(|position| &contenders[position]);
    let keep_going = || !settings.control.interrupted();
    let equilibrium = winner.and_then(|contender| {
        let numbers = numbers(contender.index);
        let parts = contender.proved.mixture()?;
        describe(&problem(settings, &numbers), parts, arithmetic(&numbers), &keep_going).ok()
    });
    let status = status(&accepted.claim, &settings.gap);
    let decision = winner.map_or(0, |contender| contender.index);
    Ok(Outcome { status, termination: termination(settings, status), decision, equilibrium, certificate, accepted, statistics })
}

/// The decisions of a game that this version solves.
///
/// # Errors
/// [`SolveError`] says what is not supported.
pub fn supported(game: &Game) -> Result<&[Decision], SolveError> {
    let classification = classify(game);
    if classification.class != Class::C0 {
        return Err(SolveError::Class { class: classification.class, reason: classification.reason });
    }
    let decisions = game.finite_decisions().ok_or(SolveError::Leader)?;
    let nonlinear = game.stages.iter().any(|stage| stage.leader_reward.population_degree() > 0) || game.payoff.population_degree() > 1;
    if nonlinear {
        return Err(SolveError::LeaderReward);
    }
    Ok(decisions)
}

/// The decisions, when this version solves the game and the settings fit it.
fn admitted<'g>(game: &'g Game, settings: &Settings<'_>) -> Result<&'g [Decision], SolveError> {
    if settings.epsilon < Rational::ZERO {
        return Err(SolveError::Epsilon(settings.epsilon.clone()));
    }
    let decisions = supported(game)?;
    let count = decisions.len();
    match settings.decision {
        Some(index) if index >= count => Err(SolveError::Decision { index, count }),
        _ => Ok(decisions),
    }
}

/// Writes the certificate and has it checked; steps that the checker refuses are replaced by the range of the
/// leader's reward, so that a misbehaving solver costs tightness and never truth.
fn accept(
    game: &Game,
    settings: &Settings<'_>,
    contenders: &mut [Contender],
    numbers: &dyn Fn(usize) -> Numbers,
    statistics: &mut Statistics,
) -> Result<(Accepted, Vec<u8>), SolveError> {
    let hash = game.hash();
    loop {
        let sides = || contenders.iter().map(|c| interval(settings.selection, &c.proved));
        let lower = sides().map(|(lower, _)| lower).max().unwrap_or(Rational::ZERO);
        let upper = sides().map(|(_, upper)| upper).max().unwrap_or(Rational::ZERO);
        let scope = settings.decision.map_or(Scope::All, Scope::Decision);
        let claim =
            Claim { game_hash: hash.clone(), epsilon: settings.epsilon.clone(), selection: settings.selection, scope, lower, upper };
        let decisions: Vec<Step> = contenders.iter().map(|c| Step::Decision(c.index)).collect();
        let steps = contenders.iter().zip(&decisions).flat_map(|(c, decision)| {
            std::iter::once(decision).chain(&c.proved.bound.steps).chain(&c.proved.witness.steps)
        });
        let certificate = write_certificate(Vec::new(), &claim, steps)?;
        match check(game, certificate.as_slice()) {
            Ok(accepted) => return Ok((accepted, certificate)),
            Err(rejection) => replace_refused(settings, contenders, numbers, rejection)?,
        }
        statistics.refused_steps += 1;
    }
}

/// Replaces the refused kind of step of every contender whose own certificate is refused.
fn replace_refused(
    settings: &Settings<'_>,
    contenders: &mut [Contender],
    numbers: &dyn Fn(usize) -> Numbers,
    rejection: Rejection,
) -> Result<(), SolveError> {
    let Rejection::Step { rule, .. } = &rejection else { return Err(rejection.into()) };
    let mut replaced = false;
    for contender in contenders {
        let bound = contender.proved.bound.rule() == *rule;
        let witness = contender.proved.witness.rule() == *rule;
        if bound || witness {
            let numbers = numbers(contender.index);
            let range = range_proofs(&problem(settings, &numbers));
            if bound && contender.proved.bound != range.bound {
                contender.proved.bound = range.bound;
                replaced = true;
            }
            if witness && contender.proved.witness != range.witness {
                contender.proved.witness = range.witness;
                replaced = true;
            }
        }
    }
    if replaced { Ok(()) } else { Err(rejection.into()) }
}

fn status(claim: &Claim, gap: &Rational) -> Status {
    let width = &claim.upper - &claim.lower;
    if width.is_zero() {
        return Status::Exact;
    }
    let magnitude = |x: &Rational| if *x < Rational::ZERO { -x.clone() } else { x.clone() };
    let scale = magnitude(&claim.lower).max(magnitude(&claim.upper)).max(Rational::ONE);
    if width <= gap * scale { Status::WithinGap } else { Status::Limit }
}

fn termination(settings: &Settings<'_>, status: Status) -> Termination {
    // A limit that passed while the answer was already there did not end anything.
    if status != Status::Limit {
        Termination::Gap
    } else if settings.control.interrupted() {
        Termination::Interrupted
    } else if settings.control.stopped() || settings.race_control.stopped() {
        Termination::TimeLimit
    } else {
        Termination::Gap
    }
}
