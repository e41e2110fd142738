//! From a game with a polytope of decisions to an answer that the checker accepted.

use super::outcome::{Outcome, Statistics};
use super::outer;
use super::race::interval;
use super::settings::{Settings, SolveError};
use super::solve::{
    Found, claim, described, mean_field_free, race, search, sharpen, status, supported, termination,
};
use crate::certificate::{Scope, Selection, Step, write_certificate};
use crate::check::{Rejection, check};
use crate::equilibrium::{Proved, range_of};
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
    let linear = mean_field_free(game);
    let covered = outer::search(game, space, linear, settings);
    let point = match covered.best() {
        Some(point) => point,
        None => some_decision(space).ok_or(SolveError::NoDecision)?,
    };
    let instance = |_: usize| game.at(&point);
    // The bound at the decision has the rest of the time, and must be as sharp as what the cover
    // was compared with.
    let last = Settings {
        gap: &settings.gap / Rational::from(4u8),
        race_control: settings.control.clone(),
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
    let termination = termination(settings, status);
    Ok(Outcome {
        status,
        termination,
        decision: 0,
        point: Some(point),
        equilibrium,
        certificate,
        accepted,
        statistics,
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
