//! From a game with a polytope of decisions to an answer that the checker accepted.

use super::checkpoint::{Left, Slot};
use super::outcome::{Existence, Outcome, Statistics, Status};
use super::outer::{self, Covered};
use super::race::interval;
use super::reread::is_asked_for;
use super::rounds;
use super::settings::{Settings, SolveError};
use super::solve::{
    Asked, Found, claim, described, ended, mean_field_free, race, search, sharpen, status,
    termination, width, written,
};
use crate::certificate::{Reader, Scope, Selection, Step, write_certificate};
use crate::check::{Rejection, check, check_hashed};
use crate::equilibrium::kept::{Words, put_proved, take_proved};
use crate::equilibrium::{Control, Proved, range_of};
use crate::exact::{Rational, ratio};
use crate::game::{Game, Instance, Point, Space};
use std::time::Instant;

/// Most free parameters with which the ranges of all simplices are computed at the end.
const MOST_RANGED: usize = 5;

/// With this inverse at least, the gap of decisions that an ascent in many parameters compares.
const ASCENT_GAP: u64 = 100;
/// Most corners of the box of the free parameters that are looked at for a decision.
const MOST_CORNERS: usize = 1 << 12;

/// Certified bounds of `sup_u` of the leader's reward at the worst (or best) equilibrium; `game`
/// has the objective of `settings` in place.
pub(super) fn solve_polytope<'a>(
    asked: &Asked<'a>,
    space: &Space<'_>,
    slot: Option<&Slot<'a>>,
    left: Option<Left>,
) -> Result<Outcome, SolveError> {
    let &Asked { stated, game, settings, start, .. } = asked;
    if settings.epsilon < Rational::ZERO {
        return Err(SolveError::Epsilon(settings.epsilon.clone()));
    }
    if settings.control.stopped() {
        return without_search(stated, game, space, settings, start);
    }
    if let Some(Left::Answered { certificate, witness }) = &left
        && let Some(outcome) = reread_cover(asked, certificate, witness)
    {
        return Ok(outcome);
    }
    let linear = mean_field_free(game);
    let first = rounds::first(settings);
    let mut hurried = match settings.control.remaining() {
        Some(_) => Settings { control: first.clone(), race_control: first, ..settings.clone() },
        None => settings.clone(),
    };
    if outer::is_wide(space) && !linear {
        // An ascent compares decisions; the best one is solved to the gap afterwards.
        hurried.gap = hurried.gap.max(ratio(1, ASCENT_GAP));
    }
    let question = Question { stated, game, space, settings, linear, start };
    let searching = Instant::now();
    let mut covered = outer::search(game, space, linear, &hurried, (slot, left.as_ref()));
    let mut searched = searching.elapsed();
    let mut best: Option<(Outcome, String)> = None;
    let mut sides: Option<Sides> = None;
    loop {
        let proving = Instant::now();
        if !covered.closed() {
            covered.keep();
        }
        covered.choose(settings);
        let answered = question.answered(&covered, &mut sides)?;
        let (sharper, witness) =
            best.take().filter(|best| width(&best.0) <= width(&answered.0)).unwrap_or(answered);
        let control = match rounds::next(settings, searched, proving.elapsed()) {
            Some(next)
                if sharper.status == Status::Limit && !covered.closed() && !covered.exhausted() =>
            {
                next
            }
            next => {
                let outcome = ended(sharper, next.is_none() && !covered.closed(), settings);
                if let Some(slot) = slot.filter(|_| outcome.status != Status::Limit) {
                    slot.keep_answer(&outcome.certificate, witness);
                }
                return Ok(outcome);
            }
        };
        if let Some(accepted) = settings.accepted {
            accepted(&sharper);
        }
        best = Some((sharper, witness));
        let searching = Instant::now();
        covered.go_on(&control, settings);
        searched += searching.elapsed();
    }
}

/// What was proved of each side.
#[derive(Debug)]
struct Sides {
    /// The decision, and what is proved there.
    point: Point,
    proved: Proved,
    /// The steps that bound all decisions, and their bound.
    steps: Vec<Step>,
    upper: Rational,
}

impl Sides {
    /// Keeps the better of each side; more time never makes an answer worse.
    fn improve(&mut self, other: Sides, selection: Selection) {
        if interval(selection, &other.proved).0 > interval(selection, &self.proved).0 {
            (self.point, self.proved) = (other.point, other.proved);
        }
        self.bound(other.steps, other.upper);
    }

    fn bound(&mut self, steps: Vec<Step>, upper: Rational) {
        if upper < self.upper {
            (self.steps, self.upper) = (steps, upper);
        }
    }
}

/// What is asked, of which game.
struct Question<'a> {
    /// The game of the file, which the certificate is about.
    stated: &'a Game,
    /// The game with the objective in place.
    game: &'a Game,
    space: &'a Space<'a>,
    settings: &'a Settings<'a>,
    /// Whether the methods of class C0 apply.
    linear: bool,
    start: Instant,
}

impl Question<'_> {
    /// The answer that a cover proves, with a bound at its best decision, after its check, and what
    /// is proved there in words. `known` is what earlier rounds proved, and this one afterwards.
    fn answered(
        &self,
        covered: &Covered<'_>,
        known: &mut Option<Sides>,
    ) -> Result<(Outcome, String), SolveError> {
        let Question { stated, game, space, settings, linear, start } = *self;
        let point = match covered.best() {
            Some(point) => point,
            None => some_decision(space).ok_or(SolveError::NoDecision)?,
        };
        let instance = |_: usize| game.at(&point);
        // The bound at the decision must be as sharp as what the cover was compared with; the check
        // comes after it.
        let last = Settings {
            gap: &settings.gap / Rational::from(4u8),
            race_control: half_of_the_rest(settings),
            control: rounds::most(settings),
            point: Some(point.clone()),
            ..settings.clone()
        };
        let mut found = if linear {
            race(&[0], &instance, &last, (None, None))
        } else {
            search(&[0], &instance, &last)?
        };
        sharpen(stated, &game.hash(), &last, &mut found);
        let proved = found
            .proved
            .pop()
            .map_or_else(|| range_of(&game.at(&point), settings.selection), |(_, proved)| proved);
        let (steps, upper) = covered.proof(false);
        let mut own = Sides { point, proved, steps, upper };
        let ranged = space.dimension() <= MOST_RANGED || outer::is_wide(space);
        if ranged && !covered.closed() {
            let (steps, upper) = outer::fallback(game, space);
            own.bound(steps, upper);
        }
        if let Some(known) = known.take() {
            own.improve(known, settings.selection);
        }
        let Sides { point, proved, steps, upper } = own;
        let mut statistics = counted(&found, &covered.statistics());
        statistics.seconds_approx = start.elapsed().as_secs_f64();

        let checking = Instant::now();
        let mut draft = Draft { game, space, settings, point: &point, proved, steps, upper };
        let (accepted, certificate) = loop {
            let certificate = draft.written()?;
            match check(stated, certificate.as_slice()) {
                Ok(accepted) => break (accepted, certificate),
                // What binary64 took for granted, exactly.
                Err(_) if statistics.refused_steps == 0 => {
                    (draft.steps, draft.upper) = covered.proof(true)
                }
                Err(rejection) => draft.retreat(rejection)?,
            }
            statistics.refused_steps += 1;
        };
        statistics.check_seconds_approx = checking.elapsed().as_secs_f64();
        let equilibrium = described(&game.at(&point), &draft.proved, settings);
        let status = status(&accepted.claim, &settings.gap);
        let mut witness = String::new();
        put_proved(&mut witness, &draft.proved);
        let outcome = Outcome {
            status,
            termination: termination(settings, status),
            decision: 0,
            point: Some(point.clone()),
            equilibrium,
            existence: Existence::of(&draft.proved),
            certificate,
            accepted,
            statistics,
        };
        let Draft { proved, steps, upper, .. } = draft;
        *known = Some(Sides { point, proved, steps, upper });
        Ok((outcome, witness))
    }
}

/// The answer of an earlier call, checked again with the equilibrium at its decision; `None` when
/// it is about something else or does not hold.
fn reread_cover(asked: &Asked<'_>, certificate: &[u8], witness: &str) -> Option<Outcome> {
    let Asked { stated, game, hash, settings, start } = asked;
    let checking = Instant::now();
    let accepted = check_hashed(stated, hash, certificate).ok()?;
    if !is_asked_for(&accepted.claim, asked) {
        return None;
    }
    let shape = (game.stages.len(), game.states.len());
    let (mut reader, _) = Reader::start(certificate, shape.0, shape.1).ok()?;
    let Some(Step::At(point)) = reader.step().ok()? else { return None };
    let proved = take_proved(&mut Words::new(witness), shape)?;
    let here = Scope::Point(point.clone());
    let shown = [(0, proved)];
    let own = written(hash, settings, here, &shown).ok()?;
    check_hashed(stated, hash, own.as_slice()).ok()?;
    let [(_, proved)] = shown;
    let status = status(&accepted.claim, &settings.gap);
    Some(Outcome {
        status,
        termination: termination(settings, status),
        decision: 0,
        equilibrium: described(&game.at(&point), &proved, settings),
        existence: Existence::of(&proved),
        point: Some(point),
        certificate: certificate.to_vec(),
        accepted,
        statistics: Statistics {
            seconds_approx: start.elapsed().as_secs_f64(),
            check_seconds_approx: checking.elapsed().as_secs_f64(),
            ..Statistics::default()
        },
    })
}

fn half_of_the_rest(settings: &Settings<'_>) -> Control {
    let all = &settings.control;
    all.remaining().map_or_else(|| all.clone(), |left| all.within(left / 2))
}

/// What the ranges of the leader's reward show at some decision and over all of them.
fn without_search(
    stated: &Game,
    game: &Game,
    space: &Space<'_>,
    settings: &Settings<'_>,
    start: Instant,
) -> Result<Outcome, SolveError> {
    let point = some_decision(space).ok_or(SolveError::NoDecision)?;
    let proved = range_of(&game.at(&point), settings.selection);
    let (steps, upper) = outer::fallback(game, space);
    let draft = Draft { game, space, settings, point: &point, proved, steps, upper };
    let certificate = draft.written()?;
    let accepted = check(stated, certificate.as_slice())?;
    let status = status(&accepted.claim, &settings.gap);
    let seconds_approx = start.elapsed().as_secs_f64();
    Ok(Outcome {
        status,
        termination: termination(settings, status),
        decision: 0,
        point: Some(point),
        equilibrium: None,
        existence: Existence::Range,
        certificate,
        accepted,
        statistics: Statistics { seconds_approx, ..Statistics::default() },
    })
}

fn counted(found: &Found, outer: &Statistics) -> Statistics {
    Statistics { decisions_solved: outer.decisions_solved, ..found.statistics.plus(outer) }
}

/// A decision, any one.
fn some_decision(space: &Space<'_>) -> Option<Point> {
    let (_, vertex) =
        space.polytope().least_value(&vec![Rational::ZERO; space.polytope().dimension()]).ok()?;
    if space.admits(&vertex) {
        return Some(vertex);
    }
    if outer::has_slices(space) {
        return outer::decision_of_a_slice(space);
    }
    let mut corners = space.corners().take(MOST_CORNERS);
    corners.find(|corner| space.admits(corner)).or_else(|| {
        if outer::is_wide(space) {
            return None;
        }
        let simplices = space.simplices();
        simplices
            .filter_map(|simplex| {
                space.decisions_in(&simplex, crate::check::cover::MOST_GRID_POINTS)
            })
            .flatten()
            .next()
    })
}

/// A certificate in the making.
struct Draft<'a> {
    game: &'a Game,
    space: &'a Space<'a>,
    settings: &'a Settings<'a>,
    point: &'a Point,
    proved: Proved,
    steps: Vec<Step>,
    upper: Rational,
}

impl Draft<'_> {
    fn written(&self) -> Result<Vec<u8>, SolveError> {
        let (lower, _) = interval(self.settings.selection, &self.proved);
        // The value at a decision cannot exceed the bound of all; equal numbers may come from
        // different roundings.
        let upper = self.upper.clone().max(lower.clone());
        let claim = claim(&self.game.hash(), self.settings, Scope::All, lower, upper);
        let at = Step::At(self.point.clone());
        let shown = match self.settings.selection {
            Selection::Pessimistic => &self.proved.bound.steps,
            Selection::Optimistic => &self.proved.witness.steps,
        };
        let steps = std::iter::once(&at).chain(shown).chain(&self.steps);
        Ok(write_certificate(Vec::new(), &claim, steps)?)
    }

    /// After a refusal: first the cover, then the bound at the decision, by ranges.
    fn retreat(&mut self, rejection: Rejection) -> Result<(), SolveError> {
        let (steps, upper) = outer::fallback(self.game, self.space);
        if self.steps != steps {
            (self.steps, self.upper) = (steps, upper);
            return Ok(());
        }
        let instance: Instance = self.game.at(self.point);
        let range = range_of(&instance, self.settings.selection);
        if self.proved == range {
            return Err(rejection.into());
        }
        self.proved = range;
        Ok(())
    }
}
