//! From pieces to the steps of a cover, the leaves near the bound or near eps judged exactly.

use super::book::{Book, Weights};
use super::pieces::{AtDecision, Cover, Division, Leaf};
use super::slices::{Slices, is_wide};
use crate::certificate::{CoverStep, Mix, Step};
use crate::check::cover::{box_ends, greatest_face, leader_range_on};
use crate::exact::{Natural, Rational, from_approx, to_approx};
use crate::game::{Game, Point, Space};
use std::collections::BTreeMap;

/// Bits after the point of a bound that is too long to be printed as it is.
const BOUND_BITS: usize = 64;

/// Bounds within this of the largest one, relative to it, are judged exactly.
const SLACK_APPROX: f64 = 1e-8;
/// Far more than the roundings of a judgement in binary64.
const ROUNDING_APPROX: f64 = 5e-11;

/// The steps of a cover and the upper bound that they show.
pub(super) struct CoverProof {
    pub(super) steps: Vec<Step>,
    pub(super) upper: Rational,
}

/// A cover by the ranges of the leader's reward.
pub(super) fn range_cover(game: &Game, space: &Space<'_>) -> CoverProof {
    let mut steps = vec![Step::Cover(CoverStep::Open)];
    let mut upper: Option<Rational> = None;
    let mut close = |simplex: &[Point], steps: &mut Vec<Step>| {
        upper = upper.take().max(Some(leader_range_on(game, simplex).1));
        steps.push(Step::Cover(CoverStep::Range));
    };
    match Slices::of(space) {
        None if is_wide(space) => close(&box_ends(space.polytope()), &mut steps),
        None => space.simplices().for_each(|simplex| close(&simplex, &mut steps)),
        Some(slices) => {
            for position in slices.in_order() {
                steps.extend(slices.step(position).map(Step::Cover));
                let simplices = slices.simplices_of(position, space);
                simplices.iter().for_each(|simplex| close(simplex, &mut steps));
            }
        }
    }
    CoverProof { steps, upper: upper.unwrap_or(Rational::ZERO) }
}

/// The pieces in the order in which a certificate has them.
struct Preorder<'c> {
    slices: Option<&'c Slices>,
    /// Boxes that are not divided yet, the next one last.
    boxes: Vec<usize>,
    /// First pieces that are not reached yet, the next one last.
    roots: Vec<usize>,
    /// Pieces of the box at hand, the next one last.
    pieces: Vec<usize>,
}

impl<'c> Preorder<'c> {
    fn new(cover: &'c Cover<'_>) -> Self {
        let mut roots = cover.roots.clone();
        roots.reverse();
        let slices = cover.slices.as_ref();
        let boxes = slices.map_or_else(Vec::new, Slices::in_order).into_iter().rev().collect();
        // Without slices all first pieces belong to one box.
        let pieces = if slices.is_none() { std::mem::take(&mut roots) } else { Vec::new() };
        Preorder { slices, boxes, roots, pieces }
    }

    /// The next piece; the steps of the boxes before it go to `body`.
    fn next(&mut self, space: &Space<'_>, body: &mut Vec<Step>) -> Option<usize> {
        while self.pieces.is_empty() {
            let position = self.boxes.pop()?;
            let slices = self.slices?;
            body.extend(slices.step(position).map(Step::Cover));
            let count = slices.simplices_of(position, space).len();
            let first = self.roots.len().saturating_sub(count);
            self.pieces = self.roots.split_off(first);
        }
        self.pieces.pop()
    }
}

/// The best proof that the pieces give. Its bound is short, unless it is the `supremum`.
pub(super) fn cover_proof(
    cover: &Cover<'_>,
    space: &Space<'_>,
    epsilon: &Rational,
    supremum: Option<&Rational>,
    exact: bool,
) -> CoverProof {
    let value_approx = values(cover);
    let top_approx =
        cover.roots.iter().map(|&root| value_approx[root]).fold(f64::NEG_INFINITY, f64::max);
    let near_approx = top_approx - SLACK_APPROX * top_approx.abs().max(1.0);
    let mut loose_approx = f64::NEG_INFINITY;
    let mut body: Vec<Step> = Vec::new();
    let mut upper: Option<Rational> = None;
    let mut policies = Numbering::default();
    // The checker takes the part with the middle in place of the first end before the other one.
    let mut order = Preorder::new(cover);
    while let Some(position) = order.next(space, &mut body) {
        let piece = &cover.pieces[position];
        let worth_cutting = |division: &&Division| {
            let below = division
                .parts
                .iter()
                .map(|&part| value_approx[part])
                .fold(f64::NEG_INFINITY, f64::max);
            below < piece.own_approx
        };
        if let Some(division) = piece.division.as_ref().filter(worth_cutting) {
            body.push(Step::Cover(CoverStep::Cut(division.i, division.j, division.share.clone())));
            order.pieces.extend(division.parts);
            continue;
        }
        // Far below the largest bound and far from eps: what binary64 says is enough, and the
        // checker has the last word.
        if !exact
            && piece.own_approx < near_approx
            && easy(&cover.book, space, &piece.simplex, &piece.leaf, epsilon)
        {
            write(&piece.leaf, &mut policies, &mut body);
            loose_approx = loose_approx.max(piece.own_approx);
            continue;
        }
        let bound = leaf(&cover.book, space, &piece.simplex, &piece.leaf, &mut policies, &mut body)
            .unwrap_or_else(|| {
                body.push(Step::Cover(CoverStep::Range));
                Some(leader_range_on(cover.book.game, &cover.book.corners(&piece.simplex)).1)
            });
        upper = upper.max(bound);
    }
    let mut steps = vec![Step::Cover(CoverStep::Open)];
    steps.extend(
        policies
            .order
            .iter()
            .map(|&policy| Step::Cover(CoverStep::Policy(cover.book.policies[policy].clone()))),
    );
    steps.append(&mut body);
    let slack_approx = SLACK_APPROX / 2.0 * loose_approx.abs().max(1.0);
    let upper = upper.max(from_approx(loose_approx + slack_approx));
    let upper = upper.unwrap_or(Rational::ZERO);
    CoverProof { steps, upper: if Some(&upper) == supremum { upper } else { rounded_up(upper) } }
}

/// Whether a leaf holds by a margin that roundings do not reach.
fn easy(
    book: &Book<'_>,
    space: &Space<'_>,
    simplex: &[usize],
    leaf: &Leaf,
    epsilon: &Rational,
) -> bool {
    match leaf {
        Leaf::Response(rule) => {
            book.most_approx(space, simplex, rule).is_some_and(|(exploitability, _)| {
                exploitability < to_approx(epsilon) - ROUNDING_APPROX
            })
        }
        Leaf::Multiplier(..) | Leaf::Outside => true,
        _ => false,
    }
}

/// The steps of an easy leaf.
fn write(leaf: &Leaf, policies: &mut Numbering, body: &mut Vec<Step>) {
    let step = match leaf {
        Leaf::Response(rule) => {
            CoverStep::Response(rule.iter().map(|mix| policies.mix(mix)).collect())
        }
        Leaf::Multiplier(multiplier, rule) => CoverStep::Multiplier(
            multiplier.clone(),
            rule.iter().map(|mix| policies.mix(mix)).collect(),
        ),
        _ => CoverStep::Outside,
    };
    body.push(Step::Cover(step));
}

impl Cover<'_> {
    /// The upper bound of all pieces in binary64; infinite where there are none.
    pub(super) fn upper_approx(&self) -> f64 {
        let value_approx = values(self);
        let roots = self.roots.iter().map(|&root| value_approx[root]);
        roots.reduce(f64::max).unwrap_or(f64::INFINITY)
    }
}

/// The bound of each piece: its own, or that of its parts.
fn values(cover: &Cover<'_>) -> Vec<f64> {
    let mut values = vec![f64::INFINITY; cover.pieces.len()];
    // Parts come after the whole.
    for (position, piece) in cover.pieces.iter().enumerate().rev() {
        let below = piece.division.as_ref().map_or(f64::INFINITY, |division| {
            division.parts.iter().map(|&p| values[p]).fold(f64::NEG_INFINITY, f64::max)
        });
        values[position] = piece.own_approx.min(below);
    }
    values
}

/// Positions of policies in the certificate.
#[derive(Default)]
struct Numbering {
    order: Vec<usize>,
    position: BTreeMap<usize, usize>,
}

impl Numbering {
    fn mix(&mut self, weights: &Weights) -> Mix {
        let number = |(policy, weight): &(usize, Rational)| {
            let next = self.order.len();
            let position = *self.position.entry(*policy).or_insert(next);
            if position == next {
                self.order.push(*policy);
            }
            (position, weight.clone())
        };
        weights.iter().map(number).collect()
    }
}

/// Writes a leaf when it holds exactly: the bound that it shows, `Some(None)` when there is nothing
/// to bound.
fn leaf(
    book: &Book<'_>,
    space: &Space<'_>,
    simplex: &[usize],
    leaf: &Leaf,
    policies: &mut Numbering,
    body: &mut Vec<Step>,
) -> Option<Option<Rational>> {
    let judged = |simplex: &[usize], rule: &[Weights]| book.response_exactly(space, simplex, rule);
    match leaf {
        Leaf::Range => None,
        Leaf::Outside => {
            body.push(Step::Cover(CoverStep::Outside));
            Some(None)
        }
        Leaf::Response(rule) => {
            let bound = judged(simplex, rule)?;
            body.push(Step::Cover(CoverStep::Response(
                rule.iter().map(|mix| policies.mix(mix)).collect(),
            )));
            Some(Some(bound))
        }
        Leaf::Below(rule, below) => {
            let (_, bound) = greatest_face(&book.equilibrium_exactly(space, simplex, rule)?);
            let mut mixes = |rule: &[Weights]| rule.iter().map(|mix| policies.mix(mix)).collect();
            body.push(Step::Cover(CoverStep::Below(mixes(rule), mixes(below))));
            Some(bound)
        }
        Leaf::Multiplier(multiplier, rule) => {
            let bound = book.relaxed_exactly(space, simplex, multiplier, rule)?;
            body.push(Step::Cover(CoverStep::Multiplier(
                multiplier.clone(),
                rule.iter().map(|mix| policies.mix(mix)).collect(),
            )));
            Some(Some(bound))
        }
        Leaf::Joined(steps, bound) => {
            body.push(Step::Cover(CoverStep::Joined));
            body.extend(steps.iter().cloned());
            body.push(Step::Cover(CoverStep::End));
            Some(Some(bound.clone()))
        }
        Leaf::Decisions(decisions) => {
            let mut upper: Option<Rational> = None;
            let mut own = vec![Step::Cover(CoverStep::Decisions)];
            for (position, bounded) in decisions {
                match bounded {
                    AtDecision::Response(mix) => {
                        upper = upper.max(Some(judged(&[*position], std::slice::from_ref(mix))?));
                        own.push(Step::Cover(CoverStep::Decision(policies.mix(mix))));
                    }
                    AtDecision::Joined(steps, bound) => {
                        upper = upper.max(Some(bound.clone()));
                        own.push(Step::Cover(CoverStep::Joined));
                        own.extend(steps.iter().cloned());
                        own.push(Step::Cover(CoverStep::End));
                    }
                }
            }
            body.append(&mut own);
            Some(upper)
        }
    }
}

/// A number at least as large, with a short denominator.
fn rounded_up(value: Rational) -> Rational {
    let unit = Natural::ONE << BOUND_BITS;
    if value.denominator() <= &unit {
        return value;
    }
    Rational::from_parts((value * Rational::from(unit.clone())).ceil(), unit)
}
