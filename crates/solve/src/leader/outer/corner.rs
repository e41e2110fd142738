//! The corner to which the leader's reward grows from a decision at which the followers have one
//! equilibrium, a pure policy: a linear programme over decisions whose rows, the gaps of the
//! policy, are generated when they are broken.

use super::pieces::Cover;
use super::supremum::against;
use crate::check::limit::{Ranges, Site, dominance, least, sites};
use crate::equilibrium::Control;
use crate::exact::{LinearConstraint, Polytope, Rational, Relation};
use crate::follower::{Objective, best_response};
use crate::game::{Instance, Point, Policy, Polynomial, Variable};

/// Most rows of the linear programme.
const MOST_ROWS: usize = 400;

/// A corner of the decisions at which a policy is the only equilibrium, or a limit of such
/// decisions.
pub(super) struct Corner {
    pub(super) policy: usize,
    pub(super) point: Point,
    pub(super) value: Rational,
}

impl Cover<'_> {
    /// The corner to which the leader's reward grows from a decision, while its equilibrium is the
    /// only one.
    pub(super) fn corner(&mut self, start: &Point, control: &Control) -> Option<Corner> {
        let game = self.book.game;
        let position = self.book.position(start);
        let mix = self.book.answer(position, 0, control)?.mix?;
        let [(worst, _)] = mix.as_slice() else { return None };
        let instance = game.at(start);
        let policy = best_reply(&instance, &self.book.policies[*worst])?;
        let dominance = dominance(&instance, &policy, &[sites(&instance, &policy).ok()?]).ok()?;
        if dominance.doubtful.is_some() {
            return None;
        }
        let number = self.book.policy(&policy)?;
        let frame = Frame::new(self.space.simplices().next()?, self);
        let at_vertices: Vec<Vec<Site>> = frame
            .vertices
            .iter()
            .map(|vertex| sites(&game.at(vertex), &policy).ok())
            .collect::<Option<_>>()?;
        let rule = [vec![(number, Rational::ONE)]];
        let rewards: Vec<Rational> = frame
            .vertices
            .iter()
            .map(|vertex| {
                let position = self.book.position(vertex);
                self.book.reward_exactly(position, &rule)
            })
            .collect::<Option<_>>()?;
        let (coefficients, constant) = frame.affine(&rewards);
        let objective: Vec<Rational> = coefficients.iter().map(|value| -value.clone()).collect();
        let mut region: Polytope = self.space.polytope().clone();
        for _ in 0..MOST_ROWS {
            if control.stopped() {
                return None;
            }
            let (negated, point) = region.least_value(&objective).ok()?;
            let Some((site, gap, population)) =
                broken(&sites(&game.at(&point), &policy).ok()?, &dominance.ranges)?
            else {
                return Some(Corner { policy: number, point, value: constant - negated });
            };
            let loss = |sites: &Vec<Site>| at_population(&sites[site].gaps[gap], &population);
            let losses: Vec<Rational> = at_vertices.iter().map(loss).collect::<Option<_>>()?;
            let (coefficients, constant) = frame.affine(&losses);
            region.constraints.push(LinearConstraint {
                coefficients,
                relation: Relation::AtLeast,
                right_side: -constant,
            });
        }
        None
    }
}

/// A pure policy that is optimal against the population of a policy.
fn best_reply(instance: &Instance, policy: &Policy) -> Option<Policy> {
    let response =
        best_response(&against(instance, policy)?, &Objective::follower(), None, &|| true).ok()?;
    Some(response.policy)
}

/// The gap that is most negative within the ranges of its site, by site and position, and where;
/// `Some(None)` when no gap is.
fn broken(
    sites: &[Site],
    ranges: &[Option<Ranges>],
) -> Option<Option<(usize, usize, Vec<Rational>)>> {
    let mut most = Rational::ZERO;
    let mut found = None;
    for (index, (site, ranges)) in sites.iter().zip(ranges).enumerate() {
        let Some(ranges) = ranges else { continue };
        for (position, gap) in site.gaps.iter().enumerate() {
            let (loss, population) = least(gap, ranges).ok()?;
            if loss < most {
                (most, found) = (loss, Some((index, position, population)));
            }
        }
    }
    Some(found)
}

fn at_population(polynomial: &Polynomial, population: &[Rational]) -> Option<Rational> {
    let value = |variable: Variable| match variable {
        Variable::Aggregate(k) => population.get(k as usize).cloned(),
        Variable::Parameter(_) | Variable::Function(_) => None,
    };
    polynomial.substitute(&value).as_constant()
}

/// The first simplex of the cover, each vertex of which changes one free parameter from its least
/// to its greatest value.
struct Frame {
    vertices: Vec<Point>,
    /// Per free parameter its position, least value and range.
    free: Vec<(usize, Rational, Rational)>,
    parameters: usize,
}

impl Frame {
    fn new(vertices: Vec<Point>, cover: &Cover<'_>) -> Self {
        let polytope = cover.space.polytope();
        let free = cover
            .space
            .free()
            .iter()
            .map(|&j| (j, polytope.lower[j].clone(), &polytope.upper[j] - &polytope.lower[j]))
            .collect();
        Frame { vertices, free, parameters: polytope.dimension() }
    }

    /// The affine function with these values at the vertices: a coefficient per parameter, and the
    /// constant.
    fn affine(&self, values: &[Rational]) -> (Vec<Rational>, Rational) {
        let mut coefficients = vec![Rational::ZERO; self.parameters];
        let mut constant = values[0].clone();
        for (k, (j, least, range)) in self.free.iter().enumerate() {
            coefficients[*j] = (&values[k + 1] - &values[k]) / range;
            constant -= &coefficients[*j] * least;
        }
        (coefficients, constant)
    }
}
