//! Claims about the value as a function of epsilon, statement (G) of docs/certificate.md.
//!
//! Per decision, a multiplier gives a line that `sigma J0` does not fall below at any epsilon, and
//! policies give points (loss, `sigma J0`) whose mixtures are eps-equilibria where their loss is at
//! most epsilon. The least `sigma J0` over eps-equilibria is convex in epsilon.

use super::situation::Situation;
use super::verdict::{Accepted, Fault, Rejection};
use super::{decisions, in_scope};
use crate::certificate::{Claim, CurvePoint, Reader, Scope, Selection, Step};
use crate::exact::Rational;
use crate::game::Game;

/// What the steps show about one decision.
#[derive(Debug, Clone, Default)]
struct Sides {
    /// Lines: their value at the first epsilon, and by how much they fall per unit of epsilon.
    lines: Vec<(Rational, Rational)>,
    /// Points: loss and value.
    vertices: Vec<(Rational, Rational)>,
}

/// Checks the steps of a claim about a curve.
pub(super) fn check_curve(
    game: &Game,
    reader: &mut Reader<'_>,
    claim: Claim,
) -> Result<Accepted, Rejection> {
    let curve = reader.curve().to_vec();
    let increasing = curve.windows(2).all(|pair| pair[0].epsilon < pair[1].epsilon);
    if !increasing || curve.first().is_none_or(|first| first.epsilon != claim.epsilon) {
        return Err(Rejection::CurvePoints);
    }
    if claim.scope == Scope::All && game.finite_decisions().is_none() {
        return Err(Rejection::NotFinite);
    }
    let decisions = decisions(game, &claim.scope)?;
    let mut shown = vec![Sides::default(); decisions.len()];
    let mut current: Option<(Situation<'_>, &mut Sides)> = None;
    while let Some(step) = reader.step()? {
        let line = reader.line();
        let fail = |fault| Rejection::Step { line, rule: step.rule(), fault };
        if let Step::Decision(index) = step {
            let (Some(decision), Some(sides)) = (decisions.get(index), shown.get_mut(index)) else {
                return Err(fail(Fault::OutsideScope { index }));
            };
            if !in_scope(&claim, index) {
                return Err(fail(Fault::OutsideScope { index }));
            }
            current = Some((Situation::new(game.at(&decision.values), &claim), sides));
            continue;
        }
        let Some((situation, sides)) = &mut current else { return Err(fail(Fault::NoDecision)) };
        examine(&step, situation, sides).map_err(fail)?;
    }
    let covered: Vec<(usize, &Sides)> =
        shown.iter().enumerate().filter(|(index, _)| in_scope(&claim, *index)).collect();
    conclude(&claim, &curve, &covered)?;
    Ok(Accepted { curve, ..Accepted::of(claim) })
}

/// Checks one step and keeps what it shows.
fn examine(step: &Step, situation: &mut Situation<'_>, sides: &mut Sides) -> Result<(), Fault> {
    let stronger = |claimed: &Rational, computed: Rational| Fault::Overstated {
        claimed: claimed.clone(),
        computed,
    };
    match step {
        Step::DynamicProgramming { value, multiplier, arithmetic } => {
            let claimed = situation.sigma() * value;
            let computed = situation.free()?.dynamic_programming(multiplier, *arithmetic)?;
            if claimed > computed {
                return Err(stronger(&claimed, computed));
            }
            sides.lines.push((claimed, multiplier.clone()));
        }
        Step::RangeBound { value } => {
            let claimed = situation.sigma() * value;
            let computed = situation.range().0.clone();
            if claimed > computed {
                return Err(stronger(&claimed, computed));
            }
            sides.lines.push((claimed, Rational::ZERO));
        }
        Step::Vertex { loss, value, arithmetic, policy } => {
            let claimed = situation.sigma() * value;
            let (least_loss, reached) = situation.free()?.vertex(*arithmetic, policy)?;
            if *loss < least_loss {
                return Err(stronger(loss, least_loss));
            }
            if claimed < reached {
                return Err(stronger(&claimed, reached));
            }
            sides.vertices.push((loss.clone(), claimed));
        }
        _ => return Err(Fault::Elsewhere { curve: true }),
    }
    Ok(())
}

impl Sides {
    /// The least value of a mixture of two successive points, or of one, whose loss is at most
    /// `epsilon`.
    fn mixed(&self, epsilon: &Rational) -> Option<Rational> {
        let alone = self
            .vertices
            .iter()
            .filter(|(loss, _)| loss <= epsilon)
            .map(|(_, value)| value.clone());
        let pairs = self.vertices.windows(2).filter_map(|pair| match pair {
            [(near, high), (far, low)] if near <= epsilon && epsilon < far => {
                Some(high + (low - high) * (epsilon - near) / (far - near))
            }
            _ => None,
        });
        alone.chain(pairs).min()
    }
}

/// Whether at every epsilon of a piece some line is at least the target, whose values at both ends
/// are given; `first` is where lines have their values.
fn covered<'s>(
    lines: impl Iterator<Item = &'s (Rational, Rational)>,
    first: &Rational,
    ends: [(&Rational, Rational); 2],
) -> bool {
    let [(from, at_from), (to, at_to)] = &ends;
    // Shares of the piece: up to the first, and from the second on.
    let (mut until, mut since) = (None::<Rational>, None::<Rational>);
    for (value, slope) in lines {
        let over =
            |epsilon: &Rational, target: &Rational| value - slope * (epsilon - first) - target;
        let (left, right) = (over(from, at_from), over(to, at_to));
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

/// The conclusion of (G), piece by piece; a curve of one point is one piece of no length.
fn conclude(
    claim: &Claim,
    curve: &[CurvePoint],
    shown: &[(usize, &Sides)],
) -> Result<(), Rejection> {
    let pieces: Vec<(&CurvePoint, &CurvePoint)> = match curve {
        [only] => vec![(only, only)],
        points => points.windows(2).map(|pair| (&pair[0], &pair[1])).collect(),
    };
    let upper = |shown: bool| {
        move |(from, to): (&CurvePoint, &CurvePoint)| Rejection::PieceNotShown {
            from: from.epsilon.clone(),
            to: to.epsilon.clone(),
            upper: shown,
        }
    };
    let reaches = |sides: &Sides, epsilon: &Rational, target: &Rational| {
        sides.mixed(epsilon).is_some_and(|value| value <= *target)
    };
    for &piece in &pieces {
        let (from, to) = piece;
        match claim.selection {
            Selection::Pessimistic => {
                let lines = shown.iter().flat_map(|(_, sides)| &sides.lines);
                if !covered(
                    lines,
                    &claim.epsilon,
                    [(&from.epsilon, from.lower.clone()), (&to.epsilon, to.lower.clone())],
                ) {
                    return Err(upper(false)(piece));
                }
                for (index, sides) in shown {
                    if sides.vertices.is_empty() {
                        return Err(Rejection::NotCovered { index: *index });
                    }
                    if !reaches(sides, &from.epsilon, &from.upper)
                        || !reaches(sides, &to.epsilon, &to.upper)
                    {
                        return Err(upper(true)(piece));
                    }
                }
            }
            Selection::Optimistic => {
                let (at_from, at_to) = (-from.lower.clone(), -to.lower.clone());
                if !shown.iter().any(|(_, sides)| {
                    reaches(sides, &from.epsilon, &at_from) && reaches(sides, &to.epsilon, &at_to)
                }) {
                    return Err(upper(false)(piece));
                }
                for (index, sides) in shown {
                    if sides.lines.is_empty() {
                        return Err(Rejection::NotCovered { index: *index });
                    }
                    let target =
                        [(&from.epsilon, -from.upper.clone()), (&to.epsilon, -to.upper.clone())];
                    if !covered(sides.lines.iter(), &claim.epsilon, target) {
                        return Err(upper(true)(piece));
                    }
                }
            }
        }
    }
    Ok(())
}
