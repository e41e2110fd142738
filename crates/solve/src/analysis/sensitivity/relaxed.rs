//! The relaxed game: every decision at `eps` plus what the model's error can add to the
//! exploitability of its equilibria.
//!
//! The drift of a decision of a short list is computed for it alone, so that a decision that the
//! error does not touch is not punished for another's. For a polytope, or a long list, one drift
//! counts for all of them, and the relaxed game is one game.

use super::assess::Solver;
use super::outcome::Assessment;
use crate::certificate::{DriftBound, Scope};
use crate::drift::{Drift, ModelError, NoDrift};
use crate::exact::Rational;
use crate::game::Game;
use crate::leader::{Outcome, SolveError};

/// Decisions of a list up to which each has a drift of its own.
pub const MOST_SEPARATE: usize = 64;

/// The relaxed game, solved.
#[derive(Debug, Clone)]
pub struct Relaxed {
    /// The drift: per decision, or one for all.
    pub drifts: Vec<DriftBound>,
    /// The model at `eps + kappa` over all decisions, where one drift counts for all.
    pub all: Option<Outcome>,
    /// Decisions assessed one by one: all of a short list, else those of interest.
    pub decisions: Vec<Assessment>,
    /// Position of the decision with the best guarantee among them.
    pub best: usize,
}

/// Which decisions have a drift of their own, and what it is.
pub(super) enum Plan {
    /// Each of these.
    Separate(Vec<(Scope, Drift)>),
    /// One for all.
    Uniform(Drift),
}

impl Plan {
    /// `only` restricts the question to one decision.
    pub(super) fn new(game: &Game, error: &ModelError<'_>, only: &Scope) -> Result<Self, NoDrift> {
        let scopes: Vec<Scope> = match (only, game.finite_decisions()) {
            (Scope::All, Some(decisions)) if decisions.len() <= MOST_SEPARATE => {
                (0..decisions.len()).map(Scope::Decision).collect()
            }
            (Scope::All, _) => return error.everywhere(game).map(Plan::Uniform),
            (one, _) => vec![one.clone()],
        };
        let drift = |scope: Scope| match parameters(game, &scope) {
            Some(values) => Ok((scope, error.at(game, &values)?)),
            None => Ok((scope, error.everywhere(game)?)),
        };
        scopes.into_iter().map(drift).collect::<Result<_, _>>().map(Plan::Separate)
    }

    /// Solves of the model at `eps + kappa` that [`Relaxed::new`] needs.
    pub(super) fn solves(&self) -> usize {
        match self {
            Plan::Separate(decisions) => decisions.len(),
            // All of them, the best, and one more that is of interest.
            Plan::Uniform(_) => 3,
        }
    }
}

/// The value per parameter of the decision in a scope of one.
fn parameters(game: &Game, scope: &Scope) -> Option<Vec<Rational>> {
    match scope {
        Scope::All => None,
        Scope::Decision(index) => {
            game.finite_decisions()?.get(*index).map(|decision| decision.values.clone())
        }
        Scope::Point(values) => Some(values.clone()),
    }
}

/// The decision that an outcome reports, as a scope.
pub(super) fn reported(outcome: &Outcome) -> Scope {
    match (&outcome.accepted.claim.scope, &outcome.point) {
        (Scope::All, Some(values)) => Scope::Point(values.clone()),
        (Scope::All, None) => Scope::Decision(outcome.decision),
        (one, _) => one.clone(),
    }
}

impl Relaxed {
    /// Solves the model at `eps + kappa`; `further` is a decision that is to be assessed too.
    pub(super) fn new(
        game: &Game,
        plan: Plan,
        epsilon: &Rational,
        further: Option<&Scope>,
        solver: &Solver<'_>,
    ) -> Result<Self, SolveError> {
        let assess = |(scope, drift): (Scope, Drift)| {
            let relaxed = solver.solve(game, epsilon + &drift.kappa, &scope)?;
            Ok(Assessment { scope, drift, relaxed, truth: None })
        };
        let bound = |scope: &Scope, drift: &Drift| DriftBound {
            scope: scope.clone(),
            kappa: drift.kappa.clone(),
            omega: drift.omega.clone(),
        };
        let (drifts, all, scopes) = match plan {
            Plan::Separate(decisions) => (
                decisions.iter().map(|(scope, drift)| bound(scope, drift)).collect(),
                None,
                decisions,
            ),
            Plan::Uniform(drift) => {
                let all = solver.solve(game, epsilon + &drift.kappa, &Scope::All)?;
                let mut scopes = vec![(reported(&all), drift.clone())];
                if let Some(further) = further.filter(|further| **further != scopes[0].0) {
                    scopes.push((further.clone(), drift.clone()));
                }
                (vec![bound(&Scope::All, &drift)], Some(all), scopes)
            }
        };
        let decisions = scopes.into_iter().map(assess).collect::<Result<Vec<_>, SolveError>>()?;
        let guarantee = |position: usize| decisions[position].guarantee().0;
        let best = (0..decisions.len()).reduce(|best, position| {
            if guarantee(position) > guarantee(best) { position } else { best }
        });
        Ok(Relaxed { drifts, all, best: best.unwrap_or(0), decisions })
    }

    /// Bounds of the largest guarantee `V_{eps + kappa(u)}(u) - omega(u)` over the decisions in
    /// question.
    #[must_use]
    pub fn value(&self) -> (Rational, Rational) {
        let guarantees = || self.decisions.iter().map(Assessment::guarantee);
        let lower = guarantees().map(|(lower, _)| lower).max().unwrap_or(Rational::ZERO);
        let upper = match (&self.all, self.drifts.first()) {
            (Some(all), Some(drift)) => &all.accepted.claim.upper - &drift.omega,
            _ => guarantees().map(|(_, upper)| upper).max().unwrap_or(Rational::ZERO),
        };
        // Equal numbers may come from different roundings.
        (lower.clone(), upper.max(lower))
    }
}
