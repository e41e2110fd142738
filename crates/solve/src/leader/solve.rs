//! From a game to an answer that the checker accepted.

use super::checkpoint::{Left, Slot};
use super::contest::{Contest, Finish};
use super::equilibrium::describe;
use super::outcome::{Equilibrium, Existence, Outcome, Statistics, Status, Termination};
use super::polytope::solve_polytope;
use super::race::{Contender, Race, best, interval};
use super::reread::reread;
use super::rounds;
use super::settings::{Settings, SolveError};
use crate::certificate::{Arithmetic, Claim, Part, Scope, Step, write_certificate};
use crate::check::{Accepted, Rejection, check_hashed};
use crate::equilibrium::{Problem, Proof, Proved, range_of, suitable_arithmetic};
use crate::exact::Rational;
use crate::follower::{Enclosed, Precision, flow};
use crate::game::{Class, Columns, Decision, Game, Instance, Numbers, classify};
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// Stages with transitions that depend on the population up to which an equilibrium is described
/// exactly.
const MOST_DOUBLINGS: usize = 12;
/// Bytes of a short certificate.
const SHORT_CERTIFICATE: usize = 4096;

/// Certified bounds of the value of `game`.
///
/// Whatever the limits, the bounds returned were accepted by the checker.
///
/// # Errors
/// [`SolveError`] when the game is outside what this version solves, or the settings do not fit it.
pub fn solve(game: &Game, settings: &Settings<'_>) -> Result<Outcome, SolveError> {
    if settings.objective.is_none()
        && scope(settings) == Scope::All
        && game.finite_decisions().is_none_or(|all| all.len() > 1)
    {
        without_requirements(game)?;
    }
    let start = Instant::now();
    // The certificate is about the file's game and the expression; everything else, the hash that
    // the claim names included, is about the game with the expression in its place.
    let stated = game;
    let objective = settings
        .objective
        .as_deref()
        .map(|expression| stated.with_objective(expression))
        .transpose()?;
    let game = objective.as_ref().unwrap_or(stated);
    let asked = Asked { stated, game, hash: game.hash(), settings, start };
    let Some(slot) = Slot::of(&asked.hash, settings, &scope(settings)) else {
        return attempt(&asked, None, None);
    };
    if let Some(left) = slot.found().filter(|_| !settings.control.stopped()) {
        let outcome = attempt(&asked, Some(&slot), Some(left));
        if !misled(&outcome, settings) {
            return outcome;
        }
        slot.forget();
    }
    attempt(&asked, Some(&slot), None)
}

/// Refuses a game with requirements where a question about all decisions does not consider them.
///
/// # Errors
/// [`SolveError::Requirements`].
pub fn without_requirements(game: &Game) -> Result<(), SolveError> {
    let none = game.vocabulary.requirements.is_empty();
    if none { Ok(()) } else { Err(SolveError::Requirements) }
}

/// Whether a search that began with what was found has ended as one that begins anew does not: what
/// was found may be to blame.
fn misled(outcome: &Result<Outcome, SolveError>, settings: &Settings<'_>) -> bool {
    !settings.control.stopped()
        && match outcome {
            Ok(found) => found.status == Status::Limit && found.termination == Termination::Gap,
            Err(_) => true,
        }
}

/// What is asked, of which game.
pub(super) struct Asked<'a> {
    /// The game of the file, which the certificate is about.
    pub(super) stated: &'a Game,
    /// The game with the objective in place.
    pub(super) game: &'a Game,
    /// Its hash.
    pub(super) hash: String,
    pub(super) settings: &'a Settings<'a>,
    pub(super) start: Instant,
}

/// A search that begins with `left`, if anything; `slot` is where its state is kept.
fn attempt<'a>(
    asked: &Asked<'a>,
    slot: Option<&Slot<'a>>,
    left: Option<Left>,
) -> Result<Outcome, SolveError> {
    let &Asked { game, settings, .. } = asked;
    if settings.point.is_none()
        && let Some(space) = game.leader.space()
    {
        return solve_polytope(asked, &space, slot, left);
    }
    let decisions = admitted(game, settings)?;
    let indices: Vec<usize> = match scope(settings) {
        Scope::Decision(only) => vec![only],
        Scope::All | Scope::Point(_) => (0..decisions.len()).collect(),
    };
    let instance = |index: usize| game.at(&decisions[index].values);
    let question = Question { asked };
    if let Some(Left::Answered { certificate, .. }) = &left
        && let Some(found) = reread(asked, certificate, &indices)
    {
        return question.answered(found, &instance);
    }
    if settings.control.stopped() {
        return question.answered(unsearched(&indices, &instance, settings), &instance);
    }
    if mean_field_free(game) {
        // What is proved is checked, which takes about as long as one proof.
        let hurried = Settings { control: rounds::most(settings), ..settings.clone() };
        let state = match &left {
            Some(Left::Open { state, .. }) => Some(state.as_str()),
            _ => None,
        };
        let found = race(&indices, &instance, &hurried, (slot, state));
        let outcome = question.answered(found, &instance)?;
        if let Some(slot) = slot.filter(|_| outcome.status != Status::Limit) {
            slot.keep_answer(&outcome.certificate, String::new());
        }
        return Ok(outcome);
    }
    let mut control = rounds::first(settings);
    let resumed = match &left {
        Some(Left::Open { state, .. }) => {
            Contest::resumed(&indices, &instance, settings, &control, state)
        }
        _ => None,
    };
    let contest = match resumed {
        Some(contest) => contest,
        None => Contest::new(&indices, &instance, settings, &control)?,
    };
    let mut contest = contest.kept_in(slot);
    let mut best: Option<Outcome> = None;
    let mut searched = Duration::ZERO;
    loop {
        let searching = Instant::now();
        let stopped = contest.run(&control);
        searched += searching.elapsed();
        let proving = Instant::now();
        contest.keep(stopped);
        let outcome = question.answered(proved_by(contest.finish()), &instance)?;
        let next = rounds::next(settings, searched, proving.elapsed());
        let sharper = best.take().filter(|best| width(best) <= width(&outcome)).unwrap_or(outcome);
        match next {
            Some(next) if stopped && sharper.status == Status::Limit => control = next,
            next => {
                let outcome = ended(sharper, stopped && next.is_none(), settings);
                if let Some(slot) = slot.filter(|_| outcome.status != Status::Limit) {
                    slot.keep_answer(&outcome.certificate, String::new());
                }
                return Ok(outcome);
            }
        }
        if let Some(accepted) = settings.accepted {
            accepted(&sharper);
        }
        best = Some(sharper);
    }
}

/// The outcome of the last round: where it was stopped, and no time was left for another, the time
/// limit has ended the search.
pub(super) fn ended(mut outcome: Outcome, stopped: bool, settings: &Settings<'_>) -> Outcome {
    let limited = stopped && settings.control.remaining().is_some();
    if limited && outcome.status == Status::Limit && outcome.termination == Termination::Gap {
        outcome.termination = Termination::TimeLimit;
    }
    outcome
}

/// Distance of the bounds.
pub(crate) fn width(outcome: &Outcome) -> Rational {
    &outcome.accepted.claim.upper - &outcome.accepted.claim.lower
}

/// What is asked, to be answered by what was proved.
struct Question<'q, 'a> {
    asked: &'q Asked<'a>,
}

impl Question<'_, '_> {
    /// The answer that `found` proves, after its check.
    fn answered(
        &self,
        mut found: Found,
        instance: &dyn Fn(usize) -> Instance,
    ) -> Result<Outcome, SolveError> {
        let Asked { stated, hash, settings, start, .. } = self.asked;
        found.statistics.seconds_approx = start.elapsed().as_secs_f64();
        let checking = Instant::now();
        sharpen(stated, hash, settings, &mut found);
        let (accepted, certificate) = accept(stated, hash, settings, &mut found, instance)?;
        found.statistics.check_seconds_approx = checking.elapsed().as_secs_f64();

        let winner =
            best(&found.proved, settings.selection).map(|position| &found.proved[position]);
        let equilibrium =
            winner.and_then(|(index, proved)| described(&instance(*index), proved, settings));
        let existence = winner.map_or(Existence::Range, |(_, proved)| Existence::of(proved));
        let status = status(&accepted.claim, &settings.gap);
        Ok(Outcome {
            status,
            termination: termination(settings, status),
            decision: winner.map_or(0, |(index, _)| *index),
            point: None,
            equilibrium,
            existence,
            certificate,
            accepted,
            statistics: found.statistics,
        })
    }
}

/// What is shown of every decision in scope, and what it took.
pub(super) struct Found {
    pub(super) proved: Vec<(usize, Proved)>,
    /// Better bounds that the checker may refuse, by the same positions.
    pub(super) sharp: Vec<Option<Proof>>,
    pub(super) statistics: Statistics,
}

/// Whether no data depend on the population and the leader's reward is linear in it: the methods of
/// class C0 apply.
#[must_use]
pub fn mean_field_free(game: &Game) -> bool {
    game.functions.is_empty()
        && classify(game).class == Class::C0
        && game.stages.iter().all(|stage| stage.leader_reward.population_degree() == 0)
        && game.payoff.population_degree() <= 1
}

/// What the ranges of the leader's reward show, where there is no time for a search.
pub(super) fn unsearched(
    indices: &[usize],
    instance: &dyn Fn(usize) -> Instance,
    settings: &Settings<'_>,
) -> Found {
    let range = |&index: &usize| (index, range_of(&instance(index), settings.selection));
    Found {
        proved: indices.iter().map(range).collect(),
        sharp: Vec::new(),
        statistics: Statistics::default(),
    }
}

/// Class C0: decisions raced by dynamic programming.
pub(super) fn race(
    indices: &[usize],
    instance: &(dyn Fn(usize) -> Instance + Sync),
    settings: &Settings<'_>,
    (slot, state): (Option<&Slot<'_>>, Option<&str>),
) -> Found {
    // The caller saw that no data depend on the population, so that the second case does not occur.
    let numbers =
        |index: usize| instance(index).mean_field_free().unwrap_or_else(|_| Numbers::empty());
    let arithmetic = |numbers: &Numbers| arithmetic(numbers, settings);
    let shape = indices.first().map_or((0, 0), |&index| {
        let instance = instance(index);
        (instance.stages.len(), instance.initial.len())
    });
    let mut race = Race::new(indices, &numbers, &arithmetic, settings);
    // What cannot be read is found again.
    if let Some(state) = state {
        race.resume(state, shape);
    }
    race.run(slot);
    let mut contenders = race.contenders;
    contenders.sort_by_key(|contender| contender.index);
    let solved = contenders.iter().filter(|c| c.solved()).count();
    let statistics = Statistics {
        nodes: contenders.iter().filter(|c| c.examined()).count(),
        inductions: contenders.iter().map(Contender::inductions).sum(),
        decisions_solved: solved,
        ..Statistics::default()
    };
    Found {
        proved: contenders
            .into_iter()
            .map(|contender| (contender.index, contender.proved))
            .collect(),
        sharp: Vec::new(),
        statistics,
    }
}

/// Other classes: decisions searched box by box, until the race is to end.
pub(super) fn search(
    indices: &[usize],
    instance: &dyn Fn(usize) -> Instance,
    settings: &Settings<'_>,
) -> Result<Found, SolveError> {
    let mut contest = Contest::new(indices, instance, settings, &settings.race_control)?;
    contest.run(&settings.race_control);
    Ok(proved_by(contest.finish()))
}

fn proved_by(finish: Finish) -> Found {
    let Finish { proved, sharp, counts, solved } = finish;
    let statistics = Statistics {
        nodes: counts.nodes,
        lp_solves: counts.lp_solves,
        inductions: counts.inductions,
        decisions_solved: solved,
        ..Statistics::default()
    };
    Found { proved, sharp, statistics }
}

/// Arithmetic of the proofs of class C0.
fn arithmetic(numbers: &Numbers, settings: &Settings<'_>) -> Arithmetic {
    match settings.precision {
        Precision::Auto => suitable_arithmetic(numbers, &settings.epsilon),
        Precision::Exact => Arithmetic::Exact,
        Precision::Bits(bits) => Arithmetic::Rounded(bits),
    }
}

/// The equilibrium behind a witness, at the numbers of its population.
pub(super) fn described(
    instance: &Instance,
    proved: &Proved,
    settings: &Settings<'_>,
) -> Option<Equilibrium> {
    let parts = proved.mixture()?;
    let keep_going = || !settings.control.interrupted();
    let (numbers, arithmetic) = match instance.mean_field_free() {
        Ok(numbers) => {
            let arithmetic = arithmetic(&numbers, settings);
            (numbers, arithmetic)
        }
        Err(_) if !instance.functions.is_empty() || has_long_flows(instance) => {
            return Some(enclosed(parts, proved, settings));
        }
        Err(_) => (instance.at_population(&population(instance, parts)?), Arithmetic::Exact),
    };
    let problem =
        Problem { numbers: &numbers, epsilon: &settings.epsilon, selection: settings.selection };
    describe(&problem, parts, arithmetic, &keep_going).ok()
}

/// Whether the digits of an exact flow would double over too many stages: its equilibria are then
/// described by enclosures alone.
#[must_use]
pub fn has_long_flows(instance: &Instance) -> bool {
    let moves =
        |columns: &Columns| columns.columns().iter().any(|(monomial, _)| !monomial.is_one());
    instance
        .stages
        .iter()
        .filter(|stage| stage.transition.as_ref().is_some_and(|(_, columns)| moves(columns)))
        .count()
        > MOST_DOUBLINGS
}

/// What the checker's enclosure of a witness says of its equilibrium, which is one of those that
/// the bound is about.
fn enclosed(parts: &[Part], proved: &Proved, settings: &Settings<'_>) -> Equilibrium {
    let epsilon = &settings.epsilon;
    let exploitability = if epsilon.is_zero() {
        Enclosed::Exact(Rational::ZERO)
    } else {
        Enclosed::Between(Rational::ZERO, epsilon.clone())
    };
    let (lower, upper) = interval(settings.selection, proved);
    let policy = if let [only] = parts { Some(only.policy.clone()) } else { None };
    Equilibrium {
        mixture: parts.to_vec(),
        policy,
        exploitability,
        leader_reward: Enclosed::Between(lower, upper),
    }
}

/// The aggregates of a mixture.
fn population(instance: &Instance, parts: &[Part]) -> Option<Vec<Rational>> {
    let mut sum = vec![Rational::ZERO; instance.aggregates.len()];
    for part in parts {
        let flow = flow(instance, &part.policy).ok()?;
        sum.iter_mut().zip(flow.aggregates).for_each(|(sum, value)| *sum += &part.weight * value);
    }
    Some(sum)
}

/// The decisions to which positions refer, when this version solves the game and the settings fit
/// it.
///
/// # Errors
/// [`SolveError`] says what does not fit.
pub fn admitted<'g>(
    game: &'g Game,
    settings: &Settings<'_>,
) -> Result<Cow<'g, [Decision]>, SolveError> {
    if settings.epsilon < Rational::ZERO {
        return Err(SolveError::Epsilon(settings.epsilon.clone()));
    }
    if let Some(values) = &settings.point {
        game.leader.admits(values)?;
        return Ok(Cow::Owned(vec![Decision { name: None, values: values.clone() }]));
    }
    let decisions = game.finite_decisions().unwrap_or_default();
    let count = decisions.len();
    match settings.decision {
        Some(index) if index >= count => Err(SolveError::Decision { index, count }),
        _ => Ok(Cow::Borrowed(decisions)),
    }
}

/// What a claim is about that `settings` ask for.
#[must_use]
pub fn scope(settings: &Settings<'_>) -> Scope {
    match (&settings.point, settings.decision) {
        (Some(values), _) => Scope::Point(values.clone()),
        (None, Some(only)) => Scope::Decision(only),
        (None, None) => Scope::All,
    }
}

/// `lower <= value <= upper` for what `settings` ask.
pub(super) fn claim(
    hash: &str,
    settings: &Settings<'_>,
    scope: Scope,
    lower: Rational,
    upper: Rational,
) -> Claim {
    Claim {
        game_hash: hash.to_string(),
        epsilon: settings.epsilon.clone(),
        selection: settings.selection,
        scope,
        of: settings.objective.clone(),
        lower,
        upper,
    }
}

/// The certificate of what is proved of some decisions.
pub(super) fn written(
    hash: &str,
    settings: &Settings<'_>,
    scope: Scope,
    proved: &[(usize, Proved)],
) -> Result<Vec<u8>, SolveError> {
    let sides = || proved.iter().map(|(_, proved)| interval(settings.selection, proved));
    let lower = sides().map(|(lower, _)| lower).max().unwrap_or(Rational::ZERO);
    let upper = sides().map(|(_, upper)| upper).max().unwrap_or(Rational::ZERO);
    let claim = claim(hash, settings, scope, lower, upper);
    let decisions: Vec<Step> = proved.iter().map(|(index, _)| Step::Decision(*index)).collect();
    let steps = proved.iter().zip(&decisions).flat_map(|((_, proved), decision)| {
        std::iter::once(decision).chain(&proved.bound.steps).chain(&proved.witness.steps)
    });
    Ok(write_certificate(Vec::with_capacity(SHORT_CERTIFICATE), &claim, steps)?)
}

/// Asks the checker about the better bounds, decision by decision, and takes those that it accepts.
pub(super) fn sharpen(game: &Game, hash: &str, settings: &Settings<'_>, found: &mut Found) {
    let offered = found
        .proved
        .iter_mut()
        .zip(std::mem::take(&mut found.sharp))
        .filter_map(|(known, sharp)| Some((known, sharp?)));
    for ((index, proved), bound) in offered {
        let better = (*index, Proved { bound, witness: proved.witness.clone() });
        let scope = match scope(settings) {
            Scope::All => Scope::Decision(*index),
            one => one,
        };
        let certificate = written(hash, settings, scope, std::slice::from_ref(&better));
        if certificate
            .is_ok_and(|certificate| check_hashed(game, hash, certificate.as_slice()).is_ok())
        {
            *proved = better.1;
        }
    }
}

/// Writes the certificate and has it checked; steps that the checker refuses are replaced by the
/// range of the leader's reward, so that a misbehaving solver costs tightness and never truth.
fn accept(
    game: &Game,
    hash: &str,
    settings: &Settings<'_>,
    found: &mut Found,
    instance: &dyn Fn(usize) -> Instance,
) -> Result<(Accepted, Vec<u8>), SolveError> {
    loop {
        let certificate = written(hash, settings, scope(settings), &found.proved)?;
        match check_hashed(game, hash, certificate.as_slice()) {
            Ok(accepted) => return Ok((accepted, certificate)),
            Err(rejection) => replace_refused(settings, found, instance, rejection)?,
        }
        found.statistics.refused_steps += 1;
    }
}

/// Replaces the refused kind of proof by the range of the leader's reward.
fn replace_refused(
    settings: &Settings<'_>,
    found: &mut Found,
    instance: &dyn Fn(usize) -> Instance,
    rejection: Rejection,
) -> Result<(), SolveError> {
    let Rejection::Step { rule, .. } = &rejection else { return Err(rejection.into()) };
    let mut replaced = false;
    for (index, proved) in &mut found.proved {
        let (bound, witness) = (proved.bound.uses(rule), proved.witness.uses(rule));
        if bound || witness {
            let range = range_of(&instance(*index), settings.selection);
            if bound && proved.bound != range.bound {
                proved.bound = range.bound;
                replaced = true;
            }
            if witness && proved.witness != range.witness {
                proved.witness = range.witness;
                replaced = true;
            }
        }
    }
    if replaced { Ok(()) } else { Err(rejection.into()) }
}

/// How far a claim goes, for an accepted relative `gap`.
#[must_use]
pub fn status(claim: &Claim, gap: &Rational) -> Status {
    let width = &claim.upper - &claim.lower;
    if width.is_zero() {
        return Status::Exact;
    }
    let magnitude = |x: &Rational| if *x < Rational::ZERO { -x.clone() } else { x.clone() };
    let scale = magnitude(&claim.lower).max(magnitude(&claim.upper)).max(Rational::ONE);
    if width <= gap * scale { Status::WithinGap } else { Status::Limit }
}

pub(super) fn termination(settings: &Settings<'_>, status: Status) -> Termination {
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
