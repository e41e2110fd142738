//! The value as a function of epsilon, statement (G) of docs/certificate.md.
//!
//! Per decision, a line `sigma J0 >= a - b eps` at every epsilon up to some one, and points (loss,
//! `sigma J0`) of equilibria. Where nothing sees the population, the least `sigma J0` over
//! eps-equilibria is convex in epsilon: a mixture of flows with losses `e` and `e'` is a flow whose
//! loss is the mixture of these, so that mixtures of two points count, too.

use crate::decision_of;
use smfg_kernel::{Claimed, Decisions, Listing, Rational, Scope, Sense, Theorem, Variable};
use std::sync::Arc;

/// Bounds of the value at one epsilon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurvePoint {
    /// The epsilon.
    pub epsilon: Rational,
    /// The value is at least this.
    pub lower: Rational,
    /// The value is at most this.
    pub upper: Rational,
}

/// Bounds of the value over an interval of epsilons, on straight lines between points. Only
/// [`curve`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    listing: String,
    scope: Scope,
    pessimistic: bool,
    points: Vec<CurvePoint>,
}

impl Curve {
    /// Hash of the listing that it is about.
    #[must_use]
    pub fn listing(&self) -> &str {
        &self.listing
    }
    /// The decisions over which the value is taken.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
    /// Whether it is the pessimistic value.
    #[must_use]
    pub fn pessimistic(&self) -> bool {
        self.pessimistic
    }
    /// Its points, epsilons increasing.
    #[must_use]
    pub fn points(&self) -> &[CurvePoint] {
        &self.points
    }
}

/// What is missing for a curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncovered {
    /// The epsilons of the points do not increase, or are negative, or there are none.
    Points,
    /// The scope is no list of decisions.
    Scope,
    /// Nothing is shown of a decision.
    Decision(usize),
    /// A piece on which the theorems show less.
    Piece {
        /// Its first epsilon.
        from: Rational,
        /// Its last epsilon.
        to: Rational,
        /// Whether the upper bounds are missing.
        upper: bool,
    },
}

/// A line of `sigma J0` from below: its value at 0, by how much it falls, and up to where.
struct Line {
    at_zero: Rational,
    slope: Rational,
    until: Rational,
}

/// What theorems show about one decision.
#[derive(Default)]
struct Sides {
    lines: Vec<Line>,
    /// Points: loss and `sigma J0`.
    vertices: Vec<(Rational, Rational)>,
    /// Whether two points may be mixed.
    mixed: bool,
}

/// The curve with these points, from theorems about single decisions: a `Form` with coefficients of
/// loss and reward is a line, so is a `Bound`; a `Reached` is a point.
///
/// # Errors
/// [`Uncovered`] says what is missing.
pub fn curve(
    listing: &Arc<Listing>,
    scope: &Scope,
    pessimistic: bool,
    points: Vec<CurvePoint>,
    theorems: &[Theorem],
) -> Result<Curve, Uncovered> {
    let increasing = points.windows(2).all(|pair| pair[0].epsilon < pair[1].epsilon);
    if !increasing || points.first().is_none_or(|first| first.epsilon < Rational::ZERO) {
        return Err(Uncovered::Points);
    }
    let decisions = match (crate::scope_of(listing, scope), &listing.decisions) {
        (Some(decision), _) => vec![decision],
        (None, Decisions::List(list)) if *scope == Scope::All => list.clone(),
        _ => return Err(Uncovered::Scope),
    };
    if decisions.iter().any(|decision| !listing.is_decision(decision)) {
        return Err(Uncovered::Scope);
    }
    let mixed = is_blind(listing);
    let shown: Vec<Sides> = decisions
        .iter()
        .map(|decision| sides(listing, decision, pessimistic, mixed, theorems))
        .collect();
    let pieces: Vec<(&CurvePoint, &CurvePoint)> = match points.as_slice() {
        [only] => vec![(only, only)],
        points => points.windows(2).map(|pair| (&pair[0], &pair[1])).collect(),
    };
    for piece in pieces {
        conclude(piece, pessimistic, &shown)?;
    }
    Ok(Curve { listing: listing.hash(), scope: scope.clone(), pessimistic, points })
}

/// Whether nothing sees the population, except that the payoff may be linear in it.
fn is_blind(listing: &Listing) -> bool {
    let sees = |monomial: &smfg_kernel::Monomial| {
        monomial.factors().iter().any(|factor| matches!(factor.0, Variable::Statistic(_)))
    };
    let linear = |monomial: &smfg_kernel::Monomial| {
        // A function of the population counts as more than one.
        let degree = |factor: &(Variable, u32)| match factor.0 {
            Variable::Statistic(k) => factor.1 * (1 + u32::from(listing.form(k).is_none())),
            _ => 0,
        };
        monomial.factors().iter().map(degree).sum::<u32>() <= 1
    };
    listing.payoff.terms().all(|(monomial, _)| linear(monomial))
        && listing.stages.iter().all(|stage| {
            let probability = stage.transition.iter().flat_map(|t| &t.probability);
            let columns = stage.reward.iter().chain(&stage.leader_reward).chain(probability);
            columns.clone().all(|(monomial, _)| !sees(monomial))
        })
}

fn sides(
    listing: &Arc<Listing>,
    decision: &[Rational],
    pessimistic: bool,
    mixed: bool,
    theorems: &[Theorem],
) -> Sides {
    let mut sides = Sides { mixed, ..Sides::default() };
    for theorem in theorems.iter().filter(|theorem| Arc::ptr_eq(theorem.listing(), listing)) {
        let statement = theorem.statement();
        let same = decision_of(listing, &statement.place).as_deref() == Some(decision);
        if !same || statement.pessimistic != pessimistic || statement.pattern.is_some() {
            continue;
        }
        let (sigma, until) = (statement.sigma(), statement.epsilon.clone());
        match (&statement.claimed, theorem.value()) {
            (Claimed::Bound(_), Some(value)) => {
                sides.lines.push(Line { at_zero: sigma * value, slope: Rational::ZERO, until })
            }
            (Claimed::Reached(_), Some(value)) => sides.vertices.push((until, sigma * value)),
            (Claimed::Form(row), _) => {
                // constant + sigma J0 + b loss >= 0 and loss <= eps.
                let plain = row.mass.is_empty() && row.value.is_empty() && row.reward == sigma;
                let constant = row.constant.as_constant().filter(|_| plain);
                if let Some(constant) = constant
                    && row.sense == Sense::AtLeast
                    && row.loss >= Rational::ZERO
                {
                    sides.lines.push(Line { at_zero: -constant, slope: row.loss.clone(), until });
                }
            }
            _ => {}
        }
    }
    sides.vertices.sort();
    sides
}

impl Sides {
    /// The least value of a point, or of a mixture of two, whose loss is at most `epsilon`.
    fn reached(&self, epsilon: &Rational) -> Option<Rational> {
        let (near, far): (Vec<_>, Vec<_>) =
            self.vertices.iter().partition(|(loss, _)| loss <= epsilon);
        let mixtures = near.iter().flat_map(|(close, high)| {
            far.iter().filter(|_| self.mixed).map(move |(beyond, low)| {
                high + (low - high) * (epsilon - close) / (beyond - close)
            })
        });
        near.iter().map(|(_, value)| value.clone()).chain(mixtures).min()
    }
}

/// Whether at every epsilon of a piece some line is at least the target, whose values at both ends
/// are given.
fn covered<'s>(
    lines: impl Iterator<Item = &'s Line>,
    [from, to]: [(&Rational, Rational); 2],
) -> bool {
    // Shares of the piece: up to the first, and from the second on.
    let (mut until, mut since) = (None::<Rational>, None::<Rational>);
    for line in lines.filter(|line| line.until >= *to.0) {
        let over = |(epsilon, target): &(&Rational, Rational)| {
            &line.at_zero - &line.slope * *epsilon - target
        };
        let (left, right) = (over(&from), over(&to));
        match (left >= Rational::ZERO, right >= Rational::ZERO) {
            (true, true) => return true,
            (true, false) => until = until.max(Some(&left / (&left - &right))),
            (false, true) => {
                let share = &left / (&left - &right);
                since = Some(since.map_or(share.clone(), |known| known.min(share)));
            }
            (false, false) => {}
        }
    }
    until.zip(since).is_some_and(|(until, since)| since <= until)
}

/// One piece: pessimistic, a line of some decision is above the lower bound everywhere, and every
/// decision reaches the upper bound at both ends; optimistic the other way round.
fn conclude(
    (from, to): (&CurvePoint, &CurvePoint),
    pessimistic: bool,
    shown: &[Sides],
) -> Result<(), Uncovered> {
    let missing =
        |upper| Err(Uncovered::Piece { from: from.epsilon.clone(), to: to.epsilon.clone(), upper });
    let reaches = |sides: &Sides, targets: [&Rational; 2]| {
        [&from.epsilon, &to.epsilon]
            .into_iter()
            .zip(targets)
            .all(|(epsilon, target)| sides.reached(epsilon).is_some_and(|value| value <= *target))
    };
    let targets =
        |at_from: Rational, at_to: Rational| [(&from.epsilon, at_from), (&to.epsilon, at_to)];
    if pessimistic {
        let lines = shown.iter().flat_map(|sides| &sides.lines);
        if !covered(lines, targets(from.lower.clone(), to.lower.clone())) {
            return missing(false);
        }
    } else if !shown.iter().any(|sides| reaches(sides, [&-&from.lower, &-&to.lower])) {
        return missing(false);
    }
    for (index, sides) in shown.iter().enumerate() {
        let (nothing, holds) = match pessimistic {
            true => (sides.vertices.is_empty(), reaches(sides, [&from.upper, &to.upper])),
            false => {
                let targets = targets(-&from.upper, -&to.upper);
                (sides.lines.is_empty(), covered(sides.lines.iter(), targets))
            }
        };
        if nothing {
            return Err(Uncovered::Decision(index));
        }
        if !holds {
            return missing(true);
        }
    }
    Ok(())
}
