//! From a search tree in binary64 to the steps of a certificate.

use super::model::{Cell, Goal, Multipliers};
use super::search::{Node, Search, Split};
use super::squares::{Decomposition, short};
use crate::certificate::{Arithmetic, Combination, End, Indexed, Step, TreeStep};
use crate::exact::{Rational, from_approx, to_approx};
use crate::follower::Dependence;
use crate::game::Policy;

/// Multipliers below this share of the largest are left out.
const NEGLIGIBLE: f64 = 1e-13;

/// Opens a tree: its value and what it declares.
pub(super) fn preamble(
    value: Rational,
    arithmetic: Arithmetic,
    dependences: &[Dependence],
    split: &Decomposition,
) -> Vec<Step> {
    let mut steps = vec![Step::Tree(TreeStep::Open { value, arithmetic })];
    // A coordinate whose form is zero occurs nowhere.
    for dependence in dependences.iter().filter(|d| {
        !d.constant.is_zero() || d.coefficients.iter().filter(|c| !c.is_zero()).count() > 1
    }) {
        let Dependence { constant, coefficients, .. } = dependence.clone();
        steps.push(Step::Tree(TreeStep::Dependence { constant, coefficients }));
    }
    for square in &split.squares {
        steps.push(Step::Tree(TreeStep::Square {
            follower: square.follower.clone(),
            leader: square.leader.clone(),
            coefficients: square.coefficients.clone(),
        }));
    }
    steps
}

/// The deviations in use, renumbered in the order of their first use.
#[derive(Default)]
struct Deviations {
    used: Vec<usize>,
}

impl Deviations {
    /// Position of a policy in the certificate.
    fn position(&mut self, policy: usize) -> usize {
        self.used.iter().position(|&own| own == policy).unwrap_or_else(|| {
            self.used.push(policy);
            self.used.len() - 1
        })
    }

    fn combination(&mut self, search: &Search, m: &Multipliers) -> Combination {
        let largest =
            m.deviations.iter().fold(m.objective, |largest, (_, alpha)| largest.max(*alpha));
        let keep = |value: f64| value.abs() > NEGLIGIBLE * largest.max(f64::MIN_POSITIVE);
        let indexed = |values: &[f64]| -> Vec<Indexed> {
            values
                .iter()
                .enumerate()
                .filter_map(|(i, &value)| Some((i, short(value).filter(|v| !v.is_zero())?)))
                .collect()
        };
        let deviations = m
            .deviations
            .iter()
            .filter(|(_, alpha)| keep(*alpha))
            .filter_map(|(policy, alpha)| Some((self.position(*policy), short(*alpha)?)))
            .collect();
        let total = super::model::Model::total(m);
        let convex = |i: usize| search.relaxation.model.curvature(i, m.objective, total) > 0.0;
        let tangents = m
            .tangents
            .iter()
            .enumerate()
            .filter(|(i, _)| convex(*i))
            .filter_map(|(i, t)| Some((i, short(*t)?)))
            .collect();
        let ranges: Vec<f64> =
            m.ranges.iter().map(|&kappa| if keep(kappa) { kappa } else { 0.0 }).collect();
        Combination {
            objective: short(m.objective).unwrap_or(Rational::ZERO),
            deviations,
            tangents,
            ranges: indexed(&ranges),
        }
    }
}

/// The boxes in preorder, after the deviations that they use.
pub(super) fn boxes(search: &Search) -> Vec<Step> {
    let mut deviations = Deviations::default();
    let mut steps = Vec::new();
    let mut stack = vec![0usize];
    while let Some(position) = stack.pop() {
        let node = &search.nodes[position];
        let lemmas = if node.split.is_some() { node.lemmas.len() } else { node.leaf_lemmas };
        for lemma in &node.lemmas[..lemmas] {
            steps.push(Step::Tree(TreeStep::Tighten {
                square: lemma.square,
                end: if lemma.sign > 0.0 { End::Lower } else { End::Upper },
                value: from_approx(lemma.value).unwrap_or(Rational::ZERO),
                proof: deviations.combination(search, &lemma.multipliers),
            }));
        }
        match node.split {
            None => {
                steps.push(Step::Tree(TreeStep::Leaf(deviations.combination(search, &node.leaf))))
            }
            Some(Split { square, point, children }) => {
                steps.push(Step::Tree(TreeStep::Split {
                    square,
                    point: from_approx(point).unwrap_or(Rational::ZERO),
                }));
                stack.extend([children.1, children.0]);
            }
        }
    }
    let policy = |policy: &usize| -> Policy {
        search.relaxation.model.game.policy(&search.relaxation.policies[*policy].choice)
    };
    let mut all: Vec<Step> =
        deviations.used.iter().map(|used| Step::Tree(TreeStep::Deviation(policy(used)))).collect();
    all.append(&mut steps);
    all
}

/// Largest denominator of a simple fraction.
const SIMPLE: f64 = 4096.0;
/// Whole numbers up to here are exact in binary64.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;
/// Distance from a number in binary64 at which a simple fraction is taken for it.
const NEAR: f64 = 1e-7;
/// The same for points of tangents: any point makes a proof, and that of a quadratic optimum is
/// known to the square root of what is known of its value.
pub(super) const NEAR_POINTS: [f64; 2] = [1e-7, 1e-3];
/// What binary64 may be wrong by in a bound, per unit of multipliers.
const DOUBT: f64 = 1e-12;

/// The same steps with multipliers and points replaced by simple fractions next to them, where
/// there are; a point as far off as `near_points`.
pub(super) fn simple(steps: Vec<Step>, near_points: f64) -> Vec<Step> {
    let list = |entries: Vec<Indexed>| -> Vec<Indexed> {
        let simple = entries.into_iter().map(|(index, value)| (index, simplified(value, NEAR)));
        simple.filter(|(_, value)| !value.is_zero()).collect()
    };
    // A tangent at zero is not the same as none, which stands for the middle of the range.
    let points = |entries: Vec<Indexed>| {
        let simple = |(index, value)| (index, simplified(value, near_points));
        entries.into_iter().map(simple).collect()
    };
    let combination = |c: Combination| Combination {
        objective: simplified(c.objective, NEAR),
        deviations: list(c.deviations),
        tangents: points(c.tangents),
        ranges: list(c.ranges),
    };
    let step = |step: Step| match step {
        Step::Tree(TreeStep::Leaf(proof)) => Step::Tree(TreeStep::Leaf(combination(proof))),
        other => other,
    };
    steps.into_iter().map(step).collect()
}

/// Whether simple fractions next to the multipliers of every leaf prove `value` as far as binary64
/// can tell. Where they are not multipliers of a vertex, or `value` is that of a population which
/// stays away from eps, they prove visibly less.
pub(super) fn may_prove(search: &Search, value: f64, near_points: f64) -> bool {
    let next = |value: f64, near| simple_fraction(value, near).map_or(value, |(p, q)| p / q);
    let simple = |value: f64| next(value, NEAR);
    let list = |values: &[f64], near| values.iter().map(|&value| next(value, near)).collect();
    // Of a leaf that was proved before its box shrank the wider box is not kept: it is given the
    // benefit.
    let judged = |node: &&Node| {
        node.split.is_none() && node.bound.is_finite() && node.leaf_lemmas == node.lemmas.len()
    };
    search.nodes.iter().filter(judged).all(|node| {
        let m = Multipliers {
            objective: simple(node.leaf.objective),
            deviations: node
                .leaf
                .deviations
                .iter()
                .map(|&(policy, alpha)| (policy, simple(alpha)))
                .collect(),
            tangents: list(&node.leaf.tangents, near_points),
            ranges: list(&node.leaf.ranges, NEAR),
        };
        let relaxation = &search.relaxation;
        let shown = relaxation
            .model
            .bound(&relaxation.policies, &m, &Cell::outer(&node.region), Goal::Objective)
            .0;
        shown + relaxation.model.rest(&m) - m.objective * value
            >= -DOUBT * (1.0 + value.abs()) * m.magnitude()
    })
}

/// The fraction with the least denominator as near to `value` as `near`, by its continued fraction:
/// numerator and denominator, whole numbers.
fn simple_fraction(value: f64, near: f64) -> Option<(f64, f64)> {
    let (mut before, mut convergent) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = value;
    loop {
        let whole = rest.floor();
        let next = (whole * convergent.0 + before.0, whole * convergent.1 + before.1);
        // What is no number is not within bounds either.
        let simple = next.1 <= SIMPLE && next.0.abs() <= MOST_WHOLE;
        if !simple {
            return None;
        }
        if (next.0 / next.1 - value).abs() <= near * (1.0 + value.abs()) {
            return Some(next);
        }
        (before, convergent) = (convergent, next);
        if rest == whole {
            return None;
        }
        rest = 1.0 / (rest - whole);
    }
}

/// [`simple_fraction`] as an exact number, `value` itself where there is none.
fn simplified(value: Rational, near: f64) -> Rational {
    let fraction = simple_fraction(to_approx(&value), near)
        .and_then(|(p, q)| Some(from_approx(p)? / from_approx(q)?));
    fraction.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn simple_fractions() {
        for (p, q) in [(1, 3), (-7, 12), (0, 1), (5, 1), (355, 113)] {
            let near = from_approx(f64::from(p) / f64::from(q) + 1e-11).expect("finite");
            assert_eq!(simplified(near, NEAR), ratio(i64::from(p), q as u64));
        }
        for none in [f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(simple_fraction(none, NEAR), None);
        }
    }
}
