//! The whole function in class C0: hulls of the decisions, refined where they decide.
//!
//! The value is the largest over decisions of convex (optimistic: concave) piecewise linear
//! functions. An upper bound of each is known from what has been found of its hull; where the
//! decision with the largest upper bound is known completely, the value is. The rest is refined
//! there, and decisions that never lead are not looked at further.

use super::SweepError;
use super::hull::Hull;
use super::piecewise::PiecewiseLinear;
use crate::certificate::{Arithmetic, Claim, CurvePoint, Scope, Selection, Step, write_curve};
use crate::check::{Accepted, check};
use crate::equilibrium::kept::Words;
use crate::equilibrium::suitable_arithmetic;
use crate::exact::Rational;
use crate::game::{Decision, Game, Numbers};
use crate::leader::{Left, Reached, Settings, SolveError, admitted, mean_field_free, scope};
use rayon::prelude::*;
use std::time::Instant;

/// The value over an interval of epsilons, as the checker accepted it.
#[derive(Debug, Clone)]
pub struct CurveOutcome {
    /// The claim and its points.
    pub accepted: Accepted,
    /// Per piece between two points, the position of a decision that guarantees the lower bound; 0
    /// for the only one.
    pub decisions: Vec<usize>,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Policies found, over all decisions.
    pub vertices: usize,
    /// Backward inductions in rationals, without those of the checker.
    pub inductions: usize,
    /// Wall time without the final check, seconds.
    pub seconds_approx: f64,
    /// Wall time of the final check, seconds.
    pub check_seconds_approx: f64,
}

impl CurveOutcome {
    /// Whether lower and upper bound are the same everywhere.
    #[must_use]
    pub fn exact(&self) -> bool {
        self.accepted.curve.iter().all(|point| point.lower == point.upper)
    }

    /// Bounds at an epsilon of the interval, on the lines between the points, and a decision that
    /// guarantees the lower one; `None` outside of it.
    #[must_use]
    pub fn at(&self, epsilon: &Rational) -> Option<(CurvePoint, usize)> {
        let points = &self.accepted.curve;
        let after = points.partition_point(|point| point.epsilon <= *epsilon);
        if after == 0
            || (after == points.len() && points.last().is_some_and(|last| last.epsilon != *epsilon))
        {
            return None;
        }
        let piece = (after - 1).min(points.len().saturating_sub(2));
        let (from, to) = (points.get(piece)?, points.get(piece + 1)?);
        let share = (epsilon - &from.epsilon) / (&to.epsilon - &from.epsilon);
        let between = |left: &Rational, right: &Rational| left + (right - left) * &share;
        let (lower, upper) = (between(&from.lower, &to.lower), between(&from.upper, &to.upper));
        Some((CurvePoint { epsilon: epsilon.clone(), lower, upper }, *self.decisions.get(piece)?))
    }
}

/// Whether [`curve()`] answers what `settings` ask of `game`: class C0, a linear leader, a finite
/// list of decisions or one of them, and rationals that stay short.
#[must_use]
pub fn has_curve(game: &Game, settings: &Settings<'_>) -> bool {
    let objective = settings.objective.as_deref().map(|expression| game.with_objective(expression));
    let Some(game) = objective.as_ref().map_or(Some(game), |made| made.as_ref().ok()) else {
        return false;
    };
    let listed = settings.point.is_some() || game.finite_decisions().is_some();
    let Ok(decisions) = admitted(game, settings) else { return false };
    let first = settings.decision.unwrap_or(0);
    let short = |decision: &Decision| {
        game.at(&decision.values)
            .mean_field_free()
            .is_ok_and(|numbers| suitable_arithmetic(&numbers, &Rational::ONE) == Arithmetic::Exact)
    };
    listed && mean_field_free(game) && decisions.get(first).is_some_and(short)
}

/// The value of `game` for every epsilon from `from` to `to`; `settings.epsilon` is without effect.
/// A limit in `settings` gives bounds that leave a gap.
///
/// # Errors
/// [`SweepError`] when the game is not one of those that [`has_curve`] names, or the interval is
/// none.
pub fn curve(
    game: &Game,
    settings: &Settings<'_>,
    from: &Rational,
    to: &Rational,
) -> Result<CurveOutcome, SweepError> {
    if *from < Rational::ZERO || from >= to {
        return Err(SweepError::Interval { from: from.clone(), to: to.clone() });
    }
    let start = Instant::now();
    let objective = settings
        .objective
        .as_deref()
        .map(|expression| game.with_objective(expression))
        .transpose()
        .map_err(SolveError::from)?;
    let posed = objective.as_ref().unwrap_or(game);
    let decisions = admitted(posed, settings)?;
    let indices: Vec<usize> = match scope(settings) {
        Scope::Decision(only) => vec![only],
        Scope::All | Scope::Point(_) => (0..decisions.len()).collect(),
    };
    let question = settings.keeper.map(|_| {
        let (hash, selection) = (posed.hash(), settings.selection);
        format!("curve {hash} {selection} {from}:{to} {:?}", scope(settings))
    });
    let attempt = |guided: bool, state: Option<&str>| -> Result<CurveOutcome, SweepError> {
        let asked = (posed, &*decisions, indices.as_slice());
        let resumed = state.and_then(|s| Search::resumed(asked, settings, (from, to), s));
        let mut search = match resumed {
            Some(search) => search,
            None => Search::new(posed, &decisions, &indices, settings, (from, to), guided)?,
        };
        search.refine(question.as_deref())?;
        let written = search.written(posed, settings)?;
        let seconds_approx = start.elapsed().as_secs_f64();
        let checking = Instant::now();
        let accepted = check(game, written.certificate.as_slice())?;
        Ok(CurveOutcome {
            accepted,
            decisions: written.owners.into_iter().map(|position| indices[position]).collect(),
            certificate: written.certificate,
            vertices: search.hulls.iter().map(|hull| hull.vertices.len()).sum(),
            inductions: search.hulls.iter().map(|hull| hull.inductions).sum(),
            seconds_approx,
            check_seconds_approx: checking.elapsed().as_secs_f64(),
        })
    };
    if let (Some(keeper), Some(question)) = (settings.keeper, &question)
        && let Some(Left::Open { state, .. }) = keeper.found(question)
    {
        match attempt(true, Some(&state)) {
            Err(SweepError::Refused(_)) => keeper.forget(question),
            answered => return answered,
        }
    }
    // Neighbours that are none, vertices too close for binary64: exactly once more.
    match attempt(true, None) {
        Err(SweepError::Refused(_)) => attempt(false, None),
        answered => answered,
    }
}

/// The game at one decision as numbers.
fn numbers(game: &Game, decision: &Decision) -> Numbers {
    game.at(&decision.values).mean_field_free().unwrap_or_else(|_| Numbers::empty())
}

fn sigma(settings: &Settings<'_>) -> Rational {
    match settings.selection {
        Selection::Pessimistic => Rational::ONE,
        Selection::Optimistic => Rational::NEG_ONE,
    }
}

struct Search<'a> {
    settings: &'a Settings<'a>,
    interval: (&'a Rational, &'a Rational),
    indices: &'a [usize],
    hulls: Vec<Hull>,
}

struct Written {
    certificate: Vec<u8>,
    /// Position of a decision per piece.
    owners: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(
        game: &Game,
        decisions: &[Decision],
        indices: &'a [usize],
        settings: &'a Settings<'a>,
        interval: (&'a Rational, &'a Rational),
        guided: bool,
    ) -> Result<Self, SweepError> {
        let sigma = sigma(settings);
        let hull = |index: &usize| {
            let numbers = numbers(game, &decisions[*index]);
            // What is claimed needs both ends of every hull: only the user stops this part.
            Hull::new(numbers, &sigma, guided, &|| !settings.control.interrupted())
        };
        let hulls = indices.par_iter().map(hull).collect::<Result<Vec<_>, _>>()?;
        Ok(Search { settings, interval, indices, hulls })
    }

    /// What an earlier call knew; `None` when it is not about these decisions.
    fn resumed(
        (game, decisions, indices): (&Game, &[Decision], &'a [usize]),
        settings: &'a Settings<'a>,
        interval: (&'a Rational, &'a Rational),
        state: &str,
    ) -> Option<Self> {
        let words = &mut Words::new(state);
        let sigma = sigma(settings);
        let mut hulls = Vec::with_capacity(indices.len());
        for &index in indices {
            hulls.push(Hull::resumed(numbers(game, &decisions[index]), &sigma, words)?);
        }
        words.word().is_none().then_some(Search { settings, interval, indices, hulls })
    }

    /// Keeps what is known as the state of `question`, if it is time or `now`.
    fn keep(&self, question: Option<&str>, now: bool) {
        let (Some(keeper), Some(question)) = (self.settings.keeper, question) else { return };
        if now || keeper.due() {
            let mut state = String::new();
            self.hulls.iter().for_each(|hull| hull.put(&mut state));
            let reached = Reached {
                lower_approx: f64::NEG_INFINITY,
                upper_approx: f64::INFINITY,
                parts: self.hulls.iter().map(|hull| hull.vertices.len()).sum(),
            };
            keeper.keep(question, Left::Open { state, reached }, now);
        }
    }

    /// The largest over decisions of one side of every hull: `inner` are chords of vertices,
    /// otherwise lines.
    fn envelope(&self, inner: bool) -> PiecewiseLinear {
        let (from, to) = self.interval;
        let one = |(owner, hull): (usize, &Hull)| {
            let side =
                if inner { hull.inner(from, to, owner) } else { hull.outer(from, to, owner) };
            if self.pessimistic() { side } else { side.negated() }
        };
        PiecewiseLinear::max_of(self.hulls.iter().enumerate().map(one).collect())
            .unwrap_or_default()
            .simplified()
    }

    fn pessimistic(&self) -> bool {
        self.settings.selection == Selection::Pessimistic
    }

    fn upper(&self) -> PiecewiseLinear {
        self.envelope(self.pessimistic())
    }

    fn lower(&self) -> PiecewiseLinear {
        self.envelope(!self.pessimistic())
    }

    /// Until every decision that leads is known where it leads, or the control stops.
    fn refine(&mut self, question: Option<&str>) -> Result<(), SweepError> {
        let found = self.refined(question);
        self.keep(question, self.settings.control.stopped());
        found
    }

    fn refined(&mut self, question: Option<&str>) -> Result<(), SweepError> {
        let control = &self.settings.control;
        while !control.stopped() {
            self.keep(question, false);
            let upper = self.upper();
            let mut wanted: Vec<Vec<(Rational, Rational)>> = vec![Vec::new(); self.hulls.len()];
            for (ends, &owner) in upper.points.windows(2).zip(&upper.owners) {
                if self.hulls[owner].open(&ends[0].0, &ends[1].0) {
                    wanted[owner].push((ends[0].0.clone(), ends[1].0.clone()));
                }
            }
            if wanted.iter().all(Vec::is_empty) {
                return Ok(());
            }
            let work = |(hull, pieces): (&mut Hull, Vec<(Rational, Rational)>)| {
                pieces
                    .iter()
                    .try_for_each(|(from, to)| hull.refine(from, to, &|| !control.stopped()))
            };
            if let Err(error) = self.hulls.par_iter_mut().zip(wanted).try_for_each(work) {
                return match error.into() {
                    SweepError::Stopped => Ok(()),
                    defect => Err(defect),
                };
            }
        }
        Ok(())
    }

    /// The certificate of what is known.
    fn written(&self, game: &Game, settings: &Settings<'_>) -> Result<Written, SweepError> {
        let (from, to) = self.interval;
        let (lower, upper) = (self.lower(), self.upper());
        let mut epsilons: Vec<&Rational> =
            lower.points.iter().chain(&upper.points).map(|(epsilon, _)| epsilon).collect();
        epsilons.sort();
        epsilons.dedup();
        let point = |epsilon: &&Rational| CurvePoint {
            epsilon: (*epsilon).clone(),
            lower: lower.at(epsilon),
            upper: upper.at(epsilon),
        };
        let points: Vec<CurvePoint> = epsilons.iter().map(point).collect();
        let piece_of = |epsilon: &Rational| {
            lower.points.partition_point(|(start, _)| start <= epsilon).clamp(1, lower.owners.len())
                - 1
        };
        let owners: Vec<usize> = epsilons
            .iter()
            .take(epsilons.len() - 1)
            .map(|epsilon| lower.owners[piece_of(epsilon)])
            .collect();
        let claim = Claim {
            game_hash: game.hash(),
            epsilon: from.clone(),
            selection: settings.selection,
            scope: scope(settings),
            of: settings.objective.clone(),
            lower: points[0].lower.clone(),
            upper: points[0].upper.clone(),
        };
        let sigma = if self.pessimistic() { Rational::ONE } else { Rational::NEG_ONE };
        let mut steps = Vec::new();
        for (position, hull) in self.hulls.iter().enumerate() {
            let leads = owners.contains(&position);
            steps.push(Step::Decision(self.indices[position]));
            // One side is asked of every decision, the other of those that guarantee the lower
            // bound.
            if leads || !self.pessimistic() {
                steps.extend(hull.largest_lines(from, to).into_iter().map(|(line, _)| {
                    Step::DynamicProgramming {
                        value: &sigma * line.at(from),
                        multiplier: line.multiplier.clone(),
                        arithmetic: Arithmetic::Exact,
                    }
                }));
            }
            if leads || self.pessimistic() {
                steps.extend(hull.vertices_over(from, to).iter().map(|vertex| Step::Vertex {
                    loss: vertex.loss.clone(),
                    value: &sigma * &vertex.value,
                    arithmetic: Arithmetic::Exact,
                    policy: vertex.policy.clone(),
                }));
            }
        }
        Ok(Written { certificate: write_curve(Vec::new(), &claim, &points, &steps)?, owners })
    }
}
