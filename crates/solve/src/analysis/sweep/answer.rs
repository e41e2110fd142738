//! The better of both ways to follow the value over epsilon, behind one face.

use super::SweepError;
use super::curve::{CurveOutcome, curve, has_curve};
use super::staircase::{Jump, Resolution, StaircaseOutcome, staircase};
use crate::certificate::CurvePoint;
use crate::check::Accepted;
use crate::exact::Rational;
use crate::game::{Decision, Game};
use crate::leader::{Settings, Statistics, without_requirements};

/// The value over an interval of epsilons.
#[derive(Debug, Clone)]
pub enum Sweep {
    /// All of a piecewise linear function.
    Curve(Box<CurveOutcome>),
    /// An enclosure.
    Staircase(StaircaseOutcome),
}

/// What is proved between two successive points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Lower and upper bound right of the left point.
    pub left: (Rational, Rational),
    /// Lower and upper bound left of the right point; in between they are on the lines.
    pub right: (Rational, Rational),
}

/// Follows the value of `game` from `from` to `to`; `settings.epsilon` is without effect.
///
/// # Errors
/// [`SweepError`] when the game is outside what is solved, or the interval is none.
pub fn sweep(
    game: &Game,
    settings: &Settings<'_>,
    interval: (&Rational, &Rational),
    resolution: &Resolution,
) -> Result<Sweep, SweepError> {
    if settings.decision.is_none() && settings.point.is_none() {
        without_requirements(game)?;
    }
    if interval.0 < interval.1 && has_curve(game, settings) {
        return curve(game, settings, interval.0, interval.1).map(Box::new).map(Sweep::Curve);
    }
    staircase(game, settings, interval, resolution).map(Sweep::Staircase)
}

impl Sweep {
    /// The points at which bounds are stated.
    #[must_use]
    pub fn points(&self) -> &[CurvePoint] {
        match self {
            Sweep::Curve(outcome) => &outcome.accepted.curve,
            Sweep::Staircase(outcome) => &outcome.points,
        }
    }

    /// What is proved between point `index` and the next.
    #[must_use]
    pub fn piece(&self, index: usize) -> Option<Piece> {
        match self {
            Sweep::Curve(outcome) => {
                let bounds = |point: &CurvePoint| (point.lower.clone(), point.upper.clone());
                let curve = &outcome.accepted.curve;
                Some(Piece {
                    left: bounds(curve.get(index)?),
                    right: bounds(curve.get(index + 1)?),
                })
            }
            Sweep::Staircase(outcome) => {
                let (lower, upper) = outcome.between(index)?;
                let bounds = (lower.clone(), upper.clone());
                Some(Piece { left: bounds.clone(), right: bounds })
            }
        }
    }

    /// The slope from point `index` to the next, where the function is known exactly.
    #[must_use]
    pub fn slope(&self, index: usize) -> Option<Rational> {
        let points = self.points();
        let (left, right) = (points.get(index)?, points.get(index + 1)?);
        let exact = matches!(self, Sweep::Curve(_))
            && left.lower == left.upper
            && right.lower == right.upper;
        exact.then(|| (&right.lower - &left.lower) / (&right.epsilon - &left.epsilon))
    }

    /// Bounds at an epsilon of the interval.
    #[must_use]
    pub fn at(&self, epsilon: &Rational) -> Option<CurvePoint> {
        let points = self.points();
        match self {
            Sweep::Curve(outcome) => outcome.at(epsilon).map(|(point, _)| point),
            Sweep::Staircase(outcome) => {
                let after = points.partition_point(|point| point.epsilon <= *epsilon);
                let before = points.get(after.checked_sub(1)?)?;
                if before.epsilon == *epsilon {
                    return Some(before.clone());
                }
                let (lower, upper) = outcome.between(after - 1)?;
                Some(CurvePoint {
                    epsilon: epsilon.clone(),
                    lower: lower.clone(),
                    upper: upper.clone(),
                })
            }
        }
    }

    /// A decision that guarantees the lower bound from point `index` of a curve on, or at point
    /// `index` of a staircase.
    #[must_use]
    pub fn decision<'a>(&'a self, game: &'a Game, index: usize) -> Option<&'a Decision> {
        match self {
            Sweep::Curve(outcome) => {
                let position = outcome.decisions.get(index).or(outcome.decisions.last())?;
                game.finite_decisions()?.get(*position)
            }
            Sweep::Staircase(outcome) => outcome.decisions.get(index)?.as_ref(),
        }
    }

    /// Where a staircase jumps.
    #[must_use]
    pub fn jumps(&self) -> &[Jump] {
        match self {
            Sweep::Curve(_) => &[],
            Sweep::Staircase(outcome) => &outcome.jumps,
        }
    }

    /// Whether lower and upper bound are the same at every epsilon.
    #[must_use]
    pub fn exact(&self) -> bool {
        match self {
            Sweep::Curve(outcome) => outcome.exact(),
            Sweep::Staircase(outcome) => {
                let flat = |index: usize| {
                    outcome.between(index).is_none_or(|(lower, upper)| lower == upper)
                };
                outcome.points.iter().all(|point| point.lower == point.upper)
                    && (0..outcome.points.len()).all(flat)
            }
        }
    }

    /// Whether it is as close as was asked for.
    #[must_use]
    pub fn complete(&self) -> bool {
        match self {
            Sweep::Curve(outcome) => outcome.exact(),
            Sweep::Staircase(outcome) => outcome.complete,
        }
    }

    /// The certificates that prove it.
    #[must_use]
    pub fn certificates(&self) -> Vec<&[u8]> {
        match self {
            Sweep::Curve(outcome) => vec![&outcome.certificate],
            Sweep::Staircase(outcome) => outcome.certificates.iter().map(Vec::as_slice).collect(),
        }
    }

    /// What the checker accepted of them.
    #[must_use]
    pub fn accepted(&self) -> &[Accepted] {
        match self {
            Sweep::Curve(outcome) => std::slice::from_ref(&outcome.accepted),
            Sweep::Staircase(outcome) => &outcome.accepted,
        }
    }

    /// Counts and times.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        match self {
            Sweep::Curve(outcome) => Statistics {
                nodes: outcome.vertices,
                inductions: outcome.inductions,
                seconds_approx: outcome.seconds_approx,
                check_seconds_approx: outcome.check_seconds_approx,
                ..Statistics::default()
            },
            Sweep::Staircase(outcome) => outcome.statistics,
        }
    }
}

/// `count` points from `from` to `to`, both included, equally far from each other; the first alone
/// when `count` is 1.
#[must_use]
pub fn equidistant(from: &Rational, to: &Rational, count: usize) -> Vec<Rational> {
    let last = Rational::from(count.saturating_sub(1).max(1));
    (0..count).map(|k| from + (to - from) * Rational::from(k) / &last).collect()
}
