//! From a game with a polytope of decisions to an answer that the checker accepted.

use super::outcome::{Outcome, Statistics, Status};
use super::outer::{self, Covered};
use super::race::interval;
use super::rounds;
use super::settings::{Settings, SolveError};
use super::solve::{
    Found, claim, described, ended, mean_field_free, race, search, sharpen, status, supported,
    termination, width,
};
use crate::certificate::{Scope, Selection, Step, write_certificate};
use crate::check::{Rejection, check};
use crate::equilibrium::{Control, Proved, range_of};
use crate::exact::Rational;
use crate::game::{Game, Instance, Point, Space};
use std::time::Instant;

/// Certified bounds of `sup_u` of the leader's reward at the worst (or best) equilibrium; `game`
/// has the objective of `settings` in place.
pub(super) fn solve_polytope(
    stated: &Game,
    game: &Game,
    space: &Space<'_>,
    settings: &Settings<'_>,
    start: Instant,
) -> Result<Outcome, SolveError> {
    if settings.epsilon < Rational::ZERO {
        return Err(SolveError::Epsilon(settings.epsilon.clone()));
    }
    supported(game)?;
    if settings.control.stopped() {
        return without_search(stated, game, space, settings, start);
    }
    let linear = mean_field_free(game);
    let first = rounds::first(settings);
    let hurried = match settings.control.remaining() {
        Some(_) => Settings { control: first.clone(), race_control: first, ..settings.clone() },
        None => settings.clone(),
    };
    let question = Question { stated, game, space, settings, linear, start };
    let searching = Instant::now();
    let mut covered = outer::search(game, space, linear, &hurried);
    let mut searched = searching.elapsed();
    let mut best: Option<Outcome> = None;
    loop {
        let proving = Instant::now();
        let outcome = question.answered(&covered)?;
        let sharper = best.take().filter(|best| width(best) <= width(&outcome)).unwrap_or(outcome);
        let control = match rounds::next(settings, searched, proving.elapsed()) {
            Some(next) if sharper.status == Status::Limit && !covered.closed() => next,
            next => return Ok(ended(sharper, next.is_none() && !covered.closed(), settings)),
        };
        if let Some(accepted) = settings.accepted {
            accepted(&sharper);
        }
        best = Some(sharper);
        let searching = Instant::now();
        covered.go_on(&control, settings);
        searched += searching.elapsed();
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
    /// The answer that a cover proves, with a bound at its best decision, after its check.
    fn answered(&self, covered: &Covered<'_>) -> Result<Outcome, SolveError> {
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
        let mut found =
            if linear { race(&[0], &instance, &last) } else { search(&[0], &instance, &last)? };
        sharpen(stated, &game.hash(), &last, &mut found);
        let proved = found
            .proved
            .pop()
            .map_or_else(|| range_of(&game.at(&point), settings.selection), |(_, proved)| proved);
        let (steps, upper) = covered.proof(false);
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
        Ok(Outcome {
            status,
            termination: termination(settings, status),
            decision: 0,
            point: Some(point),
            equilibrium,
            certificate,
            accepted,
            statistics,
        })
    }
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
    space.corners().into_iter().find(|corner| space.admits(corner)).or_else(|| {
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
